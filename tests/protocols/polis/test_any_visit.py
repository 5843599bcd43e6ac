"""Any JSON in the place of any part of a visit: stored and read back as it was, or refused; never a fault."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.ids import uuid7
from interlog.protocols.polis.etags import etag_of
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
QUESTION = uuid7()
PLACES = (
    "id", "customerId", "securityGroupId", "meta", "data", "data/campaignId", "data/contactId", "data/timestamp",
    "data/survey", "data/survey/surveyId", "data/survey/responses", f"data/survey/responses/{QUESTION}",
    f"data/survey/responses/{QUESTION}/fields", f"data/survey/responses/{QUESTION}/fields/wish",
    f"data/survey/responses/{QUESTION}/questionId", "data/unavailable", "data/unavailableReason", "data/successful",
    "data/distance", "data/location", "data/location/lat", "data/location/confidence", "data/walklistId",
    "data/listId", "data/statusId", "data/householdId", "data/other",
)  # fmt: skip


@pytest.fixture(scope="module")
def firm(any_server: RunningServer) -> Firm:
    """A tenant with a campaign, a survey whose questions nobody knows, and a contact."""
    return any_server.found()


@pytest.fixture(scope="module")
def body(firm: Firm) -> dict[str, Any]:
    """A visit that is stored as it stands."""

    async def create(kind: str, **more: Any) -> str:
        given: dict[str, Any] = {"data": {}} | more
        return (await firm.ledger.resources.create(firm.actor, ResourceDraft(kind=kind, **given))).resource.id

    run = firm.server.run
    response = {"questionId": QUESTION, "fields": {"wish": "trams"}}
    contact = {"fields": {}, "answers": {}, "contacted": False, "profile": {"name": {"first": "", "last": ""}}}
    person = firm.person("Jane")
    return {
        "data": {
            "campaignId": run(create("campaigns")),
            "contactId": run(create("contacts", data=contact, person=person.id)),
            "timestamp": "2026-03-14T17:05:30.000Z",
            "survey": {"surveyId": run(create("surveys", placeholder=True)), "responses": {QUESTION: response}},
            "unavailable": False,
            "location": {"lat": 43.07, "lng": -89.4},
        }
    }


def changed(body: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Return a body with another value at a place."""
    made = copy.deepcopy(body)
    *way, last = place.split("/")
    target = made
    for name in way:
        target = target[name]
    target[last] = value
    return made


@given(place=st.sampled_from(PLACES), value=JSON)
@settings(max_examples=200)
def test_any_part(firm: Firm, body: dict[str, Any], place: str, value: Any) -> None:
    """What is accepted is shown as it was stored, with an ETag that anybody can recompute; all else is refused."""
    api = firm.caller(PREFIX)
    answer = api.post("/v1/interactions", **changed(body, place, value))
    if answer.status_code in (400, 403, 409):
        return
    assert answer.status_code in (200, 201), answer.text
    made = answer.json()
    assert made["meta"]["etag"] == etag_of(made, is_changed=False)
    assert api.get(f"/v1/interactions/{made['id']}").json() == made


@given(op=st.sampled_from(["add", "replace", "remove", "test"]), place=st.sampled_from(PLACES), value=JSON)
@settings(max_examples=100)
def test_any_patch(firm: Firm, body: dict[str, Any], op: str, place: str, value: Any) -> None:
    """A patch with any value at any place is carried out and can be read, or refused and changes nothing."""
    api: Caller = firm.caller(PREFIX)
    made = api.post("/v1/interactions", **body).json()
    path = f"/v1/interactions/{made['id']}"
    step = {"op": op, "path": f"/{place}", "value": value}
    answer = api.request("PATCH", path, json={"data": [step]})
    seen = api.get(path).json()
    if answer.status_code in (400, 409):
        assert seen == made
        return
    assert answer.status_code == 200, answer.text
    assert answer.json() == seen
    assert seen["meta"]["etag"] == etag_of(seen, is_changed=seen != made)
