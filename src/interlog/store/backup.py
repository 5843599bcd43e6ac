"""Copies of a whole store: SQLite through its online backup interface, PostgreSQL through its own programs."""

import asyncio
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import asyncpg

from ..model.errors import Conflict, Unavailable
from .contents import Contents, put_whole
from .migrate import migrate, require_known
from .open import shown, sqlite_path

_COPY, _FILES = "store", "files/"
"""The names in an archive: of the database's copy, and what those of files' contents begin with."""

_HAS_DATA = "SELECT EXISTS (SELECT 1 FROM tenant)"
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'interlog' AND pid <> pg_backend_pid()"
)

_MISSING_TO_THE_LAST_EPOCH = (
    "SELECT greatest(coalesce(max(epoch), 0) + 1 - pg_current_xact_id()::text::bigint, 0) FROM journal"
)


async def backup(url: str, target: Path, *, force: bool, contents: Contents) -> None:
    """Write a copy of the store, as of one moment, to a file; a server may go on using the store meanwhile.

    Where there are files, it is an archive of the copy and of their contents. These are read after the copy was made
    and are never changed, so that none that the copy names is missing.

    Raises ``Conflict`` where the file exists and ``force`` is not given.
    """
    path = sqlite_path(url)
    if path is not None and not path.is_file():
        raise Unavailable(f"there is no store at {path}")
    if target.exists() and not force:  # noqa: ASYNC240  # a command, with no loop to hold up
        raise Conflict(f"{target} exists; --force replaces it")
    with _written_whole(target) as part:
        if path is None:
            await _run_program("pg_dump", url, f"--dbname={shown(url)}", "--format=custom", f"--file={part}")
        else:
            await asyncio.to_thread(_copy_sqlite, path, part)
        if next(contents.every(), None) is not None:
            with _written_whole(part) as archive:
                await asyncio.to_thread(_archive, part, contents, archive)


async def restore(url: str, source: Path, *, force: bool, contents: Contents) -> None:
    """Replace the store by a copy made with ``backup``, after checking the copy; its schema is then this version's.

    The contents of files are put beside those that are there already: whatever fails, none is missing.

    Raises ``Conflict`` where the store is in use, or holds data and ``force`` is not given.
    """
    if not source.is_file():  # noqa: ASYNC240  # a command, with no loop to hold up
        raise Unavailable(f"there is no file {source}")
    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    near = path.parent if path is not None else None
    with tempfile.TemporaryDirectory(prefix=".interlog-restore-", dir=near) as folder:
        copy = await asyncio.to_thread(_unpack, source, Path(folder), contents)
        if path is None:
            await _restore_postgresql(url, copy, force)
        else:
            await _restore_sqlite(path, copy, force)


def _archive(copy: Path, contents: Contents, target: Path) -> None:
    """Write an archive of a copy of the database and of all contents."""
    try:
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
            archive.add(copy, _COPY, recursive=False)
            for name, path in contents.every():
                with suppress(FileNotFoundError):  # one that belonged to no file, and was removed just now
                    archive.add(path, _FILES + name, recursive=False)
    except OSError as error:
        raise Unavailable(f"the files cannot be copied: {error.strerror}") from error


def _unpack(source: Path, folder: Path, contents: Contents) -> Path:
    """Put the contents of an archive to their places, and return the copy of the database that was in it.

    What is no archive is that copy itself.
    """
    if not tarfile.is_tarfile(source):
        return source
    copy = folder / _COPY
    try:
        with tarfile.open(source, "r:") as archive:
            for member in archive:
                place = contents.place(member.name.removeprefix(_FILES)) if member.name.startswith(_FILES) else None
                target = copy if member.name == _COPY else place
                read = archive.extractfile(member) if member.isreg() else None
                if target is None or read is None:
                    raise Unavailable(f"{source} is no backup of a store: it holds {member.name}")
                if not (target.exists() and target.stat().st_size == member.size):
                    put_whole(read, target)
    except tarfile.TarError as error:
        raise Unavailable(f"{source} is damaged: {error}") from error
    except OSError as error:
        raise Unavailable(f"{source} cannot be unpacked: {error.strerror}") from error
    if not copy.exists():
        raise Unavailable(f"{source} is no backup of a store: it holds no database")
    return copy


@contextmanager
def _written_whole(target: Path) -> Iterator[Path]:
    """Give a file to write to that becomes the target when all is done; only its owner may read it."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise Unavailable(f"{target} cannot be written: {error.strerror}") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database and check the copy."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # so that the copy is one file, whatever reads it
            problems = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
            if not problems:
                copy.execute(_HAS_DATA)
    except sqlite3.Error as error:
        raise Unavailable(f"{source} cannot be copied, it is no store or not a sound one: {error}") from error
    if problems:
        raise Unavailable(f"{source} is damaged: {problems[0]}")


async def _restore_sqlite(path: Path, source: Path, force: bool) -> None:
    with _written_whole(path) as part:
        await asyncio.to_thread(_copy_sqlite, source, part)
        await migrate(f"sqlite:///{quote(str(part))}")
        if path.exists():  # noqa: ASYNC240  # a command, with no loop to hold up
            await asyncio.to_thread(_release_sqlite, path, force)


def _release_sqlite(path: Path, force: bool) -> None:
    """Make sure that a database may be replaced: that it holds nothing, and that nobody has it open."""
    try:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not force and "tenant" in tables and connection.execute(_HAS_DATA).fetchone()[0]:
                raise Conflict(f"{path} holds data; --force replaces it")
            if not force and tables and "tenant" not in tables:
                raise Conflict(f"{path} holds other data than Interlog's; --force replaces it")
            # Leaving WAL mode needs the file for oneself. It also folds the WAL in, so that none is left behind.
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise Conflict(f"{path} is in use ({error}): stop the server first") from error
    except sqlite3.DatabaseError as error:
        if not force:
            raise Conflict(f"{path} is there and cannot be read ({error}); --force replaces it") from error


async def _restore_postgresql(url: str, source: Path, force: bool) -> None:
    version = await _run_program("pg_restore", url, "--data-only", "--table=alembic_version", "--file=-", str(source))
    if (rows := re.search(r"^COPY .*alembic_version .*\n(\w+)\n", version, re.MULTILINE)) is None:
        raise Unavailable(f"{source} is no backup of a store")
    require_known(rows[1])
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"{shown(url)} cannot be reached: {error or type(error).__name__}") from error
    try:
        if await connection.fetchval(_OTHERS):
            raise Conflict(f"{shown(url)} is in use: stop the servers first")
        there = await connection.fetchval("SELECT to_regclass('tenant') IS NOT NULL")
        if there and not force and await connection.fetchval(_HAS_DATA):
            raise Conflict(f"{shown(url)} holds data; --force replaces it")
    finally:
        await connection.close()
    options = ("--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges")
    await _run_program("pg_restore", url, f"--dbname={shown(url)}", *options, str(source))
    await migrate(url)
    await _go_on_with_epochs(url)


async def _go_on_with_epochs(url: str) -> None:
    """Let the journal's epochs go on from those that were restored: this server may number transactions lower."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction():
            added = await connection.fetchval(_MISSING_TO_THE_LAST_EPOCH)
            await connection.execute(
                "CREATE OR REPLACE FUNCTION journal_epoch(number xid8) RETURNS bigint LANGUAGE sql IMMUTABLE "
                f"RETURN number::text::bigint + {int(added)}"
            )
    finally:
        await connection.close()


async def _run_program(name: str, url: str, *arguments: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise Unavailable(f"{name} was not found: install PostgreSQL's client programs (Debian: postgresql-client)")
    # Everybody on this machine can read the arguments of a program, only its user its environment.
    password = urlsplit(url).password
    process = await asyncio.create_subprocess_exec(
        program, *arguments,
        env=os.environ | ({"PGPASSWORD": unquote(password)} if password else {}),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    if process.returncode:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise Unavailable(lines[0] if lines else f"{name} failed with exit code {process.returncode}")
    return output.decode(errors="replace")
