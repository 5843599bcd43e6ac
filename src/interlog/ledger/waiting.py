"""Interactions that refer to profiles which are not there yet, and what binds them when these arrive."""

from collections.abc import Mapping

from msgspec.structs import replace

from ..model.ids import stamp
from ..model.instants import now
from ..model.interactions import Content, Interaction, Participant, ProfilePart
from ..model.journal import Action, Entity
from ..model.notes import Note
from ..model.profiles import CONTACT
from ..model.tenancy import Actor
from ..store import field_values as field_rows
from ..store import interactions as interaction_rows
from ..store import notes as note_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.rows import encode
from ..store.schema import unbound
from ..store.statements import Unit
from ..store.store import Store
from .drafts import unbound_rows

_TRIES = 8
_FEW = 200
_AT_ONCE = 500
"""Interactions that are bound in one transaction."""

Arrived = Mapping[str, tuple[int, int]]
"""What has arrived: ``waiting_key`` -> (id of the type, number of the profile)."""


class Waiting:
    """Use cases of whatever stores a profile, or an interaction that refers to one."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def bind(self, actor: Actor, arrived: Arrived) -> None:
        """Bind the interactions that wait for these profiles. To do it again changes nothing."""
        if not arrived:
            return
        tenant, wanted = actor.tenant.id, self._database.array(arrived)
        fetch = self._database.fetch if len(arrived) <= _FEW else self._database.fetch_long
        for _ in range(_TRIES):
            rows = await fetch(interaction_rows.WAITING_FOR_ADDRESSES, tenant=tenant, addresses=wanted)
            waiting: dict[int, set[str]] = {}
            for key, number in rows:
                waiting.setdefault(number, set()).add(key)
            numbers = sorted(waiting)
            try:
                for start in range(0, len(numbers), _AT_ONCE):
                    some = {number: waiting[number] for number in numbers[start : start + _AT_ONCE]}
                    await self._bind(actor, some, arrived)
                return
            except (Stale, Duplicate):
                continue  # one of them was changed in between: look again what still waits

    async def _bind(self, actor: Actor, waiting: Mapping[int, set[str]], arrived: Arrived) -> None:
        tenant, unit = actor.tenant.id, Unit()
        items = await interaction_rows.by_numbers(self._database, tenant, waiting)
        notes = await note_rows.by_ids(
            self._database, tenant, {item.note_id for item in items.values() if item.note_id is not None}
        )
        for number, item in items.items():
            content = _bound(item.content, waiting[number], arrived)
            add_parties(actor, unit, item, content, notes.get(item.note_id or 0))
        if unit.changes:
            await self._database.write(unit)


def add_parties(actor: Actor, unit: Unit, read: Interaction, content: Content, note: Note | None) -> None:
    """Add to a unit that others take part in an interaction, about which nothing else is new. ``note``: its own."""
    tenant = actor.tenant.id
    bound = replace(read, content=content, version=read.version + 1, changed_at=stamp())
    interaction_rows.change(unit, tenant, read, bound)
    field_rows.change(unit, tenant, read, bound, actor.tenant.types_by_id.get(read.type_id))
    before = encode(read).decode()
    add_entry(unit, actor, Action.AMEND, Entity.INTERACTION, read.number, bound.version, now(), before)
    waited, waits = set(unbound_rows(tenant, read)), set(unbound_rows(tenant, bound))
    for _, address, number in sorted(waited - waits):
        unit.change(
            interaction_rows.FORGET_ADDRESS, {"tenant": tenant, "address": address, "number": number}, expect=None
        )
    unit.insert(unbound, sorted(waits - waited))
    if note is not None:
        note_rows.change(
            unit,
            tenant,
            note,
            replace(note, version=note.version + 1),
            links_before=note_rows.link_rows(tenant, note, read),
            links_after=note_rows.link_rows(tenant, note, bound),
        )


def _bound(content: Content, keys: set[str], arrived: Arrived) -> Content:
    """Return the content with the participants that have arrived; a contact is a participant like any person."""
    participants, profiles = list(content.participants), []
    for part in content.profiles:
        if part.number is not None or part.key not in keys:
            profiles.append(part)
        elif part.type_id == CONTACT.id:
            participants.append(Participant(arrived[part.key][1], part.slot))
        else:
            profiles.append(ProfilePart(part.slot, part.type_id, arrived[part.key][1]))
    return replace(content, participants=tuple(participants), profiles=tuple(profiles))
