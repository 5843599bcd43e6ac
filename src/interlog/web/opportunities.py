"""Opportunities: the list, and everything about one."""

from ..model.parties import Party
from . import timeline
from .persons import LIMIT
from .view import Page, View


async def show_all(view: View) -> Page:
    """``GET /opportunities``: all of them, or those whose name has a text."""
    term = view.query.get("q", "").strip()
    after = view.query.get("after", "")
    found, following = await view.ledger.opportunities.page(
        view.actor, term=term or None, after=view.number(after) if after else 0, limit=LIMIT
    )
    more = view.url("/opportunities", q=term, after=following) if following is not None else None
    return Page("opportunities.html", {"opportunities": found, "q": term, "more": more})


async def show(view: View, number: str) -> Page:
    """``GET /opportunities/{number}``: who is part of it, and the timeline."""
    opportunity = await view.ledger.opportunities.get(view.actor, view.number(number))
    values = await timeline.of_party(view, (Party.OPPORTUNITY, opportunity.id), f"/opportunities/{opportunity.id}")
    if view.is_part:
        return Page("timeline_part.html", values)
    shown = {
        "opportunity": opportunity,
        "persons": list((await view.ledger.persons.get_many(view.actor, opportunity.person_ids)).values()),
        "organizations": list(
            (await view.ledger.organizations.get_many(view.actor, opportunity.organization_ids)).values()
        ),
    }
    return Page("opportunity.html", values | shown)
