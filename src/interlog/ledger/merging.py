"""What an instance that is put again means for what is stored: merged, the same, or different in which parts."""

from collections.abc import Iterable
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from ..model.instances import Instance, identity_names
from ..model.interactions import Content, Interaction
from ..model.types import InteractionType


def values_of(item: Interaction, type_: InteractionType) -> tuple[Any, ...]:
    """Return the values of an interaction's identity fields."""
    return tuple(item.content.fields.get(name) for name in identity_names(type_))


def without_none(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields without those that are cleared: themselves, where there are none."""
    if None not in fields.values():
        return fields
    return {name: value for name, value in fields.items() if value is not None}


def merged(content: Content, item: Instance, type_: InteractionType, *, replacing: bool) -> Content:
    """Return the content with what an item gives; ``replacing``: and without what it does not."""
    fields = dict(content.fields)
    if replacing:
        kept = set(type_.identity)
        fields = {name: value for name, value in fields.items() if name in kept}
    fields |= item.fields
    changes: dict[str, Any] = {"fields": without_none(fields)}
    for name in ("occurred_at", "ended_at", "title", "body", "direction", "participants", "extras"):
        value = getattr(item, name)
        if value is not UNSET:
            changes[name] = value
        elif replacing and type_.built_in and name in ("ended_at", "title", "body", "direction"):
            changes[name] = None
    if item.occurred_at is not UNSET:
        changes["occurred_offset"] = item.occurred_offset
    return replace(content, **changes)


_BESIDE = ("ended_at", "title", "body", "direction")


def differing(content: Content, new: Content, item: Instance, type_: InteractionType, *, strict: bool) -> list[str]:
    """Return the paths of what an item says otherwise than what is stored.

    Of a type with fields of its own, only these and the time count: all else is made from them. ``strict``: what is
    stored and not given differs as well.
    """
    names = dict.fromkeys([*item.fields, *content.fields] if strict else item.fields)
    said = item.fields if strict else new.fields
    kept = set(type_.identity).difference(item.fields)
    found = [f"fields.{name}" for name in names if name not in kept and content.fields.get(name) != said.get(name)]
    if item.occurred_at is not UNSET and item.occurred_at != content.occurred_at:
        found.append("occurred_at")
    if type_.built_in or not type_.fields:
        found += [name for name in _BESIDE if getattr(new, name) != getattr(content, name)]
        if item.participants is not UNSET and _roles(item.participants) != _roles(content.participants):
            found.append("participants")
    return found


def _roles(participants: Iterable[Any]) -> list[tuple[str, str]]:
    """Return who takes part in a form that does not tell whether an address has been bound to its person."""
    return sorted((p.role, p.address.casefold() if p.address else str(p.person)) for p in participants)


def is_about(path: str, names: set[str]) -> bool:
    """Whether a problem is about one of these fields, or about no field."""
    if not path.startswith("fields."):
        return True
    return path.removeprefix("fields.").partition("[")[0] in names
