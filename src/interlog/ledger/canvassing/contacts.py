"""Contacts: persons whom campaigns visit, with their households and their places on lists (spec 4.1, 4.2).

A contact that says its address lives in the household there, which is made where it is new; one that names its primary
household has that one's address. On a list it stands with the link to its household. All of it is one unit.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ...model.canvassing.contacts import contact_key, following_person, says_the_same
from ...model.canvassing.errors import Changed, Taken
from ...model.canvassing.resources import Resource, ResourceDraft
from ...model.canvassing.states import edited, filled
from ...model.errors import Conflict, InterlogError, NotFound
from ...model.journal import Action
from ...model.parties import Person
from ...model.tenancy import Actor, Right
from ...store import persons as person_rows
from ...store import resources as rows
from ...store.database import Duplicate, Stale
from ...store.statements import Unit
from ...store.store import Store
from ..persons import Persons
from .contact_units import ContactUnits, Work
from .identities import CONTACTS
from .parts import LINKS, Parts
from .resources import Made, Resources

_TRIES = 4


class Amendment(NamedTuple):
    """What is to be made of a contact. ``expected_version``: the one that it must have; None: any. ``change`` is pure,
    and may raise."""

    id: str
    change: Callable[[Resource], Resource]
    expected_version: int | None = None


class Contacts:
    """Use cases around contacts."""

    def __init__(self, store: Store, resources: Resources, persons: Persons) -> None:
        self._database = store.database
        self._resources = resources
        self._units = ContactUnits(store, resources, persons)
        self._parts = Parts(store, resources)
        persons.followers.append(self.follow)
        persons.remembering.append(self._remember)
        self._units.identities.own = self.follow

    # Creating

    async def create(self, actor: Actor, draft: ResourceDraft, *, alone: bool = False) -> Made:
        """Create a contact; see ``create_many``. Raises what refuses it."""
        return _raised(await self.create_many(actor, [draft], alone=alone))[0]

    async def create_many(
        self, actor: Actor, drafts: Sequence[ResourceDraft], *, alone: bool = False
    ) -> list[Made | InterlogError]:
        """Create contacts, each for itself: what is wrong with one hinders no other.

        The same under an id that is there is a repetition, and fills a placeholder. ``alone``: a contact of the same
        name in the same household is not created again, but is the one that is there (spec 4.2).
        """
        actor.require(Right.WRITE)
        grouped = [draft if draft.group is not None else replace(draft, group=0) for draft in drafts]
        items = await self._resources.drafted(actor, grouped)
        ids = [(CONTACTS, draft.id) for draft in drafts if draft.id is not None]

        async def prepare() -> list[Work]:
            works = [
                Work(None, item, is_grouped=draft.group is not None) for item, draft in zip(items, drafts, strict=True)
            ]
            found = await rows.by_refs(self._database, actor.tenant.id, ids)
            seen: dict[str, Work] = {}
            for work, draft in zip(works, drafts, strict=True):
                first = seen.setdefault(work.new.id, work)
                if first is not work:
                    _compare(actor, work, first.new, draft)
                    work.made, work.like = None, first if work.made is not None else None
                elif work.new.ref in found:
                    _compare(actor, work, found[work.new.ref], draft)
            return works

        return await self._units.store(actor, prepare, alone=alone)

    # Changing

    async def amend(
        self, actor: Actor, id_: str, change: Callable[[Resource], Resource], *, expected_version: int | None = None
    ) -> Resource:
        """Replace a contact by what ``change`` makes of it; see ``amend_many``. Raises what refuses it."""
        return _raised(await self.amend_many(actor, [Amendment(id_, change, expected_version)]))[0].resource

    async def amend_many(self, actor: Actor, amendments: Sequence[Amendment]) -> list[Made | InterlogError]:
        """Change contacts, each for itself; one that is named twice is changed twice, one after the other."""
        actor.require(Right.WRITE)
        results: dict[int, Made | InterlogError] = {}
        while len(results) < len(amendments):
            first: dict[str, int] = {}
            for index, amendment in enumerate(amendments):
                if index not in results:
                    first.setdefault(amendment.id, index)
            some = await self._amend(actor, [amendments[index] for index in first.values()])
            results |= dict(zip(first.values(), some, strict=True))
        return [results[index] for index in range(len(amendments))]

    async def _amend(self, actor: Actor, amendments: Sequence[Amendment]) -> list[Made | InterlogError]:
        async def prepare() -> list[Work]:
            found = await rows.by_refs(self._database, actor.tenant.id, [(CONTACTS, item.id) for item in amendments])
            return [_changed(actor, item, found.get((CONTACTS, item.id))) for item in amendments]

        return await self._units.store(actor, prepare)

    async def delete(self, actor: Actor, id_: str, *, expected_version: int | None = None) -> Resource:
        """Delete a contact, its links and its places on lists. The person stays, known through other protocols."""
        actor.require(Right.WRITE)
        for _ in range(_TRIES):
            read = await self._resources.get(actor, CONTACTS, id_)
            if expected_version not in (None, read.version):
                raise Changed("it was changed by somebody else in the meantime; read it again", read)
            unit = Unit()
            gone = await self._add_deletion(actor, unit, read)
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue
            return gone
        raise Conflict("the contact was being changed by others at the same time; try again")

    async def restore(self, actor: Actor, id_: str) -> Resource:
        """Undo the deletion of a contact: it is linked to its primary household, and on its list, again."""
        actor.require(Right.WRITE)

        async def prepare() -> list[Work]:
            read = await self._resources.get(actor, CONTACTS, id_, deleted=True)
            if read.deleted_at is None:
                return [Work(read, read, made=Made(read))]
            read = replace(read, person=await self._free_person(actor, read))
            return [Work(read, replace(read, deleted_at=None, natural=None))]

        return _raised(await self._units.store(actor, prepare, action=Action.RESTORE))[0].resource

    async def come_back(self, actor: Actor, kept: Mapping[str, Any]) -> None:
        """Restore the contact that was deleted with its person (``kept`` is what the journal kept), if it can be."""
        if "contact" in kept:
            try:
                await self.restore(actor, kept["contact"])
            except (NotFound, Conflict):  # another security group's, or another contact has taken its place
                pass

    # What follows from changes elsewhere, and parts

    async def _remember(self, actor: Actor, person: Person) -> dict[str, Any]:
        """Return the id of the contact that a person is, for whoever undoes his deletion."""
        found = await rows.by_person(self._database, actor.tenant.id, CONTACTS, [person.id])
        return {"contact": found[person.id].id} if person.id in found else {}

    async def follow(self, actor: Actor, unit: Unit, read: Person, new: Person | None) -> None:
        """Add to the unit of a change of a person what it means for the contacts that he is; None: he is deleted."""
        if new is not None and _said(read) == _said(new):
            return
        contacts = await rows.of_persons(self._database, actor.tenant.id, CONTACTS, [read.id])
        for place, contact in enumerate(contacts):
            if new is None:
                await self._add_deletion(actor, unit, contact)
            else:
                await self.retell(actor, unit, contact, read, new, is_first=place == 0)

    async def retell(
        self, actor: Actor, unit: Unit, contact: Resource, read: Person, new: Person, *, is_first: bool
    ) -> None:
        """Add to a unit what a change of a person means for a contact of his. ``is_first``: of several of them."""
        data = following_person(contact.data, read, new)
        if data != contact.data:
            changed = replace(contact, data=data)
            key = contact_key(data)
            if key != contact.natural:
                taken = await rows.by_natural(self._database, actor.tenant.id, CONTACTS, [key])
                changed = replace(changed, natural=key if is_first and key not in taken else None)
            await self._resources.add_change(actor, unit, contact, changed)

    async def _free_person(self, actor: Actor, read: Resource) -> int | None:
        """Return the person that a deleted contact was, unless that is gone, or another contact by now."""
        tenant, persons = actor.tenant.id, [read.person or 0]
        there = await person_rows.by_ids(self._database, tenant, persons)
        taken = await rows.by_person(self._database, tenant, CONTACTS, persons)
        return next((id_ for id_ in there if id_ not in taken), None)

    async def _add_deletion(self, actor: Actor, unit: Unit, read: Resource) -> Resource:
        links = await rows.owned_by_anybody(self._database, actor.tenant.id, LINKS, read.id)
        await self._parts.remove_links(actor, unit, links)
        return await self._parts.remove(actor, unit, read)


def _said(person: Person) -> tuple[str, str, tuple[str, ...]]:
    return person.first_name, person.last_name, person.emails


def _compare(actor: Actor, work: Work, stored: Resource, draft: ResourceDraft) -> None:
    """Decide what a new contact is whose id is there already: a repetition, a placeholder's filling, or too much."""
    if not actor.sees(stored.group):
        work.error = Taken(f"the id {stored.id} is in use")
    elif stored.deleted_at is not None:
        work.error = Taken(f"the contact {stored.id} was deleted", stored)
    elif stored.placeholder:
        data, aside = filled(stored.data, stored.aside, work.new.data)
        new = replace(work.new, number=stored.number, data=data, aside=aside | work.new.aside, person=stored.person)
        work.read, work.new = stored, new
    elif says_the_same(stored.data, draft.data):
        work.made = Made(stored, repeated=True)
    else:
        work.error = Taken(f"the contact {stored.id} is there already, with another content", stored)


def _changed(actor: Actor, amendment: Amendment, read: Resource | None) -> Work:
    """Return what is to be stored of a contact that was read."""
    if read is None or read.deleted_at is not None or not actor.sees(read.group):
        nobody = Resource(kind=CONTACTS, id=amendment.id, number=0, data={}, created_at=0, modified_at=0)
        return Work(None, nobody, error=NotFound("contact", amendment.id))
    if amendment.expected_version not in (None, read.version):
        error = Changed("it was changed by somebody else in the meantime; read it again", read)
        return Work(read, read, error=error)
    try:
        new = amendment.change(read)
    except InterlogError as error:
        return Work(read, read, error=error)
    if new == read:
        return Work(read, read, made=Made(read))
    return Work(read, replace(new, aside=edited(read.data, new.data, read.aside, new.aside)))


def _raised(outcomes: Sequence[Made | InterlogError]) -> list[Made]:
    for outcome in outcomes:
        if isinstance(outcome, InterlogError):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, Made)]
