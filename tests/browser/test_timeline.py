"""The timeline in Chromium: entries open in place, it goes on by itself, and its filters stay in the address."""

import re

import pytest
from playwright.sync_api import Page, expect

from interlog.model.interactions import Content, Draft, Participant
from tests.serving import Firm

from .axe import violations
from .chromium import DESKTOP, PHONE, SCREENS, Screen
from .conftest import OpenTab

NOON = 1_772_712_000_000_000  # 2026-03-05T12:00:00Z
MINUTE = 60_000_000
ENTRIES = "[data-entry]"


@pytest.fixture(scope="module")
def long(demo: Firm) -> Firm:
    """A firm on the same server with 180 meetings on three days, one of which was changed."""
    firm = demo.server.found("long-timeline", owner=("Lea", "Lang", "lea@long.example"))
    eve, ola = firm.person("Eve", "Moll", "eve@client.example"), firm.person("Ola", "Nys", "ola@other.example")
    drafts = [
        Draft(
            type="Call" if index % 3 else "Meeting",
            content=Content(
                occurred_at=NOON - index * 20 * MINUTE,
                title=f"Number {index}",
                body=f"What was said in {index}",
                participants=(Participant(eve.id if index % 2 else ola.id), Participant(firm.mia.id)),
            ),
        )
        for index in range(180)
    ]
    firm.server.run(firm.ledger.interactions.log_many(firm.actor, drafts))
    return firm


def _open(tab: Page, path: str) -> Page:
    tab.goto(path)
    return tab


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_it_goes_on_by_itself(open_tab: OpenTab, long: Firm, screen: Screen) -> None:
    """Whoever reaches the end gets more, until there is no more: every entry once, each day with one heading."""
    tab = _open(open_tab(screen, firm=long), "/timeline")
    assert tab.locator(ENTRIES).count() < 180
    for count in (100, 150, 180):
        tab.locator(ENTRIES).last.scroll_into_view_if_needed()
        expect(tab.locator(ENTRIES)).to_have_count(count)
    expect(tab.locator(".more")).to_have_count(0)
    numbers = tab.locator(ENTRIES).evaluate_all("all => all.map(one => one.dataset.entry)")
    assert len(set(numbers)) == 180
    days = tab.locator(".day-name").all_inner_texts()
    assert len(days) == len(set(days)) == 3
    assert tab.url.endswith("/timeline")
    assert violations(tab) == []


def test_without_scripts_a_link_goes_on(open_tab: OpenTab, long: Firm) -> None:
    """The same by links: three pages behind the first."""
    tab = _open(open_tab(PHONE, firm=long, java_script_enabled=False), "/timeline")
    numbers = []
    for count in (50, 50, 50, 30):
        found = tab.locator(ENTRIES)
        assert found.count() == count
        numbers += [one.get_attribute("data-entry") for one in found.all()]
        if count == 50:
            tab.get_by_role("link", name="Earlier").click()
            tab.wait_for_load_state()
    assert len(set(numbers)) == 180


def test_an_entry_opens_in_place(tab: Page) -> None:
    """With everything about it, by mouse and by key; once more, and it is closed."""
    tab.goto("/timeline")
    title = tab.locator(".entry-title").nth(1)
    body = tab.locator(".entry-body").nth(1)
    title.click()
    expect(body.locator("dl.facts").first).to_contain_text("Source")
    expect(title).to_have_attribute("aria-expanded", "true")
    assert violations(tab) == []
    tab.emulate_media(color_scheme="dark")
    assert [one for one in violations(tab) if "contrast" in one] == []
    inside = body.bounding_box()
    entry = tab.locator(ENTRIES).nth(1).bounding_box()
    assert inside is not None and entry is not None
    assert inside["width"] > 0.7 * entry["width"]
    assert tab.url.endswith("/timeline")
    title.click()
    expect(body).to_be_empty()
    expect(title).to_have_attribute("aria-expanded", "false")
    title.focus()
    tab.keyboard.press("Enter")
    expect(body.locator("dl.facts").first).to_be_visible()


def test_an_entry_that_is_gone_says_so(open_tab: OpenTab, demo: Firm) -> None:
    """What somebody deleted meanwhile is told, nothing is said to be open, and the page stays."""
    firm = demo.server.found("gone", owner=("Lea", "Lang", "lea@gone.example"))
    draft = Draft(type="Meeting", content=Content(occurred_at=NOON, participants=(Participant(firm.mia.id),)))
    number = firm.server.run(firm.ledger.interactions.log(firm.actor, draft)).interaction.number
    tab = _open(open_tab(DESKTOP, firm=firm), "/timeline")
    firm.server.run(firm.ledger.interactions.delete(firm.actor, number))
    tab.locator(".entry-title").click()
    expect(tab.locator("#notice")).to_have_text("That is not there any more.")
    expect(tab.locator(".entry-body")).to_be_empty()
    assert tab.locator(".entry-title[aria-expanded=true]").count() == 0
    assert violations(tab) == []


def test_without_scripts_an_entry_is_a_page(open_tab: OpenTab, long: Firm) -> None:
    """The link leads to the same, on a page of its own."""
    tab = _open(open_tab(DESKTOP, firm=long, java_script_enabled=False), "/timeline")
    tab.get_by_role("link", name="Number 7", exact=True).click()
    expect(tab.locator("h1")).to_have_text("Number 7")
    expect(tab.locator("main")).to_contain_text("What was said in 7")


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_filters_stay_in_the_address(open_tab: OpenTab, long: Firm, screen: Screen) -> None:
    """A type, a person by the first letters of a name, days and a text; what goes on is filtered too, and so is what
    one comes back to."""
    tab = _open(open_tab(screen, firm=long), "/timeline")
    tab.get_by_text("More filters").click()
    tab.get_by_label("Type").select_option("Call")
    name = tab.get_by_role("combobox", name="Person")
    name.fill("mol")
    expect(tab.get_by_role("listbox", name="Person").get_by_role("option")).to_have_count(1)
    assert violations(tab) == []
    name.press("Enter")
    expect(tab.locator("[data-chips]")).to_contain_text("Eve Moll")
    tab.get_by_label("To", exact=True).fill("2026-03-05")
    tab.get_by_role("button", name="Filter").click()
    tab.wait_for_url(re.compile("type=Call.*until=2026-03-05.*person="))
    expect(tab.locator(ENTRIES)).to_have_count(50)
    assert tab.locator(".filter-more[open]").count() == 1
    tab.locator(ENTRIES).last.scroll_into_view_if_needed()
    expect(tab.locator(ENTRIES)).to_have_count(60)
    for people in tab.locator(".entry-people").all_inner_texts():
        assert "Eve Moll" in people
    tab.get_by_role("searchbox", name="Text").fill("number 101")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.locator(ENTRIES)).to_have_count(1)
    tab.locator(".entry-people a").first.click()
    tab.wait_for_url("**/persons/*")
    tab.go_back()
    expect(tab.locator(ENTRIES)).to_have_count(1)
    expect(tab.locator("[data-chips]")).to_contain_text("Eve Moll")


def test_a_name_without_scripts(open_tab: OpenTab, long: Firm) -> None:
    """Who has the name alone is meant; the other one is not."""
    tab = _open(open_tab(PHONE, firm=long, java_script_enabled=False), "/timeline")
    tab.get_by_text("More filters").click()
    tab.get_by_label("Person").fill("ola nys")
    tab.get_by_role("button", name="Filter").click()
    tab.wait_for_load_state()
    assert tab.locator(ENTRIES).count() == 50
    for people in tab.locator(".entry-people").all_inner_texts():
        assert "Ola Nys" in people
    tab.get_by_label("Person", exact=True).fill("nobody at all")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.locator(".field-problem")).to_have_text("Nobody is called that.")


def test_rare_ones_are_looked_for_until_they_are_found(open_tab: OpenTab, demo: Firm) -> None:
    """Behind many that came by another way, what came through a protocol is found without a click."""
    firm = demo.server.found("rare", owner=("Rea", "Rar", "rea@rare.example"))
    drafts = [
        Draft(type="Meeting", content=Content(occurred_at=NOON - index * MINUTE, title="Often",
                                              participants=(Participant(firm.mia.id),)))
        for index in range(1_100)
    ]  # fmt: skip
    firm.server.run(firm.ledger.interactions.log_many(firm.actor, drafts))
    acting = firm.acting(firm.mia, protocol="polis")
    last = Draft(type="Meeting", content=Content(occurred_at=NOON - 2_000 * MINUTE, title="Rare",
                                                 participants=(Participant(firm.mia.id),)))  # fmt: skip
    firm.server.run(firm.ledger.interactions.log(acting, last))
    tab = _open(open_tab(DESKTOP, firm=firm), "/timeline?protocol=polis")
    expect(tab.locator(".entry-title")).to_have_text(["Rare"])
    expect(tab.locator(".more")).to_have_count(0)
