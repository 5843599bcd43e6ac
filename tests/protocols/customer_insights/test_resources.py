"""The generic sub-resources, links and relationships among them (spec 3.5-3.7), and all codes of success (4.2, 5)."""

from typing import Any

import pytest

from interlog.protocols.customer_insights.table import OPERATIONS_MANAGEMENT

from .bodies import BRANCH_VISIT
from .conftest import Hub, codes, refused
from .routes import ASSIGNMENT, KPI, LINK, MAPPING, REFERENCE, RELATIONSHIP, RELATIONSHIP_LINK, SAMPLES, furnish

CONTRACT: dict[str, tuple[int, ...]] = {
    "provider.operations": (200,),
    "hubs.put": (201, 200),
    "hubs.patch": (200,),
    "hubs.get": (200,),
    "hubs.list": (200,),
    "hubs.delete": (200, 202, 204),
    "hubs.resources": (200,),
    "interactions.put": (200, 202),
    "interactions.get": (200,),
    "interactions.list": (200,),
    "interactions.suggest": (200,),
    "profiles.put": (200, 202),
    "profiles.get": (200,),
    "profiles.list": (200,),
    "profiles.delete": (200, 202, 204),
    "profiles.enrichingKpis": (200,),
    "relationships.put": (200, 202),
    "relationshipLinks.put": (200, 202),
    "links.put": (200, 202),
    "connectors.put": (200, 202),
    "kpi.put": (200, 202),
    "roleAssignments.put": (200, 202),
    "predictions.put": (200, 202),
    "relationships.delete": (200, 202),
    "relationshipLinks.delete": (200, 202),
    "links.delete": (200, 202),
    "kpi.delete": (200, 202),
    "connectors.delete": (200, 202, 204),
    "roleAssignments.delete": (200, 202, 204),
    "predictions.delete": (200, 202, 204),
    "authorizationPolicies.put": (201, 200),
    "connectorMapping.put": (201, 200),
    "connectorMapping.delete": (200, 204),
    "views.put": (200,),
    "views.delete": (200,),
    "authorizationPolicies.regeneratePrimaryKey": (200,),
    "authorizationPolicies.regenerateSecondaryKey": (200,),
    "kpi.reprocess": (202,),
    "images.typeUpload": (200,),
    "images.dataUpload": (200,),
    "predictions.getModelStatus": (200,),
    "predictions.getTrainingResults": (200,),
    "predictions.modelStatus": (200,),
}
"""The table of 4.2: the only codes of success that clients accept on the ARM plane."""

BY_NAME = {operation.name: operation for operation in OPERATIONS_MANAGEMENT}

SEGMENTS = {
    "links": ("/links", "/model/links"),
    "relationships": ("/relationships", "/model/relationships"),
    "relationshipLinks": ("/relationshipLinks", "/model/relationshipLinks"),
    "kpi": ("/kpi", "/model/kpi"),
    "connectors": ("/connectors", "/connectors"),
    "connectorMapping": ("/connectors/Till/mappings", "/connectors/Till/mappings"),
    "roleAssignments": ("/roleAssignments", "/rbac/roleAssignments"),
    "predictions": ("/predictions", "/model/predictions"),
    "authorizationPolicies": ("/authorizationPolicies", "/sas/policies"),
    "views": ("/views", "/views"),
}
"""Where each kind is, on the ARM plane and on the hub's."""

LIVES: dict[str, tuple[int, int, int, int]] = dict.fromkeys(SEGMENTS, (200, 200, 200, 200)) | {
    "connectors": (200, 200, 200, 204),
    "roleAssignments": (200, 200, 200, 204),
    "predictions": (200, 200, 200, 204),
    "connectorMapping": (201, 200, 200, 204),
    "authorizationPolicies": (201, 200, 200, 200),
}
"""What answers a first PUT, a second one, a DELETE, and another DELETE on the ARM plane."""


@pytest.mark.parametrize("name", CONTRACT)
def test_the_contract(name: str) -> None:
    """The route table has exactly the codes of success of the vendor's contract."""
    assert set(BY_NAME[name].statuses) == set(CONTRACT[name])


def test_the_contract_is_whole() -> None:
    """Every operation that changes something is in the table."""
    changing = {operation.name for operation in OPERATIONS_MANAGEMENT if operation.method in ("PUT", "DELETE", "PATCH")}
    assert changing - set(CONTRACT) == {
        "images.put",
        "authorizationPolicies.delete",
        "predictiveMatchPolicies.put",
        "predictiveMatchPolicies.delete",
    }, "these are no part of it"


@pytest.mark.covers(
    "links.get", "links.put", "links.list", "links.delete",
    "relationships.get", "relationships.put", "relationships.list", "relationships.delete",
    "relationshipLinks.get", "relationshipLinks.put", "relationshipLinks.list", "relationshipLinks.delete",
    "kpi.get", "kpi.put", "kpi.list", "kpi.delete",
    "connectors.get", "connectors.put", "connectors.list", "connectors.delete",
    "connectorMapping.get", "connectorMapping.put", "connectorMapping.list", "connectorMapping.delete",
    "roleAssignments.get", "roleAssignments.put", "roleAssignments.list", "roleAssignments.delete",
    "predictions.get", "predictions.put", "predictions.list", "predictions.delete",
    "views.get", "views.put", "views.list", "views.delete",
    "authorizationPolicies.delete",
)  # fmt: skip
@pytest.mark.parametrize("plane", ["arm", "manage"])
@pytest.mark.parametrize("kind", SEGMENTS)
def test_a_life(hub: Hub, kind: str, plane: str) -> None:
    """Put, put again, read, list, delete, delete again: with the contract's codes, and the same body throughout."""
    send = getattr(hub, plane)
    path = SEGMENTS[kind][plane == "manage"]
    name, body = SAMPLES[kind]
    user = {"params": {"userId": "u-1"}} if kind == "views" else {}
    if kind == "connectorMapping":
        assert hub.arm("PUT", "/connectors/Till", json=SAMPLES["connectors"][1]).status_code == 200
    first, second, deleted, gone = LIVES[kind]
    if plane == "manage" and 202 in BY_NAME[f"{kind}.put"].statuses:
        first = 201

    made = send("PUT", f"{path}/{name}", json=body, **user)
    assert made.status_code == first, made.text
    rows = hub.firm.rows()
    again = send("PUT", f"{path}/{name}", json=made.json() if plane == "arm" else body, **user)
    assert again.status_code == second, again.text
    assert again.json() == made.json()
    assert hub.firm.rows() == rows, "what is put back as it was answered changes nothing"
    read = send("GET", f"{path}/{name.upper()}", **user)
    assert read.json() == made.json()
    assert read.headers["ETag"] == made.headers["ETag"]
    listed = send("GET", path, **user).json()["value"]
    assert made.json() in listed
    assert send("HEAD", f"{path}/{name}", **user).status_code == 204

    end = send("DELETE", f"{path}/{name}", **user)
    assert (end.status_code, end.content) == (deleted, b"")
    end = send("DELETE", f"{path}/{name}", **user)
    assert (end.status_code, end.content) == (gone, b"")
    refused(send("GET", f"{path}/{name}", **user), 404, "ResourceNotFound")

    if plane == "arm":
        answer = made.json()
        middle = "Till/" if kind == "connectorMapping" else ""
        assert answer["name"] == f"{hub.name}/{middle}{name}"
        assert answer["id"] == f"{hub.root}{path}/{name}"
        assert answer["type"].startswith("Microsoft.CustomerInsights/hubs/")
        assert {key: answer["properties"][key] for key in body if key in ("role", "definition", "expression")} == {
            key: value for key, value in body.items() if key in ("role", "definition", "expression")
        }


class TestLinks:
    """Links of interaction types to profile types."""

    def test_both_generations_of_names(self, hub: Hub) -> None:
        """A link of 2017-01-01 is answered under the names of 2017-04-26 too, and either is accepted."""
        hub.define("BranchVisit", BRANCH_VISIT)
        old = LINK | {"mappings": [{"interactionTypePropertyName": "Lane", "profileTypePropertyName": "LastName"}]}
        made = hub.arm("PUT", "/links/ToContact", json=old).json()["properties"]
        assert made["linkName"] == "ToContact"
        assert made["sourceEntityType"] == "Interaction"
        assert made["sourceEntityTypeName"] == made["sourceInteractionType"] == "BranchVisit"
        assert made["targetEntityType"] == "Profile"
        assert made["targetEntityTypeName"] == made["targetProfileType"] == "Contact"
        assert made["mappings"][0]["sourcePropertyName"] == made["mappings"][0]["interactionTypePropertyName"] == "Lane"
        assert made["mappings"][0]["linkType"] == "UpdateAlways"
        assert made["referenceOnly"] is False
        assert made["operationType"] == "Upsert"
        new = {key: value for key, value in made.items() if not key.startswith(("sourceInter", "targetProfile"))}
        assert hub.arm("PUT", "/links/ToContact", json=new).json()["properties"] == made

    def test_only_a_reference_by_default(self, any_hub: Hub) -> None:
        """Without mappings nothing is written to the target."""
        made = any_hub.arm("PUT", "/links/ToContact", json=LINK).json()["properties"]
        assert made["referenceOnly"] is True

    def test_dormant(self, any_hub: Hub) -> None:
        """What names types that do not exist yet is accepted, with a warning."""
        made = any_hub.arm("PUT", "/links/Early", json=LINK | {"targetProfileType": "Ghost"})
        assert made.status_code == 200
        assert "BranchVisit" in made.headers["x-warnings"]
        assert "Ghost" in made.headers["x-warnings"]

    @pytest.mark.covers("interactions.suggest")
    def test_suggestions(self, hub: Hub) -> None:
        """Each ordered pair of profiles that a type reaches, by participants and by links."""
        hub.define("BranchVisit", BRANCH_VISIT)
        answer = hub.arm("POST", "/interactions/branchvisit/suggestRelationshipLinks")
        assert answer.status_code == 200
        assert answer.json()["interactionName"] == "BranchVisit"
        assert len(answer.json()["suggestedRelationships"]) == 2
        assert "existingRelationshipName" not in answer.json()["suggestedRelationships"][0]
        target = {"targetProfileType": "Organization"}
        reference = [{"sourcePropertyName": "FirmRef", "targetPropertyName": "OrganizationId"}]
        hub.arm("PUT", "/links/ToFirm", json=LINK | target | {"participantPropertyReferences": reference})
        hub.arm("PUT", "/relationships/WorksFor", json=RELATIONSHIP)
        suggested = hub.manage("POST", "/model/interactions/BranchVisit/suggestRelationshipLinks").json()
        pairs = suggested["suggestedRelationships"]
        assert len(pairs) == 6
        (first, *_) = [pair for pair in pairs if pair["relatedProfileName"] == "Organization"]
        assert first == {
            "profileName": "Contact",
            "profilePropertyReferences": REFERENCE,
            "relatedProfileName": "Organization",
            "relatedProfilePropertyReferences": [
                {"interactionPropertyName": "FirmRef", "profilePropertyName": "OrganizationId"}
            ],
            "existingRelationshipName": "WorksFor",
        }
        hub.define("Lonely", {})
        lonely = hub.arm("POST", "/interactions/Lonely/suggestRelationshipLinks").json()
        assert lonely["suggestedRelationships"] == []


BAD: list[tuple[str, dict[str, Any], set[str]]] = [
    ("/links/Bad", {}, {"sourceEntityType", "sourceEntityTypeName", "targetEntityType", "targetEntityTypeName",
                        "participantPropertyReferences"}),
    ("/links/Bad", LINK | {"operationType": "Fly", "mappings": [{}]},
     {"operationType", "mappings[0].sourcePropertyName", "mappings[0].targetPropertyName"}),
    ("/links/Bad", LINK | {"participantPropertyReferences": [{"sourcePropertyName": "a",
                                                               "interactionPropertyName": "b"}]},
     {"participantPropertyReferences[0].sourcePropertyName", "participantPropertyReferences[0].targetPropertyName"}),
    ("/relationships/Bad", {"cardinality": "Few"}, {"profileType", "relatedProfileType", "cardinality"}),
    ("/relationshipLinks/Bad", {}, {"interactionType", "relationshipName", "profilePropertyReferences",
                                    "relatedProfilePropertyReferences"}),
    ("/kpi/Bad", {"entityType": "Thing", "function": "Guess"},
     {"entityType", "entityTypeName", "calculationWindow", "function", "expression"}),
    ("/kpi/Bad", KPI | {"thresHolds": {}}, {"thresHolds.lowerLimit", "thresHolds.upperLimit",
                                            "thresHolds.increasingKpi"}),
    ("/connectors/Bad", {"connectorType": "Pigeon"}, {"connectorType", "connectorProperties"}),
    ("/roleAssignments/Bad", {"role": "Boss", "principals": [{}]},
     {"role", "principals[0].principalId", "principals[0].principalType"}),
    ("/views/Bad?userId=*", {}, {"definition"}),
    ("/connectors/Till/mappings/Bad", MAPPING | {"mappingProperties": {}}, {"mappingProperties",
                                                                            "mappingProperties.structure"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "targets"), BAD, ids=[f"{row[0]} {number}" for number, row in enumerate(BAD)])
def test_what_is_missing(any_hub: Hub, path: str, body: dict[str, Any], targets: set[str]) -> None:
    """Everything that is missing or wrong is told at once, and nothing is stored."""
    any_hub.arm("PUT", "/connectors/Till", json=SAMPLES["connectors"][1])
    before = any_hub.firm.rows()
    path, _, query = path.partition("?")
    params = {"userId": "*"} if query else {}
    error = refused(any_hub.arm("PUT", path, json=body, params=params), 400, "InvalidTypeDefinition")
    found = {detail["target"] for detail in error["details"]}
    assert found == targets or found == targets - {"mappingProperties"}
    assert any_hub.firm.rows() == before


@pytest.mark.parametrize("name", ["9lives", "a", "a b", "x" * 513])
def test_names(any_hub: Hub, name: str) -> None:
    """Names of sub-resources are like those of types, and may be longer."""
    refused(any_hub.arm("PUT", f"/links/{name}", json=LINK), 400, "InvalidResourceName")
    assert any_hub.arm("PUT", f"/predictions/{name}", json={}).status_code == (200 if len(name) <= 512 else 400)


def test_what_is_sent_comes_back(any_hub: Hub) -> None:
    """Members without a rule are kept as they are, whatever they hold."""
    body = {"scoreLabel": "score", "grades": [{"gradeName": "A", "minScore": 90}], "nested": {"a": [1, None, "é"]}}
    made = any_hub.arm("PUT", "/predictions/Churn", json={"properties": body}).json()["properties"]
    assert {key: made[key] for key in body} == body


def test_views_belong_to_users(any_hub: Hub) -> None:
    """A view is one user's, or everybody's; who reads must say whose he means."""
    for user in ("u-1", "*"):
        body = {"definition": user, "userId": user}
        assert any_hub.arm("PUT", "/views/Mine", json=body, params={"userId": user}).status_code == 200
    assert any_hub.arm("PUT", "/views/Own", json={"definition": "x", "userId": "u-1"}).status_code == 200
    names = [
        view["properties"]["viewName"]
        for view in any_hub.arm("GET", "/views", params={"userId": "u-1"}).json()["value"]
    ]
    assert names == ["Mine", "Own"]
    shared = any_hub.arm("GET", "/views/Mine", params={"userId": "*"}).json()["properties"]
    assert (shared["definition"], shared["userId"]) == ("*", "*")
    third = any_hub.arm("PUT", "/views/Mine", json={"definition": "z"}, params={"userId": "u-2"}).json()["properties"]
    assert third["userId"] == "u-2"
    refused(any_hub.arm("GET", "/views/Mine"), 400, "InvalidQueryOption")
    refused(any_hub.arm("GET", "/views"), 400, "InvalidQueryOption")


def test_mappings_go_with_their_connector(any_hub: Hub) -> None:
    """A mapping needs its connector, and is deleted with it; one table of the vendor's has a path without manage."""
    refused(any_hub.arm("PUT", "/connectors/Gone/mappings/Rows", json=MAPPING), 404, "ResourceNotFound")
    any_hub.arm("PUT", "/connectors/Till", json=SAMPLES["connectors"][1])
    any_hub.arm("PUT", "/connectors/Till/mappings/Rows", json=MAPPING)
    connector = any_hub.arm("GET", "/connectors/Till").json()["properties"]
    assert isinstance(connector["connectorId"], int)
    assert (connector["state"], connector["connectorName"]) == ("Ready", "Till")
    short = f"/hubs/{any_hub.name}/connectors/Till/mappings/Rows"
    bare = any_hub.manage("GET", "/connectors/Till/mappings/Rows").json()
    assert any_hub.caller.request("GET", short).json() == bare
    assert {"dataFormatId", "created", "lastModified", "state", "connectorMappingName"} <= set(bare)
    assert any_hub.arm("DELETE", "/connectors/Till").status_code == 200
    any_hub.arm("PUT", "/connectors/Till", json=SAMPLES["connectors"][1])
    assert any_hub.arm("GET", "/connectors/Till/mappings").json() == {"value": []}


@pytest.mark.covers(
    "predictions.getModelStatus", "predictions.getTrainingResults", "predictions.modelStatus", "kpi.reprocess",
    "roles.list", "widgetTypes.list", "widgetTypes.get", "provider.operations",
)  # fmt: skip
def test_actions_and_lists(any_hub: Hub) -> None:
    """Actions come without a body and a content type, and have the contract's codes."""
    any_hub.arm("PUT", "/predictions/Churn", json={})
    any_hub.arm("PUT", "/kpi/Visits", json=KPI)
    assert any_hub.arm("POST", "/predictions/Churn/getModelStatus").json() == {
        "predictionName": "Churn", "status": "New",
    }  # fmt: skip
    assert any_hub.arm("POST", "/predictions/Churn/modelStatus", json={"status": "Active"}).status_code == 200
    assert any_hub.manage("POST", "/model/predictions/Churn/getModelStatus").json()["status"] == "Active"
    assert any_hub.arm("POST", "/predictions/Churn/getTrainingResults").status_code == 200
    assert any_hub.arm("POST", "/kpi/Visits/reprocess").status_code == 202
    refused(any_hub.arm("POST", "/predictions/Nope/getModelStatus"), 404, "ResourceNotFound")
    refused(any_hub.arm("POST", "/kpi/Nope/reprocess"), 404, "ResourceNotFound")
    refused(any_hub.arm("POST", "/predictions/Churn/modelStatus"), 400, "InvalidRequestContent")
    roles = [role["properties"]["roleName"] for role in any_hub.arm("GET", "/roles").json()["value"]]
    assert roles == ["Admin", "Reader", "ManageAdmin", "ManageReader", "DataAdmin", "DataReader"]
    assert any_hub.manage("GET", "/widgetTypes").json() == {"value": []}
    refused(any_hub.manage("GET", "/widgetTypes/x"), 404, "ResourceNotFound")
    operations = any_hub.caller.request(
        "GET", "/providers/Microsoft.CustomerInsights/operations", params={"api-version": "2017-04-26"}
    ).json()["value"]
    assert {"name", "display"} == set(operations[0])
    names = [operation["name"] for operation in operations]
    assert "Microsoft.CustomerInsights/hubs/interactions/write" in names
    assert "Microsoft.CustomerInsights/hubs/interactions/delete" not in names


@pytest.mark.covers(
    "predictiveMatchPolicies.get",
    "predictiveMatchPolicies.put",
    "predictiveMatchPolicies.list",
    "predictiveMatchPolicies.delete",
)
def test_predictive_match_policies(any_hub: Hub) -> None:
    """They are kept on the hub's own plane only."""
    path = "/model/predictiveMatchPolicies"
    assert any_hub.manage("PUT", f"{path}/Twins", json={"rule": ["a"]}).status_code == 201
    assert any_hub.manage("PUT", f"{path}/Twins", json={"rule": ["b"]}).status_code == 200
    assert any_hub.manage("GET", f"{path}/twins").json()["rule"] == ["b"]
    assert [item["policyName"] for item in any_hub.manage("GET", path).json()["value"]] == ["Twins"]
    assert any_hub.manage("DELETE", f"{path}/Twins").status_code == 200
    refused(any_hub.manage("GET", f"{path}/Twins"), 404, "ResourceNotFound")
    refused(any_hub.arm("GET", "/predictiveMatchPolicies"), 404, "ResourceNotFound")


def test_preconditions(any_hub: Hub) -> None:
    """If-Match and If-None-Match hold for sub-resources."""
    made = any_hub.arm("PUT", "/predictions/Churn", json={"a": 1}, headers={"If-None-Match": "*"})
    assert made.status_code == 200
    tag = made.headers["ETag"]
    again = any_hub.arm("PUT", "/predictions/Churn", json={"a": 2}, headers={"If-None-Match": "*"})
    refused(again, 412, "PreconditionFailed")
    assert any_hub.arm("PUT", "/predictions/Churn", json={"a": 2}, headers={"If-Match": tag}).status_code == 200
    refused(
        any_hub.arm("PUT", "/predictions/Churn", json={"a": 3}, headers={"If-Match": tag}), 412, "PreconditionFailed"
    )
    refused(any_hub.arm("DELETE", "/predictions/Churn", headers={"If-Match": tag}), 412, "PreconditionFailed")


def test_assignment_roles_in_any_casing(any_hub: Hub) -> None:
    """Words with a fixed set of values are answered in their own casing."""
    made = any_hub.arm("PUT", "/roleAssignments/Readers", json=ASSIGNMENT | {"role": "DATAREADER"})
    assert made.json()["properties"]["role"] == "DataReader"


def test_relationships_have_guids(any_hub: Hub) -> None:
    """A relationship and the links to it tell the same GUID."""
    made = any_hub.arm("PUT", "/relationships/WorksFor", json=RELATIONSHIP).json()["properties"]
    link = any_hub.arm("PUT", "/relationshipLinks/Visits", json=RELATIONSHIP_LINK).json()["properties"]
    assert made["relationshipGuidId"] == link["relationshipGuidId"]
    assert made["relationshipName"] == link["relationshipName"] == "WorksFor"
    assert codes(refused(any_hub.arm("PUT", "/relationships/Bad", json={"expiryDateTimeUtc": "soon"} | RELATIONSHIP),
                         400, "InvalidTypeDefinition")) == ["InvalidValue"]  # fmt: skip


def test_the_store_stays_sound(hub: Hub) -> None:
    """After one of everything was put, waited for and deleted, the check of the store finds nothing."""
    furnish(hub)
    hub.arm("PUT", "/predictions/Late", json={}, headers={"Prefer": "respond-async"})
    for kind, (path, _) in SEGMENTS.items():
        hub.arm("DELETE", f"{path}/{SAMPLES[kind][0]}", params={"userId": "u-1"} if kind == "views" else {})
    assert hub.firm.server.run(hub.firm.ledger.check.problems()) == []
