"""What is the same on every page: keys, what is loading, and what happens when the server does not answer."""

from playwright.sync_api import Browser, Page, Route, StorageState, expect

from tests.serving import Firm

from .axe import violations
from .chromium import Screen
from .conftest import OpenTab


def test_keys_lead_everywhere(desktop: Page) -> None:
    """g and a letter leads to a place, n to the form, / into the search; in a field they are letters."""
    desktop.goto("/")
    for keys, path in (("gp", "/persons"), ("gj", "/journal"), ("gt", "/timeline"), ("n", "/log")):
        desktop.keyboard.press("Escape")  # out of the field that one would first type in
        for key in keys:
            desktop.keyboard.press(key)
        desktop.wait_for_url(f"**{path}")
    desktop.goto("/timeline")
    desktop.keyboard.press("/")
    find = desktop.locator("#find")
    expect(find).to_be_focused()
    desktop.keyboard.type("gj?")
    expect(find).to_have_value("gj?")
    expect(desktop.locator("#keys")).to_be_hidden()


def test_keys_are_listed(tab: Page) -> None:
    """By ? or from the menu, with those of the page; Escape and the button close the list."""
    tab.goto("/timeline")
    dialog = tab.get_by_role("dialog", name="Keys")
    tab.keyboard.press("?")
    expect(dialog).to_be_visible()
    for text in ("Journal", "Search", "Log", "To the next entry, to the one before"):
        expect(dialog.get_by_text(text, exact=True)).to_be_visible()
    rows = dialog.locator("dl > div").count()
    assert violations(tab) == []
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    tab.locator("details.menu summary").click()
    tab.get_by_role("button", name="Keys").click()
    expect(dialog.locator("dl > div")).to_have_count(rows)
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()


def test_entries_are_walked_through(desktop: Page) -> None:
    """j and k go from one to the next; Enter opens the one that is reached, in its place."""
    desktop.goto("/timeline")
    titles = desktop.locator(".entry-title")
    for keys, at in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        desktop.keyboard.press(keys)
        expect(titles.nth(at)).to_be_focused()
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".entry").nth(1).locator(".entry-body")).not_to_be_empty()
    assert desktop.url.endswith("/timeline")


def test_what_takes_long_is_shown(desktop: Page) -> None:
    """A line moves until the answer is there."""
    held: list[Route] = []
    desktop.goto("/timeline")
    desktop.route("**/interactions/*", lambda route: held.append(route))
    desktop.locator(".entry-title").first.click()
    expect(desktop.get_by_role("progressbar", name="Loading")).to_be_visible()
    while not held:
        desktop.wait_for_timeout(25)
    held[0].continue_()
    expect(desktop.get_by_role("progressbar", name="Loading")).to_be_hidden()
    expect(desktop.locator(".entry").first.locator(".entry-body")).not_to_be_empty()


def test_what_does_not_come_is_told(open_tab: OpenTab, screen: Screen) -> None:
    """In words, above the page, which stays as it was; nothing of an error page is put into it."""
    tab = open_tab(screen)
    tab.goto("/timeline")
    count = tab.locator(".entry").count()
    for status, text in ((404, "That is not there any more."), (403, "You may not do that."), (429, "Try again.")):
        _answered(tab, status)
        tab.evaluate("document.querySelector('#notice').replaceChildren()")
        tab.locator(".entry-title").first.click()
        expect(tab.locator("#notice")).to_contain_text(text)
    assert tab.locator(".entry").count() >= count
    expect(tab.get_by_role("heading", name="No", exact=True)).to_have_count(0)


def _answered(tab: Page, status: int) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, body="<h1>No</h1>", content_type="text/html")

    tab.route("**/interactions/*", answer)


def test_a_server_out_of_reach_is_told(chromium: Browser, demo: Firm, state: StorageState) -> None:
    """Where the network is away, and where an answer does not come; not any more when it is back."""
    with chromium.new_context(base_url=demo.server.base, storage_state=state, locale="en-US") as context:
        tab = context.new_page()
        tab.goto("/timeline")
        told = "The server cannot be reached. What you see may be old."
        context.set_offline(True)
        expect(tab.locator("#notice")).to_have_text(told)
        context.set_offline(False)
        expect(tab.locator("#notice")).to_be_empty()
        tab.route("**/interactions/*", lambda route: route.abort())
        tab.locator(".entry-title").first.click()
        expect(tab.locator("#notice")).to_have_text(told)
        expect(tab.get_by_role("progressbar")).to_be_hidden()


def test_offline_has_a_page(chromium: Browser, demo: Firm, state: StorageState) -> None:
    """In the design and the reader's language, without anything of whoever was signed in; back online, one goes on."""
    with chromium.new_context(base_url=demo.server.base, storage_state=state, locale="de-DE") as context:
        tab = context.new_page()
        tab.goto("/timeline")
        tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
        expect(tab.locator(".entry").first).to_be_visible()
        context.set_offline(True)
        tab.goto("/persons")
        expect(tab.get_by_role("heading", name="Keine Verbindung")).to_be_visible()
        assert tab.evaluate("getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
        assert tab.locator("nav").count() == 0
        assert tab.evaluate("document.body.dataset.formKey") is None
        context.set_offline(False)
        tab.get_by_role("link", name="Zur Startseite").click()
        expect(tab.get_by_role("heading", name="Was zuletzt geschah")).to_be_visible()
