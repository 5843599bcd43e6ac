"""Between version 1 of the API and the model: pure functions, both directions side by side."""

from collections.abc import Container, Mapping
from datetime import timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Raw
from msgspec.json import encode
from msgspec.structs import replace

from interlog.ledger.list_entries import entry_of
from interlog.ledger.relationships import Moments
from interlog.model.instants import DAY, MINUTE, Moment, to_datetime
from interlog.model.interactions import Brief, Content, Draft, Interaction, Participant
from interlog.model.notes import Note
from interlog.model.parties import Directory, ListEntry, Opportunity, Organization, Person
from interlog.model.tenancy import Tenant
from interlog.model.types import (
    CALL,
    CHAT_MESSAGE,
    MEETING,
    Category,
    Direction,
    InteractionType,
    Logging,
    Role,
)

from . import wire

MEETING_CODE, CALL_CODE, CHAT_CODE, EMAIL_CODE = 0, 1, 2, 3

CATEGORIES: dict[int, tuple[Category, ...]] = {
    MEETING_CODE: (Category.MEETING, Category.VISIT),
    CALL_CODE: (Category.CALL,),
    CHAT_CODE: (Category.MESSAGE,),
    EMAIL_CODE: (Category.EMAIL,),
}
"""Which of our categories each of the four kinds of interactions stands for."""

CODES = {category: code for code, categories in CATEGORIES.items() for category in categories}

LIST_KEYS = {MEETING_CODE: "events", CALL_CODE: "events", CHAT_CODE: "chat_messages", EMAIL_CODE: "emails"}

CREATED_TYPES = {MEETING_CODE: MEETING.name, CALL_CODE: CALL.name, CHAT_CODE: CHAT_MESSAGE.name}

LOGGED_TITLE = "Manually logged event"


def types_of(tenant: Tenant, code: int) -> tuple[int, ...]:
    """Return the ids of the tenant's types that are listed as this kind."""
    return tenant.type_ids(*CATEGORIES[code])


def code_of(type_: InteractionType) -> int | None:
    """Return the kind as which interactions of a type are listed; None where they are not."""
    return CODES.get(type_.category)


# Times

_NOTHING, _MINUTE = timedelta(0), timedelta(minutes=1)


class Clock:
    """Renders instants in one zone, as ISO 8601 with milliseconds and a numeric offset (spec 1.4).

    What a time is made of is written out once and then looked up: lists are full of times.
    """

    def __init__(self, zone: str) -> None:
        self._zone = None if zone.upper() == "UTC" else ZoneInfo(zone)
        self._days: dict[int, str] = {}

    def text(self, instant: int) -> str:
        """Return an instant as text."""
        if self._zone is not None:
            return self._local(self._zone, instant)
        day = instant // DAY
        date = self._days.get(day) or self._day(day)
        second, millisecond = divmod(instant % MINUTE // 1000, 1000)
        return f"{date}{_MINUTES[instant % DAY // MINUTE]}{_SECONDS[second]}{_MILLISECONDS[millisecond]}"

    def optional(self, instant: int | None) -> str | None:
        """Return an instant as text; None for none."""
        return None if instant is None else self.text(instant)

    def _day(self, day: int) -> str:
        if len(self._days) > 20_000:
            self._days.clear()
        text = self._days[day] = to_datetime(day * DAY).date().isoformat() + "T"
        return text

    @staticmethod
    def _local(zone: ZoneInfo, instant: int) -> str:
        moment = to_datetime(instant)
        try:
            moment = moment.astimezone(zone)
            offset = moment.utcoffset() or _NOTHING
            if offset % _MINUTE:  # before there were zones, towns had times of their own, to the second
                moment = moment.astimezone(timezone(offset // _MINUTE * _MINUTE))
        except OverflowError:  # the first or last hours of the calendar
            pass
        return moment.isoformat(timespec="milliseconds")


_MINUTES = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60)]
_SECONDS = [f"{second:02}." for second in range(60)]
_MILLISECONDS = [f"{ms:03}+00:00" for ms in range(1000)]


@lru_cache(maxsize=64)
def clock(zone: str) -> Clock:
    """Return the clock of a zone."""
    return Clock(zone)


# Persons


def person(item: Person) -> wire.Person:
    """Return a person as it stands within other objects."""
    return wire.Person(item.id, int(item.kind), item.first_name, item.last_name, item.primary_email, item.emails)


Card = tuple[Raw, str | None]
"""A person ready to be put into other objects, and their primary address."""


class People(dict[int | None, Card | None]):
    """The persons of answers, each encoded when it is first looked up: the same ones stand in answer after answer.

    Looking up who is no more, or never was a person, gives None.
    """

    def __init__(self, persons: Mapping[int, Person]) -> None:
        super().__init__()
        self._persons = persons

    def __missing__(self, id_: int | None) -> Card | None:
        item = self._persons.get(id_) if id_ is not None else None
        if item is None:
            return None
        card = self[id_] = Raw(encode(person(item))), item.primary_email
        return card


def people(persons: Directory) -> People:
    """Return persons as they stand within other objects, by their ids."""
    found: People | None = persons.derived.get("affinity")
    if found is None:
        found = persons.derived["affinity"] = People(persons)
    return found


def full_person(item: Person) -> dict[str, Any]:
    """Return a person as the answer to reading or changing it."""
    return {**short(person(item)), "organization_ids": item.organization_ids}


def short(item: wire.Person) -> dict[str, Any]:
    """Return a person's keys, to add others to."""
    return {
        "id": item.id,
        "type": item.type,
        "first_name": item.first_name,
        "last_name": item.last_name,
        "primary_email": item.primary_email,
        "emails": item.emails,
    }


_DATES = ("first_email", "last_email", "first_event", "last_event", "next_event", "last_chat_message",
          "last_interaction")  # fmt: skip


def interaction_dates(moments: Moments, times: Clock, *, with_persons: bool) -> dict[str, Any]:
    """Return the two keys ``interaction_dates`` and ``interactions`` (spec 3)."""
    dates: dict[str, str | None] = {}
    interactions: dict[str, Any] = {}
    for name in _DATES:
        moment = moments.get(name)
        text = times.text(moment.at) if moment is not None else None
        dates[f"{name}_date"] = text
        if moment is None:
            interactions[name] = None
        else:
            interactions[name] = {"date": text} | ({"person_ids": moment.internal} if with_persons else {})
    return {"interaction_dates": dates, "interactions": interactions}


# Organizations and opportunities


def organization(item: Organization) -> dict[str, Any]:
    """Return an organization's keys without its conditional ones (spec 4)."""
    return {
        "id": item.id,
        "name": item.name,
        "domain": item.domain,
        "domains": item.domains,
        "crunchbase_uuid": None,
        "global": item.is_global,
    }


def list_entry(item: ListEntry, times: Clock) -> wire.ListEntry:
    """Return an entry of a list, as it stands in what it is for (spec 3, 5)."""
    return wire.ListEntry(
        id=item.id,
        creator_id=item.creator,
        list_id=item.list_id,
        entity_id=item.party,
        entity_type=int(item.kind),
        created_at=times.text(item.created_at),
    )


def opportunity(item: Opportunity, times: Clock) -> wire.Opportunity:
    """Return an opportunity (spec 5)."""
    return wire.Opportunity(
        item.id, item.name, item.person_ids, item.organization_ids, [list_entry(entry_of(item), times)]
    )


# Interactions

_ATTENDEE = Role.ATTENDEE.value
_DIRECTIONS = {0: Direction.SENT, 1: Direction.RECEIVED}


def draft(args: Mapping[str, Any], request_key: str | None) -> Draft:
    """Return what ``POST /interactions`` asks to be logged (spec 2.5)."""
    code: int = args["type"]
    date: Moment = args["date"]
    return Draft(
        type=CREATED_TYPES[code],
        content=Content(
            occurred_at=date.instant,
            occurred_offset=date.offset,
            body=args["content"],
            direction=_DIRECTIONS[args.get("direction", 0)] if code == CHAT_CODE else None,
            participants=_participants(args["person_ids"]),
        ),
        request_key=request_key,
    )


def amended(item: Interaction, code: int, args: Mapping[str, Any]) -> Content:
    """Return the content of an interaction with what ``PUT /interactions/{id}`` changes (spec 2.6)."""
    content = item.content
    changes: dict[str, Any] = {}
    if "person_ids" in args:
        known: dict[int | None, Participant] = {p.person: p for p in content.participants}
        changes["participants"] = tuple(known.get(p.person, p) for p in _participants(args["person_ids"]))
    if "content" in args:
        changes["body"] = args["content"]
    if "date" in args:
        date: Moment = args["date"]
        moved = date.instant - content.occurred_at
        changes["occurred_at"], changes["occurred_offset"] = date.instant, date.offset
        if content.ended_at is not None:
            changes["ended_at"] = content.ended_at + moved  # it lasts as long as before
    if "direction" in args and code == CHAT_CODE:
        changes["direction"] = _DIRECTIONS[args["direction"]]
    return replace(content, **changes)


def _participants(person_ids: list[int]) -> tuple[Participant, ...]:
    return tuple([Participant(id_, _ATTENDEE) for id_ in dict.fromkeys(person_ids)])


def interaction(item: Brief, code: int, people: People, times: Clock) -> wire.Event | wire.ChatMessage | wire.Email:
    """Return an interaction as the object of its kind (spec 2.2)."""
    if code == EMAIL_CODE:
        return _email(item, people, times)
    creator = item.creator if item.logging is Logging.MANUAL else None
    notes = [] if item.note_id is None else [item.note_id]
    persons: list[Raw] = []
    attendees: list[str] = []
    for part in item.participants:
        card = people[part.person]
        if card is None:
            if part.address is not None:
                attendees.append(part.address)
            continue
        shown, address = card
        if shown not in persons:  # who has two roles stands there once
            persons.append(shown)
            if address is not None:
                attendees.append(address)
    date = times.text(item.occurred_at)
    if code == CHAT_CODE:
        return wire.ChatMessage(
            id=item.number,
            date=date,
            direction=int(item.direction or 0),
            manual_creator_id=creator,
            persons=persons,
            type=code,
            notes=notes,
        )
    return wire.Event(
        date=date,
        id=item.number,
        attendees=attendees,
        start_time=date,
        end_time=None if item.ended_at is None else times.text(item.ended_at),
        updated_at=None if item.modified_at is None else times.text(item.modified_at),
        manual_creator_id=creator,
        title=title_of(item),
        type=code,
        notes=notes,
        persons=persons,
    )


def title_of(item: Brief) -> str | None:
    """Return the title of a meeting or call: logged ones without any have a constant one (spec 2.2)."""
    if item.title is None and item.logging is Logging.MANUAL and item.creator is not None:
        return LOGGED_TITLE
    return item.title


def _email(item: Brief, people: People, times: Clock) -> wire.Email:
    sender: Raw | wire.Address | None = None
    receivers: dict[str, list[Raw]] = {Role.TO: [], Role.CC: []}
    for part in item.participants:
        card = people[part.person]
        if part.role == Role.FROM:
            sender = card[0] if card is not None else wire.Address(part.address) if part.address else None
        elif card is not None and part.role in receivers:
            receivers[part.role].append(card[0])
    return wire.Email(
        date=times.text(item.occurred_at),
        id=item.number,
        subject=item.title,
        type=EMAIL_CODE,
        sender=sender,
        to=receivers[Role.TO],
        cc=receivers[Role.CC],
        direction=int(item.direction or 0),
    )


# Notes


class Existing(NamedTuple):
    """Which of the parties that some notes name there still are, and may be seen."""

    persons: Container[int]
    organizations: Container[int]
    opportunities: Container[int]


def note(item: Note, tenant: Tenant, there: Existing, times: Clock) -> wire.Note:
    """Return a note (spec 7.1)."""
    code = None
    if item.interaction_type_id is not None:
        code = code_of(tenant.types_by_id[item.interaction_type_id])
    associated = [id_ for id_ in item.links.persons if id_ in there.persons]
    attendees = [id_ for id_ in item.attendees if id_ in there.persons]
    return wire.Note(
        id=item.id,
        creator_id=item.creator,
        person_ids=list(dict.fromkeys([*associated, *attendees])),
        associated_person_ids=associated,
        interaction_person_ids=attendees,
        interaction_id=item.interaction if code is not None else None,
        interaction_type=code,
        is_meeting=code in (MEETING_CODE, CALL_CODE),
        mentioned_person_ids=list(item.mentions),
        organization_ids=[id_ for id_ in item.links.organizations if id_ in there.organizations],
        opportunity_ids=[id_ for id_ in item.links.opportunities if id_ in there.opportunities],
        parent_id=item.parent,
        content=item.content,
        type=int(item.kind),
        created_at=times.text(item.created_at),
        updated_at=times.optional(item.updated_at),
    )
