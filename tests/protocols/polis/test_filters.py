"""Filters as they are written: spellings, places of faults, and what a hostile one may not do (spec 2.5)."""

import operator
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.conditions import And, Compare, Condition, Constant, Operator
from interlog.protocols.polis.errors import PolisError
from interlog.protocols.polis.filter_conditions import condition_of
from interlog.protocols.polis.filter_lexer import MAX_LENGTH, FilterError
from interlog.protocols.polis.filters import (
    MAX_CLAUSES,
    MAX_DEPTH,
    Clause,
    Join,
    Pointer,
    Tree,
    Value,
    Values,
    Verb,
    filter_of,
    parsed,
)
from interlog.protocols.polis.operands import Fixed, Moment, printed
from interlog.protocols.polis.sorting import Sorting, sortings_of


def _clause(path: tuple[str | int, ...], verb: Verb, given: Any) -> Clause:
    return Clause(Pointer(path), verb, given)


def _without_places(tree: Tree | None) -> Tree | None:
    """Return a tree without where its pointers stand."""
    if isinstance(tree, Join):
        return tree._replace(parts=tuple(part for item in tree.parts if (part := _without_places(item)) is not None))
    if isinstance(tree, Clause):
        operands = [item._replace(at=0) if isinstance(item, Pointer) else item for item in (tree.subject, tree.object)]
        return Clause(operands[0], tree.verb, operands[1])  # type: ignore[arg-type]
    return tree


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ('/data/listId eq "U"', _clause(("data", "listId"), Verb.EQ, Value("U"))),
        ('data/listId eq "U"', _clause(("data", "listId"), Verb.EQ, Value("U"))),
        ('/campaignId = "U"', _clause(("campaignId",), Verb.EQ, Value("U"))),
        ('/campaignId="U"', _clause(("campaignId",), Verb.EQ, Value("U"))),
        ('(((/a eq "U")))', _clause(("a",), Verb.EQ, Value("U"))),
        ("/a\u00a0eq\u20281.50", _clause(("a",), Verb.EQ, Value(1.5))),
        ('/a in["x",1,nil]', _clause(("a",), Verb.IN, Values(("x", 1, None)))),
        ("/a nin []", _clause(("a",), Verb.NIN, Values(()))),
        ('"x" in /tags', Clause(Value("x"), Verb.IN, Pointer(("tags",)))),
        ("/a between 5,-1e3", _clause(("a",), Verb.BETWEEN, Values((5, -1000)))),
        ("/data/coordinates/0 gt 2", _clause(("data", "coordinates", 0), Verb.GT, Value(2))),
        ("/a~1b/m~0n eq true", _clause(("a/b", "m~n"), Verb.EQ, Value(True))),
        (r'/a\ b like "50\\% \"x\" \\\\*"', _clause(("a b",), Verb.LIKE, Value(r'50\% "x" \\*'))),
        ('{"/data/contactId": "U"}', _clause(("data", "contactId"), Verb.EQ, Value("U"))),
        ('"/data/contactId": "U"', _clause(("data", "contactId"), Verb.EQ, Value("U"))),
        ('"listId": null', _clause(("listId",), Verb.EQ, Value(None))),
    ],
)
def test_filters_are_read_in_every_spelling(text: str, clause: Clause) -> None:
    """Expressions, their documented slips, and JSON objects with or without braces are read."""
    assert _without_places(parsed(text)) == clause


def test_and_binds_tighter_than_or() -> None:
    """``a or b and c`` is ``a or (b and c)``."""
    tree = parsed("/a eq 1 or /b eq 2 and /c eq 3")
    assert isinstance(tree, Join)
    assert not tree.is_and
    assert isinstance(tree.parts[1], Join)
    assert tree.parts[1].is_and


def test_all_parameters_hold_together() -> None:
    """Every spelling of the parameter counts, the misspelt one too, and all are joined by and; empty ones are none."""
    query = {
        "filter": ["/a eq 1", ""], "fiter": ["/b eq 2"], "filter[/data/c]": ["false"], "sort": ["id"], "filters": ["!"],
    }  # fmt: skip
    assert _without_places(filter_of(query)) == Join(
        True,
        (
            _clause(("a",), Verb.EQ, Value(1)),
            _clause(("b",), Verb.EQ, Value(2)),
            _clause(("data", "c"), Verb.IS, Value("false")),
        ),
    )
    assert filter_of({"filter": [" "]}) is None


@pytest.mark.parametrize(
    ("text", "at", "token"),
    [
        ("/a eq", 5, ""),
        ("/a EQ 1", 3, "EQ"),
        ("/a eq 1 /b eq 2", 8, "/b"),
        ("/a eq U", 6, "U"),
        ('/a eq "U', 6, '"U'),
        ("(/a eq 1", 8, ""),
        ("/a eq 1)", 7, ")"),
        ("/a in [1 2]", 9, "2"),
        ("/a in [1,]", 9, "]"),
        ("/a between 1", 12, ""),
        ("/a between true,1", 11, "true"),
        ("/a like 5", 8, "5"),
        ("/a eq 1e999", 6, "1e999"),
        ("/a~2 eq 1", 0, "/a~2"),
        ("and", 0, "and"),
        ("/a eq \\5", 6, "\\5"),
        ('{"a": }', 6, "}"),
        ('{"a": [1]}', 2, "a"),
    ],
)
def test_a_fault_names_its_place(text: str, at: int, token: str) -> None:
    """What cannot be read is refused with the offset from 0 and what stands there."""
    with pytest.raises(FilterError) as refused:
        parsed(text)
    assert (refused.value.at, refused.value.token) == (at, token)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 50_000,
        "(" * (MAX_DEPTH + 1) + "/a eq 1" + ")" * (MAX_DEPTH + 1),
        " and ".join(["/a eq 1"] * 5_000),
        "{" * 50_000,
        '{"a":' * 10_000,
        "[" * 50_000,
        '"' + "\\" * 60_000,
        "/" * 63_000,
        "/a" * 1_000 + " eq 1",
        '/a like "' + "*a" * 5_000 + '"',
        "/a eq " + "9" * 5_000,
        "/a in [" + "1," * 10_000,
        " " * MAX_LENGTH + "x",
        "\ud800 eq 1",
        '/a eq "' + "x" * 70_000,
        '{"a": ' + "9" * 10_000 + "}",
    ],
)
def test_hostile_filters_are_refused_quickly(text: str) -> None:
    """However long or deep it is, a filter is refused as one that cannot be read, before it costs anything."""
    begun = time.process_time()
    with pytest.raises(FilterError):
        tree = filter_of({"filter": [text]})
        if tree is not None:
            condition_of(tree, lambda path: Fixed(None))
            assert isinstance(tree, Clause)
            raise FilterError("it can be read, and is one clause", 0)
    assert time.process_time() - begun < 2


def test_a_filter_has_only_so_many_clauses() -> None:
    """All parts together are counted."""
    filter_of({"filter": [" or ".join(["/a eq 1"] * MAX_CLAUSES)]})
    with pytest.raises(FilterError):
        filter_of({"filter": [" or ".join(["/a eq 1"] * MAX_CLAUSES), "/a eq 1"]})


@given(text=st.text(max_size=40) | st.text(alphabet='/a "()[],=\\{}:1eq', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a tree, or a refusal with a place, comes of a text."""
    try:
        parsed(text)
    except FilterError as error:
        assert 0 <= error.at <= len(text) + 1


_instants = st.integers(-62135596800000, 253402300799998)
_ORDERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
}


@given(
    at=_instants,
    near=st.integers(-2, 2),
    cut=st.integers(0, 25),
    text=st.text("0123456789-T:.Zz ", max_size=26),
    is_near=st.booleans(),
)
def test_times_compare_as_their_texts_do(at: int, near: int, cut: int, text: str, is_near: bool) -> None:
    """A column of instants is compared as a number, and found as if its text were compared with any text."""
    if is_near:
        text = printed(max(at + near, -62135596800000))[:cut]
    for word, holds in _ORDERS.items():
        condition = Moment("created_at").against(word, text)
        assert condition is not None
        assert _met(condition, at * 1000) is holds(printed(at), text), (word, printed(at), text)


def _met(condition: Condition, value: int) -> bool:
    """Whether a value of the column meets a condition."""
    if isinstance(condition, And):
        return all(_met(part, value) for part in condition.operands)
    if isinstance(condition, Constant):
        return bool(condition.value)
    assert isinstance(condition, Compare)
    return _ORDERS[condition.operator](value, condition.value)


# Sorts (spec 2.6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['["id","ASC"]'], [Sorting(("id",))]),
        (["['data/name', 'DESC']"], [Sorting(("data", "name"), True)]),
        (["/data/name", "desc"], [Sorting(("data", "name"), True)]),
        (["data/name"], [Sorting(("data", "name"))]),
        (['["/meta/modified"]'], [Sorting(("meta", "modified"))]),
        (['[["a","desc"],["b"],["c/0","ASC"]]'], [Sorting(("a",), True), Sorting(("b",)), Sorting(("c", 0))]),
        ([""], []),
    ],
)
def test_sorts_are_read_in_every_spelling(values: list[str], expected: list[Sorting]) -> None:
    """A JSON array, single quotes, a parameter that is given twice, several keys."""
    assert sortings_of(values) == expected


@pytest.mark.parametrize(
    "values",
    [
        ['["id","UP"]'],
        ["[]"],
        ["[1]"],
        ['["id","ASC"'],
        ['["id","ASC","x"]'],
        ["id", "ASC", "DESC"],
        ['[["a"],"b"]'],
        ["[" * 3_000],
        ["[" * 100_000],
        ['["~2"]'],
        ['["a"]'] * 9,
        ['[""]'],
    ],
)
def test_bad_sorts_are_format_errors(values: list[str]) -> None:
    """They are refused with 400 FormatError."""
    with pytest.raises(PolisError) as refused:
        sortings_of(values)
    assert (refused.value.status, refused.value.name) == (400, "FormatError")


# The page in the docs


def test_every_filter_on_the_page_is_read() -> None:
    """What the reference shows as a filter is one."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "filters.md"
    rows = [line for line in page.read_text().splitlines() if line.startswith("| `")]
    shown = [row.split("`")[1] for row in rows]
    assert len(shown) > 10
    for text in shown:
        assert parsed(text) is not None, text
