"""Participants by the values of fields that are no key: found, ambiguous, bound late, and let go again."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import func, select

from interlog.model.instances import Instance, Outcome, Put
from interlog.model.interactions import Interaction, Participant, ProfilePart
from interlog.model.parties import OrganizationDraft, Party, PersonDraft
from interlog.model.profiles import CONTACT, ORGANIZATION, Profile, ProfileDraft, ProfileType, StrongId
from interlog.model.tenancy import Actor
from interlog.model.types import Category, FieldDefinition, InteractionType, ParticipantSlot
from interlog.store.schema import profile_value
from interlog.store.statements import Query, parameter
from tests.ledger.conftest import Firm, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP = ProfileType(
    id=0,
    name="Shop",
    fields=(FieldDefinition("Code"), FieldDefinition("City"), FieldDefinition("Colour")),
    strong_ids=(StrongId("Code", ("Code",)),),
)
CALL = InteractionType(
    id=0,
    name="Ring",
    category=Category.CALL,
    is_activity=True,
    open=True,
    fields=tuple(
        FieldDefinition(name, many=name == "Cities")
        for name in ("Key", "Phone", "First", "Last", "City", "Cities", "Code", "Firm")
    ),
    identity=("Key",),
    slots=(
        ParticipantSlot("Caller", references=(("Phone", "Phone"),), primary=True),
        ParticipantSlot("Named", references=(("First", "FirstName"), ("Last", "LastName"))),
        ParticipantSlot("Shop", party="Shop", references=(("City", "City"),)),
        ParticipantSlot("Shops", party="Shop", references=(("Cities", "City"),)),
        ParticipantSlot("Exact", party="Shop", references=(("Code", "Code"), ("City", "City"))),
        ParticipantSlot("Firm", party="Organization", references=(("Firm", "Name"),)),
    ),
)
_VALUES = Query(select(func.count()).select_from(profile_value).where(profile_value.c.tenant_id == parameter("tenant")))


@pytest_asyncio.fixture(loop_scope="module")
async def shop(acme: Firm) -> ProfileType:
    """A firm with calls that refer to contacts, shops and organizations by what several of them may share."""
    type_ = (await acme.ledger.profile_types.define(acme.actor, SHOP)).type
    await acme.ledger.types.define(acme.actor, CALL)
    return type_


async def ring(firm: Firm, key: str, **fields: Any) -> Interaction:
    """Put a call."""
    return (
        await firm.ledger.instances.put(firm.actor, Instance(type="Ring", fields={"Key": key, **fields}))
    ).interaction


async def stored(firm: Firm, key: str) -> Interaction:
    """Return a call as it is stored."""
    (item,) = await firm.ledger.instances.find_any(firm.actor, key)
    return item


async def put(firm: Firm, type_: ProfileType, key: str | None = None, **fields: Any) -> Profile:
    """Put a profile."""
    return (await firm.ledger.profiles.put(firm.actor, type_, ProfileDraft(key=key, fields=fields))).profile


async def test_the_only_one_with_the_values_takes_part(acme: Firm, shop: ProfileType) -> None:
    """Contacts by what stands beside them and by their names, one's own profiles, and organizations (spec 6.6)."""
    zoe = await put(acme, CONTACT, "C-1", Phone="+49 1", FirstName="Zoe")
    bonn = await put(acme, shop, Code="S1", City="Bonn")
    kiel = await put(acme, shop, Code="S2", City="Kiel")
    firm = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="Acorn"))

    item = await ring(
        acme, "a", Phone="+49 1", First="Eve", Last="Moll", City="Bonn", Cities=["Kiel", "Bonn", "Ulm"], Code="S2",
        Firm="Acorn",
    )  # fmt: skip

    assert item.content.participants == (Participant(zoe.number, "Caller"), Participant(acme.eve.id, "Named"))
    assert item.content.profiles == (
        ProfilePart("Shop", shop.id, bonn.number), ProfilePart("Shops", shop.id, kiel.number),
        ProfilePart("Shops", shop.id, bonn.number), ProfilePart("Shops", shop.id, None),
        ProfilePart("Exact", shop.id, None), ProfilePart("Firm", ORGANIZATION.id, firm.id),
    )  # fmt: skip
    for party in ((Party.PERSON, zoe.number), (Party.PERSON, acme.eve.id), (Party.PROFILE, bonn.number),
                  (Party.ORGANIZATION, firm.id)):  # fmt: skip
        assert await numbers_of(acme, party, types=[item.type_id]) == [item.number]
    assert (await ring(acme, "a", Phone="+49 1")) == item
    exact = await ring(acme, "b", City="Kiel", Code="S2")
    assert exact.content.profiles[1] == ProfilePart("Exact", shop.id, kiel.number)
    assert await acme.ledger.check.problems() == []


async def test_several_are_counted(acme: Firm, shop: ProfileType) -> None:
    """Several with the same values leave the slot unresolved and say how many they are, until one is left."""
    first, second, third = [await put(acme, shop, Code=f"S{n}", City="Bonn") for n in range(3)]
    await ring(acme, "a", City="Bonn")
    assert (await stored(acme, "a")).content.profiles == (ProfilePart("Shop", shop.id, None, None, 3),)

    await put(acme, shop, Code="S1", City="Kiel")
    assert (await stored(acme, "a")).content.profiles == (ProfilePart("Shop", shop.id, None, None, 2),)
    await put(acme, shop, Code="S2", City=None)

    item = await stored(acme, "a")
    assert item.content.profiles == (ProfilePart("Shop", shop.id, first.number),)
    assert await numbers_of(acme, (Party.PROFILE, first.number), types=[item.type_id]) == [item.number]
    await put(acme, shop, Code="S9", City="Bonn")
    assert (await stored(acme, "a")).content.profiles[0].candidates == 2
    assert await numbers_of(acme, (Party.PROFILE, first.number), types=[item.type_id]) == []
    assert {second.number, third.number} != {first.number}
    assert await acme.ledger.check.problems() == []


async def test_who_comes_later_is_bound(acme: Firm, shop: ProfileType) -> None:
    """Interactions that came before anybody had the values name whoever has them once, whichever protocol told so."""
    await ring(acme, "phone", Phone="1")
    await ring(acme, "name", First="Ida", Last="Berg")
    await ring(acme, "firm", Firm="Oak")
    assert [part.number for part in (await stored(acme, "phone")).content.profiles] == [None]

    caller = await put(acme, CONTACT, "C-2", FirstName="Uwe", Phone="1")
    ida = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Ida", last_name="Berg"))
    firm = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="Oak"))

    assert (await stored(acme, "phone")).content.participants == (Participant(caller.number, "Caller"),)
    assert (await stored(acme, "name")).content.participants == (Participant(ida.id, "Named"),)
    assert (await stored(acme, "firm")).content.profiles == (ProfilePart("Firm", ORGANIZATION.id, firm.id),)

    await acme.ledger.persons.update(acme.actor, ida.id, last_name="Tal")
    await acme.ledger.organizations.update(acme.actor, firm.id, name="Fir")
    assert (await stored(acme, "name")).content.participants == ()
    assert (await stored(acme, "firm")).content.profiles == (ProfilePart("Firm", ORGANIZATION.id, None),)
    await acme.ledger.persons.update(acme.actor, acme.ola.id, first_name="Ida", last_name="Berg")
    assert (await stored(acme, "name")).content.participants == (Participant(acme.ola.id, "Named"),)
    await acme.ledger.persons.delete(acme.actor, acme.ola.id)
    assert (await stored(acme, "name")).content.participants == ()
    await acme.ledger.bulk.create_persons(acme.actor, [PersonDraft(first_name="Ida", last_name="Berg")])
    assert len((await stored(acme, "name")).content.participants) == 1
    assert await acme.ledger.check.problems() == []


async def test_a_contact_of_both_halves(acme: Firm, shop: ProfileType) -> None:
    """Values of which one is the person's and one stands beside it are followed through changes of either."""
    both = ParticipantSlot("Caller", references=(("Phone", "Phone"), ("Last", "LastName")))
    await acme.ledger.types.define(acme.actor, replace(CALL, slots=(both, *CALL.slots[1:])))
    zoe = await put(acme, CONTACT, "C-1", LastName="Berg", Phone="1")
    await ring(acme, "a", Phone="2", Last="Tal")

    await put(acme, CONTACT, "C-1", Phone="2")
    assert (await stored(acme, "a")).content.participants == ()
    await acme.ledger.persons.update(acme.actor, zoe.number, last_name="Tal")
    assert (await stored(acme, "a")).content.participants == (Participant(zoe.number, "Caller"),)
    changes = [put(acme, CONTACT, "C-1", Phone="3"), acme.ledger.persons.update(acme.actor, zoe.number, last_name="B")]
    await asyncio.gather(*changes, return_exceptions=True)
    assert (await stored(acme, "a")).content.participants == ()
    assert await acme.ledger.check.problems() == []


async def test_what_is_stored_before_a_slot_refers_to_it(acme: Firm) -> None:
    """A type that begins to refer to values finds the profiles that are there, and looks its interactions through."""
    shop = (await acme.ledger.profile_types.define(acme.actor, SHOP)).type
    await acme.ledger.types.define(acme.actor, replace(CALL, slots=()))
    bonn = await put(acme, shop, Code="S1", City="Bonn")
    zoe = await put(acme, CONTACT, "C-1", Phone="1")
    await ring(acme, "a", City="Bonn", Phone="1", Last="Moll", First="Eve")
    database, tenant = acme.ledger.store.database, acme.tenant.id
    assert (await database.fetch(_VALUES, tenant=tenant))[0][0] == 0

    await acme.ledger.types.define(acme.actor, CALL)

    item = await stored(acme, "a")
    assert {part.person for part in item.content.participants} == {zoe.number, acme.eve.id}
    assert [part.number for part in item.content.profiles] == [bonn.number]
    assert await acme.ledger.check.problems() == []
    await acme.ledger.types.define(acme.actor, replace(CALL, slots=()))
    assert (await database.fetch(_VALUES, tenant=tenant))[0][0] == 0
    assert (await stored(acme, "a")).content.watched == ()


async def test_what_is_being_loaded_when_a_slot_begins_to_refer_to_it(acme: Firm) -> None:
    """Requests that began before the definition, and last, leave nobody out."""
    shop = (await acme.ledger.profile_types.define(acme.actor, SHOP)).type
    await acme.ledger.types.define(acme.actor, replace(CALL, slots=()))
    tenant = await acme.ledger.tenants.get(acme.tenant.id)
    loader = replace(acme.actor, tenant=replace(tenant))  # as another request has it, that began before

    async def load() -> int:
        number, end = 0, asyncio.get_running_loop().time() + 2.5
        while asyncio.get_running_loop().time() < end:
            fields = {"Code": f"S{number}", "City": f"C{number}"}
            await acme.ledger.profiles.put_many(loader, shop, [ProfileDraft(fields=fields)])
            await asyncio.sleep(0.05)  # the index is complete before the load is
            number += 1
        return number

    loading = asyncio.create_task(load())
    await asyncio.sleep(0.1)
    await acme.ledger.types.define(acme.actor, CALL)
    many = await loading

    async with asyncio.timeout(20):
        while await acme.ledger.chores.left(acme.actor):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (await acme.ledger.store.database.fetch(_VALUES, tenant=acme.tenant.id))[0][0] >= many
    for number in (0, many // 2, many - 1):
        item = await ring(acme, f"r{number}", City=f"C{number}")
        assert [part.number is not None for part in item.content.profiles] == [True]
    assert await acme.ledger.check.problems() == []


async def test_values_become_a_key_and_back(acme: Firm, shop: ProfileType) -> None:
    """When a profile type's strong ids change, interactions are looked through that refer to these fields."""
    await ring(acme, "a", City="Bonn")
    keyed = replace(SHOP, strong_ids=(*SHOP.strong_ids, StrongId("City", ("City",))))
    await acme.ledger.profile_types.define(acme.actor, keyed)
    assert (await stored(acme, "a")).content.profiles[0].key is not None
    type_ = acme.actor.tenant.profile_types_by_id[shop.id]
    bonn = await put(acme, type_, Code="S1", City="Bonn")
    assert (await stored(acme, "a")).content.profiles == (ProfilePart("Shop", shop.id, bonn.number),)

    await acme.ledger.profile_types.define(acme.actor, SHOP)

    assert (await stored(acme, "a")).content.watched != ()
    await put(acme, acme.actor.tenant.profile_types_by_id[shop.id], Code="S2", City="Bonn")
    assert (await stored(acme, "a")).content.profiles == (ProfilePart("Shop", shop.id, None, None, 2),)
    assert await acme.ledger.check.problems() == []


async def test_both_sides_at_the_same_moment(acme: Firm, shop: ProfileType) -> None:
    """Profiles and the interactions that refer to their values find each other, whichever is stored first."""
    rings = [ring(acme, f"v{n}", City=f"C{n}") for n in range(10)]
    shops = [put(acme, shop, Code=f"{n}-{m}", City=f"C{n}") for n in range(10) for m in range(1 + n % 2)]
    await asyncio.gather(*rings, *shops)

    for n in range(10):
        (part,) = (await stored(acme, f"v{n}")).content.profiles
        assert (part.number is None, part.candidates) == ((False, 0) if n % 2 == 0 else (True, 2))
    assert await acme.ledger.check.problems() == []


async def test_many_profiles_bind_by_one_look(acme: Firm, shop: ProfileType) -> None:
    """Thousands that arrive together are looked for together."""
    for n in range(3):
        await ring(acme, f"v{n}", City=f"C{n}")
    looks = []
    referring = acme.ledger.persons.values.referring
    assert referring is not None

    async def look(actor: Actor, keys: set[str]) -> None:
        looks.append(len(keys))
        await referring(actor, keys)

    acme.ledger.persons.values.referring = look
    try:
        drafts = [ProfileDraft(fields={"Code": f"S{n}", "City": f"C{n}"}) for n in range(300)]
        await acme.ledger.profiles.put_many(acme.actor, shop, drafts)
    finally:
        acme.ledger.persons.values.referring = referring
    assert looks == [600]  # by the city, and by code and city
    assert [(await stored(acme, f"v{n}")).content.profiles[0].number is not None for n in range(3)] == [True] * 3


async def test_amendments_and_repetitions(acme: Firm, shop: ProfileType) -> None:
    """The same again changes nothing though participants were bound meanwhile; other values are watched instead."""
    await ring(acme, "a", City="Bonn")
    await put(acme, shop, Code="1", City="Bonn")
    again = Instance(type="Ring", fields={"Key": "a", "City": "Bonn"})
    assert (await acme.ledger.instances.put(acme.actor, again)).outcome is Outcome.SAME
    merged = Instance(type="Ring", identity="a", fields={"City": "Kiel"})
    moved = (await acme.ledger.instances.put(acme.actor, merged, Put.MERGE)).interaction
    assert moved.content.profiles == (ProfilePart("Shop", shop.id, None),)
    await put(acme, shop, Code="1", City="Ulm")
    assert (await stored(acme, "a")) == moved
    kiel = await put(acme, shop, Code="2", City="Kiel")
    assert (await stored(acme, "a")).content.profiles == (ProfilePart("Shop", shop.id, kiel.number),)


async def test_keys_alone_cost_nothing(acme: Firm) -> None:
    """Where all slots refer to keys, no profile and no person has a row by its values."""
    shop = (await acme.ledger.profile_types.define(acme.actor, SHOP)).type
    slots = (ParticipantSlot("Shop", party="Shop", references=(("Code", "Code"),)),)
    await acme.ledger.types.define(acme.actor, replace(CALL, slots=slots))
    await put(acme, shop, Code="S1", City="Bonn")
    await put(acme, CONTACT, "C-1", Phone="1")
    item = await ring(acme, "a", Code="S1")
    assert item.content.watched == ()
    assert (await acme.ledger.store.database.fetch(_VALUES, tenant=acme.tenant.id))[0][0] == 0
