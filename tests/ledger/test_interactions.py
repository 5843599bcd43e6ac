"""Use cases around interactions: log, repeat, amend, delete, and who sees what."""

import asyncio
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from msgspec.structs import replace

from interlog.ledger.drafts import fingerprint_of
from interlog.model.errors import Conflict, Forbidden, InterlogError, Invalid, NotFound, Problem
from interlog.model.instants import DAY, HOUR, now
from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.journal import Action, Entity
from interlog.model.notes import NoteDraft
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft
from interlog.model.tenancy import Right
from interlog.model.types import CALL, Category, Direction, FieldDefinition, FieldKind, InteractionType, Logging
from interlog.store import interactions as interaction_rows
from interlog.store import types as type_rows
from interlog.store.journal import versions_of
from interlog.store.statements import Unit
from tests.ledger.conftest import ALL_TIMES, YESTERDAY, Firm, content, meeting, numbers_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

READING = InteractionType(
    id=100, name="Reading", category=Category.OTHER, is_activity=True,
    fields=(FieldDefinition("sensor"), FieldDefinition("at", FieldKind.INSTANT), FieldDefinition("value")),
    identity=("sensor", "at"),
)  # fmt: skip
AUDIT = replace(READING, id=101, name="Audit", is_activity=False, category=Category.MEETING)


@pytest_asyncio.fixture(loop_scope="module")
async def firm(acme: Firm) -> Firm:
    """A firm that has defined two types with an identity: one may be amended, one is a fact."""
    unit = Unit()
    type_rows.insert(unit, acme.tenant.id, [READING, AUDIT], 0)
    await acme.ledger.store.database.write(unit)
    tenant = await acme.ledger.tenants.by_name(acme.tenant.name)
    return acme._replace(tenant=tenant, actor=replace(acme.actor, tenant=tenant))


def reading(sensor: str, value: str = "1", type_: str = "Reading", **draft: Any) -> Draft:
    """Return an interaction with an identity."""
    fields = {"sensor": sensor, "at": "2024-01-01T00:00:00Z", "value": value}
    return Draft(type=type_, content=Content(occurred_at=YESTERDAY, fields=fields), **draft)


async def _number(firm: Firm, draft: Draft) -> int:
    return (await firm.ledger.interactions.log(firm.actor, draft)).interaction.number


class TestLog:
    async def test_comes_back_as_it_was(self, acme: Firm) -> None:
        """Every part of an interaction is stored and read unchanged."""
        organization = await acme.ledger.organizations.create(acme.actor, OrganizationDraft(name="A"))
        draft = meeting(
            acme.eve, Participant(acme.ben.id, "initiator", "ben@own.example", "Ben"),
            at=YESTERDAY, occurred_offset=-210, ended_at=YESTERDAY + HOUR, title="Ünï😀", body="text\n" * 1_000,
            direction=Direction.RECEIVED, place={"latitude": 1.5, "name": "x"},
            links=Links(persons=(acme.ola.id,), organizations=(organization.id,)),
            extras={"affinity": {"a": [1, None, {"b": 10**30}], "null": "\x00"}},
            draft={"logging": Logging.AUTOMATIC, "origin": "calendar", "creator": acme.ben.id,
                   "external_ids": {"calendar": "abc"}, "uuid": str(uuid4())},
        )  # fmt: skip

        logged = await acme.ledger.interactions.log(acme.acting(acme.ben, protocol="affinity"), draft)

        item = await acme.ledger.interactions.get(acme.actor, logged.interaction.number)
        assert item == logged.interaction
        assert item.content == draft.content
        assert (item.logging, item.origin, item.creator, item.protocol) == (
            Logging.AUTOMATIC, "calendar", acme.ben.id, "affinity",
        )  # fmt: skip
        assert (item.uuid, item.external_ids, item.version) == (draft.uuid, {"calendar": "abc"}, 1)
        assert set(logged.persons) >= {acme.eve.id, acme.ben.id}

    async def test_the_creator(self, acme: Firm) -> None:
        """Who logs is the creator of what he logs by hand; what a sync captured has none unless it says so."""
        by_hand = await acme.ledger.interactions.log(acme.acting(acme.ben), meeting(acme.eve))
        captured = await acme.ledger.interactions.log(
            acme.acting(acme.ben), meeting(acme.eve, draft={"logging": Logging.AUTOMATIC})
        )

        assert (by_hand.interaction.creator, captured.interaction.creator) == (acme.ben.id, None)

    async def test_a_text_is_also_its_note(self, acme: Firm) -> None:
        """The text of a meeting is its root note; an e-mail's is not."""
        logged = await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, body="text"))
        email = await acme.ledger.interactions.log(acme.actor, meeting(body="text", draft={"type": "Email"}))

        note = await acme.ledger.notes.get(acme.actor, logged.interaction.note_id or 0)
        assert (note.content, note.interaction, note.attendees) == ("text", logged.interaction.number, (acme.eve.id,))
        assert email.interaction.note_id is None

    async def test_all_problems_at_once(self, acme: Firm) -> None:
        """Type rules, unknown parties and the protocol's own rule are judged together."""
        draft = meeting(
            Participant(999), acme.eve, Participant(acme.ben.id, "ghost"), ended_at=YESTERDAY - 1,
            links=Links(persons=(998,), organizations=(997,), opportunities=(996,)),
            draft={"group": 9, "creator": 995, "uuid": "no", "external_ids": {"x": "y" * 5_000}},
        )  # fmt: skip

        with pytest.raises(Invalid) as caught:
            await acme.ledger.interactions.log(acme.actor, draft, lambda content, persons: [Problem("own", "rule")])

        assert sorted(problem.path for problem in caught.value.problems) == [
            "creator", "ended_at", "external_ids.x", "group", "links.opportunities[0]", "links.organizations[0]",
            "links.persons[0]", "own", "participants[0].person", "participants[2].role", "uuid",
        ]  # fmt: skip

    async def test_what_is_refused_stores_nothing(self, acme: Firm) -> None:
        """A refused interaction leaves no person behind whom it would have brought, and no number in a list."""
        draft = meeting(Participant(None, "attendee", "new@x.example"), acme.eve, ended_at=0)

        with pytest.raises(Invalid):
            await acme.ledger.interactions.log(acme.actor, draft)
        outcomes = await acme.ledger.interactions.log_many(
            acme.actor, [draft, meeting(Participant(None, "attendee", "other@x.example"))]
        )

        assert [isinstance(outcome, Invalid) for outcome in outcomes] == [True, False]
        found, _ = await acme.ledger.persons.page(acme.actor, limit=100, term="x.example")
        assert [person.emails for person in found] == [("other@x.example",)]
        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == []

    async def test_needs_the_right_to_write(self, acme: Firm) -> None:
        """Who may only read logs, amends and deletes nothing; who may not even read sees nothing."""
        number = await _number(acme, meeting(acme.eve))
        reader, nobody = acme.acting(acme.ben, Right.READ), acme.acting(acme.ben, None)
        interactions = acme.ledger.interactions

        for attempt in (
            interactions.log(reader, meeting(acme.eve)),
            interactions.amend(reader, number, lambda item: item.content),
            interactions.delete(reader, number),
            interactions.get(nobody, number),
            numbers_of(acme, (Party.PERSON, acme.eve.id), nobody),
            acme.ledger.timeline.in_order_of_number(nobody, [1], after=0, limit=1),
        ):
            with pytest.raises(Forbidden):
                await attempt

    async def test_an_unknown_type(self, acme: Firm) -> None:
        """What there is no type for is invalid."""
        with pytest.raises(Invalid):
            await acme.ledger.interactions.log(acme.actor, meeting(draft={"type": "Party"}))


KEYS = ["request", "uuid", "external", "identity"]


class TestRepeat:
    def _draft(self, kind: str, key: str, value: str = "1") -> Draft:
        own = {
            "request": {"request_key": key},
            "uuid": {"uuid": f"0192a4e2-6f0c-7a3e-8c1d-{int.from_bytes(key.encode()) % 10**12:012d}"},
            "external": {"external_ids": {"crm": key}},
            "identity": {},
        }[kind]
        return reading(key if kind == "identity" else str(uuid4()), value, **own)

    @pytest.mark.parametrize("kind", KEYS)
    async def test_the_same_again(self, firm: Firm, kind: str) -> None:
        """The same request again stores nothing and gives the same answer."""
        draft = self._draft(kind, "a")

        first = await firm.ledger.interactions.log(firm.actor, draft)
        again = await firm.ledger.interactions.log(firm.actor, draft)

        assert (first.repeated, again.repeated) == (False, True)
        assert first.interaction == again.interaction
        assert [item.number for item in await firm.ledger.timeline.in_order_of_number(
            firm.actor, [READING.id], after=0, limit=9
        )] == [first.interaction.number]  # fmt: skip

    @pytest.mark.parametrize("kind", KEYS)
    async def test_another_content(self, firm: Firm, kind: str) -> None:
        """The same key with another content is a conflict that names what is stored."""
        draft = self._draft(kind, "a")
        number = await _number(firm, draft)

        other = replace(draft, content=replace(draft.content, title="other"))
        with pytest.raises(Conflict) as caught:
            await firm.ledger.interactions.log(firm.actor, other)

        assert caught.value.existing == number

    @pytest.mark.parametrize("kind", KEYS)
    async def test_at_the_same_time(self, firm: Firm, kind: str) -> None:
        """Of many equal requests at once one is stored; all get the same answer."""
        draft = self._draft(kind, "a")

        outcomes = await asyncio.gather(*(firm.ledger.interactions.log(firm.actor, draft) for _ in range(12)))

        assert len({outcome.interaction.number for outcome in outcomes}) == 1
        assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 11
        assert await firm.ledger.check.problems() == []

    @pytest.mark.parametrize("kind", KEYS)
    async def test_at_the_same_time_with_other_contents(self, firm: Firm, kind: str) -> None:
        """Of different requests with one key at once, one is stored and the others are conflicts."""
        drafts = [self._draft(kind, "a", value=str(index)) for index in range(8)]
        outcomes = await asyncio.gather(
            *(firm.ledger.interactions.log(firm.actor, draft) for draft in drafts), return_exceptions=True
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 7 + ["Logged"]

    async def test_an_answer_lost_before_its_person_came(self, acme: Firm) -> None:
        """A request is the same although somebody in it is known by now, or was deleted."""
        strict = acme.with_settings(create_unknown_persons=False)
        draft = meeting(Participant(None, "attendee", "late@x.example"), acme.eve, draft={"request_key": "a"})
        number = await _number(strict, draft)
        late = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Late", emails=("late@x.example",)))

        again = await strict.ledger.interactions.log(strict.actor, draft)
        assert (again.repeated, again.interaction.number) == (True, number)

        await acme.ledger.persons.delete(acme.actor, late.id)
        again = await strict.ledger.interactions.log(strict.actor, draft)
        assert (again.repeated, again.interaction.number) == (True, number)

    async def test_the_order_of_keys_means_nothing(self, acme: Firm) -> None:
        """JSON objects with the same members in another order are the same content."""
        number = await _number(acme, meeting(extras={"a": {"x": 1, "y": 2}, "b": 1}, draft={"request_key": "k"}))

        again = await acme.ledger.interactions.log(
            acme.actor, meeting(extras={"b": 1, "a": {"y": 2, "x": 1}}, draft={"request_key": "k"})
        )
        assert again.interaction.number == number

    async def test_keys_are_not_mixed_up(self, acme: Firm) -> None:
        """A system and an id that only together read like others are others."""
        first = await _number(acme, meeting(title="1", draft={"external_ids": {"a:b": "c"}}))
        second = await _number(acme, meeting(title="2", draft={"external_ids": {"a": "b:c"}}))
        third = await _number(acme, meeting(title="3", draft={"request_key": "a:b:c"}))

        assert len({first, second, third}) == 3

    async def test_long_keys(self, acme: Firm) -> None:
        """Keys of any length and with any character are told apart."""
        keys = ["x" * 10_000 + "a", "x" * 10_000 + "b", "\x00", "ü😀", ""]

        numbers = [await _number(acme, meeting(draft={"request_key": key})) for key in keys * 2]

        assert numbers[:5] == numbers[5:] and len(set(numbers)) == 5

    async def test_another_spelling_of_a_uuid(self, acme: Firm) -> None:
        """A uuid in upper case is the same uuid, and is stored in lower case."""
        uuid = str(uuid4())
        first = await acme.ledger.interactions.log(acme.actor, meeting(draft={"uuid": uuid.upper()}))
        again = await acme.ledger.interactions.log(acme.actor, meeting(draft={"uuid": uuid}))

        assert (first.interaction.uuid, again.repeated) == (uuid, True)

    async def test_the_uuid_of_something_else(self, acme: Firm) -> None:
        """A request with the uuid that another interaction was given here is a conflict, not an endless search."""
        stored = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))).interaction

        with pytest.raises(Conflict) as caught:
            await asyncio.wait_for(
                acme.ledger.interactions.log(acme.actor, meeting(draft={"uuid": stored.uuid.upper()})), 5
            )
        assert caught.value.existing == stored.number

    async def test_an_identity_that_an_amendment_took(self, firm: Firm) -> None:
        """What was amended to have an identity has it: another with the same is a conflict; the old one stays taken."""
        number = await _number(firm, reading("a"))
        await firm.ledger.interactions.amend(firm.actor, number, lambda item: reading("b").content)

        with pytest.raises(Conflict) as caught:
            await asyncio.wait_for(firm.ledger.interactions.log(firm.actor, reading("b")), 5)
        assert caught.value.existing == number

        other = await _number(firm, reading("c"))
        with pytest.raises(Conflict):
            await asyncio.wait_for(
                firm.ledger.interactions.amend(firm.actor, other, lambda item: reading("b").content), 5
            )

    async def test_a_fact_again(self, firm: Firm) -> None:
        """A fact that is reported again is the same fact; a different report is a conflict."""
        number = await _number(firm, reading("a", type_="Audit"))

        assert await _number(firm, reading("a", type_="Audit")) == number
        with pytest.raises(Conflict):
            await _number(firm, reading("a", "2", type_="Audit"))

    async def test_somebody_elses_key_tells_nothing(self, acme: Firm) -> None:
        """A key used for what the actor may not see is a conflict that does not say for what."""
        await acme.ledger.interactions.log(
            acme.acting(acme.mia, Right.WRITE, 7), meeting(draft={"request_key": "k", "group": 7})
        )

        with pytest.raises(Conflict) as caught:
            await acme.ledger.interactions.log(acme.actor, meeting(title="x", draft={"request_key": "k"}))
        assert caught.value.existing is None and "interaction" not in str(caught.value)


class TestLogMany:
    async def test_an_outcome_for_each(self, firm: Firm) -> None:
        """Valid ones are stored, repeated ones found, invalid and conflicting ones refused; each in its place."""
        before = await firm.ledger.interactions.log(firm.actor, reading("a"))
        drafts = [
            meeting(firm.eve), reading("a"), meeting(Participant(999)), reading("a", "2"), reading("b"), reading("b"),
            meeting(draft={"type": "None"}), meeting(firm.ola, body="x"),
        ]  # fmt: skip

        outcomes = await firm.ledger.interactions.log_many(firm.actor, drafts)

        kinds = [type(outcome).__name__ for outcome in outcomes]
        assert kinds == ["Logged", "Logged", "Invalid", "Conflict", "Logged", "Conflict", "Invalid", "Logged"]
        assert outcomes[1] == before._replace(repeated=True)
        for outcome in outcomes:
            if not isinstance(outcome, InterlogError):
                number = outcome.interaction.number
                assert await firm.ledger.interactions.get(firm.actor, number) == outcome.interaction

    async def test_somebody_new_in_many(self, acme: Firm) -> None:
        """An unknown address in several items becomes one person."""
        drafts = [meeting(Participant(None, "attendee", f"{name}@x.example")) for name in ("new", "New", "NEW")]

        outcomes = await acme.ledger.interactions.log_many(acme.actor, drafts)

        logged = [outcome for outcome in outcomes if not isinstance(outcome, InterlogError)]
        (person,) = {part.person for item in logged for part in item.interaction.participants}
        assert person is not None
        assert len(await numbers_of(acme, (Party.PERSON, person))) == 3

    async def test_somebody_new_in_many_requests_at_once(self, acme: Firm) -> None:
        """An unknown address in several requests at the same time becomes one person."""
        drafts = [meeting(Participant(None, "attendee", "new@x.example"), title=str(index)) for index in range(10)]

        logged = await asyncio.gather(*(acme.ledger.interactions.log(acme.actor, draft) for draft in drafts))

        assert len({part.person for item in logged for part in item.interaction.participants}) == 1

    async def test_batches_with_common_keys_at_once(self, firm: Firm) -> None:
        """Batches that overlap and arrive at the same time store each key once, and lose nothing else."""
        batches = [[reading(f"s{index}") for index in range(start, start + 20)] for start in (0, 10, 20)]

        outcomes = await asyncio.gather(*(firm.ledger.interactions.log_many(firm.actor, batch) for batch in batches))

        numbers = [outcome.interaction.number for batch in outcomes for outcome in batch]  # type: ignore[union-attr]
        assert len(numbers) == 60 and len(set(numbers)) == 40

    async def test_none(self, acme: Firm) -> None:
        """No drafts, no outcomes."""
        assert await acme.ledger.interactions.log_many(acme.actor, []) == []

    async def test_thousands(self, acme: Firm) -> None:
        """A bulk load stores everything in one go."""
        drafts = [
            meeting(acme.eve, at=YESTERDAY + index, body="x", draft={"request_key": str(index)})
            for index in range(2_500)
        ]

        outcomes = await acme.ledger.interactions.log_many(acme.actor, drafts)

        numbers = [outcome.interaction.number for outcome in outcomes]  # type: ignore[union-attr]
        assert await numbers_of(acme, (Party.PERSON, acme.eve.id), limit=5_000) == numbers[::-1]


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
        number = await _number(acme, meeting(acme.eve, acme.ben, at=YESTERDAY, body="x"))
        newer = await _number(acme, meeting(acme.ben, at=YESTERDAY + HOUR))

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
            number = await _number(firm, draft)
            with pytest.raises(Forbidden):
                await firm.ledger.interactions.amend(firm.actor, number, lambda item: replace(item.content, title="x"))
            with pytest.raises(Forbidden):
                await firm.ledger.interactions.delete(firm.actor, number)

    async def test_a_fact_has_the_note_it_came_with(self, firm: Firm) -> None:
        """No note changes what a fact says."""
        draft = reading("a", type_="Audit")
        bare = await _number(firm, draft)
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
        number = await _number(acme, meeting(title="a"))
        amend = acme.ledger.interactions.amend

        await amend(acme.actor, number, lambda item: content(title="b"), expected_version=1)
        with pytest.raises(Conflict) as caught:
            await amend(acme.actor, number, lambda item: content(title="c"), expected_version=1)

        assert caught.value.existing == number
        assert (await acme.ledger.interactions.get(acme.actor, number)).content.title == "b"

    async def test_many_at_once(self, acme: Firm) -> None:
        """Amendments at the same time follow each other: none is lost, or it is said."""
        number = await _number(acme, meeting(title=""))

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
        number = await _number(acme, meeting(title="a"))
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
        number = await _number(acme, meeting(acme.eve))
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
        number = await _number(acme, meeting(acme.eve, acme.ben, title="a"))
        other = await _number(acme, meeting(acme.ben))
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
        number = await _number(acme, meeting())
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
            number = await _number(acme, meeting(acme.eve, body="x"))
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


class TestPage:
    async def test_newest_first(self, acme: Firm) -> None:
        """By time, and of the same time by number; page by page, none twice and none missing."""
        times = [YESTERDAY + step for step in (0, 5, 5, 5, 2, 7, 7, 0)]
        numbers = [await _number(acme, meeting(acme.eve, at=at)) for at in times]
        expected = [number for _, number in sorted(zip(times, numbers, strict=True), reverse=True)]

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == expected
        for size in (1, 2, 3):
            assert await _all_pages(acme, (Party.PERSON, acme.eve.id), size) == expected

    async def test_a_range_of_time(self, acme: Firm) -> None:
        """From ``start`` until before ``end``, also when a page goes on."""
        numbers = [await _number(acme, meeting(acme.eve, at=YESTERDAY + index)) for index in range(5)]
        party = (Party.PERSON, acme.eve.id)

        found = await numbers_of(acme, party, start=YESTERDAY + 1, end=YESTERDAY + 3)
        assert found == [numbers[2], numbers[1]]
        found = await numbers_of(
            acme, party, start=YESTERDAY + 1, end=YESTERDAY + 3, before=(YESTERDAY + 4, numbers[4])
        )
        assert found == [numbers[2], numbers[1]]
        assert await numbers_of(acme, party, start=YESTERDAY + 3, end=YESTERDAY + 1) == []

    async def test_conditions(self, acme: Firm) -> None:
        """Type, direction, logging and another person narrow a page, alone and together, page by page."""
        kept = {}
        for index in range(16):
            direction, logging = Direction(index & 1), Logging(index >> 1 & 1)
            others = [acme.ola] if index & 4 else []
            type_ = "Call" if index & 8 else "Meeting"
            kept[index] = await _number(
                acme,
                meeting(acme.eve, *others, at=YESTERDAY + index, direction=direction,
                        draft={"type": type_, "logging": logging}),
            )  # fmt: skip
        types = {name: type_.id for name, type_ in acme.tenant.types_by_name.items()}
        options: list[tuple[dict[str, Any], Any]] = [
            ({"direction": 1}, lambda i: i & 1), ({"logging": 0}, lambda i: not i >> 1 & 1),
            ({"also_person": acme.ola.id}, lambda i: i & 4), ({"types": [types["Call"]]}, lambda i: i & 8),
            ({"types": [types["Email"]]}, lambda i: False), ({"types": []}, lambda i: False),
            ({"direction": 0, "logging": 1, "also_person": acme.ola.id, "types": [types["Meeting"]]},
             lambda i: i & 15 == 6),
            ({"direction": 0, "also_person": acme.ola.id}, lambda i: not i & 1 and i & 4),
        ]  # fmt: skip
        organization = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id, acme.ola.id))
        )
        for option, keeps in options:
            expected = [kept[index] for index in range(15, -1, -1) if keeps(index)]
            for party in ((Party.PERSON, acme.eve.id), (Party.ORGANIZATION, organization.id)):
                assert await numbers_of(acme, party, **option) == expected, option
                assert await _all_pages(acme, party, 1, **option) == expected, option

    async def test_behind_organizations_and_opportunities(self, acme: Firm) -> None:
        """An organization's are its persons' and its own; an opportunity's those of all its parties."""
        ledger = acme.ledger
        organization = await ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id, acme.ola.id))
        )
        (deals,) = await ledger.opportunities.lists(acme.actor)
        opportunity = await ledger.opportunities.create(
            acme.actor,
            OpportunityDraft(
                name="D", list_id=deals.id, person_ids=(acme.ben.id,), organization_ids=(organization.id,)
            ),
        )
        both = await _number(acme, meeting(acme.eve, acme.ola, acme.ben, at=YESTERDAY))
        eve = await _number(acme, meeting(acme.eve, at=YESTERDAY + 1))
        linked = await _number(acme, meeting(at=YESTERDAY + 2, links=Links(organizations=(organization.id,))))
        ben = await _number(acme, meeting(acme.ben, at=YESTERDAY + 3))
        direct = await _number(acme, meeting(at=YESTERDAY + 4, links=Links(opportunities=(opportunity.id,))))
        await _number(acme, meeting(acme.mia, at=YESTERDAY + 5))

        for size in (1, 2, 9):
            assert await _all_pages(acme, (Party.ORGANIZATION, organization.id), size) == [linked, eve, both]
            assert await _all_pages(acme, (Party.OPPORTUNITY, opportunity.id), size) == [direct, ben, linked, eve, both]

    async def test_more_parties_than_one_statement_takes(self, acme: Firm) -> None:
        """An organization with more people than one statement has arms: none missing, none twice."""
        persons = [
            await acme.ledger.persons.create(acme.actor, PersonDraft(first_name=f"No {index}")) for index in range(70)
        ]
        organization = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=tuple(person.id for person in persons))
        )
        outcomes = await acme.ledger.interactions.log_many(
            acme.actor,
            [
                meeting(person, persons[index * 7 % 70], at=YESTERDAY + index // 3)
                for index, person in enumerate(persons)
            ],
        )
        expected = [outcome.interaction.number for outcome in outcomes][::-1]  # type: ignore[union-attr]

        assert await numbers_of(acme, (Party.ORGANIZATION, organization.id)) == expected
        assert await _all_pages(acme, (Party.ORGANIZATION, organization.id), 8) == expected

    async def test_planned_ones_are_listed(self, acme: Firm) -> None:
        """What lies in the future is in the list as well."""
        number = await _number(acme, meeting(acme.eve, at=now() + 30 * DAY))

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [number]

    async def test_somebody_twice_in_one_is_listed_once(self, acme: Firm) -> None:
        """A person in several roles, or linked as well, makes one entry."""
        number = await _number(
            acme,
            meeting(acme.eve, Participant(acme.eve.id, "initiator"), links=Links(persons=(acme.eve.id,))),
        )

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [number]
        assert await acme.ledger.check.problems() == []

    async def test_of_nobody(self, acme: Firm) -> None:
        """A party that does not exist has no interactions."""
        for kind in Party:
            assert await numbers_of(acme, (kind, 10_000)) == []

    async def test_before_1970(self, acme: Firm) -> None:
        """Times before the epoch are times like any other."""
        numbers = [await _number(acme, meeting(acme.eve, at=at)) for at in (-1, -(10**15), 0)]

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [numbers[2], numbers[0], numbers[1]]

    async def test_in_order_of_number(self, acme: Firm) -> None:
        """A copy is kept up to date by number: oldest first, of some types, behind the last one seen."""
        numbers = [
            await _number(acme, meeting(at=YESTERDAY - index, draft={"type": type_}))
            for index, type_ in enumerate(["Meeting", "Call", "Meeting", "Email"])
        ]
        found = acme.ledger.timeline.in_order_of_number

        assert [i.number for i in await found(acme.actor, acme.types, after=0, limit=9)] == numbers
        assert [i.number for i in await found(acme.actor, [1], after=numbers[0], limit=9)] == [numbers[2]]
        assert [i.number for i in await found(acme.actor, acme.types, after=numbers[0], limit=2)] == numbers[1:3]


async def _all_pages(firm: Firm, party: tuple[Party, int], size: int, **options: Any) -> list[int]:
    """Return the numbers of a party's interactions, page by page."""
    found: list[int] = []
    before = None
    while True:
        page = await numbers_of(firm, party, limit=size, before=before, **options)
        assert len(page) <= size
        found += page
        if len(page) < size:
            return found
        last = await firm.ledger.interactions.get(firm.actor, page[-1])
        before = (last.content.occurred_at, last.number)


class TestFingerprint:
    """``fingerprint_of``"""

    async def test_leaves_out_what_was_not_given(self) -> None:
        """A field that a later version adds does not turn old requests, sent again, into conflicts."""
        draft = Draft(type="Meeting", content=Content(occurred_at=1), request_key="k")
        assert fingerprint_of(draft) == sha256(b'{"content":{"occurred_at":1},"type":"Meeting"}').hexdigest()


async def test_the_newest_of_everybody(acme: Firm) -> None:
    """Of all types or some, a page at a time, without what was deleted or others' groups hide."""
    drafts = [meeting(acme.eve, at=YESTERDAY + index % 3, draft={"type": kind}) for index in range(8)
              for kind in ("Meeting", "Call")]  # fmt: skip
    logged = [await acme.ledger.interactions.log(acme.actor, draft) for draft in drafts]
    hidden = await acme.ledger.interactions.log(
        acme.acting(acme.mia, Right.WRITE, 7), meeting(acme.eve, draft={"group": 7})
    )
    gone = logged.pop().interaction
    await acme.ledger.interactions.delete(acme.actor, gone.number)

    found: list[int] = []
    before = None
    while page := await acme.ledger.timeline.newest(acme.actor, acme.types, **ALL_TIMES, limit=4, before=before):
        found += [item.number for item in page]
        before = (page[-1].occurred_at, page[-1].number)

    items = sorted(
        (one.interaction for one in logged), key=lambda item: (item.content.occurred_at, item.number), reverse=True
    )
    assert found == [item.number for item in items]
    assert hidden.interaction.number not in found
    calls = await acme.ledger.timeline.newest(acme.actor, [CALL.id], **ALL_TIMES, limit=100)
    assert [item.number for item in calls] == [item.number for item in items if item.type_id == CALL.id]
    soonest = await acme.ledger.timeline.newest(acme.actor, acme.types, **ALL_TIMES, limit=5, soonest=True)
    assert [item.number for item in soonest] == [item.number for item in items[:-6:-1]]
