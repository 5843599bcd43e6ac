"""Pages of profiles by any condition and in any order: those of users' types, persons, organizations.

What a profile's fields are is put together in the statement, so that one condition is about all of them alike. Without
orders, profiles come in order of their numbers.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import count as counting
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select

from ..model.conditions import Condition
from ..model.expressions import Kind, Order
from ..model.profiles import CONTACT, ORGANIZATION
from . import conditions, expressions, keysets
from .conditions import SHAPES, Shape, matching_record, query_of
from .database import Database
from .engines import per_engine
from .expressions import Record
from .schema import organization, person, profile
from .statements import Query, parameter

_FIRST = (0,)
"""The place before every profile in order of numbers: so the first page, too, is a range of the key."""


class Asked(NamedTuple):
    """Which profiles of a type are asked for. ``after`` is the place of the last one seen."""

    tenant: int
    type_id: int
    limit: int
    condition: Condition | None = None
    orders: tuple[Order, ...] = ()
    after: tuple[Any, ...] | None = None
    skip: int = 0


class Found(NamedTuple):
    """A profile of a page by its number, and its place."""

    number: int
    place: tuple[Any, ...]


async def page(database: Database, asked: Asked) -> list[Found]:
    """Return a page. Raises ``ValueError`` for an ``after`` that is no place of such a page."""
    if not asked.limit:
        return []
    if asked.after is not None and not keysets.is_place(asked.after, [o.expression.kind for o in asked.orders]):
        raise ValueError("this is no place of such a page")
    if asked.after is None and not asked.orders:
        asked = asked._replace(after=_FIRST)
    arguments = _arguments(asked) | {"limit": asked.limit} | ({"skip": asked.skip} if asked.skip else {})
    if asked.after is not None:
        arguments |= {f"after_{index}": value for index, value in enumerate(asked.after)}
    plain = asked.condition is None and not asked.orders and not asked.skip
    fetch = database.fetch if plain else database.fetch_asked
    rows = await fetch(query_of(page_query, _shape(asked), arguments), **arguments)
    return [Found(row[0], keysets.place_of(row)) for row in rows]


async def count(database: Database, asked: Asked) -> int:
    """Return how many profiles meet what is asked for, on all pages."""
    asked = asked._replace(orders=(), after=None, skip=0)
    arguments = _arguments(asked)
    return int((await database.fetch_asked(query_of(count_query, _shape(asked), arguments), **arguments))[0][0])


class PageShape(NamedTuple):
    """What the text of a statement depends on. ``after`` says of each value of the place whether it is null."""

    built_in: int
    condition: Shape | None
    orders: tuple[Order, ...]
    after: tuple[bool, ...] | None
    skip: bool


def _shape(asked: Asked) -> PageShape:
    return PageShape(
        built_in=asked.type_id if asked.type_id in _SOURCES else 0,
        condition=conditions.shape_of(asked.condition) if asked.condition is not None else None,
        orders=tuple(Order(expressions.shape_of(order.expression), order.descending) for order in asked.orders),
        after=tuple(value is None for value in asked.after) if asked.after is not None else None,
        skip=asked.skip > 0,
    )


def _arguments(asked: Asked) -> dict[str, Any]:
    values = [value for order in asked.orders for value in expressions.values_of(order.expression)]
    if asked.condition is not None:
        values = [*conditions.values_of(asked.condition), *values]
    found: dict[str, Any] = {f"value_{index}": value for index, value in enumerate(values)}
    return found | {"tenant": asked.tenant, "type": asked.type_id}


class _Source(NamedTuple):
    """From where profiles of a type are read. ``table``: with what is kept beside it."""

    table: Any
    where: tuple[ColumnElement[bool], ...]
    number: ColumnElement[int]
    record: Record


def _record(fields: ColumnElement[Any], key: ColumnElement[Any], changed_at: ColumnElement[Any]) -> Record:
    columns = {"profile_id": key, "changed_at": changed_at}
    return Record(columns=columns, fields=fields, participants=per_engine("(SELECT NULL)", None), texts=(key,))


def _own() -> _Source:
    key = per_engine("{0}", None, profile.c.key)
    changed_at = func.coalesce(profile.c.modified_at, profile.c.created_at)
    return _Source(
        profile,
        (profile.c.tenant_id == parameter("tenant"), profile.c.type_id == parameter("type")),
        profile.c.number,
        _record(profile.c.fields, key, changed_at),
    )


def _beside(table: Any, id_name: str, sqlite: str, postgresql: str, *parts: ColumnElement[Any]) -> _Source:
    """Return the records of a table as profiles: its own fields, then those that are kept beside it."""
    joined = table.outerjoin(
        profile,
        and_(
            profile.c.tenant_id == table.c.tenant_id,
            profile.c.type_id == parameter("type"),
            profile.c.number == table.c.id,
        ),
    )
    key = per_engine("coalesce(nullif({0}, ''), CAST({1} AS TEXT))", None, profile.c.key, table.c.id)
    fields = per_engine(
        f"json_patch(json_object('{id_name}', {{0}}, {sqlite}), coalesce({{1}}, '{{{{}}}}'))",
        f"(jsonb_strip_nulls(jsonb_build_object('{id_name}', {{0}}, {postgresql}))"
        " || coalesce({1}, '{{}}')::jsonb)",
        key,
        profile.c.fields,
        *parts,
    )
    times = (table.c.modified_at, table.c.created_at, profile.c.modified_at)
    changed_at = per_engine(
        "max(coalesce({0}, {1}), coalesce({2}, 0))", "greatest(coalesce({0}, {1}), coalesce({2}, 0))", *times
    )
    return _Source(
        joined,
        (table.c.tenant_id == parameter("tenant"), table.c.deleted_at.is_(None)),
        table.c.id,
        _record(fields, key, changed_at),
    )


def _contacts() -> _Source:
    first = "'FirstName', nullif({2}, ''), 'LastName', nullif({3}, ''), 'DisplayName', trim({2} || ' ' || {3}), "
    return _beside(
        person,
        "ContactId",
        first + "'Email', {4}, 'OrganizationId', CAST(json_extract({5}, '$[0]') AS TEXT)",
        first + "'Email', {4}, 'OrganizationId', {5}::jsonb ->> 0",
        person.c.first_name,
        person.c.last_name,
        person.c.primary_email,
        person.c.organization_ids,
    )


def _organizations() -> _Source:
    return _beside(
        organization,
        "OrganizationId",
        "'Name', {2}, 'Domain', json_extract({3}, '$[0]')",
        "'Name', {2}, 'Domain', {3}::jsonb ->> 0",
        organization.c.name,
        organization.c.domains,
    )


_SOURCES: dict[int, Callable[[], _Source]] = {CONTACT.id: _contacts, ORGANIZATION.id: _organizations}


def _built(shape: PageShape) -> tuple[Select[Any], _Source, list[keysets.Key]]:
    source = _SOURCES.get(shape.built_in, _own)()
    numbers = counting()
    where = list(source.where)
    if shape.condition is not None:
        where.append(matching_record(shape.condition, source.record, numbers))
    keys = [keysets.key_of(order, source.record, numbers) for order in shape.orders]
    return select().select_from(source.table).where(*where), source, keys


@lru_cache(maxsize=SHAPES)
def page_query(shape: PageShape) -> Query:
    """Return the statement of a page: numbers, and what they are sorted by."""
    statement, source, keys = _built(shape)
    descending = bool(keys) and keys[-1].descending
    labelled = [key.sql.label(f"k{index}") for index, key in enumerate(keys)]
    statement = statement.add_columns(source.number, *labelled)
    if shape.after is not None:
        number = keysets.Key(source.number, descending, False, Kind.INTEGER)
        statement = statement.where(keysets.behind([*keys, number], shape.after))
    last = source.number.desc() if descending else source.number.asc()
    statement = statement.order_by(*[keysets.ordered(key) for key in keys], last).limit(parameter("limit"))
    return Query(statement.offset(parameter("skip")) if shape.skip else statement)


@lru_cache(maxsize=SHAPES)
def count_query(shape: PageShape) -> Query:
    """Return the statement that counts what is on all pages."""
    return Query(_built(shape)[0].add_columns(func.count()))
