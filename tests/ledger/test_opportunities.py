"""Use cases around opportunities and lists."""

import asyncio

import pytest

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.interactions import Links
from interlog.model.notes import NoteDraft
from interlog.model.parties import Opportunity, OpportunityDraft, OrganizationDraft, Party, PartyList
from interlog.model.tenancy import Actor, Right
from tests.ledger.conftest import Firm, meeting, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _deals(firm: Firm) -> PartyList:
    return (await firm.ledger.opportunities.lists(firm.actor))[0]


async def _created(firm: Firm, name: str, list_: PartyList | None = None, **parties: tuple[int, ...]) -> Opportunity:
    list_ = list_ or await _deals(firm)
    draft = OpportunityDraft(name=name, list_id=list_.id, **parties)
    return await firm.ledger.opportunities.create(firm.actor, draft)


async def _all(firm: Firm, actor: Actor, page_size: int, term: str | None = None) -> list[int]:
    """Return the ids on all pages; a page may be short where some of it is not to be seen."""
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        items, after = await firm.ledger.opportunities.page(actor, limit=page_size, after=after, term=term)
        assert len(items) <= page_size
        found += [item.id for item in items]
    return found


class TestOpportunities:
    async def test_is_there(self, acme: Firm) -> None:
        """What was given comes back, each party once."""
        organization = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="A"))
        item = await _created(
            acme, " Deal ", person_ids=(acme.eve.id, acme.eve.id), organization_ids=(organization.id,)
        )

        assert item == await acme.ledger.opportunities.get(acme.actor, item.id)
        assert (item.name, item.person_ids, item.organization_ids) == ("Deal", (acme.eve.id,), (organization.id,))
        assert await acme.ledger.opportunities.of_parties(acme.actor, Party.PERSON, [acme.eve.id]) == {
            acme.eve.id: [item.id]
        }
        entry, party = await acme.ledger.list_entries.get(acme.actor, item.list_id, item.entry_id)
        assert (entry.party, entry.kind, party) == (item.id, Party.OPPORTUNITY, item)

    async def test_all_problems_at_once(self, acme: Firm) -> None:
        """Name, list and parties are judged together."""
        persons = await acme.ledger.opportunities.create_list(acme.actor, "P", Party.PERSON, is_public=True)
        for name, list_id in (("", 999), ("a\x00", persons.id), ("x" * 501, 999)):
            draft = OpportunityDraft(name=name, list_id=list_id, person_ids=(998,), organization_ids=(997,))
            with pytest.raises(Invalid) as caught:
                await acme.ledger.opportunities.create(acme.actor, draft)
            assert [problem.path for problem in caught.value.problems] == [
                "name", "list_id", "person_ids[0]", "organization_ids[0]",
            ]  # fmt: skip

    async def test_changes_what_is_given(self, acme: Firm) -> None:
        """What is not given stays; lists replace those stored, and the other way round follows."""
        item = await _created(acme, "A", person_ids=(acme.eve.id,))

        changed = await acme.ledger.opportunities.update(acme.actor, item.id, name="B")
        assert (changed.name, changed.person_ids, changed.version) == ("B", (acme.eve.id,), 2)
        changed = await acme.ledger.opportunities.update(acme.actor, item.id, person_ids=(acme.ola.id,))
        assert changed == await acme.ledger.opportunities.get(acme.actor, item.id)
        found = await acme.ledger.opportunities.of_parties(acme.actor, Party.PERSON, [acme.eve.id, acme.ola.id])
        assert found == {acme.ola.id: [item.id]}

    async def test_many_changes_at_once(self, acme: Firm) -> None:
        """A change is made, or is a conflict."""
        item = await _created(acme, "A")
        outcomes = await asyncio.gather(
            *(acme.ledger.opportunities.update(acme.actor, item.id, name=str(index)) for index in range(5)),
            return_exceptions=True,
        )

        stored = await acme.ledger.opportunities.get(acme.actor, item.id)
        assert stored.version == 1 + sum(isinstance(outcome, Opportunity) for outcome in outcomes)
        assert {type(outcome) for outcome in outcomes} <= {Opportunity, Conflict}

    async def test_delete(self, acme: Firm) -> None:
        """It is gone from its list and from its parties."""
        item = await _created(acme, "A", person_ids=(acme.eve.id,))

        await acme.ledger.opportunities.delete(acme.actor, item.id)

        with pytest.raises(NotFound):
            await acme.ledger.opportunities.get(acme.actor, item.id)
        assert await acme.ledger.opportunities.of_parties(acme.actor, Party.PERSON, [acme.eve.id]) == {}
        assert await acme.ledger.list_entries.page(acme.actor, item.list_id, limit=9) == ([], None)
        assert await acme.ledger.opportunities.list_sizes(acme.actor) == {}

    async def test_pages(self, acme: Firm) -> None:
        """All, a search, and those of a list: in order of ids, each once."""
        other = await acme.ledger.opportunities.create_list(acme.actor, "L", Party.OPPORTUNITY, is_public=True)
        ids = [(await _created(acme, f"Deal {index}", other if index % 2 else None)).id for index in range(7)]

        for size in (1, 2, 7, 8):
            assert await _all(acme, acme.actor, size) == ids
            assert await _all(acme, acme.actor, size, "DEAL") == ids
            assert await _all(acme, acme.actor, size, "deal 3") == [ids[3]]
        found, following = await acme.ledger.list_entries.page(acme.actor, other.id, limit=2)
        assert ([item.id for _, item in found], following) == ([ids[1], ids[3]], ids[3])
        found, following = await acme.ledger.list_entries.page(acme.actor, other.id, limit=2, after=ids[3])
        assert ([item.id for _, item in found], following) == ([ids[5]], None)

    async def test_need_the_right_to_write(self, acme: Firm) -> None:
        """Who may only read changes nothing."""
        item, reader = await _created(acme, "A"), acme.acting(acme.ben, Right.READ)
        opportunities = acme.ledger.opportunities
        for attempt in (
            opportunities.create(reader, OpportunityDraft(name="x", list_id=item.list_id)),
            opportunities.update(reader, item.id, name="x"),
            opportunities.delete(reader, item.id),
            opportunities.create_list(reader, "L", Party.OPPORTUNITY, is_public=True),
        ):
            with pytest.raises(Forbidden):
                await attempt


class TestPrivateLists:
    async def test_only_owner_and_creator_see_them(self, acme: Firm) -> None:
        """A private list and what stands on it are there for its owner and creator only, in every way of reading."""
        ben, ledger = acme.acting(acme.ben), acme.ledger
        list_ = await ledger.opportunities.create_list(acme.actor, "Secret", Party.OPPORTUNITY, is_public=False)
        public = await _created(acme, "Deal")
        secret = [await _created(acme, f"Secret {index}", list_, person_ids=(acme.eve.id,)) for index in range(5)]
        last = await _created(acme, "Deal 2")
        number = (await ledger.interactions.log(acme.actor, meeting(acme.eve))).interaction.number
        linked = (
            await ledger.interactions.log(acme.actor, meeting(links=Links(opportunities=(secret[0].id,))))
        ).interaction.number

        for size in (1, 2, 3, 9):
            assert await _all(acme, ben, size) == [public.id, last.id]
            assert await _all(acme, ben, size, "secret") == []
            assert await _all(acme, acme.actor, size, "secret") == [item.id for item in secret]
        assert list_ not in await ledger.opportunities.lists(ben)
        assert await ledger.opportunities.get_many(ben, [public.id, secret[0].id]) == {public.id: public}
        assert not any((await ledger.opportunities.of_parties(ben, Party.PERSON, [acme.eve.id])).values())
        assert list_.id not in await ledger.opportunities.list_sizes(ben)
        assert sorted(await numbers_of(acme, (Party.OPPORTUNITY, secret[0].id))) == [number, linked]
        assert await numbers_of(acme, (Party.OPPORTUNITY, secret[0].id), ben) == []
        for attempt in (
            ledger.opportunities.get(ben, secret[0].id),
            ledger.opportunities.update(ben, secret[0].id, name="x"),
            ledger.opportunities.delete(ben, secret[0].id),
        ):
            with pytest.raises(NotFound):
                await attempt
        for refused in (
            ledger.opportunities.get_list(ben, list_.id),
            ledger.list_entries.page(ben, list_.id, limit=9),
            ledger.list_entries.get(ben, list_.id, secret[0].entry_id),
        ):
            with pytest.raises((NotFound, Forbidden)):
                await refused
        with pytest.raises(Invalid):
            await ledger.opportunities.create(ben, OpportunityDraft(name="x", list_id=list_.id))
        with pytest.raises(Invalid):
            await ledger.notes.create(ben, NoteDraft(content="x", links=Links(opportunities=(secret[0].id,))))
        with pytest.raises(Invalid):
            await ledger.interactions.log(ben, meeting(links=Links(opportunities=(secret[0].id,))))

    async def test_may_be_somebody_elses(self, acme: Firm) -> None:
        """A list is owned by whom its creator names: an internal person."""
        list_ = await acme.ledger.opportunities.create_list(
            acme.actor, "L", Party.OPPORTUNITY, is_public=False, owner=acme.ben.id
        )
        assert list_ in await acme.ledger.opportunities.lists(acme.acting(acme.ben))

        for owner in (acme.eve.id, 999):
            with pytest.raises(Invalid) as caught:
                await acme.ledger.opportunities.create_list(
                    acme.actor, "", Party.OPPORTUNITY, is_public=False, owner=owner
                )
            assert [problem.path for problem in caught.value.problems] == ["name", "owner_id"]
