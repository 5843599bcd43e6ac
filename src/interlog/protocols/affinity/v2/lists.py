"""Lists and their entries: ``/v2/lists`` (spec 14.5)."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from interlog.ledger.list_entries import Listed
from interlog.ledger.sheets import Sheet, Standing
from interlog.model.parties import Opportunity, Organization, Party, Person

from ..operations import PATH_ID, Call, Handler, Kind, Param
from . import columns, translate, wire
from .columns import FIELDS, wanted
from .fields import check_party
from .paging import MAX_LIMIT, PAGING, first_args, page
from .parties import with_key
from .versions import is_first

LIST = (Param(name="term", max_length=500), *PAGING)
GET = (PATH_ID,)
OF_PARTY = (PATH_ID, *PAGING)
ENTRIES = (PATH_ID, *FIELDS, *PAGING)
ENTRY = (PATH_ID, Param(name="entry_id", kind=Kind.ID, required=True), *FIELDS)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/lists``: those that the caller sees; ``term`` is a part of their names."""
    args, place = first_args(call)
    term = args.get("term", "").casefold()
    found = [item for item in await call.ledger.opportunities.lists(call.actor) if term in item.name.casefold()]
    dated = not is_first(call.request)
    return _behind(call, args, place, [translate.party_list(item, dated=dated) for item in found])


async def get(call: Call) -> wire.PartyList:
    """``GET /v2/lists/{id}``."""
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    return translate.party_list(item, dated=not is_first(call.request))


async def entries(call: Call) -> dict[str, Any]:
    """``GET /v2/lists/{id}/list-entries``: in order of what stands on the list."""
    args, place = first_args(call)
    limit, after = args.get("limit", MAX_LIMIT), place[0] if place else 0
    asked = wanted(args)
    if asked is not None:
        sheet = await call.ledger.sheets.page(call.actor, call.args["id"], limit=limit, after=after)
        shown, following = await rows_of(call, sheet, asked), sheet.following
    else:
        item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
        found, following = await call.ledger.list_entries.page_of(call.actor, item, limit=limit, after=after)
        shown = [shown_entry(listed, item.name) for listed in found]
    return page(call, args, shown, None if following is None else (following,))


async def entry(call: Call) -> wire.ListEntry:
    """``GET /v2/lists/{id}/list-entries/{entry_id}``."""
    asked = wanted(call.args)
    if asked is not None:
        sheet = await call.ledger.sheets.entry(call.actor, call.args["id"], call.args["entry_id"])
        return (await rows_of(call, sheet, asked))[0]
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    return shown_entry(await call.ledger.list_entries.get(call.actor, item.id, call.args["entry_id"]), item.name)


def of_party(kind: Party) -> Handler:
    """Return the handler of the lists that a person or an organization stands on."""

    async def list_(call: Call) -> dict[str, Any]:
        args, place = first_args(call)
        standing = await _standing(call, kind)
        found = {one.list.id: one.list for one in sorted(standing, key=lambda one: one.list.id)}
        dated = not is_first(call.request)
        shown = [replace(translate.party_list(item, dated=dated), type=UNSET) for item in found.values()]
        return _behind(call, args, place, shown)

    return list_


def entries_of_party(kind: Party) -> Handler:
    """Return the handler of how a person or an organization stands on lists, with what these have fields for."""

    async def list_(call: Call) -> dict[str, Any]:
        args, place = first_args(call)
        shown = [
            wire.Standing(
                id=one.entry.id,
                list_id=one.list.id,
                list_name=one.list.name,
                creator_id=one.entry.creator,
                created_at=translate.time(one.entry.created_at),
                fields=columns.shown(call, one.fields, one.cells),
            )
            for one in await _standing(call, kind)
        ]
        return _behind(call, args, place, shown)

    return list_


async def _standing(call: Call, kind: Party) -> list[Standing]:
    await check_party(call, kind)
    return await call.ledger.sheets.standing(call.actor, kind, call.args["id"])


def _behind(call: Call, args: dict[str, Any], place: list[int] | None, found: Sequence[Any]) -> dict[str, Any]:
    """Return the page of objects in order of ids that goes on behind the place."""
    limit, after = args.get("limit", MAX_LIMIT), place[0] if place else 0
    rest = [item for item in found if item.id > after]
    return page(call, args, rest[:limit], (rest[limit - 1].id,) if len(rest) > limit else None)


async def rows_of(call: Call, sheet: Sheet, asked: columns.Wanted) -> list[wire.ListEntry]:
    """Return the entries of a sheet, each with the fields that are asked for."""
    fields = await columns.of_sheet(call, sheet, asked)
    return [shown_entry(listed, sheet.list.name, shown) for (listed, _), shown in zip(sheet.rows, fields, strict=True)]


def shown_entry(found: Listed, list_name: str, fields: Sequence[wire.Field] | None = None) -> wire.ListEntry:
    """Return an entry with what it is for, and that with its fields where some were asked for."""
    item, party = found
    shown: Any
    match party:
        case Person():
            shown = translate.person(party)
        case Organization():
            shown = translate.company(party)
        case Opportunity():
            shown = translate.opportunity(party, {item.list_id: list_name})
    return translate.list_entry(item, shown if fields is None else with_key(shown, fields))
