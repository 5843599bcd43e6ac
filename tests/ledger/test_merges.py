"""Merging persons and organizations, and undoing it."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger import merges as merging
from interlog.ledger.interactions import Logged
from interlog.ledger.tenants import system_actor
from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.errors import Conflict, Forbidden, Invalid, MergedAway, NotFound
from interlog.model.interactions import Content, Links, Participant
from interlog.model.journal import Action, Entity
from interlog.model.merges import Merge, MergeState
from interlog.model.notes import NoteDraft
from interlog.model.parties import Card, OpportunityDraft, Organization, OrganizationDraft, Party, Person, PersonDraft
from interlog.model.profiles import CONTACT, ORGANIZATION, ProfileDraft
from interlog.model.tenancy import Right
from interlog.store import merges as merge_rows
from interlog.store import resources as resource_rows
from interlog.store.statements import Unit
from tests.ledger.conftest import Firm, content, journal_of, meeting, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _person(firm: Firm, first_name: str, *emails: str, **more: Any) -> Person:
    draft = PersonDraft(first_name=first_name, emails=emails, **more)
    return await firm.ledger.persons.create(firm.actor, draft)


async def _organization(firm: Firm, name: str, *domains: str, persons: tuple[int, ...] = ()) -> Organization:
    draft = OrganizationDraft(name=name, domains=domains, person_ids=persons)
    return await firm.ledger.organizations.create(firm.actor, draft)


async def _merge(firm: Firm, survivor: Person | Organization, gone: Person | Organization) -> Merge:
    kind = Party.PERSON if isinstance(survivor, Person) else Party.ORGANIZATION
    merge = await firm.ledger.merges.merge(firm.actor, kind, survivor.id, gone.id)
    assert merge.state is MergeState.DONE
    return merge


async def _undo(firm: Firm, merge: Merge) -> None:
    assert (await firm.ledger.merges.undo(firm.actor, merge.id)).state is MergeState.UNDONE


async def _logged(firm: Firm, *parties: Person | Participant, **more: Any) -> int:
    return (await firm.ledger.interactions.log(firm.actor, meeting(*parties, **more))).interaction.number


async def _content(firm: Firm, number: int) -> Content:
    return (await firm.ledger.interactions.get(firm.actor, number)).content


async def _attending(firm: Firm, number: int) -> list[int | None]:
    return [part.person for part in (await _content(firm, number)).participants]


async def _is_clean(firm: Firm) -> bool:
    assert await firm.ledger.check.problems() == []
    return True


class TestPersons:
    async def test_all_that_names_the_one_names_the_other(self, acme: Firm) -> None:
        """Interactions, notes, opportunities, organizations and addresses are the survivor's afterwards."""
        ledger, actor = acme.ledger, acme.actor
        twin = await _person(acme, "Eva", "eva@twin.example")
        firm = await _organization(acme, "Twin", "twin.example")
        deals = await ledger.opportunities.create_list(actor, "Deals", Party.OPPORTUNITY, is_public=True)
        draft = OpportunityDraft(name="Deal", list_id=deals.id, person_ids=(acme.ola.id, twin.id))
        deal = await ledger.opportunities.create(actor, draft)
        number = await _logged(acme, twin, acme.ben, body="text")
        linked = await _logged(acme, acme.ben, links=Links(persons=(twin.id,)))
        note = await ledger.notes.create(actor, NoteDraft(content="n", links=Links(persons=(twin.id, acme.ola.id))))

        await _merge(acme, acme.eve, twin)

        assert await _attending(acme, number) == [acme.eve.id, acme.ben.id]
        assert (await _content(acme, linked)).links.persons == (acme.eve.id,)
        assert set(await numbers_of(acme, (Party.PERSON, acme.eve.id))) == {number, linked}
        assert (await ledger.notes.get(actor, note.id)).links.persons == (acme.eve.id, acme.ola.id)
        assert len(await ledger.notes.page(actor, limit=9, party=(Party.PERSON, acme.eve.id))) == 2
        assert (await ledger.opportunities.get(actor, deal.id)).person_ids == (acme.ola.id, acme.eve.id)
        eve = await ledger.persons.get(actor, acme.eve.id)
        assert eve.emails == ("eve@client.example", "eva@twin.example")
        assert (eve.name, eve.primary_email, eve.organization_ids) == ("Eve Moll", "eve@client.example", (firm.id,))
        assert (await ledger.organizations.members(actor, [firm.id]))[firm.id] == [eve.id]
        assert await ledger.relationships.strengths(actor, eve.id)
        assert await _is_clean(acme)

    async def test_what_the_survivor_lacks_is_filled(self, acme: Firm) -> None:
        """An empty name and fields that only the other one has are taken from the other one, and no others."""
        profiles, actor = acme.ledger.profiles, acme.actor
        await profiles.put(actor, CONTACT, ProfileDraft(key="A", fields={"FirstName": "Ada", "Phone": "1"}))
        fields = {"FirstName": "Adele", "LastName": "Byron", "Phone": "2", "Gender": "f", "DisplayName": "Countess"}
        await profiles.put(actor, CONTACT, ProfileDraft(key="B", fields=fields))
        one, other = [await profiles.find(actor, CONTACT, key) for key in "AB"]

        merge = await acme.ledger.merges.merge(actor, Party.PERSON, one.number, other.number)

        merged = await profiles.find(actor, CONTACT, "A")
        assert merged.fields == {
            "ContactId": "A", "FirstName": "Ada", "LastName": "Byron", "Phone": "1", "Gender": "f",
            "DisplayName": "Ada Byron",
        }  # fmt: skip
        await _undo(acme, merge)
        assert [(await profiles.find(actor, CONTACT, key)).fields for key in "AB"] == [one.fields, other.fields]

    async def test_whoever_takes_part_twice_is_there_once(self, acme: Firm) -> None:
        """An interaction of both names the survivor once in a role, and both again when it is undone."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        parts = (Participant(twin.id, "attendee", "eva@twin.example"), Participant(acme.eve.id, "attendee"),
                 Participant(twin.id, "initiator"))  # fmt: skip
        number = await _logged(acme, *parts, links=Links(persons=(acme.eve.id, twin.id)))

        merge = await _merge(acme, acme.eve, twin)
        merged = await _content(acme, number)
        await _undo(acme, merge)

        assert merged.participants == (parts[1], Participant(acme.eve.id, "initiator"))
        assert merged.links.persons == (acme.eve.id,)
        assert (await _content(acme, number)).participants == parts
        assert (await _content(acme, number)).links.persons == (acme.eve.id, twin.id)

    async def test_the_journal_tells_both(self, acme: Firm) -> None:
        """The journal has what became of each of the two, and of what was moved, with what was before."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        number = await _logged(acme, twin)

        merge = await _merge(acme, acme.eve, twin)
        entries = {(entry.entity, entry.entity_id): entry for entry in (await journal_of(acme))[-3:]}
        await _undo(acme, merge)
        undone = {(entry.entity, entry.entity_id): entry.action for entry in (await journal_of(acme))[-3:]}

        gone, kept = entries[Entity.PERSON, twin.id], entries[Entity.PERSON, acme.eve.id]
        assert (gone.action, gone.before and gone.before["first_name"]) == (Action.MERGE, "Eva")
        assert (kept.action, kept.before and kept.before["emails"]) == (Action.AMEND, ["eve@client.example"])
        assert entries[Entity.INTERACTION, number].action is Action.AMEND
        assert undone == {
            (Entity.PERSON, twin.id): Action.RESTORE,
            (Entity.PERSON, acme.eve.id): Action.AMEND,
            (Entity.INTERACTION, number): Action.AMEND,
        }

    async def test_the_one_who_is_gone_leads_to_the_survivor(self, acme: Firm) -> None:
        """Reading who is gone names the survivor, through any number of merges."""
        twin, third = await _person(acme, "Eva", "eva@twin.example"), await _person(acme, "E.")
        await _merge(acme, twin, third)
        await _merge(acme, acme.eve, twin)

        for gone in (twin, third):
            with pytest.raises(MergedAway) as refused:
                await acme.ledger.persons.get(acme.actor, gone.id)
            assert refused.value.into == acme.eve.id
        assert await acme.ledger.persons.get_many(acme.actor, [twin.id, third.id]) == {}

    async def test_late_references_find_the_survivor(self, acme: Firm) -> None:
        """An id, an address or a chosen id of who is gone means the survivor from then on, and makes nobody new."""
        ledger, actor = acme.ledger, acme.actor
        draft = ProfileDraft(key="C-7", fields={"Email": "eva@twin.example"})
        twin = await ledger.persons.get(actor, (await ledger.profiles.put(actor, CONTACT, draft)).profile.number)
        await _merge(acme, acme.eve, twin)

        by_address = await _logged(acme, Participant(None, "attendee", "Eva@Twin.example"))
        by_id = await _logged(acme, Participant(twin.id, "attendee"))

        assert await _attending(acme, by_address) == await _attending(acme, by_id) == [acme.eve.id]
        kind = ledger.profiles.kind_of(CONTACT)
        found = await kind.find(actor, CONTACT, {("ProfileId",): ["C-7", str(acme.eve.id)]})
        assert set(map(tuple, found.values())) == {(acme.eve.id,)}
        with pytest.raises(MergedAway, match=f"C-7 has been merged into {acme.eve.id}"):
            await ledger.profiles.find(actor, CONTACT, "C-7")
        with pytest.raises(NotFound):
            await ledger.profiles.find(actor, CONTACT, "C-8")

    async def test_ids_of_other_systems_move(self, acme: Firm) -> None:
        """What another system knows one of the two by leads to the survivor; undone, each has its own ids again."""
        cards, actor = acme.ledger.cards, acme.actor
        known = [
            (await cards.put_person(actor, Card(name=name, ids=(("crm", id_),))))[0]
            for name, id_ in (("Uta", "1"), ("Ute", "2"))
        ]

        async def owners() -> list[int | None]:
            found = await cards.persons(actor, [Card(name="", ids=(("crm", id_),)) for id_ in "12"])
            return [person.id if person else None for person in found]

        merge = await _merge(acme, *known)
        merged = await owners()
        clean = await _is_clean(acme)
        await _undo(acme, merge)

        assert (merged, clean) == ([known[0].id, known[0].id], True)
        assert await owners() == [person.id for person in known]
        assert await _is_clean(acme)

    async def test_what_was_deleted_comes_back_with_the_survivor(self, acme: Firm) -> None:
        """A deleted interaction, or an older version of one, that names who is gone, names the survivor."""
        ledger, actor = acme.ledger, acme.actor
        twin = await _person(acme, "Eva")
        deleted = await _logged(acme, twin)
        amended = await _logged(acme, twin)
        await ledger.interactions.delete(actor, deleted)
        await ledger.interactions.amend(actor, amended, lambda _: content(acme.ben))
        await _merge(acme, acme.eve, twin)

        await ledger.interactions.restore(actor, deleted)
        await ledger.undoing.undo(actor, amended)

        assert await _attending(acme, deleted) == await _attending(acme, amended) == [acme.eve.id]
        assert await _is_clean(acme)

    async def test_a_contact_of_a_campaign_moves(self, acme: Firm) -> None:
        """The survivor is the contact from then on, by the survivor's name; undone, the contact is as it was."""
        ledger, actor = acme.ledger, acme.actor
        data = {"profile": {"name": {"first": "Eva", "last": "M"}}}
        made = (await ledger.contacts.create(actor, ResourceDraft(kind="contacts", data=data))).resource
        twin = await ledger.persons.get(actor, made.person or 0)

        merge = await _merge(acme, acme.eve, twin)
        moved = await ledger.resources.get(actor, "contacts", made.id)
        clean = await _is_clean(acme)
        await _undo(acme, merge)
        back = await ledger.resources.get(actor, "contacts", made.id)

        assert (moved.person, moved.data["profile"]["name"]["first"]) == (acme.eve.id, "Eve")
        assert moved.data["profile"]["email"] == "eve@client.example"
        assert clean
        assert (back.person, back.data, back.natural) == (twin.id, made.data, made.natural)
        found = await resource_rows.by_person(ledger.store.database, acme.tenant.id, "contacts", [acme.eve.id])
        assert found == {}

    async def test_of_two_contacts_both_stay(self, acme: Firm) -> None:
        """The survivor is both contacts, each as clients know it, and both follow him; undone, each is its person's."""
        ledger, actor = acme.ledger, acme.actor
        one, other = [
            (await ledger.contacts.create(actor, ResourceDraft(kind="contacts", data=data))).resource
            for data in ({"profile": {"name": {"first": first}}} for first in ("Eva", "Eve"))
        ]

        async def both() -> list[tuple[int | None, str]]:
            found = [await ledger.resources.get(actor, "contacts", item.id) for item in (one, other)]
            return [(item.person, item.data["profile"]["name"]["first"]) for item in found]

        merge = await ledger.merges.merge(actor, Party.PERSON, one.person or 0, other.person or 0)
        merged, clean = await both(), await _is_clean(acme)
        await ledger.persons.update(actor, one.person or 0, first_name="Evi")
        renamed = await both()
        await _undo(acme, merge)

        assert merged == [(one.person, "Eva"), (one.person, "Eva")]
        assert renamed == [(one.person, "Evi"), (one.person, "Evi")]
        assert await both() == [(one.person, "Evi"), (other.person, "Eve")]
        assert clean
        assert await _is_clean(acme)

    async def test_who_signs_in_cannot_go(self, acme: Firm) -> None:
        """A user may survive, and does not go."""
        twin = await _person(acme, "Benny")

        with pytest.raises(Forbidden):
            await acme.ledger.merges.merge(acme.actor, Party.PERSON, twin.id, acme.ben.id)
        await _merge(acme, acme.ben, twin)

    async def test_refusals(self, acme: Firm) -> None:
        """Oneself, nobody, somebody gone and a lacking right are refused; nothing is stored."""
        merges, actor = acme.ledger.merges, acme.actor
        twin = await _person(acme, "Eva")
        merge = await _merge(acme, acme.eve, twin)
        before = len(await journal_of(acme))

        with pytest.raises(Invalid):
            await merges.merge(actor, Party.PERSON, acme.eve.id, acme.eve.id)
        with pytest.raises(Invalid):
            await merges.merge(actor, Party.OPPORTUNITY, 1, 2)
        with pytest.raises(NotFound):
            await merges.merge(actor, Party.PERSON, acme.eve.id, 99_999)
        with pytest.raises(MergedAway):
            await merges.merge(actor, Party.PERSON, twin.id, acme.ola.id)
        for attempt in (merges.merge, merges.preview):
            with pytest.raises(Forbidden):
                await attempt(acme.acting(acme.ben, Right.READ), Party.PERSON, acme.eve.id, acme.ola.id)
        with pytest.raises(Forbidden):
            await merges.undo(acme.acting(acme.ben, Right.READ), merge.id)
        with pytest.raises(NotFound):
            await merges.undo(actor, 99_999)

        assert len(await journal_of(acme)) == before

    async def test_a_preview_changes_nothing(self, acme: Firm) -> None:
        """It shows both, what would become of them, and how much would move."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        await _logged(acme, twin, acme.eve, body="text")
        before = len(await journal_of(acme))

        preview = await acme.ledger.merges.preview(acme.actor, Party.PERSON, acme.eve.id, twin.id)

        assert (preview.survivor, preview.gone) == (acme.eve, twin)
        assert isinstance(preview.united, Person)
        assert preview.united.emails == ("eve@client.example", "eva@twin.example")
        assert {entity: many for entity, many in preview.moves.items() if many} == {
            Entity.INTERACTION: 1,
            Entity.NOTE: 1,
        }
        assert len(await journal_of(acme)) == before


class TestOrganizations:
    async def test_members_and_links_move(self, acme: Firm) -> None:
        """The survivor has the domains and the persons of both; undone, each has its own."""
        ledger, actor = acme.ledger, acme.actor
        one = await _organization(acme, "Client", "client.example")
        other = await _organization(acme, "Clients", "clients.example", persons=(acme.ola.id, acme.eve.id))
        number = await _logged(acme, acme.ben, links=Links(organizations=(other.id, one.id)))
        await ledger.profiles.put(actor, ORGANIZATION, ProfileDraft(key=str(other.id), fields={"Industry": "tea"}))

        merge = await _merge(acme, one, other)
        merged = await ledger.organizations.get(actor, one.id)
        ola, eve = [await ledger.persons.get(actor, person.id) for person in (acme.ola, acme.eve)]
        links = (await _content(acme, number)).links.organizations
        profile = await ledger.profiles.find(actor, ORGANIZATION, str(one.id))
        clean = await _is_clean(acme)
        await _undo(acme, merge)

        assert (merged.name, merged.domains) == ("Client", ("client.example", "clients.example"))
        assert (ola.organization_ids, eve.organization_ids, links) == ((one.id,), (one.id,), (one.id,))
        assert profile.fields["Industry"] == "tea"
        assert clean
        assert (await ledger.organizations.get(actor, one.id)).domains == one.domains
        assert (await ledger.organizations.get(actor, other.id)).domains == other.domains
        assert (await ledger.persons.get(actor, acme.ola.id)).organization_ids == (other.id,)
        assert (await ledger.persons.get(actor, acme.eve.id)).organization_ids == (one.id, other.id)
        assert (await _content(acme, number)).links.organizations == (other.id, one.id)
        assert await _is_clean(acme)

    async def test_the_one_that_is_gone_leads_to_the_survivor(self, acme: Firm) -> None:
        """Reading it names the survivor."""
        one, other = await _organization(acme, "Client"), await _organization(acme, "Clients")
        await _merge(acme, one, other)

        with pytest.raises(MergedAway) as refused:
            await acme.ledger.organizations.get(acme.actor, other.id)
        assert refused.value.into == one.id


class TestUndo:
    async def test_both_are_as_they_were(self, acme: Firm) -> None:
        """Undone, the two and what names them are as before, but for versions and times."""
        ledger, actor = acme.ledger, acme.actor
        firm = await _organization(acme, "Twin", "twin.example")
        twin = await _person(acme, "Eva", "eva@twin.example", organization_ids=(firm.id,))
        number = await _logged(acme, twin, body="text")

        await _undo(acme, await _merge(acme, acme.eve, twin))

        assert _said(await ledger.persons.get(actor, twin.id)) == _said(twin)
        assert _said(await ledger.persons.get(actor, acme.eve.id)) == _said(acme.eve)
        assert await _attending(acme, number) == [twin.id]
        assert await numbers_of(acme, (Party.PERSON, twin.id)) == [number]
        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == []
        assert await _is_clean(acme)

    async def test_what_was_changed_since_keeps_its_change(self, acme: Firm) -> None:
        """Texts, names, addresses and participants that were changed after the merge stay as they are."""
        ledger, actor = acme.ledger, acme.actor
        twin = await _person(acme, "Eva", "eva@twin.example", "e@twin.example")
        reworded, taken_out, joined = [await _logged(acme, twin) for _ in range(3)]
        merge = await _merge(acme, acme.eve, twin)
        later = await _logged(acme, acme.eve)
        await ledger.interactions.amend(actor, reworded, lambda item: replace(item.content, title="New"))
        await ledger.interactions.amend(actor, taken_out, lambda item: content(acme.ben))
        await ledger.interactions.amend(actor, joined, lambda item: content(acme.ola, acme.eve))
        await ledger.persons.update(
            actor,
            acme.eve.id,
            last_name="Moll-Nys",
            emails=("eve@client.example", "eva@twin.example", "eve@new.example"),
        )

        await _undo(acme, merge)

        assert ((await _content(acme, reworded)).title, await _attending(acme, reworded)) == ("New", [twin.id])
        assert await _attending(acme, taken_out) == [acme.ben.id]
        assert await _attending(acme, joined) == [acme.ola.id, twin.id]
        assert await _attending(acme, later) == [acme.eve.id]
        eve, eva = [await ledger.persons.get(actor, person.id) for person in (acme.eve, twin)]
        assert (eve.last_name, eve.emails) == ("Moll-Nys", ("eve@client.example", "eve@new.example"))
        assert eva.emails == ("eva@twin.example",)
        assert await _is_clean(acme)

    async def test_the_later_merge_goes_first(self, acme: Firm) -> None:
        """Of a chain the last merge is undone first; then the one before it can be."""
        twin, third = await _person(acme, "Eva"), await _person(acme, "E.")
        number = await _logged(acme, third)
        first = await _merge(acme, twin, third)
        second = await _merge(acme, acme.eve, twin)

        with pytest.raises(Conflict, match="undo that first"):
            await acme.ledger.merges.undo(acme.actor, first.id)
        await _undo(acme, second)
        await _undo(acme, first)

        assert await _attending(acme, number) == [third.id]
        with pytest.raises(Conflict, match="undone already"):
            await acme.ledger.merges.undo(acme.actor, first.id)

    async def test_not_without_the_survivor(self, acme: Firm) -> None:
        """A merge into somebody who was deleted stands."""
        twin = await _person(acme, "Eva")
        merge = await _merge(acme, acme.eve, twin)
        await acme.ledger.persons.delete(acme.actor, acme.eve.id)

        with pytest.raises(Conflict, match="was deleted"):
            await acme.ledger.merges.undo(acme.actor, merge.id)

    async def test_merged_again_after_it_was_undone(self, acme: Firm) -> None:
        """The same two can be merged and undone again, also the other way round."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        number = await _logged(acme, twin)
        await _undo(acme, await _merge(acme, acme.eve, twin))
        await _undo(acme, await _merge(acme, twin, acme.eve))
        merge = await _merge(acme, acme.eve, twin)

        assert await _attending(acme, number) == [acme.eve.id]
        assert await acme.ledger.merges.into(acme.actor, Party.PERSON, acme.eve.id) == [merge]


class TestAtTheSameTime:
    async def test_two_merges_of_the_same_two(self, acme: Firm) -> None:
        """Of two who merge the same two, one each way, at the same moment, one is refused."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        merges = acme.ledger.merges

        outcomes = await asyncio.gather(
            merges.merge(acme.actor, Party.PERSON, acme.eve.id, twin.id),
            merges.merge(acme.actor, Party.PERSON, twin.id, acme.eve.id),
            return_exceptions=True,
        )

        assert sorted(isinstance(outcome, Merge) for outcome in outcomes) == [False, True]
        assert any(isinstance(outcome, MergedAway | Conflict) for outcome in outcomes)
        assert len(await acme.ledger.persons.get_many(acme.actor, [acme.eve.id, twin.id])) == 1
        assert await _is_clean(acme)

    async def test_others_write_meanwhile(self, acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever is logged, written and changed at the very moment of a merge is the survivor's afterwards."""
        monkeypatch.setattr(merging, "LATER", 0.3)
        ledger, actor = acme.ledger, acme.actor
        twin = await _person(acme, "Eva", "eva@twin.example")
        links = Links(persons=(twin.id,))

        outcomes = await asyncio.gather(
            *(ledger.interactions.log(actor, meeting(twin)) for _ in range(20)),
            ledger.merges.merge(actor, Party.PERSON, acme.eve.id, twin.id),
            *(ledger.interactions.log(actor, meeting(twin)) for _ in range(20)),
            *(ledger.notes.create(actor, NoteDraft(content="n", links=links)) for _ in range(5)),
            return_exceptions=True,
        )
        await ledger.merges.settled()

        refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert all(isinstance(error, Invalid) for error in refused)
        numbers = [item.interaction.number for item in outcomes if isinstance(item, Logged)]
        assert len(numbers) == 40
        assert {tuple(await _attending(acme, number)) for number in numbers} == {(acme.eve.id,)}
        assert await acme.ledger.notes.page(actor, limit=9, party=(Party.PERSON, twin.id)) == []
        assert await _is_clean(acme)


class TestMany:
    async def test_in_several_steps(self, acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        """What does not fit into one step is moved in several, there and back, and all of it."""
        monkeypatch.setattr(merging, "AT_ONCE", 3)
        twin = await _person(acme, "Eva")
        numbers = [await _logged(acme, twin, body="text") for _ in range(7)]
        notes = [
            await acme.ledger.notes.create(acme.actor, NoteDraft(content="n", links=Links(persons=(twin.id,))))
            for _ in range(4)
        ]

        merge = await _merge(acme, acme.eve, twin)
        moved = [await _attending(acme, number) for number in numbers]
        clean = await _is_clean(acme)
        await _undo(acme, merge)

        assert moved == [[acme.eve.id]] * 7
        assert clean
        assert [await _attending(acme, number) for number in numbers] == [[twin.id]] * 7
        for note in notes:
            assert (await acme.ledger.notes.get(acme.actor, note.id)).links.persons == (twin.id,)
        assert await _is_clean(acme)

    async def test_a_note_on_a_moved_interaction_with_links_of_its_own(self, acme: Firm) -> None:
        """A note that names both by its interaction and by itself is moved by both."""
        ledger, actor = acme.ledger, acme.actor
        twin = await _person(acme, "Eva")
        number = await _logged(acme, twin, body="text")
        note_id = (await ledger.interactions.get(actor, number)).note_id or 0
        await ledger.notes.update(actor, note_id, links=Links(persons=(twin.id,)))

        merge = await _merge(acme, acme.eve, twin)
        moved = await ledger.notes.get(actor, note_id)
        await _undo(acme, merge)
        back = await ledger.notes.get(actor, note_id)

        assert (moved.links.persons, moved.attendees) == ((acme.eve.id,), (acme.eve.id,))
        assert (back.links.persons, back.attendees) == ((twin.id,), (twin.id,))
        assert await _is_clean(acme)

    async def test_goes_on_where_it_was_left(self, ledger: Ledger, acme: Firm) -> None:
        """A merge, or its undoing, that a process left in the middle is finished by whoever serves the store next."""
        twin = await _person(acme, "Eva", "eva@twin.example")
        number = await _logged(acme, twin)
        begun = Merge(id=await ledger.store.numbers.one(acme.tenant.id, "merge"), kind=Party.PERSON,
                      survivor=acme.eve.id, gone=twin.id, state=MergeState.MOVING, creator=acme.mia.id,
                      created_at=1)  # fmt: skip
        unit = Unit()
        merge_rows.insert(unit, acme.tenant.id, begun, "rest")
        await ledger.store.database.write(unit)
        busy = [ledger.merges.merge(acme.actor, Party.PERSON, acme.ola.id, twin.id),
                ledger.merges.undo(acme.actor, begun.id)]  # fmt: skip
        for attempt in busy:
            with pytest.raises(Conflict, match="under way"):
                await attempt

        await _resumed(ledger, acme)
        assert await _attending(acme, number) == [acme.eve.id]
        done = await ledger.merges.get(acme.actor, begun.id)
        unit = Unit()
        merge_rows.change(unit, acme.tenant.id, done, replace(done, state=MergeState.UNDOING))
        await ledger.store.database.write(unit)
        await _resumed(ledger, acme)

        assert await _attending(acme, number) == [twin.id]
        assert (await ledger.merges.get(acme.actor, begun.id)).state is MergeState.UNDONE

    async def test_is_taken_back_where_one_is_deleted_meanwhile(self, ledger: Ledger, acme: Firm) -> None:
        """A merge under way, one of whose two is deleted, is undone as far as it was."""
        twin = await _person(acme, "Eva")
        begun = Merge(id=await ledger.store.numbers.one(acme.tenant.id, "merge"), kind=Party.PERSON,
                      survivor=acme.eve.id, gone=twin.id, state=MergeState.MOVING, creator=acme.mia.id,
                      created_at=1)  # fmt: skip
        unit = Unit()
        merge_rows.insert(unit, acme.tenant.id, begun, "rest")
        await ledger.store.database.write(unit)
        await ledger.persons.delete(acme.actor, acme.eve.id)

        await _resumed(ledger, acme)

        assert (await ledger.merges.get(acme.actor, begun.id)).state is MergeState.UNDONE
        assert await ledger.persons.get(system_actor(acme.tenant, acme.mia.id), twin.id) == twin


async def _resumed(ledger: Ledger, firm: Firm) -> None:
    await ledger.merges.resume([firm.tenant.id])
    await ledger.merges.settled()


def _said(person: Person) -> Person:
    return replace(person, version=0, modified_at=None)
