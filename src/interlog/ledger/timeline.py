"""The timeline: pages of a party's interactions, newest first, and of some types in order of number."""

from collections.abc import Collection, Sequence

from ..model.conditions import Condition
from ..model.interactions import Brief
from ..model.parties import Party
from ..model.tenancy import Actor, Right
from ..store import interactions as interaction_rows
from ..store import timeline as rows
from ..store.store import Store
from ..store.timeline import Selection
from .opportunities import visible_opportunities
from .organizations import Organizations


class Timeline:
    """Use cases around lists of interactions."""

    def __init__(self, store: Store, organizations: Organizations) -> None:
        self._store = store
        self._database = store.database
        self._organizations = organizations

    async def page(
        self,
        actor: Actor,
        party: tuple[Party, int],
        *,
        types: Sequence[int],
        start: int,
        end: int,
        limit: int,
        before: tuple[int, int] | None = None,
        direction: int | None = None,
        logging: int | None = None,
        also_person: int | None = None,
    ) -> list[Brief]:
        """Return the interactions of a party from ``start`` until before ``end``, newest first.

        An organization's are those of its persons and those linked to it; an opportunity's those of its persons, of
        its organizations, and those linked to it. ``before``: the (occurred_at, number) of the last one seen.
        """
        actor.require(Right.READ)
        selection = Selection(
            tenant=actor.tenant.id,
            parties=await self.parties_behind(actor, party),
            types=types,
            groups=actor.groups,
            start=start,
            end=end,
            limit=limit,
            before=before,
            direction=direction,
            logging=logging,
            also_person=also_person,
        )
        return await rows.page(self._database, selection)

    async def of_persons(
        self,
        actor: Actor,
        persons: Sequence[int],
        *,
        types: Sequence[int],
        start: int,
        end: int,
        limit: int,
        before: tuple[int, int] | None = None,
    ) -> list[Brief]:
        """Return the interactions of any of some persons, each once, as ``page`` does those of one."""
        actor.require(Right.READ)
        selection = Selection(
            tenant=actor.tenant.id,
            parties=[(Party.PERSON, id_) for id_ in persons],
            types=types,
            groups=actor.groups,
            start=start,
            end=end,
            limit=limit,
            before=before,
        )
        return await rows.page(self._database, selection)

    async def newest(
        self,
        actor: Actor,
        types: Sequence[int],
        *,
        start: int,
        end: int,
        limit: int,
        before: tuple[int, int] | None = None,
        soonest: bool = False,
    ) -> list[Brief]:
        """Return everybody's interactions from ``start`` until before ``end``, newest first; see ``page``.

        ``soonest``: oldest first, from the beginning, for what is still to come.
        """
        actor.require(Right.READ)
        return await rows.newest(
            self._database,
            rows.Newest(actor.tenant.id, types, actor.groups, start, end, limit, before, soonest),
        )

    async def came_through(self, actor: Actor, items: Collection[Brief], protocol: str) -> set[int]:
        """Return the numbers of those of some interactions that came through a protocol, by one statement."""
        actor.require(Right.READ)
        if not items:
            return set()
        numbers = [item.number for item in items]
        found = await interaction_rows.protocols(self._database, actor.tenant.id, numbers)
        return {number for number, name in found.items() if name == protocol}

    async def in_order_of_number(
        self, actor: Actor, types: Sequence[int], *, after: int, limit: int, condition: Condition | None = None
    ) -> list[Brief]:
        """Return the interactions of some types, oldest number first: the order in which a copy is kept up to date.

        ``condition`` narrows them by ``number``, ``occurred_at``, ``created_at`` or ``modified_at``.
        """
        actor.require(Right.READ)
        return await rows.in_order_of_number(
            self._database, actor.tenant.id, types, actor.groups, after, limit, condition
        )

    async def parties_behind(self, actor: Actor, party: tuple[Party, int]) -> list[tuple[int, int]]:
        """Return the (kind, id) of all whose interactions are those of a party, as far as the actor sees it."""
        kind, id_ = party
        parties = [(int(kind), id_)]
        if kind is Party.ORGANIZATION:
            parties += await self._members(actor, [id_])
        elif kind is Party.OPPORTUNITY:
            found = await visible_opportunities(self._store, actor, [id_])
            if id_ not in found:
                parties = []
            else:
                parties += [(int(Party.PERSON), person) for person in found[id_].person_ids]
                organizations = found[id_].organization_ids
                parties += [(int(Party.ORGANIZATION), organization) for organization in organizations]
                parties += await self._members(actor, organizations)
        return parties

    async def _members(self, actor: Actor, organizations: Sequence[int]) -> list[tuple[int, int]]:
        members = await self._organizations.members(actor, organizations)
        return [(int(Party.PERSON), person) for persons in members.values() for person in persons]
