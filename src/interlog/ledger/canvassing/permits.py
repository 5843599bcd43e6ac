"""What an actor may do in canvassing: the permissions of his role in the organization that he acts in."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from ...model.canvassing.organizations import ACTIVE, deciding, line_of
from ...model.canvassing.permissions import ADMINISTRATOR, CANVASSER, MANAGER, READING, Permit
from ...model.canvassing.resources import Resource, customer_id, organization_group, role_id, root_organization
from ...model.tenancy import Actor, Right, UserRole
from ...store import resources as rows
from ...store import tenants as tenant_rows
from ...store.store import Store
from ..fresh import FRESH
from .founding import Founding
from .groups import all_organizations, bound_users
from .people import People

_MOST_KNOWN = 10_000
_BY_USER_ROLE = {UserRole.OWNER: ADMINISTRATOR.name, UserRole.ADMIN: ADMINISTRATOR.name, UserRole.MEMBER: MANAGER.name}


class _Known(NamedTuple):
    permit: Permit
    until: float


class Permits:
    """Permits of actors, each at most ``FRESH`` seconds old."""

    def __init__(self, store: Store, founding: Founding, people: People) -> None:
        self._database = store.database
        self._founding = founding
        self._people = people
        self._known: dict[tuple[int, int, str | None, Right | None], _Known] = {}

    async def of(self, actor: Actor) -> Permit:
        """Return what the actor may do. A tenant that canvassing meets for the first time is founded before."""
        key = (actor.tenant.id, actor.person_id, actor.organization, actor.right)
        known = self._known.get(key)
        if known is not None and known.until > time.monotonic():
            return known.permit
        await self._founding.ensure(actor)
        permit = await self._read(actor)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = _Known(permit, time.monotonic() + FRESH)
        return permit

    async def choices(self, actor: Actor) -> list[Resource]:
        """Return the organizations that a token of the actor's may be bound to: those that he is an active member of.

        Who is a member of none chooses among all, the one that all others are below first; who may do nothing before
        he is one, among none.
        """
        await self._founding.ensure(actor)
        tenant, root = actor.tenant, root_organization(actor.tenant)
        organizations = await all_organizations(self._database, tenant)
        uuid = await self._people.uuid_of(actor)
        memberships = await rows.owned_by_anybody(self._database, tenant.id, "memberships", uuid)
        active = {item.data["organizationId"] for item in memberships if item.data.get("status") == ACTIVE}
        right = actor.right or Right.READ
        if not active and (deciding(memberships, right) or await bound_users(self._database, tenant, [uuid])):
            return []
        found = [item for item in organizations.values() if not active or item.id in active]
        return sorted(found, key=lambda item: (item.id != root, str(item.data["name"]), item.id))

    async def organizations(self, actor: Actor) -> dict[str, Resource]:
        """Return all organizations of the tenant by their ids, whoever sees them: for what lies below what."""
        return await all_organizations(self._database, actor.tenant)

    def forget(self, tenant_id: int) -> None:
        """Read the permits of a tenant anew, since a membership, a role or an organization has changed."""
        self._known = {key: known for key, known in self._known.items() if key[0] != tenant_id}

    async def _read(self, actor: Actor) -> Permit:
        tenant, root = actor.tenant, root_organization(actor.tenant)
        uuid = await self._people.uuid_of(actor)
        organizations = await all_organizations(self._database, tenant)
        memberships = await rows.owned_by_anybody(self._database, tenant.id, "memberships", uuid)
        active = [item for item in memberships if item.data.get("status") == ACTIVE]
        organization = actor.organization or (active[0].data["organizationId"] if active else root)
        role = _role_in(line_of(organizations, organization, root), active)
        if role is None and not active:
            user = await tenant_rows.user_of(self._database, tenant.id, actor.person_id)
            may = user is not None and not (
                deciding(memberships, user.role.right) or await bound_users(self._database, tenant, [uuid])
            )
            name = _BY_USER_ROLE.get(user.role) if user is not None and may else None
            role = role_id(tenant, name) if name is not None else None
            permissions = READING if may and name is None else frozenset()
        else:
            permissions = frozenset()
        if role is not None:
            found = await rows.by_refs(self._database, tenant.id, [("roles", role)])
            if ("roles", role) in found and found["roles", role].deleted_at is None:
                permissions = frozenset(found["roles", role].data.get("permissions", ()))
        if actor.right is None:
            permissions = frozenset()
        elif actor.right is Right.READ:
            permissions &= READING
        place = organizations.get(organization)
        return Permit(
            user=uuid,
            customer=customer_id(tenant),
            organization=organization,
            group=organization_group(tenant, place) if place is not None else 0,
            role=role,
            permissions=permissions,
            assigned_only=(
                role == role_id(tenant, CANVASSER.name)
                and place is not None
                and place.data.get("viewUnassignedData") is False
            ),
        )


def _role_in(line: Sequence[str], active: Sequence[Resource]) -> str | None:
    """Return the role of the membership in the nearest organization of a line; None where there is none."""
    roles = {item.data.get("organizationId"): item.data.get("roleId") for item in active}
    return next((role for id_ in line if isinstance(role := roles.get(id_), str)), None)
