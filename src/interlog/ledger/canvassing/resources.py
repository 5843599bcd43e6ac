"""Resources of canvassing: read, create, amend, delete, restore."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from ...model.canvassing.errors import Changed, Taken
from ...model.canvassing.resources import (
    ASSIGNABLE,
    Ref,
    Resource,
    ResourceDraft,
    natural_of,
    organization_group,
    seen_with,
)
from ...model.canvassing.states import without_provenance
from ...model.errors import Conflict, NotFound
from ...model.ids import uuid7
from ...model.instants import now
from ...model.journal import Action, Entity
from ...model.tenancy import Actor, Right
from ...store import resources as rows
from ...store import visit_groups
from ...store.database import Duplicate, Stale
from ...store.journal import add_entries, add_entry, versions_of
from ...store.rows import encode
from ...store.statements import Unit
from ...store.store import Store
from .people import People
from .steady import Steady

_TRIES = 4

Also: TypeAlias = Callable[[Unit, Resource | None, Resource], Awaitable[None]]
"""Adds to the unit of a change what follows from it: what was read (None: it is new), and what will be stored."""

Same: TypeAlias = Callable[[Resource, ResourceDraft], bool]
"""Whether what is stored says what the draft says."""


class Follower(NamedTuple):
    """What always follows from the change of a resource of a kind: ``add`` adds it to the unit, from what was read
    (None: it is new) and what will be stored; ``done`` is told of the tenant when it is."""

    add: Callable[[Actor, Unit, Resource | None, Resource], Awaitable[None]]
    done: Callable[[int], None]


class Made(NamedTuple):
    """A resource that was to be created, and whether a former request had stored the same."""

    resource: Resource
    repeated: bool = False


class Resources:
    """Use cases around resources. What the actor's security groups hide is as if it were not there."""

    def __init__(self, store: Store, people: People) -> None:
        self._store = store
        self._database = store.database
        self._people = people
        self.followers: dict[str, Follower] = {}
        self.steady = Steady(store)

    # Reading

    async def get(self, actor: Actor, kind: str, id_: str, *, deleted: bool = False) -> Resource:
        """Return a resource; with ``deleted`` also one that was deleted."""
        found = await self.get_many(actor, [(kind, id_)], deleted=deleted)
        if (kind, id_) not in found:
            raise NotFound(kind, id_)
        return found[kind, id_]

    async def get_many(self, actor: Actor, refs: Iterable[Ref], *, deleted: bool = False) -> dict[Ref, Resource]:
        """Return those of the resources, of any kinds, that are there: one statement."""
        actor.require(Right.READ)
        found = await rows.by_refs(self._database, actor.tenant.id, refs)
        return {ref: item for ref, item in found.items() if _shows(actor, item, deleted=deleted)}

    async def by_natural(self, actor: Actor, kind: str, naturals: Iterable[str]) -> dict[str, Resource]:
        """Return the resources of a kind by what else there is only one of."""
        actor.require(Right.READ)
        found = await rows.by_natural(self._database, actor.tenant.id, kind, naturals)
        return {natural: item for natural, item in found.items() if _shows(actor, item)}

    async def by_person(self, actor: Actor, kind: str, persons: Iterable[int]) -> dict[int, Resource]:
        """Return the resources of a kind that describe these persons."""
        actor.require(Right.READ)
        found = await rows.by_person(self._database, actor.tenant.id, kind, persons)
        return {person: item for person, item in found.items() if _shows(actor, item)}

    async def owned(
        self, actor: Actor, kind: str, owner: str, *, after: str = "", limit: int = 1_000
    ) -> list[Resource]:
        """Return the resources of a kind that belong to something, in order of ids, those behind ``after``."""
        actor.require(Right.READ)
        return await rows.owned(self._database, actor.tenant.id, kind, owner, actor.groups, after=after, limit=limit)

    async def counts(self, actor: Actor, kind: str, owners: Iterable[str]) -> dict[str, int]:
        """Return how many resources of a kind belong to each owner; those without any are left out."""
        actor.require(Right.READ)
        return await rows.counts(self._database, actor.tenant.id, kind, owners)

    async def versions(self, actor: Actor, kind: str, id_: str, *, limit: int = 100) -> list[Resource]:
        """Return what a resource was before its last changes, newest first."""
        item = await self.get(actor, kind, id_, deleted=True)
        entries = await versions_of(self._database, actor.tenant.id, Entity.RESOURCE, item.number, limit)
        return [msgspec.convert(entry.before, Resource) for entry in entries]

    # Writing one

    async def create(
        self, actor: Actor, draft: ResourceDraft, *, also: Also | None = None, same: Same | None = None
    ) -> Made:
        """Create a resource, or fill in the placeholder that has its id. The same once more stores nothing.

        ``Taken`` where its id, or what else there is only one of, belongs to another. ``same`` tells whether what is
        stored came from such a draft; without it the data are compared.
        """
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            (item,) = await self.drafted(actor, [draft])
            unit = Unit()
            read = None
            if draft.id is not None:
                read = (await rows.by_refs(self._database, actor.tenant.id, [item.ref])).get(item.ref)
            if read is not None:
                made = self._found(actor, read, draft, same)
                if made is not None:
                    return made
                new = await self.add_change(actor, unit, read, _filled(actor, read, item))
            else:
                new = item
                self.add_new(actor, unit, [new])
            try:
                await self._write(actor, unit, read, new, also)
            except Stale:
                continue
            except Duplicate:
                await self._refuse_taken(actor, item)
                continue
            return Made(new)
        raise Conflict("somebody else is storing the same; try again")

    async def amend(
        self,
        actor: Actor,
        kind: str,
        id_: str,
        change: Callable[[Resource], Resource],
        *,
        expected_version: int | None = None,
        also: Also | None = None,
    ) -> Resource:
        """Replace a resource by what ``change`` makes of it; if that is the same, nothing is stored.

        ``Changed`` where another version than the expected one is stored.
        """
        return await self._change(actor, kind, id_, change, Action.AMEND, expected_version, also)

    async def delete(
        self, actor: Actor, kind: str, id_: str, *, expected_version: int | None = None, also: Also | None = None
    ) -> Resource:
        """Delete a resource, and return it as it is then. Deleted is hidden: the row stays."""

        def gone(read: Resource) -> Resource:
            return replace(read, deleted_at=_moment())

        return await self._change(actor, kind, id_, gone, Action.DELETE, expected_version, also)

    async def restore(
        self, actor: Actor, kind: str, id_: str, *, expected_version: int | None = None, also: Also | None = None
    ) -> Resource:
        """Undo a deletion. ``Taken`` where another one has taken its place meanwhile."""

        def back(read: Resource) -> Resource:
            return replace(read, deleted_at=None)

        return await self._change(actor, kind, id_, back, Action.RESTORE, expected_version, also)

    async def _change(
        self,
        actor: Actor,
        kind: str,
        id_: str,
        change: Callable[[Resource], Resource],
        action: Action,
        expected_version: int | None,
        also: Also | None,
    ) -> Resource:
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self.get(actor, kind, id_, deleted=action is Action.RESTORE)
            if expected_version not in (None, read.version):
                raise Changed("it was changed by somebody else in the meantime; read it again", read)
            wanted = change(read)
            if wanted == read:
                return read
            unit = Unit()
            new = await self.add_change(actor, unit, read, wanted, action)
            try:
                await self._write(actor, unit, read, new, also)
            except Stale:
                continue
            except Duplicate:
                await self._refuse_taken(actor, new)
                continue
            return new
        raise Conflict("it was being changed by others at the same time; try again")

    async def _write(self, actor: Actor, unit: Unit, read: Resource | None, new: Resource, also: Also | None) -> None:
        if also is not None:
            await also(unit, read, new)
        follower = self.followers.get(new.kind)
        if follower is not None:
            await follower.add(actor, unit, read, new)
        await self._database.write(unit)
        if follower is not None:
            follower.done(actor.tenant.id)

    # Parts of a unit, for use cases that write several things at once

    async def drafted(self, actor: Actor, drafts: Sequence[ResourceDraft]) -> list[Resource]:
        """Return what drafts will be stored as: with numbers, ids, times, and the groups of what they belong to."""
        if not drafts:
            return []
        numbers = await self._store.numbers.take(actor.tenant.id, "resource", len(drafts))
        creator, at = await self._people.uuid_of(actor), _moment()
        groups = await self._groups(actor, drafts)
        items: list[Resource] = []
        for number, draft in zip(numbers, drafts, strict=True):
            source = seen_with(draft.kind, draft.data) if draft.group is None else None
            id_ = draft.id or uuid7()
            item = Resource(
                kind=draft.kind,
                id=id_,
                number=number,
                data=draft.data,
                aside=draft.aside,
                natural=draft.natural or natural_of(draft.kind, id_, draft.data),
                person=draft.person,
                group=draft.group or (groups.get(source, 0) if source is not None else 0),
                created_at=draft.created_at or at,
                creator=draft.creator or creator,
                modified_at=draft.modified_at or draft.created_at or at,
                modifier=draft.modifier or draft.creator or creator,
                placeholder=draft.placeholder,
            )
            if item.kind == "organizations" and draft.group is None:
                item = replace(item, group=organization_group(actor.tenant, item))
            groups[item.ref] = item.group
            items.append(item)
        return items

    async def _groups(self, actor: Actor, drafts: Sequence[ResourceDraft]) -> dict[Ref, int]:
        """Return the security groups of what the drafts belong to, unless it is drafted with them."""
        own = {(draft.kind, draft.id) for draft in drafts}
        wanted = {ref for draft in drafts if draft.group is None and (ref := seen_with(draft.kind, draft.data))} - own
        found = await rows.by_refs(self._database, actor.tenant.id, wanted)
        return {ref: item.group for ref, item in found.items()}

    def add_new(self, actor: Actor, unit: Unit, items: Sequence[Resource]) -> None:
        """Add new resources to a unit; ``Duplicate`` when it is written where one of them is there already."""
        rows.insert(unit, actor.tenant.id, items)
        entries = [(item.number, 1, None) for item in items]
        add_entries(unit, actor, Action.CREATE, Entity.RESOURCE, entries, now())

    async def add_change(
        self, actor: Actor, unit: Unit, read: Resource, new: Resource, action: Action = Action.AMEND
    ) -> Resource:
        """Add the change of a resource to a unit, and return what it will be: its version counts one more.

        ``Stale`` when the unit is written where somebody else was quicker.
        """
        group = await self._group_now(actor, read, new)
        stored = replace(
            new,
            group=group,
            natural=natural_of(new.kind, new.id, new.data) if new.kind in ASSIGNABLE else new.natural,
            version=read.version + 1,
            modified_at=_moment(),
            modifier=await self._people.uuid_of(actor),
        )
        rows.change(unit, actor.tenant.id, read, stored)
        if group != read.group:
            rows.regroup(unit, self._database, actor.tenant.id, read.kind, read.id, group)
            if read.kind == "campaigns":
                await self._move_visits(actor, unit, read, group)
        self.steady.follow(unit, read.kind, regrouped=group != read.group)
        add_entry(unit, actor, action, Entity.RESOURCE, read.number, stored.version, now(), before_of(read))
        return stored

    async def _move_visits(self, actor: Actor, unit: Unit, campaign: Resource, group: int) -> None:
        """Add to a unit that a campaign's visits are seen by others; the journal tells it whoever follows it."""
        tenant, old = actor.tenant.id, campaign.group
        moving = await visit_groups.standing(self._database, tenant, campaign.id, old)
        visit_groups.move(unit, tenant, campaign.id, old, group)
        for entity, moved in ((Entity.INTERACTION, moving.visits), (Entity.NOTE, moving.replies)):
            add_entries(unit, actor, Action.AMEND, entity, [(*one, None) for one in moved], now())

    async def _group_now(self, actor: Actor, read: Resource, new: Resource) -> int:
        """Return the security group of a resource that changes: what belongs to something else is seen with that."""
        source = seen_with(new.kind, new.data)
        if new.group != read.group or source is None or source == seen_with(read.kind, read.data):
            return new.group
        found = await rows.by_refs(self._database, actor.tenant.id, [source])
        return found[source].group if source in found else new.group

    # Ids that are in use

    def _found(self, actor: Actor, read: Resource, draft: ResourceDraft, same: Same | None) -> Made | None:
        """Return what is stored already under a draft's id; None where that is a placeholder to be filled in."""
        if not actor.sees(read.group):
            raise Taken(f"the id {read.id} is in use")
        if read.deleted_at is None:
            if read.placeholder and not draft.placeholder:
                return None
            if same(read, draft) if same is not None else read.data == draft.data:
                return Made(read, repeated=True)
        raise Taken(f"{read.kind} {read.id} is there already, with another content", read)

    async def _refuse_taken(self, actor: Actor, item: Resource) -> None:
        """Raise ``Taken`` where another resource has what there is only one of."""
        tenant = actor.tenant.id
        others: list[Resource] = []
        if item.natural is not None:
            others += (await rows.by_natural(self._database, tenant, item.kind, [item.natural])).values()
        if item.person is not None:
            others += (await rows.by_person(self._database, tenant, item.kind, [item.person])).values()
        for other in others:
            if other.id != item.id:
                raise Taken("there already is one like this", other if actor.sees(other.group) else None)


def before_of(read: Resource) -> str:
    """Return a resource as the journal keeps it: of a contact, without what its visits tell anyway."""
    return encode(replace(read, aside=without_provenance(read.aside))).decode()


def _shows(actor: Actor, item: Resource, *, deleted: bool = False) -> bool:
    return actor.sees(item.group) and (deleted or item.deleted_at is None)


def _filled(actor: Actor, read: Resource, item: Resource) -> Resource:
    """Return a placeholder as it is when it has been created: from now on it is as if it had been made so."""
    if item.kind == "organizations":
        item = replace(item, group=organization_group(actor.tenant, read))
    return replace(
        item,
        number=read.number,
        natural=item.natural if item.natural is not None else read.natural,
        person=item.person if item.person is not None else read.person,
        aside=read.aside | item.aside,
    )


def _moment() -> int:
    """Return the present instant as meta shows it: in whole milliseconds."""
    return now() // 1_000 * 1_000
