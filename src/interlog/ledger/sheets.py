"""Sheets: what stands on a list, with the values that it has in all fields. A page costs four statements."""

from collections.abc import Sequence

from msgspec import Struct

from ..model.errors import Forbidden, NotFound
from ..model.fields import Field, FieldValue
from ..model.parties import PartyList
from ..model.tenancy import Actor, Right
from ..store import party_fields as field_rows
from ..store import party_values as value_rows
from ..store.store import Store
from .list_entries import Listed, ListEntries
from .opportunities import sees_list


class Sheet(Struct, frozen=True, kw_only=True):
    """A page of a list: its fields, those of all that can stand on it among them, and each entry with its values.

    ``following``: the id that the next page goes on from; None at the end.
    """

    list: PartyList
    fields: Sequence[Field]
    rows: Sequence[tuple[Listed, Sequence[FieldValue]]]
    following: int | None


class Sheets:
    """Use cases around sheets."""

    def __init__(self, store: Store, entries: ListEntries) -> None:
        self._database = store.database
        self._entries = entries

    async def page(self, actor: Actor, list_id: int, *, limit: int, after: int = 0) -> Sheet:
        """Return a page; raises ``NotFound``, or ``Forbidden`` where the list is somebody else's."""
        actor.require(Right.READ)
        tenant = actor.tenant.id
        found = await field_rows.of_list(self._database, tenant, list_id)
        if found is None:
            raise NotFound("list", list_id)
        item, fields = found
        if not sees_list(actor, item):
            raise Forbidden("this list is private")
        listed, following = await self._entries.page_of(actor, item, limit=limit, after=after)
        shown = {field.id for field in fields}
        parties = {entry.party for entry, _ in listed}
        values: dict[tuple[int, int | None], list[FieldValue]] = {}
        if parties:
            for value in await value_rows.of_parties(self._database, tenant, item.kind, parties):
                if value.field_id in shown:
                    values.setdefault((value.party, value.entry), []).append(value)
        rows = [
            (one, [*values.get((one[0].party, None), ()), *values.get((one[0].party, one[0].id), ())]) for one in listed
        ]
        return Sheet(list=item, fields=fields, rows=rows, following=following)
