"""What goes over the network in version 1: objects with exactly the documented keys.

``Raw`` in an interaction is a ``Person``, encoded before.
"""

from typing import Any

from msgspec import Raw, Struct


class Person(Struct, gc=False):
    """A person within another object (spec 2.2), and an item of the list of persons (3)."""

    id: int
    type: int
    first_name: str
    last_name: str
    primary_email: str | None
    emails: tuple[str, ...]


class Address(Struct, gc=False):
    """The sender of an e-mail whom nobody here knows (spec 2.2)."""

    email: str


class Event(Struct, gc=False):
    """A meeting or a call (spec 2.2)."""

    date: str
    id: int
    attendees: list[str]
    start_time: str
    end_time: str | None
    updated_at: str | None
    manual_creator_id: int | None
    title: str | None
    type: int
    notes: list[int]
    persons: list[Raw]


class ChatMessage(Struct, gc=False):
    """A chat message (spec 2.2)."""

    id: int
    date: str
    direction: int
    manual_creator_id: int | None
    persons: list[Raw]
    type: int
    notes: list[int]


class Email(Struct, rename={"sender": "from"}, gc=False):
    """An e-mail (spec 2.2)."""

    date: str
    id: int
    subject: str | None
    type: int
    sender: Raw | Address | None
    to: list[Raw]
    cc: list[Raw]
    direction: int


class Success(Struct):
    """The answer to a DELETE."""

    success: bool = True


class Note(Struct, gc=False):
    """A note (spec 7.1)."""

    id: int
    creator_id: int | None
    person_ids: list[int]
    associated_person_ids: list[int]
    interaction_person_ids: list[int]
    interaction_id: int | None
    interaction_type: int | None
    is_meeting: bool
    mentioned_person_ids: list[int]
    organization_ids: list[int]
    opportunity_ids: list[int]
    parent_id: int | None
    content: str
    type: int
    created_at: str
    updated_at: str | None


class ListEntry(Struct, gc=False):
    """An entry of a list, as it stands in what it is for (spec 3, 4, 5)."""

    id: int
    creator_id: int
    list_id: int
    entity_id: int
    entity_type: int
    created_at: str


class DropdownOption(Struct, gc=False):
    """An option of a dropdown (spec 9.1)."""

    id: int
    text: str
    rank: int
    color: int


class Field(Struct, gc=False):
    """A field (spec 9.1)."""

    id: int
    name: str
    list_id: int | None
    enrichment_source: str
    value_type: int
    allows_multiple: bool
    track_changes: bool
    dropdown_options: list[DropdownOption]


class FieldValue(Struct, gc=False):
    """A value of a field (spec 9.2)."""

    id: int
    field_id: int
    list_entry_id: int | None
    entity_type: int
    value_type: int
    entity_id: int
    created_at: str
    updated_at: str | None
    value: Any


class FieldValueChange(Struct, gc=False):
    """One change of a value (spec 9.3)."""

    id: int
    field_id: int
    entity_id: int
    list_entry_id: int | None
    action_type: int
    changer: Person | None
    changed_at: str
    value: Any


class Listed(Struct, gc=False):
    """An entry of a list with what it is for: a person, an organization or an opportunity, shortly (spec 6)."""

    id: int
    list_id: int
    creator_id: int
    entity_id: int
    entity_type: int
    created_at: str
    entity: Person | dict[str, Any]


class EntityFile(Struct, gc=False):
    """A file (spec 10)."""

    id: int
    name: str
    size: int
    person_id: int | None
    organization_id: int | None
    opportunity_id: int | None
    uploader_id: int
    created_at: str


class ExtendedFile(EntityFile, gc=False):
    """A file, with what the vendor's has not."""

    x_interaction_id: int | None
    x_content_type: str


class Opportunity(Struct, gc=False):
    """An opportunity (spec 5)."""

    id: int
    name: str
    person_ids: tuple[int, ...]
    organization_ids: tuple[int, ...]
    list_entries: list[ListEntry]


class PartyList(Struct):
    """A list (spec 6)."""

    id: int
    type: int
    name: str
    public: bool
    owner_id: int
    list_size: int


class Strength(Struct):
    """The strength of one relationship (spec 8)."""

    internal_id: int
    external_id: int
    strength: float
