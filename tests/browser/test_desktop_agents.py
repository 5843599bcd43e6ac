"""Our page with agents that do what they please: one of a few lines says each message (spec of FDC3, 5.2)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, StorageState, expect

from tests.protocols.fdc3.conftest import SEED
from tests.serving import Firm

from .chromium import PATIENCE_MS
from .desktop import Desktop, build, frame_of, raised, served

CONTACTS = {"type": "fdc3.contactList", "contacts": [{"type": "fdc3.contact", "id": {"email": "ada@client.example"}}]}
ALWAYS = {"type": "fdc3.timeRange", "startTime": "0001-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the agents are served from."""
    found = tmp_path_factory.mktemp("agents")
    build(found)
    return found


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """Where they are served."""
    with served(folder) as number:
        yield number


@pytest.fixture
def page(chromium: Browser, state: StorageState) -> Iterator[Page]:
    """A page of a browser in which the demo's owner is signed in to our server."""
    with chromium.new_context(storage_state=state, locale="en-US") as context:
        found = context.new_page()
        found.set_default_timeout(PATIENCE_MS)
        yield found


def framed(page: Page, address: str) -> Frame:
    """Show our page in a frame of the page."""
    page.evaluate(
        """(address) => {
          const frame = document.createElement('iframe');
          Object.assign(frame, { name: 'interlog', src: address, width: 400, height: 700 });
          document.body.append(frame);
        }""",
        address,
    )
    return frame_of(page, "interlog")


def connected(ours: Frame | Page) -> None:
    """Wait until our page is connected."""
    expect(ours.locator("#agent")).to_have_text("Connected to Small")


def result(agent: Frame | Page, name: str) -> Any:
    """Return the result of an intent once it is there."""
    return agent.wait_for_function(f"() => window.results.{name}").json_value()["result"]


def test_an_agent_in_a_frame_of_its_own(page: Page, demo: Firm, port: int) -> None:
    """An agent may have us load a hidden frame, and be connected to there; it is told our address exactly."""
    own = f"http://127.0.0.1:{port}/small.html"
    page.goto(f"{own}?load={own}")
    ours = framed(page, f"{demo.server.base}/fdc3/app?panel=1")
    connected(ours)
    (hidden,) = ours.child_frames
    assert hidden.evaluate("() => window.hello.identityUrl") == f"{demo.server.base}/fdc3/app"
    assert hidden.evaluate("() => window.hello.actualUrl") == f"{demo.server.base}/fdc3/app?panel=1"
    hidden.evaluate("(context) => window.raise('seed', 'CreateInteraction', context)", SEED)
    assert result(hidden, "seed")["status"] == "Created"


@pytest.mark.parametrize("address", ["javascript:document.title='x'", "data:text/html,x"])
def test_only_pages_are_loaded(page: Page, demo: Firm, port: int, address: str) -> None:
    """What is no page of a server is not loaded for an agent."""
    page.goto(f"http://127.0.0.1:{port}/small.html?load={address}")
    ours = framed(page, f"{demo.server.base}/fdc3/app")
    expect(ours.locator("#agent")).to_have_text("No desktop agent")
    assert ours.child_frames == []


def test_an_agent_that_does_not_know_us(page: Page, demo: Firm, port: int) -> None:
    """Where the agent refuses us, the page says so, and goes on as one like all others."""
    page.goto(f"http://127.0.0.1:{port}/small.html?refuse")
    ours = framed(page, f"{demo.server.base}/fdc3/app")
    expect(ours.locator("#agent")).to_have_text("The desktop agent does not know this page")
    expect(ours.locator("#view .entries").first).to_be_visible()


def test_heartbeats_while_a_form_is_open(page: Page, demo: Firm, port: int) -> None:
    """Each heartbeat is answered at once, also while an app waits for somebody to fill in a form; then it is told."""
    page.goto(f"http://127.0.0.1:{port}/small.html")
    ours = framed(page, f"{demo.server.base}/fdc3/app")
    connected(ours)
    page.evaluate("(context) => window.raise('form', 'CreateInteraction', context)", CONTACTS)
    expect(ours.locator("#asked")).to_be_visible()
    for count in range(1, 6):
        page.evaluate("() => window.beat()")
        page.wait_for_function(f"() => window.beats === {count}")
    assert page.evaluate("() => window.results.form") is None
    ours.get_by_role("button", name="Cancel").click()
    assert result(page, "form")["message"] == "cancelled by the user"


def test_we_say_goodbye(page: Page, demo: Firm, port: int) -> None:
    """An agent is told when our page goes, and whoever waits for a form is answered."""
    page.goto(f"http://127.0.0.1:{port}/small.html")
    ours = framed(page, f"{demo.server.base}/fdc3/app")
    connected(ours)
    page.evaluate("() => document.querySelector('iframe').remove()")
    page.wait_for_function("() => window.seen.includes('WCP6Goodbye')")


def test_headers(demo: Firm) -> None:
    """The page may be framed by those of the settings, and reached by whoever opened it; no other one may be framed."""
    http, base = demo.server.http, demo.server.base
    headers = http.get(f"{base}/fdc3/app").headers
    assert "X-Frame-Options" not in headers
    assert headers.get("Cross-Origin-Opener-Policy", "unsafe-none") == "unsafe-none"
    assert "frame-ancestors *;" in headers["Content-Security-Policy"] + ";"
    assert "sandbox" not in headers["Content-Security-Policy"]
    other = http.get(f"{base}/sign-in").headers
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    with demo.server.with_settings(fdc3_frames="https://desk.own.example https://desk2.own.example") as narrow:
        policy = http.get(f"{narrow}/fdc3/app").headers["Content-Security-Policy"]
    assert "frame-ancestors https://desk.own.example https://desk2.own.example;" in policy + ";"


def test_who_may_not_frame_us(page: Page, demo: Firm, port: int) -> None:
    """A site that is not in the settings cannot show the page in a frame."""
    with demo.server.with_settings(fdc3_frames="https://desk.own.example") as base:
        page.goto(f"http://127.0.0.1:{port}/small.html")
        framed(page, f"{base}/fdc3/app")
        page.wait_for_timeout(500)
        assert page.evaluate("() => window.hello") is None


@pytest.mark.parametrize("is_listed", [False, True])
def test_a_window_opened_by_another_site(page: Page, demo: Firm, port: int, is_listed: bool) -> None:
    """A site that opens our page in a window does not get at what is stored, though the user is signed in there, until
    he allows it; one that the settings name does."""
    site = f"http://localhost:{port}"
    with demo.server.with_settings(fdc3_frames=f"https://x.example {site}" if is_listed else "*") as base:
        page.goto(f"{site}/small.html")
        with page.context.expect_page() as opened:
            page.evaluate("(address) => { window.open(address); }", f"{base}/fdc3/app")
        ours = opened.value
        connected(ours)
        expect(ours.locator("#view .entries").first).to_be_visible()
        page.evaluate("(context) => window.raise('all', 'interlog.GetInteractions', context)", ALWAYS)
        if not is_listed:
            expect(ours.locator("#allow")).to_contain_text(f"The page of {site} wants to store and read")
            page.wait_for_timeout(500)
            assert page.evaluate("() => window.results.all") is None
            ours.get_by_role("button", name="Allow").click()
            expect(ours.locator("#allow")).to_be_hidden()
        assert len(result(page, "all")["interactions"]) > 0


@pytest.mark.parametrize("broken", ["message", "cors"])
def test_a_directory_that_the_agent_cannot_use(page: Page, demo: Firm, folder: Path, port: int, broken: str) -> None:
    """Why the directory says OK, and lets pages of others read it: without either, that agent knows no app of it."""
    listed = demo.server.http.get(f"{demo.server.base}/fdc3/v2/apps").text
    name = f"{broken}.json"
    (folder / name).write_text(listed.replace('"message":"OK"', '"message":"fine"') if broken == "message" else listed)
    site = "127.0.0.1" if broken == "message" else "localhost"
    desktop = Desktop(page, demo.server.base, port, site=site, directory=f"http://127.0.0.1:{port}/{name}")
    desktop.frame("interlog", f"{demo.server.base}/fdc3/app")
    assert raised(desktop.raiser(), "CreateInteraction", SEED) == {"error": "NoAppsFound"}


def test_why_the_record_says_that_there_is_one_copy(page: Page, demo: Firm, folder: Path, port: int) -> None:
    """Without ``singleton`` that agent takes the open copy and a new one for two candidates, and refuses."""
    listed = demo.server.http.get(f"{demo.server.base}/fdc3/v2/apps").json()
    del listed["applications"][0]["hostManifests"]
    (folder / "several.json").write_text(json.dumps(listed))
    desktop = Desktop(page, demo.server.base, port, directory=f"http://127.0.0.1:{port}/several.json")
    desktop.ours()
    assert raised(desktop.raiser(), "CreateInteraction", SEED) == {"error": "NoAppsFound"}
