"""Home: what happened lately. Whoever is not signed in sees what this server is."""

from typing import Any

from .start import page
from .view import Page, View


async def show(view: View) -> Any:
    """``GET /``."""
    if view.signed_in is None:
        return page(view)
    return Page("home.html")
