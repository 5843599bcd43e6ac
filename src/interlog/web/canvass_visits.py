"""The timeline of a campaign: its visits, newest first, by day."""

from .canvass import frame
from .timeline import LIMIT, days_of
from .timeline_filter import choices, filter_of
from .view import Page, View
from .visit_facts import STATES


async def visits(view: View, id_: str) -> Page:
    """``GET /campaigns/{id}/visits``: all of them, or those that went in some ways, on some days, or with somebody."""
    permit, campaign, values = await frame(view, id_, "read@interactions")
    given = view.request.params.get("state", [])
    states = [name for name in ([given] if isinstance(given, str) else given) if name in STATES]
    chosen = filter_of(view)
    known = await choices(view, chosen)
    start, end = chosen.bounds(view)
    found = []
    if not known.is_open:
        found = await view.ledger.visits.newest(
            view.actor, permit, campaign.id, limit=LIMIT + 1, before=_before(view), states=states or list(STATES),
            start=start, end=end, person=known.person.id if known.person is not None else None,
        )  # fmt: skip
    more = None
    if len(found) > LIMIT:
        at, last = found[LIMIT - 1][1]
        kept = chosen.query(known)
        kept = {name: kept[name] for name in ("person", "since", "until")}
        more = view.url(f"{values['campaign_path']}/visits", state=states, **kept, before=f"{at},{last}")
    days = await days_of(view, [brief for brief, _ in found[:LIMIT]])
    values |= {
        "days": days, "more": more, "chosen": states, "states": STATES, "filter": chosen, "choices": known,
    }  # fmt: skip
    return Page("timeline_part.html" if view.is_part else "campaign_visits.html", values)


def _before(view: View) -> tuple[int, str] | None:
    at, _, id_ = view.query.get("before", "").partition(",")
    try:
        return int(at[:18]), id_.replace("\x00", "")[:100]
    except ValueError:
        return None
