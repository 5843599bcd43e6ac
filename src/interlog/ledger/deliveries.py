"""Telling other programs of changes, for whichever protocol: from the journal to their addresses.

Each subscription has a place in the journal. What is behind it becomes deliveries in the unit that moves the place on,
so that nothing is queued twice or never, however many processes serve the store. Whoever makes an attempt claims it
first. No request waits for any of this.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from msgspec.structs import replace

from ..model.deliveries import GIVEN_UP, Delivery, DeliveryState, Message, Subscription, Target, pause_after
from ..model.errors import InterlogError, NotFound
from ..model.ids import uuid7
from ..model.instants import MINUTE, now
from ..model.journal import JournalEntry
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import deliveries as rows
from ..store import tenants as tenant_rows
from ..store.database import Stale
from ..store.journal import entries_since
from ..store.statements import Unit
from ..store.store import Store
from .sending import Outcome, Sender
from .tenants import Tenants

Source = Callable[[Actor, Subscription, Sequence[JournalEntry]], Awaitable[list[Message]]]
"""What a protocol tells of some entries of the journal, as the actor may see it."""

_EVERY = 1.0
_ENTRIES = 500
_AT_ONCE = 20
_SENDING = 16

_log = structlog.get_logger(__name__)


class Deliveries:
    """Use cases around subscriptions. ``sources``: by protocol, what makes messages of the journal."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self.sources: dict[str, Source] = {}

    async def subscribe(self, actor: Actor, unit: Unit, protocol: str, name: str, target: Target) -> None:
        """Add a subscription to a unit, from now on, or what it is by now. ``name``: the protocol's own for it."""
        found = await rows.by_name(self._database, actor.tenant.id, protocol, name)
        if found is not None and found.ended_at is None:
            rows.change(unit, replace(found, target=target, person_id=actor.person_id))
            return
        position = await changes.last(self._database, actor.tenant.id)
        if found is not None:
            again = replace(found, target=target, person_id=actor.person_id, position=position, ended_at=None)
            rows.change(unit, again)
            return
        item = Subscription(
            tenant_id=actor.tenant.id,
            id=await self._store.numbers.one(actor.tenant.id, "subscription"),
            protocol=protocol,
            name=name,
            target=target,
            person_id=actor.person_id,
            position=position,
            created_at=now(),
        )
        rows.insert(unit, item)

    async def switch(self, actor: Actor, unit: Unit, protocol: str, name: str, *, is_paused: bool) -> None:
        """Add to a unit that a subscription rests, or goes on with what has happened meanwhile."""
        found = await rows.by_name(self._database, actor.tenant.id, protocol, name)
        if found is not None and found.target.is_paused is not is_paused:
            rows.change(unit, replace(found, target=replace(found.target, is_paused=is_paused)))

    async def unsubscribe(self, actor: Actor, unit: Unit, protocol: str, name: str) -> None:
        """Add the end of a subscription to a unit; what waits for it is given up."""
        found = await rows.by_name(self._database, actor.tenant.id, protocol, name)
        if found is not None and found.ended_at is None:
            at = now()
            rows.change(unit, replace(found, ended_at=at))
            rows.drop_waiting(unit, actor.tenant.id, found.id, at)

    async def log(
        self, actor: Actor, protocol: str, name: str, *, dead: bool = False, before: int = 2**62, limit: int = 100
    ) -> list[Delivery]:
        """Return what was delivered to a subscription or is on its way, newest first, or what was given up."""
        actor.require(Right.READ)
        found = await self._named(actor, protocol, name)
        return await rows.log(self._database, actor.tenant.id, found.id, before=before, limit=limit, dead=dead)

    async def retry(self, actor: Actor, protocol: str, name: str, id_: int) -> None:
        """Try again, for as long as at first, what was given up; raises ``NotFound`` where it was not."""
        actor.require(Right.WRITE)
        found = await self._named(actor, protocol, name)
        unit = Unit()
        rows.revive(unit, actor.tenant.id, found.id, id_, now())
        try:
            await self._database.write(unit)
        except Stale:
            raise NotFound("delivery that was given up", id_) from None

    async def _named(self, actor: Actor, protocol: str, name: str) -> Subscription:
        found = await rows.by_name(self._database, actor.tenant.id, protocol, name)
        if found is None:
            raise NotFound("subscription", name, "name")
        return found

    @asynccontextmanager
    async def running(self, *, private: bool = False, every: float = _EVERY) -> AsyncIterator[None]:
        """Deliver until the end of the block. ``private``: also to this machine and to private networks."""
        async with Sender(private=private) as sender:
            task = asyncio.create_task(_Worker(self, sender, self._store, self._tenants).run(every))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


class _Worker:
    """Looks after every subscription, each in a task of its own: one that answers slowly holds up no other."""

    def __init__(self, deliveries: Deliveries, sender: Sender, store: Store, tenants: Tenants) -> None:
        self._deliveries = deliveries
        self._sender = sender
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self._turn = asyncio.Semaphore(_SENDING)
        self._busy: dict[tuple[int, int], asyncio.Task[None]] = {}

    async def run(self, every: float) -> None:
        try:
            while True:
                try:
                    for item in await rows.active(self._database):
                        self._look_after(item)
                except InterlogError as error:
                    _log.warning("deliveries are held up", reason=str(error))
                except Exception:
                    _log.exception("deliveries are held up")
                await asyncio.sleep(every)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _look_after(self, item: Subscription) -> None:
        key = (item.tenant_id, item.id)
        if key not in self._busy:
            task = self._busy[key] = asyncio.create_task(self._serve(item))
            task.add_done_callback(lambda _: self._busy.pop(key, None))

    async def _serve(self, item: Subscription) -> None:
        try:
            while await self._read_on(item):
                found = await rows.by_name(self._database, item.tenant_id, item.protocol, item.name)
                if found is None or found.ended_at is not None:
                    return
                item = found
            while await self._send_due(item):
                pass
        except InterlogError as error:
            _log.warning("a delivery is held up", subscription=item.id, reason=str(error))
        except Exception:
            _log.exception("a delivery failed", subscription=item.id)

    async def _read_on(self, item: Subscription) -> bool:
        """Make deliveries of what is behind the subscription's place; whether there may be more."""
        source = self._deliveries.sources.get(item.protocol)
        if source is None:
            return False
        tenant = item.tenant_id
        entries = await entries_since(self._database, tenant, item.position, _ENTRIES)
        if not entries:
            return False
        actor = await self._actor(item)
        messages = [] if actor is None else await source(actor, item, entries)
        unit, at = Unit(), now()
        numbers = await self._store.numbers.take(tenant, "delivery", len(messages)) if messages else range(0)
        rows.move(unit, item, entries[-1].position)
        made = [
            Delivery(
                id=number,
                subscription=item.id,
                key=uuid7(),
                event=message.event,
                body=message.body.decode(),
                state=DeliveryState.WAITING,
                attempts=0,
                next_at=at,
                created_at=at,
            )
            for number, message in zip(numbers, messages, strict=True)
        ]
        rows.insert_deliveries(unit, tenant, made)
        try:
            await self._database.write(unit)
        except Stale:
            return True  # another process has read on meanwhile
        return len(entries) == _ENTRIES

    async def _actor(self, item: Subscription) -> Actor | None:
        """Return whose eyes decide what is told; None where he may not sign in any more."""
        user = await tenant_rows.user_of(self._database, item.tenant_id, item.person_id)
        if user is None or not user.active:
            return None
        return Actor(
            tenant=await self._tenants.get(item.tenant_id),
            person_id=item.person_id,
            right=Right.READ,
            groups=(0, *user.groups),
            protocol=item.protocol,
        )

    async def _send_due(self, item: Subscription) -> bool:
        """Try what is due, in its order; whether there may be more."""
        found = await rows.due(self._database, item.tenant_id, item.id, now(), _AT_ONCE)
        for delivery in found:
            unit = Unit()
            rows.claim(unit, item.tenant_id, delivery, now() + MINUTE)
            try:
                await self._database.write(unit)
            except Stale:
                continue  # another process tries it, or the subscription has ended
            async with self._turn:
                outcome = await self._sender.post(
                    item.target.url,
                    (delivery.body or "").encode(),
                    key=delivery.key,
                    signing_key=item.target.signing_key,
                    bearer=item.target.bearer,
                )
            done = Unit()
            rows.settle(done, item.tenant_id, _settled(delivery, outcome))
            await self._database.write(done)
        return len(found) == _AT_ONCE


def _settled(read: Delivery, outcome: Outcome) -> Delivery:
    """Return a delivery after an attempt."""
    at = now()
    tried = replace(read, attempts=read.attempts + 1, status=outcome.status, problem=outcome.problem)
    if outcome.is_success:
        return replace(tried, state=DeliveryState.DELIVERED, body=None, next_at=None, ended_at=at)
    next_at = at + pause_after(tried.attempts)
    if next_at > read.created_at + GIVEN_UP:
        return replace(tried, state=DeliveryState.DEAD, next_at=None, ended_at=at)
    return replace(tried, next_at=next_at)
