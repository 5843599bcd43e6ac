"""Rows of a CSV, and the definition that they suggest."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.definitions import MAX_FIELDS
from interlog.model.samples import MAX_ROWS, csv_rows, proposal, with_names
from interlog.model.types import FieldKind

TEXTS = st.text(st.characters(exclude_characters="\x00\r\n", exclude_categories=("Cs",)), max_size=5)


@given(st.sampled_from(",;\t"), st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=5))
def test_what_was_written_is_read(delimiter: str, rows: list[list[str]]) -> None:
    """By comma, semicolon or tab; an empty value is none."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([["a", "b", "c"], *rows])
    expected = [dict(zip("abc", (value or None for value in row), strict=True)) for row in rows]
    assert csv_rows(text.getvalue()) == expected


@pytest.mark.parametrize("text", ['a,b\n"x', ",".join("x" * (MAX_FIELDS + 1))])
def test_what_is_no_csv(text: str) -> None:
    """It is said what is wrong; columns are bounded, as fields are."""
    with pytest.raises(ValueError, match=r"."):
        csv_rows(text)


def test_rows_are_bounded() -> None:
    """A sample need not be longer."""
    assert len(csv_rows("a\n" + "1\n" * (MAX_ROWS + 5))) == MAX_ROWS


def test_columns_get_names() -> None:
    """Each another one; a column without a word in its title is left out."""
    rows, titles = with_names(csv_rows("Visit no.,visit_no,€,Größe\n1,2,3,4\n"))
    assert rows == [{"Visit_no": "1", "visit_no_2": "2", "Größe": "4"}]
    assert titles == {"Visit_no": "Visit no.", "visit_no_2": "visit_no", "Größe": "Größe"}
    found = proposal(rows)
    assert [column.field.kind for column in found.columns] == [FieldKind.INTEGER] * 3
    assert found.identity == ("Visit_no",)
