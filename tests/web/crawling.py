"""The pages of the route table, as links lead to them: an address for each."""

import html
import re
from collections import deque
from collections.abc import Mapping

from interlog.web.routes import ROUTES

from .visiting import Visitor

GETS = tuple(dict.fromkeys(route.path for route in ROUTES if route.method == "GET"))
"""The paths of all pages."""

_LINK = re.compile(r'\s(?:href|hx-get|src|action|data-[a-z-]+)="([^"]+)"')
_PATTERNS = {path: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))) for path in GETS}

GIVEN = {
    "/offline": ["/offline"],  # is kept by browsers
    "/events": ["/events"],  # is what scripts listen to, and fetch entries for
    "/entries/{number}": ["/entries/2"],
    "/sign-in": ["/sign-in"],  # whoever is signed in is not asked to
    "/sign-in/{key}": ["/sign-in/ilin_1_nothing"],  # comes by mail or on a console
    "/fdc3/app": ["/fdc3/app"],  # is shown by desktop agents
    "/fdc3/sign-in": ["/fdc3/sign-in"],  # is opened by that page
}
"""Addresses of what no link leads to, and why."""


def route_of(address: str) -> str | None:
    """Return the path in the route table that an address belongs to; those without parameters come first."""
    path = address.partition("#")[0].partition("?")[0]
    matching = [known for known in GETS if _PATTERNS[known].fullmatch(path)]
    return min(matching, key=lambda known: known.count("{"), default=None)


def links(page: str) -> list[str]:
    """Return the addresses on this server that a page leads to."""
    found = [html.unescape(address) for address in _LINK.findall(page)]
    return list(dict.fromkeys(address for address in found if address.startswith("/")))


def crawl(visitor: Visitor, *starts: str, most: int = 3) -> Mapping[str, list[str]]:
    """Return up to ``most`` addresses of each page, shortest first, that links from home and ``starts`` lead to."""
    found: dict[str, list[str]] = {path: list(GIVEN.get(path, [])) for path in GETS}
    waiting = deque(["/", *starts])
    while waiting:
        address = waiting.popleft()
        route = route_of(address)
        if route is None or address in found[route] or len(found[route]) >= most:
            continue
        found[route].append(address)
        with visitor.http.stream("GET", address) as answer:  # what never ends is not waited for
            if "text/html" in answer.headers.get("content-type", ""):
                answer.read()
                waiting.extend(links(answer.text))
    return {route: sorted(addresses, key=len) for route, addresses in found.items()}
