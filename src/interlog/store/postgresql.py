"""PostgreSQL: a list of connections for reads, one connection that writes groups.

The list replaces the driver's pool, whose reset after every use doubles the cost of a short read; we never change a
connection's state outside a transaction, so there is nothing to reset.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import Table, Text
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from ..model.errors import Unavailable
from .database import GATHERING, MAX_GROUP, Database, Duplicate, Row, Stale, lost, too_long, unfit
from .schema import metadata
from .statements import Guarded, Query, Unit, batches, inserted_columns

_COPY_FROM = 1_000  # rows: from here on, COPY is faster than arrays

_BROKEN = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""After these a connection is not used again: the server says goodbye before the connection is seen to be closed."""

_LOST = (*_BROKEN, asyncpg.InterfaceError, asyncpg.InsufficientResourcesError, asyncpg.PostgresIOError)
_UNFIT = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, UnicodeEncodeError)

_TRIES = 5
"""How often a group is tried when another process' transaction stood in its way."""


class PostgresqlDatabase(Database):
    """A PostgreSQL database. Any number of processes may read and write it."""

    is_postgresql = True
    dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy says no types here
    shared = True

    def __init__(self, url: str, *, connections: int = 8) -> None:
        self.url = url
        self._free: list[asyncpg.Connection[asyncpg.Record]] = []
        self._permits = asyncio.Semaphore(connections)
        self._waiting: list[tuple[Unit, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()
        self._closing = False
        self._group_texts: dict[tuple[Table, ...], str] = {}
        self._many_texts: dict[Query, str] = {}

    async def open(self) -> None:
        try:
            self._writer = await self._connect()
            self._free.append(await self._connect())
        except _LOST as error:
            raise lost(error) from error
        self._task = asyncio.create_task(self._write_groups(), name="interlog-writer")

    async def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        await self._task
        for connection in [self._writer, *self._free]:
            await connection.close(timeout=5)
        self._free.clear()

    async def _connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
            self.url, statement_cache_size=1_000, timeout=10, server_settings={"application_name": "interlog"}
        )
        return connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        async with self._permits:
            if self._closing:
                raise Unavailable("the database is closed")
            connection = None
            while self._free and (connection is None or connection.is_closed()):
                connection = self._free.pop()
            try:
                if connection is None or connection.is_closed():
                    connection = await self._connect()
                yield connection
            except _UNFIT as error:
                raise unfit(error) from error
            except _LOST as error:
                if connection is not None and isinstance(error, _BROKEN):
                    connection.terminate()
                raise lost(error) from error
            finally:
                if connection is not None and not connection.is_closed():
                    self._free.append(connection)

    async def fetch(self, query: Query, **arguments: Any) -> Sequence[Row]:
        compiled = self.compiled(query)
        async with self._connection() as connection:
            rows: Any = await connection.fetch(compiled.text, *compiled.bind(arguments))
            return rows  # type: ignore[no-any-return]  # records are sequences, which the driver does not say

    async def fetch_long(self, query: Query, **arguments: Any) -> Sequence[Row]:
        return await self.fetch(query, **arguments)

    async def _fetch_asked(self, query: Query, arguments: dict[str, Any], seconds: float) -> Sequence[Row]:
        compiled = self.compiled(query)
        async with self._connection() as connection:
            try:
                rows: Any = await connection.fetch(compiled.text, *compiled.bind(arguments), timeout=seconds)
            except TimeoutError:  # the driver has the server cancel it, and waits for that before the next statement
                raise too_long(seconds) from None
            return rows  # type: ignore[no-any-return]  # records are sequences, which the driver does not say

    async def take(self, query: Query, **arguments: Any) -> Row:
        rows = await self.fetch(query, **arguments)
        return rows[0]

    async def _commit(self, unit: Unit) -> None:
        if self._closing:
            raise Unavailable("the database is closed")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, done))
        self._wake.set()
        await done

    def array(self, values: Iterable[Any]) -> list[Any]:
        return list(values)

    async def explain(self, query: Query, **arguments: Any) -> list[str]:
        compiled = self.compiled(query)
        async with self._connection() as connection:
            rows = await connection.fetch("EXPLAIN " + compiled.text, *compiled.bind(arguments))
            return [str(row[0]) for row in rows]

    async def integrity_problems(self) -> list[str]:
        return []  # PostgreSQL checks its own pages (data checksums) as it reads them

    # The writer's task

    async def _write_groups(self) -> None:
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            await self._gather()
            group, self._waiting = self._waiting[:MAX_GROUP], self._waiting[MAX_GROUP:]
            outcomes = await self._write_group([unit for unit, _ in group])
            for (_, done), outcome in zip(group, outcomes, strict=True):
                if done.cancelled():
                    continue
                if outcome is None:
                    done.set_result(None)
                else:
                    done.set_exception(outcome)

    async def _gather(self) -> None:
        """Wait until a turn of the loop adds nothing: what comes together is committed together."""
        loop = asyncio.get_running_loop()
        seen, until = 0, loop.time() + GATHERING
        while seen < len(self._waiting) < MAX_GROUP and loop.time() < until:
            seen = len(self._waiting)
            await asyncio.sleep(0)

    async def _write_group(self, units: list[Unit]) -> list[Exception | None]:
        """Commit all units in one transaction; where that fails, all that can be committed without the failing ones."""
        failure: Exception = TimeoutError()
        for attempt in range(_TRIES):
            try:
                return await self._try_group(units)
            except asyncpg.TransactionRollbackError as error:  # a deadlock with another process: let it go first
                failure = error
                await asyncio.sleep(random.uniform(0.01, 0.05) * (attempt + 1))
        return [lost(failure)] * len(units)

    async def _try_group(self, units: list[Unit]) -> list[Exception | None]:
        try:
            if self._writer.is_closed():
                self._writer = await self._connect()
            await self._apply(units)
            return [None] * len(units)
        except asyncpg.TransactionRollbackError:
            raise
        except Exception as error:
            if self._is_writer_gone(error) or len(units) == 1:
                return [_translated(error)] * len(units)
        try:
            async with self._writer.transaction():
                return [await self._apply_alone(unit) for unit in units]
        except asyncpg.TransactionRollbackError:
            raise
        except Exception as error:
            self._is_writer_gone(error)
            return [_translated(error)] * len(units)

    def _is_writer_gone(self, error: Exception) -> bool:
        """Whether the writing connection is of no more use after an error; then the next group gets another one."""
        if isinstance(error, _BROKEN):
            self._writer.terminate()
        return self._writer.is_closed()

    async def _apply_alone(self, unit: Unit) -> Exception | None:
        try:
            async with self._writer.transaction():
                await self._apply([unit])
        except asyncpg.TransactionRollbackError:
            raise
        except Exception as error:
            if self._is_writer_gone(error):
                raise
            return _translated(error)
        return None

    async def _apply(self, units: list[Unit]) -> None:
        rows: dict[Table, list[tuple[Any, ...]]] = {}
        changing = any(unit.changes for unit in units)
        for unit in units:
            for table, added in unit.rows.items():
                rows[table] = rows[table] + added if table in rows else added
        if not changing and all(len(added) < _COPY_FROM for added in rows.values()):
            await self._insert(rows)  # one statement: a transaction of its own, in one round trip
            return
        async with self._writer.transaction():
            for query, many, expected in batches(units):
                await self._change(query, many, expected)
            copied = {table: added for table, added in rows.items() if len(added) >= _COPY_FROM}
            await self._insert({table: added for table, added in rows.items() if table not in copied})
            for table, added in copied.items():
                columns = [c.name for c in inserted_columns(table)]
                await self._writer.copy_records_to_table(table.name, records=added, columns=columns)

    async def _change(self, query: Query, many: list[dict[str, Any]], expected: int | None) -> None:
        """Make a change, or many of the same kind by one statement, a column at a time as an array."""
        if len(many) == 1 or query.guarded is None:
            compiled = self.compiled(query)
            touched = await self._writer.fetch(compiled.text + " RETURNING 1", *compiled.bind(many[0]))
        else:
            if query not in self._many_texts:
                self._many_texts[query] = _many_text(query.guarded)
            arrays = ([arguments[name] for arguments in many] for name in query.guarded.names)
            touched = await self._writer.fetch(self._many_texts[query], *arrays)
        if expected is not None and len(touched) != expected * len(many):
            raise Stale

    async def _insert(self, rows: dict[Table, list[tuple[Any, ...]]]) -> None:
        """Insert into any number of tables by one statement, a column at a time as an array."""
        if not rows:
            return
        tables = tuple(rows)
        if tables not in self._group_texts:
            self._group_texts[tables] = _group_text(tables)
        arrays = [column for table in tables for column in zip(*rows[table], strict=True)]
        await self._writer.fetch(self._group_texts[tables], *arrays)


def _group_text(tables: tuple[Table, ...]) -> str:
    parts, position = [], 1
    for table in tables:
        columns = inserted_columns(table)
        arrays = []
        for column in columns:
            kind = "text" if isinstance(column.type, Text) else "bigint"
            arrays.append(f"${position}::{kind}[]")
            position += 1
        names = ", ".join(f'"{column.name}"' for column in columns)
        parts.append(
            f"in_{table.name} AS (INSERT INTO {table.name} ({names}) SELECT * FROM unnest({', '.join(arrays)}))"
        )
    return f"WITH {', '.join(parts)} SELECT 1"


def _many_text(guarded: Guarded) -> str:
    """Return the update of many rows, each guarded by the version it was read at."""
    table = guarded.table
    columns = [*(table.c[name] for name in guarded.key), table.c.version, *(table.c[name] for name in guarded.columns)]
    kinds = ("text" if isinstance(column.type, Text) else "bigint" for column in columns)
    arrays = ", ".join(f"${position}::{kind}[]" for position, kind in enumerate(kinds, 1))
    given = ", ".join(f'"{name}"' for name in guarded.names)
    setting = ", ".join(f'"{name}" = given."{name}"' for name in guarded.columns)
    found = " AND ".join(f'old."{name}" = given."key_{name}"' for name in guarded.key)
    return (
        f"UPDATE {table.name} AS old SET {setting} FROM unnest({arrays}) AS given ({given}) "
        f'WHERE {found} AND old."version" = given."read_version" RETURNING 1'
    )


def _translated(error: Exception) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        name = str(error.constraint_name)
        return Duplicate(_KEYS.get(name, name))
    if isinstance(error, _UNFIT):
        return unfit(error)
    if isinstance(error, _LOST):
        return lost(error)
    return error


_KEYS = {f"pk_{table.name}": table.name for table in metadata.sorted_tables}

__all__ = ["PostgresqlDatabase"]
