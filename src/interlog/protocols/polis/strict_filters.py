"""Which attributes may be filtered by where the setting ``polis_strict_filters`` demands it: the vendor's tables."""

from collections.abc import Iterator
from typing import NamedTuple

from interlog.model.errors import Problem

from .errors import invalid
from .filter_lexer import Path
from .filters import Tree, Verb, clauses_in, pointers_in
from .json_patch import pointer_of
from .pointers import Meanings


class Rule(NamedTuple):
    """What a filter of one resource may be about. ``allowed``: None is anything."""

    allowed: frozenset[Path] | None = None
    required: frozenset[Path] = frozenset()
    verbs: frozenset[Verb] = frozenset(Verb)


def _data(*names: str) -> frozenset[Path]:
    return frozenset(("data", name) for name in names)


_CUSTOMER: frozenset[Path] = frozenset({("customerId",)})
_RULES: dict[tuple[int, str], Rule] = {
    (1, "interactions"): Rule(required=_data("campaignId")),
    (2, "interactions"): Rule(_data("campaignId", "contactId", "contactHouseholdId", "householdId")),
    (1, "contacts"): Rule(verbs=frozenset({Verb.EQ, Verb.IS})),
    (1, "lists"): Rule(_CUSTOMER | _data("organizationId", "name")),
    (1, "statuses"): Rule(_CUSTOMER),
    (1, "organizations"): Rule(_CUSTOMER),
    (1, "memberships"): Rule(_CUSTOMER | _data("status", "roleId", "userId", "organizationId")),
    (2, "households"): Rule(_CUSTOMER | _data("unitNum", "addressId", "externalId")),
}


def check(tree: Tree | None, version: int, meanings: Meanings) -> None:
    """Raise ``ValidationError`` with everything in a filter that the vendor's tables do not allow."""
    rule = _RULES.get((version, meanings.resource))
    if rule is not None and (problems := list(dict.fromkeys(_problems(tree, rule, meanings)))):
        raise invalid(problems)


def _problems(tree: Tree | None, rule: Rule, meanings: Meanings) -> Iterator[Problem]:
    found = [meanings.canonical(pointer.path) for pointer in pointers_in(tree)]
    for path in found:
        if rule.allowed is not None and path not in rule.allowed:
            allowed = ", ".join(sorted(map(_pointer, rule.allowed)))
            yield Problem(_pointer(path), f"cannot be filtered by; what can: {allowed}", "any.allowOnly")
    for path in sorted(rule.required - set(found), key=_pointer):
        yield Problem(_pointer(path), "must be in the filter", "any.required")
    for clause in clauses_in(tree):
        if clause.verb not in rule.verbs:
            yield Problem("filter", f"only the operator eq can be used here, not {clause.verb}", "any.allowOnly")


def _pointer(path: Path) -> str:
    return pointer_of(tuple(map(str, path)))
