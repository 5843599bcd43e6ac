"""Interactions by what they are known as: a uuid, the name of the request that stored one, ids of other systems."""

from collections.abc import Iterable, Sequence

from ..model.errors import NotFound
from ..model.interactions import Interaction
from ..model.tenancy import Actor, Right
from ..store import external_ids
from ..store import interactions as interaction_rows
from ..store.external_ids import Pair
from ..store.store import Store
from .drafts import request_key_text
from .known_types import know


class KnownAs:
    """Use cases of looking interactions up."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def numbers(self, actor: Actor, numbers: Iterable[int]) -> dict[int, Interaction]:
        """Return those of the interactions that there are for the actor, by their numbers."""
        actor.require(Right.READ)
        found = await interaction_rows.by_numbers(self._database, actor.tenant.id, numbers)
        there = {n: item for n, item in found.items() if item.deleted_at is None and actor.sees(item.group)}
        await know(self._database, actor, {item.type_id for item in there.values()} - actor.tenant.types_by_id.keys())
        return there

    async def uuid(self, actor: Actor, uuid: str) -> Interaction:
        """Return the interaction with a uuid in its usual spelling."""
        actor.require(Right.READ)
        item = await interaction_rows.by_uuid(self._database, actor.tenant.id, uuid)
        if item is None or item.deleted_at is not None or not actor.sees(item.group):
            raise NotFound("interaction", uuid, "uuid")
        await know(self._database, actor, {item.type_id} - actor.tenant.types_by_id.keys())
        return item

    async def request(self, actor: Actor, key: str) -> Interaction | None:
        """Return what the request of this name has stored; None where there was none, or it is not to be seen."""
        actor.require(Right.READ)
        key = request_key_text(key)
        rows = await self._database.fetch(interaction_rows.BY_REQUEST, tenant=actor.tenant.id, key=key)
        item = await interaction_rows.by_number(self._database, actor.tenant.id, rows[0][1]) if rows else None
        return item if item is not None and actor.sees(item.group) else None

    async def external_ids(self, actor: Actor, ids: Sequence[Pair]) -> dict[Pair, int]:
        """Return the numbers of the interactions that other systems know by these ids, also of deleted ones."""
        actor.require(Right.READ)
        return await external_ids.interactions(self._database, actor.tenant.id, ids) if ids else {}
