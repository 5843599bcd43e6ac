"""Filters as a tree: what was written, in any of its spellings, and where (spec 2.5).

Expressions are read by recursive descent; how deep they go and how long they are is bounded before anything is made of
them. What the pointers in a tree mean is decided elsewhere (``filter_conditions.py``).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, NoReturn, TypeAlias

from .filter_lexer import MAX_LENGTH, FilterError, Path, Sort, Token, number_of, path_in, tokens_of

MAX_DEPTH = 32
"""How deeply parentheses may be nested."""

MAX_TURNS = 20
"""How often ``and`` and ``or`` may take turns on the way down: of any clauses, SQLite's parser takes no more."""

MAX_CLAUSES = 200
"""Clauses that a filter may have."""


class Verb(StrEnum):
    """What a clause says of its subject. ``IS``: its text form equals a text."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    NIN = "nin"
    BETWEEN = "between"
    NBETWEEN = "nbetween"
    LIKE = "like"
    NLIKE = "nlike"
    IS = "is"


_COMPARING = (Verb.EQ, Verb.NEQ, Verb.GT, Verb.GTE, Verb.LT, Verb.LTE)
_VERBS = {verb.value: verb for verb in Verb if verb is not Verb.IS} | {"=": Verb.EQ}


class Pointer(NamedTuple):
    """A place in an object, and where it stands in the filter."""

    path: Path
    at: int = 0


Scalar: TypeAlias = str | int | float | bool | None


class Value(NamedTuple):
    """A value that stands in the filter itself."""

    value: Scalar


class Values(NamedTuple):
    """Values in brackets, or the two bounds of a range."""

    values: tuple[Scalar, ...]


Operand: TypeAlias = Pointer | Value


class Clause(NamedTuple):
    """One statement about an object."""

    subject: Operand
    verb: Verb
    object: Pointer | Value | Values


class Join(NamedTuple):
    """What holds together, or of which one holds at least: two or more."""

    is_and: bool
    parts: tuple["Tree", ...]


Tree: TypeAlias = Clause | Join


def filter_of(query: Mapping[str, Sequence[str]]) -> Tree | None:
    """Return the filter of a request's parameters, all its parts joined by ``and``; None where there is none.

    Raises ``FilterError`` for the first part that cannot be read.
    """
    parts: list[Tree] = []
    for name, values in query.items():
        base, bracket, pointer = name.partition("[")
        if base not in ("filter", "fiter"):
            continue
        if not bracket:
            parts += [tree for value in values if (tree := parsed(value)) is not None]
        elif pointer.endswith("]"):
            path = path_in(pointer[:-1].strip())
            parts += [Clause(Pointer(path), Verb.IS, Value(value)) for value in values]
        else:
            raise FilterError("the parameter's name lacks a closing bracket", 0, name)
    tree = joined(parts, is_and=True)
    if sum(1 for _ in clauses_in(tree)) > MAX_CLAUSES:
        raise FilterError(f"a filter has at most {MAX_CLAUSES} clauses", 0)
    if _turns(tree) > MAX_TURNS:
        raise FilterError(f"and and or take turns more than {MAX_TURNS} levels deep", 0)
    return tree


def _turns(tree: Tree | None) -> int:
    return 1 + max(map(_turns, tree.parts)) if isinstance(tree, Join) else 0


def clauses_in(tree: Tree | None) -> Iterator[Clause]:
    """Yield every clause of a filter."""
    if isinstance(tree, Clause):
        yield tree
    elif tree is not None:
        for part in tree.parts:
            yield from clauses_in(part)


def pointers_in(tree: Tree | None) -> Iterator[Pointer]:
    """Yield every pointer of a filter."""
    for clause in clauses_in(tree):
        for operand in (clause.subject, clause.object):
            if isinstance(operand, Pointer):
                yield operand


def joined(parts: Sequence[Tree], *, is_and: bool) -> Tree | None:
    """Return trees as one; what is joined in the same way already is joined with them."""
    flat: list[Tree] = []
    for part in parts:
        flat += part.parts if isinstance(part, Join) and part.is_and is is_and else (part,)
    return Join(is_and, tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def parsed(text: str) -> Tree | None:
    """Return the filter of one parameter; None where it is empty. Raises ``FilterError``."""
    stripped = text.strip()
    if not stripped:
        return None
    if stripped[0] == "{":
        return _of_members(text)
    if stripped[0] == '"' and (tree := _of_bare_members(text)) is not None:
        return tree
    return _Parser(tokens_of(text)).whole()


# A JSON object: each member equals


def _of_bare_members(text: str) -> Tree | None:
    """Return the filter of a JSON object without its braces; None where it is no such thing."""
    try:
        return _of_members("{" + text + "}")
    except FilterError:
        return None


def _of_members(text: str) -> Tree | None:
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH} characters", MAX_LENGTH)
    try:
        members = json.loads(text, object_pairs_hook=list, **_NUMBERS)
    except json.JSONDecodeError as error:
        raise FilterError(f"this is no JSON object: {error.msg}", error.pos, text[error.pos :]) from None
    except (ValueError, RecursionError):
        raise FilterError("this is no JSON object", 0, text) from None
    clauses: list[Tree] = []
    for name, value in members:
        if not isinstance(value, (str, int, float)) and value is not None:
            raise FilterError("a member must equal a string, a number, a boolean or null", text.find(name), name)
        clauses.append(Clause(Pointer(path_in(name)), Verb.EQ, Value(value)))
    return joined(clauses, is_and=True)


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


_NUMBERS: dict[str, Any] = {"parse_int": number_of, "parse_float": number_of, "parse_constant": _no_number}


# Expressions


class _Parser:
    """Reads the tokens of one expression."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Tree:
        """Return the tree of all tokens."""
        tree = self._filter()
        if self._token.sort is not Sort.END:
            self._unexpected("and, or, or the end")
        return tree

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _unexpected(self, wanted: str) -> NoReturn:
        token = self._token
        raise FilterError(f"{wanted} should stand here", token.at, token.text)

    def _filter(self) -> Tree:
        """filter = term { ("and" | "or") term }, where "and" binds tighter."""
        alternatives: list[Tree] = []
        together = [self._term()]
        while self._token.says("and", "or"):
            if self._take().text == "or":
                alternatives.append(_one(together, is_and=True))
                together = []
            together.append(self._term())
        alternatives.append(_one(together, is_and=True))
        return _one(alternatives, is_and=False)

    def _term(self) -> Tree:
        if not self._token.says("("):
            return self._clause()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError(f"parentheses are nested more than {MAX_DEPTH} deep", self._token.at, "(")
        self._take()
        tree = self._filter()
        if not self._token.says(")"):
            self._unexpected("and, or, or a closing parenthesis")
        self._take()
        self._depth -= 1
        return tree

    def _clause(self) -> Clause:
        subject = self._operand(lenient=True)
        token = self._token
        verb = _VERBS.get(token.text) if token.sort in (Sort.WORD, Sort.SIGN) else None
        if verb is None:
            self._unexpected("an operator")
        self._take()
        if verb in _COMPARING:
            return Clause(subject, verb, self._operand())
        if verb in (Verb.IN, Verb.NIN):
            if self._token.sort is Sort.POINTER:
                return Clause(subject, verb, self._operand())
            return Clause(subject, verb, self._array())
        if verb in (Verb.BETWEEN, Verb.NBETWEEN):
            return Clause(subject, verb, self._range())
        if self._token.sort is not Sort.LITERAL or not isinstance(self._token.value, str):
            self._unexpected("a string")
        return Clause(subject, verb, Value(self._take().value))

    def _operand(self, *, lenient: bool = False) -> Operand:
        """Return a pointer or a value. ``lenient``: a pointer may lack the slash in front."""
        token = self._token
        if token.sort is Sort.POINTER:
            return Pointer(self._take().value, token.at)
        if token.sort is Sort.LITERAL:
            return Value(self._take().value)
        if not lenient or token.sort is not Sort.WORD or token.text in _VERBS or token.text in ("and", "or"):
            self._unexpected("a pointer or a value")
        self._take()
        return Pointer(path_in(token.text, token.at), token.at)

    def _array(self) -> Values:
        if not self._token.says("["):
            self._unexpected("an array or a pointer")
        self._take()
        values: list[Scalar] = []
        while not self._token.says("]"):
            if values:
                if not self._token.says(","):
                    self._unexpected("a comma or a closing bracket")
                self._take()
            if self._token.sort is not Sort.LITERAL:
                self._unexpected("a value")
            values.append(self._take().value)
        self._take()
        return Values(tuple(values))

    def _range(self) -> Values:
        lower = self._bound()
        if not self._token.says(","):
            self._unexpected("a comma")
        self._take()
        return Values((lower, self._bound()))

    def _bound(self) -> Scalar:
        token = self._token
        if token.sort is not Sort.LITERAL or isinstance(token.value, bool):
            self._unexpected("a string, a number or nil")
        value: Scalar = self._take().value
        return value


def _one(parts: Sequence[Tree], *, is_and: bool) -> Tree:
    tree = joined(parts, is_and=is_and)
    assert tree is not None, "there is a part at least"
    return tree
