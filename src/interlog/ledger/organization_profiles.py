"""Organizations as profiles: their name and main domain are the organization's, what else there is is kept beside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from ..model.as_profiles import organization_of
from ..model.errors import Invalid
from ..model.ids import uuid7
from ..model.journal import Action, Entity
from ..model.parties import Organization
from ..model.profiles import ORGANIZATION, Profile, ProfileType
from ..model.tenancy import Actor
from ..store import organizations as rows
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from .organizations import normal_domains, problems_of
from .party_profiles import PartyProfiles
from .profile_kinds import Found, Wanted
from .profile_values import ProfileValues

DOMAIN = ("Domain",)


class OrganizationProfiles(PartyProfiles[Organization]):
    """Profiles that are organizations."""

    counter = "organization"
    entity = Entity.ORGANIZATION

    def __init__(self, store: Store, values: ProfileValues) -> None:
        super().__init__(store, values, ORGANIZATION, Entity.ORGANIZATION_FIELDS)

    async def _by_ids(self, tenant: int, ids: Iterable[int]) -> Mapping[int, Organization]:
        return await rows.by_ids(self._database, tenant, ids)

    async def _successors(self, tenant: int, ids: Iterable[int]) -> Mapping[int, int]:
        return await rows.successors_of(self._database, tenant, ids)

    async def _some(self, tenant: int, after: int, limit: int) -> Sequence[Organization]:
        return await rows.page(self._database, tenant, after=after, limit=limit)

    async def _owners(self, tenant: int, wanted: Wanted) -> Found:
        domains = set(wanted.get(DOMAIN, ()))
        owners = await rows.ids_by_domain(self._database, tenant, domains) if domains else {}
        return {(DOMAIN, domain): numbers for domain, numbers in owners.items()}

    def _shown(self, item: Organization, beside: Profile | None) -> Profile:
        return organization_of(item, beside)

    def _change_row(self, unit: Unit, tenant: int, read: Organization, new: Organization) -> None:
        rows.change(unit, tenant, read, new)

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
        before, kept = await self._stored(actor.tenant.id, read.number)
        item = replace(before, name=_name_of(new), domains=_domains_of(new, before.domains))
        item = self._amend(actor, unit, before, item, new.modified_at)
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
