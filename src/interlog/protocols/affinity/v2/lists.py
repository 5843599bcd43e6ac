"""Lists and their entries: ``/v2/lists`` (spec 14.5)."""

from typing import Any

from interlog.ledger.list_entries import Listed
from interlog.model.parties import Opportunity, Organization, Person

from ..operations import PATH_ID, Call, Kind, Param
from . import translate, wire
from .paging import MAX_LIMIT, PAGING, first_args, page
from .parties import FIELDS, with_fields
from .versions import is_first

LIST = (Param(name="term", max_length=500), *PAGING)
GET = (PATH_ID,)
ENTRIES = (PATH_ID, *FIELDS, *PAGING)
ENTRY = (PATH_ID, Param(name="entry_id", kind=Kind.ID, required=True), *FIELDS)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/lists``: those that the caller sees; ``term`` is a part of their names."""
    args, place = first_args(call)
    limit, after = args.get("limit", MAX_LIMIT), place[0] if place else 0
    term = args.get("term", "").casefold()
    found = [
        item
        for item in await call.ledger.opportunities.lists(call.actor)
        if item.id > after and term in item.name.casefold()
    ]
    following = (found[limit - 1].id,) if len(found) > limit else None
    dated = not is_first(call.request)
    return page(call, args, [translate.party_list(item, dated=dated) for item in found[:limit]], following)


async def get(call: Call) -> wire.PartyList:
    """``GET /v2/lists/{id}``."""
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    return translate.party_list(item, dated=not is_first(call.request))


async def entries(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/list-entries``: in order of what stands on the list."""
    args, place = first_args(call)
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    found, following = await call.ledger.list_entries.page(
        call.actor, item.id, limit=args.get("limit", MAX_LIMIT), after=place[0] if place else 0
    )
    shown = [_entry(args, listed, item.name) for listed in found]
    return page(call, args, shown, None if following is None else (following,))


async def entry(call: Call) -> wire.ListEntry:
    """``GET /v2/lists/{id}/list-entries/{entry_id}``."""
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    return _entry(call.args, await call.ledger.list_entries.get(call.actor, item.id, call.args["entry_id"]), item.name)


def _entry(args: dict[str, Any], found: Listed, list_name: str) -> wire.ListEntry:
    item, party = found
    shown: Any
    match party:
        case Person():
            shown = translate.person(party)
        case Organization():
            shown = translate.company(party)
        case Opportunity():
            shown = translate.opportunity(party, {item.list_id: list_name})
    return translate.list_entry(item, with_fields(args, shown))
