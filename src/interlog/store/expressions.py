"""Expressions as SQL, on both engines, over the columns of a record and its JSON.

On SQLite numbers are integers of 64 bits and floating point, on PostgreSQL they are exact. Texts compare by their
characters' code points on both, instants and the like by their canonical texts. A function that needs an argument more
than once reads it from a subselect, so that the text of nested functions grows by their number alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, ColumnElement, Text, bindparam

from ..model.expressions import Call, Choice, Column, Expression, Field, Function, Kind, Literal, Part
from ..model.profiles import CONTACT
from . import folding
from .engines import per_engine

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
            return _READ[shape.kind](*json_of(shape, record, numbers))
        case Part():
            return _PARTS[shape.name](f"e{shape.variable}", record)
        case Call():
            arguments = [sql_of(argument, record, numbers) for argument in shape.arguments]
            return per_engine(*_FUNCTIONS[shape.function], *arguments)
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


def with_argument(sqlite: str, postgresql: str, names: str = "a") -> tuple[str, str]:
    """Return the texts of a function that reads its arguments by names, each computed once."""
    given = ", ".join(f"{{{index}}} AS {name}" for index, name in enumerate(names))
    return (
        f"(SELECT {sqlite} FROM (SELECT {given}))",
        f"(SELECT {postgresql} FROM (SELECT {given} OFFSET 0) AS given)",
    )


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


# JSON


def json_of(field: Field, record: Record, numbers: Numbers) -> tuple[Sql, Sql]:
    """Return the type (a word of SQLite's) and the value of what a field's path leads to."""
    if not field.path:
        element = f"e{field.variable}"
        return (
            per_engine(f"{element}.type", f"jsonb_typeof({element}.value)"),
            per_engine(f"{element}.value", f"{element}.value"),
        )
    path = [bindparam(f"value_{next(numbers)}", type_=Text()) for _ in field.path]
    if field.variable >= 0:
        base: Sql = per_engine(
            f"CASE e{field.variable}.type WHEN 'object' THEN e{field.variable}.value END", f"e{field.variable}.value"
        )
    else:
        base = per_engine("{0}", "{0}::jsonb", record.fields)
    parts = (base, *path)
    reached = "{0}"
    for place, name in enumerate(field.path, 1):
        reached = f"({reached} -> {{{place}}})" if isinstance(name, str) else f"({reached} #> ARRAY[{{{place}}}])"
    type_, value = _steps(field.path)
    return per_engine(type_, f"jsonb_typeof({reached})", *parts), per_engine(value, reached, *parts)


def _steps(path: Sequence[str | int]) -> tuple[str, str]:
    """Return type and value of what a path leads to in SQLite's words.

    Each integer is looked up among the elements or members of what is there, one join deeper: SQLite's parser takes
    few levels of parentheses.
    """
    sources: list[str] = []
    wanted: list[str] = []
    base, at = "{0}", "'$'"
    for place, name in enumerate(path, 1):
        if isinstance(name, str):
            at += f""" || '."' || replace({{{place}}}, '\\', '\\\\') || '"'"""
            continue
        step = f"s{len(sources)}"
        sources.append(f"json_each({base}, {at}) AS {step}")
        wanted.append(f"CAST({step}.key AS TEXT) = {{{place}}}")
        base, at = f"CASE WHEN {step}.type IN ('array', 'object') THEN {step}.value END", "'$'"
    if not sources:
        return f"json_type({{0}}, {at})", f"json_extract({{0}}, {at})"
    rows = f"FROM {', '.join(sources)} WHERE {' AND '.join(wanted)}"
    if at == "'$'":
        return f"(SELECT {step}.type {rows})", f"(SELECT {step}.value {rows})"
    return f"(SELECT json_type({base}, {at}) {rows})", f"(SELECT json_extract({base}, {at}) {rows})"


_DATE = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_TIME = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"
_INSTANT = with_argument(
    f"CASE WHEN a GLOB '{_DATE}T{_TIME}Z' THEN substr(a, 1, 19) || '.000000Z' "
    f"WHEN a GLOB '{_DATE}T{_TIME}.[0-9]*Z' AND substr(a, 21, length(a) - 21) NOT GLOB '*[^0-9]*' "
    "THEN substr(a, 1, 20) || substr(substr(a, 21, length(a) - 21) || '000000', 1, 6) || 'Z' "
    f"WHEN a GLOB '{_DATE}' THEN a || 'T00:00:00.000000Z' END",
    f"CASE WHEN a ~ '^{_DATE}T{_TIME}Z$' THEN substr(a, 1, 19) || '.000000Z' "
    f"WHEN a ~ '^{_DATE}T{_TIME}[.][0-9]+Z$' "
    "THEN substr(a, 1, 20) || substr(substr(a, 21, length(a) - 21) || '000000', 1, 6) || 'Z' "
    f"WHEN a ~ '^{_DATE}$' THEN a || 'T00:00:00.000000Z' END",
)
_TIME_OF_DAY = with_argument(
    f"CASE WHEN a GLOB '{_TIME}' THEN a || '.000000' "
    f"WHEN a GLOB '{_TIME}.[0-9]*' AND substr(a, 10) NOT GLOB '*[^0-9]*' "
    "THEN substr(a, 1, 9) || substr(substr(a, 10) || '000000', 1, 6) END",
    f"CASE WHEN a ~ '^{_TIME}$' THEN a || '.000000' "
    f"WHEN a ~ '^{_TIME}[.][0-9]+$' THEN substr(a, 1, 9) || substr(substr(a, 10) || '000000', 1, 6) END",
)
_DATE_ALONE = with_argument(
    f"CASE WHEN a GLOB '{_DATE}' THEN a END",
    f"CASE WHEN a ~ '^{_DATE}$' THEN a END",
)
_DIGITS = "CASE WHEN substr(a, 1, 1) IN ('-', '+') THEN substr(a, 2) ELSE a END"
_INTEGER_OF = with_argument(
    f"CASE WHEN length(a) < 20 AND {_DIGITS} <> '' AND {_DIGITS} NOT GLOB '*[^0-9]*' THEN CAST(a AS INTEGER) END",
    "CASE WHEN length(a) < 20 AND a ~ '^[-+]?[0-9]+$' THEN a::numeric END",
)
_NUMBER_OF = with_argument(
    f"CASE WHEN length(a) < 64 AND {_DIGITS} GLOB '[0-9]*' AND {_DIGITS} NOT GLOB '*[^0-9.]*' "
    f"AND {_DIGITS} NOT GLOB '*.*.*' AND {_DIGITS} NOT GLOB '*.' THEN CAST(a AS REAL) END",
    "CASE WHEN length(a) < 64 AND a ~ '^[-+]?[0-9]+([.][0-9]+)?$' THEN a::numeric END",
)
_STORED_DECIMAL = with_argument(
    "CASE WHEN a GLOB '[0-9]*' OR a GLOB '-[0-9]*' THEN CAST(a AS REAL) END",
    "CASE WHEN a ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{{1,3}})?$' THEN a::numeric END",
)


def _text(type_: Sql, value: Sql) -> Sql:
    return per_engine(
        "CASE {0} WHEN 'text' THEN {1} END",
        "(CASE {0} WHEN 'string' THEN {1} #>> '{{}}' END COLLATE \"C\")",
        type_,
        value,
    )


def _number(type_: Sql, value: Sql) -> Sql:
    return per_engine(
        "CASE WHEN {0} IN ('integer', 'real') THEN {1} END",
        "CASE {0} WHEN 'number' THEN {1}::numeric END",
        type_,
        value,
    )


def _decimal(type_: Sql, value: Sql) -> Sql:
    return per_engine(
        "CASE {0} WHEN 'integer' THEN {1} WHEN 'real' THEN {1} WHEN 'text' THEN {2} END",
        "CASE {0} WHEN 'number' THEN {1}::numeric WHEN 'string' THEN {2} END",
        type_,
        value,
        per_engine(*_STORED_DECIMAL, per_engine("{0}", "({0} #>> '{{}}' COLLATE \"C\")", value)),
    )


def _boolean(type_: Sql, value: Sql) -> Sql:
    return per_engine(
        "CASE {0} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
        "CASE {0} WHEN 'boolean' THEN {1}::boolean END",
        type_,
        value,
    )


def _normal(texts: tuple[str, str]) -> Callable[[Sql, Sql], Sql]:
    return lambda type_, value: per_engine(*texts, _text(type_, value))


_READ: dict[Kind, Callable[[Sql, Sql], Sql]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.DURATION: _text,
    Kind.INSTANT: _normal(_INSTANT),
    Kind.DATE: _normal(_DATE_ALONE),
    Kind.TIME: _normal(_TIME_OF_DAY),
    Kind.ANY: lambda type_, value: per_engine("nullif({0}, 'null')", None, type_),
}
"""What is read of a JSON value as of each kind; null where it is of another."""


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


# Functions: the text of each on SQLite, and on PostgreSQL

_SPACES = "' ' || char(9, 10, 11, 12, 13)"
_SPACES_POSTGRESQL = r"E' \t\n\x0b\f\r'"
_MOST = 1_000_000_000


def _own(sqlite: str, postgresql: str, names: str) -> tuple[str, str]:
    """Return the texts of a function that needs its arguments more than once on PostgreSQL only."""
    return sqlite, with_argument("", postgresql, names)[1]


_FUNCTIONS: dict[Function, tuple[str, str | None]] = {
    Function.ADD: ("({0} + {1})", None),
    Function.SUBTRACT: ("({0} - {1})", None),
    Function.MULTIPLY: ("({0} * {1})", None),
    Function.DIVIDE: ("(CAST({0} AS REAL) / {1})", "({0} / nullif({1}, 0))"),
    Function.QUOTIENT: ("({0} / {1})", "div({0}, nullif({1}, 0))"),
    Function.REMAINDER: with_argument("a - b * CAST(a / b AS INTEGER)", "mod(a, nullif(b, 0))", "ab"),
    Function.INTEGER_REMAINDER: ("({0} % {1})", "mod({0}, nullif({1}, 0))"),
    Function.NEGATE: ("(- {0})", None),
    Function.LOWER: (with_argument(folding.LOWER[0], "")[0], folding.LOWER[1]),
    Function.UPPER: (with_argument(folding.UPPER[0], "")[0], folding.UPPER[1]),
    Function.TRIM: (f"trim({{0}}, {_SPACES})", f"btrim({{0}}, {_SPACES_POSTGRESQL})"),
    Function.LENGTH: ("length({0})", "length({0})::numeric"),
    Function.INDEX_OF: ("(instr({0}, {1}) - 1)", "(strpos({0}, {1}) - 1)::numeric"),
    Function.SUBSTRING_FROM: _own(
        f"substr({{0}}, min(max({{1}}, 0), {_MOST}) + 1)",
        f"CASE WHEN b IS NOT NULL THEN substr(a, least(greatest(b, 0), {_MOST})::integer + 1) END",
        "ab",
    ),
    Function.SUBSTRING: _own(
        f"substr({{0}}, min(max({{1}}, 0), {_MOST}) + 1, min(max({{2}}, 0), {_MOST}))",
        f"CASE WHEN b IS NOT NULL AND c IS NOT NULL THEN substr(a, least(greatest(b, 0), {_MOST})::integer + 1, "
        f"least(greatest(c, 0), {_MOST})::integer) END",
        "abc",
    ),
    Function.CONCAT: ("({0} || {1})", None),
    Function.STARTS: ("(instr({0}, {1}) = 1)", "starts_with({0}, {1})"),
    Function.ENDS: with_argument(
        "CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN b = '' OR substr(a, - length(b)) = b END",
        "right(a, length(b)) = b",
        "ab",
    ),
    Function.CONTAINS: ("(instr({0}, {1}) > 0)", "(strpos({0}, {1}) > 0)"),
    Function.YEAR: ("CAST(substr({0}, 1, 4) AS INTEGER)", "substr({0}, 1, 4)::numeric"),
    Function.MONTH: ("CAST(substr({0}, 6, 2) AS INTEGER)", "substr({0}, 6, 2)::numeric"),
    Function.DAY: ("CAST(substr({0}, 9, 2) AS INTEGER)", "substr({0}, 9, 2)::numeric"),
    Function.HOUR: ("CAST(substr({0}, 1, 2) AS INTEGER)", "substr({0}, 1, 2)::numeric"),
    Function.MINUTE: ("CAST(substr({0}, 4, 2) AS INTEGER)", "substr({0}, 4, 2)::numeric"),
    Function.SECOND: ("CAST(substr({0}, 7, 2) AS INTEGER)", "substr({0}, 7, 2)::numeric"),
    Function.DATE_OF: ("substr({0}, 1, 10)", None),
    Function.TIME_OF: ("substr({0}, 12, 15)", None),
    Function.MIDNIGHT: ("({0} || 'T00:00:00.000000Z')", None),
    Function.TEXT_OF_NUMBER: with_argument(
        "CASE WHEN a = CAST(a AS INTEGER) THEN CAST(CAST(a AS INTEGER) AS TEXT) ELSE CAST(a AS TEXT) END",
        '(trim_scale(a)::text COLLATE "C")',
    ),
    Function.TEXT_OF_BOOLEAN: (
        "CASE {0} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
        "(CASE {0} WHEN TRUE THEN 'true' WHEN FALSE THEN 'false' END COLLATE \"C\")",
    ),
    Function.TEXT_OF_INSTANT: with_argument(
        "CASE WHEN substr(a, 20) = '.000000Z' THEN substr(a, 1, 19) ELSE rtrim(substr(a, 1, 26), '0') END || 'Z'",
        "CASE WHEN substr(a, 20) = '.000000Z' THEN substr(a, 1, 19) ELSE rtrim(substr(a, 1, 26), '0') END || 'Z'",
    ),
    Function.TEXT_OF_TIME: with_argument(
        "CASE WHEN substr(a, 9) = '.000000' THEN substr(a, 1, 8) ELSE rtrim(a, '0') END",
        "CASE WHEN substr(a, 9) = '.000000' THEN substr(a, 1, 8) ELSE rtrim(a, '0') END",
    ),
    Function.NUMBER_OF: _NUMBER_OF,
    Function.INTEGER_OF: _INTEGER_OF,
    Function.INSTANT_OF: _INSTANT,
    Function.DATE_IN: _DATE_ALONE,
    Function.BOOLEAN_OF: (
        "CASE {0} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END",
        "CASE {0} WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    ),
    Function.FIRST: ("coalesce({0}, {1})", None),
    Function.WHERE: ("CASE WHEN {0} IS NOT NULL THEN {1} END", None),
    Function.TRUNCATE: ("CAST({0} AS INTEGER)", "trunc({0})"),
}
