"""What requests say beside their paths: bodies, preconditions, and whether to answer at once."""

from collections.abc import Mapping
from typing import Any

import falcon
import msgspec

from .errors import ApiError
from .operations import Call

_json = msgspec.json.Decoder()

_REFUSED_TYPES = ("application/xml", "text/xml", "text/html", "text/csv", "application/x-www-form-urlencoded")


async def read_bytes(call: Call) -> bytes:
    """Return the request's body; refuses one of more bytes than the operation allows before it is in memory."""
    limit = call.operation.max_body
    too_large = falcon.HTTPContentTooLarge(description=f"The body must not be larger than {limit} bytes")
    if (call.request.content_length or 0) > limit:
        raise too_large
    chunks, size = [], 0
    async for chunk in call.request.stream:
        size += len(chunk)
        if size > limit:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


async def read_object(call: Call, *, may_be_empty: bool = False) -> dict[str, Any]:
    """Return the JSON object of the body; an empty body is an empty object where it may be empty."""
    body = await read_bytes(call)
    media_type = (call.request.content_type or "").partition(";")[0].strip().lower()
    is_other = media_type in _REFUSED_TYPES or media_type.startswith("multipart/")
    if is_other and body.strip() and not body.lstrip().startswith(b"{"):  # curl calls JSON a form, unless it is told
        raise falcon.HTTPUnsupportedMediaType(description=f"The body must be JSON, not {media_type}")
    if not body.strip() and may_be_empty:
        return {}
    try:
        value = _json.decode(body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, "InvalidRequestContent", f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ApiError(400, "InvalidRequestContent", "The body must be a JSON object.")
    if b"\\u" in body and not _is_unicode(value):
        raise ApiError(400, "InvalidRequestContent", "The body holds characters that are no Unicode text.")
    return value


def unwrapped(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the definition in a body: that of ``{"properties": …}``, else the body itself (spec 1.3)."""
    for name, value in body.items():
        if name.lower() == "properties" and isinstance(value, dict):
            return value
    return dict(body)


def _is_unicode(value: Any) -> bool:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        return False
    return True


class Precondition(msgspec.Struct, frozen=True):
    """What must hold for a write: the version that is stored, 0 for none; ``exists``: any. Both None: nothing."""

    version: int | None = None
    exists: bool = False

    @property
    def is_given(self) -> bool:
        """Whether the request demands anything."""
        return self.version is not None or self.exists

    def check(self, stored: int | None) -> None:
        """Raise 412 unless the version that is stored (None: nothing is) meets the condition."""
        if (self.exists and stored is None) or (self.version is not None and (stored or 0) != self.version):
            raise precondition_failed()


def precondition_failed() -> ApiError:
    """Return the refusal of a write to something that is not as the client knew it."""
    return ApiError(412, "PreconditionFailed", "The resource has changed since it was read; read it again.")


def precondition_of(call: Call) -> Precondition:
    """Return the request's condition: ``If-Match: "3"``, ``If-Match: *``, ``If-None-Match: *`` (spec 1.4)."""
    if (call.request.get_header("If-None-Match") or "").strip() == "*":
        return Precondition(version=0)
    match = (call.request.get_header("If-Match") or "").strip()
    if not match:
        return Precondition()
    if match == "*":
        return Precondition(exists=True)
    text = match.removeprefix("W/").strip('"')
    is_version = text.isascii() and text.isdecimal() and len(text) < 16
    return Precondition(version=int(text) if is_version else -1)


def is_dry_run(call: Call) -> bool:
    """Whether the request asks for all checks and no change (spec 9.5)."""
    return (call.param("dryRun") or "").lower() in ("true", "1")


def is_asynchronous(call: Call) -> bool:
    """Whether the client prefers an answer before the work is done (spec 4.3)."""
    return "respond-async" in call.preferences
