"""What was measured: kept as JSON, shown as a table, written into the docs."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent / "results"
DOCS = Path(__file__).parent.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


class Round(Struct):
    """One round: how many requests (or rows), in which time, for how much CPU time."""

    count: int
    seconds: float
    cpu: float
    database_cpu: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None


class Part(Struct):
    """The rounds of one contestant."""

    name: str
    rounds: list[Round] = []

    @property
    def cpu_us(self) -> float:
        """The lowest CPU time per request of all rounds, in microseconds: what others on the machine disturb least."""
        return min(r.cpu / r.count for r in self.rounds) * 1e6

    @property
    def database_us(self) -> float | None:
        """The lowest CPU time of the database per request."""
        times = [r.database_cpu / r.count for r in self.rounds if r.database_cpu is not None]
        return min(times) * 1e6 if times else None

    @property
    def cost_us(self) -> float:
        """The lowest CPU time per request of server and database together: on SQLite they are the same process."""
        return min((r.cpu + (r.database_cpu or 0)) / r.count for r in self.rounds) * 1e6

    @property
    def rates(self) -> list[float]:
        """Requests per second of each round."""
        return [r.count / r.seconds for r in self.rounds]

    @property
    def rate(self) -> float:
        """The median of requests per second."""
        return median(self.rates)


class Result(Struct):
    """One scenario: Interlog, and the limits beside it. ``by_rate``: the target was set for requests per second.

    The parts of the limit add up to it; ``others`` are told for comparison only.
    """

    scenario: str
    engine: str
    size: int
    ours: Part
    limit: list[Part]
    target: float | None = None
    by_rate: bool = False
    others: list[Part] = []
    at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))

    @property
    def key(self) -> tuple[str, str, int]:
        """What a newer result replaces this one by."""
        return self.engine, self.scenario, self.size

    @property
    def ratio(self) -> float:
        """How near Interlog comes to the limit: 1 is the limit itself."""
        if self.by_rate:
            return self.ours.rate / min(part.rate for part in self.limit)
        return sum(part.cost_us for part in self.limit) / self.ours.cost_us


class Check(Struct):
    """A figure that is held against a bound rather than against a limit: ``value`` at most ``most``."""

    name: str
    engine: str
    value: float
    most: float
    unit: str = ""
    note: str = ""
    at: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))


class Report(Struct):
    """Everything measured so far, the newest of each."""

    machine: str = ""
    results: list[Result] = []
    checks: list[Check] = []

    def add(self, other: "Report") -> None:
        """Take newer figures over."""
        new = {result.key for result in other.results}
        self.results = [r for r in self.results if r.key not in new] + other.results
        names = {(check.name, check.engine) for check in other.checks}
        self.checks = [c for c in self.checks if (c.name, c.engine) not in names] + other.checks
        self.results.sort(key=lambda r: (r.engine != "sqlite", _ORDER.index(r.scenario), r.size))
        self.machine = machine()


_ORDER = ["get", "list100", "list500", "create", "visit", "bulk", "ingest"]
TITLES = {
    "get": "get one",
    "list100": "list, 100 a page",
    "list500": "list, 500 a page",
    "create": "create one, durable",
    "visit": "record a visit, durable",
    "bulk": "bulk create, per row",
    "ingest": "typed instances, per row",
}


def machine() -> str:
    """Return what the figures depend on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} virtual cores, {memory:.0f} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def load() -> Report:
    """Return what was measured before."""
    path = FOLDER / "latest.json"
    return msgspec.json.decode(path.read_bytes(), type=Report) if path.exists() else Report()


def save(report: Report) -> Report:
    """Keep this run's figures, alone and among the newest of all; return the latter."""
    FOLDER.mkdir(exist_ok=True)
    report.machine = machine()
    text = msgspec.json.format(msgspec.json.encode(report), indent=1)
    (FOLDER / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.json").write_bytes(text)
    latest = load()
    latest.add(report)
    (FOLDER / "latest.json").write_bytes(msgspec.json.format(msgspec.json.encode(latest), indent=1))
    return latest


def show(report: Report) -> None:
    """Print the figures."""
    console = Console(width=None if Console().is_terminal else 160)
    table = Table(title=report.machine, title_justify="left")
    for name in ("scenario", "engine", "size"):
        table.add_column(name)
    for name in ("CPU µs", "database µs", "requests/s", "p50 / p99 ms", "limit", "ratio", "target", ""):
        table.add_column(name, justify="right")
    for result in report.results:
        table.add_row(*_cells(result), _verdict(result))
    console.print(table)
    for result in report.results:
        for part in result.others:
            console.print(f"{TITLES[result.scenario]}, {result.engine}, {result.size:,}: {part.name} {_cost(part)}")
    for check in report.checks:
        mark = "ok" if check.value <= check.most else "missed"
        console.print(f"{check.name}, {check.engine}: {check.value:.3g} {check.unit} (at most {check.most:g}): {mark}"
                      f"{'; ' + check.note if check.note else ''}")  # fmt: skip


def _verdict(result: Result) -> str:
    if result.target is None:
        return ""
    return "ok" if result.ratio >= result.target else "missed"


def _cost(part: Part) -> str:
    database = f" + {part.database_us:.0f} database" if part.database_us is not None else ""
    return f"{part.cpu_us:.1f} µs{database}, {part.rate:,.0f}/s"


def _cells(result: Result) -> list[str]:
    ours = result.ours
    rates = f"{ours.rate:,.0f} ({min(ours.rates):,.0f}-{max(ours.rates):,.0f})"
    latencies = [(r.p50_ms, r.p99_ms) for r in ours.rounds if r.p50_ms is not None and r.p99_ms is not None]
    if result.engine == "postgresql":
        limit = "; ".join(f"{part.name}: {_cost(part)}" for part in result.limit)
    else:
        limit = " + ".join(f"{part.cpu_us:.1f} {part.name}" for part in result.limit)
    return [
        TITLES[result.scenario],
        result.engine,
        f"{result.size:,}",
        f"{ours.cpu_us:.1f}",
        f"{ours.database_us:.1f}" if ours.database_us is not None else "",
        rates,
        f"{median(p for p, _ in latencies):.1f} / {median(p for _, p in latencies):.1f}" if latencies else "",
        limit,
        f"{result.ratio:.2f}",
        f"{result.target:.2f}" if result.target is not None else "",
    ]


def write_docs(report: Report) -> None:
    """Put the figures into the page in the docs, between its two marks."""
    text = DOCS.read_text()
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    DOCS.write_text(f"{head}{BEGIN}\n{_markdown(report)}{END}{tail}")


def _markdown(report: Report) -> str:
    lines: list[Any] = [f"Measured on {report.machine}.", ""]
    for engine in ("sqlite", "postgresql"):
        results = [result for result in report.results if result.engine == engine]
        if not results:
            continue
        database = "| database µs " if engine == "postgresql" else ""
        lines += [
            f"### {'SQLite' if engine == 'sqlite' else 'PostgreSQL'}",
            "",
            f"| scenario | interactions | CPU µs {database}| per second: median (min-max) | p50 / p99 ms "
            "| limit, CPU µs | ratio | target | command: `make bench ARGS=…` |",
            "| --- | ---: | ---: " + ("| ---: " if database else "") + "| ---: | ---: | --- | ---: | ---: | --- |",
        ]
        for result in results:
            scenario, _, size, cpu, database_us, rate, latency, limit, ratio, target = _cells(result)
            cells = [scenario, size, cpu, *([database_us] if database else []), rate, latency, limit, ratio, target]
            command = f"`'--engine {engine} --size {result.size} --scenario {result.scenario}'`"
            lines.append("| " + " | ".join([*cells, command]) + " |")
        lines.append("")
    comparisons = [(result, part) for result in report.results for part in result.others]
    if comparisons:
        lines += ["For comparison:", ""]
        lines += [
            f"- {TITLES[result.scenario]}, {result.engine}, {result.size:,}: {part.name} {_cost(part)}"
            for result, part in comparisons
        ]
        lines.append("")
    for check in report.checks:
        note = f" ({check.note})" if check.note else ""
        lines.append(
            f"- {check.name}, {check.engine}: **{check.value:.3g} {check.unit}**, at most {check.most:g}{note}".rstrip()
        )
    return "\n".join([*lines, ""]) + "\n"
