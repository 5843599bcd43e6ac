"""Tenants and their users: setting up, and finding them."""

import time
from collections.abc import Iterable
from zoneinfo import available_timezones

from msgspec.structs import replace

from ..model.errors import Conflict, Invalid, NotFound, Problem
from ..model.ids import uuid7
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Party, PartyList, Person, PersonKind, normal_email
from ..model.profiles import BUILT_IN_PROFILE_TYPES
from ..model.tenancy import Actor, Right, Tenant, TenantSettings, User, UserRole
from ..model.types import BUILT_IN_TYPES
from ..store import opportunities as opportunity_rows
from ..store import persons as person_rows
from ..store import tenants as tenant_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .canvassing.groups import first_groups
from .fresh import FRESH

DEFAULT_LIST = "Deals"

_TRIES = 8


class Tenants:
    """Use cases around tenants and users."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, tuple[Tenant, float]] = {}
        self._alone_until: float | None = 0.0

    async def get(self, tenant_id: int) -> Tenant:
        """Return a tenant, at most ``FRESH`` seconds old."""
        known = self._known.get(tenant_id)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        tenant = await tenant_rows.by_id(self._store.database, tenant_id)
        if tenant is None:
            raise NotFound("tenant", tenant_id)
        if known is not None and known[0] == tenant:
            tenant = known[0]  # keep what was worked out from it
        self._known[tenant_id] = (tenant, time.monotonic() + FRESH)
        return tenant

    def forget(self, tenant_id: int) -> None:
        """Read a tenant anew when it is asked for next."""
        self._known.pop(tenant_id, None)

    async def by_name(self, name: str) -> Tenant:
        """Return a tenant by its short name."""
        tenant = await tenant_rows.by_name(self._store.database, name)
        if tenant is None:
            raise NotFound("tenant", name, "name")
        return tenant

    async def all(self) -> list[Tenant]:
        """Return every tenant, without its types: for whoever runs the server."""
        return await tenant_rows.all_tenants(self._store.database)

    async def is_single(self) -> bool:
        """Whether the store holds one tenant and never held another; at most ``FRESH`` seconds old."""
        if self._alone_until is not None and self._alone_until <= time.monotonic():
            is_single = await tenant_rows.last_id(self._store.database) <= 1
            self._alone_until = time.monotonic() + FRESH if is_single else None
        return self._alone_until is not None

    async def users(self, tenant: Tenant) -> list[User]:
        """Return the tenant's users."""
        return await tenant_rows.users(self._store.database, tenant.id)

    async def user(self, tenant: Tenant, email: str) -> User:
        """Return the user who has this e-mail address."""
        address = normal_email(email)
        ids = await person_rows.ids_by_email(self._store.database, tenant.id, [address])
        user = None
        if address in ids:
            user = await tenant_rows.user_of(self._store.database, tenant.id, ids[address])
        if user is None:
            raise NotFound("user", email, "e-mail address")
        return user

    async def init(
        self,
        name: str,
        *,
        domains: tuple[str, ...],
        owner: tuple[str, str, str],
        time_zone: str = "UTC",
        owner_id: int | None = None,
    ) -> tuple[Tenant, Person, bool]:
        """Create a tenant and its owner (first name, last name, e-mail address); safe to repeat.

        ``owner_id``: the owner's id, where the tenant is to become the copy of another one; then it has no list yet.

        Returns the tenant, the owner as a person, and whether anything was created.
        """
        problems = _problems_of(name, domains, owner[2])
        if problems:
            raise Invalid(*problems)
        existing = await tenant_rows.by_name(self._store.database, name)
        if existing is not None:
            return existing, await self._owner_of(existing, owner[2]), False
        settings = TenantSettings(domains=tuple(domain.strip().lower() for domain in domains), time_zone=time_zone)
        tenant = await self.new(name, settings)
        unit = Unit()
        if owner_id is None:
            tenant_rows.insert(unit, tenant, {"person": 1, "list": 1})
            person = add_owner(unit, tenant, owner)
        else:
            tenant_rows.insert(unit, tenant, {"person": owner_id})
            person = add_first_user(unit, tenant, owner, owner_id)
        try:
            await self._store.database.write(unit)
        except Duplicate:  # somebody else did the same at the same time, or took the id for another tenant
            return await self.init(name, domains=domains, owner=owner, time_zone=time_zone, owner_id=owner_id)
        return tenant, person, True

    async def new(self, name: str, settings: TenantSettings, home: int | None = None) -> Tenant:
        """Return a tenant that is yet to be stored."""
        self._alone_until = 0.0 if self._alone_until is not None else None
        return Tenant(
            id=await tenant_rows.last_id(self._store.database) + 1,
            name=name,
            settings=settings,
            created_at=now(),
            home=home,
            types=BUILT_IN_TYPES,
            profile_types=BUILT_IN_PROFILE_TYPES,
        )

    async def _owner_of(self, tenant: Tenant, email: str) -> Person:
        address = normal_email(email)
        ids = await person_rows.ids_by_email(self._store.database, tenant.id, [address])
        if address not in ids:
            raise Conflict(f"the tenant {tenant.name} exists already, and {email} is none of its people")
        return (await person_rows.by_ids(self._store.database, tenant.id, ids.values()))[ids[address]]

    async def configure(
        self,
        actor: Actor,
        *,
        create_unknown_persons: bool | None = None,
        domains: tuple[str, ...] | None = None,
        time_zone: str | None = None,
    ) -> TenantSettings:
        """Change what is given of the tenant's settings; returns all as they are now.

        ``create_unknown_persons``: whether persons are made for participants whom nobody knows yet. ``domains``: its
        own; persons who are there stay what they are. Requests see it after ``FRESH`` seconds at most.
        """
        actor.require(Right.ADMIN)
        given: dict[str, object] = {}
        if create_unknown_persons is not None:
            given["create_unknown_persons"] = create_unknown_persons
        if domains is not None:
            given["domains"] = tuple(dict.fromkeys(domain.strip().lower() for domain in domains))
        if time_zone is not None:
            given["time_zone"] = time_zone
        problems = _domain_problems(domains or ())
        if time_zone is not None and time_zone not in available_timezones():
            problems.append(Problem("time_zone", "is no time zone, such as Europe/Berlin", "choice"))
        if problems:
            raise Invalid(*problems)
        tenant = actor.tenant.id
        for _ in range(_TRIES):
            read, version = await tenant_rows.settings_of(self._store.database, tenant)
            settings = replace(read, **given)
            if settings == read:
                return settings
            unit = Unit()
            tenant_rows.configure(unit, tenant, settings, version)
            add_entry(unit, actor, Action.AMEND, Entity.TENANT, tenant, version + 1, now(), encode(read).decode())
            try:
                await self._store.database.write(unit)
            except Stale:
                continue
            self.forget(tenant)
            return settings
        raise Conflict("the settings were being changed at the same time; try again")

    async def add_user(self, actor: Actor, person_id: int, role: UserRole, groups: tuple[int, ...] = ()) -> User:
        """Make a person of the tenant a user, and internal if he is not.

        ``groups``: what he sees besides what everybody sees who is no member of an organization of canvassing.
        """
        actor.require(Right.ADMIN)
        found = await person_rows.by_ids(self._store.database, actor.tenant.id, [person_id])
        if person_id not in found:
            raise NotFound("person", person_id)
        person, at = found[person_id], now()
        groups = tuple(sorted({*groups, *await first_groups(self._store, actor.tenant, person.uuid, role.right)}))
        user = User(person_id=person_id, role=role, groups=groups, created_at=at)
        unit = Unit()
        if person.kind is not PersonKind.INTERNAL:
            internal = replace(person, kind=PersonKind.INTERNAL, version=person.version + 1, modified_at=at)
            person_rows.change(unit, actor.tenant.id, person, internal)
            before = encode(person).decode()
            add_entry(unit, actor, Action.AMEND, Entity.PERSON, person_id, internal.version, at, before)
        tenant_rows.insert_user(unit, actor.tenant.id, user)
        add_entry(unit, actor, Action.CREATE, Entity.USER, person_id, 1, at)
        try:
            await self._store.database.write(unit)
        except Duplicate as error:
            raise Conflict(f"person {person_id} is a user already", existing=person_id) from error
        except Stale as error:
            raise Conflict("the person was changed by somebody else at the same time; try again") from error
        return user


def add_owner(unit: Unit, tenant: Tenant, owner: tuple[str, str, str]) -> Person:
    """Add the first person, his being a user, and his list to the unit that creates the tenant."""
    at = tenant.created_at
    person = add_first_user(unit, tenant, owner, 1)
    deals = PartyList(
        id=1, name=DEFAULT_LIST, kind=Party.OPPORTUNITY, is_public=True, owner=person.id, creator=person.id,
        created_at=at,
    )  # fmt: skip
    opportunity_rows.insert_list(unit, tenant.id, deals)
    add_entry(unit, system_actor(tenant, person.id), Action.CREATE, Entity.LIST, deals.id, 1, at)
    return person


def add_first_user(unit: Unit, tenant: Tenant, owner: tuple[str, str, str], id_: int) -> Person:
    """Add the first person, who owns the tenant, to the unit that creates it."""
    first_name, last_name, email = owner
    at = tenant.created_at
    person = Person(
        id=id_,
        uuid=uuid7(),
        kind=PersonKind.INTERNAL,
        first_name=first_name,
        last_name=last_name,
        emails=(email,),
        primary_email=email,
        created_at=at,
    )
    actor = system_actor(tenant, person.id)
    person_rows.insert(unit, tenant.id, person)
    tenant_rows.insert_user(unit, tenant.id, User(person_id=person.id, role=UserRole.OWNER, created_at=at))
    add_entry(unit, actor, Action.CREATE, Entity.TENANT, tenant.id, 1, at)
    add_entry(unit, actor, Action.CREATE, Entity.PERSON, person.id, 1, at)
    add_entry(unit, actor, Action.CREATE, Entity.USER, person.id, 1, at)
    return person


def system_actor(tenant: Tenant, person_id: int, *, protocol: str = "system") -> Actor:
    """Return an actor with every right, for the command line and for setting up."""
    return Actor(tenant=tenant, person_id=person_id, right=Right.ADMIN, protocol=protocol)


def name_problems(name: str) -> list[Problem]:
    """Return what is wrong with the name of a tenant."""
    if not name or not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        return [Problem("tenant", "must be lower-case letters, digits and hyphens, such as acme")]
    return []


def _problems_of(name: str, domains: tuple[str, ...], email: str) -> list[Problem]:
    problems = name_problems(name)
    problems += _domain_problems(domains)
    if "@" not in email.strip("@"):
        problems.append(Problem("owner", 'must look like "Mia Kern <mia@own.example>"'))
    return problems


def _domain_problems(domains: Iterable[str]) -> list[Problem]:
    return [
        Problem("domain", f"must be a domain, such as own.example, not {domain}")
        for domain in domains
        if "@" in domain or "." not in domain.strip(".") or not domain.strip().isprintable() or " " in domain.strip()
    ]
