"""The journal: every change, by whom, when, and through which protocol."""

from datetime import datetime, timedelta
from datetime import time as time_of_day

from ..ledger.history import END, Asked
from ..model.journal import Entity, JournalEntry, Position
from .timeline_filter import day_in
from .view import Page, View

LIMIT = 50
_PATHS = {
    Entity.INTERACTION: "/interactions",
    Entity.PERSON: "/persons",
    Entity.ORGANIZATION: "/organizations",
    Entity.OPPORTUNITY: "/opportunities",
}
"""Where records of a kind are shown."""


async def show(view: View) -> Page:
    """``GET /journal``."""
    query = view.query
    asked = Asked(
        actor=_number(query.get("who")),
        token=_number(query.get("token")),
        protocol=query.get("protocol", ""),
        entity=_entity(query.get("what")),
        entity_id=_number(query.get("id")),
        since=_bound(view, query.get("since")),
        until=_bound(view, query.get("until"), days=1),
    )
    told = await view.ledger.history.page(view.actor, asked, before=_position(query.get("before")), limit=LIMIT)
    people = await view.ledger.persons.get_many(
        view.actor, {entry.actor for entry in told.entries if entry.actor is not None}
    )
    kept = {name: query.get(name, "") for name in ("who", "token", "protocol", "what", "id", "since", "until")}
    more = None
    if told.next is not None:
        more = view.url("/journal", **kept, before=f"{told.next.epoch}-{told.next.sequence}")
    values = {
        "entries": told.entries,
        "people": people,
        "more": more,
        "asked": kept,
        "entities": list(Entity),
        "path_of": path_of,
    }
    return Page("journal_part.html" if view.is_part else "journal.html", values)


def path_of(entry: JournalEntry) -> str | None:
    """Return where the record of an entry is shown; None where it has no page of its own."""
    path = _PATHS.get(entry.entity)
    return f"{path}/{entry.entity_id}" if path is not None else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _entity(text: str | None) -> Entity | None:
    return Entity(text) if text in list(Entity) else None


def _bound(view: View, text: str | None, *, days: int = 0) -> int | None:
    day = day_in(text)
    if day is None:
        return None
    return view.texts.instant(datetime.combine(day + timedelta(days=days), time_of_day()))


def _position(text: str | None) -> Position:
    epoch, _, sequence = (text or "").partition("-")
    numbers = _number(epoch), _number(sequence)
    return Position(numbers[0], numbers[1]) if numbers[0] is not None and numbers[1] is not None else END
