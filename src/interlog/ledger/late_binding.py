"""Interactions that were there before their persons: whose addresses they name is found out as soon as it is known."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from ..model.ids import stamp
from ..model.instants import now
from ..model.interactions import Participant
from ..model.journal import Action, Entity
from ..model.parties import normal_email
from ..model.tenancy import Actor
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store import persons as person_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.statements import Unit
from ..store.store import Store

_TRIES = 4


class LateBinding:
    """Binds participants that are known by an address to the persons whose it is by now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database

    async def bind_late(self, actor: Actor, addresses: Iterable[str]) -> None:
        """Bind what waits for the addresses to whose they are now.

        Whoever has just stored one side of it, a person or an interaction, looks here whether somebody else stored
        the other side at the same moment, so that neither could find the other before.
        """
        for _ in range(_TRIES):
            owners = await person_rows.ids_by_email(self._database, actor.tenant.id, addresses)
            unit = Unit()
            if owners:
                await self.bind_waiting(actor, unit, owners)
            if not unit.changes:
                return
            try:
                await self._database.write(unit)
            except (Stale, Duplicate):
                continue

    async def bind_waiting(self, actor: Actor, unit: Unit, owners: Mapping[str, int]) -> None:
        """Bind interactions that came before their persons: participants known by an address that now is somebody's.

        ``owners`` maps normal addresses to persons' ids. The changes are added to the unit.
        """
        if not owners:
            return
        tenant = actor.tenant.id
        waiting: dict[int, set[str]] = {}
        for address, number in await self._database.fetch(
            interaction_rows.WAITING_FOR_ADDRESSES, tenant=tenant, addresses=self._database.array(owners)
        ):
            waiting.setdefault(number, set()).add(address)
            unit.change(interaction_rows.FORGET_ADDRESS, {"tenant": tenant, "address": address, "number": number})
        if not waiting:
            return
        items = await interaction_rows.by_numbers(self._database, tenant, waiting)
        notes = await note_rows.by_ids(
            self._database, tenant, {item.note_id for item in items.values() if item.note_id is not None}
        )
        for number, item in items.items():
            participants = tuple(
                Participant(owners[normal_email(p.address)], p.role, p.address, p.name)
                if p.person is None and p.address is not None and normal_email(p.address) in waiting[number]
                else p
                for p in item.content.participants
            )
            content = replace(item.content, participants=participants)
            bound = replace(item, content=content, version=item.version + 1, changed_at=stamp())
            interaction_rows.change(unit, tenant, item, bound)
            field_rows.change(unit, tenant, item, bound, actor.tenant.types_by_id.get(item.type_id))
            add_entry(
                unit, actor, Action.AMEND, Entity.INTERACTION, number, bound.version, now(), encode(item).decode()
            )
            if item.note_id in notes:
                note = notes[item.note_id]
                note_rows.change(
                    unit,
                    tenant,
                    note,
                    replace(note, version=note.version + 1),
                    links_before=note_rows.link_rows(tenant, note, item),
                    links_after=note_rows.link_rows(tenant, note, bound),
                )
