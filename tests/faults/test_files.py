"""Files in a server that is killed, and large ones in a server that must stay small."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import asyncpg
import httpx2
import pytest

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.parties import PersonDraft
from tests.serving import InterlogProcess, interlog_process, wait_until

pytestmark = pytest.mark.faults

MEGABYTE = 1024 * 1024


async def _found(url: str, files: Path) -> int:
    """Make a tenant; returns the id of somebody in it."""
    ledger = await Ledger.open(url, files=files)
    tenant, mia, _ = await ledger.tenants.init(
        "acme", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
    )
    person = await ledger.persons.create(system_actor(tenant, mia.id), PersonDraft(first_name="Ola"))
    await ledger.close()
    return person.id


@contextmanager
def _served(url: str, files: Path) -> Iterator[tuple[InterlogProcess, httpx2.Client]]:
    environment = {"INTERLOG_FILES": str(files), "INTERLOG_MAX_UPLOAD": str(300 * MEGABYTE)}
    with interlog_process("--db", url, "--print-token", environment=environment) as process:
        headers = {"Authorization": f"Bearer {process.started['protocols']['affinity']['token']}"}
        with httpx2.Client(
            base_url=f"{process.base}/affinity", headers=headers, timeout=150, trust_env=False
        ) as client:
            yield process, client


class _Bytes:
    """A file of so many bytes that is made while it is read."""

    def __init__(self, size: int) -> None:
        self.left, self.hash = size, sha256()

    def read(self, most: int = -1) -> bytes:
        many = self.left if most < 0 else min(most, self.left)
        chunk = bytes(i % 251 for i in range(min(many, 4096))) * (many // 4096 + 1)
        chunk = chunk[:many]
        self.left -= many
        self.hash.update(chunk)
        return chunk


def _peak(process: InterlogProcess) -> int:
    """Return the most memory that a process has had so far, in bytes."""
    lines = Path(f"/proc/{process.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


async def test_200_megabytes(database_url: str, tmp_path: Path) -> None:
    """A large file comes and goes in a server whose memory does not grow with it."""
    person = await _found(database_url, tmp_path / "files")
    with _served(database_url, tmp_path / "files") as (process, client):
        small = {"file": ("a", b"small")}
        assert client.post(f"/entity-files?person_id={person}", files=small).status_code == 200
        before, sent = _peak(process), _Bytes(200 * MEGABYTE)
        answer = client.post(f"/entity-files?person_id={person}", files={"file": ("large.bin", sent)})  # type: ignore[dict-item]
        assert answer.json() == {"success": True}
        _, item = client.get("/entity-files").json()["entity_files"]
        assert item["size"] == 200 * MEGABYTE
        got = sha256()
        with client.stream("GET", f"/entity-files/download/{item['id']}") as response:
            for chunk in response.iter_bytes():
                got.update(chunk)
        assert got.digest() == sent.hash.digest()
        assert _peak(process) - before < 30 * MEGABYTE


@contextmanager
def _held_up(url: str) -> Iterator[None]:
    """Let nobody commit anything to a store while the block lasts."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
        connection.close()
        return
    loop = asyncio.new_event_loop()
    connection_ = loop.run_until_complete(asyncpg.connect(url))
    transaction = connection_.transaction()
    loop.run_until_complete(transaction.start())
    loop.run_until_complete(connection_.execute("LOCK TABLE file, counter IN ACCESS EXCLUSIVE MODE"))
    yield
    loop.run_until_complete(connection_.close())
    loop.close()


def test_killed_between_content_and_commit(database_url: str, tmp_path: Path) -> None:
    """The content is whole, the row never comes: no file is there, nothing is amiss, and the content is cleared."""
    files = tmp_path / "files"
    person = asyncio.run(_found(database_url, files))

    def contents() -> list[str]:
        return [path.name for path in files.glob("*/*/*")]

    with _served(database_url, files) as (process, client):

        def post() -> None:
            try:
                client.post(f"/entity-files?person_id={person}", files={"file": ("a", bytes(5 * MEGABYTE))})
            except httpx2.HTTPError:
                return

        with _held_up(database_url):
            sending = threading.Thread(target=post)
            sending.start()
            wait_until(lambda: len(contents()) == 1 and not contents()[0].endswith(".part"))
            process.kill()
        sending.join(20)

    async def look() -> None:
        ledger = await Ledger.open(database_url, files=files)
        try:
            tenant = await ledger.tenants.by_name("acme")
            assert await ledger.files.page(system_actor(tenant, 1), limit=9) == ([], None)
            assert await ledger.check.problems() == []
            assert len(contents()) == 1
            assert await ledger.files.clear(tenant, age=0) == 1
            assert contents() == []
        finally:
            await ledger.close()

    asyncio.run(look())


def test_killed_while_a_file_arrives(database_url: str, tmp_path: Path) -> None:
    """What has arrived by half is under no key, and is cleared; what was acknowledged is there."""
    files = tmp_path / "files"
    person = asyncio.run(_found(database_url, files))
    with _served(database_url, files) as (process, client):
        assert client.post(f"/entity-files?person_id={person}", files={"file": ("a", b"small")}).status_code == 200
        is_going_on = threading.Event()

        class Slow(_Bytes):
            def read(self, most: int = -1) -> bytes:
                if self.left < 10 * MEGABYTE:
                    is_going_on.set()
                    time.sleep(0.02)
                return super().read(most)

        def post() -> None:
            try:
                client.post(f"/entity-files?person_id={person}", files={"file": ("b", Slow(20 * MEGABYTE))})  # type: ignore[dict-item]
            except httpx2.HTTPError:
                return

        sending = threading.Thread(target=post)
        sending.start()
        assert is_going_on.wait(30)
        process.kill()
        sending.join(30)

    async def look() -> None:
        ledger = await Ledger.open(database_url, files=files)
        try:
            tenant = await ledger.tenants.by_name("acme")
            ((item,), _) = await ledger.files.page(system_actor(tenant, 1), limit=9)
            assert item.name == "a"
            assert await ledger.check.problems() == []
            assert await ledger.files.clear(tenant, age=0) == 1
            assert [path.name for path in files.glob("*/*/*")] == [item.key]
        finally:
            await ledger.close()

    asyncio.run(look())
