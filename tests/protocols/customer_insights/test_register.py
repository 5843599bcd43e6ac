"""The register of contradictions between the sources, and what was decided (spec 11): the rows about definitions."""

from typing import Any

import pytest

from interlog.protocols.customer_insights.table import OPERATIONS

from .bodies import BRANCH_VISIT, DESK_CALL, SEED
from .conftest import Hub, codes, refused
from .routes import IMAGE, RELATIONSHIP


def test_row_2_a_type_is_immutable_by_default(any_hub: Hub) -> None:
    """The page's table says mutable, its prose immutable: without ``isActivity`` a type is immutable."""
    assert any_hub.define("Plain", {})["isActivity"] is False


@pytest.mark.parametrize("value", [None, [], "absent"])
def test_row_3_what_identifies_is_optional(any_hub: Hub, value: Any) -> None:
    """``idPropertyNames`` is starred on the page, and was left out and empty in what was recorded."""
    body = {} if value == "absent" else {"idPropertyNames": value}
    assert any_hub.define("Plain", body)["idPropertyNames"] == []


@pytest.mark.parametrize("name", ["timestampFieldName", "timestampPropertyName", "TimeStampPropertyName"])
def test_row_4_both_names_of_the_timestamp(any_hub: Hub, name: str) -> None:
    """Either is accepted, both are answered."""
    properties = any_hub.define("Plain", {name: "When"})
    assert properties["timestampFieldName"] == properties["timestampPropertyName"] == "When"


@pytest.mark.parametrize("source", ["interactionPropertyName", "sourcePropertyName"])
@pytest.mark.parametrize("target", ["profilePropertyName", "targetPropertyName"])
def test_row_5_both_names_of_references(any_hub: Hub, source: str, target: str) -> None:
    """Either is accepted, all four are answered; two that differ are refused."""
    participant = {"participantName": "P", "profileTypeName": "Contact"}
    body = {"participantProfiles": [participant | {"participantPropertyReferences": [{source: "A", target: "Email"}]}]}
    (answered,) = any_hub.define("Plain", body)["participantProfiles"]
    assert answered["participantPropertyReferences"] == [
        {
            "interactionPropertyName": "A",
            "sourcePropertyName": "A",
            "profilePropertyName": "Email",
            "targetPropertyName": "Email",
        }
    ]
    both = {"interactionPropertyName": "A", "sourcePropertyName": "B"}
    body = {"participantProfiles": [participant | {"participantPropertyReferences": [both]}]}
    error = refused(any_hub.arm("PUT", "/interactions/Plain", json=body), 400, "InvalidTypeDefinition")
    assert "AmbiguousPropertyReference" in codes(error)


@pytest.mark.parametrize("primary", ["CallerSlot", "callerslot", "Caller", "CALLER"])
def test_row_6_what_the_primary_participant_names(any_hub: Hub, primary: str) -> None:
    """A participant, or a property that names one."""
    body = DESK_CALL | {"PrimaryParticipantProfilePropertyName": primary}
    answered = any_hub.define("DeskCall", body)["primaryParticipantProfilePropertyName"]
    assert answered == ("CallerSlot" if "slot" in primary.lower() else "Caller")


def test_row_7_references_to_undeclared_fields(any_hub: Hub) -> None:
    """The page's own example has them: they imply the fields."""
    fields = any_hub.define("TestInteractionType6358", SEED)["fields"]
    assert [f["fieldName"] for f in fields if f["attributes"] == {"sys.implied": ["true"]}] == [
        "TimeOpened",
        "Receiver",
    ]


def test_row_8_names_of_resources(any_hub: Hub) -> None:
    """They hold the hub and the type."""
    assert any_hub.arm("GET", "/interactions/Meeting").json()["name"] == f"{any_hub.name}/Meeting"


def test_row_9_no_201_for_types_on_the_arm_plane(any_hub: Hub) -> None:
    """Clients of the contract raise on it; on the hub's plane a new type is 201."""
    assert any_hub.arm("PUT", "/interactions/Plain", json={}).status_code == 200
    assert any_hub.manage("PUT", "/model/interactions/Other", json={}).status_code == 201


def test_row_10_the_body_of_a_202(any_hub: Hub) -> None:
    """It is the whole resource."""
    answer = any_hub.arm("PUT", "/interactions/Plain", json={}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"id", "name", "type", "properties"}


@pytest.mark.parametrize("value", ["Interaction", "INTERACTION", 2])
def test_row_11_entity_types_as_text_and_number(any_hub: Hub, value: Any) -> None:
    """Either comes in, the text goes out."""
    assert any_hub.define("Plain", {"entityType": value})["entityType"] == "Interaction"


def test_rows_12_and_13_both_verbs_and_both_paths(any_hub: Hub) -> None:
    """Where the contract and the pages differ, both are served."""
    for method in ("GET", "POST"):
        assert any_hub.arm(method, "/profiles/Contact/getEnrichingKpis").status_code == 200
    for word in ("images", "media"):
        assert any_hub.arm("POST", f"/{word}/getDataImageUploadUrl", json=IMAGE).status_code == 200


def test_row_14_locales_filter_nothing(any_hub: Hub) -> None:
    """Both names of the parameter are accepted."""
    any_hub.define("BranchVisit", BRANCH_VISIT)
    for name in ("locale-code", "locale"):
        answer = any_hub.arm("GET", "/interactions/BranchVisit", params={name: "de-de"})
        assert answer.json()["properties"]["displayName"] == BRANCH_VISIT["displayName"]


def test_row_19_relationships_are_deleted(any_hub: Hub) -> None:
    """One page says they are not, the contract says they are."""
    any_hub.arm("PUT", "/relationships/WorksFor", json=RELATIONSHIP)
    assert any_hub.arm("DELETE", "/relationships/WorksFor").status_code == 200


@pytest.mark.parametrize("cardinality", ["OneToOne", "OneToMany", "ManyToOne", "ManyToMany"])
def test_row_20_all_four_cardinalities(any_hub: Hub, cardinality: str) -> None:
    """The pages have one that the contract has not, and the other way round."""
    answer = any_hub.arm("PUT", "/relationships/WorksFor", json=RELATIONSHIP | {"cardinality": cardinality})
    assert answer.json()["properties"]["cardinality"] == cardinality


@pytest.mark.parametrize("word", ["ProfileId", "Value", "Key", "LastModified", "reserved_system_time"])
def test_row_21_reserved_words(any_hub: Hub, word: str) -> None:
    """Only true collisions are errors; the others are warned of."""
    body = {"fields": [{"fieldName": word, "fieldType": "Edm.String"}]}
    answer = any_hub.arm("PUT", "/interactions/Plain", json=body)
    assert answer.status_code == 200
    assert word in answer.headers["x-warnings"]


def test_row_25_interaction_types_are_not_deleted(any_hub: Hub) -> None:
    """No operation of the contract deletes one."""
    paths = {path.lower() for o in OPERATIONS if o.method == "DELETE" for path in o.paths}
    assert not any(path.endswith("/interactions/{name}") for path in paths)
    refused(any_hub.arm("DELETE", "/interactions/Meeting"), 405, "MethodNotAllowed")
