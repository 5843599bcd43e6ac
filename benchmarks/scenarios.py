"""The scenarios: each measures Interlog and its limits in turn, round by round, in one run."""

import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from rich.console import Console

from . import requests
from .children import Child, cpu_seconds
from .inprocess import BULK, WAITING
from .load import write_requests
from .ready import NO_TOKEN
from .requests import Request
from .results import Part, Result, Round
from .stores import Store, Stores
from .visits import visits

READING = 16  # connections
READS = ("get", "list100", "list500")
SCENARIOS = (*READS, "create", "visit", "bulk", "ingest")
TARGETS = {
    "sqlite": {"get": 0.45, "list100": 0.2, "list500": 0.2, "create": 0.45, "visit": 0.7, "bulk": 0.45, "ingest": 0.4},
    # Half of what a first prototype reached on PostgreSQL with a million interactions, in requests per second.
    "postgresql": {"get": 0.25, "list100": 0.43, "create": 0.22, "visit": 0.7, "bulk": 0.45, "ingest": 0.4},
}
_OTHERS_HEADERS = frozenset({"connection", "content-length", "date"})
_LARGE = 1_000_000

# A limit must not depend on luck. Where large bodies lie in memory decides whether glibc gives it back to the system
# after each answer, which makes pages of 500 half as dear again. Interlog itself runs with what everybody has.
_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(64 << 20), "MALLOC_MMAP_THRESHOLD_": str(4 << 20)}

console = Console(stderr=True)


class Plan(Struct):
    """How long to measure."""

    rounds: int = 5
    seconds: float = 2.0
    many_gets: int = 50_000
    many_pages: int = 200
    many_creates: int = 8_000
    many_bulks: int = 3


class Server:
    """A running server process."""

    def __init__(self, kind: str, **arguments: Any) -> None:
        self.child = Child("serving", environment=None if kind == "interlog" else _KEEP_MEMORY, kind=kind, **arguments)
        self.url: str = self.child.read()["url"]

    @property
    def port(self) -> int:
        """The port it listens on."""
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def get(self, path: str, token: str = "") -> bytes:
        """Return the body of the answer to a GET."""
        return self._answer(path, token, None)

    def headers(self, path: str, token: str) -> list[tuple[str, str]]:
        """Return the headers of the answer to a GET, but for the body's length and those of the HTTP server."""
        with self._open(path, token, None) as response:
            return [(name, value) for name, value in response.headers.items() if name.lower() not in _OTHERS_HEADERS]

    def post(self, path: str, token: str, body: bytes, content_type: str = "application/json") -> bytes:
        """Return the body of the answer to a POST."""
        return self._answer(path, token, body, content_type=content_type)

    def put(self, path: str, token: str, body: bytes) -> bytes:
        """Return the body of the answer to a PUT of JSON."""
        return self._answer(path, token, body, method="PUT")

    def _answer(self, path: str, token: str, body: bytes | None, **options: Any) -> bytes:
        with self._open(path, token, body, **options) as response:
            answer: bytes = response.read()
            return answer

    def _open(
        self, path: str, token: str, body: bytes | None, *, method: str | None = None,
        content_type: str = "application/json",
    ) -> Any:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
        return urllib.request.urlopen(urllib.request.Request(self.url + path, body, headers, method=method))


class Bench:
    """The processes of one run: the load generator, and the servers while they are needed."""

    def __init__(self, stores: Stores, plan: Plan, folder: Path) -> None:
        self.stores = stores
        self.plan = plan
        self._folder = folder
        self._names = count()
        self._load = Child("load")

    def close(self) -> None:
        """End the load generator."""
        self._load.stop()

    def requests(self, raw: Iterable[bytes]) -> Path:
        """Write requests to be sent, under a name of their own: the load generator keeps what it has read."""
        path = self._folder / str(next(self._names))
        write_requests(path, list(raw))
        return path

    def drive(self, server: Server, path: Path, connections: int, *, once: bool = False,
              database: int | None = None) -> Round:  # fmt: skip
        """Send requests for the time of a round (or each ``once``) and return what that cost the server."""
        cpu, database_cpu = cpu_seconds(server.child.pid), cpu_seconds(database) if database else 0.0
        answer = self._load.ask(
            port=server.port,
            requests=str(path),
            connections=connections,
            seconds=None if once else self.plan.seconds,
        )
        cpu = cpu_seconds(server.child.pid) - cpu
        if set(answer["statuses"]) - {"200", "201"}:
            raise RuntimeError(f"the server answered with {answer['statuses']}")
        return Round(
            count=answer["count"],
            seconds=answer["seconds"],
            cpu=cpu,
            database_cpu=cpu_seconds(database) - database_cpu if database else None,
            p50_ms=answer["p50_ms"],
            p99_ms=answer["p99_ms"],
        )


@contextmanager
def bench(stores: Stores, plan: Plan) -> Iterator[Bench]:
    """Give what measures; ends it afterwards."""
    with TemporaryDirectory(prefix="interlog-bench-") as folder:
        found = Bench(stores, plan, Path(folder))
        try:
            yield found
        finally:
            found.close()


@contextmanager
def serving(kind: str, **arguments: Any) -> Iterator[Server]:
    """Run a server process."""
    server = Server(kind, **arguments)
    try:
        yield server
    finally:
        server.child.stop()


@contextmanager
def inprocess(task: str, store: Store, scenario: str = "") -> Iterator[Callable[[int], Round]]:
    """Run a process of ``inprocess``: give what asks it for a round."""
    child = Child(
        "inprocess",
        task=task,
        url=store.url,
        facts=msgspec.to_builtins(store.facts),
        database=store.database,
        scenario=scenario,
    )
    try:
        child.read()
        yield lambda many: Round(**child.ask(many=many))
    finally:
        child.stop()


def measure(found: Bench, engine: str, size: int, scenarios: Iterable[str]) -> Iterator[Result]:
    """Measure scenarios on one store."""
    with found.stores.open(engine, size) as store:
        if reads := [name for name in READS if name in scenarios]:
            yield from _reads(found, store, reads) if engine == "sqlite" else _reads_pg(found, store, reads)
        if "create" in scenarios:
            yield _create(found, store)
        if "visit" in scenarios:
            yield _visit(found, store)
        for scenario in ("bulk", "ingest"):
            if scenario in scenarios:
                yield _bulk(found, store, scenario)


def take_turns(found: Bench, what: str, contestants: dict[str, Callable[[], Round]]) -> dict[str, Part]:
    """Let contestants take turns."""
    parts = {name: Part(name) for name in contestants}
    for number in range(found.plan.rounds):
        for name, contestant in contestants.items():
            with console.status(f"{what}: round {number + 1} of {found.plan.rounds}, {name}"):
                parts[name].rounds.append(contestant())
    return parts


def requests_of(found: Bench, store: Store, scenario: str) -> list[Request]:
    if scenario == "get":
        return list(requests.get_one(store.facts, min(found.plan.many_gets, store.facts.size)))
    return list(requests.get_page(store.facts, found.plan.many_pages, int(scenario.removeprefix("list"))))


def _reads(found: Bench, store: Store, scenarios: list[str]) -> Iterator[Result]:
    """Reads on SQLite: beside a bare application that looks the same bytes up, and one that remembers them."""
    with serving("interlog", db=store.url) as ours, ExitStack() as stack:
        if not _is_same(ours, store):
            store = found.stores.renew_ready(store)
        headers = ours.headers(next(requests.get_one(store.facts, 1)).path, store.facts.token)
        bare = {
            kind: stack.enter_context(serving(kind, ready=str(store.ready), headers=headers))
            for kind in ("looked up", "remembered")
        }
        for scenario in scenarios:
            places = requests_of(found, store, scenario)
            paths = {ours: found.requests([place.raw for place in places])}
            bare_path = found.requests([place.bare(store.facts.token) for place in places])
            paths |= dict.fromkeys(bare.values(), bare_path)
            for server, path in paths.items():
                found.drive(server, path, READING, once=True)  # warm, and the one that remembers has seen all
            if not _is_same(ours, store, bare["looked up"], places[:3]):
                raise RuntimeError("the bare application answers with other bytes than the server")
            contestants = {"ours": ours, **bare}
            parts = take_turns(
                found,
                f"{scenario}, sqlite, {store.facts.size:,}",
                {name: driving(found, server, paths[server]) for name, server in contestants.items()},
            )
            yield Result(
                scenario, store.engine, store.facts.size, parts["ours"], [parts["looked up"]],
                target=TARGETS["sqlite"].get(scenario), others=[parts["remembered"]],
            )  # fmt: skip


def driving(found: Bench, server: Server, path: Path, connections: int = READING,
           database: int | None = None) -> Callable[[], Round]:  # fmt: skip
    return lambda: found.drive(server, path, connections, database=database)


def _is_same(ours: Server, store: Store, bare: Server | None = None, places: list[Request] | None = None) -> bool:
    """Whether the ready-made answers are those of the server, but for the token of the next page."""
    if bare is None:
        assert store.ready is not None
        with serving("looked up", ready=str(store.ready)) as started:
            return _is_same(ours, store, started, list(requests.get_one(store.facts, 20)))
    for place in places or []:
        body, expected = ours.get(place.path, store.facts.token), bare.get(place.bare_path)
        if expected.endswith(NO_TOKEN):
            body, expected = body[: body.rindex(b'],"next_page_token"')], expected.removesuffix(NO_TOKEN)
        if body != expected:
            return False
    return True


def _reads_pg(found: Bench, store: Store, scenarios: list[str]) -> Iterator[Result]:
    """Reads on PostgreSQL: beside the same two statements through the bare driver."""
    with serving("interlog", db=store.url) as ours:
        for scenario in scenarios:
            path = found.requests([place.raw for place in requests_of(found, store, scenario)])
            warm = found.drive(ours, path, READING, once=True)
            many = max(int(warm.count / warm.seconds * found.plan.seconds), 20)
            with inprocess("statements", store, scenario) as statements:
                statements(many)
                parts = take_turns(
                    found,
                    f"{scenario}, postgresql, {store.facts.size:,}",
                    {
                        "ours": driving(found, ours, path, database=store.database),
                        "bare driver": _ask(statements, many),
                    },
                )
            yield Result(
                scenario, store.engine, store.facts.size, parts["ours"], [parts["bare driver"]],
                target=TARGETS["postgresql"].get(scenario) if store.facts.size >= _LARGE else None, by_rate=True,
            )  # fmt: skip


def _ask(round_: Callable[[int], Round], many: int) -> Callable[[], Round]:
    return lambda: round_(many)


def _create(found: Bench, store: Store) -> Result:
    """Single writes: beside the same rows grouped by a bare writer, plus an HTTP server that only reads the body."""
    plan = found.plan
    path = found.requests(requests.create_one(store.facts, 10_000))
    with ExitStack() as stack:
        ours = stack.enter_context(serving("interlog", db=stack.enter_context(found.stores.copy(store)).url))
        answer = ours.post("/affinity/interactions", store.facts.token, next(requests.created_bodies(store.facts, 1)))
        headers = ours.headers(next(requests.get_one(store.facts, 1)).path, store.facts.token)
        bare = stack.enter_context(serving("accepting", body=answer.decode(), headers=headers))
        insert = stack.enter_context(inprocess("insert", stack.enter_context(found.stores.copy(store))))
        found.drive(ours, path, WAITING)
        insert(plan.many_creates // 4)
        contestants = {
            "ours": driving(found, ours, path, WAITING, store.database),
            "insert": _ask(insert, plan.many_creates),
        }
        if store.engine == "sqlite":
            found.drive(bare, path, WAITING)
            contestants["HTTP"] = driving(found, bare, path, WAITING)
        parts = take_turns(found, f"create, {store.engine}, {store.facts.size:,}", contestants)
    limit = [parts["insert"], *([parts["HTTP"]] if "HTTP" in parts else [])]
    return Result(
        "create", store.engine, store.facts.size, parts["ours"], limit,
        target=TARGETS[store.engine].get("create"), by_rate=store.engine == "postgresql",
    )  # fmt: skip


def _visit(found: Bench, store: Store) -> Result:
    """Visits at the door with six answers: beside meetings that are created through Affinity, on the same server."""
    with ExitStack() as stack:
        ours = stack.enter_context(serving("interlog", db=stack.enter_context(found.stores.copy(store)).url))
        paths = {
            "ours": found.requests(visits(ours, store.facts.token)),
            "Affinity's create": found.requests(requests.create_one(store.facts, 10_000)),
        }
        for path in paths.values():
            found.drive(ours, path, WAITING)
        contestants = {name: driving(found, ours, path, WAITING, store.database) for name, path in paths.items()}
        parts = take_turns(found, f"visit, {store.engine}, {store.facts.size:,}", contestants)
    return Result(
        "visit", store.engine, store.facts.size, parts["ours"], [parts["Affinity's create"]],
        target=TARGETS[store.engine].get("visit"),
    )  # fmt: skip


def _bulk(found: Bench, store: Store, scenario: str) -> Result:
    """Many at once: NDJSON through the ledger or a protocol, beside the same rows through the bare driver; per row."""
    plan = found.plan
    with ExitStack() as stack:
        ours = stack.enter_context(inprocess(scenario, stack.enter_context(found.stores.copy(store))))
        bare = stack.enter_context(inprocess(f"{scenario} bare", stack.enter_context(found.stores.copy(store))))
        ours(1)
        bare(1)
        parts = take_turns(
            found,
            f"{scenario} of {BULK:,}, {store.engine}, {store.facts.size:,}",
            {"ours": _ask(ours, plan.many_bulks), "bare rows": _ask(bare, plan.many_bulks)},
        )
    return Result(
        scenario, store.engine, store.facts.size, parts["ours"], [parts["bare rows"]],
        target=TARGETS[store.engine].get(scenario),
    )  # fmt: skip
