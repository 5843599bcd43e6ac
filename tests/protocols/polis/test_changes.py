"""What has changed since, over HTTP: everything once, in order, and nothing missed."""

import time
from typing import Any

import pytest

from interlog.model.canvassing.resources import nil_survey
from interlog.model.ids import uuid7
from interlog.protocols.polis.changes import PRESENTED
from tests.serving import Caller

from . import people
from .conftest import refused
from .setting_up import World, patch, replace
from .test_organizations import membership

pytestmark = pytest.mark.covers("changes.get")


def _read(api: Caller, resource: str, since: str = "", *, at_least: int = 0, **query: Any) -> tuple[list[Any], str]:
    """Follow the changes to their end, and return them with the last cursor.

    On PostgreSQL a change is told of once every transaction that began earlier is over, those of other tests too.
    """
    found: list[Any] = []
    give_up = time.monotonic() + 20
    while True:
        answer = api.get(f"/v1/changes/{resource}", since=since, **query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        found += body["data"]
        since = body["meta"]["cursor"]
        assert f"since={since}" in answer.headers["Link"]
        if not body["meta"]["more"]:
            if len(found) >= at_least or time.monotonic() > give_up:
                return found, since
            time.sleep(0.02)


def test_every_change_comes_once(world: World, api: Caller) -> None:
    """What was created, changed and deleted comes in that order, as it is now; behind the cursor comes what is new."""
    one, two = world.list(name="one"), world.list(name="two")
    world.campaign()
    changed = patch(api, f"/v1/lists/{one['id']}", replace("/name", "1")).json()
    found, cursor = _read(api, "lists", at_least=2)
    shown = [{name: value for name, value in item.items() if name != "contactsCount"} for item in found]
    assert [item["id"] for item in shown] == [two["id"], changed["id"]]
    assert shown[1]["data"]["name"] == "1" and shown[1]["meta"]["etag"] == changed["meta"]["etag"]

    gone = api.request("DELETE", f"/v1/lists/{two['id']}").json()
    later, last = _read(api, "lists", cursor, at_least=1)
    assert [(item["id"], item["meta"]["isDeleted"]) for item in later] == [(gone["id"], True)]
    assert _read(api, "lists", last) == ([], last)


def test_pages_lead_through_all(world: World, api: Caller) -> None:
    """However small the pages are, each change is on one of them."""
    made = [world.list(name=str(number))["id"] for number in range(5)]
    found, _ = _read(api, "lists", at_least=5, limit=2)
    assert [item["id"] for item in found] == made


def test_interactions_change_too(single_api: Caller) -> None:
    """Visits come with the ETag that they have by themselves, also deleted ones."""
    body = {
        "campaignId": uuid7(),
        "contactId": uuid7(),
        "survey": {"surveyId": uuid7()},
        "unavailable": True,
        "timestamp": "2026-03-14T17:05:30.000Z",
    }
    _, cursor = _read(single_api, "interactions")
    one, two = [single_api.post("/v1/interactions", **body).json() for _ in range(2)]
    gone = single_api.request("DELETE", f"/v1/interactions/{one['id']}").json()
    found, _ = _read(single_api, "interactions", cursor, at_least=2)
    assert found == [two, gone]
    again, _ = _read(single_api, "interactions", cursor, at_least=2, limit=1)
    assert [item["id"] for item in again][-2:] == [two["id"], one["id"]]


def test_one_may_begin_now(world: World, api: Caller) -> None:
    """Who begins now is told of nothing that was before."""
    world.list()
    _read(api, "lists", at_least=1)
    assert _read(api, "lists", "now")[0] == []


@pytest.mark.parametrize("since", ["x", "1", "1.2.3", "-1.2", "1.99999999999999999999", "٣.٣"])
def test_a_wrong_cursor_is_refused(any_api: Caller, since: str) -> None:
    """What is no cursor of ours is told as such."""
    refused(any_api.get("/v1/changes/lists", since=since), 400, "FormatError")


@pytest.mark.parametrize("resource", PRESENTED)
def test_changes_are_shown_as_lists_show_them(world: World, api: Caller, resource: str) -> None:
    """What comes of each kind is what its list has of it."""
    contact = world.create("/v1/contacts", **people.contact(world.list()["id"]))
    campaign = world.campaign()
    world.segment(campaign["id"], world.survey(campaign["id"])["id"])
    world.create("/v1/walklists", campaignId=campaign["id"], contactIds=[contact["id"]])
    world.create("/v1/turfs", campaignId=campaign["id"], name="North")
    world.create("/v2/notes", contactId=contact["id"], text="Has a dog.")
    membership(world, world.firm.colleague("Ben"), world.root, "Canvasser")
    world.create(
        "/v1/interactions",
        campaignId=campaign["id"],
        contactId=contact["id"],
        survey={"surveyId": nil_survey(world.firm.tenant)},
        unavailable=True,
        timestamp="2026-03-14T17:05:30.000Z",
    )
    version = 2 if resource in ("households", "notes") else 1
    at_least = 1
    if resource not in ("contact-households", "contact-household-lists"):
        listed = {item["id"]: item for item in api.get(f"/v{version}/{resource}").json()["data"]}
        at_least = len(listed)
    found, _ = _read(api, resource, at_least=at_least)
    assert found and len({item["id"] for item in found}) == len(found)
    if resource not in ("contact-households", "contact-household-lists"):
        assert {item["id"]: item for item in found} == listed


def test_there_are_changes_of_resources_only(any_api: Caller) -> None:
    """What is no resource has no changes."""
    refused(any_api.get("/v1/changes/doors"), 404, "NotFoundError")
    refused(any_api.get("/v1/changes/lists", limit=0), 400, "ValidationError")
