"""Migrations: from nothing to this version's schema, by any number of processes at once."""

import asyncio
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from interlog.ledger import Ledger
from interlog.model.errors import Invalid, Unavailable
from interlog.store.migrate import migrate, schema_problems
from interlog.store.revision import HEAD
from interlog.store.sqlite import connect
from interlog.store.store import Store
from tests.conftest import FreshDatabase
from tests.ledger.conftest import found_firm, meeting

MIGRATE = "import asyncio, sys; from interlog.store.migrate import migrate; asyncio.run(migrate(sys.argv[1]))"


async def test_a_fresh_database_gets_the_declared_schema(database_url: str) -> None:
    """After migrating, the database does not differ from the declared tables."""
    await migrate(database_url)

    assert await schema_problems(database_url) == []


async def test_an_empty_database_differs(database_url: str) -> None:
    """What lacks the schema is told apart from what has it."""
    assert "the schema is at revision None" in (await schema_problems(database_url))[0]


async def test_is_repeatable(database_url: str) -> None:
    """To migrate again changes nothing, and what was stored stays."""
    ledger = await Ledger.open(database_url)
    firm = await found_firm(ledger)
    stored = await ledger.interactions.log(firm.actor, meeting(firm.eve))
    await ledger.close()

    await migrate(database_url)
    await migrate(database_url)

    ledger = await Ledger.open(database_url)
    assert await ledger.interactions.get(firm.actor, stored.interaction.number) == stored.interaction
    assert await ledger.check.problems() == []
    await ledger.close()


async def test_several_processes_may_start_at_once(database_url: str) -> None:
    """However many processes start on an empty database at the same moment, each gets the schema."""
    command = [sys.executable, "-c", MIGRATE, database_url]
    processes = [await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE) for _ in range(4)]
    errors = [(await process.communicate())[1].decode()[-1000:] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, errors
    assert await schema_problems(database_url) == []


async def test_the_first_to_open_a_file_may_be_many(tmp_path: Path) -> None:
    """Who opens a new SQLite file while another writes its first pages waits for him, and does not give up."""
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE thing (id INTEGER)")

    opening = asyncio.create_task(asyncio.to_thread(connect, path))
    await asyncio.sleep(0.1)
    assert not opening.done()
    other.execute("COMMIT")

    opened = await opening
    assert opened.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    opened.close()
    other.close()


async def test_one_process_may_open_several_databases_at_once(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """Stores opened at the same time in one process do not disturb each other's migration."""
    (tmp_path / "other").mkdir()
    with (
        fresh_database("sqlite", tmp_path) as first,
        fresh_database("sqlite", tmp_path / "other") as second,
        fresh_database("postgresql", tmp_path) as third,
        fresh_database("postgresql", tmp_path) as fourth,
    ):
        urls = [first, second, third, fourth]
        for store in await asyncio.gather(*(Store.open(url) for url in urls)):
            await store.close()

        assert [await schema_problems(url) for url in urls] == [[]] * 4


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///", "mysql://a/b", "file.db", "sqlite://host/file.db"])
async def test_another_url_is_refused(url: str) -> None:
    """A URL that names no database of ours is invalid."""
    with pytest.raises(Invalid):
        await Store.open(url)


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """What is not SQLite's is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("this is no database " * 100)

    with pytest.raises(Unavailable):
        await Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("this is no database")


def test_the_revision_looked_for_at_the_start_is_the_newest_one() -> None:
    """A migration that is added without moving HEAD would never run: every start would find nothing to do."""
    script = ScriptDirectory(str(files("interlog.store") / "migrations"))
    assert script.get_current_head() == HEAD
