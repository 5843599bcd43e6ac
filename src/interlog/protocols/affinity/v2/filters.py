"""The filter language of version 2 (spec 13.4): its grammar, and what its terms mean.

    expr  := and ("|" and)*
    and   := unary ("&" unary)*
    unary := "!" unary | "(" expr ")" | term
    term  := path op value
    op    := "=" | "!=" | "=^" | "=$" | "=~" | ">" | ">=" | "<" | "<="
    value := "*" | bare | quoted | "[" [value ("," value)*] "]"

Spaces between these are insignificant. The parser keeps a stack of its own, and the number of terms and the depth of
the tree have bounds: whatever is sent is answered after one pass over it. The tree has no more levels than it needs:
what stands in needless parentheses joins its surroundings, and two negations are none.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeAlias

from interlog.model.conditions import And, Compare, Condition, Missing, Not, Operator, Or, Value
from interlog.model.errors import Invalid, Problem

from ..operations import Param

MAX_LENGTH = 4_000
MAX_TERMS = 200
MAX_DEPTH = 30

FILTER = Param(name="filter", max_length=MAX_LENGTH)

RESERVED = frozenset("\\*~!&=><$^|\"'()][/")
"""What stands for itself only behind a backslash, or between quotes."""

_ESCAPED = {character: character for character in RESERVED} | {"n": "\n", "t": "\t", "r": "\r"}
"""What a backslash makes of what follows; the community's client writes line feeds and the like so."""

_OPERATORS = sorted(Operator, key=len, reverse=True)

Written: TypeAlias = "str | tuple[Written, ...] | None"
"""A value as it is written; None is ``*``."""


class Term(NamedTuple):
    """A property, an operator and a value, and where in the text each begins."""

    path: str
    operator: Operator
    value: Written
    path_at: int
    operator_at: int
    value_at: int


class Property(NamedTuple):
    """What a filter may say about a property. ``read`` returns what a text means; None where it means nothing."""

    field: str
    read: Callable[[str], Value | None]
    takes: str
    operators: tuple[Operator, ...]


def filter_of(text: str, properties: Mapping[str, Property]) -> Condition | None:
    """Return the condition that a filter stands for, None for a blank one; raises ``Invalid`` on any other."""
    return parse(text, lambda term: _checked(term, properties)) if text.strip() else None


def parse(text: str, leaf: Callable[[Term], Condition]) -> Condition:
    """Return the tree of a filter, its terms turned into conditions by ``leaf``."""
    reader = _Reader(text)
    groups = [_Group(0)]
    terms = 0
    while True:
        reader.skip()
        group = groups[-1]
        if reader.take("!"):
            group.negated = not group.negated
            continue
        if reader.take("("):
            groups.append(_Group(reader.at - 1))
            continue
        terms += 1
        if terms > MAX_TERMS:
            _fail(f"it has more than {MAX_TERMS} terms", reader.at)
        branch = _Branch(leaf(reader.term()), 1)
        while True:
            groups[-1].add(branch, reader.at)
            reader.skip()
            if len(groups) > 1 and reader.take(")"):
                branch = groups.pop().tree(reader.at)
                continue
            break
        if reader.take("|"):
            groups[-1].begin_alternative(reader.at)
        elif not reader.take("&"):
            break
    if len(groups) > 1:
        _fail("a ( is not closed", groups[-1].at) if reader.ended() else _fail("expected &, | or )", reader.at)
    if not reader.ended():
        _fail("expected & or |", reader.at)
    return groups[0].tree(reader.at).condition


class _Branch(NamedTuple):
    """A part of the tree, and how many levels it has."""

    condition: Condition
    depth: int


class _Group:
    """What stands between parentheses, as far as it has been read; ``at`` is where it begins."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.negated = False
        self._alternatives: list[_Branch] = []
        self._together: list[_Branch] = []

    def add(self, branch: _Branch, at: int) -> None:
        """Add what the next operand is."""
        if self.negated:
            self.negated = False
            inner = branch.condition
            if isinstance(inner, Not):
                branch = _Branch(inner.operand, branch.depth - 1)
            else:
                branch = _deeper(Not(inner), [branch], at)
        self._together.append(branch)

    def begin_alternative(self, at: int) -> None:
        """Note that what follows is another alternative."""
        self._alternatives.append(_joined(And, self._together, at))
        self._together = []

    def tree(self, at: int) -> _Branch:
        """Return the tree of the whole group."""
        self.begin_alternative(at)
        return _joined(Or, self._alternatives, at)


def _joined(kind: type[And] | type[Or], branches: list[_Branch], at: int) -> _Branch:
    """Return the branches as one; those of the same kind are dissolved in it."""
    if len(branches) == 1:
        return branches[0]
    operands: list[Condition] = []
    inner: list[_Branch] = []
    for branch in branches:
        if isinstance(branch.condition, kind):
            operands += branch.condition.operands
            inner.append(_Branch(branch.condition, branch.depth - 1))
        else:
            operands.append(branch.condition)
            inner.append(branch)
    return _deeper(kind(tuple(operands)), inner, at)


def _deeper(condition: Condition, inner: Iterable[_Branch], at: int) -> _Branch:
    depth = 1 + max(branch.depth for branch in inner)
    if depth > MAX_DEPTH:
        _fail(f"it is nested more than {MAX_DEPTH} levels deep", at)
    return _Branch(condition, depth)


class _Reader:
    """Reads a filter from left to right; ``at`` is the next character's place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Go to the next character that is no space."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def ended(self) -> bool:
        """Whether everything has been read."""
        return self.at == len(self.text)

    def take(self, token: str) -> bool:
        """Whether the token comes next; then it has been read."""
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def term(self) -> Term:
        """Read a term."""
        path_at = self.at
        path = self._bare("expected the name of a property")
        self.skip()
        operator_at = self.at
        operator = next((symbol for symbol in _OPERATORS if self.take(symbol)), None)
        if operator is None:
            _fail(f"expected an operator: {' '.join(Operator)}", operator_at)
        self.skip()
        value_at = self.at
        value = self._value(0)
        return Term(path, operator, value, path_at, operator_at, value_at)

    def _value(self, depth: int) -> Written:
        if self.take("*"):
            return None
        if self.take('"'):
            return self._quoted()
        if self.take("["):
            return self._list(depth + 1)
        return self._bare("expected a value", in_list=depth > 0)

    def _list(self, depth: int) -> tuple[Written, ...]:
        if depth > MAX_DEPTH:
            _fail(f"it is nested more than {MAX_DEPTH} levels deep", self.at)
        begin = self.at - 1
        self.skip()
        if self.take("]"):
            return ()
        values: list[Written] = []
        while True:
            self.skip()
            values.append(self._value(depth))
            self.skip()
            if self.take("]"):
                return tuple(values)
            if not self.take(","):
                _fail("a [ is not closed", begin) if self.ended() else _fail("expected , or ]", self.at)

    def _quoted(self) -> str:
        begin = self.at - 1
        found: list[str] = []
        while not self.take('"'):
            if self.ended():
                _fail('a " is not closed', begin)
            found.append(self._character())
        return "".join(found)

    def _bare(self, expected: str, *, in_list: bool = False) -> str:
        begin = self.at
        found: list[str] = []
        while not self.ended():
            character = self.text[self.at]
            if character.isspace() or (character in RESERVED and character != "\\") or (in_list and character == ","):
                break
            found.append(self._character())
        if not found:
            _fail(expected, begin)
        return "".join(found)

    def _character(self) -> str:
        """Read one character, or what a backslash makes of the next one."""
        character = self.text[self.at]
        self.at += 1
        if character != "\\":
            return character
        escaped = _ESCAPED.get(self.text[self.at : self.at + 1])
        if escaped is None:
            _fail(f"a backslash can stand before one of {' '.join(sorted(_ESCAPED))}", self.at - 1)
        self.at += 1
        return escaped


def _checked(term: Term, properties: Mapping[str, Property]) -> Condition:
    """Return the condition that a term stands for."""
    known = properties.get(term.path)
    if known is None:
        _fail(f"there is no property of this name here, only {', '.join(properties)}", term.path_at)
    if term.operator not in known.operators:
        _fail(f"{term.path} takes only {' '.join(known.operators)}", term.operator_at)
    if term.value is None:
        missing = Missing(known.field)
        if term.operator is Operator.NOT_EQUAL:
            return missing
        if term.operator is Operator.EQUAL:
            return Not(missing)
    value = known.read(term.value) if isinstance(term.value, str) else None
    if value is None:
        _fail(f"{term.path} takes {known.takes}", term.value_at)
    return Compare(known.field, term.operator, value)


def holds(condition: Condition, record: Mapping[str, Any]) -> bool:
    """Whether a condition holds of a record that is at hand; each property has a value."""
    match condition:
        case Compare(field, compared, value):
            return bool(_COMPARED[compared](record[field], value))
        case Missing():
            return False
        case Not(operand):
            return not holds(operand, record)
        case And(operands):
            return all(holds(operand, record) for operand in operands)
        case Or(operands):
            return any(holds(operand, record) for operand in operands)
    raise AssertionError(condition)


_COMPARED: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.CONTAINS: operator.contains,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
}


def _fail(message: str, at: int) -> NoReturn:
    raise Invalid(Problem("filter", f"Invalid filter provided: {message} (at character {at + 1})", "verbatim"))
