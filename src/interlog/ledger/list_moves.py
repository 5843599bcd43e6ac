"""What stands on lists for one of two parties that are merged: it stands there for the survivor, and back again."""

from collections.abc import Mapping

import msgspec

from ..model.journal import Entity
from ..model.parties import ListEntry
from ..store import list_entries as entry_rows
from ..store import merges as rows
from .merge_moves import Befores, Moves, Step


class ListEntryMoves(Moves):
    """Entries of lists. Where both stand on a list, the survivor stands there twice, each time with its values."""

    entity = Entity.LIST_ENTRY

    async def away(self, step: Step) -> None:
        await self._change(step, dict.fromkeys(await self._naming(step, rows.ENTRIES), step.pair.gone), back=False)

    async def back(self, step: Step, before: Befores) -> None:
        parties = {id_: msgspec.convert(was, ListEntry).party for id_, was in before.items()}
        await self._change(step, parties, back=True)

    async def _change(self, step: Step, before: Mapping[int, int], *, back: bool) -> None:
        tenant, pair = step.actor.tenant.id, step.pair
        found = await entry_rows.by_ids(self._database, tenant, before) if before else {}
        there = pair.survivor if back else pair.gone
        for read in found.values():
            if read.party != there or before[read.id] != pair.gone:
                continue
            entry_rows.move(step.unit, tenant, read, pair.gone if back else pair.survivor)
            step.change(Entity.LIST_ENTRY, read.id, read.version + 1, read)
