"""News: what is stored, through whichever protocol and process, as whoever watches may see it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

from ..model.errors import Forbidden, Unauthenticated, Unavailable
from ..model.journal import Entity, Position
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import interactions as rows
from ..store.journal import entries_since
from ..store.store import Store

_EVERY = 0.5
_ENTRIES = 200
_SILENT = 15.0
MOST_WATCHING = 8
"""So many watch for one user at once in each process; one more takes the place of whoever has watched longest."""


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
        self._watching: dict[tuple[int, int], list[object]] = {}

    async def position(self, actor: Actor) -> Position:
        """Return the position to watch from: all that is not there yet will be behind it."""
        actor.require(Right.READ)
        return await changes.last(self._database, actor.tenant.id)

    async def watch(self, actor_now: Callable[[], Awaitable[Actor]], position: Position) -> AsyncIterator[News | None]:
        """Yield what happens behind a position, and None now and then while nothing does.

        ``actor_now`` tells who watches, and what he may see by then; it ends where that is nobody any more, where
        others of the same user have taken its place, and where the server stops.
        """
        me = object()
        key: tuple[int, int] | None = None
        heard = time.monotonic()
        try:
            while not self._ended.is_set():
                news = None
                try:
                    actor = await actor_now()
                    if key is None:
                        key = actor.tenant.id, actor.person_id
                        self._watching.setdefault(key, []).append(me)
                        del self._watching[key][:-MOST_WATCHING]
                    elif me not in self._watching.get(key, ()):
                        return
                    news = await self.since(actor, position)
                except (Unauthenticated, Forbidden):
                    return
                except Unavailable:
                    pass  # the database may answer again: whoever watches goes on from where he is
                if news is not None:
                    position = news.position
                if (news is not None and news.numbers) or time.monotonic() >= heard + _SILENT:
                    heard = time.monotonic()
                    yield news if news is not None and news.numbers else None
                if news is None:
                    await self._rest()
        finally:
            if key is not None:
                self._leave(key, me)

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

    def _leave(self, key: tuple[int, int], me: object) -> None:
        left = [one for one in self._watching.pop(key, ()) if one is not me]
        if left:
            self._watching[key] = left

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._ended.wait(), _EVERY)
        except TimeoutError:
            pass
