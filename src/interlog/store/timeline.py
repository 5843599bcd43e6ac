"""Pages of interactions: those of a party, newest first, and those of some types in order of number."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    literal_column,
    select,
    tuple_,
    union,
    union_all,
)

from ..model.conditions import Condition
from ..model.interactions import Brief
from ..model.parties import Party
from ..model.types import Direction
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database
from .interactions import Columns, brief_of
from .schema import interaction, participant, person
from .statements import Query, member_of, parameter


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
    return [brief_of(text) for (text,) in await fetch(query, **arguments)]


@lru_cache(maxsize=256)
def page_query(arms: int, direction: bool, logging: bool, also_person: bool) -> Query:
    """Return the statement of a page for this many parties, with these optional conditions."""
    if arms == 1:
        return Query(_arm(0, direction, logging, also_person, select(Columns.brief), joined=True))
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
        select(Columns.brief)
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


def _last_sent() -> Query:
    entry = participant.c
    last = (
        select(entry.occurred_at)
        .select_from(
            participant.join(interaction, and_(Columns.tenant_id == entry.tenant_id, Columns.number == entry.number))
        )
        .where(
            entry.tenant_id == parameter("tenant"),
            entry.party_kind == int(Party.PERSON),
            entry.party_id == person.c.id,
            member_of(entry.type_id, "types"),
            member_of(entry.group_id, "groups"),
            Columns.direction == int(Direction.SENT),
        )
        .order_by(entry.occurred_at.desc(), entry.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Query(
        select(person.c.id, last).where(person.c.tenant_id == parameter("tenant"), member_of(person.c.id, "persons"))
    )


LAST_SENT = _last_sent()


async def last_sent(
    database: Database, tenant: int, persons: Iterable[int], types: Iterable[int], groups: Iterable[int]
) -> dict[int, int]:
    """Return when each of some persons was last sent something, who ever was; one index range for each."""
    rows = await database.fetch(
        LAST_SENT,
        tenant=tenant,
        persons=database.array(persons),
        types=database.array(types),
        groups=database.array(groups),
    )
    return {id_: at for id_, at in rows if at is not None}


class Newest(NamedTuple):
    """Which of everybody's interactions are meant, newest first: see ``Selection``. ``soonest``: oldest first."""

    tenant: int
    types: Sequence[int]
    groups: Sequence[int]
    start: int
    end: int
    limit: int
    before: tuple[int, int] | None = None
    soonest: bool = False


async def newest(database: Database, asked: Newest) -> list[Brief]:
    """Return a page of everybody's interactions: one index range per type, each no longer than the page."""
    types = list(dict.fromkeys(asked.types))
    found: list[Brief] = []
    for start in range(0, len(types), _MOST_ARMS):
        some = types[start : start + _MOST_ARMS]
        arms = 1 << (len(some) - 1).bit_length()
        end = (asked.end, 0)
        before_at, before_number = min(asked.before or end, end)
        arguments: dict[str, Any] = {
            "tenant": asked.tenant,
            "groups": database.array(asked.groups),
            "start": asked.start,
            "before_at": before_at,
            "before_number": before_number,
            "limit": asked.limit,
        }
        for index in range(arms):
            arguments[f"type_{index}"] = some[index] if index < len(some) else 0
        found += [brief_of(text) for (text,) in await database.fetch(newest_query(arms, asked.soonest), **arguments)]
    if len(types) > _MOST_ARMS:
        found.sort(key=lambda item: (item.occurred_at, item.number), reverse=not asked.soonest)
    return found[: asked.limit]


@lru_cache(maxsize=16)
def newest_query(arms: int, soonest: bool = False) -> Query:
    """Return the statement of a page for this many types."""
    if arms == 1:
        return Query(_of_type(0, select(Columns.brief), soonest))
    entries: list[Select[Any]] = []
    for index in range(arms):
        arm = _of_type(index, select(Columns.occurred_at, Columns.number), soonest).subquery(f"arm_{index}")
        entries.append(select(arm.c.occurred_at, arm.c.number))
    newest = (
        union_all(*entries)
        .order_by(*_by_time(literal_column("occurred_at"), literal_column("number"), soonest))
        .limit(parameter("limit"))
        .subquery("newest")
    )
    return Query(
        select(Columns.brief)
        .select_from(
            newest.join(interaction, and_(Columns.tenant_id == parameter("tenant"), Columns.number == newest.c.number))
        )
        .order_by(*_by_time(newest.c.occurred_at, newest.c.number, soonest))
    )


def _by_time(at: ColumnElement[Any], number: ColumnElement[Any], soonest: bool) -> tuple[ColumnElement[Any], ...]:
    return (at, number) if soonest else (at.desc(), number.desc())


def _of_type(index: int, head: Select[Any], soonest: bool) -> Select[Any]:
    """One type's index range in order, no longer than the page."""
    return (
        head.where(
            Columns.tenant_id == parameter("tenant"),
            Columns.type_id == parameter(f"type_{index}"),
            Columns.occurred_at >= parameter("start"),
            tuple_(Columns.occurred_at, Columns.number) < tuple_(parameter("before_at"), parameter("before_number")),
            Columns.deleted_at.is_(None),
            member_of(Columns.group_id, "groups"),
        )
        .order_by(*_by_time(Columns.occurred_at, Columns.number, soonest))
        .limit(parameter("limit"))
    )


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
    return [brief_of(text) for (text,) in rows]


@lru_cache(maxsize=SHAPES)
def in_order_of_number_query(shape: Shape | None) -> Query:
    """Return the statement of a page in order of numbers, of what meets a condition of this shape."""
    statement = select(Columns.brief).where(
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
