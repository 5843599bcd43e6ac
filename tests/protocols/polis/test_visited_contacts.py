"""What visits make of contacts, as both versions and the campaign's records show it (spec 3.3, 3.8)."""

from typing import Any
from uuid import uuid4

import pytest

from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller, Firm

from .people import contact, household, named, profile
from .setting_up import World, patch, question, replace


def _visit(api: Caller, campaign: str, contact_: str, survey: dict[str, Any], **data: Any) -> dict[str, Any]:
    """Record a visit at which the first question was answered with yes."""
    first = survey["data"]["questions"][0] if "questions" in survey.get("data", {}) else None
    responses = {}
    if first is not None:
        id_ = first["questionId"]
        responses = {id_: {"questionId": id_, "fields": {first["tag"]: "true"}}}
    given = {
        "campaignId": campaign,
        "contactId": contact_,
        "timestamp": "2026-03-14T17:05:30.000Z",
        "survey": {"surveyId": survey["id"], "responses": responses},
        "unavailable": False,
    }
    response = api.post("/v1/interactions", data=given | data)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


@pytest.mark.covers("contacts.create", "interactions.create")
def test_a_contact_that_was_visited_before_it_came_is_filled_in(single_firm: Firm, single_api: Caller) -> None:
    """The later POST with its id is a creation; what the visit made of the contact stays, and its person is one."""
    firm, api, world = single_firm, single_api, World(single_firm, single_api)
    campaign = world.campaign()["id"]
    survey, id_ = world.survey(campaign, questions=[question()]), str(uuid4())
    _visit(api, campaign, id_, survey)
    affinity = Caller(firm.server.http, firm.server.base + "/affinity", firm.token)
    before = len(affinity.get("/persons").json()["persons"])
    body = {"id": id_, "data": contact(world.list()["id"], profile=profile(email="john@snow.example"))}
    made = api.post("/v1/contacts", **body)
    assert made.status_code == 201, made.text
    data = made.json()["data"]
    assert (data["fields"], data["contacted"]) == ({"rides_bus": "true"}, True)
    assert data["state"] == "contacted-available-successful"
    assert made.json()["meta"]["etag"] in (etag_of(made.json(), is_changed=flag) for flag in (True, False))
    assert before == len(affinity.get("/persons").json()["persons"])
    (person,) = affinity.get("/persons", term="john@snow.example").json()["persons"]
    assert (person["first_name"], person["last_name"]) == ("John", "Snow")
    (meeting,) = affinity.get(
        "/interactions", type=0, person_id=person["id"], start_time="2026-03-01T00:00:00Z",
        end_time="2026-04-01T00:00:00Z",
    ).json()["events"]  # fmt: skip
    assert "Bus lines 2026" in meeting["title"]
    assert api.post("/v1/contacts", **body).status_code == 200
    assert len(api.get("/v1/contacts").json()["data"]) == 1


def test_a_visit_shows_in_both_versions_and_in_the_campaigns_record(api: Caller, world: World) -> None:
    """Answers by tag in version 1 and by question in version 2; the record says what the campaign knows."""
    campaign, list_ = world.campaign()["id"], world.list()["id"]
    survey = world.survey(campaign, questions=[question()])
    made = world.create("/v1/contacts", **contact(list_))
    home = api.get(f"/v2/contacts/{made['id']}").json()["data"]["primaryHouseholdId"]
    _visit(api, campaign, made["id"], survey)
    one, two = (api.get(f"/v{version}/contacts/{made['id']}").json()["data"] for version in (1, 2))
    id_ = survey["data"]["questions"][0]["questionId"]
    assert ({"rides_bus": "true"}, {id_: "true"}) == (one["fields"], two["fields"])
    record = api.get(f"/v1/campaigns/{campaign}/contacts/{made['id']}/households/{home}/status")
    assert record.status_code == 200, record.text
    assert tuple(record.json()["data"][name] for name in ("contacted", "successful", "state")) == (
        True,
        True,
        "contacted-available-successful",
    )


def test_what_is_set_by_hand_stays_until_the_next_visit(api: Caller, world: World) -> None:
    """A hand's change of the state outlives a correction of the earlier visit."""
    campaign = world.campaign()["id"]
    survey = world.survey(campaign, questions=[question()])
    made = world.create("/v1/contacts", **contact(world.list()["id"]))
    visit = _visit(api, campaign, made["id"], survey)
    read = api.get(f"/v1/contacts/{made['id']}").json()["data"]
    steps = [replace("/state", "appointment")]
    steps += [{"op": "remove", "path": "/statusId"}] if "statusId" in read else []
    assert patch(api, f"/v1/contacts/{made['id']}", *steps).status_code == 200
    patch(api, f"/v1/interactions/{visit['id']}", replace("/unavailable", True))
    assert api.get(f"/v1/contacts/{made['id']}").json()["data"]["state"] == "appointment"


def test_a_visit_knows_the_primary_household(firm: Firm, api: Caller, world: World) -> None:
    """Version 2 shows the household that the contact lives in, and the distance to it."""
    campaign = world.campaign()["id"]
    survey = world.survey(campaign, questions=[question()])
    customer = world.list()["customerId"]
    home = api.post("/v2/households", **household(customer, "7")).json()
    made = world.create("/v2/contacts", profile=named(), fields={}, primaryHouseholdId=home["id"])
    here = {"lat": 42.3520436, "lng": -71.067513}
    visit = _visit(api, campaign, made["id"], survey, location=here)
    data = api.get(f"/v2/interactions/{visit['id']}").json()["data"]
    assert (home["id"], 0) == (data["householdId"], data["distance"])
    link = api.get(f"/v2/contacts/{made['id']}/households").json()["data"][0]["params"]["contactHouseholdId"]
    assert link == data["contactHouseholdId"]
