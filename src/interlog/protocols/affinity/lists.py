"""Lists and their entries: ``/lists`` (spec 6)."""

from collections.abc import AsyncIterator
from typing import Any

from msgspec.structs import replace

from interlog.model.errors import Invalid, NotFound, Problem
from interlog.model.parties import ListRole, Party, PartyList, Permission

from . import translate, translate_lists, wire
from .arrays import AT_ONCE, array
from .fields import of_list
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of
from .params import Decoder

GET = (PATH_ID,)
CREATE = (
    Param(name="name", required=True, empty=False, max_length=500),
    Param(name="type", kind=Kind.INTEGER, required=True, choices=(0, 1, 8)),
    Param(name="is_public", kind=Kind.FLAG, required=True),
    id_param("owner_id", model="Person"),
    Param(name="additional_permissions", kind=Kind.OBJECT),
)
ENTRIES = (PATH_ID, *PAGING)
ADD = (PATH_ID, id_param("entity_id", model="Person", required=True), id_param("creator_id", model="Person"))
ENTRY = (PATH_ID, Param(name="entry_id", kind=Kind.ID, required=True))

_PERMISSION = Decoder(
    (
        id_param("internal_person_id", model="Person", required=True),
        Param(name="role_id", kind=Kind.INTEGER, required=True, choices=tuple(map(int, ListRole))),
    )
)


async def list_(call: Call) -> list[wire.PartyList]:
    """``GET /lists``: a bare array."""
    sizes = await call.ledger.opportunities.list_sizes(call.actor)
    lists = await call.ledger.opportunities.lists(call.actor)
    return [translate_lists.party_list(item, sizes.get(item.id, 0)) for item in lists]


async def get(call: Call) -> dict[str, Any]:
    """``GET /lists/{id}``: with its fields. Ours: to whom it is opened."""
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    sizes = await call.ledger.opportunities.list_sizes(call.actor)
    shown = translate_lists.party_list(item, sizes.get(item.id, 0))
    more = {"x_additional_permissions": _opened(item)} if call.extended else {}
    return {**_keys(shown), "fields": await of_list(call, item.id), **more}


async def create(call: Call) -> dict[str, Any]:
    """``POST /lists``."""
    item = await call.ledger.opportunities.create_list(
        call.actor,
        call.args["name"],
        Party(call.args["type"]),
        is_public=call.args["is_public"],
        owner=call.get("owner_id"),
        permissions=_permissions(call.get("additional_permissions", ())),
    )
    shown = translate_lists.party_list(item, 0)
    return {**_keys(shown), "creator_id": item.creator, "additional_permissions": _opened(item)}


async def entries(call: Call) -> Any:
    """``GET /lists/{id}/list-entries``: without ``page_size`` a bare array of everything, with it pages."""
    times = translate.clock(call.settings.affinity_time_zone)
    item = await call.ledger.opportunities.get_list(call.actor, call.args["id"])
    if "page_size" in call.args or "page_token" in call.args:
        place = place_of(call.actor.tenant, "list-entries", call.args, 1)
        found, following = await call.ledger.list_entries.page_of(
            call.actor, item, limit=page_size(call.args), after=place[0] if place else 0
        )
        token = page_token(call.actor.tenant, "list-entries", call.args, None if following is None else (following,))
        return {"list_entries": [translate_lists.listed(one, times) for one in found], "next_page_token": token}
    return await array(_all_entries(call, item, times))


async def _all_entries(call: Call, item: PartyList, times: translate.Clock) -> AsyncIterator[list[wire.Listed]]:
    after: int | None = 0
    while after is not None:
        found, after = await call.ledger.list_entries.page_of(call.actor, item, limit=AT_ONCE, after=after)
        yield [translate_lists.listed(one, times) for one in found]


async def entry(call: Call) -> wire.Listed:
    """``GET /lists/{id}/list-entries/{entry_id}``."""
    found = await call.ledger.list_entries.get(call.actor, call.args["id"], call.args["entry_id"])
    return translate_lists.listed(found, translate.clock(call.settings.affinity_time_zone))


async def any_entry(call: Call) -> wire.Listed:
    """``GET /list-entries/{id}``: an entry of whichever list, as who is told of it by a webhook asks for it."""
    found = await call.ledger.list_entries.find(call.actor, call.args["id"])
    if found is None:
        raise NotFound("entry", call.args["id"])
    return translate_lists.listed(found, translate.clock(call.settings.affinity_time_zone))


async def add(call: Call) -> wire.Listed:
    """``POST /lists/{id}/list-entries``: a person or an organization, perhaps once more."""
    found = await call.ledger.list_entries.add(
        call.actor, call.args["id"], call.args["entity_id"], creator=call.get("creator_id")
    )
    return translate_lists.listed(found, translate.clock(call.settings.affinity_time_zone))


async def remove(call: Call) -> wire.Success:
    """``DELETE /lists/{id}/list-entries/{entry_id}``: with an entry of opportunities goes the opportunity."""
    await call.ledger.list_entries.remove(call.actor, call.args["id"], call.args["entry_id"])
    return wire.Success()


async def entries_of(call: Call, kind: Party, id_: int) -> list[wire.ListEntry]:
    """Return the entries by which a person or an organization stands on lists that the caller sees."""
    found = await call.ledger.list_entries.of_parties(call.actor, kind, [id_])
    times = translate.clock(call.settings.affinity_time_zone)
    return [translate.list_entry(item, times) for item in found.get(id_, ())]


def _opened(item: PartyList) -> list[dict[str, int]]:
    return [{"internal_person_id": one.person, "role_id": int(one.role)} for one in item.permissions]


def _permissions(given: Any) -> list[Permission]:
    """Return to whom a list is opened; ``Invalid`` with everything wrong with it."""
    if not isinstance(given, (list, tuple)):
        raise Invalid(Problem("additional_permissions", "must be a list of objects", "type"))
    found, problems = [], []
    for index, item in enumerate(given):
        try:
            args = _PERMISSION.decode(item) if isinstance(item, dict) else None
        except Invalid as error:
            problems += [_within(index, problem) for problem in error.problems]
            continue
        if args is None:
            problems.append(Problem(f"additional_permissions[{index}]", "must be an object", "type"))
        else:
            found.append(Permission(args["internal_person_id"], ListRole(args["role_id"])))
    if problems:
        raise Invalid(*problems)
    return found


def _within(index: int, problem: Problem) -> Problem:
    return replace(problem, path=f"additional_permissions[{index}].{problem.path}")


def _keys(item: wire.PartyList) -> dict[str, Any]:
    return {
        "id": item.id,
        "type": item.type,
        "name": item.name,
        "public": item.public,
        "owner_id": item.owner_id,
        "list_size": item.list_size,
    }
