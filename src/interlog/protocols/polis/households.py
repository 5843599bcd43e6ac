"""Households, and the contacts that live in them (spec 4.2)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from interlog.ledger.canvassing.contacts import Amendment
from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.households import address_id, country_code, link_id
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.conditions import Among, Constant
from interlog.model.errors import InterlogError, Invalid
from interlog.model.expressions import Column
from interlog.model.expressions import Kind as ValueKind
from interlog.model.ids import uuid7

from .bodies import sent_in
from .contacts import require_assigned
from .many import answer as answer_many
from .many import create_many, items_in, patch_many
from .operations import MAX_MANY, Body, Call, Operation, Reply
from .paging import list_resources
from .requests import ANYTHING, precondition_of
from .resources import Draft, Kind, item_of, operations_of, reading_of
from .shapes import MISSING, Anything, Number, Reading, Shape, Text, Thing, Uuid
from .wire import one

LINK_KIND = "contact-households"


class _Country(Shape):
    def read(self, value: Any, path: str, reading: Reading) -> Any:
        if isinstance(value, str) and len(value) == 3 and country_code(value) == value.upper():
            return value.upper()
        return reading.wrong(path, "must be an ISO 3166-1 alpha-3 code, such as USA", "any.allowOnly")


_COORDS = Thing({"lat": Number(-90, 90), "lng": Number(-180, 180), "confidence": Number(0)}, required=("lat", "lng"))
_WORDS = ("number", "streetName", "city", "county", "neighborhood", "state", "postalCode")
_ADDRESS = Thing(
    {"data": Thing({name: Text() for name in _WORDS} | {"coords": _COORDS, "country": _Country()})}, required=("data",)
)
_EXTERNAL = Anything(lambda value: isinstance(value, str | int) and not isinstance(value, bool), "a string or a number")
SHAPE = Thing(
    {
        "unitNum": Text(longest=64),
        "addressId": Uuid(),
        "address": _ADDRESS,
        "formattedAddress": Text(),
        "externalId": _EXTERNAL,
    },
    required=("unitNum",),
)


async def _complete(call: Call, draft: Draft) -> None:
    """Give the address its id, or the id its address; take the foreign id that stands beside the data."""
    data = draft.data
    if draft.read is None or call.operation.method == "POST":
        if draft.customer is None:
            draft.reading.wrong("/customerId", "is required", "any.required")
        external = draft.params.get("externalId")
        if external is not None:
            external = _EXTERNAL.read(external, "/params/externalId", draft.reading)
            data |= {} if external is MISSING else {"externalId": external}
    else:
        before = draft.read.data
        if data.get("addressId") == before["addressId"] and data.get("address") != before.get("address"):
            data.pop("addressId")
    if not data.keys() & {"address", "addressId"}:
        draft.wrong("/address", "is required, or else addressId", "any.required")
    if draft.reading.problems:
        return
    if "address" in data:
        data.setdefault("addressId", address_id(call.actor.tenant, data) or uuid7())
    else:
        address = await call.ledger.households.address(call.actor, data["addressId"])
        data |= {} if address is None else {"address": address}


def _create(call: Call, draft: ResourceDraft) -> Awaitable[Made]:
    return call.ledger.households.create(call.actor, draft)


def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Awaitable[Resource]:
    return call.ledger.households.amend(call.actor, read.id, change, expected_version=read.version)


def _remove(call: Call, read: Resource) -> Awaitable[Resource]:
    return call.ledger.households.delete(call.actor, read.id, expected_version=read.version)


KIND = Kind("households", SHAPE, "4.2", complete=_complete, create=_create, amend=_amend, remove=_remove, versions=(2,))
LINKS = Kind(
    LINK_KIND, Thing({"contactId": Uuid(), "householdId": Uuid()}, required=("contactId", "householdId")), "4.2"
)


async def _store_many(call: Call, drafts: Sequence[ResourceDraft]) -> Sequence[Made | InterlogError]:
    return await call.ledger.households.create_many(call.actor, drafts)


async def create_bulk(call: Call) -> Reply:
    """``POST /v2/households/bulk``."""
    return await create_many(KIND, call, _store_many)


async def _amend_many(call: Call, amendments: Sequence[Amendment]) -> Sequence[Made | InterlogError]:
    return await call.ledger.households.amend_many(call.actor, amendments)


async def patch_bulk(call: Call) -> Reply:
    """``PATCH /v2/households/bulk``."""
    return await patch_many(KIND, call, _amend_many)


# Who lives where


async def of_contact(call: Call) -> Reply:
    """``GET /v2/contacts/{id}/households``: each household with the id of the contact's link to it."""
    contact = await call.ledger.resources.get(call.actor, "contacts", call.id())
    await require_assigned(call, contact.id)
    links = await call.ledger.resources.owned(call.actor, LINK_KIND, contact.id)
    by_home = {link.data["householdId"]: link.id for link in links}

    async def shown(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
        return [item_of(call.actor, item, params={"contactHouseholdId": by_home[item.id]}) for item in items]

    ids = tuple(sorted(by_home))
    among = Among(Column("id", ValueKind.TEXT), ids, ValueKind.TEXT) if ids else Constant(False)
    return await list_resources(call, KIND.name, shown, condition=among)


async def link(call: Call) -> Reply:
    """``PUT /v2/contacts/{id}/households/{household}``: to link once more changes nothing."""
    contact = await call.ledger.resources.get(call.actor, "contacts", call.id())
    await require_assigned(call, contact.id)
    home = await call.ledger.resources.get(call.actor, "households", call.id("household"))
    (made,) = await call.ledger.households.link(call.actor, [(contact.id, home.id)])
    if isinstance(made, InterlogError):
        raise made
    return one(item_of(call.actor, made.resource), 200 if made.repeated else 201)


async def unlink(call: Call) -> Reply:
    """``DELETE /v2/contacts/{id}/households/{household}``: answers with the link as it then is."""
    await require_assigned(call, call.id())
    condition = precondition_of(call)
    if condition is not ANYTHING:
        id_ = link_id(call.actor.tenant, call.id(), call.id("household"))
        read = await call.ledger.resources.get(call.actor, LINK_KIND, id_)
        condition.check(item_of(call.actor, read)["meta"]["etag"])
    gone = await call.ledger.households.unlink(call.actor, call.id(), call.id("household"))
    return one(item_of(call.actor, gone))


async def link_bulk(call: Call) -> Reply:
    """``POST /v2/contacts/households/bulk``."""
    return await pairs_bulk(call, LINKS, call.ledger.households.link)


async def pairs_bulk(
    call: Call,
    kind: Kind,
    store: Callable[..., Awaitable[Sequence[Made | InterlogError]]],
) -> Reply:
    """Answer a request of many pairs of a contact and a household."""
    outcomes: dict[int, Made | InterlogError] = {}
    pairs: dict[int, tuple[str, str]] = {}
    for place, item in enumerate(items_in(call)):
        reading = reading_of(call)
        found = LINKS.shape.read(sent_in(item, reading).data if isinstance(item, dict) else item, "/data", reading)
        if reading.problems or found is MISSING:
            outcomes[place] = Invalid(*reading.problems)
        else:
            pairs[place] = (found["contactId"], found["householdId"])
    if pairs:
        outcomes |= dict(zip(pairs, await store(call.actor, list(pairs.values())), strict=True))
    created = any(isinstance(outcome, Made) and not outcome.repeated for outcome in outcomes.values())
    return await answer_many(kind, call, outcomes, {}, 201 if created else 200)


_LINK = ("/contacts/{id}/households/{household}",)

OPERATIONS = (
    Operation(name="households.create_many", method="POST", paths=("/households/bulk",), handler=create_bulk,
              spec="4.2", permission="insert@households", versions=(2,), body=Body.OBJECT, status=201,
              max_body=MAX_MANY),
    Operation(name="households.patch_many", method="PATCH", paths=("/households/bulk",), handler=patch_bulk,
              spec="2.8", permission="modify@households", versions=(2,), body=Body.OBJECT, max_body=MAX_MANY),
    *operations_of(KIND),
    Operation(name="contact-households.list", method="GET", paths=("/contacts/{id}/households",), handler=of_contact,
              spec="4.2", permission="read@contact-households", versions=(2,)),
    Operation(name="contact-households.create", method="PUT", paths=_LINK, handler=link, spec="4.2",
              permission="insert@contact-households", versions=(2,), body=Body.OPTIONAL, status=201),
    Operation(name="contact-households.delete", method="DELETE", paths=_LINK, handler=unlink, spec="4.2",
              permission="destroy@contact-households", versions=(2,), body=Body.OPTIONAL),
    Operation(name="contact-households.create_many", method="POST", paths=("/contacts/households/bulk",),
              handler=link_bulk, spec="4.2", permission="insert@contact-households", versions=(2,), body=Body.OBJECT,
              status=201, max_body=MAX_MANY),
)  # fmt: skip
