"""Pages in any order: what they are sorted by, and where the next one begins.

A place is what the last record was sorted by, and its number or id, which decides between those that are the same.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Text, and_, bindparam, or_, tuple_

from ..model.expressions import Kind, Order
from .engines import per_engine
from .expressions import Numbers, Record, sql_of
from .statements import parameter

Place: TypeAlias = tuple[Any, ...]
"""Where a page ended: what the last one was sorted by, and its number. A list may put a word before them."""

LONGEST = 256
"""Characters by which texts are sorted."""


class Key(NamedTuple):
    """What a page is sorted by. ``nullable``: it may be null, which is less than all else unless ``missing_last``."""

    sql: ColumnElement[Any]
    descending: bool
    nullable: bool
    kind: Kind
    missing_last: bool = False

    @property
    def nulls_end(self) -> bool:
        """Whether what is null comes behind all else."""
        return self.descending is not self.missing_last


def key_of(order: Order, record: Record, numbers: Numbers) -> Key:
    """Return the key of an order over a record. ``numbers`` are those of its parameters."""
    kind = order.expression.kind
    sql = sql_of(order.expression, record, numbers)
    if kind is Kind.BOOLEAN:
        sql = per_engine("{0}", "({0})::integer", sql)
    elif kind is Kind.TEXT:
        sql = per_engine(f"substr({{0}}, 1, {LONGEST})", None, sql)
    return Key(sql, order.descending, True, kind, order.missing_last)


def ordered(key: Key) -> ColumnElement[Any]:
    """Return an item of ORDER BY, with null in the same place on both engines."""
    word, nulls = "DESC" if key.descending else "ASC", "LAST" if key.nulls_end else "FIRST"
    if not key.nullable:
        return per_engine(f"{{0}} {word}", None, key.sql)
    explicit = f"{{0}} {word} NULLS {nulls}"
    return per_engine(explicit if key.missing_last else f"{{0}} {word}", explicit, key.sql)


def behind(keys: Sequence[Key], nulls: tuple[bool, ...]) -> ColumnElement[bool]:
    """Return the condition of lying behind a place; by the last key no two records are the same."""
    values = [_value(key, index) for index, key in enumerate(keys)]
    descending = keys[-1].descending
    if all(not key.nullable and key.descending is descending for key in keys):
        if len(keys) == 1:
            return keys[0].sql < values[0] if descending else keys[0].sql > values[0]
        here, there = tuple_(*(key.sql for key in keys)), tuple_(*values)
        return here < there if descending else here > there
    alternatives: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value, is_null in zip(keys, values, nulls, strict=False):
        if is_null:
            beyond = None if key.nulls_end else per_engine("({0} IS NOT NULL)", None, key.sql)
            equal = per_engine("({0} IS NULL)", None, key.sql)
        else:
            sign = "<" if key.descending else ">"
            or_null = " OR {0} IS NULL" if key.nulls_end and key.nullable else ""
            beyond = per_engine(f"({{0}} {sign} {{1}}{or_null})", None, key.sql, value)
            equal = per_engine("({0} = {1})", None, key.sql, value)
        if beyond is not None:
            alternatives.append(and_(*same, beyond))
        same.append(equal)
    return or_(*alternatives)


def _value(key: Key, index: int) -> ColumnElement[Any]:
    name = f"after_{index}"
    if not key.nullable and key.kind is Kind.INTEGER:
        return parameter(name)
    if key.kind is Kind.BOOLEAN:
        return parameter(name)
    text = bindparam(name, type_=Text())
    if key.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL):
        return per_engine("{0}", "{0}::numeric", text)
    return per_engine("{0}", '({0} COLLATE "C")', text)


def place_of(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return the place of a row: its number or id stands first in it, then what it is sorted by."""
    return (*(str(value) if isinstance(value, Decimal) else value for value in row[1:]), row[0])


def in_order(places: Iterable[Place], orders: Sequence[Order]) -> list[Place]:
    """Return places, each with a word before it, as a statement with these orders would."""
    found = sorted(places, key=lambda place: place[-1], reverse=orders[-1].descending)
    for index, order in reversed(list(enumerate(orders, 1))):
        numeric = order.expression.kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL)
        found.sort(key=partial(_comparable, index=index, numeric=numeric), reverse=order.descending)
    return found


def _comparable(place: Place, *, index: int, numeric: bool) -> tuple[bool, Any]:
    value = place[index]
    if numeric and isinstance(value, str):
        value = Decimal(value)
    return (value is not None, value if value is not None else 0)


def is_place(given: Sequence[Any], kinds: Sequence[Kind], *, last: type = int) -> bool:
    """Whether what came from outside is a place in a list that is sorted by values of these kinds.

    ``last`` is the type of what decides between those that are the same.
    """
    return (
        len(given) == len(kinds) + 1
        and isinstance(given[-1], last)
        and all(_is_of(value, kind) for value, kind in zip(given[:-1], kinds, strict=True))
    )


def _is_of(value: Any, kind: Kind) -> bool:
    if value is None:
        return True
    if kind in (Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL, Kind.BOOLEAN):
        return isinstance(value, (int, float)) or (isinstance(value, str) and _is_number(value))
    return isinstance(value, str)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except ArithmeticError:
        return False
