"""Contacts: persons as profiles.

A contact's id is the one its author chose, or else the person's number. Its names, its main address and its
organization are the person's; what a person has no place for is kept beside.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ..model.as_profiles import contact_of
from ..model.errors import Invalid, Problem
from ..model.ids import uuid7
from ..model.journal import Entity
from ..model.parties import Person, PersonKind, email_domain, normal_email
from ..model.person_rules import MAX_NAME, email_problems
from ..model.profiles import CONTACT, PROFILE_ID, Profile, ProfileType
from ..model.tenancy import Actor
from ..store import organizations as organization_rows
from ..store import persons as person_rows
from ..store.statements import Unit
from ..store.store import Store
from .party_profiles import PartyProfiles, is_number
from .persons import Persons
from .profile_kinds import Found, Wanted

EMAIL = ("Email",)


class Contacts(PartyProfiles[Person]):
    """Profiles that are persons."""

    counter = "person"
    entity = Entity.PERSON

    def __init__(self, store: Store, persons: Persons) -> None:
        super().__init__(store, persons.values, CONTACT, Entity.PERSON_FIELDS)
        self._persons = persons

    async def _by_ids(self, tenant: int, ids: Iterable[int]) -> Mapping[int, Person]:
        return await person_rows.by_ids(self._database, tenant, ids)

    async def _successors(self, tenant: int, ids: Iterable[int]) -> Mapping[int, int]:
        return await person_rows.successors_of(self._database, tenant, ids)

    async def _some(self, tenant: int, after: int, limit: int) -> Sequence[Person]:
        return await person_rows.page(self._database, tenant, after=after, limit=limit)

    async def _owners(self, tenant: int, wanted: Wanted) -> Found:
        emails = set(wanted.get(EMAIL, ()))
        owners = await person_rows.ids_by_email(self._database, tenant, emails) if emails else {}
        return {(EMAIL, email): [number] for email, number in owners.items()}

    def _shown(self, item: Person, beside: Profile | None) -> Profile:
        return contact_of(item, beside)

    def _change_row(self, unit: Unit, tenant: int, read: Person, new: Person) -> None:
        person_rows.change(unit, tenant, read, new)

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
        before, kept = await self._stored(actor.tenant.id, read.number)
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
        person = self._amend(actor, unit, before, person, new.modified_at)
        if person != before:
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
