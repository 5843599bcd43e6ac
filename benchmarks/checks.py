"""Figures that are held against a bound rather than against a limit: memory, and how costs grow with a store."""

from collections.abc import Iterator
from contextlib import ExitStack

from . import canvass, readings, requests, rosters
from .children import resident_megabytes
from .inprocess import BULK, NDJSON
from .requests import raw_request
from .results import Check
from .scenarios import READING, Bench, driving, requests_of, serving, take_turns
from .stores import ROSTERS, VISITS

MOST_MEMORY = 100.0
MOST_INGEST_MEMORY = 150.0
MOST_GROWTH = 1.3


def memory(found: Bench, size: int) -> Check:
    """Measure the memory of an idle server on SQLite, and note what a hundred requests add.

    Part of that are pages of the store's file, which the system maps while they are read and takes back when it likes.
    """
    with found.stores.open("sqlite", size) as store, serving("interlog", db=store.url) as server:
        value = resident_megabytes(server.child.pid)
        for place in requests.get_one(store.facts, 100):
            server.get(place.path, store.facts.token)
        later = resident_megabytes(server.child.pid)
    note = f"{later:,.0f} MB after 100 requests, pages of the store's file included"
    return Check("Resident memory of an idle server", "sqlite", value, MOST_MEMORY, "MB", note)


def ingest_memory(found: Bench, size: int) -> Check:
    """Measure how much the memory of a server grows while it takes in a hundred thousand instances."""
    with ExitStack() as stack:
        store = stack.enter_context(found.stores.open("sqlite", size))
        server = stack.enter_context(serving("interlog", db=stack.enter_context(found.stores.copy(store)).url))
        token = store.facts.token
        server.put(f"{readings.TYPE_PATH}?{readings.TYPE_QUERY}", token, readings.definition())
        before = resident_megabytes(server.child.pid)
        for start in range(0, 10 * BULK, BULK):
            server.post(readings.SET_PATH, token, readings.lines(start, BULK), NDJSON)
        value = resident_megabytes(server.child.pid) - before
    return Check("More memory after 100,000 instances in batches of 10,000", "sqlite", value, MOST_INGEST_MEMORY, "MB")


def growth(found: Bench, small: int, large: int) -> Check:
    """Measure what a page of 500 costs in a large store against a small one, both taking turns."""
    with ExitStack() as stack:
        contestants = {}
        for size in (small, large):
            store = stack.enter_context(found.stores.open("sqlite", size))
            server = stack.enter_context(serving("interlog", db=store.url))
            path = found.requests([place.raw for place in requests_of(found, store, "list500")])
            found.drive(server, path, READING, once=True)
            contestants[f"{size:,}"] = driving(found, server, path)
        parts = list(take_turns(found, "growth", contestants).values())
    costs = " and ".join(f"{part.cpu_us:,.0f} µs at {part.name}" for part in parts)
    value = parts[1].cpu_us / parts[0].cpu_us
    return Check(f"A page of 500 at {large:,} against {small:,}", "sqlite", value, MOST_GROWTH, "times", costs)


def visit_growth(found: Bench, engine: str, small: int, large: int) -> Iterator[Check]:
    """Measure what a page of visits costs in a large store against a small one, both taking turns."""
    many = found.plan.many_pages
    with found.stores.filled(engine, (small, large), VISITS) as stores, ExitStack() as stack:
        servers = [stack.enter_context(serving("interlog", db=store.url)) for store in stores]
        for what, asked in (("contact", canvass.of_contacts), ("campaign", canvass.of_campaigns)):
            contestants = {}
            for server, store in zip(servers, stores, strict=True):
                path = found.requests(asked(store.facts, many))
                found.drive(server, path, READING, once=True, database=store.database)
                contestants[f"{store.facts.size:,}"] = driving(found, server, path, database=store.database)
            parts = list(take_turns(found, f"visits of a {what}, {engine}", contestants).values())
            costs = " and ".join(f"{part.cost_us:,.0f} µs at {part.name}" for part in parts)
            name = f"A page of a {what}'s {canvass.EACH} visits at {large:,} against {small:,}"
            yield Check(name, engine, parts[1].cost_us / parts[0].cost_us, MOST_GROWTH, "times", costs)


def roster_growth(found: Bench, engine: str) -> Iterator[Check]:
    """Measure what pages at the start, in the middle and at the end of a long list cost against those of a short one.

    All take turns, place by place; the worst of the three places is what counts.
    """
    with found.stores.filled(engine, (rosters.SHORT, rosters.LONG), ROSTERS) as stores, ExitStack() as stack:
        servers = [stack.enter_context(serving("interlog", db=store.url)) for store in stores]
        for version, pages in (("1", rosters.pages_v1), ("2", rosters.pages_v2)):
            contestants = {}
            for server, store in zip(servers, stores, strict=True):
                for place, paths in rosters.places(pages(server, store.facts)).items():
                    path = found.requests([raw_request("GET", path, store.facts.token) for path in paths])
                    found.drive(server, path, READING, once=True, database=store.database)
                    name = f"{place} of {store.facts.size:,}"
                    contestants[name] = driving(found, server, path, database=store.database)
            costs = [part.cost_us for part in take_turns(found, f"lists, v{version}, {engine}", contestants).values()]
            half = len(costs) // 2
            told = [" / ".join(f"{cost:,.0f}" for cost in some) + " µs" for some in (costs[:half], costs[half:])]
            sizes = f"{rosters.LONG:,} against {rosters.SHORT:,}"
            yield Check(
                f"A page of {rosters.PAGE} entries of a list (version {version}) with {sizes}",
                engine,
                max(long / short for short, long in zip(costs[:half], costs[half:], strict=True)),
                MOST_GROWTH,
                "times",
                f"start / middle / end: {told[0]} of {rosters.SHORT:,} and {told[1]} of {rosters.LONG:,}",
            )
