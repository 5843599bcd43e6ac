"""What stands on lists: persons, organizations and opportunities."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ..model.errors import Conflict, Invalid, NotFound, Problem, unknown_id
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import ListEntry, Opportunity, Organization, Party, PartyList, Person, PersonKind
from ..model.tenancy import Actor, Right
from ..store import list_entries as rows
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .opportunities import Opportunities

Listed: TypeAlias = tuple[ListEntry, Person | Organization | Opportunity]
"""An entry, and who or what it stands for."""

MODELS = {Party.PERSON: "Person", Party.ORGANIZATION: "Organization", Party.OPPORTUNITY: "Opportunity"}


class ListEntries:
    """Use cases around what stands on lists."""

    def __init__(self, store: Store, opportunities: Opportunities) -> None:
        self._store, self._database = store, store.database
        self._opportunities = opportunities

    async def page(self, actor: Actor, list_id: int, *, limit: int, after: int = 0) -> tuple[list[Listed], int | None]:
        """Return what stands on a list, in order of entries (opportunities: of their ids), behind an id, and the id
        that the next page goes on from. Three statements, whatever the size of the list."""
        return await self.page_of(actor, await self._opportunities.get_list(actor, list_id), limit=limit, after=after)

    async def page_of(
        self, actor: Actor, item: PartyList, *, limit: int, after: int = 0
    ) -> tuple[list[Listed], int | None]:
        """Return the page of a list that the actor has read."""
        actor.require(Right.READ)
        list_id, tenant = item.id, actor.tenant.id
        if item.kind is Party.OPPORTUNITY:
            deals = await opportunity_rows.on_list(self._database, tenant, list_id, after=after, limit=limit + 1)
            following = deals[limit - 1].id if len(deals) > limit else None
            return [(entry_of(deal), deal) for deal in deals[:limit]], following
        found = await rows.page(self._database, tenant, list_id, after=after, limit=limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        parties = await self._parties(actor, item.kind, {entry.party for entry in found[:limit]})
        return [(entry, parties[entry.party]) for entry in found[:limit] if entry.party in parties], following

    async def some_of(self, actor: Actor, item: PartyList, ids: Sequence[int]) -> list[Listed]:
        """Return those of some entries (of opportunities: by their ids) that stand on a list that the actor has read,
        in the order given."""
        actor.require(Right.READ)
        tenant = actor.tenant.id
        if item.kind is Party.OPPORTUNITY:
            deals = await opportunity_rows.by_ids(self._database, tenant, ids)
            there = [deals[id_] for id_ in ids if id_ in deals and deals[id_].list_id == item.id]
            return [(entry_of(deal), deal) for deal in there]
        entries = await rows.by_ids(self._database, tenant, ids)
        found = [entries[id_] for id_ in ids if id_ in entries and entries[id_].list_id == item.id]
        parties = await self._parties(actor, item.kind, {entry.party for entry in found})
        return [(entry, parties[entry.party]) for entry in found if entry.party in parties]

    async def get(self, actor: Actor, list_id: int, entry_id: int) -> Listed:
        """Return an entry of a list; raises ``NotFound`` or ``Forbidden``."""
        item = await self._opportunities.get_list(actor, list_id)
        found = await self._find(actor, entry_id)
        if found is None or found[0].list_id != item.id:
            raise NotFound("entry", entry_id)
        return found

    async def find(self, actor: Actor, entry_id: int) -> Listed | None:
        """Return an entry of whichever list; None where there is none on a list that is visible to the actor."""
        actor.require(Right.READ)
        found = await self._find(actor, entry_id)
        if found is None:
            return None
        visible = {item.id for item in await self._opportunities.lists(actor)}
        return found if found[0].list_id in visible else None

    async def of_parties(self, actor: Actor, kind: Party, ids: Sequence[int]) -> dict[int, list[ListEntry]]:
        """Return the entries of each of some persons or organizations, on lists that are visible to the actor."""
        actor.require(Right.READ)
        found: dict[int, list[ListEntry]] = {}
        entries = await rows.of_parties(self._database, actor.tenant.id, kind, ids) if ids else []
        if entries:
            visible = {item.id for item in await self._opportunities.lists(actor)}
            for entry in entries:
                if entry.list_id in visible:
                    found.setdefault(entry.party, []).append(entry)
        return found

    async def add(self, actor: Actor, list_id: int, party_id: int, *, creator: int | None = None) -> Listed:
        """Put a person or an organization on a list, perhaps once more. ``creator``: an internal person, by default
        the actor. Opportunities are created on their list, and stay there."""
        actor.require(Right.WRITE)
        item = await self._opportunities.get_list(actor, list_id)
        problems: list[Problem] = []
        parties: Mapping[int, Person | Organization | Opportunity] = {}
        if item.kind is Party.OPPORTUNITY:
            problems.append(
                Problem("entity_id", f"cannot be put on list {list_id}: opportunities are created on their list")
            )
        else:
            parties = await self._parties(actor, item.kind, [party_id])
            if party_id not in parties:
                problems.append(unknown_id("entity_id", party_id, MODELS[item.kind]))
        problems += await self._creator_problems(actor, creator)
        if problems:
            raise Invalid(*problems)
        entry = ListEntry(
            id=await self._store.numbers.one(actor.tenant.id, "entry"),
            list_id=list_id,
            kind=item.kind,
            party=party_id,
            creator=creator if creator is not None else actor.person_id,
            created_at=now(),
        )
        unit = Unit()
        rows.insert(unit, actor.tenant.id, [entry])
        add_entry(unit, actor, Action.CREATE, Entity.LIST_ENTRY, entry.id, 1, entry.created_at)
        await self._write(unit)
        return entry, parties[party_id]

    async def remove(self, actor: Actor, list_id: int, entry_id: int) -> None:
        """Remove an entry, and with it the values that the list has for it; an opportunity is deleted."""
        actor.require(Right.WRITE)
        entry, _ = await self.get(actor, list_id, entry_id)
        if entry.kind is Party.OPPORTUNITY:
            await self._opportunities.delete(actor, entry.party)
            return
        unit, at = Unit(), now()
        rows.remove(unit, actor.tenant.id, entry, at)
        before = encode(entry).decode()
        add_entry(unit, actor, Action.DELETE, Entity.LIST_ENTRY, entry.id, entry.version + 1, at, before)
        await self._write(unit)

    async def _find(self, actor: Actor, entry_id: int) -> Listed | None:
        tenant = actor.tenant.id
        entry = (await rows.by_ids(self._database, tenant, [entry_id])).get(entry_id)
        if entry is None:
            deal = await opportunity_rows.by_entry(self._database, tenant, entry_id)
            return (entry_of(deal), deal) if deal is not None else None
        party = (await self._parties(actor, entry.kind, [entry.party])).get(entry.party)
        return (entry, party) if party is not None else None

    async def _parties(
        self, actor: Actor, kind: Party, ids: Iterable[int]
    ) -> Mapping[int, Person | Organization | Opportunity]:
        if kind is Party.PERSON:
            return await person_rows.by_ids(self._database, actor.tenant.id, ids)
        return await organization_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _creator_problems(self, actor: Actor, creator: int | None) -> list[Problem]:
        if creator is None or creator == actor.person_id:
            return []
        found = (await person_rows.by_ids(self._database, actor.tenant.id, [creator])).get(creator)
        if found is None:
            return [unknown_id("creator_id", creator, "Person")]
        return [] if found.kind is PersonKind.INTERNAL else [Problem("creator_id", "must be an internal person")]

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("this was changed by somebody else at the same time; try again") from error


def entry_of(deal: Opportunity) -> ListEntry:
    """Return the only entry of an opportunity."""
    return ListEntry(
        id=deal.entry_id,
        list_id=deal.list_id,
        kind=Party.OPPORTUNITY,
        party=deal.id,
        creator=deal.creator,
        created_at=deal.created_at,
    )


async def leave_lists(store: Store, actor: Actor, unit: Unit, party: tuple[Party, int], at: int) -> None:
    """Add to a unit that a person or an organization, which is deleted in it, stands on no list."""
    kind, id_ = party
    found = await rows.of_parties(store.database, actor.tenant.id, kind, [id_])
    rows.leave(unit, actor.tenant.id, kind, id_, at)
    for entry in found:
        before = encode(entry).decode()
        add_entry(unit, actor, Action.DELETE, Entity.LIST_ENTRY, entry.id, entry.version + 1, at, before)


async def come_back_to_lists(
    store: Store, actor: Actor, unit: Unit, party: tuple[Party, int], left_at: int | None, at: int
) -> None:
    """Add to a unit that a party stands on lists again, as it did when it was deleted."""
    kind, id_ = party
    if left_at is None:
        return
    found = await rows.left(store.database, actor.tenant.id, kind, id_, left_at)
    rows.come_back(unit, actor.tenant.id, kind, id_, left_at)
    for entry in found:
        before = encode(entry).decode()
        add_entry(unit, actor, Action.RESTORE, Entity.LIST_ENTRY, entry.id, entry.version + 1, at, before)
