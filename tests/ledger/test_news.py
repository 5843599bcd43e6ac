"""Watching what is stored, as whoever watches may see it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from interlog.ledger import Ledger
from interlog.ledger import news as rules
from interlog.ledger.news import News
from interlog.model.errors import Unauthenticated
from interlog.model.journal import Position
from interlog.model.tenancy import Actor, Right
from tests.ledger.conftest import Firm, found_firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _told(firm: Firm, position: Position, wanted: set[int], actor: Actor | None = None) -> set[int]:
    """Watch until all of the wanted were told of, and return what was."""
    found: set[int] = set()

    async def actor_now() -> Actor:
        return actor or firm.actor

    async with asyncio.timeout(20):
        async for news in firm.ledger.news.watch(actor_now, position):
            found |= set(news.numbers) if news is not None else set()
            if found >= wanted:
                break
    return found


async def test_tells_of_each_change_behind_a_position(ledger: Ledger) -> None:
    """Each interaction that was stored, changed or deleted; none that was there before."""
    firm = await found_firm(ledger)
    log = ledger.interactions.log
    before = (await log(firm.actor, meeting(firm.mia, firm.eve))).interaction.number
    await _told(firm, Position(), {before})
    position = await ledger.news.position(firm.actor)
    numbers = [(await log(firm.actor, meeting(firm.mia, firm.eve, at=at))).interaction.number for at in range(3)]
    await ledger.interactions.delete(firm.actor, numbers[0])

    assert await _told(firm, position, set(numbers)) == set(numbers)


async def test_misses_nothing_of_many_writers(ledger: Ledger) -> None:
    """Writers at the same time, and a watcher who begins again after each piece of news."""
    firm = await found_firm(ledger)
    position = await ledger.news.position(firm.actor)
    found: set[int] = set()

    async def watch() -> None:
        nonlocal position

        async def actor_now() -> Actor:
            return firm.actor

        while len(found) < 60:
            watching: AsyncIterator[News | None] = ledger.news.watch(actor_now, position)
            async for news in watching:
                if news is not None:
                    position = news.position
                    found.update(news.numbers)
                    break

    async def write(at: int) -> int:
        return (await ledger.interactions.log(firm.actor, meeting(firm.mia, firm.eve, at=at))).interaction.number

    async with asyncio.timeout(30):
        watcher = asyncio.create_task(watch())
        numbers: set[int] = set()
        for start in range(0, 60, 10):
            numbers |= set(await asyncio.gather(*(write(at) for at in range(start, start + 10))))
            await asyncio.sleep(0.05)
        await watcher
    assert found == numbers


async def test_tells_only_what_one_may_see(ledger: Ledger) -> None:
    """Nothing of groups that the watcher does not see, and nothing of other tenants."""
    firm, other = await found_firm(ledger), await found_firm(ledger)
    position, elsewhere = await ledger.news.position(firm.actor), await ledger.news.position(other.actor)
    insider = firm.acting(firm.mia, Right.WRITE, 9)
    hidden = (await ledger.interactions.log(insider, meeting(firm.mia, draft={"group": 9}))).interaction.number
    shown = (await ledger.interactions.log(insider, meeting(firm.mia))).interaction.number

    assert await _told(firm, position, {shown}) == {shown}
    assert await _told(firm, position, {shown}, insider) == {hidden, shown}
    assert await ledger.news.since(other.actor, elsewhere) is None


async def test_ends_with_the_right_to_see(ledger: Ledger) -> None:
    """Whoever is no longer signed in is told nothing more."""
    await found_firm(ledger)

    async def nobody() -> Actor:
        raise Unauthenticated("nobody is signed in")

    assert [news async for news in ledger.news.watch(nobody, Position())] == []


async def test_few_watch_for_one_user(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than may watch ends whoever has watched longest; users do not end each other's."""
    monkeypatch.setattr(rules, "MOST_WATCHING", 2)
    monkeypatch.setattr(rules, "_SILENT", 0.0)
    firm = await found_firm(ledger)

    async def mia() -> Actor:
        return firm.actor

    async def ben() -> Actor:
        return firm.acting(firm.ben)

    position = await ledger.news.position(firm.actor)
    watching = [ledger.news.watch(who, position) for who in (mia, mia, ben, mia)]
    ended = [await anext(one, "ended") for one in watching + watching]
    assert ended == [None] * 4 + ["ended", None, None, None]
    for one in watching:
        await one.aclose()  # type: ignore[attr-defined]
    assert ledger.news._watching == {}
