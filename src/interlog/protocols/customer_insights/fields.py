"""Definitions of properties: reading them, and the rules about them (spec 2.2, and V3-V6, V19, V21 of 2.5)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .source import Source
from .values import is_image_path, locale_key

Document = dict[str, Any]
"""A definition, or a part of one, in canonical names and without what answers derive."""

MAX_FIELDS = 500
MAX_NAME = 128
MAX_LENGTH = 1024 * 1024
STRING_LENGTH = 4_000
"""The ``maxLength`` of texts that say nothing else."""

IMPLIED = "sys.implied"
"""The attribute of a field that only a reference mentions (spec 2.5)."""

PROPERTY_IDS = "propertyIds"
"""The member of a document with the ``propertyId`` of every field that it ever had; answers do not have it."""

IDENTIFIER = re.compile(r"[^\W\d]\w*")
"""An OData simple identifier: a letter or ``_``, then letters, digits and ``_``, of any script."""

EDM_TYPES = (
    "Edm.Boolean", "Edm.Byte", "Edm.Date", "Edm.DateTimeOffset", "Edm.Decimal", "Edm.Double", "Edm.Duration",
    "Edm.Guid", "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Single", "Edm.String", "Edm.TimeOfDay",
)  # fmt: skip

_EDM = {name.casefold(): name for name in EDM_TYPES} | {"edm.datetime": "Edm.DateTimeOffset"}
_EDM |= {name.removeprefix("edm."): canonical for name, canonical in list(_EDM.items())}

INTEGERS = frozenset({"Edm.Byte", "Edm.Int16", "Edm.Int32", "Edm.Int64"})

_FLAGS = ("isArray", "isEnum", "isFlagEnum", "isImage", "isLocalizedString", "isName", "isRequired")


SYSTEM_SOURCE: Document = {"name": "SystemDefault", "dataSourceType": "SystemDefault", "status": "Active", "id": 0}
"""The data source of instances that name none, where their type names none (spec 3.4)."""

PRECEDENCE_RULES = "dataSourcePrecedenceRules"
"""The member of a type or a field that says which data sources win (spec 7.4): made from an attribute."""

PROFILE_ID = "ProfileId"
"""The property under which every profile is known."""


def is_identifier(name: str) -> bool:
    """Whether a text is a name that a property or an entity set may have."""
    return len(name) <= MAX_NAME and IDENTIFIER.fullmatch(name) is not None


def field_of(name: str, type_: str, **more: Any) -> Document:
    """Return a field's definition with everything that every answer has; ``more`` are further members."""
    field: Document = {"fieldName": name, "fieldType": type_} | dict.fromkeys(_FLAGS, False)
    if type_ == "Edm.String":
        field["maxLength"] = STRING_LENGTH
    return field | {"isAvailableInGraph": True, "attributes": {}, "localizedAttributes": {}} | more


PROFILE_ID_FIELD = field_of(PROFILE_ID, "Edm.String", propertyId="PROFILEID")


OWN_PROFILE_ID = "profileIdField"
"""The member of a profile type's document with what it says of ``ProfileId``; answers have it among the fields."""


def implied(name: str, type_: str, **more: Any) -> Document:
    """Return the field that a reference to an undeclared property implies."""
    return field_of(name, type_, attributes={IMPLIED: ["true"]}, **more)


def by_name(fields: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return fields by their names in any casing."""
    return {field["fieldName"].casefold(): field for field in fields}


def read_fields(source: Source, stored: Mapping[str, Any] | None = None, *, name: str = "fields") -> list[Document]:
    """Return the declared fields; those of whose problems nothing can be made are left out.

    ``stored`` is the definition as it is stored: it decides about the casing of names (spec 7.1).
    """
    casing = casing_of(stored)
    found: list[Document] = []
    first: dict[str, str] = {}
    sources = source.many(name)
    if len(sources) > MAX_FIELDS:
        source.problem("TooManyFields", name, f"There are {len(sources)} fields; a type has at most {MAX_FIELDS}.")
        return []
    for item in sources:
        field = _field(item)
        if field is None:
            continue
        key = field["fieldName"].casefold()
        field["fieldName"] = casing.get(key, field["fieldName"])
        if key in first:
            message = f"Field '{field['fieldName']}' is declared twice, first in {first[key]}."
            item.problem("DuplicateFieldName", "fieldName", message)
        else:
            first[key] = item.path
            found.append(field)
    return found


def casing_of(stored: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the names of all fields that a definition ever had, by their forms in any casing."""
    return {name.casefold(): name for name in (stored or {}).get(PROPERTY_IDS, ())}


def number_fields(document: Document, stored: Mapping[str, Any] | None) -> None:
    """Give each field its ``propertyId``: the one it ever had, or the next (spec 2.2)."""
    ids: dict[str, str] = dict((stored or {}).get(PROPERTY_IDS, {}))
    for field in (stored or {}).get("fields", ()):
        ids.setdefault(field["fieldName"], field["propertyId"])
    for field in document["fields"]:
        if field["fieldName"] not in ids:
            ids[field["fieldName"]] = f"id{len(ids) + 1}"
        field["propertyId"] = ids[field["fieldName"]]
    document[PROPERTY_IDS] = ids


def _field(source: Source) -> Document | None:
    name = source.get("fieldName")
    if not isinstance(name, str) or not is_identifier(name):
        is_missing = name is None
        message = f"'{str(name)[:MAX_NAME]}' is no name: a letter or _, then letters, digits and _, up to {MAX_NAME}."
        source.problem("InvalidFieldName", "fieldName", "The field has no name." if is_missing else message)
        name = None
    type_ = _type(source)
    flags = {flag: bool(source.flag(flag)) for flag in _FLAGS}
    values = _enum_values(source, is_flag=flags["isFlagEnum"])
    length = source.integer("maxLength", 1, MAX_LENGTH, "InvalidMaxLength")
    field: Document = {"fieldName": name, "fieldType": type_} | flags
    optional = {
        "arrayValueSeparator": source.text("arrayValueSeparator", longest=16) or None,
        "enumValidValues": values or None,
        "schemaItemPropLink": source.text("schemaItemPropLink"),
    }
    field |= {key: value for key, value in optional.items() if value is not None}
    graph = source.flag("isAvailableInGraph")
    field["isAvailableInGraph"] = True if graph is None else graph
    field["attributes"] = source.attributes(keep=(IMPLIED,))
    field["localizedAttributes"] = source.localized_attributes()
    source.finish("propertyId", "dataSourcePrecedenceRules")
    if type_ == "Edm.String":
        field["maxLength"] = length or STRING_LENGTH
    elif length is not None:
        source.notes.warn(f"{source.at('maxLength')} is only for Edm.String, and left out")
    if type_ is not None:
        _check_flags(source, field)
    return field if name is not None and type_ is not None else None


def _type(source: Source) -> str | None:
    given = source.get("fieldType")
    type_ = _EDM.get(given.strip().casefold()) if isinstance(given, str) else None
    if type_ is None:
        known = ", ".join(EDM_TYPES)
        message = "A field has no type" if given is None else f"'{str(given)[:MAX_NAME]}' is no type of a field"
        source.problem("UnknownFieldType", "fieldType", f"{message}; there are {known}.")
    return type_


def _check_flags(source: Source, field: Document) -> None:
    """V5: flags that contradict each other or the type."""
    text = field["fieldType"] == "Edm.String"
    wrong = (
        (field["isFlagEnum"] and not field["isEnum"], "isFlagEnum", "A flag enum must be an enum (isEnum)."),
        (field["isEnum"] and not field.get("enumValidValues") and not source.has("enumValidValues"),
         "enumValidValues", "An enum must say its values in enumValidValues."),
        (field["isEnum"] and source.get("enumValidValues") == [], "enumValidValues", "An enum must have values."),
        (field["isEnum"] and not text and field["fieldType"] not in INTEGERS,
         "fieldType", "An enum must be of an integer type or Edm.String."),
        (field["isImage"] and not text, "fieldType", "An image must be of the type Edm.String."),
        (field["isLocalizedString"] and not text, "fieldType", "A localized string must be of the type Edm.String."),
        (field["isLocalizedString"] and field["isArray"], "isArray", "A localized string cannot be an array."),
        (field["isEnum"] and field["isLocalizedString"], "isEnum", "A localized string cannot be an enum."),
        (field["isEnum"] and field["isImage"], "isEnum", "An image cannot be an enum."),
    )  # fmt: skip
    for holds, name, message in wrong:
        if holds:
            source.problem("InconsistentFieldFlags", name, message)


def _enum_values(source: Source, *, is_flag: bool) -> list[Document]:
    """V6: distinct integers, of flag enums distinct single bits; and in each locale distinct names."""
    found: list[Document] = []
    seen: set[int] = set()
    names: set[tuple[str, str]] = set()
    for item in source.many("enumValidValues"):
        value = item.integer("value", -(2**31), 2**31 - 1, "InvalidEnumValues")
        localized = item.locales("localizedValueNames")
        item.finish()
        if value is None:
            if item.get("value") is None:
                item.problem("InvalidEnumValues", "value", "A value of an enum must have an integer 'value'.")
            continue
        if value in seen:
            item.problem("InvalidEnumValues", "value", f"The value {value} is given twice.")
        if is_flag and (value < 1 or value & (value - 1)):
            item.problem("InvalidEnumValues", "value", f"The value {value} of a flag enum is no single bit.")
        seen.add(value)
        for locale, text in localized.items():
            key = (locale_key(locale), text.strip().casefold())
            if key in names:
                message = f"Two values have the name '{text}' in the locale {locale}."
                item.problem("InvalidEnumValues", "localizedValueNames", message)
            names.add(key)
        found.append({"value": value, "localizedValueNames": localized})
    return found


def check_image(source: Source, name: str) -> str | None:
    """V21: read a relative path of an image."""
    path = source.text(name)
    if path is not None and not is_image_path(path):
        source.problem("InvalidImagePath", name, f"'{name}' must be a relative path of at most 512 characters.")
        return None
    return path
