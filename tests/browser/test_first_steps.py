"""From the link that a server prints to a person's page."""

from playwright.sync_api import Page, expect

from interlog.web.cookies import SESSION
from tests.serving import Firm
from tests.web.visiting import link_of

from .chromium import Screen
from .conftest import OpenTab


def test_a_link_signs_in(demo: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """Somebody who has never been here opens the link, is asked once, and sees what happened lately."""
    tab = open_tab(screen, firm=None)
    tab.goto(f"/sign-in/{link_of(demo, demo.mia)}")
    tab.get_by_role("button", name="Sign in").click()

    expect(tab.get_by_role("heading", name="What happened lately")).to_be_visible()
    expect(tab.locator(".entry").first).to_be_visible()
    [cookie] = [cookie for cookie in tab.context.cookies() if cookie["name"] == SESSION]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")


def test_a_person_is_found(tab: Page) -> None:
    """From any page one comes to the persons, and to one of them by name."""
    tab.goto("/timeline")
    tab.get_by_role("navigation", name="Main").get_by_role("link", name="Persons").click()
    name = tab.locator("tbody td:first-child a").last.inner_text()
    tab.get_by_label("Name or address").fill(name)
    tab.get_by_role("button", name="Find", exact=True).click()
    tab.locator("tbody").get_by_role("link", name=name).first.click()

    expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
    expect(tab.get_by_role("heading", name="Facts")).to_be_visible()
