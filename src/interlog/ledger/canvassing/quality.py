"""What looks odd among the visits of a campaign, and where they were."""

from collections.abc import Sequence
from typing import NamedTuple

from ...model.canvassing.permissions import Permit
from ...model.interactions import Interaction
from ...model.tenancy import Actor, Right
from ...store import interactions as interaction_rows
from ...store import visit_quality as rows
from ...store.store import Store
from ...store.visit_quality import Odd, Oddities, Oddity, Place


class Suspect(NamedTuple):
    """A visit that looks odd, and what is odd about it."""

    visit: Interaction
    odd: Odd


class Quality:
    """Use cases around what visits say of themselves. A visit that the actor may not see is as if it were not there."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def suspects(
        self, actor: Actor, permit: Permit, campaign: str, *, metres: float, speed: float, limit: int
    ) -> dict[Oddity, list[Suspect]]:
        """Return what looks odd in a campaign, by its kind, the oddest first.

        ``metres``: how far from the door is still usual; ``speed``: how many kilometres an hour from door to door.
        """
        actor.require(Right.READ)
        asked = Oddities(
            tenant=actor.tenant.id,
            groups=actor.groups,
            campaign=campaign,
            limit=limit,
            canvasser=permit.user if permit.assigned_only else None,
            metres=metres,
            speed=speed,
        )
        found = {oddity: await rows.odd(self._database, oddity, asked) for oddity in Oddity}
        numbers = {odd.number for odds in found.values() for odd in odds}
        items = await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers) if numbers else {}
        return {
            oddity: [Suspect(items[odd.number], odd) for odd in odds if odd.number in items]
            for oddity, odds in found.items()
        }

    async def places(self, actor: Actor, permit: Permit, campaign: str, *, limit: int) -> Sequence[Place]:
        """Return where the newest visits of a campaign were."""
        actor.require(Right.READ)
        canvasser = permit.user if permit.assigned_only else None
        return await rows.places(
            self._database, actor.tenant.id, actor.groups, campaign, limit=limit, canvasser=canvasser
        )


__all__ = ["Odd", "Oddity", "Place", "Quality", "Suspect"]
