"""Lists by a condition: whose interactions and profiles are in them, and whose are not."""

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.conditions import Compare, Operator
from interlog.model.errors import Forbidden
from interlog.model.expressions import Column, Kind, Order
from interlog.model.instances import Instance
from interlog.model.parties import Party
from interlog.model.profiles import CONTACT, ORGANIZATION
from interlog.model.types import FieldDefinition, FieldKind, InteractionType

from .conftest import Firm, found_firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

VISIT = InteractionType(
    id=0, name="Visit", is_activity=True, open=True, identity=("Key",),
    fields=(FieldDefinition("Key"), FieldDefinition("Minutes", FieldKind.INTEGER, indexed=True)),
)  # fmt: skip
ORDERS = [(), (Order(Column("occurred_at", Kind.INSTANT)),)]


async def fill(firm: Firm) -> list[int]:
    """Store a meeting and three visits, one of them in a security group; return the ids of all types."""
    await firm.ledger.types.define(firm.actor, VISIT)
    await firm.ledger.interactions.log(firm.actor, meeting(firm.eve))
    inside = firm.acting(firm.mia, firm.actor.right, 7)
    items = [Instance(type="Visit", fields={"Key": str(n), "Minutes": n}, group=7 * (n == 2)) for n in range(3)]
    for outcome in await firm.ledger.instances.put_many(inside, items):
        assert not isinstance(outcome, Exception), outcome
    return list(firm.tenant.types_by_id)


@pytest.mark.parametrize("orders", ORDERS)
async def test_a_list_holds_the_own_tenants_and_groups(ledger: Ledger, orders: tuple[Order, ...]) -> None:
    """Neither another tenant's interactions nor those of a group that the actor is not in are listed or counted."""
    acme, other = await found_firm(ledger), await found_firm(ledger)
    types = await fill(acme)
    await fill(other)
    listing = ledger.listing
    everyone, inside = acme.actor, acme.acting(acme.mia, acme.actor.right, 7)
    for actor, expected in ((everyone, 3), (inside, 4)):
        found = await listing.page(actor, types, limit=10, orders=orders)
        assert len(found.interactions) == expected
        assert all(actor.sees(item.group) for item in found.interactions)
        assert await listing.count(actor, types) == expected
        party = (int(Party.PERSON), acme.eve.id)
        assert len((await listing.page(actor, types, limit=10, orders=orders, party=party)).interactions) == 1
    mine = {item.uuid for item in (await listing.page(inside, types, limit=10)).interactions}
    theirs = {item.uuid for item in (await listing.page(other.actor, types, limit=10)).interactions}
    assert not mine & theirs


async def test_what_is_attached_is_the_own_tenants_too(ledger: Ledger) -> None:
    """A condition that attaches interactions to a party finds none of another tenant's, and none of other groups."""
    acme, other = await found_firm(ledger), await found_firm(ledger)
    types = await fill(acme)
    await fill(other)
    visit = acme.tenant.type_named("Visit")
    assert visit is not None
    listing, attached = ledger.listing, Compare("type_id", Operator.EQUAL, visit.id)
    party = (int(Party.PERSON), acme.eve.id)
    for actor, expected in ((acme.actor, 3), (acme.acting(acme.mia, acme.actor.right, 7), 4)):
        found = await listing.page(actor, types, limit=10, party=party, attached=attached)
        assert len(found.interactions) == expected
        assert await listing.count(actor, types, party=party, attached=attached) == expected


async def test_profiles_are_the_own_tenants(ledger: Ledger) -> None:
    """Persons and organizations of another tenant are in no list of profiles."""
    acme, other = await found_firm(ledger), await found_firm(ledger)
    listing = ledger.listing
    found = await listing.profiles(acme.actor, CONTACT.id, limit=10)
    assert found.numbers == [person.id for person in (acme.mia, acme.ben, acme.eve, acme.ola)]
    assert await listing.count_profiles(other.actor, CONTACT.id) == 4
    assert (await listing.profiles(acme.actor, ORGANIZATION.id, limit=10)).numbers == []


async def test_a_page_says_whether_there_is_another(acme: Firm) -> None:
    """The place of the last one where more follow, None where none do; nothing is asked for with a limit of 0."""
    types = await fill(acme)
    listing = acme.ledger.listing
    first = await listing.page(acme.actor, types, limit=2)
    assert first.next is not None
    second = await listing.page(acme.actor, types, limit=2, after=first.next)
    assert (len(second.interactions), second.next) == (1, None)
    assert (await listing.page(acme.actor, types, limit=0)).interactions == []
    for place in ((), ("order",), ("value", 1, 2), ("order", "x", 1), ("order", 1, 2, 3), (None, None, None)):
        with pytest.raises(ValueError, match="no place"):
            await listing.page(acme.actor, types, limit=2, after=place)


async def test_reading_needs_the_right(acme: Firm) -> None:
    """Whoever may not read gets nothing."""
    nobody = replace(acme.actor, right=None)
    listing = acme.ledger.listing
    for work in (
        listing.page(nobody, [1], limit=1),
        listing.count(nobody, [1]),
        listing.profiles(nobody, CONTACT.id, limit=1),
        listing.count_profiles(nobody, CONTACT.id),
    ):
        with pytest.raises(Forbidden):
            await work
