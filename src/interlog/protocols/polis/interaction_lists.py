"""Lists of interactions (spec 3.6): by filter, the latest of each canvasser, possible duplicates."""

from interlog.model.conditions import Compare, Condition, Operator, Or, both
from interlog.model.errors import Invalid, Problem

from .interaction_items import operation_on_visits, present
from .operations import Call, Reply
from .paging import list_visits
from .requests import instant_of
from .wire import page

_MOST = 1_000


async def list_(call: Call) -> Reply:
    """``GET /v1/interactions``: by filter, and by organization and time as some of the vendor's pages had it."""
    conditions: list[Condition] = []
    organization = call.uuid("organizationId")
    if organization is not None:
        campaigns = await call.ledger.resources.owned(call.actor, "campaigns", organization)
        of_one = tuple(Compare("campaign", Operator.EQUAL, campaign.id) for campaign in campaigns)
        if not of_one:
            return Reply(page([]))
        conditions.append(of_one[0] if len(of_one) == 1 else Or(of_one))
    start, end = instant_of(call, "startDate"), instant_of(call, "endDate", is_end=True)
    if start is not None:
        conditions.append(Compare("occurred_at", Operator.GREATER_OR_EQUAL, start))
    if end is not None:
        conditions.append(Compare("occurred_at", Operator.LESS_OR_EQUAL, end))
    if call.permit.assigned_only:
        conditions.append(Compare("canvasser", Operator.EQUAL, call.permit.user))
    condition: Condition | None = None
    for one_more in conditions:
        condition = both(condition, one_more)
    return await list_visits(call, present, condition=condition)


async def latest_by_canvasser(call: Call) -> Reply:
    """``GET /v1/interactions/latest/by-canvasser``: the newest of each in a time, newest first."""
    missing = [name for name in ("organizationId", "startDate", "endDate") if not call.param(name)]
    if missing:
        raise Invalid(*(Problem(name, "is required", "any.required") for name in missing))
    organization = call.uuid("organizationId", is_required=True)
    start, end = instant_of(call, "startDate"), instant_of(call, "endDate", is_end=True)
    assert organization is not None
    assert start is not None
    assert end is not None
    found = await call.ledger.visits.latest_by_canvasser(
        call.actor,
        call.permit,
        organization,
        (start, end),
        limit=call.integer("limit", 2**53 - 1, minimum=1),
        skip=call.integer("skip", 0),
    )
    return Reply(page(await present(call, found)))


async def duplicates(call: Call) -> Reply:
    """``GET /v1/interactions/duplicates``: those that may have been recorded twice under different ids."""
    found = await call.ledger.visits.duplicates(
        call.actor,
        call.permit,
        call.uuid("campaignId"),
        limit=min(call.integer("limit", 100, minimum=1), _MOST),
        skip=call.integer("skip", 0),
    )
    return Reply(page(await present(call, found)))


OPERATIONS = (
    operation_on_visits("list", "GET", "", list_, "read", "3.6"),
    operation_on_visits("latest_by_canvasser", "GET", "/latest/by-canvasser", latest_by_canvasser, "read", "3.6"),
    operation_on_visits("duplicates", "GET", "/duplicates", duplicates, "read", "3.3"),
)
