"""What requests say beside their paths: bodies and preconditions."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import falcon
import falcon.asgi
import msgspec

from interlog.model.canvassing.pointers import pointer
from interlog.model.errors import Problem
from interlog.model.instants import parse_moment

from .errors import invalid, outdated, problem, unreadable
from .operations import Body, Call, Operation

_json = msgspec.json.Decoder()

_MAX_DEPTH = 64
"""How deeply a body may be nested: no object of this protocol comes near it."""


def base_of(request: falcon.asgi.Request) -> str:
    """Return the address of the protocol's root as the client knows it; of several proxies, the first one knows."""
    return _base_of(request.forwarded_scheme, request.forwarded_host, request.root_path)


@lru_cache(maxsize=1_000)
def _base_of(schemes: str, hosts: str, path: str) -> str:
    scheme, host = (text.partition(",")[0].strip() for text in (schemes, hosts))
    return f"{scheme}://{host}{quote(path)}"


async def read_bytes(request: falcon.asgi.Request, limit: int) -> bytes:
    """Return the request's body; refuses one of more bytes before it is in memory."""
    length = request.content_length
    if length is not None:
        if length > limit:
            raise _too_large(limit)
        return await request.stream.readall()
    chunks, size = [], 0
    async for chunk in request.stream:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> falcon.HTTPContentTooLarge:
    return falcon.HTTPContentTooLarge(description=f"The body must not be larger than {limit} bytes")


async def read_body(request: falcon.asgi.Request, operation: Operation) -> Any:
    """Return the decoded body that an operation takes; an empty object where it takes none, or there is none."""
    if operation.body in (Body.NONE, Body.RAW):
        return {}
    content = await read_bytes(request, operation.max_body)
    if operation.quick is not None and (found := operation.quick(content)) is not None:
        return found
    if not content.strip() and operation.body is Body.OPTIONAL:
        return {}
    value = _decoded(request, content)
    if isinstance(value, dict) or (isinstance(value, list) and operation.body is Body.PATCH):
        return value
    raise unreadable("The body must be a JSON object.")


def _decoded(request: falcon.asgi.Request, content: bytes) -> Any:
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    try:
        value = _json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if content.strip() and media_type and "json" not in media_type:
            message = f"The body must be JSON, not {media_type[:100]}"
            raise falcon.HTTPUnsupportedMediaType(description=message) from None
        raise unreadable(f"The body is not JSON: {error}.") from None
    if content.count(b"[") + content.count(b"{") > _MAX_DEPTH and _depth(value) > _MAX_DEPTH:
        raise unreadable(f"The body is nested more than {_MAX_DEPTH} levels deep.")
    if b"\\u0000" in content:  # no database takes it
        wrong = [path for path, text in _texts(value) if "\x00" in text]
        if wrong:
            raise invalid(Problem(path, "must not contain the character U+0000", "string.base") for path in wrong)
    return value


def _depth(value: Any) -> int:
    """Return how deeply a value is nested, without recursion: it may be deeper than Python's stack."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        current, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = current.values() if isinstance(current, dict) else current if isinstance(current, list) else ()
        waiting += [(item, depth + 1) for item in inner]
    return deepest


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in a value, names of members included, with the pointer to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, pointer(path, place))
    elif isinstance(value, dict):
        for name, item in value.items():
            inside = pointer(path, name)
            yield inside, name
            yield from _texts(item, inside)


class Precondition(msgspec.Struct, frozen=True):
    """The ETags of which the object must have one (spec 2.4); None: any object will do.

    ``is_if_match``: they came by the standard header, so that a refusal has the standard's status.
    """

    etags: tuple[str, ...] | None = None
    is_if_match: bool = False

    def check(self, current: str) -> None:
        """Raise ``ConcurrencyError`` unless the object's ETag is among them."""
        if self.etags is not None and current not in self.etags:
            raise outdated(current, is_if_match=self.is_if_match)


ANYTHING = Precondition()


def precondition_of(call: Call) -> Precondition:
    """Return the condition of the header ``ETag``, or of ``If-Match``, for a change or a deletion.

    Raises where there is none though the setting ``polis_require_etag`` demands one.
    """
    for name in ("ETag", "If-Match"):
        etags = etags_in(call.request.get_header(name))
        if etags:
            return ANYTHING if "*" in etags else Precondition(etags, is_if_match=name == "If-Match")
    if call.settings.polis_require_etag:
        raise problem("ETag", "any.required", "must be the object's etag, as a header of the request")
    return ANYTHING


def etags_in(header: str | None) -> tuple[str, ...]:
    """Return the ETags of a header: a comma list, each with or without quotes and ``W/``; empty ones are none."""
    found = []
    for part in (header or "").split(","):
        text = part.strip().removeprefix("W/")
        if len(text) >= 2 and text.startswith('"') and text.endswith('"'):
            text = text[1:-1]
        if text:
            found.append(text)
    return tuple(found)


def instant_of(call: Call, name: str, *, is_end: bool = False) -> int | None:
    """Return a parameter that is a date or a date and time; a date alone is its first moment, or its last."""
    text = call.param(name)
    if not text:
        return None
    is_day = len(text) == len("2026-01-01")
    moment = parse_moment(f"{text}T23:59:59.999999Z" if is_day and is_end else text)
    if moment is None:
        raise problem(name, "date.isoDate", "must be an ISO 8601 date, or date and time")
    return moment.instant
