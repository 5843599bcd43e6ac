"""Persons, companies and opportunities: ``/v2/persons``, ``/v2/companies``, ``/v2/opportunities`` (spec 14.4).

All three are read alike: a page in order of ids, or those of some ids.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec import to_builtins

from interlog.model.parties import Opportunity, Party

from ..operations import PATH_ID, Call, id_param
from . import columns, translate, wire
from .columns import FIELDS, wanted
from .paging import MAX_LIMIT, PAGING, first_args, page

_IDS = id_param("ids", many=True)

LIST = (_IDS, *FIELDS, *PAGING)
GET = (PATH_ID, *FIELDS)
LIST_OPPORTUNITIES = (_IDS, *PAGING)
GET_OPPORTUNITY = (PATH_ID,)


async def list_persons(call: Call) -> dict[str, Any]:
    """``GET /v2/persons``."""

    async def behind(place: Sequence[int], limit: int) -> tuple[Sequence[Any], Sequence[int] | None]:
        return await call.ledger.persons.page(call.actor, limit=limit, place=(place[0], place[1]))

    async def chosen(ids: Sequence[int]) -> Mapping[int, Any]:
        return await call.ledger.persons.get_many(call.actor, ids)

    return await _list(call, [0, 0], behind, chosen, translate.person, Party.PERSON)


async def get_person(call: Call) -> Any:
    """``GET /v2/persons/{id}``."""
    item = await call.ledger.persons.get(call.actor, call.args["id"])
    return (await with_fields(call, call.args, Party.PERSON, [(item.id, translate.person(item))]))[0]


async def list_companies(call: Call) -> dict[str, Any]:
    """``GET /v2/companies``."""

    async def behind(place: Sequence[int], limit: int) -> tuple[Sequence[Any], Sequence[int] | None]:
        return await call.ledger.organizations.page(call.actor, limit=limit, place=(place[0], place[1]))

    async def chosen(ids: Sequence[int]) -> Mapping[int, Any]:
        return await call.ledger.organizations.get_many(call.actor, ids)

    return await _list(call, [0, 0], behind, chosen, translate.company, Party.ORGANIZATION)


async def get_company(call: Call) -> Any:
    """``GET /v2/companies/{id}``."""
    item = await call.ledger.organizations.get(call.actor, call.args["id"])
    return (await with_fields(call, call.args, Party.ORGANIZATION, [(item.id, translate.company(item))]))[0]


async def list_opportunities(call: Call) -> dict[str, Any]:
    """``GET /v2/opportunities``."""
    names = await list_names(call)

    async def behind(place: Sequence[int], limit: int) -> tuple[Sequence[Any], Sequence[int] | None]:
        found, following = await call.ledger.opportunities.page(call.actor, limit=limit, after=place[0])
        return found, None if following is None else (following,)

    async def chosen(ids: Sequence[int]) -> Mapping[int, Any]:
        return await call.ledger.opportunities.get_many(call.actor, ids)

    def shown(item: Opportunity) -> Any:
        return translate.opportunity(item, names)

    return await _list(call, [0], behind, chosen, shown, Party.OPPORTUNITY)


async def get_opportunity(call: Call) -> Any:
    """``GET /v2/opportunities/{id}``."""
    item = await call.ledger.opportunities.get(call.actor, call.args["id"])
    return translate.opportunity(item, await list_names(call))


async def list_names(call: Call) -> dict[int, str]:
    """Return the names of the lists that the caller sees."""
    return {item.id: item.name for item in await call.ledger.opportunities.lists(call.actor)}


async def _list(
    call: Call,
    start: Sequence[int],
    behind: Callable[[Sequence[int], int], Awaitable[tuple[Sequence[Any], Sequence[int] | None]]],
    chosen: Callable[[Sequence[int]], Awaitable[Mapping[int, Any]]],
    shown: Callable[[Any], Any],
    kind: Party,
) -> dict[str, Any]:
    """Return a page: of everything, or of the ids asked for."""
    args, place = first_args(call)
    limit = args.get("limit", MAX_LIMIT)
    following: Sequence[int] | None
    if args.get("ids"):
        ids = sorted(set(args["ids"]))
        after = place[0] if place else 0
        found = await chosen([id_ for id_ in ids if id_ > after])
        items = [found[id_] for id_ in ids if id_ in found]
        following = (items[limit - 1].id,) if len(items) > limit else None
        items = items[:limit]
    else:
        found_behind, following = await behind(place or start, limit)
        items = list(found_behind)
    listed = await with_fields(call, args, kind, [(item.id, shown(item)) for item in items])
    return page(call, args, listed, following)


async def with_fields(call: Call, args: Mapping[str, Any], kind: Party, items: Sequence[tuple[int, Any]]) -> list[Any]:
    """Add the key ``fields`` to objects, which come with their ids, where fields were asked for."""
    asked = wanted(args)
    if asked is None or kind is Party.OPPORTUNITY:
        return [item for _, item in items]
    found = await columns.of_parties(call, kind, [id_ for id_, _ in items], asked)
    return [with_key(item, found[id_]) for id_, item in items]


def with_key(item: Any, fields: Sequence[wire.Field]) -> dict[str, Any]:
    """Return an object with the key ``fields``."""
    return {**to_builtins(item), "fields": fields}
