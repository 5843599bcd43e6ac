"""Who of us knows whom, and how well: ``/v2/persons/{id}/relationships``, ``/v2/companies/{id}/relationships``
(spec 14.4). Computed when it is asked for, by the formula of version 1."""

from collections.abc import Sequence
from typing import Any

from interlog.ledger.relationships import Bond
from interlog.model.errors import Invalid, Problem
from interlog.model.parties import Person

from ..operations import PATH_ID, Call, Kind, Param
from . import filters, properties
from .paging import MAX_LIMIT, PAGING, first_args, page

MOST_PERSONS = 1_000
"""The persons of a company that are looked at: the first ones by id."""

_ORDERS = ("interactionScore", "-interactionScore")

LIST = (
    PATH_ID,
    filters.FILTER,
    Param(name="orderBy", max_length=50),
    Param(name="totalCount", kind=Kind.FLAG),
    *PAGING,
)


async def of_person(call: Call) -> dict[str, Any]:
    """``GET /v2/persons/{id}/relationships``: of somebody outside with us."""
    item = await call.ledger.persons.get(call.actor, call.args["id"])
    return await _page(call, [item.id])


async def of_company(call: Call) -> dict[str, Any]:
    """``GET /v2/companies/{id}/relationships``: of its persons with us."""
    item = await call.ledger.organizations.get(call.actor, call.args["id"])
    members = await call.ledger.organizations.members(call.actor, [item.id])
    return await _page(call, members.get(item.id, [])[:MOST_PERSONS])


async def _page(call: Call, persons: Sequence[int]) -> dict[str, Any]:
    args, place = first_args(call)
    order = args.get("orderBy") or "-interactionScore"
    if order not in _ORDERS:
        raise Invalid(Problem("orderBy", f"must be one of {', '.join(_ORDERS)}", "choice"))
    condition = filters.filter_of(args.get("filter", ""), properties.RELATIONSHIPS)
    found = await call.ledger.relationships.bonds(call.actor, persons) if persons else {}
    bonds = [
        bond
        for some in found.values()
        for bond in some.values()
        if condition is None or filters.holds(condition, {"score": bond.strength})
    ]
    sign = -1 if order.startswith("-") else 1
    bonds.sort(key=lambda bond: (sign * bond.strength, bond.internal.id, bond.outside.id))
    start, limit = place[0] if place else 0, args.get("limit", MAX_LIMIT)
    following = (start + limit,) if len(bonds) > start + limit else None
    more = {"totalCount": len(bonds)} if args.get("totalCount") else {}
    return page(call, args, [_shown(bond) for bond in bonds[start : start + limit]], following, **more)


def _shown(bond: Bond) -> dict[str, Any]:
    return {
        "person1": _person(bond.internal),
        "person2": _person(bond.outside),
        "interactionScore": bond.strength,
        "linkedIn": None,
    }


def _person(item: Person) -> dict[str, Any]:
    return {
        "id": item.id,
        "firstName": item.first_name or None,
        "lastName": item.last_name or None,
        "primaryEmailAddress": item.primary_email,
    }
