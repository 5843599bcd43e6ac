"""Reminders about one of two parties that are merged: they are about the survivor, and back again."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from ..model.journal import Entity
from ..model.reminders import Reminder
from ..store import merges as rows
from ..store import reminders as reminder_rows
from .merge_moves import Befores, Moves, Step


class ReminderMoves(Moves):
    """Reminders."""

    entity = Entity.REMINDER

    async def away(self, step: Step) -> None:
        await self._change(step, dict.fromkeys(await self._naming(step, rows.REMINDERS), step.pair.gone), back=False)

    async def back(self, step: Step, before: Befores) -> None:
        parties = {id_: msgspec.convert(was, Reminder).party for id_, was in before.items()}
        await self._change(step, parties, back=True)

    async def _change(self, step: Step, before: Mapping[int, int], *, back: bool) -> None:
        tenant, pair = step.actor.tenant.id, step.pair
        found = await reminder_rows.by_ids(self._database, tenant, before) if before else {}
        for read in found.values():
            if read.party != (pair.survivor if back else pair.gone) or before[read.id] != pair.gone:
                continue
            new = replace(read, party=pair.gone if back else pair.survivor, version=read.version + 1)
            reminder_rows.change(step.unit, tenant, read, new)
            step.change(Entity.REMINDER, read.id, new.version, read)
