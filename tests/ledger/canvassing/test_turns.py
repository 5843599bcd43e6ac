"""Those who would change the same contact come one after the other."""

import asyncio

import pytest

from interlog.ledger.canvassing.turns import Turns

pytestmark = pytest.mark.asyncio


async def test_one_after_the_other() -> None:
    """Whoever has a turn keeps it until he is done; those who wait follow in order, others are not held up."""
    turns, seen = Turns(), list[str]()

    async def work(name: str, tenant: int, contact: str) -> None:
        async with turns.of(tenant, contact):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(work("a", 1, "x"), work("b", 1, "x"), work("c", 1, "x"), work("d", 2, "x"))
    assert seen[:3] == ["a begins", "d begins", "a ends"]
    assert [word for word in seen if word[0] != "d"] == [f"{n} {what}" for n in "abc" for what in ("begins", "ends")]


async def test_who_goes_away_hands_his_turn_on() -> None:
    """One who is cancelled while he waits, or just when it is his turn, leaves it to the next; errors do too."""
    turns, seen = Turns(), list[str]()

    async def work(name: str) -> None:
        async with turns.of(1, "x"):
            seen.append(name)

    first = turns.of(1, "x")
    await first.__aenter__()
    waiting = [asyncio.create_task(work(name)) for name in "abc"]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    await first.__aexit__(None, None, None)  # it is b's turn, who is cancelled before he knows
    waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert seen == ["c"]
    with pytest.raises(ZeroDivisionError):
        async with turns.of(1, "x"):
            raise ZeroDivisionError
    await asyncio.wait_for(work("d"), 1)
    assert seen == ["c", "d"]


async def test_several_at_once_do_not_wait_for_each_other() -> None:
    """Turns of several contacts are taken in one order, whatever the order in which they are asked for."""
    turns = Turns()

    async def work(contacts: str) -> None:
        async with turns.of_all(1, contacts):
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(*(work(contacts) for contacts in ("ab", "ba", "aab", "cab", "b"))), 5)
