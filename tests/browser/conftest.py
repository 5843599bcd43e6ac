"""Chromium before a server with a small demo store, signed in.

``tab`` is a page of the owner of the demo's tenant, once on a desktop and once on a phone; ``desktop`` and ``phone``
are one of each. When the test is over nothing may have gone wrong in it (see ``chromium.watch``).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState

from tests.conftest import FreshDatabase
from tests.serving import Firm, running_server
from tests.web.visiting import link_of

from . import demo as demo_store
from .chromium import DESKTOP, PATIENCE_MS, PHONE, SCREENS, Screen, running_chromium, watch

OpenTab = Callable[..., Page]


@pytest.fixture(scope="session")
def demo(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """The demo's tenant on a server of its own, as small as it can be and still fill every page."""
    with running_server("sqlite", fresh_database, tmp_path_factory.mktemp("demo")) as server:
        yield demo_store.fill(server)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; of a module, since asyncio's own tests cannot run while playwright waits for it."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def state(demo: Firm, chromium: Browser) -> StorageState:
    """What a browser remembers in which the demo's owner has followed a link that signs in."""
    return signed_in(chromium, demo)


def signed_in(browser: Browser, firm: Firm) -> StorageState:
    """Follow a link that signs a firm's owner in, and return what the browser then remembers."""
    with browser.new_context(base_url=firm.server.base) as context:
        page = context.new_page()
        page.goto(f"/sign-in/{link_of(firm, firm.mia)}")
        page.get_by_role("main").get_by_role("button").click()
        page.wait_for_url(f"{firm.server.base}/")
        return context.storage_state()


@pytest.fixture
def open_tab(demo: Firm, chromium: Browser, state: StorageState) -> Iterator[OpenTab]:
    """``open_tab(screen, **options)`` is a page signed in to the demo; ``options`` are those of playwright's contexts.

    ``firm`` among them is another firm to be signed in to, None to be nobody.
    """
    with ExitStack() as closing:
        faults: list[list[str]] = []

        def open_(screen: Screen = DESKTOP, *, firm: Firm | None = demo, **options: Any) -> Page:
            base = (firm or demo).server.base
            remembered = None if firm is None else state if firm is demo else signed_in(chromium, firm)
            known: dict[str, Any] = (
                screen.options
                | {
                    "locale": "en-US",
                    "timezone_id": "Europe/Berlin",
                    "service_workers": "block",  # what they fetch would go past what tests watch
                }
                | options
            )
            context = chromium.new_context(base_url=base, storage_state=remembered, **known)
            closing.enter_context(context)
            page = context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            faults.append(watch(page, base))
            return page

        yield open_
        assert not [fault for of_page in faults for fault in of_page]


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    """Each of the screens."""
    found: Screen = request.param
    return found


@pytest.fixture
def tab(open_tab: OpenTab, screen: Screen) -> Page:
    """A page of the demo's owner, on each screen."""
    return open_tab(screen)


@pytest.fixture
def desktop(open_tab: OpenTab) -> Page:
    """A page of the demo's owner on a desktop."""
    return open_tab(DESKTOP)


@pytest.fixture
def phone(open_tab: OpenTab) -> Page:
    """A page of the demo's owner on a phone."""
    return open_tab(PHONE)
