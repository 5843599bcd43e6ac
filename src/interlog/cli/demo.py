"""``interlog demo``: fill a store with invented data."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from . import output
from .common import Config, Db, Json, opened, run, url_of
from .connect import new_token

if TYPE_CHECKING:
    from ..demo.load import Loaded
    from ..ledger import Ledger

TENANT = "demo"


def demo(
    *,
    scale: Annotated[float, Parameter(validator=Number(gt=0))] = 1,
    seed: int = 1,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Fill a store with an invented firm: whom it knows, and three years of interactions.

    All of it belongs to a new tenant named demo. The same seed gives the same world, relative to today.

    ```console
    $ interlog demo --db sqlite:///demo.db --scale 0.1
    $ interlog demo --db postgresql://interlog@db.own.example/interlog --scale 50 --seed 7
    ```

    Args:
        scale: How much: 1 is 20,000 interactions of 2,000 people, 50 is a million.
        seed: Which world.
    """
    loaded, counts, token = run(_demo(url_of(db, config), scale, seed))
    result = {
        "tenant": TENANT,
        "user": loaded.owner,
        "person_id": loaded.actor.person_id,
        "token": token,
        "counts": counts,
    }
    listed = ", ".join(f"{number:,} {what}" for what, number in counts.items())
    text = f"Tenant [bold]{TENANT}[/], owner {loaded.owner}: {listed}\nToken  [bold]{token}[/]"
    output.show(result, text, json=json)


async def _demo(url: str, scale: float, seed: int) -> "tuple[Loaded, dict[str, int], str]":
    async with opened(url, create=True) as ledger:
        loaded, counts = await fill(ledger, scale=scale, seed=seed)
        return loaded, counts, await new_token(ledger, TENANT, expires=False)


async def fill(ledger: "Ledger", *, scale: float = 1, seed: int = 1) -> "tuple[Loaded, dict[str, int]]":
    """Write a demo world into a store, with a progress bar; returns what was made and how many of each."""
    from ..demo import World
    from ..demo.load import load

    world = World(seed=seed, scale=scale, now=datetime.now(UTC))
    with output.progress() as progress:
        task = progress.add_task("Inventing a firm", total=sum(world.counts().values()))
        loaded = await load(ledger, world, tenant=TENANT, progress=lambda stored: progress.advance(task, stored))
    return loaded, world.counts()
