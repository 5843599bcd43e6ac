"""Contacts as persons: whose they are, and that names and addresses say the same on both sides.

A contact binds to the external person who has one of its e-mail addresses and is no contact yet, or else is a new
person. It never binds to somebody who can sign in, nor changes one: a contact can be written by whoever visits it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ...model.canvassing.contacts import addresses_of, following_person, person_name
from ...model.canvassing.resources import Resource
from ...model.ids import uuid7
from ...model.parties import Person, PersonKind, email_domain, normal_email
from ...model.person_rules import email_problems
from ...model.tenancy import Actor
from ...store import organizations as organization_rows
from ...store import persons as person_rows
from ...store import resources as rows
from ...store.statements import Unit
from ...store.store import Store
from ..persons import Follower, Persons

CONTACTS = "contacts"


@dataclass
class Facing:
    """A contact that is to be stored: as it was read (None: it is new), and as it shall be."""

    read: Resource | None
    new: Resource


class Identities:
    """Gives contacts their persons."""

    def __init__(self, store: Store, persons: Persons) -> None:
        self._store = store
        self._database = store.database
        self._persons = persons
        self.own: Follower | None = None
        """Who follows persons on behalf of contacts, and need not be told of what contacts change."""

    async def settle(self, actor: Actor, unit: Unit, items: Sequence[Facing]) -> set[str]:
        """Add to a unit what the contacts mean for persons; sets whose they are.

        Returns the addresses that became somebody's: what waits for them is bound after the commit.
        """
        changing = [item for item in items if item.read is None or item.read.person is None or _differs(item)]
        if not changing:
            return set()
        tenant = actor.tenant.id
        wanted = {id(item): _usable(item.new) for item in changing}
        every = {normal_email(email) for emails in wanted.values() for email in emails}
        owners = await person_rows.ids_by_email(self._database, tenant, every) if every else {}
        known = {item.read.person for item in changing if item.read is not None and item.read.person is not None}
        there = await person_rows.by_ids(self._database, tenant, {*owners.values(), *known})
        contacts = await rows.by_person(self._database, tenant, CONTACTS, owners.values()) if owners else {}
        taken = dict(owners)
        persons = [there.get(item.read.person or -1) if item.read is not None else None for item in changing]
        fresh = iter(await self._store.numbers.take(tenant, "person", persons.count(None)) if None in persons else ())
        homes = await self._organizations(actor, every - owners.keys())
        made: list[Person] = []
        for item, person in zip(changing, persons, strict=True):
            emails = wanted[id(item)]
            if person is None:
                number = next(fresh)
                person = _free(emails, owners, there, contacts)
                if person is None:
                    made.append(self._person(item.new, number, emails, taken, homes))
                    item.new = replace(item.new, person=number)
                    continue
                contacts[person.id] = item.new
            item.new = replace(item.new, person=person.id)
            if person.kind is PersonKind.INTERNAL:  # became a user since: his name and addresses are not a contact's
                continue
            there[person.id] = await self._change(actor, unit, item, person, emails, taken)
        self._persons.add_new(actor, unit, made)
        arrived = {normal_email(email): person.id for person in made for email in person.emails}
        if arrived:
            await self._persons.bind_waiting(actor, unit, arrived)
        return {email for email in taken if email not in owners}

    def _person(
        self,
        contact: Resource,
        number: int,
        emails: Sequence[str],
        taken: dict[str, int],
        homes: Mapping[str, Sequence[int]],
    ) -> Person:
        own = _claim(emails, taken, number)
        first_name, last_name = person_name(contact.data)
        return Person(
            id=number,
            uuid=uuid7(),
            kind=PersonKind.EXTERNAL,
            first_name=first_name,
            last_name=last_name,
            emails=own,
            primary_email=own[0] if own else None,
            organization_ids=tuple(dict.fromkeys(id_ for email in own for id_ in homes.get(email_domain(email), ()))),
            created_at=contact.created_at,
        )

    async def _change(
        self, actor: Actor, unit: Unit, item: Facing, person: Person, emails: Sequence[str], taken: dict[str, int]
    ) -> Person:
        """Add to a unit that a person is called and reached as its contact says."""
        name = person_name(item.new.data)
        if not any(name):
            item.new = replace(item.new, data=following_person(item.new.data, _nobody(person), person))
            name = (person.first_name, person.last_name)
        before = {normal_email(email) for email in _usable(item.read)} if item.read is not None else set()
        after = {normal_email(email) for email in emails}
        kept = [email for email in person.emails if normal_email(email) not in before - after]
        there = {normal_email(email) for email in kept}
        own = [email for email in _claim(emails, taken, person.id) if normal_email(email) not in there]
        wanted = replace(person, first_name=name[0], last_name=name[1], emails=(*kept, *own))
        if wanted == person:
            return person
        changed = await self._persons.add_change(actor, unit, person, wanted)
        await self._persons.tell(actor, unit, person, changed, besides=self.own)
        return changed

    async def _organizations(self, actor: Actor, addresses: Iterable[str]) -> dict[str, list[int]]:
        domains = {email_domain(address) for address in addresses} - {""}
        return await organization_rows.ids_by_domain(self._database, actor.tenant.id, domains) if domains else {}


def _usable(contact: Resource) -> list[str]:
    return [email for email in addresses_of(contact.data) if not email_problems((email,))]


def _differs(item: Facing) -> bool:
    """Whether a contact's name or addresses change."""
    assert item.read is not None
    old, new = item.read.data, item.new.data
    return old is not new and (person_name(old), addresses_of(old)) != (person_name(new), addresses_of(new))


def _free(
    emails: Sequence[str], owners: Mapping[str, int], there: Mapping[int, Person], contacts: Mapping[int, Resource]
) -> Person | None:
    """Return the person to whom a new contact binds, if there is one."""
    for email in emails:
        person = there.get(owners.get(normal_email(email), -1))
        if person is not None and person.kind is PersonKind.EXTERNAL and person.id not in contacts:
            return person
    return None


def _claim(emails: Iterable[str], taken: dict[str, int], number: int) -> tuple[str, ...]:
    """Return those of the addresses that are nobody else's, and take them."""
    return tuple(email for email in emails if taken.setdefault(normal_email(email), number) == number)


def _nobody(person: Person) -> Person:
    return replace(person, first_name="", last_name="")
