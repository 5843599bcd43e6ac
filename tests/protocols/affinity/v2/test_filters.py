"""The filter language: its grammar, and what it may be about (spec 13.4). What filters find: ``test_filtered.py``."""

import random
import sys
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.conditions import And, Compare, Condition, Missing, Not, Operator, Or
from interlog.model.errors import Invalid
from interlog.protocols.affinity.v2.filters import (
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_TERMS,
    RESERVED,
    Property,
    Term,
    filter_of,
    parse,
)
from interlog.protocols.affinity.v2.properties import ATTACHED_NOTES, EVENTS, MESSAGES, NOTES
from tests.serving import Caller

from ..wire import at
from .trees import Writer, canonical, trees
from .wire import invalid

A, B, C, D = (Compare(letter, Operator.EQUAL, "1") for letter in "abcd")


def as_written(term: Term) -> Compare:
    """Return a term as a condition, whatever it is about."""
    return Compare(term.path, term.operator, term.value)  # type: ignore[arg-type]


def value_of(text: str) -> Any:
    """Return the value of a filter's only term."""
    found = parse(text, as_written)
    assert isinstance(found, Compare)
    return found.value


def problem_of(text: str, properties: Mapping[str, Property] | None = None) -> tuple[str, int]:
    """Return what is said to be wrong with a filter, and at which character."""
    with pytest.raises(Invalid) as refused:
        filter_of(text, properties) if properties else parse(text, as_written)
    (problem,) = refused.value.problems
    assert problem.path == "filter"
    start, _, rest = problem.message.partition(": ")
    assert start == "Invalid filter provided"
    message, _, place = rest.rpartition(" (at character ")
    return message, int(place.removesuffix(")"))


class TestGrammar:
    """What is a filter, and what it means."""

    @pytest.mark.parametrize(
        ("text", "tree"),
        [
            ("a=1", A),
            ("a=1&b=1", And((A, B))),
            ("a=1|b=1", Or((A, B))),
            ("a=1|b=1&c=1", Or((A, And((B, C))))),
            ("a=1&b=1|c=1", Or((And((A, B)), C))),
            ("(a=1|b=1)&c=1", And((Or((A, B)), C))),
            ("a=1|b=1&c=1|d=1", Or((A, And((B, C)), D))),
            ("!a=1", Not(A)),
            ("!a=1&b=1", And((Not(A), B))),
            ("!(a=1&b=1)", Not(And((A, B)))),
            ("!(a=1|b=1)&!c=1", And((Not(Or((A, B))), Not(C)))),
            ("a=1&(b=1&(c=1&d=1))", And((A, B, C, D))),
            ("((a=1|b=1)|c=1)|d=1", Or((A, B, C, D))),
            ("((a=1))", A),
            ("!!a=1", A),
            ("!(!(a=1))", A),
            ("!!!a=1", Not(A)),
            ("!(!a=1&b=1)", Not(And((Not(A), B)))),
        ],
    )
    def test_precedence(self, text: str, tree: Condition) -> None:
        """``!`` binds tighter than ``&``, ``&`` tighter than ``|``; what needs no parentheses has none."""
        assert parse(text, as_written) == tree

    @pytest.mark.parametrize("operator", list(Operator))
    def test_operators(self, operator: Operator) -> None:
        """Each operator is read as itself, with or without spaces around it."""
        for text in (f"a{operator}1", f" a {operator} 1 ", f"a\t{operator}\n1"):
            assert parse(text, as_written) == Compare("a", operator, "1")

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a=2026-03-05T17:15:30Z", "2026-03-05T17:15:30Z"),
            ("a=*", None),
            ('a="*"', "*"),
            (r"a=\*", "*"),
            ('a=""', ""),
            ('a="x y & z"', "x y & z"),
            (r'a="say \"hi\" \\ \n\t\r"', 'say "hi" \\ \n\t\r'),
            (r"a=x\&y", "x&y"),
            ("a=x,y", "x,y"),
            ("a=ünï", "ünï"),
            ("a=[]", ()),
            ("a=[ ]", ()),
            ("a=[x]", ("x",)),
            ('a=[x , "y, z",*, [q]]', ("x", "y, z", None, ("q",))),
            *((f"a=\\{character}", character) for character in sorted(RESERVED)),
            *((f'a="\\{character}"', character) for character in sorted(RESERVED)),
            *((f'a="{character}"', character) for character in sorted(RESERVED - set('\\"'))),
        ],
    )
    def test_values(self, text: str, value: Any) -> None:
        """Bare, quoted and escaped values, ``*``, and lists."""
        assert value_of(text) == value

    def test_what_must_be_escaped(self) -> None:
        """The reserved characters are those of the specification."""
        assert set(RESERVED) == set(r"""\*~!&=><$^|"'()][/""")

    @pytest.mark.parametrize(
        ("text", "message", "place"),
        [
            ("a", "expected an operator: = != =^ =$ =~ > >= < <=", 2),
            ("a=", "expected a value", 3),
            ("=1", "expected the name of a property", 1),
            ("a==1", "expected a value", 3),
            ("a=>1", "expected a value", 3),
            ("a=1&", "expected the name of a property", 5),
            ("a=1|&b=1", "expected the name of a property", 5),
            ("a=1 b=1", "expected & or |", 5),
            ("a=1)", "expected & or |", 4),
            ("(a=1", "a ( is not closed", 1),
            ("(a=1 b=1)", "expected &, | or )", 6),
            ("(a=1&((b=1)", "a ( is not closed", 6),
            ("()", "expected the name of a property", 2),
            ("!", "expected the name of a property", 2),
            ("a=!b", "expected a value", 3),
            ('a="x', 'a " is not closed', 3),
            ('a="x\\"', 'a " is not closed', 3),
            ("a=x'y", "expected & or |", 4),
            ("a=x/y", "expected & or |", 4),
            ("a=*x", "expected & or |", 4),
            ("a=[x", "a [ is not closed", 3),
            ("a=[x y]", "expected , or ]", 6),
            ("a=[x,]", "expected a value", 6),
            ("a=[,x]", "expected a value", 4),
            ("a=x y", "expected & or |", 5),
            ('"a"=x', "expected the name of a property", 1),
        ],
    )
    def test_errors_tell_the_place(self, text: str, message: str, place: int) -> None:
        """What is wrong, and at which character, counted from one."""
        assert problem_of(text) == (message, place)

    @pytest.mark.parametrize("text", ["a=\\x", 'a="\\x"', "a=\\", "\\q=1"])
    def test_only_what_has_a_meaning_is_escaped(self, text: str) -> None:
        """A backslash before any other character, or before nothing, is an error."""
        message, place = problem_of(text)
        assert message.startswith("a backslash can stand before one of ")
        assert place == text.index("\\") + 1


class TestBounds:
    """Whatever is sent, the work is bounded by its length."""

    def test_terms(self) -> None:
        """As many terms as allowed, and not one more."""
        assert len(parse("|".join(["a=1"] * MAX_TERMS), as_written).operands) == MAX_TERMS  # type: ignore[union-attr]
        assert problem_of("|".join(["a=1"] * (MAX_TERMS + 1)))[0] == f"it has more than {MAX_TERMS} terms"

    def test_depth(self) -> None:
        """A tree as deep as allowed, and not a level more."""

        def nested(levels: int) -> str:
            text = "a=1"
            for level in range(levels - 1):
                text = f"b=1{'&|'[level % 2]}({text})"
            return text

        parse(nested(MAX_DEPTH), as_written)
        assert problem_of(nested(MAX_DEPTH + 1))[0] == f"it is nested more than {MAX_DEPTH} levels deep"
        parse("a=" + "[" * MAX_DEPTH + "]" * MAX_DEPTH, as_written)
        assert problem_of("a=" + "[" * (MAX_DEPTH + 1))[0] == f"it is nested more than {MAX_DEPTH} levels deep"

    def test_needless_levels_do_not_count(self) -> None:
        """The community's client puts each step of a chain in parentheses: that is a chain all the same."""
        text = "a=1"
        for _ in range(MAX_TERMS - 1):
            text = f"({text}) | (a=1)"
        assert parse(text, as_written) == Or((A,) * MAX_TERMS)
        many = (MAX_LENGTH - 3) // 2
        assert parse("(" * many + "a=1" + ")" * many, as_written) == A
        assert parse("!" * 2 * many + "a=1", as_written) == A

    HOSTILE = (
        "(", "!", "[", '"', "\\", "*", "=", "&", "|", "a", " ", "a=1&", "a=1|", "!(", "(a=1|", "(a=1&b=1|", "!(a=1&",
        "a=[", "a=[x,", 'a="', "a=1|b=1&", "((a=1)&", "a=", "\u3000", "x=y(", ")",
    )  # fmt: skip

    @pytest.mark.parametrize("piece", HOSTILE)
    def test_hostile_filters_cost_no_more_than_their_length(self, piece: str) -> None:
        """However a filter is made of one piece repeated, it is read in one pass and answered."""
        text = (piece * MAX_LENGTH)[:MAX_LENGTH]
        assert calls_of(lambda: refused_or_parsed(text)) < 40 * MAX_LENGTH

    @settings(max_examples=300)
    @given(st.text(alphabet='ab=!&|()[]"\\*<>~^$, 1', max_size=200))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Nothing but a tree or a refusal comes out, for any text."""
        calls = calls_of(lambda: refused_or_parsed(text))
        assert calls < 40 * (len(text) + 20)

    @pytest.mark.parametrize("piece", HOSTILE)
    def test_hostile_filters_answer_400(self, any_v2: Caller, piece: str) -> None:
        """Over HTTP they are refused, with a page of the error's own kind (spec 20, item 18)."""
        text = (piece * MAX_LENGTH)[:MAX_LENGTH]
        if text.strip():
            invalid(any_v2.get("/meetings", filter=text), "filter")

    def test_too_long(self, any_v2: Caller) -> None:
        """A filter longer than allowed is refused by its length."""
        invalid(any_v2.get("/notes", filter="x" * (MAX_LENGTH + 1)), "filter", str(MAX_LENGTH))


def refused_or_parsed(text: str) -> Condition | None:
    """Read a filter, or refuse it."""
    try:
        return parse(text, as_written)
    except Invalid:
        return None


def calls_of(work: Callable[[], object]) -> int:
    """Return how many functions are called by some work: it does not depend on the machine."""
    calls = count()

    def note(frame: Any, event: str, argument: Any) -> None:
        if event in ("call", "c_call"):
            next(calls)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return next(calls)


# Random trees

words = st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]) | st.sampled_from(sorted(RESERVED)), min_size=1)
values = st.recursive(st.none() | st.text(), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=4)
written = st.builds(
    Compare, words.filter(lambda word: not any(map(str.isspace, word))), st.sampled_from(Operator), values
)


class TestRoundTrip:
    """A tree that is written as text is read as the same tree."""

    @settings(max_examples=300)
    @given(trees(written), st.randoms(use_true_random=False))
    def test_any_tree(self, tree: Any, chance: random.Random) -> None:
        """Whatever the values hold, and wherever spaces, quotes and needless parentheses stand."""
        assert parse(Writer(chance).tree(tree), as_written) == canonical(tree)


# What filters may be about

RANGE = (Operator.GREATER, Operator.LESS, Operator.GREATER_OR_EQUAL, Operator.LESS_OR_EQUAL)
SAMPLES = {"id": "5", "creator.id": "5"}


class TestProperties:
    """Which properties and operators each collection takes (spec 20, item 18)."""

    @pytest.mark.parametrize(
        ("properties", "expected"),
        [
            (
                EVENTS,
                {"id": "number", "startTime": "occurred_at", "createdAt": "created_at", "updatedAt": "modified_at"},
            ),
            (
                MESSAGES,
                {"id": "number", "sentAt": "occurred_at", "createdAt": "created_at", "updatedAt": "modified_at"},
            ),
            (NOTES, {"id": "id", "creator.id": "creator", "createdAt": "created_at", "updatedAt": "updated_at"}),
            (ATTACHED_NOTES, {"creator.id": "creator", "createdAt": "created_at", "updatedAt": "updated_at"}),
        ],
    )
    def test_are_those_of_the_table(self, properties: Mapping[str, Property], expected: dict[str, str]) -> None:
        """Ids are compared with ``=``, times with the four others; everything else is refused where it stands."""
        assert {name: known.field for name, known in properties.items()} == expected
        for name, field in expected.items():
            allowed = (Operator.EQUAL,) if name in SAMPLES else RANGE
            for operator in Operator:
                text = f"{name} {operator} {SAMPLES.get(name, '2026-03-05T17:15:30Z')}"
                if operator in allowed:
                    value = 5 if name in SAMPLES else at("2026-03-05T17:15:30Z")
                    assert filter_of(text, properties) == Compare(field, operator, value)
                else:
                    problem = f"{name} takes only {' '.join(allowed)}"
                    assert problem_of(text, properties) == (problem, len(name) + 2)

    def test_blank_is_no_filter(self) -> None:
        """A filter of nothing but spaces is none."""
        assert filter_of("", NOTES) is None
        assert filter_of(" \t\n", NOTES) is None

    @pytest.mark.parametrize("name", ["startTime", "Id", "id2", "creator", "subject", "createdat", "__class__"])
    def test_unknown_properties(self, name: str) -> None:
        """A property that there is none of is refused, with those that there are."""
        problem = "there is no property of this name here, only id, creator.id, createdAt, updatedAt"
        assert problem_of(f"id=1 & {name} = 1", NOTES) == (problem, 8)

    @pytest.mark.parametrize(
        "value", ["0", "-1", "x", "1.5", '""', "[1]", "[]", "1e3", "٣", str(2**53), "9" * 400, "01x"]
    )
    def test_what_is_no_id(self, value: str) -> None:
        """An id is a whole number from one to the largest."""
        assert problem_of(f"id = {value}", NOTES) == ("id takes an id", 6)

    def test_the_largest_id(self) -> None:
        """Ids may be as large as they can be, and be quoted."""
        assert filter_of(f'id="{2**53 - 1}"', NOTES) == Compare("id", Operator.EQUAL, 2**53 - 1)

    @pytest.mark.parametrize(
        "value",
        ["x", "*", "17:15:30Z", "2026-02-30T00:00:00Z", "[2026-03-05T17:15:30Z]", '""', "1741194930", "10000-01-01"],
    )
    def test_what_is_no_time(self, value: str) -> None:
        """A time is a date and time."""
        problem = ("createdAt takes a date and time such as 2026-03-05T17:15:30Z", 13)
        assert problem_of(f"createdAt > {value}", NOTES) == problem

    @pytest.mark.parametrize(
        ("value", "instant"),
        [
            ("2026-03-05T17:15:30Z", "2026-03-05T17:15:30Z"),
            ("2026-03-05T17:15:30.25Z", "2026-03-05T17:15:30.25Z"),
            ('"2026-03-05T18:15:30+01:00"', "2026-03-05T17:15:30Z"),
            ("2026-03-05", "2026-03-05T00:00:00Z"),
        ],
    )
    def test_times(self, value: str, instant: str) -> None:
        """Whole seconds in UTC; fractions, offsets and dates alone are read too."""
        assert filter_of(f"createdAt>{value}", NOTES) == Compare("created_at", Operator.GREATER, at(instant))

    def test_null(self) -> None:
        """``= *`` stands where ``=`` does: that there is a value."""
        assert filter_of("creator.id = *", NOTES) == Not(Missing("creator"))
        assert filter_of("!creator.id = *", NOTES) == Missing("creator")
        nullable = {"x": NOTES["id"]._replace(operators=tuple(Operator))}
        assert filter_of("x != *", nullable) == Missing("id")
        assert problem_of("x > *", nullable) == ("x takes an id", 5)
