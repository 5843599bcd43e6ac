"""Which entries of the index of marked fields a condition asks for, and which an order."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ..model.conditions import Among, And, Condition, Null, Operator, Relation, Truth, both
from ..model.expressions import Call, Expression, Field, Function, Kind, Literal, Order
from .field_values import LONGEST, NULL, key_of

_NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
_LAST = "\U0010ffff"
_MOST = 64
"""Values of a list that are looked up in the index one by one."""


class Range(NamedTuple):
    """Entries of a field: those with some values, or those between two bounds, which are inclusive unless ``…_open``.

    ``parts`` are the places, among what a condition joins by ``and``, of all that the entries meet. They are empty
    where the entries only are no fewer than the condition means, since long texts are not whole in the index.
    """

    field: str
    kind: Kind
    values: tuple[str, ...] = ()
    lower: str | None = None
    upper: str | None = None
    lower_open: bool = False
    upper_open: bool = False
    parts: frozenset[int] = frozenset()

    @property
    def is_one_value(self) -> bool:
        """Whether all entries have the same value."""
        return len(self.values) == 1

    @property
    def is_range(self) -> bool:
        """Whether the entries lie between bounds."""
        return not self.values

    def is_of(self, field: str, kind: Kind) -> bool:
        """Whether the index has this field, as of this kind."""
        return self.field == field and (self.kind is kind or self.kind is Kind.ANY or {self.kind, kind} <= _NUMERIC)

    def shape(self) -> "Range":
        """Return the range without its values."""
        lower, upper = (None if bound is None else "" for bound in (self.lower, self.upper))
        values = ("",) * _room(len(self.values))
        return Range("", Kind.ANY, values, lower, upper, self.lower_open, self.upper_open)

    def arguments(self) -> dict[str, Any]:
        """Return the parameters of statements over the range."""
        found: dict[str, Any] = {"field": self.field}
        padded = self.values + self.values[-1:] * (_room(len(self.values)) - len(self.values))
        found |= {f"key_{index}": value for index, value in enumerate(padded)}
        found |= {"lower": self.lower} if self.lower is not None else {}
        return found | ({"upper": self.upper} if self.upper is not None else {})


def _room(values: int) -> int:
    return 1 << (values - 1).bit_length() if values else 0


def driver_of(orders: Sequence[Order]) -> Range | None:
    """Return all entries of the field that a page is sorted by; None where it is not by one field."""
    if len(orders) != 1 or (field := _name_of(orders[0].expression)) is None:
        return None
    return Range(field, orders[0].expression.kind)


def parts_of(condition: Condition | None) -> tuple[Condition, ...]:
    """Return what a condition joins by ``and``."""
    if condition is None:
        return ()
    if isinstance(condition, And):
        return tuple(part for operand in condition.operands for part in parts_of(operand))
    return (condition,)


def rest_of(condition: Condition | None, range_: Range) -> Condition | None:
    """Return what of a condition the entries of a range do not tell."""
    return both(*(part for index, part in enumerate(parts_of(condition)) if index not in range_.parts))


def ranges_of(condition: Condition | None) -> list[Range]:
    """Return the ranges of entries outside of which nothing meets a condition; the bounds of one field together."""
    between: dict[tuple[str, Kind], Range] = {}
    found: list[Range] = []
    for index, part in enumerate(parts_of(condition)):
        range_ = _range_of(part)
        if range_ is None:
            continue
        if not _is_cut(range_):
            range_ = range_._replace(parts=frozenset([index]))
        if range_.values:
            found.append(range_)
        else:
            kind = Kind.NUMBER if range_.kind in _NUMERIC else range_.kind
            key = (range_.field, kind)
            between[key] = _narrower(between[key], range_) if key in between else range_
    # What has no value is less than all else in the index, and meets no comparison.
    return found + [r if r.lower is not None else r._replace(lower=_FIRST) for r in between.values()]


_FIRST = "a"


def _is_cut(range_: Range) -> bool:
    """Whether the index does not tell a range's texts from longer ones."""
    return any(len(key) > LONGEST for key in (*range_.values, range_.lower or "", range_.upper or ""))


def _narrower(one: Range, other: Range) -> Range:
    """Return what lies within both ranges of a field."""
    parts = one.parts | other.parts
    if other.lower is not None and (one.lower is None or (other.lower, other.lower_open) > (one.lower, one.lower_open)):
        one = one._replace(lower=other.lower, lower_open=other.lower_open)
    if other.upper is not None and (
        one.upper is None or (other.upper, not other.upper_open) < (one.upper, not one.upper_open)
    ):
        one = one._replace(upper=other.upper, upper_open=other.upper_open)
    return one._replace(parts=parts)


def _range_of(condition: Condition) -> Range | None:
    match condition:
        case Relation(left, operator, Literal() as right) if (name := _name_of(left)) is not None:
            key = key_of(_plain(right), right.kind)
            is_open = operator in (Operator.GREATER, Operator.LESS) and len(key) <= LONGEST
            if not key:
                return None
            if operator is Operator.EQUAL:
                return Range(name, right.kind, (key,))
            if operator in (Operator.GREATER, Operator.GREATER_OR_EQUAL):
                return Range(name, right.kind, lower=key, lower_open=is_open)
            if operator in (Operator.LESS, Operator.LESS_OR_EQUAL):
                return Range(name, right.kind, upper=key, upper_open=is_open)
        case Among(operand, values, kind) if (name := _name_of(operand)) is not None and len(values) <= _MOST:
            keys = [key_of(_plain(Literal(value, kind)), kind) for value in values if not isinstance(value, float)]
            if len(keys) == len(values) and all(keys):
                return Range(name, kind, tuple(dict.fromkeys(keys)))
        case Null(operand) if (name := _name_of(operand)) is not None:
            return Range(name, operand.kind, (NULL,))
        case Truth(Call(Function.STARTS, (operand, Literal() as prefix))) if (name := _name_of(operand)) is not None:
            key = key_of(prefix.value, Kind.TEXT)
            return Range(name, Kind.TEXT, lower=key, upper=key + _LAST * (LONGEST + 1 - len(key)))
    return None


def _name_of(expression: Expression) -> str | None:
    """Return the name of the field that an expression reads as it is; None for all else."""
    if isinstance(expression, Field) and expression.variable < 0 and len(expression.path) == 1:
        name = expression.path[0]
        return name if isinstance(name, str) else None
    return None


def _plain(literal: Literal) -> Any:
    """Return what the JSON of a record would hold for a literal; numbers as decimals."""
    return Decimal(literal.value) if literal.kind in _NUMERIC else literal.value
