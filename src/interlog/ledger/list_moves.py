"""What one of two parties that are merged has on lists and in fields: it is the survivor's then, and back again."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from ..model.fields import FieldValue
from ..model.journal import Entity
from ..model.parties import ListEntry
from ..store import list_entries as entry_rows
from ..store import merges as rows
from ..store import party_values as value_rows
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
            there_after = pair.gone if back else pair.survivor
            value_rows.move_entry(step.unit, tenant, pair.kind, read.id, there, there_after)
            step.change(Entity.LIST_ENTRY, read.id, read.version + 1, read)


class FieldValueMoves(Moves):
    """Values in fields of all parties of a kind, and values that name a party.

    Where a field takes one value and the survivor has one, that stays; the other one is seen again when it is undone.
    """

    entity = Entity.FIELD_VALUE

    async def away(self, step: Step) -> None:
        limit, pair, tenant = max(0, step.left), step.pair, step.actor.tenant.id
        found = await value_rows.to_move(self._database, tenant, pair.kind, pair.gone, pair.survivor, limit + 1)
        step.is_last = step.is_last and len(found) <= limit
        moved = {pair.gone: pair.survivor}
        for id_, is_own in list(found.items())[:limit]:
            named = await value_rows.with_reference(self._database, tenant, id_)
            if named is None:
                continue
            read, kind = named
            new = replace(
                read,
                party=pair.survivor if is_own else read.party,
                value=moved.get(read.value, read.value) if kind is pair.kind else read.value,
            )
            self._move(step, read, new, is_reference=kind is not None)

    async def back(self, step: Step, before: Befores) -> None:
        pair, tenant = step.pair, step.actor.tenant.id
        for id_ in before:
            found = await value_rows.with_reference(self._database, tenant, id_)
            if found is None:
                continue
            (read, kind), was = found, msgspec.convert(before[id_], FieldValue)
            new = read
            if read.entry is None and (was.party, read.party) == (pair.gone, pair.survivor) and read.kind is pair.kind:
                new = replace(new, party=pair.gone)
            if kind is pair.kind and (was.value, read.value) == (pair.gone, pair.survivor):
                new = replace(new, value=pair.gone)
            if new != read:
                self._move(step, read, new, is_reference=kind is not None)

    @staticmethod
    def _move(step: Step, read: FieldValue, new: FieldValue, *, is_reference: bool) -> None:
        value_rows.move(step.unit, step.actor.tenant.id, read, new, is_reference=is_reference)
        step.change(Entity.FIELD_VALUE, read.id, read.version + 1, read)
