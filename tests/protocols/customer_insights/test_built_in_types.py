"""The interaction types that every hub is born with (spec 3.3)."""

from .conftest import Hub, refused

FIELD = {"fieldName": "Extra", "fieldType": "Edm.String"}


class TestBuiltIn:
    """They may be extended, and keep what other protocols rely on."""

    def test_are_there(self, any_hub: Hub) -> None:
        """Activities where other protocols may change what they log, facts where not."""
        listed = any_hub.arm("GET", "/interactions").json()["value"]
        assert {item["properties"]["typeName"]: item["properties"]["isActivity"] for item in listed} == {
            "Meeting": True, "Call": True, "ChatMessage": True, "Email": False, "CanvassVisit": True,
            "LoggedInteraction": True,
        }  # fmt: skip
        meeting = any_hub.arm("GET", "/interactions/meeting").json()["properties"]
        assert meeting["attributes"]["sys.builtIn"] == ["true"]
        assert meeting["apiEntitySetName"] == "Meetings"
        assert meeting["primaryParticipantProfilePropertyName"] == "Initiator"
        assert [item["participantName"] for item in meeting["participantProfiles"]] == ["Attendees", "Initiator"]
        assert [field["fieldName"] for field in meeting["fields"]][:4] == [
            "EndedAt",
            "Subject",
            "Description",
            "Direction",
        ]

    def test_may_get_fields_and_lose_none(self, hub: Hub) -> None:
        """Further fields are welcome; what other protocols rely on stays."""
        meeting = hub.arm("GET", "/interactions/Meeting").json()["properties"]
        same = hub.arm("PUT", "/interactions/Meeting", json=meeting)
        assert same.json()["properties"]["fields"] == meeting["fields"]
        more = hub.define("Meeting", meeting | {"fields": [*meeting["fields"], FIELD]})
        assert more["fields"][-1]["fieldName"] == "Extra"
        fields = [field for field in meeting["fields"] if field["fieldName"] != "Subject"]
        error = refused(hub.arm("PUT", "/interactions/Meeting", json=meeting | {"fields": fields}), 409, "BuiltInType")
        assert "Subject" in error["message"]
        none = {"participantProfiles": [], "primaryParticipantProfilePropertyName": None}
        for part in (none, {"idPropertyNames": ["Subject"]}):
            refused(hub.arm("PUT", "/interactions/Meeting", json=more | part), 409, "BuiltInType")
