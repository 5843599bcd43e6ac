"""Cursors (spec 13.3): the client follows an absolute URL, or sends the cursor with its first parameters."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from interlog.model.errors import Invalid, Problem

from ..operations import Call, Kind, Param

MAX_LIMIT = 100

CURSOR = Param(name="cursor", max_length=30_000)
LIMIT = Param(name="limit", kind=Kind.INTEGER, minimum=1, maximum=MAX_LIMIT)
PAGING = (CURSOR, LIMIT)

_SIGNED = 12
"""Bytes of a cursor's signature."""

_encode = msgspec.json.Encoder(order="sorted").encode
_cursor = msgspec.json.Decoder(tuple[list[int], dict[str, Any]])


def first_args(call: Call) -> tuple[dict[str, Any], list[int] | None]:
    """Return the parameters that the first page was asked with, and the place where the requested page begins.

    What is sent along with a cursor must not contradict it; only a limit may be new.
    """
    args = {name: value for name, value in call.args.items() if name not in ("id", "cursor")}
    if not call.get("cursor"):
        return args, None
    place, first = _opened(call, call.args["cursor"])
    contradicting = [
        Problem(name, "contradicts the cursor")
        for name, value in args.items()
        if (first.get(name) or None) != (value or None) and (name != "limit" or name in first)
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
        cursor = _closed(call, _encode((list(place), dict(args))))
        following = f"{address(call, call.request.path)}?{urlencode({'cursor': cursor})}"
    return {"data": items, "pagination": {"prevUrl": None, "nextUrl": following, **more}}


def address(call: Call, path: str) -> str:
    """Return a path's address as the client knows it; of several proxies, the first one knows."""
    request = call.request.whole
    scheme, host = (text.partition(",")[0].strip() for text in (request.forwarded_scheme, request.forwarded_host))
    return f"{scheme}://{host}{quote(request.root_path + path)}"


def _closed(call: Call, content: bytes) -> str:
    """Return a cursor of the requested collection."""
    return base64.urlsafe_b64encode(_signature(call, content) + content).decode().rstrip("=")


def _opened(call: Call, text: str) -> tuple[list[int], dict[str, Any]]:
    """Return what a cursor holds; raises on one that was not given out for the requested collection."""
    try:
        closed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = closed[_SIGNED:]
        if hmac.compare_digest(closed[:_SIGNED], _signature(call, content)):
            return _cursor.decode(content)
    except (ValueError, msgspec.DecodeError):
        pass
    raise Invalid(Problem("cursor", "is none of ours"))


def _signature(call: Call, content: bytes) -> bytes:
    """Tie a cursor to tenant and collection, so that its content can be trusted as if it had been checked again."""
    tenant = call.actor.tenant
    key = _encode([tenant.id, tenant.created_at, call.request.path])
    return hashlib.blake2s(content, key=hashlib.blake2s(key).digest(), digest_size=_SIGNED).digest()
