"""Expressions as SQL, on both engines, over the columns of a record and its JSON.

On SQLite numbers are integers of 64 bits and floating point, on PostgreSQL they are exact. Texts compare by their
characters' code points on both, instants and the like by their canonical texts.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, bindparam

from ..model.expressions import Call, Choice, Column, Expression, Field, Kind, Literal, Part
from ..model.profiles import CONTACT
from .engines import per_engine
from .functions import FUNCTIONS, with_argument
from .json_values import READ, json_of

Sql = ColumnElement[Any]
Numbers = Iterator[int]


class Record(NamedTuple):
    """What conditions may be about: columns by their names in the model, the JSON of the fields, the rows of the
    participants (``value``, and whether it is a ``profile``), and the texts besides the fields that are searched.

    ``profile_key`` is the ProfileId of a participant, from the SQL of its profile type and of its number.
    """

    columns: Mapping[str, Sql]
    fields: Sql
    participants: Sql
    texts: tuple[Sql, ...] = ()
    profile_key: Callable[[Sql, Sql], Sql] = lambda type_id, number: number


def sql_of(shape: Expression, record: Record, numbers: Numbers) -> Sql:
    """Return the SQL of an expression's shape; each value in it is a parameter."""
    match shape:
        case Literal():
            return _LITERALS[shape.kind](_parameter(shape.kind, numbers))
        case Column():
            column = record.columns[shape.name]
            return _COLUMNS.get(shape.kind, _as_it_is)(column)
        case Field():
            return READ[shape.kind](*json_of(shape, record.fields, numbers))
        case Part():
            return _PARTS[shape.name](f"e{shape.variable}", record)
        case Call():
            arguments = [sql_of(argument, record, numbers) for argument in shape.arguments]
            return per_engine(*FUNCTIONS[shape.function], *arguments)
        case Choice():
            operand = sql_of(shape.operand, record, numbers)
            texts = [_LITERALS[Kind.TEXT](_parameter(Kind.TEXT, numbers)) for _ in range(2 * len(shape.choices))]
            cases = " ".join(f"WHEN {{{2 * i + 1}}} THEN {{{2 * i + 2}}}" for i in range(len(shape.choices)))
            return per_engine(f"CASE {{0}} {cases} END", None, operand, *texts)


def values_of(expression: Expression) -> Iterator[Any]:
    """Yield an expression's values in the order in which ``sql_of`` makes parameters of them."""
    match expression:
        case Literal():
            yield expression.value
        case Field():
            yield from map(str, expression.path)
        case Call():
            for argument in expression.arguments:
                yield from values_of(argument)
        case Choice():
            yield from values_of(expression.operand)
            for pair in expression.choices:
                yield from pair


def shape_of(expression: Expression) -> Expression:
    """Return the expression without its values."""
    match expression:
        case Literal():
            return Literal("", expression.kind)
        case Field():
            path = tuple("" if isinstance(name, str) else 0 for name in expression.path)
            return Field(path, expression.kind, expression.variable)
        case Call():
            return Call(expression.function, tuple(map(shape_of, expression.arguments)), expression.kind)
        case Choice():
            return Choice(shape_of(expression.operand), (("", ""),) * len(expression.choices), expression.kind)
    return expression


def literals(kind: Kind, count: int, numbers: Numbers) -> list[Sql]:
    """Return so many parameters of a kind."""
    return [_LITERALS[kind](_parameter(kind, numbers)) for _ in range(count)]


_TYPES: dict[Kind, Any] = {Kind.BOOLEAN: Boolean, Kind.INTEGER: BigInteger}


def _parameter(kind: Kind, numbers: Numbers) -> Sql:
    return bindparam(f"value_{next(numbers)}", type_=_TYPES.get(kind, Text)())


def _as_it_is(sql: Sql) -> Sql:
    return sql


def _ordered(sql: Sql) -> Sql:
    return per_engine("{0}", '({0} COLLATE "C")', sql)


_LITERALS: dict[Kind, Callable[[Sql], Sql]] = {
    Kind.BOOLEAN: _as_it_is,
    Kind.INTEGER: lambda sql: per_engine("{0}", "{0}::numeric", sql),
    **dict.fromkeys((Kind.NUMBER, Kind.DECIMAL), lambda sql: per_engine("CAST({0} AS REAL)", "{0}::numeric", sql)),
    **dict.fromkeys((Kind.TEXT, Kind.INSTANT, Kind.DATE, Kind.TIME, Kind.DURATION), _ordered),
}


# Columns of instants are integers

_FRACTION = "((a % 1000000) + 1000000) % 1000000"
_INSTANT_OF_COLUMN = with_argument(
    f"strftime('%Y-%m-%dT%H:%M:%S', (a - {_FRACTION}) / 1000000, 'unixepoch') || printf('.%06dZ', {_FRACTION})",
    f"""(to_char(to_timestamp(((a - {_FRACTION}) / 1000000)::float8) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')"""
    f""" || '.' || lpad(({_FRACTION})::text, 6, '0') || 'Z') COLLATE "C\"""",
)
_COLUMNS: dict[Kind, Callable[[Sql], Sql]] = {
    Kind.INSTANT: lambda sql: per_engine(*_INSTANT_OF_COLUMN, sql),
    Kind.INTEGER: lambda sql: per_engine("{0}", "{0}::numeric", sql),
    Kind.TEXT: _ordered,
}


# Participants: JSON lists, of a person or of a profile (``model/interactions.py``)


def _slot(element: str, record: Record) -> Sql:
    slot = (
        f"CASE {element}.profile WHEN 1 THEN json_extract({element}.value, '$[0]') "
        f"ELSE json_extract({element}.value, '$[1]') END"
    )
    postgresql = f"CASE {element}.profile WHEN 1 THEN {element}.value ->> 0 ELSE {element}.value ->> 1 END"
    return per_engine(
        f"({{0}} || '/' || {slot})",
        f"({{0}}::text || '/' || {postgresql} COLLATE \"C\")",
        record.columns["type_id"],
    )


def _profile(element: str, record: Record) -> Sql:
    texts = "CASE {e}.profile WHEN 0 THEN {person} ELSE json_extract({e}.value, '$[{place}]') END"
    postgresql = "(CASE {e}.profile WHEN 0 THEN {person} ELSE {e}.value ->> {place} END)::bigint"
    type_id = (
        texts.format(e=element, person=CONTACT.id, place=1),
        postgresql.format(e=element, person=f"'{CONTACT.id}'", place=1),
    )
    number = (
        texts.format(e=element, person=f"json_extract({element}.value, '$[0]')", place=2),
        postgresql.format(e=element, person=f"{element}.value ->> 0", place=2),
    )
    key = record.profile_key(per_engine(*type_id), per_engine(*number))
    return per_engine("{0}", '({0} COLLATE "C")', key)


def _address(element: str, record: Record) -> Sql:
    return per_engine(
        f"CASE {element}.profile WHEN 0 THEN json_extract({element}.value, '$[2]') END",
        f'(CASE {element}.profile WHEN 0 THEN {element}.value ->> 2 END COLLATE "C")',
    )


def _resolved(element: str, record: Record) -> Sql:
    return per_engine(
        f"(json_extract({element}.value, CASE {element}.profile WHEN 0 THEN '$[0]' ELSE '$[2]' END) IS NOT NULL)",
        f"({element}.value ->> CASE {element}.profile WHEN 0 THEN 0 ELSE 2 END IS NOT NULL)",
    )


_PARTS: dict[str, Callable[[str, Record], Sql]] = {
    "typed_slot": _slot,
    "profile": _profile,
    "address": _address,
    "resolved": _resolved,
}
