"""Search: persons, organizations, interactions and notes by their words, on a page and below the header's field."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..ledger.finding import EVERYTHING, Found
from ..model.searching import CANDIDATES, MOST_ASKED, Kind, Piece, Terms, marked, passage
from .timeline import Entry, days_of
from .view import Page, View

KINDS = {
    "persons": (Kind.PERSON, "Persons", "user"),
    "organizations": (Kind.ORGANIZATION, "Organizations", "building-2"),
    "interactions": (Kind.INTERACTION, "Interactions", "history"),
    "notes": (Kind.NOTE, "Notes", "notebook-pen"),
}
"""What can be looked for: its name in an address, its kind, title and icon."""

PAGE = 20
"""Results on a page of one kind."""

_OF_EACH = 6
_BELOW_THE_FIELD = 4


class Result(NamedTuple):
    """What was found. ``entry``: of an interaction, what a timeline shows of it."""

    path: str
    title: Sequence[Piece]
    passage: Sequence[Piece]
    at: int = 0
    entry: Entry | None = None


class Group(NamedTuple):
    """What was found of one kind. ``more``: the path of the page that has the rest, None where this is all."""

    name: str
    title: str
    icon: str
    results: list[Result]
    more: str | None


async def show(view: View) -> Page:
    """``GET /search?q=``: the best of everything; ``kind`` narrows it. A part is the options below the field."""
    question = view.query.get("q", "")[:MOST_ASKED].strip()
    chosen = view.query.get("kind", "")
    chosen = chosen if chosen in KINDS else ""
    if view.is_part:
        found = await view.ledger.finding.search(view.actor, question, limit=_BELOW_THE_FIELD)
        return Page("search_options.html", {"q": question, "groups": await _groups(view, found, question)})
    skip = min(_number(view.query.get("skip")), CANDIDATES)
    if chosen:
        found = await view.ledger.finding.search(view.actor, question, [KINDS[chosen][0]], limit=PAGE, skip=skip)
    else:
        skip = 0
        found = await view.ledger.finding.search(view.actor, question, EVERYTHING, limit=_OF_EACH)
    values: dict[str, Any] = {
        "q": question,
        "chosen": chosen,
        "kinds": KINDS,
        "groups": await _groups(view, found, question, chosen, skip),
        "is_complete": found.is_complete,
        "earlier": view.url("/search", q=question, kind=chosen, skip=max(skip - PAGE, 0)) if skip else None,
    }
    return Page("search.html", values)


async def _groups(view: View, found: Found, question: str, chosen: str = "", skip: int = 0) -> list[Group]:
    terms = found.terms
    if terms is None:
        return []
    briefs = [item.brief for item in found.items.get(Kind.INTERACTION, ()) if item.brief is not None]
    entries = {entry.number: entry for day in await days_of(view, briefs) for entry in day.entries} if briefs else {}
    groups = []
    for name, (kind, title, icon) in KINDS.items():
        items = found.items.get(kind)
        if not items:
            continue
        more = (
            view.url("/search", q=question, kind=name, skip=skip + PAGE if chosen else "") if found.more[kind] else None
        )
        results = []
        for item in items:
            entry = entries.get(item.id) if kind is Kind.INTERACTION else None
            shown = entry.title if entry is not None else item.title
            if kind is Kind.NOTE:
                shown = view.texts.gettext("Note")
            results.append(
                Result(f"/{name}/{item.id}", marked(shown, terms), _passage(item.text, terms), item.at, entry)
            )
        groups.append(Group(name, title, icon, results, more))
    return groups


def _passage(text: str, terms: Terms) -> list[Piece]:
    return passage(text, terms) if text.strip() else []


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 0
