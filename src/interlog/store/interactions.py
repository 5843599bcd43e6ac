"""Interactions: rows, reads, and the pages of a party's interactions."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    CompoundSelect,
    Select,
    and_,
    asc,
    bindparam,
    delete,
    desc,
    exists,
    func,
    literal_column,
    select,
    tuple_,
    union,
)

from ..model.conditions import Condition
from ..model.interactions import Brief, Content, Interaction, Links, Participant
from ..model.parties import Party
from ..model.types import Direction, Logging
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .rows import NOTHING, array_text, json_text, json_value, update_of
from .schema import external_id, interaction, participant, person, request, unbound
from .statements import Query, Unit, member_of, parameter

Columns = interaction.c

_participants = msgspec.json.Decoder(tuple[Participant, ...])
_links = msgspec.json.Decoder(Links)
_no_links = Links()

_BRIEF = (
    Columns.number, Columns.type_id, Columns.occurred_at, Columns.ended_at, Columns.title, Columns.direction,
    Columns.participants, Columns.logging, Columns.creator, Columns.note_id, Columns.created_at, Columns.modified_at,
)  # fmt: skip
"""What a list shows: a page of 500 with all columns takes twice as long to fetch."""

BY_NUMBER = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.number == parameter("number"))
)
BRIEF_BY_NUMBER = Query(
    select(*_BRIEF, Columns.group_id).where(
        Columns.tenant_id == parameter("tenant"), Columns.number == parameter("number"), Columns.deleted_at.is_(None)
    )
)
BY_NUMBERS = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.number, "numbers"))
)
BY_UUID = Query(select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.uuid == bindparam("uuid")))
BY_IDENTITY = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.type_id == parameter("type_id"),
        Columns.identity == bindparam("identity"),
    )
)
BY_EXTERNAL_ID = Query(
    select(external_id.c.number).where(
        external_id.c.tenant_id == parameter("tenant"),
        external_id.c.system == bindparam("system"),
        external_id.c.external_id == bindparam("external_id"),
    )
)
BY_REQUEST = Query(
    select(request.c.fingerprint, request.c.number).where(
        request.c.tenant_id == parameter("tenant"), request.c.key == bindparam("key")
    )
)
WAITING_FOR_ADDRESSES = Query(
    select(unbound.c.address, unbound.c.number).where(
        unbound.c.tenant_id == parameter("tenant"), member_of(unbound.c.address, "addresses", text=True)
    )
)
FORGET_ADDRESS = Query(
    delete(unbound).where(
        unbound.c.tenant_id == parameter("tenant"),
        unbound.c.address == bindparam("address"),
        unbound.c.number == parameter("number"),
    )
)
REMOVE_PARTICIPANT = Query(
    delete(participant).where(
        participant.c.tenant_id == parameter("tenant"),
        participant.c.party_kind == parameter("party_kind"),
        participant.c.party_id == parameter("party_id"),
        participant.c.occurred_at == parameter("occurred_at"),
        participant.c.number == parameter("number"),
    )
)
_CONTENT_COLUMNS = (
    "occurred_at", "occurred_offset", "ended_at", "title", "body", "direction", "place", "participants", "links",
    "fields", "extras",
)  # fmt: skip
UPDATE = update_of(
    interaction,
    ("tenant_id", "number"),
    *_CONTENT_COLUMNS,
    "note_id",
    "identity",
    "type_version",
    "version",
    "modified_at",
    "modifier",
    "deleted_at",
)


class Selection(NamedTuple):
    """Which interactions a page shows: those of any of the parties, newest first.

    ``start`` is inclusive, ``end`` exclusive; ``before`` is the (occurred_at, number) of the last one seen. ``types``
    and ``groups`` are sets of ids. ``also_person``: this person took part as well.
    """

    tenant: int
    parties: Sequence[tuple[int, int]]
    types: Sequence[int]
    groups: Sequence[int]
    start: int
    end: int
    limit: int
    before: tuple[int, int] | None = None
    direction: int | None = None
    logging: int | None = None
    also_person: int | None = None


async def page(database: Database, selection: Selection) -> list[Brief]:
    """Return a page by one statement per 64 parties, each an index range of at most ``limit`` entries per party."""
    parties = list(dict.fromkeys(selection.parties))
    if len(parties) <= _MOST_ARMS:
        return await _page(database, selection, parties)
    found: dict[int, Brief] = {}
    for start in range(0, len(parties), _MOST_ARMS):
        for item in await _page(database, selection, parties[start : start + _MOST_ARMS]):
            found[item.number] = item
    newest = sorted(found.values(), key=lambda item: (item.occurred_at, item.number), reverse=True)
    return newest[: selection.limit]


_MOST_ARMS = 64


async def _page(database: Database, selection: Selection, parties: Sequence[tuple[int, int]]) -> list[Brief]:
    if not parties:
        return []
    arms = 1 << (len(parties) - 1).bit_length()  # 1, 2, 4 … 64: seven texts serve any number of parties
    query = page_query(
        arms, selection.direction is not None, selection.logging is not None, selection.also_person is not None
    )
    end = (selection.end, 0)
    before_at, before_number = min(selection.before or end, end)
    arguments: dict[str, Any] = {
        "tenant": selection.tenant,
        "types": database.array(selection.types),
        "groups": database.array(selection.groups),
        "start": selection.start,
        "before_at": before_at,
        "before_number": before_number,
        "limit": selection.limit,
    }
    for name in ("direction", "logging", "also_person"):
        if (value := getattr(selection, name)) is not None:
            arguments[name] = int(value)
    for index in range(arms):
        kind, id_ = parties[index] if index < len(parties) else (0, 0)
        arguments[f"kind_{index}"] = int(kind)
        arguments[f"id_{index}"] = id_
    fetch = database.fetch if arms <= 8 else database.fetch_long
    return [brief_of(row) for row in await fetch(query, **arguments)]


@lru_cache(maxsize=256)
def page_query(arms: int, direction: bool, logging: bool, also_person: bool) -> Query:
    """Return the statement of a page for this many parties, with these optional conditions."""
    if arms == 1:
        return Query(_arm(0, direction, logging, also_person, select(*_BRIEF), joined=True))
    entries: list[Select[Any]] = []
    for index in range(arms):
        arm = _arm(
            index,
            direction,
            logging,
            also_person,
            select(participant.c.occurred_at, participant.c.number),
            joined=direction or logging,
        ).subquery(f"arm_{index}")
        entries.append(select(arm.c.occurred_at, arm.c.number))
    merged: CompoundSelect[Any] = union(*entries)
    newest = (
        merged.order_by(literal_column("occurred_at").desc(), literal_column("number").desc())
        .limit(parameter("limit"))
        .subquery("newest")
    )
    return Query(
        select(*_BRIEF)
        .select_from(
            newest.join(interaction, and_(Columns.tenant_id == parameter("tenant"), Columns.number == newest.c.number))
        )
        .order_by(newest.c.occurred_at.desc(), newest.c.number.desc())
    )


def _arm(
    index: int, direction: bool, logging: bool, also_person: bool, head: Select[Any], *, joined: bool
) -> Select[Any]:
    """One party's index range, newest first, no longer than the page."""
    entry = participant.c
    statement = head.select_from(participant)
    if joined:
        statement = head.select_from(
            participant.join(interaction, and_(Columns.tenant_id == entry.tenant_id, Columns.number == entry.number))
        )
    conditions = [
        entry.tenant_id == parameter("tenant"),
        entry.party_kind == parameter(f"kind_{index}"),
        entry.party_id == parameter(f"id_{index}"),
        entry.occurred_at >= parameter("start"),
        tuple_(entry.occurred_at, entry.number) < tuple_(parameter("before_at"), parameter("before_number")),
        member_of(entry.type_id, "types"),
        member_of(entry.group_id, "groups"),
    ]
    if direction:
        conditions.append(Columns.direction == parameter("direction"))
    if logging:
        conditions.append(Columns.logging == parameter("logging"))
    if also_person:
        other = participant.alias("other")
        conditions.append(
            exists(
                select(literal_column("1")).where(
                    other.c.tenant_id == entry.tenant_id,
                    other.c.party_kind == int(Party.PERSON),
                    other.c.party_id == parameter("also_person"),
                    other.c.occurred_at == entry.occurred_at,
                    other.c.number == entry.number,
                )
            )
        )
    return (
        statement.where(*conditions).order_by(entry.occurred_at.desc(), entry.number.desc()).limit(parameter("limit"))
    )


async def by_number(database: Database, tenant: int, number: int) -> Interaction | None:
    """Return an interaction, also a deleted one; None where there is none."""
    rows = await database.fetch(BY_NUMBER, tenant=tenant, number=number)
    return interaction_of(rows[0]) if rows else None


async def brief_by_number(database: Database, tenant: int, number: int) -> tuple[Brief, int] | None:
    """Return an interaction as a list shows it, and its security group; None where there is none, or it is deleted."""
    rows = await database.fetch(BRIEF_BY_NUMBER, tenant=tenant, number=number)
    return (brief_of(rows[0][:-1]), rows[0][-1]) if rows else None


async def by_numbers(database: Database, tenant: int, numbers: Iterable[int]) -> dict[int, Interaction]:
    """Return interactions by their numbers, also deleted ones."""
    rows = await database.fetch(BY_NUMBERS, tenant=tenant, numbers=database.array(numbers))
    return {row[1]: interaction_of(row) for row in rows}


async def in_order_of_number(
    database: Database,
    tenant: int,
    types: Iterable[int],
    groups: Iterable[int],
    after: int,
    limit: int,
    condition: Condition | None = None,
) -> list[Brief]:
    """Return the interactions of some types that meet a condition, oldest number first.

    Where few do, that is a long read: it passes by all the others.
    """
    arguments: dict[str, Any] = {
        "tenant": tenant,
        "types": database.array(types),
        "groups": database.array(groups),
        "after": after,
        "limit": limit,
    }
    shape = None
    if condition is not None:
        shape = shape_of(condition)
        arguments |= arguments_of(condition)
    rows = await database.fetch_long(in_order_of_number_query(shape), **arguments)
    return [brief_of(row) for row in rows]


@lru_cache(maxsize=SHAPES)
def in_order_of_number_query(shape: Shape | None) -> Query:
    """Return the statement of a page in order of numbers, of what meets a condition of this shape."""
    statement = select(*_BRIEF).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.number > parameter("after"),
        member_of(Columns.type_id, "types"),
        member_of(Columns.group_id, "groups"),
        Columns.deleted_at.is_(None),
    )
    if shape is not None:
        statement = statement.where(matching(shape, _FIELDS))
    return Query(statement.order_by(Columns.number).limit(parameter("limit")))


_FIELDS = {
    "number": Columns.number,
    "occurred_at": Columns.occurred_at,
    "created_at": Columns.created_at,
    "modified_at": Columns.modified_at,
}
"""What conditions can be about."""


async def by_key(database: Database, tenant: int, **key: Any) -> Interaction | None:
    """Return the interaction with this ``uuid``, or this ``type_id`` and ``identity``; None where there is none."""
    rows = await database.fetch(BY_UUID if "uuid" in key else BY_IDENTITY, tenant=tenant, **key)
    return interaction_of(rows[0]) if rows else None


class Moments(NamedTuple):
    """The numbers of a person's first and last interactions of each kind, None where there is none."""

    first_email: int | None
    last_email: int | None
    first_event: int | None
    last_event: int | None
    next_event: int | None
    last_chat_message: int | None
    last_interaction: int | None


@lru_cache(maxsize=64)
def _edge(types: str, *, last: bool, future: bool, wanted: str) -> Any:
    """The number (or time) of a person's earliest or latest interaction of some types, as a scalar subquery."""
    entry = participant.alias()
    way = desc if last else asc
    return (
        select(entry.c[wanted])
        .where(
            entry.c.tenant_id == person.c.tenant_id,
            entry.c.party_kind == int(Party.PERSON),
            entry.c.party_id == person.c.id,
            entry.c.occurred_at > parameter("now") if future else entry.c.occurred_at <= parameter("now"),
            member_of(entry.c.type_id, types),
            member_of(entry.c.group_id, "groups"),
        )
        .order_by(way(entry.c.occurred_at), way(entry.c.number))
        .limit(literal_column("1"))
        .correlate(person)
        .scalar_subquery()
    )


_EDGES: dict[str, dict[str, Any]] = {
    "first_email": {"types": "emails", "last": False, "future": False},
    "last_email": {"types": "emails", "last": True, "future": False},
    "first_event": {"types": "events", "last": False, "future": False},
    "last_event": {"types": "events", "last": True, "future": False},
    "next_event": {"types": "events", "last": False, "future": True},
    "last_chat_message": {"types": "messages", "last": True, "future": False},
    "last_interaction": {"types": "all_types", "last": True, "future": False},
}


def moment_at(name: str) -> Any:
    """Return the SQL expression of the time of one of a person's ``Moments``."""
    return _edge(**_EDGES[name], wanted="occurred_at")


MOMENTS = Query(
    select(person.c.id, *(_edge(**edge, wanted="number").label(name) for name, edge in _EDGES.items())).where(
        person.c.tenant_id == parameter("tenant"), member_of(person.c.id, "persons")
    )
)


class Kinds(NamedTuple):
    """Ids of the types that count as e-mails, events (meetings, calls, visits) and chat messages."""

    emails: Sequence[int]
    events: Sequence[int]
    messages: Sequence[int]

    def arguments(self, database: Database) -> dict[str, Any]:
        """Return the parameters of the statements over a person's moments."""
        return {
            "emails": database.array(self.emails),
            "events": database.array(self.events),
            "messages": database.array(self.messages),
            "all_types": database.array([*self.emails, *self.events, *self.messages]),
        }


async def moments(
    database: Database, tenant: int, persons: Sequence[int], kinds: Kinds, groups: Sequence[int], now: int
) -> dict[int, Moments]:
    """Return the moments of some persons, by one statement of seven index look-ups per person."""
    fetch = database.fetch if len(persons) <= 100 else database.fetch_long
    rows = await fetch(
        MOMENTS,
        tenant=tenant,
        persons=database.array(persons),
        groups=database.array(groups),
        now=now,
        **kinds.arguments(database),
    )
    return {row[0]: Moments(*row[1:]) for row in rows}


SHARED_WITH = Query(
    select(Columns.type_id, Columns.occurred_at, Columns.participants)
    .select_from(
        participant.join(
            interaction,
            and_(Columns.tenant_id == participant.c.tenant_id, Columns.number == participant.c.number),
        )
    )
    .where(
        participant.c.tenant_id == parameter("tenant"),
        participant.c.party_kind == int(Party.PERSON),
        participant.c.party_id == parameter("person"),
        participant.c.occurred_at > parameter("start"),
        participant.c.occurred_at <= parameter("now"),
        member_of(participant.c.group_id, "groups"),
    )
)


async def shared_with(
    database: Database, tenant: int, person_id: int, groups: Sequence[int], start: int, now: int
) -> Iterator[tuple[int, int, set[int]]]:
    """Yield (type id, instant, ids of the persons in it) of each interaction of a person in a time range."""
    rows = await database.fetch_long(
        SHARED_WITH, tenant=tenant, person=person_id, groups=database.array(groups), start=start, now=now
    )
    return (
        (type_id, occurred_at, {p.person for p in _participants.decode(text) if p.person is not None})
        for type_id, occurred_at, text in rows
    )


LIVE_COUNT = Query(
    select(func.count())
    .select_from(interaction)
    .where(Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
)


def row_of(tenant: int, item: Interaction, identity: str | None) -> tuple[Any, ...]:
    """Return the interaction's row, in the table's order of columns."""
    content = item.content
    return (
        tenant,
        item.number,
        item.uuid,
        item.type_id,
        item.type_version,
        item.group,
        *content_values(content),
        int(item.logging),
        item.protocol,
        item.origin,
        item.creator,
        item.note_id,
        json_text(item.external_ids),
        identity,
        item.version,
        item.created_at,
        item.modified_at,
        item.modifier,
        item.deleted_at,
    )


def content_values(content: Content) -> tuple[Any, ...]:
    """Return the values of the content's columns."""
    direction = content.direction
    return (
        content.occurred_at,
        content.occurred_offset,
        content.ended_at,
        content.title,
        content.body,
        None if direction is None else int(direction),
        json_text(content.place),
        array_text(content.participants),
        json_text(content.links),
        json_text(content.fields),
        json_text(content.extras),
    )


def participant_rows(tenant: int, item: Interaction) -> list[tuple[Any, ...]]:
    """Return a row for each party of an interaction: known persons, and what it is linked to directly."""
    content = item.content
    tail = (content.occurred_at, item.number, item.type_id, item.group)
    return [(tenant, kind, id_, *tail) for kind, id_ in parties_of(content)]


def parties_of(content: Content) -> list[tuple[int, int]]:
    """Return the (kind, id) of each known party of an interaction, once each."""
    found: dict[tuple[int, int], None] = {}
    for part in content.participants:
        if part.person is not None:
            found[0, part.person] = None
    if content.links:
        found.update(((int(Party.PERSON), id_), None) for id_ in content.links.persons)
        found.update(((int(Party.ORGANIZATION), id_), None) for id_ in content.links.organizations)
        found.update(((int(Party.OPPORTUNITY), id_), None) for id_ in content.links.opportunities)
    return list(found)


def change(unit: Unit, tenant: int, read: Interaction, new: Interaction, identity: str | None) -> None:
    """Add the update of a row to a unit, guarded by the version that was read, and move its participant rows."""
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_number": new.number,
            "read_version": read.version,
            **dict(zip(_CONTENT_COLUMNS, content_values(new.content), strict=True)),
            "note_id": new.note_id,
            "identity": identity,
            "type_version": new.type_version,
            "version": new.version,
            "modified_at": new.modified_at,
            "modifier": new.modifier,
            "deleted_at": new.deleted_at,
        },
    )
    old_rows = set() if read.deleted_at is not None else set(participant_rows(tenant, read))
    new_rows = set() if new.deleted_at is not None else set(participant_rows(tenant, new))
    for row in sorted(old_rows - new_rows):
        names = ("tenant", "party_kind", "party_id", "occurred_at", "number")
        unit.change(REMOVE_PARTICIPANT, dict(zip(names, row, strict=False)))
    unit.insert(participant, sorted(new_rows - old_rows))


def brief_of(row: Row) -> Brief:
    """Return the interaction of a row of ``_BRIEF``."""
    number, type_id, at, ended_at, title, direction, parts, logging, creator, note_id, created_at, modified_at = row
    return Brief(
        number,
        type_id,
        at,
        ended_at,
        title,
        None if direction is None else _DIRECTIONS[direction],
        _participants.decode(parts),
        _LOGGINGS[logging],
        creator,
        note_id,
        created_at,
        modified_at,
    )


def interaction_of(row: Row) -> Interaction:
    """Return the interaction of a row."""
    (
        _, number, uuid, type_id, type_version, group, occurred_at, occurred_offset, ended_at, title, body, direction,
        place, participants, links, fields, extras, logging, protocol, origin, creator, note_id, external_ids, _,
        version, created_at, modified_at, modifier, deleted_at,
    ) = row  # fmt: skip
    return Interaction(
        uuid=uuid,
        number=number,
        type_id=type_id,
        type_version=type_version,
        content=Content(
            occurred_at=occurred_at,
            occurred_offset=occurred_offset,
            ended_at=ended_at,
            title=title,
            body=body,
            direction=None if direction is None else _DIRECTIONS[direction],
            place=json_value(place) if place is not None else None,
            participants=_participants.decode(participants),
            links=_links.decode(links) if links is not None else _no_links,
            fields=NOTHING if fields is None else json_value(fields),
            extras=NOTHING if extras is None else json_value(extras),
        ),
        logging=_LOGGINGS[logging],
        protocol=protocol,
        origin=origin,
        creator=creator,
        group=group,
        note_id=note_id,
        external_ids=NOTHING if external_ids is None else json_value(external_ids),
        version=version,
        created_at=created_at,
        modified_at=modified_at,
        modifier=modifier,
        deleted_at=deleted_at,
    )


_DIRECTIONS = tuple(Direction)
_LOGGINGS = tuple(Logging)
