"""Conditions: what a filter says about records, whatever language it was written in.

A condition holds, does not hold, or is *unknown*: a comparison with a field that is missing is unknown, and so is its
negation. Only ``Missing`` tells the difference. A record is found when the condition holds. This is how both databases
reckon too; a language in which a missing value compares otherwise says so with ``Missing``.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Value: TypeAlias = int | float | str


class Operator(StrEnum):
    """How a field compares with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    STARTS = "=^"
    ENDS = "=$"
    CONTAINS = "=~"
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="


class Compare(Struct, frozen=True):
    """A field compared with a value. Fields have the names of the model (``occurred_at``); times are instants."""

    field: str
    operator: Operator
    value: Value


class Missing(Struct, frozen=True):
    """A field that has no value."""

    field: str


class Not(Struct, frozen=True):
    """What does not hold."""

    operand: "Condition"


class And(Struct, frozen=True):
    """What holds together: two or more."""

    operands: tuple["Condition", ...]


class Or(Struct, frozen=True):
    """Of which one holds at least: two or more."""

    operands: tuple["Condition", ...]


Condition: TypeAlias = Compare | Missing | Not | And | Or


def both(*conditions: Condition | None) -> Condition | None:
    """Return the condition that holds where all of these do; None is none."""
    given = tuple(condition for condition in conditions if condition is not None)
    return And(given) if len(given) > 1 else given[0] if given else None
