"""Long-running operations: what is accepted now and can be asked about later (spec 4.3).

Definitions are stored before anything is answered, also where the client prefers not to wait. What it is told to wait
for is the moment from which every process that serves the hub knows them.
"""

from typing import Any
from uuid import uuid4

from interlog.ledger.tenants import FRESH
from interlog.model.errors import NotFound
from interlog.model.instants import HOUR, SECOND, now
from interlog.model.tenancy import Right

from .answers import address
from .errors import ApiError
from .operations import Call, Plane, Reply
from .requests import is_asynchronous

KIND = "operation"
KEPT_FOR = 48 * HOUR
"""How long an operation can be asked about; the protocol wants 24 hours at least."""

_RETRY_AFTER = "1"
_SWEPT = 20


async def finished(call: Call, reply: Reply) -> Reply:
    """Return the answer to a change that was made: the given one, or 202 where the client prefers not to wait.

    The body of the answer is that of the changed resource; None after a deletion.
    """
    if not is_asynchronous(call) or 202 not in call.operation.success(call.plane):
        return reply
    id_ = uuid4().hex
    value = {"status": reply.status, "body": reply.body, "ready_at": now() + int(FRESH * SECOND)}
    await _sweep(call, id_)
    await call.ledger.definitions.put(call.actor, KIND, id_, value, right=Right.WRITE)
    place = address(call) if call.plane is Plane.ARM else f"{call.base}/hubs/{call.hub}/manage/model"
    location = f"{place}/operations/{id_}?api-version={call.api_version}"
    return _running(reply.body, location, reply.headers)


async def get(call: Call) -> Reply:
    """Answer a question about an operation: 202 while it runs, then what the operation itself would have answered."""
    id_ = call.path["operation"]
    try:
        document = await call.ledger.definitions.get(call.actor, KIND, id_)
    except NotFound:
        raise ApiError(404, "ResourceNotFound", f"The operation '{id_}' was not found.") from None
    value = document.value
    if value["ready_at"] > now():
        return _running(value["body"], f"{address(call)}?api-version={call.api_version}", {})
    return Reply(value["body"], status=value["status"])


def _running(body: Any, location: str, headers: dict[str, str]) -> Reply:
    headers = headers | {"Location": location, "Retry-After": _RETRY_AFTER}
    return Reply(_provisioning(body), status=202, headers=headers)


def _provisioning(body: Any) -> Any:
    """Return a resource as it is while it is being made ready."""
    if not isinstance(body, dict):
        return None
    if "properties" in body:
        return body | {"properties": _provisioning(body["properties"])}
    return body | {"provisioningState": "Provisioning"} if "provisioningState" in body else body


async def _sweep(call: Call, after: str) -> None:
    """Remove some of the operations that are too old to be asked about: those behind a random name."""
    for document in await call.ledger.definitions.page(call.actor, KIND, after=after, limit=_SWEPT):
        if document.created_at < now() - KEPT_FOR:
            await call.ledger.definitions.delete(call.actor, KIND, document.name, right=Right.WRITE)
