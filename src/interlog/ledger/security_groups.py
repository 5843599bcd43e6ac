"""Security groups, as whoever looks after the tenant does it: who sees the records of which.

A group is that of an organization of canvassing, and its members are the organization's: there is one truth, whichever
side it is changed from.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from ..model.canvassing.organizations import ACTIVE
from ..model.canvassing.permissions import ADMINISTRATOR, MANAGER
from ..model.canvassing.resources import Resource, ResourceDraft, organization_group, role_id, root_organization
from ..model.errors import Invalid, NotFound, Problem
from ..model.ids import uuid7
from ..model.tenancy import Actor, Right
from ..store import resources as rows
from ..store import tenants as tenant_rows
from ..store.store import Store
from .canvassing.founding import Founding, organization_data
from .canvassing.groups import all_organizations
from .canvassing.people import People
from .canvassing.resources import Resources
from .canvassing.users import Users

LONGEST_NAME = 256
_MEMBERSHIPS = "memberships"


class Group(NamedTuple):
    """A security group: its number, and the name of its organization."""

    number: int
    name: str


class SecurityGroups:
    """Use cases around security groups."""

    def __init__(self, store: Store, founding: Founding, resources: Resources, people: People, users: Users) -> None:
        self._database = store.database
        self._founding = founding
        self._resources = resources
        self._people = people
        self._users = users

    async def all(self, actor: Actor) -> dict[int, Group]:
        """Return all groups by their numbers; 0, which is everybody's, is none of them."""
        actor.require(Right.ADMIN)
        return {number: Group(number, _name(item)) for number, item in (await self._organizations(actor)).items()}

    async def create(self, actor: Actor, name: str) -> Group:
        """Make a group that nobody is a member of yet; raises ``Invalid``."""
        actor.require(Right.ADMIN)
        name = name.strip()
        there = {_name(item).casefold() for item in (await self._organizations(actor)).values()}
        if not 1 <= len(name) <= LONGEST_NAME:
            raise Invalid(Problem("name", f"must have 1 to {LONGEST_NAME} characters", "length"))
        if name.casefold() in there:
            raise Invalid(Problem("name", "is that of another group", "taken"))
        await self._founding.ensure(actor)
        id_ = uuid7()
        data = organization_data(actor.tenant, id_, name) | {"parentId": root_organization(actor.tenant)}
        made = await self._resources.create(actor, ResourceDraft(kind="organizations", id=id_, data=data))
        return Group(made.resource.number, name)

    async def of_user(self, actor: Actor, person_id: int) -> set[int]:
        """Return the numbers of the groups that a user is a member of; who is of none sees the records of all."""
        actor.require(Right.ADMIN)
        organizations = {item.id: number for number, item in (await self._organizations(actor)).items()}
        found = await self._memberships(actor, await self._uuid(actor, person_id))
        return {organizations[id_] for id_, item in found.items() if id_ in organizations and _counts(item)}

    async def set_of_user(self, actor: Actor, person_id: int, numbers: Iterable[int]) -> None:
        """Make a user a member of these groups and of no others; raises ``Invalid`` where one is not there.

        Each membership is a change of its own. What the user may do in canvassing is what his role there says.
        """
        actor.require(Right.ADMIN)
        wanted, organizations = set(numbers), await self._organizations(actor)
        if unknown := wanted - organizations.keys():
            raise Invalid(Problem("groups", f"{min(unknown)} is no group", "unknown"))
        uuid = await self._uuid(actor, person_id)
        await self._founding.ensure(actor)
        await self._users.complete(actor)
        there = await self._memberships(actor, uuid)
        actor = replace(actor, groups=(0, *organizations))  # whoever looks after groups need not see their records
        for number, organization in organizations.items():
            item = there.get(organization.id)
            if number in wanted and item is None:
                await self._join(actor, person_id, uuid, organization.id)
            elif number in wanted and item is not None and not _counts(item):
                await self._resources.amend(actor, _MEMBERSHIPS, item.id, _confirmed)
            elif number not in wanted and item is not None and _counts(item):
                await self._resources.delete(actor, _MEMBERSHIPS, item.id)

    async def _join(self, actor: Actor, person_id: int, uuid: str, organization: str) -> None:
        user = await tenant_rows.user_of(self._database, actor.tenant.id, person_id)
        role = ADMINISTRATOR if user is not None and user.role.right is Right.ADMIN else MANAGER
        data = {
            "organizationId": organization,
            "userId": uuid,
            "roleId": role_id(actor.tenant, role.name),
            "status": ACTIVE,
            "notifications": {"dailySummary": True},
        }
        draft = ResourceDraft(kind=_MEMBERSHIPS, data=data, natural=f"{uuid}:{organization}")
        await self._resources.create(actor, draft)

    async def _organizations(self, actor: Actor) -> dict[int, Resource]:
        """Return the organizations that have a group, by its number, sorted by name."""
        found = (await all_organizations(self._database, actor.tenant)).values()
        numbers = {organization_group(actor.tenant, item): item for item in sorted(found, key=_name)}
        return {number: item for number, item in numbers.items() if number and item.deleted_at is None}

    async def _memberships(self, actor: Actor, uuid: str) -> dict[str, Resource]:
        """Return the memberships of a user by their organizations, whatever their state."""
        found = await rows.owned_by_anybody(self._database, actor.tenant.id, _MEMBERSHIPS, uuid)
        return {item.data["organizationId"]: item for item in found if item.deleted_at is None}

    async def _uuid(self, actor: Actor, person_id: int) -> str:
        if await tenant_rows.user_of(self._database, actor.tenant.id, person_id) is None:
            raise NotFound("user", person_id)
        return (await self._people.uuids(actor, [person_id]))[person_id]


def _name(organization: Resource) -> str:
    return str(organization.data.get("name") or organization.id)


def _counts(membership: Resource) -> bool:
    return membership.data.get("status") == ACTIVE


def _confirmed(membership: Resource) -> Resource:
    return replace(membership, data=membership.data | {"status": ACTIVE})
