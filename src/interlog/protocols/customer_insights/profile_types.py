"""Profile types: ``…/profiles/{name}`` (spec 3.1-3.3, 4.2)."""

from typing import Any

from interlog.model.errors import NotFound, Refused
from interlog.model.profiles import ProfileType

from . import defining, long_running
from .answers import created_status, etag, header_text, headers_of, list_body, listed, resource
from .catalog import Catalog
from .definitions import read_profile_type, taken_set
from .errors import ApiError, Detail, not_found
from .images import content_urls
from .kinds import KPIS, LINKS, RELATIONSHIPS
from .operations import Call, Reply
from .requests import Precondition, is_dry_run, precondition_of
from .resources import every
from .translate import profile_document_of, profile_type_of
from .type_answers import profile_properties

SEGMENT = "profiles"

NOUN = "profile type"


async def put(call: Call) -> Reply:
    """Define a type, or replace its definition; the same definition again changes nothing."""

    async def attempt(name: str, body: dict[str, Any], catalog: Catalog, condition: Precondition) -> Reply:
        document, notes = read_profile_type(body, name, catalog)
        defining.refuse(notes, NOUN, name)
        taken = taken_set(document, "Profile", catalog)
        if taken is not None:
            raise ApiError(409, taken.code, taken.message, target=taken.target, details=[taken])
        old = catalog.profile_types.get(name.lower())
        condition.check(old.version if old is not None else None)
        defined = await call.ledger.profile_types.define(
            call.actor,
            profile_type_of(document, old),
            expected_version=old.version if old is not None else 0,
            dry_run=is_dry_run(call),
        )
        reply = await _answer(call, defined.type, created_status(call, defined.created))
        reply.headers |= headers_of(notes, defined.type.version)
        if is_dry_run(call):
            part = defined.part.name.lower() if defined.part is not None else "none"
            return Reply(reply.body, headers=reply.headers | {"x-impact": header_text([f"change={part}"])})
        return await long_running.finished(call, reply)

    return await defining.put(call, NOUN, attempt)


async def get(call: Call) -> Reply:
    """Return a type, with all locales of its dictionaries."""
    return await _answer(call, await _found(call))


async def list_(call: Call) -> Reply:
    """List the types, built-in ones included."""
    types = await call.ledger.profile_types.list(call.actor)
    page, link = listed(call, types, lambda type_: type_.name)
    counts = await call.ledger.profile_types.instances_counts(call.actor, page)
    return Reply(list_body([await _shown(call, type_, counts[type_.id]) for type_ in page], link))


async def delete(call: Call) -> Reply:
    """Delete a type with its profiles, unless something refers to it; it is no error when there is none."""
    name = call.path["name"]
    try:
        type_ = await call.ledger.profile_types.get(call.actor, name)
    except NotFound:
        return Reply(status=204)
    precondition_of(call).check(type_.version)
    details = await _references(call, type_.name)
    if details and not type_.built_in:
        raise _in_use(type_.name, details)
    try:
        deleted = await call.ledger.profile_types.delete(call.actor, name)
    except Refused as error:
        if type_.built_in:
            message = f"The profile type '{type_.name}' is built in, and cannot be deleted."
            raise ApiError(409, "BuiltInType", message) from None
        raise _in_use(type_.name, [Detail("TypeInUse", f"{error}.")]) from None
    if deleted is None:
        return Reply(status=204)
    return await long_running.finished(call, Reply(status=200))


async def _references(call: Call, name: str) -> list[Detail]:
    """Return what of this protocol's own definitions refers to a type."""
    lower = name.lower()
    found = [
        Detail("TypeInUse", f"The link '{link.name}' refers to it.", f"links/{link.name}")
        for link in await every(call, LINKS)
        if link.value["targetEntityType"] == "Profile" and link.value["targetEntityTypeName"].lower() == lower
    ]
    for relationship in await every(call, RELATIONSHIPS):
        ends = (relationship.value["profileType"], relationship.value["relatedProfileType"])
        if lower in [end.lower() for end in ends]:
            message = f"The relationship '{relationship.name}' refers to it."
            found.append(Detail("TypeInUse", message, f"relationships/{relationship.name}"))
    return found


def _in_use(name: str, details: list[Detail]) -> ApiError:
    return ApiError(409, "TypeInUse", f"The profile type '{name}' is in use.", details=details)


async def enriching_kpis(call: Call) -> Reply:
    """Return the KPIs of a type, as a bare array."""
    type_ = await _found(call)
    return Reply(
        [
            stored.value | KPIS.show(stored, call.hub)
            for stored in await every(call, KPIS)
            if stored.value["entityType"] == "Profile" and stored.value["entityTypeName"].lower() == type_.name.lower()
        ]
    )


async def _found(call: Call) -> ProfileType:
    try:
        return await call.ledger.profile_types.get(call.actor, call.path["name"])
    except NotFound:
        raise not_found(f"profile type '{call.path['name']}'") from None


async def _answer(call: Call, type_: ProfileType, status: int = 200) -> Reply:
    counts = await call.ledger.profile_types.instances_counts(call.actor, [type_])
    body = await _shown(call, type_, counts.get(type_.id, 0))
    return Reply(body, status=status, headers={"ETag": etag(type_.version)})


async def _shown(call: Call, type_: ProfileType, instances: int) -> Any:
    urls = await content_urls(call, "Profile", profile_document_of(type_))
    return resource(call, SEGMENT, type_.name, profile_properties(call, type_, instances, urls))
