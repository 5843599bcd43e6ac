"""Founding, permits of roles, and the security groups that follow from memberships."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.founding import Founding, organization_data
from interlog.model.canvassing.errors import Lacking
from interlog.model.canvassing.permissions import ADMINISTRATOR, CANVASSER, MANAGER
from interlog.model.canvassing.resources import (
    Resource,
    ResourceDraft,
    catch_all_campaign,
    customer_id,
    nil_survey,
    role_id,
    root_organization,
)
from interlog.model.canvassing.statuses import STATUS_GROUPS, STATUSES, status_id
from interlog.model.ids import parse_uuid, uuid7
from interlog.model.journal import Entity
from interlog.model.parties import Person, PersonDraft
from interlog.model.tenancy import Actor, Right, UserRole
from tests.ledger.conftest import Firm, content, found_firm, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def an_organization(firm: Firm, name: str, parent: Resource | None = None, **data: Any) -> Resource:
    """Create an organization below another one, or below the root."""
    id_ = uuid7()
    above = {"parentId": parent.id} if parent is not None else {}
    draft = ResourceDraft(kind="organizations", id=id_, data=organization_data(firm.tenant, id_, name) | above | data)
    return (await firm.ledger.resources.create(firm.actor, draft)).resource


async def a_member(firm: Firm, person: Person, organization: str, role: str, status: str = "active") -> Resource:
    """Create a membership."""
    data = {
        "userId": person.uuid,
        "organizationId": organization,
        "roleId": role_id(firm.tenant, role),
        "status": status,
    }
    return (
        await firm.ledger.resources.create(firm.actor, ResourceDraft(kind="memberships", data=data, group=0))
    ).resource


async def groups_of(firm: Firm, person: Person) -> set[int]:
    """Return the security groups of a user."""
    (user,) = [user for user in await firm.ledger.tenants.users(firm.tenant) if user.person_id == person.id]
    return set(user.groups)


async def test_a_tenant_is_founded_once(acme: Firm, ledger: Ledger) -> None:
    """However many ask at once, from several processes, what every tenant has is made once and the same."""
    others = [Founding(ledger.store, ledger.resources) for _ in range(3)]
    await asyncio.gather(*(founding.ensure(acme.actor) for founding in [ledger.founding, *others]))

    refs = [
        ("organizations", root_organization(acme.tenant)),
        ("campaigns", catch_all_campaign(acme.tenant)),
        ("surveys", nil_survey(acme.tenant)),
        *(("roles", role_id(acme.tenant, role.name)) for role in (CANVASSER, MANAGER, ADMINISTRATOR)),
        *(("statuses", status_id(acme.tenant, status.name)) for status in STATUSES),
    ]
    found = await ledger.resources.get_many(acme.actor, refs)
    assert list(found) and set(found) == set(refs)
    assert all(item.group == 0 for item in found.values())
    made = [entry.entity_id for entry in await journal_of(acme) if entry.entity is Entity.RESOURCE]
    assert len(set(made)) == len(made) >= len(refs)
    await Founding(ledger.store, ledger.resources).ensure(acme.actor)
    assert len([entry for entry in await journal_of(acme) if entry.entity is Entity.RESOURCE]) == len(made)
    for status in (item for item in found.values() if item.kind == "statuses"):
        group = STATUS_GROUPS[status.data["statusGroupId"]]
        assert (group["contactState"], group["pinColor"]) == (status.data["contactState"], status.data["pinColor"])


async def test_another_tenant_has_other_ids(acme: Firm, ledger: Ledger) -> None:
    """Ids that are derived from a tenant are those of no other tenant, and are uuids."""
    other = (await found_firm(ledger)).tenant
    ids = {customer_id(acme.tenant), root_organization(acme.tenant), nil_survey(acme.tenant)}
    assert ids.isdisjoint({customer_id(other), root_organization(other), nil_survey(other)})
    assert {parse_uuid(id_) for id_ in ids} == ids


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (UserRole.OWNER, ADMINISTRATOR.name),
        (UserRole.ADMIN, ADMINISTRATOR.name),
        (UserRole.MEMBER, MANAGER.name),
        (UserRole.VIEWER, None),
    ],
)
async def test_who_is_no_member_has_the_tenants_role(acme: Firm, role: UserRole, name: str | None) -> None:
    """Without any membership the role of the user counts, in the root organization; a viewer reads only."""
    draft = PersonDraft(first_name="Uma", emails=(f"uma-{role}@own.example",))
    uma = await acme.ledger.persons.create(acme.actor, draft)
    await acme.ledger.tenants.add_user(acme.actor, uma.id, role)
    permit = await acme.ledger.permits.of(acme.acting(uma, role.right))

    assert (permit.user, permit.customer) == (uma.uuid, customer_id(acme.tenant))
    assert (permit.organization, permit.group) == (root_organization(acme.tenant), 0)
    assert permit.role == (role_id(acme.tenant, name) if name is not None else None)
    assert permit.allows("read@interactions")
    assert permit.allows("insert@interactions") is (name is not None)
    assert permit.allows("import") is (name == ADMINISTRATOR.name)


async def test_a_member_has_the_role_of_the_organization(acme: Firm) -> None:
    """The role of the membership in the token's organization counts, or the one in the nearest organization above."""
    north = await an_organization(acme, "North")
    ward = await an_organization(acme, "Ward", north)
    await a_member(acme, acme.ben, north.id, MANAGER.name)
    await a_member(acme, acme.ben, ward.id, CANVASSER.name)
    street = await an_organization(acme, "Street", ward)
    south = await an_organization(acme, "South")

    async def role_in(organization: Resource) -> str | None:
        return (await acme.ledger.permits.of(replace(acme.acting(acme.ben), organization=organization.id))).role

    assert await role_in(north) == role_id(acme.tenant, MANAGER.name)
    assert await role_in(ward) == await role_in(street) == role_id(acme.tenant, CANVASSER.name)
    assert await role_in(south) is None
    nowhere = await acme.ledger.permits.of(replace(acme.acting(acme.ben), organization=south.id))
    with pytest.raises(Lacking) as refused:
        nowhere.require("read@interactions")
    assert refused.value.permission == "read@interactions"
    first = await acme.ledger.permits.of(acme.acting(acme.ben))
    assert first.organization in (north.id, ward.id) and first.group in (north.number, ward.number)


async def test_a_membership_that_is_not_active_gives_nothing(acme: Firm) -> None:
    """Who was disabled may do nothing; an owner of the tenant still may everything."""
    root = root_organization(acme.tenant)
    for person in (acme.ben, acme.mia):
        await a_member(acme, person, root, CANVASSER.name, "disabled")
    assert not (await acme.ledger.permits.of(acme.acting(acme.ben))).permissions
    assert (await acme.ledger.permits.of(acme.actor)).allows("destroy@interactions")


async def test_a_token_that_reads_only_permits_no_more(acme: Firm) -> None:
    """What the token's scopes do not allow, no role does."""
    permit = await acme.ledger.permits.of(acme.acting(acme.mia, Right.READ))
    assert permit.allows("read@contacts") and not permit.allows("insert@contacts")
    assert not (await acme.ledger.permits.of(acme.acting(acme.mia, None))).permissions


async def test_a_canvasser_may_be_shown_only_what_is_assigned(acme: Firm) -> None:
    """Where an organization says so, its canvassers see only what is assigned to them; others see all."""
    ward = await an_organization(acme, "Ward", viewUnassignedData=False)
    await a_member(acme, acme.ben, ward.id, CANVASSER.name)
    assert (await acme.ledger.permits.of(acme.acting(acme.ben))).assigned_only
    assert not (await acme.ledger.permits.of(acme.actor)).assigned_only


async def test_groups_follow_memberships(acme: Firm) -> None:
    """A member sees the groups of his organizations and of all below; who is no member at all sees everything."""
    north, south = await an_organization(acme, "North"), await an_organization(acme, "South")
    ward = await an_organization(acme, "Ward", north)
    everything = {north.number, south.number, ward.number}
    assert await groups_of(acme, acme.ben) == await groups_of(acme, acme.mia) == everything

    resources = acme.ledger.resources
    in_north = await a_member(acme, acme.ben, north.id, MANAGER.name)
    assert await groups_of(acme, acme.ben) == {north.number, ward.number}
    in_south = await a_member(acme, acme.ben, south.id, CANVASSER.name, "invited")
    assert await groups_of(acme, acme.ben) == {north.number, ward.number}
    insider = acme.acting(acme.mia, Right.ADMIN, *everything)

    def with_status(status: str) -> Any:
        return lambda read: replace(read, data=read.data | {"status": status})

    await resources.amend(insider, "memberships", in_south.id, with_status("active"))
    assert await groups_of(acme, acme.ben) == everything
    await resources.delete(insider, "memberships", in_north.id)
    assert await groups_of(acme, acme.ben) == {south.number}
    await resources.amend(insider, "memberships", in_south.id, with_status("disabled"))
    assert await groups_of(acme, acme.ben) == set()
    await resources.restore(insider, "memberships", in_north.id)
    assert await groups_of(acme, acme.ben) == {north.number, ward.number}
    assert await groups_of(acme, acme.mia) == everything


async def test_groups_follow_organizations(acme: Firm) -> None:
    """Who is a member sees what is moved below his organization, and no more what is moved away or deleted."""
    north, south = await an_organization(acme, "North"), await an_organization(acme, "South")
    ward = await an_organization(acme, "Ward", north)
    await a_member(acme, acme.ben, north.id, MANAGER.name)
    insider = acme.acting(acme.mia, Right.ADMIN, north.number, south.number, ward.number)

    moved = await acme.ledger.resources.amend(
        insider, "organizations", ward.id, lambda read: replace(read, data=read.data | {"parentId": south.id})
    )
    assert moved.group == ward.number
    assert await groups_of(acme, acme.ben) == {north.number}
    new = await an_organization(acme, "Street", north)
    assert await groups_of(acme, acme.ben) == {north.number, new.number}
    await acme.ledger.resources.delete(insider, "organizations", ward.id)
    assert await groups_of(acme, acme.mia) == {north.number, south.number, new.number}


async def test_many_memberships_at_once_lose_none(acme: Firm) -> None:
    """Memberships of one user that are created at the same moment all count."""
    wards = [await an_organization(acme, f"Ward {n}") for n in range(3)]
    await asyncio.gather(*(a_member(acme, acme.ben, ward.id, MANAGER.name) for ward in wards))
    assert await groups_of(acme, acme.ben) == {ward.number for ward in wards}


async def test_other_groups_of_a_user_stay(acme: Firm) -> None:
    """Security groups that belong to no organization are left as they are; a new user sees every organization."""
    ward = await an_organization(acme, "Ward")
    await acme.ledger.tenants.add_user(acme.actor, acme.eve.id, UserRole.MEMBER, groups=(9_000_001,))
    assert await groups_of(acme, acme.eve) == {9_000_001, ward.number}
    other = await an_organization(acme, "Other")
    await a_member(acme, acme.eve, ward.id, MANAGER.name)
    assert await groups_of(acme, acme.eve) == {9_000_001, ward.number}
    assert await groups_of(acme, acme.ben) == {ward.number, other.number}


async def test_groups_count_for_every_protocol_at_once(acme: Firm) -> None:
    """An interaction of an organization's group is hidden from who leaves it, with his next request."""
    ward, other = await an_organization(acme, "Ward"), await an_organization(acme, "Other")
    ledger = acme.ledger
    (user,) = [user for user in await ledger.tenants.users(acme.tenant) if user.person_id == acme.ben.id]
    text, _ = await ledger.access.create_token(acme.actor, user)

    async def ben() -> Actor:
        return await ledger.access.authenticate(text, "affinity")

    draft = meeting(acme.eve, draft={"group": ward.number})
    logged = await ledger.interactions.log(await ben(), draft)
    assert (await ledger.interactions.get(await ben(), logged.interaction.number)).content == content(acme.eve)
    await a_member(acme, acme.ben, other.id, MANAGER.name)
    assert not (await ben()).sees(ward.number)


async def test_an_invitation_takes_nothing_away(acme: Firm) -> None:
    """Who is invited, or not confirmed, goes on as if not; to be disabled counts, but not for the tenant's owner."""
    ward = await an_organization(acme, "Ward")
    for person in (acme.ben, acme.mia):
        await a_member(acme, person, ward.id, CANVASSER.name, "invited")
        assert await groups_of(acme, person) == {ward.number}
        assert (await acme.ledger.permits.of(acme.acting(person))).allows("destroy@interactions")
    other = await an_organization(acme, "Other")
    for person, left in ((acme.ben, set()), (acme.mia, {ward.number, other.number})):
        await a_member(acme, person, other.id, CANVASSER.name, "disabled")
        assert await groups_of(acme, person) == left
        assert (await acme.ledger.permits.of(acme.acting(person))).allows("destroy@interactions") is bool(left)
