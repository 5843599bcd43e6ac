"""Values by Edm type (spec 6.3, step 5), and the check of an instance against its definition."""

import json
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.customer_insights.checking import MAX_DYNAMIC, Validator
from interlog.protocols.customer_insights.times import moment_text
from interlog.protocols.customer_insights.values import (
    BadValue,
    coercion_of,
    instant_of,
    instant_text,
    moment_of,
    shown_instant,
)


def coerce(edm_type: str, value: Any, **flags: Any) -> Any:
    return coercion_of({"fieldName": "F", "fieldType": edm_type, **flags})(value)


MOODS = [
    {"value": 1, "localizedValueNames": {"de-de": "Froh", "en-us": "Happy"}},
    {"value": 2, "localizedValueNames": {"en-us": "Neutral"}},
    {"value": 4, "localizedValueNames": {"fr-fr": "Triste"}},
]
ENUM = {"isEnum": True, "enumValidValues": MOODS}
FLAGS = {**ENUM, "isFlagEnum": True}


@pytest.mark.parametrize(
    ("edm_type", "flags", "value", "expected"),
    [
        ("Edm.String", {}, "a", "a"),
        ("Edm.String", {}, 12, "12"),
        ("Edm.String", {}, Decimal("1.50"), "1.50"),
        ("Edm.String", {}, True, "true"),
        ("Edm.String", {"maxLength": 3}, "abc", "abc"),
        ("Edm.Boolean", {}, True, True),
        ("Edm.Boolean", {}, "False", False),
        ("Edm.Boolean", {}, 1, True),
        ("Edm.Byte", {}, 255, 255),
        ("Edm.Int16", {}, "-32768", -32768),
        ("Edm.Int32", {}, Decimal("12.0"), 12),
        ("Edm.Int64", {}, 2**63 - 1, 2**63 - 1),
        ("Edm.Decimal", {}, Decimal("1234567890123456789.12345678901234567"), "1234567890123456789.12345678901234567"),
        ("Edm.Decimal", {}, "1.500", "1.5"),
        ("Edm.Decimal", {}, "-0.0", "0"),
        ("Edm.Decimal", {}, Decimal("-0.00"), "0"),
        ("Edm.Decimal", {}, Decimal("0.0"), "0"),
        ("Edm.Decimal", {}, Decimal("-120.00"), "-120"),
        ("Edm.Decimal", {}, Decimal("120.50"), "120.5"),
        ("Edm.Decimal", {}, Decimal("1E+3"), "1000"),
        ("Edm.Decimal", {}, 10**37, str(10**37)),
        ("Edm.Double", {}, Decimal("0.1"), 0.1),
        ("Edm.Double", {}, "INF", "INF"),
        ("Edm.Double", {}, "-inf", "-INF"),
        ("Edm.Single", {}, "NaN", "NaN"),
        ("Edm.Guid", {}, "{6F9619FF-8B86-D011-B42D-00C04FC964FF}", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("Edm.Guid", {}, "(6F9619FF-8B86-D011-B42D-00C04FC964FF)", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("Edm.Guid", {}, "6F9619FF8B86D011B42D00C04FC964FF", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
        ("Edm.DateTimeOffset", {}, "2026-03-04T10:15:00+01:00", "2026-03-04T09:15:00.000000Z"),
        ("Edm.DateTimeOffset", {}, "2026-03-04T09:15", "2026-03-04T09:15:00.000000Z"),
        ("Edm.DateTimeOffset", {}, "2026-03-04 09:15:00.5 Z", "2026-03-04T09:15:00.500000Z"),
        ("Edm.DateTimeOffset", {}, "2026-03-04", "2026-03-04T00:00:00.000000Z"),
        ("Edm.DateTimeOffset", {}, 1772615700000, "2026-03-04T09:15:00.000000Z"),
        ("Edm.DateTimeOffset", {}, "2026-03-04T09:15:00.1234567Z", "2026-03-04T09:15:00.123456Z"),
        ("Edm.Date", {}, "2026-03-04", "2026-03-04"),
        ("Edm.Date", {}, "2026-03-04T23:30:00-08:00", "2026-03-04"),
        ("Edm.TimeOfDay", {}, "09:15", "09:15:00.000000"),
        ("Edm.TimeOfDay", {}, "09:15:00.5", "09:15:00.500000"),
        ("Edm.Duration", {}, "PT90M", "PT1H30M"),
        ("Edm.Duration", {}, "-P1DT0.50S", "-P1DT0.5S"),
        ("Edm.Duration", {}, "PT0S", "PT0S"),
        ("Edm.String", {"isArray": True}, ["a", 1], ["a", "1"]),
        ("Edm.String", {"isArray": True}, "a", ["a"]),
        ("Edm.Int32", {"isArray": True, "arrayValueSeparator": ";"}, "1; 2", [1, 2]),
        ("Edm.Int32", ENUM, 1, 1),
        ("Edm.Int32", ENUM, "froh", 1),
        ("Edm.Int32", ENUM, "2", 2),
        ("Edm.String", ENUM, "FROH", "Happy"),
        ("Edm.String", ENUM, 4, "Triste"),
        ("Edm.Int32", FLAGS, "Happy, neutral", 3),
        ("Edm.Int32", FLAGS, ["Happy", 4], 5),
        ("Edm.Int32", FLAGS, 7, 7),
        ("Edm.Int32", FLAGS, 0, 0),
        ("Edm.String", FLAGS, ["Neutral", "Froh"], "Happy,Neutral"),
        ("Edm.String", {"isLocalizedString": True}, "Hi", {"en-us": "Hi"}),
        ("Edm.String", {"isLocalizedString": True}, {"enUs": "Hi", "de-de": "Hallo"}, {"enUs": "Hi", "de-de": "Hallo"}),
        ("Edm.String", {"isImage": True}, "pics/a.png", "pics/a.png"),
        ("Edm.String", {"isImage": True}, "pics\\a.png", "pics\\a.png"),
    ],
)  # fmt: skip
def test_values_are_taken_and_stored_in_one_spelling(
    edm_type: str, flags: dict[str, Any], value: Any, expected: Any
) -> None:
    """Each row of the table in 6.3 with what it accepts and what it returns."""
    found = coerce(edm_type, value, **flags)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("edm_type", "flags", "value"),
    [
        ("Edm.String", {}, ["a"]),
        ("Edm.String", {}, "a\x00b"),
        ("Edm.Boolean", {}, "yes"),
        ("Edm.Boolean", {}, 2),
        ("Edm.Boolean", {}, []),
        ("Edm.Byte", {}, 256),
        ("Edm.Byte", {}, True),
        ("Edm.Int16", {}, "12a"),
        ("Edm.Int32", {}, 2**31),
        ("Edm.Int32", {}, Decimal("1.5")),
        ("Edm.Int32", {}, Decimal("1E+999999")),
        ("Edm.Int64", {}, 2**63),
        ("Edm.Decimal", {}, "1" * 39),
        ("Edm.Decimal", {}, Decimal("1E+400")),
        ("Edm.Decimal", {}, Decimal("1E-39")),
        ("Edm.Decimal", {}, "NaN"),
        ("Edm.Decimal", {}, "1_000"),
        ("Edm.Decimal", {}, False),
        ("Edm.Double", {}, Decimal("1E+400")),
        ("Edm.Double", {}, 10**400),
        ("Edm.Double", {}, "a"),
        ("Edm.Double", {}, True),
        ("Edm.Guid", {}, "6f9619ff"),
        ("Edm.Guid", {}, 1),
        ("Edm.DateTimeOffset", {}, "yesterday"),
        ("Edm.DateTimeOffset", {}, "0001-01-01T00:00:00+01:00"),
        ("Edm.DateTimeOffset", {}, 10**20),
        ("Edm.DateTimeOffset", {}, Decimal("1E+400")),
        ("Edm.DateTimeOffset", {}, True),
        ("Edm.Date", {}, "2026-02-30"),
        ("Edm.Date", {}, 20260304),
        ("Edm.TimeOfDay", {}, "25:00"),
        ("Edm.TimeOfDay", {}, "09:15Z"),
        ("Edm.Duration", {}, "P"),
        ("Edm.Duration", {}, "P1M"),
        ("Edm.Duration", {}, "1h"),
        ("Edm.Int32", {"isArray": True}, 1),
        ("Edm.Int32", ENUM, 3),
        ("Edm.Int32", ENUM, "Sad"),
        ("Edm.Int32", ENUM, True),
        ("Edm.Int32", FLAGS, 8),
        ("Edm.Int32", FLAGS, ["Happy", "Sad"]),
        ("Edm.Int32", FLAGS, [[1]]),
        ("Edm.String", {"isLocalizedString": True}, {"en-us": 1}),
        ("Edm.String", {"isLocalizedString": True}, ["Hi"]),
        ("Edm.String", {"isImage": True}, "../a.png"),
        ("Edm.String", {"isImage": True}, "https://elsewhere.example/a.png"),
        ("Edm.String", {"isImage": True}, "/a.png"),
        ("Edm.String", {"isImage": True}, ""),
    ],
)
def test_other_values_are_refused(edm_type: str, flags: dict[str, Any], value: Any) -> None:
    """What a type does not take is an ``InvalidValue`` with a message."""
    with pytest.raises(BadValue) as caught:
        coerce(edm_type, value, **flags)
    assert caught.value.code == "InvalidValue"
    assert caught.value.message


def test_a_text_beyond_its_length_is_too_long() -> None:
    """Length has a code of its own; without a ``maxLength`` it is 4000."""
    for flags, text in (({"maxLength": 2}, "abc"), ({}, "a" * 4001)):
        with pytest.raises(BadValue) as caught:
            coerce("Edm.String", text, **flags)
        assert caught.value.code == "ValueTooLong"


def test_a_bad_item_of_a_list_is_named_by_its_place() -> None:
    """The path leads to the item."""
    with pytest.raises(BadValue) as caught:
        coerce("Edm.Int32", [1, "x"], isArray=True)
    assert caught.value.path == "[1]"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_date_times_are_kept_exactly_and_sort_as_text(one: datetime, other: datetime) -> None:
    """Canonical date-times compare as the instants do, and come back as they were."""
    texts = [coerce("Edm.DateTimeOffset", moment.isoformat()) for moment in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)
    assert datetime.fromisoformat(shown_instant(texts[0])) == one
    assert instant_text(instant_of(texts[0])) == texts[0]
    assert moment_text(instant_of(texts[0])) == shown_instant(texts[0])


@given(st.datetimes(timezones=st.timezones() | st.none()))
def test_a_moment_is_read_at_once_as_it_is_in_parts(moment: datetime) -> None:
    """Text, instant and offset are those of the coercion."""
    written = moment.isoformat()
    try:
        text = coerce("Edm.DateTimeOffset", written)
    except BadValue:
        with pytest.raises(BadValue):
            moment_of(written)
        return
    found, instant, offset = moment_of(written)
    assert found == text
    assert instant == instant_of(text)
    seconds = moment.utcoffset() or timedelta(0)
    assert offset == (int(seconds.total_seconds()) // 60 or None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=10, min_value=-(10**20), max_value=10**20))
def test_decimals_are_kept_exactly(number: Decimal) -> None:
    """A decimal has the same value afterwards, and one text for each value."""
    text = coerce("Edm.Decimal", number)
    assert Decimal(text) == number
    assert coerce("Edm.Decimal", text) == text
    assert coerce("Edm.Decimal", str(number)) == text


@given(st.floats())
def test_doubles_are_kept_exactly(number: float) -> None:
    """A double comes back with the same bits, the special ones as their names."""
    value: Any = number if math.isfinite(number) else {"inf": "INF", "-inf": "-INF", "nan": "NaN"}[str(number)]
    assert coerce("Edm.Double", value) == value


@given(st.uuids(), st.dates(), st.times(), st.integers(-(2**63), 2**63 - 1))
def test_guids_dates_times_and_integers_are_kept(uuid: UUID, day: date, clock: time, number: int) -> None:
    """What goes in in its usual spelling comes out as the same value."""
    assert coerce("Edm.Guid", uuid.hex.upper()) == str(uuid)
    assert coerce("Edm.Date", day.isoformat()) == day.isoformat()
    assert time.fromisoformat(coerce("Edm.TimeOfDay", clock.isoformat())) == clock
    assert coerce("Edm.Int64", str(number)) == number


@given(st.integers(0, 10**9), st.integers(0, 10**6 - 1))
def test_durations_have_one_spelling(seconds: int, micros: int) -> None:
    """However many seconds are given, the canonical spelling lasts as long, and is canonical itself."""
    text = coerce("Edm.Duration", f"PT{seconds}.{micros:06}S")
    assert coerce("Edm.Duration", text) == text
    days, _, rest = text[1:].partition("T")
    total = timedelta(days=int(days.rstrip("D") or 0))
    number = ""
    for sign in rest:
        if sign in "HMS":
            total += timedelta(**{{"H": "hours", "M": "minutes", "S": "seconds"}[sign]: float(number)})
            number = ""
        else:
            number += sign
    assert total == timedelta(seconds=seconds, microseconds=micros)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    {"fieldName": name.removeprefix("Edm."), "fieldType": name}
    for name in ("Edm.String", "Edm.Boolean", "Edm.Byte", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Guid",
                 "Edm.DateTimeOffset", "Edm.Date", "Edm.TimeOfDay", "Edm.Duration")
] + [
    {"fieldName": "Many", "fieldType": "Edm.Decimal", "isArray": True, "arrayValueSeparator": "|"},
    {"fieldName": "Mood", "fieldType": "Edm.Int32", **ENUM},
    {"fieldName": "Flags", "fieldType": "Edm.String", **FLAGS},
    {"fieldName": "Texts", "fieldType": "Edm.String", "isLocalizedString": True},
    {"fieldName": "Picture", "fieldType": "Edm.String", "isImage": True},
]  # fmt: skip
VALIDATOR = Validator({"fields": FIELDS}, {"InteractionType": "InteractionType"})


@given(st.dictionaries(st.sampled_from([f["fieldName"] for f in FIELDS]) | st.text(max_size=5), json_values))
def test_any_json_is_stored_or_refused_and_what_is_stored_is_canonical(body: dict[str, Any]) -> None:
    """Whatever comes, there is an answer; canonical values are taken again as they are, also by way of JSON."""
    checked = VALIDATOR.check(body)
    if "\\u0000" not in json.dumps(body, default=str):
        assert VALIDATOR.quick(body) in (None, checked.fields)
    again = VALIDATOR.check(json.loads(json.dumps(checked.fields)))
    assert again.problems == []
    assert again.fields == checked.fields


FIELD = {"fieldName": "VisitKey", "fieldType": "Edm.String"}
MINUTES = {"fieldName": "Minutes", "fieldType": "Edm.Int32"}
VISIT = Validator(
    {"fields": [FIELD, MINUTES]},
    {"InteractionType": "InteractionType", "TimeStamp": "Timestamp", "Timestamp": "Timestamp"},
    ["VisitKey", "Minutes"],
)


def codes(body: dict[str, Any], *, partial: bool = False) -> list[tuple[str | None, str]]:
    return [(problem.target, problem.code) for problem in VISIT.check(body, partial=partial).problems]


def test_declared_names_match_whatever_the_case_and_keep_the_declared_one() -> None:
    """Fields are stored under the casing of the definition; dynamic ones as they came."""
    checked = VISIT.check({"visitKEY": "V-7", "minutes": 1, "lane": "B"})
    assert checked.fields == {"VisitKey": "V-7", "Minutes": 1, "lane": "B"}


def test_a_name_given_twice_must_have_one_value() -> None:
    """The same property in two casings is refused only where the values differ."""
    assert codes({"VisitKey": "V-7", "visitkey": "V-7", "Minutes": 1}) == []
    assert codes({"VisitKey": "V-7", "visitkey": "V-8", "Minutes": 1}) == [("VisitKey", "DuplicateProperty")]


def test_every_problem_is_reported_at_once() -> None:
    """Bad values, bad names and what is missing; a field with a bad value is not missing too."""
    assert codes({"Minutes": "x", "not a name": 1, "Deep": [[["a\x00"]]]}) == [
        ("Minutes", "InvalidValue"),
        ("not a name", "InvalidPropertyName"),
        ("Deep", "InvalidValue"),
        ("VisitKey", "MissingRequiredField"),
    ]


def test_null_is_absent_and_clears_in_a_change() -> None:
    """A null does not fill a required field, and a change may not take one away."""
    assert codes({"VisitKey": None, "Minutes": 1}) == [("VisitKey", "MissingRequiredField")]
    assert VISIT.check({"VisitKey": "V", "Minutes": 1, "Lane": None}).cleared == ["Lane"]
    assert codes({"Lane": None, "minutes": None}, partial=True) == [("Minutes", "MissingRequiredField")]


def test_control_information_and_system_members_are_no_fields() -> None:
    """``@odata`` members say nothing; system members are handed out under their canonical names."""
    body = {"@odata.type": "#X", "VisitKey@odata.type": "#String", "VisitKey": "V", "Minutes": 1,
            "interactiontype": "Visit", "TimeStamp": "2026-03-04", "LastModifiedTimestamp": "2026"}  # fmt: skip
    checked = VISIT.check(body)
    assert checked.problems == []
    assert checked.fields == {"VisitKey": "V", "Minutes": 1}
    assert checked.system == {"InteractionType": "Visit", "Timestamp": "2026-03-04"}


def test_a_dynamic_value_has_bounds() -> None:
    """Not longer than 64 KiB, not deeper than 32 levels, no number that a double cannot hold."""
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    base = {"VisitKey": "V", "Minutes": 1}
    assert codes({**base, "Long": "a" * MAX_DYNAMIC}) == []
    assert codes({**base, "Long": "ä" * MAX_DYNAMIC}) == [("Long", "ValueTooLong")]
    assert codes({**base, "Long": ["a" * MAX_DYNAMIC]}) == [("Long", "ValueTooLong")]
    assert codes({**base, "Deep": deep}) == [("Deep", "InvalidValue")]
    assert codes({**base, "Huge": Decimal("1E+999")}) == [("Huge", "InvalidValue")]
    assert codes({**base, "a" * 129: 1}) == [("a" * 128, "InvalidPropertyName")]
