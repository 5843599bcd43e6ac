"""What recording a visit costs beside an interaction of Affinity: a ratio of CPU times within one run."""

import asyncio
import gc
import json
import time
from itertools import islice
from pathlib import Path
from typing import Any

import uvloop
from benchmarks.asgi import ask
from benchmarks.visits import PATH, visit_bodies

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.parties import PersonDraft
from interlog.server import create_app
from interlog.settings import Settings

MOST = 5.0
"""How often the cost of a meeting a visit may have at most. About 2.5 is usual: it has six answers that are held to a
survey, changes its contact, and is answered with an ETag over all of it. Twice that would be a fault."""

AT_ONCE, MANY, ROUNDS = 64, 250, 4
WORDS = "They will decide next week whether the pilot goes on, and who else is to be asked about it."


class InProcess:
    """The application, asked without a server around it."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.loop, self.run = loop, loop.run_until_complete
        self.ledger = self.run(Ledger.open(url))
        tenant, mia, _ = self.run(
            self.ledger.tenants.init("speed", domains=("own.example",), owner=("Mia", "", "mia@own.example"))
        )
        self.actor = system_actor(tenant, mia.id)
        self.token, _ = self.run(
            self.ledger.access.create_token(self.actor, self.run(self.ledger.tenants.users(tenant))[0])
        )
        self.app = create_app(Settings(), self.ledger)

    def get(self, path: str, token: str = "") -> bytes:
        return self.run(ask(self.app, "GET", path, "", token))

    def post(self, path: str, token: str, body: bytes) -> bytes:
        return self.run(ask(self.app, "POST", path, "", token, body))

    def cost(self, path: str, bodies: list[bytes]) -> float:
        """Return the CPU seconds, of all threads, that it takes to send these from many clients at once."""
        waiting = iter(bodies)

        async def client() -> None:
            for body in waiting:
                await ask(self.app, "POST", path, "", self.token, body)

        async def clients() -> None:
            await asyncio.gather(*(client() for _ in range(AT_ONCE)))

        gc.collect()
        begin = time.process_time()
        self.run(clients())
        return time.process_time() - begin


def test_a_visit_costs_a_few_meetings(tmp_path: Path) -> None:
    """Recording a visit with six answers stays within a few times of what creating a meeting costs."""
    loop = uvloop.new_event_loop()
    server = InProcess(f"sqlite:///{tmp_path / 'speed.db'}", loop)
    drafts = [PersonDraft(first_name="No", last_name=str(number)) for number in range(2)]
    persons = [server.run(server.ledger.persons.create(server.actor, draft)).id for draft in drafts]
    visits = list(islice(visit_bodies(server, server.token), MANY * ROUNDS))
    meeting: dict[str, Any] = {"type": 0, "person_ids": [server.actor.person_id, *persons], "content": WORDS}
    meetings = [json.dumps(meeting | {"date": "2026-03-05T09:15:00-08:00"}).encode()] * MANY
    costs: dict[str, list[float]] = {"visits": [], "meetings": []}
    for start in range(0, MANY * ROUNDS, MANY):
        costs["meetings"].append(server.cost("/affinity/interactions", meetings))
        costs["visits"].append(server.cost(PATH, visits[start : start + MANY]))
    server.run(server.ledger.close())
    loop.close()
    assert min(costs["visits"]) / min(costs["meetings"]) < MOST, costs
