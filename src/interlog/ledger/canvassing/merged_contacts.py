"""Contacts of persons who are merged: the survivor is the contact from then on, until that is undone."""

import msgspec
from msgspec.structs import replace

from ...model.canvassing.contacts import contact_key, following_person
from ...model.canvassing.resources import Resource
from ...model.errors import Conflict
from ...model.journal import Entity
from ...model.parties import Person
from ...model.tenancy import Actor
from ...store import resources as rows
from ...store.store import Store
from ..merge_moves import Step
from ..merge_sides import Parts, PersonSide
from ..persons import Follower
from .identities import CONTACTS
from .resources import Resources


class MergedContacts:
    """What merges mean for contacts. ``told``: the follower by which contacts hear of changes of persons."""

    def __init__(self, store: Store, resources: Resources, side: PersonSide, told: Follower) -> None:
        self._database = store.database
        self._resources = resources
        self._told = told
        side.refusing.append(self._refuse)
        side.uniting.append(self._unite)
        side.parting.append(self._part)

    async def _refuse(self, actor: Actor, survivor: Person, gone: Person) -> None:
        """Raise ``Conflict`` where both are contacts, each with visits and places on lists of its own."""
        if len(await rows.by_person(self._database, actor.tenant.id, CONTACTS, [survivor.id, gone.id])) > 1:
            raise Conflict("both are contacts of campaigns; delete one of the two contacts first")

    async def _unite(self, step: Step, gone: Person, united: Person) -> None:
        """Let the survivor be the contact that the one who goes was."""
        found = await rows.by_person(self._database, step.actor.tenant.id, CONTACTS, [gone.id])
        for contact in found.values():
            data = following_person(contact.data, gone, united)
            await self._change(step, contact, replace(contact, person=united.id, data=data))

    async def _part(self, step: Step, back: Person, now: Person, parts: Parts) -> Follower | None:
        """Let whoever was gone be the contact again that he was."""
        moved = [msgspec.convert(was, Resource) for (entity, _), was in parts.items() if entity is Entity.RESOURCE]
        found = await rows.by_refs(self._database, step.actor.tenant.id, [was.ref for was in moved])
        for was in moved:
            contact = found[was.ref]
            untouched = contact.version == was.version + 1
            data = was.data if untouched else following_person(contact.data, now, back)
            await self._change(step, contact, replace(contact, person=back.id, data=data))
        return self._told if moved else None

    async def _change(self, step: Step, read: Resource, new: Resource) -> None:
        key = contact_key(new.data)
        if key != read.natural:
            taken = await rows.by_natural(self._database, step.actor.tenant.id, CONTACTS, [key])
            new = replace(new, natural=None if key in taken else key)
        stored = await self._resources.add_change(step.actor, step.unit, read, new)
        step.count(Entity.RESOURCE, stored.number, stored.version)
