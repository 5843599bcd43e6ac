"""Opportunities: the list, and everything about one."""

from ..model.parties import Party
from . import notes, timeline
from .persons import LIMIT
from .view import Page, Redirect, View


async def show_all(view: View) -> Page:
    """``GET /opportunities``: all of them, or those whose name has a text."""
    term = view.query.get("q", "").strip()
    after = view.query.get("after", "")
    found, following = await view.ledger.opportunities.page(
        view.actor, term=term or None, after=view.number(after) if after else 0, limit=LIMIT
    )
    more = view.url("/opportunities", q=term, after=following) if following is not None else None
    return Page("opportunities.html", {"opportunities": found, "q": term, "more": more})


async def show(view: View, number: str, said: notes.Said = notes.NOTHING) -> Page:
    """``GET /opportunities/{number}``: who is part of it, and the timeline."""
    opportunity = await view.ledger.opportunities.get(view.actor, view.number(number))
    party, path = (Party.OPPORTUNITY, opportunity.id), f"/opportunities/{opportunity.id}"
    values = await timeline.of_party(view, party, path)
    if view.is_part:
        return Page("timeline_part.html", values)
    values |= await notes.of_party(view, party, path, said)
    shown = {
        "opportunity": opportunity,
        "persons": list((await view.ledger.persons.get_many(view.actor, opportunity.person_ids)).values()),
        "organizations": list(
            (await view.ledger.organizations.get_many(view.actor, opportunity.organization_ids)).values()
        ),
    }
    return Page("opportunity.html", values | shown, notes.status_of(said))


async def write_note(view: View, number: str) -> Page | Redirect:
    """``POST /opportunities/{number}/notes``."""
    opportunity = await view.ledger.opportunities.get(view.actor, view.number(number))
    said = await notes.write(view, (Party.OPPORTUNITY, opportunity.id))
    if said is not None:
        return await show(view, number, said)
    return Redirect(f"/opportunities/{opportunity.id}", view.texts.gettext("The note is saved."))
