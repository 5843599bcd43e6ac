"""A hundred thousand objects in one answer: clients that ask for everything get it, and the server keeps nothing."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.canvassing.resources import Resource
from interlog.model.ids import uuid7
from interlog.store import resources
from interlog.store.statements import Unit
from tests.serving import InterlogProcess, interlog_process

EVERYTHING = 9007199254740991
MANY = 100_000
AT = 1_772_000_000_000_000
MEGABYTE = 1024 * 1024


class Serving:
    """A process that serves a hundred thousand lists, and a token."""

    def __init__(self, process: InterlogProcess, token: str) -> None:
        self.pid, self.base = process.process.pid, process.base
        self._token = token

    def read(self, **params: str | int) -> tuple[int, int, bytes]:
        """Read an answer and throw it away: how many bytes it had, how many ids, and its end."""
        length, ids, end = 0, 0, b""
        headers = {"Authorization": f"Bearer {self._token}"}
        with (
            httpx2.Client(trust_env=False, timeout=120) as client,
            client.stream("GET", f"{self.base}/v1/lists", params=params, headers=headers) as answer,
        ):
            assert answer.status_code == 200
            for part in answer.iter_bytes():
                length += len(part)
                ids += part.count(b'"isDeleted"')  # it may be cut in two, now and then
                end = (end + part)[-40:]
        return length, ids, end

    def memory(self) -> int:
        """Return the bytes that are the process' own: what it reads of the store's file does not count."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
        return int(line.split()[1]) * 1024

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Look at the memory all the time; gives what was seen."""
        seen, stop = [self.memory()], threading.Event()

        def watch() -> None:
            while not stop.wait(0.05):
                seen.append(self.memory())

        thread = threading.Thread(target=watch)
        thread.start()
        yield seen
        stop.set()
        thread.join()


async def _filled(url: str) -> str:
    ledger = await Ledger.open(url)
    tenant, person, _ = await ledger.tenants.init(
        "acme", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
    )
    (user,) = await ledger.tenants.users(tenant)
    token, _ = await ledger.access.create_token(system_actor(tenant, person.id, protocol="rest"), user)
    stored = [
        Resource(
            kind="lists", id=uuid7(), number=1_000_000 + place, created_at=AT, modified_at=AT,
            data={"name": f"List {place * 7919 % MANY:06}", "description": "d" * 300},
        )
        for place in range(MANY)
    ]  # fmt: skip
    for start in range(0, MANY, 10_000):
        unit = Unit()
        resources.insert(unit, tenant.id, stored[start : start + 10_000])
        await ledger.store.database.write(unit)
    await ledger.close()
    return token


@pytest.fixture(scope="module")
def serving(module_database_url: str) -> Iterator[Serving]:
    """A server over each engine."""
    token = asyncio.run(_filled(module_database_url))
    with interlog_process("--db", module_database_url) as process:
        yield Serving(process, token)


@pytest.mark.parametrize("sort", ["id", '["name","ASC"]'])
def test_everything_takes_no_more_memory_than_a_page(serving: Serving, sort: str) -> None:
    """All of a hundred thousand objects are sent while the server's memory stays as it was after a few of them."""
    serving.read(limit=12_000, sort=sort)
    with serving.watched() as seen:
        length, ids, end = serving.read(limit=EVERYTHING, sort=sort)
    assert end.endswith(b'],"meta":{}}')
    assert ids > MANY * 0.99
    assert length > 60 * MEGABYTE
    assert max(seen) - seen[0] < 12 * MEGABYTE
