"""Instances: interactions that are put by what identifies them, whether they are stored already or not."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from .interactions import Interaction, Participant
from .profiles import joined_ids
from .types import Direction, FieldKind, InteractionType

MAX_IDENTITY = 1_024
"""Characters that the id of an interaction may have."""


class Put(StrEnum):
    """What to do where the interaction is stored already, or is not."""

    UPSERT = "upsert"  # store it, or merge it into what is stored
    CREATE = "create"  # refuse where it is stored already
    MERGE = "merge"  # refuse where it is not stored
    REPLACE = "replace"  # refuse where it is not stored; what is not given goes


class Instance(Struct, frozen=True, kw_only=True, gc=False):
    """An interaction to be put. What is UNSET stays as it is stored, or has no value.

    ``fields`` have the declared names and canonical values; a field that is None is cleared. ``identity`` is the id
    chosen by the author, for types that are not identified by fields, such as the built-in ones. ``title`` is what
    protocols show that know no fields. ``participants`` are those of slots without references. ``occurred_at``: now,
    where a new interaction does not say. ``origin`` is the data source. ``corrects``: the id, in the same type, of the
    interaction that this one stands for from now on. ``request_key``: the same again stores nothing.
    ``expected_version``: the stored version that a change was made from. Where sources have precedence, ``source`` is
    who writes what names no ``origin``, and ``made_of`` says which parts are made of which fields. ``valid_for``: the
    type, in the version whose every rule about fields is known to be met by ``fields``.
    """

    type: str
    fields: dict[str, Any] = {}
    identity: str | None = None
    occurred_at: int | UnsetType = UNSET
    occurred_offset: int | None = None
    ended_at: int | UnsetType | None = UNSET
    title: str | UnsetType | None = UNSET
    body: str | UnsetType | None = UNSET
    direction: Direction | UnsetType | None = UNSET
    participants: tuple[Participant, ...] | UnsetType = UNSET
    extras: dict[str, Any] | UnsetType = UNSET
    origin: str | None = None
    corrects: str | None = None
    request_key: str | None = None
    expected_version: int | None = None
    group: int = 0
    source: str | None = None
    made_of: Mapping[str, str] | None = None
    valid_for: InteractionType | None = None


class Outcome(StrEnum):
    """What became of an instance that was put."""

    CREATED = "created"
    AMENDED = "amended"
    SAME = "same"


class Placed(Struct, frozen=True, gc=False):
    """An instance as it is stored now, and what became of it.

    ``skipped``: what was not written, since a source of higher precedence had; parts beside the fields with ``@``.
    """

    interaction: Interaction
    outcome: Outcome
    skipped: tuple[str, ...] = ()


class InstanceKey(Struct, frozen=True, gc=False):
    """What identifies an instance: the values of its type's identity fields, or the id its author chose.

    ``texts`` are the ids it may be stored under: a later one where other values make the same earlier one.
    """

    values: tuple[Any, ...]
    texts: tuple[str, ...]


def key_of_instance(type_: InteractionType, fields: Mapping[str, Any], chosen: str | None = None) -> InstanceKey | None:
    """Return what identifies an instance; None where it is a new one in any case."""
    if not type_.identity:
        return InstanceKey((), (chosen,)) if chosen is not None else None
    names, kinds = _identity_of(type_)
    values = tuple(map(fields.get, names))
    if kinds == _ONE_TEXT and isinstance(text := values[0], str):
        return InstanceKey(values, (text,))
    return InstanceKey(values, joined_ids(kinds, values))


def identity_names(type_: InteractionType) -> tuple[str, ...]:
    """Return the names of a type's identity fields in the order in which their values make an id."""
    return _identity_of(type_)[0]


def _identity_of(type_: InteractionType) -> tuple[tuple[str, ...], tuple[FieldKind | None, ...]]:
    """Return names and kinds of a type's identity fields, worked out once for each type that is asked about."""
    known = _identities.get(id(type_))
    if known is not None and known[0] is type_:
        return known[1]
    kinds = {field.name: field.kind for field in type_.fields}
    names = tuple(sorted(type_.identity, key=lambda name: (name.casefold(), name)))
    if len(_identities) >= _MOST_TYPES:
        _identities.clear()
    made = _identities[id(type_)] = type_, (names, tuple(kinds.get(name) for name in names))
    return made[1]


_ONE_TEXT = (FieldKind.TEXT,)
_MOST_TYPES = 4_096
_identities: dict[int, tuple[InteractionType, tuple[tuple[str, ...], tuple[FieldKind | None, ...]]]] = {}
