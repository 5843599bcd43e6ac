"""Definitions of interaction types and profile types: reading them, with every problem at once (spec 2.1-2.5, 3.1).

What comes out is a *document*: the definition in canonical names and canonical casing, without the members that
answers derive. Documents are what a type keeps, and what versions are compared by.
"""

import re
from collections.abc import Mapping
from typing import Any

from interlog.model.instants import parse_moment
from interlog.model.types import Category

from .catalog import Catalog
from .errors import Detail
from .fields import (
    MAX_FIELDS,
    MAX_NAME,
    OWN_PROFILE_ID,
    PRECEDENCE_RULES,
    PROFILE_ID,
    PROFILE_ID_FIELD,
    SYSTEM_SOURCE,
    Document,
    by_name,
    check_image,
    implied,
    is_identifier,
    number_fields,
    read_fields,
)
from .participants import read_participants, read_primary
from .source import Notes, Source
from .translate import BUILT_IN, CATEGORY, PRECEDENCE
from .values import instant_text, shown_instant

TYPE_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")

_READ_ONLY = ("id", "name", "type", "tenantId", "provisioningState", "instancesCount", "lastChangedUtc",
              "dataSourcePrecedenceRules", "defaultDataSourceId", "location", "tags", "etag", "systemData")  # fmt: skip

_RESERVED_SETS = frozenset(
    {"interactions", "relationships", "relationship", "segments", "kpis", "blobingestionjobs", "participants"}
)
_DISCOURAGED = frozenset(
    {"active", "agentprofileid", "calculationtime", "countvalue", "key", "kpitime", "lastmodified",
     "lastmodifiedutcdatetimeticks", "maxvalue", "minvalue", "profileid", "reserved_system_time", "sumvalue",
     "utcdatetime", "value"}
)  # fmt: skip
_ID_TYPES = frozenset(
    {"Edm.String", "Edm.Guid", "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.DateTimeOffset", "Edm.Date"}
)
_ENTITY_TYPES = ("None", "Profile", "Interaction", "Relationship")


def is_type_name(name: str, longest: int = MAX_NAME) -> bool:
    """V1: whether a text is a name that a type may have."""
    return len(name) <= longest and TYPE_NAME.fullmatch(name) is not None


def entity_type(value: Any) -> str | None:
    """Return the canonical name of an entity type given as text in any casing, or as a number; None if it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(_ENTITY_TYPES):
        return _ENTITY_TYPES[value]
    if isinstance(value, str):
        return next((name for name in _ENTITY_TYPES if name.casefold() == value.strip().casefold()), None)
    return None


def read_interaction_type(body: Mapping[str, Any], name: str, catalog: Catalog) -> tuple[Document, Notes]:
    """Read an interaction type. Where the notes hold problems, the document is not to be used."""
    notes = Notes()
    source = Source(body, "", notes)
    stored = catalog.interaction(name)
    document = _common(source, name, "Interaction", catalog)
    fields = read_fields(source, stored)
    declared = by_name(fields)
    document["idPropertyNames"] = _id_names(source, declared)
    _timestamp(source, document, fields, declared, catalog)
    document["participantProfiles"] = read_participants(source, fields, declared, catalog)
    if len(fields) > MAX_FIELDS:
        source.problem("TooManyFields", "fields", f"With those that references imply there are {len(fields)} fields.")
    primary = read_primary(source, document["participantProfiles"], declared)
    if primary is not None:
        document["primaryParticipantProfilePropertyName"] = primary
    is_activity = source.flag("isActivity")
    if is_activity is None:
        is_activity = bool(stored and stored["isActivity"])
    document["isActivity"] = is_activity
    document["defaultDataSource"] = _data_source(source, catalog)
    _expiry(source, document)
    _category(document, notes)
    document["fields"] = fields
    _precedence(document, catalog, notes)
    _reserved(document, notes)
    number_fields(document, stored)
    source.finish(*_READ_ONLY)
    return document, notes


def read_profile_type(body: Mapping[str, Any], name: str, catalog: Catalog) -> tuple[Document, Notes]:
    """Read a profile type. Where the notes hold problems, the document is not to be used."""
    notes = Notes()
    source = Source(body, "", notes)
    stored = catalog.profile(name)
    document = _common(source, name, "Profile", catalog)
    fields = read_fields(source, stored)
    declared = by_name(fields)
    declared.setdefault(PROFILE_ID.casefold(), PROFILE_ID_FIELD)
    stamp = source.text("timestampFieldName", "timestampPropertyName")
    if stamp:
        field = declared.get(stamp.casefold())
        if field is None:
            source.problem("UnknownTimestampField", "timestampFieldName", f"'{stamp}' is not a declared field.")
        elif not _is_date(field):
            source.problem("InvalidTimestampField", "timestampFieldName", _no_date(stamp))
        else:
            document["timestampFieldName"] = field["fieldName"]
    document["strongIds"] = _strong_ids(source, declared)
    _expiry(source, document)
    own = [field for field in fields if field["fieldName"].casefold() == PROFILE_ID.casefold()]
    document["fields"] = [field for field in fields if field not in own]
    _merge_profile_id(document, own, notes)
    for index, field in enumerate(fields):
        if field["fieldName"].casefold() in ("lastmodifiedtimestamp", "interactions", "relationships"):
            message = f"'{field['fieldName']}' is a name of the system's own."
            notes.add("ReservedName", message, f"fields[{index}].fieldName")
    number_fields(document, stored)
    source.finish(*_READ_ONLY)
    return document, notes


def _common(source: Source, name: str, kind: str, catalog: Catalog) -> Document:
    """Read what both kinds of types have."""
    given = source.text("typeName")
    if given is not None and given.casefold() != name.casefold():
        source.problem("NameMismatch", "typeName", f"The body is about '{given}', the address about '{name}'.")
    value = source.get("entityType")
    if value is not None and entity_type(value) != kind:
        message = f"'{str(value)[:MAX_NAME]}' is not the entity type of the address, {kind}."
        source.problem("EntityTypeMismatch", "entityType", message)
    stored = catalog.interaction(name) if kind == "Interaction" else catalog.profile(name)
    document: Document = {
        "typeName": stored["typeName"] if stored else name,
        "apiEntitySetName": _entity_set(source, name, stored, catalog),
    }
    texts = {"schemaItemTypeLink": source.text("schemaItemTypeLink")}
    texts |= {image: check_image(source, image) for image in ("smallImage", "mediumImage", "largeImage")}
    document |= {key: text for key, text in texts.items() if text is not None}
    for key in ("displayName", "description"):
        if source.get(key) is not None:
            document[key] = source.locales(key)
    document["attributes"] = source.attributes()
    if stored is not None and BUILT_IN in stored["attributes"]:
        document["attributes"][BUILT_IN] = stored["attributes"][BUILT_IN]
    document["localizedAttributes"] = source.localized_attributes()
    return document


def _entity_set(source: Source, name: str, stored: Document | None, catalog: Catalog) -> str:
    """V18. That a name is taken is told by ``taken_set``: it has a status of its own."""
    given = source.text("apiEntitySetName")
    if given:
        if not is_identifier(given) or given.casefold() in _RESERVED_SETS:
            message = f"'{given[:MAX_NAME]}' is no name that an entity set may have."
            source.problem("InvalidApiEntitySetName", "apiEntitySetName", message)
        return given
    if stored is not None:
        return str(stored["apiEntitySetName"])
    candidate, number = name, 1
    while candidate.casefold() in catalog.entity_sets or candidate.casefold() in _RESERVED_SETS:
        candidate, number = f"{name}Set{number if number > 1 else ''}", number + 1
    return candidate


def taken_set(document: Document, kind: str, catalog: Catalog) -> Detail | None:
    """Return the problem of an entity set name that belongs to another type of the hub."""
    owner = catalog.entity_sets.get(document["apiEntitySetName"].casefold())
    own = (catalog.types if kind == "Interaction" else catalog.profile_types).get(document["typeName"].casefold())
    if owner is None or owner is own:
        return None
    message = f"The entity set '{document['apiEntitySetName']}' is that of the type '{owner.name}'."
    return Detail("ApiEntitySetNameInUse", message, "apiEntitySetName")


def _id_names(source: Source, declared: Mapping[str, Document]) -> list[str]:
    """V7, V8."""
    found: list[str] = []
    for index, name in enumerate(source.texts("idPropertyNames")):
        field = declared.get(name.casefold())
        if field is None:
            source.problem("UnknownIdProperty", f"idPropertyNames[{index}]", f"'{name}' is not a declared field.")
            continue
        flags = [flag for flag in ("isArray", "isLocalizedString", "isImage", "isEnum") if field[flag]]
        if field["fieldName"] in found:
            message = f"'{name}' is named twice."
        elif flags or field["fieldType"] not in _ID_TYPES:
            message = f"'{name}' cannot identify: it is {flags[0] if flags else field['fieldType']}."
        else:
            found.append(field["fieldName"])
            continue
        source.problem("InvalidIdProperty", f"idPropertyNames[{index}]", message)
    return found


def _is_date(field: Document) -> bool:
    return field["fieldType"] in ("Edm.DateTimeOffset", "Edm.Date") and not field["isArray"]


def _no_date(name: str) -> str:
    return f"'{name}' must be a single Edm.DateTimeOffset or Edm.Date to say when it happened."


def _timestamp(
    source: Source, document: Document, fields: list[Document], declared: dict[str, Document], catalog: Catalog
) -> None:
    """V9."""
    name = source.text("timestampFieldName", "timestampPropertyName")
    if not name:
        return
    field = declared.get(name.casefold())
    if field is None and not catalog.is_strict and is_identifier(name):
        field = implied(name, "Edm.DateTimeOffset")
        fields.append(field)
        declared[name.casefold()] = field
    if field is None:
        source.problem("UnknownTimestampField", "timestampFieldName", f"'{name}' is not a declared field.")
    elif not _is_date(field):
        source.problem("InvalidTimestampField", "timestampFieldName", _no_date(name))
    else:
        document["timestampFieldName"] = field["fieldName"]


def _merge_profile_id(document: Document, declared: list[Document], notes: Notes) -> None:
    """Keep what a definition says of the field that every profile has; its name and its type are the system's."""
    for field in declared:
        if field["fieldType"] != PROFILE_ID_FIELD["fieldType"] or field["isArray"] or field["isLocalizedString"]:
            notes.warn(f"{PROFILE_ID} is a single {PROFILE_ID_FIELD['fieldType']}, whatever it is declared as")
        merged = field | {name: PROFILE_ID_FIELD[name] for name in ("fieldName", "fieldType", "propertyId")}
        merged |= dict.fromkeys(("isArray", "isEnum", "isFlagEnum", "isImage", "isLocalizedString"), False)
        merged = {"maxLength": PROFILE_ID_FIELD["maxLength"]} | merged
        merged.pop("enumValidValues", None)
        if merged != PROFILE_ID_FIELD:
            document[OWN_PROFILE_ID] = merged


def _strong_ids(source: Source, declared: Mapping[str, Document]) -> list[Document]:
    """Read the keys of a profile type, without the one that every type has (spec 3.1)."""
    found = []
    for item in source.many("strongIds"):
        name = item.text("strongIdName")
        if not name:
            item.problem("InvalidStrongId", "strongIdName", "A strong id must have a name.")
        keys = []
        names = item.texts("keyPropertyNames")
        if not names:
            item.problem("InvalidStrongId", "keyPropertyNames", "A strong id must name at least one field.")
        for index, key in enumerate(names):
            field = declared.get(key.casefold())
            path = f"keyPropertyNames[{index}]"
            if field is None:
                item.problem("UnknownKeyProperty", path, f"'{key}' is not a declared field.")
            elif field["isArray"] or field["isLocalizedString"] or field["isImage"]:
                item.problem("InvalidKeyProperty", path, f"'{key}' holds no single value, and cannot be a key.")
            elif field["fieldName"] in keys:
                item.problem("InvalidKeyProperty", path, f"'{key}' is named twice.")
            else:
                keys.append(field["fieldName"])
        strong: Document = {"strongIdName": name, "keyPropertyNames": keys}
        for key, aliases in (("displayName", ()), ("description", ("descriptions",))):
            if item.get(key, *aliases) is not None:
                strong[key] = item.locales(key, *aliases)
        item.finish()
        if keys != [PROFILE_ID]:
            found.append(strong)
    return found


def _data_source(source: Source, catalog: Catalog) -> Document:
    value = source.get("defaultDataSource")
    if isinstance(value, str):
        name: str | None = value
    else:
        item = source.one("defaultDataSource")
        name = item.text("name", longest=MAX_NAME) if item is not None else None
    if not name or name == SYSTEM_SOURCE["name"]:
        return SYSTEM_SOURCE
    id_ = catalog.data_sources.get(name)
    if id_ is None:
        id_ = max(catalog.data_sources.values(), default=0) + 1
    return _source_document(name, id_)


def _precedence(document: Document, catalog: Catalog, notes: Notes) -> None:
    """Say which data sources win where several write one activity, as the attributes name them (spec 7.4)."""
    ids = dict(catalog.data_sources) | {document["defaultDataSource"]["name"]: document["defaultDataSource"]["id"]}
    for item in (document, *document["fields"]):
        names = item["attributes"].get(PRECEDENCE)
        if not names:
            continue
        if not document["isActivity"]:
            notes.warn(f"{PRECEDENCE} has no effect on facts, which are written once")
            continue
        item[PRECEDENCE_RULES] = []
        for place, name in enumerate(dict.fromkeys(names), 1):
            known = SYSTEM_SOURCE
            if name != SYSTEM_SOURCE["name"]:
                known = _source_document(name, ids.setdefault(name, max(ids.values(), default=0) + 1))
            item[PRECEDENCE_RULES].append({"precedence": place, "dataSource": known})


def _source_document(name: str, id_: int) -> Document:
    return {"name": name, "dataSourceType": "Connector", "status": "Active", "id": id_}


def _expiry(source: Source, document: Document) -> None:
    text = source.text("expiryDateTimeUtc")
    moment = parse_moment(text) if text else None
    if moment is not None:
        document["expiryDateTimeUtc"] = shown_instant(instant_text(moment.instant))
    elif text:
        source.problem("InvalidValue", "expiryDateTimeUtc", f"'{text}' is no ISO 8601 date and time.")


def _category(document: Document, notes: Notes) -> None:
    for value in document["attributes"].get(CATEGORY, ())[:1]:
        if value.casefold() not in list(Category):
            message = f"'{value}' is no category; there are {', '.join(Category)}."
            notes.add("InvalidValue", message, f"attributes['{CATEGORY}']")


def _reserved(document: Document, notes: Notes) -> None:
    """V20: only what collides with the system's own properties is refused."""
    stamp = (document.get("timestampFieldName") or "").casefold()
    for index, field in enumerate(document["fields"]):
        name = field["fieldName"].casefold()
        is_own_id = document["idPropertyNames"] == [field["fieldName"]] and field["fieldType"] == "Edm.String"
        if (
            (name == "interactionid" and not is_own_id)
            or name in ("interactiontype", "lastmodifiedtimestamp", "participants")
            or (name == "timestamp" and stamp != "timestamp")
        ):
            notes.add(
                "ReservedName", f"'{field['fieldName']}' is a name of the system's own.", f"fields[{index}].fieldName"
            )
        elif name in _DISCOURAGED and name != "interactionid":
            notes.warn(f"the field name {field['fieldName']} is a reserved word")
