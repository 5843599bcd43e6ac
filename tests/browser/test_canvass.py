"""An organiser reads the results of a canvass."""

import re

from playwright.sync_api import Browser, Locator, Page, Route, StorageState, expect

from tests.serving import Firm

SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>'


def number(text: str) -> int:
    """Return the first number in a text, as English writes it."""
    found = re.search(r"[\d,]+", text)
    assert found is not None, text
    return int(found[0].replace(",", ""))


def open_campaign(tab: Page) -> str:
    """Come to the first campaign from home; returns its name."""
    tab.goto("/")
    tab.get_by_role("navigation", name="Main").get_by_role("link", name="Canvass").click()
    link = tab.locator(".campaigns h2 a").first
    name = link.inner_text()
    link.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text(name)
    return name


def test_an_organiser_reads_the_results(tab: Page) -> None:
    """Where and when was knocked, how it went, what was answered, and the visits that look odd, down to one visit."""
    open_campaign(tab)
    knocked = number(tab.get_by_role("row", name="Doors knocked").first.inner_text())
    clusters = tab.locator(".map .cluster")
    expect(clusters.first).to_be_visible()
    shown = sum(int(text) for text in tab.locator(".map .cluster text").all_text_contents())
    assert 0 < shown <= knocked
    assert clusters.first.locator("circle[class]").count() > 1, "a ring is coloured by how the visits went"
    expect(tab.locator(".chart canvas")).to_be_visible()
    days = tab.locator("#days tbody tr")
    tab.get_by_text("The same as a table").click()
    assert sum(number(row.locator("td").first.inner_text()) for row in days.all()) == knocked
    crew = tab.get_by_role("region", name="Doors by canvasser").locator("tbody tr")
    assert sum(number(row.locator("td.number").first.inner_text()) for row in crew.all()) == knocked

    tabs = tab.get_by_role("navigation", name="Campaign")
    tabs.get_by_role("link", name="Results").click()
    asked = tab.get_by_role("region", name="Is the contact available?")
    expect(asked).to_contain_text(re.compile(rf"asked {knocked:,} times"))
    tab.wait_for_load_state()
    assert sum(number(row.locator("td.number").first.inner_text()) for row in rows(asked)) == knocked
    tab.get_by_role("link", name="Read them in the visits").first.click()
    expect(tab.locator(".entry").first).to_be_visible()
    expect(tab.get_by_label("Nobody there")).not_to_be_checked()

    tabs.get_by_role("link", name="Quality").click()
    tab.get_by_label("metres from the door").fill("0")
    tab.get_by_role("button", name="Look again").click()
    tab.wait_for_load_state()
    far = tab.get_by_role("region", name="Far from the door", exact=False).first
    summary = far.locator("summary")
    if not far.locator("details[open]").count():
        summary.click()
    far.locator("tbody a").first.click()
    expect(tab.get_by_text("Distance from the door")).to_be_visible()


def rows(table: Locator) -> list[Locator]:
    """Return the rows of a table's body."""
    return table.locator("tbody tr").all()


def test_the_map_is_used(tab: Page) -> None:
    """A cluster opens until single visits are seen; one of them leads to the visit. Keys work as well."""
    open_campaign(tab)
    cluster = tab.locator(".map .cluster").first
    expect(cluster).to_be_visible()
    before = tab.locator(".map .leaflet-control-scale-line").first.inner_text()
    cluster.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator(".map .leaflet-control-scale-line").first).not_to_have_text(before)


def test_squares_of_a_map_server_are_shown_where_one_is_named(
    demo: Firm, chromium: Browser, state: StorageState
) -> None:
    """Their address comes from the settings, and nothing else is loaded from elsewhere; whose they are is no markup."""
    credit = "<b>Somebody's</b> squares"
    asked: list[str] = []

    def square(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=SQUARE, content_type="image/svg+xml")

    with (
        demo.server.with_settings(map_tiles="http://squares.example/{z}/{x}/{y}.svg", map_credit=credit) as base,
        chromium.new_context(base_url=base, storage_state=state) as context,
    ):
        tab = context.new_page()
        tab.route("http://squares.example/**", square)
        open_campaign(tab)
        expect(tab.locator(".map img.leaflet-tile-loaded").first).to_be_attached()
        expect(tab.locator(".map .leaflet-control-attribution")).to_contain_text(credit)
        assert tab.locator(".map .outlines path").count() == 0
    assert asked
