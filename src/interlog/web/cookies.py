"""What the browser keeps for us: who is signed in, what the reader chose, and a sentence for the next page."""

import falcon.asgi

from .view import View

SESSION, LANGUAGE, ZONE, NOTICE = "interlog_session", "interlog_language", "interlog_zone", "interlog_notice"

PANEL = "interlog_panel"
"""Who is signed in to the page for desktops, in the frame of one of them."""

DAY = 86_400
"""Seconds."""


def put(response: falcon.asgi.Response, view: View, name: str, value: str, *, seconds: int) -> None:
    """Let the browser keep something. Scripts cannot read it, and forms of other sites are sent without it."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=view.request.root_path or "/",
        secure=view.request.scheme == "https",
        http_only=True,
        same_site="Lax",
    )


def put_in_frame(response: falcon.asgi.Response, view: View, name: str, value: str, *, seconds: int) -> None:
    """Let the browser keep something for a frame of ours in a page of another site, and for that page alone.

    Browsers take such a cookie over a safe connection only, or from this machine.
    """
    request = view.request
    if request.scheme == "https" or request.host in ("localhost", "127.0.0.1"):
        path = request.root_path or "/"
        response.set_cookie(
            name, value, max_age=seconds, path=path, secure=True, http_only=True, same_site="None", partitioned=True
        )


def forget(response: falcon.asgi.Response, view: View, name: str) -> None:
    """Let the browser forget it."""
    response.unset_cookie(name, path=view.request.root_path or "/")
