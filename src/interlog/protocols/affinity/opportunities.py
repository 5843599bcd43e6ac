"""Opportunities: ``/opportunities`` (spec 5)."""

from typing import Any

from interlog.model.parties import OpportunityDraft

from . import translate, wire
from .extensions import only_if_unchanged
from .operations import PATH_ID, Call, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_PARTIES = (
    id_param("person_ids", model="Person", many=True),
    id_param("organization_ids", model="Organization", many=True),
)

LIST = (Param(name="term", max_length=500), *PAGING)
GET = (PATH_ID,)
CREATE = (
    Param(name="name", required=True, empty=False, max_length=500),
    id_param("list_id", model="List", required=True),
    *_PARTIES,
)
UPDATE = (PATH_ID, Param(name="name", empty=False, max_length=500), *_PARTIES)
DELETE = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /opportunities``: all opportunities, or those a term finds."""
    place = place_of(call.actor.tenant, "opportunities", call.args, 1)
    found, following = await call.ledger.opportunities.page(
        call.actor, limit=page_size(call.args), after=place[0] if place else 0, term=call.get("term") or None
    )
    times = translate.clock(call.settings.affinity_time_zone)
    return {
        "opportunities": [translate.opportunity(item, times) for item in found],
        "next_page_token": page_token(
            call.actor.tenant, "opportunities", call.args, None if following is None else (following,)
        ),
    }


async def get(call: Call) -> wire.Opportunity:
    """``GET /opportunities/{id}``."""
    item = await call.ledger.opportunities.get(call.actor, call.args["id"])
    call.version = item.version
    return translate.opportunity(item, translate.clock(call.settings.affinity_time_zone))


async def create(call: Call) -> wire.Opportunity:
    """``POST /opportunities``: on a list of opportunities."""
    draft = OpportunityDraft(
        name=call.args["name"],
        list_id=call.args["list_id"],
        person_ids=tuple(call.get("person_ids", ())),
        organization_ids=tuple(call.get("organization_ids", ())),
    )
    item = await call.ledger.opportunities.create(call.actor, draft)
    return translate.opportunity(item, translate.clock(call.settings.affinity_time_zone))


async def update(call: Call) -> wire.Opportunity:
    """``PUT /opportunities/{id}``: lists replace the ones stored."""
    persons, organizations = call.get("person_ids"), call.get("organization_ids")
    with only_if_unchanged(call) as version:
        item = await call.ledger.opportunities.update(
            call.actor,
            call.args["id"],
            name=call.get("name"),
            person_ids=tuple(persons) if persons is not None else None,
            organization_ids=tuple(organizations) if organizations is not None else None,
            expected_version=version,
        )
    call.version = item.version
    return translate.opportunity(item, translate.clock(call.settings.affinity_time_zone))


async def delete(call: Call) -> wire.Success:
    """``DELETE /opportunities/{id}``: with its entry on the list."""
    with only_if_unchanged(call) as version:
        await call.ledger.opportunities.delete(call.actor, call.args["id"], expected_version=version)
    return wire.Success()
