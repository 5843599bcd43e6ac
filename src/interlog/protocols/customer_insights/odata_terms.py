"""What stands in an OData expression, with its type: operands, and what operators make of them (spec 6.5).

An operand is of a known kind, *dynamic* (a property that no type declares: it is read as whatever it is compared
with), null, a condition, or a collection. Comparisons are never unknown: null equals null and nothing else.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from interlog.model.conditions import (
    Among,
    And,
    Collection,
    Compare,
    Condition,
    Constant,
    Is,
    Not,
    Null,
    Operator,
    Or,
    Relation,
    Truth,
)
from interlog.model.expressions import Call, Column, Expression, Field, Function, Kind, Literal, Part
from interlog.model.instants import parse_moment

from .odata_lexer import ODataError
from .values import BadValue, coercion_of, instant_of, instant_text

MAX_DEPTH = 25
"""Levels that a tree may have."""

NUMERIC = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})


class Term(NamedTuple):
    """An expression of a known kind. ``at`` is its place.

    ``names``: the values of an enum's names, in lower case. ``lower``: what it is compared with is written in lower
    case, as GUIDs are.
    """

    node: Expression
    kind: Kind
    at: int
    depth: int = 1
    names: Mapping[str, int | str] | None = None
    lower: bool = False


class Dynamic(NamedTuple):
    """A property that no type declares, or that types declare differently."""

    path: tuple[str, ...]
    variable: int
    at: int
    depth: int = 1

    def read(self, kind: Kind) -> Field:
        """Return the property read as of a kind."""
        return Field(self.path, kind, self.variable)


class Nothing(NamedTuple):
    """Null."""

    at: int
    depth: int = 1


class Holds(NamedTuple):
    """A condition."""

    condition: Condition
    at: int
    depth: int = 1


class Many(NamedTuple):
    """A collection; ``kind`` is that of its elements, None where they are dynamic; the rest is as a term's.

    ``slots``: the ids of the participants of these slots (see ``Part``); ``single``: shown as one value, no list.
    """

    source: Expression | Collection
    kind: Kind | None
    at: int
    depth: int = 1
    names: Mapping[str, int | str] | None = None
    lower: bool = False
    slots: tuple[str, ...] = ()
    single: bool = False

    def holding(self, variable: int) -> Condition | None:
        """Return what tells its elements from others of the source; None where nothing needs to."""
        return Among(Part("typed_slot", Kind.TEXT, variable), self.slots, Kind.TEXT) if self.slots else None


Operand = Term | Dynamic | Nothing | Holds | Many

_OPERATORS = {
    "eq": Operator.EQUAL,
    "ne": Operator.NOT_EQUAL,
    "gt": Operator.GREATER,
    "ge": Operator.GREATER_OR_EQUAL,
    "lt": Operator.LESS,
    "le": Operator.LESS_OR_EQUAL,
}
_MIRRORED = {
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
}


def deeper(at: int, *parts: Operand) -> int:
    """Return the depth of what is made of these; refuses more levels than there may be."""
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > MAX_DEPTH:
        raise ODataError(f"it is nested more than {MAX_DEPTH} levels deep", at)
    return depth


def condition_of(operand: Operand) -> Holds:
    """Return an operand as a condition."""
    match operand:
        case Holds():
            return operand
        case Term(node, Kind.BOOLEAN):
            if isinstance(node, Literal):
                return Holds(Constant(bool(node.value)), operand.at, operand.depth)
            return Holds(Truth(node), operand.at, operand.depth)
        case Dynamic():
            return Holds(Truth(operand.read(Kind.BOOLEAN)), operand.at, operand.depth)
        case Nothing():
            return Holds(Constant(None), operand.at)
    raise ODataError(f"expected a condition, and this is {described(operand)}", operand.at)


def compared(word: str, left: Operand, right: Operand, at: int) -> Holds:
    """Return the comparison of two operands: ``eq``, ``ne``, ``gt``, ``ge``, ``lt``, ``le``."""
    operator = _OPERATORS[word]
    depth = deeper(at, left, right)
    if operator is Operator.NOT_EQUAL:
        equal = condition_that(Operator.EQUAL, left, right, at)
        if isinstance(equal, Relation):
            return Holds(Relation(equal.left, operator, equal.right), left.at, depth)
        return Holds(Not(equal), left.at, depth + 1)
    return Holds(condition_that(operator, left, right, at), left.at, depth)


def condition_that(operator: Operator, left: Operand, right: Operand, at: int) -> Condition:
    """Return the condition that two operands compare like this: any operator but ``ne``."""
    equal = operator is Operator.EQUAL
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return _is_null(right if isinstance(left, Nothing) else left) if equal else Constant(False)
    if isinstance(left, Holds) or isinstance(right, Holds):
        return _is(operator, left, right, at)
    if isinstance(left, Many) or isinstance(right, Many):
        raise ODataError("a collection is asked by any or all", left.at if isinstance(left, Many) else right.at)
    if isinstance(left, Dynamic) and isinstance(right, Dynamic):
        return _both_dynamic(operator, left, right)
    left, right = matched(left, right, at)
    if left.kind is Kind.DURATION and not equal:
        raise ODataError("durations can only be compared by eq, ne and in", at)
    if left.kind is Kind.BOOLEAN and not equal:
        raise ODataError("true and false can only be compared by eq, ne and in", at)
    for one, other, op in ((left, right, operator), (right, left, _MIRRORED.get(operator, operator))):
        if isinstance(one.node, Column) and one.node.name in INSTANTS and isinstance(other.node, Literal):
            return Compare(one.node.name, op, instant_of(str(other.node.value)))
    if isinstance(left.node, Literal) and not isinstance(right.node, Literal):
        left, right, operator = right, left, _MIRRORED.get(operator, operator)
    return Relation(left.node, operator, right.node)


INSTANTS = frozenset({"occurred_at", "changed_at"})
"""Columns of instants that always have a value: they are compared as they stand, by their index."""


def _is_null(operand: Operand) -> Condition:
    match operand:
        case Nothing():
            return Constant(True)
        case Term():
            return Null(operand.node)
        case Dynamic():
            return Null(operand.read(Kind.ANY))
        case Holds():
            return Is(operand.condition, None)
        case Many():
            raise ODataError("a collection is never null; ask it by any or all", operand.at)


def _is(operator: Operator, left: Operand, right: Operand, at: int) -> Condition:
    condition, other = (left, right) if isinstance(left, Holds) else (right, left)
    if isinstance(other, Term) and isinstance(other.node, Literal) and other.kind is Kind.BOOLEAN:
        assert isinstance(condition, Holds)
        if operator is Operator.EQUAL:
            return Is(condition.condition, bool(other.node.value))
    raise ODataError("a condition can only be compared with true, false or null, by eq or ne", at)


def _both_dynamic(operator: Operator, left: Dynamic, right: Dynamic) -> Condition:
    """Numbers compare with numbers, texts with texts; all else, and one kind with another, is neither less nor more."""
    if operator is not Operator.EQUAL:
        kinds = (Kind.NUMBER, Kind.TEXT)
        return Or(tuple(Relation(left.read(kind), operator, right.read(kind)) for kind in kinds))
    same: list[Condition] = [And((Null(left.read(Kind.ANY)), Null(right.read(Kind.ANY))))]
    for kind in (Kind.NUMBER, Kind.TEXT, Kind.BOOLEAN):
        there = Not(Null(left.read(kind)))
        same.append(And((there, Relation(left.read(kind), operator, right.read(kind)))))
    return Or(tuple(same))


def matched(left: Term | Dynamic, right: Term | Dynamic, at: int) -> tuple[Term, Term]:
    """Return two operands as terms of one kind; refuses what cannot be compared."""
    if isinstance(left, Dynamic):
        assert isinstance(right, Term)
        return _as_kind(left, right), right
    if isinstance(right, Dynamic):
        return left, _as_kind(right, left)
    if left.names is not None and _is_text(right):
        return left, _named(left, right)
    if right.names is not None and _is_text(left):
        return _named(right, left), right
    for one, other, swap in ((left, right, False), (right, left, True)):
        if one.lower and _is_text(other):
            assert isinstance(other.node, Literal)
            other = other._replace(node=Literal(str(other.node.value).lower(), Kind.TEXT))
            return (other, one) if swap else (one, other)
    if left.kind == right.kind or (left.kind in NUMERIC and right.kind in NUMERIC):
        return left, right
    for one, other, swap in ((left, right, False), (right, left, True)):
        fitted = _fitted(one, other.kind)
        if fitted is not None:
            return (other, fitted) if swap else (fitted, other)
    raise ODataError(f"{described(left)} cannot be compared with {described(right)}", at)


def _as_kind(dynamic: Dynamic, other: Term) -> Term:
    kind = Kind.NUMBER if other.kind in NUMERIC else other.kind
    return Term(dynamic.read(kind), kind, dynamic.at)


def _is_text(term: Term) -> bool:
    return isinstance(term.node, Literal) and term.kind is Kind.TEXT


def _named(enum: Term, literal: Term) -> Term:
    """Return the value of an enum that a text names."""
    assert isinstance(literal.node, Literal) and enum.names is not None
    text = str(literal.node.value)
    value: int | str | None = enum.names.get(text.strip().casefold())
    if value is None and text.strip().lstrip("-").isdecimal():
        value = int(text)
    if value is None or (isinstance(value, str) is not (enum.kind is Kind.TEXT)):
        raise ODataError(f"{text!r} names no value of this enum", literal.at)
    return Term(Literal(value, enum.kind), enum.kind, literal.at)


def _fitted(term: Term, kind: Kind) -> Term | None:
    """Return a term as one of another kind; None where that makes no sense."""
    node = term.node
    if isinstance(node, Literal):
        if term.kind is Kind.TEXT:
            return literal_of(str(node.value), kind, term.at)
        if term.kind in NUMERIC and kind is Kind.TEXT:
            return Term(Literal(str(node.value), Kind.TEXT), Kind.TEXT, term.at)
        if term.kind is Kind.DATE and kind is Kind.INSTANT:
            return literal_of(str(node.value), kind, term.at)
        return None
    if term.kind is Kind.DATE and kind is Kind.INSTANT:
        return Term(Call(Function.MIDNIGHT, (node,), kind), kind, term.at, term.depth + 1)
    if term.kind is Kind.TEXT and kind in _FROM_TEXT:
        return Term(Call(_FROM_TEXT[kind], (node,), kind), kind, term.at, term.depth + 1)
    return None


_FROM_TEXT = {Kind.INSTANT: Function.INSTANT_OF, Kind.DATE: Function.DATE_IN}

_COERCIONS = {
    kind: coercion_of({"fieldType": type_})
    for kind, type_ in (
        (Kind.BOOLEAN, "Edm.Boolean"),
        (Kind.DATE, "Edm.Date"),
        (Kind.TIME, "Edm.TimeOfDay"),
        (Kind.DURATION, "Edm.Duration"),
    )
}
_EXPECTED = {
    Kind.BOOLEAN: "true or false",
    Kind.INTEGER: "an integer",
    Kind.NUMBER: "a number",
    Kind.DECIMAL: "a number",
    Kind.TEXT: "a text",
    Kind.INSTANT: "a date and time",
    Kind.DATE: "a date",
    Kind.TIME: "a time of day",
    Kind.DURATION: "a duration",
}


def literal_of(text: str, kind: Kind, at: int) -> Term:
    """Return the literal of a kind that a text says; refuses what says none."""
    value: Any = None
    if kind is Kind.TEXT:
        value = text
    elif kind is Kind.INSTANT:
        moment = parse_moment(text)
        value = instant_text(moment.instant) if moment is not None else None
    elif kind in NUMERIC:
        return number_of(text, at)
    else:
        try:
            value = _COERCIONS[kind](text)
        except BadValue:
            value = None
        if kind is Kind.TIME and value is not None:
            whole, _, fraction = value.partition(".")
            value = f"{whole}.{fraction:0<6}"[:15]
    if value is None:
        raise ODataError(f"{text[:60]!r} is not {_EXPECTED[kind]}", at)
    return Term(Literal(value, kind), kind, at)


def number_of(text: str, at: int) -> Term:
    """Return the literal of a number: integers of 64 bits are exact on every engine."""
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number.adjusted()) > 400:
        raise ODataError(f"{text[:60]!r} is not a number", at)
    if "." not in text and "e" not in text.lower() and -(2**63) <= int(number) < 2**63:
        return Term(Literal(int(number), Kind.INTEGER), Kind.INTEGER, at)
    return Term(Literal(f"{number:f}", Kind.NUMBER), Kind.NUMBER, at)


def number_term(operand: Operand) -> Term | None:
    """Return an operand as a number, None for null; refuses all else."""
    return typed(operand, Kind.NUMBER)


def typed(operand: Operand, kind: Kind) -> Term | None:
    """Return an operand as one of a kind (any numeric one is a number), None for null; refuses all else."""
    if isinstance(operand, Nothing):
        return None
    if isinstance(operand, Dynamic):
        return Term(operand.read(kind), kind, operand.at)
    if isinstance(operand, Term) and (operand.kind is kind or (kind is Kind.NUMBER and operand.kind in NUMERIC)):
        return operand
    if isinstance(operand, Term) and (fitted := _fitted(operand, kind)) is not None and kind is not Kind.NUMBER:
        return fitted
    raise ODataError(f"expected {_EXPECTED[kind]}, and this is {described(operand)}", operand.at)


def described(operand: Operand) -> str:
    match operand:
        case Term():
            return _EXPECTED[operand.kind]
        case Dynamic():
            return "a property"
        case Nothing():
            return "null"
        case Holds():
            return "a condition"
        case Many():
            return "a collection"
