"""Campaigns: their rules, when they end, and what they begin with (spec 4.3)."""

import re
from uuid import uuid4

import pytest

from tests.serving import Caller, Firm

from .conftest import refused, types
from .setting_up import World, patch, replace

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.covers("campaigns.create", "campaigns.get")
def test_what_canvassers_see_by_default(world: World, api: Caller) -> None:
    """Without fields of its own a campaign shows three lines, with the vendor's paths."""
    made = world.campaign()

    lines = made["data"]["fields"]
    shown = [[part["path"].rpartition("/")[2] for part in line if part["type"] == "field"] for line in lines]
    assert shown == [["title", "given", "surname", "suffix"], ["age", "gender"], ["notes"]]
    assert {"type": "separator", "value": ","} in lines[1]
    assert lines[0][0]["path"] == "/data/profile/name/anglican/title"
    assert api.get(f"/campaigns/{made['id']}").json() == made


def test_every_rule(world: World, api: Caller, firm: Firm) -> None:
    """Everything that a campaign must be is told at once."""
    list_ = world.list()["id"]
    before = firm.rows()
    wrong = {
        "name": " ",
        "status": "running",
        "organizationId": UNKNOWN,
        "description": 5,
        "lists": [{"listId": list_}, {"listId": list_, "type": "low"}, {"type": "normal"}, {"listId": UNKNOWN}, 5],
        "fields": [
            [{"type": "field"}, {"type": "image"}, {"type": "separator", "value": 5}],
            [{"type": "field", "path": "data/notes"}],
            "x",
        ],
        "ended": "yesterday",
    }
    problems = refused(api.post("/v1/campaigns", data=wrong), 400, "ValidationError")

    assert types(problems) == {
        ("/data/name", "any.empty"),
        ("/data/status", "any.allowOnly"),
        ("/data/organizationId", "any.ref"),
        ("/data/description", "string.base"),
        ("/data/lists/1/listId", "array.unique"),
        ("/data/lists/1/type", "any.allowOnly"),
        ("/data/lists/2/listId", "any.required"),
        ("/data/lists/3/listId", "any.ref"),
        ("/data/lists/4", "object.base"),
        ("/data/fields/0/0/path", "any.required"),
        ("/data/fields/0/1/type", "any.allowOnly"),
        ("/data/fields/0/2/value", "string.base"),
        ("/data/fields/1/0/path", "string.regex.base"),
        ("/data/fields/2", "array.base"),
        ("/data/ended", "date.isoDate"),
    }
    assert firm.rows() == before


@pytest.mark.covers("campaigns.patch")
def test_when_it_ends(world: World, api: Caller) -> None:
    """A complete campaign says since when, in its data and beside it; one that goes on says neither."""
    made = world.campaign()
    path = f"/v1/campaigns/{made['id']}"
    assert "ended" not in made and "ended" not in made["data"]

    ended = patch(api, path, replace("/status", "complete")).json()
    assert ended["ended"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ended["data"]["ended"])
    renamed = patch(api, path, replace("/name", "Buses")).json()
    assert renamed["data"]["ended"] == ended["data"]["ended"]
    again = patch(api, path, replace("/status", "started")).json()
    assert "ended" not in again and "ended" not in again["data"]


@pytest.mark.covers("campaigns.delete", "campaigns.restore")
def test_delete_and_restore(world: World, api: Caller) -> None:
    """A deleted campaign is gone until it is restored."""
    path = f"/v1/campaigns/{world.campaign()['id']}"
    assert api.delete(path).status_code == 200
    refused(api.get(path), 404, "NotFoundError")
    assert api.post(path + "/restore").status_code == 200
    assert api.get(path).status_code == 200


def test_with_defaults(world: World, api: Caller, firm: Firm) -> None:
    """On request a campaign begins with the vendor's default survey, and a segment by which everybody is asked it."""
    body = {"id": str(uuid4()), "data": {"name": "Buses", "status": "pending", "organizationId": world.root}}
    made = api.request("POST", "/v1/campaigns", params={"withDefaults": "true"}, json=body)
    assert made.status_code == 201, made.text
    actor = firm.actor
    (segment,) = firm.server.run(firm.ledger.resources.owned(actor, "segments", body["id"]))
    survey = api.get(f"/v1/surveys/{segment.data['surveyId']}").json()["data"]

    assert segment.data["precedence"] == 1
    assert [(question["tag"], question["type"]) for question in survey["questions"]] == [
        ("available", "availability"),
        ("unavailable_reason", "multi-choice"),
    ]
    first, second = survey["questions"]
    assert first["options"][0]["action"] == {"type": "question", "questionId": second["questionId"]}
    assert [option["text"] for option in second["options"]] == [
        "Not Home", "Refused", "Inaccessible", "Moved", "Other Language", "Deceased",
    ]  # fmt: skip
    before = firm.rows()
    assert api.request("POST", "/v1/campaigns", params={"withDefaults": "true"}, json=body).status_code == 200
    assert firm.rows() == before
    refused(api.request("POST", "/v1/campaigns", params={"withDefaults": "often"}, json=body), 400, "ValidationError")


class TestStatuses:
    """Which statuses a campaign has."""

    @pytest.mark.covers("campaigns.link_status", "campaigns.unlink_status")
    def test_link_and_unlink(self, world: World, api: Caller, firm: Firm) -> None:
        """Linking once more changes nothing; a link that was removed can be made again, with the same id."""
        campaign = world.campaign()["id"]
        status = world.status()["id"]
        path = f"/v1/campaigns/{campaign}/statuses/{status}"
        made = api.put(path)
        assert made.status_code == 201, made.text
        assert made.json()["data"] == {"statusId": status, "campaignId": campaign}
        assert made.json()["meta"]["resource"] == "status-campaign"
        before = firm.rows()
        assert (api.put(path).status_code, api.put(path).json()) == (200, made.json())
        assert firm.rows() == before
        assert api.delete(path).json()["meta"]["isDeleted"] is True
        refused(api.delete(path), 404, "NotFoundError")
        again = api.put(path)
        assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])

    def test_unknown_ones(self, world: World, api: Caller) -> None:
        """Both sides must be there."""
        campaign, status = world.campaign()["id"], world.status()["id"]
        refused(api.put(f"/v1/campaigns/{campaign}/statuses/{UNKNOWN}"), 404, "NotFoundError")
        refused(api.put(f"/v1/campaigns/{UNKNOWN}/statuses/{status}"), 404, "NotFoundError")
        refused(api.put(f"/v1/campaigns/{campaign}/statuses/x"), 404, "NotFoundError")
