"""Work that is measured without HTTP, in a process of its own: each question asks for one round of it.

``insert``, ``bulk bare`` and ``statements`` are limits: the same rows and the same statements as Interlog's, through
the bare driver. ``bulk`` is Interlog's own way to take many interactions at once.
"""

import asyncio
import json
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import asyncpg
import msgspec
import uvloop
from sqlalchemy import Table, Text

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.interactions import Brief, Draft
from interlog.server import create_app
from interlog.settings import Settings
from interlog.store.schema import journal, metadata
from interlog.store.sqlite import connect
from interlog.store.statements import Unit, inserted_columns

from . import readings, requests, shape
from .asgi import ask
from .children import SERVER_CORE, cpu_seconds, pin, say
from .facts import Facts

WAITING = 64
"""How many clients wait at the same time for their write, as in the measurement over HTTP."""

BULK = 10_000
_CONNECTIONS = 8

Rows = dict[Table, list[tuple[Any, ...]]]
Round = Callable[[int], Awaitable[dict[str, Any]]]
RowsOf = Callable[[int], Awaitable[Rows]]
"""Gives the rows of a batch that begins at a place."""

NDJSON = "application/x-ndjson"


class _Watch:
    """Takes the time and the CPU time, of this process and of the database's, that some work needs."""

    def __init__(self, database: int | None) -> None:
        self._database = database
        self.answer: dict[str, Any] = {}

    @contextmanager
    def over(self, many: int) -> Iterator[None]:
        """Measure what stands inside: this many requests or rows."""
        database = cpu_seconds(self._database) if self._database else 0.0
        cpu, started = time.process_time(), time.perf_counter()
        yield
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        self.answer = {"count": many, "seconds": seconds, "cpu": cpu, "database_cpu": None}
        if self._database:
            self.answer["database_cpu"] = cpu_seconds(self._database) - database


class _Recorded:
    """Interlog's own use cases, with the rows that they would write recorded instead of written."""

    def __init__(self, ledger: Ledger, facts: Facts) -> None:
        self._ledger = ledger
        self._facts = facts
        self._next = count()
        self._made = 0

    async def single(self, many: int) -> list[Rows]:
        """Return the rows of this many interactions, each logged by a request of its own."""
        drafts = requests.created(self._facts, self._made + many)
        units = await self._units([[draft] for draft in list(drafts)[self._made :]])
        self._made += many
        return [unit.rows for unit in units]

    async def ingested(self, start: int) -> Rows:
        """Return the rows of ``BULK`` instances of a user's type, sent by one request."""
        app = await application(self._ledger, self._facts)
        token, body = self._facts.token, readings.lines(start, BULK)

        async def send() -> None:
            await ask(app, "POST", readings.SET_PATH, "", token, body, NDJSON)

        rows: Rows = {}
        for unit in await self._recording(send):
            for table, added in unit.rows.items():
                rows.setdefault(table, []).extend(added)
        return rows

    async def bulk(self, start: int) -> Rows:
        """Return the rows of ``BULK`` interactions logged by one request."""
        (unit,) = await self._units([bulk_drafts(self._facts, start)])
        return unit.rows

    async def _units(self, batches: list[list[Draft]]) -> list[Unit]:
        tenant = await self._ledger.tenants.get(self._facts.tenant)
        actor = system_actor(tenant, 1, protocol="affinity")

        async def log() -> None:
            for batch in batches:
                await self._ledger.interactions.log_many(actor, batch)

        return await self._recording(log)

    async def _recording(self, work: Callable[[], Awaitable[None]]) -> list[Unit]:
        """Do something, and return the units that it would have written."""
        units: list[Unit] = []

        async def record(unit: Unit) -> None:
            units.append(unit)

        database = self._ledger.store.database
        write = database.write
        setattr(database, "write", record)  # noqa: B010
        try:
            await work()
        finally:
            setattr(database, "write", write)  # noqa: B010
        return units


async def application(ledger: Ledger, facts: Facts) -> Any:
    """Return the application over a ledger, in which the type of ``readings`` is defined."""
    app = create_app(Settings(), ledger)
    await ask(app, "PUT", readings.TYPE_PATH, readings.TYPE_QUERY, facts.token, readings.definition())
    return app


def bulk_drafts(facts: Facts, start: int) -> list[Draft]:
    """Return interactions that go on where the store ends."""
    return list(shape.drafts(facts.size + start, facts.size + start + BULK, facts.size, facts.person_ids))


# SQLite


def _placed(rows: Rows, sequence: Iterator[int]) -> Rows:
    """Give journal entries their place beforehand, which Interlog's writer does inside the transaction."""
    return {
        table: [(row[0], 0, next(sequence), *row[1:]) for row in added] if table is journal else added
        for table, added in rows.items()
    }


def _sequence(connection: sqlite3.Connection) -> Iterator[int]:
    (last,) = connection.execute("SELECT max(sequence) FROM journal").fetchone()
    return count(last + 1_000_000)


def _insert_text(table: Table) -> str:
    return f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"


_INSERTS = {table: _insert_text(table) for table in metadata.sorted_tables}


class _BareWriter:
    """One thread that writes whatever waits in one transaction, and nothing else."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: SimpleQueue[tuple[Rows, asyncio.Future[None]] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    async def write(self, rows: Rows) -> None:
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting.put((rows, done))
        await done

    async def stop(self) -> None:
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            group = [first]
            try:
                while (following := self._waiting.get_nowait()) is not None:
                    group.append(following)
            except Empty:
                pass
            gathered: Rows = {}
            for rows, _ in group:
                for table, added in rows.items():
                    gathered.setdefault(table, []).extend(added)
            insert(self._connection, gathered)
            self._loop.call_soon_threadsafe(_answer, [done for _, done in group])


def _answer(futures: list[asyncio.Future[None]]) -> None:
    for future in futures:
        future.set_result(None)


def insert(connection: sqlite3.Connection, rows: Rows) -> None:
    """Insert rows in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for table, added in rows.items():
        connection.executemany(_INSERTS[table], added)
    connection.execute("COMMIT")


async def _insert_sqlite(url: str, recorded: _Recorded, watch: _Watch) -> Round:
    connection = connect(Path(url.removeprefix("sqlite:///")))
    sequence = _sequence(connection)

    async def round_(many: int) -> dict[str, Any]:
        units = iter([_placed(rows, sequence) for rows in await recorded.single(many)])
        writer = _BareWriter(connection)

        async def client() -> None:
            for rows in units:
                await writer.write(rows)

        with watch.over(many):
            await asyncio.gather(*(client() for _ in range(WAITING)))
        await writer.stop()
        return watch.answer

    return round_


async def _bulk_bare_sqlite(url: str, rows_of: RowsOf, watch: _Watch) -> Round:
    connection = connect(Path(url.removeprefix("sqlite:///")))
    sequence = _sequence(connection)
    starts = count(step=BULK)

    async def round_(many: int) -> dict[str, Any]:
        batches = [_placed(await rows_of(next(starts)), sequence) for _ in range(many)]
        for rows in batches:
            for added in rows.values():
                added.sort(key=lambda row: row[:5])  # in the order of the keys, as whoever cares for speed does
        with watch.over(many * BULK):
            for rows in batches:
                insert(connection, rows)
        return watch.answer

    return round_


# PostgreSQL


def _unnest_text(tables: tuple[Table, ...]) -> str:
    parts: list[str] = []
    position = count(1)
    for table in tables:
        columns = inserted_columns(table)
        arrays = [f"${next(position)}::{'text' if isinstance(c.type, Text) else 'bigint'}[]" for c in columns]
        names = ", ".join(f'"{column.name}"' for column in columns)
        parts.append(f"i{len(parts)} AS (INSERT INTO {table.name} ({names}) SELECT * FROM unnest({', '.join(arrays)}))")
    return f"WITH {', '.join(parts)} SELECT 1"


async def _insert_postgresql(url: str, recorded: _Recorded, watch: _Watch) -> Round:
    connection = await asyncpg.connect(url)
    texts: dict[tuple[Table, ...], str] = {}

    async def write(group: list[Rows]) -> None:
        gathered: Rows = {}
        for rows in group:
            for table, added in rows.items():
                gathered.setdefault(table, []).extend(added)
        tables = tuple(gathered)
        if tables not in texts:
            texts[tables] = _unnest_text(tables)
        await connection.fetch(texts[tables], *(column for t in tables for column in zip(*gathered[t], strict=True)))

    async def round_(many: int) -> dict[str, Any]:
        units = iter(await recorded.single(many))
        loop = asyncio.get_running_loop()
        waiting: list[tuple[Rows, asyncio.Future[None]]] = []
        wake = asyncio.Event()

        async def client() -> None:
            for rows in units:
                done: asyncio.Future[None] = loop.create_future()
                waiting.append((rows, done))
                wake.set()
                await done

        async def writer() -> None:
            while True:
                await wake.wait()
                wake.clear()
                while waiting:
                    group = waiting[:]
                    waiting.clear()
                    await write([rows for rows, _ in group])
                    _answer([done for _, done in group])

        task = asyncio.create_task(writer())
        with watch.over(many):
            await asyncio.gather(*(client() for _ in range(WAITING)))
        task.cancel()
        return watch.answer

    return round_


async def _bulk_bare_postgresql(url: str, rows_of: RowsOf, watch: _Watch) -> Round:
    connection = await asyncpg.connect(url)
    starts = count(step=BULK)

    async def round_(many: int) -> dict[str, Any]:
        batches = [await rows_of(next(starts)) for _ in range(many)]
        with watch.over(many * BULK):
            for rows in batches:
                async with connection.transaction():
                    for table, added in rows.items():
                        names = [column.name for column in inserted_columns(table)]
                        await connection.copy_records_to_table(table.name, records=added, columns=names)
        return watch.answer

    return round_


_ONE = "SELECT brief FROM interaction WHERE tenant_id = $1 AND number = $2"
_PAGE = """
SELECT i.brief FROM participant p JOIN interaction i ON i.tenant_id = p.tenant_id AND i.number = p.number
WHERE p.tenant_id = $1 AND p.party_kind = 0 AND p.party_id = $2 AND p.occurred_at >= $3 AND p.occurred_at < $4
  AND p.type_id = ANY($5::bigint[]) AND p.group_id = ANY($6::bigint[])
ORDER BY p.occurred_at DESC, p.number DESC LIMIT $7
"""
_PERSONS = """
SELECT id, kind, first_name, last_name, emails, primary_email, organization_ids FROM person
WHERE tenant_id = $1 AND id = ANY($2::bigint[]) AND deleted_at IS NULL
"""


_PARTICIPANTS = Brief.__struct_fields__.index("participants")


async def _statements(url: str, facts: Facts, scenario: str, watch: _Watch) -> Round:
    """The two statements of a read, through the bare driver: the interactions, and everybody in them."""
    connections = [await asyncpg.connect(url) for _ in range(_CONNECTIONS)]
    size = 0 if scenario == "get" else int(scenario.removeprefix("list"))
    places = requests.get_one(facts, 50_000) if size == 0 else requests.get_page(facts, 1_000, size)
    keys = [[int(part) for part in place.bare_path.split("/")[2:]] for place in places]
    tenant = facts.tenant

    async def read(connection: Any, key: list[int]) -> None:
        if size == 0:
            rows = await connection.fetch(_ONE, tenant, key[0])
        else:
            person, _, start, end, limit = key
            rows = await connection.fetch(_PAGE, tenant, person, start, end, [1, 5], [0], limit + 1)
        persons = {part[0] for row in rows for part in json.loads(row["brief"])[_PARTICIPANTS]}
        await connection.fetch(_PERSONS, tenant, list(persons))

    async def round_(many: int) -> dict[str, Any]:
        order = iter([keys[i % len(keys)] for i in range(many)])

        async def client(connection: Any) -> None:
            for key in order:
                await read(connection, key)

        with watch.over(many):
            await asyncio.gather(*(client(connection) for connection in connections))
        return watch.answer

    return round_


# Interlog's own


async def _bulk(ledger: Ledger, facts: Facts, watch: _Watch) -> Round:
    """NDJSON as bytes -> drafts -> the ledger: how a bulk load goes once its body is here."""
    actor = system_actor(await ledger.tenants.get(facts.tenant), 1, protocol="affinity")
    decoder, encoder = msgspec.json.Decoder(Draft), msgspec.json.Encoder()
    starts = count(step=BULK)

    async def round_(many: int) -> dict[str, Any]:
        bodies = [encoder.encode_lines(bulk_drafts(facts, next(starts))) for _ in range(many)]
        with watch.over(many * BULK):
            for body in bodies:
                outcomes: list[Any] = await ledger.interactions.log_many(actor, decoder.decode_lines(body))
        assert all(hasattr(outcome, "interaction") for outcome in outcomes), "everything was stored"
        return watch.answer

    return round_


async def _ingest(ledger: Ledger, facts: Facts, watch: _Watch) -> Round:
    """NDJSON through the protocol of Customer Insights: decoded, checked against the type, stored."""
    app = await application(ledger, facts)
    starts = count(step=BULK)

    async def round_(many: int) -> dict[str, Any]:
        bodies = [readings.lines(next(starts), BULK) for _ in range(many)]
        with watch.over(many * BULK):
            for body in bodies:
                answer = await ask(app, "POST", readings.SET_PATH, "", facts.token, body, NDJSON)
        assert f'"accepted":{BULK},'.encode() in answer, "everything was stored"
        return watch.answer

    return round_


async def _work(task: str, url: str, facts: Facts, database: int | None, scenario: str) -> None:
    ledger = await Ledger.open(url)
    watch = _Watch(database)
    recorded = _Recorded(ledger, facts)
    sqlite = url.startswith("sqlite:")
    if task == "insert":
        round_ = await (_insert_sqlite if sqlite else _insert_postgresql)(url, recorded, watch)
    elif task in ("bulk bare", "ingest bare"):
        rows_of = recorded.bulk if task == "bulk bare" else recorded.ingested
        round_ = await (_bulk_bare_sqlite if sqlite else _bulk_bare_postgresql)(url, rows_of, watch)
    elif task == "bulk":
        round_ = await _bulk(ledger, facts, watch)
    elif task == "ingest":
        round_ = await _ingest(ledger, facts, watch)
    else:
        round_ = await _statements(url, facts, scenario, watch)
    say(ready=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        say(**await round_(json.loads(line)["many"]))


def main(task: str, url: str, facts: dict[str, Any], database: int | None = None, scenario: str = "") -> None:
    """Answer each question with what a round of the task cost."""
    pin(SERVER_CORE)
    uvloop.run(_work(task, url, msgspec.convert(facts, Facts), database, scenario))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
