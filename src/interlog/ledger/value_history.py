"""How the values of all parties changed, in all fields that an actor sees."""

from collections.abc import Sequence
from typing import NamedTuple

from ..model.conditions import Condition
from ..model.fields import Field, ValueChange
from ..model.instants import EVER
from ..model.parties import ListEntry
from ..model.tenancy import Actor, Right
from ..store import value_changes as rows
from ..store.store import Store
from .party_fields import PartyFields


class Changed(NamedTuple):
    """A change, and the field that it is in."""

    change: ValueChange
    field: Field


class ValueHistory:
    """Use cases around changes of values."""

    def __init__(self, store: Store, fields: PartyFields) -> None:
        self._database = store.database
        self._fields = fields

    async def page(
        self,
        actor: Actor,
        *,
        limit: int,
        place: tuple[int, int] | None = None,
        condition: Condition | None = None,
        descending: bool = False,
        entry: ListEntry | None = None,
    ) -> list[Changed]:
        """Return changes behind an instant and an id, in order of time; ``entry``, which the actor has read: only what
        changed there, in the fields of its list."""
        actor.require(Right.READ)
        fields = {field.id: field for field in await self._fields.all(actor)}
        if entry is not None:
            fields = {id_: field for id_, field in fields.items() if field.list_id == entry.list_id}
        found: Sequence[ValueChange] = await rows.page(
            self._database,
            actor.tenant.id,
            fields=fields,
            entry=(entry.kind, entry.party, entry.id) if entry is not None else None,
            condition=condition,
            place=place or ((EVER, EVER) if descending else (-EVER, 0)),
            limit=limit,
            descending=descending,
        )
        return [Changed(change, fields[change.field_id]) for change in found]
