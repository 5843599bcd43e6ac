"""``interlog db``."""

import importlib.util
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from interlog.ledger import Ledger
from interlog.ledger.interactions import Logged
from interlog.ledger.tenants import system_actor
from interlog.model.errors import NotFound
from interlog.model.files import Holder
from interlog.model.interactions import Content, Draft
from interlog.model.journal import Entity, Position
from interlog.model.parties import PersonDraft
from interlog.store.distribute import _statements
from interlog.store.journal import entries_since
from interlog.store.schema import metadata
from tests.cli.conftest import Run, Serve
from tests.postgres import PACKAGE, PROGRAMS
from tests.uploads import content_of, put_file

Init = Callable[[str], dict[str, Any]]


@pytest.fixture
def programs() -> dict[str, str]:
    """Environment variables by which PostgreSQL's client programs are found."""
    package = importlib.util.find_spec(PACKAGE)
    assert package is not None and package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0]).parent / PROGRAMS
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path}/interlog.db"


def test_a_fresh_store_is_clean(interlog: Run, init: Init, database_url: str) -> None:
    """A store as init leaves it has no problems."""
    init(database_url)

    assert interlog("db", "check", "--json", db=database_url).data == {"clean": True, "problems": []}


def test_problems_are_listed_and_the_exit_code_is_1(
    command: Run, interlog: Run, init: Init, sqlite_url: str, tmp_path: Path
) -> None:
    """What does not hold is told on standard output, as text and as JSON, with exit code 1."""
    init(sqlite_url)
    with sqlite3.connect(tmp_path / "interlog.db") as connection:
        connection.execute("INSERT INTO participant VALUES (1, 0, 77, 0, 5, 1, 0)")
    connection.close()

    done = interlog("db", "check", db=sqlite_url)

    assert done.code == 1
    assert "1 participant rows of a person that does not exist" in done.out
    assert '"clean":false' in command("db", "check", "--json", db=sqlite_url).out


async def test_columns_that_contradict_each_other_are_told(
    interlog: Run, init: Init, sqlite_url: str, tmp_path: Path
) -> None:
    """What lists show stands in one column, what they select by in others: the check compares them."""
    init(sqlite_url)
    ledger = await Ledger.open(sqlite_url)
    tenant = await ledger.tenants.by_name("acme")
    drafts = [Draft(type="Meeting", content=Content(occurred_at=at, body="Talked")) for at in (1, 2)]
    first, second = await ledger.interactions.log_many(system_actor(tenant, 1), drafts)
    assert isinstance(first, Logged)
    assert isinstance(second, Logged)
    await ledger.close()
    assert interlog("db", "check", db=sqlite_url).out == "clean\n"
    number = second.interaction.number
    with sqlite3.connect(tmp_path / "interlog.db") as connection:
        connection.execute("UPDATE interaction SET created_at = created_at - 1 WHERE number = ?", (number,))
    connection.close()

    done = interlog("db", "check", "--json", db=sqlite_url)

    problems = [f"tenant acme: the columns of interaction {number} contradict each other"]
    assert (done.code, json.loads(done.out)) == (1, {"clean": False, "problems": problems})


def test_migrate_tells_from_where_to_where(interlog: Run, database_url: str) -> None:
    """The first migration comes from nothing, the second has nothing to do."""
    first = interlog("db", "migrate", "--json", db=database_url).data

    assert first["from"] is None
    assert interlog("db", "migrate", "--json", db=database_url).data == {"from": first["to"], "to": first["to"]}


async def _tenants(url: str) -> list[str]:
    ledger = await Ledger.open(url)
    names = [tenant.name for tenant in await ledger.tenants.all()]
    await ledger.close()
    return names


async def test_a_backup_brings_everything_back(
    interlog: Run, init: Init, database_url: str, programs: dict[str, str], tmp_path: Path
) -> None:
    """What was there at the time of the backup is there after the restore, and what came later is gone."""
    copy = tmp_path / "copy"
    init(database_url)
    assert interlog("db", "backup", str(copy), "--json", db=database_url, **programs).data["file"] == str(copy)
    assert copy.stat().st_mode & 0o077 == 0
    later = ("--tenant", "later", "--domain", "later.example", "--owner", "Ben Abt <ben@later.example>")
    assert interlog("init", *later, db=database_url).code == 0

    refused = interlog("db", "restore", str(copy), db=database_url, **programs)
    assert refused.code == 1
    assert "holds data; --force replaces it" in refused.err
    assert await _tenants(database_url) == ["acme", "later"]

    assert interlog("db", "restore", str(copy), "--force", "--json", db=database_url, **programs).code == 0
    assert await _tenants(database_url) == ["acme"]
    assert interlog("db", "check", db=database_url).out == "clean\n"


async def _with_file(url: str, data: bytes, files: Path) -> int:
    """Store a file beside the owner of a store's tenant; returns its id."""
    ledger = await Ledger.open(url, files=files)
    try:
        actor = system_actor(await ledger.tenants.by_name("acme"), 1)
        return (await put_file(ledger, actor, Holder.PERSON, 1, data)).id
    finally:
        await ledger.close()


async def _content(url: str, id_: int, files: Path) -> bytes:
    ledger = await Ledger.open(url, files=files)
    try:
        return await content_of(ledger, system_actor(await ledger.tenants.by_name("acme"), 1), id_)
    finally:
        await ledger.close()


async def test_a_backup_brings_files_back(
    interlog: Run, init: Init, database_url: str, programs: dict[str, str], tmp_path: Path
) -> None:
    """Contents of files are in the backup; they are put to their places, whatever became of them meanwhile."""
    copy, data, files = tmp_path / "copy", os.urandom(3_000_000), tmp_path / "files"
    variables = programs | {"INTERLOG_FILES": str(files)}
    init(database_url)
    id_ = await _with_file(database_url, data, files)
    assert interlog("db", "backup", str(copy), db=database_url, **variables).code == 0
    assert copy.stat().st_mode & 0o077 == 0
    files.rename(tmp_path / "lost")
    later = await _with_file(database_url, b"later", files)

    assert interlog("db", "restore", str(copy), "--force", db=database_url, **variables).code == 0
    assert await _content(database_url, id_, files) == data
    assert interlog("db", "check", db=database_url, **variables).out == "clean\n"
    with pytest.raises(NotFound):
        await _content(database_url, later, files)


async def test_a_folder_of_files_elsewhere(interlog: Run, init: Init, sqlite_url: str, tmp_path: Path) -> None:
    """A backup takes the files from the folder that is set; a restore puts them to the folder of the new store."""
    init(sqlite_url)
    files = tmp_path / "elsewhere"
    id_ = await _with_file(sqlite_url, b"text", files)
    assert "content of file" in interlog("db", "check", db=sqlite_url).out
    assert interlog("db", "backup", str(tmp_path / "copy"), db=sqlite_url, INTERLOG_FILES=str(files)).code == 0

    other = f"sqlite:///{tmp_path}/new/other.db"
    assert interlog("db", "restore", str(tmp_path / "copy"), db=other).code == 0
    assert await _content(other, id_, tmp_path / "new" / "other.db.files") == b"text"
    assert interlog("db", "check", db=other).out == "clean\n"


def test_a_hostile_archive_is_refused(interlog: Run, sqlite_url: str, tmp_path: Path) -> None:
    """A name that leads out of the folder of files, a link, and what is no content."""
    for name, kind in (
        ("files/../../evil", tarfile.REGTYPE),
        ("/etc/evil", tarfile.REGTYPE),
        ("store", tarfile.SYMTYPE),
    ):
        copy = tmp_path / "copy"
        with tarfile.open(copy, "w") as archive:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
        done = interlog("db", "restore", str(copy), "--force", db=sqlite_url)
        assert done.code == 1
        assert "is no backup of a store" in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"copy"}


async def test_the_journal_goes_on_after_a_restore_into_another_server(
    interlog: Run, init: Init, postgres_url: str, programs: dict[str, str], tmp_path: Path
) -> None:
    """A server that numbers its transactions lower hides no entry of the old one, and adds new ones behind them."""
    tenant = init(postgres_url)["tenant"]
    connection = await asyncpg.connect(postgres_url)
    await connection.execute("UPDATE journal SET epoch = epoch + 1000000000")
    await connection.close()
    copy = str(tmp_path / "copy")
    assert interlog("db", "backup", copy, db=postgres_url, **programs).code == 0

    assert interlog("db", "restore", copy, "--force", db=postgres_url, **programs).code == 0

    ledger = await Ledger.open(postgres_url)
    try:
        database, found = ledger.store.database, await ledger.tenants.by_name(tenant)
        before = await entries_since(database, found.id, Position(0, 0), 100)
        await ledger.persons.create(system_actor(found, 1), PersonDraft(first_name="New"))
        after = await entries_since(database, found.id, Position(0, 0), 100)
        assert before
        assert after[: len(before)] == before
        assert [entry.entity for entry in after[len(before) :]] == [Entity.PERSON]
    finally:
        await ledger.close()


async def test_a_restore_makes_a_store(interlog: Run, init: Init, sqlite_url: str, tmp_path: Path) -> None:
    """A copy can be restored to where there is nothing yet."""
    init(sqlite_url)
    interlog("db", "backup", str(tmp_path / "copy"), db=sqlite_url)

    other = f"sqlite:///{tmp_path}/new/other.db"
    assert interlog("db", "restore", str(tmp_path / "copy"), db=other).code == 0
    assert await _tenants(other) == ["acme"]


def test_a_backup_replaces_no_file_unasked(interlog: Run, init: Init, sqlite_url: str, tmp_path: Path) -> None:
    """An existing file stays, unless --force is given."""
    init(sqlite_url)
    copy = tmp_path / "copy"
    copy.write_text("precious")

    assert "exists; --force replaces it" in interlog("db", "backup", str(copy), db=sqlite_url).err
    assert copy.read_text() == "precious"
    assert interlog("db", "backup", str(copy), "--force", db=sqlite_url).code == 0


def test_a_store_in_use_is_not_replaced(
    interlog: Run, init: Init, serve: Serve, database_url: str, programs: dict[str, str], tmp_path: Path
) -> None:
    """A backup of a store that is served works, a restore is refused even with --force."""
    init(database_url)
    copy = str(tmp_path / "copy")
    with serve("--db", database_url):
        assert interlog("db", "backup", copy, db=database_url, **programs).code == 0
        refused = interlog("db", "restore", copy, "--force", db=database_url, **programs)

    assert refused.code == 1
    assert "is in use" in refused.err


def test_a_file_that_is_no_backup_is_refused(
    interlog: Run, init: Init, database_url: str, programs: dict[str, str], tmp_path: Path
) -> None:
    """The copy is checked before anything is replaced."""
    init(database_url)
    other = tmp_path / "other"
    other.write_text("something else entirely, and long enough to be anything")

    assert interlog("db", "restore", str(other), "--force", db=database_url, **programs).code == 1
    assert interlog("db", "restore", str(tmp_path / "missing"), "--force", db=database_url, **programs).code == 1
    assert interlog("db", "check", db=database_url).out == "clean\n"


async def test_a_backup_of_a_newer_version_is_refused(
    interlog: Run, init: Init, sqlite_url: str, tmp_path: Path
) -> None:
    """A copy whose schema this version does not know never takes the store's place."""
    init(sqlite_url)
    copy = tmp_path / "copy"
    interlog("db", "backup", str(copy), db=sqlite_url)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    done = interlog("db", "restore", str(copy), "--force", db=sqlite_url)

    assert done.code == 1
    assert "a newer version of Interlog made it" in done.err
    assert await _tenants(sqlite_url) == ["acme"]


def test_missing_programs_are_named(interlog: Run, postgres_url: str, tmp_path: Path) -> None:
    """Without pg_dump the error says what to install."""
    done = interlog("db", "backup", str(tmp_path / "copy"), db=postgres_url, PATH=str(tmp_path))

    assert done.code == 1
    assert "pg_dump was not found: install PostgreSQL's client programs" in done.err
    assert list(tmp_path.glob("*copy*")) == []


def test_distribution_needs_citus(interlog: Run, database_url: str) -> None:
    """SQLite, and PostgreSQL without the extension, are refused with the reason."""
    done = interlog("db", "distribute", db=database_url)

    assert done.code == 1
    assert ("not SQLite" if database_url.startswith("sqlite") else "lacks the Citus extension") in done.err


def test_every_table_is_distributed_by_its_tenant() -> None:
    """Each table but the tenants' own has a tenant in every unique key, and stands where the tenant's records are."""
    assert set(_statements()) == set(metadata.tables)
    for name, table in metadata.tables.items():
        keys = [table.primary_key.columns, *(index.columns for index in table.indexes if index.unique)]
        assert name == "tenant" or all("tenant_id" in {column.name for column in key} for key in keys), name
