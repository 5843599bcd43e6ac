"""Pages of interactions by any condition and in any order: what OData asks for.

A statement is compiled once per shape of what is asked. Conditions on marked fields are answered by ``field_value``
(see ``field_values.py``): which plan is taken is decided before, by ``_plan``, from what the index can tell at once.
All sorting and filtering is the database's, and a page is read by numbers first, so that what is sorted is narrow.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import count as counting
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, exists, func, literal_column, or_, select

from ..model.expressions import Column, Kind, Order
from ..model.interactions import Interaction
from . import conditions, expressions, keysets
from .conditions import SHAPES, Shape, matching_record, query_of
from .database import Database
from .engines import per_engine
from .field_ranges import Range, driver_of, ranges_of, rest_of
from .field_values import ready
from .instance_questions import INSTANTS, LATEST, Asked, arms_of, narrowed
from .instance_record import RECORD
from .interactions import by_numbers
from .keysets import Key, Place
from .schema import field_value, interaction, participant
from .statements import Query, member_of, parameter

Columns = interaction.c

FEW = 5_000
"""Entries of the index that are looked through and sorted rather than reading in the order that is asked for."""

_LOOKED_INTO = 4
"""Ranges of which it is counted how many entries they have, on the event loop."""


class Found(NamedTuple):
    """An interaction of a page, and its place."""

    interaction: Interaction
    place: Place


_BY_ORDER, _BY_VALUE = "order", "value"
"""The first item of a place: sorted by what was asked for, or by the entries of the index."""


async def page(database: Database, asked: Asked) -> list[Found]:
    """Return a page, by one statement for its numbers and one for its interactions.

    Raises ``ValueError`` for an ``after`` that is no place of such a page.
    """
    asked = narrowed(asked)
    if not asked.types or not asked.limit:
        return []
    arms = arms_of(asked)
    places = await (_merged(database, asked, arms) if arms else _places(database, asked))
    found = await by_numbers(database, asked.tenant, [place[-1] for place in places])
    return [Found(found[place[-1]], place) for place in places if place[-1] in found]


async def _places(database: Database, asked: Asked) -> list[Place]:
    """Return the places of a page's interactions."""
    plan = await _plan(database, asked)
    if asked.after is not None and not _fits(asked, plan):
        raise ValueError("this is no place of such a page")
    asked = _without(asked, plan)
    shape = _shape(asked, plan)
    arguments = _arguments(database, asked, plan) | {"limit": asked.limit}
    if asked.skip:
        arguments["skip"] = asked.skip
    if asked.after is not None:
        arguments |= {f"after_{index}": value for index, value in enumerate(asked.after[1:])}
    in_order = plan.sorted if plan.range is not None else _in_index_order(asked)
    is_short = asked.condition is None and asked.party is None and not asked.skip and in_order
    fetch = database.fetch if is_short else database.fetch_asked
    return [_place(plan, row) for row in await fetch(query_of(page_query, shape, arguments), **arguments)]


async def _merged(database: Database, asked: Asked, arms: Sequence[Asked]) -> list[Place]:
    """Return the places of a page that is put together from several."""
    found = {place[-1]: place for arm in arms for place in await _places(database, arm)}
    places = keysets.in_order(found.values(), asked.orders or LATEST)
    return places[asked.skip : asked.skip + asked.limit]


async def count(database: Database, asked: Asked) -> int:
    """Return how many interactions meet what is asked for, on all pages."""
    asked = narrowed(asked._replace(orders=(), after=None, skip=0))
    if not asked.types:
        return 0
    plan = await _plan(database, asked)
    asked = _without(asked, plan)
    arguments = _arguments(database, asked, plan)
    rows = await database.fetch_asked(query_of(count_query, _shape(asked, plan), arguments), **arguments)
    return int(rows[0][0])


# Plans


class Plan(NamedTuple):
    """How the index of marked fields is used: ``range`` drives the statement. ``sorted``: its entries are in the order
    that is asked for, by ``changed_at`` (``by_value``: by their values)."""

    range: Range | None = None
    sorted: bool = False
    by_value: bool = False


async def _plan(database: Database, asked: Asked) -> Plan:
    """Choose how to read: entries of the index in order, few of them in any order, or all in the order asked for."""
    if len(asked.types) != 1 or asked.party is not None or asked.voided:  # the index holds none that are voided
        return Plan()
    named = driver_of(asked.orders)
    wanted = ranges_of(asked.condition)
    if not wanted and named is None:
        return Plan()
    there = await ready(database, asked.tenant, asked.types[0])
    usable = [found for field, kind in there.items() for found in wanted if found.is_of(field, kind)]
    latest = not asked.orders or asked.orders == LATEST
    for found in usable:
        if latest and found.is_one_value:
            return Plan(found, sorted=True)
    by_value = None
    if (
        named is not None
        and not asked.merged
        and (kind := there.get(named.field)) is not None
        and named.is_of(named.field, kind)
    ):
        by_value = next((found for found in usable if found.field == named.field and found.is_range), named)
    if by_value is not None and asked.after is not None and asked.after[:1] == (_BY_VALUE,):
        return Plan(by_value, sorted=True, by_value=True)
    most, fewest = FEW, None
    for found in usable[:_LOOKED_INTO]:
        entries = await _entries(database, asked, found, most)
        if entries < most:
            most, fewest = entries, found
    if fewest is None and by_value is not None and asked.after is None:
        return Plan(by_value, sorted=True, by_value=True)
    if fewest is None and usable and not _in_index_order(asked):
        fewest = usable[0]
    return Plan(fewest)


def _without(asked: Asked, plan: Plan) -> Asked:
    """Leave out of the condition what the entries of the index tell."""
    return asked if plan.range is None else asked._replace(condition=rest_of(asked.condition, plan.range))


async def _entries(database: Database, asked: Asked, range_: Range, most: int) -> int:
    arguments = {"tenant": asked.tenant, "type": asked.types[0], "most": most} | range_.arguments()
    rows = await database.fetch(entries_query(range_.shape()), **arguments)
    return int(rows[0][0])


def _in_index_order(asked: Asked) -> bool:
    """Whether an index gives the order without sorting."""
    orders = asked.orders or LATEST
    first = orders[0].expression
    if len(orders) > 1 or not isinstance(first, Column):
        return False
    return first.name == "changed_at" or (first.name == "occurred_at" and len(asked.types) == 1)


@lru_cache(maxsize=SHAPES)
def entries_query(range_: Range) -> Query:
    """Return the statement that counts entries of the index, up to so many."""
    entries = select(field_value.c.number).where(*_in_range(range_)).limit(parameter("most")).subquery("entries")
    return Query(select(func.count()).select_from(entries))


def _in_range(range_: Range) -> list[ColumnElement[bool]]:
    entry = field_value.c
    found: list[ColumnElement[bool]] = [
        entry.tenant_id == parameter("tenant"),
        entry.type_id == parameter("type"),
        entry.field == bindparam("field", type_=Text()),
    ]
    if range_.values:
        found.append(entry.value.in_([bindparam(f"key_{i}", type_=Text()) for i in range(len(range_.values))]))
    if range_.lower is not None:
        lower = bindparam("lower", type_=Text())
        found.append(entry.value > lower if range_.lower_open else entry.value >= lower)
    if range_.upper is not None:
        upper = bindparam("upper", type_=Text())
        found.append(entry.value < upper if range_.upper_open else entry.value <= upper)
    return found


# Statements


class PageShape(NamedTuple):
    """What the text of a statement depends on. ``after`` says of each value of the place whether it is null."""

    plan: Plan
    types: int
    condition: Shape | None
    orders: tuple[Order, ...]
    after: tuple[bool, ...] | None
    skip: bool
    party: bool
    voided: bool
    attached: Shape | None


def _shape(asked: Asked, plan: Plan) -> PageShape:
    orders = asked.orders or LATEST
    return PageShape(
        plan=plan if plan.range is None else plan._replace(range=plan.range.shape()),
        types=min(len(asked.types), 2),
        condition=conditions.shape_of(asked.condition) if asked.condition is not None else None,
        orders=tuple(Order(expressions.shape_of(order.expression), order.descending) for order in orders),
        after=tuple(value is None for value in asked.after[1:]) if asked.after is not None else None,
        skip=asked.skip > 0,
        party=asked.party is not None,
        voided=asked.voided,
        attached=conditions.shape_of(asked.attached) if asked.attached is not None else None,
    )


def _arguments(database: Database, asked: Asked, plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {"tenant": asked.tenant, "groups": database.array(asked.groups)}
    if len(asked.types) == 1:
        found["type"] = asked.types[0]
    else:
        found["types"] = database.array(asked.types)
    if asked.party is not None:
        found["party_kind"], found["party_id"] = asked.party
    if plan.range is not None:
        found |= plan.range.arguments()
    values = [value for order in asked.orders for value in expressions.values_of(order.expression)]
    given = [condition for condition in (asked.condition, asked.attached) if condition is not None]
    values = [*(value for condition in given for value in conditions.values_of(condition)), *values]
    return found | {f"value_{index}": value for index, value in enumerate(values)}


class _Built(NamedTuple):
    statement: Select[Any]
    keys: list[Key]


def _built(shape: PageShape) -> _Built:
    """Return the statement without its order: from where it reads, and what it leaves out."""
    numbers = counting()
    meets = [
        matching_record(given, RECORD, numbers) for given in (shape.condition, shape.attached) if given is not None
    ]
    entry = field_value.c
    there: ColumnElement[bool] = Columns.deleted_at.is_(None)
    if shape.voided:
        there = or_(there, Columns.voided_by.is_not(None))
    where: list[ColumnElement[bool]] = [member_of(Columns.group_id, "groups"), there]
    if shape.plan.range is not None:
        # SQLite would begin with the interactions if it knew that both tenants are the same. An entry is never of a
        # later version than the interaction, and "not later" is what PostgreSQL reckons well with.
        tenant = per_engine("+{0}", "{0}", entry.tenant_id)
        current = and_(Columns.tenant_id == tenant, Columns.number == entry.number)
        source: Any = field_value.join(interaction, and_(current, Columns.changed_at <= entry.changed_at))
        where += _in_range(shape.plan.range)
    elif shape.party and shape.attached is None:
        part = participant.c
        source = participant.join(interaction, and_(Columns.tenant_id == part.tenant_id, Columns.number == part.number))
        where += [
            part.tenant_id == parameter("tenant"),
            part.party_kind == parameter("party_kind"),
            part.party_id == parameter("party_id"),
            part.type_id == parameter("type") if shape.types == 1 else member_of(part.type_id, "types"),
        ]
    else:
        source = interaction
        where.append(Columns.tenant_id == parameter("tenant"))
        where.append(Columns.type_id == parameter("type") if shape.types == 1 else member_of(Columns.type_id, "types"))
    if shape.attached is not None:
        meets[-1] = or_(_takes_part(), meets[-1])
    where += meets
    if shape.plan.by_value:
        descending = shape.orders[0].descending
        keys = [
            Key(entry.value, descending, False, Kind.TEXT),
            Key(entry.changed_at, descending, False, Kind.INTEGER),
        ]
    else:
        keys = [_key(order, shape, numbers) for order in shape.orders]
    return _Built(select().select_from(source).where(*where), keys)


def _takes_part() -> ColumnElement[bool]:
    part = participant.c
    return exists(
        select(literal_column("1"))
        .where(
            part.tenant_id == Columns.tenant_id,
            part.party_kind == parameter("party_kind"),
            part.party_id == parameter("party_id"),
            part.occurred_at == Columns.occurred_at,
            part.number == Columns.number,
        )
        .correlate(interaction)
    )


def _key(order: Order, shape: PageShape, numbers: expressions.Numbers) -> Key:
    given = order.expression
    if isinstance(given, Column) and given.name in INSTANTS:
        sql: ColumnElement[Any] = RECORD.columns[given.name]
        if shape.plan.range is not None and given.name == "changed_at":
            sql = field_value.c.changed_at
        elif shape.party and given.name == "occurred_at":
            sql = participant.c.occurred_at
        return Key(sql, order.descending, False, Kind.INTEGER)
    return keysets.key_of(order, RECORD, numbers)


@lru_cache(maxsize=SHAPES)
def page_query(shape: PageShape) -> Query:
    """Return the statement of a page: numbers, and what they are sorted by."""
    statement, keys = _built(shape)
    number = Columns.number
    if shape.plan.range is not None:
        number = field_value.c.number
    elif shape.party:
        number = participant.c.number
    descending = keys[-1].descending
    statement = statement.add_columns(number, *[key.sql.label(f"k{index}") for index, key in enumerate(keys)])
    if shape.after is not None:
        last = Key(number, descending, False, Kind.INTEGER)
        statement = statement.where(keysets.behind([*keys, last], shape.after))
    orders = [keysets.ordered(key) for key in keys] + [number.desc() if descending else number.asc()]
    statement = statement.order_by(*orders).limit(parameter("limit"))
    return Query(statement.offset(parameter("skip")) if shape.skip else statement)


@lru_cache(maxsize=SHAPES)
def count_query(shape: PageShape) -> Query:
    """Return the statement that counts what is on all pages."""
    return Query(_built(shape).statement.add_columns(func.count()))


# Places


def _place(plan: Plan, row: Sequence[Any]) -> Place:
    return (_BY_VALUE if plan.by_value else _BY_ORDER, *keysets.place_of(row))


def _fits(asked: Asked, plan: Plan) -> bool:
    """Whether a place that came from outside has values of the right types for the statement."""
    given = asked.after or ()
    kinds = [Kind.TEXT, Kind.INTEGER] if plan.by_value else [_place_kind(o) for o in asked.orders or LATEST]
    return given[:1] == (_BY_VALUE if plan.by_value else _BY_ORDER,) and keysets.is_place(given[1:], kinds)


def _place_kind(order: Order) -> Kind:
    given = order.expression
    return Kind.INTEGER if isinstance(given, Column) and given.name in INSTANTS else given.kind
