"""``interlog demo``: fill a store with invented data."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from ..model.errors import Conflict
from . import output
from .common import Config, Db, Json, opened, run, url_of
from .connect import new_token

if TYPE_CHECKING:
    from rich.progress import Progress

    from ..demo.load import Loaded
    from ..ledger import Ledger
    from ..model.tenancy import Actor

TENANT = "demo"
CANVASS = "canvass"
DOMAIN = "riders.example"
OWNER = ("Marit", "Solheim", f"marit.solheim@{DOMAIN}")


def demo(
    *,
    scale: Annotated[float, Parameter(validator=Number(gt=0))] = 1,
    seed: int = 1,
    canvass: Annotated[bool, Parameter(negative=())] = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Fill a store with an invented firm: whom it knows, and three years of interactions.

    All of it belongs to a new tenant named demo. The same seed gives the same world, relative to today. With --canvass
    it is people who knock at the doors of a town and ask about its buses; their tenant is named canvass.

    ```console
    $ interlog demo --db sqlite:///demo.db --scale 0.1
    $ interlog demo --db sqlite:///demo.db --canvass
    $ interlog demo --db postgresql://interlog@db.own.example/interlog --scale 50 --seed 7
    ```

    Args:
        scale: How much: 1, the default, is 20,000 interactions of 2,000 people, 50 is a million; of a canvass, 1 is
            1,600 visits to 2,000 contacts.
        seed: Which world; 1 by default.
        canvass: A canvass instead of a firm.
    """
    loaded, counts, token = run(_demo(url_of(db, config), scale, seed, canvass))
    result = {
        "tenant": loaded.tenant.name,
        "user": loaded.owner,
        "person_id": loaded.actor.person_id,
        "token": token,
        "counts": counts,
    }
    listed = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    text = f"Tenant [bold]{loaded.tenant.name}[/], owner {loaded.owner}: {listed}\nToken  [bold]{token}[/]"
    output.show(result, text, json=json)


async def _demo(url: str, scale: float, seed: int, canvass: bool) -> "tuple[Loaded, dict[str, int], str]":
    async with opened(url, create=True) as ledger:
        with output.progress() as progress:
            make = _canvass if canvass else _firm
            loaded, counts = await make(ledger, progress, scale=scale, seed=seed)
        return loaded, counts, await new_token(ledger, loaded.tenant.name, expires=False)


async def fill(ledger: "Ledger") -> None:
    """Write a firm and a canvass into a store, as one tenant, with a progress bar."""
    with output.progress() as progress:
        loaded, _ = await _firm(ledger, progress)
        await _knock(ledger, progress, loaded.actor, loaded.owner.partition("@")[2])


async def _firm(
    ledger: "Ledger", progress: "Progress", *, scale: float = 1, seed: int = 1
) -> "tuple[Loaded, dict[str, int]]":
    from ..demo import World
    from ..demo.load import load

    world = World(seed=seed, scale=scale, now=datetime.now(UTC))
    task = progress.add_task("Inventing a firm", total=sum(world.counts().values()))
    loaded = await load(ledger, world, tenant=TENANT, progress=lambda stored: progress.advance(task, stored))
    return loaded, world.counts()


async def _canvass(
    ledger: "Ledger", progress: "Progress", *, scale: float = 1, seed: int = 1
) -> "tuple[Loaded, dict[str, int]]":
    from ..demo.load import Loaded
    from ..ledger.tenants import system_actor

    tenant, person, is_new = await ledger.tenants.init(
        CANVASS, domains=(DOMAIN,), owner=OWNER, time_zone="America/Chicago"
    )
    if not is_new:
        raise Conflict(f"there is a tenant {CANVASS} already")
    loaded = Loaded(tenant, OWNER[2], system_actor(tenant, person.id))
    return loaded, await _knock(ledger, progress, loaded.actor, DOMAIN, scale=scale, seed=seed)


async def _knock(
    ledger: "Ledger", progress: "Progress", actor: "Actor", domain: str, *, scale: float = 1, seed: int = 1
) -> dict[str, int]:
    from ..demo.canvass import Canvass
    from ..demo.canvass.load import load

    canvass = Canvass(seed=seed, scale=scale, now=datetime.now(UTC))
    task = progress.add_task("Knocking at doors", total=canvass.size)
    return await load(ledger, canvass, actor, domain, lambda stored: progress.advance(task, stored))
