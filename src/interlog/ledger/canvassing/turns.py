"""Turns: those who would change the same contact at once come one after the other.

The database would refuse the later ones, and each refusal has a whole group of units written again one by one.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType

Key = tuple[int, str]


class Turns:
    """Turns within this process; what other processes change is told by the version of the row."""

    def __init__(self) -> None:
        self._taken: dict[Key, deque[asyncio.Future[None]] | None] = {}

    def of(self, tenant: int, contact: str) -> "Turn":
        """Return the turn of a contact, to be held with ``async with``."""
        return Turn(self._taken, (tenant, contact))

    @asynccontextmanager
    async def of_all(self, tenant: int, contacts: Iterable[str]) -> AsyncIterator[None]:
        """Hold the turns of several contacts, taken in one order, so that nobody waits for who waits for him."""
        async with AsyncExitStack() as stack:
            for contact in sorted(set(contacts)):
                await stack.enter_async_context(self.of(tenant, contact))
            yield


class Turn:
    """A turn: taken at once where nobody has it, as is so nearly always, else handed on by who has it."""

    __slots__ = ("_key", "_taken")

    def __init__(self, taken: dict[Key, deque[asyncio.Future[None]] | None], key: Key) -> None:
        self._taken = taken
        self._key = key

    async def __aenter__(self) -> None:
        if self._key not in self._taken:
            self._taken[self._key] = None
            return
        waiting = self._taken[self._key]
        if waiting is None:
            waiting = self._taken[self._key] = deque()
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # it was handed to one who has gone
                self._hand_on()
            raise

    async def __aexit__(
        self, type_: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        waiting = self._taken[self._key]
        while waiting:
            following = waiting.popleft()
            if not following.done():
                following.set_result(None)
                return
        del self._taken[self._key]
