"""What a pointer of a filter or a sort leads to, as expressions over what is stored (spec 2.5).

Values are typed: a pointer is read as a text, a number or a boolean, and what is of another kind is not there.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from interlog.model.conditions import And, Compare, Condition, Constant, Null, Operator
from interlog.model.expressions import Call, Column, Expression, Field, Function, Kind, Literal

from .filter_lexer import Path
from .filters import Scalar

KINDS = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN)
"""The kinds as which a value is read."""

ALWAYS, NEVER = Constant(True), Constant(False)


class Operand(ABC):
    """Something of an object that can be compared."""

    @abstractmethod
    def read(self, kind: Kind) -> Expression | None:
        """Return it as of a kind, null where it is of another; None where it never is of that kind."""

    @abstractmethod
    def nothing(self) -> Condition:
        """Return the condition that it is null, or not there."""

    def against(self, operator: Operator, text: str) -> Condition | None:
        """Return the condition of comparing it with a text as an index does; None where none would help.

        Only for where it is not negated: it may be unknown.
        """
        return None


@dataclass(frozen=True)
class Fixed(Operand):
    """A value that is the same in all objects, or stands in the filter."""

    value: Scalar

    def read(self, kind: Kind) -> Expression | None:
        value = self.value
        if isinstance(value, bool):
            return Literal(value, Kind.BOOLEAN) if kind is Kind.BOOLEAN else None
        if isinstance(value, str):
            return Literal(value, Kind.TEXT) if kind is Kind.TEXT else None
        return Literal(repr(value), Kind.NUMBER) if value is not None and kind is Kind.NUMBER else None

    def nothing(self) -> Condition:
        return ALWAYS if self.value is None else NEVER


@dataclass(frozen=True)
class Stored(Operand):
    """What stands at a path in an object's JSON; ``variable``: in an element of an array."""

    path: Path
    variable: int = -1

    def read(self, kind: Kind) -> Expression | None:
        return Field(self.path, kind, self.variable)

    def nothing(self) -> Condition:
        return Null(Field(self.path, Kind.ANY, self.variable))


@dataclass(frozen=True)
class Known(Operand):
    """An expression whose kind is known. ``is_indexed``: a column that is found by an index."""

    expression: Expression
    is_indexed: bool = False

    @cached_property
    def kind(self) -> Kind:
        """The kind as which it is read."""
        return Kind.NUMBER if self.expression.kind is Kind.INTEGER else self.expression.kind

    def read(self, kind: Kind) -> Expression | None:
        return self.expression if kind is self.kind else None

    def nothing(self) -> Condition:
        return Null(self.expression)

    def against(self, operator: Operator, text: str) -> Condition | None:
        if self.is_indexed and operator is Operator.EQUAL and isinstance(self.expression, Column):
            return Compare(self.expression.name, operator, text)
        return None


@dataclass(frozen=True)
class Whole(Operand):
    """An object or an array, which equals nothing: it is there or not."""

    missing: Condition = NEVER

    def read(self, kind: Kind) -> Expression | None:
        return None

    def nothing(self) -> Condition:
        return self.missing


# Times: columns of microseconds, which clients see as texts of milliseconds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST, _LAST = (
    (moment - _EPOCH) // _MILLISECOND
    for moment in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC))
)


def printed(milliseconds: int) -> str:
    """Return an instant as clients see it; two of them sort as their texts do."""
    return (_EPOCH + milliseconds * _MILLISECOND).isoformat(timespec="milliseconds")[:23] + "Z"


@dataclass(frozen=True)
class Moment(Operand):
    """A column of instants that is never null."""

    column: str

    def read(self, kind: Kind) -> Expression | None:
        if kind is not Kind.TEXT:
            return None
        places = (Literal(0, Kind.INTEGER), Literal(23, Kind.INTEGER))
        shortened = Call(Function.SUBSTRING, (Column(self.column, Kind.INSTANT), *places), Kind.TEXT)
        return Call(Function.CONCAT, (shortened, Literal("Z", Kind.TEXT)), Kind.TEXT)

    def nothing(self) -> Condition:
        return NEVER

    def against(self, operator: Operator, text: str) -> Condition | None:
        """Compare the column itself: with the first instant whose text is not less than this one."""
        at = _FIRST + bisect_left(range(_FIRST, _LAST + 1), text, key=printed)
        is_text = at <= _LAST and printed(at) == text
        match operator:
            case Operator.EQUAL:
                return _between(self.column, at, at + 1) if is_text else NEVER
            case Operator.GREATER_OR_EQUAL:
                return Compare(self.column, Operator.GREATER_OR_EQUAL, at * 1000)
            case Operator.GREATER:
                return Compare(self.column, Operator.GREATER_OR_EQUAL, (at + is_text) * 1000)
            case Operator.LESS:
                return Compare(self.column, Operator.LESS, at * 1000)
            case Operator.LESS_OR_EQUAL:
                return Compare(self.column, Operator.LESS, (at + is_text) * 1000)
        return None


def _between(column: str, first: int, end: int) -> Condition:
    return And(
        (
            Compare(column, Operator.GREATER_OR_EQUAL, first * 1000),
            Compare(column, Operator.LESS, end * 1000),
        )
    )
