"""Reports over visits (spec 3.6)."""

from datetime import UTC, datetime, timedelta

from interlog.ledger.canvassing.reports import Knocked, Scope
from interlog.model.errors import Problem

from .errors import invalid, problem
from .operations import Call, Operation, Reply
from .requests import instant_of
from .wire import page

GROUPINGS = ("day", "canvasser", "list", "walklist")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {"campaignId": "campaigns", "organizationId": "organizations", "surveyId": "surveys"}


async def doors_knocked(call: Call) -> Reply:
    """``GET /v1/analytics/doors-knocked``: visits by day, canvasser, list or walk list, in the order of the keys."""
    scope = await _scope(call, "campaignId", "organizationId")
    by = call.param("groupBy") or GROUPINGS[0]
    if by not in GROUPINGS:
        raise problem("groupBy", "any.allowOnly", f"must be one of {', '.join(GROUPINGS)}")
    found = await call.ledger.reports.doors_knocked(call.actor, call.permit, scope, by)
    return Reply(page([_row(row) for row in found]))


async def responses(call: Call) -> Reply:
    """``GET /v1/analytics/responses``: how each question was answered."""
    scope = await _scope(call, "campaignId", "surveyId")
    found = await call.ledger.reports.responses(call.actor, call.permit, scope)
    return Reply({"data": found, "meta": {}})


async def _scope(call: Call, *names: str) -> Scope:
    """Return which visits are meant: one of the names must be given, and name what is there."""
    ids = {name: id_ for name in names if (id_ := call.uuid(name)) is not None}
    if not ids:
        raise problem(names[0], "any.required", f"is required, or {names[1]}")
    refs = {name: (_KINDS[name], id_) for name, id_ in ids.items()}
    known = await call.ledger.resources.get_many(call.actor, refs.values())
    missing = [name for name, ref in refs.items() if ref not in known]
    if missing:
        raise invalid(Problem(name, f"names nothing that is there in {_KINDS[name]}", "any.ref") for name in missing)
    scope = Scope(ids.get("campaignId"), ids.get("organizationId"), ids.get("surveyId"))
    start, end = instant_of(call, "startDate"), instant_of(call, "endDate", is_end=True)
    return scope._replace(
        start=scope.start if start is None else start,
        end=scope.end if end is None else end,
    )


def _row(row: Knocked) -> dict[str, object]:
    key = row.key
    if isinstance(key, int):
        key = f"{_EPOCH + timedelta(days=key):%Y-%m-%d}"
    return {
        "key": key,
        "knocked": row.knocked,
        "contacted": row.knocked - row.unavailable,
        "unavailable": row.unavailable,
        "successful": row.successful,
    }


OPERATIONS = (
    Operation(name="analytics.doors_knocked", method="GET", paths=("/analytics/doors-knocked",), handler=doors_knocked,
              spec="3.6", permission="read@analytics::doors-knocked"),
    Operation(name="analytics.responses", method="GET", paths=("/analytics/responses",), handler=responses,
              spec="3.6", permission="read@analytics::responses"),
)  # fmt: skip
