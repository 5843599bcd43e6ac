"""Contacts: with households, links and places on lists, and as the persons that they are."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger.canvassing.contacts import Amendment
from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.contacts import DEFAULTS
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.households import address_id, household_key, link_id
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.statuses import status_id
from interlog.model.errors import Invalid, NotFound
from interlog.model.ids import uuid7
from interlog.model.instances import Put
from interlog.model.parties import PersonKind
from interlog.model.profiles import CONTACT, ProfileDraft
from interlog.model.tenancy import UserRole
from tests.ledger.conftest import Firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREET = {"formatted": "100 Boylston Street", "number": "100", "route": "Boylston Street"}
ADDRESS = {
    "country": "United States of America",
    "position": {"type": "Point", "coordinates": [-71.06, 42.35]},
    "streetAddress": STREET,
    "city": "Boston",
    "postalCode": "02116",
}


def contact(first: str, *emails: str, address: dict[str, Any] | None = ADDRESS, **more: Any) -> ResourceDraft:
    """Return a contact to be created; ``more`` is data, but for ``id``."""
    profile: dict[str, Any] = {"name": {"first": first, "last": "Snow"}}
    if address is not None:
        profile["address"] = address
    if emails:
        details = [{"email": email, "active": True, "primary": index == 0} for index, email in enumerate(emails)]
        profile |= {"emails": details, "email": emails[0]}
    id_ = more.pop("id", None)
    return ResourceDraft(kind="contacts", id=id_, data=DEFAULTS | {"profile": profile} | more)


async def a_list(acme: Firm, **more: Any) -> Resource:
    """Create a list of contacts."""
    await acme.ledger.founding.ensure(acme.actor)
    draft = ResourceDraft(kind="lists", data={"name": "Ward 4", "organizationId": uuid7()}, **more)
    return (await acme.ledger.resources.create(acme.actor, draft)).resource


async def counts(acme: Firm, list_: Resource) -> int:
    """Return how many contacts are on a list."""
    found = await acme.ledger.resources.counts(acme.actor, "contact-household-lists", [list_.id])
    return found.get(list_.id, 0)


def renamed(first: str) -> Any:
    """Return a change of the first name."""

    def change(read: Resource) -> Resource:
        profile = read.data["profile"]
        name = profile.get("name", {}) | {"first": first}
        return replace(read, data=read.data | {"profile": profile | {"name": name}})

    return change


def moved(**address: Any) -> Any:
    """Return a change of the address."""

    def change(read: Resource) -> Resource:
        profile = read.data["profile"] | {"address": ADDRESS | address}
        return replace(read, data=read.data | {"profile": profile})

    return change


async def test_a_contact_has_a_household_a_link_and_a_place_on_its_list(acme: Firm) -> None:
    """Two contacts at one address are of one household; each is linked to it and on the list."""
    ledger, list_ = acme.ledger, await a_list(acme)
    first, second = [
        made.resource
        for made in await ledger.contacts.create_many(
            acme.actor, [contact("John", listId=list_.id), contact("Arya", listId=list_.id)]
        )
        if isinstance(made, Made)
    ]
    household_id = first.data["primaryHouseholdId"]
    household = await ledger.resources.get(acme.actor, "households", household_id)
    links = await ledger.resources.owned(acme.actor, "contact-households", first.id)

    assert household_id == second.data["primaryHouseholdId"]
    assert household.data["address"]["data"]["country"] == "USA"
    assert [{"contactId": first.id, "householdId": household_id}] == [item.data for item in links]
    assert [link_id(acme.tenant, first.id, household_id)] == [item.id for item in links]
    assert await counts(acme, list_) == 2


async def test_a_contact_is_a_person(acme: Firm) -> None:
    """A contact with an unknown address is a new outside person; one of a stranger's address is that stranger."""
    ledger = acme.ledger
    new = (await ledger.contacts.create(acme.actor, contact("John", "john@snow.example"))).resource
    eve = (await ledger.contacts.create(acme.actor, contact("Eva", "eve@client.example"))).resource
    person = await ledger.persons.get(acme.actor, new.person or 0)

    assert (person.first_name, person.last_name, person.emails) == ("John", "Snow", ("john@snow.example",))
    assert PersonKind.EXTERNAL is person.kind
    assert acme.eve.id == eve.person
    assert (await ledger.persons.get(acme.actor, acme.eve.id)).first_name == "Eva"


async def test_an_address_that_is_taken_stays_the_contacts_own(acme: Firm) -> None:
    """A couple shares an address: both contacts show it, one person has it. Who can sign in is never a contact's."""
    ledger = acme.ledger
    drafts = [
        contact("John", "snow@x.example"),
        contact("Ygritte", "snow@x.example"),
        contact("Mia", "mia@own.example"),
    ]
    john, ygritte, mia = [
        made.resource for made in await ledger.contacts.create_many(acme.actor, drafts) if isinstance(made, Made)
    ]
    persons = await ledger.persons.get_many(acme.actor, [john.person or 0, ygritte.person or 0, mia.person or 0])

    assert ygritte.data["profile"]["email"] == "snow@x.example"
    assert persons[john.person or 0].emails == ("snow@x.example",)
    assert persons[ygritte.person or 0].emails == ()
    assert acme.mia.id != mia.person and persons[mia.person or 0].emails == ()


async def test_name_and_addresses_change_on_both_sides(acme: Firm) -> None:
    """Whichever side is changed, the other says the same, in the same unit; each is a new version."""
    ledger = acme.ledger
    made = (await ledger.contacts.create(acme.actor, contact("John", "a@x.example", "b@x.example"))).resource
    person_id = made.person or 0
    await ledger.contacts.amend(acme.actor, made.id, renamed("Aegon"))
    assert (await ledger.persons.get(acme.actor, person_id)).first_name == "Aegon"

    await ledger.persons.update(acme.actor, person_id, last_name="Targaryen", emails=("b@x.example", "c@x.example"))
    read = await ledger.resources.get(acme.actor, "contacts", made.id)
    profile = read.data["profile"]
    assert profile["name"] == {"first": "Aegon", "last": "Targaryen"}
    assert [item["email"] for item in profile["emails"]] == ["b@x.example", "c@x.example"]
    assert profile["email"] == "b@x.example"
    assert read.version == 3

    def without_c(read: Resource) -> Resource:
        kept = [item for item in read.data["profile"]["emails"] if item["email"] != "c@x.example"]
        return replace(read, data=read.data | {"profile": read.data["profile"] | {"emails": kept}})

    await ledger.contacts.amend(acme.actor, made.id, without_c)
    assert (await ledger.persons.get(acme.actor, person_id)).emails == ("b@x.example",)


async def test_a_deleted_contact_leaves_its_person_and_comes_back_to_it(acme: Firm) -> None:
    """Deleting takes a contact off lists and out of households; restoring puts it back, as the same person."""
    ledger, list_ = acme.ledger, await a_list(acme)
    made = (await ledger.contacts.create(acme.actor, contact("John", listId=list_.id))).resource
    await ledger.contacts.delete(acme.actor, made.id)
    assert await counts(acme, list_) == 0
    assert await ledger.resources.owned(acme.actor, "contact-households", made.id) == []
    assert (await ledger.persons.get(acme.actor, made.person or 0)).first_name == "John"

    back = await ledger.contacts.restore(acme.actor, made.id)
    assert (made.person, made.natural, made.data) == (back.person, back.natural, back.data)
    assert await counts(acme, list_) == 1
    assert len(await ledger.resources.owned(acme.actor, "contact-households", made.id)) == 1


async def test_the_contact_of_a_deleted_person_is_deleted(acme: Firm) -> None:
    """A person who is deleted through another protocol is no contact any more, until the deletion is undone."""
    ledger, list_ = acme.ledger, await a_list(acme)
    made = (await ledger.contacts.create(acme.actor, contact("John", listId=list_.id))).resource
    await ledger.persons.delete(acme.actor, made.person or 0)
    with pytest.raises(NotFound):
        await ledger.resources.get(acme.actor, "contacts", made.id)
    assert await counts(acme, list_) == 0

    await ledger.restoring.restore_person(acme.actor, made.person or 0)
    back = await ledger.resources.get(acme.actor, "contacts", made.id)
    assert (back.person, back.data) == (made.person, made.data)
    assert await counts(acme, list_) == 1
    assert await ledger.check.problems() == []


async def test_who_moves_is_of_another_household(acme: Firm) -> None:
    """Another address is another household; the place on the list moves along. A respelled one is the same."""
    ledger, list_ = acme.ledger, await a_list(acme)
    made = (await ledger.contacts.create(acme.actor, contact("John", listId=list_.id))).resource
    same = await ledger.contacts.amend(
        acme.actor, made.id, moved(streetAddress=STREET | {"route": "boylston  street."}, country="USA")
    )
    other = await ledger.contacts.amend(acme.actor, made.id, moved(streetAddress=STREET | {"unit": "4b"}))
    links = await ledger.resources.owned(acme.actor, "contact-households", made.id)
    household = await ledger.resources.get(acme.actor, "households", other.data["primaryHouseholdId"])

    assert made.data["primaryHouseholdId"] == same.data["primaryHouseholdId"] != household.id
    assert household.data["unitNum"] == "4b"
    assert [household.id] == [item.data["householdId"] for item in links]
    assert await counts(acme, list_) == 1


async def test_who_names_a_household_has_its_address(acme: Firm) -> None:
    """A contact of version 2 names its household, and is one with the same name there."""
    ledger = acme.ledger
    home: dict[str, Any] = {"unitNum": "7", "address": {"data": {"number": "1", "streetName": "Elm", "country": "USA"}}}
    home["addressId"] = address_id(acme.tenant, home)
    draft = ResourceDraft(kind="households", data=home, natural=household_key(home))
    household = (await ledger.resources.create(acme.actor, draft)).resource
    drafts = [contact("John", address=None, primaryHouseholdId=household.id) for _ in range(2)]
    first, second = await ledger.contacts.create_many(acme.actor, drafts, alone=True)
    again = await ledger.contacts.create(acme.actor, drafts[0], alone=True)
    others = await ledger.contacts.create_many(acme.actor, drafts)

    assert isinstance(first, Made) and isinstance(second, Made)
    assert not first.repeated and second.repeated and again.repeated
    assert first.resource.id == second.resource.id == again.resource.id
    assert first.resource.data["profile"]["address"] == {
        "country": "United States of America",
        "streetAddress": {"formatted": "1 Elm", "number": "1", "route": "Elm", "unit": "7"},
        "formatted": "1 Elm, USA",
    }
    assert not any(isinstance(other, Made) and other.repeated for other in others)


async def test_each_of_many_succeeds_or_fails_for_itself(acme: Firm) -> None:
    """What a refused contact would have made is not made; another one at the same address makes it."""
    ledger, list_ = acme.ledger, await a_list(acme)
    fitting = {"statusId": status_id(acme.tenant, "Refused"), "state": "contacted-unavailable-other"}
    drafts = [
        contact("A", listId=uuid7(), statusId=uuid7()),
        contact("B", listId=list_.id),
        contact("C", listId=list_.id, statusId=fitting["statusId"], state="come-back"),
        contact("D", listId=list_.id, statusId=fitting["statusId"]),
    ]
    first, second, third, fourth = await ledger.contacts.create_many(acme.actor, drafts)
    assert isinstance(first, Invalid) and isinstance(third, Invalid)
    assert [problem.path for problem in first.problems] == ["/data/listId", "/data/statusId"]
    assert [problem.path for problem in third.problems] == ["/data/statusId"]
    assert isinstance(second, Made) and isinstance(fourth, Made)
    assert fitting["state"] == fourth.resource.data["state"]
    household = second.resource.data["primaryHouseholdId"]
    assert (await ledger.resources.get(acme.actor, "households", household)).data["unitNum"] == ""


async def test_an_id_may_be_chosen_and_sent_again(acme: Firm) -> None:
    """The same again is a repetition, also within the same request; another content is refused."""
    ledger, id_ = acme.ledger, uuid7()
    drafts = [contact("John", id=id_), contact("John", id=id_), contact("Arya", id=id_)]
    first, second, third = await ledger.contacts.create_many(acme.actor, drafts)
    assert isinstance(first, Made) and isinstance(second, Made)
    assert (first.repeated, second.repeated) == (False, True)
    assert isinstance(third, Taken)
    await ledger.contacts.amend(
        acme.actor, id_, lambda read: replace(read, data=read.data | {"contacted": True, "fields": {"x": 1}})
    )
    assert (await ledger.contacts.create(acme.actor, contact("John", id=id_))).repeated
    await ledger.contacts.delete(acme.actor, id_)
    with pytest.raises(Taken):
        await ledger.contacts.create(acme.actor, contact("John", id=id_))


async def test_a_placeholder_is_filled_in(acme: Firm) -> None:
    """A contact that was only referred to becomes the one that is created under its id."""
    ledger, id_ = acme.ledger, uuid7()
    empty = {"profile": {"name": {"first": "", "last": ""}}, "fields": {}, "answers": {}, "contacted": False}
    draft = ResourceDraft(kind="contacts", id=id_, data=empty, placeholder=True)
    await ledger.resources.create(acme.actor, draft)
    made = await ledger.contacts.create(acme.actor, contact("John", "john@snow.example", id=id_))
    assert not made.repeated and not made.resource.placeholder
    assert (await ledger.persons.get(acme.actor, made.resource.person or 0)).first_name == "John"
    assert made.resource == await ledger.resources.get(acme.actor, "contacts", id_)


async def test_of_several_changes_each_counts(acme: Firm) -> None:
    """Changes of the same contact happen one after the other; each is held against the version that it names."""
    ledger = acme.ledger
    made = (await ledger.contacts.create(acme.actor, contact("John"))).resource
    first, second, third, fourth = await ledger.contacts.amend_many(
        acme.actor,
        [
            Amendment(made.id, renamed("A"), 1),
            Amendment(made.id, renamed("B"), 1),
            Amendment(made.id, renamed("C")),
            Amendment(uuid7(), renamed("D")),
        ],
    )
    assert isinstance(first, Made) and isinstance(second, Changed) and isinstance(third, Made)
    assert isinstance(fourth, NotFound)
    assert third.resource.version == 3


async def test_many_at_the_same_moment_share_households_and_persons(acme: Firm) -> None:
    """However many store contacts at one address at once, there is one household, and one person of each address."""
    ledger, list_ = acme.ledger, await a_list(acme)
    made = await asyncio.gather(
        *(ledger.contacts.create(acme.actor, contact(f"N{n}", "s@x.example", listId=list_.id)) for n in range(4))
    )
    assert len({item.resource.data["primaryHouseholdId"] for item in made}) == 1
    assert len({item.resource.person for item in made}) == 4
    assert await counts(acme, list_) == 4


async def test_a_contact_that_is_put_as_a_profile_is_the_same_contact(acme: Firm) -> None:
    """What a data team's protocol says of the person's name and address, canvassers see, and the other way round."""
    ledger = acme.ledger
    made = (await ledger.contacts.create(acme.actor, contact("John", "john@snow.example"))).resource
    draft = ProfileDraft(key=None, fields={"Email": "john@snow.example", "FirstName": "Jon", "LastName": "Snow"})
    await ledger.profiles.put(acme.actor, CONTACT, draft, Put.UPSERT)
    read = await ledger.resources.get(acme.actor, "contacts", made.id)
    assert (read.data["profile"]["name"]["first"], read.version) == ("Jon", 2)
    await ledger.contacts.amend(acme.actor, made.id, renamed("Aegon"))
    profile = await ledger.profiles.find_by(acme.actor, CONTACT, {"Email": "john@snow.example"})
    assert profile.fields["FirstName"] == "Aegon"


async def test_a_contact_does_not_change_who_can_sign_in(acme: Firm) -> None:
    """Once the person is a user, a canvasser's change of the contact leaves name and addresses of the user alone."""
    ledger = acme.ledger
    made = (await ledger.contacts.create(acme.actor, contact("Jon", "jon@own.example"))).resource
    await ledger.tenants.add_user(acme.actor, made.person or 0, UserRole.MEMBER)
    changed = await ledger.contacts.amend(acme.actor, made.id, renamed("Mallory"))
    person = await ledger.persons.get(acme.actor, made.person or 0)
    assert (
        person.kind, person.first_name, changed.data["profile"]["name"]["first"],
    ) == (PersonKind.INTERNAL, "Jon", "Mallory")  # fmt: skip
    await ledger.persons.update(acme.actor, person.id, first_name="John")
    read = await ledger.resources.get(acme.actor, "contacts", made.id)
    assert read.data["profile"]["name"]["first"] == "John"
