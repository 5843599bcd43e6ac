"""The journal: written with the change, and never read past an entry that is still to come."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from interlog.ledger import Ledger
from interlog.model.errors import Conflict
from interlog.model.journal import Action, Entity, JournalEntry, Position
from interlog.model.notes import NoteDraft
from interlog.store.journal import entries_since, versions_of
from interlog.store.store import Store
from tests.conftest import FreshDatabase
from tests.ledger.conftest import Firm, content, found_firm, journal_of, meeting


@pytest_asyncio.fixture
async def firm(database_url: str) -> AsyncIterator[Firm]:
    """A firm in a database of its own."""
    ledger = await Ledger.open(database_url)
    yield await found_firm(ledger)
    await ledger.close()


async def _since(store: Store, tenant: int, position: Position, limit: int = 1_000) -> list[JournalEntry]:
    return await entries_since(store.database, tenant, position, limit)


async def _end(firm: Firm) -> Position:
    return (await journal_of(firm))[-1].position


class TestEntries:
    async def test_every_change_has_one(self, firm: Firm) -> None:
        """Who did what, when, through which protocol, in the order of the changes."""
        start = await _end(firm)
        interactions, actor = firm.ledger.interactions, firm.acting(firm.ben, protocol="affinity")
        logged = await interactions.log(actor, meeting(firm.eve))
        number = logged.interaction.number
        await interactions.amend(actor, number, lambda item: content(firm.eve, title="x"))
        note = await firm.ledger.notes.create(actor, NoteDraft(content="text", interaction=number))
        await interactions.delete(actor, number)

        entries = await journal_of(firm, start)

        assert [(entry.action, entry.entity, entry.entity_id, entry.version) for entry in entries] == [
            (Action.CREATE, Entity.INTERACTION, number, 1),
            (Action.AMEND, Entity.INTERACTION, number, 2),
            (Action.AMEND, Entity.INTERACTION, number, 3),
            (Action.CREATE, Entity.NOTE, note.id, 1),
            (Action.DELETE, Entity.INTERACTION, number, 4),
            (Action.DELETE, Entity.NOTE, note.id, 2),
        ]
        assert {(entry.actor, entry.protocol) for entry in entries} == {(firm.ben.id, "affinity")}
        assert [entry.before is not None for entry in entries] == [False, True, True, False, False, True]
        assert entries[0].at == logged.interaction.created_at

    async def test_a_refused_change_has_none(self, firm: Firm) -> None:
        """What was not stored is not in the journal."""
        number = (await firm.ledger.interactions.log(firm.actor, meeting(firm.eve))).interaction.number
        start = await _end(firm)

        with pytest.raises(Conflict):
            await firm.ledger.interactions.amend(
                firm.actor, number, lambda item: content(firm.eve, title="x"), expected_version=7
            )

        assert await journal_of(firm, start) == []

    async def test_versions_are_the_amendments_newest_first(self, firm: Firm) -> None:
        """Each amendment keeps the record as it was before."""
        number = (await firm.ledger.interactions.log(firm.actor, meeting(firm.eve, title="0"))).interaction.number
        for index in range(1, 5):
            await firm.ledger.interactions.amend(
                firm.actor, number, lambda item, index=index: content(firm.eve, title=str(index))
            )

        found = await versions_of(firm.ledger.store.database, firm.tenant.id, Entity.INTERACTION, number, 3)

        assert [entry.version for entry in found] == [5, 4, 3]
        assert [(entry.before or {})["content"]["title"] for entry in found] == ["3", "2", "1"]

    async def test_pages_follow_each_other(self, firm: Firm) -> None:
        """A reader who takes a few entries at a time gets each once, in order; another tenant's are not among them."""
        other = await found_firm(firm.ledger)
        await firm.ledger.interactions.log_many(firm.actor, [meeting(firm.eve) for _ in range(20)])
        await firm.ledger.interactions.log_many(other.actor, [meeting(other.eve) for _ in range(20)])
        everything = await journal_of(firm)

        found: list[JournalEntry] = []
        while page := await _since(firm.ledger.store, firm.tenant.id, found[-1].position if found else Position(), 3):
            found += page

        assert found == everything
        assert [entry.position for entry in found] == sorted({entry.position for entry in found})
        assert len([entry for entry in found if entry.entity is Entity.INTERACTION]) == 20


class TestFollowing:
    async def test_a_follower_misses_nothing(self, firm: Firm) -> None:
        """Two stores write at the same time; who follows with a position sees every entry, once, in order."""
        second = await Ledger.open(firm.ledger.store.url)
        reader = await Store.open(firm.ledger.store.url)
        start = await _end(firm)
        done = asyncio.Event()
        seen: list[JournalEntry] = []

        async def follow() -> None:
            while True:
                finished = done.is_set()
                page = await _since(reader, firm.tenant.id, seen[-1].position if seen else start, 7)
                seen.extend(page)
                if finished and not page:
                    return
                await asyncio.sleep(0)

        async def write(ledger: Ledger) -> list[int]:
            outcomes = await asyncio.gather(
                *(
                    ledger.interactions.log(firm.actor, meeting(firm.eve, body="x" if i % 2 else None))
                    for i in range(100)
                )
            )
            return [outcome.interaction.number for outcome in outcomes]

        following = asyncio.create_task(follow())
        first, other = await asyncio.gather(write(firm.ledger), write(second))
        await journal_of(firm, start)
        done.set()
        await asyncio.wait_for(following, 20)

        assert [entry.position for entry in seen] == sorted({entry.position for entry in seen})
        assert sorted(entry.entity_id for entry in seen) == sorted(first + other)
        await reader.close()
        await second.close()

    async def test_waits_for_a_transaction_that_began_earlier(
        self, fresh_database: FreshDatabase, tmp_path: object
    ) -> None:
        """On PostgreSQL, an entry with an earlier place that commits later is waited for, not skipped."""
        with fresh_database("postgresql", tmp_path) as url:  # type: ignore[arg-type]
            ledger = await Ledger.open(url)
            firm = await found_firm(ledger)
            start = await _end(firm)
            slow = await asyncpg.connect(url)
            transaction = slow.transaction()
            await transaction.start()
            await slow.execute(
                "INSERT INTO journal (tenant_id, at, protocol, action, entity, entity_id, version) "
                "VALUES ($1, 1, 'rest', 'create', 'interaction', 777, 1)",
                firm.tenant.id,
            )
            number = (await ledger.interactions.log(firm.actor, meeting(firm.eve))).interaction.number

            assert await _since(ledger.store, firm.tenant.id, start) == []
            await transaction.commit()

            assert [entry.entity_id for entry in await journal_of(firm, start)] == [777, number]
            await slow.close()
            await ledger.close()

    async def test_a_transaction_that_is_given_up_holds_nobody_up(
        self, fresh_database: FreshDatabase, tmp_path: object
    ) -> None:
        """On PostgreSQL, after a rollback or a lost connection readers go on; one that only reads holds nobody up."""
        with fresh_database("postgresql", tmp_path) as url:  # type: ignore[arg-type]
            ledger = await Ledger.open(url)
            firm = await found_firm(ledger)
            start = await _end(firm)
            reading, writing = await asyncpg.connect(url), await asyncpg.connect(url)
            await reading.execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM journal")
            await writing.execute("BEGIN; SELECT pg_current_xact_id()")
            number = (await ledger.interactions.log(firm.actor, meeting(firm.eve))).interaction.number

            assert await _since(ledger.store, firm.tenant.id, start) == []
            writing.terminate()

            assert [entry.entity_id for entry in await journal_of(firm, start)] == [number]
            reading.terminate()
            await ledger.close()
