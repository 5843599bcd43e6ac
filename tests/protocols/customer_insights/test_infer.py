"""Definitions proposed from samples, and definitions as JSON Schema (spec 9.3, 9.9)."""

from typing import Any

import pytest

from .bodies import BRANCH_VISIT
from .conftest import Hub, refused

CSV = """visit_id,arrived,postal_code,minutes,price,happy,note,ticket
V-1,2026-03-04T10:15:00+01:00,01067,12,1.5,true,,0191a3c4-6f0c-7a0e-9a59-0f5a3b7c7d11
V-2,2026-03-05 11:00,80331,25,3,FALSE,"a, b",0191a3c4-6f0c-7a0e-9a59-0f5a3b7c7d12
"""

PROPOSED = {
    "visit_id": ("Edm.String", True),
    "arrived": ("Edm.DateTimeOffset", True),
    "postal_code": ("Edm.String", True),
    "minutes": ("Edm.Int32", True),
    "price": ("Edm.Double", True),
    "happy": ("Edm.Boolean", True),
    "note": ("Edm.String", False),
    "ticket": ("Edm.Guid", True),
}


def infer(hub: Hub, content: str, media_type: str = "application/json") -> Any:
    """Send a sample."""
    return hub.manage(
        "POST", "/model/interactions/Sampled/infer", content=content.encode(), headers={"Content-Type": media_type}
    )


class TestInfer:
    """``infer`` proposes what PUT takes, and stores nothing."""

    @pytest.mark.covers("interactions.infer")
    def test_csv(self, hub: Hub) -> None:
        """Types are the narrowest that all values fit; leading zeros are text; the first key and time are proposed."""
        rows = hub.firm.rows()
        proposed = infer(hub, CSV, "text/csv").json()
        assert {f["fieldName"]: (f["fieldType"], f["isRequired"]) for f in proposed["fields"]} == PROPOSED
        assert proposed["idPropertyNames"] == ["visit_id"]
        assert proposed["timestampFieldName"] == "arrived"
        assert hub.firm.rows() == rows
        assert hub.define("Sampled", proposed)["timestampFieldName"] == "arrived"

    def test_json(self, any_hub: Hub) -> None:
        """Arrays, lines and one object alike; lists are arrays, objects stay undeclared."""
        rows = '[{"a": 1, "tags": ["x"], "big": 3000000000, "o": {"p": 1}}, {"a": 2, "tags": [], "9": 1}]'
        lines = rows.strip("[]").replace("}, {", "}\n{")
        for content, media_type in ((rows, "application/json"), (lines, "application/x-ndjson")):
            proposed = infer(any_hub, content, media_type).json()
            fields = {f["fieldName"]: f for f in proposed["fields"]}
            assert set(fields) == {"a", "tags", "big"}
            assert fields["tags"]["isArray"] is True
            assert (fields["big"]["fieldType"], fields["big"]["isRequired"]) == ("Edm.Int64", False)
            assert proposed["idPropertyNames"] == ["a"]

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [("", "application/json"), ("{", "application/json"), ("[5]", "application/json"), ("a,b\n", "text/csv"),
         ('a\n"x', "text/csv"), ("[]", "application/json")],
    )  # fmt: skip
    def test_no_samples(self, any_hub: Hub, content: str, media_type: str) -> None:
        """What holds no rows is refused."""
        refused(infer(any_hub, content, media_type), 400, "InvalidRequestContent")


class TestSchema:
    """``schema`` is what other tools check instances by."""

    @pytest.mark.covers("interactions.schema")
    def test_each_version_has_one(self, hub: Hub) -> None:
        """The newest by default, others by their number or their three."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.define(
            "BranchVisit",
            BRANCH_VISIT | {"fields": [*BRANCH_VISIT["fields"], {"fieldName": "Fee", "fieldType": "Decimal"}]},
        )
        path = "/model/interactions/branchvisit/schema"
        newest = hub.manage("GET", path)
        schema = newest.json()
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"].endswith("/manage/model/interactions/BranchVisit/schema?version=1-0-1")
        assert schema["title"] == "Branch visit"
        assert schema["required"] == ["VisitKey", "ArrivedAt"]
        assert schema["properties"]["VisitKey"] == {"type": "string", "maxLength": 40}
        assert schema["properties"]["Mood"] == {"enum": [1, 2]}
        assert schema["properties"]["Fee"] == {"type": "number"}
        for version in ("1", "1-0-0"):
            assert "Fee" not in hub.manage("GET", path, params={"version": version}).json()["properties"]
        assert hub.arm("GET", "/interactions/BranchVisit/schema", params={"version": "2"}).json() == schema
        refused(hub.manage("GET", path, params={"version": "7"}), 404, "ResourceNotFound")

    def test_every_kind_of_field(self, any_hub: Hub) -> None:
        """Arrays, flags, localized texts and special numbers have schemas too."""
        names = {"value": 1, "localizedValueNames": {"en-us": "One"}}
        any_hub.define("Wide", {"fields": [
            {"fieldName": "A", "fieldType": "Edm.Guid", "isArray": True},
            {"fieldName": "L", "fieldType": "Edm.String", "isLocalizedString": True},
            {"fieldName": "F", "fieldType": "Edm.Int32", "isEnum": True, "isFlagEnum": True,
             "enumValidValues": [names, {"value": 4}]},
            {"fieldName": "S", "fieldType": "Edm.String", "isEnum": True, "enumValidValues": [names]},
            {"fieldName": "D", "fieldType": "Edm.Double"},
        ]})  # fmt: skip
        properties = any_hub.manage("GET", "/model/interactions/Wide/schema").json()["properties"]
        assert properties["A"] == {"type": "array", "items": {"type": "string", "format": "uuid"}}
        assert properties["L"] == {"type": "object", "additionalProperties": {"type": "string"}}
        assert properties["F"] == {"type": "integer", "minimum": 0, "maximum": 5}
        assert properties["S"] == {"enum": ["One"]}
        assert {"enum": ["INF", "-INF", "NaN"]} in properties["D"]["anyOf"]
