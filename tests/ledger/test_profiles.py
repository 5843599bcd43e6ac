"""Profiles: of types that users define, and persons and organizations as such."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from interlog.model.errors import Conflict, Exists, Forbidden, InterlogError, Invalid, NotFound, Refused
from interlog.model.instances import Outcome, Put
from interlog.model.journal import Action, Entity
from interlog.model.parties import OrganizationDraft, Party, Person
from interlog.model.profiles import CONTACT, ORGANIZATION, Profile, ProfileDraft, ProfileType, StrongId
from interlog.model.tenancy import Right
from interlog.model.types import FieldDefinition, FieldKind
from interlog.store.schema import participant, profile_key, unbound
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOUSE = ProfileType(
    id=0,
    name="Household",
    fields=(
        FieldDefinition("Street"), FieldDefinition("Number"), FieldDefinition("Meter"),
        FieldDefinition("Size", FieldKind.INTEGER, required=True),
    ),
    strong_ids=(StrongId("Door", ("Street", "Number")), StrongId("Meter", ("Meter",))),
)  # fmt: skip


@pytest_asyncio.fixture(loop_scope="module")
async def house(acme: Firm) -> ProfileType:
    """A type of profiles with two strong ids, in the firm ``acme``."""
    return (await acme.ledger.profile_types.define(acme.actor, HOUSE)).type


async def put(firm: Firm, type_: ProfileType, mode: Put = Put.UPSERT, key: str | None = None, **fields: Any) -> Profile:
    """Put a profile."""
    return (await firm.ledger.profiles.put(firm.actor, type_, ProfileDraft(key=key, fields=fields), mode)).profile


async def refused(firm: Firm, type_: ProfileType, draft: ProfileDraft, mode: Put = Put.UPSERT) -> InterlogError:
    """Return the error that putting a profile raises; nothing of it is in the journal."""
    before = await journal_of(firm)
    with pytest.raises(InterlogError) as found:
        await firm.ledger.profiles.put(firm.actor, type_, draft, mode)
    assert await journal_of(firm) == before
    return found.value


def codes(error: InterlogError) -> list[tuple[str, str]]:
    """Return path and code of what an error complains of."""
    assert isinstance(error, (Invalid, Refused))
    return [(problem.path, problem.code) for problem in error.problems]


class TestOfAUsersType:
    async def test_is_found_by_every_key(self, acme: Firm, house: ProfileType) -> None:
        """A profile is found by its ProfileId and by each complete strong id, in any order of its fields."""
        profile = await put(acme, house, Street="Elm St", Number="9", Meter="m1", Lane={"a": 1})

        assert (profile.key, profile.version) == ("9_Elm St", 1)
        assert profile.fields == {"Street": "Elm St", "Number": "9", "Meter": "m1", "Lane": {"a": 1}}
        assert await acme.ledger.profiles.find(acme.actor, house, "9_Elm St") == profile
        for values in ({"Number": "9", "Street": "Elm St"}, {"Meter": "m1"}, {"ProfileId": "9_Elm St"}):
            assert await acme.ledger.profiles.find_by(acme.actor, house, values) == profile
        for values in ({"Number": "8", "Street": "Elm St"}, {"Street": "Elm St"}, {"Meter": "m1", "Number": "8"}, {}):
            with pytest.raises(NotFound):
                await acme.ledger.profiles.find_by(acme.actor, house, values)
        assert acme.ledger.profiles.party_of(profile) == (Party.PROFILE, profile.number)

    async def test_the_same_again_changes_nothing(self, acme: Firm, house: ProfileType) -> None:
        """Neither version nor journal."""
        first = await put(acme, house, Meter="m2", Size=1, Lane=None)
        before = await journal_of(acme)
        again = await acme.ledger.profiles.put(acme.actor, house, ProfileDraft(fields={"Meter": "m2", "Size": 1}))

        assert (again.profile, again.outcome) == (first, Outcome.SAME)
        assert await journal_of(acme) == before

    async def test_is_merged(self, acme: Firm, house: ProfileType) -> None:
        """What is given overwrites, null clears; what was before is in the journal."""
        first = await put(acme, house, Meter="m3", Size=1, Lane="B")
        second = await put(acme, house, key="m3", Size=2, Lane=None)

        assert (second.number, second.version) == (first.number, 2)
        assert second.fields == {"Meter": "m3", "Size": 2}
        entries = [entry for entry in await journal_of(acme) if entry.entity is Entity.PROFILE]
        assert [entry.action for entry in entries] == [Action.CREATE, Action.AMEND]
        assert entries[1].before is not None
        assert entries[1].before["fields"]["Lane"] == "B"

    async def test_keys_move(self, acme: Firm, house: ProfileType) -> None:
        """A strong id that changed is found by the new values only, and the old ones are free; the id stays."""
        first = await put(acme, house, Meter="old")
        moved = await put(acme, house, key="old", Meter="new")
        assert (moved.number, moved.key) == (first.number, "old")
        assert (await acme.ledger.profiles.find_by(acme.actor, house, {"Meter": "new"})).number == first.number
        with pytest.raises(NotFound):
            await acme.ledger.profiles.find_by(acme.actor, house, {"Meter": "old"})

        other = await put(acme, house, Meter="old")

        assert other.number != first.number
        assert other.key.startswith("old~")

    async def test_ids_that_make_the_same_text(self, acme: Firm, house: ProfileType) -> None:
        """The second of two is told apart by a hash."""
        first = await put(acme, house, Number="a_b", Street="c")
        second = await put(acme, house, Number="a", Street="b_c")

        assert (first.key, second.key[:6]) == ("a_b_c", "a_b_c~")
        assert await acme.ledger.profiles.find(acme.actor, house, second.key) == second
        assert await put(acme, house, Number="a", Street="b_c") == second

    async def test_keys_of_several(self, acme: Firm, house: ProfileType) -> None:
        """Keys that belong to different profiles are a conflict that names both."""
        one = await put(acme, house, Meter="m5")
        await put(acme, house, Street="Oak", Number="1")

        error = await refused(acme, house, ProfileDraft(fields={"Meter": "m5", "Street": "Oak", "Number": "1"}))
        assert codes(error) == [("key", "strong_id")] * 2
        assert isinstance(error, Refused)
        assert {problem.value for problem in error.problems} == {"m5", "1_Oak"}
        assert codes(await refused(acme, house, ProfileDraft(key="else", fields={"Meter": "m5"}))) == [
            ("key", "strong_id")
        ]
        assert await acme.ledger.profiles.find(acme.actor, house, "m5") == one

    async def test_without_a_key(self, acme: Firm, house: ProfileType) -> None:
        """What nothing identifies is refused; what is wrong with fields is told, but none is required."""
        assert codes(await refused(acme, house, ProfileDraft(fields={"Street": "Elm"}))) == [("key", "missing_key")]
        assert codes(await refused(acme, house, ProfileDraft(key="", fields={"Size": "x"}))) == [
            ("fields.Size", "type"), ("key", "too_long"),
        ]  # fmt: skip
        assert codes(await refused(acme, house, ProfileDraft(key="a", fields={"ProfileId": "b"}))) == [
            ("key", "ambiguous")
        ]
        assert codes(await refused(acme, house, ProfileDraft(fields={"Meter": "a\x00"}))) == [("key", "character")]

    async def test_modes(self, acme: Firm, house: ProfileType) -> None:
        """A change needs what it changes, a creation that there is none; versions are compared."""
        change = ProfileDraft(key="m6", fields={"Size": 1})
        assert isinstance(await refused(acme, house, change, Put.MERGE), NotFound)
        await put(acme, house, Put.CREATE, key="m6", Lane="B")
        assert isinstance(await refused(acme, house, change, Put.CREATE), Exists)
        assert isinstance(await refused(acme, house, replace(change, expected_version=2), Put.MERGE), Conflict)
        merged = await acme.ledger.profiles.put(acme.actor, house, replace(change, expected_version=1), Put.MERGE)
        assert merged.profile.fields == {"Size": 1, "Lane": "B"}
        with pytest.raises(Forbidden):
            await acme.ledger.profiles.put(acme.acting(acme.ben, Right.READ), house, change)

    async def test_many(self, acme: Firm, house: ProfileType) -> None:
        """Each stands alone, also those about one profile; a page goes on behind the last number."""
        drafts = [
            ProfileDraft(fields={"Meter": "a1", "Size": 1}), ProfileDraft(), ProfileDraft(fields={"Meter": "a2"}),
            ProfileDraft(fields={"Meter": "a1", "Size": 2}),
        ]  # fmt: skip
        results = await acme.ledger.profiles.put_many(acme.actor, house, drafts)

        assert [isinstance(result, InterlogError) for result in results] == [False, True, False, False]
        first = await acme.ledger.profiles.page(acme.actor, house, limit=1)
        second = await acme.ledger.profiles.page(acme.actor, house, after=first[-1].number, limit=5)
        assert [item.key for item in [*first, *second]] == ["a1", "a2"]
        assert first[0].fields == {"Meter": "a1", "Size": 2}
        assert await acme.ledger.profiles.ids_of(acme.actor, [(house.id, item.number) for item in second]) == {
            (house.id, second[0].number): "a2"
        }
        assert await acme.ledger.profile_types.instances_counts(acme.actor, [house]) == {house.id: 2}

    async def test_at_the_same_moment(self, acme: Firm, house: ProfileType) -> None:
        """Of many who put one profile at once, one creates it and every field is there in the end."""
        drafts = [ProfileDraft(fields={"Meter": "race", f"F{index}": index}) for index in range(10)]
        results = await asyncio.gather(*(acme.ledger.profiles.put(acme.actor, house, draft) for draft in drafts))

        assert sum(result.outcome is Outcome.CREATED for result in results) == 1
        found = await acme.ledger.profiles.find(acme.actor, house, "race")
        assert found.fields == {"Meter": "race", **{f"F{index}": index for index in range(10)}}

    async def test_new_strong_ids_find_old_profiles(self, acme: Firm, house: ProfileType) -> None:
        """A strong id that is added finds what is stored; one that would belong to two is refused."""
        await put(acme, house, Meter="b1", Size=1)
        await put(acme, house, Meter="b2", Size=1, Lane="x")
        lane = FieldDefinition("Lane")
        define = acme.ledger.profile_types.define
        for wrong in ("Size",):
            with pytest.raises(Refused):
                await define(acme.actor, replace(HOUSE, strong_ids=(*HOUSE.strong_ids, StrongId("By", (wrong,)))))

        by_lane = replace(HOUSE, fields=(*HOUSE.fields, lane), strong_ids=(StrongId("Lane", ("Lane",)),))
        new = (await define(acme.actor, by_lane)).type

        assert (await acme.ledger.profiles.find_by(acme.actor, new, {"Lane": "x"})).key == "b2"
        with pytest.raises(NotFound):
            await acme.ledger.profiles.find_by(acme.actor, new, {"Meter": "b2"})


class TestContacts:
    async def test_persons_are_contacts(self, acme: Firm) -> None:
        """A person is found by his number and by his address in any case."""
        profiles = acme.ledger.profiles
        eve = await profiles.find(acme.actor, CONTACT, str(acme.eve.id))

        assert eve.fields == {
            "ContactId": str(acme.eve.id), "FirstName": "Eve", "LastName": "Moll", "DisplayName": "Eve Moll",
            "Email": "eve@client.example",
        }  # fmt: skip
        assert await profiles.find_by(acme.actor, CONTACT, {"ContactId": str(acme.eve.id)}) == eve
        assert await profiles.find_by(acme.actor, CONTACT, {"Email": "EVE@client.example"}) == eve
        assert profiles.party_of(eve) == (Party.PERSON, acme.eve.id)
        with pytest.raises(NotFound):
            await profiles.find(acme.actor, CONTACT, "999999")
        numbers = [item.number for item in await profiles.page(acme.actor, CONTACT)]
        assert numbers == [acme.mia.id, acme.ben.id, acme.eve.id, acme.ola.id]

    async def test_a_contact_becomes_a_person(self, acme: Firm) -> None:
        """What a person has stands there; what he has no place for is kept beside, and comes back."""
        client = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="Client"))
        fields = {
            "FirstName": "Ida", "LastName": "Ross", "Email": "ida@client.example", "Phone": "+49 1",
            "OrganizationId": str(client.id), "Lane": ["x"],
        }  # fmt: skip
        stored = await put(acme, CONTACT, key="C-77", **fields)

        assert (stored.key, stored.fields) == ("C-77", {**fields, "ContactId": "C-77", "DisplayName": "Ida Ross"})
        assert await acme.ledger.profiles.find(acme.actor, CONTACT, "C-77") == stored
        person = await acme.ledger.persons.get(acme.actor, stored.number)
        assert (person.name, person.emails, person.organization_ids) == (
            "Ida Ross", ("ida@client.example",), (client.id,),
        )  # fmt: skip
        with pytest.raises(NotFound):
            await acme.ledger.profiles.find(acme.actor, CONTACT, str(person.id))
        assert await acme.ledger.check.problems() == []

    async def test_is_merged_into_the_person(self, acme: Firm) -> None:
        """A contact with a person's address is that person: names change, addresses are added, the rest merges."""
        first = await put(acme, CONTACT, Email="Eve@client.example", Phone="1", LastName="Muller")
        assert (first.number, first.key) == (acme.eve.id, str(acme.eve.id))
        assert (first.fields["FirstName"], first.fields["LastName"]) == ("Eve", "Muller")

        second = await put(acme, CONTACT, key=str(acme.eve.id), Email="eve@new.example", Phone=None, Lane="B")

        assert second.fields["Email"] == "eve@new.example"
        assert "Phone" not in second.fields
        person = await acme.ledger.persons.get(acme.actor, acme.eve.id)
        assert (person.emails, person.primary_email) == (("eve@client.example", "eve@new.example"), "eve@new.example")
        assert second.version > first.version
        assert await put(acme, CONTACT, key=second.key, Lane="B") == second
        assert (
            codes(await refused(acme, CONTACT, ProfileDraft(key=second.key, fields={"Email": "ola@other.example"})))
            == [("key", "strong_id")] * 2
        )

    async def test_names(self, acme: Firm) -> None:
        """A name as a whole is taken apart; without one, the address or the id has to do."""
        assert (await put(acme, CONTACT, key="n1", DisplayName="Dr. Ada King")).fields["LastName"] == "Ada King"
        assert (await put(acme, CONTACT, Email="zoe@x.example")).fields["FirstName"] == "zoe"
        assert (await put(acme, CONTACT, key="n3")).fields["DisplayName"] == "n3"
        own = await put(acme, CONTACT, key="n4", FirstName="A", LastName="B", DisplayName="The one")
        assert own.fields["DisplayName"] == "The one"
        assert (await acme.ledger.persons.get(acme.actor, own.number)).name == "A B"

    async def test_chosen_numbers(self, acme: Firm) -> None:
        """A number that nobody has may be chosen, in any order; it never leads to another person."""
        stored = [await put(acme, CONTACT, key=str(number), LastName=str(number)) for number in (907, 902, 905)]
        later = [await put(acme, CONTACT, key=str(number), LastName=str(number)) for number in range(900, 910)]

        assert {item.number for item in stored} < {item.number for item in later}
        for item in later:
            assert item.fields["LastName"] == item.key

    async def test_wrong_values(self, acme: Firm) -> None:
        """What is no address is refused; without any key there is no contact."""
        assert codes(await refused(acme, CONTACT, ProfileDraft(key="w", fields={"Email": "nobody"}))) == [
            ("fields.Email", "invalid")
        ]
        assert codes(await refused(acme, CONTACT, ProfileDraft(fields={"FirstName": "A"}))) == [("key", "missing_key")]

    async def test_of_a_deleted_person(self, acme: Firm) -> None:
        """A contact goes with its person; its id and its address are free for another."""
        gone = await put(acme, CONTACT, key="C-1", Email="c@x.example", Phone="1")
        await acme.ledger.persons.delete(acme.actor, gone.number)
        for key in ("C-1", str(gone.number)):
            with pytest.raises(NotFound):
                await acme.ledger.profiles.find(acme.actor, CONTACT, key)
        assert isinstance(await refused(acme, CONTACT, ProfileDraft(key="C-1"), Put.MERGE), NotFound)

        anew = await put(acme, CONTACT, key="C-1", Email="c@x.example")

        assert anew.number != gone.number
        assert "Phone" not in anew.fields
        assert await acme.ledger.profiles.find(acme.actor, CONTACT, "C-1") == anew

    async def test_while_the_person_is_deleted(self, acme: Firm) -> None:
        """Puts and deletions of one contact at the same moment each succeed or tell that it is gone."""
        for round_ in range(5):
            key = f"r{round_}"
            number = (await put(acme, CONTACT, key=key)).number
            draft = ProfileDraft(key=key, fields={"LastName": "changed", "Phone": "1"})
            results = await asyncio.gather(
                acme.ledger.profiles.put(acme.actor, CONTACT, draft),
                acme.ledger.persons.delete(acme.actor, number),
                acme.ledger.profiles.put(acme.actor, CONTACT, draft),
                return_exceptions=True,
            )
            assert all(isinstance(one, (tuple, Person, Conflict, NotFound)) for one in results), results
        assert await acme.ledger.check.problems() == []


class TestOrganizations:
    async def test_organizations_are_profiles(self, acme: Firm) -> None:
        """They are found by number and domain, created and merged, with further fields beside."""
        stored = await put(acme, ORGANIZATION, Domain="Firm.example", Name="The Firm", Size=3)
        assert stored.fields == {
            "OrganizationId": str(stored.number), "Domain": "firm.example", "Name": "The Firm", "Size": 3,
        }  # fmt: skip
        assert (await acme.ledger.organizations.get(acme.actor, stored.number)).domains == ("firm.example",)
        changed = await put(acme, ORGANIZATION, Domain="firm.example", Name="Firm", Size=None)
        assert (changed.number, changed.fields.get("Size")) == (stored.number, None)
        assert (await acme.ledger.organizations.get(acme.actor, stored.number)).name == "Firm"
        chosen = await put(acme, ORGANIZATION, key="O-1", Name="Other")
        assert await acme.ledger.profiles.find(acme.actor, ORGANIZATION, "O-1") == chosen
        assert codes(await refused(acme, ORGANIZATION, ProfileDraft(key="O-2", fields={"Domain": "x"}))) == [
            ("fields.Domain", "invalid")
        ]
        await acme.ledger.organizations.delete(acme.actor, chosen.number)
        assert (await put(acme, ORGANIZATION, key="O-1", Name="Third")).number != chosen.number
        assert await acme.ledger.check.problems() == []


async def test_the_check_misses_profiles(acme: Firm, house: ProfileType) -> None:
    """A profile that is gone, though keys and participants name it, is told."""
    profile = await put(acme, house, Meter="gone")
    unit = Unit()
    row = (acme.tenant.id, int(Party.PROFILE), 999_999, 0, 999_999, house.id, 0)
    unit.insert(participant, [row])
    unit.insert(unbound, [(acme.tenant.id, "x@y.example", 999_999)])
    unit.insert(profile_key, [(acme.tenant.id, house.id, "Meter", "nobody", 999_999)])
    await acme.ledger.store.database.write(unit)

    found = await acme.ledger.check.problems()

    assert {
        "1 participant rows of a profile that does not exist",
        "1 keys of a profile that does not exist",
        "1 interactions that are waited for and do not exist",
    } <= set(found)
    assert profile.key == "gone"
