"""The real server for tests: uvicorn and our application on a free port of this machine, over either engine.

``RunningServer`` lives in a thread with an event loop of its own, so that a test can call it over HTTP and set up
through its ledger at the same time. ``InterlogProcess`` is the command ``interlog serve``, as people start it.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any, TypeVar

import httpx2
import pytest
import uvicorn
import uvloop
from sqlalchemy import func, literal, select, union_all

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.interactions import Content, Draft, Interaction, Participant
from interlog.model.parties import Opportunity, OpportunityDraft, Organization, OrganizationDraft, Person, PersonDraft
from interlog.model.tenancy import Actor, Right, Tenant, UserRole
from interlog.settings import Settings
from interlog.store.schema import metadata
from interlog.store.statements import Query, parameter
from tests.conftest import ENGINES, FreshDatabase

START_SECONDS = 150

Result = TypeVar("Result")

_tenant_names = (f"firm-{number}" for number in count(1))


class RunningServer:
    """A server and its ledger. ``base`` is the address of its root, such as ``http://127.0.0.1:23456``."""

    ledger: Ledger
    base: str

    def __init__(self, url: str, **settings: Any) -> None:
        self.url = url
        self._settings = {"db": url, "log_requests": "off", "webhook_private": True} | settings
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="server", daemon=True)
        self._served: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []
        self.http = httpx2.Client(timeout=30, trust_env=False)

    def start(self) -> None:
        """Open the ledger and serve it."""
        self._thread.start()
        self.ledger = self.run(Ledger.open(self.url))
        self.base, _ = self.run(self._serve(self._settings))

    def stop(self) -> None:
        """Finish the requests under way, close the ledger, end the thread."""
        self.http.close()
        self.run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run a coroutine in the server's loop and return its result: for everything done through the ledger."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    @contextmanager
    def with_settings(self, **settings: Any) -> Iterator[str]:
        """Serve the same ledger a second time, with other settings; gives the address."""
        base, served = self.run(self._serve(self._settings | settings))
        yield base
        served.should_exit = True  # it ends by itself; nobody need wait for it

    def found(
        self, name: str | None = None, *, owner: tuple[str, str, str] = ("Mia", "Kern", "mia@own.example")
    ) -> "Firm":
        """Create a tenant of the owner's e-mail domain, with a token of the owner."""
        name = name or next(_tenant_names)
        domain = owner[2].partition("@")[2]
        tenant, person, _ = self.run(self.ledger.tenants.init(name, domains=(domain,), owner=owner))
        return Firm(self, tenant, person)

    async def _serve(self, settings: Mapping[str, Any]) -> tuple[str, uvicorn.Server]:
        from interlog.server import create_app

        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            create_app(Settings(**settings), self.ledger),
            http="httptools",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=120,  # no connection of a test ends just when it is used again
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve([listening]))
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.001)
        self._served.append((server, task))
        host, port = listening.getsockname()
        return f"http://{host}:{port}", server

    async def _stop(self) -> None:
        for server, _ in self._served:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._served))
        await self.ledger.close()


class Firm:
    """A tenant on a running server, and whatever a test sets up in it. ``mia`` is its owner, ``token`` is hers."""

    def __init__(self, server: RunningServer, tenant: Tenant, mia: Person) -> None:
        self.server = server
        self.ledger = server.ledger
        self.tenant = tenant
        self.mia = mia
        self.actor = system_actor(tenant, mia.id, protocol="rest")
        self.token = self.token_of(mia)

    def colleague(
        self, first_name: str, last_name: str = "", *, role: UserRole = UserRole.MEMBER, groups: tuple[int, ...] = ()
    ) -> Person:
        """Create a user: an internal person who also sees the records of these security groups."""
        person = self.person(first_name, last_name, f"{first_name}@{self.tenant.settings.domains[0]}".lower())
        self.server.run(self.ledger.tenants.add_user(self.actor, person.id, role, groups))
        return self.server.run(self.ledger.persons.get(self.actor, person.id))

    def token_of(self, person: Person, *scopes: str, expires_at: int | None = None) -> str:
        """Create a token for a user."""

        async def create() -> str:
            users = await self.ledger.tenants.users(self.tenant)
            user = next(user for user in users if user.person_id == person.id)
            text, _ = await self.ledger.access.create_token(self.actor, user, scopes=scopes, expires_at=expires_at)
            return text

        return self.server.run(create())

    def revoke(self, token: str) -> None:
        """Revoke a token."""

        async def revoke() -> None:
            tokens = await self.ledger.access.tokens(self.actor)
            found = next(item for item in tokens if token.startswith(item.prefix))
            await self.ledger.access.revoke_token(self.actor, found.id)

        self.server.run(revoke())

    def acting(self, person: Person, right: Right = Right.WRITE, *groups: int, protocol: str = "rest") -> Actor:
        """Return a person as an actor, who also sees these security groups."""
        return Actor(tenant=self.tenant, person_id=person.id, right=right, groups=(0, *groups), protocol=protocol)

    def person(self, first_name: str, last_name: str = "", *emails: str, **more: Any) -> Person:
        """Create a person; without an address it is an outside person who has none."""
        draft = PersonDraft(first_name=first_name, last_name=last_name, emails=emails, **more)
        return self.server.run(self.ledger.persons.create(self.actor, draft))

    def organization(self, name: str, *domains: str, persons: Sequence[Person] = ()) -> Organization:
        """Create an organization."""
        draft = OrganizationDraft(name=name, domains=domains, person_ids=tuple(person.id for person in persons))
        return self.server.run(self.ledger.organizations.create(self.actor, draft))

    def deals(self) -> int:
        """Return the id of the list of opportunities that every tenant begins with."""
        return self.server.run(self.ledger.opportunities.lists(self.actor))[0].id

    def opportunity(
        self,
        name: str,
        *,
        persons: Sequence[Person] = (),
        organizations: Sequence[Organization] = (),
        list_id: int | None = None,
    ) -> Opportunity:
        """Create an opportunity, by default on the tenant's first list."""
        draft = OpportunityDraft(
            name=name,
            list_id=list_id or self.deals(),
            person_ids=tuple(person.id for person in persons),
            organization_ids=tuple(organization.id for organization in organizations),
        )
        return self.server.run(self.ledger.opportunities.create(self.actor, draft))

    def log(
        self, type_: str, at: int, *parties: Person | Participant, actor: Actor | None = None, **more: Any
    ) -> Interaction:
        """Log an interaction through the ledger; ``more`` goes to the draft, or else to its content."""
        beside = {name: more.pop(name) for name in list(more) if name in Draft.__struct_fields__}
        participants = tuple(p if isinstance(p, Participant) else Participant(p.id) for p in parties)
        draft = Draft(type=type_, content=Content(occurred_at=at, participants=participants, **more), **beside)
        return self.server.run(self.ledger.interactions.log(actor or self.actor, draft)).interaction

    def caller(self, prefix: str, token: str | None = None, base: str | None = None) -> "Caller":
        """Return a client of one protocol with a token, by default Mia's."""
        return Caller(self.server.http, (base or self.server.base) + prefix, token or self.token)

    def rows(self) -> dict[str, int]:
        """Return how many rows of each table are the tenant's: equal before and after, nothing was stored.

        The journal is one of the tables and has a row for each change, so that no change hides behind equal counts.
        """
        return self.server.run(rows_of(self.ledger, self.tenant.id))


class Caller:
    """An HTTP client below one address, with a token. Its methods return the response, whatever its status."""

    def __init__(self, http: httpx2.Client, base: str, token: str | None) -> None:
        self.http = http
        self.base = base
        self.token = token

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        """Send a request; ``options`` are httpx's: ``params``, ``json``, ``data``, ``content``, ``files``, ``auth``."""
        bearer = {} if self.token is None or "auth" in options else {"Authorization": f"Bearer {self.token}"}
        return self.http.request(method, self.base + path, headers=bearer | dict(headers or {}), **options)

    def get(self, path: str, **params: Any) -> httpx2.Response:
        """Send a GET with query parameters."""
        return self.request("GET", path, params=params or None)

    def post(self, path: str, **body: Any) -> httpx2.Response:
        """Send a POST with a JSON body."""
        return self.request("POST", path, json=body)

    def put(self, path: str, **body: Any) -> httpx2.Response:
        """Send a PUT with a JSON body."""
        return self.request("PUT", path, json=body)

    def delete(self, path: str, **params: Any) -> httpx2.Response:
        """Send a DELETE with query parameters."""
        return self.request("DELETE", path, params=params or None)


_COUNTED = [table for table in metadata.sorted_tables if "tenant_id" in table.c]
_ROWS = Query(
    union_all(
        *(
            select(literal(table.name).label("name"), func.count()).where(table.c.tenant_id == parameter("tenant"))
            for table in _COUNTED
        )
    )
)


async def rows_of(ledger: Ledger, tenant: int) -> dict[str, int]:
    """Return how many rows of each table belong to a tenant."""
    return dict(await ledger.store.database.fetch_long(_ROWS, tenant=tenant))  # type: ignore[arg-type]


@contextmanager
def running_server(
    engine: str, fresh_database: FreshDatabase, folder: Path, **settings: Any
) -> Iterator[RunningServer]:
    """Run a server over an empty database of an engine."""
    with fresh_database(engine, folder) as url:
        server = RunningServer(url, **settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


ServerOf = Callable[[str], RunningServer]


@pytest.fixture(scope="session")
def server_of(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerOf]:
    """``server_of(engine)`` is the session's server over that engine, started when first asked for."""
    started: dict[str, tuple[AbstractContextManager[RunningServer], RunningServer]] = {}

    def of(engine: str) -> RunningServer:
        if engine not in started:
            context = running_server(engine, fresh_database, tmp_path_factory.mktemp(f"server-{engine}"))
            started[engine] = (context, context.__enter__())
        return started[engine][1]

    yield of
    for context, _ in started.values():
        context.__exit__(None, None, None)


@pytest.fixture(scope="module", params=ENGINES)
def server(request: pytest.FixtureRequest, server_of: ServerOf) -> RunningServer:
    """The session's server, once over each engine."""
    return server_of(request.param)


@pytest.fixture(scope="session")
def any_server(server_of: ServerOf) -> RunningServer:
    """The session's server over SQLite: for what has nothing to do with the store."""
    return server_of("sqlite")


@pytest.fixture
def firm(server: RunningServer) -> Firm:
    """A new tenant for each test, on each engine."""
    return server.found()


@pytest.fixture
def any_firm(any_server: RunningServer) -> Firm:
    """A new tenant for each test, on SQLite."""
    return any_server.found()


class InterlogProcess:
    """``interlog serve`` in a process of its own. ``started`` is the JSON object that it prints about itself."""

    def __init__(
        self, log: IO[bytes], *arguments: str, port: int = 0, environment: Mapping[str, str] | None = None
    ) -> None:
        command = [str(Path(sys.executable).with_name("interlog")), "serve", "--port", str(port), "--json", *arguments]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("INTERLOG_")}
        self._log = log
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, text=True, env=clean | dict(environment or {})
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"interlog serve did not start: {self.log()}")
        self.started: dict[str, Any] = json.loads(line)

    @property
    def base(self) -> str:
        """The address of the server's root."""
        return str(self.started["url"])

    def log(self) -> str:
        """Return what the server has logged so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self, seconds: float = START_SECONDS) -> int:
        """Stop the server as ``kill`` does, and return its exit code."""
        self.process.terminate()
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Kill the server (``kill -9``)."""
        self.process.kill()
        self.process.wait(START_SECONDS)


@contextmanager
def interlog_process(
    *arguments: str, port: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[InterlogProcess]:
    """Run ``interlog serve`` with these arguments, on a free port unless one is named, until the block ends."""
    with tempfile.TemporaryFile() as log:
        served = InterlogProcess(log, *arguments, port=port, environment=environment)
        try:
            yield served
        finally:
            if served.process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    served.stop()
                served.kill()
            served.process.communicate()


def wait_until(holds: Callable[[], bool], seconds: float = 120) -> None:
    """Return as soon as something holds; fail when it takes too long."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
