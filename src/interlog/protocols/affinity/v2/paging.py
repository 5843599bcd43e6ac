"""Cursors (spec 13.3): the client follows an absolute URL, or sends the cursor with its first parameters."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from interlog.model.errors import Invalid, Problem

from ..operations import Call, Kind, Param

MAX_LIMIT = 100

CURSOR = Param(name="cursor", max_length=5_000)
LIMIT = Param(name="limit", kind=Kind.INTEGER, minimum=1, maximum=MAX_LIMIT)
PAGING = (CURSOR, LIMIT)

_encode = msgspec.json.Encoder(order="sorted").encode
_cursor = msgspec.json.Decoder(tuple[list[int], dict[str, Any]])


def first_args(call: Call) -> tuple[dict[str, Any], list[int] | None]:
    """Return the parameters that the first page was asked with, and the place where the requested page begins.

    What is sent along with a cursor must not contradict it.
    """
    args = {name: value for name, value in call.args.items() if name not in ("id", "cursor")}
    if not call.get("cursor"):
        return args, None
    try:
        text = call.args["cursor"]
        place, first = _cursor.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.DecodeError):
        raise Invalid(Problem("cursor", "is none of ours")) from None
    contradicting = [
        Problem(name, "contradicts the cursor") for name, value in args.items() if first.get(name, value) != value
    ]
    if contradicting:
        raise Invalid(*contradicting)
    return {**first, **args}, place


def page(
    call: Call, args: Mapping[str, Any], items: Sequence[Any], place: Sequence[int] | None, **more: Any
) -> dict[str, Any]:
    """Return a page whose next one goes on at a place; None at the end. ``more`` is about all pages."""
    following = None
    if place is not None:
        text = base64.urlsafe_b64encode(_encode((list(place), dict(args)))).decode().rstrip("=")
        request = call.request
        address = f"{request.forwarded_scheme}://{request.forwarded_host}{request.root_path}{request.path}"
        following = f"{address}?{urlencode({'cursor': text})}"
    return {"data": items, "pagination": {"prevUrl": None, "nextUrl": following, **more}}
