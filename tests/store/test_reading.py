"""Reads on SQLite: those of one turn of the event loop share a transaction, which ends with the turn."""

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import select

from interlog.store.schema import tenant
from interlog.store.sqlite import SqliteDatabase
from interlog.store.statements import Query
from interlog.store.store import Store

NAMES = Query(select(tenant.c.name))


async def test_the_reads_of_a_turn_see_one_state_and_the_next_turn_what_came_since(tmp_path: Path) -> None:
    """Another process' commit shows in the next turn: no transaction stays open to hide it, or to hold up the log."""
    path = tmp_path / "shared.db"
    store = await Store.open(f"sqlite:///{path}")
    database = store.database
    assert isinstance(database, SqliteDatabase)
    try:
        assert await database.fetch(NAMES) == []
        with sqlite3.connect(path) as other:
            other.execute("INSERT INTO tenant (id, name, settings, created_at, version) VALUES (1, 'acme', '{}', 0, 1)")
        other.close()
        assert await database.fetch(NAMES) == []
        await asyncio.sleep(0)
        assert await database.fetch(NAMES) == [("acme",)]
        await asyncio.sleep(0)
        with sqlite3.connect(path) as other:
            busy, in_log, moved = other.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
        other.close()
        assert (busy, in_log) == (0, moved)
    finally:
        await store.close()
