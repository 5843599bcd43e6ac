"""The field in the header in Chromium: what is found while one types, by keyboard and by touch; and the page behind."""

import re

import pytest
from playwright.sync_api import Page, expect

from interlog.model.interactions import Content, Draft, Links, Participant
from interlog.model.notes import NoteDraft
from tests.serving import Firm

from .axe import violations
from .chromium import DESKTOP, PHONE, SCREENS, Screen
from .conftest import OpenTab

NOON = 1_772_712_000_000_000  # 2026-03-05T12:00:00Z
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def river(demo: Firm) -> Firm:
    """A firm on the same server with one of everything that has the word, and something hostile."""
    firm = demo.server.found("river", owner=("Lea", "Lang", "lea@lang.example"))
    eve = firm.person("Eve", "Riverton", "eve@client.example")
    firm.organization("River & Sons", "river-sons.example")
    for title in ("Walk along the river", f"{HOSTILE} hostile"):
        draft = Draft(
            type="Meeting",
            content=Content(occurred_at=NOON, title=title, body="Said", participants=(Participant(eve.id),)),
        )
        firm.server.run(firm.ledger.interactions.log(firm.actor, draft))
    note = NoteDraft(content="Likes rivers", links=Links(persons=(eve.id,)))
    firm.server.run(firm.ledger.notes.create(firm.actor, note))
    return firm


def _type(tab: Page, text: str) -> None:
    tab.get_by_role("combobox", name="Search").press_sequentially(text, delay=20)


def _found(tab: Page, text: str) -> None:
    """Type, and wait until what is shown is what was found for all of it, and no beginning's."""
    _type(tab, text)
    expect(tab.get_by_role("option", name=f"“{text}”")).to_be_visible()


def _pointed(tab: Page) -> str | None:
    """Return the text of the option that a screen reader is told to be at."""
    id_ = tab.get_by_role("combobox", name="Search").get_attribute("aria-activedescendant")
    if id_ is None:
        return None
    option = tab.locator(f"#{id_}")
    expect(option).to_have_attribute("aria-selected", "true")
    return option.inner_text().splitlines()[0]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_the_field_is_a_combobox(open_tab: OpenTab, river: Firm, screen: Screen) -> None:
    """Arrows walk through what was found, Escape closes it, Enter goes there."""
    tab = open_tab(screen, firm=river)
    tab.goto("/persons")
    field = tab.get_by_role("combobox", name="Search")
    expect(field).to_have_attribute("aria-expanded", "false")
    tab.keyboard.press("/")
    expect(field).to_be_focused()
    _found(tab, "river")
    expect(field).to_have_attribute("aria-expanded", "true")
    options = tab.get_by_role("listbox", name="What was found").get_by_role("option")
    expect(options).to_have_count(5)
    expect(tab.locator("#find-options mark").first).to_have_text("Riverton")
    assert violations(tab) == []
    assert _pointed(tab) is None
    tab.keyboard.press("ArrowDown")
    assert _pointed(tab) == "Eve Riverton"
    tab.keyboard.press("ArrowDown")
    assert _pointed(tab) == "River & Sons"
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    assert _pointed(tab) == "Everything with “river”"
    assert violations(tab) == []
    tab.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(tab.locator("#find-options")).to_be_hidden()
    expect(field).to_have_value("river")
    expect(field).to_be_focused()
    tab.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert _pointed(tab) == "Eve Riverton"
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/persons/\d+$"))
    expect(tab.locator("h1")).to_have_text("Eve Riverton")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_result_is_clicked(open_tab: OpenTab, river: Firm, screen: Screen) -> None:
    """What is below the field are links; a click elsewhere closes it."""
    tab = open_tab(screen, firm=river)
    tab.goto("/")
    _type(tab, "sons")
    tab.get_by_role("option", name="River & Sons").click()
    tab.wait_for_url(re.compile(r"/organizations/\d+$"))
    _found(tab, "riv")
    tab.locator("h1").first.click(force=True, position={"x": 2, "y": 2})
    expect(tab.locator("#find-options")).to_be_hidden()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_enter_shows_all_of_it(open_tab: OpenTab, river: Firm, screen: Screen) -> None:
    """The page has everything by its kind; one kind stands in the address; an interaction opens in place."""
    tab = open_tab(screen, firm=river)
    tab.goto("/")
    _type(tab, "river")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=river")
    names = ["Persons", "Organizations", "Interactions", "Notes"]
    assert tab.locator("main h2").all_inner_texts() == names
    assert violations(tab) == []
    tab.get_by_role("link", name="Walk along the river").click()
    expect(tab.locator(".entry-body dl.facts").first).to_contain_text("Eve Riverton")
    assert tab.url.endswith("/search?q=river")
    tab.get_by_role("navigation", name="What to look for").get_by_role("link", name="Notes").click()
    tab.wait_for_url("**/search?q=river&kind=notes")
    assert tab.locator("main h2").all_inner_texts() == ["Notes"]
    tab.get_by_role("main").get_by_role("searchbox").fill("likes")
    tab.get_by_role("button", name="Find").click()
    tab.wait_for_url("**/search?q=likes&kind=notes")
    expect(tab.locator("main mark")).to_have_text("Likes")


def test_nothing_is_found_in_words(open_tab: OpenTab, river: Firm) -> None:
    """There is a word for nothing, below the field and on the page; hostile texts are texts."""
    tab = open_tab(DESKTOP, firm=river)
    tab.goto("/")
    _type(tab, "xyzzy")
    expect(tab.get_by_role("option")).to_have_text(["Nothing yet with “xyzzy”"])
    tab.keyboard.press("Enter")
    expect(tab.locator("main .empty")).to_contain_text("Nothing has all of these words.")
    field = tab.get_by_role("combobox", name="Search")
    field.fill(f"{HOSTILE} hostile")
    expect(tab.get_by_role("option").first).to_contain_text(HOSTILE)
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile("hostile"))
    expect(tab.locator("main .entry-title")).to_have_text(f"{HOSTILE} hostile")
    assert tab.locator("main img").count() == 0


def test_it_needs_no_scripts(open_tab: OpenTab, river: Firm) -> None:
    """The field in the header is a form, and results are links."""
    tab = open_tab(PHONE, firm=river, java_script_enabled=False)
    tab.goto("/")
    tab.locator("header").get_by_role("searchbox").fill("riverton")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=riverton")
    tab.get_by_role("link", name="Eve Riverton").click()
    expect(tab.locator("h1")).to_have_text("Eve Riverton")
