"""Our page on a financial desktop: with another firm's agent, in a frame and in a window, on the same site and another
(spec of FDC3, 5 and 11.1)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from interlog.protocols.fdc3.intents import INTENTS
from interlog.web import desk
from tests.protocols.fdc3.conftest import SEED
from tests.serving import Firm

from .chromium import PATIENCE_MS
from .desktop import Desktop, build, raised, served

CONTACT = {"type": "fdc3.contact", "name": "Ada Byron", "id": {"email": "ada@client.example"}}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the agent and the raiser are served."""
    folder = tmp_path_factory.mktemp("desktop")
    build(folder)
    with served(folder) as number:
        yield number


@pytest.fixture
def page(chromium: Browser, demo: Firm, state: StorageState) -> Iterator[Page]:
    """A page of a browser in which the demo's owner is signed in to our server."""
    with chromium.new_context(storage_state=state, locale="en-US") as context:
        found = context.new_page()
        found.set_default_timeout(PATIENCE_MS)
        yield found


@pytest.fixture
def desktop(page: Page, demo: Firm, port: int) -> Desktop:
    """A desktop on the same site as our server."""
    return Desktop(page, demo.server.base, port)


def test_the_page_listens_for_what_is_handled() -> None:
    """The page names every intent that there is a handler for."""
    assert set(desk.INTENTS) == set(INTENTS)


@pytest.mark.covers("CreateInteraction", "interlog.GetInteraction", by="browser")
def test_the_seed(desktop: Desktop, demo: Firm) -> None:
    """The seed's example, raised by another app through a real agent, is created, and shown with an undo."""
    ours, raiser = desktop.ours(), desktop.raiser()
    result = raised(raiser, "CreateInteraction", SEED)
    ids = result["context"].pop("id")
    assert result["type"] == "fdc3.transactionResult"
    assert (result["status"], result["context"]) == ("Created", SEED)
    assert result["message"] == f'record with id "{ids["INTERLOG"]}" was created'
    expect(ours.locator("#stored")).to_contain_text("Instant Message · Jane Doe, John Doe")
    ours.locator("#stored").get_by_role("button", name="Undo").click()
    expect(ours.locator("#stored")).to_contain_text("Undone")
    gone = raised(raiser, "interlog.GetInteraction", {"type": "fdc3.interaction", "id": ids})
    assert gone["interlog"]["code"] == "NotFound"


@pytest.mark.parametrize("target", ["app", "instance"])
def test_a_target_may_be_named(desktop: Desktop, target: str) -> None:
    """The raiser names our app, or the copy of it that is open."""
    desktop.ours()
    raiser = desktop.raiser()
    app = raiser.evaluate(
        "async () => (await window.agent.findIntent('CreateInteraction')).apps.find((a) => a.instanceId)"
    )
    named = {"appId": app["appId"]} | ({"instanceId": app["instanceId"]} if target == "instance" else {})
    assert raised(raiser, "CreateInteraction", SEED, named)["status"] == "Created"


def test_a_window_is_opened_where_none_is(desktop: Desktop) -> None:
    """Where our page is not open, the agent opens it in a window, and it answers from there."""
    raiser = desktop.raiser()
    with desktop.page.context.expect_page() as opened:
        result = raised(raiser, "CreateInteraction", SEED)
    assert result["status"] == "Created"
    assert opened.value.url.startswith(f"{desktop.base}/fdc3/app")


def test_the_address_may_have_more(desktop: Desktop) -> None:
    """A query and a fragment do not keep the agent from knowing the page."""
    desktop.ours("?panel=left#top")
    assert raised(desktop.raiser(), "CreateInteraction", SEED)["status"] == "Created"


@pytest.mark.parametrize(
    ("intent", "context", "app", "error"),
    [
        ("Unknown", SEED, None, "NoAppsFound"),
        ("CreateInteraction", {"type": "fdc3.country"}, None, "NoAppsFound"),
        ("CreateInteraction", {"id": {}}, None, "MalformedContext"),
        ("CreateInteraction", SEED, {"appId": "nobody@127.0.0.1"}, "TargetAppUnavailable"),
        ("CreateInteraction", SEED, {"appId": "interlog@127.0.0.1", "instanceId": "x"}, "TargetInstanceUnavailable"),
    ],
)
def test_errors_of_the_agent(desktop: Desktop, intent: str, context: Any, app: Any, error: str) -> None:
    """What never reaches us fails with the agent's own errors."""
    desktop.ours()
    assert raised(desktop.raiser(), intent, context, app) == {"error": error}


def test_what_is_not_valid_fails(desktop: Desktop) -> None:
    """A context that is not valid is answered with every problem."""
    desktop.ours()
    result = raised(desktop.raiser(), "CreateInteraction", {"type": "fdc3.interaction"})
    assert result["status"] == "Failed"
    assert result["message"].startswith("participants is required; timeRange is required")


def test_a_server_that_does_not_answer_fails_too(desktop: Desktop) -> None:
    """The page answers even where the server does not: an agent would wait for ever."""
    ours, raiser = desktop.ours(), desktop.raiser()
    desktop.page.route("**/fdc3/v1/intents/**", lambda route: route.abort())
    result = raised(raiser, "CreateInteraction", SEED)
    assert (result["status"], result["interlog"]["code"]) == ("Failed", "Unavailable")
    desktop.page.unroute("**/fdc3/v1/intents/**")
    assert raised(raiser, "ViewProfile", CONTACT) is None
    expect(ours.locator("#view h1")).to_be_visible()


def test_a_list_of_contacts_opens_a_form(desktop: Desktop) -> None:
    """A list of contacts opens the form, filled in; the raiser is answered when it is saved."""
    ours, raiser = desktop.ours(), desktop.raiser()
    raiser.evaluate(
        "(context) => { window.result = window.agent.raiseIntent('CreateInteraction', context)"
        ".then((resolution) => resolution.getResult()); }",
        {"type": "fdc3.contactList", "contacts": [CONTACT]},
    )
    expect(ours.locator("#asked")).to_be_visible()
    expect(ours.locator("input[name='add.attendee']")).to_have_value("Ada Byron <ada@client.example>")
    ours.locator("textarea[name=body]").fill("Rates")
    ours.locator("form.form button[type=submit], form.form button:not([type])").last.click()
    result = raiser.evaluate("() => window.result")
    assert result["status"] == "Created", result
    assert result["context"]["description"] == "Rates"
    contacts = result["context"]["participants"]["contacts"]
    assert "ada@client.example" in [contact["id"].get("email") for contact in contacts]
    expect(ours.locator("#asked")).to_be_hidden()


def test_a_form_may_be_cancelled(desktop: Desktop) -> None:
    """Who cancels answers the raiser, too."""
    ours, raiser = desktop.ours(), desktop.raiser()
    raiser.evaluate(
        "(context) => { window.result = window.agent.raiseIntent('CreateInteraction', context)"
        ".then((resolution) => resolution.getResult()); }",
        {"type": "fdc3.contactList", "contacts": [CONTACT]},
    )
    ours.get_by_role("button", name="Cancel").click()
    result = raiser.evaluate("() => window.result")
    assert (result["status"], result["message"]) == ("Failed", "cancelled by the user")


@pytest.mark.covers("ViewProfile", "ViewContact", "ViewInteractions", by="browser")
def test_views(desktop: Desktop, demo: Firm) -> None:
    """A view intent shows the person's page in the frame, from where one can get in touch; nothing is the result."""
    person = demo.server.run(demo.ledger.persons.page(demo.actor, limit=1))[0][0]
    ours, raiser = desktop.ours(), desktop.raiser()
    contact = {"type": "fdc3.contact", "id": {"email": person.primary_email}}
    for intent in ("ViewProfile", "ViewContact", "ViewInteractions"):
        assert raised(raiser, intent, contact) is None
        expect(ours.locator("#view h1")).to_contain_text(person.name)
    expect(ours.locator("#calls")).to_be_visible()
    ours.get_by_role("button", name="Start a call").click()
    expect(ours.locator("#told")).to_have_text("No app takes this.")
    ours.locator("#view").get_by_role("link", name="Log").first.click()
    expect(ours.locator("#view form.form")).to_be_visible()
    width = ours.evaluate("() => document.documentElement.scrollWidth")
    assert width <= 400


def test_the_timeline_shows_what_is_stored(desktop: Desktop, demo: Firm) -> None:
    """What is stored appears on the timeline, where that is shown; whoever reads another page stays there."""
    ours, raiser = desktop.ours(), desktop.raiser()
    expect(ours.locator("#view .entries").first).to_be_visible()
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    new = SEED | {"timeRange": {"type": "fdc3.timeRange", "startTime": now}, "name": "Zinc and nickel"}
    assert raised(raiser, "CreateInteraction", new)["status"] == "Created"
    expect(ours.locator("#view .entries").first).to_contain_text("Zinc and nickel")
    person = demo.server.run(demo.ledger.persons.page(demo.actor, limit=1))[0][0]
    raised(raiser, "ViewProfile", {"type": "fdc3.contact", "id": {"email": person.primary_email}})
    expect(ours.locator("#view h1")).to_contain_text(person.name)
    raised(raiser, "CreateInteraction", new)
    desktop.page.wait_for_timeout(600)
    expect(ours.locator("#view h1")).to_contain_text(person.name)


@pytest.mark.covers("ViewMessages", "CreateOrUpdateProfile", "interlog.CreateInteractions", by="browser")
@pytest.mark.covers("interlog.GetInteractions", "interlog.UpdateInteraction", by="browser")
@pytest.mark.covers("interlog.DeleteInteraction", by="browser")
def test_every_other_intent(desktop: Desktop) -> None:
    """All that is handled over HTTP is handled through an agent as well."""
    ours, raiser = desktop.ours(), desktop.raiser()
    person = {"type": "fdc3.contact", "name": "Rhea Novak", "id": {"email": "rhea@novak.example"}}
    assert raised(raiser, "CreateOrUpdateProfile", person)["status"] == "Created"
    expect(ours.locator("#view h1")).to_contain_text("Rhea Novak")
    participants = {"type": "fdc3.contactList", "contacts": [person]}
    listed = {"type": "interlog.interactionList", "interactions": [SEED | {"participants": participants}]}
    (created,) = raised(raiser, "interlog.CreateInteractions", listed)["results"]
    own = {"type": "fdc3.interaction", "id": {"INTERLOG": created["context"]["id"]["INTERLOG"]}}
    changed = raised(raiser, "interlog.UpdateInteraction", own | {"description": "Quartz"})
    assert (changed["status"], changed["context"]["description"]) == ("Updated", "Quartz")
    assert raised(raiser, "interlog.GetInteractions", person)["interactions"] == [changed["context"]]
    criteria = {"type": "fdc3.chat.searchCriteria", "criteria": [person]}
    assert raised(raiser, "ViewMessages", criteria) is None
    expect(ours.locator("#view")).to_contain_text("Quartz")
    assert raised(raiser, "interlog.DeleteInteraction", own)["status"] == "Deleted"


def test_on_another_site(chromium: Browser, page: Page, demo: Firm, port: int) -> None:
    """In a frame of another site, which keeps no cookies of ours, one signs in through a window; then it works."""
    desktop = Desktop(page, demo.server.base, port, site="localhost")
    ours, raiser = desktop.ours(), desktop.raiser()
    expect(ours.locator("#sign-in")).to_be_visible()
    with page.context.expect_page():
        ours.locator("#open-sign-in").click()
    expect(ours.locator("#sign-in")).to_be_hidden()
    assert raised(raiser, "CreateInteraction", SEED)["status"] == "Created"
    expect(ours.locator("#view .entries").first).to_be_visible()


def test_without_an_agent(page: Page, demo: Firm) -> None:
    """By itself, the page is one like all others, and says that there is no agent."""
    page.goto(f"{demo.server.base}/fdc3/app")
    expect(page.locator("#view .entries").first).to_be_visible()
    expect(page.locator("#agent")).to_have_text("No desktop agent")


def test_in_a_container(page: Page, demo: Firm) -> None:
    """Where a container puts the API into the page, that is used."""
    page.add_init_script(
        """window.listeners = {};
        window.fdc3 = {
          getInfo: async () => ({ provider: 'Container' }),
          addIntentListener: async (intent, handler) => { window.listeners[intent] = handler; },
          addContextListener: async () => {},
        };"""
    )
    page.goto(f"{demo.server.base}/fdc3/app")
    expect(page.locator("#agent")).to_have_text("Connected to Container")
    result = page.evaluate("(context) => window.listeners.CreateInteraction(context, {})", SEED)
    assert result["status"] == "Created"


def test_nobody_signs_in(chromium: Browser, demo: Firm, port: int) -> None:
    """Where nobody is signed in, the page asks for it."""
    with chromium.new_context(locale="en-US") as context:
        page = context.new_page()
        page.goto(f"{demo.server.base}/fdc3/app")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_many_in_a_row(desktop: Desktop) -> None:
    """Intents that one raises one after another each have a result and a record of their own."""
    desktop.ours()
    raiser = desktop.raiser()
    results = [raised(raiser, "CreateInteraction", SEED) for _ in range(5)]
    assert [result["status"] for result in results] == ["Created"] * 5
    assert len({result["context"]["id"]["INTERLOG"] for result in results}) == 5
