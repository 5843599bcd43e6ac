"""Expressions of OData: what they mean, what is refused and where, and how long that takes at most."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.conditions import (
    Among,
    And,
    AnyOf,
    Collection,
    Compare,
    Condition,
    Constant,
    Missing,
    Not,
    Null,
    Operator,
    Or,
    Relation,
    Search,
    Truth,
)
from interlog.model.expressions import Call, Field, Function, Kind, Literal, Part
from interlog.model.instants import parse_moment
from interlog.model.types import BUILT_IN_TYPES, FieldDefinition, FieldKind, InteractionType
from interlog.protocols.customer_insights.fields import field_of
from interlog.protocols.customer_insights.odata_filter import MAX_TERMS, filter_of
from interlog.protocols.customer_insights.odata_functions import _FUNCTIONS
from interlog.protocols.customer_insights.odata_lexer import MAX_LENGTH, ODataError
from interlog.protocols.customer_insights.odata_search import search_of
from interlog.protocols.customer_insights.odata_vocabulary import Interactions
from interlog.protocols.customer_insights.translate import KEPT_AS, _derived
from interlog.store.conditions import arguments_of, matching_record, shape_of
from interlog.store.instance_record import RECORD
from interlog.store.postgresql import PostgresqlDatabase
from interlog.store.sqlite import SqliteDatabase
from interlog.store.statements import Query

FIELDS = (
    FieldDefinition("VisitKey"),
    FieldDefinition("Minutes", FieldKind.INTEGER),
    FieldDefinition("Price", FieldKind.DECIMAL),
    FieldDefinition("ArrivedAt", FieldKind.INSTANT),
    FieldDefinition("Day", FieldKind.DATE),
    FieldDefinition("Took", FieldKind.DURATION),
    FieldDefinition("Open", FieldKind.BOOLEAN),
    FieldDefinition("Card", FieldKind.UUID),
    FieldDefinition("Tags", many=True),
)
PLAIN = InteractionType(id=100, name="Visit", fields=FIELDS, open=True)
MOODS = [
    {"value": 1, "localizedValueNames": {"en-us": "Happy", "de-de": "Froh"}},
    {"value": 2, "localizedValueNames": {"en-us": "Neutral"}},
]
DOCUMENT = _derived(PLAIN)
DOCUMENT["fields"] += [
    field_of("Mood", "Edm.Int32", isEnum=True, enumValidValues=MOODS),
    field_of("Colour", "Edm.String", isEnum=True, enumValidValues=MOODS),
    field_of("Words", "Edm.String", isLocalizedString=True),
]
VISIT = InteractionType(id=100, name="Visit", fields=FIELDS, open=True, attributes={KEPT_AS: DOCUMENT})
ONE, ALL = Interactions([VISIT]), Interactions([VISIT, *BUILT_IN_TYPES])
NOW = 1_772_614_500_000_000  # 2026-03-04T08:55:00Z
AT = "2026-03-04T09:15:00.000000Z"


def meant(text: str, words: Interactions = ONE) -> Condition:
    """Return the condition of a filter."""
    return filter_of(text, words, NOW)


def minutes(operator: Operator, value: int) -> Relation:
    """Return a comparison of the minutes."""
    return Relation(Field(("Minutes",), Kind.INTEGER), operator, Literal(value, Kind.INTEGER))


def text_field(name: str) -> Field:
    """Return a field of texts."""
    return Field((name,), Kind.TEXT)


def literal(value: Any, kind: Kind = Kind.TEXT) -> Literal:
    """Return a literal."""
    return Literal(value, kind)


CONTAINS = Truth(Call(Function.CONTAINS, (text_field("VisitKey"), literal("a")), Kind.BOOLEAN))
PROFILE = Part("profile", Kind.TEXT, 0)
EQ, GT = Operator.EQUAL, Operator.GREATER
INSTANT = Relation(Field(("ArrivedAt",), Kind.INSTANT), Operator.GREATER_OR_EQUAL, literal(AT, Kind.INSTANT))


class TestMeanings:
    """What filters mean."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Minutes eq 5", minutes(EQ, 5)),
            ("5 eq Minutes", minutes(EQ, 5)),
            ("5 lt Minutes", minutes(GT, 5)),
            ("Minutes EQ 5", minutes(EQ, 5)),
            ("minutes eq -5", minutes(EQ, -5)),
            ("(Minutes eq 5)", minutes(EQ, 5)),
            ("not (Minutes eq 5)", Not(minutes(EQ, 5))),
            ("not(not(Minutes eq 5))", minutes(EQ, 5)),
            ("Minutes ne null", Not(Null(Field(("Minutes",), Kind.INTEGER)))),
            ("null eq null", Constant(True)),
            ("Minutes gt null", Constant(False)),
            ("VisitKey eq 'it''s'", Relation(text_field("VisitKey"), EQ, literal("it's"))),
            ("anything eq 'x'", Relation(text_field("anything"), EQ, literal("x"))),
            ("Unknown gt 5", Relation(Field(("Unknown",), Kind.NUMBER), GT, literal(5, Kind.INTEGER))),
            ("Box/Inner eq 'x'", Relation(Field(("Box", "Inner"), Kind.TEXT), EQ, literal("x"))),
            ("Open", Truth(Field(("Open",), Kind.BOOLEAN))),
            ("Open eq true", Relation(Field(("Open",), Kind.BOOLEAN), EQ, literal(True, Kind.BOOLEAN))),
            ("Minutes in (1,2)", Among(Field(("Minutes",), Kind.INTEGER), (1, 2), Kind.INTEGER)),
            (
                "Minutes eq 1 or Minutes eq 2 and Minutes eq 3 or Minutes eq 4",
                Or((minutes(EQ, 1), And((minutes(EQ, 2), minutes(EQ, 3))), minutes(EQ, 4))),
            ),
            ("ArrivedAt ge cast('2026-03-04T10:15:00+01:00', Edm.DateTimeOffset)", INSTANT),
            ("ArrivedAt ge cast('2026-03-04T09:15:00.000Z',DateTimeOffset)", INSTANT),
            ("ArrivedAt ge 2026-03-04T09:15:00Z", INSTANT),
            ("ArrivedAt ge 2026-03-04T09:15Z", INSTANT),
            ("ArrivedAt ge '2026-03-04T09:15:00Z'", INSTANT),
            ("ArrivedAt ge datetimeoffset'2026-03-04T09:15:00Z'", INSTANT),
            ("ArrivedAt ge datetime'2026-03-04T09:15:00'", INSTANT),
            ("cast(ArrivedAt,Edm.DateTimeOffset) ge 2026-03-04T09:15:00Z", INSTANT),
            ("Timestamp gt 1970-01-01T00:00:01Z", Compare("occurred_at", GT, 1_000_000)),
            ("1970-01-01T00:00:01Z lt LastModifiedTimestamp", Compare("changed_at", GT, 1_000_000)),
            ("Timestamp gt 1970-01-02", Compare("occurred_at", GT, 86_400_000_000)),
            ("LastModifiedTimestamp lt now()", Compare("changed_at", Operator.LESS, NOW)),
            ("InteractionType eq 'Visit'", Compare("type_id", EQ, 100)),
            ("InteractionType eq 'visit'", Constant(False)),
            ("InteractionType in ('Visit','X')", Or((Compare("type_id", EQ, 100), Constant(False)))),
            ("InteractionId eq 'V-7'", And((Not(Missing("identity")), Compare("identity", EQ, "V-7")))),
            (
                "Card eq guid'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA'",
                Relation(text_field("Card"), EQ, literal("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa")),
            ),
            (
                "Card eq 'AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA'",
                Relation(text_field("Card"), EQ, literal("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa")),
            ),
            ("Mood eq 'froh'", Relation(Field(("Mood",), Kind.INTEGER), EQ, literal(1, Kind.INTEGER))),
            ("Mood eq 2", Relation(Field(("Mood",), Kind.INTEGER), EQ, literal(2, Kind.INTEGER))),
            ("Colour eq 'Froh'", Relation(text_field("Colour"), EQ, literal("Happy"))),
            ("Mood eq Ns.Mood'Happy'", Relation(Field(("Mood",), Kind.INTEGER), EQ, literal(1, Kind.INTEGER))),
            ("Words eq 'x'", Relation(Field(("Words", "en-us"), Kind.TEXT), EQ, literal("x"))),
            ("Took eq duration'PT60M'", Relation(Field(("Took",), Kind.DURATION), EQ, literal("PT1H", Kind.DURATION))),
            ("Minutes gt 1.50", Relation(Field(("Minutes",), Kind.INTEGER), GT, literal("1.50", Kind.NUMBER))),
            ("Minutes gt 3L", minutes(GT, 3)),
            ("contains(VisitKey,'a')", CONTAINS),
            ("contains(VisitKey,null)", Constant(None)),
            ("VisitKey eq 5", Relation(text_field("VisitKey"), EQ, literal("5"))),
            (
                "Participants/any(p: p/ProfileId eq '42')",
                AnyOf(Collection.PARTICIPANTS, 0, Relation(PROFILE, EQ, literal("42"))),
            ),
            ("Tags/any()", AnyOf(Field(("Tags",), Kind.ANY), 0, None)),
            (
                "Tags/any(nullable: nullable eq 'x')",
                AnyOf(Field(("Tags",), Kind.ANY), 0, Relation(Field((), Kind.TEXT, 0), EQ, literal("x"))),
            ),
        ],
    )  # fmt: skip
    def test_of_filters(self, text: str, expected: Condition) -> None:
        """Each form of expression is the condition that it says."""
        assert meant(text) == expected

    def test_of_what_several_types_declare_differently(self) -> None:
        """A field that two types declare as of different kinds is read as what it is compared with."""
        other = InteractionType(id=101, name="Other", fields=(FieldDefinition("Minutes"),), open=True)
        words = Interactions([VISIT, other])
        assert meant("Minutes eq 'x'", words) == Relation(text_field("Minutes"), EQ, literal("x"))
        assert meant("Minutes eq 5", words) == Relation(Field(("Minutes",), Kind.NUMBER), EQ, literal(5, Kind.INTEGER))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("oslo", Search("oslo")),
            ('"new york"', Search("new york")),
            ('"a \\" b"', Search('a " b')),
            ("a b", And((Search("a"), Search("b")))),
            ("a AND b OR NOT c", Or((And((Search("a"), Search("b"))), Not(Search("c"))))),
            ("a (b OR c)", And((Search("a"), Or((Search("b"), Search("c")))))),
            ("and", Search("and")),
            ("it's 100%", And((Search("it's"), Search("100%")))),
        ],
    )
    def test_of_searches(self, text: str, expected: Condition) -> None:
        """Words, phrases, and what joins them."""
        assert search_of(text) == expected


class TestRefusals:
    """What is refused, and where the fault is said to be."""

    @pytest.mark.parametrize(
        ("text", "position", "message"),
        [
            ("", 1, "expected a value"),
            ("Minutes", 1, "expected a condition"),
            ("Minutes eq", 11, "and found the end"),
            ("Minutes eq 5 and", 17, "and found the end"),
            ("Minutes eq 5 5", 14, "expected an operator"),
            ("Minutes equals 5", 9, "expected an operator"),
            ("Minutes eq 'x", 12, "is not closed"),
            ("Minutes eq 'x'", 12, "is not a number"),
            ("Minutes eq true", 9, "cannot be compared"),
            ("Open gt true", 6, "only be compared by eq"),
            ("Took gt duration'PT1H'", 6, "durations"),
            ("Minutes add 'x' eq 1", 13, "is not a number"),
            ("Minutes add Open eq 1", 13, "expected a number"),
            ("round(Minutes) eq 1", 1, "no function round"),
            ("contains(VisitKey)", 1, "takes 2 arguments"),
            ("length(Minutes) eq 1", 8, "expected a text"),
            ("year(Minutes) eq 1", 6, "expected a date"),
            ("cast(Minutes,Edm.Stream) eq 1", 14, "is not possible"),
            ("cast('x',Edm.Int32) eq 1", 1, "is not a number"),
            ("cast(Minutes) eq 1", 13, "expected ,"),
            ("ArrivedAt gt '2026-13-01'", 14, "is not a date and time"),
            ("ArrivedAt gt 2026-02-30", 14, "is not a date"),
            ("Mood eq 'Sad'", 9, "names no value"),
            ("Tags eq 'x'", 1, "any or all"),
            ("Minutes/any(m: m eq 1)", 1, "ask a collection"),
            ("Tags/any(t eq 'x')", 12, "expected :"),
            ("Tags/any(t: t/a eq 'x')", 15, "no properties"),
            ("Participants/any(p: p/Name eq 'x')", 23, "a participant has"),
            ("Participants/any(p: p eq 'x')", 21, "expected a property of p"),
            ("Minutes/x eq 1", 9, "no properties"),
            ("Minutes in ()", 13, "expected a value"),
            ("Minutes in 5", 12, "expected ("),
            ("Minutes in (Price)", 13, "a list holds literals"),
            ("Minutes eq 1e999", 12, "is not a number"),
            ("Minutes eq 5x", 12, "cannot read"),
            ("Minutes eq 1; drop table interaction", 13, "expected an operator"),
            ("Minutes eq 1 -- ", 14, "expected an operator"),
            ("Minutes eq \x00", 12, "cannot read"),
            ("VisitKey eq 'a\x00'", 13, "U+0000"),
            ("Ns.Type/Minutes eq 1", 1, "no properties of this name"),
            ("(Minutes eq 1) eq (Minutes eq 2)", 16, "only be compared with true"),
        ],
    )
    def test_of_filters(self, text: str, position: int, message: str) -> None:
        """Each fault is refused with the place where it is."""
        with pytest.raises(ODataError) as caught:
            meant(text)
        assert message in str(caught.value)
        assert f"(at position {position})" in str(caught.value)

    @pytest.mark.parametrize(
        "text", ["", "AND", "a OR", "(a", "a)", '"a', "NOT", '""', "a \x00", "(" * 500, "x" * 3_000]
    )
    def test_of_searches(self, text: str) -> None:
        """What is no search is refused."""
        with pytest.raises(ODataError):
            search_of(text)


HOSTILE = {
    "parentheses": "(" * (MAX_LENGTH - 10),
    "balanced parentheses": "(" * 7_000 + "Minutes eq 1" + ")" * 7_000,
    "negations": "not " * 3_900 + "Open",
    "signs": "-" * 3_900 + "1 eq 1",
    "ten thousand terms": " or ".join(["Minutes eq 1"] * 10_000),
    "terms": " or ".join(["a eq 1"] * 1_500),
    "deep arithmetic": "add ".join(["Minutes "] * 250) + "eq 1",
    "nested functions": "tolower(" * 200 + "VisitKey" + ")" * 200 + " eq 'x'",
    "a long list": f"Minutes in ({','.join(['1'] * 1_900)})",
    "lambdas": "".join(f"a/any(v{n}: " for n in range(60)) + "Open" + ")" * 60,
    "a long name": "a" * 10_000 + " eq 1",
    "a long number": "Minutes eq " + "1" * 10_000,
    "quotes": "VisitKey eq " + "'" * 9_999,
    "dots": "a." * 5_000 + "a eq 1",
    "slashes": "a/" * 1_900 + "a eq 1",
    "comparisons": " eq ".join(["Minutes"] * 300),
    "too long": "a" * 1_000_000,
}


class TestHostileInput:
    """What is sent to break or to hold up."""

    @pytest.mark.parametrize("name", HOSTILE)
    def test_is_refused_at_once(self, name: str) -> None:
        """Whatever the size or depth, it is refused with a place, in a time that does not matter."""
        began = time.thread_time()
        with pytest.raises(ODataError):
            meant(HOSTILE[name])
        assert time.thread_time() - began < 1

    @pytest.mark.parametrize(
        "text",
        [
            " or ".join(["contains(VisitKey,'a') and Minutes mod 7 eq 3"] * (MAX_TERMS // 6)),
            "tolower(" * 20 + "VisitKey" + ")" * 20 + " eq 'x'",
            "substring(" * 20 + "VisitKey" + ",1,2)" * 20 + " eq 'x'",
            "(" * 15 + "Price" + " mod 7.5)" * 15 + " eq 1",
            "not (" * 8 + "Open eq true" + ") eq true" * 8,
            "Tags/any(a: " + "x/any(b: y/any(c: c eq a and b eq 1))" + ")",
            "Minutes in (" + ",".join(map(str, range(MAX_TERMS - 20))) + ")",
        ],
    )
    def test_the_worst_that_is_allowed_stays_small(self, text: str) -> None:
        """The largest expressions that pass become statements of a bounded size, soon and without much recursion."""
        began = time.thread_time()
        condition = meant(text)
        for dialect in (SqliteDatabase.dialect, PostgresqlDatabase.dialect):
            query = Query(matching_record(shape_of(condition), RECORD, iter(range(100_000))))
            compiled = query.compiled(dialect)
            assert len(compiled.text) < 200_000
            compiled.bind(arguments_of(condition))
        assert time.thread_time() - began < 2

    @settings(max_examples=300)
    @given(
        st.lists(
            st.sampled_from(
                ["Minutes", "VisitKey", "Open", "x", "Tags", "eq", "ne", "gt", "and", "or", "not", "in", "add", "mod",
                 "(", ")", ",", "/", ":", "-", "any", "all", "null", "true", "1", "2.5", "'a'", "''", "now()", "cast(",
                 "Edm.Int32", "contains(", "substring(", "2026-01-01", "2026-01-01T00:00:00Z", "e", "$count", ";"]
            ),
            max_size=14,
        )
    )  # fmt: skip
    def test_any_words_are_read_or_refused(self, words: list[str]) -> None:
        """Whatever stands in a filter, it is understood, or refused with a place within it."""
        text = " ".join(words)
        for vocabulary in (ONE, ALL):
            try:
                condition = meant(text, vocabulary)
            except ODataError as error:
                assert 0 <= error.at <= len(text)
            else:
                query = Query(matching_record(shape_of(condition), RECORD, iter(range(100_000))))
                for dialect in (SqliteDatabase.dialect, PostgresqlDatabase.dialect):
                    query.compiled(dialect).bind(arguments_of(condition))

    @given(st.text(max_size=30))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Nothing but ``ODataError`` comes of any text, in filters and searches."""
        for read in (meant, search_of):
            try:
                read(text)
            except ODataError as error:
                assert 0 <= error.at <= len(text)

    def test_values_never_stand_in_the_statement(self) -> None:
        """Texts, numbers and the names of properties are arguments: what they say is never SQL."""
        evil = "x'; DROP TABLE interaction; --"
        condition = meant(f"Evil eq '{evil.replace(chr(39), chr(39) * 2)}' or contains(Other,'%') or Third gt 77")
        for dialect in (SqliteDatabase.dialect, PostgresqlDatabase.dialect):
            compiled = Query(matching_record(shape_of(condition), RECORD, iter(range(1_000)))).compiled(dialect)
            assert not any(word in compiled.text for word in ("DROP", "Evil", "Other", "Third", "77"))
            assert evil in compiled.bind(arguments_of(condition))


def test_every_filter_in_the_reference_is_understood() -> None:
    """The page about queries shows nothing that is refused, and names every function that there is."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "odata.md").read_text()
    filters = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(filters) > 10
    for text in filters:
        meant(text, ALL)
    for name in [*_FUNCTIONS, "now", "cast"]:
        assert f"`{name}`" in page or f"{name}(" in page, name


def test_the_moment_of_the_request_is_its_own() -> None:
    """``now()`` is the instant that the request came."""
    moment = parse_moment("2026-03-04T08:55:00Z")
    assert moment is not None and moment.instant == NOW
