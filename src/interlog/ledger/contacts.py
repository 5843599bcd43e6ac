"""Contacts: persons as profiles.

A contact's id is the one its author chose, or else the person's number. Its names, its main address and its
organization are the person's; what a person has no place for is kept beside.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ..model.as_profiles import contact_of, has_key
from ..model.errors import Invalid, Problem
from ..model.ids import uuid7
from ..model.journal import Action, Entity
from ..model.parties import Person, PersonKind, email_domain, normal_email
from ..model.person_rules import MAX_NAME, email_problems
from ..model.profiles import CONTACT, PROFILE_ID, Profile, ProfileType
from ..model.tenancy import Actor
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .persons import Persons
from .profile_kinds import Beside, Found, ProfileKind, Wanted

ID, EMAIL = (PROFILE_ID,), ("Email",)


class Contacts(ProfileKind):
    """Profiles that are persons."""

    counter = "person"

    def __init__(self, store: Store, persons: Persons) -> None:
        super().__init__(store, persons.values)
        self._persons = persons
        self._beside = Beside(CONTACT.id, Entity.PERSON_FIELDS)

    def own_key(self, number: int) -> str | None:
        return str(number)

    async def find(self, actor: Actor, type_: ProfileType, wanted: Wanted) -> Found:
        tenant, found = actor.tenant.id, Found()
        ids = set(wanted.get(ID, ()))
        if ids:
            chosen = await self._beside.find(self._store, tenant, ids)
            numbers = {int(text): text for text in ids.difference(chosen) if is_number(text)}
            there = await person_rows.by_ids(self._database, tenant, {*numbers, *chosen.values()}) if ids else {}
            named = await self._beside.read(self._store, tenant, [n for n in numbers if n in there])
            found |= {(ID, text): [number] for text, number in chosen.items() if number in there}
            found |= {(ID, text): [n] for n, text in numbers.items() if n in there and not has_key(named.get(n))}
        if emails := set(wanted.get(EMAIL, ())):
            owners = await person_rows.ids_by_email(self._database, tenant, emails)
            found |= {(EMAIL, email): [number] for email, number in owners.items()}
        return found

    async def read(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        persons = await person_rows.by_ids(self._database, actor.tenant.id, numbers)
        beside = await self._beside.read(self._store, actor.tenant.id, persons)
        return {id_: contact_of(person, beside.get(id_)) for id_, person in persons.items()}

    async def page(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        persons = await person_rows.page(self._database, actor.tenant.id, after=after, limit=limit)
        beside = await self._beside.read(self._store, actor.tenant.id, (person.id for person in persons))
        return [(contact_of(person, beside.get(person.id)), person.version) for person in persons]

    async def create(self, actor: Actor, unit: Unit, type_: ProfileType, new: Profile) -> Profile:
        email = _email_of(new)
        first_name, last_name = _names_of(new)
        domain = email_domain(email) if email else ""
        owners = await organization_rows.ids_by_domain(self._database, actor.tenant.id, [domain]) if domain else {}
        organizations = await self._organizations(actor, new)
        person = Person(
            id=new.number,
            uuid=uuid7(),
            kind=PersonKind.INTERNAL if email and actor.tenant.is_own(email) else PersonKind.EXTERNAL,
            first_name=first_name,
            last_name=last_name,
            emails=(email,) if email else (),
            primary_email=email,
            organization_ids=tuple(dict.fromkeys([*organizations, *owners.get(domain, ())])),
            created_at=new.created_at,
        )
        self._persons.add_new(actor, unit, [person])
        beside = self._beside.write(actor, unit, None, replace(new, fields=_beside(new, person)))
        made = contact_of(person, beside)
        self._values.change(actor, unit, type_, contact_of(person, None), made)
        return made

    async def settle(self, actor: Actor, created: Iterable[Profile]) -> None:
        """Bind the interactions that came before their persons' addresses."""
        if addresses := {normal_email(item.fields["Email"]) for item in created if "Email" in item.fields}:
            await self._persons.bind_late(actor, addresses)

    def keep_key(self, actor: Actor, unit: Unit, person: Person, key: str) -> None:
        """Add to a unit that a new person has this id as a contact."""
        kept = Profile(type_id=CONTACT.id, number=person.id, key=key, fields={}, created_at=person.created_at)
        beside = self._beside.write(actor, unit, None, kept)
        self._values.change(actor, unit, CONTACT, contact_of(person, None), contact_of(person, beside))

    async def change(self, actor: Actor, unit: Unit, type_: ProfileType, read: Profile, new: Profile) -> Profile:
        tenant = actor.tenant.id
        before = (await person_rows.by_ids(self._database, tenant, [read.number])).get(read.number)
        if before is None:
            raise Stale
        kept = (await self._beside.read(self._store, tenant, [read.number])).get(read.number)
        email = _email_of(new)
        emails = before.emails
        if email is None:
            emails = tuple(item for item in emails if item != before.primary_email)
        elif normal_email(email) not in {normal_email(item) for item in emails}:
            emails = (*emails, email)
        first_name, last_name = _names_of(new, before)
        organizations = before.organization_ids
        if new.fields.get("OrganizationId") != read.fields.get("OrganizationId"):
            organizations = await self._organizations(actor, new)
        person = replace(
            before,
            first_name=first_name,
            last_name=last_name,
            emails=emails,
            primary_email=email if email is not None else emails[0] if emails else None,
            organization_ids=organizations,
        )
        if person != before or self._values.counts(actor, person):  # then every change counts in this row
            person = replace(person, version=before.version + 1, modified_at=new.modified_at)
            person_rows.change(unit, tenant, before, person)
            at, text = new.modified_at or 0, encode(before).decode()
            add_entry(unit, actor, Action.AMEND, Entity.PERSON, person.id, person.version, at, text)
            await self._persons.tell(actor, unit, before, person)
        kept_now = self._beside.write(actor, unit, kept, replace(new, fields=_beside(new, person)))
        changed = contact_of(person, kept_now)
        self._values.change(actor, unit, type_, contact_of(before, kept), changed)
        return changed

    async def _organizations(self, actor: Actor, new: Profile) -> tuple[int, ...]:
        text = new.fields.get("OrganizationId")
        if text is None or not is_number(text):
            return ()
        return tuple(await organization_rows.by_ids(self._database, actor.tenant.id, [int(text)]))


def is_number(text: Any) -> bool:
    """Whether a text is the number of a person or an organization, as one writes it."""
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 15 and str(int(text)) == text


def _email_of(item: Profile) -> str | None:
    email = item.fields.get("Email")
    if email is not None and email_problems((str(email),)):
        raise Invalid(Problem("fields.Email", "must be an e-mail address"))
    return str(email).strip() if email is not None else None


def _names_of(new: Profile, before: Person | None = None) -> tuple[str, str]:
    """Return first and last name: as given, or from the name as a whole, the address or the id."""
    first, last = new.fields.get("FirstName"), new.fields.get("LastName")
    if first is None and last is None:
        whole = new.fields.get("DisplayName")
        if whole is None and before is not None and not new.fields.keys() & {"FirstName", "LastName"}:
            whole = before.name or None
        if whole is None:
            whole = str(new.fields.get("Email") or new.key).partition("@")[0]
        first, _, last = str(whole).strip().partition(" ")
    return str(first or "")[:MAX_NAME].strip(), str(last or "")[:MAX_NAME].strip()


_OF_PERSON = ("ContactId", PROFILE_ID, "FirstName", "LastName", "Email")


def _beside(new: Profile, person: Person) -> dict[str, Any]:
    """Return the fields that the person does not have."""
    fields = {name: value for name, value in new.fields.items() if name not in _OF_PERSON}
    if fields.get("DisplayName") == person.name:
        del fields["DisplayName"]
    if fields.get("OrganizationId") in {str(id_) for id_ in person.organization_ids[:1]}:
        del fields["OrganizationId"]
    return fields
