"""``kill -9`` at any moment: nothing that was acknowledged is lost, and nothing is there by half."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from interlog.ledger import Ledger
from interlog.store.sqlite import SqliteDatabase
from tests.faults.writer import draft_of
from tests.ledger.conftest import Firm, found_firm
from tests.postgres import PostgresServer

pytestmark = pytest.mark.faults

HALVES = {
    "an interaction without its request": "SELECT number FROM interaction EXCEPT SELECT number FROM request",
    "a request without its interaction": "SELECT number FROM request EXCEPT SELECT number FROM interaction",
    "an interaction without its external id": "SELECT number FROM interaction EXCEPT SELECT number FROM external_id",
    "an external id without its interaction": "SELECT number FROM external_id EXCEPT SELECT number FROM interaction",
    "an interaction without its note": "SELECT note_id FROM interaction EXCEPT SELECT id FROM note",
    "a note without its interaction": "SELECT interaction FROM note EXCEPT SELECT number FROM interaction",
    "an interaction without its entry": (
        "SELECT number FROM interaction EXCEPT SELECT entity_id FROM journal WHERE entity = 'interaction'"
    ),
    "an entry without its interaction": (
        "SELECT entity_id FROM journal WHERE entity = 'interaction' EXCEPT SELECT number FROM interaction"
    ),
    "an interaction without its three participants": (
        "SELECT number FROM interaction EXCEPT SELECT number FROM participant GROUP BY number HAVING count(*) = 3"
    ),
    "a note that not all three have": (
        "SELECT id FROM note EXCEPT SELECT id FROM note_link GROUP BY id HAVING count(*) = 3"
    ),
    "a person without his address": "SELECT id FROM person EXCEPT SELECT person_id FROM person_email",
    "an address without its person": "SELECT person_id FROM person_email EXCEPT SELECT id FROM person",
}
"""What would be there if a transaction were torn: each statement finds none of it."""


class Acknowledged(NamedTuple):
    """What the writer was told to be stored."""

    uuid: str
    number: int
    note_id: int
    key: str


class Writer:
    """The writing process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._pid: int | None = None
        self.acknowledged: list[Acknowledged] = []
        self._reading = asyncio.create_task(self._read())
        self._first = asyncio.Event()

    async def start(self, round_: int) -> None:
        """Start writing and return once something was acknowledged."""
        assert self._process.stdin is not None and self._process.stderr is not None
        self._first.clear()
        self._process.stdin.write(f"{round_}\n".encode())
        self._pid = int(await self._process.stderr.readline())
        await asyncio.wait_for(self._first.wait(), 20)

    async def kill(self) -> None:
        """End the process as nothing else does, and wait until it is gone."""
        assert self._process.stderr is not None and self._pid is not None
        os.kill(self._pid, signal.SIGKILL)
        self._pid = None
        assert await asyncio.wait_for(self._process.stderr.readline(), 20) == b"gone\n"

    async def progress(self, many: int) -> None:
        """Wait until that many more were acknowledged."""
        wanted = len(self.acknowledged) + many
        async with asyncio.timeout(30):
            while len(self.acknowledged) < wanted:
                self._first.clear()
                await self._first.wait()

    async def stop(self) -> None:
        """Let the process that forks end."""
        assert self._process.stdin is not None
        if self._pid is not None:
            await self.kill()
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            if line.endswith(b"\n"):
                uuid, number, note_id, _, key = line.decode().split()
                self.acknowledged.append(Acknowledged(uuid, int(number), int(note_id), key))
                self._first.set()


@asynccontextmanager
async def writing(url: str, tenant: str) -> AsyncIterator[Writer]:
    """Give a process that is ready to write."""
    command = ["-m", "tests.faults.writer", url, tenant]
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=root
    )
    writer = Writer(process)
    try:
        yield writer
    finally:
        await writer.stop()


async def _halves(ledger: Ledger) -> list[str]:
    """Return which of the halves there are."""
    if isinstance(ledger.store.database, SqliteDatabase):
        connection = sqlite3.connect(ledger.store.database.path)
        found = [what for what, statement in HALVES.items() if connection.execute(statement).fetchall()]
        connection.close()
        return found
    server = await asyncpg.connect(ledger.store.url)
    found = [what for what, statement in HALVES.items() if await server.fetch(statement)]
    await server.close()
    return found


async def _verify(url: str, firm: Firm, acknowledged: list[Acknowledged]) -> None:
    """Open the store anew and see that all is there, whole."""
    ledger = await Ledger.open(url)
    try:
        for uuid, number, note_id, key in acknowledged:
            item = await ledger.interactions.get(firm.actor, number)
            assert (item.uuid, item.note_id, item.external_ids) == (uuid, note_id, {"calendar": key})
            assert item.content.body == draft_of(key).content.body
            assert len({part.person for part in item.content.participants} - {None}) == 3
        for note in [ack.note_id for ack in acknowledged[-20:]]:
            assert (await ledger.notes.get(firm.actor, note)).content.startswith("text ")
        assert len({ack.number for ack in acknowledged}) == len({ack.key for ack in acknowledged}) == len(acknowledged)
        assert await _halves(ledger) == []
        assert await ledger.check.problems() == []
    finally:
        await ledger.close()


async def _new_firm(url: str) -> Firm:
    ledger = await Ledger.open(url)
    firm = await found_firm(ledger)
    await ledger.close()
    return firm


async def _killed(url: str, rounds: int) -> int:
    """Kill a writer that many times, and see each time that nothing is lost; return how much was written."""
    firm = await _new_firm(url)
    seen = 0
    async with writing(url, firm.tenant.name) as writer:
        for round_ in range(rounds):
            await writer.start(round_)
            await asyncio.sleep(random.uniform(0, 0.25))
            await writer.kill()
            await asyncio.sleep(0)
            await _verify(url, firm, writer.acknowledged[seen:])
            seen = len(writer.acknowledged)
    await _verify(url, firm, writer.acknowledged)
    return len(writer.acknowledged)


async def test_our_process_on_sqlite(tmp_path: Path) -> None:
    """Killed twenty times while it writes to SQLite."""
    assert await _killed(f"sqlite:///{tmp_path / 'interlog.db'}", 20) > 200


async def test_our_process_on_postgresql(private_postgres: PostgresServer) -> None:
    """Killed six times while it writes to PostgreSQL."""
    assert await _killed(private_postgres.create_database(), 6) > 60


async def test_postgresql_itself(private_postgres: PostgresServer) -> None:
    """PostgreSQL is killed twice under a process that goes on: nothing is lost, and nothing is stored twice."""
    url = private_postgres.create_database()
    firm = await _new_firm(url)
    async with writing(url, firm.tenant.name) as writer:
        await writer.start(0)
        for _ in range(2):
            await asyncio.sleep(random.uniform(0.05, 0.3))
            await asyncio.to_thread(private_postgres.kill)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(private_postgres.start)
            await writer.progress(50)
        await writer.kill()
    await _verify(url, firm, writer.acknowledged)
