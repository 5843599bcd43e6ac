"""What looks odd among the visits of a campaign: one pass over them for each kind of oddity.

Where a visit was stands in its interaction; a place that is none on earth counts as unknown.
"""

import math
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Subquery,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)

from ..model.instants import HOUR
from .database import Database
from .engines import per_engine
from .schema import interaction, visit
from .statements import Query, member_of, parameter

_METRES_A_DEGREE = 111_195.0
_MILE = 1_609.344


class Oddity(StrEnum):
    """A kind of what looks odd."""

    FAR = "far"
    FAST = "fast"
    AT_ONCE = "at-once"
    TWICE = "twice"
    EARLY = "early"


class Oddities(NamedTuple):
    """Which visits are asked for: of a campaign, and perhaps of one canvasser. The limits are what is still usual.

    ``metres``: from the canvasser to the door; ``speed``: kilometres an hour from one door to the next, where both are
    more than ``step`` metres from each other; ``ahead``: microseconds that a visit may be later than its arrival.
    """

    tenant: int
    groups: tuple[int, ...]
    campaign: str
    limit: int
    canvasser: str | None = None
    metres: float = 150
    speed: float = 50
    step: float = 200
    ahead: int = 60_000_000


class Odd(NamedTuple):
    """A visit that looks odd. ``other`` is the number of the one before (``FAST``).

    ``amount``: metres (``FAR``), kilometres an hour (``FAST``; None: at once), visits that are alike (``AT_ONCE``,
    ``TWICE``), or microseconds ahead (``EARLY``). ``total`` is how many there are of the kind.
    """

    number: int
    at: int
    canvasser: str | None
    amount: float | None
    other: int | None
    total: int


class Place(NamedTuple):
    """Where a visit was, in degrees, and how it went: as ``visit`` has it."""

    number: int
    at: int
    successful: int | None
    unavailable: int
    lat: float
    lng: float


async def odd(database: Database, oddity: Oddity, asked: Oddities) -> list[Odd]:
    """Return the visits that look odd in one way, the oddest first."""
    query = odd_query(oddity, asked.canvasser is not None)
    rows = await database.fetch_long(query, **arguments_of(database, oddity, asked))
    return [_found(oddity, row) for row in rows]


def arguments_of(database: Database, oddity: Oddity, asked: Oddities) -> dict[str, Any]:
    """Return what the statement of one kind of oddity is asked with."""
    arguments: dict[str, Any] = {
        "tenant": asked.tenant,
        "groups": database.array(asked.groups),
        "campaign": asked.campaign,
        "limit": asked.limit,
    }
    if asked.canvasser is not None:
        arguments["canvasser"] = asked.canvasser
    match oddity:
        case Oddity.FAR:
            arguments["miles"] = asked.metres / _MILE
        case Oddity.FAST:
            arguments |= {"step": asked.step**2, "speed": (asked.speed * 1_000 / HOUR) ** 2}
        case Oddity.EARLY:
            arguments["ahead"] = asked.ahead
    return arguments


def _found(oddity: Oddity, row: Any) -> Odd:
    number, at, canvasser, amount, other, total = row
    match oddity:
        case Oddity.FAR:
            amount = float(amount) * _MILE
        case Oddity.FAST:
            amount = math.sqrt(amount) * HOUR / 1_000 if amount is not None else None
    return Odd(number, at, canvasser, amount, other, total)


async def places(
    database: Database, tenant: int, groups: Iterable[int], campaign: str, *, limit: int, canvasser: str | None = None
) -> list[Place]:
    """Return where the newest visits of a campaign were; those of which nobody knows it are left out."""
    given: dict[str, Any] = {} if canvasser is None else {"canvasser": canvasser}
    rows = await database.fetch_long(
        places_query(canvasser is not None),
        tenant=tenant,
        groups=database.array(groups),
        campaign=campaign,
        limit=limit,
        **given,
    )
    return [Place(*row) for row in rows]


_NUMBER = (
    "CASE WHEN json_type({0}, '$.{name}') IN ('integer', 'real') "
    "AND json_extract({0}, '$.{name}') BETWEEN {least} AND {most} THEN json_extract({0}, '$.{name}') END",
    "CASE WHEN jsonb_typeof(({0})::jsonb -> '{name}') = 'number' "
    "AND (({0})::jsonb -> '{name}')::numeric BETWEEN {least} AND {most} "
    "THEN (({0})::jsonb -> '{name}')::double precision END",
)


def _number(name: str, least: float, most: float) -> ColumnElement[Any]:
    """Return a field of the interaction where it is a number within bounds, else NULL."""

    def filled(text: str) -> str:
        return text.replace("{name}", name).replace("{least}", str(least)).replace("{most}", str(most))

    return per_engine(filled(_NUMBER[0]), filled(_NUMBER[1]), interaction.c.fields)


def _visits(*columns: ColumnElement[Any], mine: bool) -> Select[Any]:
    """Select from the visits of a campaign, with their interactions."""
    found = (
        select(*columns)
        .select_from(visit)
        .join(
            interaction,
            (interaction.c.tenant_id == visit.c.tenant_id) & (interaction.c.number == visit.c.number),
        )
    )
    return _of_campaign(found, mine=mine)


def _of_campaign(statement: Select[Any], *, mine: bool) -> Select[Any]:
    found = statement.where(
        visit.c.tenant_id == parameter("tenant"),
        visit.c.campaign == bindparam("campaign"),
        member_of(visit.c.group_id, "groups"),
    )
    return found.where(visit.c.canvasser == bindparam("canvasser")) if mine else found


@lru_cache(maxsize=2)
def places_query(mine: bool) -> Query:
    """Return the statement of ``places``."""
    columns = visit.c
    lat, lng = _number("lat", -90, 90), _number("lng", -180, 180)
    read = _visits(
        columns.number,
        columns.occurred_at,
        columns.successful,
        columns.unavailable,
        lat.label("lat"),
        lng.label("lng"),
        mine=mine,
    )
    known = read.subquery("known")
    statement = select(known).where(known.c.lat.is_not(None), known.c.lng.is_not(None))
    return Query(statement.order_by(known.c.occurred_at.desc(), known.c.number.desc()).limit(parameter("limit")))


@lru_cache(maxsize=16)
def odd_query(oddity: Oddity, mine: bool) -> Query:
    """Return the statement of one kind of oddity."""
    match oddity:
        case Oddity.FAR:
            return _ranked(_far(mine=mine))
        case Oddity.FAST:
            return _ranked(_fast(mine=mine))
        case Oddity.EARLY:
            return _ranked(_early(mine=mine))
        case Oddity.AT_ONCE:
            return _ranked(_alike("canvasser", "occurred_at", mine=mine, other_contacts=True))
        case Oddity.TWICE:
            return _ranked(_alike("contact", "occurred_at", "canvasser", "survey", mine=mine, other_contacts=False))


def _ranked(found: Subquery) -> Query:
    statement = select(found, func.count().over().label("total"))
    by = (found.c.amount.desc().nulls_first(), found.c.occurred_at.desc(), found.c.number)
    return Query(statement.order_by(*by).limit(parameter("limit")))


def _head(amount: ColumnElement[Any], other: ColumnElement[Any] | None = None) -> list[ColumnElement[Any]]:
    nothing = cast(null(), BigInteger)
    return [
        visit.c.number,
        visit.c.occurred_at,
        visit.c.canvasser,
        amount.label("amount"),
        (nothing if other is None else other).label("other"),
    ]


def _far(*, mine: bool) -> Subquery:
    miles = _number("distance", 0, 25_000)
    found = _visits(*_head(miles), mine=mine).subquery("placed")
    return select(found).where(found.c.amount > bindparam("miles", type_=Float())).subquery("found")


def _early(*, mine: bool) -> Subquery:
    ahead = visit.c.occurred_at - visit.c.created_at
    found = _of_campaign(select(*_head(ahead)), mine=mine)
    return found.where(ahead > parameter("ahead")).subquery("found")


def _alike(*names: str, mine: bool, other_contacts: bool) -> Subquery:
    same = [visit.c[name] for name in names]
    contact = visit.c.contact
    columns = [
        *_head(func.count().over(partition_by=same)),
        func.min(contact).over(partition_by=same).label("first"),
        func.max(contact).over(partition_by=same).label("last"),
    ]
    counted = _of_campaign(select(*columns), mine=mine).where(visit.c.canvasser.is_not(None)).subquery("counted")
    shown = [column for column in counted.c if column.name not in ("first", "last")]
    found = select(*shown).where(counted.c.amount > 1)
    return (found.where(counted.c.first != counted.c.last) if other_contacts else found).subquery("found")


def _fast(*, mine: bool) -> Subquery:
    """Compare squares of ways, and of times by the speed: neither engine must have roots, or angles' functions."""
    lat, lng = _number("lat", -90, 90), _number("lng", -180, 180)
    placed = (
        _visits(
            visit.c.number,
            visit.c.occurred_at,
            visit.c.canvasser,
            lat.label("lat"),
            lng.label("lng"),
            mine=mine,
        )
        .where(visit.c.canvasser.is_not(None))
        .subquery("placed")
    )
    order = (placed.c.occurred_at, placed.c.number)
    last = (
        func.lag(placed.c[name]).over(partition_by=placed.c.canvasser, order_by=order).label(f"last_{name}")
        for name in ("lat", "lng", "occurred_at", "number")
    )
    steps = select(placed, *last).where(placed.c.lat.is_not(None), placed.c.lng.is_not(None)).subquery("steps")
    north = (steps.c.lat - steps.c.last_lat) * _METRES_A_DEGREE
    apart = func.abs(steps.c.lng - steps.c.last_lng)
    turn = case((apart > 180, 360 - apart), else_=apart)
    radians = (steps.c.lat + steps.c.last_lat) * (math.pi / 360)
    square = radians * radians
    narrower = 1 - square / 2 + square * square / 24 - square * square * square / 720  # the cosine's first terms
    east = turn * narrower * _METRES_A_DEGREE
    taken = (steps.c.occurred_at - steps.c.last_occurred_at) * literal(1.0, Float())
    ways = select(
        steps.c.number,
        steps.c.occurred_at,
        steps.c.canvasser,
        (north * north + east * east).label("way"),
        taken.label("taken"),
        steps.c.last_number.label("other"),
    ).subquery("ways")
    speed = ways.c.way / func.nullif(ways.c.taken * ways.c.taken, 0)
    found = select(ways.c.number, ways.c.occurred_at, ways.c.canvasser, speed.label("amount"), ways.c.other).where(
        ways.c.way > bindparam("step", type_=Float()),
        or_(ways.c.taken == 0, ways.c.way > bindparam("speed", type_=Float()) * ways.c.taken * ways.c.taken),
    )
    return found.subquery("found")
