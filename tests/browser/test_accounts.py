"""Signing in and out, and looking after a tenant, as people do it."""

import re

from playwright.sync_api import Page, expect

from tests.serving import Firm, any_firm, any_server, server_of
from tests.web.visiting import link_of

from .axe import violations
from .chromium import Screen
from .conftest import OpenTab

__all__ = ["any_firm", "any_server", "server_of"]

PASSWORD = "correct horse battery"


def _from_menu(tab: Page, name: str) -> None:
    """Choose something from the account's menu."""
    tab.locator("details.menu summary").click()
    tab.locator(".menu-items").get_by_text(name, exact=True).click()


def _done(tab: Page, text: str) -> None:
    expect(tab.locator("#notice")).to_contain_text(text)


def test_a_password_signs_in(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """One sets a password, signs out, mistypes it once, and comes in by it to the page that was asked for."""
    tab = open_tab(screen, firm=any_firm)
    tab.goto("/")
    _from_menu(tab, "Your account")
    tab.get_by_label("New password").fill(PASSWORD)
    tab.get_by_role("button", name="Set").click()
    _done(tab, "The password is set.")
    _from_menu(tab, "Sign out")
    expect(tab.locator("details.menu")).to_have_count(0)

    tab.goto("/journal?what=password")
    expect(tab.get_by_role("heading", name="Sign in")).to_be_visible()
    for password in (PASSWORD[:-1], PASSWORD):
        if tab.get_by_label("Firm").count():  # where the server has several
            tab.get_by_label("Firm").fill(any_firm.tenant.name)
        tab.get_by_label("E-mail address").fill("mia@own.example")
        tab.get_by_label("Password").fill(password)
        tab.get_by_role("main").get_by_role("button", name="Sign in").click()
        if password != PASSWORD:
            expect(tab.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
            expect(tab.get_by_label("E-mail address")).to_have_value("mia@own.example")
            assert violations(tab) == []
    expect(tab.get_by_role("heading", name="Journal")).to_be_visible()
    expect(tab.get_by_role("row", name=re.compile("created Password Mia Kern"))).to_be_visible()


def test_sign_out_everywhere(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """On one device for all of them; a link brings one back."""
    tabs = [open_tab(screen, firm=any_firm) for _ in range(2)]
    tabs[0].goto("/account")
    expect(tabs[0].locator("section", has_text="Where you are signed in").locator("li")).to_have_count(2)
    tabs[0].get_by_role("button", name="Sign out everywhere").click()
    tabs[1].goto("/persons")
    expect(tabs[1].get_by_role("heading", name="Sign in")).to_be_visible()
    tabs[1].goto(f"/sign-in/{link_of(any_firm, any_firm.mia)}")
    tabs[1].get_by_role("button", name="Sign in").click()
    expect(tabs[1].get_by_role("heading", name="What happened lately")).to_be_visible()


def test_the_reader_s_language(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """The browser's at first, then the one that was chosen, on every page and for dates too."""
    tab = open_tab(screen, firm=any_firm, locale="de-AT")
    tab.goto("/account")
    expect(tab.get_by_role("heading", name="Ihr Konto")).to_be_visible()
    tab.get_by_label("Sprache").select_option("en")
    tab.get_by_label("Zeitzone").select_option("Pacific/Auckland")
    tab.get_by_role("button", name="Speichern").first.click()
    expect(tab.get_by_role("heading", name="Your account")).to_be_visible()
    assert tab.evaluate("document.documentElement.lang") == "en"
    expect(tab.get_by_label("Time zone")).to_have_value("Pacific/Auckland")
    tab.goto("/nothing")
    expect(tab.get_by_role("heading", name="There is nothing here.")).to_be_visible()
    assert violations(tab) == []


def test_somebody_is_invited(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """By a link, as a reader first; then may write, then is kept out; each counts at once."""
    mia, zoe = open_tab(screen, firm=any_firm), open_tab(screen, firm=any_firm)
    zoe.context.clear_cookies()
    mia.goto("/")
    _from_menu(mia, "Administration")
    mia.get_by_label("First name").fill("Zoe")
    mia.get_by_label("Last name").fill("Lund")
    mia.get_by_label("E-mail address").fill("mia@own.example")
    mia.get_by_label("Role").select_option("Reader")
    mia.get_by_role("button", name="Invite").click()
    expect(mia.get_by_label("E-mail address")).to_have_accessible_description("belongs to a user already")
    assert violations(mia) == []
    mia.get_by_label("E-mail address").fill("zoe@own.example")
    mia.get_by_role("button", name="Invite").click()
    link = mia.locator(".once code").inner_text()
    assert violations(mia) == []

    zoe.goto(link)
    zoe.get_by_role("button", name="Sign in").click()
    expect(zoe.get_by_role("heading", name="What happened lately")).to_be_visible()
    zoe.locator("details.menu summary").click()
    expect(zoe.locator(".menu-items").get_by_text("Administration")).to_have_count(0)
    zoe.goto("/log")
    expect(zoe.get_by_role("heading", name="You may not do that.")).to_be_visible()

    mia.goto("/admin")
    mia.get_by_role("link", name="Zoe Lund").click()
    mia.get_by_label("Role").select_option("Member")
    mia.get_by_role("button", name="Save").first.click()
    _done(mia, "The user is changed.")
    zoe.goto("/log")
    expect(zoe.get_by_role("heading", name="You may not do that.")).to_have_count(0)
    mia.get_by_label("May sign in").uncheck()
    mia.get_by_role("button", name="Save").first.click()
    _done(mia, "The user is changed.")
    zoe.goto("/persons")
    expect(zoe.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_token_is_made_and_revoked(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """Its text is shown once and works; the journal tells what it did; revoked, it is worth nothing."""
    tab = open_tab(screen, firm=any_firm)
    tab.goto("/admin")
    tab.get_by_role("link", name="Tokens").click()
    tab.get_by_label("Label").fill("Sync job")
    tab.get_by_label("May").select_option("read and write")
    tab.get_by_role("button", name="Create").click()
    text = tab.locator(".once code").inner_text()
    caller = any_firm.caller("/affinity", text)
    assert caller.post("/persons", first_name="Ida", last_name="Lux", emails=["ida@far.example"]).status_code == 200
    tab.goto("/admin/tokens")
    entry = tab.locator(".token", has_text="Sync job")
    entry.get_by_role("link", name="what it did").click()
    expect(tab.get_by_role("row", name=re.compile("Ida Lux"))).to_be_visible()
    expect(tab.get_by_text("Sync job")).to_be_visible()
    tab.go_back()
    entry.get_by_role("button", name="Revoke").click()
    _done(tab, "The token is revoked.")
    assert caller.get("/persons").status_code == 401


def test_groups_and_settings(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """A group is made and given to somebody; domains and time zone are saved, and what is wrong stands at its field."""
    ben = any_firm.colleague("Ben")
    tab = open_tab(screen, firm=any_firm)
    tab.goto("/admin")
    tab.get_by_role("link", name="Security groups").click()
    tab.get_by_label("Name").fill("West wing")
    tab.get_by_role("button", name="Make the group").click()
    _done(tab, "West wing is there")
    tab.goto(f"/admin/users/{ben.id}")
    tab.get_by_label("West wing").check()
    tab.get_by_role("button", name="Save").last.click()
    _done(tab, "The user is changed.")
    expect(tab.get_by_label("West wing")).to_be_checked()
    assert violations(tab) == []

    tab.get_by_role("link", name="Settings").click()
    domains = tab.get_by_label("Own e-mail domains")
    domains.fill("own.example\nno domain")
    tab.get_by_role("button", name="Save").click()
    expect(domains).to_have_accessible_description(re.compile("must be a domain, such as own.example"))
    assert violations(tab) == []
    domains.fill("own.example\nown.test")
    tab.get_by_label("Time zone").select_option("Europe/Vienna")
    tab.get_by_role("button", name="Save").click()
    _done(tab, "The settings are saved.")
    expect(domains).to_have_value("own.example\nown.test")


def test_the_journal_is_narrowed(any_firm: Firm, open_tab: OpenTab, screen: Screen) -> None:
    """By who and what; the address keeps it; more comes as one scrolls."""
    ben = any_firm.colleague("Ben")
    for index in range(70):
        any_firm.log("Call", 1_700_000_000_000_000 + index, ben, title=f"Call {index}", actor=any_firm.acting(ben))
    tab = open_tab(screen, firm=any_firm)
    tab.goto("/journal")
    tab.locator("[name=who]").select_option("Ben")
    tab.locator("[name=what]").select_option("Interaction")
    tab.get_by_role("button", name="Filter").click()
    expect(tab.locator("[name=who]")).to_have_value(str(ben.id))
    assert f"who={ben.id}" in tab.url
    expect(tab.get_by_role("row", name=re.compile("Ben created Interaction Call 69"))).to_be_visible()
    tab.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(tab.get_by_role("row", name=re.compile("Ben created Interaction Call 0 "))).to_be_attached()
    expect(tab.locator("tbody tr")).to_have_count(70)
