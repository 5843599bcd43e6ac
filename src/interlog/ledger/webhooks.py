"""Webhooks: addresses that users name, which are told in order of everything that happens, or of some of it."""

import base64
import secrets
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from ..model.conditions import Condition
from ..model.deliveries import Delivery, Subscription, Target
from ..model.errors import Forbidden, Invalid, NotFound, Problem
from ..model.ids import uuid7
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right
from ..store import changes
from ..store import deliveries as rows
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store
from .deliveries import Deliveries, told
from .sending import Sender, url_problem


class Webhooks:
    """Use cases around webhooks. Everybody sees which there are; only who made one changes it."""

    def __init__(self, store: Store, deliveries: Deliveries) -> None:
        self._store = store
        self._database = store.database
        self._deliveries = deliveries

    async def all(self, actor: Actor) -> list[Subscription]:
        """Return the webhooks of the actor's protocol, the oldest first."""
        actor.require(Right.READ)
        return await rows.of_protocol(self._database, actor.tenant.id, actor.protocol)

    async def page(
        self, actor: Actor, condition: Condition | None = None, *, after: int = 0, limit: int
    ) -> list[Subscription]:
        """Return webhooks of the actor's protocol that meet a condition, the oldest first, behind an id."""
        actor.require(Right.READ)
        return await rows.page(self._database, actor.tenant.id, actor.protocol, condition, after=after, limit=limit)

    async def get(self, actor: Actor, id_: int) -> Subscription:
        """Return a webhook; raises ``NotFound``."""
        actor.require(Right.READ)
        found = await rows.by_name(self._database, actor.tenant.id, actor.protocol, name_of(id_))
        if found is None or found.ended_at is not None:
            raise NotFound("webhook", id_)
        return found

    async def create(
        self,
        actor: Actor,
        url: str,
        about: dict[str, Any],
        sample: bytes,
        *,
        most: int = 0,
        private: bool = False,
        alone: bool = False,
    ) -> Subscription:
        """Tell an address of what happens from now on, once it has taken a sample.

        ``most``: how many webhooks there may be, 0 for any number. ``private``: whether it may be of this machine or
        of a private network. ``alone``: it is refused where another webhook has the address already.
        """
        actor.require(Right.WRITE)
        if alone:
            await self._refuse_second(actor, url)
        if most and len(await self.all(actor)) >= most:
            raise Invalid(Problem("", f"There may be {most} webhook subscriptions at most", "verbatim"))
        position = await changes.last(self._database, actor.tenant.id)
        id_ = await self._store.numbers.one(actor.tenant.id, "subscription")
        item = Subscription(
            tenant_id=actor.tenant.id,
            id=id_,
            protocol=actor.protocol,
            name=name_of(id_),
            target=Target(url=url, signing_key=new_key(), about=about, is_ordered=True),
            person_id=actor.person_id,
            position=position,
            created_at=now(),
        )
        await self._try_out(item, sample, private=private)
        unit = Unit()
        rows.insert(unit, item)
        add_entry(unit, actor, Action.CREATE, Entity.SUBSCRIPTION, id_, 1, item.created_at)
        await self._database.write(unit)
        return item

    async def update(
        self,
        actor: Actor,
        id_: int,
        sample: bytes,
        *,
        url: str | None = None,
        about: dict[str, Any] | None = None,
        is_paused: bool | None = None,
        private: bool = False,
        alone: bool = False,
    ) -> Subscription:
        """Change what is given. Another address, or one that rested, must take a sample first.

        One that goes on is told what has happened meanwhile.
        """
        actor.require(Right.WRITE)
        read = await self._own(actor, id_)
        was = read.target
        if alone and url is not None and url != was.url:
            await self._refuse_second(actor, url)
        target = replace(
            was,
            url=was.url if url is None else url,
            about=was.about if about is None else about,
            is_paused=was.is_paused if is_paused is None else is_paused,
        )
        goes_on = was.is_paused and not target.is_paused
        new = replace(read, target=target, changed_at=now())
        if goes_on or target.url != was.url:
            await self._try_out(new, sample, private=private)
        unit = Unit()
        rows.change(unit, new)
        if goes_on:
            rows.hasten(unit, new, now())
        add_entry(unit, actor, Action.AMEND, Entity.SUBSCRIPTION, id_, 0, now(), encode(told(read)).decode())
        await self._database.write(unit)
        return new

    async def delete(self, actor: Actor, id_: int) -> None:
        """End a webhook: by who made it, or who looks after the tenant. What waits for it is given up."""
        actor.require(Right.WRITE)
        read = await (self.get(actor, id_) if actor.right is Right.ADMIN else self._own(actor, id_))
        unit, at = Unit(), now()
        rows.change(unit, replace(read, ended_at=at, changed_at=at))
        rows.drop_waiting(unit, actor.tenant.id, id_, at)
        add_entry(unit, actor, Action.DELETE, Entity.SUBSCRIPTION, id_, 0, at, encode(told(read)).decode())
        await self._database.write(unit)

    async def log(self, actor: Actor, id_: int, *, before: int = 2**62, limit: int = 100) -> Sequence[Delivery]:
        """Return what was delivered to a webhook or is on its way, newest first."""
        read = await self.get(actor, id_)
        return await self._deliveries.log(actor, read.protocol, read.name, before=before, limit=limit)

    async def replay(self, actor: Actor, id_: int, delivery: int) -> None:
        """Deliver once more what was delivered, before all that waits; raises ``NotFound`` where it is not kept."""
        read = await self._own(actor, id_)
        unit = Unit()
        add_entry(unit, actor, Action.AMEND, Entity.SUBSCRIPTION, id_, 0, now(), encode(told(read)).decode())
        await self._deliveries.retry(actor, read.protocol, read.name, delivery, unit)

    async def _refuse_second(self, actor: Actor, url: str) -> None:
        if any(item.target.url == url for item in await self.all(actor)):
            raise Invalid(Problem("url", "is told already, by another webhook", "taken"))

    async def _own(self, actor: Actor, id_: int) -> Subscription:
        found = await self.get(actor, id_)
        if found.person_id != actor.person_id:
            raise Forbidden("the webhook was made by somebody else")
        return found

    async def _try_out(self, item: Subscription, sample: bytes, *, private: bool) -> None:
        problem = url_problem(item.target.url)
        if problem is None:
            async with Sender(private=private) as sender:
                outcome = await self._deliveries.send(sender, item, sample, uuid7())
            if outcome.is_success:
                return
            problem = outcome.problem or f"it answered a test delivery with {outcome.status}"
        raise Invalid(Problem("url", f"cannot be told anything: {problem}", "unreachable"))


def name_of(id_: int) -> str:
    """Return the name of a webhook among the subscriptions of its protocol: such that names follow ids."""
    return f"{id_:016}"


def new_key() -> str:
    """Return a key that deliveries are signed with, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
