"""The collections of interactions: ``/v2/meetings``, ``/v2/calls``, ``/v2/chat-messages``, ``/v2/emails`` (spec 14.2).

Oldest id first, so that a copy can be kept up to date; an id is the same as in version 1.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from interlog.model.errors import NotFound
from interlog.model.interactions import Brief
from interlog.model.parties import Person

from ..operations import PATH_ID, Call
from ..translate import CALL_CODE, MEETING_CODE, code_of, types_of
from . import filters, properties, translate
from .paging import MAX_LIMIT, PAGING, first_args, page

LIST = (filters.FILTER, *PAGING)
GET = (PATH_ID,)


def collection(code: int) -> Callable[[Call], Awaitable[dict[str, Any]]]:
    """Return the handler that lists the interactions of a kind."""
    about = properties.EVENTS if code in (MEETING_CODE, CALL_CODE) else properties.MESSAGES

    async def list_(call: Call) -> dict[str, Any]:
        args, place = first_args(call)
        limit = args.get("limit", MAX_LIMIT)
        items = await call.ledger.timeline.in_order_of_number(
            call.actor,
            types_of(call.actor.tenant, code),
            after=place[0] if place else 0,
            limit=limit + 1,
            condition=filters.filter_of(args.get("filter", ""), about),
        )
        following = (items[limit - 1].number,) if len(items) > limit else None
        items = items[:limit]
        people = await _people(call, items)
        return page(call, args, [translate.interaction(item, code, people) for item in items], following)

    return list_


def single(code: int) -> Callable[[Call], Awaitable[Any]]:
    """Return the handler that reads one interaction of a kind."""

    async def get(call: Call) -> Any:
        item = await call.ledger.interactions.get_brief(call.actor, call.args["id"])
        if code_of(call.actor.tenant.types_by_id[item.type_id]) != code:
            raise NotFound("interaction", item.number)
        return translate.interaction(item, code, await _people(call, [item]))

    return get


async def _people(call: Call, items: list[Brief]) -> dict[int, Person]:
    ids = {p.person for item in items for p in item.participants if p.person is not None}
    ids |= {item.creator for item in items if item.creator is not None}
    return await call.ledger.persons.get_many(call.actor, ids) if ids else {}
