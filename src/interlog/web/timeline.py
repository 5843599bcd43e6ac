"""The timeline: interactions of all types and protocols, newest first, by day; one component for every page."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, NamedTuple

from ..model.instants import DAY, now
from ..model.interactions import Brief, Interaction
from ..model.parties import Party, Person, PersonKind
from ..model.searching import MOST_ASKED
from ..model.tenancy import Tenant
from ..model.types import Category, Direction, InteractionType
from .versions import versions_of
from .view import Page, View
from .visit_facts import visit_facts

LIMIT = 50
_EVER = 2**62
_SHOWN_PEOPLE = 6

ICONS = {
    Category.MEETING: "calendar",
    Category.CALL: "phone",
    Category.MESSAGE: "message-square",
    Category.EMAIL: "mail",
    Category.VISIT: "door-open",
    Category.OTHER: "circle",
}
"""The icon of each category."""

NAMES = {
    Category.MEETING: "Meetings",
    Category.CALL: "Calls",
    Category.MESSAGE: "Messages",
    Category.EMAIL: "E-mails",
    Category.VISIT: "Visits",
    Category.OTHER: "Others",
}


class Someone(NamedTuple):
    """A participant as an entry shows him: the id of a person, or None, and a name or an address."""

    id: int | None
    name: str
    is_internal: bool


class Entry(NamedTuple):
    """An interaction as a timeline shows it."""

    number: int
    title: str
    type: InteractionType
    icon: str
    at: int
    minutes: int | None
    is_planned: bool
    direction: Direction | None
    people: list[Someone]
    others: int


class Day(NamedTuple):
    """A day on the reader's calendar, and what happened on it."""

    date: date
    entries: list[Entry]


class Filter(NamedTuple):
    """What a timeline is narrowed to; it stands in the page's address."""

    categories: tuple[str, ...]
    type: str
    since: date | None
    until: date | None
    text: str = ""

    def query(self) -> dict[str, Any]:
        """Return the filter as it stands in an address."""
        return {
            "category": list(self.categories),
            "type": self.type,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "q": self.text,
        }

    def types(self, tenant: Tenant) -> list[int]:
        """Return the ids of the types that it lets pass."""
        return [
            type_.id
            for type_ in tenant.types
            if (not self.categories or type_.category in self.categories) and self.type in ("", type_.name)
        ]

    def bounds(self, view: View) -> tuple[int, int]:
        """Return the instants that it begins and ends at, by the reader's clock."""
        start, end = -_EVER, _EVER
        if self.since is not None:
            start = view.texts.instant(datetime.combine(self.since, time_of_day()))
        if self.until is not None:
            end = view.texts.instant(datetime.combine(self.until + timedelta(days=1), time_of_day()))
        return start, end


def filter_of(view: View) -> Filter:
    """Return the filter in the address of a page; what is none of it is passed over."""
    given = view.request.params.get("category", [])
    named = [given] if isinstance(given, str) else given
    return Filter(
        tuple(name for name in named if name in list(Category)),
        view.query.get("type", ""),
        day_in(view.query.get("since")),
        day_in(view.query.get("until")),
        view.query.get("q", "")[:MOST_ASKED].strip(),
    )


async def show(view: View) -> Page:
    """``GET /timeline``: everybody's interactions."""
    chosen = filter_of(view)
    found = await _found(view, chosen, None)
    values = await component(view, found, "/timeline", chosen.query())
    if view.is_part:
        return Page("timeline_part.html", values)
    return Page("timeline.html", values | {"filter": chosen, "categories": NAMES, "icons": ICONS})


async def recent(view: View) -> dict[str, Any]:
    """Return what a template needs for what happened lately and for what is coming up."""
    at, types = now(), [type_.id for type_ in view.actor.tenant.types]
    found = await view.ledger.timeline.newest(view.actor, types, start=-_EVER, end=at, limit=21)
    coming = await view.ledger.timeline.newest(view.actor, types, start=at, end=at + 14 * DAY, limit=8, soonest=True)
    values = await component(view, found, "/timeline", {}, limit=20)
    return values | {"coming": await days_of(view, coming)}


async def of_party(view: View, party: tuple[Party, int], path: str) -> dict[str, Any]:
    """Return what a template needs for the timeline of a person, an organization or an opportunity."""
    chosen = filter_of(view)
    found = await _found(view, chosen, party)
    values = await component(view, found, path, chosen.query())
    return values | {"filter": chosen, "categories": NAMES, "icons": ICONS}


async def _found(view: View, chosen: Filter, party: tuple[Party, int] | None) -> list[Brief]:
    """Return what a filter lets pass, one more than a page shows: of a party, or of everybody."""
    ledger, types = view.ledger, chosen.types(view.actor.tenant)
    start, end = chosen.bounds(view)
    limit, before = LIMIT + 1, before_of(view)
    if chosen.text:
        return await ledger.finding.interactions(
            view.actor, chosen.text, types, start=start, end=end, limit=limit, before=before, party=party
        )
    if party is None:
        return await ledger.timeline.newest(view.actor, types, start=start, end=end, limit=limit, before=before)
    return await ledger.timeline.page(view.actor, party, types=types, start=start, end=end, limit=limit, before=before)


async def component(
    view: View, found: Sequence[Brief], path: str, query: dict[str, Any], limit: int = LIMIT
) -> dict[str, Any]:
    """Return what the template of the component needs: days with entries, and the address of what comes next."""
    items = found[:limit]
    more = None
    if len(found) > limit:
        last = items[-1]
        more = view.url(path, **query, before=f"{last.occurred_at},{last.number}")
    return {"days": await days_of(view, items), "more": more, "timeline_path": path}


async def days_of(view: View, items: Sequence[Brief]) -> list[Day]:
    """Return interactions as entries by day; one more statement, for all persons in them."""
    directory = await view.ledger.persons.of_interactions(view.actor, items)
    days: list[Day] = []
    at = now()
    for item in items:
        day = view.texts.day(item.occurred_at)
        if not days or days[-1].date != day:
            days.append(Day(day, []))
        days[-1].entries.append(_entry(view, item, directory, at))
    return days


def icon_of(type_: InteractionType) -> str:
    """Return the icon of a type: its own, or that of its category."""
    own = type_.attributes.get("icon")
    return own if isinstance(own, str) and own.replace("-", "").isalnum() else ICONS[type_.category]


def _entry(view: View, item: Brief, directory: dict[int, Person], at: int) -> Entry:
    type_ = view.actor.tenant.types_by_id[item.type_id]
    people: list[Someone] = []
    for part in item.participants:
        person = directory.get(part.person) if part.person is not None else None
        name = person.name if person is not None and person.name else part.name or part.address
        if name is None and person is not None:
            name = person.primary_email
        someone = Someone(
            person.id if person is not None else None,
            name or view.texts.gettext("Somebody"),
            person is not None and person.kind is PersonKind.INTERNAL,
        )
        if someone not in people:
            people.append(someone)
    people.sort(key=lambda one: one.is_internal)  # whom it was with comes first
    return Entry(
        number=item.number,
        title=item.title or type_.display_name or type_.name,
        type=type_,
        icon=icon_of(type_),
        at=item.occurred_at,
        minutes=round((item.ended_at - item.occurred_at) / 60_000_000) if item.ended_at is not None else None,
        is_planned=item.occurred_at > at,
        direction=item.direction,
        people=people[:_SHOWN_PEOPLE],
        others=max(0, len(people) - _SHOWN_PEOPLE),
    )


async def interaction(view: View, number: str) -> Page:
    """``GET /interactions/{number}``: everything about one, in place or as a page of its own."""
    item = await view.ledger.interactions.get(view.actor, view.number(number))
    brief = item.brief
    (day,) = await days_of(view, [brief])
    visit = await visit_facts(view, item)
    values = {
        "item": item,
        "entry": day.entries[0],
        "participants": await _participants(view, item),
        "visit": visit,
        "fields": visit.facts if visit is not None else _fields(view, item),
        "versions": await versions_of(view, item),
        "body": item.content.body,
    }
    return Page("interaction_part.html" if view.is_part else "interaction.html", values)


async def _participants(view: View, item: Interaction) -> list[tuple[str, Someone]]:
    directory = await view.ledger.persons.of_interactions(view.actor, [item])
    found = []
    for part in item.participants:
        person = directory.get(part.person) if part.person is not None else None
        name = person.name if person is not None and person.name else part.name or part.address or ""
        is_internal = person is not None and person.kind is PersonKind.INTERNAL
        found.append((part.role, Someone(person.id if person is not None else None, name, is_internal)))
    return found


def _fields(view: View, item: Interaction) -> list[tuple[str, Any]]:
    """Return the names and values of the fields: the declared ones first, in their order."""
    type_ = view.actor.tenant.types_by_id[item.type_id]
    fields = item.content.fields
    there = [field for field in type_.fields if field.name in fields]
    declared = [(field.display_name or field.name, fields[field.name]) for field in there]
    known = {field.name for field in type_.fields}
    return declared + [(name, value) for name, value in fields.items() if name not in known]


def before_of(view: View, name: str = "before") -> tuple[int, int] | None:
    """Return the place that a page goes on behind; None for the first one."""
    at, _, number = view.query.get(name, "").partition(",")
    try:
        return int(at[:20]), int(number[:20])
    except ValueError:
        return None


def day_in(text: str | None) -> date | None:
    """Return the day that a text in an address is; None where it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
