"""The timeline of a campaign: its visits, newest first, by day."""

from .canvass import frame
from .timeline import LIMIT, days_of
from .view import Page, View
from .visit_facts import STATES


async def visits(view: View, id_: str) -> Page:
    """``GET /campaigns/{id}/visits``: all of them, or those that went in some ways."""
    permit, campaign, values = await frame(view, id_, "read@interactions")
    given = view.request.params.get("state", [])
    chosen = [name for name in ([given] if isinstance(given, str) else given) if name in STATES]
    found = await view.ledger.visits.newest(
        view.actor, permit, campaign.id, limit=LIMIT + 1, before=_before(view), states=chosen or list(STATES)
    )
    more = None
    if len(found) > LIMIT:
        at, last = found[LIMIT - 1][1]
        more = view.url(f"{values['campaign_path']}/visits", state=chosen, before=f"{at},{last}")
    days = await days_of(view, [brief for brief, _ in found[:LIMIT]])
    values |= {"days": days, "more": more, "chosen": chosen, "states": STATES}
    return Page("timeline_part.html" if view.is_part else "campaign_visits.html", values)


def _before(view: View) -> tuple[int, str] | None:
    at, _, id_ = view.query.get("before", "").partition(",")
    try:
        return int(at[:18]), id_[:100]
    except ValueError:
        return None
