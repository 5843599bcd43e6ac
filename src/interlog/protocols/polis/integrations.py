"""Integrations: credentials, and what is pushed to applications (spec 4.11). The pushed form is ours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from interlog.ledger import Ledger
from interlog.model.applications import Application
from interlog.model.canvassing.resources import Resource, customer_id, root_organization
from interlog.model.deliveries import Delivery, Message, Subscription
from interlog.model.errors import NotFound
from interlog.model.journal import Action, JournalEntry
from interlog.model.tenancy import Actor

from .contacts import first_data
from .errors import not_found, problem, unauthorized
from .interaction_items import present
from .operations import Body, Call, Operation, Reply
from .resources import Kind, item_of, moment_text, operations_of, reading_of, shown_one
from .shapes import MISSING, Flag, Number, Text, Thing, Uuid
from .wire import page

_encode = msgspec.json.Encoder().encode
_MOST = 1_000

SHAPE = Thing(
    {
        "organizationId": Uuid(),
        "clientId": Text(longest=256),
        "provider": Text(
            choices=("escoware", "nationBuilder", "republicanNationalCommittee", "stripe", "crowdskout"),
        ),
        "status": Text(choices=("active", "paused")),
        "accountName": Text(longest=256),
        "slug": Text(longest=256),
        "interactionTypeId": Number(),
        "pushAllInteractions": Flag(),
    },
    required=("organizationId", "clientId", "status"),
)
_CREDENTIALS = Thing(
    {
        "clientId": Text(longest=256),
        "organizationId": Uuid(),
        "customerId": Uuid(),
        "accessToken": Text(longest=4_096),
    },
    required=("clientId",),
)


def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Any:
    return call.ledger.integrations.amend(call.actor, read, change)


KIND = Kind(
    "integrations",
    SHAPE,
    "4.11",
    amend=_amend,
    remove=lambda call, read: call.ledger.integrations.remove(call.actor, read),
    read_only=("organizationId", "clientId"),
)


async def connect(call: Call) -> Reply:
    """``POST /v1/integrations/credentials``: from now on the application is told of the organization's visits."""
    data = _credentials(call)
    token = data.get("accessToken")
    if token is None:
        raise problem("/data/accessToken", "any.required", "is required")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise problem("/data/accessToken", "string.base", "must be visible ASCII characters")
    application = await _application(call, data["clientId"])
    organization = await _organization(call, data)
    made = await call.ledger.integrations.connect(call.actor, application, organization, token, {})
    return await shown_one(KIND, call, made, 201)


async def disconnect(call: Call) -> Reply:
    """``DELETE /v1/integrations/credentials``: the application is told nothing more."""
    data = _credentials(call)
    organization = await _organization(call, data)
    return await shown_one(
        KIND, call, await call.ledger.integrations.disconnect(call.actor, data["clientId"], organization)
    )


async def deliveries(call: Call) -> Reply:
    """``GET /v1/integrations/{id}/deliveries``: what was pushed or waits, newest first; ``state=dead``: given up."""
    found = await call.ledger.resources.get(call.actor, KIND.name, call.id())
    limit = min(call.integer("limit", 100, minimum=1), _MOST)
    state = call.param("state")
    if state not in (None, "dead"):
        raise problem("state", "any.allowOnly", "must be dead, or left out")
    before = call.integer("before", 2**62)
    listed = await call.ledger.deliveries.log(
        call.actor, call.actor.protocol, found.id, dead=state == "dead", before=before, limit=limit
    )
    return Reply(page([_shown(item) for item in listed], {}))


async def retry(call: Call) -> Reply:
    """``POST /v1/integrations/{id}/deliveries/{delivery}/retry``: push again what was given up."""
    found = await call.ledger.resources.get(call.actor, KIND.name, call.id())
    number = call.path["delivery"]
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise not_found("delivery")
    await call.ledger.deliveries.retry(call.actor, call.actor.protocol, found.id, int(number))
    return Reply()


def _credentials(call: Call) -> Mapping[str, Any]:
    reading = reading_of(call)
    data = call.body.get("data")
    if data is None:
        reading.wrong("/data", "is required", "any.required")
    found = MISSING if data is None else _CREDENTIALS.read(data, "/data", reading)
    reading.check()
    assert isinstance(found, dict), "what is missing was noted"
    return found


async def _application(call: Call, client_id: str) -> Application:
    try:
        client = await call.ledger.applications.known(client_id)
    except NotFound:
        raise problem("/data/clientId", "any.ref", "names no application") from None
    if client.tenant.id != call.actor.tenant.id:
        raise problem("/data/clientId", "any.ref", "names no application")
    if client.application.callback is None:
        raise problem("/data/clientId", "any.ref", "names an application without an address to push to")
    return client.application


async def _organization(call: Call, data: Mapping[str, Any]) -> str:
    """Return the organization that is meant: a customer's is the one that all others are below."""
    tenant = call.actor.tenant
    if "customerId" in data and data["customerId"] != customer_id(tenant):
        is_free = call.settings.polis_free_customer and await call.ledger.tenants.is_single()
        if not is_free:
            raise unauthorized("The token is another customer's.")
    if "organizationId" not in data and "customerId" not in data:
        return call.permit.organization
    organization: str = data.get("organizationId") or root_organization(tenant)
    if not await call.ledger.resources.get_many(call.actor, [("organizations", organization)]):
        raise problem("/data/organizationId", "any.ref", "names no organization that is there")
    return organization


def _shown(item: Delivery) -> dict[str, Any]:
    members = {
        "id": item.id,
        "event": item.event,
        "idempotencyKey": item.key,
        "state": item.state.value,
        "attempts": item.attempts,
        "created": moment_text(item.created_at),
        "next": moment_text(item.next_at) if item.next_at is not None else None,
        "ended": moment_text(item.ended_at) if item.ended_at is not None else None,
        "status": item.status,
        "problem": item.problem,
    }
    return {name: value for name, value in members.items() if value is not None}


# What is pushed


class _Viewer(NamedTuple):
    """Through whose eyes a visit is seen, and in which version."""

    ledger: Ledger
    actor: Actor
    version: int


_EVENTS = {Action.CREATE: "created", Action.DELETE: "deleted", Action.VOID: "deleted"}


class Push:
    """Makes messages of what happened to visits, for the deliveries of this protocol."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def messages(
        self, actor: Actor, subscription: Subscription, entries: Sequence[JournalEntry]
    ) -> list[Message]:
        """Return the messages that entries of the journal give."""
        organization = subscription.target.about["organization"]
        happened = await self._ledger.integrations.happened(actor, organization, entries)
        viewer = _Viewer(self._ledger, actor, 1)
        visits = await present(viewer, [told.visit for told in happened])
        messages = []
        for told, visit in zip(happened, visits, strict=True):
            event = f"interactions.{_EVENTS.get(told.action, 'updated')}"
            body = {"event": event, "data": visit}
            if told.contact is not None:
                body["contact"] = item_of(actor, told.contact, first_data(told.contact))
            messages.append(Message(event, _encode(body)))
        return messages


OPERATIONS = (
    Operation(name="integrations.connect", method="POST", paths=("/integrations/credentials",), handler=connect,
              spec="4.11", permission="insert@integrations", body=Body.OBJECT, status=201),
    Operation(name="integrations.disconnect", method="DELETE", paths=("/integrations/credentials",),
              handler=disconnect, spec="4.11", permission="destroy@integrations", body=Body.OBJECT),
    *operations_of(KIND, ("list", "get", "patch", "delete")),
    Operation(name="integrations.deliveries", method="GET", paths=("/integrations/{id}/deliveries",),
              handler=deliveries, spec="4.11", permission="read@integrations"),
    Operation(name="integrations.retry", method="POST", paths=("/integrations/{id}/deliveries/{delivery}/retry",),
              handler=retry, spec="4.11", permission="modify@integrations", body=Body.OPTIONAL),
)  # fmt: skip
