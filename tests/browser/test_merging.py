"""Two entries of the same person become one, and two again."""

from playwright.sync_api import Page, expect

from interlog.model.ids import uuid7
from interlog.model.parties import PersonDraft
from tests.serving import Firm

from .axe import violations


def test_two_persons_become_one_and_two_again(demo: Firm, tab: Page) -> None:
    """Found while typing, seen side by side, turned round, merged; one click undoes it."""
    made = []
    for first_name, email in (("Quirina", "quirina@one.example"), ("Quirine", "quirine@two.example")):
        draft = PersonDraft(first_name=first_name, emails=(f"{uuid7()[-6:]}{email}",))
        made.append(demo.server.run(demo.ledger.persons.create(demo.actor, draft)))
    one, other = made

    tab.goto(f"/persons/{one.id}")
    tab.get_by_role("link", name="Merge with…").click()
    assert violations(tab) == []
    tab.get_by_role("combobox", name="Merge with").fill(other.emails[0])
    tab.get_by_role("option", name=other.emails[0]).click()
    tab.get_by_role("button", name="Preview").click()

    expect(tab.get_by_role("heading", level=1)).to_have_text("Merge Quirine into Quirina")
    expect(tab.get_by_role("region", name="Afterwards")).to_contain_text(other.emails[0])
    assert violations(tab) == []
    tab.get_by_role("link", name="The other way round").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Merge Quirina into Quirine")
    tab.get_by_role("button", name="Merge", exact=True).click()

    expect(tab.get_by_role("heading", name="Merged", exact=True)).to_be_visible()
    tab.goto(f"/persons/{one.id}")  # who went leads to who stayed
    expect(tab.get_by_role("heading", level=1)).to_have_text("Quirine")
    expect(tab.locator("#facts")).to_contain_text(one.emails[0])
    tab.get_by_role("link", name="Merge with…").click()
    tab.get_by_role("link", name="Quirina").click()
    tab.get_by_role("button", name="Undo").click()

    expect(tab.get_by_role("heading", name="Merge undone")).to_be_visible()
    assert violations(tab) == []
    tab.get_by_role("link", name="Quirina").click()
    expect(tab.locator("#facts")).to_contain_text(one.emails[0])
    expect(tab.locator("#facts")).not_to_contain_text(other.emails[0])
