"""Persons: the list, and everything about one."""

from collections.abc import Sequence
from typing import Any

from ..model.files import Holder
from ..model.parties import Party, PersonKind
from . import desk, files, notes, relationships, timeline
from .view import Page, Redirect, View

LIMIT = 50


async def show_all(view: View) -> Page:
    """``GET /persons``: all of them, or those whose name or address has a text."""
    term = view.query.get("q", "").strip()
    found, following = await view.ledger.persons.page(
        view.actor, term=term or None, place=place_of(view.query.get("after")), limit=LIMIT
    )
    more = view.url("/persons", q=term, after=f"{following[0]}-{following[1]}") if following is not None else None
    ids = [person.id for person in found]
    wanted = {id_ for person in found for id_ in person.organization_ids[:1]}
    values = {
        "persons": found,
        "organizations": await view.ledger.organizations.get_many(view.actor, wanted) if wanted else {},
        "moments": await view.ledger.relationships.moments(view.actor, ids) if ids else {},
        "q": term,
        "more": more,
        "may_write": notes.may_write(view),
    }
    return Page("persons.html", values)


async def show(view: View, number: str, said: notes.Said = notes.NOTHING, wrong: Sequence[str] = ()) -> Page:
    """``GET /persons/{number}``: facts, how well we know each other, and the timeline."""
    person = await view.ledger.persons.get(view.actor, view.number(number))
    party, path = (Party.PERSON, person.id), f"/persons/{person.id}"
    values: dict[str, Any] = await timeline.of_party(view, party, path)
    if view.is_part:
        return Page("timeline_part.html", values)
    values |= await notes.of_party(view, party, path, said)
    values["files"] = await files.beside(view, Holder.PERSON, person.id, wrong)
    organizations = await view.ledger.organizations.get_many(view.actor, person.organization_ids)
    moments = (await view.ledger.relationships.moments(view.actor, [person.id], internal=True)).get(person.id)
    is_internal = person.kind is PersonKind.INTERNAL
    shown = {
        "person": person,
        "context": desk.contact_of(person),
        "organizations": list(organizations.values()),
        "formula": relationships.formula(view),
        "dates": await relationships.dates(view, moments),
        "knows": [] if is_internal else await relationships.who_knows(view, [person.id]),
    }
    return Page("person.html", values | shown, max(notes.status_of(said), files.status_of(wrong)))


add_files = files.adding(Holder.PERSON, show)
"""``POST /persons/{number}/files``."""


async def write_note(view: View, number: str) -> Page | Redirect:
    """``POST /persons/{number}/notes``."""
    person = await view.ledger.persons.get(view.actor, view.number(number))
    said = await notes.write(view, (Party.PERSON, person.id))
    if said is not None:
        return await show(view, number, said)
    return Redirect(f"/persons/{person.id}", view.texts.gettext("The note is saved."))


def place_of(text: str | None) -> tuple[int, int]:
    """Return the place in a search that stands in an address; the first one where none does."""
    stage, _, last = (text or "").partition("-")
    return (int(stage), int(last)) if stage in ("0", "1") and last.isdecimal() and len(last) <= 15 else (0, 0)
