"""What each version of an interaction changed, and who made it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ..model.interactions import Interaction
from ..model.journal import Entity, JournalEntry
from .view import View


class Difference(NamedTuple):
    """What a version made of something: what it was before, and after. None: it was not there."""

    name: str
    before: Any
    after: Any


class Version(NamedTuple):
    """A version of an interaction. ``by``: whoever made it, by name; ``action`` is the journal's word."""

    number: int
    at: int
    by: str | None
    protocol: str
    action: str
    differences: list[Difference]


async def versions_of(view: View, item: Interaction) -> list[Version]:
    """Return how an interaction became what it is, newest first; one statement more for all names."""
    entries = await view.ledger.history.versions(view.actor, Entity.INTERACTION, item.number)
    people = await view.ledger.persons.get_many(view.actor, {entry.actor for entry in entries if entry.actor})
    found = []
    after = _parts(msgspec.to_builtins(item))
    for entry in entries:
        before = _parts(entry.before or {})
        found.append(_version(entry, people, before, after))
        after = before
    return found


def _version(entry: JournalEntry, people: Any, before: dict[str, Any], after: dict[str, Any]) -> Version:
    person = people.get(entry.actor)
    names = [*after, *(name for name in before if name not in after)]
    return Version(
        entry.version,
        entry.at,
        person.name if person is not None else None,
        entry.protocol,
        entry.action.value,
        [Difference(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)],
    )


def _parts(record: dict[str, Any]) -> dict[str, Any]:
    """Return what people would call the parts of a stored interaction, fields among them."""
    content: dict[str, Any] = record.get("content", {})
    parts = {
        "title": content.get("title"),
        "text": content.get("body"),
        "time": content.get("occurred_at"),
        "end": content.get("ended_at"),
        "place": content.get("place"),
        "participants": sorted(
            str(part[3] if len(part) > 3 and part[3] else part[2] if len(part) > 2 and part[2] else part[0])
            for part in _lists(content.get("participants", ()))
        ),
        "deleted": record.get("deleted_at"),
    }
    parts |= content.get("fields", {})
    return {name: value for name, value in parts.items() if value not in (None, [], {})}


def _lists(participants: Sequence[Any]) -> Sequence[Sequence[Any]]:
    return [part if isinstance(part, (list, tuple)) else [None, None, str(part)] for part in participants]
