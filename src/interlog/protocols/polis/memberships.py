"""Memberships: who has which role in which organization (spec 4.9).

Nobody gives a role, or takes one away, that may do what they may not do themselves; and nobody does so in an
organization that is not the one they act in, or below it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.organizations import line_of
from interlog.model.canvassing.resources import Resource, ResourceDraft, root_organization
from interlog.model.errors import Unauthenticated

from . import resources
from .errors import problem, unauthorized
from .etags import ordered
from .operations import Body, Call, Operation, Reply
from .paging import list_resources
from .resources import Draft, Kind, Reference, check_user, item_of, operations_of, reading_of
from .shapes import Flag, Text, Thing, Uuid
from .wire import one, page

CHANGE_ROLE = "changeRole"

SHAPE = Thing(
    {
        "organizationId": Uuid(),
        "userId": Uuid(),
        "roleId": Uuid(),
        "status": Text(choices=("unconfirmed", "active", "disabled", "invited")),
        "notifications": Thing({"dailySummary": Flag()}, defaults={"dailySummary": True}),
    },
    required=("organizationId", "userId", "roleId"),
    defaults={"status": "unconfirmed", "notifications": {"dailySummary": True}},
)
_RESET = Thing(
    {
        "data": Thing({"membershipId": Uuid()}, required=("membershipId",)),
        "params": Thing({"password": Text(), "contextPassword": Text()}, required=("password", "contextPassword")),
    },
    required=("data", "params"),
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    for member, kind in (("organizationId", "organizations"), ("roleId", "roles")):
        if member in data:
            yield Reference(f"/{member}", kind, data[member])


async def _complete(call: Call, draft: Draft) -> None:
    data = draft.data
    await check_user(call, draft, "userId")
    role = draft.found.get(("roles", data.get("roleId", "")))
    if role is not None and not _is_within(call, role):
        draft.wrong("/roleId", "is a role that may do what you may not do yourself", "any.allowOnly")


def _is_within(call: Call, role: Resource) -> bool:
    return call.permit.permissions.issuperset(role.data.get("permissions", ()))


async def _check_place(call: Call, organization: str) -> None:
    """Refuse to change who is a member where the actor's role does not reach."""
    organizations = await call.ledger.permits.organizations(call.actor)
    if call.permit.organization not in line_of(organizations, organization, root_organization(call.actor.tenant)):
        raise unauthorized("Your role does not reach that organization.")


async def _check_mine(call: Call, read: Resource) -> None:
    """Refuse to change the membership of somebody who may do more."""
    await _check_place(call, read.data["organizationId"])
    ref = ("roles", read.data["roleId"])
    role = (await call.ledger.resources.get_many(call.actor, [ref])).get(ref)
    if role is not None and not _is_within(call, role):
        raise unauthorized("The member may do what you may not do yourself.")


async def check_outranks(call: Call, user: str) -> None:
    """Refuse to change a user who administers the tenant, but by somebody who does so too."""
    people = call.ledger.people
    mine = call.permit.user
    if await people.is_administrator(call.actor, user) and not await people.is_administrator(call.actor, mine):
        raise unauthorized("That user may do what you may not do yourself.")


async def check_reaches(call: Call, user: str) -> None:
    """Refuse to change a user who is in no organization that the actor's role reaches."""
    organizations, root = await call.ledger.permits.organizations(call.actor), root_organization(call.actor.tenant)
    places = [item.data["organizationId"] for item in await call.ledger.users.memberships(call.actor, user)]
    mine = call.permit.organization
    if mine != root and not any(mine in line_of(organizations, place, root) for place in places):
        raise unauthorized("Your role does not reach that user.")


async def _create(call: Call, draft: ResourceDraft) -> Made:
    data = draft.data
    await _check_place(call, data["organizationId"])
    natural = f"{data['userId']}:{data['organizationId']}"
    return await call.ledger.resources.create(call.actor, replace(draft, natural=natural))


async def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Resource:
    await _check_mine(call, read)
    return await call.ledger.resources.amend(call.actor, read.kind, read.id, change, expected_version=read.version)


async def _remove(call: Call, read: Resource) -> Resource:
    await _check_mine(call, read)
    return await call.ledger.resources.delete(call.actor, read.kind, read.id, expected_version=read.version)


KIND = Kind(
    "memberships",
    SHAPE,
    "4.9",
    refers=_refers,
    complete=_complete,
    create=_create,
    amend=_amend,
    remove=_remove,
    read_only=("organizationId", "userId"),
)


async def present(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return memberships with their organization and their user in them; the ETag is that without them."""
    refs = {("organizations", item.data["organizationId"]) for item in items}
    refs |= {("users", item.data["userId"]) for item in items}
    found = await call.ledger.resources.get_many(call.actor, refs)
    shown = []
    for item in items:
        made = item_of(call.actor, item)
        for member, ref in (
            ("organization", ("organizations", item.data["organizationId"])),
            ("user", ("users", item.data["userId"])),
        ):
            if ref in found:
                made["data"] = made["data"] | {member: found[ref].data}
        shown.append(made | {"data": ordered(made["data"])})
    return shown


async def get(call: Call) -> Reply:
    """``GET /v1/memberships/{id}``: a list of one, as the vendor has it."""
    await call.ledger.users.complete(call.actor)
    (made,) = await present(call, [await call.ledger.resources.get(call.actor, KIND.name, call.id())])
    return Reply(page([made]), etag=made["meta"]["etag"])


async def list_(call: Call) -> Reply:
    """``GET /v1/memberships``."""
    await call.ledger.users.complete(call.actor)
    return await list_resources(call, KIND.name, present)


async def patch(call: Call) -> Reply:
    """``PATCH /v1/memberships/{id}``: a JSON Patch, or another role by ``params``."""
    params = call.body.get("params") if isinstance(call.body, dict) else None
    if params is None:
        return await resources.patch(KIND, call)
    if not isinstance(params, dict) or params.get("action") != CHANGE_ROLE:
        raise problem("/params/action", "any.allowOnly", f"must be {CHANGE_ROLE}")
    given = call.body.get("data") or []
    if not isinstance(given, list):
        raise problem("/data", "array.base", "must be an array")
    change = {"op": "replace", "path": "/roleId", "value": params.get("roleId")}
    return await resources.patch(KIND, replace(call, body={"data": [*given, change]}))


async def restore(call: Call) -> Reply:
    """``POST /v1/memberships/{id}/restore``."""
    await _check_mine(call, await call.ledger.resources.get(call.actor, KIND.name, call.id(), deleted=True))
    return await resources.restore(KIND, call)


async def reset_password(call: Call) -> Reply:
    """``POST /v1/memberships/password-reset``: for a member who may do no more; ``contextPassword`` is one's own."""
    reading = reading_of(call)
    sent = _RESET.read(call.body, "", reading)
    reading.check()
    membership = await call.ledger.resources.get(call.actor, KIND.name, sent["data"]["membershipId"])
    user = membership.data["userId"]
    await check_outranks(call, user)
    for other in await call.ledger.users.memberships(call.actor, user):
        await _check_mine(call, other)  # whoever has the password has all that the user may do
    try:
        await call.ledger.users.reset_password(
            call.actor, user, sent["params"]["password"], own=sent["params"]["contextPassword"]
        )
    except Unauthenticated:
        raise unauthorized("The contextPassword is not your own password.") from None
    return one(item_of(call.actor, membership))


OPERATIONS = (
    *operations_of(KIND, list=list_, get=get, patch=patch, restore=restore),
    Operation(
        name="memberships.resetPassword",
        method="POST",
        paths=("/memberships/password-reset",),
        handler=reset_password,
        spec="4.9",
        permission="modify@user-credentials",
        body=Body.OBJECT,
    ),
)
