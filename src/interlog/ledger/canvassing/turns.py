"""Turns: those who would change the same contact at once come one after the other.

The database would refuse the later ones, and each refusal has a whole group of units written again one by one.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """Turns within this process; what other processes change is told by the version of the row."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()

    def of(self, tenant: int, contact: str) -> asyncio.Lock:
        """Return the lock of a contact: it is there while somebody holds it or waits for it."""
        key = (tenant, contact)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock

    @asynccontextmanager
    async def of_all(self, tenant: int, contacts: Iterable[str]) -> AsyncIterator[None]:
        """Hold the turns of several contacts, taken in one order, so that nobody waits for who waits for him."""
        async with AsyncExitStack() as stack:
            for contact in sorted(set(contacts)):
                await stack.enter_async_context(self.of(tenant, contact))
            yield
