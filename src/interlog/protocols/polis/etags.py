"""The order of members, the text of an object, and the ETag that anybody can recompute from it (spec 2.3).

An ETag is not stored: it follows from the object and from whether it was ever changed.
"""

import base64
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode

ENVELOPE = ("id", "data", "meta", "customerId", "securityGroupId")
"""The members of an object that its ETag is made of, in their order; the server's own others are left out."""

_EXACT = 2**53
"""Below this, whole numbers are themselves in binary too."""

_ECMA_POINT = 1e21
"""From here on ECMAScript writes numbers with an exponent."""


def ordered(value: Any) -> Any:
    """Return a JSON value with the members of every object in the order of PostgreSQL's ``jsonb``.

    That is by length in UTF-8, then by bytes. Numbers become such that they are written as ECMAScript does.
    """
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=_order)}
    if isinstance(value, (list, tuple)):
        return [ordered(item) for item in value]
    return number(value) if isinstance(value, float) else value


def text_of(value: Any) -> bytes:
    """Return a JSON value as compact text in UTF-8, with members in the order of ``jsonb``."""
    return _encode(ordered(value))


def etag_of(item: Mapping[str, Any], *, is_changed: bool, is_ordered: bool = False) -> str:
    """Return the ETag of an object of the wire.

    ``is_changed``: it was changed since it was created; then the text has no ``meta.etag``, else an empty one.
    ``is_ordered``: the object's members are in order already, and it has no ETag yet.
    """
    told = {name: item[name] for name in ENVELOPE if name in item}
    if is_ordered:
        told["meta"] = item["meta"] if is_changed else {"etag": ""} | item["meta"]
        text = _encode(told)
    else:
        meta = {name: value for name, value in item["meta"].items() if name != "etag"}
        text = text_of(told | {"meta": meta if is_changed else {"etag": ""} | meta})
    return etag_of_text(text)


def etag_of_text(text: bytes) -> str:
    """Return the ETag of an object's text."""
    digest = base64.b64encode(hashlib.sha1(text, usedforsecurity=False).digest()).decode()
    return f"{len(text):x}-{digest[:27]}"


def _order(name: str) -> tuple[int, bytes]:
    encoded = name.encode()
    return len(encoded), encoded


def number(value: float) -> Any:
    """Return a number that is encoded as ECMAScript writes it: 1 for 1.0, 0.000001 for 1e-6, 1e+21 for 1e21."""
    size = abs(value)
    if value.is_integer():
        if size < _EXACT:
            return int(value)
        return int(Decimal(repr(value))) if size < _ECMA_POINT else msgspec.Raw(repr(value).encode())
    if size >= 1e-5:
        return value
    if size >= 1e-6:
        return msgspec.Raw(f"{Decimal(repr(value)):f}".encode())
    return msgspec.Raw(repr(value).replace("e-0", "e-").encode())
