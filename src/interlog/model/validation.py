"""The rules of an interaction against its type: every problem at once, each with its path."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, time
from functools import lru_cache
from typing import Any, NamedTuple

from .errors import Problem
from .ids import parse_uuid
from .instances import key_of_instance
from .instants import parse_moment
from .interactions import Content
from .patterns import compiled, matches
from .quick import DURATION, Quick, quick_check
from .types import FieldDefinition, FieldKind, InteractionType

MAX_TITLE = 1_000
MAX_BODY = 1_000_000
MAX_PARTICIPANTS = 5_000
_NO_NULL = "must not contain the character U+0000"

Check = Callable[[str, Any], Iterator[Problem]]


def problems_of(content: Content, type_: InteractionType, *, fields_are_valid: bool = False) -> list[Problem]:
    """Return everything wrong with this content as an interaction of the type; empty when it is valid."""
    if _is_fine(content, type_, fields_are_valid=fields_are_valid):
        return []
    problems = [*_general_problems(content), *_participant_problems(content, type_)]
    return problems if fields_are_valid else [*problems, *_field_problems(content, type_)]


class _Rules(NamedTuple):
    """What can be told at once about content of a type.

    ``takes_none``: there may be no fields at all; ``roles``, ``required``: those of its participants, of whom each
    role may have many if ``many``.
    """

    quick: Quick | None
    takes_none: bool
    roles: frozenset[str]
    required: frozenset[str]
    many: bool


def _is_fine(content: Content, type_: InteractionType, *, fields_are_valid: bool) -> bool:
    """Whether nothing is wrong beyond doubt, as with most that comes: much faster than to look for problems."""
    rules = _rules(type_)
    fields, title, body, participants = content.fields, content.title, content.body, content.participants
    if not fields_are_valid:
        passes = rules.quick is not None and rules.quick.passes(fields) if fields else rules.takes_none
        if not passes:
            return False
    if title is not None and (len(title) > MAX_TITLE or "\x00" in title):
        return False
    if body is not None and (len(body) > MAX_BODY or "\x00" in body):
        return False
    if content.ended_at is not None and content.ended_at < content.occurred_at:
        return False
    if not participants:
        return not rules.required
    roles = {part.role for part in participants}
    return rules.many and len(participants) <= MAX_PARTICIPANTS and rules.required <= roles <= rules.roles


def identity_of(content: Content, type_: InteractionType) -> str | None:
    """Return a text that tells what the type's identity fields say from all else; None without such fields."""
    key = key_of_instance(type_, content.fields)
    return key.texts[-1] if key is not None else None


def _general_problems(content: Content) -> Iterator[Problem]:
    if content.ended_at is not None and content.ended_at < content.occurred_at:
        yield Problem("ended_at", "must not lie before the start", "range")
    if content.title is not None and len(content.title) > MAX_TITLE:
        yield Problem("title", f"must not be longer than {MAX_TITLE} characters", "too_long")
    if content.body is not None and len(content.body) > MAX_BODY:
        yield Problem("body", f"must not be longer than {MAX_BODY} characters", "too_long")
    if content.title is not None and "\x00" in content.title:
        yield Problem("title", _NO_NULL, "character")
    if content.body is not None and "\x00" in content.body:
        yield Problem("body", _NO_NULL, "character")


def _participant_problems(content: Content, type_: InteractionType) -> Iterator[Problem]:
    if len(content.participants) > MAX_PARTICIPANTS:
        yield Problem("participants", f"must not be more than {MAX_PARTICIPANTS}", "too_long")
    counts = {slot.role: 0 for slot in type_.slots}
    for index, participant in enumerate(content.participants):
        if participant.role not in counts:
            yield Problem(
                f"participants[{index}].role", f"{type_.name} has no participants of the role {participant.role}"
            )
            continue
        counts[participant.role] += 1
    for slot in type_.slots:
        if slot.required and not counts[slot.role]:
            yield Problem("participants", f"must include one of the role {slot.role}", "missing")
        if not slot.many and counts[slot.role] > 1:
            yield Problem("participants", f"must include only one of the role {slot.role}")


def _field_problems(content: Content, type_: InteractionType) -> Iterator[Problem]:
    quick = _rules(type_).quick
    if quick is not None and quick.passes(content.fields):
        return
    checks = _compiled(type_.fields)
    for name in () if type_.open else content.fields:
        if name not in checks:
            yield Problem(f"fields.{name}", f"{type_.name} has no field of this name", "unknown_field")
    for name, (field, check) in checks.items():
        value = content.fields.get(name)
        path = f"fields.{name}"
        if value is None:
            if field.required or name in type_.identity:
                yield Problem(path, "is required", "missing")
        elif not field.many:
            yield from check(path, value)
        elif not isinstance(value, list):
            yield Problem(path, "must be a list", "type")
        else:
            for index, item in enumerate(value):
                yield from check(f"{path}[{index}]", item)


def _rules(type_: InteractionType) -> _Rules:
    """Return the rules of a type, made once.

    Known types are told apart by being the same object: comparing two definitions costs more than the check.
    """
    known = _known_rules.get(id(type_))
    if known is not None and known[0] is type_:
        return known[1]
    quick = quick_check(type_.fields, frozenset(type_.identity), open_=type_.open)
    rules = _Rules(
        quick=quick,
        takes_none=quick is not None and quick.passes({}),
        roles=frozenset(slot.role for slot in type_.slots),
        required=frozenset(slot.role for slot in type_.slots if slot.required),
        many=all(slot.many for slot in type_.slots),
    )
    if len(_known_rules) >= _MOST_RULES:
        _known_rules.clear()
    _known_rules[id(type_)] = type_, rules
    return rules


_MOST_RULES = 4096
_known_rules: dict[int, tuple[InteractionType, _Rules]] = {}


@lru_cache(maxsize=4096)
def _compiled(fields: tuple[FieldDefinition, ...]) -> dict[str, tuple[FieldDefinition, Check]]:
    return {field.name: (field, _check_of(field)) for field in fields}


def _check_of(field: FieldDefinition) -> Check:
    """Return the check of one value, with everything that can be looked up beforehand already looked up."""
    kind_check = _KIND_CHECKS[field.kind]
    pattern = compiled(field.pattern) if field.pattern else None
    choices = frozenset(field.choices)
    all_flags = sum(choice for choice in choices if isinstance(choice, int)) if field.flags else 0

    def check(path: str, value: Any) -> Iterator[Problem]:
        message = kind_check(value)
        if message is not None:
            yield Problem(path, message, "type")
            return
        if field.max_length is not None:
            texts = value.values() if field.kind is FieldKind.LOCALIZED else (value,)
            if any(isinstance(text, str) and len(text) > field.max_length for text in texts):
                yield Problem(path, f"must not be longer than {field.max_length} characters", "too_long")
        if pattern is not None and isinstance(value, str) and not matches(pattern, value):
            yield Problem(path, f"must match the pattern {field.pattern}", "pattern")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if field.minimum is not None and value < field.minimum:
                yield Problem(path, f"must be at least {field.minimum:g}", "range")
            if field.maximum is not None and value > field.maximum:
                yield Problem(path, f"must be at most {field.maximum:g}", "range")
        if field.flags and isinstance(value, int):
            if value < 0 or value & ~all_flags:
                yield Problem(path, "must be a sum of some of " + ", ".join(map(str, field.choices)), "choice")
        elif choices and (isinstance(value, (dict, list)) or value not in choices):
            yield Problem(path, "must be one of " + ", ".join(str(choice) for choice in field.choices), "choice")

    return check


NOT_FINITE = ("INF", "-INF", "NaN")
"""What JSON has no numbers for."""

_LARGEST = sys.float_info.max
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_MOST_DIGITS = 38
_DURATION = re.compile(DURATION)


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and ":" in value and bool(time.fromisoformat(value).tzinfo is None)
    except ValueError:
        return False


def _is_decimal(value: Any) -> bool:
    return (
        isinstance(value, str)
        and (match := _DECIMAL.fullmatch(value)) is not None
        and max(len(match[1]), len(match[2] or "")) <= _MOST_DIGITS
        and len((match[1] + (match[2] or "")).lstrip("0")) <= _MOST_DIGITS
    )


def _is_localized(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _rule(holds: Callable[[Any], bool], message: str) -> Callable[[Any], str | None]:
    return lambda value: None if holds(value) else message


_KIND_CHECKS: dict[FieldKind, Callable[[Any], str | None]] = {
    FieldKind.TEXT: _rule(lambda value: isinstance(value, str), "must be a text"),
    FieldKind.INTEGER: _rule(
        lambda value: isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63,
        "must be an integer of 64 bits",
    ),
    FieldKind.NUMBER: _rule(
        lambda value: (
            abs(value) <= _LARGEST
            if isinstance(value, (int, float)) and not isinstance(value, bool)
            else isinstance(value, str) and value in NOT_FINITE
        ),
        "must be a number",
    ),
    FieldKind.DECIMAL: _rule(_is_decimal, f"must be the text of a decimal number of at most {_MOST_DIGITS} digits"),
    FieldKind.BOOLEAN: _rule(lambda value: isinstance(value, bool), "must be true or false"),
    FieldKind.INSTANT: _rule(
        lambda value: isinstance(value, str) and parse_moment(value) is not None, "must be an ISO 8601 date and time"
    ),
    FieldKind.DATE: _rule(_is_date, "must be an ISO 8601 date"),
    FieldKind.TIME: _rule(_is_time, "must be an ISO 8601 time of day"),
    FieldKind.DURATION: _rule(
        lambda value: isinstance(value, str) and _DURATION.fullmatch(value) is not None, "must be an ISO 8601 duration"
    ),
    FieldKind.UUID: _rule(lambda value: isinstance(value, str) and parse_uuid(value) is not None, "must be a UUID"),
    FieldKind.CHOICE: _rule(
        lambda value: isinstance(value, (str, int)) and not isinstance(value, bool), "must be one of the choices"
    ),
    FieldKind.LOCALIZED: _rule(_is_localized, "must be an object of texts by locale"),
    FieldKind.OBJECT: _rule(lambda value: isinstance(value, (dict, list)), "must be an object"),
}
