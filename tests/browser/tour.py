"""The pictures of ``docs/tour.md``: ``make tour`` takes them anew, in Chromium, from the demo's invented data."""

import argparse
import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from tests.serving import interlog_process

from .chromium import DESKTOP, PATIENCE_MS, PHONE, Screen, running_chromium

FOLDER = Path(__file__).parents[2] / "docs" / "tour"
QUALITY = 60
"""Of WebP: text stays sharp, and a picture has some 30 KB."""

SAMPLE = """Reason,Minutes waited,Satisfied,Visited at
Advice,12,true,2026-03-05T09:15:00Z
Complaint,31,false,2026-03-05T10:40:00Z
Advice,4,true,2026-03-06T11:05:00Z
"""


class Stop(NamedTuple):
    """A picture: its name, and what one does at the pages until it can be taken."""

    name: str
    go: Callable[[Page], None]
    screen: Screen = DESKTOP
    options: Mapping[str, Any] = MappingProxyType({})


def _home(page: Page) -> None:
    page.goto("/")


def _person(page: Page) -> None:
    """Open whoever the first page says has gone quiet: somebody whom we knew well."""
    page.goto("/")
    page.locator("main a[href^='/persons/']").last.click()
    page.wait_for_url("**/persons/*")


def _opened(page: Page) -> None:
    page.goto("/timeline?category=call")
    page.locator(".entry:not(.planned) a.entry-title").nth(1).click()
    page.locator(".entry-body > *").first.wait_for()


def _log(page: Page) -> None:
    page.goto("/log/Call?person=100")
    page.get_by_label("Title").first.fill("They want a pilot")


def _journal(page: Page) -> None:
    _log(page)
    page.locator("main form button[type=submit], main form button:not([type])").last.click()
    page.wait_for_url("**/interactions/*")
    page.goto("/journal")


def _proposed(page: Page) -> None:
    page.goto("/new/type/sample")
    page.locator("[name=name]").fill("Branch visit")
    page.locator("[name=rows]").fill(SAMPLE)
    page.locator("main form button:not([name]), main form button").last.click()
    page.locator("[name='f0.label']").wait_for()


def _map(page: Page) -> None:
    _campaign("")(page)
    page.locator(".leaflet-container").evaluate("element => element.scrollIntoView({block: 'end'})")


def _campaign(part: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto("/campaigns")
        page.goto(f"{page.locator('main h2 a').first.get_attribute('href')}{part}")
        page.wait_for_load_state("networkidle")

    return go


def _found(page: Page) -> None:
    page.goto("/")
    page.locator("#find").press_sequentially("pilot", delay=30)
    page.get_by_role("option").first.wait_for()


DARK = {"color_scheme": "dark"}
GERMAN = {"locale": "de-DE"}
STOPS = (
    Stop("home", _home),
    Stop("home-dark", _home, options=DARK),
    Stop("person", _person),
    Stop("entry", _opened),
    Stop("log", _log),
    Stop("search", _found),
    Stop("type", _proposed),
    Stop("campaign", _map),
    Stop("results", _campaign("/results")),
    Stop("quality", _campaign("/quality")),
    Stop("journal", _journal),
    Stop("home-phone", _home, PHONE),
    Stop("log-phone", _log, PHONE, DARK),
    Stop("campaign-phone", _map, PHONE, GERMAN),
)
"""In the order of the tour."""


def take(browser: Browser, base: str, sign_in: str, folder: Path) -> None:
    """Sign in by a link, and write a picture of each stop into a folder."""
    with browser.new_context(base_url=base) as context:
        page = context.new_page()
        page.goto(sign_in)
        page.get_by_role("main").get_by_role("button").click()
        page.wait_for_url(f"{base}/")
        state = context.storage_state()
    folder.mkdir(parents=True, exist_ok=True)
    for stop in STOPS:
        known = stop.screen.options | {"locale": "en-US", "timezone_id": "Europe/Berlin"} | dict(stop.options)
        with browser.new_context(base_url=base, storage_state=state, reduced_motion="reduce", **known) as context:
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            stop.go(page)
            page.wait_for_timeout(400)  # charts and maps are drawn once the page is there
            (folder / f"{stop.name}.webp").write_bytes(_picture(page))


def _picture(page: Page) -> bytes:
    """Return what the screen shows as WebP, which playwright itself does not write."""
    session = page.context.new_cdp_session(page)
    return base64.b64decode(session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})["data"])


def main() -> None:
    """Take all pictures from a demo of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.tour", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    folder = parser.parse_args().folder
    with interlog_process("--demo") as served, running_chromium() as browser:
        take(browser, served.base, served.started["sign_in"], folder)


if __name__ == "__main__":
    main()
