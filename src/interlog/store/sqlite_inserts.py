"""Inserting rows into SQLite: most of them by blocks, and what all rows share is bound once for all of a block.

A statement costs a quarter more for each row that it does not share, and gives the interpreter's lock away, which has
to be got back from the event loop. Of forty values that an interaction has in its tables, thousands that come together
share nearly thirty, nulls above all, which cost the driver most.
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table

_BLOCK = 64
"""Rows that are inserted by one statement, where there are so many."""

_MOST_TEXTS = 200
"""Statements that are kept: one for each table, and for each choice of columns that its rows have shared."""


class Inserts:
    """Inserts rows through one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._texts: dict[tuple[Table, tuple[bool, ...]], str] = {}

    def insert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, each with all of the table's columns in their order."""
        whole = len(rows) - len(rows) % _BLOCK
        if whole:
            self._insert_blocks(table, rows[:whole])
        if whole < len(rows):
            self._connection.executemany(self._text(table, (), 1), rows[whole:])

    def _insert_blocks(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = list(zip(*rows, strict=True))
        shared = tuple([column.count(column[0]) == len(rows) for column in columns])
        text = self._text(table, shared, _BLOCK)
        common = [column[0] for column, is_shared in zip(columns, shared, strict=True) if is_shared]
        own = [column for column, is_shared in zip(columns, shared, strict=True) if not is_shared]
        for start in range(0, len(rows), _BLOCK):
            values = zip(*[column[start : start + _BLOCK] for column in own], strict=True)
            self._connection.execute(text, [*common, *chain.from_iterable(values)])

    def _text(self, table: Table, shared: tuple[bool, ...], rows: int) -> str:
        text = self._texts.get((table, shared))
        if text is None:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            text = self._texts[table, shared] = _insert_text(table, shared, rows)
        return text


def _insert_text(table: Table, shared: tuple[bool, ...], rows: int) -> str:
    """Return the statement: the values that all rows share come first, then the others, row by row."""
    names = [column.name for column in table.columns]
    shared = shared or (False,) * len(names)
    many = sum(shared)
    places = {index: place for place, index in enumerate([i for i, same in enumerate(shared) if same], 1)}
    own = {index: place for place, index in enumerate([i for i, same in enumerate(shared) if not same], 1)}
    values = [
        ", ".join(f"?{places[i] if i in places else many + row * len(own) + own[i]}" for i in range(len(names)))
        for row in range(rows)
    ]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({'), ('.join(values)})"
