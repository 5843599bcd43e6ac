"""Lists and their entries, as far as opportunities need them: ``/lists`` (spec 6)."""

from typing import Any

from interlog.model.errors import NotFound
from interlog.model.parties import Opportunity, Party

from . import translate, wire
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import MAX_PAGE, PAGING, page_size, page_token, place_of

GET = (PATH_ID,)
CREATE = (
    Param(name="name", required=True, empty=False, max_length=500),
    Param(name="type", kind=Kind.INTEGER, required=True, choices=(0, 1, 8)),
    Param(name="is_public", kind=Kind.FLAG, required=True),
    id_param("owner_id", model="Person"),
)
ENTRIES = (PATH_ID, *PAGING)
ENTRY = (PATH_ID, Param(name="entry_id", kind=Kind.ID, required=True))


async def list_(call: Call) -> list[wire.PartyList]:
    """``GET /lists``: a bare array."""
    sizes = await call.ledger.opportunities.list_sizes(call.actor)
    lists = await call.ledger.opportunities.lists(call.actor)
    return [translate.party_list(item, sizes.get(item.id, 0)) for item in lists]


async def get(call: Call) -> dict[str, Any]:
    """``GET /lists/{id}``: with its fields."""
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    sizes = await call.ledger.opportunities.list_sizes(call.actor)
    shown = translate.party_list(item, sizes.get(item.id, 0))
    return {**_keys(shown), "fields": []}


async def create(call: Call) -> dict[str, Any]:
    """``POST /lists``."""
    item = await call.ledger.opportunities.create_list(
        call.actor,
        call.args["name"],
        Party(call.args["type"]),
        is_public=call.args["is_public"],
        owner=call.get("owner_id"),
    )
    shown = translate.party_list(item, 0)
    return {**_keys(shown), "creator_id": item.creator, "additional_permissions": []}


async def entries(call: Call) -> dict[str, Any] | list[dict[str, Any]]:
    """``GET /lists/{id}/list-entries``: without ``page_size`` a bare array of everything, with it pages."""
    if "page_size" in call.args or "page_token" in call.args:
        place = place_of(call.actor.tenant, "list-entries", call.args, 1)
        found, following = await call.ledger.opportunities.on_list(
            call.actor, call.args["id"], limit=page_size(call.args), after=place[0] if place else 0
        )
        token = page_token(call.actor.tenant, "list-entries", call.args, None if following is None else (following,))
        return {"list_entries": [_entry(call, item) for item in found], "next_page_token": token}
    everything: list[Opportunity] = []
    after: int | None = 0
    while after is not None:
        found, after = await call.ledger.opportunities.on_list(call.actor, call.args["id"], limit=MAX_PAGE, after=after)
        everything += found
    return [_entry(call, item) for item in everything]


async def entry(call: Call) -> dict[str, Any]:
    """``GET /lists/{id}/list-entries/{entry_id}``."""
    found = await call.ledger.opportunities.by_entry(call.actor, call.args["id"], call.args["entry_id"])
    if found is None:
        raise NotFound("entry", call.args["entry_id"])
    return _entry(call, found)


def _entry(call: Call, item: Opportunity) -> dict[str, Any]:
    shown = translate.list_entry(item, translate.clock(call.settings.affinity_time_zone))
    return {
        "id": shown.id,
        "list_id": shown.list_id,
        "creator_id": shown.creator_id,
        "entity_id": shown.entity_id,
        "entity_type": shown.entity_type,
        "created_at": shown.created_at,
        "entity": {"id": item.id, "name": item.name},
    }


def _keys(item: wire.PartyList) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": item.type,
        "name": item.name,
        "public": item.public,
        "owner_id": item.owner_id,
        "list_size": item.list_size,
    }
