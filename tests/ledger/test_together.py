"""What many ask for at the same moment is logged as one unit, and each learns of his own alone."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.model.errors import InterlogError, Invalid, Problem
from interlog.model.interactions import Content, Draft, Participant
from interlog.model.journal import Entity
from interlog.model.tenancy import Right
from tests.counting import counted
from tests.ledger.conftest import Firm, content, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _log(firm: Firm, *drafts: Draft, **more: Any) -> list[Any]:
    """Log each draft by a request of its own, ``r-0`` and so on, all at once."""
    actors = [replace(firm.actor, request_id=f"r-{place}") for place in range(len(drafts))]
    logs = (firm.ledger.interactions.log(actor, item, **more) for actor, item in zip(actors, drafts, strict=True))
    return await asyncio.gather(*logs, return_exceptions=True)


async def test_one_unit_and_a_journal_entry_of_each_request(acme: Firm) -> None:
    """Thirty are one unit; each gets its own interaction, and the journal tells by which request it came."""
    await acme.ledger.interactions.log(acme.actor, meeting(acme.mia, acme.eve))
    drafts = [meeting(acme.mia, acme.eve, body=f"Text {place}") for place in range(30)]
    with counted(acme.ledger) as found:
        logged = await _log(acme, *drafts)
    assert found["write"] == 1
    for place, one in enumerate(logged):
        stored = await acme.ledger.interactions.get(acme.actor, one.interaction.number)
        assert (stored.content.body, stored.creator) == (f"Text {place}", acme.mia.id)
    entries = await journal_of(acme)
    by_number = {entry.entity_id: entry.request_id for entry in entries if entry.entity is Entity.INTERACTION}
    assert [by_number[one.interaction.number] for one in logged] == [f"r-{place}" for place in range(30)]


async def test_what_is_invalid_is_refused_alone(acme: Firm) -> None:
    """Others are stored, in spite of a stranger among participants and of a rule that is broken."""

    def rule(content: Content, persons: Any) -> list[Problem]:
        return [Problem("title", "is not for us")] if content.title == "Theirs" else []

    stranger = Participant(2**40, "attendee")
    drafts = [meeting(acme.mia), meeting(acme.mia, stranger), meeting(acme.mia, title="Theirs"), meeting(acme.ben)]
    first, second, third, last = await _log(acme, *drafts, rule=rule)
    assert isinstance(second, Invalid) and second.problems[0].path == "participants[1].person"
    assert isinstance(third, Invalid) and third.problems[0].path == "title"
    assert first.interaction.content.participants[0].person == acme.mia.id
    assert last.interaction.content.participants[0].person == acme.ben.id


async def test_what_cannot_be_stored_fails_alone(acme: Firm) -> None:
    """Where the unit cannot be written because of one of them, all others are."""
    beyond = meeting(acme.mia, title="Beyond", at=2**70)
    first, second, last = await _log(acme, meeting(acme.mia), beyond, meeting(acme.ben))
    assert isinstance(second, Exception)
    assert {first.interaction.number, last.interaction.number} == {
        (await acme.ledger.interactions.get(acme.actor, number)).number
        for number in (first.interaction.number, last.interaction.number)
    }


async def test_each_actor_for_himself(acme: Firm) -> None:
    """Who asks is not mixed up: creators differ, and who may not write is refused."""
    interactions = acme.ledger.interactions
    mia, ben = acme.acting(acme.mia), acme.acting(acme.ben)
    reader = acme.acting(acme.ben, Right.READ)
    draft = Draft(type="Meeting", content=content(acme.mia, acme.eve))
    asked = [interactions.log(actor, draft) for actor in (mia, ben, reader, mia, ben)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(found.pop(2), InterlogError)
    creators = [one.interaction.creator for one in found if not isinstance(one, BaseException)]
    assert creators == [acme.mia.id, acme.ben.id, acme.mia.id, acme.ben.id]


async def test_actors_that_differ_are_not_one_unit(acme: Firm) -> None:
    """Whatever they differ in: here, only the organization that the token was made for."""
    actors = [replace(acme.actor, organization=name) for name in ("one", "two", "one")]
    await acme.ledger.interactions.log(acme.actor, meeting(acme.mia))
    with counted(acme.ledger) as found:
        await asyncio.gather(*[acme.ledger.interactions.log(actor, meeting(acme.mia)) for actor in actors])
    assert found["write"] == 2


async def test_a_cancelled_one_leaves_the_others(acme: Firm) -> None:
    """Who has gone in the meantime holds up nobody."""
    tasks = [asyncio.ensure_future(acme.ledger.interactions.log(acme.actor, meeting(acme.mia))) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[1], asyncio.CancelledError)
    assert all(not isinstance(one, BaseException) for one in (found[0], found[2]))
