"""Files beside one of two parties that are merged: they lie beside the survivor, and back again."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from ..model.files import File
from ..model.journal import Entity
from ..store import files as file_rows
from ..store import merges as rows
from .merge_moves import Befores, Moves, Step


class FileMoves(Moves):
    """Files."""

    entity = Entity.FILE

    async def away(self, step: Step) -> None:
        await self._change(step, dict.fromkeys(await self._naming(step, rows.FILES), step.pair.gone), back=False)

    async def back(self, step: Step, before: Befores) -> None:
        holders = {id_: msgspec.convert(was, File).holder for id_, was in before.items()}
        await self._change(step, holders, back=True)

    async def _change(self, step: Step, before: Mapping[int, int], *, back: bool) -> None:
        tenant, pair = step.actor.tenant.id, step.pair
        found = await file_rows.by_ids(self._database, tenant, before) if before else {}
        for read in found.values():
            if read.holder != (pair.survivor if back else pair.gone) or before[read.id] != pair.gone:
                continue
            new = replace(read, holder=pair.gone if back else pair.survivor, version=read.version + 1)
            file_rows.change(step.unit, tenant, read, new)
            step.change(Entity.FILE, read.id, new.version, read)
