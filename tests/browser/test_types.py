"""Somebody defines a type of interactions, logs one, finds it again, and changes the type."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from interlog.model.types import FieldDefinition
from tests.serving import Firm
from tests.web.test_log import AT, define

from .axe import violations
from .chromium import DESKTOP, Screen
from .conftest import OpenTab


def row(tab: Page, place: int) -> Locator:
    """Return the row of a field in the form of a definition."""
    return tab.locator("#definition [data-rows='fields'] [data-row]").nth(place)


def faults(tab: Page) -> list[str]:
    """Return what axe finds from the top of the page on, where the bar that stays covers nothing."""
    tab.evaluate("scrollTo(0, 0)")
    return violations(tab)


def test_a_type_of_ones_own(tab: Page, screen: Screen) -> None:
    """From the list of types to an entry in the table and on the timeline; then a change, its impact, and undoing."""
    name = f"Branch visit {screen.name}"
    tab.goto("/types")
    tab.get_by_role("link", name="Define a type").click()
    assert faults(tab) == []
    tab.get_by_label("What one is called").fill(name)
    tab.get_by_label("Category", exact=True).select_option("Meetings")
    tab.get_by_label("building-2").check(force=True)
    row(tab, 0).get_by_label("Called").fill("Reason")
    row(tab, 0).get_by_label("Kind").select_option("Choice")
    row(tab, 0).get_by_label("Choices, one on each line").fill("Advice\nComplaint")
    row(tab, 0).get_by_label("Needed").check()
    row(tab, 1).get_by_label("Called").fill("Minutes waited")
    row(tab, 1).get_by_label("Kind").select_option("Whole number")

    # A row is added where the reader is: no new page, nothing lost, and the cursor stands in it.
    tab.evaluate("window.sameIsStillHere = true")
    tab.get_by_role("button", name="Add a field").click()
    expect(row(tab, 2).get_by_label("Called")).to_be_visible()
    added = tab.locator("#definition [data-rows='fields'] [data-row]").last
    expect(added.get_by_label("Called")).to_be_focused()
    tab.keyboard.type("Seen on")
    added.get_by_label("Kind").select_option("Date")
    added.get_by_text("More about this field").click()
    expect(added.get_by_label("Says when it happened")).to_be_visible()
    expect(added.get_by_label("Smallest value")).to_be_hidden()
    tab.get_by_role("button", name="Add a role").click()
    expect(tab.locator("[data-rows] input:focus")).to_be_empty()
    tab.keyboard.type("customer")
    assert tab.evaluate("window.sameIsStillHere")
    assert faults(tab) == []
    tab.get_by_role("button", name="Save").last.click()

    expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
    expect(tab.get_by_role("cell", name="Minutes waited")).to_be_visible()
    assert faults(tab) == []
    tab.get_by_role("link", name="Log one").click()
    tab.get_by_label("Title").fill(f"At the branch, {screen.name}")
    tab.get_by_role("button", name="Log").click()
    expect(tab.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    tab.get_by_label("Reason").select_option("Advice")
    tab.get_by_label("Minutes waited").fill("7")
    tab.get_by_role("button", name="Log").click()
    expect(tab.get_by_role("heading", name=f"At the branch, {screen.name}")).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name=name).first.click()

    tab.get_by_role("link", name="Table").click()
    expect(tab.get_by_role("link", name=f"At the branch, {screen.name}")).to_be_visible()
    expect(tab.locator("tbody td.number")).to_have_text("7")
    assert faults(tab) == []
    tab.get_by_label("Field", exact=True).select_option("Minutes waited")
    tab.get_by_label("How it compares").select_option("is at least")
    tab.get_by_label("Value").fill("many")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.get_by_label("Value")).to_have_attribute("aria-invalid", "true")
    assert faults(tab) == []
    tab.get_by_label("Value").fill("8")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.get_by_text("Nothing meets this filter.")).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name="All entries").click()
    tab.get_by_role("link", name="Minutes waited").click()
    expect(tab.get_by_role("columnheader", name="Minutes waited")).to_have_attribute("aria-sort", "ascending")
    with tab.expect_download() as saved:
        tab.get_by_role("link", name="Export as CSV").click()
    assert "Advice,7" in Path(saved.value.path()).read_text("utf-8-sig")
    tab.get_by_role("main").get_by_role("link", name="Timeline").click()
    tab.wait_for_url("**/timeline?*")
    expect(tab.get_by_role("link", name=f"At the branch, {screen.name}")).to_be_visible()

    tab.go_back()
    tab.get_by_role("link", name="Change").click()
    row(tab, 1).get_by_label("Remove").check()
    tab.get_by_role("button", name="See what it changes").click()
    impact = tab.get_by_role("region", name="What this changes")
    expect(impact).to_be_focused()
    expect(impact).to_contain_text("One interaction of this type is stored.")
    expect(impact).to_contain_text("Minutes waited")
    assert faults(tab) == []
    impact.get_by_role("button", name="Yes, save it").click()
    expect(tab.get_by_role("cell", name="Minutes waited")).to_have_count(0)
    tab.get_by_role("link", name="Versions").click()
    assert faults(tab) == []
    tab.get_by_role("button", name="Undo this change").click()
    expect(tab.get_by_role("heading", name=re.compile("version 3"))).to_be_visible()
    tab.get_by_role("link", name="Definition").click()
    expect(tab.get_by_role("cell", name="Minutes waited")).to_be_visible()
    tab.emulate_media(color_scheme="dark")
    tab.reload()
    assert faults(tab) == []


def test_problems_are_where_the_reader_is(tab: Page) -> None:
    """Whatever is wrong stands at its field, which is open, and the list of problems has the focus."""
    tab.goto("/new/type")
    tab.get_by_label("What one is called").fill("Call")
    row(tab, 0).get_by_label("Called").fill("Mood")
    row(tab, 0).get_by_label("Kind").select_option("Choice")
    tab.get_by_role("button", name="Save").last.click()
    expect(tab.locator("#problems")).to_be_focused()
    expect(tab.get_by_label("Name for programs").first).to_have_attribute("aria-invalid", "true")
    expect(row(tab, 0).get_by_label("Called")).to_have_value("Mood")
    assert faults(tab) == []
    tab.get_by_label("What one is called").fill("Mood of the day")
    tab.get_by_label("Name for programs").first.fill("")
    tab.keyboard.press("Enter")
    expect(row(tab, 0).get_by_label("Choices, one on each line")).to_have_attribute("aria-invalid", "true")
    assert faults(tab) == []


def test_a_type_from_a_file(tab: Page, tmp_path: Path) -> None:
    """A CSV becomes the form of a type; a file that is too large is not sent at all."""
    tab.goto("/types")
    tab.get_by_role("link", name="From a CSV").click()
    large = tmp_path / "large.csv"
    large.write_bytes(b"a,b\n" + b"1,2\n" * 1_000_000)
    tab.get_by_label("A CSV file").set_input_files(large)
    tab.get_by_role("button", name="Propose fields").click()
    expect(tab.get_by_text("The file is too large.")).to_be_visible()
    assert faults(tab) == []
    small = tmp_path / "small.csv"
    small.write_text("Visit no.;Wait (min);Seen on\nA-1;5;2026-03-01\nA-2;7;2026-03-02\n")
    tab.get_by_label("A CSV file").set_input_files(small)
    tab.get_by_role("button", name="Propose fields").click()
    expect(tab.get_by_text("This is what the rows suggest.")).to_be_visible()
    expect(row(tab, 1).get_by_label("Called")).to_have_value("Wait (min)")
    expect(row(tab, 1).get_by_label("Kind")).to_have_value("integer")
    expect(row(tab, 2).get_by_label("Says when it happened")).to_be_checked()
    assert faults(tab) == []


def test_without_scripts(open_tab: OpenTab) -> None:
    """Rows are added by sending the form, and Enter in a field saves."""
    tab = open_tab(DESKTOP, java_script_enabled=False)
    tab.goto("/new/type")
    tab.get_by_label("What one is called").fill("Plain one")
    row(tab, 0).get_by_label("Called").fill("Reason")
    tab.get_by_role("button", name="Add a field").click()
    expect(row(tab, 5).get_by_label("Called")).to_be_visible()
    expect(row(tab, 0).get_by_label("Called")).to_have_value("Reason")
    row(tab, 5).get_by_label("Called").fill("Last")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("cell", name="Last")).to_be_visible()
    assert tab.url.endswith("/types/PlainOne")


def test_work_is_watched(open_tab: OpenTab, demo: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar tells how far it is with what is stored, and goes away by itself when nothing is left."""
    monkeypatch.setattr("interlog.ledger.chores.PATIENCE", 0)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 8)
    define(demo, FieldDefinition("Reason"), name="Watched", collections=("Watched",))
    demo.log("Watched", AT, fields={"Reason": "x"})
    tab = open_tab(DESKTOP)
    tab.goto("/types/Watched")
    define(demo, FieldDefinition("Reason", indexed=True), name="Watched", collections=("Watched",))
    tab.reload()
    expect(tab.get_by_role("progressbar", name="of 1")).to_be_visible()
    assert faults(tab) == []
    expect(tab.get_by_role("progressbar", name="of 1")).to_have_count(0)
    expect(tab.get_by_role("cell", name="Reason")).to_be_visible()
