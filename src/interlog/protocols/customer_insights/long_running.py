"""Long-running operations: what is accepted now and can be asked about later (spec 4.3).

Definitions are stored before anything is answered, also where the client prefers not to wait. What it is told to wait
for is the moment from which every process that serves the hub knows them, and what they leave to do on interactions
that are stored already.
"""

from typing import Any
from uuid import uuid4

from interlog.ledger.fresh import FRESH
from interlog.model.errors import NotFound
from interlog.model.instants import SECOND, now
from interlog.model.tenancy import Right

from .answers import address
from .errors import ApiError
from .operations import Call, Plane, Reply
from .requests import is_asynchronous
from .type_answers import PROVISIONING

KIND = "operation"
_RETRY_AFTER = "1"


async def finished(call: Call, reply: Reply, *, type_id: int | None = None) -> Reply:
    """Return the answer to a change that was made: the given one, or 202 where the client prefers not to wait.

    The body of the answer is that of the changed resource; None after a deletion. ``type_id``: the interaction type
    that was defined.
    """
    if not is_asynchronous(call) or 202 not in call.operation.success(call.plane):
        return reply
    id_ = uuid4().hex
    ready_at = now() + int(FRESH * SECOND)
    value = {"status": reply.status, "body": reply.body, "ready_at": ready_at, "type_id": type_id}
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
    if value["ready_at"] > now() or (
        value["type_id"] is not None and value["type_id"] in await call.ledger.chores.left(call.actor)
    ):
        return _running(value["body"], f"{address(call)}?api-version={call.api_version}", {})
    return Reply(_in_state(value["body"], "Succeeded"), status=value["status"])


def _running(body: Any, location: str, headers: dict[str, str]) -> Reply:
    headers = headers | {"Location": location, "Retry-After": _RETRY_AFTER}
    return Reply(_in_state(body, PROVISIONING), status=202, headers=headers)


def _in_state(body: Any, state: str) -> Any:
    """Return a resource in another state: as it is while it is being made ready, or once it is."""
    if not isinstance(body, dict):
        return None
    if "properties" in body:
        return body | {"properties": _in_state(body["properties"], state)}
    return body | {"provisioningState": state} if body.get("provisioningState") in (PROVISIONING, "Succeeded") else body
