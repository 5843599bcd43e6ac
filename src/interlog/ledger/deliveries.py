"""Telling other programs of changes, for whichever protocol: from the journal to their addresses.

Each subscription has a place in the journal. What is behind it becomes deliveries in the unit that moves the place on,
so that nothing is queued twice or never, however many processes serve the store. Whoever makes an attempt claims it
first. No request waits for any of this.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from msgspec.structs import replace

from ..model.deliveries import (
    GIVEN_UP,
    PATIENCE,
    Delivery,
    DeliveryState,
    Message,
    Subscription,
    Target,
    pause_after,
    waited,
)
from ..model.errors import InterlogError, NotFound
from ..model.ids import uuid7
from ..model.instants import MINUTE, now
from ..model.journal import Action, Entity, JournalEntry
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import deliveries as rows
from ..store import tenants as tenant_rows
from ..store.database import Stale
from ..store.journal import add_entry, entries_since
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .sending import Outcome, Sender
from .tenants import Tenants, system_actor

Stamp = Callable[[bytes, int], bytes]
"""What a protocol makes of a body at an attempt, which takes place at so many seconds."""

Source = Callable[[Actor, Subscription, Sequence[JournalEntry]], Awaitable[list[Message]]]
"""What a protocol tells of some entries of the journal, as the actor may see it."""

_EVERY = 1.0
_ENTRIES = 500
_AT_ONCE = 20
_SENDING = 16

_log = structlog.get_logger(__name__)


class Deliveries:
    """Use cases around subscriptions. ``sources`` and ``stamps``: what is of a protocol's own."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self.sources: dict[str, Source] = {}
        self.stamps: dict[str, Stamp] = {}

    async def subscribe(self, actor: Actor, unit: Unit, protocol: str, name: str, target: Target) -> None:
        """Add a subscription to a unit, from now on, or what it is by now. ``name``: the protocol's own for it."""
        found = await rows.by_name(self._database, actor.tenant.id, protocol, name)
        if found is not None and found.ended_at is None:
            rows.change(unit, replace(found, target=target, person_id=actor.person_id))
            return
        position = await changes.last(self._database, actor.tenant.id)
        if found is not None:
            rows.change(unit, replace(found, target=target, person_id=actor.person_id, ended_at=None))
            rows.move(unit, found, position)
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

    async def retry(self, actor: Actor, protocol: str, name: str, id_: int, unit: Unit | None = None) -> None:
        """Try again, for as long as at first, what was given up or is kept; ``NotFound`` where it was not.

        ``unit``: what is written with it.
        """
        actor.require(Right.WRITE)
        found = await self._named(actor, protocol, name)
        unit = Unit() if unit is None else unit
        rows.revive(unit, actor.tenant.id, found.id, id_, now())
        try:
            await self._database.write(unit)
        except Stale:
            raise NotFound("delivery", id_) from None

    async def send(self, sender: Sender, item: Subscription, body: bytes, key: str) -> Outcome:
        """Send a body to a subscription once, stamped and signed as its protocol does."""
        stamp = self.stamps.get(item.protocol)
        if stamp is not None:
            body = stamp(body, int(time.time()))
        target = item.target
        return await sender.post(target.url, body, key=key, signing_key=target.signing_key, bearer=target.bearer)

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
            send = self._send_first if item.target.is_ordered else self._send_due
            while await send(item):
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
        rows.move(unit, item, entries[-1].position, len(messages))
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
            for number, message in enumerate(messages, item.last_delivery + 1)
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
            outcome = await self._attempt(item, delivery)
            if outcome is not None:
                await self._settle(item, _settled(delivery, outcome))
        return len(found) == _AT_ONCE

    async def _send_first(self, item: Subscription) -> bool:
        """Try the first one that was not taken yet, if it is due; whether the next one is to be tried."""
        first = await rows.head(self._database, item.tenant_id, item.id)
        if first is None or first.next_at is None or first.next_at > now():
            return False
        outcome = await self._attempt(item, first)
        if outcome is None:
            return False
        done = _kept(first, outcome)
        await self._settle(item, done)
        if done.next_at is not None and waited(done.attempts) > PATIENCE:
            await self._rest(item, done)
        return outcome.is_success

    async def _attempt(self, item: Subscription, delivery: Delivery) -> Outcome | None:
        """Send a delivery once; None where another process does, or the subscription has ended."""
        async with self._turn:
            unit = Unit()
            rows.claim(unit, item.tenant_id, delivery, now() + MINUTE)
            try:
                await self._database.write(unit)
            except Stale:
                return None
            return await self._deliveries.send(self._sender, item, (delivery.body or "").encode(), delivery.key)

    async def _settle(self, item: Subscription, done: Delivery) -> None:
        unit = Unit()
        rows.settle(unit, item.tenant_id, done)
        await self._database.write(unit)

    async def _rest(self, item: Subscription, last: Delivery) -> None:
        """Let a subscription rest that takes nothing; what waits for it is kept."""
        unit, at = Unit(), now()
        rows.rest(unit, item, at)
        actor = system_actor(await self._tenants.get(item.tenant_id), item.person_id)
        add_entry(unit, actor, Action.AMEND, Entity.SUBSCRIPTION, item.id, 0, at, encode(told(item)).decode())
        with suppress(Stale):
            await self._database.write(unit)
            _log.warning(
                "a subscription is disabled: nobody has taken what it is told",
                subscription=item.id, url=item.target.url, status=last.status, problem=last.problem,
            )  # fmt: skip


def told(item: Subscription) -> dict[str, Any]:
    """Return what the journal keeps of a subscription: no secrets."""
    return {"url": item.target.url, "about": item.target.about, "is_paused": item.target.is_paused}


def _kept(read: Delivery, outcome: Outcome) -> Delivery:
    """Return one of those that are in order after an attempt: it is never given up, and its body stays."""
    at = now()
    tried = replace(read, attempts=read.attempts + 1, status=outcome.status, problem=outcome.problem)
    if outcome.is_success:
        return replace(tried, state=DeliveryState.DELIVERED, next_at=None, ended_at=at)
    return replace(tried, next_at=at + pause_after(tried.attempts))


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
