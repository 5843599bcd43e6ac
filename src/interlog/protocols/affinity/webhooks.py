"""Webhook subscriptions: ``/webhook`` (spec 11). The log of deliveries, and sending again, are ours."""

from typing import Any

from interlog.model.deliveries import Delivery, Subscription
from interlog.model.errors import Invalid, Problem

from . import translate, wire
from .events import EVENTS, OURS, SAMPLE
from .extensions import asked_for
from .operations import PATH_ID, Call, Kind, Param
from .paging import PAGING, page_size, page_token, place_of

_URL = Param(name="webhook_url", empty=False, max_length=2_000)
_SUBSCRIPTIONS = Param(name="subscriptions", many=True, max_length=100)

GET = (PATH_ID,)
CREATE = (Param(name="webhook_url", required=True, empty=False, max_length=2_000), _SUBSCRIPTIONS)
UPDATE = (PATH_ID, _URL, _SUBSCRIPTIONS, Param(name="disabled", kind=Kind.FLAG))
DELETE = (PATH_ID,)
DELIVERIES = (PATH_ID, *PAGING)
REPLAY = (PATH_ID, Param(name="delivery_id", kind=Kind.ID, required=True))


async def list_(call: Call) -> list[dict[str, Any]]:
    """``GET /webhook``: a bare array."""
    return [_shown(call, item) for item in await call.ledger.webhooks.all(call.actor)]


async def get(call: Call) -> dict[str, Any]:
    """``GET /webhook/{id}``."""
    return _shown(call, await call.ledger.webhooks.get(call.actor, call.args["id"]))


async def create(call: Call) -> dict[str, Any]:
    """``POST /webhook/subscribe``: once the address has taken a test delivery."""
    about = {"subscriptions": events_of(call)}
    settings = call.settings
    made = await call.ledger.webhooks.create(
        call.actor, call.args["webhook_url"], about, SAMPLE,
        most=settings.affinity_webhooks, private=settings.webhook_private,
    )  # fmt: skip
    return _shown(call, made)


async def update(call: Call) -> dict[str, Any]:
    """``PUT /webhook/{id}``: by who made it; another address, or going on, is tested first."""
    about = {"subscriptions": events_of(call)} if "subscriptions" in call.args else None
    new = await call.ledger.webhooks.update(
        call.actor, call.args["id"], SAMPLE, url=call.get("webhook_url"), about=about,
        is_paused=call.get("disabled"), private=call.settings.webhook_private,
    )  # fmt: skip
    return _shown(call, new)


async def delete(call: Call) -> wire.Success:
    """``DELETE /webhook/{id}``: by who made it, or who looks after the tenant."""
    await call.ledger.webhooks.delete(call.actor, call.args["id"])
    return wire.Success()


async def deliveries(call: Call) -> dict[str, Any]:
    """``GET /webhook/{id}/deliveries``: what was delivered or is on its way, newest first."""
    size = page_size(call.args)
    place = place_of(call.actor.tenant, "deliveries", call.args, 1)
    found = list(
        await call.ledger.webhooks.log(call.actor, call.args["id"], before=place[0] if place else 2**62, limit=size + 1)
    )
    following = None
    if len(found) > size:
        del found[size:]
        following = (found[-1].id,)
    times = translate.clock(call.settings.affinity_time_zone)
    return {
        "deliveries": [_delivery(item, times) for item in found],
        "next_page_token": page_token(call.actor.tenant, "deliveries", call.args, following),
    }


async def replay(call: Call) -> wire.Success:
    """``POST /webhook/{id}/deliveries/{delivery_id}/replay``: deliver once more, under the same id."""
    await call.ledger.webhooks.replay(call.actor, call.args["id"], call.args["delivery_id"])
    return wire.Success()


def events_of(call: Call) -> list[str]:
    """Return the events that are asked for, each once; none stands for all of the vendor's."""
    names = list(dict.fromkeys(call.get("subscriptions", ())))
    known = (*EVENTS, *OURS)
    problems = [
        Problem("subscriptions", f"there is no event {name[:100]}; there are {', '.join(known)}", "choice")
        for name in names
        if name not in known
    ]
    if problems:
        raise Invalid(*problems)
    return names


def _shown(call: Call, item: Subscription) -> dict[str, Any]:
    times = translate.clock(call.settings.affinity_time_zone)
    shown = {
        "id": item.id,
        "webhook_url": item.target.url,
        "subscriptions": item.target.about["subscriptions"],
        "disabled": item.target.is_paused,
        "created_by": item.person_id,
        "updated_at": times.optional(item.changed_at),
    }
    if asked_for(call.request) and item.person_id == call.actor.person_id:
        shown["x_signing_key"] = item.target.signing_key
    return shown


def _delivery(item: Delivery, times: translate.Clock) -> dict[str, Any]:
    return {
        "id": item.id,
        "delivery_id": item.key,
        "event": item.event,
        "state": item.state.value,
        "attempts": item.attempts,
        "status": item.status,
        "problem": item.problem,
        "created_at": times.text(item.created_at),
        "next_attempt_at": times.optional(item.next_at),
        "delivered_at": times.optional(item.ended_at),
    }
