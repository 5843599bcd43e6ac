"""What happens to records along with another one, of which the journal therefore has no entry.

The reminders about a party go when that is deleted, and come back with it; an opportunity stands on its list as long as
it is there.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from ..model.journal import Action, Entity, JournalEntry
from ..model.parties import Party
from ..model.reminders import Reminder
from ..store import reminders as reminder_rows
from ..store.database import Database
from .list_entries import entry_of

_PARTIES = {
    Entity.PERSON: Party.PERSON,
    Entity.ORGANIZATION: Party.ORGANIZATION,
    Entity.OPPORTUNITY: Party.OPPORTUNITY,
}
_COMING_AND_GOING = (Action.CREATE, Action.DELETE, Action.RESTORE)

BRINGING: dict[Entity, frozenset[Entity]] = {
    Entity.NOTE: frozenset({Entity.INTERACTION}),
    Entity.LIST_ENTRY: frozenset({Entity.OPPORTUNITY}),
    Entity.REMINDER: frozenset(_PARTIES),
}
"""With what other records something may happen to those of a kind."""


class Happened(NamedTuple):
    """An entry of the journal, and its record: as it is by now, or where it is gone, as it was last."""

    entry: JournalEntry
    record: Any


async def with_consequences(database: Database, tenant: int, found: Sequence[Happened]) -> list[Happened]:
    """Return what has happened, each followed by what happened with it."""
    wanted: dict[Party, set[int]] = {}
    for entry, _ in found:
        if entry.entity in _PARTIES and entry.action in (Action.DELETE, Action.RESTORE):
            wanted.setdefault(_PARTIES[entry.entity], set()).add(entry.entity_id)
    reminders: dict[tuple[Party, int], list[Reminder]] = {}
    for kind, ids in wanted.items():
        for item in await reminder_rows.of_parties(database, tenant, kind, ids):
            reminders.setdefault((kind, item.party), []).append(item)
    complete = []
    for happened in found:
        complete.append(happened)
        entry, record = happened
        if entry.entity not in _PARTIES or entry.action not in _COMING_AND_GOING:
            continue
        beside = replace(entry, before=None)
        if entry.entity is Entity.OPPORTUNITY:
            stood = entry_of(record)
            complete.append(Happened(replace(beside, entity=Entity.LIST_ENTRY, entity_id=stood.id), stood))
        if entry.action is not Action.CREATE:
            complete += [
                Happened(replace(beside, entity=Entity.REMINDER, entity_id=item.id), item)
                for item in reminders.get((_PARTIES[entry.entity], entry.entity_id), ())
                if item.created_at <= entry.at
            ]
    return complete
