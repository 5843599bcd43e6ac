"""Hubs: tenants that a user creates, enters and deletes."""

import asyncio

import pytest

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from interlog.model.parties import PersonDraft
from interlog.model.tenancy import Right, UserRole
from tests.ledger.conftest import Firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

_names = (f"hub{number}" for number in range(1_000_000))


async def test_belongs_to_who_created_it(acme: Firm) -> None:
    """A hub is a tenant with the same owner, who enters it with his own token; to create it again changes nothing."""
    name = next(_names)
    hub, created = await acme.ledger.hubs.create(acme.actor, name)
    again, anew = await acme.ledger.hubs.create(acme.actor, name.upper())
    inside = await acme.ledger.hubs.enter(acme.actor, name.upper())

    assert (created, anew, again.id, hub.home) == (True, False, hub.id, acme.tenant.id)
    assert (inside.tenant.id, inside.right, inside.protocol) == (hub.id, Right.ADMIN, acme.actor.protocol)
    owner = await acme.ledger.persons.get(inside, inside.person_id)
    assert (owner.name, owner.emails) == ("Mia Kern", ("mia@own.example",))
    assert [tenant.name for tenant in await acme.ledger.hubs.list(acme.actor)] == sorted([acme.tenant.name, name])
    assert await acme.ledger.hubs.exists(name)


async def test_nothing_crosses_it(acme: Firm) -> None:
    """What is logged in a hub is not in the tenant that it came from."""
    await acme.ledger.hubs.create(acme.actor, name := next(_names))
    inside = await acme.ledger.hubs.enter(acme.actor, name)
    eve = await acme.ledger.persons.create(inside, PersonDraft(first_name="Eva", emails=("eve@client.example",)))
    logged = await acme.ledger.interactions.log(inside, meeting(eve))

    assert {person.first_name for person in logged.persons.values()} == {"Eva"}
    assert (await acme.ledger.persons.get(acme.actor, acme.eve.id)).first_name == "Eve"
    assert await acme.ledger.check.problems() == []


async def test_its_own_hub(acme: Firm) -> None:
    """Each tenant is a hub of its own name; that one is there already, and stays."""
    assert await acme.ledger.hubs.enter(acme.actor, acme.tenant.name.upper()) is acme.actor
    assert (await acme.ledger.hubs.create(acme.actor, acme.tenant.name))[1] is False
    with pytest.raises(Forbidden):
        await acme.ledger.hubs.delete(acme.actor, acme.tenant.name)


async def test_others_do_not_get_in(acme: Firm) -> None:
    """Who is no user of a hub does not find it; another's name cannot be taken."""
    from tests.ledger.conftest import found_firm

    other = await found_firm(acme.ledger)
    await acme.ledger.hubs.create(acme.actor, name := next(_names))
    ben = acme.acting(acme.ben)

    for actor in (other.actor, ben):
        with pytest.raises(NotFound):
            await acme.ledger.hubs.enter(actor, name)
        assert [tenant.name for tenant in await acme.ledger.hubs.list(actor)] == [actor.tenant.name]
    with pytest.raises(Conflict):
        await acme.ledger.hubs.create(other.actor, name)
    with pytest.raises(Conflict):
        await acme.ledger.hubs.create(acme.actor, other.tenant.name)
    with pytest.raises(NotFound):
        await acme.ledger.hubs.delete(other.actor, name)
    with pytest.raises(Forbidden):
        await acme.ledger.hubs.create(ben, next(_names))


async def test_a_right_is_the_least_of_both(acme: Firm) -> None:
    """Who may do less at home, or less in the hub, does no more there."""
    await acme.ledger.hubs.create(acme.actor, name := next(_names))
    inside = await acme.ledger.hubs.enter(acme.actor, name)
    ben = await acme.ledger.persons.create(inside, PersonDraft(first_name="Ben", emails=("BEN@own.example",)))
    await acme.ledger.tenants.add_user(inside, ben.id, UserRole.VIEWER)

    assert (await acme.ledger.hubs.enter(acme.acting(acme.ben), name)).right is Right.READ
    assert (await acme.ledger.hubs.enter(acme.acting(acme.mia, Right.READ), name)).right is Right.READ
    assert (await acme.ledger.hubs.enter(acme.acting(acme.mia, None), name)).right is None


async def test_a_deleted_one_is_gone(acme: Firm) -> None:
    """It is not found, its tokens are refused, and its name is free for a new one, which is empty."""
    hub, _ = await acme.ledger.hubs.create(acme.actor, name := next(_names))
    inside = await acme.ledger.hubs.enter(acme.actor, name)
    await acme.ledger.persons.create(inside, PersonDraft(first_name="Eva"))
    user = await acme.ledger.tenants.user(hub, "mia@own.example")
    text, _ = await acme.ledger.access.create_token(inside, user)

    await acme.ledger.hubs.delete(acme.actor, name)

    with pytest.raises(NotFound):
        await acme.ledger.hubs.enter(acme.actor, name)
    with pytest.raises(NotFound):
        await acme.ledger.hubs.delete(acme.actor, name)
    with pytest.raises(NotFound):
        await acme.ledger.tenants.by_name(name)
    with pytest.raises(Unauthenticated):
        await acme.ledger.access.authenticate(text, "rest")
    assert not await acme.ledger.hubs.exists(name)
    assert hub.id not in {tenant.id for tenant in await acme.ledger.tenants.all()}
    renewed, created = await acme.ledger.hubs.create(acme.actor, name)
    assert created
    assert renewed.id > hub.id
    persons, _ = await acme.ledger.persons.page(await acme.ledger.hubs.enter(acme.actor, name), limit=9)
    assert [person.first_name for person in persons] == ["Mia"]


async def test_names(acme: Firm) -> None:
    """What is no name of a tenant is none of a hub."""
    for name in ("", "a b", "ü", "a~1"):
        with pytest.raises(Invalid):
            await acme.ledger.hubs.create(acme.actor, name)


async def test_at_the_same_moment(acme: Firm) -> None:
    """Of many who create hubs at once, each name is created once."""
    names = [next(_names) for _ in range(3)]
    found = await asyncio.gather(*(acme.ledger.hubs.create(acme.actor, name) for name in names * 3))

    assert sum(created for _, created in found) == 3
    assert len({tenant.id for tenant, _ in found}) == 3
