"""The journal: every change, by whom, when, and through which protocol."""

from datetime import datetime, timedelta
from datetime import time as time_of_day

from ..ledger.access import PROTOCOLS
from ..ledger.history import END, Asked
from ..model.journal import Action, Entity, JournalEntry, Position
from .origins import protocol_name
from .timeline_filter import day_in
from .view import Page, View

LIMIT = 50
ACTIONS = {
    Action.CREATE: "created",
    Action.AMEND: "changed",
    Action.DELETE: "deleted",
    Action.RESTORE: "brought back",
    Action.VOID: "voided",
    Action.MERGE: "merged into another",
}
"""What was done, in words."""

ENTITIES = {
    Entity.INTERACTION: "Interaction",
    Entity.NOTE: "Note",
    Entity.PERSON: "Person",
    Entity.ORGANIZATION: "Organization",
    Entity.OPPORTUNITY: "Opportunity",
    Entity.LIST: "List",
    Entity.LIST_ENTRY: "Entry of a list",
    Entity.FIELD: "Field of parties",
    Entity.FIELD_VALUE: "Value of a field",
    Entity.TYPE: "Interaction type",
    Entity.PROFILE_TYPE: "Profile type",
    Entity.PROFILE: "Profile",
    Entity.PERSON_FIELDS: "Fields of a person",
    Entity.ORGANIZATION_FIELDS: "Fields of an organization",
    Entity.DEFINITION: "Definition",
    Entity.RESOURCE: "Record of canvassing",
    Entity.TENANT: "Settings of the firm",
    Entity.USER: "User",
    Entity.TOKEN: "Token",
    Entity.PASSWORD: "Password",
    Entity.APPLICATION: "Application",
    Entity.CONSENT: "Consent",
    Entity.REMINDER: "Reminder",
    Entity.FILE: "File",
    Entity.SUBSCRIPTION: "Webhook",
    Entity.SESSION: "Session",
}
"""What it was done to, in words."""

THROUGH = (*PROTOCOLS, "web", "system")
"""What changes come through: the protocols, these pages, and the server itself."""

_MOST_USERS = 500
_PATHS = {
    Entity.INTERACTION: "/interactions",
    Entity.NOTE: "/notes",
    Entity.PERSON: "/persons",
    Entity.ORGANIZATION: "/organizations",
    Entity.OPPORTUNITY: "/opportunities",
    Entity.USER: "/admin/users",
}
"""Where records of a kind are shown."""


async def show(view: View) -> Page:
    """``GET /journal``."""
    query = view.query
    asked = Asked(
        actor=_number(query.get("who")),
        token=_number(query.get("token")),
        protocol=query.get("protocol", "") if query.get("protocol") in THROUGH else "",
        entity=_entity(query.get("what")),
        entity_id=_number(query.get("id")),
        since=_bound(view, query.get("since")),
        until=_bound(view, query.get("until"), days=1),
    )
    told = await view.ledger.history.page(view.actor, asked, before=_position(query.get("before")), limit=LIMIT)
    users, token = await _users(view), None
    if asked.token is not None and view.is_admin:
        found = await view.ledger.staff.tokens(view.actor, before=asked.token + 1, limit=1)
        token = next((one for one in found if one.id == asked.token), None)
    by_whom = {entry.actor for entry in told.entries if entry.actor is not None} | set(users)
    people = await view.ledger.persons.get_many(view.actor, by_whom)
    kept = {name: query.get(name, "") for name in ("who", "token", "protocol", "what", "id", "since", "until")}
    more = None
    if told.next is not None:
        more = view.url("/journal", **kept, before=f"{told.next.epoch}-{told.next.sequence}")
    values = {
        "entries": told.entries,
        "people": people,
        "more": more,
        "asked": kept,
        "names": await view.ledger.history.names(view.actor, told.entries),
        "users": sorted(((people[id_].name, id_) for id_ in users if id_ in people), key=_by_name),
        "token": token,
        "actions": ACTIONS,
        "entities": ENTITIES,
        "protocols": THROUGH,
        "protocol_name": protocol_name,
        "path_of": path_of,
    }
    return Page("journal_part.html" if view.is_part else "journal.html", values)


def path_of(entry: JournalEntry) -> str | None:
    """Return where the record of an entry is shown; None where it has no page of its own."""
    path = _PATHS.get(entry.entity)
    return f"{path}/{entry.entity_id}" if path is not None else None


async def _users(view: View) -> list[int]:
    """Return whom one may ask for; whoever does not look after the tenant reads of himself only."""
    if not view.is_admin:
        return []
    return [one.user.person_id for one in await view.ledger.staff.page(view.actor, limit=_MOST_USERS)]


def _by_name(user: tuple[str, int]) -> tuple[str, int]:
    return user[0].casefold(), user[1]


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
