"""Who stands on a list: contacts, each with one of its households (spec 4.4)."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource
from interlog.model.conditions import Compare, Operator
from interlog.model.errors import InterlogError
from interlog.model.tenancy import Actor

from .contacts import SECOND, require_assigned
from .households import KIND as HOUSEHOLDS
from .households import LINK_KIND, LINKS, pairs_bulk
from .operations import MAX_MANY, Body, Call, Operation, Reply
from .paging import list_resources
from .resources import Kind, item_of, shown_one


def _shown(place: Resource) -> dict[str, Any]:
    return {name: place.data[name] for name in ("listId", "contactHouseholdId")}


MEMBERS = Kind("contact-household-lists", LINKS.shape, "4.4", shown=_shown)


async def list_(call: Call) -> Reply:
    """``GET /v1/lists/{id}/contact-households``: links with contact and household in them."""
    found = await call.ledger.resources.get(call.actor, "lists", call.id())
    of_list = Compare("owner", Operator.EQUAL, found.id)
    return await list_resources(call, MEMBERS.name, _present, condition=of_list)


async def _present(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    refs = [(LINK_KIND, item.data["contactHouseholdId"]) for item in items]
    links = await call.ledger.resources.get_many(call.actor, refs)
    named = [(ref, link.data) for ref, link in links.items()]
    wanted = {("contacts", data["contactId"]) for _, data in named}
    wanted |= {("households", data["householdId"]) for _, data in named}
    found = await call.ledger.resources.get_many(call.actor, wanted)
    assigned = await call.ledger.assignments.of(call.actor, call.permit)
    shown = []
    for ref in refs:
        link = links.get(ref)
        if link is None:
            continue
        data = dict(link.data)
        contact = found.get(("contacts", data["contactId"]))
        if assigned is not None and (contact is None or not assigned.includes(contact)):
            continue
        home = found.get(("households", data["householdId"]))
        data |= {} if contact is None else {"contact": item_of(call.actor, contact, SECOND.shown(contact))}
        data |= {} if home is None else {"household": item_of(call.actor, home, HOUSEHOLDS.shown(home))}
        shown.append(item_of(call.actor, link, data))
    return shown


async def add_bulk(call: Call) -> Reply:
    """``POST /v1/lists/{id}/contact-households``."""
    list_ = await call.ledger.resources.get(call.actor, "lists", call.id())

    def store(actor: Actor, pairs: Sequence[tuple[str, str]]) -> Awaitable[Sequence[Made | InterlogError]]:
        return call.ledger.members.add(actor, list_.id, pairs)

    return await pairs_bulk(call, MEMBERS, store)


async def add(call: Call) -> Reply:
    """``PUT /v1/lists/{id}/contacts/{contact}/households/{household}``: a bare object; again changes nothing."""
    contact = await call.ledger.resources.get(call.actor, "contacts", call.id("contact"))
    await require_assigned(call, contact.id)
    home = await call.ledger.resources.get(call.actor, "households", call.id("household"))
    (made,) = await call.ledger.members.add(call.actor, call.id(), [(contact.id, home.id)])
    if isinstance(made, InterlogError):
        raise made
    return Reply(_bare(made.resource, home), 200 if made.repeated else 201)


async def remove(call: Call) -> Reply:
    """``DELETE`` the same path: answers with the bare object of what is no longer so."""
    pair = (call.id("contact"), call.id("household"))
    await require_assigned(call, pair[0])
    gone = await call.ledger.members.remove(call.actor, call.id(), pair)
    home = await call.ledger.resources.get(call.actor, "households", pair[1], deleted=True)
    return Reply(_bare(gone, home))


def _bare(place: Resource, home: Resource) -> dict[str, Any]:
    coords = home.data.get("address", {}).get("data", {}).get("coords", {})
    where = {name: coords[name] for name in ("lat", "lng") if name in coords}
    return {"coords": where, "listId": place.data["listId"], "contactHouseholdId": place.data["contactHouseholdId"]}


async def of_contact(call: Call) -> Reply:
    """``GET /v1/lists/{id}/contact-households/{contact}``: the link of a contact of version 1."""
    await require_assigned(call, call.id("contact"))
    found = await call.ledger.members.link_on(call.actor, call.id(), call.id("contact"))
    return await shown_one(LINKS, call, found)


_ON = ("/lists/{id}/contact-households",)
_PLACE = ("/lists/{id}/contacts/{contact}/households/{household}",)
_permitted = partial(Operation, spec="4.4")

OPERATIONS = (
    _permitted(name="contact-household-lists.list", method="GET", paths=_ON, handler=list_,
               permission="read@contact-household-lists"),
    _permitted(name="contact-household-lists.create_many", method="POST", paths=_ON, handler=add_bulk,
               permission="insert@contact-household-lists", body=Body.OBJECT, status=201, max_body=MAX_MANY),
    _permitted(name="contact-household-lists.get", method="GET", paths=("/lists/{id}/contact-households/{contact}",),
               handler=of_contact, permission="read@contact-household-lists"),
    _permitted(name="contact-household-lists.create", method="PUT", paths=_PLACE, handler=add,
               permission="insert@contact-household-lists", body=Body.OPTIONAL, status=201),
    _permitted(name="contact-household-lists.delete", method="DELETE", paths=_PLACE, handler=remove,
               permission="destroy@contact-household-lists", body=Body.OPTIONAL),
)  # fmt: skip
