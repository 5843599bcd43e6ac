"""Somebody logs a meeting with a person who is known and one who is new, mends what was wrong, and takes it back."""

import re

from playwright.sync_api import Page, expect

from tests.serving import Firm

from .axe import violations
from .chromium import DESKTOP, PHONE, Screen
from .conftest import OpenTab


def _add(tab: Page, typed: str, option: str) -> None:
    """Type into the field of participants, and take what it offers by keyboard."""
    field = tab.get_by_role("combobox", name="Participants")
    field.fill(typed)  # at once: what is found for a beginning would take the place of what one has reached
    tab.get_by_role("option", name=option).first.wait_for()
    while option not in tab.locator("[role=option][aria-selected=true]").inner_text():
        field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("")


def test_a_meeting_from_its_key_to_its_end(demo: Firm, tab: Page, screen: Screen) -> None:
    """By one key or button; all problems stand at their fields, and nothing that was typed is lost."""
    eve = demo.person("Evelina", f"Of the {screen.name}", f"evelina@{screen.name}.example")
    new, title = f"Nora {screen.name.title()}", f"Budget for {screen.name}s"
    tab.goto("/")
    if screen is DESKTOP:
        tab.locator("main").press("n")
    else:
        tab.get_by_role("banner").get_by_role("link", name="Log", exact=True).click()
    tab.get_by_role("link", name="Meeting", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Log: Meeting")
    _add(tab, "evelina", eve.name)
    _add(tab, new, "a new person")
    tab.get_by_label("Title").fill(title)
    tab.get_by_label("Day").fill("")
    tab.get_by_label("Minutes").fill("soon")
    tab.get_by_role("main").get_by_role("button", name="Log").click()

    expect(tab.locator("[aria-invalid=true]").first).to_be_visible()
    for field in ("Day", "Minutes"):
        expect(tab.get_by_label(field)).to_have_attribute("aria-invalid", "true")
        described = (tab.get_by_label(field).get_attribute("aria-describedby") or "").split()[0]
        expect(tab.locator(f"#{described}")).to_be_visible()
    assert violations(tab) == []
    expect(tab.get_by_label("Title")).to_have_value(title)
    expect(tab.get_by_role("checkbox", name=eve.name)).to_be_checked()
    expect(tab.get_by_role("checkbox", name=new)).to_be_checked()

    tab.get_by_label("Day").fill("2026-03-05")
    tab.get_by_label("Minutes").fill("1:30")
    tab.get_by_role("main").get_by_role("button", name="Log").click()
    tab.wait_for_url(re.compile(r"/interactions/\d+$"))
    here = tab.url
    for seen in (title, eve.name, new):
        expect(tab.get_by_role("main").get_by_text(seen).first).to_be_visible()

    tab.get_by_role("link", name="Change").click()
    tab.get_by_label("Title").fill(f"{title}, again")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(f"{title}, again")
    tab.get_by_role("button", name="Undo the last change").click()
    expect(tab.get_by_role("heading", level=1)).not_to_contain_text("again")
    tab.get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("heading", name="Deleted")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab).to_have_url(here)
    expect(tab.get_by_role("heading", level=1)).to_contain_text(title)
    tab.get_by_role("link", name=new).first.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(new)
    expect(tab.locator(".entry-title").filter(has_text=title)).to_be_visible()


def test_without_scripts(demo: Firm, open_tab: OpenTab) -> None:
    """Persons are named by address; whoever is new is made, where one says so."""
    eve = demo.person("Evi", "Plain", "evi@plain.example")
    tab = open_tab(PHONE, java_script_enabled=False)
    tab.goto("/log/Call")
    tab.get_by_label("Title").fill("A plain call")
    tab.get_by_label("Participants", exact=True).last.fill("evi@plain.example")
    tab.get_by_role("main").get_by_role("button", name="Log").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("A plain call")
    expect(tab.get_by_role("link", name=eve.name)).to_be_visible()
