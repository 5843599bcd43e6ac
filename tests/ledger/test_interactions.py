"""Logging interactions: one, the same again, and many at once."""

import asyncio
from hashlib import sha256
from uuid import uuid4

import pytest
from msgspec.structs import replace

from interlog.ledger.drafts import fingerprint_of
from interlog.model.errors import Conflict, Forbidden, InterlogError, Invalid, Problem
from interlog.model.instants import HOUR
from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.parties import OrganizationDraft, Party, PersonDraft
from interlog.model.tenancy import Right
from interlog.model.types import Direction, Logging
from tests.ledger.conftest import YESTERDAY, Firm, meeting, numbers_of

from .readings import READING, firm, number_of, reading

__all__ = ["firm"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


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
        number = await number_of(acme, meeting(acme.eve))
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
        number = await number_of(firm, draft)

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
        number = await number_of(strict, draft)
        late = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Late", emails=("late@x.example",)))

        again = await strict.ledger.interactions.log(strict.actor, draft)
        assert (again.repeated, again.interaction.number) == (True, number)

        await acme.ledger.persons.delete(acme.actor, late.id)
        again = await strict.ledger.interactions.log(strict.actor, draft)
        assert (again.repeated, again.interaction.number) == (True, number)

    async def test_the_order_of_keys_means_nothing(self, acme: Firm) -> None:
        """JSON objects with the same members in another order are the same content."""
        number = await number_of(acme, meeting(extras={"a": {"x": 1, "y": 2}, "b": 1}, draft={"request_key": "k"}))

        again = await acme.ledger.interactions.log(
            acme.actor, meeting(extras={"b": 1, "a": {"y": 2, "x": 1}}, draft={"request_key": "k"})
        )
        assert again.interaction.number == number

    async def test_keys_are_not_mixed_up(self, acme: Firm) -> None:
        """A system and an id that only together read like others are others."""
        first = await number_of(acme, meeting(title="1", draft={"external_ids": {"a:b": "c"}}))
        second = await number_of(acme, meeting(title="2", draft={"external_ids": {"a": "b:c"}}))
        third = await number_of(acme, meeting(title="3", draft={"request_key": "a:b:c"}))

        assert len({first, second, third}) == 3

    async def test_long_keys(self, acme: Firm) -> None:
        """Keys of any length and with any character are told apart."""
        keys = ["x" * 10_000 + "a", "x" * 10_000 + "b", "\x00", "ü😀", ""]

        numbers = [await number_of(acme, meeting(draft={"request_key": key})) for key in keys * 2]

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
        number = await number_of(firm, reading("a"))
        await firm.ledger.interactions.amend(firm.actor, number, lambda item: reading("b").content)

        with pytest.raises(Conflict) as caught:
            await asyncio.wait_for(firm.ledger.interactions.log(firm.actor, reading("b")), 5)
        assert caught.value.existing == number

        other = await number_of(firm, reading("c"))
        with pytest.raises(Conflict):
            await asyncio.wait_for(
                firm.ledger.interactions.amend(firm.actor, other, lambda item: reading("b").content), 5
            )

    async def test_a_fact_again(self, firm: Firm) -> None:
        """A fact that is reported again is the same fact; a different report is a conflict."""
        number = await number_of(firm, reading("a", type_="Audit"))

        assert await number_of(firm, reading("a", type_="Audit")) == number
        with pytest.raises(Conflict):
            await number_of(firm, reading("a", "2", type_="Audit"))

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


class TestFingerprint:
    """``fingerprint_of``"""

    async def test_leaves_out_what_was_not_given(self) -> None:
        """A field that a later version adds does not turn old requests, sent again, into conflicts."""
        draft = Draft(type="Meeting", content=Content(occurred_at=1), request_key="k")
        assert fingerprint_of(draft) == sha256(b'{"content":{"occurred_at":1},"type":"Meeting"}').hexdigest()
