"""Sheets: what stands on a list, with the values that it has in all fields. A page costs four statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from ..model.fields import Cell, Field
from ..model.parties import ListEntry, Party, PartyList
from ..model.tenancy import Actor
from ..store import party_values as value_rows
from ..store.store import Store
from .list_entries import Listed, ListEntries
from .opportunities import Opportunities
from .party_fields import PartyFields


class Sheet(Struct, frozen=True, kw_only=True):
    """A page of a list: its fields, those of all that can stand on it among them, and each entry with its values.

    ``following``: the id that the next page goes on from; None at the end.
    """

    list: PartyList
    fields: Sequence[Field]
    rows: Sequence[tuple[Listed, Sequence[Cell]]]
    following: int | None = None


class Standing(NamedTuple):
    """That somebody stands on a list: the entry, the list, its own fields, and the values that the entry has there."""

    entry: ListEntry
    list: PartyList
    fields: Sequence[Field]
    cells: Sequence[Cell]


class Sheets:
    """Use cases around sheets."""

    def __init__(self, store: Store, opportunities: Opportunities, fields: PartyFields, entries: ListEntries) -> None:
        self._database = store.database
        self._opportunities, self._fields, self._entries = opportunities, fields, entries

    async def page(self, actor: Actor, list_id: int, *, limit: int, after: int = 0) -> Sheet:
        """Return a page; raises ``NotFound``, or ``Forbidden`` where the list is somebody else's."""
        item, fields = await self._fields.of_list(actor, list_id)
        listed, following = await self._entries.page_of(actor, item, limit=limit, after=after)
        rows = await self._with_cells(actor, item.kind, listed, fields)
        return Sheet(list=item, fields=fields, rows=rows, following=following)

    async def entry(self, actor: Actor, list_id: int, entry_id: int) -> Sheet:
        """Return the page with one entry alone; raises ``NotFound`` or ``Forbidden``."""
        item, fields = await self._fields.of_list(actor, list_id)
        listed = await self._entries.get(actor, list_id, entry_id)
        return Sheet(list=item, fields=fields, rows=await self._with_cells(actor, item.kind, [listed], fields))

    async def chosen(self, actor: Actor, list_id: int, ids: Sequence[int]) -> Sheet:
        """Return the page with some entries (of opportunities: by their ids), in the order given."""
        item, fields = await self._fields.of_list(actor, list_id)
        listed = await self._entries.some_of(actor, item, ids)
        return Sheet(list=item, fields=fields, rows=await self._with_cells(actor, item.kind, listed, fields))

    async def of_parties(
        self, actor: Actor, kind: Party, ids: Collection[int]
    ) -> tuple[Sequence[Field], Mapping[int, Sequence[Cell]]]:
        """Return the fields of all parties of a kind, and the values that some of these have there."""
        fields = await self._fields.of_kind(actor, kind)
        found: dict[int, list[Cell]] = {}
        if fields and ids:
            for (party, _), cells in (await self._cells(actor, kind, ids, fields)).items():
                found.setdefault(party, []).extend(cells)
        return fields, found

    async def standing(self, actor: Actor, kind: Party, party: int) -> list[Standing]:
        """Return how a person or an organization stands on each list that is visible to the actor."""
        entries = (await self._entries.of_parties(actor, kind, [party])).get(party, [])
        if not entries:
            return []
        lists = {item.id: item for item in await self._opportunities.lists(actor)}
        fields = [field for field in await self._fields.all(actor) if field.list_id is not None]
        cells = await self._cells(actor, kind, [party], fields)
        return [
            Standing(
                entry,
                lists[entry.list_id],
                [field for field in fields if field.list_id == entry.list_id],
                cells.get((party, entry.id), []),
            )
            for entry in entries
        ]

    async def _with_cells(
        self, actor: Actor, kind: Party, listed: Sequence[Listed], fields: Sequence[Field]
    ) -> list[tuple[Listed, Sequence[Cell]]]:
        parties = {entry.party for entry, _ in listed}
        cells = await self._cells(actor, kind, parties, fields) if parties and fields else {}
        return [
            (one, [*cells.get((one[0].party, None), ()), *cells.get((one[0].party, one[0].id), ())]) for one in listed
        ]

    async def _cells(
        self, actor: Actor, kind: Party, parties: Collection[int], fields: Iterable[Field]
    ) -> dict[tuple[int, int | None], list[Cell]]:
        """Return the values in these fields, by whose they are and by the entry that has them there."""
        shown = {field.id for field in fields}
        found: dict[tuple[int, int | None], list[Cell]] = {}
        for cell in await value_rows.cells(self._database, actor.tenant.id, kind, parties):
            if cell.value.field_id in shown:
                found.setdefault((cell.value.party, cell.value.entry), []).append(cell)
        return found
