"""How long an app on a financial desktop waits: from the raised intent to its result, in a browser, less the commit.

The desktop is that of the tests: another firm's agent, FINOS' library in the app that raises the intent, our page in a
frame. The store's commit is measured beside it, with the same intents in this process; what remains is ours and the
browser's.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from tests.browser.chromium import running_chromium
from tests.browser.desktop import Desktop, build, served

from interlog.fdc3.acting import acting
from interlog.ledger import Ledger
from interlog.protocols.fdc3.intents import handle
from interlog.settings import Settings

from .results import Check
from .scenarios import Bench, Server
from .stores import Store

TIMES = 100
MOST_MS = 50.0

CONTEXT: dict[str, Any] = {
    "type": "fdc3.interaction",
    "interactionType": "Instant Message",
    "timeRange": {"type": "fdc3.timeRange", "startTime": "2026-02-10T15:12:00Z"},
    "description": "They asked for the budget of the second quarter.",
    "participants": {
        "type": "fdc3.contactList",
        "contacts": [
            {"type": "fdc3.contact", "name": "Jane Doe", "id": {"email": "jane.doe@mail.com"}},
            {"type": "fdc3.contact", "name": "John Doe", "id": {"email": "john.doe@mail.com"}},
        ],
    },
    "origin": "Chat",
}

_RAISE = """async ([context, times]) => {
  const found = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    const resolution = await window.agent.raiseIntent("CreateInteraction", context);
    const result = await resolution.getResult();
    if (result.status !== "Created") throw new Error(JSON.stringify(result));
    found.push(performance.now() - start);
  }
  return found;
}"""


def raise_to_result(found: Bench, engine: str, size: int) -> Check:
    """Measure what an app waits for its result."""
    with found.stores.open(engine, size) as store, found.stores.copy(store) as copy:
        commit, link = asyncio.run(_commit(copy))
        running = Server("interlog", db=copy.url)
        try:
            waited = _waited(running.url, link)
        finally:
            running.child.stop()
    note = f"median of {TIMES}: {waited:.1f} ms, of which the commit {commit:.1f} ms; {size:,} interactions"
    return Check("CreateInteraction in a browser, from raise to result", engine, waited - commit, MOST_MS, "ms", note)


async def _commit(store: Store) -> tuple[float, str]:
    """Return the median of what the store's commit takes of an intent, in milliseconds; and a link to sign in."""
    ledger = await Ledger.open(store.url)
    tenant = await ledger.tenants.get(store.facts.tenant)
    actor = await (await acting(ledger, tenant.name, None))()
    database, times = ledger.store.database, list[float]()
    write = database.write

    async def timed(*arguments: Any, **named: Any) -> Any:
        started = time.perf_counter()
        try:
            return await write(*arguments, **named)
        finally:
            times.append(time.perf_counter() - started)

    database.write = timed  # type: ignore[method-assign]
    for _ in range(TIMES):
        await handle(Settings(), ledger, actor, "CreateInteraction", CONTEXT, base="http://127.0.0.1")
    users = await ledger.tenants.users(tenant)
    owner = next(user for user in users if user.person_id == actor.person_id)
    link = await ledger.sessions.link(actor, owner)
    await ledger.close()
    return median(times) * 1e3, link


def _waited(base: str, link: str) -> float:
    """Return the median of what an app waits, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder, running_chromium() as browser:
        build(Path(folder))
        with served(Path(folder)) as port, browser.new_context(locale="en-US") as context:
            page = context.new_page()
            page.goto(f"{base}/sign-in/{link}")
            page.get_by_role("main").get_by_role("button").click()
            page.wait_for_url(f"{base}/")
            desktop = Desktop(page, base, port)
            desktop.ours()
            raiser = desktop.raiser()
            raiser.evaluate(_RAISE, [CONTEXT, 10])
            return median(raiser.evaluate(_RAISE, [CONTEXT, TIMES]))
