"""What a timeline is narrowed to: it stands in the address of its page, and in a form that works without scripts."""

from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, NamedTuple

from ..model.instants import EVER
from ..model.parties import Person
from ..model.searching import MOST_ASKED
from ..model.tenancy import Tenant
from ..model.types import Category
from .origins import PROTOCOLS
from .view import View

_CANDIDATES = 8


class Filter(NamedTuple):
    """What stands in the address. ``person``: an id; ``name``: what was typed where somebody is to be named."""

    categories: tuple[str, ...] = ()
    type: str = ""
    person: int | None = None
    name: str = ""
    protocol: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    def query(self, known: "Choices") -> dict[str, Any]:
        """Return the filter as it stands in an address; whoever was named stands there by the id."""
        return {
            "category": list(self.categories),
            "type": self.type,
            "person": known.person.id if known.person is not None else self.person,
            "protocol": self.protocol,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "q": self.text,
        }

    @property
    def has_more(self) -> bool:
        """Whether it narrows by what a form keeps folded away."""
        return any((self.type, self.person, self.name, self.protocol, self.since, self.until))

    def types(self, tenant: Tenant) -> list[int]:
        """Return the ids of the types that it lets pass."""
        return [
            type_.id
            for type_ in tenant.types_by_id.values()
            if (not self.categories or type_.category in self.categories) and self.type in ("", type_.name)
        ]

    def bounds(self, view: View) -> tuple[int, int]:
        """Return the instants that it begins and ends at, by the reader's clock."""
        start, end = -EVER, EVER
        if self.since is not None:
            start = view.texts.instant(datetime.combine(self.since, time_of_day()))
        if self.until is not None:
            end = view.texts.instant(datetime.combine(self.until + timedelta(days=1), time_of_day()))
        return start, end


class Choices(NamedTuple):
    """What can be chosen, and who is meant. ``candidates``: who may be, where several have the name that was typed.

    ``types``: names and titles. ``is_open``: somebody was named, and it is not known who that is.
    """

    types: list[tuple[str, str]]
    protocols: dict[str, str]
    person: Person | None = None
    candidates: tuple[Person, ...] = ()
    is_open: bool = False


def filter_of(view: View) -> Filter:
    """Return the filter in the address of a page; what is none of it is passed over."""
    given = view.request.params.get("category", [])
    named = [given] if isinstance(given, str) else given
    query = view.query
    person = query.get("person", "")
    return Filter(
        categories=tuple(name for name in named if name in list(Category)),
        type=query.get("type", ""),
        person=int(person) if person.isascii() and person.isdecimal() and len(person) <= 15 else None,
        name=query.get("name", "").replace("\x00", "").strip()[:200],
        protocol=query.get("protocol", ""),
        since=day_in(query.get("since")),
        until=day_in(query.get("until")),
        text=query.get("q", "")[:MOST_ASKED].strip(),
    )


async def choices(view: View, chosen: Filter) -> Choices:
    """Return what can be chosen, and who is meant; one statement where somebody is."""
    types = list(view.actor.tenant.types_by_id.values())
    found = Choices(
        sorted(((type_.name, view.texts.type_name(type_)) for type_ in types), key=lambda one: one[1].casefold()),
        PROTOCOLS,
    )
    if chosen.name:
        persons, _ = await view.ledger.persons.page(view.actor, term=chosen.name, limit=_CANDIDATES)
        if len(persons) == 1:
            return found._replace(person=persons[0])
        return found._replace(candidates=tuple(persons), is_open=True)
    if chosen.person is not None:
        person = (await view.ledger.persons.get_many(view.actor, [chosen.person])).get(chosen.person)
        return found._replace(person=person, is_open=person is None)
    return found


def day_in(text: str | None) -> date | None:
    """Return the day that a text in an address is; None where it is none, or has no days around it."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None
