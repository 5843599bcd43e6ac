"""The texts of the index of marked fields sort as the values do."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.expressions import Kind
from interlog.model.types import FieldDefinition, FieldKind, InteractionType
from interlog.store.field_values import LONGEST, NULL, key_of, marked

numbers = st.one_of(
    st.integers(-(10**38), 10**38),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=9),
    st.integers(-1000, 1000).map(lambda number: number / 8),
)


@given(numbers, numbers)
def test_numbers_of_any_spelling(one: Any, other: Any) -> None:
    """Integers, decimals and floating point share one order, and equal numbers one text."""
    first, second = (key_of(str(n) if isinstance(n, Decimal) else n, Kind.DECIMAL) for n in (one, other))
    left, right = (Decimal(repr(n)) if isinstance(n, float) else Decimal(n) for n in (one, other))
    assert (first < second, first == second) == (left < right, left == right)
    assert first.isascii() and first > "a"


@given(st.text(max_size=LONGEST), st.text(max_size=LONGEST))
def test_texts(one: str, other: str) -> None:
    """Texts sort by the code points of their characters, as both engines compare them."""
    assert (key_of(one, Kind.TEXT) < key_of(other, Kind.TEXT)) == (one.encode() < other.encode())


@given(st.datetimes(), st.datetimes())
def test_instants(one: Any, other: Any) -> None:
    """Instants sort as time does, with and without fractions; a date is its midnight."""
    first, second = (key_of(moment.isoformat() + "Z", Kind.INSTANT) for moment in (one, other))
    assert (first < second, first == second) == (one < other, one == other)
    assert key_of(one.date().isoformat(), Kind.INSTANT) == key_of(f"{one.date()}T00:00:00.0Z", Kind.INSTANT)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, Kind.TEXT),
        (5, Kind.TEXT),
        ("5", Kind.NUMBER),
        (True, Kind.NUMBER),
        ("INF", Kind.DECIMAL),
        ("1_0", Kind.DECIMAL),
        (1, Kind.BOOLEAN),
        ("yes", Kind.BOOLEAN),
        ("2026-03-04T09:15:00+01:00", Kind.INSTANT),
        ("tomorrow", Kind.DATE),
        ("9:15", Kind.TIME),
        ([1], Kind.NUMBER),
        ({"a": 1}, Kind.TEXT),
    ],
)
def test_what_is_of_another_kind_is_null(value: Any, kind: Kind) -> None:
    """A value that conditions on the field take for null is null in the index too."""
    assert key_of(value, kind) == NULL


def test_only_single_values_are_marked() -> None:
    """Lists, localized texts and objects are not in the index, whatever their mark says."""
    fields = (
        FieldDefinition("One", indexed=True),
        FieldDefinition("Plain"),
        FieldDefinition("List", many=True, indexed=True),
        FieldDefinition("Local", FieldKind.LOCALIZED, indexed=True),
        FieldDefinition("Any", FieldKind.OBJECT, indexed=True),
        FieldDefinition("Choice", FieldKind.CHOICE, choices=(1, 2), indexed=True),
    )
    type_ = InteractionType(id=1, name="Visit", fields=fields)
    assert marked(type_) == {"One": Kind.TEXT, "Choice": Kind.NUMBER}
