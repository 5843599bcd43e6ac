"""Deliveries: telling other programs of changes, by requests to an address of theirs."""

from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

from .instants import HOUR, SECOND
from .journal import Position

GIVEN_UP = 24 * HOUR
"""How long a delivery is tried again."""

PATIENCE = 10 * HOUR
"""How long the first one in order is tried again before its subscription rests."""

_FIRST_PAUSE, _LONGEST_PAUSE = 5 * SECOND, HOUR


class Target(Struct, frozen=True, kw_only=True):
    """Where a subscription is delivered to, how it is signed (``whsec_…``), and what its protocol has to know of it.

    ``is_ordered``: nothing is tried before all that happened earlier was taken; what is not taken for ``PATIENCE``
    lets the subscription rest, so that nothing is given up; and bodies are kept, so that they can be sent again.
    ``application``: whose it is, if it is an application's; it ends with that one.
    """

    url: str
    signing_key: str
    bearer: str | None = None
    about: dict[str, Any] = {}
    application: int | None = None
    is_paused: bool = False
    is_ordered: bool = False


class Subscription(Struct, frozen=True, kw_only=True):
    """Who is told of what changes behind a position. ``person_id``: whose eyes decide what may be told."""

    tenant_id: int
    id: int
    protocol: str
    name: str
    target: Target
    person_id: int
    position: Position
    created_at: int
    changed_at: int | None = None
    ended_at: int | None = None
    last_delivery: int = 0


class Message(NamedTuple):
    """What is to be told: the name of what happened, and the body as JSON."""

    event: str
    body: bytes


class DeliveryState(StrEnum):
    """What has become of a delivery."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


class Delivery(Struct, frozen=True, kw_only=True):
    """A message on its way. ``key`` is the same at every attempt; ``body`` is kept until it has arrived.

    ``status`` and ``problem`` tell how the last attempt ended: the answer's status, or why there was none.
    """

    id: int
    subscription: int
    key: str
    event: str
    body: str | None
    state: DeliveryState
    attempts: int
    next_at: int | None
    created_at: int
    ended_at: int | None = None
    status: int | None = None
    problem: str | None = None


def waited(attempts: int) -> int:
    """Return how long is waited altogether until so many attempts and the pauses after them are over."""
    return sum(pause_after(number) for number in range(1, attempts + 1))


def pause_after(attempts: int) -> int:
    """Return how long is waited after so many attempts have failed: twice as long each time, up to an hour."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE << min(attempts - 1, 20))
