"""Contacts of persons who are merged: the survivor is the contact from then on, until that is undone."""

import msgspec
from msgspec.structs import replace

from ...model.canvassing.contacts import contact_key, following_person
from ...model.canvassing.resources import Resource
from ...model.journal import Entity
from ...model.parties import Person
from ...store import resources as rows
from ...store.store import Store
from ..merge_moves import Step
from ..merge_sides import Parts, PersonSide
from ..persons import Follower
from .contacts import Contacts
from .identities import CONTACTS
from .resources import Resources


class MergedContacts:
    """What merges mean for contacts. Where both are contacts, the survivor is two: each has its own household, visits
    and places on lists, and clients know each by its id."""

    def __init__(self, store: Store, resources: Resources, side: PersonSide, contacts: Contacts) -> None:
        self._database = store.database
        self._resources = resources
        self._contacts = contacts
        side.uniting.append(self._unite)
        side.parting.append(self._part)

    async def _unite(self, step: Step, gone: Person, united: Person) -> None:
        """Let the survivor be the contact, too, that the one who goes was."""
        tenant = step.actor.tenant.id
        found = await rows.of_persons(self._database, tenant, CONTACTS, [gone.id, united.id])
        is_alone = all(contact.person == gone.id for contact in found)
        for contact in found:
            if contact.person == gone.id:
                data = following_person(contact.data, gone, united)
                await self._change(step, contact, replace(contact, person=united.id, data=data), is_first=is_alone)
                is_alone = False

    async def _part(self, step: Step, back: Person, survivor: tuple[Person, Person], parts: Parts) -> Follower:
        """Let whoever was gone be the contacts again that he was, and the survivor those that are his own."""
        tenant, (now, alone) = step.actor.tenant.id, survivor
        moved = [msgspec.convert(was, Resource) for (entity, _), was in parts.items() if entity is Entity.RESOURCE]
        found = await rows.by_refs(self._database, tenant, [was.ref for was in moved])
        for was in moved:
            contact = found[was.ref]
            if contact.version == was.version + 1:
                wanted = [was.natural] if was.natural is not None else []
                taken = await rows.by_natural(self._database, tenant, CONTACTS, wanted) if wanted else {}
                natural = was.natural if all(other.id == was.id for other in taken.values()) else None
                await self._store(step, contact, replace(was, version=contact.version, natural=natural))
            else:
                data = following_person(contact.data, now, back)
                await self._change(step, contact, replace(contact, person=back.id, data=data), is_first=True)
        own = await rows.of_persons(self._database, tenant, CONTACTS, [now.id])
        for place, contact in enumerate(item for item in own if item.ref not in found):
            await self._contacts.retell(step.actor, step.unit, contact, now, alone, is_first=place == 0)
        return self._contacts.follow

    async def _change(self, step: Step, read: Resource, new: Resource, *, is_first: bool) -> None:
        key = contact_key(new.data)
        if key != read.natural or not is_first:
            taken = await rows.by_natural(self._database, step.actor.tenant.id, CONTACTS, [key])
            new = replace(new, natural=key if is_first and key not in taken else None)
        await self._store(step, read, new)

    async def _store(self, step: Step, read: Resource, new: Resource) -> None:
        stored = await self._resources.add_change(step.actor, step.unit, read, new)
        step.count(Entity.RESOURCE, stored.number, stored.version)
