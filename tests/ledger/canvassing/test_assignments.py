"""Whom a canvasser sees where only what is assigned is shown: the contacts of their walk lists and turfs."""

import pytest
import pytest_asyncio
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.founding import organization_data
from interlog.model.canvassing.permissions import CANVASSER
from interlog.model.canvassing.resources import Resource, ResourceDraft, role_id
from interlog.model.conditions import Condition
from interlog.model.errors import NotFound
from interlog.model.ids import uuid7
from interlog.model.tenancy import Actor
from tests.ledger.conftest import Firm

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def made(firm: Firm, kind: str, **data: object) -> Resource:
    """Create a resource that everybody's groups show."""
    draft = ResourceDraft(kind=kind, data=data, group=0)
    return (await firm.ledger.resources.create(firm.actor, draft)).resource


async def a_contact(firm: Firm, *position: float) -> Resource:
    """Create a contact, perhaps with a longitude and a latitude."""
    address = {"address": {"position": {"type": "Point", "coordinates": list(position)}}} if position else {}
    return await made(firm, "contacts", profile={"name": {"first": "", "last": ""}} | address)


def canvasser(firm: Firm) -> Actor:
    """Return Ben, who canvasses."""
    return firm.acting(firm.ben)


async def listed(ledger: Ledger, actor: Actor, condition: Condition | None = None) -> list[Resource]:
    """Return the contacts that meet a condition."""
    chunks = ledger.canvassing_lists.resources(actor, "contacts", limit=100, condition=condition)
    return [contact async for chunk in chunks for contact in chunk.items]


async def seen(firm: Firm) -> set[str]:
    """Return the ids of the contacts that Ben is shown, as a list has them; each one alone is shown or not alike."""
    ledger, actor = firm.ledger, canvasser(firm)
    permit = await ledger.permits.of(actor)
    assigned = await ledger.assignments.of(actor, permit)
    assert assigned is not None
    found = await listed(ledger, actor, assigned.condition())
    for contact in await listed(ledger, actor):
        if contact in found:
            await ledger.assignments.require(actor, permit, contact)
        else:
            with pytest.raises(NotFound):
                await ledger.assignments.require(actor, permit, contact)
    return {contact.id for contact in found}


@pytest_asyncio.fixture(loop_scope="module")
async def ward(acme: Firm) -> Resource:
    """An organization that shows its canvassers only what is assigned to them; Ben is one."""
    id_ = uuid7()
    data = organization_data(acme.tenant, id_, "Ward") | {"viewUnassignedData": False}
    organization = await made(acme, "organizations", **data)
    await made(
        acme,
        "memberships",
        userId=acme.ben.uuid,
        organizationId=organization.id,
        roleId=role_id(acme.tenant, CANVASSER.name),
        status="active",
    )
    return organization


async def test_walk_lists_assign_their_contacts(acme: Firm, ward: Resource) -> None:
    """Who is on a walk list of the canvasser's is seen, from when it is assigned until it is taken away or deleted."""
    one, two, three, four = [await a_contact(acme) for _ in range(4)]
    assert await seen(acme) == set()
    walklist = await made(acme, "walklists", contactIds=[one.id, two.id], assignedTo=acme.ben.uuid)
    await made(acme, "walklists", contactIds=[three.id], assignedTo=acme.mia.uuid)
    await made(acme, "walklists", contactIds=[four.id])
    assert await seen(acme) == {one.id, two.id}
    data = {"contactIds": [two.id], "assignedTo": acme.ben.uuid}
    await acme.ledger.resources.amend(acme.actor, "walklists", walklist.id, lambda read: replace(read, data=data))
    assert await seen(acme) == {two.id}
    data = {"contactIds": [two.id], "assignedTo": acme.mia.uuid}
    await acme.ledger.resources.amend(acme.actor, "walklists", walklist.id, lambda read: replace(read, data=data))
    assert await seen(acme) == set()
    again = await made(acme, "walklists", contactIds=[one.id], assignedTo=acme.ben.uuid)
    assert await seen(acme) == {one.id}
    await acme.ledger.resources.delete(acme.actor, "walklists", again.id)
    assert await seen(acme) == set()


async def test_turfs_assign_who_lives_there(acme: Firm, ward: Resource) -> None:
    """Who lives within the rectangle around a turf of the canvasser's is seen; who has no position is not."""
    inside, edge, outside = [await a_contact(acme, *place) for place in ((-89.4, 43.07), (-89.5, 43), (-89.3, 43.07))]
    await a_contact(acme)
    ring = [[-89.5, 43.0], [-89.35, 43.0], [-89.35, 43.1], [-89.5, 43.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    await made(acme, "turfs", polygon=area, assignedTo=acme.ben.uuid)
    await made(acme, "turfs", assignedTo=acme.ben.uuid)
    assert await seen(acme) == {inside.id, edge.id}
    far = [[[-89.31, 43.0], [-89.29, 43.0], [-89.29, 43.1], [-89.31, 43.0]]]
    await made(acme, "turfs", polygon={"type": "MultiPolygon", "coordinates": [far]}, assignedTo=acme.ben.uuid)
    assert await seen(acme) == {inside.id, edge.id, outside.id}


async def test_others_see_everybody(acme: Firm, ledger: Ledger, ward: Resource) -> None:
    """Whoever is no canvasser of such an organization is asked for nothing."""
    contact = await a_contact(acme)
    permit = await ledger.permits.of(acme.actor)
    assert await ledger.assignments.of(acme.actor, permit) is None
    await ledger.assignments.require(acme.actor, permit, contact)
