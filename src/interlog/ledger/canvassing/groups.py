"""The security groups of users, from their memberships of organizations of canvassing.

They stand in the user's row, where every protocol reads them, and are rewritten in the unit that changes a membership
or an organization. Groups of a user that belong to no organization stay as they are.
"""

from collections.abc import Callable, Iterable

from ...model.canvassing.organizations import deciding, groups_seen
from ...model.canvassing.resources import Resource
from ...model.canvassing.users import BY_MEMBERSHIP
from ...model.tenancy import Actor, Right, Tenant, User
from ...store import persons as person_rows
from ...store import resources as rows
from ...store import tenants as tenant_rows
from ...store.database import Database
from ...store.statements import Unit
from ...store.store import Store
from .resources import Follower

_BATCH = 1_000


class Groups:
    """Keeps the groups of users right."""

    def __init__(self, store: Store, done: Callable[[int], None]) -> None:
        self._database = store.database
        self.followers = {
            "memberships": Follower(self._membership_changed, done),
            "organizations": Follower(self._organization_changed, done),
            "roles": Follower(_nothing, done),
        }

    async def _membership_changed(self, actor: Actor, unit: Unit, read: Resource | None, new: Resource) -> None:
        tenant = actor.tenant
        organizations = await all_organizations(self._database, tenant)
        users = {item.owner for item in (read, new) if item is not None and item.owner is not None}
        persons = await person_rows.ids_by_uuid(self._database, tenant.id, users)
        bound = await bound_users(self._database, tenant, users)
        for uuid, person in persons.items():
            user = await tenant_rows.user_of(self._database, tenant.id, person)
            if user is None:
                continue
            found = await rows.owned_by_anybody(self._database, tenant.id, "memberships", uuid)
            own = {item.id: item for item in found}
            own.pop(new.id, None)
            if new.owner == uuid and new.deleted_at is None:
                own[new.id] = new
            counting = deciding(own.values(), user.role.right)
            groups = groups_seen(tenant, organizations, counting, bound=uuid in bound)
            self._set(unit, tenant, user, organizations, groups)

    async def _organization_changed(self, actor: Actor, unit: Unit, read: Resource | None, new: Resource) -> None:
        if read is not None and (read.owner, read.deleted_at) == (new.owner, new.deleted_at):
            return
        tenant = actor.tenant
        organizations = await all_organizations(self._database, tenant)
        organizations.pop(new.id, None)
        if new.deleted_at is None:
            organizations[new.id] = new
        memberships: dict[str, list[Resource]] = {}
        for item in await _all(self._database, tenant, "memberships"):
            memberships.setdefault(item.owner or "", []).append(item)
        users = {user.person_id: user for user in await tenant_rows.users(self._database, tenant.id)}
        persons = await person_rows.by_ids(self._database, tenant.id, users)
        bound = await bound_users(self._database, tenant, (person.uuid for person in persons.values()))
        for person in persons.values():
            user = users[person.id]
            counting = deciding(memberships.get(person.uuid, ()), user.role.right)
            groups = groups_seen(tenant, organizations, counting, bound=person.uuid in bound)
            self._set(unit, tenant, user, organizations, groups, new)

    def _set(
        self,
        unit: Unit,
        tenant: Tenant,
        user: User,
        organizations: dict[str, Resource],
        seen: set[int],
        gone: Resource | None = None,
    ) -> None:
        """Add to the unit what makes these the user's groups, as far as they are those of organizations."""
        of_organizations = {item.number for item in organizations.values()} | ({gone.number} if gone else set())
        others = set(user.groups) - of_organizations
        groups = tuple(sorted(others | seen))
        if set(groups) != set(user.groups):
            tenant_rows.set_groups(unit, tenant.id, user, groups)


async def _nothing(actor: Actor, unit: Unit, read: Resource | None, new: Resource) -> None:
    """Add nothing: only what was read of a role before is out of date."""


async def first_groups(store: Store, tenant: Tenant, uuid: str, right: Right) -> tuple[int, ...]:
    """Return the groups of a new user: he may have been made a member of an organization before."""
    organizations = await all_organizations(store.database, tenant)
    memberships = await rows.owned_by_anybody(store.database, tenant.id, "memberships", uuid)
    bound = await bound_users(store.database, tenant, [uuid])
    return tuple(sorted(groups_seen(tenant, organizations, deciding(memberships, right), bound=bool(bound))))


async def bound_users(database: Database, tenant: Tenant, uuids: Iterable[str]) -> set[str]:
    """Return who of these users sees and may do nothing before they are a member of an organization."""
    found = await rows.by_refs(database, tenant.id, [("users", uuid) for uuid in uuids])
    return {item.id for item in found.values() if item.aside.get(BY_MEMBERSHIP)}


async def all_organizations(database: Database, tenant: Tenant) -> dict[str, Resource]:
    """Return the organizations of a tenant by their ids: they are few."""
    return {item.id: item for item in await _all(database, tenant, "organizations")}


async def _all(database: Database, tenant: Tenant, kind: str) -> list[Resource]:
    found: list[Resource] = []
    after = ""
    while batch := await rows.of_kind(database, tenant.id, kind, after=after, limit=_BATCH):
        found += batch
        after = batch[-1].id
        if len(batch) < _BATCH:
            break
    return found
