"""Conditions: what a filter says about records, whatever language it was written in.

A condition holds, does not hold, or is *unknown*, and so is its negation. A record is found when the condition holds.
``Compare`` is unknown where the field is missing, which is how both databases reckon; a language in which a missing
value compares otherwise says so with ``Missing``, or with ``Relation``, which is never unknown.
"""

from enum import Enum, StrEnum
from typing import TypeAlias

from msgspec import Struct

from .expressions import Expression, Kind

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


class Relation(Struct, frozen=True):
    """Two expressions of one kind (integers and numbers count as one) compared; never unknown.

    Null equals null and nothing else; it is neither less nor greater than anything.
    """

    left: Expression
    operator: Operator
    right: Expression


class Among(Struct, frozen=True):
    """An expression that equals one of some literals (one at least) of a kind. Null equals none of them."""

    operand: Expression
    values: tuple[Value | bool, ...]
    kind: Kind


class Wildcard(Enum):
    """What stands in a pattern for characters that it does not name."""

    RUN = "any characters, or none"
    ONE = "one character"


class Like(Struct, frozen=True):
    """A text that a pattern describes from its beginning to its end, whatever the case of its letters."""

    operand: Expression
    pattern: tuple[str | Wildcard, ...]


class Null(Struct, frozen=True):
    """An expression that has no value."""

    operand: Expression


class Truth(Struct, frozen=True):
    """A boolean expression; unknown where that is null."""

    operand: Expression


class Is(Struct, frozen=True):
    """A condition that holds (True), does not hold (False), or is unknown (None); never unknown itself."""

    operand: "Condition"
    value: bool | None


class Constant(Struct, frozen=True):
    """What holds always, never (False), or is unknown (None)."""

    value: bool | None


class Collection(StrEnum):
    """What else than a list in a field has elements."""

    PARTICIPANTS = "participants"


class AnyOf(Struct, frozen=True):
    """Of whose elements one meets the condition at least (None: has an element).

    What is no list has no elements. ``variable`` is the one by which the condition's expressions name the element.
    """

    source: "Expression | Collection"
    variable: int
    condition: "Condition | None"


class AllOf(Struct, frozen=True):
    """Of whose elements each meets the condition; also what has none."""

    source: "Expression | Collection"
    variable: int
    condition: "Condition"


class Search(Struct, frozen=True):
    """A text that stands in one of the texts of the interaction, whatever the case of its letters A to Z."""

    text: str


Condition: TypeAlias = (
    Compare | Missing | Not | And | Or | Relation | Among | Like | Null | Truth | Is | Constant | AnyOf | AllOf | Search
)


def both(*conditions: Condition | None) -> Condition | None:
    """Return the condition that holds where all of these do; None is none."""
    given = tuple(condition for condition in conditions if condition is not None)
    return And(given) if len(given) > 1 else given[0] if given else None
