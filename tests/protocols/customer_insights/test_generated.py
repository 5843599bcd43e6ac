"""What must hold for every valid definition: it survives, is idempotent, and may be written in any casing."""

from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.definitions import definition_problems
from interlog.model.profiles import BUILT_IN_PROFILE_TYPES
from interlog.model.types import BUILT_IN_TYPES
from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import read_interaction_type
from interlog.protocols.customer_insights.operations import Plane
from interlog.protocols.customer_insights.translate import document_of, type_of
from tests.serving import Firm, ServerOf

from .conftest import VERSION, Hub
from .generated import bodies, interaction_types, scrambled
from .routes import ROUTES

CATALOG = Catalog(BUILT_IN_TYPES, BUILT_IN_PROFILE_TYPES)
_numbers = count(1)


def told(answered: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """Return what an answer says about everything that was sent, without what the server adds."""
    found = {key: answered.get(key) for key in sent}
    found["attributes"] = {
        key: value for key, value in answered["attributes"].items() if not key.startswith(("sys.", "uci."))
    }
    found["fields"] = [
        {key: value for key, value in field.items() if key in ours}
        for field, ours in zip(answered["fields"], sent["fields"], strict=True)
    ]
    twins = ("sourcePropertyName", "targetPropertyName")
    found["participantProfiles"] = [
        participant
        | {
            "participantPropertyReferences": [
                {key: value for key, value in reference.items() if key not in twins}
                for reference in participant["participantPropertyReferences"]
            ]
        }
        for participant in answered["participantProfiles"]
    ]
    return found


@given(interaction_types())
@settings(max_examples=150)
def test_what_is_read_is_valid_in_the_model(body: dict[str, Any]) -> None:
    """A definition without problems is one for the ledger, comes back from its type, and is stable."""
    document, notes = read_interaction_type(body, "Generated", CATALOG)
    assert notes.problems == []
    assert notes.ignored == []
    type_ = type_of(document)
    assert definition_problems(type_, BUILT_IN_PROFILE_TYPES) == []
    assert document_of(type_) == document
    again, notes = read_interaction_type(document, "generated", Catalog([type_], BUILT_IN_PROFILE_TYPES))
    assert notes.problems == []
    assert again == document
    assert type_of(again, type_) == type_


@given(interaction_types(), st.data())
@settings(max_examples=150)
def test_any_casing_is_the_same(body: dict[str, Any], data: st.DataObject) -> None:
    """Names of properties mean the same in any casing."""

    def choose(spellings: list[str]) -> str:
        return data.draw(st.sampled_from(spellings))

    assert (
        read_interaction_type(scrambled(body, choose), "Generated", CATALOG)[0]
        == (read_interaction_type(body, "Generated", CATALOG)[0])
    )


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_hub(request: pytest.FixtureRequest, server_of: ServerOf) -> Hub:
    """A hub in which all of the examples are defined."""
    firm: Firm = server_of(request.param).found()
    return Hub(firm)


@given(body=interaction_types())
@settings(max_examples=30)
def test_a_definition_survives(shared_hub: Hub, body: dict[str, Any]) -> None:
    """What was put is what is got, on both planes and both engines; to put back what was got changes nothing."""
    name = f"Generated{next(_numbers)}"
    path = f"/interactions/{name}"
    made = shared_hub.arm("PUT", path, json={"properties": body})
    assert made.status_code == 200, made.text
    assert "x-ignored-properties" not in made.headers
    read = shared_hub.arm("GET", path)
    assert read.json()["properties"] == shared_hub.manage("GET", f"/model{path}").json()
    assert told(read.json()["properties"], body) == body
    again = shared_hub.arm("PUT", path, json=read.json())
    assert again.headers["ETag"] == made.headers["ETag"]


PARAMS = {"api-version": VERSION, "userId": "u-1"}
PUTS = [route for route in ROUTES if route.operation.method in ("PUT", "PATCH") and route.plane is Plane.ARM]


@given(data=st.data())
@settings(max_examples=300)
def test_nonsense_is_answered(any_hub: Hub, data: st.DataObject) -> None:
    """Whatever JSON is sent as a definition is accepted or refused with reasons, and never a fault."""
    route = data.draw(st.sampled_from(PUTS))
    body = data.draw(bodies)
    if data.draw(st.booleans()):
        body = (route.body or {}) | body
    answer = route.send(any_hub, json=body)
    assert answer.status_code in (200, 201, 400, 404, 409), (answer.text, body)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"]
        if answer.status_code == 400 and error["code"] == "InvalidTypeDefinition":
            assert all(detail["message"] for detail in error["details"])
    else:
        assert any_hub.caller.request("GET", route.fill(any_hub.name), params=PARAMS).status_code in (200, 404)
