"""Participants by reference: found, made or waited for."""

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
from interlog.model.types import Category, FieldDefinition, InteractionType, ParticipantSlot
from interlog.store.schema import unbound
from interlog.store.statements import Query, parameter
from tests.ledger.conftest import Firm, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUSE = ProfileType(
    id=0, name="Household", fields=(FieldDefinition("Street"), FieldDefinition("Number"), FieldDefinition("City")),
    strong_ids=(StrongId("Door", ("Street", "Number")),),
)  # fmt: skip
VISIT = InteractionType(
    id=0,
    name="Visit",
    category=Category.MEETING,
    is_activity=True,
    open=True,
    fields=tuple(
        FieldDefinition(name, many=name == "Guests")
        for name in ("Key", "Visitor", "Mail", "Guests", "Street", "Number", "City", "Firm", "Colour")
    ),
    identity=("Key",),
    slots=(
        ParticipantSlot("Visitor", references=(("Visitor", "ContactId"),), primary=True),
        ParticipantSlot("Writer", references=(("Mail", "Email"),)),
        ParticipantSlot("Guests", references=(("Guests", "ProfileId"),)),
        ParticipantSlot("Home", party="household", references=(("Number", "Number"), ("Street", "Street"))),
        ParticipantSlot("Town", party="Household", references=(("City", "City"),)),
        ParticipantSlot("Firm", party="Organization", references=(("Firm", "Domain"),)),
    ),
)
_WAITING = Query(select(func.count()).select_from(unbound).where(unbound.c.tenant_id == parameter("tenant")))


@pytest_asyncio.fixture(loop_scope="module")
async def house(acme: Firm) -> ProfileType:
    """A firm with visits that refer to contacts, households and organizations."""
    type_ = (await acme.ledger.profile_types.define(acme.actor, HOUSE)).type
    await acme.ledger.types.define(acme.actor, VISIT)
    return type_


async def visit(firm: Firm, key: str, **fields: Any) -> Interaction:
    """Put a visit."""
    item = Instance(type="Visit", fields={"Key": key, **fields})
    return (await firm.ledger.instances.put(firm.actor, item)).interaction


async def put(firm: Firm, type_: ProfileType, key: str | None = None, **fields: Any) -> Profile:
    """Put a profile."""
    return (await firm.ledger.profiles.put(firm.actor, type_, ProfileDraft(key=key, fields=fields))).profile


async def waiting(firm: Firm) -> int:
    """Return how much is waited for."""
    ((count,),) = await firm.ledger.store.database.fetch(_WAITING, tenant=firm.tenant.id)
    return int(count)


async def test_what_is_there_is_found(acme: Firm, house: ProfileType) -> None:
    """Contacts by id and address, one's own profiles by a strong id, organizations by their domain."""
    home = await put(acme, house, Street="Elm", Number="9")
    firm = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="X", domains=("x.example",)))

    item = await visit(
        acme, "a", Visitor=str(acme.eve.id), Mail="OLA@other.example", Guests=[str(acme.ben.id), str(acme.mia.id)],
        Street="Elm", Number="9", Firm="X.example",
    )  # fmt: skip

    assert item.content.participants == (
        Participant(acme.eve.id, "Visitor"), Participant(acme.ola.id, "Writer", "OLA@other.example"),
        Participant(acme.ben.id, "Guests"), Participant(acme.mia.id, "Guests"),
    )  # fmt: skip
    assert item.content.profiles == (
        ProfilePart("Home", house.id, home.number), ProfilePart("Firm", ORGANIZATION.id, firm.id),
    )  # fmt: skip
    parties = [(Party.PERSON, acme.eve.id), (Party.PERSON, acme.ola.id), (Party.PERSON, acme.ben.id),
               (Party.PROFILE, home.number), (Party.ORGANIZATION, firm.id)]  # fmt: skip
    for party in parties:
        assert await numbers_of(acme, party, types=[item.type_id]) == [item.number]
    assert await visit(acme, "a", Visitor=str(acme.eve.id)) == item
    assert await waiting(acme) == 0
    assert await acme.ledger.check.problems() == []


async def test_unknown_contacts_are_made(acme: Firm, house: ProfileType) -> None:
    """An id or an address that nobody has makes a person, once, who is that contact when it comes (spec 6.6)."""
    items = [
        Instance(type="Visit", fields={"Key": key, "Visitor": "C-9", "Guests": ["77", "77"], "Mail": "new@x.example"})
        for key in "ab"
    ]
    await acme.ledger.instances.put_many(acme.actor, items)
    stub = await acme.ledger.profiles.find(acme.actor, CONTACT, "C-9")
    assert stub.fields["DisplayName"] == "C-9"
    third = await visit(acme, "c", Visitor="C-9")

    contact = await put(acme, CONTACT, ContactId="C-9", FirstName="Ida", Email="ida@x.example")

    assert contact.number == stub.number
    assert len(await numbers_of(acme, (Party.PERSON, contact.number), types=[third.type_id])) == 3
    persons, _ = await acme.ledger.persons.page(acme.actor, limit=99)
    assert sorted(person.first_name for person in persons) == ["77", "Ben", "Eve", "Ida", "Mia", "Ola", "new"]
    assert await acme.ledger.check.problems() == []


async def test_contacts_that_are_not_made_are_waited_for(acme: Firm, house: ProfileType) -> None:
    """Where the tenant wants no persons created, an interaction shows up under its contact once that comes."""
    shy = acme.with_settings(create_unknown_persons=False)
    first = await visit(shy, "a", Visitor="C-1", Mail="zoe@x.example")
    assert [part.person for part in first.content.participants] == [None]
    assert [(part.slot, part.type_id, part.number) for part in first.content.profiles] == [
        ("Visitor", CONTACT.id, None)
    ]
    assert await waiting(acme) == 2

    zoe = await put(shy, CONTACT, "C-1", Email="zoe@x.example")

    item = (await acme.ledger.instances.find_any(acme.actor, "a"))[0]
    assert {(part.person, part.role) for part in item.content.participants} == {
        (zoe.number, "Visitor"), (zoe.number, "Writer"),
    }  # fmt: skip
    assert (item.content.profiles, await waiting(acme)) == ((), 0)
    assert await numbers_of(acme, (Party.PERSON, zoe.number), types=[item.type_id]) == [item.number]
    assert await acme.ledger.check.problems() == []


async def test_profiles_are_waited_for(acme: Firm, house: ProfileType) -> None:
    """Interactions that came before a profile show up under it, also those of a note; by a later strong id as well."""
    items = [await visit(acme, key, Street="Oak", Number="1") for key in "abc"]
    noted = Instance(type="Visit", fields={"Key": "d", "Street": "Oak", "Number": "1"}, body="text", title="t")
    items.append((await acme.ledger.instances.put(acme.actor, noted)).interaction)
    assert await waiting(acme) == 4

    home = await put(acme, house, "H-1", Street="Oak")
    assert await numbers_of(acme, (Party.PROFILE, home.number), types=[items[0].type_id]) == []
    home = await put(acme, house, "H-1", Number="1")

    found = await numbers_of(acme, (Party.PROFILE, home.number), types=[items[0].type_id])
    assert sorted(found) == [item.number for item in items]
    assert await waiting(acme) == 0
    (item,) = await acme.ledger.instances.find_any(acme.actor, "d")
    assert item.content.profiles == (ProfilePart("Home", house.id, home.number),)
    assert item.content.body == "text"
    assert await acme.ledger.check.problems() == []


async def test_an_amendment_moves_who_takes_part(acme: Firm, house: ProfileType) -> None:
    """Another reference takes the old one's place, in lists and in what is waited for."""
    first = await visit(acme, "a", Visitor=str(acme.eve.id), Street="Elm", Number="1")
    second = await visit(acme, "a", Visitor=str(acme.ola.id), Street="Fir")

    assert [part.person for part in second.content.participants] == [acme.ola.id]
    assert await numbers_of(acme, (Party.PERSON, acme.eve.id), types=[first.type_id]) == []
    await put(acme, house, Street="Elm", Number="1")
    new = await put(acme, house, Street="Fir", Number="1")
    assert await numbers_of(acme, (Party.PROFILE, new.number), types=[first.type_id]) == [first.number]
    gone = await visit(acme, "a", Visitor=None, Street=None)
    assert (gone.content.participants, gone.content.profiles) == ((), ())
    assert await acme.ledger.check.problems() == []


async def test_what_cannot_be_found(acme: Firm, house: ProfileType) -> None:
    """A reference that makes no key names its slot unresolved; a domain of several organizations says how many."""
    for name in "AB":
        await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name=name, domains=("two.example",)))

    item = await visit(acme, "a", City="Bonn", Firm="two.example", Guests=[], Mail="nobody", Visitor=None)

    assert item.content.profiles == (
        ProfilePart("Town", house.id, None), ProfilePart("Firm", ORGANIZATION.id, None, None, 2),
    )  # fmt: skip
    assert item.content.participants == (Participant(None, "Writer", "nobody"),)


async def test_other_fields_that_are_written(acme: Firm, house: ProfileType) -> None:
    """A change of another field leaves who takes part as it is."""
    first = await visit(acme, "a", Visitor=str(acme.eve.id))
    second = await visit(acme, "a", Colour="red")

    assert second.content.participants == first.content.participants
    merged = Instance(type="Visit", identity="a", fields={"Colour": "blue"})
    third = (await acme.ledger.instances.put(acme.actor, merged, Put.MERGE)).interaction
    assert third.content.participants == first.content.participants


async def test_both_sides_at_the_same_moment(acme: Firm, house: ProfileType) -> None:
    """Profiles and the interactions that refer to them find each other, whichever is stored first."""
    visits = [visit(acme, f"v{n}", Street="S", Number=str(n)) for n in range(20)]
    homes = [put(acme, house, Street="S", Number=str(n)) for n in range(20)]
    await asyncio.gather(*(one for pair in zip(visits, homes, strict=True) for one in pair))

    for n in range(20):
        home = await acme.ledger.profiles.find_by(acme.actor, house, {"Street": "S", "Number": str(n)})
        (item,) = await acme.ledger.instances.find_any(acme.actor, f"v{n}")
        assert [part.number for part in item.content.profiles] == [home.number]
    assert await waiting(acme) == 0
    assert await acme.ledger.check.problems() == []


async def test_persons_are_told_apart_from_chosen_ids(acme: Firm, house: ProfileType) -> None:
    """A number that somebody chose as a contact's id is not given to another contact."""
    eve = await acme.ledger.persons.get(acme.actor, acme.eve.id)
    chosen = str(acme.ola.id + 1)
    stub = await visit(acme, "a", Visitor=chosen)
    other = await put(acme, CONTACT, Email="other@x.example")

    assert other.key != chosen
    (part,) = stub.content.participants
    assert (await acme.ledger.profiles.find(acme.actor, CONTACT, chosen)).number == part.person
    assert eve == await acme.ledger.persons.get(acme.actor, acme.eve.id)
    person = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="New"))
    assert (await visit(acme, "b", Visitor=str(person.id))).content.participants[0].person == person.id


async def test_changed_references_are_followed(acme: Firm, house: ProfileType) -> None:
    """When a type's slots refer to other fields, stored interactions are looked through again (spec 7.1)."""
    home = await put(acme, house, Street="Elm", Number="1")
    for key in "abc":
        fields = {"Visitor": str(acme.eve.id), "Colour": str(acme.ola.id), "Street": "Elm", "Number": "1"}
        item = Instance(type="Visit", fields={"Key": key, **fields}, body="text", title="t")
        await acme.ledger.instances.put(acme.actor, item)
    by_colour = ParticipantSlot("Visitor", references=(("Colour", "ContactId"),))

    type_ = (await acme.ledger.types.define(acme.actor, replace(VISIT, slots=(by_colour, *VISIT.slots[1:3])))).type

    (found,) = await acme.ledger.instances.find_any(acme.actor, "b")
    assert found.content.participants == (Participant(acme.ola.id, "Visitor"),)
    assert found.content.profiles == ()
    for party, many in (
        ((Party.PERSON, acme.ola.id), 3),
        ((Party.PERSON, acme.eve.id), 0),
        ((Party.PROFILE, home.number), 0),
    ):
        assert len(await numbers_of(acme, party, types=[type_.id])) == many
    await acme.ledger.types.define(acme.actor, VISIT)
    assert len(await numbers_of(acme, (Party.PROFILE, home.number), types=[type_.id])) == 3
    again = Instance(type="Visit", fields=found.content.fields)
    assert (await acme.ledger.instances.put(acme.actor, again)).outcome is Outcome.SAME
    assert await acme.ledger.check.problems() == []
