"""Types as they are answered: their documents, both spellings of what has two, and what is derived (spec 1.3, 2)."""

from collections.abc import Mapping
from typing import Any

from interlog.model.instants import now
from interlog.model.profiles import ProfileType
from interlog.model.types import InteractionType

from .fields import OWN_PROFILE_ID, PRECEDENCE_RULES, PROFILE_ID, PROFILE_ID_FIELD, Document
from .operations import Call
from .translate import document_of, profile_document_of
from .values import instant_text, shown_instant

PROFILE_ID_KEY: Document = {"keyPropertyNames": [PROFILE_ID], "strongIdName": PROFILE_ID}
"""The strong id that every profile type has, as the last one."""

PROVISIONING = "Provisioning"
"""The state of a type while something is left to do on what is stored already: it takes instances all the same."""

SCHEMA_VERSION = "sys.schemaVersion"
Urls = Mapping[str, list[str]]
IMAGES = ("smallImage", "mediumImage", "largeImage")


def interaction_properties(
    call: Call, type_: InteractionType, instances: int, urls: Urls, *, is_ready: bool
) -> dict[str, Any]:
    """Return the properties of an interaction type.

    ``urls``: where its images are, as attributes. ``is_ready``: whether nothing is left to do of its definition.
    """
    document = document_of(type_)
    properties: dict[str, Any] = {"idPropertyNames": document["idPropertyNames"]}
    properties["participantProfiles"] = [_participant(item) for item in document["participantProfiles"]]
    properties |= _given(document, "primaryParticipantProfilePropertyName")
    properties |= {"isActivity": document["isActivity"], "defaultDataSource": document["defaultDataSource"]}
    properties |= _given(document, PRECEDENCE_RULES)
    properties |= _common(call, document, type_, "Interaction", instances, urls)
    properties |= _timestamp(document)
    return (
        properties | {"provisioningState": state_of(type_, is_ready=is_ready)} | _given(document, "expiryDateTimeUtc")
    )


def profile_properties(call: Call, type_: ProfileType, instances: int, urls: Urls) -> dict[str, Any]:
    """Return the properties of a profile type, with the field and the key that every profile has (spec 3.1)."""
    document = profile_document_of(type_)
    properties: dict[str, Any] = {"strongIds": [*document["strongIds"], PROFILE_ID_KEY]}
    properties |= _common(call, document, type_, "Profile", instances, urls)
    properties["fields"] = [*properties["fields"], document.get(OWN_PROFILE_ID, PROFILE_ID_FIELD)]
    properties |= _timestamp(document)
    return properties | {"provisioningState": "Succeeded"} | _given(document, "expiryDateTimeUtc")


def state_of(type_: InteractionType, *, is_ready: bool) -> str:
    """Return the provisioning state of a type (spec 2.6)."""
    if type_.expires_at is not None and type_.expires_at <= now():
        return "Expiring"
    return "Succeeded" if is_ready else PROVISIONING


def _common(
    call: Call, document: Document, type_: InteractionType | ProfileType, kind: str, instances: int, urls: Urls
) -> dict[str, Any]:
    properties: dict[str, Any] = {"apiEntitySetName": document["apiEntitySetName"], "entityType": kind}
    properties |= _given(document, "schemaItemTypeLink", *IMAGES)
    properties["fields"] = document["fields"]
    properties["instancesCount"] = instances
    defined_at = type_.defined_at or call.actor.tenant.created_at
    properties["lastChangedUtc"] = shown_instant(instant_text(defined_at))
    properties |= {"tenantId": call.hub, "typeName": document["typeName"]}
    properties |= _given(document, "displayName", "description")
    version = "-".join(str(part) for part in type_.revision)
    properties["attributes"] = document["attributes"] | {SCHEMA_VERSION: [version]} | urls
    return properties | {"localizedAttributes": document["localizedAttributes"]}


def _given(document: Document, *names: str) -> dict[str, Any]:
    return {name: document[name] for name in names if name in document}


def _timestamp(document: Document) -> dict[str, Any]:
    name = document.get("timestampFieldName")
    return {"timestampFieldName": name, "timestampPropertyName": name} if name is not None else {}


def _participant(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a participant with both spellings of its references: clients of either version find theirs."""
    references = [both_spellings(reference) for reference in item["participantPropertyReferences"]]
    return {**item, "participantPropertyReferences": references}


def both_spellings(reference: Mapping[str, str]) -> dict[str, str]:
    """Return a reference to a property under the names of 2017-01-01 and of 2017-04-26."""
    source, target = reference["interactionPropertyName"], reference["profilePropertyName"]
    return {
        "interactionPropertyName": source,
        "profilePropertyName": target,
        "sourcePropertyName": source,
        "targetPropertyName": target,
    }
