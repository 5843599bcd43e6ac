"""What a campaign knows about one member of a household (spec 4.3)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from interlog.ledger.canvassing.records import Kept, Wish
from interlog.model.canvassing.errors import Changed
from interlog.model.canvassing.resources import Resource, derived_id
from interlog.model.errors import Conflict, InterlogError, Invalid

from .bodies import sent_in
from .contacts import RESERVATION, STATE, require_assigned
from .errors import item_error, problem
from .json_patch import Verb
from .many import items_in
from .operations import MAX_MANY, Body, Call, Operation, Reply
from .patching import Patch, patch_of, patched
from .requests import ANYTHING, precondition_of
from .resources import item_of, reading_of
from .shapes import MISSING, Flag, Text, Thing, Uuid
from .wire import many, one

KIND = "contact-household-campaigns"
_TRIES = 4

_MEMBERS = {
    "contacted": Flag(),
    "successful": Flag(),
    "state": STATE,
    "statusId": Uuid(),
    "type": Text(choices=("high-priority", "normal", "do-not-knock")),
    "availability": Thing({"available": Flag(), "unavailableReason": Text(longest=256)}),
    "reservation": RESERVATION,
}
_NAMES = {"campaignId": Uuid(), "contactHouseholdId": Uuid()}
SHAPE = Thing({**_MEMBERS, **_NAMES})

_MANY_DATA = Thing({"campaignId": Uuid(), "statusId": Uuid()}, required=("campaignId", "statusId"))
_MANY_PARAMS = Thing({"contactId": Uuid(), "householdId": Uuid()}, required=("contactId", "householdId"))


def record_item(call: Call, kept: Kept) -> dict[str, Any]:
    """Return a record as an object of the wire. A reason that is missing is shown as null (spec 2.1)."""
    record, data = kept.record, kept.record.data
    if "availability" in data:
        data = data | {"availability": {"unavailableReason": None} | data["availability"]}
    as_resource = Resource(
        kind=KIND,
        id=derived_id(call.actor.tenant, "contact-household-campaign", record.campaign, kept.link),
        number=0,
        data={"campaignId": record.campaign, "contactHouseholdId": kept.link} | data,
        group=kept.contact.group,
        version=record.version,
        created_at=record.created_at,
        creator=record.creator,
        modified_at=record.modified_at,
        modifier=record.modifier,
    )
    return item_of(call.actor, as_resource)


def _place(call: Call) -> tuple[str, str, str]:
    return call.id(), call.id("contact"), call.id("household")


async def get(call: Call) -> Reply:
    """``GET /v1/campaigns/{id}/contacts/{contact}/households/{household}/status``."""
    await require_assigned(call, call.id("contact"))
    return one(record_item(call, await call.ledger.records.get(call.actor, *_place(call))))


async def patch(call: Call) -> Reply:
    """``PATCH`` the same: only the status, also where there was none; state and contacted follow."""
    wanted, condition = patch_of(call.body), precondition_of(call)
    if others := wanted.touches - {"statusId"}:
        path = f"/data/{min(others)}"
        raise problem(path, "any.readOnly", "cannot be patched: only /statusId can")
    campaign, contact, household = _place(call)
    await require_assigned(call, contact)
    for _ in range(_TRIES):
        read = await call.ledger.records.get(call.actor, campaign, contact, household)
        condition.check(record_item(call, read)["meta"]["etag"])
        reading = reading_of(call)
        steps = wanted if "statusId" in read.record.data else _adding(wanted)
        data = SHAPE.read(patched(read.record.data, steps), "/data", reading)
        reading.check()
        if data != read.record.data:
            data = {name: part for name, part in data.items() if name not in ("state", "contacted")}

        def change(_: dict[str, Any] | None, data: dict[str, Any] = data) -> dict[str, Any]:
            return data

        try:
            kept = await call.ledger.records.put(
                call.actor, campaign, Wish(contact, household, change), expected_version=read.contact.version
            )
        except Changed:
            continue
        return one(record_item(call, kept))
    raise Conflict("the record was being changed by others at the same time; try again")


def _adding(wanted: Patch) -> Patch:
    """Return a patch that adds where it would replace: a door that nobody was at yet has no status to replace."""
    return Patch(tuple(step._replace(verb=Verb.ADD) if step.verb is Verb.REPLACE else step for step in wanted.steps))


async def put(call: Call) -> Reply:
    """``PUT`` the same: creates the record, or changes what is given of it."""
    campaign, contact, household = _place(call)
    reading = reading_of(call)
    data = SHAPE.read(call.body.get("data"), "/data", reading)
    if data is not MISSING and data.get("campaignId", campaign) != campaign:
        reading.wrong("/data/campaignId", "is another campaign than the path's", "any.allowOnly")
    reading.check()
    given = {name: part for name, part in data.items() if name not in _NAMES}
    await require_assigned(call, contact)
    before = await call.ledger.records.get(call.actor, campaign, contact, household)
    condition = ANYTHING if before.implied else precondition_of(call)
    condition.check(record_item(call, before)["meta"]["etag"])
    version = before.contact.version if condition is not ANYTHING else None
    wish = Wish(contact, household, _merging(given))
    kept = await call.ledger.records.put(call.actor, campaign, wish, expected_version=version)
    return one(record_item(call, kept), 201 if before.implied else 200)


def _merging(given: dict[str, Any]) -> Callable[[dict[str, Any] | None], dict[str, Any]]:
    """Return a change by what is given; a status that is given without a state brings its own."""

    def change(read: dict[str, Any] | None) -> dict[str, Any]:
        known = dict(read or {})
        if "statusId" in given and given["statusId"] != known.get("statusId"):
            known = {name: part for name, part in known.items() if name not in ("state", "contacted")}
        elif "state" in given and given["state"] != known.get("state"):
            known.pop("statusId", None)
        return known | given

    return change


async def put_bulk(call: Call) -> Reply:
    """``POST /v1/campaigns/contact-households/bulk``: of one campaign; contact and household must be linked."""
    outcomes: dict[int, Kept | InterlogError] = {}
    wishes: dict[int, Wish] = {}
    campaigns: set[str] = set()
    for place, item in enumerate(items_in(call)):
        reading = reading_of(call)
        sent = sent_in(item if isinstance(item, dict) else {}, reading)
        data = _MANY_DATA.read(sent.data, "/data", reading)
        params = _MANY_PARAMS.read(dict(sent.params), "/params", reading)
        if reading.problems:
            outcomes[place] = Invalid(*reading.problems)
            continue
        campaigns.add(data["campaignId"])
        wishes[place] = Wish(params["contactId"], params["householdId"], _merging({"statusId": data["statusId"]}))
    if len(campaigns) > 1:
        raise problem("/data", "array.unique", "must all be of one campaign")
    if wishes:
        (campaign,) = campaigns
        if ("campaigns", campaign) not in await call.ledger.resources.get_many(call.actor, [("campaigns", campaign)]):
            missing = problem("/data/campaignId", "any.ref", "names nothing that is there in campaigns")
            outcomes |= dict.fromkeys(wishes, missing)
        else:
            stored = await call.ledger.records.put_many(call.actor, campaign, list(wishes.values()))
            outcomes |= dict(zip(wishes, stored, strict=True))
    made = [record_item(call, kept) for _, kept in sorted(outcomes.items()) if isinstance(kept, Kept)]
    errors = [item_error(error, place) for place, error in sorted(outcomes.items()) if isinstance(error, InterlogError)]
    created = any(isinstance(kept, Kept) and kept.record.version == 1 for kept in outcomes.values())
    return Reply(many(made, errors), 201 if created else 200)


_PATHS = (
    "/campaigns/{id}/contacts/{contact}/households/{household}/status",
    "/campaigns/{id}/contacts/{contact}/households/{household}",
)
_operation = partial(Operation, spec="4.3")

OPERATIONS = (
    _operation(name="contact-household-campaigns.create_many", method="POST", handler=put_bulk,
               paths=("/campaigns/contact-households/bulk",), permission="insert@contact-household-campaigns",
               body=Body.OBJECT, status=201, max_body=MAX_MANY),
    _operation(name="contact-household-campaigns.get", method="GET", paths=_PATHS, handler=get,
               permission="read@contact-household-campaigns"),
    _operation(name="contact-household-campaigns.create", method="PUT", paths=_PATHS, handler=put,
               permission="insert@contact-household-campaigns", body=Body.OBJECT, status=201),
    _operation(name="contact-household-campaigns.patch", method="PATCH", paths=_PATHS, handler=patch,
               permission="modify@contact-household-campaigns", body=Body.PATCH),
)  # fmt: skip
