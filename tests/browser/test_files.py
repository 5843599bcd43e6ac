"""Files in a browser: chosen or dropped, sent with a bar, downloaded, deleted and back; with scripts and without."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from interlog.model.instants import now
from tests.serving import Firm

from .chromium import DESKTOP, PHONE, Screen
from .conftest import OpenTab

DROP = """
(place) => {
  const data = new DataTransfer();
  data.items.add(new File(["Dropped"], "dropped.txt", {type: "text/plain"}));
  for (const kind of ["dragover", "drop"]) {
    place.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
  }
}
"""


def test_sent_downloaded_deleted_and_back(open_tab: OpenTab, demo: Firm, screen: Screen, tmp_path: Path) -> None:
    """Two files are chosen and sent; the card shows them without loading the page anew."""
    tab = open_tab(screen)
    person = demo.person("Fred", "Files")
    tab.goto(f"/persons/{person.id}")
    tab.evaluate("window.isTheSame = true")
    card = tab.locator(f"#files-person-{person.id}")
    for name in ("Terms & conditions.txt", "Plan.txt"):
        (tmp_path / name).write_text(f"This is {name}")
    card.get_by_label("New files").set_input_files([tmp_path / "Terms & conditions.txt", tmp_path / "Plan.txt"])
    card.get_by_role("button", name="Upload").click()
    expect(card.get_by_role("link", name="Terms & conditions.txt")).to_be_visible()
    expect(tab.locator("#notice")).to_have_text("2 files are stored.")
    assert tab.evaluate("window.isTheSame")

    with tab.expect_download() as downloading:
        card.get_by_role("link", name="Terms & conditions.txt").click()
    assert Path(downloading.value.path()).read_text() == "This is Terms & conditions.txt"
    assert downloading.value.suggested_filename == "Terms & conditions.txt"

    card.get_by_role("button", name="Delete Plan.txt").click()
    expect(tab.get_by_role("heading", name="Deleted")).to_be_visible()
    tab.get_by_role("button", name="Undo").click()
    expect(card.get_by_role("link", name="Plan.txt")).to_be_visible()


def test_dropped(desktop: Page, demo: Firm) -> None:
    """A file that is dropped on the card is sent at once, also on an entry that was opened in its place."""
    person = demo.person("Dora", "Drop")
    item = demo.log("Meeting", now(), demo.mia, person, title="With attachments")
    desktop.goto(f"/persons/{person.id}")
    card = desktop.locator(f"#files-person-{person.id}")
    card.evaluate(DROP)
    expect(card.get_by_role("link", name="dropped.txt")).to_be_visible()

    desktop.get_by_role("link", name="With attachments").first.click()
    part = desktop.locator(f"#files-interaction-{item.number}")
    expect(part).to_be_visible()
    part.evaluate(DROP)
    expect(part.get_by_role("link", name="dropped.txt")).to_be_visible()


def test_what_is_wrong_is_told_in_place(desktop: Page, demo: Firm) -> None:
    """Nothing was chosen: the form says so."""
    desktop.goto(f"/persons/{demo.mia.id}")
    card = desktop.locator(f"#files-person-{demo.mia.id}")
    card.get_by_role("button", name="Upload").click()
    expect(card.get_by_text("Choose a file.")).to_be_visible()
    expect(card.get_by_label("New files")).to_be_focused()


@pytest.mark.parametrize("on", [DESKTOP, PHONE], ids=lambda one: one.name)
def test_without_scripts(open_tab: OpenTab, demo: Firm, on: Screen, tmp_path: Path) -> None:
    """The form alone does it."""
    tab = open_tab(on, java_script_enabled=False)
    organization = demo.organization("Client of files")
    tab.goto(f"/organizations/{organization.id}")
    (tmp_path / "a.txt").write_text("Text")
    tab.get_by_label("New files").set_input_files(tmp_path / "a.txt")
    tab.get_by_role("button", name="Upload").click()
    expect(tab.get_by_role("link", name="a.txt")).to_be_visible()
    expect(tab.locator("#notice")).to_have_text("The file is stored.")
