"""What a server does again and again beside answering: removing what is kept for a while only, taking up chores."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import structlog

from ..model.errors import InterlogError, NotFound
from ..model.instants import DAY, now
from ..model.tenancy import Tenant
from ..store import ageing
from ..store.ageing import Ageing
from .ledger import Ledger

EVERY = 60.0
"""Seconds between two rounds."""

_PAUSE = 0.02
"""Seconds between two parts of what is removed, in which others have their turn."""

_log = structlog.get_logger(__name__)


class Kept(NamedTuple):
    """Rows that are kept for ``age`` microseconds, 0 for ever. ``more``: parameters of what tells them from others."""

    ageing: Ageing
    age: int
    more: Mapping[str, object]


def documents(kind: str, age: int) -> Kept:
    """Return that documents of a kind are kept for so many microseconds."""
    return Kept(ageing.DOCUMENTS, age, {"kind": kind})


def request_keys(age: int) -> Kept:
    """Return that the names of requests, such as those of ``Idempotency-Key``, are known for so many microseconds."""
    return Kept(ageing.REQUEST_KEYS, age, {})


def expired_keys() -> Kept:
    """Return that sign-ins and authorization codes are kept for a day once they are over."""
    return Kept(ageing.EXPIRED_KEYS, DAY, {})


def deliveries(age: int) -> Kept:
    """Return that deliveries are kept for so many microseconds once they have arrived or were given up."""
    return Kept(ageing.ENDED_DELIVERIES, age, {})


class Upkeep:
    """The rounds of one server. Several may go their rounds over the same store."""

    def __init__(self, ledger: Ledger, kept: Iterable[Kept]) -> None:
        self._ledger = ledger
        self._database = ledger.store.database
        self._kept = [item for item in kept if item.age]
        self._cleared: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin with the rounds."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End them, between two parts."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def round(self) -> None:
        """Go one round through all tenants; what fails with one of them is put off, and the others have their turn."""
        for tenant in await self._ledger.tenants.all():
            try:
                await self._ledger.chores.resume([tenant.id])
                await self._ledger.merges.resume([tenant.id])
                for kept in self._kept:
                    await self._remove(tenant.id, kept)
                await self._clear(tenant)
            except NotFound:
                continue  # it was deleted just now
            except InterlogError as error:
                _log.warning("upkeep-put-off", tenant=tenant.name, reason=str(error))

    async def _remove(self, tenant_id: int, kept: Kept) -> None:
        before, more = now() - kept.age, True
        while more:
            more = await ageing.remove(self._database, kept.ageing, tenant_id, before, **kept.more)
            await asyncio.sleep(_PAUSE if more else 0)

    async def _clear(self, tenant: Tenant) -> None:
        """Remove contents that belong to no file: it takes a look at each, so once a day is enough."""
        at = now()
        if at - self._cleared.get(tenant.id, 0) >= DAY:
            self._cleared[tenant.id] = at
            await self._ledger.files.clear(tenant)

    async def _run(self) -> None:
        while True:
            try:
                await self.round()
            except InterlogError as error:
                _log.warning("upkeep-put-off", reason=str(error))
            except Exception:
                _log.exception("upkeep-put-off")
            await asyncio.sleep(EVERY)
