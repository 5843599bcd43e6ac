"""Every page of a tenant whose texts all try to run something, in a browser that tells of each try.

Whatever a text got a page to do shows in the browser: an error of its script, what the content security policy had to
stop, or the picture that is not there (see ``chromium.watch``).
"""

from collections.abc import Iterator, Mapping

import pytest

from tests.conftest import FreshDatabase
from tests.serving import Firm, running_server
from tests.web.crawling import GETS, crawl
from tests.web.hostile import fill, hostile

from .chromium import DESKTOP
from .conftest import OpenTab


@pytest.fixture(scope="module")
def firm(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A tenant of hostile texts on a server of its own."""
    with running_server("sqlite", fresh_database, tmp_path_factory.mktemp("hostile")) as server:
        yield server.found()


@pytest.fixture(scope="module")
def addresses(firm: Firm) -> Mapping[str, list[str]]:
    """Addresses of each page."""
    filled = fill(firm)
    return crawl(filled.mia, *filled.starts)


def test_no_page_runs_a_text(open_tab: OpenTab, firm: Firm, addresses: Mapping[str, list[str]]) -> None:
    """Nor shows one as anything but a text; entries that open in place, and maps, do not either."""
    tab = open_tab(DESKTOP, firm=firm)
    shown = unfolded = 0
    for path in GETS:
        for address in addresses[path]:
            kind = tab.context.request.head(address).headers.get("content-type", "")
            if "text/html" not in kind or path.startswith("/options/"):
                continue
            tab.goto(address)
            opened = tab.locator("a.entry-title[hx-get]")  # at once: on /fdc3/app an entry takes the place of its list
            opened.evaluate_all("links => links.slice(0, 3).forEach((link) => link.click())")
            tab.wait_for_load_state("networkidle") if path != "/" else tab.wait_for_timeout(300)
            assert tab.locator("img[src='/hurt'], [onerror], a[href^='javascript']").count() == 0, address
            shown += "hurt-" in tab.content()
            unfolded += tab.locator(".entry-body:not(:empty)").count()
    assert shown > 30
    assert unfolded > 10


def test_suggestions_are_texts(open_tab: OpenTab, firm: Firm, addresses: Mapping[str, list[str]]) -> None:
    """What is found while one types, in search and among persons, is what somebody else has called himself."""
    tab = open_tab(DESKTOP, firm=firm)
    for address, field in (("/persons", "#find"), ("/log/Meeting", "main [data-source]")):
        tab.goto(address)
        tab.locator(field).first.press_sequentially("hurt-first", delay=20)
        tab.get_by_role("option").filter(has_text=hostile("first")).first.wait_for()
        assert tab.locator("img[src='/hurt']").count() == 0
