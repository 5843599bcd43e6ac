"""The security groups of users, from their memberships of organizations of canvassing.

They stand in the user's row, where every protocol reads them, and are rewritten in the unit that changes a membership
or an organization. Groups of a user that belong to no organization stay as they are.
"""

from collections.abc import Callable

from ...model.canvassing.organizations import groups_seen
from ...model.canvassing.resources import Resource
from ...model.tenancy import Actor, Tenant, User
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
        }

    async def _membership_changed(self, actor: Actor, unit: Unit, read: Resource | None, new: Resource) -> None:
        tenant = actor.tenant
        organizations = await all_organizations(self._database, tenant)
        users = {item.owner for item in (read, new) if item is not None and item.owner is not None}
        persons = await person_rows.ids_by_uuid(self._database, tenant.id, users)
        for uuid, person in persons.items():
            user = await tenant_rows.user_of(self._database, tenant.id, person)
            if user is None:
                continue
            found = await rows.owned_by_anybody(self._database, tenant.id, "memberships", uuid)
            own = {item.id: item for item in found}
            own.pop(new.id, None)
            if new.owner == uuid and new.deleted_at is None:
                own[new.id] = new
            self._set(unit, tenant, user, organizations, list(own.values()))

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
        members = await person_rows.ids_by_uuid(self._database, tenant.id, memberships)
        uuids = {person: uuid for uuid, person in members.items()}
        for person, user in users.items():
            self._set(unit, tenant, user, organizations, memberships.get(uuids.get(person, ""), []), new)

    def _set(
        self,
        unit: Unit,
        tenant: Tenant,
        user: User,
        organizations: dict[str, Resource],
        memberships: list[Resource],
        gone: Resource | None = None,
    ) -> None:
        """Add to the unit what makes the user's groups those of the memberships."""
        of_organizations = {item.number for item in organizations.values()} | ({gone.number} if gone else set())
        others = set(user.groups) - of_organizations
        groups = tuple(sorted(others | groups_seen(tenant, organizations, memberships)))
        if set(groups) != set(user.groups):
            tenant_rows.set_groups(unit, tenant.id, user, groups)


async def first_groups(store: Store, tenant: Tenant, uuid: str) -> tuple[int, ...]:
    """Return the groups of a new user: he may have been made a member of an organization before."""
    organizations = await all_organizations(store.database, tenant)
    memberships = await rows.owned_by_anybody(store.database, tenant.id, "memberships", uuid)
    return tuple(sorted(groups_seen(tenant, organizations, memberships)))


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
