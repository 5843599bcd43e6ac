"""Statuses and their groups (spec 4.7)."""

import pytest

from interlog.model.canvassing.statuses import STATUSES, status_group_id, status_id
from tests.serving import Caller, Firm

from .conftest import refused, types
from .setting_up import World, patch, replace


@pytest.mark.covers("statuses.get", "status-groups.get")
def test_everybody_begins_with_them(api: Caller, firm: Firm) -> None:
    """Each tenant has the statuses of the vendor, with ids that follow from the tenant and the name."""
    for status in STATUSES:
        made = api.get(f"/v1/statuses/{status_id(firm.tenant, status.name)}").json()
        assert made["data"]["name"] == status.name
        assert made["data"]["statusGroupId"] == status_group_id(status.group)
        group = api.get(f"/v1/status-groups/{made['data']['statusGroupId']}").json()
        assert group["data"]["name"] == status.group
        assert set(group) == {"id", "data", "meta"}
        assert group["data"]["statusType"] == status.type


@pytest.mark.covers("statuses.create", "statuses.patch", "statuses.delete", "statuses.restore")
def test_own_ones(world: World, api: Caller) -> None:
    """A status of one's own can be made, changed, deleted and brought back."""
    made = world.status(name="Dog")
    path = f"/v1/statuses/{made['id']}"
    assert made["data"]["defaultStatus"] is False
    assert patch(api, path, replace("/pinColor", "#000000")).json()["data"]["pinColor"] == "#000000"
    assert api.delete(path).status_code == 200
    assert api.post(path + "/restore").json()["data"]["name"] == "Dog"


def test_every_rule(api: Caller) -> None:
    """Icons, colours and states are held to their forms, and the group must be there."""
    wrong = {
        "name": "x" * 129,
        "icon": "home",
        "iconColor": "red",
        "pinColor": "#12345",
        "contactState": "asleep",
        "statusGroupId": "00000000-0000-4000-8000-000000000000",
        "defaultStatus": "yes",
        "defaultStatusId": "00000000-0000-4000-8000-000000000000",
    }
    assert types(refused(api.post("/v1/statuses", data=wrong), 400, "ValidationError")) == {
        ("/data/name", "string.max"),
        ("/data/icon", "string.regex.base"),
        ("/data/iconColor", "string.regex.base"),
        ("/data/pinColor", "string.regex.base"),
        ("/data/contactState", "any.allowOnly"),
        ("/data/statusGroupId", "any.ref"),
        ("/data/defaultStatus", "boolean.base"),
        ("/data/defaultStatusId", "any.ref"),
    }
    assert types(refused(api.post("/v1/statuses", data={}), 400, "ValidationError")) == {
        (f"/data/{name}", "any.required")
        for name in ("name", "icon", "iconColor", "pinColor", "contactState", "statusGroupId")
    }


def test_groups_are_read_only(api: Caller, any_firm: Firm) -> None:
    """Nobody makes or changes a group."""
    path = f"/v1/status-groups/{status_group_id('Successful')}"
    for answer in (api.post("/v1/status-groups", data={}), patch(api, path), api.delete(path)):
        assert "GET" in answer.headers["Allow"]
        refused(answer, 405, "MethodNotAllowedError")
