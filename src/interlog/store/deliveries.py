"""Subscriptions, and what is on its way to them."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal_column, null, select, update

from ..model.conditions import Condition
from ..model.deliveries import Delivery, DeliveryState, Subscription, Target
from ..model.journal import Position
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .rows import encode
from .schema import delivery, subscription
from .statements import Query, Unit, parameter

_about = msgspec.json.Decoder(dict[str, Any])

_OWN = (subscription.c.tenant_id == parameter("tenant"), subscription.c.id == parameter("subscription"))
_ITS = (delivery.c.tenant_id == parameter("tenant"), delivery.c.subscription == parameter("subscription"))
_THIS = (*_ITS, delivery.c.id == parameter("id"))

ACTIVE = Query(
    select(*subscription.c)
    .where(subscription.c.ended_at.is_(None), subscription.c.paused == 0)
    .order_by(subscription.c.tenant_id, subscription.c.id)
)
BY_NAME = Query(
    select(*subscription.c).where(
        subscription.c.tenant_id == parameter("tenant"),
        subscription.c.protocol == bindparam("protocol"),
        subscription.c.name == bindparam("name"),
    )
)
CHANGE = Query(
    update(subscription)
    .where(*_OWN)
    .values(
        url=bindparam("new_url"),
        signing_key=bindparam("new_signing_key"),
        bearer=bindparam("new_bearer"),
        about=bindparam("new_about"),
        application=parameter("new_application"),
        person_id=parameter("new_person"),
        paused=parameter("new_paused"),
        ended_at=parameter("new_ended_at"),
        ordered=parameter("new_ordered"),
        changed_at=parameter("new_changed_at"),
    )
)
MOVE = Query(
    update(subscription)
    .where(
        *_OWN, subscription.c.epoch == parameter("read_epoch"), subscription.c.sequence == parameter("read_sequence")
    )
    .values(
        epoch=parameter("new_epoch"),
        sequence=parameter("new_sequence"),
        last_delivery=subscription.c.last_delivery + parameter("made"),
    )
)
REST = Query(
    update(subscription)
    .where(*_OWN, subscription.c.paused == 0)
    .values(paused=1, changed_at=parameter("new_changed_at"))
)
OF_PROTOCOL = Query(
    select(*subscription.c).where(
        subscription.c.tenant_id == parameter("tenant"),
        subscription.c.protocol == bindparam("protocol"),
        subscription.c.ended_at.is_(None),
    )
)
DUE = Query(
    select(*delivery.c)
    .where(*_ITS, delivery.c.next_at.is_not(None), delivery.c.next_at <= parameter("at"))
    .order_by(delivery.c.next_at, delivery.c.id)
    .limit(parameter("limit"))
)
HEAD = Query(
    select(*delivery.c).where(*_ITS, delivery.c.next_at.is_not(None)).order_by(delivery.c.id).limit(literal_column("1"))
)
HASTEN = Query(
    update(delivery).where(*_ITS, delivery.c.next_at.is_not(None)).values(attempts=0, next_at=parameter("at"))
)
CLAIM = Query(
    update(delivery)
    .where(*_THIS, delivery.c.attempts == parameter("read_attempts"), delivery.c.next_at.is_not(None))
    .values(attempts=delivery.c.attempts + 1, next_at=parameter("until"))
)
SETTLE = Query(
    update(delivery)
    .where(*_THIS, delivery.c.attempts == parameter("read_attempts"))
    .values(
        state=bindparam("new_state"),
        body=bindparam("new_body"),
        next_at=parameter("new_next_at"),
        ended_at=parameter("new_ended_at"),
        status=parameter("new_status"),
        problem=bindparam("new_problem"),
    )
)
DROP_WAITING = Query(
    update(delivery)
    .where(*_ITS, delivery.c.next_at.is_not(None))
    .values(state=DeliveryState.DEAD.value, next_at=null(), ended_at=parameter("at"))
)
_OF_APPLICATION = (
    subscription.c.tenant_id == parameter("tenant"),
    subscription.c.application == parameter("application"),
)
END_OF_APPLICATION = Query(
    update(subscription).where(*_OF_APPLICATION, subscription.c.ended_at.is_(None)).values(ended_at=parameter("at"))
)
DROP_OF_APPLICATION = Query(
    update(delivery)
    .where(
        delivery.c.tenant_id == parameter("tenant"),
        delivery.c.subscription.in_(select(subscription.c.id).where(*_OF_APPLICATION)),
        delivery.c.next_at.is_not(None),
    )
    .values(state=DeliveryState.DEAD.value, next_at=null(), ended_at=parameter("at"))
)
REVIVE = Query(
    update(delivery)
    .where(*_THIS, delivery.c.next_at.is_(None), delivery.c.body.is_not(None))
    .values(
        state=DeliveryState.WAITING.value,
        attempts=0,
        next_at=parameter("at"),
        created_at=parameter("at"),
        ended_at=null(),
    )
)
_NEWEST = (
    select(*delivery.c)
    .where(*_ITS, delivery.c.id < parameter("before"))
    .order_by(delivery.c.id.desc())
    .limit(parameter("limit"))
)
LOG = Query(_NEWEST)
DEAD = Query(_NEWEST.where(delivery.c.state == DeliveryState.DEAD.value))


_FIELDS = {"id": subscription.c.id, "created_at": subscription.c.created_at, "changed_at": subscription.c.changed_at}


@lru_cache(maxsize=SHAPES)
def page_query(shape: Shape | None = None) -> Query:
    """Return the statement of a page of a protocol's subscriptions that have not ended, in order of ids."""
    statement = select(*subscription.c).where(
        subscription.c.tenant_id == parameter("tenant"),
        subscription.c.id > parameter("after"),
        subscription.c.protocol == bindparam("protocol"),
        subscription.c.ended_at.is_(None),
    )
    if shape is not None:
        statement = statement.where(matching(shape, _FIELDS))
    return Query(statement.order_by(subscription.c.id).limit(parameter("limit")))


async def page(
    database: Database, tenant: int, protocol: str, condition: Condition | None, *, after: int, limit: int
) -> list[Subscription]:
    """Return the subscriptions of a protocol that meet a condition, the oldest first, behind an id."""
    query = page_query(None if condition is None else shape_of(condition))
    values = {} if condition is None else arguments_of(condition)
    rows = await database.fetch_long(query, tenant=tenant, protocol=protocol, after=after, limit=limit, **values)
    return [_subscription_of(row) for row in rows]


async def active(database: Database) -> list[Subscription]:
    """Return every subscription, of whichever tenant, that something is to be delivered to."""
    return [_subscription_of(row) for row in await database.fetch(ACTIVE)]


async def by_name(database: Database, tenant: int, protocol: str, name: str) -> Subscription | None:
    """Return a subscription by the name that its protocol gave it, also one that has ended."""
    rows = await database.fetch(BY_NAME, tenant=tenant, protocol=protocol, name=name)
    return _subscription_of(rows[0]) if rows else None


async def of_protocol(database: Database, tenant: int, protocol: str) -> list[Subscription]:
    """Return the subscriptions of a protocol that have not ended, the oldest first: few."""
    found = await database.fetch(OF_PROTOCOL, tenant=tenant, protocol=protocol)
    return sorted(map(_subscription_of, found), key=lambda item: item.id)


def insert(unit: Unit, item: Subscription) -> None:
    """Add a new subscription to a unit."""
    target = item.target
    row = (
        item.tenant_id, item.id, item.protocol, item.name, target.url, target.signing_key, target.bearer,
        encode(target.about).decode(), target.application, item.person_id, int(target.is_paused),
        item.position.epoch, item.position.sequence, item.created_at, item.ended_at, int(target.is_ordered),
        item.last_delivery, item.changed_at,
    )  # fmt: skip
    unit.insert(subscription, [row])


def change(unit: Unit, item: Subscription) -> None:
    """Add what a subscription is by now to a unit; its place in the journal stays (``move``)."""
    target = item.target
    unit.change(
        CHANGE,
        {
            "tenant": item.tenant_id,
            "subscription": item.id,
            "new_url": target.url,
            "new_signing_key": target.signing_key,
            "new_bearer": target.bearer,
            "new_about": encode(target.about).decode(),
            "new_application": target.application,
            "new_person": item.person_id,
            "new_paused": int(target.is_paused),
            "new_ended_at": item.ended_at,
            "new_ordered": int(target.is_ordered),
            "new_changed_at": item.changed_at,
        },
    )


def rest(unit: Unit, item: Subscription, at: int) -> None:
    """Add to a unit that a subscription rests; ``Stale`` where it does already."""
    unit.change(REST, {"tenant": item.tenant_id, "subscription": item.id, "new_changed_at": at})


def hasten(unit: Unit, item: Subscription, at: int) -> None:
    """Add to a unit that what waits for a subscription is tried as if it had not been yet."""
    unit.change(HASTEN, {"tenant": item.tenant_id, "subscription": item.id, "at": at}, expect=None)


def move(unit: Unit, read: Subscription, position: Position, made: int = 0) -> None:
    """Add to a unit that a subscription's journal is read up to a position, which made so many deliveries.

    ``Stale`` where somebody else read on. The ids of the deliveries are those behind ``read.last_delivery``.
    """
    unit.change(
        MOVE,
        {
            "tenant": read.tenant_id,
            "subscription": read.id,
            "read_epoch": read.position.epoch,
            "read_sequence": read.position.sequence,
            "new_epoch": position.epoch,
            "new_sequence": position.sequence,
            "made": made,
        },
    )


def insert_deliveries(unit: Unit, tenant: int, items: Iterable[Delivery]) -> None:
    """Add deliveries to a unit."""
    rows = [
        (
            tenant, item.subscription, item.id, item.key, item.event, item.body, item.state.value, item.attempts,
            item.next_at, item.created_at, item.ended_at, item.status, item.problem,
        )
        for item in items
    ]  # fmt: skip
    unit.insert(delivery, rows)


async def due(database: Database, tenant: int, subscription_id: int, at: int, limit: int) -> list[Delivery]:
    """Return what is to be tried by now, in the order in which it became due."""
    rows = await database.fetch(DUE, tenant=tenant, subscription=subscription_id, at=at, limit=limit)
    return [_delivery_of(row) for row in rows]


async def head(database: Database, tenant: int, subscription_id: int) -> Delivery | None:
    """Return the first one that was not taken yet, whether or not it is to be tried by now."""
    rows = await database.fetch(HEAD, tenant=tenant, subscription=subscription_id)
    return _delivery_of(rows[0]) if rows else None


def claim(unit: Unit, tenant: int, read: Delivery, until: int) -> None:
    """Add an attempt to a unit; ``Stale`` where somebody else makes it. It is due again at ``until``."""
    unit.change(CLAIM, _key(tenant, read) | {"read_attempts": read.attempts, "until": until})


def settle(unit: Unit, tenant: int, item: Delivery) -> None:
    """Add how an attempt ended to a unit."""
    unit.change(
        SETTLE,
        _key(tenant, item)
        | {
            "read_attempts": item.attempts,
            "new_state": item.state.value,
            "new_body": item.body,
            "new_next_at": item.next_at,
            "new_ended_at": item.ended_at,
            "new_status": item.status,
            "new_problem": item.problem,
        },
        expect=None,  # the subscription may have ended meanwhile
    )


def drop_waiting(unit: Unit, tenant: int, subscription_id: int, at: int) -> None:
    """Add to a unit that what waits for a subscription is not tried any more."""
    unit.change(DROP_WAITING, {"tenant": tenant, "subscription": subscription_id, "at": at}, expect=None)


def end_of_application(unit: Unit, tenant: int, application: int, at: int) -> None:
    """Add to a unit that an application is told nothing any more."""
    arguments = {"tenant": tenant, "application": application, "at": at}
    unit.change(END_OF_APPLICATION, arguments, expect=None)
    unit.change(DROP_OF_APPLICATION, arguments, expect=None)


def revive(unit: Unit, tenant: int, subscription_id: int, id_: int, at: int) -> None:
    """Add to a unit that what was given up, or is kept, is tried again; ``Stale`` where there is no such thing."""
    unit.change(REVIVE, {"tenant": tenant, "subscription": subscription_id, "id": id_, "at": at})


async def log(
    database: Database, tenant: int, subscription_id: int, *, before: int, limit: int, dead: bool
) -> list[Delivery]:
    """Return deliveries, newest first, or those that were given up."""
    rows = await database.fetch(
        DEAD if dead else LOG, tenant=tenant, subscription=subscription_id, before=before, limit=limit
    )
    return [_delivery_of(row) for row in rows]


def _key(tenant: int, item: Delivery) -> dict[str, Any]:
    return {"tenant": tenant, "subscription": item.subscription, "id": item.id}


def _subscription_of(row: Row) -> Subscription:
    tenant, id_, protocol, name, url, signing_key, bearer, about, application, person, paused, *rest = row
    epoch, sequence, created, ended, ordered, last_delivery, changed = rest
    target = Target(
        url=url,
        signing_key=signing_key,
        bearer=bearer,
        about=_about.decode(about),
        application=application,
        is_paused=bool(paused),
        is_ordered=bool(ordered),
    )
    return Subscription(
        tenant_id=tenant,
        id=id_,
        protocol=protocol,
        name=name,
        target=target,
        person_id=person,
        position=Position(epoch, sequence),
        created_at=created,
        changed_at=changed,
        ended_at=ended,
        last_delivery=last_delivery,
    )


def _delivery_of(row: Row) -> Delivery:
    _, subscription_id, id_, key, event, body, state, attempts, next_at, created, ended, status, problem = row
    return Delivery(
        id=id_,
        subscription=subscription_id,
        key=key,
        event=event,
        body=body,
        state=DeliveryState(state),
        attempts=attempts,
        next_at=next_at,
        created_at=created,
        ended_at=ended,
        status=status,
        problem=problem,
    )
