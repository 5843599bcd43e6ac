"""Organizations as profiles: their name and main domain are the organization's, what else there is is kept beside."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from ..model.as_profiles import has_key, organization_of
from ..model.errors import Invalid
from ..model.ids import uuid7
from ..model.journal import Action, Entity
from ..model.parties import Organization
from ..model.profiles import ORGANIZATION, PROFILE_ID, Profile, ProfileType
from ..model.tenancy import Actor
from ..store import organizations as rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .contacts import is_number
from .organizations import normal_domains, problems_of
from .profile_kinds import Beside, Found, ProfileKind, Wanted
from .profile_values import ProfileValues

ID, DOMAIN = (PROFILE_ID,), ("Domain",)


class OrganizationProfiles(ProfileKind):
    """Profiles that are organizations."""

    counter = "organization"

    def __init__(self, store: Store, values: ProfileValues) -> None:
        super().__init__(store, values)
        self._beside = Beside(ORGANIZATION.id, Entity.ORGANIZATION_FIELDS)

    def own_key(self, number: int) -> str | None:
        return str(number)

    async def find(self, actor: Actor, type_: ProfileType, wanted: Wanted) -> Found:
        tenant, found = actor.tenant.id, Found()
        ids = set(wanted.get(ID, ()))
        if ids:
            chosen = await self._beside.find(self._store, tenant, ids)
            numbers = {int(text): text for text in ids.difference(chosen) if is_number(text)}
            there = await rows.by_ids(self._database, tenant, {*numbers, *chosen.values()}) if ids else {}
            named = await self._beside.read(self._store, tenant, [n for n in numbers if n in there])
            found |= {(ID, text): [number] for text, number in chosen.items() if number in there}
            found |= {(ID, text): [n] for n, text in numbers.items() if n in there and not has_key(named.get(n))}
        if domains := set(wanted.get(DOMAIN, ())):
            owners = await rows.ids_by_domain(self._database, tenant, domains)
            found |= {(DOMAIN, domain): numbers for domain, numbers in owners.items()}
        return found

    async def read(self, actor: Actor, type_: ProfileType, numbers: Iterable[int]) -> dict[int, Profile]:
        found = await rows.by_ids(self._database, actor.tenant.id, numbers)
        beside = await self._beside.read(self._store, actor.tenant.id, found)
        return {id_: organization_of(item, beside.get(id_)) for id_, item in found.items()}

    async def page(self, actor: Actor, type_: ProfileType, after: int, limit: int) -> list[tuple[Profile, int]]:
        found = await rows.page(self._database, actor.tenant.id, after=after, limit=limit)
        beside = await self._beside.read(self._store, actor.tenant.id, (item.id for item in found))
        return [(organization_of(item, beside.get(item.id)), item.version) for item in found]

    async def create(self, actor: Actor, unit: Unit, type_: ProfileType, new: Profile) -> Profile:
        item = Organization(
            id=new.number, uuid=uuid7(), name=_name_of(new), domains=_domains_of(new, ()), created_at=new.created_at
        )
        rows.insert(unit, actor.tenant.id, item)
        add_entry(unit, actor, Action.CREATE, Entity.ORGANIZATION, item.id, 1, item.created_at)
        beside = self._beside.write(actor, unit, None, replace(new, fields=_beside(new, item)))
        made = organization_of(item, beside)
        self._values.change(actor, unit, type_, None, made)
        return made

    async def change(self, actor: Actor, unit: Unit, type_: ProfileType, read: Profile, new: Profile) -> Profile:
        tenant = actor.tenant.id
        before = (await rows.by_ids(self._database, tenant, [read.number])).get(read.number)
        if before is None:
            raise Stale
        kept = (await self._beside.read(self._store, tenant, [read.number])).get(read.number)
        item = replace(before, name=_name_of(new), domains=_domains_of(new, before.domains))
        if item != before or self._values.counts(actor, item):  # then every change counts in this row
            item = replace(item, version=before.version + 1, modified_at=new.modified_at)
            rows.change(unit, tenant, before, item)
            at, text = new.modified_at or 0, encode(before).decode()
            add_entry(unit, actor, Action.AMEND, Entity.ORGANIZATION, item.id, item.version, at, text)
        kept_now = self._beside.write(actor, unit, kept, replace(new, fields=_beside(new, item)))
        changed = organization_of(item, kept_now)
        self._values.change(actor, unit, type_, organization_of(before, kept), changed)
        return changed


def _name_of(new: Profile) -> str:
    name = str(new.fields.get("Name") or new.fields.get("Domain") or new.key).strip()
    domain = new.fields.get("Domain")
    problems = problems_of(name, () if domain is None else (str(domain),))
    if problems:
        names = {"name": "fields.Name"}
        raise Invalid(*(replace(item, path=names.get(item.path, "fields.Domain")) for item in problems))
    return name


def _domains_of(new: Profile, before: tuple[str, ...]) -> tuple[str, ...]:
    """Return the domains with the given one first; without one, those besides the main one."""
    domain = new.fields.get("Domain")
    if domain is None:
        return before[1:]
    (given,) = normal_domains((str(domain),))
    return (given, *(item for item in before if item != given))


def _beside(new: Profile, item: Organization) -> dict[str, Any]:
    return {name: value for name, value in new.fields.items() if name not in ("OrganizationId", "Name", "Domain")}
