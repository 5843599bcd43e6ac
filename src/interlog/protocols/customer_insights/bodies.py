"""Bodies with instances: one object, an array, or one object per line (spec 6.1, 6.4).

Fractions are read as ``Decimal``, so that no digit is lost before the field's type is known.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from .errors import ApiError

MAX_ITEMS = 10_000
MAX_BYTES = 16 * 1024 * 1024

NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})


class Malformed(NamedTuple):
    """A line that is no JSON object: its text, and what is wrong with it."""

    text: str
    error: ApiError


class Sent(NamedTuple):
    """What a body holds. ``many``: it may hold several, and the answer has an outcome for each."""

    items: list[dict[str, Any] | Malformed]
    many: bool


def read(data: bytes, content_type: str | None) -> Sent:
    """Take a body apart; raises ``ApiError`` where it is no JSON at all, or too much of it."""
    texts = lines(data, content_type)
    if texts is not None:
        return Sent([object_of(text) for text in texts], True)
    value = decode(data.removeprefix(_MARK))
    if isinstance(value, dict):
        return Sent([value], False)
    if not isinstance(value, list):
        raise content_error("The body must be a JSON object, or an array of objects.")
    if len(value) > MAX_ITEMS:
        raise too_large(f"A body has at most {MAX_ITEMS} items.")
    return Sent([_object(item) for item in value], True)


def lines(data: bytes, content_type: str | None) -> list[bytes] | None:
    """Return the lines of a body that has an object on each; None for a body of another kind."""
    if len(data) > MAX_BYTES:
        raise too_large(f"A body has at most {MAX_BYTES} bytes.")
    if (content_type or "").partition(";")[0].strip().lower() not in NDJSON:
        return None
    if data.count(b"\n") > 2 * MAX_ITEMS:
        raise too_large(f"A body has at most {MAX_ITEMS} items.")
    found = [line for line in data.removeprefix(_MARK).split(b"\n") if line and not line.isspace()]
    if len(found) > MAX_ITEMS:
        raise too_large(f"A body has at most {MAX_ITEMS} items.")
    return found


def object_of(line: bytes) -> dict[str, Any] | Malformed:
    """Return the object of a line."""
    try:
        return _object(_decoder.decode(line))
    except DECODING_ERRORS as error:
        text = line.decode(errors="replace")
        return Malformed(text, content_error(f"The line is not JSON: {_reason(error)}"))


def read_one(data: bytes) -> dict[str, Any]:
    """Return the one object of a body."""
    value = decode(data.removeprefix(_MARK))
    if not isinstance(value, dict):
        raise content_error("The body must be a JSON object.")
    return value


def decode(data: bytes) -> Any:
    """Return the JSON of a body; raises ``ApiError`` with the position of what is wrong."""
    try:
        return _decoder.decode(data)
    except DECODING_ERRORS as error:
        raise content_error(f"The body is not JSON: {_reason(error)}") from None


def _object(value: Any) -> dict[str, Any] | Malformed:
    if isinstance(value, dict):
        return value
    text = encode(value).decode()
    return Malformed(text, content_error("An item must be a JSON object."))


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def content_error(message: str) -> ApiError:
    """Return the refusal of a body that cannot be read."""
    return ApiError(400, "InvalidRequestContent", message)


def too_large(message: str) -> ApiError:
    """Return the refusal of a body that is too long."""
    return ApiError(413, "RequestEntityTooLarge", message)


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is out of all bounds") from None


def typed_decoder(shape: type[Struct]) -> msgspec.json.Decoder[Any]:
    """Return a decoder of objects of a shape, whose fractions are decimals where it does not say what they are."""
    return msgspec.json.Decoder(shape, float_hook=_number)


_MARK = b"\xef\xbb\xbf"
_decoder = msgspec.json.Decoder(float_hook=_number)
DECODING_ERRORS = (msgspec.DecodeError, RecursionError, ValueError)

encode = msgspec.json.Encoder(decimal_format="number").encode
"""Encode JSON with decimals as numbers, all their digits included."""
