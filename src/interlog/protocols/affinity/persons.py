"""Persons: ``/persons`` (spec 3)."""

from typing import Any

from interlog.model.errors import Forbidden
from interlog.model.parties import Party, Person, PersonDraft

from . import translate, wire
from .errors import verbatim
from .extensions import only_if_unchanged
from .fields import of_all
from .lists import entries_of
from .moments import BOUNDS, WITH_DATES, bounds_of, dates_of_persons
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_FLAGS = (
    *WITH_DATES,
    Param(name="with_opportunities", kind=Kind.FLAG),
    Param(name="with_current_organizations", kind=Kind.FLAG),
)
_EMAILS = Param(name="emails", many=True, max_length=320)
_ORGANIZATIONS = id_param("organization_ids", model="Organization", many=True)

LIST = (Param(name="term", max_length=500), *_FLAGS, *BOUNDS, *PAGING)
GET = (PATH_ID, *_FLAGS)
CREATE = (
    Param(name="first_name", required=True, max_length=500),
    Param(name="last_name", max_length=500),
    Param(name="emails", many=True, required=True, max_length=320),
    _ORGANIZATIONS,
)
UPDATE = (
    PATH_ID,
    Param(name="first_name", max_length=500),
    Param(name="last_name", max_length=500),
    _EMAILS,
    _ORGANIZATIONS,
)
DELETE = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /persons``: all persons, or those a term finds; with interaction dates only those who have any."""
    place = place_of(call.actor.tenant, "persons", call.args, 2)
    found, following = await call.ledger.persons.page(
        call.actor,
        limit=page_size(call.args),
        place=(place[0], place[1]) if place is not None else (0, 0),
        term=call.get("term") or None,
        bounds=bounds_of(call.args),
        with_moments=bool(call.get("with_interaction_dates")),
    )
    extras = await _extras(call, found)
    return {
        "persons": [{**translate.short(translate.person(item)), **extras[item.id]} for item in found],
        "next_page_token": page_token(call.actor.tenant, "persons", call.args, following),
    }


async def get(call: Call) -> dict[str, Any]:
    """``GET /persons/{id}``."""
    item = await call.ledger.persons.get(call.actor, call.args["id"])
    call.version = item.version
    extras = await _extras(call, [item])
    return {
        **translate.full_person(item),
        **extras[item.id],
        "list_entries": await entries_of(call, Party.PERSON, item.id),
    }


async def create(call: Call) -> dict[str, Any]:
    """``POST /persons``."""
    draft = PersonDraft(
        first_name=call.args["first_name"],
        last_name=call.get("last_name", ""),
        emails=tuple(call.args["emails"]),
        organization_ids=tuple(call.get("organization_ids", ())),
    )
    return translate.full_person(await call.ledger.persons.create(call.actor, draft))


async def update(call: Call) -> dict[str, Any]:
    """``PUT /persons/{id}``: lists replace the ones stored."""
    emails, organizations = call.get("emails"), call.get("organization_ids")
    with only_if_unchanged(call) as version:
        item = await call.ledger.persons.update(
            call.actor,
            call.args["id"],
            first_name=call.get("first_name"),
            last_name=call.get("last_name"),
            emails=tuple(emails) if emails is not None else None,
            organization_ids=tuple(organizations) if organizations is not None else None,
            expected_version=version,
        )
    call.version = item.version
    return translate.full_person(item)


async def delete(call: Call) -> wire.Success:
    """``DELETE /persons/{id}``."""
    try:
        with only_if_unchanged(call) as version:
            await call.ledger.persons.delete(call.actor, call.args["id"], expected_version=version)
    except Forbidden as error:
        if "internal" in str(error):
            raise verbatim("Deleting internal or inferred_internal person is not allowed.") from error
        raise
    return wire.Success()


async def fields(call: Call) -> list[wire.Field]:
    """``GET /persons/fields``: those of all persons, whatever lists they are on."""
    return await of_all(call, Party.PERSON)


async def _extras(call: Call, items: list[Person]) -> dict[int, dict[str, Any]]:
    """Return the conditional keys of each person."""
    ids = [item.id for item in items]
    extras: dict[int, dict[str, Any]] = {id_: {} for id_ in ids}
    if call.get("with_interaction_dates"):
        for id_, keys in (await dates_of_persons(call, ids)).items():
            extras[id_].update(keys)
    if call.get("with_opportunities"):
        found = await call.ledger.opportunities.of_parties(call.actor, Party.PERSON, ids)
        for id_ in ids:
            extras[id_]["opportunity_ids"] = found.get(id_, [])
    if call.get("with_current_organizations"):
        for item in items:
            extras[item.id]["current_organization_ids"] = item.organization_ids
    return extras
