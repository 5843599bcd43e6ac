"""What is read of the Affinity API's objects; whatever else they hold is left alone."""

import typing
from typing import Annotated

from msgspec import Meta, Struct, field

from ..model.ids import MAX_ID

Id = Annotated[int, Meta(ge=1, le=MAX_ID)]


# Version 1


class WhoamiTenant(Struct):
    """The account."""

    name: str
    id: int = 0


class WhoamiUser(Struct, rename="camel"):
    """Whose key it is."""

    id: Id
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None


class Whoami(Struct):
    """``GET /auth/whoami``."""

    tenant: WhoamiTenant
    user: WhoamiUser


class Person(Struct):
    """A person; ``organization_ids`` only where it is read alone."""

    id: Id
    type: int
    first_name: str | None = None
    last_name: str | None = None
    primary_email: str | None = None
    emails: list[str] = []
    organization_ids: list[Id] = []


class Organization(Struct):
    """An organization."""

    id: Id
    name: str | None = None
    domain: str | None = None
    domains: list[str] | None = None
    is_global: bool = field(name="global", default=False)


class ListEntry(Struct):
    """That something stands on a list."""

    id: Id
    list_id: Id
    entity_id: Id
    created_at: str
    creator_id: Id | None = None


class Opportunity(Struct):
    """An opportunity."""

    id: Id
    name: str | None = None
    person_ids: list[Id] = []
    organization_ids: list[Id] = []
    list_entries: list[ListEntry] = []


class Option(Struct):
    """An option of a dropdown."""

    id: Id
    text: str
    rank: int | None = None
    color: int | None = None


class Field(Struct):
    """A field."""

    id: Id
    name: str
    value_type: int
    list_id: Id | None = None
    enrichment_source: str | None = None
    allows_multiple: bool = False
    track_changes: bool = True
    dropdown_options: list[Option] = []


class FieldValue(Struct):
    """A value of a field."""

    id: Id
    field_id: Id
    entity_id: Id
    created_at: str
    value: object = None
    list_entry_id: Id | None = None
    updated_at: str | None = None


class Named(Struct):
    """A person or another record within one; what else it has does not matter."""

    id: Id


class FieldValueChange(Struct):
    """How a value of a field changed."""

    id: Id
    field_id: Id
    entity_id: Id
    action_type: int
    changed_at: str
    list_entry_id: Id | None = None
    changer: Named | None = None
    value: object = None


class Reminder(Struct):
    """A reminder."""

    id: Id
    type: int
    created_at: str
    due_date: str
    content: str | None = None
    completed_at: str | None = None
    reset_type: int | None = None
    reminder_days: int | None = None
    creator: Named | None = None
    owner: Named | None = None
    completer: Named | None = None
    person: Named | None = None
    organization: Named | None = None
    opportunity: Named | None = None


class EntityFile(Struct):
    """A file; only another Interlog has some that lie beside interactions."""

    id: Id
    name: str
    size: int
    created_at: str
    person_id: Id | None = None
    organization_id: Id | None = None
    opportunity_id: Id | None = None
    x_interaction_id: Id | None = None
    uploader_id: Id | None = None


class Webhook(Struct):
    """A webhook; another Interlog tells whoever made it how it is signed."""

    id: Id
    webhook_url: str
    subscriptions: list[str] = []
    created_by: Id | None = None
    updated_at: str | None = None
    x_signing_key: str | None = None


class Note(Struct):
    """A note."""

    id: Id
    content: str | None
    type: int
    created_at: str
    updated_at: str | None = None
    creator_id: Id | None = None
    associated_person_ids: list[Id] | None = None
    person_ids: list[Id] | None = None
    organization_ids: list[Id] | None = None
    opportunity_ids: list[Id] | None = None
    mentioned_person_ids: list[Id] | None = None
    interaction_id: Id | None = None
    interaction_type: int | None = None
    parent_id: Id | None = None


class ShortPerson(Struct):
    """A person within an interaction; only an address where nobody has it."""

    id: Id | None = None
    email: str | None = None
    primary_email: str | None = None


class Interaction(Struct):
    """An interaction of any kind. The keys that begin with ``x_`` are another Interlog's, which we ask for."""

    id: Id
    date: str
    end_time: str | None = None
    updated_at: str | None = None
    manual_creator_id: Id | None = None
    direction: int | None = None
    attendees: list[str] = []
    persons: list[ShortPerson] = []
    x_version: int | None = None
    x_content: str | None = None
    x_title: str | None = None
    x_end_time: str | None = None
    x_location: dict[str, object] | None = None
    x_organization_ids: list[Id] = []
    x_opportunity_ids: list[Id] = []
    x_external_ids: dict[str, str] = {}
    x_fields: dict[str, typing.Any] = {}
    x_logging_type: int = 0
    x_created_at: str | None = None


class Permission(Struct):
    """To whom a list is opened."""

    internal_person_id: Id
    role_id: int


class ListDetails(Struct):
    """What only a list read alone shows, by another Interlog."""

    x_additional_permissions: list[Permission] = []


# Version 2


class PartyList(Struct, rename="camel"):
    """A list."""

    id: Id
    name: str
    type: str
    created_at: str | None = None
    is_public: bool = True
    owner_id: Id | None = None
    creator_id: Id | None = None


class FieldMetadata(Struct, rename="camel"):
    """What version 2 knows more of a field: ``id`` is ``field-`` and its number where it is one of the account's."""

    id: str
    is_required: bool | None = None
    created_at: str | None = None


class Times(Struct, rename="camel"):
    """What only version 2 knows of a reminder or a webhook."""

    id: Id
    created_at: str | None = None
    updated_at: str | None = None


class Merge(Struct, rename="camel"):
    """A merge of two persons, or of two companies."""

    id: Id
    status: str
    primary_person_id: Id | None = None
    duplicate_person_id: Id | None = None
    primary_company_id: Id | None = None
    duplicate_company_id: Id | None = None


class SavedView(Struct):
    """A view of a list that somebody keeps."""

    name: str


class PersonData(Struct):
    """A person within an interaction."""

    id: Id


class Attendee(Struct, rename="camel"):
    """Who took part: a person, or an address."""

    email_address: str | None = None
    person: PersonData | None = None


class Attendees(Struct, rename="camel"):
    """The first ones of those who took part."""

    data: list[Attendee] = []
    total_count: int = 0


class Participants(Struct, rename="camel"):
    """The first ones of the persons who took part in a conversation."""

    data: list[PersonData] = []
    total_count: int = 0


class Event(Struct, rename="camel"):
    """A meeting or a call."""

    id: Id
    start_time: str
    created_at: str
    logging_type: str = "automated"
    title: str | None = None
    end_time: str | None = None
    updated_at: str | None = None
    creator: Attendee | None = None
    attendees_preview: Attendees = field(default_factory=Attendees)


class ChatMessage(Struct, rename="camel"):
    """A chat message."""

    id: Id
    sent_at: str
    created_at: str
    logging_type: str = "manual"
    direction: str = "sent"
    updated_at: str | None = None
    creator: PersonData | None = None
    participants_preview: Participants = field(default_factory=Participants)


class Email(Struct, rename="camel"):
    """An e-mail."""

    id: Id
    sent_at: str
    created_at: str
    direction: str = "sent"
    subject: str | None = None
    updated_at: str | None = None
    sender: Attendee | None = field(name="from", default=None)
    to_participants_preview: Attendees = field(default_factory=Attendees)
    cc_participants_preview: Attendees = field(default_factory=Attendees)


Any = Event | ChatMessage | Email
