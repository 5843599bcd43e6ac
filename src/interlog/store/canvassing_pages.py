"""Pages of resources and of visits, by any condition and in any order.

In order of ids a page is one range of an index: the key's, or that of an owner, a campaign or a contact where the
condition names one. In any other order the places are sorted alone, and what stands there is read by its ids.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import count as counting
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select, union_all

from ..model.canvassing.resources import Resource
from ..model.conditions import Compare, Condition, Operator
from ..model.expressions import Column, Kind, Order
from ..model.interactions import Interaction
from . import canvassing_records, conditions, expressions, keysets
from .canvassing_records import PLAIN, Source
from .conditions import SHAPES, Shape, matching_record, query_of
from .database import Database
from .field_ranges import parts_of
from .interactions import by_numbers
from .keysets import Key, Place
from .resources import resource_of
from .schema import resource
from .statements import Query, member_of, parameter

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

VISITS = ""
"""In the place of a kind of resources: visits."""

_INDEXED = frozenset({"owner", "campaign", "contact"})
"""Columns by whose values an index lists in order of ids."""


class Asked(NamedTuple):
    """Which resources of a kind (or ``VISITS``) are asked for: those that meet a condition, in an order.

    Without ``orders``, or behind all of them, they come by their ids. ``after`` is the place of the last one seen,
    ``skip`` how many are passed by. ``deleted``: also what is deleted. ``elsewhere``: also what was recorded otherwise,
    as visits of this campaign with this survey.
    """

    tenant: int
    kind: str
    groups: Sequence[int]
    limit: int
    condition: Condition | None = None
    orders: tuple[Order, ...] = ()
    after: Place | None = None
    skip: int = 0
    deleted: bool = False
    elsewhere: tuple[str, str] | None = None


class Spot(NamedTuple):
    """A place, and the id (of a visit: the number) of what stands there."""

    place: Place
    key: Any


T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """What stands in a page, and its place."""

    item: T
    place: Place


def in_order_of_ids(asked: Asked) -> bool:
    """Whether an index gives the order, so that a page costs the same at any depth."""
    if len(asked.orders) > 1:
        return False
    return all(isinstance(o.expression, Column) and o.expression.name == "id" for o in asked.orders)


async def resources(database: Database, asked: Asked) -> list[Found[Resource]]:
    """Return a page of resources. Raises ``ValueError`` for an ``after`` that is no place of such a page."""
    if not in_order_of_ids(asked):
        return await resources_at(database, asked, await spots(database, asked))
    rows = await _fetched(database, asked, page_query)
    return [Found(resource_of(row), (row[_ID],)) for row in rows]


_ID = list(resource.columns.keys()).index("id")


async def resources_at(database: Database, asked: Asked, found: Sequence[Spot]) -> list[Found[Resource]]:
    """Return the resources at some places, in their order; those that are gone by now are left out."""
    if not found:
        return []
    ids = database.array([spot.key for spot in found])
    rows = await database.fetch(BY_IDS, tenant=asked.tenant, kind=asked.kind, ids=ids)
    by_id = {row[_ID]: resource_of(row) for row in rows}
    return [Found(by_id[spot.key], spot.place) for spot in found if spot.key in by_id]


async def visits(database: Database, asked: Asked) -> list[Found[Interaction]]:
    """Return a page of visits. Raises ``ValueError`` for an ``after`` that is no place of such a page."""
    return await visits_at(database, asked, await spots(database, asked))


async def visits_at(database: Database, asked: Asked, found: Sequence[Spot]) -> list[Found[Interaction]]:
    """Return the visits at some places, in their order."""
    if not found:
        return []
    items = await by_numbers(database, asked.tenant, [spot.key for spot in found])
    return [Found(items[spot.key], spot.place) for spot in found if spot.key in items]


async def spots(database: Database, asked: Asked) -> list[Spot]:
    """Return the places of a page. Raises ``ValueError`` for an ``after`` that is no place of such a page."""
    rows = await _fetched(database, asked, spots_query)
    return [Spot(keysets.place_of(row[1:]), row[0]) for row in rows]


async def count(database: Database, asked: Asked) -> int:
    """Return how many meet what is asked for, on all pages."""
    asked = asked._replace(orders=(), after=None, skip=0)
    shape, arguments = _shape(asked), _arguments(database, asked)
    return int((await database.fetch_asked(query_of(count_query, shape, arguments), **arguments))[0][0])


async def _fetched(database: Database, asked: Asked, factory: "_lru_cache_wrapper[Query]") -> Sequence[Any]:
    if not asked.limit:
        return []
    shape = _shape(asked)
    if asked.after is not None and not keysets.is_place(asked.after, _kinds(asked), last=str):
        raise ValueError("this is no place of such a page")
    arguments = _arguments(database, asked) | {"limit": asked.limit, "reach": asked.limit + asked.skip}
    if asked.skip:
        arguments["skip"] = asked.skip
    if asked.after is not None:
        arguments |= {f"after_{index}": value for index, value in enumerate(asked.after)}
    is_short = in_order_of_ids(asked) and not asked.skip and _is_range(asked)
    fetch = database.fetch if is_short else database.fetch_asked
    return await fetch(query_of(factory, shape, arguments), **arguments)


def _is_range(asked: Asked) -> bool:
    """Whether all that meets the condition is a range of an index; of what was recorded elsewhere, a contact's is."""
    named = {
        part.field if isinstance(part, Compare) and part.operator is Operator.EQUAL else ""
        for part in parts_of(asked.condition)
    }
    return named <= _INDEXED and (asked.elsewhere is None or "contact" in named)


# Statements


class PageShape(NamedTuple):
    """What the text of a statement depends on. ``after`` says of each value of the place whether it is null."""

    is_visits: bool
    condition: Shape | None
    orders: tuple[Order, ...]
    after: tuple[bool, ...] | None
    skip: bool
    deleted: bool
    elsewhere: bool


def _shape(asked: Asked) -> PageShape:
    return PageShape(
        is_visits=asked.kind == VISITS,
        condition=conditions.shape_of(asked.condition) if asked.condition is not None else None,
        orders=tuple(
            Order(expressions.shape_of(order.expression), order.descending, order.missing_last)
            for order in asked.orders
        ),
        after=tuple(value is None for value in asked.after) if asked.after is not None else None,
        skip=asked.skip > 0,
        deleted=asked.deleted,
        elsewhere=asked.elsewhere is not None,
    )


def _arguments(database: Database, asked: Asked) -> dict[str, Any]:
    values = [*conditions.values_of(asked.condition)] if asked.condition is not None else []
    values += [value for order in asked.orders for value in expressions.values_of(order.expression)]
    found: dict[str, Any] = {f"value_{index}": value for index, value in enumerate(values)}
    found |= {"tenant": asked.tenant, "kind": asked.kind, "groups": database.array(asked.groups)}
    if asked.elsewhere is not None:
        found["catch_all"], found["nil_survey"] = asked.elsewhere
    return found


def _source(shape: PageShape) -> Source:
    read = canvassing_records.visits if shape.is_visits else canvassing_records.resources
    return read(deleted=shape.deleted)


def _built(shape: PageShape, source: Source) -> tuple[Select[Any], list[Key]]:
    """Return a statement without its columns and its order, and the keys by which it is sorted, the id last."""
    numbers = counting()
    where = [*source.where, member_of(source.group, "groups")]
    if shape.condition is not None:
        where.append(matching_record(shape.condition, source.record, numbers))
    keys = [_key(order, source, numbers) for order in shape.orders]
    if not any(key.sql is source.id for key in keys):
        keys.append(Key(source.id, False, False, Kind.TEXT))
    return select().select_from(source.table).where(*where), keys


def _key(order: Order, source: Source, numbers: expressions.Numbers) -> Key:
    given = order.expression
    if isinstance(given, Column) and given.name in PLAIN:
        return Key(source.record.columns[given.name], order.descending, False, PLAIN[given.name])
    return keysets.key_of(order, source.record, numbers)


def _kinds(asked: Asked) -> list[Kind]:
    """Return the kinds of a place's values but the last."""
    names = [order.expression.name if isinstance(order.expression, Column) else "" for order in asked.orders]
    kinds = [PLAIN.get(name, order.expression.kind) for name, order in zip(names, asked.orders, strict=True)]
    return kinds[:-1] if "id" in names else kinds


def _paged(shape: PageShape, statement: Select[Any], keys: Sequence[Key]) -> Select[Any]:
    if shape.after is not None:
        statement = statement.where(keysets.behind(keys, shape.after))
    statement = statement.order_by(*[keysets.ordered(key) for key in keys]).limit(parameter("limit"))
    return statement.offset(parameter("skip")) if shape.skip else statement


@lru_cache(maxsize=SHAPES)
def page_query(shape: PageShape) -> Query:
    """Return the statement of a page of resources, whole, in order of ids."""
    statement, keys = _built(shape, _source(shape))
    return Query(_paged(shape, statement.add_columns(*resource.c), keys))


@lru_cache(maxsize=SHAPES)
def spots_query(shape: PageShape) -> Query:
    """Return the statement of a page's places."""
    if shape.elsewhere:
        return Query(_merged(shape))
    source = _source(shape)
    statement, keys = _built(shape, source)
    key = source.record.columns["number"] if shape.is_visits else source.id
    return Query(_paged(shape, statement.add_columns(key, *_last_first(_labelled(keys))), keys))


def _labelled(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    return [key.sql.label(f"k{index}") for index, key in enumerate(keys)]


def _last_first(columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    return [columns[-1], *columns[:-1]]


def _arms(shape: PageShape) -> tuple[Source, Source]:
    return _source(shape), canvassing_records.elsewhere()


def _merged(shape: PageShape) -> Select[Any]:
    """Return the statement of a page of visits and of what was recorded otherwise: the beginnings of both in one."""
    arms: list[Select[Any]] = []
    keys: list[Key] = []
    reach = shape._replace(skip=False)
    for source in _arms(shape):
        statement, keys = _built(shape, source)
        statement = statement.add_columns(source.record.columns["number"].label("number"), *_labelled(keys))
        arms.append(select(_paged(reach, statement, keys).limit(parameter("reach")).subquery()))
    both = union_all(*arms).subquery("both")
    outer = [key._replace(sql=both.c[f"k{index}"]) for index, key in enumerate(keys)]
    columns = _last_first([key.sql for key in outer])
    return _paged(shape._replace(after=None), select(both.c.number, *columns), outer)


@lru_cache(maxsize=SHAPES)
def count_query(shape: PageShape) -> Query:
    """Return the statement that counts what is on all pages."""
    arms = _arms(shape) if shape.elsewhere else (_source(shape),)
    counts = [_built(shape, source)[0].add_columns(func.count()).scalar_subquery() for source in arms]
    return Query(select(sum(counts[1:], counts[0])))


BY_IDS = Query(
    select(*resource.c).where(
        resource.c.tenant_id == parameter("tenant"),
        resource.c.kind == bindparam("kind"),
        member_of(resource.c.id, "ids", text=True),
    )
)
