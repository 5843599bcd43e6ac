"""A process that logs interactions as fast as it can and says which were acknowledged, until it is killed.

``python -m tests.faults.writer URL TENANT`` reads a line per round from its input. For each it forks a child, which
prints a line for every acknowledged interaction: ``uuid number note_id round key``. To fork is faster than to start:
everything has been imported already.
"""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from itertools import count

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.errors import Unavailable
from interlog.model.instants import now
from interlog.model.interactions import Content, Draft, Participant
from interlog.model.tenancy import Actor

WRITERS = 16


async def write(url: str, name: str, round_: str) -> None:
    """Log interactions from several tasks at once."""
    ledger = await Ledger.open(url)
    tenant = await ledger.tenants.by_name(name)
    actor = system_actor(tenant, 1, protocol="rest")
    keys = count()
    await asyncio.gather(*(_write_one_after_another(ledger, actor, round_, keys) for _ in range(WRITERS)))


async def _write_one_after_another(ledger: Ledger, actor: Actor, round_: str, keys: "count[int]") -> None:
    while True:
        key = f"{round_}-{next(keys)}"
        draft = draft_of(key)
        while True:
            try:
                logged = await ledger.interactions.log(actor, draft)
                break
            except Unavailable:  # nobody knows whether it was stored: the same again
                await asyncio.sleep(0.01)
        item = logged.interaction
        os.write(1, f"{item.uuid} {item.number} {item.note_id} {round_} {key}\n".encode())


def draft_of(key: str) -> Draft:
    """Return what is logged under a key: each with people known and unknown, a text, and ids of its own."""
    new = Participant(None, "attendee", f"{key}@new.example") if key.endswith("7") else Participant(3)
    content = Content(occurred_at=now(), body=f"text {key}", participants=(Participant(1), Participant(2), new))
    return Draft(type="Meeting", content=content, request_key=key, external_ids={"calendar": key})


def main() -> None:
    """Start a writer for each line of the input, one at a time."""
    url, name = sys.argv[1:]
    for round_ in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.alarm(60)  # whatever becomes of the test: nobody else would end this process
            with suppress(KeyboardInterrupt):
                asyncio.run(write(url, name, round_.strip()))
            os._exit(0)
        os.write(2, f"{pid}\n".encode())
        os.waitpid(pid, 0)
        os.write(2, b"gone\n")


if __name__ == "__main__":
    main()
