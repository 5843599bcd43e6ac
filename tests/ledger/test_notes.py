"""Use cases around notes."""

import asyncio

import pytest

from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.instants import DAY, now
from interlog.model.interactions import Links
from interlog.model.journal import Entity
from interlog.model.notes import Note, NoteDraft, NoteKind
from interlog.model.parties import OrganizationDraft, Party
from interlog.model.tenancy import Right
from interlog.model.validation import MAX_BODY
from interlog.store.journal import versions_of
from tests.ledger.conftest import YESTERDAY, Firm, content, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _written(firm: Firm, text: str = "text", **more: object) -> Note:
    draft = NoteDraft(**{"content": text, "links": Links(persons=(firm.eve.id,))} | more)
    return await firm.ledger.notes.create(firm.actor, draft)


async def _pages(firm: Firm, size: int, **options: object) -> list[int]:
    found: list[int] = []
    before = None
    while True:
        page = await firm.ledger.notes.page(firm.actor, limit=size, before=before, **options)
        assert len(page) <= size
        found += [note.id for note in page]
        if len(page) < size:
            return found
        before = (page[-1].created_at, page[-1].id)


class TestCreate:
    async def test_on_parties(self, acme: Firm) -> None:
        """A note on several parties comes back as it was, and is found by each of them."""
        organization = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="A"))
        links = Links(persons=(acme.ola.id, acme.eve.id), organizations=(organization.id,))

        note = await _written(
            acme, "ü😀\n<b>", links=links, kind=NoteKind.HTML, creator=acme.ben.id, created_at=YESTERDAY
        )

        assert note == await acme.ledger.notes.get(acme.actor, note.id)
        assert (note.content, note.kind, note.links) == ("ü😀\n<b>", NoteKind.HTML, links)
        assert (note.creator, note.created_at) == (acme.ben.id, YESTERDAY)
        for party in ((Party.PERSON, acme.eve.id), (Party.PERSON, acme.ola.id), (Party.ORGANIZATION, organization.id)):
            assert await _pages(acme, 9, party=party) == [note.id]

    async def test_on_an_interaction(self, acme: Firm) -> None:
        """The note is the interaction's text, is found by whoever took part, and there is only one."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, acme.ben))
        number = logged.interaction.number

        note = await acme.ledger.notes.create(acme.actor, NoteDraft(content="text", interaction=number))

        item = await acme.ledger.interactions.get(acme.actor, number)
        assert (item.content.body, item.note_id, item.version) == ("text", note.id, 2)
        assert (note.interaction, note.attendees) == (number, (acme.eve.id, acme.ben.id))
        assert await _pages(acme, 9, party=(Party.PERSON, acme.eve.id)) == [note.id]
        with pytest.raises(Conflict) as caught:
            await acme.ledger.notes.create(acme.actor, NoteDraft(content="other", interaction=number))
        assert caught.value.existing == note.id
        assert await acme.ledger.check.problems() == []

    async def test_on_an_interaction_and_parties(self, acme: Firm) -> None:
        """An interaction's note may be attached to others as well, who must exist."""
        number = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))).interaction.number
        with pytest.raises(Invalid) as caught:
            await _written(acme, interaction=number, links=Links(persons=(999,)))
        assert [problem.path for problem in caught.value.problems] == ["person_ids[0]"]

        note = await _written(acme, interaction=number, links=Links(persons=(acme.ola.id,)))
        for person in (acme.eve, acme.ola):
            assert await _pages(acme, 9, party=(Party.PERSON, person.id)) == [note.id]

    async def test_two_at_once_on_one_interaction(self, acme: Firm) -> None:
        """Of two first notes at the same time one is stored."""
        number = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))).interaction.number

        outcomes = await asyncio.gather(
            *(_written(acme, str(index), interaction=number, links=Links()) for index in range(4)),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Note"]
        assert await acme.ledger.check.problems() == []

    async def test_an_email_has_none(self, acme: Firm) -> None:
        """The text of an e-mail is no note, and it gets none."""
        number = (await acme.ledger.interactions.log(acme.actor, meeting(draft={"type": "Email"}))).interaction.number

        with pytest.raises(Invalid):
            await acme.ledger.notes.create(acme.actor, NoteDraft(content="x", interaction=number))

    async def test_replies(self, acme: Firm) -> None:
        """A reply belongs to its note only: it is listed with all notes and with its parent, not with parties."""
        note = await _written(acme)
        reply = await _written(acme, "reply", parent=note.id)

        assert (reply.parent, reply.links) == (note.id, Links())
        assert await _pages(acme, 9, parent=note.id) == [reply.id]
        assert await _pages(acme, 9) == [reply.id, note.id]
        assert await _pages(acme, 9, roots=True) == [note.id]
        assert await _pages(acme, 9, party=(Party.PERSON, acme.eve.id)) == [note.id]
        assert await acme.ledger.notes.reply_counts(acme.actor, [note.id, reply.id]) == {note.id: 1}
        assert await acme.ledger.notes.count(acme.actor) == 1
        assert await acme.ledger.notes.count(acme.actor, parent=note.id) == 1
        assert await acme.ledger.notes.count(acme.actor, party=(Party.PERSON, acme.eve.id)) == 1
        assert await acme.ledger.notes.count(acme.actor, party=(Party.PERSON, acme.mia.id)) == 0
        with pytest.raises(Invalid) as caught:
            await _written(acme, parent=reply.id)
        assert [problem.path for problem in caught.value.problems] == ["parent_id"]

    async def test_all_problems_at_once(self, acme: Firm) -> None:
        """Text, creator, time and parties are judged together."""
        for text in ("", " \n", "x" * (MAX_BODY + 1), "a\x00b"):
            with pytest.raises(Invalid) as caught:
                await _written(
                    acme, text, creator=acme.eve.id, created_at=now() + DAY,
                    links=Links(persons=(999,), organizations=(998,), opportunities=(997,)),
                )  # fmt: skip
            assert [problem.path for problem in caught.value.problems] == [
                "content", "created_at", "creator_id", "person_ids[0]", "organization_ids[0]", "opportunity_ids[0]",
            ]  # fmt: skip

    async def test_must_be_on_something(self, acme: Firm) -> None:
        """A note on nothing, or on what is not there, is invalid."""
        for draft in (
            NoteDraft(content="x"), NoteDraft(content="x", parent=999), NoteDraft(content="x", interaction=999)
        ):  # fmt: skip
            with pytest.raises(Invalid):
                await acme.ledger.notes.create(acme.actor, draft)

    async def test_needs_the_right_to_write(self, acme: Firm) -> None:
        """Who may only read writes, changes and deletes nothing."""
        note, reader = await _written(acme), acme.acting(acme.mia, Right.READ)
        for attempt in (
            acme.ledger.notes.create(reader, NoteDraft(content="x", links=Links(persons=(acme.eve.id,)))),
            acme.ledger.notes.update(reader, note.id, content="x"),
            acme.ledger.notes.delete(reader, note.id),
        ):
            with pytest.raises(Forbidden):
                await attempt


class TestUpdate:
    async def test_text_and_parties(self, acme: Firm) -> None:
        """What is given changes, lists follow, and the version before stands in the journal."""
        note = await _written(acme, "a")

        changed = await acme.ledger.notes.update(acme.actor, note.id, content="b", links=Links(persons=(acme.ola.id,)))

        assert changed == await acme.ledger.notes.get(acme.actor, note.id)
        assert (changed.content, changed.version, changed.kind) == ("b", 2, note.kind)
        assert changed.updated_at is not None
        assert await _pages(acme, 9, party=(Party.PERSON, acme.eve.id)) == []
        assert await _pages(acme, 9, party=(Party.PERSON, acme.ola.id)) == [note.id]
        (entry,) = await versions_of(acme.ledger.store.database, acme.tenant.id, Entity.NOTE, note.id, 9)
        assert entry.before is not None and entry.before["content"] == "a"

    async def test_of_an_interaction(self, acme: Firm) -> None:
        """The interaction's text follows its note, as an amendment."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, body="a"))

        await acme.ledger.notes.update(acme.acting(acme.ben), logged.interaction.note_id or 0, content="b")

        item = await acme.ledger.interactions.get(acme.actor, logged.interaction.number)
        assert (item.content.body, item.version, item.modifier) == ("b", 2, acme.ben.id)
        versions = await versions_of(acme.ledger.store.database, acme.tenant.id, Entity.INTERACTION, item.number, 9)
        assert [(entry.before or {})["content"]["body"] for entry in versions] == ["a"]

    async def test_parties_of_an_interactions_note_stay(self, acme: Firm) -> None:
        """Whatever else it is attached to, an interaction's note stays with those who took part."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, body="a"))
        note = logged.interaction.note_id or 0

        for links in (Links(persons=(acme.ola.id,)), Links()):
            await acme.ledger.notes.update(acme.actor, note, links=links)
            assert await _pages(acme, 9, party=(Party.PERSON, acme.eve.id)) == [note]
        assert await _pages(acme, 9, party=(Party.PERSON, acme.ola.id)) == []

    async def test_is_judged(self, acme: Firm) -> None:
        """An empty text, no party, or one that is not there: nothing changes."""
        note = await _written(acme)
        for options, paths in (
            ({"content": " "}, ["content"]),
            ({"links": Links()}, ["person_ids"]),
            ({"links": Links(persons=(acme.eve.id, 999))}, ["person_ids[1]"]),
        ):
            with pytest.raises(Invalid) as caught:
                await acme.ledger.notes.update(acme.actor, note.id, **options)
            assert [problem.path for problem in caught.value.problems] == paths
        assert await acme.ledger.notes.get(acme.actor, note.id) == note

    async def test_many_at_once(self, acme: Firm) -> None:
        """A change is made, or is a conflict."""
        note = await _written(acme)
        outcomes = await asyncio.gather(
            *(acme.ledger.notes.update(acme.actor, note.id, content=str(index)) for index in range(5)),
            return_exceptions=True,
        )

        stored = await acme.ledger.notes.get(acme.actor, note.id)
        assert stored.version == 1 + sum(isinstance(outcome, Note) for outcome in outcomes)
        assert {type(outcome) for outcome in outcomes} <= {Note, Conflict}


class TestDelete:
    async def test_takes_its_replies_along(self, acme: Firm) -> None:
        """Note and replies are gone, whoever wrote the replies."""
        note = await _written(acme)
        replies = [
            await acme.ledger.notes.create(acme.acting(acme.ben), NoteDraft(content=str(index), parent=note.id))
            for index in range(3)
        ]

        await acme.ledger.notes.delete(acme.actor, note.id)

        for id_ in (note.id, *(reply.id for reply in replies)):
            with pytest.raises(NotFound):
                await acme.ledger.notes.get(acme.actor, id_)
        assert await _pages(acme, 9) == await _pages(acme, 9, parent=note.id) == []
        assert await _pages(acme, 9, party=(Party.PERSON, acme.eve.id)) == []
        assert await acme.ledger.check.problems() == []

    async def test_only_its_author_may(self, acme: Firm) -> None:
        """Another's note stays, also for an admin."""
        note = await _written(acme, creator=acme.ben.id)
        with pytest.raises(Forbidden):
            await acme.ledger.notes.delete(acme.actor, note.id)

        await acme.ledger.notes.delete(acme.acting(acme.ben), note.id)

    async def test_an_interaction_loses_its_text(self, acme: Firm) -> None:
        """The text goes with the note; a new note may be written."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, body="a"))
        number = logged.interaction.number

        await acme.ledger.notes.delete(acme.actor, logged.interaction.note_id or 0)

        item = await acme.ledger.interactions.get(acme.actor, number)
        assert (item.content.body, item.note_id, item.version) == (None, None, 2)
        again = await acme.ledger.notes.create(acme.actor, NoteDraft(content="b", interaction=number))
        assert (await acme.ledger.interactions.get(acme.actor, number)).note_id == again.id
        await acme.ledger.interactions.amend(acme.actor, number, lambda item: content(acme.ola, body="c"))
        assert await _pages(acme, 9, party=(Party.PERSON, acme.ola.id)) == [again.id]
        assert await acme.ledger.check.problems() == []

    async def test_a_reply_at_the_same_moment(self, acme: Firm) -> None:
        """No reply is left behind without its note."""
        for _ in range(10):
            note = await _written(acme)
            await asyncio.gather(
                acme.ledger.notes.delete(acme.actor, note.id),
                *(_written(acme, str(index), parent=note.id) for index in range(3)),
                return_exceptions=True,
            )
            try:
                await acme.ledger.notes.get(acme.actor, note.id)
            except NotFound:
                assert await _pages(acme, 9, parent=note.id) == []


class TestPage:
    async def test_newest_first(self, acme: Firm) -> None:
        """By time and id, page by page, none twice and none missing; also of the same time."""
        times = [YESTERDAY + step for step in (0, 5, 5, 5, 2, 7)]
        ids = [(await _written(acme, created_at=at)).id for at in times]
        expected = [id_ for _, id_ in sorted(zip(times, ids, strict=True), reverse=True)]

        for size in (1, 2, 6, 7):
            for options in ({}, {"party": (Party.PERSON, acme.eve.id)}, {"creator": acme.mia.id}, {"roots": True}):
                assert await _pages(acme, size, **options) == expected

    async def test_a_partys_by_a_creator(self, acme: Firm) -> None:
        """Party and creator together: pages are full although others wrote in between."""
        for index in range(20):
            await _written(acme, created_at=YESTERDAY + index, creator=(acme.ben if index % 3 else acme.mia).id)
        expected = [
            n for n in await _pages(acme, 99) if (await acme.ledger.notes.get(acme.actor, n)).creator == acme.mia.id
        ]

        assert len(expected) == 7
        for size in (1, 2, 3, 7, 8):
            found = await _pages(acme, size, party=(Party.PERSON, acme.eve.id), creator=acme.mia.id)
            assert found == expected
