"""Instances: interactions that are put by what identifies them, one by one or thousands at once.

A put is an upsert: what is new is stored; the same again changes nothing; other content becomes a new version of an
activity, and is refused for a fact, naming what differs. Nobody's put is lost or done twice, however many put the same
at the same moment: uniqueness is left to the database, and whoever comes too late looks again.
"""

import asyncio
from collections.abc import Sequence

from ..model.errors import Conflict, InterlogError, NotFound
from ..model.instances import Instance, Placed, Put, key_of_instance
from ..model.interactions import Interaction
from ..model.tenancy import Actor, Right
from ..model.types import InteractionType
from ..store import identities
from ..store import interactions as interaction_rows
from ..store.database import Duplicate, Stale
from ..store.store import Store
from .interactions import Interactions
from .known_types import know
from .merging import values_of
from .put_lookups import Result, stored_as, uuid_of
from .putting import Tools, Work
from .references import References
from .resting import collector_at_rest
from .types import Types
from .waiting import Waiting

_TRIES = 8
_MANY = 500
"""Items from which on the garbage collector is at rest meanwhile."""

_MOST_TYPES = 100
"""Types among which one id is looked for."""


class Instances:
    """Use cases around instances."""

    def __init__(
        self, store: Store, interactions: Interactions, types: Types, references: References, waiting: Waiting
    ) -> None:
        self._database = store.database
        self._values = interactions.persons.values
        self.tools = Tools(store, interactions, types, references, waiting)
        self._contended: dict[int, asyncio.Lock] = {}

    async def find(
        self, actor: Actor, type_: InteractionType, id_: str, *, include_voided: bool = False
    ) -> Interaction:
        """Return the interaction of a type that has this id (``Interaction.public_id``)."""
        actor.require(Right.READ)
        if "\x00" in id_:
            raise NotFound("interaction", id_)
        item = await interaction_rows.by_identity(self._database, actor.tenant.id, type_.id, id_)
        if item is None and (uuid := uuid_of(id_)) is not None:
            item = await interaction_rows.by_uuid(self._database, actor.tenant.id, uuid)
            if item is not None and (item.type_id != type_.id or item.identity is not None):
                item = None
        if item is None or not _is_shown(actor, item, include_voided):
            raise NotFound("interaction", id_)
        return item

    async def find_any(self, actor: Actor, id_: str, *, include_voided: bool = False) -> list[Interaction]:
        """Return the interactions that have this id, each of another type."""
        actor.require(Right.READ)
        if "\x00" in id_:
            return []
        found = await identities.of_any_type(self._database, actor.tenant.id, id_, _MOST_TYPES)
        if (uuid := uuid_of(id_)) is not None:
            item = await interaction_rows.by_uuid(self._database, actor.tenant.id, uuid)
            if item is not None and item.identity is None:
                found.append(item)
        await know(self._database, actor, (item.type_id for item in found))
        return [item for item in found if _is_shown(actor, item, include_voided)]

    async def stored(self, actor: Actor, items: Sequence[Instance]) -> list[Interaction | None]:
        """Return what is stored already of instances that are to be put, in order; None for what is not."""
        actor.require(Right.READ)
        keyed = []
        for index, item in enumerate(items):
            type_ = await self.tools.types.find(actor, item.type)
            keyed.append((index, type_, key_of_instance(type_, item.fields, item.identity)))
        found = await stored_as(self._database, actor.tenant.id, keyed) if keyed else {}
        results: list[Interaction | None] = []
        for _, type_, key in keyed:
            those = [found.get((type_.id, text)) for text in (key.texts if key is not None else ())]
            results.append(
                next(
                    (
                        item
                        for item in those
                        if item is not None
                        and key is not None
                        and (not key.values or values_of(item, type_) == key.values)
                        and _is_shown(actor, item, include_voided=False)
                    ),
                    None,
                )
            )
        return results

    async def put(self, actor: Actor, item: Instance, mode: Put = Put.UPSERT) -> Placed:
        """Put one instance; raises what ``put_many`` returns."""
        (result,) = await self.put_many(actor, [item], mode)
        if isinstance(result, InterlogError):
            raise result
        return result

    async def put_many(
        self, actor: Actor, items: Sequence[Instance], mode: Put = Put.UPSERT, *, all_or_nothing: bool = False
    ) -> list[Result]:
        """Put instances in one transaction: a result for each, in order; those with errors are left out.

        Errors are ``Invalid`` with every problem, ``NotFound`` (of the type, or of what is to be changed), ``Expired``,
        ``Exists``, ``Refused`` with what differs from the fact that is stored, ``Conflict`` of versions, and, where
        nothing is to be stored unless everything can be, ``Withheld``.
        """
        actor.require(Right.WRITE)
        if len(items) < _MANY:
            return await self._put_many(actor, items, mode, all_or_nothing)
        async with self._values.at_work(actor):
            with collector_at_rest():
                return await self._put_many(actor, items, mode, all_or_nothing)

    async def _put_many(self, actor: Actor, items: Sequence[Instance], mode: Put, all_or_nothing: bool) -> list[Result]:
        modes = [mode] * len(items)
        try:
            return await Work(self.tools, actor, items, modes).run(all_or_nothing)
        except (Duplicate, Stale):
            pass  # somebody stored or changed one of them since we looked: now that will be found
        async with self._contended.setdefault(actor.tenant.id, asyncio.Lock()):  # else they hinder each other again
            for _ in range(_TRIES):
                try:
                    return await Work(self.tools, actor, items, modes).run(all_or_nothing)
                except (Duplicate, Stale):
                    continue
        raise Conflict("these were being stored by others at the same time; try again")


def _is_shown(actor: Actor, item: Interaction, include_voided: bool) -> bool:
    hidden = item.deleted_at is not None and not (include_voided and item.voided_by is not None)
    return actor.sees(item.group) and not hidden
