"""The timeline: interactions of all types and protocols, newest first, by day; one component for every page."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from ..model.instants import DAY, EVER, now
from ..model.interactions import Brief
from ..model.parties import Party, Person, PersonKind
from ..model.types import Category, Direction, InteractionType
from .timeline_filter import Choices, Filter, choices, filter_of
from .view import Page, View

LIMIT = 50
"""Entries on a page."""

LOOKED_THROUGH = 500
"""Interactions that a page looks through for those that came through a protocol: no index tells them apart."""

_SHOWN_PEOPLE = 6
_FIRST, _LAST = -719_000 * DAY, 2_932_000 * DAY  # about the years 1 and 9999: what is outside no calendar shows

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


class Found(NamedTuple):
    """A page of interactions. ``next``: the place that the next one goes on behind, None where this is the last.

    ``looked_until``: how far was looked where that says more than the last of the items.
    """

    items: Sequence[Brief]
    next: tuple[int, int] | None = None
    looked_until: int | None = None


async def show(view: View) -> Page:
    """``GET /timeline``: everybody's interactions."""
    values = await _timeline(view, None, "/timeline")
    return Page("timeline_part.html" if view.is_part else "timeline.html", values)


async def recent(view: View) -> dict[str, Any]:
    """Return what a template needs for what happened lately and for what is coming up."""
    at, types = now(), list(view.actor.tenant.types_by_id)
    found = await view.ledger.timeline.newest(view.actor, types, start=-EVER, end=at, limit=20)
    coming = await view.ledger.timeline.newest(view.actor, types, start=at, end=at + 14 * DAY, limit=8, soonest=True)
    return {"days": await days_of(view, found), "coming": await days_of(view, coming)}


async def of_party(view: View, party: tuple[Party, int], path: str) -> dict[str, Any]:
    """Return what a template needs for the timeline of a person, an organization or an opportunity."""
    return await _timeline(view, party, path)


async def _timeline(view: View, party: tuple[Party, int] | None, path: str) -> dict[str, Any]:
    chosen = filter_of(view)
    known = await choices(view, chosen)
    found = await _found(view, chosen, known, party)
    more, before = None, before_of(view)
    if found.next is not None:
        at, number = found.next
        more = view.url(path, **chosen.query(known), before=f"{at},{number}")
    return {
        "days": await days_of(view, found.items),
        "more": more,
        "looked_until": found.looked_until,
        "continued": view.texts.day(before[0]) if view.is_part and before is not None else None,
        "timeline_path": path,
        "filter": chosen,
        "choices": known,
        "categories": NAMES,
        "icons": ICONS,
    }


async def _found(view: View, chosen: Filter, known: Choices, party: tuple[Party, int] | None) -> Found:
    """Return a page of what a filter lets pass: of a party, or of everybody."""
    if known.is_open:
        return Found([])
    if not chosen.protocol:
        items = await _page(view, chosen, known, party, LIMIT + 1)
        return Found(items[:LIMIT], _place(items[LIMIT - 1]) if len(items) > LIMIT else None)
    read = await _page(view, chosen, known, party, LOOKED_THROUGH)
    through = await view.ledger.timeline.came_through(view.actor, read, chosen.protocol)
    items = [item for item in read if item.number in through]
    if len(items) > LIMIT:
        return Found(items[:LIMIT], _place(items[LIMIT - 1]))
    if len(read) < LOOKED_THROUGH:
        return Found(items)
    return Found(items, _place(read[-1]), read[-1].occurred_at)


async def _page(view: View, chosen: Filter, known: Choices, party: tuple[Party, int] | None, limit: int) -> list[Brief]:
    ledger, types = view.ledger, chosen.types(view.actor.tenant)
    start, end = chosen.bounds(view)
    before, person = before_of(view), known.person.id if known.person is not None else None
    if person is not None and party is None:
        party, person = (Party.PERSON, person), None
    if chosen.text:
        return await ledger.finding.interactions(
            view.actor, chosen.text, types, start=start, end=end, limit=limit, before=before, party=party,
            also_person=person,
        )  # fmt: skip
    if party is None:
        return await ledger.timeline.newest(view.actor, types, start=start, end=end, limit=limit, before=before)
    return await ledger.timeline.page(
        view.actor, party, types=types, start=start, end=end, limit=limit, before=before, also_person=person
    )


def _place(item: Brief) -> tuple[int, int]:
    return item.occurred_at, item.number


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
        title=item.title or view.texts.type_name(type_),
        type=type_,
        icon=icon_of(type_),
        at=item.occurred_at,
        minutes=round((item.ended_at - item.occurred_at) / 60_000_000) if item.ended_at is not None else None,
        is_planned=item.occurred_at > at,
        direction=item.direction,
        people=people[:_SHOWN_PEOPLE],
        others=max(0, len(people) - _SHOWN_PEOPLE),
    )


def before_of(view: View, name: str = "before") -> tuple[int, int] | None:
    """Return the place that a page goes on behind; None for the first one."""
    at, _, number = view.query.get(name, "").partition(",")
    try:
        place = int(at[:20]), int(number[:20])
    except ValueError:
        return None
    return place if _FIRST < place[0] < _LAST and abs(place[1]) < EVER else None
