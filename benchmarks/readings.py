"""A type of fifteen fields that a user might define, and instances of it: what ``ingest`` sends."""

import json
from datetime import timedelta
from typing import Any

from . import shape

HUB = "bench"
TYPE_PATH = (
    "/customer-insights/subscriptions/s/resourceGroups/r/providers/Microsoft.CustomerInsights"
    f"/hubs/{HUB}/interactions/Reading"
)
TYPE_QUERY = "api-version=2017-04-26"
SET_PATH = f"/customer-insights/hubs/{HUB}/data/Readings"

_FIELDS = {
    "ReadingKey": "Edm.String", "TakenAt": "Edm.DateTimeOffset", "Station": "Edm.String", "Sensor": "Edm.Guid",
    "Temperature": "Edm.Double", "Humidity": "Edm.Int16", "Pressure": "Edm.Int32", "Lux": "Edm.Int64",
    "Price": "Edm.Decimal", "Valid": "Edm.Boolean", "Due": "Edm.Date", "Remark": "Edm.String",
    "Operator": "Edm.String", "State": "Edm.Int32", "Tags": "Edm.String",
}  # fmt: skip


def definition() -> bytes:
    """Return the body that defines the type: facts with a key, one list and one participant."""
    fields: list[dict[str, Any]] = [{"fieldName": name, "fieldType": kind} for name, kind in _FIELDS.items()]
    fields[0]["isRequired"] = fields[1]["isRequired"] = True
    fields[-1]["isArray"] = True
    participant = {
        "participantName": "Operator",
        "profileTypeName": "Contact",
        "participantPropertyReferences": [{"interactionPropertyName": "Operator", "profilePropertyName": "Email"}],
    }
    properties = {
        "apiEntitySetName": "Readings",
        "idPropertyNames": ["ReadingKey"],
        "timestampFieldName": "TakenAt",
        "fields": fields,
        "participantProfiles": [participant],
    }
    return json.dumps({"properties": properties}).encode()


def lines(start: int, many: int) -> bytes:
    """Return instances from a place on, one JSON object a line."""
    return b"\n".join(json.dumps(_instance(index)).encode() for index in range(start, start + many))


def _instance(index: int) -> dict[str, Any]:
    draw = shape.chance(index, 20)
    taken_at = shape.START + timedelta(seconds=index)
    _, _, _, operator = shape.person_names(draw % shape.OWN)
    return {
        "ReadingKey": f"R-{index}",
        "TakenAt": taken_at.isoformat(),
        "Station": f"Station {draw % 40}",
        "Sensor": f"{draw:032x}",
        "Temperature": draw % 4_000 / 100,
        "Humidity": draw % 100,
        "Pressure": 95_000 + draw % 10_000,
        "Lux": draw % 2**40,
        "Price": f"{draw % 100_000}.25",
        "Valid": draw % 2 == 0,
        "Due": taken_at.date().isoformat(),
        "Remark": shape.body_of(index)[:120],
        "Operator": operator,
        "State": draw % 7,
        "Tags": ["a", f"t{draw % 9}"],
    }
