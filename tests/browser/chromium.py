"""Chromium, the screens that it is tried on, and what no page may do in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect, sync_playwright

PATIENCE_MS = 60_000
"""How long a test waits for what it expects to see: on a busy machine everything takes longer, and nobody waits for
what comes at once."""

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class Screen(NamedTuple):
    """What somebody sits before. ``options`` are those of playwright's contexts."""

    name: str
    options: dict[str, Any]


DESKTOP = Screen("desktop", {"viewport": {"width": 1280, "height": 850}})
PHONE = Screen("phone", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True})
SCREENS = (DESKTOP, PHONE)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run the browser until the block ends. A machine without one is told what to install: nothing is skipped."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.fail("There is no Chromium on this machine, which the tests of the pages need: apt-get install chromium")
    with sync_playwright() as playwright:
        # Tests run as root in containers, where Chromium has no sandbox; what it opens is ours alone.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        browser.close()


def watch(page: Page, base: str) -> list[str]:
    """Return a list that whatever a page does wrong goes into from now on.

    Wrong are errors of scripts, what the content security policy had to stop, requests to other servers, files that
    are not there, and faults of the server.
    """
    faults: list[str] = []

    def answered(response: Response) -> None:
        is_page = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= 500 or (response.status >= 400 and not is_page):
            faults.append(f"{response.status} for {response.url}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{base}/", "data:", "blob:")):
            faults.append(f"asked elsewhere: {request.url}")

    def said(kind: str, text: str) -> None:
        # What an answer's status was is looked at above; tests let no worker come between a page and the server.
        expected = ("Failed to load resource", "Service Worker registration blocked")
        if kind in ("error", "warning") and not text.startswith(expected):
            faults.append(f"{kind}: {text}")

    page.on("response", answered)
    page.on("request", asked)
    page.on("console", lambda message: said(message.type, message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults
