"""Home: what happened lately. Whoever is not signed in sees what this server is."""

from typing import Any

from . import timeline
from .start import page
from .view import Page, View


async def show(view: View) -> Any:
    """``GET /``."""
    if view.signed_in is None:
        return page(view)
    return Page("home.html", await timeline.recent(view))


async def about(view: View) -> Page:
    """``GET /about``: what this server is, also for those who are signed in."""
    return page(view)
