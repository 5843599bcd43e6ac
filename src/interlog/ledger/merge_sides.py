"""The two parties of a merge themselves: what the survivor gets, and how both are as before when it is undone."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from ..model.as_profiles import contact_of, organization_of
from ..model.errors import Forbidden
from ..model.journal import Action, Entity
from ..model.merges import (
    parted_fields,
    parted_organization,
    parted_person,
    united_fields,
    united_organization,
    united_person,
)
from ..model.parties import Organization, Party, Person
from ..model.profiles import CONTACT, ORGANIZATION, Profile, ProfileType
from ..model.tenancy import Actor
from ..store import external_ids, journal
from ..store import merges as rows
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.store import Store
from .departures import release_ids, told
from .merge_moves import Step
from .organizations import Organizations
from .persons import Follower, Persons
from .profile_kinds import Beside

Own = TypeVar("Own", Person, Organization)

Parts = Mapping[tuple[Entity, int], dict[str, Any] | None]
"""What the records were that a merge has changed with the parties themselves; None where they were new."""

MergeFollower = Callable[[Step, Person, Person], Awaitable[None]]
"""Adds to the last step of a merge what follows for whatever describes the person who goes: him, and the survivor as
he will be."""

PartingFollower = Callable[[Step, Person, tuple[Person, Person], Parts], Awaitable[Follower]]
"""Adds to the first step of undoing what follows: who was gone, as he will be, the survivor as he was read and as he
will be, and what the merge has changed. Returns who need not be told of the survivor's change any more."""


class Side(ABC, Generic[Own]):
    """What is different between merging persons and merging organizations."""

    kind: Party
    entity: Entity
    beside: Entity
    type: ProfileType

    def __init__(self, store: Store, persons: Persons) -> None:
        self._store = store
        self._database = store.database
        self._persons = persons
        self._values = persons.values
        self._beside = Beside(self.type.id, self.beside)

    @property
    def own(self) -> frozenset[Entity]:
        """The records that change with the parties themselves."""
        return frozenset((self.entity, self.beside))

    @abstractmethod
    async def get(self, actor: Actor, id_: int) -> Own:
        """Return a party; raises ``NotFound`` or ``MergedAway``."""

    @abstractmethod
    async def gone(self, actor: Actor, ids: Iterable[int]) -> dict[int, Own]:
        """Return those of some parties that were merged into others, as they were."""

    @abstractmethod
    async def refuse(self, actor: Actor, survivor: Own, gone: Own) -> None:
        """Raise why one cannot be merged into the other."""

    @abstractmethod
    def united(self, survivor: Own, gone: Own) -> Own:
        """Return the survivor with what both have."""

    @abstractmethod
    def parted(self, now: Own, before: Own, gone: Own) -> tuple[Own, Own]:
        """Return both as they are apart."""

    @abstractmethod
    def shown(self, item: Own, beside: Profile | None) -> Profile:
        """Return a party as a profile."""

    @abstractmethod
    def bare(self, item: Own) -> Own:
        """Return a party that is gone as far as anything finds it: without addresses and the like."""

    @abstractmethod
    def change(self, step: Step, read: Own, new: Own, **how: Any) -> None:
        """Add the change of a row."""

    async def unite(self, step: Step, survivor: Own, gone: Own) -> None:
        """Add to the last step of a merge what becomes of the two."""
        actor, unit, tenant = step.actor, step.unit, step.actor.tenant.id
        kept = await self._beside.read(self._store, tenant, [survivor.id, gone.id])
        own, other = kept.get(survivor.id), kept.get(gone.id)
        new = replace(self.united(survivor, gone), version=survivor.version + 1, modified_at=step.at)
        self.change(step, survivor, new)
        step.change(self.entity, survivor.id, new.version, survivor)
        left = replace(gone, version=gone.version + 1, modified_at=step.at)
        self.change(step, gone, left, deleted_at=step.at, merged_into=survivor.id)
        ids = await release_ids(self._store, actor, unit, (self.kind, gone.id))
        external_ids.insert(unit, tenant, self.kind, dict.fromkeys(ids, survivor.id))
        before = told(gone, external_ids=ids)
        add_entry(unit, actor, Action.MERGE, self.entity, gone.id, left.version, step.at, before)
        added = other.fields if other is not None else {}
        added = {name: value for name, value in added.items() if name not in self.shown(new, None).fields}
        own_now = self._keep(step, new, own, united_fields(own.fields if own is not None else {}, added))
        self._values.change(actor, unit, self.type, self.shown(survivor, own), self.shown(new, own_now))
        self._values.change(actor, unit, self.type, self.shown(gone, other), None)

    async def part(self, step: Step, now: Own, gone: Own, parts: Parts) -> tuple[Own, Own]:
        """Add to the first step of undoing a merge that both are there; returns them."""
        actor, unit, tenant = step.actor, step.unit, step.actor.tenant.id
        kept = await self._beside.read(self._store, tenant, [now.id, gone.id])
        own, other = kept.get(now.id), kept.get(gone.id)
        before = msgspec.convert(parts[self.entity, now.id], type(now))
        alone, back = self.parted(now, before, gone)
        alone = replace(alone, version=now.version + 1, modified_at=step.at)
        back = replace(back, version=gone.version + 1, modified_at=step.at)
        self.change(step, now, alone)
        step.change(self.entity, now.id, alone.version, now)
        self.change(step, self.bare(gone), back)
        await self._part_ids(step, now, gone)
        add_entry(unit, actor, Action.RESTORE, self.entity, gone.id, back.version, step.at, encode(gone).decode())
        own_now = own
        if (self.beside, now.id) in parts and own is not None:
            was = parts[self.beside, now.id]
            fields = parted_fields(own.fields, was["fields"] if was else {}, other.fields if other else {})
            own_now = self._keep(step, alone, own, fields)
        self._values.change(actor, unit, self.type, self.shown(now, own), self.shown(alone, own_now))
        self._values.change(actor, unit, self.type, None, self.shown(back, other))
        return alone, back

    async def _part_ids(self, step: Step, now: Own, gone: Own) -> None:
        """Add to a step that other systems know each of the two by its own ids, as far as the survivor has them."""
        tenant = step.actor.tenant.id
        entries = await journal.versions_of(self._database, tenant, self.entity, gone.id, 1)
        before = entries[0].before if entries and entries[0].version == gone.version else None
        came = {(system, id_) for system, id_ in (before or {}).get("external_ids", ())}
        if came:
            known = await release_ids(self._store, step.actor, step.unit, (self.kind, now.id))
            owners = {pair: gone.id if pair in came else now.id for pair in known}
            external_ids.insert(step.unit, tenant, self.kind, owners)

    def _keep(self, step: Step, party: Own, read: Profile | None, fields: dict[str, Any]) -> Profile | None:
        """Add to a step what is kept beside the survivor from now on."""
        new = Profile(
            type_id=self.type.id,
            number=party.id,
            key=read.key if read is not None and read.key else str(party.id),
            fields=fields,
            created_at=read.created_at if read is not None else step.at,
            modified_at=step.at if read is not None else None,
        )
        written = self._beside.write(step.actor, step.unit, read, new)
        if written is not None and written != read:
            step.count(self.beside, party.id, written.version)
        return written


class PersonSide(Side[Person]):
    """Two persons."""

    kind = Party.PERSON
    entity = Entity.PERSON
    beside = Entity.PERSON_FIELDS
    type = CONTACT

    def __init__(self, store: Store, persons: Persons) -> None:
        super().__init__(store, persons)
        self.uniting: list[MergeFollower] = []
        self.parting: list[PartingFollower] = []

    @property
    def own(self) -> frozenset[Entity]:
        return super().own | {Entity.RESOURCE}

    async def get(self, actor: Actor, id_: int) -> Person:
        return await self._persons.get(actor, id_)

    async def gone(self, actor: Actor, ids: Iterable[int]) -> dict[int, Person]:
        return await person_rows.merged_away(self._database, actor.tenant.id, ids)

    async def refuse(self, actor: Actor, survivor: Person, gone: Person) -> None:
        if await rows.users_among(self._database, actor.tenant.id, [gone.id]):
            raise Forbidden("whoever signs in, or did, cannot be merged into somebody else; merge the other way")

    def united(self, survivor: Person, gone: Person) -> Person:
        return united_person(survivor, gone)

    def parted(self, now: Person, before: Person, gone: Person) -> tuple[Person, Person]:
        return parted_person(now, before, gone)

    def shown(self, item: Person, beside: Profile | None) -> Profile:
        return contact_of(item, beside)

    def change(self, step: Step, read: Person, new: Person, **how: Any) -> None:
        person_rows.change(step.unit, step.actor.tenant.id, read, new, **how)

    def bare(self, item: Person) -> Person:
        return replace(item, emails=(), organization_ids=())

    async def unite(self, step: Step, survivor: Person, gone: Person) -> None:
        await super().unite(step, survivor, gone)
        united = self.united(survivor, gone)
        await self._persons.tell(step.actor, step.unit, survivor, united)
        for follower in self.uniting:
            await follower(step, gone, united)

    async def part(self, step: Step, now: Person, gone: Person, parts: Parts) -> tuple[Person, Person]:
        alone, back = await super().part(step, now, gone, parts)
        told = None
        for follower in self.parting:
            told = await follower(step, back, (now, alone), parts)
        await self._persons.tell(step.actor, step.unit, now, alone, besides=told)
        return alone, back


class OrganizationSide(Side[Organization]):
    """Two organizations."""

    kind = Party.ORGANIZATION
    entity = Entity.ORGANIZATION
    beside = Entity.ORGANIZATION_FIELDS
    type = ORGANIZATION

    def __init__(self, store: Store, persons: Persons, organizations: Organizations) -> None:
        super().__init__(store, persons)
        self._organizations = organizations

    async def get(self, actor: Actor, id_: int) -> Organization:
        return await self._organizations.get(actor, id_)

    async def gone(self, actor: Actor, ids: Iterable[int]) -> dict[int, Organization]:
        return await organization_rows.merged_away(self._database, actor.tenant.id, ids)

    async def refuse(self, actor: Actor, survivor: Organization, gone: Organization) -> None:
        if gone.is_global:
            raise Forbidden("a global organization cannot be merged into another one; merge the other way")

    def united(self, survivor: Organization, gone: Organization) -> Organization:
        return united_organization(survivor, gone)

    def parted(self, now: Organization, before: Organization, gone: Organization) -> tuple[Organization, Organization]:
        return parted_organization(now, before, gone)

    def shown(self, item: Organization, beside: Profile | None) -> Profile:
        return organization_of(item, beside)

    def bare(self, item: Organization) -> Organization:
        return replace(item, domains=())

    def change(self, step: Step, read: Organization, new: Organization, **how: Any) -> None:
        organization_rows.change(step.unit, step.actor.tenant.id, read, new, **how)
