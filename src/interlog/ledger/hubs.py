"""Hubs: further tenants that a user of a tenant creates, owns and enters with the token of his own."""

import time
from collections.abc import Sequence

from ..model.errors import Conflict, Forbidden, Invalid, NotFound
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.parties import Person, normal_email
from ..model.tenancy import Actor, Right, Tenant
from ..store import persons as person_rows
from ..store import tenants as tenant_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from .fresh import FRESH
from .tenants import Tenants, add_owner, name_problems

_TRIES = 8
_MOST_KNOWN = 10_000


class Hubs:
    """Use cases around the tenants that belong to a tenant. Names are found in whatever case they are written."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self._entered: dict[tuple[int, int, str], tuple[int, int, Right, tuple[int, ...], float]] = {}

    async def list(self, actor: Actor) -> Sequence[Tenant]:
        """Return the actor's own tenant and those that its users created and he may enter, in order of names."""
        actor.require(Right.READ)
        others = await tenant_rows.of_home(self._database, actor.tenant.id)
        found = [actor.tenant, *[tenant for tenant in others if await self._user_in(actor, tenant) is not None]]
        return sorted(found, key=lambda tenant: tenant.name)

    async def enter(self, actor: Actor, name: str) -> Actor:
        """Return the actor as he acts in a hub: himself in his own tenant, the user with his address in another.

        ``NotFound`` where there is none, or none that he may enter.
        """
        name = name.lower()
        if name == actor.tenant.name:
            return actor
        key = (actor.tenant.id, actor.person_id, name)
        known = self._entered.get(key)
        if known is None or known[4] <= time.monotonic():
            tenant = await tenant_rows.by_name(self._database, name)
            if tenant is None or tenant.home != actor.tenant.id:
                raise NotFound("hub", name, "name")
            user = await self._user_in(actor, tenant)
            if user is None:
                raise NotFound("hub", name, "name")
            person_id, right, groups = user
            if len(self._entered) >= _MOST_KNOWN:
                self._entered.clear()
            known = self._entered[key] = tenant.id, person_id, right, groups, time.monotonic() + FRESH
        tenant_id, person_id, right, groups, _ = known
        return Actor(
            tenant=await self._tenants.get(tenant_id),
            person_id=person_id,
            right=right if actor.right is not None and actor.right.includes(right) else actor.right,
            groups=(0, *groups),
            protocol=actor.protocol,
            request_id=actor.request_id,
        )

    async def exists(self, name: str) -> bool:
        """Whether there is a tenant of this name, whoever's it is."""
        return await tenant_rows.by_name(self._database, name.lower()) is not None

    async def create(self, actor: Actor, name: str) -> tuple[Tenant, bool]:
        """Create a hub that belongs to the actor; returns it, and whether it is new.

        Raises ``Conflict`` where the name is somebody else's, and ``Invalid`` where it is none.
        """
        actor.require(Right.ADMIN)
        name = name.lower()
        problems = name_problems(name)
        if problems:
            raise Invalid(*problems)
        for _ in range(_TRIES):
            existing = await tenant_rows.by_name(self._database, name)
            if existing is not None:
                try:
                    return (await self.enter(actor, name)).tenant, False
                except NotFound:
                    raise Conflict(f"the name {name} is in use") from None
            person = await self._person(actor)
            tenant = await self._tenants.new(name, actor.tenant.settings, actor.tenant.id)
            unit = Unit()
            tenant_rows.insert(unit, tenant, {"person": 1, "list": 1})
            add_owner(unit, tenant, (person.first_name, person.last_name, person.primary_email or person.emails[0]))
            add_entry(unit, actor, Action.CREATE, Entity.TENANT, tenant.id, 1, tenant.created_at)
            try:
                await self._database.write(unit)
            except Duplicate:
                continue
            return tenant, True
        raise Conflict("other hubs were being created at the same time; try again")

    async def delete(self, actor: Actor, name: str) -> Tenant:
        """Delete a hub with everything in it; a tenant's own one stays. ``NotFound`` where there is none."""
        actor.require(Right.ADMIN)
        inside = await self.enter(actor, name)
        inside.require(Right.ADMIN)
        if inside.tenant.id == actor.tenant.id:
            raise Forbidden("the hub that was born with the tenant goes with it only")
        at, unit = now(), Unit()
        tenant_rows.delete(unit, inside.tenant, at)
        add_entry(unit, actor, Action.DELETE, Entity.TENANT, inside.tenant.id, 2, at)
        try:
            await self._database.write(unit)
        except Stale as error:
            raise NotFound("hub", name, "name") from error
        self._tenants.forget(inside.tenant.id)
        self._entered = {key: value for key, value in self._entered.items() if value[0] != inside.tenant.id}
        return inside.tenant

    async def _person(self, actor: Actor) -> Person:
        found = await person_rows.by_ids(self._database, actor.tenant.id, [actor.person_id])
        person = found.get(actor.person_id)
        if person is None or not person.emails:
            raise Conflict("who owns a hub needs an e-mail address")
        return person

    async def _user_in(self, actor: Actor, tenant: Tenant) -> tuple[int, Right, tuple[int, ...]] | None:
        """Return who the actor is in another tenant: the user there who has one of his addresses."""
        own = await person_rows.by_ids(self._database, actor.tenant.id, [actor.person_id])
        if actor.person_id not in own:
            return None
        addresses = [normal_email(email) for email in own[actor.person_id].emails]
        there = await person_rows.ids_by_email(self._database, tenant.id, addresses)
        for person_id in there.values():
            user = await tenant_rows.user_of(self._database, tenant.id, person_id)
            if user is not None and user.active:
                return person_id, user.role.right, user.groups
        return None
