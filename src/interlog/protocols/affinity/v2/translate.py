"""Between version 2 of the API and the model: pure functions."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET

from interlog.model.fields import NamedOrganization, NamedPerson
from interlog.model.instants import to_datetime
from interlog.model.interactions import Brief, Participant
from interlog.model.notes import Note, NoteKind
from interlog.model.parties import ListEntry, Opportunity, Organization, Party, PartyList, Person, PersonKind
from interlog.model.tenancy import Tenant
from interlog.model.types import Direction, Logging, Role

from ..html import from_plain
from ..translate import CALL_CODE, CHAT_CODE, EMAIL_CODE, MEETING_CODE, code_of, title_of
from . import wire

PREVIEWED = 100

INTERACTION_KINDS = {
    MEETING_CODE: "meeting",
    CALL_CODE: "call",
    CHAT_CODE: "chat-message",
    EMAIL_CODE: "email",
}

_PERSON_TYPES = {
    PersonKind.EXTERNAL: "external",
    PersonKind.INTERNAL: "internal",
    PersonKind.COLLABORATOR: "collaborator",
}

LIST_TYPES = {Party.PERSON: "person", Party.ORGANIZATION: "company", Party.OPPORTUNITY: "opportunity"}

People = Mapping[int, Person]


def time(instant: int) -> str:
    """Return an instant as text: UTC, whole seconds."""
    return to_datetime(instant).isoformat(timespec="seconds").replace("+00:00", "Z")


def optional_time(instant: int | None) -> str | None:
    """Return an instant as text; None for none."""
    return None if instant is None else time(instant)


# Parties


def person_data(item: Person | NamedPerson) -> wire.PersonData:
    """Return a person as it stands within other objects."""
    return wire.PersonData(
        item.id, item.first_name or None, item.last_name or None, item.primary_email, _PERSON_TYPES[item.kind]
    )


def person(item: Person) -> wire.Person:
    """Return a person; here a collaborator counts as external."""
    return wire.Person(
        id=item.id,
        first_name=item.first_name,
        last_name=item.last_name or None,
        primary_email_address=item.primary_email,
        email_addresses=item.emails,
        type="internal" if item.kind is PersonKind.INTERNAL else "external",
    )


def company(item: Organization) -> wire.Company:
    """Return an organization."""
    return wire.Company(item.id, item.name, item.domain, item.domains, item.is_global)


def company_data(item: Organization | NamedOrganization) -> wire.CompanyData:
    """Return an organization as it stands within other objects."""
    return wire.CompanyData(item.id, item.name, item.domain)


def opportunity(item: Opportunity, list_names: Mapping[int, str]) -> wire.Opportunity:
    """Return an opportunity."""
    return wire.Opportunity(item.id, item.name, item.list_id, list_names.get(item.list_id, ""))


# Lists


def party_list(item: PartyList, *, dated: bool) -> wire.PartyList:
    """Return a list; ``dated``: with when it was made, which the first version does not tell."""
    return wire.PartyList(
        id=item.id,
        name=item.name,
        type=LIST_TYPES[item.kind],
        is_public=item.is_public,
        owner_id=item.owner,
        creator_id=item.creator,
        created_at=time(item.created_at) if dated else UNSET,
    )


def list_entry(item: ListEntry, entity: Any) -> wire.ListEntry:
    """Return the entry by which a party, which is shown as ``entity``, stands on a list."""
    return wire.ListEntry(item.id, item.list_id, LIST_TYPES[item.kind], time(item.created_at), item.creator, entity)


# Interactions


def interaction(item: Brief, code: int, people: People) -> wire.Event | wire.ChatMessage | wire.Email:
    """Return an interaction as an item of its collection."""
    if code == EMAIL_CODE:
        return _email(item, people)
    if code == CHAT_CODE:
        return _chat_message(item, people)
    return _event(item, code, people)


def _event(item: Brief, code: int, people: People) -> wire.Event:
    creator = people.get(item.creator) if item.creator is not None else None
    make = wire.Meeting if code == MEETING_CODE else wire.Event
    automatic = code == MEETING_CODE and item.logging is Logging.AUTOMATIC
    return make(
        id=item.number,
        logging_type="automated" if automatic else "manual",
        title=title_of(item),
        start_time=time(item.occurred_at),
        end_time=optional_time(item.ended_at),
        all_day=False,
        creator=attendee_of(creator) if creator is not None else None,
        created_at=time(item.created_at),
        updated_at=optional_time(item.modified_at),
        attendees_preview=_preview(item.participants, people),
    )


def _chat_message(item: Brief, people: People) -> wire.ChatMessage:
    creator = people.get(item.creator) if item.creator is not None else None
    known = [people[id_] for p in item.participants if (id_ := p.person) is not None and id_ in people]
    creator = creator or next(iter(known), None)
    return wire.ChatMessage(
        id=item.number,
        sent_at=time(item.occurred_at),
        logging_type="manual",
        direction=direction(item.direction),
        creator=person_data(creator) if creator is not None else None,
        created_at=time(item.created_at),
        updated_at=optional_time(item.modified_at),
        participants_preview=_persons_preview(known),
    )


def _email(item: Brief, people: People) -> wire.Email:
    by_role = roles_of(item)
    return wire.Email(
        id=item.number,
        sent_at=time(item.occurred_at),
        logging_type="automated",
        direction=direction(item.direction),
        subject=item.title,
        created_at=time(item.created_at),
        updated_at=optional_time(item.modified_at),
        sender=sender_of(by_role, people),
        to_participants_preview=_preview(by_role[Role.TO], people),
        cc_participants_preview=_preview(by_role[Role.CC], people),
    )


def roles_of(item: Brief) -> dict[str, list[Participant]]:
    """Return who took part in an e-mail by role."""
    by_role: dict[str, list[Participant]] = {Role.FROM: [], Role.TO: [], Role.CC: []}
    for part in item.participants:
        by_role.setdefault(part.role, []).append(part)
    return by_role


def sender_of(by_role: Mapping[str, list[Participant]], people: People) -> wire.Attendee:
    """Return who sent an e-mail; nobody where that is not known."""
    return next((attendee(part, people) for part in by_role[Role.FROM]), wire.Attendee(None, None))


def direction(given: Direction | None) -> str:
    """Return a direction as a word."""
    return "received" if given is Direction.RECEIVED else "sent"


def attendees(parts: Iterable[Participant], people: People) -> list[wire.Attendee]:
    """Return who took part, each once."""
    found = {p.person or p.address or index: attendee(p, people) for index, p in enumerate(parts)}
    return [one for one in found.values() if one.person or one.email_address]


def attendee(part: Participant, people: People) -> wire.Attendee:
    """Return somebody who took part."""
    known = people.get(part.person) if part.person is not None else None
    return attendee_of(known) if known is not None else wire.Attendee(part.address, None)


def attendee_of(item: Person) -> wire.Attendee:
    """Return a known person who took part."""
    return wire.Attendee(item.primary_email, person_data(item))


def _preview(parts: Iterable[Participant], people: People) -> wire.Preview:
    shown = attendees(parts, people)
    return wire.Preview(shown[:PREVIEWED], len(shown))


def _persons_preview(persons: Iterable[Person]) -> wire.Preview:
    distinct = list({item.id: item for item in persons}.values())
    return wire.Preview([person_data(item) for item in distinct[:PREVIEWED]], len(distinct))


# Notes


def note(item: Note, tenant: Tenant, people: People) -> dict[str, Any]:
    """Return a note (14.3) without the keys that must be asked for."""
    creator = people.get(item.creator) if item.creator is not None else None
    shown: dict[str, Any] = {
        "id": item.id,
        "type": "entities",
        "content": {"html": item.content if item.kind is NoteKind.HTML else from_plain(item.content)},
        "creator": person_data(creator) if creator is not None else None,
        "mentions": [],
        "createdAt": time(item.created_at),
        "updatedAt": optional_time(item.updated_at),
    }
    code = None
    if item.interaction_type_id is not None:
        code = code_of(tenant.types_by_id[item.interaction_type_id])
    if item.parent is not None:
        shown |= {"type": "user-reply", "parent": {"id": item.parent}}
    elif code is not None:
        interaction = {"type": INTERACTION_KINDS[code], "id": item.interaction}
        shown |= {"type": "interaction", "interaction": interaction}
    return shown
