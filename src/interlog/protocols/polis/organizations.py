"""Organizations: who plans and canvasses (spec 4.8). All are below the root, which every tenant has."""

import secrets
import string
from collections.abc import Iterator, Mapping
from typing import Any

from interlog.model.canvassing.organizations import line_of
from interlog.model.canvassing.resources import Resource, root_organization

from .errors import PolisError, unauthorized
from .operations import Call
from .resources import Draft, Kind, Reference, operations_of
from .shapes import Flag, Text, Thing, Uuid

_LETTERS = string.ascii_uppercase + string.digits
_CODE = 10

SHAPE = Thing(
    {
        "name": Text(longest=256, empty=False),
        "discoverable": Flag(),
        "description": Text(longest=2048),
        "parentId": Uuid(),
        "token": Text(longest=_CODE, empty=False),
        "editOldTurfs": Flag(),
        "viewUnassignedData": Flag(),
        "requireSignUpConfirmation": Flag(),
    },
    required=("name",),
    defaults={
        "discoverable": False,
        "editOldTurfs": True,
        "viewUnassignedData": True,
        "requireSignUpConfirmation": True,
    },
)


def _refers(data: Mapping[str, Any]) -> Iterator[Reference]:
    if "parentId" in data:
        yield Reference("/parentId", "organizations", data["parentId"])


async def _complete(call: Call, draft: Draft) -> None:
    """Give a new organization a code to join by, and a place below the one that the actor is in."""
    data, root = draft.data, root_organization(call.actor.tenant)
    is_new = draft.read is None or draft.read.placeholder
    data.setdefault("token", "".join(secrets.choice(_LETTERS) for _ in range(_CODE)))
    if draft.id == root:
        if "parentId" in data:
            draft.wrong("/parentId", "is not for the organization that all others are below", "any.allowOnly")
        return
    data.setdefault("parentId", call.permit.organization if is_new else root)
    organizations = await call.ledger.permits.organizations(call.actor)
    if draft.id is not None and draft.id in line_of(organizations, data["parentId"], root):
        draft.wrong("/parentId", "is the organization itself, or one below it", "any.allowOnly")


async def _remove(call: Call, read: Resource) -> Resource:
    if read.id == root_organization(call.actor.tenant):
        raise _kept("The organization that all others are below")
    for kind in ("organizations", "campaigns", "lists"):
        if await call.ledger.resources.owned(call.actor, kind, read.id, limit=1):
            raise _kept(f"An organization that has {kind}")
    return await call.ledger.resources.delete(call.actor, read.kind, read.id, expected_version=read.version)


def _kept(what: str) -> PolisError:
    return unauthorized(f"{what} cannot be deleted.")


KIND = Kind("organizations", SHAPE, "4.8", refers=_refers, complete=_complete, remove=_remove)

# Who could bring one back? With an organization its security group goes, and with that whoever sees it.
OPERATIONS = operations_of(KIND, ("list", "get", "create", "patch", "delete"))
