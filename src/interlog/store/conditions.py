"""Conditions as SQL. The text depends on a condition's shape alone; its values are bound.

Whoever filters makes the query from ``shape_of(condition)`` behind an ``lru_cache``, so that filters that differ in
nothing but their values share one text, and however many kinds of filters arrive, only so many texts are kept.
"""

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, not_, or_

from ..model.conditions import (
    AllOf,
    Among,
    And,
    AnyOf,
    Collection,
    Compare,
    Condition,
    Constant,
    Is,
    Like,
    Missing,
    Not,
    Null,
    Operator,
    Or,
    Relation,
    Search,
    Truth,
)
from ..model.expressions import Expression, Field, Kind, Literal
from . import expressions, folding
from .engines import per_engine
from .expressions import Numbers, Record, literals, sql_of
from .json_values import json_of
from .patterns import glob_of, regex_of
from .statements import Query

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

SHAPES = 256
"""How many shapes of conditions each query is kept for."""

MOST_KEPT = 64
"""Values that a statement may have to be kept: whoever sends one long filter after another fills no memory."""


def query_of(factory: "_lru_cache_wrapper[Query]", shape: Hashable, arguments: Mapping[str, Any]) -> Query:
    """Return the statement of a shape, from what is kept or for this time only."""
    return factory(shape) if len(arguments) <= MOST_KEPT else factory.__wrapped__(shape)


Shape = Condition
"""A condition whose values do not count."""

_OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
}


def shape_of(condition: Condition) -> Shape:
    """Return the condition without its values."""
    match condition:
        case Compare():
            return Compare(condition.field, condition.operator, 0)
        case Not():
            return Not(shape_of(condition.operand))
        case And() | Or():
            return type(condition)(tuple(shape_of(operand) for operand in condition.operands))
        case Relation():
            left, right = expressions.shape_of(condition.left), expressions.shape_of(condition.right)
            return Relation(left, condition.operator, right)
        case Among():
            return Among(expressions.shape_of(condition.operand), (0,) * _room(len(condition.values)), condition.kind)
        case Like():
            return Like(expressions.shape_of(condition.operand), ())
        case Null() | Truth():
            return type(condition)(expressions.shape_of(condition.operand))
        case Is():
            return Is(shape_of(condition.operand), condition.value)
        case AnyOf():
            inner = None if condition.condition is None else shape_of(condition.condition)
            return AnyOf(_source_shape(condition.source), condition.variable, inner)
        case AllOf():
            return AllOf(_source_shape(condition.source), condition.variable, shape_of(condition.condition))
        case Search():
            return Search("")
    return condition


def arguments_of(condition: Condition) -> dict[str, Any]:
    """Return the condition's values, by the names that the parameters of its SQL have."""
    return {f"value_{index}": value for index, value in enumerate(values_of(condition))}


def matching(shape: Shape, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """Return the SQL of a condition over these columns, by the names of their fields; it holds no expressions."""
    return _Writer(columns, None, count()).sql(shape, certain=False)


def matching_record(shape: Shape, record: Record, numbers: Numbers) -> ColumnElement[bool]:
    """Return the SQL of any condition over a record. ``numbers`` are those of its parameters."""
    return _Writer(record.columns, record, numbers).sql(shape, certain=False)


def _room(values: int) -> int:
    """Return how many places a list of values takes: 1, 2, 4, 8 …, so that few texts serve lists of any length."""
    return 1 << (values - 1).bit_length()


def _source_shape(source: Expression | Collection) -> Expression | Collection:
    return source if isinstance(source, Collection) else expressions.shape_of(source)


def values_of(condition: Condition) -> Iterator[Any]:
    """Yield a condition's values in the order in which ``_Writer`` makes parameters of them."""
    match condition:
        case Compare():
            yield condition.value
        case Not() | Is():
            yield from values_of(condition.operand)
        case And() | Or():
            for operand in condition.operands:
                yield from values_of(operand)
        case Relation():
            yield from expressions.values_of(condition.left)
            yield from expressions.values_of(condition.right)
        case Among(operand, values):
            yield from expressions.values_of(operand)
            yield from values
            yield from (values[-1:] * (_room(len(values)) - len(values)))
        case Like():
            yield from expressions.values_of(condition.operand)
            yield glob_of(condition.pattern)
            yield regex_of(condition.pattern)
        case Null() | Truth():
            yield from expressions.values_of(condition.operand)
        case AnyOf() | AllOf():
            if not isinstance(condition.source, Collection):
                yield from expressions.values_of(condition.source)
            if condition.condition is not None:
                yield from values_of(condition.condition)
        case Search():
            yield condition.text


class _Writer:
    """Writes one condition's SQL. ``certain``: where the result is negated, it must be false instead of null."""

    def __init__(self, columns: Mapping[str, ColumnElement[Any]], record: Record | None, numbers: Numbers) -> None:
        self._columns = columns
        self._given = record
        self._numbers = numbers

    @property
    def _record(self) -> Record:
        assert self._given is not None, "an expression needs the whole record"
        return self._given

    def sql(self, shape: Shape, *, certain: bool) -> ColumnElement[Any]:
        """Return the SQL of a condition's shape."""
        match shape:
            case Compare():
                column = self._columns[shape.field]
                value = bindparam(f"value_{next(self._numbers)}", type_=column.type)
                found: ColumnElement[bool] = _OPERATORS[shape.operator](column, value)
                return found
            case Missing():
                return self._columns[shape.field].is_(None)
            case Not():
                return not_(self.sql(shape.operand, certain=True))
            case And():
                return and_(*[self.sql(operand, certain=certain) for operand in shape.operands])
            case Or():
                return or_(*[self.sql(operand, certain=certain) for operand in shape.operands])
            case Relation():
                return self._relation(shape, certain=certain)
            case Among(operand, values):
                return self._among(operand, len(values), shape.kind, certain=certain)
            case Like():
                return self._like(shape, certain=certain)
            case Null():
                return per_engine("({0} IS NULL)", None, self._expression(shape.operand))
            case Truth():
                return self._expression(shape.operand)
            case Is():
                word = {True: "TRUE", False: "FALSE", None: "NULL"}[shape.value]
                return per_engine(f"(({{0}}) IS {word})", None, self.sql(shape.operand, certain=True))
            case Constant():
                return _CONSTANTS[shape.value]
            case AnyOf():
                return self._any(shape)
            case AllOf():
                return self._all(shape)
            case Search():
                return self._search()

    def _expression(self, shape: Expression) -> ColumnElement[Any]:
        return sql_of(shape, self._record, self._numbers)

    def _relation(self, shape: Relation, *, certain: bool) -> ColumnElement[Any]:
        left, right = self._expression(shape.left), self._expression(shape.right)
        word = shape.operator.value
        if shape.operator is Operator.NOT_EQUAL:
            return per_engine("({0} IS NOT {1})", "({0} IS DISTINCT FROM {1})", left, right)
        if shape.operator is Operator.EQUAL and (certain or not isinstance(shape.right, Literal)):
            return per_engine("({0} IS {1})", "({0} IS NOT DISTINCT FROM {1})", left, right)
        compared = per_engine(f"({{0}} {word} {{1}})", None, left, right)
        return _certain(compared) if certain else compared

    def _among(self, operand: Expression, values: int, kind: Kind, *, certain: bool) -> ColumnElement[Any]:
        sql = self._expression(operand)
        places = ", ".join(f"{{{index + 1}}}" for index in range(values))
        found = per_engine(f"({{0}} IN ({places}))", None, sql, *literals(kind, values, self._numbers))
        return _certain(found) if certain else found

    def _like(self, shape: Like, *, certain: bool) -> ColumnElement[Any]:
        sql = self._expression(shape.operand)
        patterns = [bindparam(f"value_{next(self._numbers)}", type_=Text()) for _ in range(2)]
        found = per_engine("({0} GLOB {1})", "({0} ~ {2})", sql, *patterns)
        return _certain(found) if certain else found

    def _any(self, shape: AnyOf) -> ColumnElement[Any]:
        rows, parts = self._elements(shape.source, shape.variable)
        if shape.condition is None:
            return per_engine(f"EXISTS (SELECT 1 FROM {rows[0]})", f"EXISTS (SELECT 1 FROM {rows[1]})", *parts)
        inner = self.sql(shape.condition, certain=False)
        where = f"WHERE {{{len(parts)}}}"
        return per_engine(
            f"EXISTS (SELECT 1 FROM {rows[0]} {where})", f"EXISTS (SELECT 1 FROM {rows[1]} {where})", *parts, inner
        )

    def _all(self, shape: AllOf) -> ColumnElement[Any]:
        rows, parts = self._elements(shape.source, shape.variable)
        inner = self.sql(shape.condition, certain=True)
        last = len(parts)
        return per_engine(
            f"NOT EXISTS (SELECT 1 FROM {rows[0]} WHERE NOT coalesce({{{last}}}, 0))",
            f"NOT EXISTS (SELECT 1 FROM {rows[1]} WHERE NOT coalesce({{{last}}}, FALSE))",
            *parts,
            inner,
        )

    def _elements(
        self, source: Expression | Collection, variable: int
    ) -> tuple[tuple[str, str], tuple[ColumnElement[Any], ...]]:
        """Return the rows, one for each element of a list, as each engine writes them, and their parts."""
        if isinstance(source, Collection):
            return (f"{{0}} AS e{variable}", f"{{0}} AS e{variable}"), (self._record.participants,)
        assert isinstance(source, Field), "lists stand in fields"
        type_, value = json_of(source, self._record.fields, self._numbers)
        return (
            (
                f"json_each(CASE {{0}} WHEN 'array' THEN {{1}} END) AS e{variable}",
                f"jsonb_array_elements(CASE {{0}} WHEN 'array' THEN {{1}} END) AS e{variable}(value)",
            ),
            (type_, value),
        )

    def _search(self) -> ColumnElement[Any]:
        """Return whether any text holds what is wanted, both in capitals: so a final sigma is like any other."""
        wanted = per_engine(
            "fold_upper({0})", folding.UPPER[1], bindparam(f"value_{next(self._numbers)}", type_=Text())
        )
        fields = per_engine(
            "EXISTS (SELECT 1 FROM (SELECT value AS a FROM json_tree({0}) WHERE type = 'text')"
            f" WHERE instr({folding.UPPER[0]}, {{1}}) > 0)",
            "EXISTS (SELECT 1 FROM jsonb_path_query({0}::jsonb, 'strict $.** ? (@.type() == \"string\")') AS s(value)"
            f" WHERE strpos({_VALUE}, {{1}}) > 0)",
            self._record.fields,
            wanted,
        )
        held = (
            f"(SELECT instr({folding.UPPER[0]}, {{1}}) > 0 FROM (SELECT coalesce({{0}}, '') AS a))",
            f"(strpos({_HELD}, {{1}}) > 0)",
        )
        return or_(*(per_engine(*held, text, wanted) for text in self._record.texts), fields)


_VALUE = folding.UPPER[1].format("s.value #>> '{{}}'")
_HELD = folding.UPPER[1].format("coalesce({0}, '')")


def _certain(sql: ColumnElement[Any]) -> ColumnElement[Any]:
    return per_engine("coalesce({0}, 0)", "coalesce({0}, FALSE)", sql)


_CONSTANTS: dict[bool | None, ColumnElement[Any]] = {
    True: per_engine("1", "TRUE"),
    False: per_engine("0", "FALSE"),
    None: per_engine("NULL", "NULL::boolean"),
}
