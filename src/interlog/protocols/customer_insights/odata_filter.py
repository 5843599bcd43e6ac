"""``$filter``: from its text to a condition of the model (spec 6.5).

    expr    := unary (operator unary)*     by precedence: or, and, eq ne, gt ge lt le in, add sub, mul div divby mod
    unary   := "not" unary | "-" unary | primary
    primary := literal | "(" expr ")" | name "(" arguments ")" | path
    path    := name ("/" name)* ["/" ("any" | "all") "(" [name ":" expr] ")" | "/" "$count"]

Every error says where. What is too long, too deep, or of too many terms is refused before anything is made of it.
"""

from typing import NoReturn, Protocol

from interlog.model.conditions import AllOf, And, AnyOf, Condition, Not, Or
from interlog.model.expressions import Field, Kind, Literal, Part

from .odata_functions import called, cast
from .odata_lexer import ODataError, Sort, Token, tokens_of
from .odata_operators import among, calculated, negated
from .odata_terms import (
    MAX_DEPTH,
    Dynamic,
    Holds,
    Many,
    Nothing,
    Operand,
    Term,
    compared,
    condition_of,
    deeper,
    literal_of,
    number_of,
)

MAX_TERMS = 300
"""Literals, properties and functions that an expression may have."""

MAX_PATH = 16
"""Names that a path may have."""

MAX_LAMBDAS = 3
"""Lambdas that may stand within each other."""

_PRECEDENCE = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("eq", "ne"), 3),
    **dict.fromkeys(("gt", "ge", "lt", "le", "in"), 4),
    **dict.fromkeys(("add", "sub"), 5),
    **dict.fromkeys(("mul", "div", "divby", "mod"), 6),
}
_UNARY = 7

_LITERALS = {
    Sort.TEXT: Kind.TEXT,
    Sort.INSTANT: Kind.INSTANT,
    Sort.DATE: Kind.DATE,
    Sort.TIME: Kind.TIME,
    Sort.DURATION: Kind.DURATION,
    Sort.GUID: Kind.TEXT,
}


class Vocabulary(Protocol):
    """What the names in an expression mean."""

    def property(self, name: str, at: int) -> Operand:
        """Return what a property of the records is; one that no type declares is dynamic."""

    def part(self, name: str, variable: int, at: int) -> Operand:
        """Return what a property of a participant is."""

    def special(self, word: str, left: Operand, right: Operand) -> Condition | None:
        """Return a comparison that only the vocabulary knows how to make; None for all others."""


def filter_of(text: str, vocabulary: Vocabulary, now: int) -> Condition:
    """Return the condition that a filter stands for. ``now`` is the instant of the request.

    Raises ``ODataError``.
    """
    parser = Parser(text, vocabulary, now)
    operand = parser.expression()
    parser.end()
    return condition_of(operand).condition


class Parser:
    """Reads expressions from left to right."""

    def __init__(self, text: str, vocabulary: Vocabulary, now: int) -> None:
        self._tokens = tokens_of(text)
        self._next = 0
        self._vocabulary = vocabulary
        self._now = now
        self._terms = 0
        self._depth = 0
        self._variables: dict[str, Many] = {}

    # Tokens

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self._tokens[self._next]

    def advance(self) -> Token:
        """Read a token."""
        token = self._tokens[self._next]
        if token.sort is not Sort.END:
            self._next += 1
        return token

    def sees(self, text: str, sort: Sort = Sort.SIGN) -> bool:
        """Whether this token comes next."""
        return self.token.sort is sort and self.token.text == text

    def take(self, text: str, sort: Sort = Sort.SIGN) -> bool:
        """Whether this token comes next; then it has been read."""
        found = self.sees(text, sort)
        self._next += found
        return found

    def expect(self, text: str) -> None:
        """Read a sign, and nothing else."""
        if not self.take(text):
            self.fail(f"expected {text}")

    def end(self) -> None:
        """Refuse what is left."""
        if self.token.sort is not Sort.END:
            self.fail("expected an operator or the end")

    def fail(self, message: str) -> NoReturn:
        """Refuse the token that comes next."""
        token = self.token
        found = "the end" if token.sort is Sort.END else repr(token.text[:40])
        raise ODataError(f"{message}, and found {found}", token.at)

    # Expressions

    def expression(self, least: int = 0) -> Operand:
        """Read operands and the operators between them that bind more tightly than ``least``."""
        left = self._unary()
        while (operator := self._operator(least)) is not None:
            word, at = operator
            if word in ("and", "or"):
                left = self._joined(word, left, at)
            elif word == "in":
                left = self._among(left, self._list(), at)
            else:
                right = self.expression(_PRECEDENCE[word])
                if word in ("eq", "ne") or _PRECEDENCE[word] == _PRECEDENCE["gt"]:
                    special = self._vocabulary.special(word, left, right)
                    left = compared(word, left, right, at) if special is None else Holds(special, left.at)
                else:
                    left = calculated(word, left, right, at)
        return left

    def _among(self, left: Operand, items: list[Operand], at: int) -> Holds:
        special = [self._vocabulary.special("eq", left, item) for item in items]
        conditions = [condition for condition in special if condition is not None]
        if len(conditions) < len(items):
            return among(left, items, at)
        return Holds(Or(tuple(conditions)) if len(conditions) > 1 else conditions[0], left.at, 3)

    def _operator(self, least: int) -> tuple[str, int] | None:
        token = self.token
        if token.sort is not Sort.NAME or _PRECEDENCE.get(token.text.lower(), 0) <= least:
            return None
        self._next += 1
        return token.text.lower(), token.at

    def _joined(self, word: str, first: Operand, at: int) -> Holds:
        """Read what else is joined by the same word: one level, however many they are."""
        found = [condition_of(first)]
        while True:
            found.append(condition_of(self.expression(_PRECEDENCE[word])))
            if not self.sees(word, Sort.NAME):
                break
            self._next += 1
        kind: type[And] | type[Or] = And if word == "and" else Or
        conditions: list[Condition] = []
        for part in found:
            conditions += part.condition.operands if isinstance(part.condition, kind) else (part.condition,)
        return Holds(kind(tuple(conditions)), first.at, deeper(at, *found))

    def _unary(self) -> Operand:
        token = self.token
        self._depth += 1
        if self._depth > 2 * MAX_DEPTH:
            raise ODataError(f"it is nested more than {MAX_DEPTH} levels deep", token.at)
        found: Operand
        if token.sort is Sort.NAME and token.text.lower() == "not":
            self._next += 1
            inner = condition_of(self._bound())
            condition = inner.condition.operand if isinstance(inner.condition, Not) else Not(inner.condition)
            found = Holds(condition, token.at, deeper(token.at, inner))
        elif self.take("-"):
            found = negated(self._bound(), token.at)
        else:
            found = self._primary()
        self._depth -= 1
        return found

    def _bound(self) -> Operand:
        return self.expression(_UNARY)

    def _primary(self) -> Operand:
        token = self.advance()
        self._terms += token.sort is not Sort.SIGN
        if self._terms > MAX_TERMS:
            raise ODataError(f"it has more than {MAX_TERMS} terms", token.at)
        if token.sort is Sort.SIGN and token.text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if token.sort in (Sort.INTEGER, Sort.NUMBER):
            return number_of(token.text, token.at)
        if (kind := _LITERALS.get(token.sort)) is not None:
            text = token.text.lower() if token.sort is Sort.GUID else token.text
            return literal_of(text, kind, token.at)
        if token.sort is not Sort.NAME:
            self._next -= token.sort is not Sort.END
            self.fail("expected a value, a property or (")
        word = token.text.lower()
        if self.sees("("):
            return self._call(word, token.at)
        if word == "null":
            return Nothing(token.at)
        if word in ("true", "false"):
            return Term(Literal(word == "true", Kind.BOOLEAN), Kind.BOOLEAN, token.at)
        return self._path(token)

    def _call(self, name: str, at: int) -> Operand:
        self.expect("(")
        arguments: list[Operand] = []
        if name == "cast":
            operand = self.expression()
            self.expect(",")
            target = self.advance()
            if target.sort not in (Sort.NAME, Sort.TEXT):
                self._next -= target.sort is not Sort.END
                self.fail("expected a type such as Edm.DateTimeOffset")
            self.expect(")")
            return cast(operand, target.text, at, target.at)
        while not self.take(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.expression())
        return called(name, arguments, at, self._now)

    def _list(self) -> list[Operand]:
        self.expect("(")
        items: list[Operand] = []
        while not self.take(")"):
            if items:
                self.expect(",")
            items.append(self._unary())
        if not items:
            self._next -= 1
            self.fail("expected a value")
        return items

    # Paths and lambdas

    def _path(self, token: Token) -> Operand:
        if "." in token.text:
            raise ODataError("there are no properties of this name", token.at)
        variable = self._variables.get(token.text)
        operand = self._element(token) if variable is not None else self._vocabulary.property(token.text, token.at)
        while self.sees("/"):
            self._next += 1
            following = self.token
            if following.sort is Sort.NAME and following.text.lower() in ("any", "all") and self._opens():
                return self._lambda(operand, token.at)
            if following.sort is not Sort.NAME or "." in following.text:
                self.fail("expected a property, any or all")
            self._next += 1
            operand = self._deeper(operand, following, token)
        if operand is None:
            raise ODataError(f"expected a property of {token.text}", token.at)
        return operand

    def _opens(self) -> bool:
        after = self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        return after.sort is Sort.SIGN and after.text == "("

    def _element(self, token: Token) -> Operand | None:
        """Return the element that a lambda's variable stands for; None where it only has properties."""
        source, index = self._variables[token.text], list(self._variables).index(token.text)
        if source.slots:
            return Term(Part("profile", Kind.TEXT, index), Kind.TEXT, token.at)
        if not isinstance(source.source, Field):
            return None
        if source.kind is None:
            return Dynamic((), index, token.at)
        field = Field((), source.kind, index)
        return Term(field, source.kind, token.at, names=source.names, lower=source.lower)

    def _deeper(self, operand: Operand | None, name: Token, start: Token) -> Operand:
        if operand is None:
            return self._vocabulary.part(name.text, list(self._variables).index(start.text), name.at)
        if isinstance(operand, Dynamic):
            if len(operand.path) >= MAX_PATH:
                raise ODataError(f"a path has more than {MAX_PATH} names", name.at)
            return Dynamic((*operand.path, name.text), operand.variable, start.at)
        raise ODataError("this property has no properties of its own", name.at)

    def _lambda(self, operand: Operand | None, at: int) -> Holds:
        word = self.advance().text.lower()
        self.expect("(")
        if isinstance(operand, Dynamic):
            operand = Many(Field(operand.path, Kind.ANY, operand.variable), None, operand.at)
        if not isinstance(operand, Many):
            raise ODataError("any and all ask a collection, and this is none", at)
        index = len(self._variables)
        own = operand.holding(index)
        if word == "any" and self.take(")"):
            return Holds(AnyOf(operand.source, index, own), at, 2)
        name = self.advance()
        if name.sort is not Sort.NAME or "." in name.text or name.text in self._variables:
            self._next -= name.sort is not Sort.END
            self.fail("expected a new name for the element")
        self.expect(":")
        if len(self._variables) >= MAX_LAMBDAS:
            raise ODataError(f"there are more than {MAX_LAMBDAS} lambdas within each other", name.at)
        self._variables[name.text] = operand
        inner = condition_of(self.expression())
        del self._variables[name.text]
        self.expect(")")
        depth = deeper(at, inner) + (own is not None)
        if word == "any":
            condition = inner.condition if own is None else And((own, inner.condition))
            return Holds(AnyOf(operand.source, index, condition), at, depth)
        condition = inner.condition if own is None else Or((Not(own), inner.condition))
        return Holds(AllOf(operand.source, index, condition), at, depth)
