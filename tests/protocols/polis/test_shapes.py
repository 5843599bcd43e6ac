"""Shapes: canonical values, and every problem of a body at once, each with its pointer (spec 2.9)."""

from typing import Any

import pytest

from interlog.model.errors import Invalid
from interlog.protocols.polis.shapes import (
    MISSING,
    Day,
    Flag,
    Keyed,
    Many,
    Number,
    Reading,
    Shape,
    Text,
    Thing,
    Uuid,
    When,
    without,
)

_ID = "0c5a9f3e-8d47-4b21-a3e6-5f1d7c9b2e76"


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        (Uuid(), _ID.upper(), _ID),
        (When(), "2026-03-14T18:05:30+01:00", "2026-03-14T17:05:30.000Z"),
        (When(), "2026-03-14T17:05:30.1239", "2026-03-14T17:05:30.123Z"),
        (Day(), "1987-09-03T00:00:00.000Z", "1987-09-03"),
        (Day(american=True), "9/3/1987", "1987-09-03"),
        (Number(whole=True), 3.0, 3),
        (Number(least=0), 0.5, 0.5),
        (Many(Flag()), [True, False], [True, False]),
        (Keyed(Number(), key=Uuid()), {_ID.upper(): 4}, {_ID: 4}),
        (Thing({"a": Text(), "b": Text()}, defaults={"b": "x"}), {"a": None}, {"b": "x"}),
    ],
)
def test_values_are_read_into_their_canonical_form(shape: Shape, value: Any, expected: Any) -> None:
    """What fits has one spelling from then on."""
    reading = Reading()
    assert expected == shape.read(value, "", reading)
    assert reading.problems == []


@pytest.mark.parametrize(
    ("shape", "value", "type_"),
    [
        (Text(), 1, "string.base"),
        (Text(), "a\x00", "string.base"),
        (Text(longest=3), "abcd", "string.max"),
        (Text(choices=("a", "b")), "c", "any.allowOnly"),
        (Text(empty=False), " ", "any.empty"),
        (Uuid(), 5, "string.guid"),
        (Uuid(), _ID.replace("-", ""), "string.guid"),
        (Uuid(), "{" + _ID[1:-1] + "}", "string.guid"),
        (Number(), True, "number.base"),
        (Number(), "1", "number.base"),
        (Number(whole=True), 1.5, "number.integer"),
        (Number(least=-90, most=90), 91, "number.max"),
        (Number(least=-90, most=90), -91, "number.min"),
        (Number(), 1e300, "number.max"),
        (Flag(), 1, "boolean.base"),
        (When(), "2026-03-14", "date.isoDate"),
        (When(), "yesterday", "date.isoDate"),
        (Day(), "03/09/1987", "date.isoDate"),
        (Day(american=True), "13/13/1987", "date.isoDate"),
        (Many(Flag(), least=1), [], "array.min"),
        (Many(Flag(), most=1), [True, True], "array.max"),
        (Many(Flag()), {}, "array.base"),
        (Keyed(Flag()), [], "object.base"),
        (Thing({}), "x", "object.base"),
    ],
)
def test_what_does_not_fit_is_named(shape: Shape, value: Any, type_: str) -> None:
    """Each kind of misfit has the type that the vendor's clients know."""
    reading = Reading()
    assert shape.read(value, "/data", reading) is MISSING
    assert [("/data", type_)] == [(problem.path, problem.code) for problem in reading.problems]


def test_all_problems_are_found_at_once() -> None:
    """Each problem has the pointer to it, whatever else is wrong."""
    place = Thing({"lat": Number(), "lng": Number()}, together=(("lat", "lng"),))
    shape = Thing(
        {"id": Uuid(), "name": Text(), "at": Many(place)}, required=("id", "name"), read_only=frozenset({"n"})
    )
    reading = Reading()
    shape.read({"id": 1, "at": [{"lat": 1.0}], "a/b": 1, "n": 1}, "/data", reading)
    found = {(problem.path, problem.code) for problem in reading.problems}
    expected = {
        ("/data/id", "string.guid"),
        ("/data/name", "any.required"),
        ("/data/at/0/lng", "any.required"),
        ("/data/a~1b", "object.allowUnknown"),
        ("/data/n", "any.readOnly"),
    }
    assert expected == found
    with pytest.raises(Invalid):
        reading.check()


def test_unknown_members_can_be_kept() -> None:
    """With the setting for it, what no shape knows is stored as it came."""
    reading = Reading(keep_unknown=True)
    assert Thing({"a": Number()}).read({"a": 1, "b": [2]}, "", reading) == {"a": 1, "b": [2]}
    assert reading.problems == []


def test_a_shape_can_do_without_members() -> None:
    """What is left out of a shape may not be sent."""
    shape = without(Thing({"a": Number(), "b": Number()}, required=("a", "b"), defaults={"b": 1}), ["b"])
    reading = Reading()
    assert shape.read({"a": 1, "b": 2}, "", reading) == {"a": 1}
    assert [problem.code for problem in reading.problems] == ["object.allowUnknown"]
