"""Profile types on both management planes (spec 3.1-3.3)."""

from typing import Any

import pytest

from .bodies import BRANCH_VISIT, HOUSEHOLD
from .conftest import Hub, codes, refused
from .routes import KPI, LINK, RELATIONSHIP

PATH = "/profiles/Household"


def define(hub: Hub, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Define the profile type and return its properties."""
    answer = hub.arm("PUT", PATH, json={"properties": body or HOUSEHOLD})
    assert answer.status_code == 200, answer.text
    properties: dict[str, Any] = answer.json()["properties"]
    return properties


class TestDefining:
    """PUT and GET."""

    @pytest.mark.covers("profiles.put", "profiles.get", "profiles.list")
    def test_the_example(self, hub: Hub) -> None:
        """The example of 3.2: fields, the system's own field and key, on both planes; and again without a change."""
        made = hub.arm("PUT", PATH, json={"properties": HOUSEHOLD})
        assert made.status_code == 200, made.text
        body = made.json()
        assert body["name"] == f"{hub.name}/Household"
        assert body["type"] == "Microsoft.CustomerInsights/hubs/profiles"
        properties = body["properties"]
        assert [(f["fieldName"], f["propertyId"]) for f in properties["fields"]] == [
            ("Street", "id1"), ("Number", "id2"), ("ProfileId", "PROFILEID"),
        ]  # fmt: skip
        assert [key["strongIdName"] for key in properties["strongIds"]] == ["Door", "ProfileId"]
        assert properties["entityType"] == "Profile"
        assert properties["instancesCount"] == 0
        rows = hub.firm.rows()
        for again in (HOUSEHOLD, properties):
            assert hub.arm("PUT", PATH, json=again).json() == body
        assert hub.manage("PUT", "/model/profiles/household", json=properties).json() == properties
        assert hub.firm.rows() == rows
        assert hub.manage("GET", "/model/profiles/Household").json() == properties
        listed = hub.arm("GET", "/profiles").json()["value"]
        assert [item["name"] for item in listed] == [
            f"{hub.name}/{n}" for n in ("Contact", "Household", "Organization")
        ]
        assert listed[1] == body

    def test_built_in_types(self, hub: Hub) -> None:
        """Contact and Organization are there from birth, may get fields, and lose none."""
        contact = hub.arm("GET", "/profiles/contact").json()["properties"]
        assert [f["fieldName"] for f in contact["fields"]] == [
            "ContactId", "FirstName", "LastName", "DisplayName", "Email", "Phone", "OrganizationId", "ProfileId",
        ]  # fmt: skip
        assert [key["keyPropertyNames"] for key in contact["strongIds"]] == [["ContactId"], ["Email"], ["ProfileId"]]
        assert contact["attributes"]["sys.builtIn"] == ["true"]
        more = contact | {"fields": [*contact["fields"], {"fieldName": "Shoe", "fieldType": "Edm.Int16"}]}
        changed = hub.arm("PUT", "/profiles/Contact", json=more)
        assert changed.status_code == 200, changed.text
        assert "Shoe" in [f["fieldName"] for f in changed.json()["properties"]["fields"]]
        less = contact | {"fields": [f for f in contact["fields"] if f["fieldName"] != "Email"], "strongIds": []}
        error = refused(hub.arm("PUT", "/profiles/Contact", json=less), 409, "BuiltInType")
        assert set(codes(error)) == {"BuiltInType"}

    def test_its_own_profile_id(self, any_hub: Hub) -> None:
        """A type may say more of the field that every profile has; its name and its type stay the system's."""
        declared = {"fieldName": "profileid", "fieldType": "Edm.Int32", "schemaItemPropLink": "x", "isName": True}
        answer = any_hub.arm("PUT", PATH, json=HOUSEHOLD | {"fields": [declared, *HOUSEHOLD["fields"]]})
        assert answer.status_code == 200, answer.text
        assert "ProfileId" in answer.headers["x-warnings"]
        properties = answer.json()["properties"]
        (field,) = [f for f in properties["fields"] if f["fieldName"].lower() == "profileid"]
        assert (field["fieldName"], field["fieldType"], field["propertyId"]) == ("ProfileId", "Edm.String", "PROFILEID")
        assert (field["schemaItemPropLink"], field["isName"], field["maxLength"]) == ("x", True, 4000)
        again = any_hub.arm("PUT", PATH, json=properties)
        assert again.json()["properties"] == properties

    def test_problems(self, any_hub: Hub) -> None:
        """All are told at once, and nothing is stored."""
        before = any_hub.firm.rows()
        body = {"fields": [{"fieldName": "a b", "fieldType": "x"}], "strongIds": [{"keyPropertyNames": ["No"]}]}
        error = refused(any_hub.arm("PUT", PATH, json=body), 400, "InvalidTypeDefinition")
        assert codes(error) == ["InvalidFieldName", "UnknownFieldType", "InvalidStrongId", "UnknownKeyProperty"]
        assert any_hub.firm.rows() == before
        refused(any_hub.arm("PUT", "/profiles/9lives", json=HOUSEHOLD), 400, "InvalidResourceName")

    def test_a_taken_entity_set(self, any_hub: Hub) -> None:
        """An entity set belongs to one type, of whichever kind."""
        taken = any_hub.arm("PUT", PATH, json=HOUSEHOLD | {"apiEntitySetName": "meetings"})
        refused(taken, 409, "ApiEntitySetNameInUse")
        define(any_hub)
        refused(
            any_hub.arm("PUT", "/interactions/Odd", json={"apiEntitySetName": "HouseHolds"}),
            409,
            "ApiEntitySetNameInUse",
        )

    def test_dry_run(self, any_hub: Hub) -> None:
        """It is told what would be stored, and nothing is."""
        before = any_hub.firm.rows()
        tried = any_hub.arm("PUT", PATH, json=HOUSEHOLD, params={"dryRun": "true"})
        assert tried.status_code == 200
        assert tried.headers["x-impact"] == "change=model"
        assert any_hub.firm.rows() == before
        refused(any_hub.arm("GET", PATH), 404, "ResourceNotFound")

    def test_preconditions(self, any_hub: Hub) -> None:
        """If-Match takes the version that was answered."""
        tag = any_hub.arm("PUT", PATH, json=HOUSEHOLD, headers={"If-None-Match": "*"}).headers["ETag"]
        refused(any_hub.arm("PUT", PATH, json=HOUSEHOLD, headers={"If-None-Match": "*"}), 412, "PreconditionFailed")
        changed = any_hub.arm("PUT", PATH, json=HOUSEHOLD | {"description": "x"}, headers={"If-Match": tag})
        assert changed.status_code == 200
        refused(any_hub.arm("DELETE", PATH, headers={"If-Match": tag}), 412, "PreconditionFailed")


class TestDeleting:
    """DELETE (12.5)."""

    @pytest.mark.covers("profiles.delete", "profiles.operation")
    def test_unused(self, hub: Hub) -> None:
        """200 when it was there, 204 when it was not; then its name and its entity set are free."""
        define(hub)
        gone = hub.arm("DELETE", PATH, params={"locale-code": "en-us"})
        assert (gone.status_code, gone.content) == (200, b"")
        gone = hub.arm("DELETE", PATH)
        assert (gone.status_code, gone.content) == (204, b"")
        refused(hub.arm("GET", PATH), 404, "ResourceNotFound")
        assert define(hub)["apiEntitySetName"] == "Households"
        assert hub.manage("DELETE", "/model/profiles/Household").status_code == 200

    def test_in_use(self, hub: Hub) -> None:
        """What an interaction type, a link or a relationship refers to stays: 409 says what does."""
        define(hub)
        participant = BRANCH_VISIT["participantProfiles"][0] | {
            "profileTypeName": "Household",
            "participantPropertyReferences": [{"sourcePropertyName": "VisitorRef", "targetPropertyName": "ProfileId"}],
        }
        hub.define("BranchVisit", BRANCH_VISIT | {"participantProfiles": [participant]})
        error = refused(hub.arm("DELETE", PATH), 409, "TypeInUse")
        assert "BranchVisit" in error["details"][0]["message"]
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.arm("PUT", "/links/ToHome", json=LINK | {"targetProfileType": "household"})
        hub.arm("PUT", "/relationships/LivesIn", json=RELATIONSHIP | {"relatedProfileType": "Household"})
        error = refused(hub.arm("DELETE", PATH), 409, "TypeInUse")
        assert [detail["target"] for detail in error["details"]] == ["links/ToHome", "relationships/LivesIn"]
        hub.arm("DELETE", "/links/ToHome")
        hub.arm("DELETE", "/relationships/LivesIn")
        assert hub.arm("DELETE", PATH).status_code == 200

    def test_built_in(self, any_hub: Hub) -> None:
        """Built-in types stay."""
        refused(any_hub.arm("DELETE", "/profiles/Contact"), 409, "BuiltInType")


@pytest.mark.covers("profiles.enrichingKpis", "profiles.enrichingKpis.get")
def test_enriching_kpis(any_hub: Hub) -> None:
    """The KPIs of a profile type, as a bare array; by POST as the contract and by GET as the pages have it."""
    assert any_hub.arm("POST", "/profiles/Contact/getEnrichingKpis").json() == []
    made = any_hub.arm("PUT", "/kpi/Visits", json=KPI).json()["properties"]
    any_hub.arm("PUT", "/kpi/Other", json=KPI | {"entityTypeName": "Organization"})
    for method in ("POST", "GET"):
        answer = any_hub.arm(method, "/profiles/Contact/getEnrichingKpis")
        assert answer.status_code == 200
        assert answer.json() == [made]
    refused(any_hub.arm("POST", "/profiles/Nope/getEnrichingKpis"), 404, "ResourceNotFound")
