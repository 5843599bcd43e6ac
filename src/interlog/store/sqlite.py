"""SQLite: reads on the event loop, one thread that writes groups.

Reading in threads is slower than reading on the loop (every row hands the interpreter lock over), so only reads
without a bound leave it. Writing in one thread with a commit per group makes full durability nearly free.
"""

import asyncio
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import msgspec
from sqlalchemy import Table
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from ..model.errors import Unavailable
from . import folding
from .database import GATHERING, MAX_GROUP, Database, Duplicate, Row, Stale, lost, too_long, unfit
from .recent import Recent
from .schema import journal, metadata, note_link, participant
from .sqlite_inserts import Inserts
from .statements import Query, Unit, batches, inserted_columns

Waiting = tuple[Unit, asyncio.Future[None]]

_PATIENCE = 30.0  # seconds that a connection waits for another one's lock
_LARGE = 8_000  # characters of a statement that is not worth keeping
_TOO_DEEP = ("parser stack overflow", "Expression tree is too large")
_SORTED_FROM = 100  # rows: from here on, inserting in key order saves more than sorting costs


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open a connection with the settings that all of ours share. A new file is for its owner's eyes only."""
    if not read_only and not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={'ro' if read_only else 'rwc'}",
        uri=True,
        isolation_level=None,
        cached_statements=512,
        check_same_thread=False,
        timeout=_PATIENCE,
    )
    if not read_only:
        connection.execute("PRAGMA page_size = 8192")
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA cache_size = -16000")
    connection.execute("PRAGMA mmap_size = 2147418112")  # as much as Debian's library allows
    connection.execute("PRAGMA temp_store = MEMORY")
    folding.register(connection)
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a file to WAL. SQLite does not wait by itself when another connection is just doing the same."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.005)


class SqliteDatabase(Database):
    """A SQLite file. Exactly one process should write to it; others may, but wait for each other."""

    dialect = sqlite_dialect(paramstyle="qmark")
    shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._gathered: list[Waiting] = []
        self._hand_over_at = 0.0
        self._waiting: SimpleQueue[list[Waiting] | None] = SimpleQueue()
        self._reader: sqlite3.Connection | None = None
        self._long_reader: sqlite3.Connection | None = None
        self._closing = False
        self._in_turn = False
        self._turn_stamp: int | None = None
        self._seen_version = -1
        self._person_changes = 0

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._writer = connect(self.path)
        self._inserts = Inserts(self._writer)
        self._reader = connect(self.path, read_only=True)
        self._long_reader = connect(self.path, read_only=True)
        self.recent_persons = Recent(self._stamp)
        self._long_reads = ThreadPoolExecutor(1, "interlog-long-reads")
        self._thread = threading.Thread(target=self._write_groups, name="interlog-writer", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        if self._closing or self._reader is None or self._long_reader is None:
            return
        self._closing = True
        self._hand_over(0)
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)
        self._long_reads.shutdown()
        self._reader.close()
        self._long_reader.close()
        self._writer.close()
        self._reader = self._long_reader = None

    def _stamp(self) -> int:
        """Return how often persons were changed: a trigger counts, so changes of other processes count too.

        The count is read only after a commit, which SQLite tells without reading anything, and once a turn.
        """
        assert self._reader is not None
        if not self._in_turn:
            self._begin_turn(self._reader)
        if self._turn_stamp is None:
            version = self._reader.execute("PRAGMA data_version").fetchone()[0]
            if version != self._seen_version:
                self._seen_version = version
                self._person_changes = self._reader.execute(_PERSON_CHANGES).fetchone()[0]
            self._turn_stamp = self._person_changes
        return self._turn_stamp

    async def fetch(self, query: Query, **arguments: Any) -> Sequence[Row]:
        reader = self._reader
        if reader is not None and not self._in_turn:
            self._begin_turn(reader)
        return self._fetch(reader, query, arguments)

    def _begin_turn(self, reader: sqlite3.Connection) -> None:
        """Let all reads of one turn of the event loop share a transaction: one look at the file's locks for all.

        What is answered after a write was, is always read in a later turn than that in which the write was answered.
        """
        reader.execute("BEGIN")
        self._in_turn = True
        self._loop.call_soon(self._end_turn)

    def _end_turn(self) -> None:
        self._in_turn = False
        self._turn_stamp = None
        if self._reader is not None and self._reader.in_transaction:
            self._reader.execute("COMMIT")

    async def fetch_long(self, query: Query, **arguments: Any) -> Sequence[Row]:
        if self._closing:
            raise Unavailable("the database is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._long_reads, self._fetch, self._long_reader, query, arguments)

    async def _fetch_asked(self, query: Query, arguments: dict[str, Any], seconds: float) -> Sequence[Row]:
        if self._closing:
            raise Unavailable("the database is closed")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._long_reads, self._fetch_within, query, arguments, seconds)

    def _fetch_within(self, query: Query, arguments: dict[str, Any], seconds: float) -> Sequence[Row]:
        """Read, and break off in time.

        Large statements get a connection of their own: each connection keeps every statement that it has run.
        """
        connection, own = self._long_reader, None
        if len(self.compiled(query).text) > _LARGE or connection is None:
            connection = own = connect(self.path, read_only=True)
        over = threading.Timer(seconds, connection.interrupt)
        over.start()
        try:
            return self._fetch(connection, query, arguments)
        except Unavailable as error:
            if str(error.__cause__) == "interrupted":
                raise too_long(seconds) from None
            raise
        finally:
            over.cancel()
            over.join()  # so that it interrupts nothing else
            if own is not None:
                own.close()

    def _fetch(self, connection: sqlite3.Connection | None, query: Query, arguments: dict[str, Any]) -> Sequence[Row]:
        if connection is None:
            raise Unavailable("the database is not open")
        compiled = self.compiled(query)
        try:
            return connection.execute(compiled.text, compiled.bind(arguments)).fetchall()
        except sqlite3.OperationalError as error:
            if str(error).startswith(_TOO_DEEP):
                raise unfit(error) from error
            raise lost(error) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # which is a damaged file; others are our mistakes
                raise
            raise lost(error) from error
        except _UNFIT as error:
            raise unfit(error) from error

    async def _commit(self, unit: Unit) -> None:
        if self._closing:
            raise Unavailable("the database is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gathered.append((unit, done))
        if len(self._gathered) == 1:
            self._hand_over_at = self._loop.time() + GATHERING
            self._loop.call_soon(self._hand_over, 0)
        await done

    def _hand_over(self, seen: int) -> None:
        """Give the writer what has gathered, once a turn of the loop added nothing to it.

        Waking the thread for the first unit would have it commit one or two at a time, at the full price of a commit.
        """
        if seen < len(self._gathered) < MAX_GROUP and self._loop.time() < self._hand_over_at and not self._closing:
            self._loop.call_soon(self._hand_over, len(self._gathered))
        elif self._gathered:
            self._waiting.put(self._gathered)
            self._gathered = []

    async def take(self, query: Query, **arguments: Any) -> Row:
        return await asyncio.to_thread(self._take, query, arguments)

    def _take(self, query: Query, arguments: dict[str, Any]) -> Row:
        compiled = self.compiled(query)
        try:
            with closing(connect(self.path)) as connection:
                row: Row = connection.execute(compiled.text, compiled.bind(arguments)).fetchall()[0]
                return row
        except sqlite3.OperationalError as error:
            raise lost(error) from error

    def array(self, values: Iterable[Any]) -> str:
        return msgspec.json.encode(list(values)).decode()

    async def explain(self, query: Query, **arguments: Any) -> list[str]:
        compiled = self.compiled(query)
        assert self._reader is not None
        rows = self._reader.execute("EXPLAIN QUERY PLAN " + compiled.text, compiled.bind(arguments)).fetchall()
        return [str(row[3]) for row in rows]

    async def integrity_problems(self) -> list[str]:
        return await asyncio.to_thread(self._integrity_problems)

    def _integrity_problems(self) -> list[str]:
        assert self._long_reader is not None
        try:
            rows = self._long_reader.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    # The writer's thread

    def _write_groups(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, stopping = first, False
            while len(group) < MAX_GROUP:
                try:
                    waiting = self._waiting.get_nowait()
                except Empty:
                    break
                if waiting is None:
                    stopping = True
                    break
                group = group + waiting
            outcomes = self._write_group([unit for unit, _ in group])
            self._loop.call_soon_threadsafe(_answer, [done for _, done in group], outcomes)
            if stopping:
                return

    def _write_group(self, units: list[Unit]) -> list[Exception | None]:
        """Commit all units in one transaction; where that fails, all that can be committed without the failing ones."""
        try:
            self._in_transaction(lambda: self._apply(units))
            return [None] * len(units)
        except Exception as error:
            if len(units) == 1:
                return [_translated(error)]
        outcomes: list[Exception | None] = []
        try:
            self._in_transaction(lambda: outcomes.extend(self._apply_alone(unit) for unit in units))
            return outcomes
        except Exception as error:
            return [_translated(error)] * len(units)

    def _in_transaction(self, work: Any) -> None:
        if self._writer.in_transaction:  # to roll back failed the last time, on a failing disk
            self._writer.execute("ROLLBACK")
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            work()
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise

    def _apply_alone(self, unit: Unit) -> Exception | None:
        self._writer.execute("SAVEPOINT unit")
        try:
            self._apply([unit])
        except Exception as error:
            if not self._writer.in_transaction:  # SQLite itself rolled everything back: a full disk does that
                raise
            self._writer.execute("ROLLBACK TO unit")
            self._writer.execute("RELEASE unit")
            return _translated(error)
        self._writer.execute("RELEASE unit")
        return None

    def _apply(self, units: list[Unit]) -> None:
        rows: dict[Table, list[tuple[Any, ...]]] = {}
        for query, many, expected in batches(units):
            compiled = self.compiled(query)
            touched = self._writer.executemany(compiled.text, map(compiled.bind, many)).rowcount
            if expected is not None and touched != expected * len(many):
                raise Stale
        for unit in units:
            for table, added in unit.rows.items():
                rows.setdefault(table, []).extend(added)
        for table, added in rows.items():
            if table is journal:
                added = self._numbered(added)
            elif table in _FOUND_BY_PARTY and len(added) > _SORTED_FROM:
                added = sorted(added)
            self._inserts.insert(table, added)

    def _numbered(self, entries: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Give journal entries their place. Inside the transaction, so that places follow the order of commits."""
        last: dict[int, int] = {}
        numbered = []
        for entry in entries:
            tenant = entry[0]
            if tenant not in last:
                row = self._writer.execute(_LAST_SEQUENCE, (tenant,)).fetchone()
                last[tenant] = row[0] or 0
            last[tenant] += 1
            numbered.append((tenant, 0, last[tenant], *entry[1:]))
        return numbered


_FOUND_BY_PARTY = (participant, note_link)
"""Tables whose keys do not grow with time: each row has its place somewhere else."""

_PERSON_CHANGES = "SELECT next FROM counter WHERE tenant_id = 0 AND kind = 'person_changes'"
_LAST_SEQUENCE = "SELECT max(sequence) FROM journal WHERE tenant_id = ? AND epoch = 0"


def _answer(futures: list[asyncio.Future[None]], outcomes: list[Exception | None]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if future.cancelled():
            continue
        if outcome is None:
            future.set_result(None)
        else:
            future.set_exception(outcome)


_UNFIT = (OverflowError, UnicodeEncodeError)
_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index '(?P<index>\w+)'|(?P<columns>.+))")


def _translated(error: Exception) -> Exception:
    if isinstance(error, sqlite3.IntegrityError) and (match := _UNIQUE.match(str(error))):
        return Duplicate(match["index"] or _index_of(match["columns"]))
    if isinstance(error, sqlite3.OperationalError):
        return lost(error)
    if isinstance(error, _UNFIT):
        return unfit(error)
    return error


def _index_of(columns: str) -> str:
    """Return the name of the unique index, or the table where it is the key, from SQLite's list of columns."""
    names = [name.strip().split(".") for name in columns.split(",")]
    table = metadata.tables[names[0][0]]
    wanted = {name for _, name in names}
    for index in table.indexes:
        if index.unique and {c.name for c in index.columns} == wanted:
            return str(index.name)
    return table.name


__all__ = ["SqliteDatabase", "connect", "inserted_columns"]
