"""The form of a definition: what stands in it at first. ``type_draft`` reads what was sent."""

from collections.abc import Mapping
from typing import NamedTuple

from ..model.naming import type_name_of
from ..model.samples import Proposal
from ..model.types import Category, FieldDefinition, FieldKind, InteractionType, ParticipantSlot

_BLANK = 2
"""Empty rows at the end of a form, for those who have no scripts."""

KINDS = {
    FieldKind.TEXT: "Text",
    FieldKind.INTEGER: "Whole number",
    FieldKind.NUMBER: "Number",
    FieldKind.DECIMAL: "Exact decimal",
    FieldKind.BOOLEAN: "Yes or no",
    FieldKind.CHOICE: "Choice",
    FieldKind.INSTANT: "Date and time",
    FieldKind.DATE: "Date",
    FieldKind.TIME: "Time of day",
    FieldKind.DURATION: "Duration",
    FieldKind.UUID: "UUID",
    FieldKind.LOCALIZED: "Text in several languages",
    FieldKind.OBJECT: "Any JSON",
}
"""What each kind of fields is called."""

TYPE_ICONS = (
    "calendar", "phone", "message-square", "mail", "door-open", "circle", "handshake", "presentation", "video", "mic",
    "utensils", "briefcase", "building-2", "file-text", "footprints", "heart", "map-pin", "notebook-pen", "send",
    "shield", "star", "tag", "target", "trending-up", "users", "vote", "zap",
)  # fmt: skip
"""Icons that a type may have."""

LONGEST = 200
"""Characters of what people call a type, a field or a choice."""


class FieldRow(NamedTuple):
    """A field as the form shows it, all as text. ``place``: of its inputs; ``is_known``: it is stored already, so that
    its name stays. ``label`` is what people call it."""

    place: int
    name: str = ""
    label: str = ""
    kind: str = FieldKind.TEXT
    required: bool = False
    many: bool = False
    key: bool = False
    when: bool = False
    choices: str = ""
    flags: bool = False
    max_length: str = ""
    minimum: str = ""
    maximum: str = ""
    pattern: str = ""
    indexed: bool = False
    is_known: bool = False
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def has_more(self) -> bool:
        """Whether anything stands in what is folded away at first."""
        own = (self.choices, self.max_length, self.minimum, self.maximum, self.pattern)
        ticked = self.flags or self.indexed or self.many or self.key or self.when
        return any(own) or ticked or self.kind == FieldKind.CHOICE or bool(self.problems)

    def wrong(self, part: str) -> list[str]:
        """Return what is wrong with a part."""
        return [message for name, message in self.problems if name == part]


class SlotRow(NamedTuple):
    """A role of participants as the form shows it."""

    place: int
    role: str = ""
    required: bool = False
    many: bool = True
    primary: bool = False
    refers: str = ""
    problems: tuple[tuple[str, str], ...] = ()

    def wrong(self, part: str) -> list[str]:
        """Return what is wrong with a part."""
        return [message for name, message in self.problems if name == part]


class Definition(NamedTuple):
    """What stands in the form."""

    name: str = ""
    display_name: str = ""
    category: str = Category.OTHER
    icon: str = ""
    is_activity: bool = True
    fields: tuple[FieldRow, ...] = ()
    slots: tuple[SlotRow, ...] = ()
    version: int = 0
    problems: tuple[tuple[str, str], ...] = ()

    def wrong(self, part: str) -> list[str]:
        """Return what is wrong with a part that is no field and no role."""
        return [message for name, message in self.problems if name == part]

    def with_blanks(self, more: int = _BLANK) -> "Definition":
        """Return the form with empty rows at its end."""
        fields = (*self.fields, *(FieldRow(len(self.fields) + place) for place in range(more)))
        return self._replace(fields=fields, slots=(*self.slots, SlotRow(len(self.slots))))


def stored(type_: InteractionType) -> Definition:
    """Return what the form of a stored type says at first."""
    return Definition(
        type_.name,
        (type_.display_name or type_.name).strip(),
        type_.category,
        str(type_.attributes.get("icon") or ""),
        type_.is_activity,
        tuple(_row(place, field, type_) for place, field in enumerate(type_.fields)),
        tuple(
            SlotRow(
                place, slot.role, slot.required, slot.many, slot.primary,
                ", ".join(f"{own} = {slot.party}.{theirs}" for own, theirs in slot.references),
            )
            for place, slot in enumerate(type_.slots)
        ),
        type_.version,
    )  # fmt: skip


def proposed(name: str, given: Proposal, titles: Mapping[str, str]) -> Definition:
    """Return the form of a definition that was proposed from a sample, whose columns had these titles."""
    draft = InteractionType(
        id=0,
        name=type_name_of(name),
        display_name=name or None,
        fields=tuple(column.field for column in given.columns),
        identity=given.identity,
        timestamp_field=given.timestamp_field,
        is_activity=True,
        slots=(ParticipantSlot("attendee"),),
    )
    rows = stored(draft)
    fields = tuple(row._replace(is_known=False, label=titles[row.name].strip()[:LONGEST]) for row in rows.fields)
    return rows._replace(version=0, fields=fields)


def shown_choices(field: FieldDefinition) -> str:
    """Return the choices of a field, one on each line, with their labels where they have any."""
    labels = field.labels if len(field.labels) == len(field.choices) else None
    lines = [f"{choice} = {labels[at]}" if labels else str(choice) for at, choice in enumerate(field.choices)]
    return "\n".join(lines).replace("\r\n", "\n").strip()


def _row(place: int, field: FieldDefinition, type_: InteractionType) -> FieldRow:
    return FieldRow(
        place,
        field.name,
        (field.display_name or field.name).strip(),
        field.kind,
        field.required,
        field.many,
        field.name in type_.identity,
        field.name == type_.timestamp_field,
        shown_choices(field),
        field.flags,
        _text(field.max_length),
        _text(field.minimum),
        _text(field.maximum),
        (field.pattern or "").strip(),
        field.indexed,
        is_known=True,
    )


def _text(number: float | None) -> str:
    return "" if number is None else str(number)
