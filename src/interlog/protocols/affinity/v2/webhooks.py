"""Webhooks: ``/v2/webhooks`` (spec 14.6); the same as those of version 1."""

from typing import Any

from interlog.model.deliveries import Subscription
from interlog.model.errors import Invalid, Problem

from ..events import SAMPLE
from ..extensions import asked_for
from ..operations import PATH_ID, Call, Kind, Param
from ..webhooks import events_of
from . import filters, properties
from .bodies import word_in
from .paging import MAX_LIMIT, PAGING, first_args, page
from .translate import optional_time, time

_SUBSCRIPTIONS = Param(name="subscriptions", many=True, max_length=100)
_PAUSED = {"active": False, "disabled": True}

LIST = (filters.FILTER, Param(name="totalCount", kind=Kind.FLAG), *PAGING)
GET = (PATH_ID,)
CREATE = (Param(name="url", required=True, empty=False, max_length=2_000), _SUBSCRIPTIONS)
UPDATE = (
    PATH_ID,
    Param(name="url", empty=False, max_length=2_000),
    _SUBSCRIPTIONS,
    Param(name="status", empty=False, max_length=50),
)
DELETE = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/webhooks``: the oldest first."""
    args, place = first_args(call)
    limit = args.get("limit", MAX_LIMIT)
    condition = filters.filter_of(args.get("filter", ""), properties.WEBHOOKS)
    webhooks = call.ledger.webhooks
    found = await webhooks.page(call.actor, condition, after=place[0] if place else 0, limit=limit + 1)
    more = {}
    if args.get("totalCount"):
        more["totalCount"] = len(await webhooks.page(call.actor, condition, limit=2**31))
    following = (found[limit - 1].id,) if len(found) > limit else None
    return page(call, args, [_shown(call, item) for item in found[:limit]], following, **more)


async def get(call: Call) -> dict[str, Any]:
    """``GET /v2/webhooks/{id}``."""
    return _shown(call, await call.ledger.webhooks.get(call.actor, call.args["id"]))


async def create(call: Call) -> dict[str, Any]:
    """``POST /v2/webhooks``: once the address, which no other webhook has, has taken a test delivery."""
    settings = call.settings
    made = await call.ledger.webhooks.create(
        call.actor, call.args["url"], {"subscriptions": events_of(call)}, SAMPLE,
        most=settings.affinity_webhooks, private=settings.webhook_private, alone=True,
    )  # fmt: skip
    return _shown(call, made)


async def update(call: Call) -> None:
    """``POST /v2/webhooks/{id}``: by who made it; another address, or going on, is tested first."""
    problems: list[Problem] = []
    is_paused = word_in(call.args["status"], "status", _PAUSED, problems) if "status" in call.args else None
    if problems:
        raise Invalid(*problems)
    await call.ledger.webhooks.update(
        call.actor, call.args["id"], SAMPLE, url=call.get("url"),
        about={"subscriptions": events_of(call)} if "subscriptions" in call.args else None,
        is_paused=is_paused, private=call.settings.webhook_private, alone=True,
    )  # fmt: skip


async def delete(call: Call) -> None:
    """``DELETE /v2/webhooks/{id}``: by who made it, or who looks after the tenant."""
    await call.ledger.webhooks.delete(call.actor, call.args["id"])


def _shown(call: Call, item: Subscription) -> dict[str, Any]:
    shown = {
        "id": item.id,
        "url": item.target.url,
        "subscriptions": item.target.about["subscriptions"],
        "status": "disabled" if item.target.is_paused else "active",
        "creator": {"id": item.person_id},
        "createdAt": time(item.created_at),
        "updatedAt": optional_time(item.changed_at),
    }
    if asked_for(call.request) and item.person_id == call.actor.person_id:
        shown["x_signing_key"] = item.target.signing_key
    return shown
