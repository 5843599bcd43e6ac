"""What the data plane holds, described for machines: the service document and ``$metadata`` (spec 6.1, 6.2)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from interlog.model.profiles import ProfileType
from interlog.model.types import InteractionType

from .catalog import Catalog
from .translate import document_of, profile_document_of

NAMESPACE = "CustomerInsights"
CONTAINER = "Hub"

BASE_PROPERTIES = {
    "InteractionId": "Edm.String",
    "InteractionType": "Edm.String",
    "Timestamp": "Edm.DateTimeOffset",
    "LastModifiedTimestamp": "Edm.DateTimeOffset",
    "DataSource": "Edm.String",
}
"""What every interaction has, whatever its type."""

_BASE_NAMES = frozenset(name.lower() for name in BASE_PROPERTIES) | {"version", "participants"}
_PROFILE_NAMES = frozenset({"profileid", "lastmodifiedtimestamp", "interactions"})
_OWN_NAMES = frozenset({"interaction", "participant", "localizedtext", "relationship", CONTAINER.lower()})
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_COMPUTED = frozenset({"LastModifiedTimestamp", "Version"})
_CORE = "Org.OData.Core.V1"


def csdl_names(catalog: Catalog) -> dict[tuple[str, str], str]:
    """Return the name of each type in the metadata, by kind and type name: no two types have the same one."""
    names = {}
    taken = set(_OWN_NAMES)
    for profile in catalog.profile_types.values():
        name = profile.name if profile.name.lower() not in taken else profile.name + "Profile"
        taken.add(name.lower())
        names["Profile", profile.name] = name
    for type_ in catalog.types.values():
        name = type_.name
        while name.lower() in taken:
            name += "Interaction"
        taken.add(name.lower())
        names["Interaction", type_.name] = name
    return names


def service_document(catalog: Catalog, root: str) -> dict[str, Any]:
    """Return the service document. ``root`` is the absolute address of the data plane."""
    sets = ["Interactions", *(name for name, _, _ in _entity_sets(catalog))]
    value = [{"name": name, "kind": "EntitySet", "url": name} for name in sets]
    return {"@odata.context": f"{root}/$metadata", "value": value}


def _entity_sets(catalog: Catalog) -> Iterator[tuple[str, str, bool]]:
    """Yield name, type in the metadata, and whether it is one of profiles."""
    names = csdl_names(catalog)
    for type_ in sorted(catalog.types.values(), key=lambda item: item.name):
        yield _set_name(type_), names["Interaction", type_.name], False
    for profile in sorted(catalog.profile_types.values(), key=lambda item: item.name):
        yield _set_name(profile), names["Profile", profile.name], True


def _set_name(type_: InteractionType | ProfileType) -> str:
    return type_.collections[0] if type_.collections else type_.name


# XML


def csdl_xml(catalog: Catalog) -> bytes:
    """Return the metadata as CSDL XML."""
    names = csdl_names(catalog)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
        '<edmx:Reference Uri="https://docs.oasis-open.org/odata/odata-vocabularies/v4.0/vocabularies/'
        f'{_CORE}.xml"><edmx:Include Namespace="{_CORE}"/></edmx:Reference>',
        "<edmx:DataServices>",
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
        '<ComplexType Name="LocalizedText" OpenType="true"/>',
        '<EntityType Name="Participant" OpenType="true"><Key><PropertyRef Name="ParticipantName"/></Key>',
        *(_property(name, type_, nullable=name != "ParticipantName") for name, type_ in PARTICIPANT.items()),
        "</EntityType>",
        '<EntityType Name="Interaction" OpenType="true"><Key><PropertyRef Name="InteractionId"/></Key>',
        *(_property(name, type_, nullable=name not in _REQUIRED) for name, type_ in BASE_PROPERTIES.items()),
        f'<NavigationProperty Name="Participants" Type="Collection({NAMESPACE}.Participant)" ContainsTarget="true"/>',
        "</EntityType>",
    ]
    for type_ in catalog.types.values():
        name = names["Interaction", type_.name]
        lines.append(f'<EntityType Name="{name}" BaseType="{NAMESPACE}.Interaction" OpenType="true">')
        if type_.is_activity:
            lines.append(_property("Version", "Edm.Int32"))
        lines += _fields(document_of(type_), _BASE_NAMES)
        lines.append("</EntityType>")
    for profile in catalog.profile_types.values():
        document = profile_document_of(profile)
        lines += [
            f'<EntityType Name="{names["Profile", profile.name]}" OpenType="true">'
            '<Key><PropertyRef Name="ProfileId"/></Key>',
            _property("ProfileId", "Edm.String", nullable=False),
            _property("LastModifiedTimestamp", "Edm.DateTimeOffset"),
            *_fields(document, _PROFILE_NAMES),
            f'<NavigationProperty Name="Interactions" Type="Collection({NAMESPACE}.Interaction)"/>',
            *_alternate_keys(profile),
            "</EntityType>",
        ]
    lines.append(f'<EntityContainer Name="{CONTAINER}">')
    lines.append(f'<EntitySet Name="Interactions" EntityType="{NAMESPACE}.Interaction"/>')
    for set_name, type_name, is_profile in _entity_sets(catalog):
        binding = '<NavigationPropertyBinding Path="Interactions" Target="Interactions"/>' if is_profile else ""
        lines.append(f'<EntitySet Name="{set_name}" EntityType="{NAMESPACE}.{type_name}">{binding}</EntitySet>')
    lines.append("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>")
    return "\n".join(lines).encode()


PARTICIPANT = {
    "ParticipantName": "Edm.String",
    "Role": "Edm.String",
    "ProfileType": "Edm.String",
    "ProfileId": "Edm.String",
    "Primary": "Edm.Boolean",
    "Resolved": "Edm.Boolean",
    "CandidateCount": "Edm.Int32",
}
"""What is said of a participant (spec 6.6)."""

_REQUIRED = frozenset({"InteractionId", "InteractionType"})


def _property(name: str, type_: str, *, nullable: bool = True, facets: str = "") -> str:
    start = f'<Property Name="{name}" Type="{type_}"{facets}' + ("" if nullable else ' Nullable="false"')
    if name not in _COMPUTED:
        return start + "/>"
    return start + f'><Annotation Term="{_CORE}.Computed" Bool="true"/></Property>'


def _fields(document: Mapping[str, Any], taken: Iterable[str]) -> Iterator[str]:
    for field in document["fields"]:
        name = field["fieldName"]
        if name.lower() in taken:
            continue
        facets = f' MaxLength="{field["maxLength"]}"' if _is_plain_text(field) else ""
        if field["fieldType"] == "Edm.Decimal":
            facets = ' Precision="38" Scale="variable"'
        elif field["fieldType"] in ("Edm.DateTimeOffset", "Edm.TimeOfDay"):
            facets = ' Precision="6"'
        title = _title(field)
        line = _property(name, edm_type(field), facets=facets)
        if title is not None:
            text = quoteattr(_NOT_XML.sub(" ", title))
            annotation = f'<Annotation Term="{_CORE}.Description" String={text}/>'
            line = f"{line[:-2]}>{annotation}</Property>"
        yield line


def edm_type(field: Mapping[str, Any]) -> str:
    """Return the type of a field in the metadata."""
    single = f"{NAMESPACE}.LocalizedText" if field.get("isLocalizedString") else field["fieldType"]
    return f"Collection({single})" if field.get("isArray") else str(single)


def _is_plain_text(field: Mapping[str, Any]) -> bool:
    return field["fieldType"] == "Edm.String" and bool(field.get("maxLength")) and not field.get("isLocalizedString")


def _title(field: Mapping[str, Any]) -> str | None:
    """Return what the values of an enum are called: clients have no other place to learn it from."""
    if not field.get("isEnum"):
        return None
    items = field.get("enumValidValues") or ()
    return "; ".join(f"{item['value']}: {', '.join(item['localizedValueNames'].values())}" for item in items)


def _alternate_keys(profile: ProfileType) -> Iterator[str]:
    if not profile.strong_ids:
        return
    yield f'<Annotation Term="{_CORE}.AlternateKeys"><Collection>'
    for strong in profile.strong_ids:
        parts = "".join(
            f'<Record Type="{_CORE}.PropertyRef"><PropertyValue Property="Name" PropertyPath="{name}"/>'
            f'<PropertyValue Property="Alias" String="{name}"/></Record>'
            for name in strong.fields
        )
        yield (
            f'<Record Type="{_CORE}.AlternateKey"><PropertyValue Property="Key"><Collection>{parts}</Collection>'
            "</PropertyValue></Record>"
        )
    yield "</Collection></Annotation>"


# JSON


def csdl_json(catalog: Catalog) -> dict[str, Any]:
    """Return the metadata as CSDL JSON."""
    names = csdl_names(catalog)
    schema: dict[str, Any] = {
        "LocalizedText": {"$Kind": "ComplexType", "$OpenType": True},
        "Participant": {
            "$Kind": "EntityType",
            "$OpenType": True,
            "$Key": ["ParticipantName"],
            **{name: _json_property(type_, name != "ParticipantName") for name, type_ in PARTICIPANT.items()},
        },
        "Interaction": {
            "$Kind": "EntityType",
            "$OpenType": True,
            "$Key": ["InteractionId"],
            **{name: _json_property(type_, name not in _REQUIRED, name) for name, type_ in BASE_PROPERTIES.items()},
            "Participants": {
                "$Kind": "NavigationProperty",
                "$Collection": True,
                "$Type": f"{NAMESPACE}.Participant",
                "$ContainsTarget": True,
            },
        },
    }
    for type_ in catalog.types.values():
        entity = {"$Kind": "EntityType", "$BaseType": f"{NAMESPACE}.Interaction", "$OpenType": True}
        version = {"Version": _json_property("Edm.Int32", True, "Version")} if type_.is_activity else {}
        fields = _json_fields(document_of(type_), _BASE_NAMES)
        schema[names["Interaction", type_.name]] = entity | version | fields
    for profile in catalog.profile_types.values():
        schema[names["Profile", profile.name]] = {
            "$Kind": "EntityType",
            "$OpenType": True,
            "$Key": ["ProfileId"],
            "ProfileId": {},
            "LastModifiedTimestamp": _json_property("Edm.DateTimeOffset", True, "LastModifiedTimestamp"),
            **_json_fields(profile_document_of(profile), _PROFILE_NAMES),
            "Interactions": {
                "$Kind": "NavigationProperty",
                "$Collection": True,
                "$Type": f"{NAMESPACE}.Interaction",
            },
        }
    container: dict[str, Any] = {
        "$Kind": "EntityContainer",
        "Interactions": {"$Collection": True, "$Type": f"{NAMESPACE}.Interaction"},
    }
    for set_name, type_name, is_profile in _entity_sets(catalog):
        bindings = {"$NavigationPropertyBinding": {"Interactions": "Interactions"}} if is_profile else {}
        container[set_name] = {"$Collection": True, "$Type": f"{NAMESPACE}.{type_name}", **bindings}
    schema[CONTAINER] = container
    return {"$Version": "4.0", "$EntityContainer": f"{NAMESPACE}.{CONTAINER}", NAMESPACE: schema}


def _json_property(type_: str, nullable: bool, name: str = "") -> dict[str, Any]:
    member: dict[str, Any] = {"$Type": type_} if type_ != "Edm.String" else {}
    member |= {"$Nullable": True} if nullable else {}
    return member | ({f"@{_CORE}.Computed": True} if name in _COMPUTED else {})


def _json_fields(document: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    found = {}
    for field in document["fields"]:
        if field["fieldName"].lower() in taken:
            continue
        type_ = edm_type(field)
        is_many = type_.startswith("Collection(")
        member = _json_property(type_[11:-1] if is_many else type_, True)
        member |= {"$Collection": True} if is_many else {}
        member |= {"$MaxLength": field["maxLength"]} if _is_plain_text(field) else {}
        title = _title(field)
        found[field["fieldName"]] = member | ({f"@{_CORE}.Description": title} if title is not None else {})
    return found
