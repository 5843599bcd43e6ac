"""Amending and deleting interactions, and who sees them."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.instants import HOUR
from interlog.model.interactions import Links, Participant
from interlog.model.journal import Action, Entity
from interlog.model.notes import NoteDraft
from interlog.model.parties import Party
from interlog.model.tenancy import Right
from interlog.store import interactions as interaction_rows
from interlog.store.journal import versions_of
from tests.ledger.conftest import YESTERDAY, Firm, content, meeting, numbers_of

from .readings import firm, number_of, reading

__all__ = ["firm"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestAmend:
    async def test_is_a_new_version(self, acme: Firm) -> None:
        """The record changes, its version counts up, and the one before stands in the journal."""
        before = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, title="a", body="x"))).interaction

        after = await acme.ledger.interactions.amend(
            acme.acting(acme.ben), before.number, lambda item: replace(item.content, title="b", body="y")
        )

        item = await acme.ledger.interactions.get(acme.actor, before.number)
        assert item == after.interaction
        assert (item.version, item.modifier, item.content.title) == (2, acme.ben.id, "b")
        assert item.modified_at is not None and item.modified_at >= before.created_at
        (entry,) = await versions_of(acme.ledger.store.database, acme.tenant.id, Entity.INTERACTION, before.number, 10)
        assert (entry.action, entry.version, entry.actor) == (Action.AMEND, 2, acme.ben.id)
        assert entry.before is not None and entry.before["content"]["title"] == "a"
        assert (await acme.ledger.notes.get(acme.actor, item.note_id or 0)).content == "y"

    async def test_moves_in_every_list(self, acme: Firm) -> None:
        """Another time and other participants: lists follow, with the note."""
        number = await number_of(acme, meeting(acme.eve, acme.ben, at=YESTERDAY, body="x"))
        newer = await number_of(acme, meeting(acme.ben, at=YESTERDAY + HOUR))

        await acme.ledger.interactions.amend(
            acme.actor, number, lambda item: content(acme.ola, acme.ben, at=YESTERDAY + 2 * HOUR, body="x")
        )

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == []
        assert await numbers_of(acme, (Party.PERSON, acme.ola.id)) == [number]
        assert await numbers_of(acme, (Party.PERSON, acme.ben.id)) == [number, newer]
        for person, count in ((acme.eve, 0), (acme.ola, 1)):
            assert len(await acme.ledger.notes.page(acme.actor, limit=9, party=(Party.PERSON, person.id))) == count
        assert await acme.ledger.check.problems() == []

    async def test_to_the_same_changes_nothing(self, acme: Firm) -> None:
        """An amendment to what is already there is no new version."""
        before = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, title="a"))).interaction

        again = await acme.ledger.interactions.amend(acme.actor, before.number, lambda item: item.content)

        assert again.interaction == before
        assert await acme.ledger.interactions.get(acme.actor, before.number) == before

    async def test_a_fact_is_refused(self, firm: Firm) -> None:
        """What is a fact stays as it is, its text too."""
        for draft in (reading("a", type_="Audit"), meeting(draft={"type": "Email"})):
            number = await number_of(firm, draft)
            with pytest.raises(Forbidden):
                await firm.ledger.interactions.amend(firm.actor, number, lambda item: replace(item.content, title="x"))
            with pytest.raises(Forbidden):
                await firm.ledger.interactions.delete(firm.actor, number)

    async def test_a_fact_has_the_note_it_came_with(self, firm: Firm) -> None:
        """No note changes what a fact says."""
        draft = reading("a", type_="Audit")
        bare = await number_of(firm, draft)
        with pytest.raises(Forbidden):
            await firm.ledger.notes.create(firm.actor, NoteDraft(content="x", interaction=bare))

        said = reading("b", type_="Audit")
        logged = await firm.ledger.interactions.log(
            firm.actor, replace(said, content=replace(said.content, body="text"))
        )
        note = logged.interaction.note_id or 0
        with pytest.raises(Forbidden):
            await firm.ledger.notes.update(firm.actor, note, content="other")
        with pytest.raises(Forbidden):
            await firm.ledger.notes.delete(firm.actor, note)

    async def test_an_expected_version(self, acme: Firm) -> None:
        """With the version that is stored it is amended, with another it is a conflict."""
        number = await number_of(acme, meeting(title="a"))
        amend = acme.ledger.interactions.amend

        await amend(acme.actor, number, lambda item: content(title="b"), expected_version=1)
        with pytest.raises(Conflict) as caught:
            await amend(acme.actor, number, lambda item: content(title="c"), expected_version=1)

        assert caught.value.existing == number
        assert (await acme.ledger.interactions.get(acme.actor, number)).content.title == "b"

    async def test_many_at_once(self, acme: Firm) -> None:
        """Amendments at the same time follow each other: none is lost, or it is said."""
        number = await number_of(acme, meeting(title=""))

        outcomes = await asyncio.gather(
            *(
                acme.ledger.interactions.amend(
                    acme.actor, number, lambda item, n=index: replace(item.content, title=f"{item.content.title} {n}")
                )
                for index in range(4)
            ),
            return_exceptions=True,
        )

        item = await acme.ledger.interactions.get(acme.actor, number)
        made = [index for index, outcome in enumerate(outcomes) if not isinstance(outcome, Conflict)]
        assert sorted(int(word) for word in (item.content.title or "").split()) == made
        assert item.version == 1 + len(made) >= 2

    async def test_of_many_with_one_expected_version_one_wins(self, acme: Firm) -> None:
        """Amendments of the same version at the same time: one is made."""
        number = await number_of(acme, meeting(title="a"))
        outcomes = await asyncio.gather(
            *(
                acme.ledger.interactions.amend(
                    acme.actor, number, lambda item, n=index: content(title=str(n)), expected_version=1
                )
                for index in range(6)
            ),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 5 + ["Logged"]

    async def test_a_text_comes_and_goes(self, acme: Firm) -> None:
        """A first text brings the note; without a body the note is empty, and a new body fills it again."""
        number = await number_of(acme, meeting(acme.eve))
        amend = acme.ledger.interactions.amend

        first = await amend(acme.actor, number, lambda item: content(acme.eve, body="a"))
        note = first.interaction.note_id or 0
        assert (await acme.ledger.notes.get(acme.actor, note)).content == "a"
        await amend(acme.actor, number, lambda item: content(acme.eve))
        last = await amend(acme.actor, number, lambda item: content(acme.eve, body="b"))

        assert last.interaction.note_id == note
        assert (await acme.ledger.notes.get(acme.actor, note)).content == "b"
        assert await acme.ledger.check.problems() == []

    async def test_with_somebody_deleted_in_it(self, acme: Firm) -> None:
        """Who took part and was deleted since is no obstacle to an amendment; to bring him in is."""
        number = await number_of(acme, meeting(acme.eve, acme.ben, title="a"))
        other = await number_of(acme, meeting(acme.ben))
        await acme.ledger.persons.delete(acme.actor, acme.eve.id)

        amended = await acme.ledger.interactions.amend(
            acme.actor, number, lambda item: replace(item.content, title="b")
        )
        assert [p.person for p in amended.interaction.content.participants] == [acme.eve.id, acme.ben.id]
        with pytest.raises(Invalid):
            await acme.ledger.interactions.amend(acme.actor, other, lambda item: content(acme.eve, acme.ben))

    async def test_is_judged_like_a_new_one(self, acme: Firm) -> None:
        """All problems of the new content are told, and nothing changes: nobody new is stored either."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))
        bad = content(
            Participant(None, "attendee", "new@x.example"), Participant(999), ended_at=0,
            links=Links(organizations=(9,)),
        )  # fmt: skip

        with pytest.raises(Invalid) as caught:
            await acme.ledger.interactions.amend(acme.actor, logged.interaction.number, lambda item: bad)

        assert {p.path for p in caught.value.problems} == {
            "ended_at",
            "participants[1].person",
            "links.organizations[0]",
        }
        assert (await acme.ledger.persons.page(acme.actor, limit=9, term="new@x.example"))[0] == []

    async def test_what_is_not_there(self, acme: Firm) -> None:
        """Nothing, or something deleted, cannot be amended or deleted."""
        number = await number_of(acme, meeting())
        await acme.ledger.interactions.delete(acme.actor, number)

        for missing in (number, 10_000, -1):
            for attempt in (
                acme.ledger.interactions.amend(acme.actor, missing, lambda item: content()),
                acme.ledger.interactions.delete(acme.actor, missing),
                acme.ledger.interactions.get(acme.actor, missing),
            ):
                with pytest.raises(NotFound):
                    await attempt


class TestDelete:
    async def test_is_hidden_with_its_notes(self, acme: Firm) -> None:
        """A deleted interaction is in no list; its note and the replies are gone too; the record stays."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, body="x"))
        number, note = logged.interaction.number, logged.interaction.note_id or 0
        reply = await acme.ledger.notes.create(acme.acting(acme.ben), NoteDraft(content="y", parent=note))

        gone = await acme.ledger.interactions.delete(acme.actor, number)

        assert gone.deleted_at is not None and gone.version == 2
        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == []
        assert await acme.ledger.timeline.in_order_of_number(acme.actor, acme.types, after=0, limit=9) == []
        for id_ in (note, reply.id):
            with pytest.raises(NotFound):
                await acme.ledger.notes.get(acme.actor, id_)
        assert await acme.ledger.notes.page(acme.actor, limit=9, party=(Party.PERSON, acme.eve.id)) == []
        kept = await interaction_rows.by_number(acme.ledger.store.database, acme.tenant.id, number)
        assert kept is not None and kept.content == logged.interaction.content
        assert await acme.ledger.check.problems() == []

    async def test_at_the_same_time_as_an_amendment(self, acme: Firm) -> None:
        """Whatever comes first, the record ends deleted or amended, and no row is left over."""
        for _ in range(5):
            number = await number_of(acme, meeting(acme.eve, body="x"))
            await asyncio.gather(
                acme.ledger.interactions.delete(acme.actor, number),
                acme.ledger.interactions.amend(acme.actor, number, lambda item: content(acme.ola, body="y")),
                return_exceptions=True,
            )
        assert await acme.ledger.check.problems() == []


class TestGroups:
    async def test_only_members_see_it(self, acme: Firm) -> None:
        """What belongs to a security group is seen by its members, in every way of reading, and by nobody else."""
        insider, outsider = acme.acting(acme.mia, Right.ADMIN, 7), acme.acting(acme.ben, Right.ADMIN, 8)
        draft = meeting(acme.eve, body="secret", at=YESTERDAY, draft={"group": 7})
        logged = await acme.ledger.interactions.log(insider, draft)
        number, note = logged.interaction.number, logged.interaction.note_id or 0
        reply = await acme.ledger.notes.create(insider, NoteDraft(content="reply", parent=note))
        timeline, interactions, notes = acme.ledger.timeline, acme.ledger.interactions, acme.ledger.notes
        party = (Party.PERSON, acme.eve.id)

        async def seen(actor: Any) -> list[Any]:
            return [
                await numbers_of(acme, party, actor),
                [item.number for item in await timeline.in_order_of_number(actor, acme.types, after=0, limit=9)],
                [item.id for item in await notes.page(actor, limit=9)],
                [item.id for item in await notes.page(actor, limit=9, party=party)],
                [item.id for item in await notes.page(actor, limit=9, creator=acme.mia.id)],
                [item.id for item in await notes.page(actor, limit=9, parent=note)],
            ]

        assert await seen(insider) == [[number], [number], [reply.id, note], [note], [reply.id, note], [reply.id]]
        assert await seen(outsider) == [[]] * 6
        for attempt in (
            interactions.get(outsider, number),
            interactions.amend(outsider, number, lambda item: content()),
            interactions.delete(outsider, number),
            notes.get(outsider, note),
            notes.get(outsider, reply.id),
            notes.update(outsider, note, content="x"),
            notes.delete(outsider, note),
        ):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(Invalid):
            await notes.create(outsider, NoteDraft(content="x", parent=note))
        with pytest.raises(Invalid):
            await notes.create(outsider, NoteDraft(content="x", interaction=number))
        with pytest.raises(Invalid):
            await interactions.log(outsider, meeting(draft={"group": 7}))
        assert await interactions.get(insider, number) == logged.interaction
