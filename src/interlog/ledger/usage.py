"""How many calls tenants have made in a calendar month, through each protocol.

Counted in memory, so that no call waits for it, and written together every few seconds; then what other processes have
written is read, too. A count outlasts a restart, but for the last seconds before a process is killed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from ..model.errors import InterlogError
from ..store import usage as rows
from ..store.database import Duplicate, Stale
from ..store.statements import Unit
from ..store.store import Store
from ..store.usage import Used

_EVERY = 5.0
"""Seconds between two times that the counts are written."""

_log = structlog.get_logger(__name__)


class Usage:
    """Counts of calls, over all processes that serve the store."""

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self._stored: dict[Used, int] = {}
        self._new: dict[Used, int] = {}

    def count(self, tenant: int, protocol: str, month: int, calls: int) -> int:
        """Note calls of a month, and return how many there have been with them. ``month``: since the year 0."""
        used = Used(tenant, protocol, month)
        new = self._new[used] = self._new.get(used, 0) + calls
        return self._stored.get(used, 0) + new

    async def settle(self) -> None:
        """Write what was counted here, and read what was counted everywhere."""
        month = month_of(datetime.now(UTC))
        for used, many in list(self._new.items()):
            if many and await self._add(used, many):
                self._stored[used] = self._stored.get(used, 0) + many
                self._new[used] -= many
            if used.month < month and not self._new[used]:
                del self._new[used]
        self._stored = await rows.of_month(self._database, month)

    async def _add(self, used: Used, many: int) -> bool:
        """Write some calls; False where another process was quicker to write the first ones: then the next time."""
        unit = Unit()
        rows.add(unit, used, many)
        try:
            await self._database.write(unit)
        except Stale:
            unit = Unit()
            rows.begin(unit, used, many)
            try:
                await self._database.write(unit)
            except Duplicate:
                return False
        return True

    @asynccontextmanager
    async def running(self, *, every: float = _EVERY) -> AsyncIterator[None]:
        """Write and read the counts until the end of the block, and once more there."""
        await self._settle_if_possible()
        task = asyncio.create_task(self._run(every))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._settle_if_possible()

    async def _run(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await self._settle_if_possible()

    async def _settle_if_possible(self) -> None:
        try:
            await self.settle()
        except InterlogError as error:
            _log.warning("usage-put-off", reason=str(error))


def month_of(at: datetime) -> int:
    """Return the calendar month of a moment, as its number since the year 0."""
    return at.year * 12 + at.month - 1
