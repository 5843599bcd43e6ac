"""Interaction types on both management planes (spec 2, 4.2, 5, 7.1)."""

import pytest

from .bodies import BRANCH_VISIT, DESK_CALL, SEED
from .conftest import GROUP, Hub, codes, refused

TYPE = "/interactions/BranchVisit"


class TestDefining:
    """PUT and GET of a definition."""

    @pytest.mark.covers("interactions.put", "interactions.get", "interactions.list")
    def test_twice(self, hub: Hub) -> None:
        """The example of 2.4: the second PUT changes nothing, and everything that reads it says the same (12.1)."""
        first = hub.arm("PUT", TYPE, json={"properties": BRANCH_VISIT})
        assert first.status_code == 200, first.text
        rows = hub.firm.rows()
        second = hub.arm("PUT", TYPE, json={"properties": BRANCH_VISIT})
        assert second.status_code == 200
        assert second.json() == first.json()
        assert hub.firm.rows() == rows

        assert hub.arm("GET", TYPE).json() == first.json()
        listed = [item for item in hub.arm("GET", "/interactions").json()["value"] if "BranchVisit" in item["name"]]
        assert listed == [first.json()]
        bare = hub.manage("GET", "/model/interactions/BranchVisit")
        assert bare.json() == first.json()["properties"]

        body = first.json()
        assert body["id"] == f"{GROUP}/hubs/{hub.name}/interactions/BranchVisit"
        assert body["name"] == f"{hub.name}/BranchVisit"
        assert body["type"] == "Microsoft.CustomerInsights/hubs/interactions"
        properties = body["properties"]
        assert properties["provisioningState"] == "Succeeded"
        assert properties["tenantId"] == hub.name
        assert properties["entityType"] == "Interaction"
        assert properties["timestampFieldName"] == properties["timestampPropertyName"] == "ArrivedAt"
        assert properties["displayName"] == BRANCH_VISIT["displayName"]
        assert properties["lastChangedUtc"].endswith("Z")
        assert properties["instancesCount"] == 0
        assert properties["participantProfiles"][0]["participantPropertyReferences"] == [
            {
                "interactionPropertyName": "VisitorRef",
                "profilePropertyName": "ContactId",
                "sourcePropertyName": "VisitorRef",
                "targetPropertyName": "ContactId",
            }
        ]
        assert properties["fields"][0] == {
            "fieldName": "VisitKey", "fieldType": "Edm.String", "isArray": False, "isEnum": False, "isFlagEnum": False,
            "isImage": False, "isLocalizedString": False, "isName": False, "isRequired": True, "propertyId": "id1",
            "maxLength": 40, "isAvailableInGraph": True, "attributes": {}, "localizedAttributes": {},
        }  # fmt: skip

    def test_the_irregular_example(self, hub: Hub) -> None:
        """The tolerance fixture is accepted as it is, and answered regularly (12.2)."""
        properties = hub.define("DeskCall", DESK_CALL)
        assert properties["isActivity"] is False
        assert [field["fieldName"] for field in properties["fields"]] == ["CallKey", "line1", "RangAt", "Caller"]

    def test_the_example_of_the_page(self, hub: Hub) -> None:
        """So is the vendor's own."""
        hub.define("TestInteractionType6358", SEED)

    def test_strict(self, hub: Hub) -> None:
        """In a strict hub it is refused with exactly two details, and nothing is stored (12.2)."""
        assert hub.arm("PUT", json={"tags": {"typeValidation": "strict"}}).status_code == 200
        before = hub.firm.rows()
        error = refused(hub.arm("PUT", "/interactions/DeskCall", json=DESK_CALL), 400, "InvalidTypeDefinition")
        assert codes(error) == ["UnknownTimestampField", "UnknownInteractionProperty"]
        assert hub.firm.rows() == before
