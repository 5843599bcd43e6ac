"""What entries of the journal are about: records as they are by now, or as they were last, as far as an actor sees."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from ..model.fields import Field, FieldValue
from ..model.files import File, Holder
from ..model.interactions import Interaction
from ..model.journal import Action, Entity, JournalEntry
from ..model.notes import Note
from ..model.parties import ListEntry, Opportunity, Organization, Party, PartyList, Person
from ..model.reminders import Reminder
from ..model.tenancy import Actor, Right
from ..store import files as file_rows
from ..store import interactions as interaction_rows
from ..store import journal as rows
from ..store import list_entries as entry_rows
from ..store import notes as note_rows
from ..store import opportunities as opportunity_rows
from ..store import organizations as organization_rows
from ..store import party_fields as field_rows
from ..store import party_values as value_rows
from ..store import persons as person_rows
from ..store import reminders as reminder_rows
from ..store.store import Store
from .consequences import Happened, with_consequences
from .known_types import know
from .opportunities import sees_list, visible_opportunities

GONE = frozenset({Action.DELETE, Action.VOID, Action.MERGE})
"""What was done to a record that is not there afterwards."""


class Happenings:
    """Use cases around what has happened. What the actor may not see has not happened."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._database = store.database
        self._kinds: Mapping[Entity, tuple[type, _Load, _Sees]] = {
            Entity.PERSON: (Person, self._persons, _sees_all),
            Entity.ORGANIZATION: (Organization, self._organizations, _sees_all),
            Entity.OPPORTUNITY: (Opportunity, self._opportunities, self._sees_listed),
            Entity.LIST_ENTRY: (ListEntry, self._entries, self._sees_listed),
            Entity.FIELD: (Field, self._fields, self._sees_field),
            Entity.FIELD_VALUE: (FieldValue, self._values, self._sees_value),
            Entity.NOTE: (Note, self._notes, _sees_group),
            Entity.INTERACTION: (Interaction, self._interactions, _sees_group),
            Entity.REMINDER: (Reminder, self._reminders, self._sees_reminder),
            Entity.FILE: (File, self._files, self._sees_file),
            Entity.LIST: (PartyList, self._lists, _sees_list),
        }

    async def of(self, actor: Actor, entries: Sequence[JournalEntry]) -> list[Happened]:
        """Return what some entries of the journal are about, in their order: one read for each kind of records.

        Left out: what is no record of a kind that others are told of, what the actor may not see, and what nothing is
        known of any more.
        """
        actor.require(Right.READ)
        wanted: dict[Entity, set[int]] = {}
        for entry in entries:
            if entry.entity in self._kinds:
                wanted.setdefault(entry.entity, set()).add(entry.entity_id)
        there = {entity: await self._kinds[entity][1](actor, ids) for entity, ids in wanted.items()}
        last: dict[tuple[Entity, int], Any] = {}
        found = []
        for entry in entries:
            if entry.entity not in self._kinds:
                continue
            type_, _, sees = self._kinds[entry.entity]
            record = there[entry.entity].get(entry.entity_id)
            if entry.action in GONE and entry.before is not None:
                record = msgspec.convert(entry.before, type_)
            elif record is None:
                key = entry.entity, entry.entity_id
                if key not in last:
                    last[key] = await self._last(actor, entry, type_)
                record = last[key]
            if record is not None and await sees(actor, record):
                found.append(Happened(entry, record))
        return await with_consequences(self._database, actor.tenant.id, await self._with_notes(actor, found))

    async def _with_notes(self, actor: Actor, found: Sequence[Happened]) -> list[Happened]:
        """Return also what happened to the notes of interactions that have no entry of their own.

        The text of an interaction is that of its note, which is made and changed with it.
        """
        own = {(item.entry.entity_id, item.entry.action) for item in found if item.entry.entity is Entity.NOTE}
        meant = {item.entry.position: id_ for item in found if (id_ := _note_with(item)) is not None}
        notes = dict(await self._notes(actor, set(meant.values()))) if meant else {}
        complete = []
        for item in found:
            complete.append(item)
            id_ = meant.get(item.entry.position)
            if id_ is None or (id_, item.entry.action) in own:
                continue
            entry = replace(item.entry, entity=Entity.NOTE, entity_id=id_, before=None)
            note = notes.get(id_) or await self._last(actor, entry, Note)
            is_later = note is not None and note.created_at != item.record.created_at
            if note is not None and not (is_later and entry.action is Action.CREATE):
                complete.append(Happened(entry, note))
        return complete

    async def _last(self, actor: Actor, entry: JournalEntry, type_: type) -> Any:
        """Return a record that is gone as it was before its latest change."""
        entries = await rows.versions_of(self._database, actor.tenant.id, entry.entity, entry.entity_id, 1)
        return msgspec.convert(entries[0].before, type_) if entries else None

    async def _persons(self, actor: Actor, ids: Collection[int]) -> dict[int, Person]:
        return await person_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _organizations(self, actor: Actor, ids: Collection[int]) -> dict[int, Organization]:
        return await organization_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _opportunities(self, actor: Actor, ids: Collection[int]) -> dict[int, Opportunity]:
        return await visible_opportunities(self._store, actor, ids)

    async def _reminders(self, actor: Actor, ids: Collection[int]) -> dict[int, Reminder]:
        return await reminder_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _files(self, actor: Actor, ids: Collection[int]) -> dict[int, File]:
        return await file_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _entries(self, actor: Actor, ids: Collection[int]) -> dict[int, ListEntry]:
        return await entry_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _fields(self, actor: Actor, ids: Collection[int]) -> dict[int, Field]:
        return await field_rows.by_ids(self._database, actor.tenant.id, ids)

    async def _values(self, actor: Actor, ids: Collection[int]) -> dict[int, FieldValue]:
        found = [await value_rows.by_id(self._database, actor.tenant.id, id_) for id_ in ids]
        return {value.id: value for value in found if value is not None}

    async def _notes(self, actor: Actor, ids: Collection[int]) -> dict[int, Note]:
        found = await note_rows.by_ids(self._database, actor.tenant.id, ids)
        await know(self._database, actor, (note.interaction_type_id for note in found.values()))
        return found

    async def _interactions(self, actor: Actor, ids: Collection[int]) -> dict[int, Interaction]:
        found = await interaction_rows.by_numbers(self._database, actor.tenant.id, ids)
        await know(self._database, actor, (item.type_id for item in found.values()))
        return found

    async def _lists(self, actor: Actor, ids: Collection[int]) -> dict[int, PartyList]:
        found = await opportunity_rows.lists(self._database, actor.tenant.id)
        return {item.id: item for item in found if item.id in ids}

    async def _sees_listed(self, actor: Actor, record: Opportunity | ListEntry) -> bool:
        return any(item.id == record.list_id and sees_list(actor, item) for item in await self._all_lists(actor))

    async def _sees_reminder(self, actor: Actor, record: Reminder) -> bool:
        """Whether an actor sees whom a reminder is about, or saw it before that was deleted."""
        if record.party_kind is not Party.OPPORTUNITY:
            return True
        tenant, id_ = actor.tenant.id, record.party
        there = (await opportunity_rows.by_ids(self._database, tenant, [id_])).get(id_)
        found = there or await opportunity_rows.deleted(self._database, tenant, id_)
        return found is not None and await self._sees_listed(actor, found)

    async def _sees_field(self, actor: Actor, record: Field) -> bool:
        lists = await self._all_lists(actor) if record.list_id is not None else []
        return record.list_id is None or any(item.id == record.list_id and sees_list(actor, item) for item in lists)

    async def _sees_value(self, actor: Actor, record: FieldValue) -> bool:
        field = (await self._fields(actor, [record.field_id])).get(record.field_id)
        return field is not None and await self._sees_field(actor, field)

    async def _sees_file(self, actor: Actor, record: File) -> bool:
        """Whether an actor sees what a file lies beside, or saw it before that was deleted."""
        if record.holder_kind is Holder.OPPORTUNITY:
            return record.holder in await self._opportunities(actor, [record.holder])
        if record.holder_kind is Holder.INTERACTION:
            item = await interaction_rows.by_number(self._database, actor.tenant.id, record.holder)
            return item is not None and actor.sees(item.group)
        return True

    async def _all_lists(self, actor: Actor) -> list[PartyList]:
        return await opportunity_rows.lists(self._database, actor.tenant.id)


def _note_with(item: Happened) -> int | None:
    """Return the note that was written or reworded with an interaction; None where none was."""
    entry, record = item
    if entry.entity is not Entity.INTERACTION or record.note_id is None:
        return None
    if entry.action is Action.AMEND and entry.before is not None:
        was = msgspec.convert(entry.before, Interaction)
        return record.note_id if was.note_id == record.note_id and was.content.body != record.content.body else None
    return record.note_id if entry.action is Action.CREATE else None


_Load = Callable[[Actor, Collection[int]], Awaitable[Mapping[int, Any]]]
_Sees = Callable[[Actor, Any], Awaitable[bool]]


async def _sees_all(actor: Actor, record: Any) -> bool:
    return True


async def _sees_group(actor: Actor, record: Note | Interaction) -> bool:
    return actor.sees(record.group)


async def _sees_list(actor: Actor, record: PartyList) -> bool:
    return sees_list(actor, record)
