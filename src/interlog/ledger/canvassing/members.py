"""Who stands on a list: contacts, each with one of its households (spec 4.4).

A contact belongs to the list that it was first put on: that is the one version 1 shows. How many stand on a list is
counted when it is asked for, over an index, so that no counter can be wrong.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ...model.canvassing.households import member_id
from ...model.canvassing.resources import Ref, Resource
from ...model.errors import Conflict, InterlogError, Invalid, NotFound, Problem
from ...model.tenancy import Actor, Right
from ...store import resources as rows
from ...store.database import Duplicate, Stale
from ...store.statements import Unit
from ...store.store import Store
from .contact_units import HOUSEHOLDS
from .identities import CONTACTS
from .parts import LINKS, MEMBERS, Part, Parts, link, member
from .resources import Made, Resources

_TRIES = 4

Pair = tuple[str, str]
"""The ids of a contact and of a household."""


class Members:
    """Use cases around who stands on a list."""

    def __init__(self, store: Store, resources: Resources) -> None:
        self._database = store.database
        self._resources = resources
        self._parts = Parts(store, resources)

    async def add(self, actor: Actor, list_id: str, pairs: Sequence[Pair]) -> list[Made | InterlogError]:
        """Put contacts on a list, each with a household, to which it is linked if it was not."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            list_ = await self._resources.get(actor, "lists", list_id)
            refs = {ref for contact, home in pairs for ref in ((CONTACTS, contact), (HOUSEHOLDS, home))}
            found = await self._resources.get_many(actor, refs)
            wanted = {pair: self._wanted(actor, list_, pair, found) for pair in pairs}
            parts = {pair: some for pair, some in wanted.items() if not isinstance(some, InterlogError)}
            unit = Unit()
            there = await self._parts.set(actor, unit, there=[part for some in parts.values() for part in some])
            for contact in {pair[0] for pair in parts}:
                await self._belong(actor, unit, found[CONTACTS, contact], list_)
            try:
                await self._database.write(unit)
            except (Duplicate, Stale):
                continue
            outcomes = {pair: there[some[1].ref] for pair, some in parts.items()}
            # Whoever is neither new nor refused is among the outcomes, which the types cannot say.
            return [outcomes[pair] if pair in outcomes else wanted[pair] for pair in pairs]  # type: ignore[misc]
        raise Conflict("the list was being changed by others at the same time; try again")

    async def remove(self, actor: Actor, list_id: str, pair: Pair) -> Resource:
        """Take a contact with a household off a list, and return its place there as it then is."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            list_ = await self._resources.get(actor, "lists", list_id)
            contact = await self._resources.get(actor, CONTACTS, pair[0])
            read = await self.place(actor, list_, contact, pair[1])
            unit = Unit()
            gone = await self._parts.remove(actor, unit, read)
            if contact.data.get("listId") == list_.id:
                await self._leave(actor, unit, contact, read)
            try:
                await self._database.write(unit)
            except Stale:
                continue
            return gone
        raise Conflict("the list was being changed by others at the same time; try again")

    async def place(self, actor: Actor, list_: Resource, contact: Resource, household: str) -> Resource:
        """Return a contact's place on a list; ``NotFound`` where it does not stand there with the household."""
        part = member(actor, list_.id, link(actor, contact, household), list_.group)
        found = await self._resources.get_many(actor, [part.ref])
        if part.ref not in found:
            raise NotFound("contact on this list", contact.id)
        return found[part.ref]

    async def link_on(self, actor: Actor, list_id: str, contact_id: str) -> Resource:
        """Return the link with which a contact stands on a list."""
        list_ = await self._resources.get(actor, "lists", list_id)
        contact = await self._resources.get(actor, CONTACTS, contact_id)
        links = await self._resources.owned(actor, LINKS, contact.id)
        parts = {(MEMBERS, member_id(actor.tenant, list_.id, item.id)): item for item in links}
        there = await self._resources.get_many(actor, parts)
        for ref, item in parts.items():
            if ref in there:
                return item
        raise NotFound("contact on this list", contact_id)

    def _wanted(
        self, actor: Actor, list_: Resource, pair: Pair, found: Mapping[Ref, Resource]
    ) -> tuple[Part, Part] | InterlogError:
        """Return the link and the place that shall be there."""
        named = (("contactId", CONTACTS, pair[0]), ("householdId", HOUSEHOLDS, pair[1]))
        problems = [
            Problem(f"/data/{name}", f"names nothing that is there in {kind}", "unknown_id")
            for name, kind, id_ in named
            if (kind, id_) not in found
        ]
        if problems:
            return Invalid(*problems)
        contact = found[CONTACTS, pair[0]]
        if "listId" not in contact.data:
            contact = replace(contact, group=list_.group)
        linked = link(actor, contact, pair[1])
        return linked, member(actor, list_.id, linked, list_.group)

    async def _belong(self, actor: Actor, unit: Unit, contact: Resource, list_: Resource) -> None:
        """Add to a unit that a contact which was on no list belongs to this one."""
        if "listId" not in contact.data:
            new = replace(contact, data=contact.data | {"listId": list_.id}, group=list_.group)
            await self._resources.add_change(actor, unit, contact, new)

    async def _leave(self, actor: Actor, unit: Unit, contact: Resource, gone: Resource) -> None:
        """Add to a unit that a contact belongs to another list that it stands on, or to none."""
        data = {name: part for name, part in contact.data.items() if name != "listId"}
        new = replace(contact, data=data)
        for item in await self._resources.owned(actor, LINKS, contact.id):
            places = await rows.by_beginning(self._database, actor.tenant.id, MEMBERS, item.id)
            left = next((place for place in places if place.id != gone.id), None)
            if left is not None:
                new = replace(contact, data=data | {"listId": left.data["listId"]}, group=left.group)
                break
        if new != contact:
            await self._resources.add_change(actor, unit, contact, new)
