"""Numbers: each given out once, growing with time."""

import asyncio
from itertools import chain, pairwise

import pytest

from interlog.ledger import Ledger
from interlog.store.numbers import KINDS
from interlog.store.store import Store
from tests.ledger.conftest import Firm, found_firm


@pytest.fixture
async def firm(database_url: str) -> Firm:
    """A firm in a database of its own; its ledger is closed by the test."""
    return await found_firm(await Ledger.open(database_url))


async def test_each_is_given_out_once_and_they_grow(firm: Firm) -> None:
    """Whoever asks later gets a greater one, alone or many in a row, however many ask at once."""
    numbers = firm.ledger.store.numbers
    wanted = [1, 1, 5, 1, 40, 1, 300, 2, 1, 7] * 20

    taken = await asyncio.gather(*(numbers.take(firm.tenant.id, "interaction", many) for many in wanted))

    assert [len(found) for found in taken] == wanted
    assert all(first < second for first, second in pairwise(sorted(chain.from_iterable(taken))))
    later = await numbers.take(firm.tenant.id, "interaction", 3)
    assert later[0] > max(chain.from_iterable(taken))
    await firm.ledger.close()


async def test_kinds_and_tenants_count_for_themselves(firm: Firm) -> None:
    """A number of one kind or tenant says nothing about another's."""
    other = await found_firm(firm.ledger)
    numbers = firm.ledger.store.numbers

    first = {kind: (await numbers.take(firm.tenant.id, kind, 2))[-1] for kind in KINDS}
    second = {kind: (await numbers.take(other.tenant.id, kind, 2))[-1] for kind in KINDS}

    assert first == second
    assert first["interaction"] == 2
    await firm.ledger.close()


async def test_two_stores_never_give_out_the_same(firm: Firm) -> None:
    """Two processes on one database take different numbers, and each one's grow."""
    second = await Store.open(firm.ledger.store.url)
    stores = [firm.ledger.store, second]

    async def take(store: Store) -> list[int]:
        return [await store.numbers.one(firm.tenant.id, "interaction") for _ in range(200)]

    first, other = await asyncio.gather(*(take(store) for store in stores))

    assert first == sorted(set(first)) and other == sorted(set(other))
    assert set(first).isdisjoint(other)
    await second.close()
    await firm.ledger.close()


async def test_a_clean_stop_gives_back_what_is_left(firm: Firm) -> None:
    """After closing and opening again the next number follows the last one."""
    last = (await firm.ledger.store.numbers.take(firm.tenant.id, "interaction", 3))[-1]
    await firm.ledger.close()

    again = await Store.open(firm.ledger.store.url)
    assert await again.numbers.one(firm.tenant.id, "interaction") == last + 1
    await again.close()


async def test_nothing_is_given_back_behind_another_ones_back(firm: Firm) -> None:
    """Numbers that another process has gone past are skipped, not given out again."""
    second = await Store.open(firm.ledger.store.url)
    first = await firm.ledger.store.numbers.one(firm.tenant.id, "interaction")
    other = await second.numbers.one(firm.tenant.id, "interaction")
    await firm.ledger.close()

    later = await second.numbers.take(firm.tenant.id, "interaction", 100)
    await second.close()
    again = await Store.open(second.url)
    last = await again.numbers.one(firm.tenant.id, "interaction")
    await again.close()

    assert first < other < later[0]
    assert last == later[-1] + 1
