"""What has changed since: resources and interactions in the order of their last changes, for whoever keeps a copy."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from ..model.canvassing.resources import Resource
from ..model.interactions import Interaction
from ..model.journal import Position
from ..model.tenancy import Actor, Right
from ..store import changes as rows
from ..store.store import Store

_AT_ONCE = 1_000
_ROUNDS = 50
"""How often so many entries of the journal are looked through for one page: it may find nothing, and go on."""


class _Grouped(Protocol):
    @property
    def group(self) -> int: ...


T = TypeVar("T", bound=_Grouped)


class Changes(NamedTuple, Generic[T]):
    """What has changed, as it is now, also what was deleted; where to go on reading, and whether to do so at once."""

    items: list[T]
    next: Position
    is_more: bool


class Feed:
    """Use cases around changes. Nothing is missed that is committed late, by whichever process (see the journal)."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def resources(self, actor: Actor, kind: str, since: Position, limit: int = _AT_ONCE) -> Changes[Resource]:
        """Return resources of a kind that have changed behind a position; each once, at its last change."""
        tenant = actor.tenant.id
        return await self._page(
            actor, since, limit, lambda place, many: rows.of_resources(self._database, tenant, kind, place, many)
        )

    async def interactions(
        self, actor: Actor, types: Sequence[int], since: Position, limit: int = _AT_ONCE
    ) -> Changes[Interaction]:
        """Return interactions of some types that have changed behind a position; each once, at its last change."""
        tenant = actor.tenant.id
        return await self._page(
            actor, since, limit, lambda place, many: rows.of_interactions(self._database, tenant, types, place, many)
        )

    async def now(self, actor: Actor) -> Position:
        """Return the position behind everything that has changed so far."""
        actor.require(Right.READ)
        return await rows.last(self._database, actor.tenant.id)

    async def _page(
        self,
        actor: Actor,
        since: Position,
        limit: int,
        read: Callable[[Position, int], Awaitable[tuple[list[T], Position, bool]]],
    ) -> Changes[T]:
        actor.require(Right.READ)
        place, is_more = since, True
        for _ in range(_ROUNDS):
            found, place, is_more = await read(place, min(limit, _AT_ONCE))
            seen = [item for item in found if actor.sees(item.group)]
            if seen or not is_more:
                return Changes(seen, place, is_more)
        return Changes([], place, is_more)
