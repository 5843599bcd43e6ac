"""Change sets: interactions, profiles and documents about these that are put together, all of them or none."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..model.errors import Conflict, InterlogError, Withheld
from ..model.instances import Instance, Placed, Put
from ..model.profiles import ProfileDraft, ProfileType
from ..model.tenancy import Actor, Right
from ..store.database import Duplicate, Stale
from ..store.profile_values import Tally
from ..store.statements import Unit
from ..store.store import Store
from .copying import CopyChange, CopyWork
from .instances import Instances
from .profile_putting import PlacedProfile, ProfileWork
from .profile_values import ProfileValues
from .profiles import Profiles
from .putting import Work

_TRIES = 8


class InstanceChange(NamedTuple):
    """An interaction to be put."""

    instance: Instance
    mode: Put = Put.UPSERT


class ProfileChange(NamedTuple):
    """A profile to be put."""

    type: ProfileType
    draft: ProfileDraft
    mode: Put = Put.UPSERT


Change = InstanceChange | ProfileChange | CopyChange
ChangeResult = Placed | PlacedProfile | dict[str, Any] | InterlogError


class ChangeSets:
    """The use case of putting interactions, profiles and documents together."""

    def __init__(self, store: Store, instances: Instances, profiles: Profiles, values: ProfileValues) -> None:
        self._store, self._database = store, store.database
        self._values = values
        self._instances, self._profiles = instances, profiles
        self._contended: dict[int, asyncio.Lock] = {}

    async def put(self, actor: Actor, changes: Sequence[Change]) -> list[ChangeResult]:
        """Put everything in one transaction, or nothing: a result for each, in order.

        Errors are those of ``Instances.put_many`` and ``Profiles.put_many``, and what makes documents raises; where
        there is one, all others are ``Withheld``. Interactions and documents find the profiles of the same change set.
        """
        actor.require(Right.WRITE)
        async with self._values.at_work(actor):
            try:
                return await self._put(actor, changes)
            except (Duplicate, Stale):
                pass  # somebody stored or changed one of them since we looked: now that will be found
            async with self._contended.setdefault(actor.tenant.id, asyncio.Lock()):
                for _ in range(_TRIES):
                    try:
                        return await self._put(actor, changes)
                    except (Duplicate, Stale):
                        continue
        raise Conflict("these were being stored by others at the same time; try again")

    async def _put(self, actor: Actor, changes: Sequence[Change]) -> list[ChangeResult]:
        unit, works = Unit(), list[tuple[Work | ProfileWork | CopyWork, list[int]]]()
        coming: dict[tuple[int, tuple[str, ...], str], Tally] = {}
        by_type: dict[int, list[int]] = {}
        for place, change in enumerate(changes):
            if isinstance(change, ProfileChange):
                by_type.setdefault(change.type.id, []).append(place)
        for places in by_type.values():
            some = [change for place in places if isinstance(change := changes[place], ProfileChange)]
            of_type = ProfileWork(
                self._profiles.tools, actor, some[0].type, [item.draft for item in some], [item.mode for item in some]
            )
            await of_type.add_to(unit)
            coming |= {place: Tally(1, number) for place, number in of_type.found().items()}
            works.append((of_type, places))
        documents = {place: change for place, change in enumerate(changes) if isinstance(change, CopyChange)}
        if documents:
            copying = CopyWork(self._store, self._profiles, actor, list(documents.values()))
            await copying.add_to(unit, [work for work, _ in works if isinstance(work, ProfileWork)])
            works.append((copying, list(documents)))
        instances = {place: change for place, change in enumerate(changes) if isinstance(change, InstanceChange)}
        if instances:
            items = list(instances.values())
            putting = Work(
                self._instances.tools, actor, [item.instance for item in items], [item.mode for item in items]
            )
            await putting.add_to(unit, coming)
            works.append((putting, list(instances)))
        refused = any(work.is_refused for work, _ in works)
        if not refused and (unit.rows or unit.changes):
            await self._database.write(unit)
            for work, _ in works:
                await (work.settle(unit) if isinstance(work, Work) else work.settle())
        found: dict[int, ChangeResult] = {}
        for work, places in works:
            found |= zip(places, work.withheld() if refused else work.results(), strict=True)
        return [found.get(place, Withheld()) for place in range(len(changes))]
