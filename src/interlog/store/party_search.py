"""Parties and entries by what stands in their fields: the SQL of a search, and its pages.

A condition looks into the values of one party by their index, so a page costs as much as there are parties to look at;
what takes too long is broken off. The text of a statement depends on the shape of the search alone.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql.elements import KeyedColumnElement

from ..model.fields import REFERENCES, ValueType
from ..model.parties import Party
from ..model.party_search import Among, At, Column, Criteria, Group, Has, Holding, Scope, Side, Sort, What, Within
from . import folding
from .conditions import SHAPES, query_of
from .database import Database
from .engines import per_engine
from .parties import pattern_of
from .rows import encode
from .schema import list_entry, opportunity, organization, party_value, person
from .statements import Query, member_of, parameter

_PARTIES = {Party.PERSON: person, Party.ORGANIZATION: organization, Party.OPPORTUNITY: opportunity}


class Asked(NamedTuple):
    """A search without its values. ``counts``: how many there are is asked, and not which."""

    scope: Scope
    criteria: Criteria
    counts: bool

    @classmethod
    def of(cls, scope: Scope, criteria: Criteria, *, counts: bool = False) -> "Asked":
        """Return a search without its values."""
        return cls(Scope(scope.kind, None if scope.list_id is None else 0), shape_of(criteria), counts)


class _Source(NamedTuple):
    """The rows that are looked through: their id, whose values and of which entry are looked at, and the party."""

    statement: Select[Any]
    id: KeyedColumnElement[Any]
    tenant: ColumnElement[Any]
    party: ColumnElement[Any]
    entry: ColumnElement[Any] | None
    table: Any


async def page(
    database: Database, tenant: int, scope: Scope, criteria: Criteria, *, after: int, skip: int, limit: int
) -> list[int]:
    """Return the ids of parties, or of entries (of opportunities: their own): those behind ``after`` in order of ids,
    or where the search has an order of its own, those behind the first ``skip`` of them."""
    arguments = arguments_of(database, tenant, scope, criteria)
    query = query_of(search_query, Asked.of(scope, criteria), arguments)
    place = {"skip": skip} if criteria.sorts else {"after": after}
    rows = await database.fetch_asked(query, **arguments, **place, limit=limit)
    return [row[0] for row in rows]


async def how_many(database: Database, tenant: int, scope: Scope, criteria: Criteria) -> int:
    """Return how many a search finds."""
    plain = msgspec.structs.replace(criteria, sorts=())
    arguments = arguments_of(database, tenant, scope, plain)
    query = query_of(search_query, Asked.of(scope, plain, counts=True), arguments)
    ((found,),) = await database.fetch_asked(query, **arguments)
    return int(found)


# Shapes and values


def shape_of(criteria: Criteria) -> Criteria:
    """Return a search without its values."""
    return Criteria(
        filter=_group_shape(criteria.filter) if criteria.filter is not None else None,
        sorts=tuple(Sort(_column_shape(one.column), one.descending) for one in criteria.sorts),
        term=None if criteria.term is None else "",
        fields=tuple(_has_shape(one) for one in criteria.fields),
    )


def _column_shape(column: Column) -> Column:
    return Column(0, column.type, column.of_list)


def _group_shape(group: Group) -> Group:
    return Group(
        group.every, tuple(_group_shape(part) if isinstance(part, Group) else _has_shape(part) for part in group.parts)
    )


def _has_shape(has: Has) -> Has:
    return Has(_column_shape(has.column), has.some, _what_shape(has.what))


def _what_shape(what: What) -> What:
    match what:
        case Among():
            return Among(())
        case Within(low, high, with_low, with_high):
            return Within(None if low is None else 0, None if high is None else 0, with_low, with_high)
        case Holding(_, side):
            return Holding("", side)
        case At(parts):
            return At(tuple((name, "") for name, _ in parts))
    return None


def arguments_of(database: Database, tenant: int, scope: Scope, criteria: Criteria) -> dict[str, Any]:
    """Return the values of a search, by the names that the parameters of its SQL have."""
    found: dict[str, Any] = {"tenant": tenant}
    if scope.list_id is not None:
        found["list"] = scope.list_id
    numbers = count()

    def give(value: Any) -> None:
        found[f"value_{next(numbers)}"] = value

    def has(one: Has) -> None:
        give(one.column.id)
        match one.what:
            case Among(values):
                give(database.array(encode(value).decode() for value in values))
            case Within(low, high):
                for bound in (low, high):
                    if bound is not None:
                        give(float(bound))
            case Holding(text):
                give(text)
            case At(parts):
                for _, part in parts:
                    give(part)

    def group(one: Group) -> None:
        for part in one.parts:
            if isinstance(part, Group):
                group(part)
            else:
                has(part)

    if criteria.filter is not None:
        group(criteria.filter)
    if criteria.term is not None:
        give(pattern_of(criteria.term))
        for one in criteria.fields:
            has(one)
            if one.column.type in REFERENCES:
                give(pattern_of(criteria.term))
    for sort in criteria.sorts:
        if sort.column.type in _KEYED:
            give(encode({str(id_): key for id_, key in sort.keys}).decode())
        give(sort.column.id)
    return found


# SQL


_KEYED = (ValueType.DROPDOWN, ValueType.RANKED_DROPDOWN)


@lru_cache(maxsize=SHAPES)
def search_query(asked: Asked) -> Query:
    """Return the statement of a search."""
    scope, criteria, counts = asked
    source, numbers = _source(scope), count()
    statement = source.statement
    if criteria.filter is not None:
        statement = statement.where(_group(source, criteria.filter, numbers))
    if criteria.term is not None:
        statement = statement.where(_term(source, criteria, numbers))
    if counts:
        return Query(select(func.count()).select_from(statement.subquery()))
    if not criteria.sorts:
        statement = statement.where(source.id > parameter("after"))
        return Query(statement.order_by(source.id).limit(parameter("limit")))
    for place, sort in enumerate(criteria.sorts):
        statement = statement.add_columns(_key(source, sort, numbers).label(f"key_{place}"))
    found = statement.subquery()
    order: list[Any] = []
    for place, sort in enumerate(criteria.sorts):
        key = found.c[f"key_{place}"]
        order.append((key.desc() if sort.descending else key.asc()).nulls_last())
    return Query(select(found.c.id).order_by(*order, found.c.id).limit(parameter("limit")).offset(parameter("skip")))


def _source(scope: Scope) -> _Source:
    table = _PARTIES[scope.kind]
    tenant = table.c.tenant_id == parameter("tenant")
    if scope.list_id is None:
        statement = select(table.c.id).where(tenant, table.c.deleted_at.is_(None))
        return _Source(statement, table.c.id, table.c.tenant_id, table.c.id, None, table)
    if scope.kind is Party.OPPORTUNITY:
        statement = select(table.c.id).where(tenant, table.c.list_id == parameter("list"), table.c.deleted_at.is_(None))
        return _Source(statement, table.c.id, table.c.tenant_id, table.c.id, table.c.entry_id, table)
    entries = list_entry.c
    statement = (
        select(entries.id)
        .select_from(
            list_entry.join(table, and_(table.c.tenant_id == entries.tenant_id, table.c.id == entries.party_id))
        )
        .where(
            entries.tenant_id == parameter("tenant"),
            entries.list_id == parameter("list"),
            entries.deleted_at.is_(None),
            table.c.deleted_at.is_(None),
        )
    )
    return _Source(statement, entries.id, entries.tenant_id, entries.party_id, entries.id, table)


def _bound(numbers: Iterator[int], type_: Any) -> Any:
    return bindparam(f"value_{next(numbers)}", type_=type_)


def _group(source: _Source, group: Group, numbers: Iterator[int]) -> ColumnElement[bool]:
    parts = [
        _group(source, part, numbers) if isinstance(part, Group) else _has(source, part, numbers)
        for part in group.parts
    ]
    if group.every:
        return and_(true(), *parts) if parts else true()
    return or_(*parts) if parts else not_(true())


def _values(source: _Source, column: Column, numbers: Iterator[int]) -> tuple[Any, list[ColumnElement[bool]]]:
    """Return the values that a party has in a field, less those that name who is gone."""
    values = party_value.alias()
    kind = next(kind for kind, table in _PARTIES.items() if table is source.table)
    entry = source.entry if column.of_list else None
    where = [
        values.c.tenant_id == source.tenant,
        values.c.field_id == _bound(numbers, BigInteger()),
        values.c.party_kind == literal_column(str(int(kind))),
        values.c.party_id == source.party,
        values.c.entry_id == (entry if entry is not None else literal_column("0")),
    ]
    if (whom := REFERENCES.get(column.type)) is not None:
        where.append(_of_whom(values, whom, "deleted_at").is_(None))
    return values, where


def _of_whom(values: Any, kind: Party, name: str) -> Any:
    """Return something of whom a value names, looked up row by row."""
    named = _PARTIES[kind].alias()
    return (
        select(named.c[name])
        .where(named.c.tenant_id == values.c.tenant_id, named.c.id == values.c.ref_id)
        .scalar_subquery()
    )


def _has(source: _Source, has: Has, numbers: Iterator[int], *more: Any) -> ColumnElement[bool]:
    values, where = _values(source, has.column, numbers)
    if has.what is not None:
        where.append(_like(values.c.value, has.what, numbers))
    where += [add(values) for add in more]
    found: Select[Any] = select(literal_column("1")).select_from(values).where(*where).limit(literal_column("1"))
    looked_up = found.correlate(list_entry, *_PARTIES.values()).scalar_subquery()
    return looked_up.is_not(None) if has.some else looked_up.is_(None)


def _like(value: Any, what: What, numbers: Iterator[int]) -> Any:
    match what:
        case Among():
            return member_of(value, f"value_{next(numbers)}", text=True)
        case Within(low, high, with_low, with_high):
            number = _number(value)
            bounds: list[ColumnElement[bool]] = []
            if low is not None:
                bound = _bound(numbers, Float())
                bounds.append(number >= bound if with_low else number > bound)
            if high is not None:
                bound = _bound(numbers, Float())
                bounds.append(number <= bound if with_high else number < bound)
            return and_(*bounds)
        case Holding(_, side):
            return per_engine(*_SIDES[side], value, _bound(numbers, Text()))
        case At(parts):
            return and_(*(_part(value, name, _bound(numbers, Text())) for name, _ in parts))
    raise AssertionError(what)


def _number(value: Any) -> Any:
    """A value as a number; whatever else there may be is none, so that no engine stumbles over it."""
    return per_engine(
        "CAST(json_extract({0}, '$') AS REAL)", "(CASE WHEN {0} ~ '^-?[0-9]' THEN {0}::double precision END)", value
    )


_TEXT = "(CASE WHEN left({0}, 1) = '\"' THEN {0}::jsonb #>> '{{}}' END)"
_FOLDED = folding.UPPER[1].format(_TEXT)
_IN = f"(SELECT {folding.UPPER[0]} AS u, n FROM (SELECT json_extract({{0}}, '$') AS a, fold_upper({{1}}) AS n))"
_SIDES = {
    Side.ANYWHERE: (f"(SELECT instr(u, n) > 0 FROM {_IN})", f"(strpos({_FOLDED}, fold_upper({{1}})) > 0)"),
    Side.BEGINNING: (
        f"(SELECT substr(u, 1, length(n)) = n FROM {_IN})",
        f"starts_with({_FOLDED}, fold_upper({{1}}))",
    ),
    Side.END: (
        f"(SELECT substr(u, -length(n)) = n FROM {_IN})",
        f"(right({_FOLDED}, length(fold_upper({{1}}))) = fold_upper({{1}}))",
    ),
}


def _part(value: Any, name: str, wanted: Any) -> Any:
    return per_engine(
        f"(json_extract({{0}}, '$.{name}') = {{1}})",
        f"((CASE WHEN left({{0}}, 1) = '{{{{' THEN {{0}}::jsonb ->> '{name}' END) = {{1}})",
        value,
        wanted,
    )


def _term(source: _Source, criteria: Criteria, numbers: Iterator[int]) -> ColumnElement[bool]:
    """Whether a text stands in what a party is searched by, or in one of the fields."""
    found: list[ColumnElement[bool]] = [source.table.c.search.like(_bound(numbers, Text()), escape="\\")]
    for one in criteria.fields:
        if (whom := REFERENCES.get(one.column.type)) is None:
            found.append(_has(source, one, numbers))
            continue

        def named(values: Any, whom: Party = whom) -> Any:
            return _of_whom(values, whom, "search").like(_bound(numbers, Text()), escape="\\")

        found.append(_has(source, one, numbers, named))
    return or_(*found)


def _key(source: _Source, sort: Sort, numbers: Iterator[int]) -> Any:
    """What a party is ordered by: the first value that it has in a field."""
    type_ = sort.column.type
    keys = _bound(numbers, Text()) if type_ in _KEYED else None
    values, where = _values(source, sort.column, numbers)
    value: Any = values.c.value
    if type_ in REFERENCES:
        key = _of_whom(values, REFERENCES[type_], "name_key")
    elif type_ in (ValueType.NUMBER, ValueType.DATE):
        key = _number(value)
    elif keys is not None:
        found = "({1}::jsonb ->> {0})"
        found = f"{found}::bigint" if type_ is ValueType.RANKED_DROPDOWN else f'({found} COLLATE "C")'
        key = per_engine("json_extract({1}, '$.\"' || {0} || '\"')", found, value, keys)
    else:
        key = per_engine(f"(SELECT {folding.UPPER[0]} FROM (SELECT json_extract({{0}}, '$') AS a))", _FOLDED, value)
    return (
        select(key)
        .select_from(values)
        .where(*where)
        .order_by(values.c.id)
        .limit(literal_column("1"))
        .correlate(list_entry, *_PARTIES.values())
        .scalar_subquery()
    )
