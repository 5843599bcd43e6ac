"""Use cases around persons."""

import asyncio
from itertools import pairwise

import pytest

from interlog.ledger import Ledger
from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.instants import DAY
from interlog.model.interactions import Links, Participant
from interlog.model.journal import Action, Entity
from interlog.model.notes import NoteDraft
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, Person, PersonDraft, PersonKind
from interlog.model.profiles import CONTACT, ProfileDraft
from interlog.model.tenancy import Actor, Right
from interlog.store import journal
from interlog.store import resources as resource_rows
from interlog.store.statements import Unit
from tests.ledger.conftest import YESTERDAY, Firm, journal_of, meeting, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _created(firm: Firm, first_name: str, last_name: str = "", *emails: str) -> Person:
    return await firm.ledger.persons.create(
        firm.actor, PersonDraft(first_name=first_name, last_name=last_name, emails=emails)
    )


async def _search(firm: Firm, term: str | None, page_size: int) -> list[int]:
    """Return the ids of a search, page by page."""
    found: list[int] = []
    place = (0, 0)
    while True:
        persons, following = await firm.ledger.persons.page(firm.actor, limit=page_size, place=place, term=term)
        assert len(persons) <= page_size
        found += [person.id for person in persons]
        if following is None:
            return found
        place = following


class TestCreate:
    async def test_is_there(self, acme: Firm) -> None:
        """What was given comes back, trimmed; the first address is the primary one; the journal knows."""
        person = await _created(acme, " Ada ", " Byron ", " Ada@Client.Example ", "ada@home.example")

        assert person == await acme.ledger.persons.get(acme.actor, person.id)
        assert (person.first_name, person.last_name, person.name) == ("Ada", "Byron", "Ada Byron")
        assert person.emails == ("Ada@Client.Example", "ada@home.example")
        assert person.primary_email == "Ada@Client.Example"
        assert person.kind is PersonKind.EXTERNAL
        entries = await journal_of(acme)
        assert (entries[-1].action, entries[-1].entity, entries[-1].entity_id) == (
            Action.CREATE, Entity.PERSON, person.id,
        )  # fmt: skip

    async def test_all_problems_at_once(self, acme: Firm) -> None:
        """Names, addresses and organizations are judged together, and nothing is stored."""
        draft = PersonDraft(
            first_name=" ", last_name="x" * 501, emails=("no", "a b@c", "EVE@client.example"), organization_ids=(99,)
        )

        with pytest.raises(Invalid) as caught:
            await acme.ledger.persons.create(acme.actor, draft)

        assert {problem.path for problem in caught.value.problems} == {
            "last_name", "emails[0]", "emails[1]", "emails[2]", "organization_ids[0]",
        }  # fmt: skip

    async def test_an_address_belongs_to_one(self, acme: Firm) -> None:
        """An address that somebody has is refused in any spelling, and named."""
        with pytest.raises(Invalid) as caught:
            await _created(acme, "Eva", "", "eva@client.example", " EVE@Client.example")

        assert [(p.path, p.code) for p in caught.value.problems] == [("emails[1]", "taken")]

    async def test_the_same_address_twice_is_one(self, acme: Firm) -> None:
        """Two spellings of one address in a request are one address."""
        person = await _created(acme, "Eva", "", "eva@x.example", "EVA@x.example")

        assert person.emails == ("eva@x.example",)

    async def test_of_many_at_once_one_gets_the_address(self, acme: Firm) -> None:
        """Of concurrent requests with one address exactly one succeeds; the others are told which address it was."""
        drafts = [
            PersonDraft(first_name=f"No {index}", emails=(f"no{index}@x.example", "same@x.example"))
            for index in range(8)
        ]

        outcomes = await asyncio.gather(
            *(acme.ledger.persons.create(acme.actor, draft) for draft in drafts), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes if not isinstance(outcome, Person)] == [Invalid] * 7
        for outcome in outcomes:
            if isinstance(outcome, Invalid):
                assert [(p.path, p.code) for p in outcome.problems] == [("emails[1]", "taken")]

    async def test_needs_the_right_to_write(self, acme: Firm) -> None:
        """Who may only read creates nobody."""
        with pytest.raises(Forbidden):
            await acme.ledger.persons.create(acme.acting(acme.ben, Right.READ), PersonDraft(first_name="x"))

    async def test_joins_the_owner_of_his_domain(self, acme: Firm) -> None:
        """A person joins the organizations that own his e-mail domains, besides those given."""
        one, other = [
            await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name=name, domains=domains))
            for name, domains in (("One", ("one.example",)), ("Other", ()))
        ]
        person = await acme.ledger.persons.create(
            acme.actor,
            PersonDraft(first_name="Ada", emails=("ada@ONE.example",), organization_ids=(other.id,)),
        )

        assert person.organization_ids == (other.id, one.id)
        assert await acme.ledger.organizations.members(acme.actor, [one.id, other.id]) == {
            one.id: [person.id], other.id: [person.id],
        }  # fmt: skip

    @pytest.mark.parametrize("letter", ["x", "語", "😀"])
    async def test_long_names_and_many_addresses(self, acme: Firm, letter: str) -> None:
        """The longest names and dozens of addresses are stored, and found by the whole name."""
        first, last = letter * 500, letter * 499 + "y"
        emails = [f"{index}{'z' * 200}@{acme.tenant.name}.example" for index in range(40)]

        person = await _created(acme, first, last, *emails)
        await _created(acme, first, letter * 499 + "z")

        assert await _search(acme, f"{first} {last}", 10) == [person.id]

    async def test_the_null_character_is_refused(self, acme: Firm) -> None:
        """A name that not every store can hold is a problem on each."""
        with pytest.raises(Invalid) as caught:
            await _created(acme, "a\x00b", "\x00")

        assert [p.path for p in caught.value.problems] == ["first_name", "last_name"]


class TestUpdate:
    async def test_changes_what_is_given(self, acme: Firm) -> None:
        """What is not given stays; each change is a version, with the one before in the journal."""
        changed = await acme.ledger.persons.update(acme.actor, acme.eve.id, last_name="Mold")

        assert (changed.first_name, changed.last_name, changed.emails) == ("Eve", "Mold", acme.eve.emails)
        assert changed.version == acme.eve.version + 1
        assert changed == await acme.ledger.persons.get(acme.actor, acme.eve.id)
        versions = await journal.versions_of(acme.ledger.store.database, acme.tenant.id, Entity.PERSON, acme.eve.id, 10)
        assert versions[0].before is not None and versions[0].before["last_name"] == "Moll"

    async def test_addresses_are_replaced(self, acme: Firm) -> None:
        """A given-up address is free for somebody else; the primary one stays while he has it."""
        changed = await acme.ledger.persons.update(
            acme.actor, acme.eve.id, emails=("new@client.example", "eve@client.example")
        )
        assert changed.primary_email == "eve@client.example"

        changed = await acme.ledger.persons.update(acme.actor, acme.eve.id, emails=("new@client.example",))
        assert changed.primary_email == "new@client.example"
        assert (await _created(acme, "Eva", "", "eve@client.example")).emails == ("eve@client.example",)

    async def test_keeping_an_address_is_no_conflict(self, acme: Firm) -> None:
        """His own address, in another spelling too, is not taken."""
        changed = await acme.ledger.persons.update(acme.actor, acme.eve.id, emails=("EVE@client.example",))

        assert changed.emails == ("EVE@client.example",)

    async def test_a_taken_address_is_refused(self, acme: Firm) -> None:
        """Another's address is a problem at its index, and nothing changes."""
        with pytest.raises(Invalid) as caught:
            await acme.ledger.persons.update(
                acme.actor, acme.eve.id, first_name="Eva", emails=("x@y.example", "ola@other.example")
            )

        assert [p.path for p in caught.value.problems] == ["emails[1]"]
        assert (await acme.ledger.persons.get(acme.actor, acme.eve.id)).first_name == "Eve"

    async def test_a_name_may_be_one_word(self, acme: Firm) -> None:
        """Either name may be empty, not both."""
        assert (await acme.ledger.persons.update(acme.actor, acme.eve.id, first_name="")).name == "Moll"
        with pytest.raises(Invalid):
            await acme.ledger.persons.update(acme.actor, acme.eve.id, last_name=" ")

    async def test_leaves_an_organization(self, acme: Firm) -> None:
        """A list of organizations replaces the one before."""
        first = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id,))
        )
        second = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="B"))

        changed = await acme.ledger.persons.update(acme.actor, acme.eve.id, organization_ids=(second.id,))

        assert changed.organization_ids == (second.id,)
        assert await acme.ledger.organizations.members(acme.actor, [first.id, second.id]) == {second.id: [acme.eve.id]}

    async def test_nobody(self, acme: Firm) -> None:
        """A person who does not exist is not found."""
        with pytest.raises(NotFound):
            await acme.ledger.persons.update(acme.actor, 10_000, first_name="x")


class TestDelete:
    async def test_is_gone_with_his_addresses(self, acme: Firm) -> None:
        """A deleted person is in no list and no search, and his address is free."""
        await acme.ledger.persons.delete(acme.actor, acme.eve.id)

        with pytest.raises(NotFound):
            await acme.ledger.persons.get(acme.actor, acme.eve.id)
        assert acme.eve.id not in await _search(acme, None, 100)
        assert await _search(acme, "eve", 100) == []
        assert (await _created(acme, "Eve", "", "eve@client.example")).id != acme.eve.id

    async def test_interactions_stay(self, acme: Firm) -> None:
        """What he took part in stays as it was, also for the others."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ola))

        await acme.ledger.persons.delete(acme.actor, acme.eve.id)

        assert await acme.ledger.interactions.get(acme.actor, logged.interaction.number) == logged.interaction
        assert await numbers_of(acme, (Party.PERSON, acme.ola.id)) == [logged.interaction.number]

    async def test_leaves_organizations_and_opportunities(self, acme: Firm) -> None:
        """He is no longer a member of anything."""
        firm = acme.ledger
        organization = await firm.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id,))
        )
        (deals,) = await firm.opportunities.lists(acme.actor)
        draft = OpportunityDraft(name="D", list_id=deals.id, person_ids=(acme.eve.id, acme.ola.id))
        opportunity = await firm.opportunities.create(acme.actor, draft)

        await firm.persons.delete(acme.actor, acme.eve.id)

        assert await firm.organizations.members(acme.actor, [organization.id]) == {}
        assert (await firm.opportunities.get(acme.actor, opportunity.id)).person_ids == (acme.ola.id,)
        assert await firm.opportunities.of_parties(acme.actor, Party.PERSON, [acme.eve.id]) == {}
        assert await firm.check.problems() == []

    async def test_internal_people_stay(self, acme: Firm) -> None:
        """Somebody of the firm cannot be deleted."""
        with pytest.raises(Forbidden):
            await acme.ledger.persons.delete(acme.actor, acme.ben.id)


class TestPage:
    async def test_is_in_order_of_ids(self, acme: Firm) -> None:
        """All persons, a page at a time, none twice and none missing."""
        for index in range(7):
            await _created(acme, f"No {index}")

        for page_size in (1, 2, 3, 11, 12):
            found = await _search(acme, None, page_size)
            assert len(found) == 11 and all(first < second for first, second in pairwise(found))

    @pytest.mark.parametrize("page_size", [1, 2, 3, 4, 5, 50])
    async def test_a_search_names_each_match_once(self, acme: Firm, page_size: int) -> None:
        """Exact matches come first even when they have high ids, and every match comes exactly once."""
        others = [await _created(acme, "Eve Ann", f"No {index}") for index in range(5)]
        exact = [await _created(acme, "eve", "ANN") for _ in range(3)]
        more = [await _created(acme, "Eve", f"Anna {index}") for index in range(2)]

        found = await _search(acme, "Eve Ann", page_size)

        assert found == [person.id for person in [*exact, *others, *more]]

    async def test_an_address_is_an_exact_match(self, acme: Firm) -> None:
        """The owner of the address comes before those whose texts contain it."""
        contains = await _created(acme, "x", "ola@other.example")
        longer = await _created(acme, "y", "", "not-ola@other.example")

        assert await _search(acme, "OLA@other.example", 10) == [acme.ola.id, contains.id, longer.id]

    @pytest.mark.parametrize("term", ["%", "_", "\\", "a%c", "'", '"', "\n"])
    async def test_nothing_in_a_term_is_a_pattern(self, acme: Firm, term: str) -> None:
        """A term is text: signs that a pattern is made of mean themselves."""
        await _created(acme, "abc")
        wanted = await _created(acme, f"x{term}y")

        found = await _search(acme, term, 10)
        assert (found == [wanted.id]) if term != "\n" else (wanted.id in found)

    async def test_case_does_not_matter(self, acme: Firm) -> None:
        """Names are found in any case, beyond ASCII too."""
        person = await _created(acme, "Ärne", "STRAẞE")

        for term in ("ärne", "ÄRNE", "straße", "STRASSE", "ärne straße"):
            assert await _search(acme, term, 10) == [person.id]

    async def test_only_internal(self, acme: Firm) -> None:
        """A page may show only those who work here."""
        found, following = await acme.ledger.persons.page(acme.actor, limit=10, internal=True)

        assert ([person.id for person in found], following) == ([acme.mia.id, acme.ben.id], None)

    async def test_bounds(self, acme: Firm) -> None:
        """A page may show only those whose last interaction lies in a range; those without any are left out."""
        for person, at in ((acme.eve, YESTERDAY), (acme.ola, YESTERDAY - DAY)):
            await acme.ledger.interactions.log(acme.actor, meeting(person, at=at))
        page = acme.ledger.persons.page

        found, _ = await page(acme.actor, limit=10, bounds={("min", "last_event"): YESTERDAY}, with_moments=True)
        assert [person.id for person in found] == [acme.eve.id]
        found, _ = await page(acme.actor, limit=10, bounds={("max", "last_event"): YESTERDAY - 1}, with_moments=True)
        assert [person.id for person in found] == [acme.ola.id]
        found, following = await page(acme.actor, limit=1, with_moments=True)
        assert [person.id for person in found] == [acme.eve.id]
        found, following = await page(acme.actor, limit=1, with_moments=True, place=following or (0, 0))
        assert ([person.id for person in found], following) == ([acme.ola.id], None)


class TestLateBinding:
    @pytest.fixture
    def strict(self, acme: Firm) -> Firm:
        """A firm that does not make persons of unknown addresses."""
        return acme.with_settings(create_unknown_persons=False)

    async def test_unknown_addresses_become_persons(self, acme: Firm) -> None:
        """By default an unknown address becomes a person: internal by the firm's domain, member by its owner's."""
        owner = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="New", domains=("new.example",))
        )
        draft = meeting(
            Participant(None, "attendee", "Uli@new.example", "Uli van Horn"),
            Participant(None, "attendee", "tom@own.example"),
            Participant(None, "attendee", "EVE@client.example"),
        )

        logged = await acme.ledger.interactions.log(acme.actor, draft)

        uli, tom, eve = (logged.persons[p.person] for p in logged.interaction.content.participants if p.person)
        assert (uli.first_name, uli.last_name, uli.kind) == ("Uli", "van Horn", PersonKind.EXTERNAL)
        assert uli.organization_ids == (owner.id,)
        assert (tom.first_name, tom.kind) == ("tom", PersonKind.INTERNAL)
        assert eve.id == acme.eve.id
        assert await acme.ledger.persons.get(acme.actor, uli.id) == uli
        assert await numbers_of(acme, (Party.ORGANIZATION, owner.id)) == [logged.interaction.number]

    async def test_waits_for_its_person(self, strict: Firm) -> None:
        """An interaction that came first is bound when its person comes, in lists, notes and the record."""
        draft = meeting(Participant(None, "attendee", "Late@x.example", "Late"), strict.ben, body="hello")
        logged = await strict.ledger.interactions.log(strict.actor, draft)
        number = logged.interaction.number
        assert [p.person for p in logged.interaction.content.participants] == [None, strict.ben.id]

        late = await _created(strict, "Late", "", "late@X.example")

        item = await strict.ledger.interactions.get(strict.actor, number)
        assert [p.person for p in item.content.participants] == [late.id, strict.ben.id]
        assert item.version == 2
        assert await numbers_of(strict, (Party.PERSON, late.id)) == [number]
        notes = await strict.ledger.notes.page(strict.actor, limit=5, party=(Party.PERSON, late.id))
        assert [note.interaction for note in notes] == [number]
        assert await strict.ledger.check.problems() == []

    async def test_waits_for_an_address(self, strict: Firm) -> None:
        """It is bound as well when somebody known gets the address."""
        draft = meeting(Participant(None, "attendee", "late@x.example"))
        number = (await strict.ledger.interactions.log(strict.actor, draft)).interaction.number

        await strict.ledger.persons.update(strict.actor, strict.eve.id, emails=("eve@client.example", "late@x.example"))

        assert await numbers_of(strict, (Party.PERSON, strict.eve.id)) == [number]

    async def test_waits_after_an_amendment(self, strict: Firm) -> None:
        """A participant that an amendment brings in waits too; one that it takes out waits no longer."""
        draft = meeting(strict.ben, Participant(None, "attendee", "first@x.example"))
        number = (await strict.ledger.interactions.log(strict.actor, draft)).interaction.number
        amended = meeting(strict.ben, Participant(None, "attendee", "second@x.example")).content
        await strict.ledger.interactions.amend(strict.actor, number, lambda item: amended)

        first = await _created(strict, "First", "", "first@x.example")
        second = await _created(strict, "Second", "", "second@x.example")

        item = await strict.ledger.interactions.get(strict.actor, number)
        assert [p.person for p in item.content.participants] == [strict.ben.id, second.id]
        assert item.version == 3
        assert await numbers_of(strict, (Party.PERSON, first.id)) == []

    async def test_a_deleted_interaction_is_left_alone(self, strict: Firm) -> None:
        """Who comes later is in no list because of something that was deleted."""
        draft = meeting(Participant(None, "attendee", "late@x.example"))
        number = (await strict.ledger.interactions.log(strict.actor, draft)).interaction.number
        await strict.ledger.interactions.delete(strict.actor, number)

        late = await _created(strict, "Late", "", "late@x.example")

        assert await numbers_of(strict, (Party.PERSON, late.id)) == []
        assert await strict.ledger.check.problems() == []

    async def test_what_is_no_address_stays_unbound(self, acme: Firm) -> None:
        """A participant whose address is none is kept as it was written, however long, and makes no person."""
        draft = meeting(*(Participant(None, "attendee", text) for text in ("Bob", "x" * 5_000, "a\x00@b")))

        logged = await acme.ledger.interactions.log(acme.actor, draft)

        assert logged.interaction.content.participants == draft.content.participants
        assert await acme.ledger.interactions.get(acme.actor, logged.interaction.number) == logged.interaction

    async def test_in_any_order(self, strict: Firm) -> None:
        """Interactions and their person arriving at the same time find each other."""
        drafts = [meeting(Participant(None, "attendee", f"p{index}@x.example")) for index in range(10)]

        logged, persons = await asyncio.gather(
            asyncio.gather(*(strict.ledger.interactions.log(strict.actor, draft) for draft in drafts)),
            asyncio.gather(*(_created(strict, f"P{index}", "", f"p{index}@x.example") for index in range(10))),
        )

        for item, person in zip(logged, persons, strict=True):
            assert await numbers_of(strict, (Party.PERSON, person.id)) == [item.interaction.number]


async def test_a_stale_change_is_a_conflict(acme: Firm) -> None:
    """Of two changes to one person at once, one may lose, never silently."""
    outcomes = await asyncio.gather(
        *(acme.ledger.persons.update(acme.actor, acme.eve.id, first_name=f"Eve {index}") for index in range(4)),
        return_exceptions=True,
    )

    stored = await acme.ledger.persons.get(acme.actor, acme.eve.id)
    kept = [outcome for outcome in outcomes if isinstance(outcome, Person)]
    assert stored in kept
    assert stored.version == acme.eve.version + len(kept)
    assert {type(outcome) for outcome in outcomes} <= {Person, Conflict}


async def test_notes_on_a_deleted_person_stay(acme: Firm) -> None:
    """A note on a person is still there when the person is gone."""
    note = await acme.ledger.notes.create(acme.actor, NoteDraft(content="x", links=Links(persons=(acme.eve.id,))))

    await acme.ledger.persons.delete(acme.actor, acme.eve.id)

    assert await acme.ledger.notes.get(acme.actor, note.id) == note


async def test_followers_add_to_the_unit_of_a_change(acme: Firm, ledger: Ledger) -> None:
    """Whoever follows persons is told who one was and will be, in the unit of the change, through every way to it."""
    told: list[tuple[str, str | None]] = []

    async def follow(actor: Actor, unit: Unit, read: Person, new: Person | None) -> None:
        told.append((read.name, new.name if new is not None else None))
        draft = ResourceDraft(kind="contacts", data={"emails": list(new.emails if new is not None else ())})
        ledger.resources.add_new(actor, unit, await ledger.resources.drafted(actor, [draft]))

    ledger.persons.followers.append(follow)
    try:
        await ledger.persons.update(acme.actor, acme.eve.id, last_name="Ahn", emails=("eve@new.example",))
        contact = ProfileDraft(key=str(acme.eve.id), fields={"FirstName": "Eva"})
        await ledger.profiles.put(acme.actor, CONTACT, contact)
        await ledger.persons.delete(acme.actor, acme.eve.id)
    finally:
        ledger.persons.followers.remove(follow)
    assert told == [("Eve Moll", "Eve Ahn"), ("Eve Ahn", "Eva Ahn"), ("Eva Ahn", None)]
    stored = await resource_rows.of_kind(ledger.store.database, acme.tenant.id, "contacts", limit=10)
    assert sorted(item.data["emails"] for item in stored) == [[], ["eve@new.example"], ["eve@new.example"]]
