"""Organizations: the list, and everything about one."""

from collections.abc import Sequence

from ..model.files import Holder
from ..model.parties import Party
from . import desk, files, notes, relationships, timeline
from .persons import LIMIT, place_of
from .view import Page, Redirect, View

_SHOWN_MEMBERS = 50


async def show_all(view: View) -> Page:
    """``GET /organizations``: all of them, or those whose name or domain has a text."""
    term = view.query.get("q", "").strip()
    found, following = await view.ledger.organizations.page(
        view.actor, term=term or None, place=place_of(view.query.get("after")), limit=LIMIT
    )
    more = None
    if following is not None:
        more = view.url("/organizations", q=term, after=f"{following[0]}-{following[1]}")
    values = {"organizations": found, "q": term, "more": more, "may_write": notes.may_write(view)}
    return Page("organizations.html", values)


async def show(view: View, number: str, said: notes.Said = notes.NOTHING, wrong: Sequence[str] = ()) -> Page:
    """``GET /organizations/{number}``: facts, who belongs to it, and the timeline."""
    organization = await view.ledger.organizations.get(view.actor, view.number(number))
    party, path = (Party.ORGANIZATION, organization.id), f"/organizations/{organization.id}"
    values = await timeline.of_party(view, party, path)
    if view.is_part:
        return Page("timeline_part.html", values)
    values |= await notes.of_party(view, party, path, said)
    values["files"] = await files.beside(view, Holder.ORGANIZATION, organization.id, wrong)
    members = (await view.ledger.organizations.members(view.actor, [organization.id])).get(organization.id, [])
    persons = await view.ledger.persons.get_many(view.actor, members[:_SHOWN_MEMBERS])
    moments = (await view.ledger.organizations.moments(view.actor, [organization.id], internal=True))[organization.id]
    shown = {
        "organization": organization,
        "context": desk.organization_of(organization),
        "persons": list(persons.values()),
        "others": max(0, len(members) - _SHOWN_MEMBERS),
        "formula": relationships.formula(view),
        "dates": await relationships.dates(view, moments),
        "knows": await relationships.who_knows(view, list(persons)),
    }
    return Page("organization.html", values | shown, max(notes.status_of(said), files.status_of(wrong)))


add_files = files.adding(Holder.ORGANIZATION, show)
"""``POST /organizations/{number}/files``."""


async def write_note(view: View, number: str) -> Page | Redirect:
    """``POST /organizations/{number}/notes``."""
    organization = await view.ledger.organizations.get(view.actor, view.number(number))
    said = await notes.write(view, (Party.ORGANIZATION, organization.id))
    if said is not None:
        return await show(view, number, said)
    return Redirect(f"/organizations/{organization.id}", view.texts.gettext("The note is saved."))
