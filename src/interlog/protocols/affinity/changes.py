"""What has changed since: ``GET /interactions/changes`` (spec 19, item 9), for whoever keeps a copy."""

from typing import Any

from interlog.model.errors import Invalid, Problem
from interlog.model.journal import Position

from . import translate
from .extensions import shown
from .operations import Call, Kind, Param
from .paging import MAX_PAGE, PAGE_SIZE, page_size

LIST = (
    Param(name="cursor", max_length=100),
    Param(name="type", kind=Kind.INTEGER, many=True, choices=(0, 1, 2, 3)),
    PAGE_SIZE,
)

NOW = "now"
"""The cursor that tells of nothing, but where to begin."""


async def list_(call: Call) -> dict[str, Any]:
    """Return the interactions that have changed behind a cursor, each once, as it is now, in the order of the changes.

    Of what was deleted only the type and the id are told. ``cursor`` is where to go on, ``has_more`` whether to do so
    at once. Without a cursor everything has changed. Nothing is missed.
    """
    feed, actor = call.ledger.changes, call.actor
    text = call.get("cursor", "")
    if text == NOW:
        return _answer([], await feed.now(actor), has_more=False)
    since = Position.of(text) if text else Position()
    if since is None:
        raise Invalid(Problem("cursor", f'must be one that an answer gave, or "{NOW}"'))
    codes = dict.fromkeys(call.get("type") or translate.LIST_KEYS)
    types = [id_ for code in codes for id_ in translate.types_of(actor.tenant, code)]
    found = await feed.interactions(actor, types, since, page_size(call.args, MAX_PAGE))
    there = [item for item in found.items if item.deleted_at is None and item.voided_by is None]
    objects = {item.number: object_ for item, object_ in zip(there, await shown(call, there), strict=True)}
    changes = [
        {
            "id": item.number,
            "type": translate.code_of(actor.tenant.types_by_id[item.type_id]),
            "deleted": item.number not in objects,
            "interaction": objects.get(item.number),
        }
        for item in found.items
    ]
    return _answer(changes, found.next, has_more=found.is_more)


def _answer(changes: list[dict[str, Any]], place: Position, *, has_more: bool) -> dict[str, Any]:
    return {"changes": changes, "cursor": place.text, "has_more": has_more}
