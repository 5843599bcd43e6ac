"""What clients send to create something: the whole object, its data in a member of that name, or its data alone.

They are told apart by one rule (spec 3.3): with an object ``data`` it is wrapped, else flat.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from interlog.model.canvassing.resources import NOTHING, derived_id

from .errors import problem
from .operations import Call
from .shapes import MISSING, Anything, Keyed, Reading, Uuid, pointer
from .wire import OWN

_IDS = ("id", "customerId", "securityGroupId")
_BESIDE = frozenset({*_IDS, "meta", *OWN})
_MAX_KEY = 255


class Sent(Struct):
    """What a client sent: ``data`` as it came, with ``prefix`` as the pointer to it, and what stood beside it.

    ``id`` is also set where a header ``Idempotency-Key`` takes its place.
    """

    data: dict[str, Any]
    prefix: str
    id: str | None = None
    customer: str | None = None
    group: str | None = None
    params: dict[str, Any] = NOTHING
    meta: dict[str, Any] = NOTHING


def sent_in(body: Mapping[str, Any], reading: Reading, path: str = "") -> Sent:
    """Return what a body holds; notes what is wrong with what stands beside the data."""
    wrapped = body.get("data")
    is_wrapped = isinstance(wrapped, dict)
    ids: dict[str, str | None] = dict.fromkeys(_IDS)
    for name in _IDS:
        if body.get(name) is not None:
            found = Uuid().read(body[name], pointer(path, name), reading)
            ids[name] = None if found is MISSING else found
    beside: dict[str, dict[str, Any]] = {}
    for name in ("params", "meta"):
        if body.get(name) is not None:
            found = Keyed(Anything()).read(body[name], pointer(path, name), reading)
            beside[name] = NOTHING if found is MISSING else found
    if is_wrapped:
        data, prefix = wrapped, pointer(path, "data")
        for name in body:
            if name not in _BESIDE and name != "data" and not reading.keep_unknown:
                reading.wrong(pointer(path, name), "is not allowed", "object.allowUnknown")
    else:
        data, prefix = {name: value for name, value in body.items() if name not in _BESIDE}, path
    assert isinstance(data, dict)
    return Sent(
        data,
        prefix,
        ids["id"],
        ids["customerId"],
        ids["securityGroupId"],
        beside.get("params", NOTHING),
        beside.get("meta", NOTHING),
    )


def sent_by(call: Call, kind: str, reading: Reading) -> Sent:
    """Return what the request of one object sends; a header ``Idempotency-Key`` makes an id where there is none."""
    return with_key(call, kind, sent_in(call.body, reading))


def with_key(call: Call, kind: str, sent: Sent) -> Sent:
    """Return what was sent, with the id that a header ``Idempotency-Key`` makes where there is none."""
    key = call.request.get_header("Idempotency-Key")
    if sent.id is None and key:
        if len(key) > _MAX_KEY:
            raise problem("Idempotency-Key", "string.max", f"must not be longer than {_MAX_KEY} characters")
        sent.id = derived_id(call.actor.tenant, "request", kind, call.permit.user, key)
    return sent
