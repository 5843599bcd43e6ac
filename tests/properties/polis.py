"""Random filters of the Polis protocol with what they mean in plain Python, and random objects to try them on.

Each strategy draws pairs: the text of a filter, and a function from an object to whether it meets it. The functions
know nothing of how the text is read or run.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Object = dict[str, Any]
Meaning = Callable[[Object], bool]
Pair = tuple[str, Meaning]

words = st.text(alphabet="aAbBéÉßä *_%?[]^.\\\"'-/", max_size=4)
numbers = st.one_of(
    st.integers(-9, 9),
    st.integers(-36, 36).map(lambda number: number / 4),
    st.sampled_from([10**15, 2**53, -(2**53), 1e-7, 0.1, 1e20]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, words)
NAMES = ("a", "b", "c")
_members = st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(("x", "0")), scalars))
data = st.dictionaries(st.sampled_from((*NAMES, "é", "x y", "1", "back\\slash", "dot.ted")), _members, max_size=6)
"""The ``data`` of objects."""

MISSING = object()

_pointers = st.one_of(
    st.sampled_from([("data", name) for name in NAMES]),
    st.sampled_from(
        [
            ("data", "a", "x"), ("data", "b", "0"), ("data", "b", "1"), ("data", "c", "0", "x"), ("data", "é"),
            ("data", "x y"), ("data", "1"), ("data", "back\\slash"), ("data", "dot.ted"), ("data", "gone"), ("a",),
            ("b", "0"), ("data", "-1"), ("data", "b", "-1"), ("data", "b", "00"), ("data",), ("meta",), ("id",),
            ("meta", "isDeleted"), ("meta", "created"), ("meta", "createdBy"), ("meta", "resource"), ("customerId",),
            ("securityGroupId",),
        ]
    ),
)  # fmt: skip


def at(value: Any, path: tuple[str, ...]) -> Any:
    """Return what stands at a path of an object; null is as good as missing."""
    if path[0] not in ("id", "data", "meta", "customerId", "securityGroupId"):
        path = ("data", *path)
    for name in path:
        if isinstance(value, dict):
            value = value.get(name, MISSING)
        elif isinstance(value, list) and name.isdecimal() and str(int(name)) == name and int(name) < len(value):
            value = value[int(name)]
        else:
            return MISSING
    return MISSING if value is None else value


def kind_of(value: Any) -> str:
    """Return what a value is compared as."""
    if value is MISSING or value is None:
        return "nothing"
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number" if isinstance(value, (int, float)) else "structure"


def equal(one: Any, other: Any) -> bool:
    """Whether two values are equal: structures equal nothing."""
    if kind_of(one) != kind_of(other) or kind_of(one) == "structure":
        return False
    return kind_of(one) == "nothing" or bool(one == other)


def in_order(one: Any, word: str, other: Any) -> bool:
    """Whether two values of one kind are in an order."""
    if kind_of(one) != kind_of(other) or kind_of(one) in ("structure", "nothing"):
        return False
    return bool({"gt": one > other, "gte": one >= other, "lt": one < other, "lte": one <= other}[word])


def like(text: Any, pattern: str) -> bool:
    """Whether a pattern describes a whole text; one after the other, by the definition."""
    if not isinstance(text, str):
        return False
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(text, pattern[1:]) or (text != "" and like(text[1:], pattern))
    if pattern[:2] in ("\\*", "\\_"):
        return text[:1] == pattern[1] and like(text[1:], pattern[2:])
    same = text != "" and (pattern[0] == "_" or text[0].lower() == pattern[0].lower())
    return same and like(text[1:], pattern[1:])


# Texts


def quoted(text: str) -> str:
    """Return a text as a literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(value: Any) -> str:
    """Return a value as a literal."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else repr(value)


def pointer(path: tuple[str, ...]) -> str:
    """Return a path as it is written; what ends a pointer is escaped."""
    names = (name.replace("\\", "\\\\").replace(" ", "\\ ") for name in path)
    return "".join(f"/{name}" for name in names)


Operand = tuple[str, Callable[[Object], Any]]
_places: st.SearchStrategy[Operand] = _pointers.map(lambda path: (pointer(path), lambda value: at(value, path)))
_literals: st.SearchStrategy[Operand] = scalars.map(lambda value: (literal(value), lambda _: value))
_operands = st.one_of(_places, _places, _literals)


def _compared(drawn: tuple[Operand, str, Operand]) -> Pair:
    (left, one), word, (right, other) = drawn
    text = f"{left} {word} {right}"
    if word in ("eq", "neq"):
        return text, lambda value: equal(one(value), other(value)) is (word == "eq")
    return text, lambda value: in_order(one(value), word, other(value))


def _among(drawn: tuple[Operand, bool, list[Any]]) -> Pair:
    (left, one), wanted, values = drawn
    text = f"{left} {'in' if wanted else 'nin'} [{', '.join(map(literal, values))}]"
    return text, lambda value: any(equal(one(value), item) for item in values) is wanted


def _member(drawn: tuple[Operand, bool, tuple[str, ...]]) -> Pair:
    (left, one), wanted, path = drawn

    def meaning(value: Object) -> bool:
        array = at(value, path)
        found = isinstance(array, list) and any(equal(one(value), item) for item in array)
        return found is wanted

    return f"{left} {'in' if wanted else 'nin'} {pointer(path)}", meaning


def _ranged(drawn: tuple[Operand, bool, Any, Any]) -> Pair:
    (left, one), wanted, first, second = drawn

    def meaning(value: Object) -> bool:
        lower, upper = (second, first) if in_order(first, "gt", second) else (first, second)
        found = in_order(one(value), "gte", lower) and in_order(one(value), "lte", upper)
        return found is wanted

    return f"{left} {'between' if wanted else 'nbetween'} {literal(first)} , {literal(second)}", meaning


def _patterned(drawn: tuple[Operand, bool, str]) -> Pair:
    (left, one), wanted, pattern = drawn
    text = f"{left} {'like' if wanted else 'nlike'} {quoted(pattern)}"
    return text, lambda value: like(one(value), pattern) is wanted


_bounds = st.one_of(st.none(), numbers, words)
clauses: st.SearchStrategy[Pair] = st.one_of(
    st.tuples(_operands, st.sampled_from(("eq", "neq", "gt", "gte", "lt", "lte")), _operands).map(_compared),
    st.tuples(_operands, st.booleans(), st.lists(scalars, max_size=3)).map(_among),
    st.tuples(_operands, st.booleans(), _pointers).map(_member),
    st.tuples(_operands, st.booleans(), _bounds, _bounds).map(_ranged),
    st.tuples(_operands, st.booleans(), words).map(_patterned),
)


def filters(depth: int) -> st.SearchStrategy[Pair]:
    """Draw filters."""
    if not depth:
        return clauses
    inner = filters(depth - 1)
    terms = st.one_of(clauses, inner.map(lambda pair: (f"({pair[0]})", pair[1])))

    def chained(drawn: list[tuple[Pair, str]]) -> Pair:
        text, meanings, words = "", [], []
        for (part, meaning), word in drawn:
            text += f" {word} {part}" if text else part
            meanings.append(meaning)
            words.append(word)

        def whole(value: Object) -> bool:
            alternatives: list[bool] = []
            for place, meaning in enumerate(meanings):
                if place and words[place] == "and":
                    alternatives[-1] = alternatives[-1] and meaning(value)
                else:
                    alternatives.append(meaning(value))
            return any(alternatives)

        return text, whole

    return st.lists(st.tuples(terms, st.sampled_from(("and", "or"))), min_size=1, max_size=4).map(chained)
