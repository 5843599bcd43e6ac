"""Users: ``/v2/users`` (spec 14.6). A user's id is that of his person."""

from typing import Any

from interlog.model.parties import Person
from interlog.model.tenancy import Right, User

from ..operations import PATH_ID, Call, Param
from . import filters, properties
from .paging import MAX_LIMIT, PAGING, first_args, page

LIST = (Param(name="term", max_length=500), filters.FILTER, *PAGING)
GET = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/users``: in order of ids; ``term`` is a part of a name or an address."""
    args, place = first_args(call)
    limit = args.get("limit", MAX_LIMIT)
    found = await call.ledger.staff.colleagues(
        call.actor,
        filters.filter_of(args.get("filter", ""), properties.USERS),
        term=args.get("term", ""),
        after=place[0] if place else 0,
        limit=limit + 1,
    )
    following = (found[limit - 1][1].id,) if len(found) > limit else None
    return page(call, args, [_shown(call, *item) for item in found[:limit]], following)


async def get(call: Call) -> dict[str, Any]:
    """``GET /v2/users/{id}``."""
    return _shown(call, *await call.ledger.staff.colleague(call.actor, call.args["id"]))


def _shown(call: Call, user: User, person: Person) -> dict[str, Any]:
    """Return a user; only who looks after the tenant is told the role, and all addresses."""
    shown: dict[str, Any] = {
        "id": person.id,
        "firstName": person.first_name,
        "lastName": person.last_name or None,
        "primaryEmailAddress": person.primary_email,
        "photoUrl": None,
        "status": "active" if user.active else "deactivated",
    }
    if call.actor.right is Right.ADMIN:
        shown |= {"emailAddresses": person.emails, "role": user.role.value}
    return shown
