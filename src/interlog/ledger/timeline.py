"""The timeline: pages of a party's interactions, newest first, and of some types in order of number."""

from collections.abc import Collection, Sequence

from ..model.conditions import Condition
from ..model.interactions import Brief
from ..model.parties import Party
from ..model.tenancy import Actor, Right
from ..model.types import Category, Direction, Role
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
        return await self.of_parties(
            actor,
            [party],
            types=types,
            start=start,
            end=end,
            limit=limit,
            before=before,
            direction=direction,
            logging=logging,
            also_person=also_person,
        )

    async def of_parties(
        self,
        actor: Actor,
        parties: Sequence[tuple[Party, int]],
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
        """Return the interactions of any of some parties, each once, as ``page`` does those of one."""
        actor.require(Right.READ)
        selection = Selection(
            tenant=actor.tenant.id,
            parties=await self._behind(actor, parties),
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

    async def unreplied(self, actor: Actor, items: Collection[Brief]) -> set[int]:
        """Return the numbers of those of some messages and e-mails received that nobody here has replied to yet.

        A reply is any message or e-mail sent later to whoever sent it: to the participant ``from``, or to everybody
        who took part where there is none. One statement, and none where nothing was received.
        """
        actor.require(Right.READ)
        senders = {item.number: _senders(item) for item in items if item.direction is Direction.RECEIVED}
        persons = {person for found in senders.values() for person in found}
        if not persons:
            return set(senders)
        types = actor.tenant.type_ids(Category.MESSAGE, Category.EMAIL)
        sent = await rows.last_sent(self._database, actor.tenant.id, persons, types, actor.groups)
        return {
            item.number
            for item in items
            if item.number in senders
            and not any(sent.get(person, item.occurred_at) > item.occurred_at for person in senders[item.number])
        }

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
        return await self._behind(actor, [party])

    async def _behind(self, actor: Actor, parties: Sequence[tuple[Party, int]]) -> list[tuple[int, int]]:
        """Return the same for many parties: one read of opportunities and one of members, however many they are."""
        opportunities = [id_ for kind, id_ in parties if kind is Party.OPPORTUNITY]
        found = await visible_opportunities(self._store, actor, opportunities) if opportunities else {}
        behind = [(int(kind), id_) for kind, id_ in parties if kind is not Party.OPPORTUNITY or id_ in found]
        behind += [(int(Party.PERSON), person) for item in found.values() for person in item.person_ids]
        belonging = [(int(Party.ORGANIZATION), id_) for item in found.values() for id_ in item.organization_ids]
        organizations = [id_ for kind, id_ in parties if kind is Party.ORGANIZATION]
        organizations += [id_ for _, id_ in belonging]
        return behind + belonging + (await self._members(actor, organizations) if organizations else [])

    async def _members(self, actor: Actor, organizations: Sequence[int]) -> list[tuple[int, int]]:
        members = await self._organizations.members(actor, organizations)
        return [(int(Party.PERSON), person) for persons in members.values() for person in persons]


def _senders(item: Brief) -> set[int]:
    senders = {part.person for part in item.participants if part.role == Role.FROM}
    return {id_ for id_ in senders or {part.person for part in item.participants} if id_ is not None}
