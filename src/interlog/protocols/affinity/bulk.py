"""Many interactions with one request: ``POST /interactions/bulk`` (spec 19, item 8)."""

from collections.abc import Mapping
from typing import Any

from interlog.model.errors import InterlogError, Invalid, Problem, Unavailable

from .errors import answer_v1
from .extensions import shown
from .interactions import CREATE_EXTENDED
from .operations import Call, Kind, Param
from .params import Decoder
from .storing import Outcome, Stored, Wanted, request_key, store

MOST = 500

CREATE = (Param(name="interactions", kind=Kind.OBJECT, many=True, required=True, empty=False),)

_decoder = Decoder(CREATE_EXTENDED)


async def create(call: Call) -> dict[str, Any]:
    """``POST /interactions/bulk``: an outcome for each, in order; what is refused keeps none of the others out.

    An ``Idempotency-Key`` names each of them by its place: the whole request can be sent again.
    """
    items = call.args["interactions"]
    if len(items) > MOST:
        raise Invalid(Problem("interactions", f"must not be more than {MOST}", "too_long"))
    key = request_key(call)
    refused: dict[int, InterlogError] = {}
    wanted: dict[int, Wanted] = {}
    for index, item in enumerate(items):
        try:
            wanted[index] = Wanted(_args(item), f"{key} {index}" if key is not None else None)
        except Invalid as error:
            refused[index] = error
    stored: dict[int, Stored] = {}
    for index, outcome in zip(wanted, await store(call, list(wanted.values())), strict=True):
        if isinstance(outcome, Unavailable):
            raise outcome
        if isinstance(outcome, InterlogError):
            refused[index] = outcome
        else:
            stored[index] = outcome
    objects = dict(zip(stored, await shown(call, [item.interaction for item in stored.values()]), strict=True))
    return {
        "results": [
            {"outcome": stored[index].outcome, "interaction": objects[index], "errors": []}
            if index in stored
            else {"outcome": Outcome.REFUSED, "interaction": None, "errors": answer_v1(refused[index])[1]}
            for index in range(len(items))
        ]
    }


def _args(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, dict):
        raise Invalid(Problem("interactions", "must be objects", "type"))
    return _decoder.decode(item)
