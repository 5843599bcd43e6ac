"""Definitions from forms: what was sent, and the type that this makes."""

import re
from typing import Any

from msgspec.structs import replace

from ..model.definitions import MAX_FIELDS, MAX_SLOTS
from ..model.errors import Problem
from ..model.naming import identifier_of, type_name_of
from ..model.patterns import MAX_PATTERN
from ..model.types import Category, FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from .timeline import ICONS
from .type_form import LONGEST, TYPE_ICONS, Definition, FieldRow, SlotRow, shown_choices, stored
from .view import View

_ROWS = MAX_FIELDS + 10
"""Rows of fields that are read: so many more that what is too much is said."""

MOST_CHOICES = 500

_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_LABELLED = re.compile(r"(-?\d{1,18})(?:\s*=\s*(.+))?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?(e[+-]?\d{1,2})?", re.ASCII)


def sent(view: View, old: InteractionType | None) -> Definition:
    """Return what a form that was sent says; rows without a name, and those that are to go, are left out."""
    known = {field.name.casefold() for field in old.fields} if old is not None else set()
    refers = {row.role: row.refers for row in stored(old).slots} if old is not None else {}
    when = view.field("when")
    fields: list[FieldRow] = []
    taken = {view.field(f"f{place}.name").casefold() for place in range(_count(view, "fields", _ROWS))}
    for place in range(_count(view, "fields", _ROWS)):
        at = f"f{place}."
        name, label = view.field(at + "name"), view.field(at + "label")
        if not (name or label) or view.field(at + "gone"):
            continue
        name = name or identifier_of(label, taken)
        taken.add(name.casefold())
        fields.append(
            FieldRow(
                len(fields),
                name,
                label or name,
                view.field(at + "kind"),
                required=bool(view.field(at + "required")),
                many=bool(view.field(at + "many")),
                key=bool(view.field(at + "key")),
                when=when == str(place),
                choices=view.field(at + "choices").replace("\r\n", "\n"),
                flags=bool(view.field(at + "flags")),
                max_length=view.field(at + "max_length"),
                minimum=view.field(at + "minimum"),
                maximum=view.field(at + "maximum"),
                pattern=view.field(at + "pattern"),
                indexed=bool(view.field(at + "indexed")),
                is_known=name.casefold() in known,
            )
        )
    slots: list[SlotRow] = []
    for place in range(_count(view, "slots", MAX_SLOTS + 10)):
        role, at = view.field(f"s{place}.role"), f"s{place}."
        if role and not view.field(at + "gone"):
            required, many, primary = (bool(view.field(at + part)) for part in ("required", "many", "primary"))
            slots.append(SlotRow(len(slots), role, required, many, primary, refers.get(role, "")))
    version = view.field("version")
    title = view.field("display_name") or view.field("name")
    return Definition(
        old.name if old is not None else view.field("name") or type_name_of(title),
        title,
        view.field("category"),
        view.field("icon"),
        old.is_activity if old is not None else view.field("is_activity") != "no",
        tuple(fields),
        tuple(slots),
        int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0,
    )


def _count(view: View, name: str, most: int) -> int:
    text = view.field(name)
    return min(int(text), most) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


def draft_of(said: Definition, old: InteractionType | None) -> tuple[InteractionType, list[Problem]]:
    """Return the type that a form makes, and what of it cannot be read.

    What the form does not show stays, and so does all that was left as it was shown.
    """
    problems: list[Problem] = []
    known = {field.name.casefold(): field for field in (*old.fields, *old.retired)} if old is not None else {}
    slots = {slot.role.strip(): slot for slot in old.slots} if old is not None else {}
    shown = {row.name.casefold(): _own(row) for row in stored(old).fields} if old is not None else {}
    try:
        category = Category(said.category)
    except ValueError:
        category = Category.OTHER
        problems.append(Problem("category", "must be one of the categories", "unknown"))
    _check_text("display_name", said.display_name, LONGEST, problems)
    base = old or InteractionType(id=0, name=said.name, open=True, collections=(f"{said.name}s",))
    fields = [
        known[key] if shown.get(key := row.name.casefold()) == _own(row) else _field(row, known.get(key), problems)
        for row in said.fields
    ]
    draft = replace(
        base,
        display_name=_called(said.display_name, base.display_name, base.name),
        category=category,
        is_activity=said.is_activity,
        fields=tuple(fields),
        slots=tuple(_slot(row, slots.get(row.role)) for row in said.slots),
        identity=tuple(row.name for row in said.fields if row.key),
        timestamp_field=next((row.name for row in said.fields if row.when), None),
        attributes=_with_icon(base.attributes, said.icon, category),
    )
    return draft, problems


def _own(row: FieldRow) -> FieldRow:
    """Return what a row says of its field alone."""
    return row._replace(place=0, key=False, when=False, is_known=False, problems=())


def _with_icon(attributes: dict[str, Any], icon: str, category: Category) -> dict[str, Any]:
    if icon == str(attributes.get("icon") or ""):
        return attributes
    others = {name: value for name, value in attributes.items() if name != "icon"}
    return others | {"icon": icon} if icon in TYPE_ICONS and icon != ICONS[category] else others


def _slot(row: SlotRow, old: ParticipantSlot | None) -> ParticipantSlot:
    base = old or ParticipantSlot(row.role)
    return replace(base, required=row.required, many=row.many, primary=row.primary)


def _field(row: FieldRow, old: FieldDefinition | None, problems: list[Problem]) -> FieldDefinition:
    path = f"fields[{row.place}]"
    try:
        kind = FieldKind(row.kind)
    except ValueError:
        kind = FieldKind.TEXT
        problems.append(Problem(f"{path}.kind", "must be one of the kinds", "unknown"))
    _check_text(f"{path}.label", row.label, LONGEST, problems)
    _check_text(f"{path}.pattern", row.pattern, MAX_PATTERN, problems)
    numbers: dict[str, int | float | None] = {}
    for name, text in (("max_length", row.max_length), ("minimum", row.minimum), ("maximum", row.maximum)):
        numbers[name] = None
        text = text.replace(",", ".")
        if not text:
            continue
        if _WHOLE.fullmatch(text):
            numbers[name] = int(text)
        elif name != "max_length" and _NUMBER.fullmatch(text):
            numbers[name] = float(text)
        else:
            problems.append(Problem(f"{path}.{name}", "must be a number", "number"))
    low, high = numbers["minimum"], numbers["maximum"]
    if low is not None and high is not None and low > high:
        problems.append(Problem(f"{path}.maximum", "must not be less than the smallest value", "bounds"))
    choices, labels = _choices(row.choices) if kind is FieldKind.CHOICE else ((), ())
    if old is not None and old.kind is kind and shown_choices(old) == row.choices:
        choices, labels = old.choices, old.labels
    if len(choices) > MOST_CHOICES:
        problems.append(Problem(f"{path}.choices", f"must not be more than {MOST_CHOICES}", "too_many"))
    for text in (*(str(choice) for choice in choices), *labels):
        _check_text(f"{path}.choices", text, LONGEST, problems)
    base = old if old is not None else FieldDefinition(row.name)
    return replace(
        base,
        kind=kind,
        required=row.required,
        many=row.many,
        pattern=row.pattern or None,
        choices=choices,
        labels=labels,
        display_name=_called(row.label, base.display_name, base.name),
        flags=row.flags and kind is FieldKind.CHOICE,
        indexed=row.indexed,
        **numbers,
    )


def _choices(text: str) -> tuple[tuple[str | int, ...], tuple[str, ...]]:
    """Return choices, one on each line, and their labels: ``1 = Good``, where all are whole numbers."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    matches = [_LABELLED.fullmatch(line) for line in lines]
    found = [match for match in matches if match is not None]
    if len(found) < len(lines):
        return tuple(dict.fromkeys(lines)), ()
    by_value = {int(match[1]): match[2] or match[1] for match in found}
    has_labels = any(match[2] for match in found)
    return tuple(by_value), tuple(by_value.values()) if has_labels else ()


def _called(said: str, before: str | None, name: str) -> str | None:
    """Return what people call something: None where that is its name, unless it is said to be so."""
    if said == (before or name).strip():
        return before
    return said or None


def _check_text(path: str, text: str, most: int, problems: list[Problem]) -> None:
    if "\x00" in text:
        problems.append(Problem(path, "must not contain the character U+0000", "character"))
    elif len(text) > most:
        problems.append(Problem(path, f"must not have more than {most} characters", "too_long"))
