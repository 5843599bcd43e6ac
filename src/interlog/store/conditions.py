"""Conditions as SQL. The text depends on a condition's shape alone; its values are bound.

Whoever filters makes the query from ``shape_of(condition)`` behind an ``lru_cache``, so that filters that differ in
nothing but their values share one text, and however many kinds of filters arrive, only so many texts are kept.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_

from ..model.conditions import And, Compare, Condition, Missing, Not, Operator, Or, Value

SHAPES = 256
"""How many shapes of conditions each query is kept for."""

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
        case Missing():
            return condition
        case Not():
            return Not(shape_of(condition.operand))
        case And() | Or():
            return type(condition)(tuple(shape_of(operand) for operand in condition.operands))


def arguments_of(condition: Condition) -> dict[str, Value]:
    """Return the condition's values, by the names that the parameters of its SQL have."""
    return {f"value_{index}": value for index, value in enumerate(_values(condition))}


def matching(shape: Shape, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """Return the SQL of a condition over these columns, by the names of their fields."""
    return _sql(shape, columns, iter(range(1_000_000)))


def _values(condition: Condition) -> Iterator[Value]:
    match condition:
        case Compare():
            yield condition.value
        case Not():
            yield from _values(condition.operand)
        case And() | Or():
            for operand in condition.operands:
                yield from _values(operand)


def _sql(shape: Shape, columns: Mapping[str, ColumnElement[Any]], numbers: Iterator[int]) -> ColumnElement[bool]:
    match shape:
        case Compare():
            column = columns[shape.field]
            value = bindparam(f"value_{next(numbers)}", type_=column.type)
            found: ColumnElement[bool] = _OPERATORS[shape.operator](column, value)
            return found
        case Missing():
            return columns[shape.field].is_(None)
        case Not():
            return not_(_sql(shape.operand, columns, numbers))
        case And():
            return and_(*(_sql(operand, columns, numbers) for operand in shape.operands))
        case Or():
            return or_(*(_sql(operand, columns, numbers) for operand in shape.operands))
