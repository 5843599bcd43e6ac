"""``$metadata`` in both formats, and the service document (spec 6.1, 6.2)."""

from typing import Any
from xml.etree import ElementTree

from msgspec.structs import replace

from interlog.model.profiles import BUILT_IN_PROFILE_TYPES
from interlog.model.types import BUILT_IN_TYPES
from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import read_interaction_type, read_profile_type
from interlog.protocols.customer_insights.metadata import csdl_json, csdl_names, csdl_xml, service_document
from interlog.protocols.customer_insights.translate import profile_type_of, type_of

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
BUILT_IN = Catalog(BUILT_IN_TYPES, BUILT_IN_PROFILE_TYPES)


def catalog_with(*, name: str = "BranchVisit", **body: Any) -> Catalog:
    document, notes = read_interaction_type({"apiEntitySetName": "BranchVisits", **body}, name, BUILT_IN)
    assert notes.problems == []
    type_ = replace(type_of(document), id=100)
    return Catalog([*BUILT_IN_TYPES, type_], BUILT_IN_PROFILE_TYPES)


FIELDS = [
    {"fieldName": "VisitKey", "fieldType": "Edm.String", "maxLength": 40},
    {"fieldName": "Minutes", "fieldType": "Edm.Int32"},
    {"fieldName": "Price", "fieldType": "Edm.Decimal"},
    {"fieldName": "Marks", "fieldType": "Edm.Double", "isArray": True},
    {"fieldName": "Texts", "fieldType": "Edm.String", "isLocalizedString": True},
    {
        "fieldName": "Mood",
        "fieldType": "Edm.Int32",
        "isEnum": True,
        "enumValidValues": [{"value": 1, "localizedValueNames": {"en-us": 'Happy <&"> \x01'}}],
    },
]


def properties(catalog: Catalog, name: str) -> dict[str, str]:
    schema = ElementTree.fromstring(csdl_xml(catalog)).find(f".//{EDM}Schema")
    assert schema is not None
    entity = next(item for item in schema.findall(f"{EDM}EntityType") if item.get("Name") == name)
    return {str(item.get("Name")): str(item.get("Type")) for item in entity.findall(f"{EDM}Property")}


def test_each_type_is_an_entity_type_with_its_fields() -> None:
    """Interaction types derive from Interaction and declare their fields; what all have is declared once."""
    catalog = catalog_with(fields=FIELDS, isActivity=True)
    assert properties(catalog, "BranchVisit") == {
        "Version": "Edm.Int32",
        "VisitKey": "Edm.String",
        "Minutes": "Edm.Int32",
        "Price": "Edm.Decimal",
        "Marks": "Collection(Edm.Double)",
        "Texts": "CustomerInsights.LocalizedText",
        "Mood": "Edm.Int32",
    }
    assert {"InteractionId", "InteractionType", "Timestamp"} <= set(properties(catalog, "Interaction"))
    assert {"ProfileId", "Email", "ContactId"} <= set(properties(catalog, "Contact"))
    assert {"Subject", "EndedAt", "Direction"} <= set(properties(catalog, "Meeting"))


def test_both_formats_say_the_same() -> None:
    """The JSON has the same types, properties and entity sets as the XML."""
    catalog = catalog_with(fields=FIELDS)
    root = ElementTree.fromstring(csdl_xml(catalog))
    schema = csdl_json(catalog)["CustomerInsights"]
    entities = {str(item.get("Name")): item for item in root.iter(f"{EDM}EntityType")}
    assert set(entities) == {name for name, item in schema.items() if item["$Kind"] == "EntityType"}
    for name, entity in entities.items():
        said = {str(item.get("Name")) for tag in ("Property", "NavigationProperty") for item in entity.iter(EDM + tag)}
        assert said == {key for key in schema[name] if not key.startswith("$")}
        assert ("CustomerInsights.Interaction" if entity.get("BaseType") else None) == schema[name].get("$BaseType")
    sets = {str(item.get("Name")): item.get("EntityType") for item in root.iter(f"{EDM}EntitySet")}
    assert sets == {name: item["$Type"] for name, item in schema["Hub"].items() if not name.startswith("$")}
    assert schema["BranchVisit"]["VisitKey"] == {"$Nullable": True, "$MaxLength": 40}
    assert schema["BranchVisit"]["Marks"] == {"$Type": "Edm.Double", "$Nullable": True, "$Collection": True}


def test_types_of_one_name_get_two_names() -> None:
    """An interaction type that is named like a profile type, or like the base type, is told apart."""
    names = csdl_names(catalog_with(name="Contact"))
    assert names["Profile", "Contact"] == "Contact"
    assert names["Interaction", "Contact"] == "ContactInteraction"
    names = csdl_names(catalog_with(name="Interaction"))
    assert names["Interaction", "Interaction"] == "InteractionInteraction"


def test_strong_ids_are_alternate_keys() -> None:
    """The keys of a profile type are annotated."""
    body = {"strongIds": [{"strongIdName": "Door", "keyPropertyNames": ["Street", "Number"]}],
            "fields": [{"fieldName": name, "fieldType": "Edm.String"} for name in ("Street", "Number")]}  # fmt: skip
    document, notes = read_profile_type(body, "Household", BUILT_IN)
    assert notes.problems == []
    catalog = Catalog(BUILT_IN_TYPES, [*BUILT_IN_PROFILE_TYPES, replace(profile_type_of(document), id=100)])
    text = csdl_xml(catalog).decode()
    household = text[text.index('<EntityType Name="Household"') :]
    assert 'PropertyPath="Street"' in household[: household.index("</EntityType>")]
    assert 'PropertyPath="Number"' in household[: household.index("</EntityType>")]


def test_the_service_document_lists_every_entity_set() -> None:
    """Interactions first, then the sets of all types."""
    document = service_document(catalog_with(fields=FIELDS), "https://crm.example/ci/hubs/h/data")
    assert document["@odata.context"] == "https://crm.example/ci/hubs/h/data/$metadata"
    names = [item["name"] for item in document["value"]]
    assert names[0] == "Interactions"
    assert {"BranchVisits", "Contacts", "Organizations", "Meetings"} <= set(names)
    assert all(item == {"name": item["name"], "kind": "EntitySet", "url": item["name"]} for item in document["value"])
