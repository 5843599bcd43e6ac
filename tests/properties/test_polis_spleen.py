"""Filters mean what they mean to spleen, the JavaScript package whose language they are in.

Left out is where we differ from it on purpose: what is missing equals ``nil`` here; values of two kinds are in no
order; characters of regular expressions are plain in patterns; a single clause may stand in parentheses; pointers may
be the object of ``in``, lack their first slash, and be written with ``~0`` and ``~1``; ``=`` is ``eq``; a value that is
no text may stand before ``like``, which it never meets.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.protocols.polis import pointers
from interlog.protocols.polis.filter_conditions import condition_of
from interlog.protocols.polis.filter_lexer import FilterError
from interlog.protocols.polis.filters import parsed
from tests.node import Program

from .polis import literal
from .test_polis import ACTOR, Shelf

NUMBERS, TEXTS, TRUTHS = ("n", "box/n", "list/0"), ("t", "box/t", "list/1"), ("f", "box/f")
_words = st.text(alphabet='aAbéÉ\\" 1', max_size=3)
_numbers = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, 2.25, 1e-7, 9007199254740991]))
_leaves = {"n": _numbers, "t": _words, "f": st.booleans()}
_objects = st.fixed_dictionaries(
    {},
    optional=_leaves
    | {
        "box": st.fixed_dictionaries({}, optional=_leaves),
        "list": st.one_of(st.tuples(), st.tuples(_numbers), st.tuples(_numbers, _words)).map(list),
    },
)


def _places(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(names).map(lambda name: f"/data/{name}")


def _literals(values: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    return values.map(literal)


_orders = st.sampled_from(("gt", "gte", "lt", "lte"))
_equals = st.sampled_from(("eq", "neq"))
_scalars = st.one_of(_numbers, _words, st.booleans())
_any_place = _places((*NUMBERS, *TEXTS, *TRUTHS))
_patterns = st.lists(st.sampled_from(["a", "A", "é", " ", "1", "*", "_", "\\\\*", "\\\\_"]), max_size=4).map("".join)


def _of_one_kind(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> list[st.SearchStrategy[tuple[str, ...]]]:
    operands = st.one_of(_places(names), _literals(values))
    ranges = st.tuples(_literals(values), st.just(","), _literals(values)).map(" ".join)
    words = st.sampled_from(("between", "nbetween"))
    return [st.tuples(operands, _orders, operands), st.tuples(_places(names), words, ranges)]


_clauses = st.one_of(
    st.tuples(st.one_of(_any_place, _literals(_scalars)), _equals, st.one_of(_any_place, _literals(_scalars))),
    *_of_one_kind(NUMBERS, _numbers),
    *_of_one_kind(TEXTS, _words),
    st.tuples(
        _any_place,
        st.sampled_from(("in", "nin")),
        st.lists(_scalars, max_size=3).map(lambda values: f"[{','.join(map(literal, values))}]"),
    ),
    st.tuples(_places(TEXTS), st.sampled_from(("like", "nlike")), _patterns.map(lambda pattern: f'"{pattern}"')),
).map(" ".join)


def _joined(parts: st.SearchStrategy[str], least: int) -> st.SearchStrategy[str]:
    chains = st.lists(st.tuples(st.sampled_from(("and", "or")), parts), min_size=least, max_size=4)
    return chains.map(lambda chain: " ".join(f"{word} {part}" for word, part in chain).split(" ", 1)[1])


_groups = _joined(_clauses, 2).map(lambda text: f"({text})")
_filters = _joined(st.one_of(_clauses, _clauses, _groups), 1)


@pytest.fixture(scope="module")
def spleen() -> Iterator[Program]:
    """The package, running on Node."""
    program = Program("spleen.js")
    yield program
    program.close()


@pytest.fixture(scope="module")
def shelf(module_database_url: str) -> Iterator[Shelf]:
    """A store of each engine."""
    opened = Shelf(module_database_url)
    yield opened
    opened.close()


_often = settings(max_examples=100, suppress_health_check=list(HealthCheck))


@_often
@given(data=st.lists(_objects, min_size=1, max_size=8), filters=st.lists(_filters, min_size=1, max_size=10))
def test_filters_find_what_spleen_matches(
    shelf: Shelf, spleen: Program, data: list[dict[str, Any]], filters: list[str]
) -> None:
    """What is listed is what the package matches, one object after the other."""
    kind, objects = shelf.put(data)
    for text in filters:
        answer = spleen.ask({"filter": text, "documents": objects})
        assert "matches" in answer, (text, answer)
        expected = [item["id"] for item, meets in zip(objects, answer["matches"], strict=True) if meets]  # type: ignore[call-overload]
        tree = parsed(text)
        assert tree is not None
        condition = condition_of(tree, pointers.resources(ACTOR, kind).operand)
        assert shelf.ids(kind, condition=condition) == expected, text


_WORDS = ["/a", "5", "true", "nil", "eq", "lte", "in", "like", "and", "or", "between", ",", "]", "-1.5"]
_tokens = st.lists(st.sampled_from([*_WORDS, '"x"', "[1, 2]", "[]", "1,2"]), max_size=8)


def _differs_on_purpose(tokens: list[str]) -> bool:
    pairs = list(pairwise(tokens))
    return ("/a", "/a") in pairs or ("in", "/a") in pairs or any((value, "like") in pairs for value in _NO_TEXTS)


_NO_TEXTS = ("5", "true", "nil", "-1.5")


@settings(max_examples=1_000, suppress_health_check=list(HealthCheck))
@given(tokens=_tokens)
def test_what_spleen_cannot_read_is_refused(spleen: Program, tokens: list[str]) -> None:
    """Any row of words is read by both or by neither, and what is refused names a place within it."""
    if not tokens or _differs_on_purpose(tokens):
        return
    text = " ".join(tokens)
    answer = spleen.ask({"filter": text, "documents": []})
    try:
        parsed(text)
    except FilterError as error:
        assert "matches" not in answer, text
        assert 0 <= error.at <= len(text)
        assert error.token == "" or text[error.at :].startswith(error.token)
    else:
        assert "matches" in answer, (text, answer)
