"""Values in the JSON of a record: how a path leads to one, and what it is read as."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam

from ..model.expressions import Field, Kind
from .engines import per_engine
from .functions import DATE, INSTANT, STORED_DECIMAL, TIME_OF_DAY

Sql = ColumnElement[Any]


def json_of(field: Field, fields: Sql, numbers: Iterator[int]) -> tuple[Sql, Sql]:
    """Return the type (a word of SQLite's) and the value of what a field's path leads to in the JSON of the fields.

    Each name in the path is a parameter, numbered on.
    """
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
        base = per_engine("{0}", "{0}::jsonb", fields)
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
        per_engine(*STORED_DECIMAL, per_engine("{0}", "({0} #>> '{{}}' COLLATE \"C\")", value)),
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


READ: dict[Kind, Callable[[Sql, Sql], Sql]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.DURATION: _text,
    Kind.INSTANT: _normal(INSTANT),
    Kind.DATE: _normal(DATE),
    Kind.TIME: _normal(TIME_OF_DAY),
    Kind.ANY: lambda type_, value: per_engine("nullif({0}, 'null')", None, type_),
}
"""What is read of a JSON value as of each kind; null where it is of another."""
