"""A small demo store, served: what the browser is shown."""

from datetime import UTC, datetime

from interlog.demo import World
from interlog.demo.canvass import Canvass
from interlog.demo.canvass.load import load as load_canvass
from interlog.demo.load import Loaded
from interlog.demo.load import load as load_firm
from interlog.ledger import Ledger
from tests.serving import Firm, RunningServer

SCALE, CANVASS_SCALE = 0.04, 0.05
"""800 interactions of 80 persons, and 80 visits."""


def fill(server: RunningServer) -> Firm:
    """Write a firm and its canvass into a server's empty store, as one tenant."""

    async def load(ledger: Ledger) -> Loaded:
        now = datetime.now(UTC)
        loaded = await load_firm(ledger, World(seed=1, scale=SCALE, now=now))
        domain = loaded.owner.partition("@")[2]
        await load_canvass(ledger, Canvass(seed=1, scale=CANVASS_SCALE, now=now), loaded.actor, domain, lambda _: None)
        return loaded

    loaded = server.run(load(server.ledger))
    tenant = server.run(server.ledger.tenants.by_name(loaded.tenant.name))
    owner = server.run(server.ledger.persons.get(loaded.actor, loaded.actor.person_id))
    return Firm(server, tenant, owner)
