"""Rows are stored as they are, however many there are, and whatever they share."""

import sqlite3
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlog.store.schema import note_link
from interlog.store.sqlite_inserts import Inserts

COLUMNS = [column.name for column in note_link.columns]
values = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5) | st.booleans()


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Return rows in which each column has one value throughout, few, or another in each row."""
    many = draw(st.integers(1, 200))
    columns = [draw(st.lists(values, min_size=1, max_size=3)) for _ in COLUMNS]
    varied = draw(st.sets(st.sampled_from(range(len(COLUMNS)))))
    return [
        tuple(row if i in varied else column[row * 7 % len(column)] for i, column in enumerate(columns))
        for row in range(many)
    ]


@given(st.lists(tables(), min_size=1, max_size=3))
def test_what_is_inserted_is_there(batches: list[list[tuple[Any, ...]]]) -> None:
    """All rows in all columns, in their order, by one inserter."""
    connection = sqlite3.connect(":memory:")
    names = ", ".join(COLUMNS)
    connection.execute(f"CREATE TABLE {note_link.name} ({names})")
    inserts = Inserts(connection)
    for rows in batches:
        inserts.insert(note_link, rows)
    found = connection.execute(f"SELECT {names} FROM {note_link.name} ORDER BY rowid").fetchall()
    connection.close()
    assert found == [row for rows in batches for row in rows]


def test_what_all_share_is_bound_once() -> None:
    """A statement has a parameter for each value that rows have of their own, and one for each that all share."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE {note_link.name} ({', '.join(COLUMNS)})")
    texts: list[str] = []
    connection.set_trace_callback(texts.append)
    Inserts(connection).insert(note_link, [(None,) * (len(COLUMNS) - 1) + (row,) for row in range(128)])
    connection.close()
    assert sum(text.startswith("INSERT") for text in texts) == 2
