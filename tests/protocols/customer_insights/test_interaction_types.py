"""Interaction types on both management planes (spec 2, 4.2, 5, 7.1)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.serving import wait_until

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

    def test_wrapped_or_bare_on_both_planes(self, any_hub: Hub) -> None:
        """A definition may stand in ``properties`` or by itself, and an envelope as it was answered."""
        whole = any_hub.arm("PUT", TYPE, json={"properties": BRANCH_VISIT}).json()
        for body in (BRANCH_VISIT, {"Properties": BRANCH_VISIT}, whole, whole["properties"]):
            assert any_hub.arm("PUT", TYPE, json=body).json() == whole
            answer = any_hub.manage("PUT", "/model/interactions/BranchVisit", json=body)
            assert answer.status_code == 200
            assert answer.json() == whole["properties"]

    def test_created_on_the_hub_plane(self, any_hub: Hub) -> None:
        """There a new type is 201 and a known one 200; the ARM plane never has 201."""
        made = any_hub.manage("PUT", "/model/interactions/BranchVisit", json=BRANCH_VISIT)
        assert made.status_code == 201
        assert any_hub.manage("PUT", "/model/interactions/BranchVisit", json=BRANCH_VISIT).status_code == 200

    def test_all_locales_always(self, any_hub: Hub) -> None:
        """What clients send for a locale filters nothing: what they put back would lose the others."""
        any_hub.define("BranchVisit", BRANCH_VISIT)
        for parameter in ("locale-code", "locale"):
            read = any_hub.arm("GET", TYPE, params={parameter: "en-us"}).json()
            assert read["properties"]["displayName"] == BRANCH_VISIT["displayName"]
            assert any_hub.arm("GET", "/interactions", params={parameter: "en-us"}).status_code == 200

    def test_what_was_ignored_is_told(self, any_hub: Hub) -> None:
        """Unknown members are ignored, and listed in a header; warnings in another."""
        fields = [{"fieldName": "Value", "fieldType": "Edm.Int32", "shade": 1}]
        made = any_hub.arm(
            "PUT", "/interactions/Odd", json={"colour": "red", "grün": 1, "tenantId": "x", "fields": fields}
        )
        assert made.headers["x-ignored-properties"] == "fields[0].shade, colour, gr%C3%BCn"
        assert made.headers["x-warnings"] == "the field name Value is a reserved word"

    def test_without_participants(self, any_hub: Hub) -> None:
        """A primary participant may then name a declared field (12.3)."""
        properties = any_hub.define("Note", {
            "fields": [{"fieldName": "Author", "fieldType": "Edm.String"}],
            "primaryParticipantProfilePropertyName": "Author",
        })  # fmt: skip
        assert properties["primaryParticipantProfilePropertyName"] == "Author"
        assert properties["participantProfiles"] == []


class TestRefused:
    """What is refused: with its code, all at once, and nothing is stored (12.4)."""

    @pytest.mark.parametrize("name", ["9lives", "x", "a-b", "a b", "é1", "x" * 129])
    def test_names(self, any_hub: Hub, name: str) -> None:
        """A name of one character, or one that does not begin with a letter."""
        refused(any_hub.arm("PUT", f"/interactions/{name}", json={}), 400, "InvalidResourceName")

    def test_everything_at_once(self, hub: Hub) -> None:
        """Each problem has its code and path."""
        before = hub.firm.rows()
        body = {
            "typeName": "Other",
            "fields": [
                {"fieldName": "Key1", "fieldType": "Edm.String"},
                {"fieldName": "KEY1", "fieldType": "Edm.String"},
                {"fieldName": "Count1", "fieldType": "Edm.Int32"},
            ],
            "idPropertyNames": ["Nope"],
            "timestampFieldName": "Count1",
            "participantProfiles": [{"participantName": "P", "profileTypeName": "Ghost"}],
        }
        error = refused(hub.arm("PUT", TYPE, json={"properties": body}), 400, "InvalidTypeDefinition")
        assert error["message"] == "The definition of interaction type 'BranchVisit' has 6 problems."
        assert error["target"] == "properties"
        assert {(detail["code"], detail["target"]) for detail in error["details"]} == {
            ("NameMismatch", "typeName"),
            ("DuplicateFieldName", "fields[1].fieldName"),
            ("UnknownIdProperty", "idPropertyNames[0]"),
            ("InvalidTimestampField", "timestampFieldName"),
            ("UnknownProfileType", "participantProfiles[0].profileTypeName"),
            ("MissingParticipantReference", "participantProfiles[0].participantPropertyReferences"),
        }
        assert hub.firm.rows() == before

    def test_a_taken_entity_set(self, hub: Hub) -> None:
        """An entity set that a profile type has is not free for an interaction type."""
        refused(
            hub.arm("PUT", TYPE, json=BRANCH_VISIT | {"apiEntitySetName": "Contacts"}), 409, "ApiEntitySetNameInUse"
        )
        assert hub.define("Contacts", {})["apiEntitySetName"] == "ContactsSet"

    def test_pseudo_json(self, any_hub: Hub) -> None:
        """What the vendor prints with single quotes is no JSON."""
        refused(any_hub.arm("PUT", TYPE, content=b"{'fields': []}"), 400, "InvalidRequestContent")

    def test_other_content_types(self, any_hub: Hub) -> None:
        """A body that says it is something else is not read."""
        headers = {"Content-Type": "application/xml"}
        refused(any_hub.arm("PUT", TYPE, content=b"<a/>", headers=headers), 415, "UnsupportedMediaType")
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        refused(any_hub.arm("PUT", TYPE, content=b"a=b", headers=headers), 415, "UnsupportedMediaType")
        assert any_hub.arm("PUT", TYPE, content=b"{}", headers=headers).status_code == 200, "as curl sends it"


FIELD = {"fieldName": "Extra", "fieldType": "Edm.String"}
INSTANCE = {
    "InteractionType": "BranchVisit", "VisitKey": "V-7", "ArrivedAt": "2026-03-04T10:15:00+01:00", "VisitorRef": "42",
    "Minutes": 12, "Mood": "Happy",
}  # fmt: skip


def with_field(name: str, **changes: Any) -> dict[str, Any]:
    """Return the definition with changes to one of its fields."""
    fields = [field | changes if field["fieldName"] == name else field for field in BRANCH_VISIT["fields"]]
    return BRANCH_VISIT | {"fields": fields}


def without_field(name: str) -> dict[str, Any]:
    """Return the definition without one of its fields."""
    fields = [field for field in BRANCH_VISIT["fields"] if field["fieldName"] != name]
    return BRANCH_VISIT | {"fields": fields}


CHANGES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("an optional field", BRANCH_VISIT | {"fields": [*BRANCH_VISIT["fields"], FIELD]}, "1-0-1", True),
    ("a locale", BRANCH_VISIT | {"displayName": BRANCH_VISIT["displayName"] | {"fr-fr": "Visite"}}, "1-0-1", True),
    ("an attribute", BRANCH_VISIT | {"attributes": {"a": ["b"]}}, "1-0-1", True),
    ("an image", BRANCH_VISIT | {"smallImage": "a.png"}, "1-0-1", True),
    ("an enum value", with_field("Mood", enumValidValues=[
        *BRANCH_VISIT["fields"][5]["enumValidValues"], {"value": 3, "localizedValueNames": {}}]), "1-0-1", True),
    ("a required field", BRANCH_VISIT | {"fields": [*BRANCH_VISIT["fields"], FIELD | {"isRequired": True}]},
     "1-1-0", True),
    ("optional to required", with_field("Minutes", isRequired=True), "1-1-0", True),
    ("required to optional", with_field("ArrivedAt", isRequired=False), "1-1-0", True),
    ("wider", with_field("Minutes", fieldType="Edm.Int64"), "1-1-0", True),
    ("to a decimal", with_field("Minutes", fieldType="Edm.Decimal"), "1-1-0", True),
    ("to a text", with_field("Minutes", fieldType="Edm.String"), "1-1-0", True),
    ("a longer text", with_field("VisitKey", maxLength=80), "1-1-0", True),
    ("a shorter text", with_field("VisitKey", maxLength=4), "1-1-0", True),
    ("less of an enum", with_field("Mood", enumValidValues=BRANCH_VISIT["fields"][5]["enumValidValues"][:1]),
     "1-1-0", True),
    ("another type", with_field("Minutes", fieldType="Edm.Guid"), "2-0-0", False),
    ("an array", with_field("Minutes", isArray=True), "2-0-0", False),
    ("no enum", with_field("Mood", isEnum=False, enumValidValues=None), "2-0-0", False),
    ("without a field", without_field("Minutes"), "2-0-0", True),
    ("another identity", BRANCH_VISIT | {"idPropertyNames": ["VisitorRef"]}, "2-0-0", False),
    ("no timestamp", {key: value for key, value in BRANCH_VISIT.items() if key != "timestampFieldName"}, "1-1-0", True),
    ("fewer participants", BRANCH_VISIT | {"participantProfiles": BRANCH_VISIT["participantProfiles"][:1]},
     "1-1-0", True),
    ("another entity set", BRANCH_VISIT | {"apiEntitySetName": "Besuche"}, "1-1-0", True),
]  # fmt: skip
"""The rows of 7.1: the change, the version it makes of 1-0-0, and whether it is allowed with instances."""


class TestChanging:
    """What may change in a definition (7.1)."""

    @pytest.mark.parametrize(
        ("body", "version", "allowed"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
    )
    @pytest.mark.parametrize("used", [False, True], ids=["empty", "used"])
    def test_row(self, hub: Hub, body: dict[str, Any], version: str, allowed: bool, used: bool) -> None:
        """The change is made and counted, or refused and nothing is stored; what is stored stays readable."""
        hub.define("BranchVisit", BRANCH_VISIT)
        stored = None
        if used:
            posted = hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
            assert posted.status_code == 202, posted.text
            stored = posted.json()
        rows = hub.firm.rows()
        changed = hub.arm("PUT", TYPE, json=body)
        if used and not allowed:
            error = refused(changed, 409, "TypeChangeNotAllowed")
            assert error["details"][0]["target"]
            assert hub.firm.rows() == rows
            return
        assert changed.status_code == 200, changed.text
        properties = changed.json()["properties"]
        assert properties["attributes"]["sys.schemaVersion"] == [version]
        assert hub.arm("PUT", TYPE, json=changed.json()).headers["ETag"] == '"2"'
        if stored is not None:
            read = hub.caller.request("GET", f"/hubs/{hub.name}/data/Interactions('V-7')").json()
            assert {key: read.get(key) for key in INSTANCE} == {key: stored[key] for key in INSTANCE}

    def test_is_activity_is_for_ever(self, hub: Hub) -> None:
        """It is decided when the type is created (12.5); left out later, it stays."""
        hub.define("Repair", {"isActivity": True})
        refused(hub.arm("PUT", "/interactions/Repair", json={"isActivity": "FALSE"}), 409, "IsActivityImmutable")
        assert hub.define("Repair", {})["isActivity"] is True
        refused(hub.arm("PUT", "/interactions/Meeting", json={"isActivity": False}), 409, "IsActivityImmutable")

    def test_a_field_comes_back(self, hub: Hub) -> None:
        """A field that is left out while there are instances is retired, and revived with the number it had."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
        hub.define("BranchVisit", without_field("Minutes"))
        revived = hub.define("BranchVisit", with_field("Minutes", fieldName="MINUTES"))
        ids = {field["fieldName"]: field["propertyId"] for field in revived["fields"]}
        assert ids["Minutes"] == "id5"
        hub.define("BranchVisit", without_field("Minutes"))
        other = hub.arm("PUT", TYPE, json=with_field("Minutes", fieldType="Edm.Guid"))
        refused(other, 409, "TypeChangeNotAllowed")

    def test_a_former_entity_set(self, hub: Hub) -> None:
        """The former name of an entity set stays an alias, and stays taken."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.define("BranchVisit", BRANCH_VISIT | {"apiEntitySetName": "Besuche"})
        refused(
            hub.arm("PUT", "/interactions/Other", json={"apiEntitySetName": "BranchVisits"}),
            409,
            "ApiEntitySetNameInUse",
        )
        for name in ("BranchVisits", "Besuche"):
            assert hub.caller.request("GET", f"/hubs/{hub.name}/data/{name}").status_code == 200
        assert hub.define("BranchVisit", BRANCH_VISIT)["apiEntitySetName"] == "BranchVisits"

    @pytest.mark.covers("interactions.versions")
    def test_versions_are_kept(self, hub: Hub) -> None:
        """Every version of a definition can be read (9.3)."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.define("BranchVisit", BRANCH_VISIT | {"description": "More"})
        every = hub.manage("GET", "/model/interactions/BranchVisit/versions").json()["value"]
        assert [version["attributes"]["sys.schemaVersion"] for version in every] == [["1-0-0"], ["1-0-1"]]
        assert "description" not in every[0]

    def test_a_dry_run(self, hub: Hub) -> None:
        """All checks are made, the impact is told, and nothing is stored (9.5, 9.8)."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
        rows = hub.firm.rows()
        dry = {"params": {"dryRun": "true"}}
        tried = hub.arm("PUT", TYPE, json=BRANCH_VISIT | {"description": "More"}, **dry)
        assert tried.status_code == 200
        assert tried.headers["x-impact"] == "change=addition, instances=1"
        assert hub.arm("PUT", TYPE, json=BRANCH_VISIT, **dry).headers["x-impact"] == "change=none, instances=0"
        refused(hub.arm("PUT", TYPE, json={"fields": 5}, **dry), 400, "InvalidTypeDefinition")
        refused(hub.arm("PUT", TYPE, json=with_field("Minutes", isArray=True), **dry), 409, "TypeChangeNotAllowed")
        assert hub.arm("PUT", "/interactions/New1", json={}, **dry).headers["x-impact"] == "change=model, instances=0"
        assert hub.firm.rows() == rows
        refused(hub.arm("GET", "/interactions/New1"), 404, "ResourceNotFound")

    def test_preconditions(self, hub: Hub) -> None:
        """If-Match takes the version that was answered; If-None-Match: * only what is new (1.4)."""
        made = hub.arm("PUT", TYPE, json=BRANCH_VISIT, headers={"If-None-Match": "*"})
        assert made.status_code == 200
        tag = made.headers["ETag"]
        refused(hub.arm("PUT", TYPE, json=BRANCH_VISIT, headers={"If-None-Match": "*"}), 412, "PreconditionFailed")
        more = BRANCH_VISIT | {"description": "More"}
        assert hub.arm("PUT", TYPE, json=more, headers={"If-Match": tag}).headers["ETag"] != tag
        for stale in (tag, '"0"', '"x"', "W/" + tag):
            refused(hub.arm("PUT", TYPE, json=BRANCH_VISIT, headers={"If-Match": stale}), 412, "PreconditionFailed")
        assert hub.arm("PUT", TYPE, json=more, headers={"If-Match": "*"}).status_code == 200

    def test_instances_are_counted(self, hub: Hub) -> None:
        """``instancesCount`` follows, within five seconds."""
        hub.define("BranchVisit", BRANCH_VISIT)
        hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
        wait_until(lambda: hub.arm("GET", TYPE).json()["properties"]["instancesCount"] == 1)

    def test_expiry(self, hub: Hub) -> None:
        """From its expiry on a type takes no instances and can be read; a later one takes them again (7.3)."""
        hub.define("BranchVisit", BRANCH_VISIT)
        past = {"expiryDateTimeUtc": "2020-01-01T00:00:00+01:00"}
        properties = hub.define("BranchVisit", BRANCH_VISIT | past)
        assert properties["provisioningState"] == "Succeeded", "a PUT is never answered with another word"
        assert properties["expiryDateTimeUtc"] == "2019-12-31T23:00:00Z"
        assert hub.arm("GET", TYPE).json()["properties"]["provisioningState"] == "Expiring"
        posted = hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
        refused(posted, 409, "TypeExpired")
        assert hub.caller.request("GET", f"/hubs/{hub.name}/data/BranchVisits").status_code == 200
        hub.define("BranchVisit", BRANCH_VISIT | {"expiryDateTimeUtc": None})
        posted = hub.caller.request("POST", f"/hubs/{hub.name}/data/Interactions", json=INSTANCE)
        assert posted.status_code == 202


class TestAtOnce:
    """Definitions from many sides at the same moment."""

    def test_the_same_definition(self, hub: Hub) -> None:
        """All are answered alike, and one version is stored."""
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: hub.arm("PUT", TYPE, json=BRANCH_VISIT), range(24)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
        assert len(hub.arm("GET", f"{TYPE}/versions").json()["value"]) == 1

    def test_different_types(self, hub: Hub) -> None:
        """Each gets what it asks for, or is told that a name is taken; none is lost."""
        names = [f"Type{number}" for number in range(16)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda name: hub.arm("PUT", f"/interactions/{name}", json=BRANCH_VISIT), names))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 15
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda name: hub.arm("PUT", f"/interactions/{name}", json={}), names))
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
