"""Keys in paths (spec 6.2)."""

from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.customer_insights.ids import (
    BadKey,
    Segment,
    key_text,
    named_key_text,
    split_path,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", []),
        ("/Interactions", [Segment("Interactions")]),
        ("/Interactions()", [Segment("Interactions")]),
        ("/$metadata", [Segment("$metadata")]),
        ("/Contacts('42')/Interactions", [Segment("Contacts", "42"), Segment("Interactions")]),
        ("/Contacts(42)", [Segment("Contacts", "42")]),
        ("/People('O''Hara')", [Segment("People", "O'Hara")]),
        ("/People('a/b(c),d=e')/$count", [Segment("People", "a/b(c),d=e"), Segment("$count")]),
        ("/People('')", [Segment("People", "")]),
        (
            "/Households(Street='Elm St',Number=9)",
            [Segment("Households", {"Street": "Elm St", "Number": 9})],
        ),
        (
            "/H( Street = 'Elm St' , Number = 9.50 , Ok = true )",
            [Segment("H", {"Street": "Elm St", "Number": Decimal("9.50"), "Ok": True})],
        ),
        ("/G(6f9619ff-8b86-d011-b42d-00c04fc964ff)", [Segment("G", "6f9619ff-8b86-d011-b42d-00c04fc964ff")]),
        ("/G(Id=guid'6f9619ff')", [Segment("G", {"Id": "6f9619ff"})]),
        ("/T(At=2026-03-04T09:15:00Z)", [Segment("T", {"At": "2026-03-04T09:15:00Z"})]),
        ("/Interactions/", [Segment("Interactions")]),
    ],
)
def test_keys_in_paths_are_read(path: str, expected: list[Segment]) -> None:
    """Keys are unnamed or named, quoted or not, with doubled quotes and spaces after commas."""
    assert split_path(path) == expected


@pytest.mark.parametrize(
    "path",
    ["/A('x", "/A('x'", "/A(x,y)", "/A(a=1,b)", "/A(a=1,a=2)", "/A('x')y", "/1A", "/A(a=)", "/A(,)", "/A((1))", "/A b"],
)
def test_a_malformed_key_is_refused_with_its_position(path: str) -> None:
    """What is no key raises an error that says where."""
    with pytest.raises(BadKey, match="position"):
        split_path(path)


@given(st.text(min_size=0, max_size=60))
def test_any_key_survives_a_path(key: str) -> None:
    """What is written into a path is read from it again."""
    key = key.encode(errors="replace").decode()
    path = unquote(f"/Contacts{key_text(key)}/Interactions")
    assert split_path(path) == [Segment("Contacts", key), Segment("Interactions")]


@given(st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True), st.text(max_size=20), min_size=1))
def test_any_named_key_survives_a_path(values: dict[str, str]) -> None:
    """Named keys too."""
    values = {name: value.encode(errors="replace").decode() for name, value in values.items()}
    assert split_path(unquote("/Set" + named_key_text(values))) == [Segment("Set", values)]


@given(st.text(max_size=80))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    """Reading a path ends in its segments or in ``BadKey``, whatever it says."""
    try:
        split_path("/" + text)
    except BadKey:
        pass
