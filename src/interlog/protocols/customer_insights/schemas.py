"""Definitions as JSON Schema, one for each version of a type (spec 9.3): what an answer about an instance holds."""

from collections.abc import Mapping
from typing import Any

from interlog.model.types import InteractionType

from .errors import ApiError
from .fields import Document
from .interaction_types import found
from .operations import Call, Reply
from .translate import document_of
from .values import name_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SCALARS: dict[str, Document] = {
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Byte": {"type": "integer", "minimum": 0, "maximum": 255},
    "Edm.Int16": {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1},
    "Edm.Int32": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Edm.Int64": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "Edm.Decimal": {"type": "number"},
    "Edm.Double": {"anyOf": [{"type": "number"}, {"enum": ["INF", "-INF", "NaN"]}]},
    "Edm.Single": {"anyOf": [{"type": "number"}, {"enum": ["INF", "-INF", "NaN"]}]},
    "Edm.Guid": {"type": "string", "format": "uuid"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time"},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.TimeOfDay": {"type": "string"},
    "Edm.Duration": {"type": "string", "format": "duration"},
}


async def get(call: Call) -> Reply:
    """Return the schema of a type's instances; ``version`` asks for that of an earlier version."""
    type_ = await found(call)
    wanted = call.param("version")
    if wanted is not None:
        every = await call.ledger.types.versions(call.actor, type_.name)
        versions = {str(version.version): version for version in every} | {_revision(item): item for item in every}
        if wanted not in versions:
            message = (
                f"There is no version {wanted[:50]} of {type_.name}; there are {', '.join(map(_revision, every))}."
            )
            raise ApiError(404, "ResourceNotFound", message, target="version")
        type_ = versions[wanted]
    return Reply(schema_of(type_, call))


def schema_of(type_: InteractionType, call: Call) -> Document:
    """Return the JSON Schema of a version of a type."""
    document = document_of(type_)
    required = [f["fieldName"] for f in document["fields"] if f["isRequired"] or f["fieldName"] in type_.identity]
    schema: Document = {
        "$schema": DIALECT,
        "$id": f"{call.base}/hubs/{call.hub}/manage/model/interactions/{type_.name}/schema?version={_revision(type_)}",
        "title": name_of(document.get("displayName") or {}) or type_.name,
        "type": "object",
        "properties": {field["fieldName"]: _property(field) for field in document["fields"]},
        "required": required,
        "additionalProperties": True,
    }
    description = name_of(document.get("description") or {})
    return schema if description is None else schema | {"description": description}


def _revision(type_: InteractionType) -> str:
    return "-".join(str(part) for part in type_.revision)


def _property(field: Mapping[str, Any]) -> Document:
    if field["isEnum"]:
        single = _enum(field)
    elif field["isLocalizedString"]:
        single = {"type": "object", "additionalProperties": {"type": "string"}}
    elif field["fieldType"] == "Edm.String":
        single = {"type": "string", "maxLength": field["maxLength"]}
    else:
        single = _SCALARS[field["fieldType"]]
    return {"type": "array", "items": single} if field["isArray"] else single


def _enum(field: Mapping[str, Any]) -> Document:
    values = field["enumValidValues"]
    if field["fieldType"] != "Edm.String":
        numbers = [item["value"] for item in values]
        return {"type": "integer", "minimum": 0, "maximum": sum(numbers)} if field["isFlagEnum"] else {"enum": numbers}
    if field["isFlagEnum"]:
        return {"type": "string"}
    return {"enum": [name_of(item["localizedValueNames"]) or str(item["value"]) for item in values]}
