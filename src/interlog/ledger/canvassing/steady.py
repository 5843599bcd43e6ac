"""What many visits refer to and seldom changes: surveys and statuses.

Campaigns are among these only where one process serves the store: a visit takes its security group from its campaign,
which has to be the one that it has by now.
"""

import time
from collections.abc import Iterable

from ...model.canvassing.resources import Ref, Resource
from ...model.tenancy import Actor
from ...store import resources as rows
from ...store.statements import Unit
from ...store.store import Store
from ..fresh import FRESH

_STEADY = frozenset({"surveys", "statuses"})
_MOST_KEPT = 1_000


class Steady:
    """Resources that were read at most ``FRESH`` seconds ago; what this process changes is read anew at once.

    What is not there is not kept: it is found as soon as it comes.
    """

    def __init__(self, store: Store) -> None:
        self._database = store.database
        self.kinds = _STEADY if store.database.shared else _STEADY | {"campaigns"}
        self._kept: dict[tuple[int, Ref], tuple[Resource, float]] = {}
        self._changes = 0

    async def get_many(self, actor: Actor, refs: Iterable[Ref]) -> dict[Ref, Resource]:
        """Return those of the resources that are there, also deleted ones and those that the actor may not see."""
        tenant, kept, at = actor.tenant.id, self._kept, time.monotonic()
        found: dict[Ref, Resource] = {}
        missing: list[Ref] = []
        for ref in refs:
            known = kept.get((tenant, ref))
            if known is not None and known[1] > at:
                found[ref] = known[0]
            else:
                missing.append(ref)
        if missing:
            found |= await self._read(tenant, missing)
        return found

    async def _read(self, tenant: int, refs: list[Ref]) -> dict[Ref, Resource]:
        changes = self._changes
        found = await rows.by_refs(self._database, tenant, refs)
        if changes == self._changes:  # else it may have been read before the change
            if len(self._kept) + len(found) > _MOST_KEPT:
                self._kept.clear()
            until = time.monotonic() + FRESH
            self._kept |= {(tenant, ref): (item, until) for ref, item in found.items()}
        return found

    def follow(self, unit: Unit, kind: str, *, regrouped: bool = False) -> None:
        """Have everything read anew once a unit is stored that changes a resource of this kind, or who sees others."""
        if (kind in self.kinds or regrouped) and self._forget not in unit.afterwards:
            unit.afterwards.append(self._forget)

    async def _forget(self) -> None:
        self._changes += 1
        self._kept.clear()
