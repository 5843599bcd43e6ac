"""Names for programs, made from what people call things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.definitions import IDENTIFIER, MAX_NAME, NAME
from interlog.model.naming import identifier_of, type_name_of


@pytest.mark.parametrize(
    ("text", "field", "type_"),
    [
        ("Branch visit", "Branch_visit", "BranchVisit"),
        (" Wait (min) ", "Wait_min", "WaitMin"),
        ("Größe", "Größe", "Grosse"),
        ("Straße 7", "Straße_7", "Strasse7"),
        ("2nd", "_2nd", "nd"),
        ("visitId", "visitId", "VisitId"),
        ("…", "", ""),
        ("", "", ""),
    ],
)
def test_names(text: str, field: str, type_: str) -> None:
    """Words stay readable."""
    assert (identifier_of(text), type_name_of(text)) == (field, type_)


@given(st.text(max_size=300))
def test_a_name_is_one_or_empty(text: str) -> None:
    """Whatever people call something."""
    field, type_ = identifier_of(text), type_name_of(text)
    assert not field or (IDENTIFIER.fullmatch(field) and len(field) <= MAX_NAME)
    assert len(type_) < 2 or (NAME.fullmatch(type_) and len(type_) <= MAX_NAME)


@given(st.lists(st.sampled_from(["a", "A", "a!", "a_2", "b", ""]), max_size=8))
def test_names_that_are_taken(texts: list[str]) -> None:
    """No two are the same, in whatever case."""
    taken: set[str] = set()
    for text in texts:
        name = identifier_of(text, taken)
        assert name.casefold() not in taken
        if name:
            taken.add(name.casefold())
