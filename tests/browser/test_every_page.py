"""Every page of the route table in a browser; a page that is added is covered without a word here.

The pages come from the demo store, by the addresses that links lead to.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page

from interlog.model.files import Holder
from tests.serving import Firm
from tests.uploads import put_file
from tests.web.crawling import GETS, crawl
from tests.web.visiting import visitor

from .axe import violations
from .chromium import PHONE, Screen
from .conftest import OpenTab

AT = 1_772_712_000_000_000  # 2026-03-05T12:00:00Z
NEW = (
    ("/persons", {"first_name": "Gone"}),
    ("/organizations", {"name": "Gone"}),
    ("/opportunities", {"name": "Gone", "list": "1"}),
)
"""What is created, and deleted again: its list, and what the form says."""

OPEN = ("/sign-in", "/sign-in/{key}")
"""Pages for those who are not signed in."""

SCRIPTED = ("/fdc3/app",)
"""Pages that do nothing without scripts: this one talks to a desktop agent."""

every_page = pytest.mark.parametrize("route", GETS)


@pytest.fixture(scope="module")
def addresses(demo: Firm) -> Mapping[str, list[str]]:
    """Addresses of each page that are in the demo store."""
    reader = visitor(demo)
    # Whoever deletes something comes to a page that says so, and offers to undo it.
    paths = [
        f"/interactions/{demo.log('Call', AT, demo.mia).number}",
        *(reader.post(f"{path}/new", **said).headers["location"] for path, said in NEW),
    ]
    kept, lost = [
        demo.server.run(put_file(demo.ledger, demo.actor, Holder.PERSON, demo.mia.id, name="Terms.txt")).id
        for _ in range(2)
    ]
    paths.append(f"/files/{lost}")
    one, other = [reader.post("/persons/new", first_name="Twin").headers["location"] for _ in range(2)]
    merge = reader.post(f"{one}/merge/{other.rpartition('/')[2]}").headers["location"]
    gone = [reader.post(f"{path}/delete").headers["location"] for path in paths]
    return crawl(reader, merge, f"/files/{kept}", *gone)


def test_links_lead_to_every_page(addresses: Mapping[str, list[str]]) -> None:
    """No page is hidden: one comes to each from the first."""
    assert [route for route, found in addresses.items() if not found] == []


@every_page
def test_everybody_can_use_it(
    open_tab: OpenTab, screen: Screen, addresses: Mapping[str, list[str]], route: str
) -> None:
    """axe finds nothing, in light and in dark; on a phone nothing is wider than the screen."""
    tab = _shown(open_tab(screen, **_as_reader(route)), addresses[route][0])
    if tab is None:
        return
    _none(violations(tab))
    tab.emulate_media(color_scheme="dark")
    tab.reload()  # colours that are under way to others have no contrast yet
    _none([violation for violation in violations(tab) if "contrast" in violation])
    width = tab.evaluate("document.scrollingElement.scrollWidth")
    assert width <= screen.options["viewport"]["width"]


@every_page
def test_it_needs_no_scripts(open_tab: OpenTab, addresses: Mapping[str, list[str]], route: str) -> None:
    """Without scripts a page shows the same headings and links, but for what is in maps."""
    if route in SCRIPTED:
        return
    with_scripts = _shown(open_tab(PHONE, **_as_reader(route)), addresses[route][0])
    if with_scripts is None:
        return
    without = _shown(open_tab(PHONE, java_script_enabled=False, **_as_reader(route)), addresses[route][0])
    assert without is not None
    # How long ago something was is another second by the time the page is shown again.
    for what in ("h1", "h2", "h3", "a[href]", "button", "input", "td:not(:has(time))"):
        seen = _texts(with_scripts, what)
        assert sorted(set(seen) - set(_texts(without, what))) == [], what


def _none(found: list[str]) -> None:
    assert not found, "\n".join(found)


def _as_reader(route: str) -> dict[str, Any]:
    return {"firm": None} if route in OPEN else {}


def _texts(tab: Page, what: str) -> list[str]:
    return [text.strip() for text in tab.locator(f"main {what}:not(.leaflet-container *):visible").all_inner_texts()]


def _shown(tab: Page, address: str) -> Page | None:
    """Show a page; returns None where the address is that of a file, a stream or a part of a page."""
    answer = tab.context.request.head(address)
    if "text/html" not in answer.headers.get("content-type", ""):
        return None
    tab.goto(address)
    return tab if tab.locator("main").count() else None
