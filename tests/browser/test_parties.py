"""Persons, organizations and opportunities, as people work with them on a desktop and on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from .axe import violations
from .chromium import PHONE, Screen
from .conftest import OpenTab


def test_a_person_is_created_changed_deleted_and_back(tab: Page, screen: Screen) -> None:
    """From the list; the facts are edited in their place, and a deletion is undone."""
    name = f"Uta {screen.name}"
    tab.goto("/persons")
    tab.get_by_role("link", name="New person").click()
    expect(tab.get_by_label("First name")).to_be_focused()
    tab.get_by_label("First name").fill(name)
    tab.get_by_label("E-mail addresses").fill("nobody")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert")).to_be_focused()
    expect(tab.get_by_label("E-mail addresses")).to_have_attribute("aria-invalid", "true")
    expect(tab.get_by_label("First name")).to_have_value(name)
    tab.get_by_label("E-mail addresses").fill(f"uta@{screen.name}.example")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
    address = tab.url

    tab.get_by_role("link", name="Change the facts").click()
    expect(tab.get_by_label("First name")).to_be_focused()
    assert tab.url == address
    assert violations(tab) == []
    tab.get_by_label("E-mail addresses").fill("wrong")
    tab.locator("#facts").get_by_role("button", name="Save").click()
    expect(tab.locator("#facts").get_by_role("alert")).to_be_focused()
    assert tab.url == address
    tab.get_by_label("E-mail addresses").fill("")
    tab.get_by_label("Last name").fill("Nys")
    tab.locator("#facts").get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(f"{name} Nys")
    expect(tab.get_by_role("status")).to_contain_text("Saved.")

    tab.get_by_role("link", name="Change the facts").click()
    tab.locator("#facts").get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("heading", name="Deleted")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(f"{name} Nys")


def test_organizations_are_chosen_while_typing(tab: Page, screen: Screen) -> None:
    """In the form that came into the page: one that is there, and one that is created on the way."""
    tab.goto("/organizations")
    known = tab.locator("tbody a").first.inner_text()
    tab.get_by_role("link", name="New organization").click()
    tab.get_by_label("Name").last.fill(f"Boden {screen.name}")
    tab.get_by_label("Domains").fill(f"boden-{screen.name}.example")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(f"Boden {screen.name}")
    tab.get_by_role("link", name="New person").click()
    tab.get_by_label("First name").fill("Ola")
    tab.get_by_role("button", name="Save").click()

    tab.get_by_role("link", name="Change the facts").click()
    typed = tab.get_by_role("combobox", name="Organizations")
    typed.fill(known[:6])
    tab.get_by_role("option", name=known, exact=False).first.click()
    typed.fill(f"Wand {screen.name}")
    expect(tab.get_by_role("option", name=f"Wand {screen.name}, a new organization")).to_be_visible()
    typed.press("Enter")
    tab.locator("#facts").get_by_role("button", name="Save").click()
    facts = tab.locator("#facts")
    for name in (f"Boden {screen.name}", known, f"Wand {screen.name}"):
        expect(facts.get_by_role("link", name=name)).to_be_visible()


def test_an_opportunity_is_changed_by_two(tab: Page, open_tab: OpenTab, screen: Screen) -> None:
    """Whoever is slower sees what is stored by now, and what they typed."""
    tab.goto("/opportunities")
    tab.get_by_role("link", name="New opportunity").click()
    tab.get_by_label("Name").first.fill(f"Floor {screen.name}")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Floor")
    other = open_tab(screen)
    for page, name in ((tab, "Slow"), (other, "Quick")):
        page.goto(tab.url)
        page.get_by_role("link", name="Change the facts").click()
        page.locator("#facts").get_by_role("textbox", name=re.compile("Name")).first.fill(f"{name} {screen.name}")
    other.locator("#facts").get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("Quick")

    facts = tab.locator("#facts")
    facts.get_by_role("button", name="Save").click()
    expect(facts.get_by_role("alert")).to_contain_text("Somebody has changed this meanwhile.")
    expect(facts).to_contain_text(f"Stored by now: Quick {screen.name}")
    facts.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(f"Slow {screen.name}")


def test_one_sees_who_knows_somebody_and_why(tab: Page) -> None:
    """From a person to what a relationship's strength comes from, and to what happened."""
    tab.goto("/persons")
    tab.locator("tbody tr:not(:has(.tag))").first.locator("a").first.click()
    tab.get_by_text("How is that worked out?").click()
    expect(tab.get_by_text("Everything that both took part in counts")).to_be_visible()
    tab.locator("a.strength").first.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("How well")
    row = tab.locator("tbody tr").first
    title = row.get_by_role("link").inner_text()
    row.get_by_role("link").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(title)


def test_a_note_is_written(tab: Page, screen: Screen) -> None:
    """On a person's page, answered, and deleted."""
    tab.goto("/persons/1")
    notes = tab.locator("#notes")
    notes.get_by_label("A new note").fill(f"From a {screen.name}")
    notes.get_by_role("button", name="Save").first.click()
    note = tab.locator("#notes .note", has_text=f"From a {screen.name}")
    expect(note).to_be_visible()
    note.get_by_text("Reply", exact=True).click()
    note.get_by_label("Your reply").fill("Indeed")
    note.get_by_role("button", name="Save").click()
    expect(note.get_by_text("Indeed")).to_be_visible()
    note.get_by_role("button", name="Delete").last.click()
    expect(note).to_have_count(0)


@pytest.mark.parametrize("path", ["/persons", "/organizations", "/opportunities"])
def test_it_works_without_scripts(open_tab: OpenTab, path: str) -> None:
    """Created, changed, deleted and brought back by forms alone."""
    tab = open_tab(PHONE, java_script_enabled=False)
    tab.goto(f"{path}/new")
    tab.locator("#facts input:not([type=hidden])").first.fill("Plain")
    tab.get_by_role("button", name="Save").click()
    tab.get_by_role("link", name="Change the facts").click()
    expect(tab).to_have_url(re.compile(r"/edit$"))
    tab.locator("#facts input:not([type=hidden])").first.fill("Simple")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Simple")
    tab.get_by_role("link", name="Change the facts").click()
    tab.get_by_role("button", name="Delete").click()
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("Simple")
