"""What differs between two versions of a definition, for people."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from ..model.types import Category, FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from .texts import Texts
from .timeline import NAMES
from .type_form import KINDS

PARTS = {
    "attributes": "Icon and other attributes",
    "category": "Category",
    "choices": "Choices",
    "collections": "Collections",
    "display_name": "Called",
    "expires_at": "Ends at",
    "flags": "Choices are flags",
    "identity": "Key",
    "indexed": "Fast to filter and sort by",
    "is_activity": "Can be changed after it was logged",
    "kind": "Kind",
    "labels": "Labels",
    "many": "Several",
    "max_length": "Most characters",
    "maximum": "Largest value",
    "minimum": "Smallest value",
    "name": "Name",
    "open": "Undeclared fields",
    "party": "Refers to",
    "pattern": "Pattern",
    "precedence": "Precedence of sources",
    "primary": "Acting side",
    "references": "References",
    "required": "Needed",
    "role": "Role",
    "timestamp_field": "Says when it happened",
}
"""What the parts of definitions are called."""

HOW = {"added": "new", "removed": "gone", "changed": "changed"}

_OF_THE_TYPE = (
    "display_name", "category", "is_activity", "open", "identity", "timestamp_field", "collections", "expires_at",
    "precedence", "attributes",
)  # fmt: skip

_MOST = 200
"""Characters of a value that are shown."""


class Change(NamedTuple):
    """What differs. ``how``: added, removed or changed; ``what``: what people call a field or a role, empty for the
    type itself; ``parts``: what of it, before and after."""

    how: str
    what: str
    is_role: bool
    parts: list[tuple[str, str, str]]


def changes(texts: Texts, old: InteractionType, new: InteractionType) -> list[Change]:
    """Return what differs between two definitions."""
    found = [*_differences(texts, old.fields, new.fields), *_differences(texts, old.slots, new.slots)]
    if parts := _parts(texts, old, new, _OF_THE_TYPE):
        found.insert(0, Change("changed", "", False, parts))
    return found


def _differences(
    texts: Texts,
    old: Sequence[FieldDefinition] | Sequence[ParticipantSlot],
    new: Sequence[FieldDefinition] | Sequence[ParticipantSlot],
) -> Iterator[Change]:
    before, after = {_name(item): item for item in old}, {_name(item): item for item in new}
    for name, item in after.items():
        is_role = isinstance(item, ParticipantSlot)
        known = before.get(name)
        if known is None:
            yield Change("added", _called(item), is_role, [])
        elif known != item:
            yield Change("changed", _called(item), is_role, _parts(texts, known, item, item.__struct_fields__))
    for name, item in before.items():
        if name not in after:
            yield Change("removed", _called(item), isinstance(item, ParticipantSlot), [])


def _name(item: FieldDefinition | ParticipantSlot) -> str:
    return item.name if isinstance(item, FieldDefinition) else item.role


def _called(item: FieldDefinition | ParticipantSlot) -> str:
    return item.display_name or item.name if isinstance(item, FieldDefinition) else item.role


def _parts(texts: Texts, old: Any, new: Any, names: Sequence[str]) -> list[tuple[str, str, str]]:
    found = []
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            found.append((texts.gettext(PARTS[name]), _shown(texts, before), _shown(texts, after)))
    return found


def _shown(texts: Texts, value: Any) -> str:
    match value:
        case None | "" | () | {}:
            return "–"
        case bool():
            return texts.gettext("Yes") if value else texts.gettext("No")
        case FieldKind():
            return texts.gettext(KINDS[value])
        case Category():
            return texts.gettext(NAMES[value])
        case str() | int() | float():
            text = str(value)
        case tuple() if all(isinstance(item, (str, int)) for item in value):
            text = ", ".join(str(item) for item in value)
        case _:
            text = msgspec.json.encode(value).decode()
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
