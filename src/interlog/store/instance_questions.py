"""What is asked of pages of interactions, and how a question becomes several that indexes answer."""

from collections.abc import Sequence
from typing import NamedTuple

from ..model.conditions import Compare, Condition, Operator, Or, both
from ..model.expressions import Column, Kind, Order
from .field_ranges import parts_of
from .keysets import Place


class Asked(NamedTuple):
    """Which interactions are asked for: those of some types that meet a condition, in an order.

    Without ``orders``: the latest changed first. ``party``: only those in which this one takes part. ``after`` is the
    place of the last one seen, ``skip`` how many are passed by. ``voided``: also those that others stand for.
    ``attached``: those that meet this are the party's too. ``merged``: the page is put together with others.
    """

    tenant: int
    types: Sequence[int]
    groups: Sequence[int]
    limit: int
    condition: Condition | None = None
    orders: tuple[Order, ...] = ()
    after: Place | None = None
    skip: int = 0
    party: tuple[int, int] | None = None
    voided: bool = False
    attached: Condition | None = None
    merged: bool = False


LATEST = (Order(Column("changed_at", Kind.INSTANT), descending=True),)

INSTANTS = ("changed_at", "occurred_at")
"""Columns by which an index sorts."""


def narrowed(asked: Asked) -> Asked:
    """Leave out the types that the condition leaves out."""
    types = list(asked.types)
    for part in parts_of(asked.condition):
        if isinstance(part, Compare) and part.field == "type_id" and part.operator is Operator.EQUAL:
            types = [type_ for type_ in types if type_ == part.value]
    return asked._replace(types=types)


_MOST_MERGED = 64
"""Types that are read one by one in order of time."""

_MOST_SKIPPED = 1_000


def arms_of(asked: Asked) -> list[Asked]:
    """Return the questions whose answers, put together, are the page; none where it is one question.

    In order of time, several types are read one by one: each has an index for that, all together have none. What is a
    party's by a condition is found as that is, apart from that in which it takes part.
    """
    one = asked._replace(skip=0, limit=asked.skip + asked.limit, attached=None, merged=True)
    if asked.party is not None and asked.attached is not None:
        parts = asked.attached.operands if isinstance(asked.attached, Or) else (asked.attached,)
        found = [one._replace(party=None, condition=both(asked.condition, part)) for part in parts]
        return [one, *(arm for arm in map(narrowed, found) if arm.types)]
    first = asked.orders[0].expression if len(asked.orders) == 1 else None
    in_time = isinstance(first, Column) and first.name == "occurred_at" and asked.party is None
    if in_time and 1 < len(asked.types) <= _MOST_MERGED and asked.skip <= _MOST_SKIPPED:
        return [one._replace(types=[type_]) for type_ in asked.types]
    return []
