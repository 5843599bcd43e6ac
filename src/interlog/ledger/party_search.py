"""Searching parties, and what stands on lists, by what stands in their fields."""

from ..model.parties import Party
from ..model.party_search import Criteria, Scope
from ..model.tenancy import Actor, Right
from ..store import party_search as rows
from ..store.store import Store
from .opportunities import Opportunities


class PartySearch:
    """Use cases around searches."""

    def __init__(self, store: Store, opportunities: Opportunities) -> None:
        self._database = store.database
        self._opportunities = opportunities

    async def page(
        self, actor: Actor, scope: Scope, criteria: Criteria, *, limit: int, place: int = 0
    ) -> tuple[list[int], int | None]:
        """Return the ids of what is found, and the place that the next page goes on from.

        They are those of persons or organizations; on a list those of entries, or of opportunities. Raises
        ``NotFound`` or ``Forbidden`` for the list, and ``Invalid`` where a search takes too long.
        """
        await self._check(actor, scope)
        ids = await rows.page(
            self._database, actor.tenant.id, scope, criteria, after=place, skip=place, limit=limit + 1
        )
        if len(ids) <= limit:
            return ids, None
        return ids[:limit], place + limit if criteria.sorts else ids[limit - 1]

    async def how_many(self, actor: Actor, scope: Scope, criteria: Criteria) -> int:
        """Return how many a search finds; raises as ``page`` does."""
        await self._check(actor, scope)
        return await rows.how_many(self._database, actor.tenant.id, scope, criteria)

    async def _check(self, actor: Actor, scope: Scope) -> None:
        actor.require(Right.READ)
        if scope.list_id is not None:
            await self._opportunities.get_list(actor, scope.list_id)
        elif scope.kind is Party.OPPORTUNITY:
            raise ValueError("opportunities are searched list by list")
