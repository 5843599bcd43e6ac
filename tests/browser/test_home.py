"""Home while it is open: what any protocol stores appears on it, also after the server was away."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from interlog.model.interactions import Content
from tests.protocols.polis.setting_up import World
from tests.serving import Caller, Firm, any_firm, any_server, firm, interlog_process, server, server_of

from .chromium import DESKTOP, PHONE, watch
from .conftest import OpenTab

__all__ = ["any_firm", "any_server", "firm", "server", "server_of"]

INTERLOG = str(Path(sys.executable).with_name("interlog"))


def _at(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_connected(tab: Page) -> None:
    expect(tab.locator("#live[data-connected]")).to_be_attached()


def _shows(tab: Page, text: str) -> None:
    """See that an entry is among what happened lately, once, on a page that was not loaded again."""
    entry = tab.locator("[data-list=lately] .entry", has_text=text)
    expect(entry).to_have_count(1)
    assert tab.evaluate("window.wasHere") is True


def _open(tab: Page) -> None:
    tab.goto("/")
    tab.evaluate("window.wasHere = true")
    _is_connected(tab)


def _call(firm: Firm, text: str) -> None:
    known = firm.person(text, "Moll", "moll@client.example")
    body = {"type": 1, "person_ids": [firm.mia.id, known.id], "content": "They want it", "date": _at(minutes=5)}
    assert firm.caller("/affinity").post("/interactions", **body).status_code == 200


def _instance(firm: Firm, text: str) -> None:
    body = {"InteractionId": text, "Timestamp": _at(minutes=4), "Subject": text, "AttendeeIds": [str(firm.mia.id)]}
    path = f"/hubs/{firm.tenant.name}/data/Meetings"
    answer = firm.caller("/customer-insights").post(path, **body)
    assert answer.status_code == 202, answer.text


def _visit(firm: Firm, text: str) -> None:
    world = World(firm, firm.caller("/polis"))
    campaign = world.campaign(name=text)["id"]
    survey = world.survey(campaign)["id"]
    contact = world.contact(world.list()["id"])["id"]
    given = {"surveyId": survey, "responses": {}}
    data = {"campaignId": campaign, "contactId": contact, "timestamp": _at(minutes=3), "survey": given}
    world.create("/v1/interactions", **data, unavailable=False)


@pytest.mark.parametrize("log", [_call, _instance, _visit], ids=["affinity", "customer-insights", "polis"])
def test_what_a_protocol_stores_appears(firm: Firm, open_tab: OpenTab, log: Callable[[Firm, str], None]) -> None:
    """Without a click, on a desktop and on a phone, and somebody who listens is told of it."""
    tabs = [open_tab(screen, firm=firm) for screen in (DESKTOP, PHONE)]
    for tab in tabs:
        _open(tab)
        expect(tab.get_by_text("Nothing has been logged yet.")).to_be_visible()
    log(firm, "Pilot")
    for tab in tabs:
        _shows(tab, "Pilot")
        expect(tab.get_by_text("Nothing has been logged yet.")).to_have_count(0)
        expect(tab.locator("#live-told")).to_contain_text("Something new was logged.")


def test_changes_appear_too(any_firm: Firm, open_tab: OpenTab) -> None:
    """An entry that was changed is another one, one that was deleted goes, and what is planned comes up."""
    tab = open_tab(firm=any_firm)
    item = any_firm.log("Meeting", _micros(hours=1), any_firm.mia, title="Lunch")
    _open(tab)
    _shows(tab, "Lunch")
    any_firm.log("Meeting", _micros(hours=-30), any_firm.mia, title="Board")
    expect(tab.locator("[data-list=coming] .entry", has_text="Board")).to_have_count(1)
    ledger, actor = any_firm.ledger, any_firm.actor
    any_firm.server.run(ledger.interactions.amend(actor, item.number, lambda read: _named(read.content, "Dinner")))
    _shows(tab, "Dinner")
    any_firm.server.run(ledger.interactions.delete(actor, item.number))
    expect(tab.locator("[data-list=lately] .entry")).to_have_count(0)


def test_goes_on_after_the_server_was_away(chromium: Browser, database_url: str, tmp_path: Path) -> None:
    """A server stops at once though pages watch; what was stored before it is back appears when it is."""
    owner = ("--tenant", "acme", "--domain", "own.example", "--owner", "Mia Kern <mia@own.example>")
    made = _run("init", "--db", database_url, *owner)
    with interlog_process("--db", database_url) as served:
        base = served.base
        user = ("--tenant", "acme", "--user", "mia@own.example", "--url", base)
        link = _run("user", "link", "--db", database_url, *user)["link"]
        tab = chromium.new_context(base_url=base, **DESKTOP.options).new_page()
        tab.goto(link)
        tab.get_by_role("button", name="Sign in").click()
        _open(tab)
        faults = watch(tab, base)
        _log(base, made, "First")
        _shows(tab, "First")
        assert served.stop() == 0
        assert "graceful shutdown exceeded" not in served.log()  # nobody waited for what pages watch
    with interlog_process("--db", database_url) as elsewhere:
        _log(elsewhere.base, made, "Meanwhile")
    with interlog_process("--db", database_url, port=urlsplit(base).port or 0):
        _is_connected(tab)
        _shows(tab, "Meanwhile")
        _log(base, made, "Afterwards")
        _shows(tab, "Afterwards")
        _shows(tab, "First")
        tab.context.close()
    assert [fault for fault in faults if not fault.startswith("error: ")] == []


def _named(content: Content, title: str) -> Content:
    return replace(content, title=title)


def _micros(**ago: float) -> int:
    return int((datetime.now(UTC) - timedelta(**ago)).timestamp() * 1_000_000)


def _run(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([INTERLOG, *arguments, "--json"], capture_output=True, text=True, check=True, timeout=150)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _log(base: str, made: dict[str, Any], text: str) -> None:
    with httpx2.Client(timeout=30, trust_env=False) as http:
        caller = Caller(http, f"{base}/affinity", made["token"])
        known = caller.post("/persons", first_name=text, last_name="Moll", emails=[f"{text.lower()}@client.example"])
        people = [made["person_id"], known.json()["id"]]
        answer = caller.post("/interactions", type=0, person_ids=people, content="They want it", date=_at(minutes=2))
        assert answer.status_code == 200, answer.text
