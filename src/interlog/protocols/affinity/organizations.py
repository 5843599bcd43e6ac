"""Organizations: ``/organizations`` (spec 4)."""

from typing import Any

from interlog.model.errors import Forbidden
from interlog.model.parties import Organization, OrganizationDraft, Party

from . import translate, wire
from .errors import verbatim
from .extensions import only_if_unchanged
from .fields import of_all
from .lists import entries_of
from .moments import BOUNDS, WITH_DATES, bounds_of, dates_of_organizations
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_FLAGS = (*WITH_DATES, Param(name="with_opportunities", kind=Kind.FLAG))
_PERSONS = id_param("person_ids", model="Person", many=True)

LIST = (Param(name="term", max_length=500), *_FLAGS, *BOUNDS, *PAGING)
GET = (PATH_ID, *_FLAGS)
CREATE = (
    Param(name="name", required=True, empty=False, max_length=500),
    Param(name="domain", max_length=253),
    _PERSONS,
)
UPDATE = (
    PATH_ID,
    Param(name="name", empty=False, max_length=500),
    Param(name="domain", max_length=253),
    _PERSONS,
)
DELETE = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /organizations``: all organizations, or those a term finds; with interaction dates those that have any."""
    place = place_of(call.actor.tenant, "organizations", call.args, 2)
    found, following = await call.ledger.organizations.page(
        call.actor,
        limit=page_size(call.args),
        place=(place[0], place[1]) if place is not None else (0, 0),
        term=call.get("term") or None,
        bounds=bounds_of(call.args),
        with_moments=bool(call.get("with_interaction_dates")),
    )
    extras = await _extras(call, found)
    return {
        "organizations": [{**translate.organization(item), **extras[item.id]} for item in found],
        "next_page_token": page_token(call.actor.tenant, "organizations", call.args, following),
    }


async def get(call: Call) -> dict[str, Any]:
    """``GET /organizations/{id}``."""
    item = await call.ledger.organizations.get(call.actor, call.args["id"])
    call.version = item.version
    extras = await _extras(call, [item])
    entries = await entries_of(call, Party.ORGANIZATION, item.id)
    return {**await _with_members(call, item), **extras[item.id], "list_entries": entries}


async def create(call: Call) -> dict[str, Any]:
    """``POST /organizations``."""
    domain = call.get("domain")
    draft = OrganizationDraft(
        name=call.args["name"],
        domains=(domain,) if domain else (),
        person_ids=tuple(call.get("person_ids", ())),
    )
    return await _with_members(call, await call.ledger.organizations.create(call.actor, draft))


async def update(call: Call) -> dict[str, Any]:
    """``PUT /organizations/{id}``: lists replace the ones stored; an empty domain removes all of them."""
    domain, persons = call.get("domain"), call.get("person_ids")
    domains = None
    if domain is not None:
        read = await call.ledger.organizations.get(call.actor, call.args["id"])
        others = [other for other in read.domains[1:] if other != domain]
        domains = (domain, *others) if domain else ()
    with only_if_unchanged(call) as version:
        item = await call.ledger.organizations.update(
            call.actor,
            call.args["id"],
            name=call.get("name"),
            domains=domains,
            person_ids=tuple(persons) if persons is not None else None,
            expected_version=version,
        )
    call.version = item.version
    return await _with_members(call, item)


async def delete(call: Call) -> wire.Success:
    """``DELETE /organizations/{id}``."""
    try:
        with only_if_unchanged(call) as version:
            await call.ledger.organizations.delete(call.actor, call.args["id"], expected_version=version)
    except Forbidden as error:
        if "global" in str(error):
            raise verbatim("Cannot delete organization because it is global") from error
        raise
    return wire.Success()


async def fields(call: Call) -> list[wire.Field]:
    """``GET /organizations/fields``: those of all organizations, whatever lists they are on."""
    return await of_all(call, Party.ORGANIZATION)


async def _with_members(call: Call, item: Organization) -> dict[str, Any]:
    members = await call.ledger.organizations.members(call.actor, [item.id])
    return {**translate.organization(item), "person_ids": members.get(item.id, [])}


async def _extras(call: Call, items: list[Organization]) -> dict[int, dict[str, Any]]:
    """Return the conditional keys of each organization."""
    ids = [item.id for item in items]
    extras: dict[int, dict[str, Any]] = {id_: {} for id_ in ids}
    if call.get("with_interaction_dates"):
        for id_, keys in (await dates_of_organizations(call, ids)).items():
            extras[id_].update(keys)
    if call.get("with_opportunities"):
        found = await call.ledger.opportunities.of_parties(call.actor, Party.ORGANIZATION, ids)
        for id_ in ids:
            extras[id_]["opportunity_ids"] = found.get(id_, [])
    return extras
