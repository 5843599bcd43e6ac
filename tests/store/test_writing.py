"""The one write path: groups, failures that stay alone, and what survives closing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from interlog.model.errors import Invalid, Unavailable
from interlog.model.journal import Action, Entity
from interlog.model.tenancy import Actor, Tenant, TenantSettings
from interlog.model.types import BUILT_IN_TYPES
from interlog.store import tenants
from interlog.store.database import MAX_GROUP, Database, Duplicate, Stale
from interlog.store.interactions import BY_REQUEST
from interlog.store.journal import add_entry
from interlog.store.schema import request, token
from interlog.store.sqlite import SqliteDatabase
from interlog.store.statements import Unit
from interlog.store.store import Store

ACTOR = Actor(
    tenant=Tenant(id=1, name="acme", settings=TenantSettings(), created_at=0, types=BUILT_IN_TYPES),
    person_id=1,
    right=None,
)
_ids = count(1)


def unit_of(*keys: str, text: str = "x") -> Unit:
    """Return a unit that stores a row for each key, and an entry in the journal."""
    unit = Unit()
    unit.insert(request, [(1, key, text, 1, 1) for key in keys])
    add_entry(unit, ACTOR, Action.CREATE, Entity.INTERACTION, next(_ids), 1, 1)
    return unit


def stale_unit(key: str) -> Unit:
    """Return a unit that would change what is not there."""
    unit = unit_of(key)
    unit.change(tenants.USED, {"tenant": 1, "token": 10**9, "at": 1})
    return unit


async def stored(database: Database, *keys: str) -> list[str]:
    """Return those of the keys that are stored."""
    return [key for key in keys if await database.fetch(BY_REQUEST, tenant=1, key=key)]


async def outcomes_of(database: Database, *units: Unit) -> list[Any]:
    """Write all units at once and return what became of each."""
    return list(await asyncio.gather(*(database.write(unit) for unit in units), return_exceptions=True))


@contextmanager
def counted_commits(database: Database) -> Any:
    """Give a list that gets an item for each transaction of the writer."""
    commits: list[str] = []
    if isinstance(database, SqliteDatabase):
        database._writer.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        yield commits
        database._writer.set_trace_callback(None)
    else:
        yield commits


async def transactions(database: Database, url: str, commits: list[str]) -> int:
    """Return how many transactions wrote to the journal."""
    if isinstance(database, SqliteDatabase):
        return len(commits)
    connection = await asyncpg.connect(url)
    value = await connection.fetchval("SELECT count(DISTINCT epoch) FROM journal")
    await connection.close()
    return int(value)


class TestGroups:
    async def test_many_units_take_few_transactions(self, store: Store) -> None:
        """Units that wait at the same time are committed together."""
        keys = [f"key {index}" for index in range(300)]
        with counted_commits(store.database) as commits:
            assert await outcomes_of(store.database, *(unit_of(key) for key in keys)) == [None] * 300

        assert await transactions(store.database, store.url, commits) < 30
        assert await stored(store.database, *keys) == keys

    async def test_more_than_a_group_holds(self, store: Store) -> None:
        """More units than one transaction takes are committed too."""
        keys = [f"key {index}" for index in range(2 * MAX_GROUP + 10)]

        assert set(await outcomes_of(store.database, *(unit_of(key) for key in keys))) == {None}
        assert len(await stored(store.database, *keys)) == len(keys)

    async def test_a_large_unit(self, store: Store) -> None:
        """A unit of thousands of rows is stored whole, or not at all."""
        keys = [f"key {index}" for index in range(3_000)]
        await store.database.write(unit_of(*keys))
        assert len(await stored(store.database, *keys)) == 3_000

        with pytest.raises(Duplicate):
            await store.database.write(unit_of(*(f"new {index}" for index in range(3_000)), keys[0]))
        assert await stored(store.database, *(f"new {index}" for index in range(3_000))) == []

    async def test_values_come_back_as_they_were(self, store: Store) -> None:
        """Text of any kind, small units and large ones, is read as it was written."""
        texts = ["", "ü€😀", "'; DROP TABLE request; --", "a\nb\tc\\", "x" * 100_000, "{}", '"', "NULL", "\\N"]
        await store.database.write(unit_of(*(f"small {index}" for index in range(3)), text=texts[1]))
        unit = Unit()
        unit.insert(request, [(1, f"text {index}", texts[index % len(texts)], index, 2**62) for index in range(1_500)])
        await store.database.write(unit)

        for index in (0, 1, 2, 3, 4, 5, 6, 7, 8, 1_499):
            ((text, number),) = await store.database.fetch(BY_REQUEST, tenant=1, key=f"text {index}")
            assert (text, number) == (texts[index % len(texts)], index)


class TestFailures:
    async def test_a_duplicate_fails_alone(self, store: Store) -> None:
        """Of a group, the units that are right are stored, and each gets its own answer."""
        await store.database.write(unit_of("taken"))
        units = [unit_of(f"key {index}") for index in range(40)]
        units[7] = unit_of("key a", "taken")
        units[23] = unit_of("taken", "key b")

        outcomes = await outcomes_of(store.database, *units)

        assert [index for index, outcome in enumerate(outcomes) if outcome is not None] == [7, 23]
        assert isinstance(outcomes[7], Duplicate) and outcomes[7].index == "request"
        assert await stored(store.database, "key a", "key b", "key 6", "key 8", "key 39") == [
            "key 6",
            "key 8",
            "key 39",
        ]

    async def test_one_of_two_with_the_same_key_is_stored(self, store: Store) -> None:
        """Two units of one group with the same key: the first is stored, the second is the duplicate."""
        await asyncio.gather(*(store.database.write(unit_of(f"warm {index}")) for index in range(3)))

        outcomes = await outcomes_of(store.database, *(unit_of("same", f"own {index}") for index in range(20)))

        assert outcomes.count(None) == 1
        assert {type(outcome) for outcome in outcomes if outcome is not None} == {Duplicate}
        winner = outcomes.index(None)
        assert await stored(store.database, *(f"own {index}" for index in range(20))) == [f"own {winner}"]

    async def test_a_stale_change_fails_alone(self, store: Store) -> None:
        """A unit whose change finds nothing is refused with its rows; its neighbours are stored."""
        units = [stale_unit(f"key {index}") if index % 3 == 0 else unit_of(f"key {index}") for index in range(30)]

        outcomes = await outcomes_of(store.database, *units)

        assert [isinstance(outcome, Stale) for outcome in outcomes] == [index % 3 == 0 for index in range(30)]
        keys = [f"key {index}" for index in range(30)]
        assert await stored(store.database, *keys) == [key for index, key in enumerate(keys) if index % 3]

    async def test_all_kinds_of_failures_in_one_group(self, store: Store) -> None:
        """Duplicates, stale changes, impossible values and mistakes: each fails alone, all else is stored."""
        await store.database.write(unit_of("taken"))
        mistake = Unit()
        mistake.insert(request, [(1, "mistake")])
        impossible = Unit()
        impossible.insert(request, [(2**70, "impossible", "x", 1, 1)])
        surrogate = unit_of("surrogate", text="\ud800")
        units = [
            unit_of("a"), unit_of("taken"), unit_of("b"), stale_unit("c"), impossible, unit_of("d"), mistake,
            surrogate, unit_of("e"), Unit(),
        ]  # fmt: skip

        outcomes = await outcomes_of(store.database, *units)

        expected: list[Any] = [None, Duplicate, None, Stale, Invalid, None, Exception, Invalid, None, None]
        for outcome, kind in zip(outcomes, expected, strict=True):
            assert outcome is None if kind is None else isinstance(outcome, kind), (outcome, kind)
        assert await stored(store.database, *"abcde") == ["a", "b", "d", "e"]
        await store.database.write(unit_of("afterwards"))

    async def test_the_journal_has_what_was_stored(self, store: Store) -> None:
        """A refused unit leaves no entry, a stored one exactly one."""
        await store.database.write(unit_of("taken"))
        before = next(_ids)
        await outcomes_of(store.database, *(unit_of("taken" if index % 2 else f"key {index}") for index in range(20)))

        rows = await _entity_ids(store)
        assert len([row for row in rows if row > before]) == 10

    async def test_a_value_that_cannot_be_asked_for(self, store: Store) -> None:
        """A number beyond 64 bits or half a character in a question is the asker's mistake, and harms nobody else."""
        for arguments in ({"tenant": 2**70, "key": "x"}, {"tenant": 1, "key": "\ud800"}):
            with pytest.raises(Invalid):
                await store.database.fetch(BY_REQUEST, **arguments)
            with pytest.raises(Invalid):
                await store.database.fetch_long(BY_REQUEST, **arguments)
        assert await stored(store.database, "x") == []


async def _entity_ids(store: Store) -> list[int]:
    if isinstance(store.database, SqliteDatabase):
        connection = sqlite3.connect(store.database.path)
        rows = connection.execute("SELECT entity_id FROM journal").fetchall()
        connection.close()
    else:
        server = await asyncpg.connect(store.url)
        rows = await server.fetch("SELECT entity_id FROM journal")
        await server.close()
    return [row[0] for row in rows]


class TestWaiting:
    async def test_a_cancelled_waiter_does_no_harm(self, store: Store) -> None:
        """Who stops waiting loses his answer only: the others get theirs, and the writer goes on."""
        tasks = [asyncio.create_task(store.database.write(unit_of(f"key {index}"))) for index in range(60)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()

        outcomes = await asyncio.gather(*tasks, return_exceptions=True)

        assert outcomes[1::2] == [None] * 30
        assert {type(outcome) for outcome in outcomes[::2]} <= {asyncio.CancelledError, type(None)}
        assert len(await stored(store.database, *(f"key {index}" for index in range(1, 60, 2)))) == 30
        await store.database.write(unit_of("afterwards"))

    async def test_a_cancelled_reader_does_no_harm(self, store: Store) -> None:
        """Reads that are given up leave connections that still work."""
        await store.database.write(unit_of("key"))
        for delay in (0, 0.0001, 0.001) * 5:
            tasks = [asyncio.create_task(store.database.fetch_long(BY_REQUEST, tenant=1, key="key")) for _ in range(20)]
            await asyncio.sleep(delay)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        found = await asyncio.gather(*(stored(store.database, "key") for _ in range(20)))
        assert found == [["key"]] * 20

    async def test_many_readers_at_once(self, store: Store) -> None:
        """More readers than connections wait for each other."""
        await store.database.write(unit_of("key"))

        found = await asyncio.gather(*(store.database.fetch_long(BY_REQUEST, tenant=1, key="key") for _ in range(200)))

        assert {tuple(rows[0]) for rows in found} == {("x", 1)}


class TestClosing:
    async def test_stores_what_waits(self, database_url: str) -> None:
        """Whatever was handed in before closing is stored and answered."""
        store = await Store.open(database_url)
        keys = [f"key {index}" for index in range(100)]
        tasks = [asyncio.create_task(store.database.write(unit_of(key))) for key in keys]
        await asyncio.sleep(0)

        await store.close()

        assert await asyncio.wait_for(asyncio.gather(*tasks), 5) == [None] * 100
        again = await Store.open(database_url)
        assert await stored(again.database, *keys) == keys
        await again.close()

    async def test_afterwards_there_is_an_answer(self, database_url: str) -> None:
        """Who comes too late is refused, and does not wait for ever."""
        store = await Store.open(database_url)
        await store.close()

        for attempt in (
            store.database.write(unit_of("late")),
            store.database.fetch(BY_REQUEST, tenant=1, key="x"),
            store.database.fetch_long(BY_REQUEST, tenant=1, key="x"),
        ):
            with pytest.raises(Unavailable):
                await asyncio.wait_for(attempt, 5)

    async def test_twice_is_once(self, database_url: str) -> None:
        """To close again does nothing."""
        store = await Store.open(database_url)
        await store.close()
        await store.close()


class TestTwoWriters:
    @pytest_asyncio.fixture
    async def second(self, store: Store) -> AsyncIterator[Store]:
        """Another process' store of the same database, for what matters here."""
        opened = await Store.open(store.url)
        yield opened
        await opened.close()

    async def test_one_of_two_with_the_same_key_is_stored(self, store: Store, second: Store) -> None:
        """Two stores that write the same keys at the same time: each key is stored once."""
        keys = [f"key {index}" for index in range(100)]
        backwards = [*reversed(keys)]

        outcomes = await asyncio.gather(
            outcomes_of(store.database, *(unit_of(key, f"first {key}") for key in keys)),
            outcomes_of(second.database, *(unit_of(key, f"second {key}") for key in backwards)),
        )

        first = dict(zip(keys, outcomes[0], strict=True))
        other = dict(zip(backwards, outcomes[1], strict=True))
        for key in keys:
            assert sorted(type(outcome).__name__ for outcome in (first[key], other[key])) == ["Duplicate", "NoneType"]
        assert await stored(store.database, *keys) == keys

    async def test_opposite_orders_do_not_lock_each_other_out(self, store: Store, second: Store) -> None:
        """Two stores that change the same rows in opposite orders at the same time both succeed in the end."""
        unit = Unit()
        unit.insert(token, [(1, id_, 1, str(id_), "", "", "[]", 1, *[None] * 6) for id_ in range(20)])
        await store.database.write(unit)

        def changing(order: Any) -> Unit:
            unit = Unit()
            for id_ in order:
                unit.change(tenants.USED, {"tenant": 1, "token": id_, "at": 1})
            return unit

        for _ in range(2):
            outcomes = await asyncio.gather(
                outcomes_of(store.database, *(changing(range(20)) for _ in range(3))),
                outcomes_of(second.database, *(changing(reversed(range(20))) for _ in range(3))),
            )
            assert outcomes == [[None] * 3] * 2


class TestSqliteFaults:
    @pytest_asyncio.fixture
    async def sqlite_store(self, tmp_path: Any) -> AsyncIterator[Store]:
        """A store on SQLite."""
        opened = await Store.open(f"sqlite:///{tmp_path / 'interlog.db'}")
        yield opened
        await opened.close()

    async def test_a_full_disk(self, sqlite_store: Store) -> None:
        """Where nothing fits any more, writes are refused, reads go on, and all is well once there is room."""
        database = sqlite_store.database
        assert isinstance(database, SqliteDatabase)
        await database.write(unit_of("before"))
        (pages,) = database._writer.execute("PRAGMA page_count").fetchone()
        database._writer.execute(f"PRAGMA max_page_count = {pages + 2}")

        outcomes = await outcomes_of(database, *(unit_of(f"full {index}", text="x" * 50_000) for index in range(20)))

        assert {type(outcome) for outcome in outcomes} == {Unavailable}
        assert await stored(database, "before", "full 0", "full 19") == ["before"]
        database._writer.execute("PRAGMA max_page_count = 1000000")
        assert (
            await outcomes_of(database, *(unit_of(f"room {index}", text="x" * 50_000) for index in range(9)))
            == [None] * 9
        )
        assert await database.integrity_problems() == []

    async def test_a_disk_that_fills_up_while_many_write(self, sqlite_store: Store) -> None:
        """What was acknowledged is there, what was refused is not, and nothing is half there."""
        database = sqlite_store.database
        assert isinstance(database, SqliteDatabase)
        (pages,) = database._writer.execute("PRAGMA page_count").fetchone()
        database._writer.execute(f"PRAGMA max_page_count = {pages + 40}")
        names = [(f"{index} a", f"{index} b") for index in range(200)]

        outcomes = []
        for start in range(0, 200, 10):  # ten at a time: what is in one transaction with a full disk is refused
            pairs = names[start : start + 10]
            outcomes += await outcomes_of(database, *(unit_of(*pair, text="x" * 4_000) for pair in pairs))

        assert {type(outcome) for outcome in outcomes} == {type(None), Unavailable}
        for pair, outcome in zip(names, outcomes, strict=True):
            assert await stored(database, *pair) == (list(pair) if outcome is None else [])

    async def test_a_transaction_that_was_left_open(self, sqlite_store: Store) -> None:
        """Where even rolling back failed, the next group begins anew, without what was left over."""
        database = sqlite_store.database
        assert isinstance(database, SqliteDatabase)
        database._writer.execute("BEGIN IMMEDIATE")
        database._writer.execute("INSERT INTO request VALUES (1, 'left over', 'x', 1, 1)")

        assert await outcomes_of(database, unit_of("a"), unit_of("b")) == [None, None]
        assert await stored(database, "left over", "a", "b") == ["a", "b"]

    async def test_read_only(self, sqlite_store: Store) -> None:
        """A file that may not be written to refuses writes, and takes them again when it may."""
        database = sqlite_store.database
        assert isinstance(database, SqliteDatabase)
        database._writer.execute("PRAGMA query_only = ON")
        assert {type(o) for o in await outcomes_of(database, unit_of("a"), unit_of("b"))} == {Unavailable}

        database._writer.execute("PRAGMA query_only = OFF")
        assert await outcomes_of(database, unit_of("a"), unit_of("b")) == [None, None]
