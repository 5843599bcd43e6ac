"""Which data source wins where several write one activity (precedence of sources: earlier ones win).

Each value remembers who wrote it last (``Content.sources``), for types that have rules. A source that comes later in
the order leaves alone what an earlier one has written. Others, and those that the order does not name, come last.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from ..model.instances import Instance
from ..model.interactions import Content
from ..model.types import InteractionType

OWN_SOURCE = ""
"""The tenant's own data source: that of whoever names none."""

PARTS = ("occurred_at", "ended_at", "title", "body", "direction", "participants")
"""What an interaction says beside its fields; its source stands under the name with ``@`` before it."""


class Rules(NamedTuple):
    """The orders of sources: of a type, and of those of its fields that have one of their own."""

    of_type: tuple[str, ...]
    of_fields: Mapping[str, tuple[str, ...]]

    def rank(self, name: str, source: str) -> int:
        """Return the place of a source in the order that holds for a field."""
        order = self.of_fields.get(name, self.of_type)
        return order.index(source) if source in order else len(order)


def rules_of(type_: InteractionType) -> Rules | None:
    """Return the rules of a type, worked out once for each that is asked about; None where all sources are equal."""
    known = _rules.get(id(type_))
    if known is not None and known[0] is type_:
        return known[1]
    of_fields = {field.name: field.precedence for field in type_.fields if field.precedence}
    has_rules = type_.is_activity and bool(type_.precedence or of_fields)
    if len(_rules) >= _MOST_TYPES:
        _rules.clear()
    made = _rules[id(type_)] = type_, Rules(type_.precedence, of_fields) if has_rules else None
    return made[1]


_MOST_TYPES = 4_096
_rules: dict[int, tuple[InteractionType, Rules | None]] = {}


def yielding(
    content: Content, origin: str | None, item: Instance, type_: InteractionType, *, replacing: bool
) -> tuple[Instance, tuple[str, ...]]:
    """Return what an item may write of what it says, and the names of what it must leave alone.

    ``origin``: the source of values that nobody is remembered for. ``replacing``: what is not given would go.
    """
    rules = rules_of(type_)
    if rules is None:
        return item, ()
    judge = _Judge(rules, content, origin, item)
    fields = dict(item.fields)
    said = dict.fromkeys([*fields, *content.fields] if replacing else fields)
    kept = [
        name
        for name in said
        if name not in type_.identity
        and (stored := content.fields.get(name)) is not None
        and fields.get(name) != stored
        and judge.yields(name)
    ]
    fields |= {name: content.fields[name] for name in kept}
    made_of = item.made_of or {}
    changes: dict[str, Any] = {"fields": fields}
    for part in PARTS:
        stored, given = getattr(content, part), getattr(item, part)
        if part in made_of:
            stays = made_of[part] in kept
        else:
            goes = replacing and type_.built_in and given is UNSET and part not in ("occurred_at", "participants")
            differs = goes or (given is not UNSET and given != stored)
            stays = differs and stored not in (None, ()) and judge.yields(f"@{part}")
            kept += [f"@{part}"] if stays else []
        if stays:
            changes[part] = stored
    if "occurred_at" in changes:
        changes["occurred_offset"] = content.occurred_offset
    return (replace(item, **changes), tuple(kept)) if kept else (item, ())


def owned(before: Content | None, origin: str | None, new: Content, item: Instance, type_: InteractionType) -> Content:
    """Return content that remembers who wrote its values last; the same value again is a later source's only if the
    one who wrote it does not come before."""
    rules = rules_of(type_)
    if rules is None:
        return new
    judge = _Judge(rules, before, origin, item)
    sources = {name: source for name, source in new.sources.items() if name[:1] == "@" or name in new.fields}
    for name, value in item.fields.items():
        if value is not None and not (before is not None and before.fields.get(name) == value and judge.yields(name)):
            sources[name] = judge.writer
    for part in PARTS:
        value = getattr(item, part)
        if value is not UNSET and part not in (item.made_of or {}):
            same = before is not None and getattr(before, part) == value
            if not (same and judge.yields(f"@{part}")):
                sources[f"@{part}"] = judge.writer
    return replace(new, sources=sources)


def owned_elsewhere(before: Content, new: Content, protocol: str) -> Content:
    """Return content of which another protocol has changed parts, and is remembered for them."""
    if not before.sources:
        return new
    changed = {f"@{part}": protocol for part in PARTS if getattr(before, part) != getattr(new, part)}
    changed |= {name: protocol for name, value in new.fields.items() if before.fields.get(name) != value}
    return replace(new, sources=dict(new.sources) | changed) if changed else new


class _Judge:
    """Tells whether whoever writes an item comes after the one who wrote a value."""

    def __init__(self, rules: Rules, content: Content | None, origin: str | None, item: Instance) -> None:
        self._rules = rules
        self._sources = content.sources if content is not None else {}
        self._origin = origin or OWN_SOURCE
        self.writer = item.origin or item.source or OWN_SOURCE

    def yields(self, name: str) -> bool:
        owner = self._sources.get(name, self._origin)
        return self._rules.rank(name, self.writer) > self._rules.rank(name, owner)
