"""What the pages for people cost, in a process of its own: the page as a signed-in user asks for it, without a server.

Without one nothing runs beside it (a server also indexes words), so that what is measured is the page alone.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median
from typing import Any

import msgspec
import uvloop

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.server import create_app
from interlog.settings import Settings
from interlog.web.cookies import SESSION

from .asgi import ask
from .children import SERVER_CORE, Child, cpu_seconds, pin, say
from .facts import Facts
from .results import Check, Part, Round
from .scenarios import Bench, take_turns
from .stores import INTERACTIONS

PATH = "/timeline"
MANY = 40
MOST_GROWTH = 1.3


def first_page(found: Bench, engine: str, small: int, large: int) -> Check:
    """Measure what the first page of everybody's timeline costs in a large store against a small one, in turn."""
    with ExitStack() as stack:
        contestants: dict[str, Callable[[], Round]] = {}
        for store in stack.enter_context(found.stores.filled(engine, (small, large), INTERACTIONS)):
            child = Child("pages", url=store.url, facts=msgspec.to_builtins(store.facts), database=store.database)
            stack.callback(child.stop)
            child.read()
            contestants[f"{store.facts.size:,}"] = asking = _asking(child)
            asking()
        costs = [_median(part) for part in take_turns(found, "timeline", contestants).values()]
    note = " and ".join(f"{cost:,.0f} µs at {name}" for cost, name in zip(costs, contestants, strict=True))
    name = f"The timeline's first page at {large:,} against {small:,}"
    return Check(name, engine, costs[1] / costs[0], MOST_GROWTH, "times", note)


def _asking(child: Child) -> Callable[[], Round]:
    return lambda: Round(**child.ask(many=MANY))


def _median(part: Part) -> float:
    """Return the median of the rounds' CPU time per page, with the database's, in microseconds."""
    return median((r.cpu + (r.database_cpu or 0)) / r.count for r in part.rounds) * 1e6


async def _signed_in(ledger: Ledger, facts: Facts) -> str:
    """Sign the store's owner in, and return the cookie that says so."""
    tenant = await ledger.tenants.get(facts.tenant)
    user = (await ledger.tenants.users(tenant))[0]
    link = await ledger.sessions.link(system_actor(tenant, user.person_id), user)
    return f"{SESSION}={await ledger.sessions.enter(link)}"


async def _work(url: str, facts: Facts, database: int | None) -> None:
    ledger = await Ledger.open(url)
    app, cookie = create_app(Settings(), ledger), await _signed_in(ledger, facts)
    say(ready=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        many: int = json.loads(line)["many"]
        before = cpu_seconds(database) if database else 0.0
        cpu, started = time.process_time(), time.perf_counter()
        for _ in range(many):
            page = await ask(app, "GET", PATH, "", "", cookie=cookie)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        assert page.count(b"data-entry=") == 50, "the page is full"
        spent = cpu_seconds(database) - before if database else None
        say(count=many, seconds=seconds, cpu=cpu, database_cpu=spent)


def main(url: str, facts: dict[str, Any], database: int | None = None) -> None:
    """Answer each question with what so many pages cost."""
    pin(SERVER_CORE)
    uvloop.run(_work(url, msgspec.convert(facts, Facts), database))


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
