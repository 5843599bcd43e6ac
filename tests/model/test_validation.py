"""The rules of an interaction against its type."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.model.interactions import Content, Participant
from interlog.model.quick import quick_check
from interlog.model.types import BUILT_IN_TYPES, EMAIL, FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from interlog.model.validation import MAX_BODY, MAX_PARTICIPANTS, MAX_TITLE, identity_of, problems_of

UUID = "0192a4e2-6f0c-7a3e-8c1d-2b7f5a9e4d10"
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def _type(*fields: FieldDefinition, identity: tuple[str, ...] = (), **more: Any) -> InteractionType:
    return InteractionType(id=100, name="Visit", fields=fields, identity=identity, **more)


def _found(type_: InteractionType, **fields: Any) -> list[tuple[str, str]]:
    """Return (path, code) of each problem with these fields."""
    return [(p.path, p.code) for p in problems_of(Content(occurred_at=0, fields=fields), type_)]


class TestKinds:
    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (FieldKind.TEXT, ""), (FieldKind.TEXT, "ü"),
            (FieldKind.INTEGER, 0), (FieldKind.INTEGER, 2**63 - 1), (FieldKind.INTEGER, -(2**63)),
            (FieldKind.NUMBER, 1), (FieldKind.NUMBER, -1.5), (FieldKind.NUMBER, 1e300),
            (FieldKind.BOOLEAN, True), (FieldKind.BOOLEAN, False),
            (FieldKind.INSTANT, "2024-02-29T10:00:00+01:00"), (FieldKind.DATE, "2024-02-29"),
            (FieldKind.UUID, UUID), (FieldKind.CHOICE, "a"), (FieldKind.CHOICE, 1),
            (FieldKind.OBJECT, {}), (FieldKind.OBJECT, [1, {"a": None}]),
        ],
    )  # fmt: skip
    def test_is_accepted(self, kind: FieldKind, value: Any) -> None:
        """A value of the field's kind is no problem, alone or in a list."""
        assert _found(_type(FieldDefinition("f", kind)), f=value) == []
        assert _found(_type(FieldDefinition("f", kind, many=True)), f=[value, value]) == []

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (FieldKind.TEXT, 1), (FieldKind.TEXT, ["a"]),
            (FieldKind.INTEGER, True), (FieldKind.INTEGER, 1.0), (FieldKind.INTEGER, "1"), (FieldKind.INTEGER, 2**63),
            (FieldKind.NUMBER, True), (FieldKind.NUMBER, "1"), (FieldKind.NUMBER, float("nan")),
            (FieldKind.NUMBER, float("inf")), (FieldKind.NUMBER, 10**400),
            (FieldKind.BOOLEAN, 0), (FieldKind.BOOLEAN, "true"),
            (FieldKind.INSTANT, "yesterday"), (FieldKind.INSTANT, 0), (FieldKind.DATE, "2023-02-29"),
            (FieldKind.DATE, "2024-02-29T00:00:00Z"), (FieldKind.UUID, "1"), (FieldKind.CHOICE, True),
            (FieldKind.CHOICE, 1.0), (FieldKind.OBJECT, "{}"), (FieldKind.OBJECT, 1),
        ],
    )  # fmt: skip
    def test_is_refused(self, kind: FieldKind, value: Any) -> None:
        """A value of another kind is a problem at its path."""
        assert _found(_type(FieldDefinition("f", kind)), f=value) == [("fields.f", "type")]
        assert _found(_type(FieldDefinition("f", kind, many=True)), f=[value]) == [("fields.f[0]", "type")]

    @given(value=json, kind=st.sampled_from(FieldKind), many=st.booleans())
    def test_any_json_is_judged(self, value: Any, kind: FieldKind, many: bool) -> None:
        """Whatever a client sends in a field is accepted or a problem, never an exception."""
        field = FieldDefinition("f", kind, many=many, minimum=1, maximum=2, max_length=1, pattern="a", choices=("a", 1))

        problems_of(Content(occurred_at=0, fields={"f": value}), _type(field))


class TestQuickCheck:
    @given(
        value=json
        | st.floats()
        | st.sampled_from(["2024-02-29", "10:00", "10:00:00.5+01:00", "PT1S", "1.50", "-0", UUID]),
        kind=st.sampled_from(FieldKind),
        many=st.booleans(),
        bounds=st.sampled_from([{}, {"minimum": 1, "maximum": 2}, {"max_length": 2}, {"choices": ("a", 1)}]),
        open_=st.booleans(),
    )
    def test_lets_nothing_pass_that_is_not_valid(
        self, value: Any, kind: FieldKind, many: bool, bounds: dict[str, Any], open_: bool
    ) -> None:
        """What the quick check accepts has no problem when each field is asked, whatever the value."""
        field = FieldDefinition("f", kind, many=many, **bounds)
        quick = quick_check((field,), frozenset(), open_=open_)

        for fields in ({"f": value}, {"f": [value]}, {"f": value, "g": value}, {}):
            if quick is not None and quick.passes(fields):
                # A pattern that everything matches has no quick check, so that each field is asked.
                asked = _type(replace(field, pattern=""), open=open_)
                assert problems_of(Content(occurred_at=0, fields=fields), asked) == []

    def test_lets_the_usual_pass(self) -> None:
        """It is of use: the canonical values of all kinds are told to be valid."""
        values = {
            "TEXT": "a", "INTEGER": 1, "NUMBER": 1.5, "DECIMAL": "1.5", "BOOLEAN": True, "DATE": "2024-01-01",
            "INSTANT": "2024-01-01T00:00:00.000000Z", "TIME": "10:00:00", "UUID": UUID, "LOCALIZED": {"en-us": "a"},
        }  # fmt: skip
        quick = quick_check(tuple(FieldDefinition(name, FieldKind[name]) for name in values), frozenset(), open_=True)

        assert quick is not None
        assert quick.passes({**values, "Lane": "B"})
        assert quick.passes({})
        assert not quick_check((FieldDefinition("a"),), frozenset(["a"]), open_=True).passes({})  # type: ignore[union-attr]


class TestBounds:
    @pytest.mark.parametrize(
        ("field", "good", "bad", "code"),
        [
            (FieldDefinition("f", max_length=2), "üü", "üüü", "too_long"),
            (FieldDefinition("f", FieldKind.INTEGER, minimum=1), 1, 0, "range"),
            (FieldDefinition("f", FieldKind.INTEGER, maximum=1), 1, 2, "range"),
            (FieldDefinition("f", FieldKind.NUMBER, minimum=-0.5, maximum=0.5), 0.5, 0.51, "range"),
            (FieldDefinition("f", pattern="^a+$"), "aa", "ab", "pattern"),
            (FieldDefinition("f", FieldKind.CHOICE, choices=("a", 1)), 1, "b", "choice"),
            (FieldDefinition("f", FieldKind.TEXT, choices=("a",)), "a", "A", "choice"),
        ],
    )
    def test_are_inclusive(self, field: FieldDefinition, good: Any, bad: Any, code: str) -> None:
        """The bound itself is allowed, the next value is a problem."""
        assert _found(_type(field), f=good) == []
        assert _found(_type(field), f=bad) == [("fields.f", code)]

    def test_a_value_may_break_several(self) -> None:
        """All that is wrong with one value is said."""
        field = FieldDefinition("f", max_length=1, pattern="^a", choices=("a",))

        assert [code for _, code in _found(_type(field), f="bb")] == ["too_long", "pattern", "choice"]


class TestFields:
    def test_required(self) -> None:
        """A required field must be there and not null; an identity field too."""
        type_ = _type(FieldDefinition("a", required=True), FieldDefinition("b"), FieldDefinition("c"), identity=("c",))

        assert _found(type_) == [("fields.a", "missing"), ("fields.c", "missing")]
        assert _found(type_, a=None, b=None, c="") == [("fields.a", "missing")]

    def test_unknown(self) -> None:
        """A field that the type does not define is a problem."""
        assert _found(_type(FieldDefinition("a")), a="x", b="y") == [("fields.b", "unknown_field")]

    def test_many(self) -> None:
        """A field of many values wants a list, and each problem names its item."""
        type_ = _type(FieldDefinition("a", FieldKind.INTEGER, many=True))

        assert _found(type_, a=1) == [("fields.a", "type")]
        assert _found(type_, a=[1, "x", 2, None]) == [("fields.a[1]", "type"), ("fields.a[3]", "type")]
        assert _found(type_, a=[]) == []


class TestParticipants:
    TYPE = _type(
        slots=(ParticipantSlot("host", required=True, many=False), ParticipantSlot("guest")),
    )

    def _found(self, *roles: str) -> list[tuple[str, str]]:
        parts = tuple(Participant(index, role) for index, role in enumerate(roles, 1))
        return [(p.path, p.code) for p in problems_of(Content(occurred_at=0, participants=parts), self.TYPE)]

    def test_roles(self) -> None:
        """Required roles must be filled, single ones once, unknown ones not at all."""
        assert self._found("host", "guest", "guest") == []
        assert self._found("guest") == [("participants", "missing")]
        assert self._found("host", "host") == [("participants", "invalid")]
        assert self._found("host", "ghost") == [("participants[1].role", "invalid")]

    def test_not_too_many(self) -> None:
        """There is a most."""
        assert self._found("host", *["guest"] * (MAX_PARTICIPANTS - 1)) == []
        assert self._found("host", *["guest"] * MAX_PARTICIPANTS) == [("participants", "too_long")]

    @pytest.mark.parametrize("type_", BUILT_IN_TYPES, ids=lambda type_: type_.name)
    def test_of_built_in_types(self, type_: InteractionType) -> None:
        """Every role of a built-in type is accepted there."""
        parts = tuple(Participant(1, slot.role) for slot in type_.slots)

        assert problems_of(Content(occurred_at=0, participants=parts), type_) == []


class TestContent:
    def test_ends_after_it_begins(self) -> None:
        """It may end when it begins, not before."""
        assert problems_of(Content(occurred_at=5, ended_at=5), EMAIL) == []
        assert [p.path for p in problems_of(Content(occurred_at=5, ended_at=4), EMAIL)] == ["ended_at"]

    def test_texts_have_a_most(self) -> None:
        """Title and body have their lengths."""
        long = Content(occurred_at=0, title="x" * (MAX_TITLE + 1), body="x" * (MAX_BODY + 1))

        assert [(p.path, p.code) for p in problems_of(long, EMAIL)] == [("title", "too_long"), ("body", "too_long")]
        assert problems_of(Content(occurred_at=0, title="x" * MAX_TITLE, body="x" * MAX_BODY), EMAIL) == []

    def test_texts_without_the_null_character(self) -> None:
        """U+0000, which not every store can hold, is refused before it gets there."""
        null = Content(occurred_at=0, title="a\x00", body="\x00b")

        assert [p.path for p in problems_of(null, EMAIL)] == ["title", "body"]

    def test_everything_at_once(self) -> None:
        """All problems are found in one go, each with its path."""
        type_ = _type(
            FieldDefinition("a", FieldKind.INTEGER, minimum=1),
            FieldDefinition("b", required=True),
            slots=(ParticipantSlot("host", required=True),),
        )
        content = Content(occurred_at=5, ended_at=4, participants=(Participant(1, "ghost"),), fields={"a": 0, "c": 1})

        assert [problem.path for problem in problems_of(content, type_)] == [
            "ended_at", "participants[0].role", "participants", "fields.c", "fields.a", "fields.b",
        ]  # fmt: skip


class TestIdentity:
    TYPE = _type(FieldDefinition("a"), FieldDefinition("b"), identity=("a", "b"))

    def _identity(self, **fields: Any) -> str | None:
        return identity_of(Content(occurred_at=0, fields=fields), self.TYPE)

    def test_is_the_identity_fields(self) -> None:
        """The same values make the same identity, in any order and whatever else there is."""
        assert self._identity(a="1", b="2") == self._identity(b="2", a="1", c="3")
        assert self._identity(a="1", b="2") != self._identity(a="2", b="1")

    @given(first=st.tuples(st.text(), st.text()), second=st.tuples(st.text(), st.text()))
    def test_tells_all_values_apart(self, first: tuple[str, str], second: tuple[str, str]) -> None:
        """No two different pairs of values share an identity."""
        one, other = (self._identity(a=a, b=b) for a, b in (first, second))

        assert (one == other) == (first == second)

    def test_a_separator_in_a_value_is_no_separator(self) -> None:
        """A control character in a value does not move it into the next field."""
        assert self._identity(a="x\x1f", b="y") != self._identity(a="x", b="\x1fy")

    def test_long_ones_differ(self) -> None:
        """However long two identities are, one differing character tells them apart."""
        first, second = self._identity(a="x" * 5_000, b="y"), self._identity(a="x" * 5_000, b="z")

        assert first != second

    def test_is_none_without_identity_fields(self) -> None:
        """A type without identity fields identifies nothing."""
        assert identity_of(Content(occurred_at=0), _type(FieldDefinition("a"))) is None
