"""Interaction types: the spine of the model.

A type says which fields its interactions have, who takes part, what identifies one and whether it may change.
The built-in types are definitions of the same kind as those that users define.
"""

from enum import IntEnum, StrEnum
from functools import cached_property
from typing import Any

from msgspec import Struct


class Category(StrEnum):
    """What kind of thing a type records; protocols with a closed set of kinds map by it."""

    MEETING = "meeting"
    CALL = "call"
    MESSAGE = "message"
    EMAIL = "email"
    VISIT = "visit"
    OTHER = "other"


class FieldKind(StrEnum):
    """The kind of values a field holds."""

    TEXT = "text"
    INTEGER = "integer"  # of 64 bits
    NUMBER = "number"  # also the texts "INF", "-INF" and "NaN"
    DECIMAL = "decimal"  # exact: its text, such as "12.5", of at most 38 digits
    BOOLEAN = "boolean"
    INSTANT = "instant"  # ISO 8601 text with an offset
    DATE = "date"
    TIME = "time"  # ISO 8601 text: a time of day
    DURATION = "duration"  # ISO 8601 text, such as "P1DT2H"
    UUID = "uuid"
    CHOICE = "choice"  # one of ``choices``
    LOCALIZED = "localized"  # an object: locale -> text
    OBJECT = "object"  # any JSON, kept as it is


class FieldDefinition(Struct, frozen=True):
    """One field of a type. ``many`` makes its value a list; bounds are inclusive; ``max_length`` counts characters.

    ``labels``: what people call the choices, in their order, where that is not what they are. ``flags``: the choices
    are bits, and a value is any sum of them. ``indexed``: filters on the field are to be fast.
    ``precedence``: as the type's, for this field alone.
    """

    name: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    many: bool = False
    max_length: int | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    pattern: str | None = None
    choices: tuple[str | int, ...] = ()
    display_name: str | None = None
    flags: bool = False
    indexed: bool = False
    precedence: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class ParticipantSlot(Struct, frozen=True):
    """A place for participants in a type: their role, and how many there may be.

    ``references``: pairs of a field of the interaction and a field of the profile type ``party``; the participants
    are the profiles whose fields equal the interaction's. Without references they are named one by one.
    ``primary``: theirs is the doing.
    """

    role: str
    required: bool = False
    many: bool = True
    party: str = "Contact"
    references: tuple[tuple[str, str], ...] = ()
    primary: bool = False


class InteractionType(Struct, frozen=True, kw_only=True, dict=True):
    """A definition of interactions. ``id`` is a small integer of the tenant, ``version`` counts its changes.

    ``is_activity``: its interactions may be amended; without it they are facts.
    ``identity``: names of the fields that together identify one interaction.
    ``open``: interactions may have fields that it does not declare, of any JSON values.
    ``timestamp_field``: the field that says when it happened; None: the author says so beside the fields.
    ``collections``: names under which its interactions are listed, each unique in the tenant; the first is the present
    one, former ones stay with the type.
    ``retired``: fields that were declared once, while there were interactions.
    ``expires_at``: from this instant on, its interactions can only be read.
    ``attributes``: whatever a protocol keeps with a definition, verbatim.
    ``revision``: MODEL, REVISION and ADDITION count its changes by how much they mean for what is stored.
    ``defined_at``: the instant of this version.
    ``precedence``: data sources of an activity, the one first that wins over all others; empty where the last writer
    wins. An empty name is the tenant's own source.
    """

    id: int
    name: str
    version: int = 1
    category: Category = Category.OTHER
    is_activity: bool = False
    built_in: bool = False
    open: bool = False
    display_name: str | None = None
    fields: tuple[FieldDefinition, ...] = ()
    slots: tuple[ParticipantSlot, ...] = ()
    identity: tuple[str, ...] = ()
    timestamp_field: str | None = None
    collections: tuple[str, ...] = ()
    retired: tuple[FieldDefinition, ...] = ()
    expires_at: int | None = None
    attributes: dict[str, Any] = {}
    revision: tuple[int, int, int] = (1, 0, 0)
    defined_at: int = 0
    precedence: tuple[str, ...] = ()

    @cached_property
    def indexed(self) -> tuple[FieldDefinition, ...]:
        """The fields whose values are in the index, as far as they can be: asked for with each interaction."""
        return tuple(field for field in self.fields if field.indexed and not field.many)

    def is_version(self, other: "InteractionType | None") -> bool:
        """Whether another one is the same version of the same type of one tenant."""
        return other is self or (
            other is not None
            and (other.id, other.version, other.defined_at) == (self.id, self.version, self.defined_at)
        )

    @property
    def has_references(self) -> bool:
        """Whether fields of its interactions name their participants."""
        return any(slot.references for slot in self.slots)

    @property
    def has_note(self) -> bool:
        """Whether the text of such an interaction is also its root note (an e-mail's text is not)."""
        return self.category not in (Category.EMAIL, Category.OTHER)


class Direction(IntEnum):
    """Who sent it: one of us, or the other side."""

    SENT = 0
    RECEIVED = 1


class Logging(IntEnum):
    """How it came here: captured by a sync, or logged by a person or a program on their behalf."""

    AUTOMATIC = 0
    MANUAL = 1


class Role(StrEnum):
    """The roles of the built-in types; a user's type may name others."""

    ATTENDEE = "attendee"
    FROM = "from"
    TO = "to"
    CC = "cc"
    INITIATOR = "initiator"
    CONTACT = "contact"
    CANVASSER = "canvasser"


def _built_in(
    id_: int,
    name: str,
    display_name: str,
    category: Category,
    *roles: Role,
    is_activity: bool = True,
    fields: tuple[FieldDefinition, ...] = (),
) -> InteractionType:
    return InteractionType(
        id=id_,
        name=name,
        display_name=display_name,
        category=category,
        is_activity=is_activity,
        built_in=True,
        open=True,
        fields=fields,
        slots=tuple(ParticipantSlot(role, primary=role in _DOERS) for role in roles),
        collections=(f"{name}s",),
    )


_DOERS = (Role.INITIATOR, Role.FROM, Role.CANVASSER)


MEETING = _built_in(1, "Meeting", "Meeting", Category.MEETING, Role.ATTENDEE, Role.INITIATOR)
CALL = _built_in(2, "Call", "Call", Category.CALL, Role.ATTENDEE, Role.INITIATOR)
CHAT_MESSAGE = _built_in(3, "ChatMessage", "Chat message", Category.MESSAGE, Role.ATTENDEE, Role.INITIATOR)
EMAIL = _built_in(4, "Email", "E-mail", Category.EMAIL, Role.FROM, Role.TO, Role.CC, is_activity=False)
CANVASS_VISIT = _built_in(
    5,
    "CanvassVisit",
    "Canvass visit",
    Category.VISIT,
    Role.CONTACT,
    Role.CANVASSER,
    fields=(
        *(
            FieldDefinition(f"{of}Id", FieldKind.UUID)
            for of in ("campaign", "contact", "survey", "list", "walklist", "turf", "household", "contactHousehold",
                       "status")
        ),
        FieldDefinition("distance", FieldKind.NUMBER),  # miles, from the canvasser to the door
        FieldDefinition("lat", FieldKind.NUMBER, minimum=-90, maximum=90),
        FieldDefinition("lng", FieldKind.NUMBER, minimum=-180, maximum=180),
        FieldDefinition("confidence", FieldKind.NUMBER),
        FieldDefinition("successful", FieldKind.BOOLEAN),
        FieldDefinition("unavailable", FieldKind.BOOLEAN),
        FieldDefinition("unavailableReason", max_length=256),
        FieldDefinition("responses", FieldKind.OBJECT),
    ),
)  # fmt: skip
LOGGED_INTERACTION = _built_in(
    6, "LoggedInteraction", "Logged interaction", Category.OTHER, Role.ATTENDEE, Role.INITIATOR
)

BUILT_IN_TYPES = (MEETING, CALL, CHAT_MESSAGE, EMAIL, CANVASS_VISIT, LOGGED_INTERACTION)
"""Created with each tenant, with these ids."""

FIRST_USER_TYPE_ID = 100
