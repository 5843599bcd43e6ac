"""Home: what happened lately. Whoever is not signed in sees what this server is."""

from typing import Any

from . import live, timeline
from .start import page
from .view import Page, View
from .weeks import chart

_QUIET = 6


async def show(view: View) -> Any:
    """``GET /``."""
    if view.signed_in is None:
        return page(view)
    position = await view.ledger.news.position(view.actor)  # first: what comes while the rest is read is told of
    values = await timeline.recent(view)
    overview = view.ledger.overview
    values |= {
        "position": live.text_of(position),
        "weeks": chart(view, await overview.weeks(view.actor, view.texts.zone.key)),
        "quiet": await overview.quiet(view.actor, limit=_QUIET),
    }
    return Page("home.html", values)


async def about(view: View) -> Page:
    """``GET /about``: what this server is, also for those who are signed in."""
    return page(view)


async def offline(view: View) -> Page:
    """``GET /offline``: what a browser shows where the server cannot be reached; the same for everybody."""
    view.signed_in = None
    return Page("offline.html")
