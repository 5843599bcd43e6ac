"""What may change in a type, and how much a change means for what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum

from msgspec.structs import replace

from .errors import Problem
from .profiles import ProfileType
from .types import FieldDefinition, FieldKind, InteractionType


class Part(IntEnum):
    """The place of a change in MODEL-REVISION-ADDITION."""

    MODEL = 0
    REVISION = 1
    ADDITION = 2


_WIDER = {
    (FieldKind.INTEGER, FieldKind.DECIMAL),
    (FieldKind.DATE, FieldKind.INSTANT),
}


def next_revision(revision: tuple[int, int, int], part: Part) -> tuple[int, int, int]:
    """Return the revision after a change: what is behind its part begins anew."""
    counts = [count if place < part else 0 for place, count in enumerate(revision)]
    counts[part] = revision[part] + 1
    return counts[0], counts[1], counts[2]


def evolved_type(
    old: InteractionType, new: InteractionType, instances: bool
) -> tuple[InteractionType, Part | None, list[Problem]]:
    """Return a changed definition as it would be stored, the part that changes, and all that is not allowed.

    The part is None where nothing changes. Problems have the codes ``is_activity``, ``type_change`` and ``built_in``.
    ``instances``: whether there are any; then fields that are left out are retired, and come back as they were.
    """
    fields, retired, found, problems = _evolved_fields(old.fields, old.retired, new.fields, instances)
    if new.is_activity != old.is_activity:
        problems.append(Problem("is_activity", "is decided when a type is created", "is_activity"))
    if set(new.identity) != set(old.identity):
        found.append(Part.MODEL)
        if instances:
            problems.append(Problem("identity", "cannot change once there are interactions", "type_change"))
    if old.built_in:
        problems += _built_in_problems(old, new)
    old_slots = {slot.role.casefold(): slot for slot in old.slots}
    new_slots = {slot.role.casefold(): slot for slot in new.slots}
    if any(new_slots.get(role) != slot for role, slot in old_slots.items()):
        found.append(Part.REVISION)
    collections = tuple(dict.fromkeys([*new.collections, *old.collections]))
    if new.timestamp_field != old.timestamp_field or collections != old.collections:
        found.append(Part.REVISION)
    stored = replace(
        new,
        id=old.id,
        name=old.name,
        built_in=old.built_in,
        version=old.version,
        fields=fields,
        retired=retired,
        identity=old.identity if set(new.identity) == set(old.identity) else new.identity,
        collections=collections,
        revision=old.revision,
        defined_at=old.defined_at,
    )
    if stored == old and not problems:
        return old, None, []
    return stored, min(found, default=Part.ADDITION), problems


def evolved_profile_type(
    old: ProfileType, new: ProfileType, instances: bool
) -> tuple[ProfileType, Part | None, list[Problem]]:
    """Return a changed definition of profiles as it would be stored; see ``evolved_type``."""
    fields, retired, found, problems = _evolved_fields(old.fields, old.retired, new.fields, instances)
    if any(strong_id not in new.strong_ids for strong_id in old.strong_ids):
        found.append(Part.MODEL)
    if old.built_in:
        problems += _fields_left_out(old.fields, new.fields)
        if new.strong_ids != old.strong_ids:
            problems.append(Problem("strong_ids", "of a built-in type are fixed", "built_in"))
    collections = tuple(dict.fromkeys([*new.collections, *old.collections]))
    if new.timestamp_field != old.timestamp_field or collections != old.collections:
        found.append(Part.REVISION)
    stored = replace(
        new,
        id=old.id,
        name=old.name,
        built_in=old.built_in,
        version=old.version,
        fields=fields,
        retired=retired,
        collections=collections,
        revision=old.revision,
        defined_at=old.defined_at,
        deleted=False,
    )
    if stored == old and not problems:
        return old, None, []
    return stored, min(found, default=Part.ADDITION), problems


def _built_in_problems(old: InteractionType, new: InteractionType) -> Iterator[Problem]:
    yield from _fields_left_out(old.fields, new.fields)
    roles = {slot.role: slot for slot in new.slots}
    for slot in old.slots:
        if slot.role not in roles:
            yield Problem("slots", f"must keep the participants of the role {slot.role}", "built_in")
    if new.category != old.category:
        yield Problem("category", "of a built-in type is fixed", "built_in")
    if new.identity:
        yield Problem("identity", "of a built-in type is its own", "built_in")


def _fields_left_out(old: Sequence[FieldDefinition], new: Sequence[FieldDefinition]) -> Iterator[Problem]:
    names = {field.name.casefold() for field in new}
    for field in old:
        if field.name.casefold() not in names:
            yield Problem("fields", f"must keep {field.name}, which belongs to the built-in type", "built_in")


def _evolved_fields(
    old: Sequence[FieldDefinition],
    retired: Sequence[FieldDefinition],
    new: Sequence[FieldDefinition],
    instances: bool,
) -> tuple[tuple[FieldDefinition, ...], tuple[FieldDefinition, ...], list[Part], list[Problem]]:
    """Return the fields and the retired ones as they would be stored, what parts change, and what is not allowed."""
    before = _by_name(old)
    gone = _by_name(retired)
    fields: list[FieldDefinition] = []
    found: list[Part] = []
    problems: list[Problem] = []
    for index, given in enumerate(new):
        key = given.name.casefold()
        known = before.get(key) or gone.get(key)
        field = given if known is None else replace(given, name=known.name)  # the first casing wins
        fields.append(field)
        if key not in before:
            found.append(Part.REVISION if field.required else Part.ADDITION)
        if known is None or field == known:
            continue
        part = _part_of(known, field)
        found.append(part)
        if part is Part.MODEL and instances:
            problems.append(
                Problem(
                    f"fields[{index}]",
                    f"{field.name} cannot become another kind of field once there are records of this type",
                    "type_change",
                )
            )
    names = {field.name.casefold() for field in fields}
    left_out = [field for key, field in before.items() if key not in names]
    if left_out:
        found.append(Part.MODEL)
    kept = [field for key, field in gone.items() if key not in names]
    return tuple(fields), (*kept, *left_out) if instances else tuple(kept), found, problems


def _by_name(fields: Sequence[FieldDefinition]) -> Mapping[str, FieldDefinition]:
    return {field.name.casefold(): field for field in fields}


def _part_of(old: FieldDefinition, new: FieldDefinition) -> Part:
    if _is_other_kind(old, new):
        return Part.MODEL
    if old.kind is not new.kind or (old.required, old.max_length, old.minimum, old.maximum, old.pattern) != (
        new.required, new.max_length, new.minimum, new.maximum, new.pattern
    ):  # fmt: skip
        return Part.REVISION
    return Part.ADDITION if set(old.choices) <= set(new.choices) else Part.REVISION


def _is_other_kind(old: FieldDefinition, new: FieldDefinition) -> bool:
    """Whether values of the old field may not be such of the new one."""
    if old.many != new.many or bool(old.choices) != bool(new.choices) or old.flags != new.flags:
        return True
    if old.kind is new.kind:
        return old.kind is FieldKind.INTEGER and not _covers(new, old)
    if new.kind is FieldKind.TEXT:
        return old.kind in (FieldKind.LOCALIZED, FieldKind.OBJECT)
    return (old.kind, new.kind) not in _WIDER


def _covers(wide: FieldDefinition, narrow: FieldDefinition) -> bool:
    """Whether the bounds of one field hold all that those of the other hold."""
    low = wide.minimum is None or (narrow.minimum is not None and wide.minimum <= narrow.minimum)
    return low and (wide.maximum is None or (narrow.maximum is not None and wide.maximum >= narrow.maximum))
