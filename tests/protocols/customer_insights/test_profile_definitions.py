"""Reading definitions of profile types (spec 3.1)."""

from typing import Any

import pytest

from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import read_profile_type
from interlog.protocols.customer_insights.translate import profile_type_of

from .bodies import HOUSEHOLD
from .test_definitions import CATALOG


class TestProfileTypes:
    """Types of profiles (spec 3.1)."""

    def test_the_example(self) -> None:
        """The specification's example, whose two fields are one key."""
        document, notes = read_profile_type(HOUSEHOLD, "Household", CATALOG)
        assert notes.problems == []
        assert document["strongIds"] == [{"strongIdName": "Door", "keyPropertyNames": ["Street", "Number"]}]
        assert [f["propertyId"] for f in document["fields"]] == ["id1", "id2"]
        stored = Catalog([], [profile_type_of(document)])
        assert read_profile_type(HOUSEHOLD, "household", stored)[0] == document

    def test_what_the_system_adds_is_taken_back(self) -> None:
        """ProfileId and its key, which every answer has, are no part of the definition."""
        document, notes = read_profile_type(
            HOUSEHOLD
            | {
                "strongIds": [
                    {"strongIdName": "Door", "keyPropertyNames": ["street"]},
                    {"strongIdName": "ProfileId", "keyPropertyNames": "ProfileId", "descriptions": {}},
                ],
                "fields": [*HOUSEHOLD["fields"], {"fieldName": "ProfileId", "fieldType": "Edm.String"}],
            },
            "Household",
            CATALOG,
        )
        assert notes.problems == []
        assert document["strongIds"] == [{"strongIdName": "Door", "keyPropertyNames": ["Street"]}]
        assert [f["fieldName"] for f in document["fields"]] == ["Street", "Number"]

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"strongIds": [{"keyPropertyNames": ["Street"]}]}, ("InvalidStrongId", "strongIds[0].strongIdName")),
            ({"strongIds": [{"strongIdName": "a"}]}, ("InvalidStrongId", "strongIds[0].keyPropertyNames")),
            ({"strongIds": [{"strongIdName": "a", "keyPropertyNames": ["x"]}]},
             ("UnknownKeyProperty", "strongIds[0].keyPropertyNames[0]")),
            ({"strongIds": [{"strongIdName": "a", "keyPropertyNames": ["Street", "street"]}]},
             ("InvalidKeyProperty", "strongIds[0].keyPropertyNames[1]")),
            ({"fields": [{"fieldName": "Interactions", "fieldType": "Edm.Int32"}], "strongIds": []},
             ("ReservedName", "fields[0].fieldName")),
            ({"entityType": "Interaction"}, ("EntityTypeMismatch", "entityType")),
            ({"timestampFieldName": "Street"}, ("InvalidTimestampField", "timestampFieldName")),
            ({"timestampFieldName": "Nope"}, ("UnknownTimestampField", "timestampFieldName")),
        ],
    )  # fmt: skip
    def test_rules(self, body: dict[str, Any], expected: tuple[str, str]) -> None:
        """Keys are declared single fields, and what the system's own is called is not to be declared."""
        _, notes = read_profile_type(HOUSEHOLD | body, "Household", CATALOG)
        assert [(detail.code, detail.target) for detail in notes.problems] == [expected]
