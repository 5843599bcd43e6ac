"""What goes over the network in version 2: objects with exactly the documented keys (spec 14)."""

from typing import Any

from msgspec import UNSET, Struct, UnsetType


class PersonData(Struct, rename="camel", gc=False):
    """A person within another object (14.1)."""

    id: int
    first_name: str | None
    last_name: str | None
    primary_email_address: str | None
    type: str


class Attendee(Struct, rename="camel"):
    """Somebody who takes part: a known person, an address, or both (14.1)."""

    email_address: str | None
    person: PersonData | None


class Preview(Struct, rename="camel"):
    """The first hundred of some objects, and how many there are (14.1)."""

    data: list[Any]
    total_count: int


class Person(Struct, rename="camel"):
    """A person (14.4)."""

    id: int
    first_name: str
    last_name: str | None
    primary_email_address: str | None
    email_addresses: tuple[str, ...]
    type: str


class Company(Struct, rename="camel"):
    """An organization (14.4)."""

    id: int
    name: str
    domain: str | None
    domains: tuple[str, ...]
    is_global: bool


class CompanyData(Struct, rename="camel"):
    """An organization within another object (14.1)."""

    id: int
    name: str
    domain: str | None


class Opportunity(Struct, rename="camel"):
    """An opportunity (14.4)."""

    id: int
    name: str
    list_id: int
    list_name: str
    is_restricted: bool = False
    is_redacted: bool = False


class PartyList(Struct, rename="camel"):
    """A list (14.5); the first version does not tell when it was made, nor do those of a party tell whom they hold."""

    id: int
    name: str
    type: str | UnsetType
    is_public: bool
    owner_id: int
    creator_id: int
    created_at: str | UnsetType = UNSET


class ListEntry(Struct, rename="camel"):
    """What stands on a list, and since when (14.5)."""

    id: int
    list_id: int
    type: str
    created_at: str
    creator_id: int | None
    entity: Any


class Standing(Struct, rename="camel"):
    """How a person or a company stands on a list (14.4)."""

    id: int
    list_id: int
    list_name: str
    creator_id: int | None
    created_at: str
    fields: list[Any]


class FieldMetadata(Struct, rename="camel"):
    """A field (14.5); older versions do not tell everything of it."""

    id: str
    name: str
    type: str
    enrichment_source: str | None
    value_type: str
    created_at: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    is_required: bool | UnsetType = UNSET
    filterability: dict[str, Any] | UnsetType | None = UNSET
    sortability: dict[str, Any] | UnsetType | None = UNSET


class Option(Struct, rename="camel"):
    """An option of a dropdown (14.5); those of ranked ones have a rank and a colour."""

    id: int
    text: str
    type: str
    rank: int | UnsetType = UNSET
    color: str | UnsetType | None = UNSET


class Field(Struct, rename="camel"):
    """A field with the value that somebody has in it (14.5)."""

    id: str
    name: str
    type: str
    enrichment_source: str | None
    value: dict[str, Any]


class Event(Struct, rename="camel"):
    """A call; with ``organizer`` a meeting (14.2)."""

    id: int
    logging_type: str
    title: str | None
    start_time: str
    end_time: str | None
    all_day: bool
    creator: Attendee | None
    created_at: str
    updated_at: str | None
    attendees_preview: Preview


class Meeting(Event, rename="camel"):
    """A meeting (14.2)."""

    organizer: Attendee | None = None


class ChatMessage(Struct, rename="camel"):
    """A chat message (14.2)."""

    id: int
    sent_at: str
    logging_type: str
    direction: str
    creator: PersonData | None
    created_at: str
    updated_at: str | None
    participants_preview: Preview


class Email(Struct, rename={"sender": "from", "sent_at": "sentAt", "logging_type": "loggingType",
                            "created_at": "createdAt", "updated_at": "updatedAt",
                            "to_participants_preview": "toParticipantsPreview",
                            "cc_participants_preview": "ccParticipantsPreview"}):  # fmt: skip
    """An e-mail (14.2)."""

    id: int
    sent_at: str
    logging_type: str
    direction: str
    subject: str | None
    created_at: str
    updated_at: str | None
    sender: Attendee
    to_participants_preview: Preview
    cc_participants_preview: Preview
