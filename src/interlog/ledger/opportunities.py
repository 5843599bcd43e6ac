"""Opportunities, and the lists they are on."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ..model.errors import Conflict, Forbidden, Invalid, NotFound, Problem, unknown_id
from ..model.ids import uuid7
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import ListRole, Opportunity, OpportunityDraft, Party, PartyList, Permission, PersonKind
from ..model.tenancy import Actor, Right
from ..store import list_entries as entry_rows
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store

MAX_NAME = 500


class Opportunities:
    """Use cases around opportunities and lists."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database

    async def get(self, actor: Actor, opportunity_id: int) -> Opportunity:
        """Return an opportunity."""
        found = await self.get_many(actor, [opportunity_id])
        if opportunity_id not in found:
            raise NotFound("opportunity", opportunity_id)
        return found[opportunity_id]

    async def get_many(self, actor: Actor, ids: Iterable[int]) -> dict[int, Opportunity]:
        """Return those of the opportunities that exist and are on a list visible to the actor."""
        actor.require(Right.READ)
        return await visible_opportunities(self._store, actor, ids)

    async def page(
        self, actor: Actor, *, limit: int, after: int = 0, term: str | None = None
    ) -> tuple[list[Opportunity], int | None]:
        """Return opportunities behind an id, in order of ids, and the id that the next page goes on from."""
        actor.require(Right.READ)
        found = await opportunity_rows.page(self._database, actor.tenant.id, after=after, limit=limit + 1, term=term)
        following = found[limit - 1].id if len(found) > limit else None
        return await self._visible(actor, found[:limit]), following

    async def of_parties(self, actor: Actor, kind: Party, ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the ids of the opportunities of each of some persons or organizations, those visible to the actor."""
        actor.require(Right.READ)
        found = await opportunity_rows.of_parties(self._database, actor.tenant.id, kind, ids) if ids else {}
        visible = await self.get_many(actor, {id_ for opportunities in found.values() for id_ in opportunities})
        return {party: [id_ for id_ in opportunities if id_ in visible] for party, opportunities in found.items()}

    async def create(self, actor: Actor, draft: OpportunityDraft) -> Opportunity:
        """Create an opportunity on a list."""
        actor.require(Right.WRITE)
        problems = name_problems(draft.name)
        list_ = next((item for item in await self.lists(actor) if item.id == draft.list_id), None)
        if list_ is None:
            problems.append(unknown_id("list_id", draft.list_id, "List"))
        elif list_.kind is not Party.OPPORTUNITY:
            problems.append(Problem("list_id", f"list {list_.id} is not a list of opportunities"))
        problems += await self._party_problems(actor, draft.person_ids, draft.organization_ids)
        if problems:
            raise Invalid(*problems)
        opportunity = Opportunity(
            id=await self._store.numbers.one(actor.tenant.id, "opportunity"),
            uuid=uuid7(),
            name=draft.name.strip(),
            list_id=draft.list_id,
            entry_id=await self._store.numbers.one(actor.tenant.id, "entry"),
            creator=actor.person_id,
            person_ids=tuple(dict.fromkeys(draft.person_ids)),
            organization_ids=tuple(dict.fromkeys(draft.organization_ids)),
            created_at=draft.created_at if draft.created_at is not None else now(),
        )
        unit = Unit()
        opportunity_rows.insert(unit, actor.tenant.id, opportunity)
        add_entry(unit, actor, Action.CREATE, Entity.OPPORTUNITY, opportunity.id, 1, opportunity.created_at)
        await self._database.write(unit)
        return opportunity

    async def update(
        self,
        actor: Actor,
        opportunity_id: int,
        *,
        name: str | None = None,
        person_ids: tuple[int, ...] | None = None,
        organization_ids: tuple[int, ...] | None = None,
        expected_version: int | None = None,
    ) -> Opportunity:
        """Change what is given and leave the rest; lists replace the ones stored."""
        actor.require(Right.WRITE)
        read = await self.get(actor, opportunity_id)
        if expected_version not in (None, read.version):
            raise Conflict("the opportunity was changed by somebody else in the meantime; read it again")
        problems = [] if name is None else name_problems(name)
        problems += await self._party_problems(actor, person_ids or (), organization_ids or ())
        if problems:
            raise Invalid(*problems)
        opportunity = replace(
            read,
            name=read.name if name is None else name.strip(),
            person_ids=read.person_ids if person_ids is None else tuple(dict.fromkeys(person_ids)),
            organization_ids=(
                read.organization_ids if organization_ids is None else tuple(dict.fromkeys(organization_ids))
            ),
            version=read.version + 1,
            modified_at=now(),
        )
        unit = Unit()
        opportunity_rows.change(unit, actor.tenant.id, read, opportunity)
        before = encode(read).decode()
        add_entry(unit, actor, Action.AMEND, Entity.OPPORTUNITY, opportunity_id, opportunity.version, now(), before)
        await self._write(unit)
        return opportunity

    async def delete(self, actor: Actor, opportunity_id: int, *, expected_version: int | None = None) -> Opportunity:
        """Delete an opportunity, and with it its entry on the list."""
        actor.require(Right.WRITE)
        read, at = await self.get(actor, opportunity_id), now()
        if expected_version not in (None, read.version):
            raise Conflict("the opportunity was changed by somebody else in the meantime; read it again")
        unit = Unit()
        gone = replace(read, version=read.version + 1, modified_at=at)
        opportunity_rows.change(unit, actor.tenant.id, read, gone, deleted_at=at)
        add_entry(
            unit, actor, Action.DELETE, Entity.OPPORTUNITY, opportunity_id, gone.version, at, encode(read).decode()
        )
        await self._write(unit)
        return read

    async def lists(self, actor: Actor) -> list[PartyList]:
        """Return the lists that the actor sees: public ones and his own."""
        actor.require(Right.READ)
        return [item for item in await self._all_lists(actor) if sees_list(actor, item)]

    async def get_list(self, actor: Actor, list_id: int) -> PartyList:
        """Return a list; raises ``NotFound``, or ``Forbidden`` where it is somebody else's."""
        actor.require(Right.READ)
        for item in await self._all_lists(actor):
            if item.id == list_id:
                if sees_list(actor, item):
                    return item
                raise Forbidden("this list is private")
        raise NotFound("list", list_id)

    async def _all_lists(self, actor: Actor) -> list[PartyList]:
        return await opportunity_rows.lists(self._database, actor.tenant.id)

    async def list_sizes(self, actor: Actor) -> dict[int, int]:
        """Return how much stands on each list that the actor sees, for those that are not empty."""
        actor.require(Right.READ)
        sizes = await opportunity_rows.list_sizes(self._database, actor.tenant.id)
        sizes |= await entry_rows.sizes(self._database, actor.tenant.id)
        return {item.id: sizes[item.id] for item in await self.lists(actor) if item.id in sizes}

    async def create_list(
        self,
        actor: Actor,
        name: str,
        kind: Party,
        *,
        is_public: bool,
        owner: int | None = None,
        permissions: Sequence[Permission] = (),
    ) -> PartyList:
        """Create a list, by default one's own. ``permissions``: to whom it is opened besides."""
        actor.require(Right.WRITE)
        problems = name_problems(name)
        named = {f"additional_permissions[{i}].internal_person_id": one.person for i, one in enumerate(permissions)}
        named |= {"owner_id": owner} if owner is not None else {}
        found = await person_rows.by_ids(self._database, actor.tenant.id, set(named.values())) if named else {}
        for path, id_ in named.items():
            if id_ not in found:
                problems.append(unknown_id(path, id_, "Person"))
            elif found[id_].kind is not PersonKind.INTERNAL:
                problems.append(Problem(path, "must be an internal person"))
        if problems:
            raise Invalid(*problems)
        item = PartyList(
            id=await self._store.numbers.one(actor.tenant.id, "list"),
            name=name.strip(),
            kind=kind,
            is_public=is_public,
            owner=owner or actor.person_id,
            creator=actor.person_id,
            created_at=now(),
            permissions=tuple({one.person: one for one in permissions}.values()),
        )
        unit = Unit()
        opportunity_rows.insert_list(unit, actor.tenant.id, item)
        add_entry(unit, actor, Action.CREATE, Entity.LIST, item.id, 1, item.created_at)
        await self._database.write(unit)
        return item

    async def _visible(self, actor: Actor, found: Iterable[Opportunity]) -> list[Opportunity]:
        return await _of_visible_lists(self._store, actor, found)

    async def _party_problems(
        self, actor: Actor, persons: Sequence[int], organizations: Sequence[int]
    ) -> list[Problem]:
        known = await person_rows.by_ids(self._database, actor.tenant.id, persons) if persons else {}
        owners = await organization_rows.by_ids(self._database, actor.tenant.id, organizations) if organizations else {}
        return [unknown_id(f"person_ids[{i}]", id_, "Person") for i, id_ in enumerate(persons) if id_ not in known] + [
            unknown_id(f"organization_ids[{i}]", id_, "Organization")
            for i, id_ in enumerate(organizations)
            if id_ not in owners
        ]

    async def _write(self, unit: Unit) -> None:
        try:
            await self._database.write(unit)
        except Stale as error:
            raise Conflict("the opportunity was changed by somebody else at the same time; try again") from error


async def visible_opportunities(store: Store, actor: Actor, ids: Iterable[int]) -> dict[int, Opportunity]:
    """Return those of the opportunities that exist and are on a list visible to the actor."""
    found = await opportunity_rows.by_ids(store.database, actor.tenant.id, set(ids))
    return {item.id: item for item in await _of_visible_lists(store, actor, found.values())}


async def _of_visible_lists(store: Store, actor: Actor, found: Iterable[Opportunity]) -> list[Opportunity]:
    if not found:
        return []
    lists = await opportunity_rows.lists(store.database, actor.tenant.id)
    visible = {item.id for item in lists if sees_list(actor, item)}
    return [item for item in found if item.list_id in visible]


def sees_list(actor: Actor, item: PartyList) -> bool:
    """Whether a list, and what stands on it, is visible to the actor."""
    opened = {permission.person for permission in item.permissions}
    return item.is_public or actor.person_id in opened.union((item.owner, item.creator))


def may_shape(actor: Actor, item: PartyList) -> bool:
    """Whether the actor, who sees a list, may also give it fields and take them away."""
    if actor.person_id in (item.owner, item.creator):
        return True
    roles = {permission.person: permission.role for permission in item.permissions}
    return roles.get(actor.person_id, ListRole.STANDARD) is not ListRole.BASIC


def name_problems(name: str) -> list[Problem]:
    """Return what is wrong with an opportunity's or a list's name."""
    if not name.strip():
        return [Problem("name", "must not be empty", "missing")]
    if len(name) > MAX_NAME:
        return [Problem("name", f"must not be longer than {MAX_NAME} characters", "too_long")]
    if "\x00" in name:
        return [Problem("name", "must not contain the character U+0000", "character")]
    return []
