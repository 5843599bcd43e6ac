"""The journal as it is read: newest first, by what one asks, and only of oneself for those who do not look after it."""

import pytest
from msgspec.structs import replace

from interlog.ledger import history as rules
from interlog.ledger.history import END, Asked
from interlog.model.instants import DAY, now
from interlog.model.journal import Action, Entity, JournalEntry
from interlog.model.tenancy import Right

from .conftest import Firm, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _all(acme: Firm, asked: Asked, limit: int = 3) -> list[JournalEntry]:
    """Read page after page."""
    found: list[JournalEntry] = []
    before = END
    while True:
        told = await acme.ledger.history.page(acme.actor, asked, before=before, limit=limit)
        found += told.entries
        assert len(told.entries) <= limit
        if told.next is None:
            return found
        before = told.next


async def test_newest_first(acme: Firm) -> None:
    """All pages together are the journal, backwards."""
    for _ in range(5):
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))

    assert await _all(acme, Asked()) == (await journal_of(acme))[::-1]


async def test_what_is_asked(acme: Firm) -> None:
    """By who, what, which record, through which protocol, and when."""
    await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))
    logged = await acme.ledger.interactions.log(acme.acting(acme.ben, protocol="affinity"), meeting(acme.ola))
    number = logged.interaction.number
    every = await _all(acme, Asked())
    expected = {
        Asked(actor=acme.ben.id): lambda entry: entry.actor == acme.ben.id,
        Asked(entity=Entity.PERSON): lambda entry: entry.entity is Entity.PERSON,
        Asked(entity=Entity.INTERACTION, entity_id=number): lambda entry: (
            entry.entity_id == number and entry.entity is Entity.INTERACTION
        ),
        Asked(protocol="affinity"): lambda entry: entry.protocol == "affinity",
        Asked(token=7): lambda entry: False,
        Asked(since=now() - DAY): lambda entry: True,
        Asked(until=now() - DAY): lambda entry: False,
    }

    for asked, means in expected.items():
        assert await _all(acme, asked) == [entry for entry in every if means(entry)], asked


async def test_members_read_of_themselves(acme: Firm) -> None:
    await acme.ledger.interactions.log(acme.acting(acme.ben), meeting(acme.eve))

    told = await acme.ledger.history.page(acme.acting(acme.ben, Right.WRITE), Asked(actor=acme.mia.id))

    assert {entry.actor for entry in told.entries} == {acme.ben.id}


async def test_a_page_looks_through_so_many_only(acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is rare is found all the same, by going on."""
    monkeypatch.setattr(rules, "_LOOKED_THROUGH", 4)
    await acme.ledger.interactions.log(acme.acting(acme.ben, protocol="affinity"), meeting(acme.eve))
    for _ in range(7):
        await acme.ledger.interactions.log(acme.actor, meeting(acme.eve))

    first = await acme.ledger.history.page(acme.actor, Asked(protocol="affinity"))

    assert first.entries == []
    assert first.next is not None
    assert [entry.actor for entry in await _all(acme, Asked(protocol="affinity"))].count(acme.ben.id) >= 1


async def test_versions_of_a_record(acme: Firm) -> None:
    """What it was before each change, newest first."""
    item = (await acme.ledger.interactions.log(acme.actor, meeting(acme.eve, title="One"))).interaction
    for title in ("Two", "Three"):
        await acme.ledger.interactions.amend(
            acme.actor,
            item.number,
            lambda read, title=title: replace(read.content, title=title),  # type: ignore[misc]
        )

    found = await acme.ledger.history.versions(acme.actor, Entity.INTERACTION, item.number)

    assert [entry.version for entry in found] == [3, 2]
    assert all(entry.action is Action.AMEND and entry.before for entry in found)
