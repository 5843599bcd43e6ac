"""Work that a definition leaves to do on what is stored already. It is done in the background, a part at a time.

A chore is stored with the definition, so that it is done also when the process ends: whoever serves the store next
takes it up where it was left. All that depends on it is how fast something is found, and which of the profiles that are
referred to are known. A later definition of the same type takes the place of what an earlier one has left.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, NamedTuple

import structlog

from ..model.errors import InterlogError
from ..model.ids import stamp
from ..model.instants import SECOND, now
from ..model.tenancy import Actor
from ..model.types import InteractionType
from ..store import chores as rows
from ..store import types as type_rows
from ..store.chores import Chore
from ..store.database import Duplicate, Stale
from ..store.statements import Unit
from ..store.store import Store
from .tenants import Tenants, system_actor

Handler = Callable[[Actor, InteractionType, Any, Unit], AsyncIterator[Any]]
"""Does the work from a place on, a part at a time; each part yields the place behind it. What is to be stored together
with the end of the work goes into the unit."""

INDEX = "index"
REFER = "refer"
"""Kinds of chores: to fill the index of marked fields, and to find who takes part by references."""

PATIENCE = 4.0
"""Seconds that a definition waits for what it leaves to do: then it is answered, and the work goes on."""

LEASE = 60
"""Seconds for which whoever is at a chore has it for itself; renewed as long as it is at it."""

_PAUSE = 0.01
"""Seconds between two parts, in which others have their turn."""

_log = structlog.get_logger(__name__)


class Progress(NamedTuple):
    """How many of a type's interactions some work has looked at, where that is known."""

    done: int | None


class Chores:
    """What is left to do, and the tasks that do it. ``handlers``: by kind."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._database = store.database
        self._tenants = tenants
        self._tasks: dict[tuple[int, str, int, int], asyncio.Task[None]] = {}
        self.handlers: dict[str, Handler] = {}

    def add(self, actor: Actor, unit: Unit, kind: str, subject: int, place: Any) -> Chore:
        """Add a chore about a type to the unit that makes it necessary; start it when that is stored."""
        item = Chore(
            tenant=actor.tenant.id,
            kind=kind,
            subject=subject,
            made=stamp(),
            person=actor.person_id,
            protocol=actor.protocol,
            place=place,
            claimed_until=_lease(),
        )
        rows.insert(unit, item)
        return item

    def forget(self, actor: Actor, unit: Unit, kind: str, subject: int) -> None:
        """Add to a unit that a chore need not be done any more."""
        rows.forget(unit, actor.tenant.id, kind, subject)

    async def start(self, actor: Actor, items: Iterable[Chore]) -> None:
        """Begin with chores that are stored, and wait for a while: few things to do are done then."""
        tasks = [self._begin(actor, item) for item in items]
        if tasks:
            await asyncio.wait(tasks, timeout=PATIENCE)

    async def left(self, actor: Actor) -> frozenset[int]:
        """Return the ids of the types about which something is left to do."""
        return frozenset(item.subject for item in await self._left(actor.tenant.id))

    async def under_way(self, actor: Actor, subject: int) -> Progress | None:
        """Return how far the work about a type is; None where there is none."""
        items = [item for item in await self._left(actor.tenant.id) if item.subject == subject]
        counts = [item.place[2] if item.place else 0 for item in items if item.kind == INDEX]
        return Progress(min(counts, default=None)) if items else None

    async def is_left(self, actor: Actor, kind: str, subject: int) -> bool:
        """Whether a chore is not done yet."""
        return any((item.kind, item.subject) == (kind, subject) for item in await self._left(actor.tenant.id))

    async def resume(self, tenant_ids: Iterable[int]) -> None:
        """Begin with the chores that nobody is at: those of processes that have ended."""
        for tenant_id in tenant_ids:
            for item in await self._left(tenant_id):
                is_claimed = self._database.shared and item.claimed_until >= now()
                if is_claimed or _key(item) in self._tasks:
                    continue
                unit = Unit()
                rows.claim(unit, item, _lease())
                try:
                    await self._database.write(unit)
                except Stale:
                    continue  # another process was quicker
                tenant = await self._tenants.get(tenant_id)
                self._begin(system_actor(tenant, item.person, protocol=item.protocol), item)

    async def close(self) -> None:
        """Leave what is not done to whoever serves the store next."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _left(self, tenant_id: int) -> list[Chore]:
        return await rows.left(self._database, tenant_id)

    def _begin(self, actor: Actor, item: Chore) -> "asyncio.Task[None]":
        key = _key(item)
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(self._do(actor, item))
            task.add_done_callback(lambda _: self._tasks.pop(key, None))
        return task

    async def _do(self, actor: Actor, item: Chore) -> None:
        holding = asyncio.create_task(self._hold(item))
        try:
            await self._do_all(actor, item)
        except Stale:
            pass  # a later definition has taken its place
        except asyncio.CancelledError:
            unit = Unit()
            rows.hold(unit, item, 0)
            await self._database.write(unit)
            raise
        except Duplicate as error:
            _log.info("chore-put-off", chore=item.kind, subject=item.subject, reason=str(error))
        except InterlogError as error:
            _log.error("chore-put-off", chore=item.kind, subject=item.subject, reason=str(error))
        except Exception:
            _log.exception("chore-put-off", chore=item.kind, subject=item.subject)
        finally:
            holding.cancel()

    async def _hold(self, item: Chore) -> None:
        """Keep a chore for oneself, until cancelled."""
        while True:
            await asyncio.sleep(LEASE / 3)
            unit = Unit()
            rows.hold(unit, item, _lease())
            try:
                await self._database.write(unit)
            except InterlogError:
                continue  # with the next try

    async def _do_all(self, actor: Actor, item: Chore) -> None:
        types = await type_rows.newest(self._database, item.tenant)
        actor.tenant.learn(types)
        done = Unit()
        type_ = _of_id(types, item.subject)
        if type_ is not None:
            async for place in self.handlers[item.kind](actor, type_, item.place, done):
                unit = Unit()
                rows.progress(unit, item, place)
                await self._database.write(unit)
                await asyncio.sleep(_PAUSE)
        rows.done(done, item)
        await self._database.write(done)


def _of_id(types: Sequence[InteractionType], id_: int) -> InteractionType | None:
    return next((type_ for type_ in types if type_.id == id_), None)


def _key(item: Chore) -> tuple[int, str, int, int]:
    return item.tenant, item.kind, item.subject, item.made


def _lease() -> int:
    return now() + LEASE * SECOND
