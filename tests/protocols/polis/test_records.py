"""What a campaign knows about one member of a household (spec 4.3)."""

from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller

from .conftest import refused, types
from .people import contact
from .setting_up import World, patch, replace


class Door(NamedTuple):
    """A campaign, a contact and its household, and the campaign's path to them."""

    campaign: str
    contact: str
    household: str
    statuses: dict[str, str]

    @property
    def path(self) -> str:
        return f"/v1/campaigns/{self.campaign}/contacts/{self.contact}/households/{self.household}"


@pytest.fixture
def door(api: Caller, world: World) -> Door:
    """A contact on a list of high priority."""
    list_ = world.list()["id"]
    campaign = world.campaign(lists=[{"listId": list_, "type": "high-priority"}])["id"]
    made = world.create("/v1/contacts", **contact(list_))
    home = api.get(f"/v2/contacts/{made['id']}").json()["data"]["primaryHouseholdId"]
    statuses = {item["data"]["name"]: item["id"] for item in api.get("/v1/statuses").json()["data"]}
    return Door(campaign, made["id"], home, statuses)


@pytest.mark.covers("contact-household-campaigns.create", "contact-household-campaigns.get")
def test_a_record_is_put_and_read(api: Caller, door: Door) -> None:
    """Both paths serve it; what is put again changes what is given; the status decides the state."""
    implied = api.get(f"{door.path}/status").json()
    assert (implied["data"]["contacted"], implied["data"]["type"]) == (False, "high-priority")
    assert implied["meta"]["etag"] == etag_of(implied, is_changed=False)
    made = api.put(door.path, data={"availability": {"available": True}, "statusId": door.statuses["Successful"]})
    assert made.status_code == 201, made.text
    record = made.json()
    link = api.get(f"/v2/contacts/{door.contact}/households").json()["data"][0]["params"]["contactHouseholdId"]
    assert record["data"] == {
        "campaignId": door.campaign,
        "contactHouseholdId": link,
        "availability": {"available": True, "unavailableReason": None},
        "statusId": door.statuses["Successful"],
        "state": "contacted-available-successful",
        "contacted": True,
        "type": "high-priority",
    }
    assert record["meta"]["resource"] == "contact-household-campaigns"
    assert record["meta"]["etag"] == etag_of(record, is_changed=False)
    assert record == api.get(door.path).json() == api.get(f"{door.path}/status").json()
    again = api.put(f"{door.path}/status", data={"state": "come-back"})
    assert again.status_code == 200
    assert (again.json()["data"]["state"], again.json()["data"].get("statusId")) == ("come-back", None)
    assert again.json()["data"]["availability"] == {"available": True, "unavailableReason": None}


@pytest.mark.covers("contact-household-campaigns.patch")
def test_only_the_status_is_patched(api: Caller, door: Door) -> None:
    """State and contacted follow the status; anything else is read-only; the ETag is held."""
    made = api.put(door.path, data={"statusId": door.statuses["Successful"]}).json()
    new = door.statuses["Default"]
    changed = patch(api, f"{door.path}/status", replace("/statusId", new), ETag=made["meta"]["etag"]).json()
    assert (new, "not-contacted-normal", False) == tuple(
        changed["data"][name] for name in ("statusId", "state", "contacted")
    )
    assert made["id"] == changed["id"] and changed["meta"]["etag"] == etag_of(changed, is_changed=True)
    refused(patch(api, door.path, replace("/statusId", new), ETag=made["meta"]["etag"]), 409, "ConcurrencyError")
    found = refused(patch(api, door.path, replace("/state", "unknown")), 400, "ValidationError")
    assert {("/data/state", "any.readOnly")} == types(found)
    found = refused(patch(api, door.path, replace("/statusId", str(uuid4()))), 400, "ValidationError")
    assert {("/data/statusId", "any.ref")} == types(found)


def test_what_does_not_fit_is_refused(api: Caller, door: Door) -> None:
    """A status must fit the state; paths must lead somewhere."""
    given: dict[str, Any] = {"statusId": door.statuses["Refused"], "state": "appointment"}
    assert {("/data/statusId", "any.allowOnly")} == types(
        refused(api.put(door.path, data=given), 400, "ValidationError")
    )
    found = refused(api.put(door.path, data={"type": "x", "contacted": 1, "a": 1}), 400, "ValidationError")
    assert {
        ("/data/type", "any.allowOnly"),
        ("/data/contacted", "boolean.base"),
        ("/data/a", "object.allowUnknown"),
    } == types(found)
    other = str(uuid4())
    for wrong in (door._replace(campaign=other), door._replace(contact=other), door._replace(household=other)):
        refused(api.put(wrong.path, data={}), 404, "NotFoundError")
        refused(api.get(wrong.path), 404, "NotFoundError")


def test_a_door_that_nobody_was_at_can_be_given_a_status(api: Caller, door: Door) -> None:
    """The implied record is patched like one that is kept, and held against its ETag; it is kept from then on."""
    implied = api.get(door.path).json()
    status = replace("/statusId", door.statuses["Do Not Knock"])
    refused(patch(api, door.path, status, ETag="x"), 409, "ConcurrencyError")
    changed = patch(api, door.path, status, ETag=implied["meta"]["etag"])
    assert (
        changed.status_code, changed.json()["data"]["state"], changed.json()["data"]["contacted"],
    ) == (200, "not-contacted-do-not-knock", False)  # fmt: skip
    assert changed.json() == api.get(door.path).json()
    assert api.put(door.path, data={}).status_code == 200


@pytest.mark.covers("contact-household-campaigns.create_many")
def test_many_records_of_one_campaign(api: Caller, door: Door) -> None:
    """Each item succeeds or fails for itself; one contact may be named twice; one campaign at a time."""

    def item(status: str, contact: str = door.contact, campaign: str = door.campaign) -> dict[str, Any]:
        return {
            "data": {"campaignId": campaign, "statusId": status},
            "params": {"contactId": contact, "householdId": door.household},
        }

    path, statuses = "/v1/campaigns/contact-households/bulk", door.statuses
    items = [
        item(statuses["Not Home"]), item(statuses["Refused"]), item(str(uuid4())),
        item(statuses["Refused"], str(uuid4())), {"data": {}},
    ]  # fmt: skip
    response = api.post(path, data=items)
    body = response.json()
    assert (response.status_code, [error["data"]["position"] for error in body["errors"]]) == (201, [2, 3, 4])
    assert [record["data"]["state"] for record in body["data"]] == [
        "contacted-unavailable-not-home",
        "contacted-unavailable-other",
    ]
    assert statuses["Refused"] == api.get(door.path).json()["data"]["statusId"]
    refused(api.post(path, data=[items[0], item(statuses["Refused"], campaign=str(uuid4()))]), 400, "ValidationError")
