"""Reading definitions: everything that is accepted and every rule, all problems at once (spec 2.1-2.5, 3.1)."""

from collections.abc import Mapping
from typing import Any

import pytest

from interlog.model.profiles import BUILT_IN_PROFILE_TYPES
from interlog.model.types import BUILT_IN_TYPES
from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import (
    is_type_name,
    read_interaction_type,
    read_profile_type,
    taken_set,
)
from interlog.protocols.customer_insights.source import Notes
from interlog.protocols.customer_insights.translate import document_of, profile_document_of, type_of

from .bodies import BRANCH_VISIT, DESK_CALL, SEED

CATALOG = Catalog(BUILT_IN_TYPES, BUILT_IN_PROFILE_TYPES)
STRICT = Catalog(BUILT_IN_TYPES, BUILT_IN_PROFILE_TYPES, is_strict=True)

KEY = {"fieldName": "Key1", "fieldType": "Edm.String"}
WHEN = {"fieldName": "When", "fieldType": "Edm.DateTimeOffset"}
REFERENCE = {"interactionPropertyName": "Key1", "profilePropertyName": "ContactId"}
PARTICIPANT = {"participantName": "P", "profileTypeName": "Contact", "participantPropertyReferences": [REFERENCE]}


def read(body: Mapping[str, Any], catalog: Catalog = CATALOG, name: str = "Visit") -> tuple[dict[str, Any], Notes]:
    """Read an interaction type."""
    return read_interaction_type(body, name, catalog)


def accepted(body: Mapping[str, Any], catalog: Catalog = CATALOG, name: str = "Visit") -> dict[str, Any]:
    """Return the document of an interaction type without problems."""
    document, notes = read(body, catalog, name)
    assert notes.problems == []
    return document


def problems(body: Mapping[str, Any], catalog: Catalog = CATALOG) -> list[tuple[str, str | None]]:
    """Return codes and paths of everything wrong with an interaction type."""
    return [(detail.code, detail.target) for detail in read(body, catalog)[1].problems]


class TestAccepted:
    """What the sources themselves print is accepted."""

    def test_the_example_of_the_page(self) -> None:
        """The vendor's own example, whose casing, texts and references are irregular throughout."""
        document = accepted(SEED, name="TestInteractionType6358")
        assert document["isActivity"] is False
        assert document["idPropertyNames"] == ["TestInteractionType6358"]
        assert document["timestampFieldName"] == "TimeOpened"
        assert [f["fieldName"] for f in document["fields"]] == [
            "TestInteractionType6358", "profile1", "TimeOpened", "Receiver",
        ]  # fmt: skip
        assert [f["propertyId"] for f in document["fields"]] == ["id1", "id2", "id3", "id4"]

    def test_references_to_undeclared_fields_imply_them(self) -> None:
        """A timestamp implies a date-time, a participant a field of the profile's type, both marked."""
        document = accepted(DESK_CALL, name="DeskCall")
        implied = {f["fieldName"]: f for f in document["fields"] if "sys.implied" in f["attributes"]}
        assert {name: f["fieldType"] for name, f in implied.items()} == {
            "RangAt": "Edm.DateTimeOffset", "Caller": "Edm.String",
        }  # fmt: skip
        assert not any(f["isRequired"] for f in implied.values())

    def test_a_strict_hub_refuses_them(self) -> None:
        """There the same body has exactly two problems."""
        _, notes = read(DESK_CALL, STRICT, "DeskCall")
        assert [(detail.code, detail.target) for detail in notes.problems] == [
            ("UnknownTimestampField", "timestampFieldName"),
            (
                "UnknownInteractionProperty",
                "participantProfiles[0].participantPropertyReferences[0].interactionPropertyName",
            ),
        ]

    def test_nothing_at_all(self) -> None:
        """An interaction type may have no fields: its instances are open."""
        document = accepted({})
        assert document["fields"] == document["participantProfiles"] == document["idPropertyNames"] == []
        assert document["apiEntitySetName"] == document["typeName"] == "Visit"

    def test_a_primary_participant_without_participants(self) -> None:
        """It then names a declared field."""
        assert accepted({"fields": [KEY], "primaryParticipantProfilePropertyName": "key1"})[
            "primaryParticipantProfilePropertyName"
        ] == "Key1"  # fmt: skip

    def test_names_are_found_in_any_casing(self) -> None:
        """References take the casing of what they refer to."""
        document = accepted(
            {
                "fields": [KEY, WHEN],
                "IDPROPERTYNAMES": "KEY1",
                "timestamppropertyname": "WHEN",
                "participantprofiles": [
                    {
                        "name": "P",
                        "profiletypename": "contact",
                        "participantPropertyReference": [{"sourcePropertyName": "kEY1", "targetPropertyName": "email"}],
                    }
                ],
            }
        )
        assert document["idPropertyNames"] == ["Key1"]
        assert document["timestampFieldName"] == "When"
        (participant,) = document["participantProfiles"]
        assert participant["profileTypeName"] == "Contact"
        assert participant["participantPropertyReferences"] == [
            {"interactionPropertyName": "Key1", "profilePropertyName": "Email"}
        ]

    def test_a_reference_without_a_profile_property(self) -> None:
        """It refers to the single key of the profile type."""
        body = {"fields": [KEY], "participantProfiles": [
            PARTICIPANT | {"participantPropertyReferences": [{"interactionPropertyName": "Key1"}]}]}  # fmt: skip
        (participant,) = accepted(body)["participantProfiles"]
        assert participant["participantPropertyReferences"][0]["profilePropertyName"] == "ContactId"

    @pytest.mark.parametrize(
        ("given", "canonical"),
        [
            ("Edm.String", "Edm.String"), ("edm.int32", "Edm.Int32"), ("DateTimeOffset", "Edm.DateTimeOffset"),
            ("Edm.DateTime", "Edm.DateTimeOffset"), ("timeofday", "Edm.TimeOfDay"), ("EDM.BYTE", "Edm.Byte"),
        ],
    )  # fmt: skip
    def test_types_in_any_spelling(self, given: str, canonical: str) -> None:
        """Types of fields are found in any casing, with or without their prefix."""
        assert accepted({"fields": [{"fieldName": "A", "fieldType": given}]})["fields"][0]["fieldType"] == canonical

    @pytest.mark.parametrize(
        ("given", "value"), [("TRUE", True), ("false", False), (1, True), (0, False), (None, False)]
    )
    def test_flags_in_any_spelling(self, given: Any, value: bool) -> None:
        """Booleans also come as texts and numbers."""
        assert accepted({"isActivity": given})["isActivity"] is value

    def test_plain_texts_and_single_values(self) -> None:
        """A text for texts by locale, and one value for a list of one."""
        document = accepted({"displayName": "Visit", "attributes": {"a": "b"}, "defaultDataSource": "till"})
        assert document["displayName"] == {"en-us": "Visit"}
        assert document["attributes"] == {"a": ["b"]}
        assert document["defaultDataSource"] | {"id": 1} == {
            "name": "till", "dataSourceType": "Connector", "status": "Active", "id": 1,
        }  # fmt: skip

    def test_attributes_of_the_server_are_left_out(self) -> None:
        """What begins with uci. or sys. is the server's own."""
        attributes = {"a": ["b"], "uci.SmallImage.ContentUrl": ["x"], "sys.schemaVersion": ["1-0-0"]}
        assert accepted({"attributes": attributes})["attributes"] == {"a": ["b"]}

    def test_what_means_nothing_is_told(self) -> None:
        """Unknown names are ignored and listed; those that only answers have are ignored without a word."""
        _, notes = read({"tenantId": "x", "Colour": 1, "fields": [KEY | {"propertyId": "x", "shade": 1}]})
        assert notes.problems == []
        assert notes.ignored == ["fields[0].shade", "Colour"]

    def test_a_reserved_word_that_does_not_collide(self) -> None:
        """It is accepted with a warning."""
        _, notes = read({"fields": [KEY | {"fieldName": "Value"}]})
        assert notes.problems == []
        assert notes.warnings == ["the field name Value is a reserved word"]

    def test_a_reference_that_covers_no_strong_id(self) -> None:
        """It is accepted with a warning: several profiles may fit."""
        weak = [{"interactionPropertyName": "Key1", "profilePropertyName": "LastName"}]
        body = {"fields": [KEY], "participantProfiles": [PARTICIPANT | {"participantPropertyReferences": weak}]}
        _, notes = read(body)
        assert notes.problems == []
        assert notes.warnings == ["participantProfiles[0].participantPropertyReferences cover no strong id of Contact"]


def fields(*items: dict[str, Any]) -> dict[str, Any]:
    """Return a body of fields alone."""
    return {"fields": list(items)}


def enum(*values: Any, **more: Any) -> dict[str, Any]:
    """Return a body with an enum of these values."""
    items = [value if isinstance(value, dict) else {"value": value} for value in values]
    return fields({"fieldName": "A", "fieldType": "Edm.Int32", "isEnum": True, "enumValidValues": items} | more)


def taking_part(**changes: Any) -> dict[str, Any]:
    """Return a body with a participant that differs from a valid one."""
    return fields(KEY) | {"participantProfiles": [PARTICIPANT | changes]}


PART = "participantProfiles[0]"
REF = f"{PART}.participantPropertyReferences[0]"

RULES: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("V2 name", {"typeName": "Other"}, [("NameMismatch", "typeName")]),
    ("V2 kind", {"entityType": "Profile"}, [("EntityTypeMismatch", "entityType")]),
    ("V2 number", {"entityType": 1}, [("EntityTypeMismatch", "entityType")]),
    ("V3 none", fields({"fieldType": "Edm.String"}), [("InvalidFieldName", "fields[0].fieldName")]),
    ("V3 form", fields(KEY | {"fieldName": "9a"}), [("InvalidFieldName", "fields[0].fieldName")]),
    ("V3 long", fields(KEY | {"fieldName": "a" * 129}), [("InvalidFieldName", "fields[0].fieldName")]),
    ("V3 kind", fields(KEY | {"fieldName": 5}), [("InvalidFieldName", "fields[0].fieldName")]),
    ("V3 twice", fields(KEY, KEY | {"fieldName": "KEY1"}), [("DuplicateFieldName", "fields[1].fieldName")]),
    ("V4 none", fields({"fieldName": "A"}), [("UnknownFieldType", "fields[0].fieldType")]),
    ("V4 unknown", fields({"fieldName": "A", "fieldType": "Edm.Blob"}), [("UnknownFieldType", "fields[0].fieldType")]),
    ("V5 flags", fields(KEY | {"isFlagEnum": True}), [("InconsistentFieldFlags", "fields[0].isFlagEnum")]),
    ("V5 enum", fields(KEY | {"isEnum": True}), [("InconsistentFieldFlags", "fields[0].enumValidValues")]),
    ("V5 empty", enum(), [("InconsistentFieldFlags", "fields[0].enumValidValues")]),
    ("V5 type", enum(1, fieldType="Edm.Double"), [("InconsistentFieldFlags", "fields[0].fieldType")]),
    ("V5 image", fields({"fieldName": "A", "fieldType": "Edm.Guid", "isImage": True}),
     [("InconsistentFieldFlags", "fields[0].fieldType")]),
    ("V5 local", fields(KEY | {"isLocalizedString": True, "isArray": True}),
     [("InconsistentFieldFlags", "fields[0].isArray")]),
    ("V6 twice", enum(1, 1), [("InvalidEnumValues", "fields[0].enumValidValues[1].value")]),
    ("V6 kind", enum("x"), [("InvalidEnumValues", "fields[0].enumValidValues[0].value")]),
    ("V6 none", enum({"localizedValueNames": {}}), [("InvalidEnumValues", "fields[0].enumValidValues[0].value")]),
    ("V6 bits", enum(1, 3, isFlagEnum=True), [("InvalidEnumValues", "fields[0].enumValidValues[1].value")]),
    ("V6 names", enum({"value": 1, "localizedValueNames": {"en-us": "A"}},
                      {"value": 2, "localizedValueNames": {"enUs": "a"}}),
     [("InvalidEnumValues", "fields[0].enumValidValues[1].localizedValueNames")]),
    ("V7 unknown", fields(KEY) | {"idPropertyNames": ["Nope"]}, [("UnknownIdProperty", "idPropertyNames[0]")]),
    ("V7 twice", fields(KEY) | {"idPropertyNames": ["Key1", "key1"]}, [("InvalidIdProperty", "idPropertyNames[1]")]),
    ("V7 type", fields(KEY | {"fieldType": "Edm.Double"}) | {"idPropertyNames": ["Key1"]},
     [("InvalidIdProperty", "idPropertyNames[0]")]),
    ("V7 array", fields(KEY | {"isArray": True}) | {"idPropertyNames": ["Key1"]},
     [("InvalidIdProperty", "idPropertyNames[0]")]),
    ("V9 type", fields(KEY) | {"timestampFieldName": "Key1"}, [("InvalidTimestampField", "timestampFieldName")]),
    ("V9 array", fields(WHEN | {"isArray": True}) | {"timestampFieldName": "When"},
     [("InvalidTimestampField", "timestampFieldName")]),
    ("V10 none", taking_part(participantName=None), [("InvalidParticipantName", f"{PART}.participantName")]),
    ("V10 twice", fields(KEY) | {"participantProfiles": [PARTICIPANT, PARTICIPANT | {"participantName": "p"}]},
     [("DuplicateParticipantName", "participantProfiles[1].participantName")]),
    ("V11", taking_part(profileTypeName="Ghost"), [("UnknownProfileType", f"{PART}.profileTypeName")]),
    ("V11 none", taking_part(profileTypeName=None), [("UnknownProfileType", f"{PART}.profileTypeName")]),
    ("V12", taking_part(participantPropertyReferences=[]),
     [("MissingParticipantReference", f"{PART}.participantPropertyReferences")]),
    ("V13 none", taking_part(participantPropertyReferences=[{"profilePropertyName": "Email"}]),
     [("UnknownInteractionProperty", f"{REF}.interactionPropertyName")]),
    ("V14", taking_part(participantPropertyReferences=[REFERENCE | {"profilePropertyName": "Nope"}]),
     [("UnknownProfileProperty", f"{REF}.profilePropertyName")]),
    ("V15", fields(KEY | {"isLocalizedString": True}) | {"participantProfiles": [PARTICIPANT]},
     [("InvalidReferenceType", f"{REF}.interactionPropertyName")]),
    ("2.3 twins", taking_part(participantPropertyReferences=[REFERENCE | {"targetPropertyName": "Email"}]),
     [("AmbiguousPropertyReference", f"{REF}.profilePropertyName")]),
    ("V17", fields(KEY) | {"primaryParticipantProfilePropertyName": "Nobody"},
     [("UnknownPrimaryParticipant", "primaryParticipantProfilePropertyName")]),
    ("V17 field", taking_part() | fields(KEY, WHEN) | {"primaryParticipantProfilePropertyName": "When"},
     [("UnknownPrimaryParticipant", "primaryParticipantProfilePropertyName")]),
    ("V18 form", {"apiEntitySetName": "a b"}, [("InvalidApiEntitySetName", "apiEntitySetName")]),
    ("V18 own", {"apiEntitySetName": "interactions"}, [("InvalidApiEntitySetName", "apiEntitySetName")]),
    ("V19 low", fields(KEY | {"maxLength": 0}), [("InvalidMaxLength", "fields[0].maxLength")]),
    ("V19 high", fields(KEY | {"maxLength": 2_000_000}), [("InvalidMaxLength", "fields[0].maxLength")]),
    ("V20", fields(KEY | {"fieldName": "interactiontype"}), [("ReservedName", "fields[0].fieldName")]),
    ("V20 id", fields(KEY | {"fieldName": "InteractionId"}), [("ReservedName", "fields[0].fieldName")]),
    ("V20 stamp", fields(WHEN | {"fieldName": "TimeStamp"}), [("ReservedName", "fields[0].fieldName")]),
    ("V21 up", {"smallImage": "../a.png"}, [("InvalidImagePath", "smallImage")]),
    ("V21 scheme", {"largeImage": "http://x/a.png"}, [("InvalidImagePath", "largeImage")]),
    ("V21 long", {"mediumImage": "a" * 513}, [("InvalidImagePath", "mediumImage")]),
    ("V22", {"displayName": {"en-us": 5}}, [("InvalidDictionary", "displayName")]),
    ("V22 lists", {"attributes": {"a": [1]}}, [("InvalidDictionary", "attributes")]),
    ("V22 nested", {"localizedAttributes": {"a": "b"}}, [("InvalidDictionary", "localizedAttributes")]),
    ("V24 fields", fields(*({"fieldName": f"f{n}", "fieldType": "Edm.String"} for n in range(501))),
     [("TooManyFields", "fields")]),
    ("V3 folded", fields(KEY | {"fieldName": "Straße"}, KEY | {"fieldName": "STRASSE"}),
     [("DuplicateFieldName", "fields[1].fieldName")]),
    ("V24 implied", {"participantProfiles": [PARTICIPANT | {"participantPropertyReferences": [
        {"interactionPropertyName": f"f{n}", "profilePropertyName": "Email"} for n in range(501)]}]},
     [("TooManyFields", "fields")]),
    ("V24 parts", {"participantProfiles": [PARTICIPANT] * 51}, [("TooManyParticipants", "participantProfiles")]),
    ("1.3 twice", {"typeName": "Visit", "TYPENAME": "visit2"}, [("DuplicateProperty", "TYPENAME")]),
    ("category", {"attributes": {"interlog.category": ["party"]}},
     [("InvalidValue", "attributes['interlog.category']")]),
    ("kinds", {"isActivity": "perhaps", "fields": [5], "participantProfiles": 7, "description": [1]},
     [("InvalidValue", "fields[0]"), ("InvalidValue", "isActivity"), ("InvalidValue", "participantProfiles[0]"),
      ("InvalidDictionary", "description")]),
]  # fmt: skip


class TestRefused:
    """Each rule of 2.5 has its code and path."""

    @pytest.mark.parametrize(("body", "expected"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
    def test_rule(self, body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
        """The problem is told with its code and path, and no other is."""
        found = problems(body)
        assert [problem for problem in expected if problem not in found] == []
        assert len(found) == len(expected)

    def test_all_at_once(self) -> None:
        """Several problems are told together."""
        body = {
            "fields": [KEY, KEY, {"fieldName": "N", "fieldType": "Edm.Int32"}],
            "idPropertyNames": ["Nope"],
            "timestampFieldName": "N",
            "participantProfiles": [PARTICIPANT | {"profileTypeName": "Ghost"}],
        }
        assert {code for code, _ in problems(body)} == {
            "DuplicateFieldName", "UnknownIdProperty", "InvalidTimestampField", "UnknownProfileType",
        }  # fmt: skip

    def test_a_name_may_be_given_twice_with_one_value(self) -> None:
        """The same in two casings, or under an alias too, is no problem."""
        assert problems({"typeName": "Visit", "TypeName": "Visit"}) == []
        assert problems(fields(WHEN) | {"timestampFieldName": "When", "timestampPropertyName": "When"}) == []

    @pytest.mark.parametrize(
        ("name", "fits"),
        [("Visit", True), ("V2", True), ("a_1", True), ("9lives", False), ("A", False), ("a b", False), ("", False),
         ("A" * 128, True), ("A" * 129, False), ("Ä1", False), ("ab\n", False), ("_ab", False)],
    )  # fmt: skip
    def test_names_of_types(self, name: str, fits: bool) -> None:
        """V1: a letter, then letters, digits and _, two to 128 characters."""
        assert is_type_name(name) is fits

    def test_a_taken_entity_set(self) -> None:
        """V18: an entity set belongs to one type, of either kind and in any casing."""
        detail = taken_set(accepted({"apiEntitySetName": "contacts"}), "Interaction", CATALOG)
        assert detail is not None
        assert (detail.code, detail.target) == ("ApiEntitySetNameInUse", "apiEntitySetName")
        assert taken_set(accepted({}, name="Meetings"), "Interaction", CATALOG) is None
        assert accepted({}, name="Meetings")["apiEntitySetName"] == "MeetingsSet"


class TestAgain:
    """What is read again is the same."""

    @pytest.mark.parametrize(
        ("name", "body"),
        [("BranchVisit", BRANCH_VISIT), ("DeskCall", DESK_CALL), ("TestInteractionType6358", SEED)],
        ids=["BranchVisit", "DeskCall", "seed"],
    )
    def test_the_same_definition(self, name: str, body: dict[str, Any]) -> None:
        """A definition that is sent again, or as it was answered, changes nothing."""
        document = accepted(body, name=name)
        stored = Catalog([*BUILT_IN_TYPES, type_of(document)], BUILT_IN_PROFILE_TYPES)
        assert accepted(body, stored, name) == document
        assert accepted(document, stored, name.upper()) == document

    @pytest.mark.parametrize("type_", BUILT_IN_TYPES, ids=lambda type_: type_.name)
    def test_built_in_types(self, type_: Any) -> None:
        """The definitions of built-in types, which are derived, are valid themselves."""
        document = accepted(document_of(type_), name=type_.name)
        assert {key: value for key, value in document.items() if key != "propertyIds"} == document_of(type_)

    @pytest.mark.parametrize("type_", BUILT_IN_PROFILE_TYPES, ids=lambda type_: type_.name)
    def test_built_in_profile_types(self, type_: Any) -> None:
        """So are those of profiles."""
        document, notes = read_profile_type(profile_document_of(type_), type_.name, CATALOG)
        assert notes.problems == []
        assert {key: value for key, value in document.items() if key != "propertyIds"} == profile_document_of(type_)

    def test_property_ids_last(self) -> None:
        """A field that comes back has the number it had, and the first casing of its name."""
        first = accepted(fields(KEY, WHEN))
        without = accepted(fields(WHEN), Catalog([type_of(first)], BUILT_IN_PROFILE_TYPES))
        again = accepted(
            fields(WHEN, {"fieldName": "New", "fieldType": "Edm.Guid"}, KEY | {"fieldName": "KEY1"}),
            Catalog([type_of(without)], BUILT_IN_PROFILE_TYPES),
        )
        assert [(f["fieldName"], f["propertyId"]) for f in again["fields"]] == [
            ("When", "id2"), ("New", "id3"), ("Key1", "id1"),
        ]  # fmt: skip
