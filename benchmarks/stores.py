"""Filled stores: made once and kept in a folder, then read as they are or copied to be written to."""

import asyncio
import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec
import psutil  # type: ignore[import-untyped]
from msgspec import Struct
from rich.progress import Progress
from tests.postgres import PostgresServer

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.ids import uuid7
from interlog.model.instants import now
from interlog.model.parties import Person
from interlog.model.tenancy import Actor
from interlog.store import persons as person_rows
from interlog.store.migrate import migrate
from interlog.store.statements import Unit

from . import canvass, rosters, shape
from .canvass import Doors
from .facts import Facts
from .ready import write_ready
from .rosters import Roster
from .settling import settle

_BATCH = 10_000
_PARTS = ("", "-wal", "-shm")
_MEMORY = {"shared_buffers": "1GB", "max_wal_size": "4GB"}  # as one would set it on a machine with a few GB for it


class Store(Struct):
    """A filled store. ``database``: the process of the database, where there is one."""

    engine: str
    url: str
    facts: Facts
    ready: Path | None = None
    database: int | None = None


T = TypeVar("T")
Fill = Callable[[str, int], Awaitable[T]]
"""Fills the empty database of a URL with so many of something, and returns what is to be known of it."""


class Filling(NamedTuple, Generic[T]):
    """What a store is filled with: ``name`` stands in its own."""

    name: str
    fill: Fill[T]
    type: type[T]


class Filled(NamedTuple, Generic[T]):
    """A filled store that is only read. ``database``: the process of the database, where there is one."""

    url: str
    facts: T
    database: int | None


class Stores:
    """The stores of one folder; what was made by another schema or from other data is not used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / _fingerprint()
        self._folder.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def open(self, engine: str, size: int) -> Iterator[Store]:
        """Give a filled store to be read; it is filled now if it was not before."""
        if engine == "sqlite":
            yield self._sqlite(size)
            return
        with self._postgresql() as server:
            yield self._database(server, size)

    @contextmanager
    def filled(self, engine: str, sizes: Sequence[int], filling: Filling[T]) -> Iterator[list[Filled[T]]]:
        """Give stores to be read side by side; each is filled now if it was not before."""
        if engine == "sqlite":
            yield [Filled(*self._file(size, filling), None) for size in sizes]
            return
        with self._postgresql() as server:
            found = [self._filled(server, size, filling) for size in sizes]
            yield [Filled(url, facts, _pid(self._folder)) for url, facts in found]

    @contextmanager
    def copy(self, store: Store) -> Iterator[Store]:
        """Give a copy of a store to be written to; it is gone afterwards."""
        if store.engine == "sqlite":
            source = Path(store.url.removeprefix("sqlite:///"))
            target = self._folder / f"copy-{secrets.token_hex(4)}.db"
            try:
                shutil.copyfile(source, target)
                yield msgspec.structs.replace(store, url=f"sqlite:///{target}")
            finally:
                for part in _PARTS:
                    target.with_name(target.name + part).unlink(missing_ok=True)
            return
        server = _attached(self._folder)
        source_name = store.url.rpartition("/")[2]
        name = f"copy_{secrets.token_hex(4)}"
        server.execute(f"create database {name} template {source_name} strategy file_copy")
        server.execute("checkpoint")
        try:
            yield msgspec.structs.replace(store, url=server.database_url(name))
        finally:
            server.execute(f"drop database {name} with (force)")

    def renew_ready(self, store: Store) -> Store:
        """Make the ready-made answers of a store anew, as this version of the server gives them."""
        ready = self._ready_path(store.facts.size)
        begun = ready.with_suffix(".new")
        begun.unlink(missing_ok=True)
        asyncio.run(write_ready(begun, store.url, store.facts))
        begun.replace(ready)
        return msgspec.structs.replace(store, ready=ready)

    def _sqlite(self, size: int) -> Store:
        store = Store("sqlite", *self._file(size, INTERACTIONS))
        ready = self._ready_path(size)
        if not ready.exists():
            return self.renew_ready(store)
        return msgspec.structs.replace(store, ready=ready)

    def _file(self, size: int, filling: Filling[T]) -> tuple[str, T]:
        """Return the URL of a filled file and what is to be known of it."""
        path = self._folder / f"{filling.name}-{size}.db"
        facts_path = path.with_suffix(".json")
        url = f"sqlite:///{path}"
        if not facts_path.exists():
            for part in _PARTS:
                path.with_name(path.name + part).unlink(missing_ok=True)
            facts_path.write_bytes(msgspec.json.encode(_run(filling.fill(url, size))))
        return url, msgspec.json.decode(facts_path.read_bytes(), type=filling.type)

    def _ready_path(self, size: int) -> Path:
        return self._folder / f"ready-{size}.db"

    @contextmanager
    def _postgresql(self) -> Iterator[PostgresServer]:
        folder = self._folder / "postgresql"
        is_new = not (folder / "data").exists()
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        server = PostgresServer(folder, durable=True)
        _stop_left_over(folder)
        server.start()
        try:
            if is_new:
                for name, value in _MEMORY.items():
                    server.execute(f"alter system set {name} = '{value}'")
                server.stop()
                server.start()
            yield server
        finally:
            server.stop()

    def _database(self, server: PostgresServer, size: int) -> Store:
        url, facts = self._filled(server, size, INTERACTIONS)
        return Store("postgresql", url, facts, database=_pid(self._folder))

    def _filled(self, server: PostgresServer, size: int, filling: Filling[T]) -> tuple[str, T]:
        """Return the URL of a filled database and what is to be known of it."""
        name = f"{filling.name}_{size}"
        url = server.database_url(name)
        facts_path = self._folder / "postgresql" / f"{name}.json"
        if not facts_path.exists():
            server.execute(f"drop database if exists {name}")
            server.execute(f"create database {name} template template0")
            facts_path.write_bytes(msgspec.json.encode(_run(filling.fill(url, size))))
            server.execute("vacuum analyze", url)
            server.execute("checkpoint")
        return url, msgspec.json.decode(facts_path.read_bytes(), type=filling.type)


def _run(filling: Awaitable[T]) -> T:
    async def wait() -> T:
        return await filling

    return asyncio.run(wait())


async def _fill(url: str, size: int) -> Facts:
    """Fill an empty database: persons as rows, interactions as a sync would log them."""
    ledger = await Ledger.open(url)
    try:
        tenant, owner, _ = await ledger.tenants.init(
            "bench", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
        )
        actor = system_actor(tenant, owner.id, protocol="affinity")
        with Progress(transient=True) as progress:
            task = progress.add_task(f"Filling a store of {size:,}", total=size)
            person_ids = await _add_persons(ledger, actor, shape.persons_of(size))
            first = None
            for start in range(0, size, _BATCH):
                end = min(start + _BATCH, size)
                outcomes: list[Any] = await ledger.interactions.log_many(
                    actor, list(shape.drafts(start, end, size, person_ids))
                )
                numbers = [outcome.interaction.number for outcome in outcomes]
                first = numbers[0] if first is None else first
                assert numbers == list(range(first + start, first + end)), "numbers follow the order of time"
                progress.update(task, completed=end)
        await settle(ledger, tenant.id)
        user = await ledger.tenants.user(tenant, "mia@own.example")
        token, _ = await ledger.access.create_token(actor, user, label="benchmarks")
    finally:
        await ledger.close()
    assert first is not None
    return Facts(size=size, tenant=tenant.id, token=token, first_person=person_ids[0], first_number=first)


async def _add_persons(ledger: Ledger, actor: Actor, many: int) -> range:
    ids = await ledger.store.numbers.take(actor.tenant.id, "person", many)
    for start in range(0, many, _BATCH):
        unit = Unit()
        for place in range(start, min(start + _BATCH, many)):
            kind, first_name, last_name, email = shape.person_names(place)
            person = Person(
                id=ids[place], uuid=uuid7(), kind=kind, first_name=first_name, last_name=last_name, emails=(email,),
                primary_email=email, created_at=now(),
            )  # fmt: skip
            person_rows.insert(unit, actor.tenant.id, person)
        await ledger.store.database.write(unit)
    return ids


INTERACTIONS = Filling("store", _fill, Facts)
VISITS = Filling("visits", canvass.fill, Doors)
ROSTERS = Filling("rosters", rosters.fill, Roster)


def _fingerprint() -> str:
    """Return what two stores share that have the same schema and were filled with the same data."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "empty.db")
        asyncio.run(migrate(f"sqlite:///{path}"))
        with closing(sqlite3.connect(path)) as connection:
            schema = "\n".join(connection.iterdump())
    return hashlib.sha256(f"{shape.VERSION} {canvass.VERSION} {rosters.VERSION}\n{schema}".encode()).hexdigest()[:12]


def _attached(folder: Path) -> PostgresServer:
    server = PostgresServer(folder / "postgresql", durable=True)
    if not server.attach():
        raise RuntimeError("the PostgreSQL of the benchmarks does not run")
    return server


def _pid(folder: Path) -> int:
    return int((folder / "postgresql" / "data" / "postmaster.pid").read_text().splitlines()[0])


def _stop_left_over(folder: Path) -> None:
    """Stop the server that a killed run of the benchmarks left behind in this very folder."""
    pid_file = folder / "data" / "postmaster.pid"
    if not pid_file.exists():
        return
    try:
        process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        if process.cwd() == os.fspath(folder / "data"):
            process.terminate()
            process.wait()
    except psutil.NoSuchProcess:
        pass
