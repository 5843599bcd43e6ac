"""Use cases around organizations."""

import pytest

from interlog.model.errors import Forbidden, Invalid, NotFound
from interlog.model.instants import DAY
from interlog.model.interactions import Links
from interlog.model.notes import NoteDraft
from interlog.model.parties import OpportunityDraft, Organization, OrganizationDraft, Party, PersonDraft
from interlog.model.tenancy import Right
from tests.ledger.conftest import YESTERDAY, Firm, meeting, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _created(firm: Firm, name: str, *domains: str, persons: tuple[int, ...] = ()) -> Organization:
    draft = OrganizationDraft(name=name, domains=domains, person_ids=persons)
    return await firm.ledger.organizations.create(firm.actor, draft)


async def _members(firm: Firm, organization: Organization) -> list[int]:
    return (await firm.ledger.organizations.members(firm.actor, [organization.id])).get(organization.id, [])


async def _search(firm: Firm, term: str | None, page_size: int) -> list[int]:
    found: list[int] = []
    place = (0, 0)
    while True:
        items, following = await firm.ledger.organizations.page(firm.actor, limit=page_size, place=place, term=term)
        assert len(items) <= page_size
        found += [item.id for item in items]
        if following is None:
            return found
        place = following


class TestCreate:
    async def test_is_there(self, acme: Firm) -> None:
        """Name and domains come back, trimmed, each domain once."""
        item = await _created(acme, " Client ", " Client.Example ", "client.example", "b.example")

        assert item == await acme.ledger.organizations.get(acme.actor, item.id)
        assert (item.name, item.domains, item.domain) == ("Client", ("client.example", "b.example"), "client.example")

    async def test_people_of_its_domains_join(self, acme: Firm) -> None:
        """Whoever has an address at one of its domains joins it, besides those given; nobody of another domain."""
        await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="X", emails=("x@not-client.example",)))
        await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Y", emails=("y@sub.client.example",)))

        item = await _created(acme, "Client", "CLIENT.example", persons=(acme.ola.id,))

        assert await _members(acme, item) == sorted([acme.eve.id, acme.ola.id])
        eve = await acme.ledger.persons.get(acme.actor, acme.eve.id)
        assert (eve.organization_ids, eve.version) == ((item.id,), acme.eve.version + 1)

    async def test_all_problems_at_once(self, acme: Firm) -> None:
        """Name, domains and persons are judged together."""
        for name in ("", " ", "x" * 501, "a\x00"):
            draft = OrganizationDraft(name=name, domains=("ok.example", "no", "a@b.c", "a b.c"), person_ids=(999,))
            with pytest.raises(Invalid) as caught:
                await acme.ledger.organizations.create(acme.actor, draft)
            assert [problem.path for problem in caught.value.problems] == [
                "name", "domains[1]", "domains[2]", "domains[3]", "person_ids[0]",
            ]  # fmt: skip

    async def test_needs_the_right_to_write(self, acme: Firm) -> None:
        """Who may only read creates, changes and deletes nothing."""
        item = await _created(acme, "A")
        reader = acme.acting(acme.ben, Right.READ)
        for attempt in (
            acme.ledger.organizations.create(reader, OrganizationDraft(name="x")),
            acme.ledger.organizations.update(reader, item.id, name="x"),
            acme.ledger.organizations.delete(reader, item.id),
        ):
            with pytest.raises(Forbidden):
                await attempt

    @pytest.mark.parametrize("letter", ["x", "語", "😀"])
    async def test_long_names_and_many_domains(self, acme: Firm, letter: str) -> None:
        """The longest name and dozens of domains are stored, and found by the whole name."""
        item = await _created(acme, letter * 500, *(f"{'d' * 200}{index}.example" for index in range(40)))
        await _created(acme, letter * 499)

        assert await _search(acme, letter * 500, 9) == [item.id]


class TestUpdate:
    async def test_changes_what_is_given(self, acme: Firm) -> None:
        """What is not given stays."""
        item = await _created(acme, "A", "a.example", persons=(acme.eve.id,))

        changed = await acme.ledger.organizations.update(acme.actor, item.id, name="B")

        assert (changed.name, changed.domains, changed.version) == ("B", ("a.example",), 2)
        assert await _members(acme, item) == [acme.eve.id]

    async def test_members_are_replaced(self, acme: Firm) -> None:
        """A list of persons replaces the one before; whoever has an address at a new domain joins as well."""
        item = await _created(acme, "A", persons=(acme.eve.id,))

        await acme.ledger.organizations.update(acme.actor, item.id, person_ids=(acme.ola.id, acme.ola.id))
        assert await _members(acme, item) == [acme.ola.id]
        await acme.ledger.organizations.update(acme.actor, item.id, person_ids=(), domains=("client.example",))
        assert await _members(acme, item) == [acme.eve.id]
        await acme.ledger.organizations.update(acme.actor, item.id, person_ids=())
        assert await _members(acme, item) == []
        assert (await acme.ledger.persons.get(acme.actor, acme.eve.id)).organization_ids == ()

    async def test_a_given_up_domain_is_free(self, acme: Firm) -> None:
        """New persons of a domain join whoever owns it then."""
        first = await _created(acme, "A", "x.example")
        second = await _created(acme, "B")
        await acme.ledger.organizations.update(acme.actor, first.id, domains=())
        await acme.ledger.organizations.update(acme.actor, second.id, domains=("x.example",))

        person = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="P", emails=("p@x.example",)))

        assert person.organization_ids == (second.id,)


class TestDelete:
    async def test_is_gone_and_its_people_stay(self, acme: Firm) -> None:
        """Persons, notes and interactions stay; opportunities lose it; its domains are free."""
        ledger = acme.ledger
        item = await _created(acme, "A", "client.example")
        (deals,) = await ledger.opportunities.lists(acme.actor)
        opportunity = await ledger.opportunities.create(
            acme.actor, OpportunityDraft(name="D", list_id=deals.id, organization_ids=(item.id,))
        )
        note = await ledger.notes.create(acme.actor, NoteDraft(content="x", links=Links(organizations=(item.id,))))
        logged = await ledger.interactions.log(acme.actor, meeting(acme.eve, links=Links(organizations=(item.id,))))

        await ledger.organizations.delete(acme.actor, item.id)

        with pytest.raises(NotFound):
            await ledger.organizations.get(acme.actor, item.id)
        assert (await ledger.persons.get(acme.actor, acme.eve.id)).organization_ids == ()
        assert (await ledger.opportunities.get(acme.actor, opportunity.id)).organization_ids == ()
        assert await ledger.notes.get(acme.actor, note.id) == note
        assert await ledger.interactions.get(acme.actor, logged.interaction.number) == logged.interaction
        person = await ledger.persons.create(acme.actor, PersonDraft(first_name="P", emails=("p@client.example",)))
        assert person.organization_ids == ()
        assert await _search(acme, None, 9) == []
        assert await ledger.check.problems() == []


class TestPage:
    @pytest.mark.parametrize("page_size", [1, 2, 3, 50])
    async def test_a_search_names_each_match_once(self, acme: Firm, page_size: int) -> None:
        """Exact names and owners of the domain come first, and every match comes exactly once."""
        others = [await _created(acme, f"acme.example {index}") for index in range(3)]
        exact = [await _created(acme, "ACME.example"), await _created(acme, "Zeta", "acme.example")]
        more = [await _created(acme, "x", "www.acme.example")]

        assert await _search(acme, "Acme.Example", page_size) == [item.id for item in [*exact, *others, *more]]

    async def test_all(self, acme: Firm) -> None:
        """Every organization, in order of ids, a page at a time."""
        ids = [(await _created(acme, f"No {index}")).id for index in range(5)]

        for page_size in (1, 2, 5, 6):
            assert await _search(acme, None, page_size) == ids


class TestMoments:
    async def test_are_those_of_its_people(self, acme: Firm) -> None:
        """The first and the last of what its persons took part in; pages may be bounded by them."""
        item = await _created(acme, "A", persons=(acme.eve.id, acme.ola.id))
        silent = await _created(acme, "B")
        for person, at in ((acme.eve, YESTERDAY), (acme.ola, YESTERDAY - DAY)):
            await acme.ledger.interactions.log(acme.actor, meeting(person, acme.ben, at=at))

        moments = await acme.ledger.organizations.moments(acme.actor, [item.id, silent.id], internal=True)

        first, last = moments[item.id]["first_event"], moments[item.id]["last_event"]
        assert first is not None and last is not None
        assert (first.at, last.at, last.internal) == (YESTERDAY - DAY, YESTERDAY, (acme.ben.id,))
        assert set(moments[silent.id].values()) == {None}
        page = acme.ledger.organizations.page
        for bounds, ids in (
            ({("min", "last_event"): YESTERDAY}, [item.id]),
            ({("min", "last_event"): YESTERDAY + 1}, []),
            ({("max", "first_event"): YESTERDAY - DAY}, [item.id]),
            ({}, [item.id]),
        ):
            found, following = await page(acme.actor, limit=9, bounds=bounds, with_moments=True)
            assert ([found_.id for found_ in found], following) == (ids, None)

    async def test_timeline(self, acme: Firm) -> None:
        """Who leaves takes his interactions along."""
        item = await _created(acme, "A", persons=(acme.eve.id,))
        number = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))).interaction.number

        assert await numbers_of(acme, (Party.ORGANIZATION, item.id)) == [number]
        await acme.ledger.organizations.update(acme.actor, item.id, person_ids=())
        assert await numbers_of(acme, (Party.ORGANIZATION, item.id)) == []
