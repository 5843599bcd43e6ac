"""Resources and visits by any condition and in any order: a page, or all of them a page at a time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from ...model.canvassing.resources import Resource, catch_all_campaign, nil_survey
from ...model.conditions import Compare, Condition, Operator
from ...model.expressions import Order
from ...model.interactions import Interaction
from ...model.tenancy import Actor, Right
from ...store import canvassing_pages as pages
from ...store.canvassing_pages import VISITS, Asked, Found, Spot, in_order_of_ids
from ...store.database import Database
from ...store.field_ranges import parts_of
from ...store.keysets import Place
from ...store.store import Store

PAGE = 200
"""How many are read, and held in memory, at once."""

_SPOTS = 5_000
"""How many places are held in memory where what is listed must be sorted."""

T = TypeVar("T")


class Chunk(NamedTuple, Generic[T]):
    """Some of what is listed, and the place behind which there is more; None behind the last."""

    items: Sequence[T]
    next: Place | None


class CanvassingLists:
    """Use cases of lists of resources and visits; all leave out what the actor may not see."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    def resources(
        self,
        actor: Actor,
        kind: str,
        *,
        limit: int,
        condition: Condition | None = None,
        orders: tuple[Order, ...] = (),
        after: Place | None = None,
        skip: int = 0,
        deleted: bool = False,
    ) -> AsyncIterator[Chunk[Resource]]:
        """Yield the resources of a kind that meet a condition, by default in order of their ids; at most ``limit``.

        There is a chunk at least. ``deleted``: also what is deleted. Raises ``ValueError`` for an ``after`` that is no
        place in such a list.
        """
        asked = self._asked(actor, kind, limit, condition, orders, after, skip, deleted)
        return _chunks(self._database, asked, pages.resources, pages.resources_at)

    def visits(
        self,
        actor: Actor,
        *,
        limit: int,
        condition: Condition | None = None,
        orders: tuple[Order, ...] = (),
        after: Place | None = None,
        skip: int = 0,
        deleted: bool = False,
    ) -> AsyncIterator[Chunk[Interaction]]:
        """Yield visits that meet a condition; otherwise like ``resources``.

        Where the condition names a contact, or the campaign of what was recorded elsewhere, interactions of other types
        in which a contact took part are visits too.
        """
        asked = self._asked(actor, VISITS, limit, condition, orders, after, skip, deleted)
        asked = asked._replace(elsewhere=_elsewhere(actor, condition, deleted=deleted))
        return _chunks(self._database, asked, pages.visits, pages.visits_at)

    async def count_resources(
        self, actor: Actor, kind: str, *, condition: Condition | None = None, deleted: bool = False
    ) -> int:
        """Return how many resources of a kind meet a condition."""
        return await pages.count(self._database, self._asked(actor, kind, 0, condition, (), None, 0, deleted))

    async def count_visits(self, actor: Actor, *, condition: Condition | None = None, deleted: bool = False) -> int:
        """Return how many visits meet a condition."""
        asked = self._asked(actor, VISITS, 0, condition, (), None, 0, deleted)
        return await pages.count(
            self._database, asked._replace(elsewhere=_elsewhere(actor, condition, deleted=deleted))
        )

    def _asked(
        self,
        actor: Actor,
        kind: str,
        limit: int,
        condition: Condition | None,
        orders: tuple[Order, ...],
        after: Place | None,
        skip: int,
        deleted: bool,
    ) -> Asked:
        actor.require(Right.READ)
        return Asked(actor.tenant.id, kind, actor.groups, limit, condition, orders, after, skip, deleted)


def _elsewhere(actor: Actor, condition: Condition | None, *, deleted: bool) -> tuple[str, str] | None:
    """Return campaign and survey of what was recorded elsewhere, where a condition asks for it."""
    catch_all = catch_all_campaign(actor.tenant)
    parts = (part for part in parts_of(condition) if isinstance(part, Compare) and part.operator is Operator.EQUAL)
    named = {part.field: part.value for part in parts}
    if deleted or named.get("campaign", catch_all) != catch_all or not named.keys() & {"campaign", "contact"}:
        return None
    return catch_all, nil_survey(actor.tenant)


_Read = Callable[[Database, Asked], Awaitable[Sequence[Found[T]]]]
_ReadAt = Callable[[Database, Asked, Sequence[Spot]], Awaitable[Sequence[Found[T]]]]


async def _chunks(database: Database, asked: Asked, read: _Read[T], read_at: _ReadAt[T]) -> AsyncIterator[Chunk[T]]:
    """Yield what is asked for, a page at a time, each behind the one before.

    Where it must be sorted, thousands of places are sorted at once, and what stands there is read a page at a time.
    """
    left = asked.limit
    most = PAGE if in_order_of_ids(asked) else _SPOTS
    while True:
        wanted = min(left, most)
        here = asked._replace(limit=wanted + 1)
        if wanted <= PAGE:
            found: Sequence[Any] = await read(database, here)
            yield Chunk([one.item for one in found[:wanted]], found[wanted - 1].place if len(found) > wanted else None)
        else:
            found = await pages.spots(database, here)
            for start in range(0, max(len(found[:wanted]), 1), PAGE):
                part = found[start : min(start + PAGE, wanted)]
                more = len(found) > start + len(part)
                items = await read_at(database, asked, part)
                yield Chunk([one.item for one in items], part[-1].place if more else None)
        left -= wanted
        if not left or len(found) <= wanted:
            return
        asked = asked._replace(after=found[wanted - 1].place, skip=0)
