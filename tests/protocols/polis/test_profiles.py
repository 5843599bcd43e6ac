"""Profiles of contacts: three spellings, one that is stored, and pointers into it (spec 4.1, 4.2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.polis.profiles import first, patch_pointer, read_first, read_second, second, stored_pointer
from interlog.protocols.polis.shapes import MISSING, Reading

_word = st.text("aZß山1 -'.", min_size=1, max_size=8)
_email = st.sampled_from([f"{name}@x.example" for name in ("a", "B.c", "ü+d")])


def _some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=members)


_street = st.fixed_dictionaries(
    {"formatted": _word, "route": _word, "number": _word}, optional={"unit": _word, "unitType": _word}
)
_lat, _lng = st.integers(-90, 90), st.integers(-180, 180)
_shared = {
    "gender": st.sampled_from("dfmno"),
    "languages": st.lists(st.sampled_from(["en", "es", "zh"]), max_size=2),
    "birthdate": st.dates().map(str),
    "age": st.integers(0, 120),
}
_first = st.fixed_dictionaries(
    {
        "address": _some(
            **dict.fromkeys(("country", "formatted", "postalCode", "state", "county", "city", "neighborhood"), _word),
            position=st.tuples(_lng, _lat).map(lambda at: {"type": "Point", "coordinates": list(at)}),
            streetAddress=_street,
        )
    },
    optional={
        "name": st.fixed_dictionaries({"first": _word, "last": _word}, optional={"title": _word, "middle": _word}),
        "email": _email,
        "phone": st.lists(_word, unique=True, max_size=3),
        **_shared,
    },
)
_detail = {"active": st.booleans(), "primary": st.booleans()}
_anglican = st.fixed_dictionaries(
    {"given": _word, "surname": _word}, optional={"middlename": _word, "suffix": _word, "title": _word}
)
_second = st.fixed_dictionaries(
    {"name": st.fixed_dictionaries({"anglican": _anglican})},
    optional={
        "emails": st.lists(st.fixed_dictionaries({"email": _email, **_detail}), min_size=1, max_size=3),
        "phones": st.lists(
            st.fixed_dictionaries({"phone": _word, **_detail}, optional={"phoneType": st.just("mobile")}), min_size=1
        ),
        **_shared,
    },
)
_region = _some(abbr=_word, type=_word).flatmap(lambda rest: _word.map(lambda name: rest | {"name": name}))
_location = _some(
    coords=st.fixed_dictionaries({"lat": _lat, "lng": _lng}),
    country=_region.map(lambda region: {k: v for k, v in region.items() if k != "type"}),
    statoid01=_region,
    statoid02=_region,
    statoid03=_region,
    statoid04=_region,
    formatted=_word,
    postalCode=_word,
    streetAddress=_street,
)


def _read(read: Any, value: Any, before: dict[str, Any] | None = None) -> dict[str, Any]:
    reading = Reading()
    found: dict[str, Any] = read(value, "/data/profile", reading, before or {})
    reading.check()
    return found


@given(_first)
def test_version_1_comes_back_as_it_was_sent(profile: dict[str, Any]) -> None:
    """What version 1 stores, it shows; reading that again changes nothing that is stored."""
    stored = _read(read_first, profile)
    assert profile == first(stored)
    assert stored == _read(read_first, first(stored), stored)


@given(_second)
def test_version_2_comes_back_as_it_was_sent(profile: dict[str, Any]) -> None:
    """What version 2 stores, it shows; reading that again changes nothing that is stored."""
    stored = _read(read_second, profile)
    assert profile == second(stored)
    assert stored == _read(read_second, second(stored), stored)


@given(_second, _first)
def test_either_version_keeps_what_only_the_other_shows(two: dict[str, Any], one: dict[str, Any]) -> None:
    """Writing back what one version shows loses nothing of the other."""
    stored = _read(read_second, two, _read(read_first, one))
    assert one["address"] == first(stored)["address"]
    again = _read(read_first, first(stored), stored)
    assert again["emails"] == stored["emails"] if "emails" in stored else "emails" not in again
    assert again.get("phones", []) == stored.get("phones", []) or len({p["phone"] for p in stored["phones"]}) < len(
        stored["phones"]
    )


@given(_anglican, _location)
def test_pointers_of_the_older_form_find_what_it_said(name: dict[str, Any], location: dict[str, Any]) -> None:
    """Each value of the older form is found by its own pointer, wherever it is stored."""
    profile = {"name": {"anglican": name}, "location": location}
    stored = {"profile": _read(read_first, profile)}

    def leaves(value: Any, path: tuple[str, ...] = ()) -> Any:
        if isinstance(value, dict):
            for key, part in value.items():
                yield from leaves(part, (*path, key))
        else:
            yield path, value

    for path, value in leaves(profile, ()):
        found: Any = stored
        for segment in stored_pointer(1, ("profile", *path)):
            found = found[int(segment)] if isinstance(found, list) else found[segment]
        assert value == found, path


def test_the_older_form_is_shown_as_the_documented_one() -> None:
    """A profile of 2018 reads like one of today, its birthday without a time."""
    older = {
        "name": {"anglican": {"title": "Mr", "given": "John", "middlename": "X", "surname": "Snow"}},
        "location": {
            "coords": {"lat": 42.35, "lng": -71.06},
            "country": {"abbr": "US", "name": "United States of America"},
            "statoid01": {"abbr": "MA", "name": "Massachusetts", "type": "State"},
            "statoid03": {"name": "Boston"},
            "streetAddress": {"number": "100", "route": "Boylston Street", "formatted": "100 Boylston Street"},
        },
        "birthdate": "1987-09-03T00:00:00.000Z",
    }
    expected = {
        "name": {"title": "Mr", "first": "John", "middle": "X", "last": "Snow"},
        "address": {
            "position": {"type": "Point", "coordinates": [-71.06, 42.35]},
            "country": "United States of America",
            "state": "Massachusetts",
            "city": "Boston",
            "streetAddress": {"number": "100", "route": "Boylston Street", "formatted": "100 Boylston Street"},
        },
        "birthdate": "1987-09-03",
    }
    assert expected == first(_read(read_first, older))


@pytest.mark.parametrize(
    ("profile", "problems"),
    [
        ({"address": {}, "name": {"first": "A"}}, {("/name/last", "any.required")}),
        ({"name": {"first": "A", "last": "B"}}, {("/address", "any.required")}),
        ({"address": {}, "location": {}}, {("/location", "object.allowUnknown")}),
        (
            {"address": {}, "name": {"first": "A", "last": "B", "anglican": {}}},
            {("/name", "object.allowUnknown")},
        ),
        (
            {"address": {"streetAddress": {"unit": "1"}, "position": {"type": "Point", "coordinates": [200, 91]}}},
            {
                ("/address/streetAddress/formatted", "any.required"),
                ("/address/streetAddress/route", "any.required"),
                ("/address/streetAddress/number", "any.required"),
                ("/address/position/coordinates/0", "number.max"),
                ("/address/position/coordinates/1", "number.max"),
            },
        ),
        (
            {"address": {"position": {"type": "Line", "coordinates": [1]}}},
            {("/address/position/type", "any.allowOnly"), ("/address/position/coordinates", "array.length")},
        ),
        (
            {"address": {}, "gender": "x", "languages": ["english"], "birthdate": "3/9/87", "age": 1.5, "emails": []},
            {
                ("/gender", "any.allowOnly"),
                ("/languages/0", "any.allowOnly"),
                ("/birthdate", "date.isoDate"),
                ("/age", "number.integer"),
                ("/emails", "object.allowUnknown"),
            },
        ),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_with_every_problem(
    profile: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    """All problems are told, each by the pointer to it."""
    reading = Reading()
    read_first(profile, "", reading, {})
    assert problems == {(problem.path, problem.code) for problem in reading.problems}


def test_details_that_do_not_fit_are_refused() -> None:
    """Of version 2 too, all problems are told, each by the pointer to it."""
    reading = Reading()
    profile = {"name": {"anglican": {"given": 1}}, "phones": [{"phone": True}], "emails": [{"active": 1}]}
    assert read_second(profile, "", reading, {}) is MISSING
    assert {
        ("/name/anglican/given", "string.base"),
        ("/phones/0/phone", "string.base"),
        ("/emails/0/active", "boolean.base"),
        ("/emails/0/email", "any.required"),
    } == {(problem.path, problem.code) for problem in reading.problems}


def test_another_main_address_takes_the_place_of_the_former() -> None:
    """A change in version 1 keeps the other addresses, and what is known of telephone numbers."""
    before = _read(
        read_second,
        {
            "name": {"anglican": {"given": "A", "surname": "B"}},
            "emails": [{"email": "a@x.example", "primary": True}, {"email": "b@x.example"}],
            "phones": [{"phone": "1", "phoneType": "home"}, {"phone": "2"}],
        },
    )
    after = _read(read_first, first(before) | {"address": {}, "email": "c@x.example", "phone": ["3", "1"]}, before)
    assert [(e["email"], e["primary"]) for e in after["emails"]] == [("c@x.example", True), ("b@x.example", False)]
    assert [(p["phone"], p.get("phoneType")) for p in after["phones"]] == [("3", None), ("1", "home")]


@pytest.mark.parametrize(
    ("version", "path", "value", "expected"),
    [
        (1, "profile/name/anglican/given", "A", ("profile/name/first", "A")),
        (1, "profile/name/anglican", {"given": "A", "surname": "B"}, ("profile/name", {"first": "A", "last": "B"})),
        (1, "profile/location/coords/lat", 1, ("profile/address/position/coordinates/1", 1)),
        (
            1,
            "profile/location/coords",
            {"lat": 1, "lng": 2},
            ("profile/address/position", {"type": "Point", "coordinates": [2, 1]}),
        ),
        (1, "profile/location/statoid03/name", "X", ("profile/address/city", "X")),
        (1, "profile/location", {"statoid03": {"name": "X"}}, ("profile/address", {"city": "X"})),
        (1, "profile/email", "x", ("profile/email", "x")),
        (2, "profile/name/first", "A", ("profile/name/anglican/given", "A")),
        (
            2,
            "profile/name",
            {"first": "A", "last": "B"},
            ("profile/name", {"anglican": {"given": "A", "surname": "B"}}),
        ),
        (2, "profile/name/anglican/given", "A", ("profile/name/anglican/given", "A")),
        (2, "notes", "A", ("notes", "A")),
    ],
)
def test_patches_reach_a_contact_in_either_spelling(
    version: int, path: str, value: Any, expected: tuple[str, Any]
) -> None:
    """An operation on the other spelling becomes one on the spelling that the version shows."""
    found, new = patch_pointer(version, tuple(path.split("/")), value)
    assert expected == ("/".join(found), new)
