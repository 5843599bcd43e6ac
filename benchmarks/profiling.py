"""The profile of a scenario: where the server's time goes, by function."""

import pstats
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from . import requests
from .inprocess import WAITING
from .scenarios import READING, Bench, serving

_SHOWN = 45
_MANY = {"get": 10_000, "list100": 500, "list500": 100, "create": 10_000}


def profile(found: Bench, engine: str, size: int, scenario: str) -> None:
    """Send a scenario's requests to a server under the profiler, and print the functions that took the most time.

    The profiler makes every call dearer, so it shows where to look, not how much there is to gain.
    """
    many = _MANY[scenario]
    with ExitStack() as stack:
        store = stack.enter_context(found.stores.open(engine, size))
        if scenario == "create":
            store = stack.enter_context(found.stores.copy(store))
            raw = list(requests.create_one(store.facts, many))
        elif scenario == "get":
            raw = [place.raw for place in requests.get_one(store.facts, many)]
        else:
            raw = [place.raw for place in requests.get_page(store.facts, many, int(scenario.removeprefix("list")))]
        path = found.requests(raw)
        output = Path(stack.enter_context(TemporaryDirectory()), "profile")
        with serving("interlog", db=store.url, profile=str(output)) as server:
            found.drive(server, path, WAITING if scenario == "create" else READING, once=True)
        stats = pstats.Stats(str(output), stream=sys.stdout)
    print(f"{many:,} requests; microseconds per request = seconds / {many:,} * 1,000,000")
    stats.strip_dirs().sort_stats("tottime").print_stats(_SHOWN)
