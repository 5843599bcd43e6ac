"""Definitions: documents of this protocol <-> types of the model, both directions (spec 8).

A type keeps its document verbatim. That of a type which was made elsewhere (built in, or through another protocol) is
derived from the model.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from interlog.model.instants import parse_moment
from interlog.model.profiles import ProfileType, StrongId
from interlog.model.types import Category, FieldDefinition, FieldKind, InteractionType, ParticipantSlot

from .fields import PROFILE_ID, SYSTEM_SOURCE, Document, field_of
from .values import DEFAULT_LOCALE, name_of

KEPT_AS = "customer_insights"
"""The attribute of a type under which it keeps its document."""

CATEGORY = "interlog.category"
"""The attribute of a definition that says which kind of interaction other protocols take its instances for."""

PRECEDENCE = "interlog.precedence"
"""The attribute of an activity's definition, or of a field, that names data sources: earlier ones win (spec 7.4)."""

INDEX = "interlog.index"
"""The attribute of a field by which filters and sorts on it are to use an index."""

BUILT_IN = "sys.builtIn"

_KINDS = {
    "Edm.Boolean": FieldKind.BOOLEAN,
    "Edm.Byte": FieldKind.INTEGER,
    "Edm.Int16": FieldKind.INTEGER,
    "Edm.Int32": FieldKind.INTEGER,
    "Edm.Int64": FieldKind.INTEGER,
    "Edm.Decimal": FieldKind.DECIMAL,
    "Edm.Double": FieldKind.NUMBER,
    "Edm.Single": FieldKind.NUMBER,
    "Edm.Guid": FieldKind.UUID,
    "Edm.DateTimeOffset": FieldKind.INSTANT,
    "Edm.Date": FieldKind.DATE,
    "Edm.TimeOfDay": FieldKind.TIME,
    "Edm.Duration": FieldKind.DURATION,
    "Edm.String": FieldKind.TEXT,
}
_EDM = {kind: name for name, kind in _KINDS.items()} | {
    FieldKind.INTEGER: "Edm.Int64",
    FieldKind.NUMBER: "Edm.Double",
    FieldKind.CHOICE: "Edm.String",
    FieldKind.LOCALIZED: "Edm.String",
    FieldKind.OBJECT: "Edm.String",
}
_BOUNDS = {
    "Edm.Byte": (0, 255),
    "Edm.Int16": (-(2**15), 2**15 - 1),
    "Edm.Int32": (-(2**31), 2**31 - 1),
    "Edm.Int64": (-(2**63), 2**63 - 1),
}


# Fields


def edm_type(kind: FieldKind) -> str:
    """Return the type of a kind of fields."""
    return _EDM[kind]


def field_definition(field: Mapping[str, Any]) -> FieldDefinition:
    """Return a field of the model."""
    type_: str = field["fieldType"]
    kind, low_high = _KINDS[type_], _BOUNDS.get(type_, (None, None))
    choices: tuple[str | int, ...] = ()
    labels: tuple[str, ...] = ()
    if field["isLocalizedString"]:
        kind = FieldKind.LOCALIZED
    elif field["isEnum"] and not (field["isFlagEnum"] and type_ == "Edm.String"):
        kind, low_high = FieldKind.CHOICE, (None, None)
        values = field["enumValidValues"]
        names = tuple(name_of(item["localizedValueNames"]) or str(item["value"]) for item in values)
        is_text = type_ == "Edm.String"
        choices = names if is_text else tuple(item["value"] for item in values)
        labels = () if is_text or names == tuple(map(str, choices)) else names
    return FieldDefinition(
        name=field["fieldName"],
        kind=kind,
        required=field["isRequired"],
        many=field["isArray"],
        max_length=field.get("maxLength") if kind is FieldKind.TEXT and not field["isEnum"] else None,
        minimum=low_high[0],
        maximum=low_high[1],
        choices=choices,
        flags=field["isFlagEnum"] and bool(choices),
        indexed=[value.lower() for value in field["attributes"].get(INDEX, ())] == ["true"],
        precedence=_precedence(field),
        labels=labels,
    )


def field_document(field: FieldDefinition, number: int) -> Document:
    """Return the document of a field that was not defined through this protocol; ``number`` is its place."""
    document = field_of(field.name, _EDM[field.kind], isArray=field.many, isRequired=field.required)
    if field.max_length is not None and field.kind is FieldKind.TEXT:
        document["maxLength"] = field.max_length
    if field.kind is FieldKind.LOCALIZED:
        document["isLocalizedString"] = True
    if field.kind is FieldKind.CHOICE:
        numbers = [choice for choice in field.choices if isinstance(choice, int)]
        whole = len(numbers) == len(field.choices)
        labels = field.labels if len(field.labels) == len(field.choices) else tuple(map(str, field.choices))
        document |= {"isEnum": True, "isFlagEnum": field.flags, "fieldType": "Edm.Int64" if whole else "Edm.String"}
        document["enumValidValues"] = [
            {
                "value": choice if isinstance(choice, int) and whole else place,
                "localizedValueNames": {DEFAULT_LOCALE: label},
            }
            for place, (choice, label) in enumerate(zip(field.choices, labels, strict=True))
        ]
        if whole:
            document.pop("maxLength", None)
    if field.indexed:
        document["attributes"] = {INDEX: ["true"]}
    if field.precedence:
        document["attributes"] |= {PRECEDENCE: [name or SYSTEM_SOURCE["name"] for name in field.precedence]}
    return document | {"propertyId": f"id{number}"}


# Interaction types


def type_of(document: Document, old: InteractionType | None = None) -> InteractionType:
    """Return the type of the model that a document defines; a new one has the id 0 until the ledger gives it one.

    ``old`` is the type as it is stored. A built-in type keeps what other protocols know of it, and gets more fields.
    """
    kept = {KEPT_AS: document}
    instant = _expiry_of(document)
    collections = _collections(document, old.collections if old is not None else ())
    if old is not None and old.built_in:
        own = {name.lower() for name in _OWN_NAMES} | {_slot_field(slot).lower() for slot in old.slots}
        fields = tuple(field_definition(f) for f in document["fields"] if f["fieldName"].lower() not in own)
        return InteractionType(
            id=old.id,
            name=old.name,
            version=old.version,
            category=old.category,
            is_activity=old.is_activity,
            built_in=True,
            open=old.open,
            display_name=old.display_name,
            fields=fields,
            slots=old.slots,
            collections=collections,
            attributes=old.attributes | kept,
            precedence=_precedence(document),
        )
    category = (document["attributes"].get(CATEGORY) or [Category.OTHER])[0].lower()
    return InteractionType(
        id=old.id if old is not None else 0,
        name=document["typeName"],
        version=old.version if old is not None else 1,
        category=Category(category),
        is_activity=document["isActivity"],
        open=True,
        display_name=name_of(document.get("displayName") or {}),
        fields=tuple(field_definition(field) for field in document["fields"]),
        slots=tuple(_slot(item, document) for item in document["participantProfiles"]),
        identity=tuple(document["idPropertyNames"]),
        timestamp_field=document.get("timestampFieldName"),
        collections=collections,
        retired=tuple(field_definition(field) for field in document.get("retired", ())),
        expires_at=instant,
        attributes=(old.attributes if old is not None else {}) | kept,
        precedence=_precedence(document),
    )


def document_of(type_: InteractionType) -> Document:
    """Return the document of a type: the one that it keeps, or what the model says."""
    kept: Document | None = type_.attributes.get(KEPT_AS)
    return kept if kept is not None else _derived(type_)


def _derived(type_: InteractionType) -> Document:
    fields = _own_fields() if type_.built_in else []
    participants = []
    primary = None
    for slot in type_.slots:
        name = _slot_name(slot)
        if not slot.references:
            fields.append(field_of(_slot_field(slot), "Edm.String", isArray=not slot.primary))
        references = slot.references or ((_slot_field(slot), "ContactId"),)
        participants.append(
            {
                "profileTypeName": slot.party,
                "participantName": name,
                "role": slot.role,
                "participantPropertyReferences": [
                    {"interactionPropertyName": source, "profilePropertyName": target} for source, target in references
                ],
            }
        )
        primary = name if slot.primary and primary is None else primary
    fields = [field | {"propertyId": f"id{number}"} for number, field in enumerate(fields, 1)]
    fields += [field_document(field, number) for number, field in enumerate(type_.fields, len(fields) + 1)]
    attributes = {CATEGORY: [type_.category.value]}
    if type_.built_in:
        attributes[BUILT_IN] = ["true"]
    document: Document = {
        "typeName": type_.name,
        "apiEntitySetName": type_.collections[0] if type_.collections else type_.name,
        "displayName": {DEFAULT_LOCALE: type_.display_name or type_.name},
        "attributes": attributes,
        "localizedAttributes": {},
        "idPropertyNames": list(type_.identity),
        "participantProfiles": participants,
        "isActivity": type_.is_activity,
        "defaultDataSource": SYSTEM_SOURCE,
        "fields": fields,
    }
    if type_.timestamp_field is not None:
        document["timestampFieldName"] = type_.timestamp_field
    if primary is not None:
        document["primaryParticipantProfilePropertyName"] = primary
    return document


_OWN_NAMES = ("EndedAt", "Subject", "Description", "Direction")
"""The fields of a built-in type that are parts of every interaction."""


def _own_fields() -> list[Document]:
    ended_at, subject, description, direction = _OWN_NAMES
    choices = [
        {"value": value, "localizedValueNames": {DEFAULT_LOCALE: name}}
        for value, name in ((0, "Sent"), (1, "Received"))
    ]
    return [
        field_of(ended_at, "Edm.DateTimeOffset"),
        field_of(subject, "Edm.String", isName=True, maxLength=1_000),
        field_of(description, "Edm.String", maxLength=1_000_000),
        field_of(direction, "Edm.Int32", isEnum=True, enumValidValues=choices),
    ]


def _slot_name(slot: ParticipantSlot) -> str:
    """Return the participant's name of a built-in slot: ``Initiator``, ``Attendees``, ``Contacts``, ``To``."""
    if slot.references:
        return slot.role
    plural = "s" if slot.role in ("attendee", "contact") else ""
    return slot.role[:1].upper() + slot.role[1:] + plural


def _slot_field(slot: ParticipantSlot) -> str:
    """Return the property that names the participants of a built-in slot: ``InitiatorId``, ``AttendeeIds``."""
    return slot.role[:1].upper() + slot.role[1:] + ("Id" if slot.primary else "Ids")


def _slot(item: Document, document: Document) -> ParticipantSlot:
    references = tuple(
        (reference["interactionPropertyName"], reference["profilePropertyName"])
        for reference in item["participantPropertyReferences"]
    )
    primary = (document.get("primaryParticipantProfilePropertyName") or "").lower()
    names = {item["participantName"].lower(), *(source.lower() for source, _ in references)}
    return ParticipantSlot(
        role=item["participantName"],
        party=item["profileTypeName"],
        references=references,
        primary=primary in names,
    )


# Profile types


def profile_type_of(document: Document, old: ProfileType | None = None) -> ProfileType:
    """Return the profile type of the model that a document defines."""
    return ProfileType(
        id=old.id if old is not None else 0,
        name=old.name if old is not None else document["typeName"],
        version=old.version if old is not None else 1,
        built_in=old is not None and old.built_in,
        display_name=name_of(document.get("displayName") or {}),
        fields=tuple(field_definition(field) for field in document["fields"]),
        strong_ids=tuple(
            StrongId(key["strongIdName"], tuple(key["keyPropertyNames"])) for key in document["strongIds"]
        ),
        timestamp_field=document.get("timestampFieldName"),
        collections=_collections(document, old.collections if old is not None else ()),
        retired=tuple(field_definition(field) for field in document.get("retired", ())),
        attributes=(old.attributes if old is not None else {}) | {KEPT_AS: document},
    )


def profile_document_of(type_: ProfileType) -> Document:
    """Return the document of a profile type: the one that it keeps, or what the model says."""
    kept: Document | None = type_.attributes.get(KEPT_AS)
    if kept is not None:
        return kept
    document: Document = {
        "typeName": type_.name,
        "apiEntitySetName": type_.collections[0] if type_.collections else type_.name,
        "displayName": {DEFAULT_LOCALE: type_.display_name or type_.name},
        "attributes": {BUILT_IN: ["true"]} if type_.built_in else {},
        "localizedAttributes": {},
        "strongIds": [{"strongIdName": key.name, "keyPropertyNames": list(key.fields)} for key in type_.strong_ids],
        "fields": [
            field_document(field, number)
            for number, field in enumerate(type_.fields, 1)
            if field.name.lower() != PROFILE_ID.lower()
        ],
    }
    if type_.timestamp_field is not None:
        document["timestampFieldName"] = type_.timestamp_field
    return document


def _collections(document: Document, former: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the entity set: the present one, then those it had before."""
    name = document["apiEntitySetName"]
    return (name, *(old for old in former if old.lower() != name.lower()))


def _precedence(document: Document | Mapping[str, Any]) -> tuple[str, ...]:
    """Return the data sources in order of precedence; the system's own is the one without a name."""
    names = document["attributes"].get(PRECEDENCE, ())
    return tuple(dict.fromkeys("" if name == SYSTEM_SOURCE["name"] else name for name in names))


def _expiry_of(document: Document) -> int | None:
    moment = parse_moment(document.get("expiryDateTimeUtc") or "")
    return moment.instant if moment is not None else None
