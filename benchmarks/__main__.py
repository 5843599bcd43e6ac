"""``python -m benchmarks``: measure, show, keep."""

import signal
import tempfile
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from . import results
from .checks import growth, ingest_memory, memory, roster_growth, visit_growth
from .desktop import raise_to_result
from .pages import first_page
from .profiling import profile as profile_
from .results import Report
from .scenarios import SCENARIOS, Bench, Plan, bench, measure
from .stores import Stores

Engine = Literal["sqlite", "postgresql"]
Scenario = Literal[
    "get", "list100", "list500", "create", "visit", "bulk", "ingest", "memory", "growth", "visit-growth",
    "roster-growth", "timeline", "desktop",
]  # fmt: skip

SMALL, LARGE = 10_000, 1_000_000
_QUICK = Plan(rounds=3, seconds=1.0, many_gets=5_000, many_pages=100, many_creates=2_000, many_bulks=1)

app = App(name="python -m benchmarks", help_format="plaintext", version_flags=[])


@app.default
def main(
    *,
    engine: Annotated[list[Engine] | None, Parameter(negative="")] = None,
    size: Annotated[list[int] | None, Parameter(negative="")] = None,
    scenario: Annotated[list[Scenario] | None, Parameter(negative="")] = None,
    rounds: int = 5,
    seconds: float = 2.0,
    quick: Annotated[bool, Parameter(negative="")] = False,
    cache: Path | None = None,
    profile: Literal["get", "list100", "list500", "create"] | None = None,
    write_docs: Annotated[bool, Parameter(negative="")] = False,
    only_docs: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure Interlog beside its limits.

    Args:
        engine: Which databases; both by default.
        size: How many interactions the stores hold; 10000 and 1000000 by default.
        scenario: What to measure; all by default.
        rounds: How often each contestant takes its turn.
        seconds: How long a turn over HTTP takes.
        quick: Only the small store, in short turns: to see that it works.
        cache: Where filled stores are kept for the next run; by default a folder among the temporary files.
        profile: Measure nothing, but print which functions of the server take the time in a scenario.
        write_docs: Write the newest figures of all runs into docs/benchmarks.md.
        only_docs: The same, without measuring anything.
    """
    if only_docs:
        results.write_docs(results.load())
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up then, too
    engines: list[Engine] = engine or ["sqlite", "postgresql"]
    sizes = sorted(size or ([SMALL] if quick else [SMALL, LARGE]))
    plan = _QUICK if quick else Plan(rounds=rounds, seconds=seconds)
    with bench(Stores(cache or Path(tempfile.gettempdir(), "interlog-benchmarks")), plan) as found:
        if profile is not None:
            profile_(found, (engine or ["sqlite"])[0], sizes[0], profile)
            return
        report = Report()
        try:
            _measure(
                found, report, engines, sizes,
                scenario or [*SCENARIOS, "memory", "growth", "visit-growth", "roster-growth", "timeline", "desktop"],
            )  # fmt: skip
        finally:  # what was measured before something went wrong is worth keeping
            latest = results.save(report)
            results.show(report)
    if write_docs:
        results.write_docs(latest)


def _measure(found: Bench, report: Report, engines: Sequence[str], sizes: Sequence[int], wanted: Sequence[str]) -> None:
    if "memory" in wanted and "sqlite" in engines:
        report.checks.append(memory(found, sizes[0]))
        report.checks.append(ingest_memory(found, sizes[0]))
    for engine, size in product(engines, sizes) if not set(wanted).isdisjoint(SCENARIOS) else ():
        for result in measure(found, engine, size, wanted):
            report.results.append(result)
    if "growth" in wanted and "sqlite" in engines and len(sizes) > 1:
        report.checks.append(growth(found, sizes[0], sizes[-1]))
    if "visit-growth" in wanted and len(sizes) > 1:
        for engine in engines:
            report.checks += visit_growth(found, engine, sizes[0], sizes[-1])
    if "roster-growth" in wanted and len(sizes) > 1:
        for engine in engines:
            report.checks += roster_growth(found, engine)
    if "timeline" in wanted and len(sizes) > 1:
        report.checks += [first_page(found, engine, sizes[0], sizes[-1]) for engine in engines]
    if "desktop" in wanted:
        report.checks += [raise_to_result(found, engine, sizes[0]) for engine in engines]


if __name__ == "__main__":
    app()
