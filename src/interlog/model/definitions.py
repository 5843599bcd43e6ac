"""The rules of definitions, whatever protocol they come through; and documents that are kept by kind and name."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from .errors import Problem
from .patterns import MAX_PATTERN, compiled
from .profiles import PROFILE_ID, ProfileType
from .types import FieldDefinition, FieldKind, InteractionType

MAX_FIELDS = 500
MAX_SLOTS = 50
MAX_NAME = 128
MAX_LENGTH = 1_048_576
"""The largest ``max_length`` of a field."""

NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
"""Names of types."""

IDENTIFIER = re.compile(r"[^\W\d]\w*")
"""Names of fields and collections: OData's simple identifiers."""

_IDENTITY_KINDS = {
    FieldKind.TEXT, FieldKind.UUID, FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.INSTANT, FieldKind.DATE,
}  # fmt: skip
_TIME_KINDS = {FieldKind.INSTANT, FieldKind.DATE}


class Document(Struct, frozen=True, kw_only=True):
    """A document of a protocol that the ledger keeps and does not look into. ``version`` counts its changes."""

    kind: str
    name: str
    value: dict[str, Any]
    version: int = 1
    created_at: int = 0
    modified_at: int | None = None


def definition_problems(type_: InteractionType, profile_types: Iterable[ProfileType]) -> list[Problem]:
    """Return everything wrong with a definition of interactions; empty when it is valid."""
    fields = {field.name: field for field in type_.fields}
    return [
        *_head_problems(type_.name, type_.collections),
        *_field_problems(type_.fields),
        *_identity_problems(type_, fields),
        *_timestamp_problems(type_.timestamp_field, fields),
        *_slot_problems(type_, fields, {known.name.casefold(): known for known in profile_types}),
    ]


def profile_definition_problems(type_: ProfileType) -> list[Problem]:
    """Return everything wrong with a definition of profiles; empty when it is valid."""
    fields = {field.name: field for field in type_.fields}
    problems = [
        *_head_problems(type_.name, type_.collections),
        *_field_problems(type_.fields),
        *_timestamp_problems(type_.timestamp_field, fields),
    ]
    for index, strong_id in enumerate(type_.strong_ids):
        if not strong_id.fields:
            problems.append(Problem(f"strong_ids[{index}].fields", "must name at least one field", "missing"))
        for place, name in enumerate(strong_id.fields):
            field = fields.get(name)
            path = f"strong_ids[{index}].fields[{place}]"
            if field is None and name != PROFILE_ID:
                problems.append(Problem(path, f"{name} is no field of this type", "unknown_field"))
            elif field is not None and (field.many or field.kind in (FieldKind.OBJECT, FieldKind.LOCALIZED)):
                problems.append(Problem(path, f"{name} has no single value", "kind"))
    return problems


def _head_problems(name: str, collections: Sequence[str]) -> Iterator[Problem]:
    if not NAME.fullmatch(name) or len(name) > MAX_NAME:
        message = f"must be 2 to {MAX_NAME} letters, digits and underscores, and begin with a letter"
        yield Problem("name", message, "name")
    if len({item.casefold() for item in collections}) < len(collections):
        yield Problem("collections", "must differ from each other", "duplicate")
    for index, item in enumerate(collections):
        if not IDENTIFIER.fullmatch(item) or len(item) > MAX_NAME:
            yield Problem(f"collections[{index}]", "must be letters, digits and underscores", "name")


def _field_problems(fields: Sequence[FieldDefinition]) -> Iterator[Problem]:
    if len(fields) > MAX_FIELDS:
        yield Problem("fields", f"must not be more than {MAX_FIELDS}", "too_long")
    seen: set[str] = set()
    for index, field in enumerate(fields):
        path = f"fields[{index}]"
        if not IDENTIFIER.fullmatch(field.name) or len(field.name) > MAX_NAME:
            yield Problem(f"{path}.name", "must be letters, digits and underscores", "name")
        if field.name.casefold() in seen:
            yield Problem(f"{path}.name", f"{field.name} is declared twice", "duplicate")
        seen.add(field.name.casefold())
        if field.max_length is not None and not 1 <= field.max_length <= MAX_LENGTH:
            yield Problem(f"{path}.max_length", f"must be from 1 to {MAX_LENGTH}", "range")
        if field.flags and not all(isinstance(choice, int) and choice > 0 for choice in field.choices):
            yield Problem(f"{path}.choices", "of flags must be positive integers", "choice")
        if field.kind is FieldKind.CHOICE and not field.choices:
            yield Problem(f"{path}.choices", "must not be empty", "missing")
        if field.pattern is not None and compiled(field.pattern) is None:
            message = f"is no regular expression of at most {MAX_PATTERN} characters without look-around"
            yield Problem(f"{path}.pattern", message, "pattern")


def _identity_problems(type_: InteractionType, fields: dict[str, FieldDefinition]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, name in enumerate(type_.identity):
        field, path = fields.get(name), f"identity[{index}]"
        if name in seen:
            yield Problem(path, f"{name} is named twice", "duplicate")
        seen.add(name)
        if field is None:
            yield Problem(path, f"{name} is no field of this type", "unknown_field")
        elif field.many or field.choices or field.kind not in _IDENTITY_KINDS:
            yield Problem(path, f"{name} cannot identify an interaction", "kind")


def _timestamp_problems(name: str | None, fields: dict[str, FieldDefinition]) -> Iterator[Problem]:
    if name is None:
        return
    if name not in fields:
        yield Problem("timestamp_field", f"{name} is no field of this type", "unknown_field")
    elif fields[name].many or fields[name].kind not in _TIME_KINDS:
        yield Problem("timestamp_field", f"{name} holds no time", "kind")


def _slot_problems(
    type_: InteractionType, fields: dict[str, FieldDefinition], parties: dict[str, ProfileType]
) -> Iterator[Problem]:
    if len(type_.slots) > MAX_SLOTS:
        yield Problem("slots", f"must not be more than {MAX_SLOTS}", "too_long")
    seen: set[str] = set()
    for index, slot in enumerate(type_.slots):
        path = f"slots[{index}]"
        if not 1 <= len(slot.role) <= MAX_NAME or "\x00" in slot.role:
            yield Problem(f"{path}.role", f"must have 1 to {MAX_NAME} characters", "name")
        if slot.role.casefold() in seen:
            yield Problem(f"{path}.role", f"{slot.role} is declared twice", "duplicate")
        seen.add(slot.role.casefold())
        party = parties.get(slot.party.casefold())
        if party is None:
            yield Problem(f"{path}.party", f"there is no profile type {slot.party}", "unknown_type")
            continue
        known = {field.name for field in party.fields}
        for place, (name, theirs) in enumerate(slot.references):
            field = fields.get(name)
            if field is None and not type_.open:
                message = f"{name} is no field of this type"
                yield Problem(f"{path}.references[{place}][0]", message, "unknown_field")
            elif field is not None and field.kind in (FieldKind.LOCALIZED, FieldKind.OBJECT):
                yield Problem(f"{path}.references[{place}][0]", f"{name} cannot refer to a profile", "kind")
            if theirs not in known and theirs != PROFILE_ID:
                message = f"{theirs} is no field of {party.name}"
                yield Problem(f"{path}.references[{place}][1]", message, "unknown_field")
