"""Roles: what the members of an organization may do (spec 4.9, 5.2). Those that every tenant has stay as they are."""

from collections.abc import Callable

from interlog.model.canvassing.permissions import ADMINISTRATOR, BUILT_IN_ROLES
from interlog.model.canvassing.resources import Resource, role_id

from .errors import unauthorized
from .operations import Call
from .resources import Draft, Kind, operations_of
from .shapes import Many, Text, Thing

SHAPE = Thing(
    {
        "name": Text(longest=128, empty=False),
        "description": Text(longest=2048),
        "permissions": Many(Text(choices=ADMINISTRATOR.permissions)),
    },
    required=("name",),
    defaults={"permissions": []},
)


async def _complete(call: Call, draft: Draft) -> None:
    """Nobody makes a role that may do what they may not do themselves."""
    for place, permission in enumerate(draft.data["permissions"]):
        if not call.permit.allows(permission):
            draft.wrong(f"/permissions/{place}", "is a permission that you do not have yourself", "any.allowOnly")


def _refuse_built_in(call: Call, role: Resource) -> None:
    if role.id in {role_id(call.actor.tenant, built_in.name) for built_in in BUILT_IN_ROLES}:
        raise unauthorized("A role that every customer has stays as it is.")


async def _remove(call: Call, read: Resource) -> Resource:
    _refuse_built_in(call, read)
    return await call.ledger.resources.delete(call.actor, read.kind, read.id, expected_version=read.version)


async def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Resource:
    _refuse_built_in(call, read)
    return await call.ledger.resources.amend(call.actor, read.kind, read.id, change, expected_version=read.version)


KIND = Kind("roles", SHAPE, "4.9", complete=_complete, amend=_amend, remove=_remove)

OPERATIONS = operations_of(KIND)
