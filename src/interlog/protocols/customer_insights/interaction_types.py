"""Interaction types: ``…/interactions/{name}`` (spec 2, 4.2, 7.1)."""

from typing import Any

from interlog.ledger.types import Defined
from interlog.model.errors import NotFound
from interlog.model.types import InteractionType

from . import defining, long_running
from .answers import created_status, header_text, headers_of, list_body, listed, resource
from .catalog import Catalog
from .definitions import read_interaction_type, taken_set
from .errors import ApiError, Detail, not_found
from .fields import Document
from .images import content_urls
from .operations import Call, Reply
from .requests import Precondition, is_dry_run
from .translate import document_of, type_of
from .type_answers import PROVISIONING, interaction_properties

SEGMENT = "interactions"

NOUN = "interaction type"


async def put(call: Call) -> Reply:
    """Define a type, or replace its definition; the same definition again changes nothing."""

    async def attempt(name: str, body: dict[str, Any], catalog: Catalog, condition: Precondition) -> Reply:
        document, notes = read_interaction_type(body, name, catalog)
        defining.refuse(notes, NOUN, name)
        old = catalog.types.get(name.lower())
        condition.check(old.version if old is not None else None)
        _check_change(document, old, catalog)
        defined = await call.ledger.types.define(
            call.actor,
            type_of(document, old),
            expected_version=old.version if old is not None else 0,
            dry_run=is_dry_run(call),
        )
        reply = await _answer(call, defined.type, created_status(call, defined.created))
        reply.headers |= headers_of(notes, defined.type.version)
        if is_dry_run(call):
            return Reply(reply.body, headers=reply.headers | {"x-impact": impact_of(defined)})
        return await long_running.finished(call, reply, type_id=defined.type.id)

    return await defining.put(call, NOUN, attempt)


async def get(call: Call) -> Reply:
    """Return a type. Its dictionaries hold all locales: what is read, changed and put back must lose nothing."""
    type_ = await found(call)
    return await _answer(call, type_)


async def list_(call: Call) -> Reply:
    """List the types, built-in ones included."""
    types = await call.ledger.types.list(call.actor)
    page, link = listed(call, types, lambda type_: type_.name)
    counts = await call.ledger.types.instances_counts(call.actor, page)
    left = await call.ledger.chores.left(call.actor)
    values = [await _shown(call, type_, counts[type_.id], left) for type_ in page]
    return Reply(list_body(values, link))


async def versions(call: Call) -> Reply:
    """List every version of a type's definition, the first one first (spec 9.3)."""
    type_ = await found(call)
    every = await call.ledger.types.versions(call.actor, type_.name)
    left = await call.ledger.chores.left(call.actor)
    return Reply(list_body([await _shown(call, version, 0, left) for version in every], None))


async def found(call: Call) -> InteractionType:
    """Return the type that the path names."""
    try:
        return await call.ledger.types.get(call.actor, call.path["name"])
    except NotFound:
        raise not_found(f"interaction type '{call.path['name']}'") from None


async def _answer(call: Call, type_: InteractionType, status: int = 200) -> Reply:
    counts = await call.ledger.types.instances_counts(call.actor, [type_]) if type_.id else {}
    body = await _shown(call, type_, counts.get(type_.id, 0), await call.ledger.chores.left(call.actor))
    if call.operation.method == "PUT":  # clients take any other word for "still running", and ask for ever (spec 2.6)
        properties = body.get("properties", body)
        if properties["provisioningState"] != PROVISIONING or is_dry_run(call):
            properties["provisioningState"] = "Succeeded"
    return Reply(body, status=status, headers={"ETag": f'"{type_.version}"'})


async def _shown(call: Call, type_: InteractionType, instances: int, left: frozenset[int]) -> Any:
    urls = await content_urls(call, "Interaction", document_of(type_))
    return resource(
        call, SEGMENT, type_.name, interaction_properties(call, type_, instances, urls, is_ready=type_.id not in left)
    )


def _check_change(document: Document, old: InteractionType | None, catalog: Catalog) -> None:
    """Refuse what can be told without the ledger: taken names, and parts of built-in types left out."""
    details = []
    if old is not None and document["isActivity"] != old.is_activity:
        message = "Whether a type is an activity is decided when it is created."
        details.append(Detail("IsActivityImmutable", message, "isActivity"))
    taken = taken_set(document, "Interaction", catalog)
    if taken is not None:
        details.append(taken)
    if old is not None and old.built_in:
        details += _left_out(document, document_of(old))
    if details:
        raise ApiError(409, details[0].code, details[0].message, target=details[0].target, details=details)


def _left_out(document: Document, old: Document) -> list[Detail]:
    """Return what a built-in type must keep and a definition of it leaves out."""
    names = {field["fieldName"] for field in document["fields"]}
    details = [
        Detail("BuiltInType", f"The built-in type must keep its field '{field['fieldName']}'.", "fields")
        for field in old["fields"]
        if field["fieldName"] not in names
    ]
    if document["participantProfiles"] != old["participantProfiles"]:
        details.append(Detail("BuiltInType", "The built-in type must keep its participants.", "participantProfiles"))
    if document["idPropertyNames"] or document.get("timestampFieldName"):
        details.append(Detail("BuiltInType", "What identifies a built-in type is its own.", "idPropertyNames"))
    return details


def impact_of(defined: Defined) -> str:
    """Return what a change would mean, as the header of a dry run says it (spec 9.8)."""
    part = defined.part.name.lower() if defined.part is not None else "none"
    return header_text([f"change={part}", f"instances={defined.instances}"])
