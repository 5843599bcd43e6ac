"""The generic sub-resources of a hub, one description each (spec 3.5-3.7).

What is sent is kept and echoed: the members that have rules are read by them, all others are kept as they are.
"""

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from interlog.model.definitions import Document as Stored
from interlog.model.instants import parse_moment

from . import links
from .auth import PERMISSIONS
from .catalog import Catalog
from .definitions import entity_type
from .fields import Document
from .source import Source
from .values import instant_text, shown_instant

ROLES = ("Admin", "Reader", "ManageAdmin", "ManageReader", "DataAdmin", "DataReader")

READ_ONLY = (
    "id", "name", "type", "tenantId", "provisioningState", "created", "changed", "lastModified", "state", "kpiName",
    "groupByMetadata", "participantProfilesMetadata", "viewName", "connectorId", "connectorName", "dataFormatId",
    "runId", "nextRunTime", "connectorMappingName", "policyName", "assignmentName", "predictionName", "linkName",
    "relationshipName", "relationshipGuidId",
)  # fmt: skip
"""Members that only answers have; a request may repeat them without effect."""

Read = Callable[[Source, str, Catalog], Document]
Show = Callable[[Stored, str], Document]


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of sub-resources. ``segment`` is that of its ARM path, ``hub_path`` its path below ``/manage``.

    ``read`` makes the document of a body, noting its problems; ``show`` returns what is added to it in answers, given
    the stored document and the hub's name. ``put`` and ``delete`` are the success codes; ``gone`` that of deleting
    what is not there. ``pattern`` is that of names; ``is_on_arm``: it is not only on the hub's own plane.
    """

    segment: str
    hub_path: str
    noun: str
    read: Read
    show: Show
    arm_type: str = ""
    is_on_arm: bool = True
    spec: str = "3.7"
    put: tuple[int, ...] = (200, 202)
    delete: tuple[int, ...] = (200, 202)
    gone: int = 200
    pattern: str = r"[a-zA-Z][a-zA-Z0-9_]+"
    longest: int = 512

    @property
    def kept_as(self) -> str:
        """The kind of document under which the ledger keeps these."""
        return self.segment.rpartition("/")[2] if "/" not in self.segment else "connectorMapping"

    def is_name(self, name: str) -> bool:
        """Whether one of these may have a name."""
        return 0 < len(name) <= self.longest and re.fullmatch(self.pattern, name) is not None


def member(source: Source, name: str, *, required: bool = False) -> Any:
    """Return a member as it is; notes a problem where it is required and missing."""
    value = source.get(name)
    if required and (value is None or value in ("", [])):
        source.problem("MissingRequiredProperty", name, f"'{name}' is required.")
    return value


def choice(source: Source, name: str, choices: tuple[str, ...], *, required: bool = False) -> str | None:
    """Return a member that is one of some words, in its canonical casing."""
    value = member(source, name, required=required)
    if value is None:
        return None
    found = next((item for item in choices if isinstance(value, str) and item.lower() == value.lower()), None)
    if found is None:
        source.problem("InvalidValue", name, f"'{name}' must be one of {', '.join(choices)}.")
    return found


def kept(source: Source, body: Document) -> Document:
    """Return a document: what was read, and whatever else was sent as it is, but for what only answers have."""
    return source.rest(*READ_ONLY) | {name: value for name, value in body.items() if value is not None}


def when(instant: int | None) -> str | None:
    """Return an instant as answers have it."""
    return shown_instant(instant_text(instant)) if instant is not None else None


def _changed(stored: Stored) -> dict[str, Any]:
    return {"created": when(stored.created_at), "lastModified": when(stored.modified_at or stored.created_at)}


# Each kind: how it is read, and what its answers add


def _read_kpi(source: Source, name: str, catalog: Catalog) -> Document:
    kind = entity_type(member(source, "entityType", required=True))
    if kind is None and source.get("entityType") is not None:
        source.problem("InvalidValue", "entityType", "'entityType' must be Profile, Interaction or Relationship.")
    type_name = source.text("entityTypeName")
    member(source, "entityTypeName", required=True)
    links.warn_unknown(source, catalog, kind or "Interaction", type_name)
    windows = ("Lifetime", "Hour", "Day", "Week", "Month")
    functions = ("Sum", "Avg", "Min", "Max", "Last", "Count", "None", "CountDistinct")
    body: Document = {
        "entityType": kind,
        "entityTypeName": type_name,
        "calculationWindow": choice(source, "calculationWindow", windows, required=True),
        "function": choice(source, "function", functions, required=True),
        "expression": member(source, "expression", required=True),
    }
    limits = source.one("thresHolds")
    if limits is not None:
        body["thresHolds"] = {
            key: member(limits, key, required=True) for key in ("lowerLimit", "upperLimit", "increasingKpi")
        }
    for key in ("displayName", "description"):
        if source.get(key) is not None:
            body[key] = source.locales(key)
    return kept(source, body)


def _show_kpi(stored: Stored, hub: str) -> Document:
    value = stored.value
    metadata = [{"typeName": value["entityTypeName"]}] if value["entityType"] == "Profile" else []
    return {
        "tenantId": hub,
        "kpiName": stored.name,
        "provisioningState": "Succeeded",
        "groupByMetadata": [],
        "participantProfilesMetadata": metadata,
    }


def _read_view(source: Source, name: str, catalog: Catalog) -> Document:
    definition = member(source, "definition", required=True)
    if definition is not None and not isinstance(definition, str):
        source.problem("InvalidValue", "definition", "'definition' must be a text.")
    body: Document = {"definition": definition, "userId": source.text("userId") or "*"}
    if source.get("displayName") is not None:
        body["displayName"] = source.locales("displayName")
    return kept(source, body)


def _show_view(stored: Stored, hub: str) -> Document:
    created, changed = when(stored.created_at), when(stored.modified_at or stored.created_at)
    return {"tenantId": hub, "viewName": stored.name.rpartition("/")[2], "created": created, "changed": changed}


def _read_connector(source: Source, name: str, catalog: Catalog) -> Document:
    types = ("None", "CRM", "AzureBlob", "Salesforce", "ExchangeOnline", "Outbound")
    properties = member(source, "connectorProperties", required=source.get("connectorProperties") != {})
    if properties is not None and not isinstance(properties, dict):
        source.problem("InvalidValue", "connectorProperties", "'connectorProperties' must be an object.")
    type_ = choice(source, "connectorType", types, required=True)
    return kept(source, {"connectorType": type_, "connectorProperties": properties, "connectorName": name})


def _show_connector(stored: Stored, hub: str) -> Document:
    number = int(links.guid_of(hub, f"connectors/{stored.name}")[:7], 16)  # the contract wants an integer
    return {"tenantId": hub, "connectorName": stored.name, "connectorId": number, "state": "Ready"} | _changed(stored)


def _read_mapping(source: Source, name: str, catalog: Catalog) -> Document:
    kind = entity_type(member(source, "entityType", required=True))
    if kind is None and source.get("entityType") is not None:
        source.problem("InvalidValue", "entityType", "'entityType' must be Profile, Interaction or Relationship.")
    type_name = source.text("entityTypeName")
    member(source, "entityTypeName", required=True)
    links.warn_unknown(source, catalog, kind or "Interaction", type_name)
    member(source, "mappingProperties", required=True)
    properties = source.one("mappingProperties")
    if properties is not None:
        member(properties, "structure", required=True)
        for item in properties.many("structure"):
            member(item, "propertyName", required=True)
            member(item, "columnName", required=True)
    body = {"entityType": kind, "entityTypeName": type_name, "mappingProperties": source.get("mappingProperties")}
    return kept(source, body)


def _show_mapping(stored: Stored, hub: str) -> Document:
    name = stored.name.rpartition("/")[2]
    format_ = links.guid_of(hub, f"formats/{stored.name}")
    shown = {"tenantId": hub, "connectorMappingName": name, "dataFormatId": format_, "state": "Ready"}
    return shown | _changed(stored)


def _read_assignment(source: Source, name: str, catalog: Catalog) -> Document:
    member(source, "principals", required=True)
    for item in source.many("principals"):
        member(item, "principalId", required=True)
        member(item, "principalType", required=True)
    role = choice(source, "role", ROLES, required=True)
    return kept(source, {"role": role, "principals": source.get("principals")})


def _show_assignment(stored: Stored, hub: str) -> Document:
    return {"tenantId": hub, "assignmentName": stored.name, "provisioningState": "Succeeded"}


def _read_prediction(source: Source, name: str, catalog: Catalog) -> Document:
    return kept(source, {})


def _show_prediction(stored: Stored, hub: str) -> Document:
    return {"tenantId": hub, "predictionName": stored.name, "provisioningState": "Succeeded"}


def _read_policy(source: Source, name: str, catalog: Catalog) -> Document:
    member(source, "permissions", required=True)
    permissions = [
        next((item for item in PERMISSIONS if item.lower() == text.lower()), "") for text in source.texts("permissions")
    ]
    if "" in permissions or len(set(permissions)) < len(permissions):
        message = f"'permissions' must be different ones of {', '.join(PERMISSIONS)}."
        source.problem("InvalidValue", "permissions", message)
    keys = {key: source.text(key, longest=256) for key in ("primaryKey", "secondaryKey")}
    return kept(source, {"permissions": permissions, **keys})


def _show_policy(stored: Stored, hub: str) -> Document:
    return {"policyName": stored.name}


def _read_expiry(source: Source, body: Document) -> None:
    text = source.text("expiryDateTimeUtc")
    moment = parse_moment(text) if text else None
    if moment is not None:
        body["expiryDateTimeUtc"] = when(moment.instant)
    elif text:
        source.problem("InvalidValue", "expiryDateTimeUtc", f"'{text}' is no ISO 8601 date and time.")


def _read_relationship(source: Source, name: str, catalog: Catalog) -> Document:
    body = links.read_relationship(source, catalog)
    _read_expiry(source, body)
    return kept(source, body)


def _show_named(member_: str) -> Show:
    def show(stored: Stored, hub: str) -> Document:
        return {member_: stored.name, "tenantId": hub, "provisioningState": "Succeeded"}

    return show


def _show_relationship(stored: Stored, hub: str) -> Document:
    return _show_named("relationshipName")(stored, hub) | {"relationshipGuidId": links.guid_of(hub, stored.name)}


def _show_relationship_link(stored: Stored, hub: str) -> Document:
    guid = links.guid_of(hub, stored.value.get("relationshipName") or "")
    return _show_named("linkName")(stored, hub) | {"relationshipGuidId": guid}


def _show_link(stored: Stored, hub: str) -> Document:
    return _show_named("linkName")(stored, hub) | links.twins(stored.value)


def _simple(read: Callable[[Source, Catalog], Document]) -> Read:
    return lambda source, name, catalog: kept(source, read(source, catalog))


LINKS = Kind(segment="links", hub_path="model/links", noun="link", spec="3.5",
             read=_simple(links.read_link), show=_show_link)  # fmt: skip
RELATIONSHIPS = Kind(segment="relationships", hub_path="model/relationships", noun="relationship", spec="3.6",
                     read=_read_relationship, show=_show_relationship)  # fmt: skip
RELATIONSHIP_LINKS = Kind(segment="relationshipLinks", hub_path="model/relationshipLinks", noun="relationship link",
                          spec="3.6", read=_simple(links.read_relationship_link),
                          show=_show_relationship_link)  # fmt: skip
KPIS = Kind(segment="kpi", hub_path="model/kpi", noun="KPI", read=_read_kpi, show=_show_kpi)
VIEWS = Kind(segment="views", hub_path="views", noun="view", read=_read_view, show=_show_view,
             put=(200,), delete=(200,))  # fmt: skip
CONNECTORS = Kind(segment="connectors", hub_path="connectors", noun="connector", read=_read_connector,
                  show=_show_connector, delete=(200, 202, 204), gone=204)  # fmt: skip
MAPPINGS = Kind(segment="connectors/{name}/mappings", hub_path="connectors/{name}/mappings", noun="connector mapping",
                read=_read_mapping, show=_show_mapping, arm_type="connectors/mappings",
                put=(201, 200), delete=(200, 204), gone=204)  # fmt: skip
POLICIES = Kind(segment="authorizationPolicies", hub_path="sas/policies", noun="authorization policy",
                read=_read_policy, show=_show_policy, arm_type="AuthorizationPolicies", put=(201, 200),
                pattern=r"[A-Za-z0-9]([\w\-.]*[A-Za-z0-9])?", longest=50)  # fmt: skip
ASSIGNMENTS = Kind(segment="roleAssignments", hub_path="rbac/roleAssignments", noun="role assignment",
                   read=_read_assignment, show=_show_assignment, delete=(200, 202, 204), gone=204)  # fmt: skip
PREDICTIONS = Kind(segment="predictions", hub_path="model/predictions", noun="prediction", read=_read_prediction,
                   show=_show_prediction, delete=(200, 202, 204), gone=204, pattern=r"[^/\x00-\x1f]+")  # fmt: skip

MATCH_POLICIES = Kind(segment="predictiveMatchPolicies", hub_path="model/predictiveMatchPolicies",
                      noun="predictive match policy", spec="5", read=_read_prediction,
                      show=_show_named("policyName"), is_on_arm=False)  # fmt: skip

STORED = (LINKS, RELATIONSHIPS, RELATIONSHIP_LINKS, KPIS, CONNECTORS, ASSIGNMENTS, PREDICTIONS)
"""The kinds that differ in nothing but their descriptions."""
