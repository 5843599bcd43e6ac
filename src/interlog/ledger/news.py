"""News: what is stored, through whichever protocol and process, as whoever watches may see it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from ..model.errors import Unauthenticated, Unavailable
from ..model.journal import Entity, Position
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import interactions as rows
from ..store.journal import entries_since
from ..store.store import Store

_EVERY = 0.5
_ENTRIES = 200
_SILENT = 15.0


class News(NamedTuple):
    """What happened up to a position of the journal: the numbers of interactions that are others by now."""

    position: Position
    numbers: list[int]


class Newsroom:
    """Use cases around watching. However many watch, the end of a tenant's journal is read twice a second at most."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._ended = asyncio.Event()
        self._ends: dict[int, tuple[Position, float]] = {}

    async def position(self, actor: Actor) -> Position:
        """Return the position to watch from: all that is not there yet will be behind it."""
        actor.require(Right.READ)
        return await changes.last(self._database, actor.tenant.id)

    async def watch(self, actor_now: Callable[[], Awaitable[Actor]], position: Position) -> AsyncIterator[News | None]:
        """Yield what happens behind a position, and None now and then while nothing does.

        ``actor_now`` tells who watches, and what he may see by then; it ends where that is nobody any more.
        """
        quiet_until = time.monotonic() + _SILENT
        while not self._ended.is_set():
            try:
                actor = await actor_now()
                news = await self.since(actor, position)
            except Unauthenticated:
                return
            except Unavailable:
                news = None
            if news is not None:
                position = news.position
            if news is not None and news.numbers:
                yield news
                quiet_until = time.monotonic() + _SILENT
            elif time.monotonic() >= quiet_until:
                yield None
                quiet_until = time.monotonic() + _SILENT
            if news is None or not news.numbers:
                await self._rest()

    async def since(self, actor: Actor, position: Position) -> News | None:
        """Return the next news behind a position; None where there are none."""
        actor.require(Right.READ)
        tenant = actor.tenant.id
        if await self._end(tenant) <= position:
            return None
        entries = await entries_since(self._database, tenant, position, _ENTRIES)
        if not entries:
            return None
        numbers = dict.fromkeys(entry.entity_id for entry in entries if entry.entity is Entity.INTERACTION)
        items = await rows.by_numbers(self._database, tenant, numbers) if numbers else {}
        seen = [number for number in numbers if number in items and actor.sees(items[number].group)]
        return News(entries[-1].position, seen)

    def end(self) -> None:
        """Let everybody who watches go: the server stops."""
        self._ended.set()

    async def _end(self, tenant: int) -> Position:
        known = self._ends.get(tenant)
        if known is None or known[1] <= time.monotonic():
            known = await changes.last(self._database, tenant), time.monotonic() + _EVERY
            self._ends[tenant] = known
        return known[0]

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._ended.wait(), _EVERY)
        except TimeoutError:
            pass
