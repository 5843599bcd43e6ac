"""From the tree of a filter to a condition of the model (spec 2.5).

Every clause is true or false, also of what is missing: a positive operator is false then, its negation true. Null, and
what is missing, equal ``nil`` and each other alone.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from interlog.model.conditions import (
    Among,
    And,
    AnyOf,
    Condition,
    Constant,
    Like,
    Not,
    Null,
    Operator,
    Or,
    Relation,
    Wildcard,
)
from interlog.model.expressions import Kind, Literal

from .filter_lexer import FilterError, Path
from .filters import Clause, Join, Pointer, Scalar, Tree, Value, Values, Verb
from .operands import ALWAYS, KINDS, NEVER, Fixed, Operand, Stored

Meaning = Callable[[Path], Operand]
"""What a pointer leads to."""

MAX_PATTERN = 2_000
"""Characters that a pattern of ``like`` may have."""

_ORDERS = {
    Verb.GT: Operator.GREATER,
    Verb.GTE: Operator.GREATER_OR_EQUAL,
    Verb.LT: Operator.LESS,
    Verb.LTE: Operator.LESS_OR_EQUAL,
}
_MIRRORED = {
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
}
_NEGATED = {
    Verb.NEQ: Verb.EQ,
    Verb.NIN: Verb.IN,
    Verb.NBETWEEN: Verb.BETWEEN,
    Verb.NLIKE: Verb.LIKE,
}


def condition_of(tree: Tree, meaning: Meaning) -> Condition:
    """Return the condition that a filter is. Raises ``FilterError``."""
    if isinstance(tree, Join):
        parts = [condition_of(part, meaning) for part in tree.parts]
        return all_of(parts) if tree.is_and else any_of(parts)
    if (positive := _NEGATED.get(tree.verb)) is not None:
        return negated(_clause(tree._replace(verb=positive), meaning, is_negated=True))
    return _clause(tree, meaning)


def _clause(clause: Clause, meaning: Meaning, *, is_negated: bool = False) -> Condition:
    subject, given = _operand(clause.subject, meaning), clause.object
    match clause.verb, given:
        case Verb.EQ, Pointer() | Value():
            return equal(subject, _operand(given, meaning), by_index=not is_negated)
        case Verb.IS, Value(value):
            return _has_text_form(subject, str(value))
        case Verb.IN, Values(values):
            return _in_values(subject, values)
        case Verb.IN, Pointer(path):
            return _in_array(subject, meaning(path))
        case Verb.BETWEEN, Values(bounds):
            return _between(subject, bounds, by_index=not is_negated)
        case Verb.LIKE, Value(str() as pattern):
            return _like(subject, pattern)
        case verb, Pointer() | Value() if verb in _ORDERS:
            return _ordered(subject, _ORDERS[verb], _operand(given, meaning), by_index=not is_negated)
    raise AssertionError(f"the parser makes no such clause: {clause}")


def _operand(given: Pointer | Value, meaning: Meaning) -> Operand:
    return meaning(given.path) if isinstance(given, Pointer) else Fixed(given.value)


# What holds together


def all_of(parts: Iterable[Condition]) -> Condition:
    """Return the condition that all of these hold; what is certain is left out."""
    left = [part for part in parts if part != ALWAYS]
    if NEVER in left:
        return NEVER
    return And(tuple(left)) if len(left) > 1 else left[0] if left else ALWAYS


def any_of(parts: Iterable[Condition]) -> Condition:
    """Return the condition that one of these holds; what is certain is left out."""
    left = [part for part in parts if part != NEVER]
    if ALWAYS in left:
        return ALWAYS
    return Or(tuple(left)) if len(left) > 1 else left[0] if left else NEVER


def negated(condition: Condition) -> Condition:
    """Return the condition that this does not hold."""
    return Constant(not condition.value) if isinstance(condition, Constant) else Not(condition)


# Operators


def equal(left: Operand, right: Operand, *, by_index: bool = False) -> Condition:
    """Return the condition that two are equal: of one kind and the same, or both nothing.

    ``by_index``: it may be unknown instead of false.
    """
    if isinstance(left, Fixed):
        left, right = right, left
    if isinstance(left, Fixed) and isinstance(right, Fixed):
        return Constant(_same(left.value, right.value))
    if by_index and isinstance(right, Fixed) and isinstance(right.value, str):
        found = left.against(Operator.EQUAL, right.value)
        if found is not None:
            return found
    alike: list[Condition] = [all_of([left.nothing(), right.nothing()])]
    for kind in KINDS:
        one, other = left.read(kind), right.read(kind)
        if one is not None and other is not None:
            same = Relation(one, Operator.EQUAL, other)
            alike.append(same if isinstance(other, Literal) else all_of([negated(Null(one)), same]))
    return any_of(alike)


def _same(one: Scalar, other: Scalar) -> bool:
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _ordered(left: Operand, operator: Operator, right: Operand, *, by_index: bool) -> Condition:
    if isinstance(left, Fixed):
        if isinstance(right, Fixed):
            return Constant(_in_order(left.value, operator, right.value))
        left, operator, right = right, _MIRRORED[operator], left
    if by_index and isinstance(right, Fixed) and isinstance(right.value, str):
        found = left.against(operator, right.value)
        if found is not None:
            return found
    pairs = [(left.read(kind), right.read(kind)) for kind in KINDS]
    return any_of(Relation(one, operator, other) for one, other in pairs if one is not None and other is not None)


def _in_order(one: Scalar, operator: Operator, other: Scalar) -> bool:
    """Whether two values of one kind are in an order; those of two kinds are in none."""
    if one is None or other is None or _rank(one) != _rank(other):
        return False
    less = one < str(other) if isinstance(one, str) else one < float(other)
    same = one == other
    match operator:
        case Operator.LESS:
            return less
        case Operator.LESS_OR_EQUAL:
            return less or same
        case Operator.GREATER:
            return not less and not same
    return not less


def _between(subject: Operand, bounds: Sequence[Scalar], *, by_index: bool) -> Condition:
    lower, upper = bounds
    if not _in_order(lower, Operator.LESS_OR_EQUAL, upper):
        if not _in_order(upper, Operator.LESS_OR_EQUAL, lower):
            return NEVER
        lower, upper = upper, lower
    return all_of(
        [
            _ordered(subject, Operator.GREATER_OR_EQUAL, Fixed(lower), by_index=by_index),
            _ordered(subject, Operator.LESS_OR_EQUAL, Fixed(upper), by_index=by_index),
        ]
    )


def _in_values(subject: Operand, values: Sequence[Scalar]) -> Condition:
    if isinstance(subject, Fixed):
        return Constant(any(_same(subject.value, value) for value in values))
    found: list[Condition] = [subject.nothing()] if None in values else []
    by_kind = sorted((value for value in values if value is not None), key=_rank)
    for rank, same_kind in groupby(by_kind, key=_rank):
        read = subject.read(KINDS[rank])
        literals = [Fixed(value).read(KINDS[rank]) for value in same_kind]
        if read is not None:
            plain = tuple(literal.value for literal in literals if isinstance(literal, Literal))
            found.append(Among(read, plain, KINDS[rank]))
    return any_of(found)


def _rank(value: Scalar) -> int:
    return 2 if isinstance(value, bool) else 0 if isinstance(value, str) else 1


def _in_array(subject: Operand, array: Operand) -> Condition:
    if not isinstance(array, Stored):
        return NEVER
    found = equal(Stored((), 0), subject)
    read = array.read(Kind.ANY)
    assert read is not None, "what is stored can be read as anything"
    return AnyOf(read, 0, found)


def _has_text_form(subject: Operand, text: str) -> Condition:
    """Return the condition that a value, written as JSON's clients write it, is this text."""
    parts = [equal(subject, Fixed(text), by_index=True)]
    if text in ("true", "false"):
        parts.append(equal(subject, Fixed(text == "true")))
    elif (number := _number_of(text)) is not None:
        parts.append(equal(subject, Fixed(number)))
    return any_of(parts)


_CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,25})?(?:e[+-][0-9]{1,3})?")


def _number_of(text: str) -> int | float | None:
    """Return the number whose text form is this; None where there is none."""
    if not _CANONICAL.fullmatch(text) or text == "-0":
        return None
    number = float(text)
    if number.is_integer() and abs(number) < 1e21:
        return int(text) if text == str(int(number)) else None
    mantissa, _, exponent = repr(number).partition("e")
    as_text = f"{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}" if exponent else mantissa
    return number if text == as_text.replace(".0e", "e") else None


# Patterns


def _like(subject: Operand, pattern: str) -> Condition:
    if len(pattern) > MAX_PATTERN:
        raise FilterError(f"a pattern has at most {MAX_PATTERN} characters", 0, pattern)
    read = subject.read(Kind.TEXT)
    return NEVER if read is None else Like(read, pattern_of(pattern))


@lru_cache(maxsize=256)
def pattern_of(text: str) -> tuple[str | Wildcard, ...]:
    """Return a pattern's parts: a star is any run, an underscore one character, a backslash before either the sign."""
    parts: list[str | Wildcard] = []
    for match in _SIGNS.finditer(text):
        part = match[0]
        if part in _WILDCARDS:
            parts.append(_WILDCARDS[part])
        else:
            parts.append(part[1:] if part in ("\\*", "\\_") else part)
    return tuple(parts)


_SIGNS = re.compile(r"\\[*_]|[*_]|[^*_\\]+|\\", re.DOTALL)
_WILDCARDS = {"*": Wildcard.RUN, "_": Wildcard.ONE}
