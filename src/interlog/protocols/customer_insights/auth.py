"""Who is let in: tokens as Bearer, and shared access signatures made with the keys of a hub's policies (spec 1.5)."""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from msgspec import Struct

from interlog.model.errors import Forbidden
from interlog.model.tenancy import Actor, Right

from .errors import ApiError

MANAGE, READ, WRITE = "Manage", "Read", "Write"
PERMISSIONS = (READ, WRITE, MANAGE)

ROOT_POLICY = "RootManageSharedAccessKey"
"""The policy that every hub is born with."""

_SCHEME = re.compile(r"SharedAccessSignature[ -]+(?=\S)", re.IGNORECASE)


class Signature(Struct, frozen=True):
    """A shared access signature as it came: ``expiry`` is the text that was signed, ``resource`` is decoded."""

    policy: str
    signature: bytes
    expiry: str
    resource: str
    resource_encoded: str


def bearer_of(header: str | None) -> str | None:
    """Return the token of ``Authorization: Bearer <token>``; None where the header is of another kind or absent."""
    scheme, _, value = (header or "").strip().partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None


def signature_of(header: str | None) -> Signature | None:
    """Return the signature of a header; None where it is of another kind. Raises where it is a broken one."""
    match = _SCHEME.match((header or "").strip())
    if match is None:
        return None
    assert header is not None, "it matched"
    parts = dict.fromkeys(("sig", "se", "skn", "sr"), "")
    for pair in header.strip()[match.end() :].split("&"):
        name, _, value = pair.partition("=")
        parts[name.strip().lower()] = value.strip()
    try:
        signature = base64.b64decode(unquote(parts["sig"]), validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    expiry = parts["se"]
    if not (signature and parts["skn"] and parts["sr"] and expiry.isascii() and expiry.isdecimal()):
        raise refused("The signature must have the parts sig, se, skn and sr")
    return Signature(unquote(parts["skn"]), signature, expiry, unquote(parts["sr"]), parts["sr"])


def refused(reason: str, *, code: str = "InvalidAuthenticationToken") -> ApiError:
    """Return the refusal of who is not let in."""
    return ApiError(401, code, f"{reason}.")


def check_signature(signature: Signature, policies: Iterable[Mapping[str, Any]], uri: str) -> Mapping[str, Any]:
    """Return the policy that the signature was made with, or raise. ``uri`` is the address of the request."""
    if len(signature.expiry) > 15 or int(signature.expiry) <= time.time():
        raise refused("The signature has expired")
    policy = next((item for item in policies if item["policyName"] == signature.policy), None)
    keys = [policy[name] for name in ("primaryKey", "secondaryKey")] if policy is not None else [""]
    fits = [_is_made_with(key, signature) for key in keys]
    if policy is None or not any(fits):
        raise refused("The signature does not match")
    if not lies_under(uri, signature.resource):
        raise refused("The signature is for another resource")
    return policy


def _is_made_with(key: str, signature: Signature) -> bool:
    """Whether a key made the signature, over the address as it is or encoded, the key as it is or decoded."""
    keys = [key.encode()]
    try:
        keys.append(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        pass
    encoded = quote(signature.resource, safe="")
    texts = dict.fromkeys((signature.resource, signature.resource_encoded, encoded, encoded.lower()))
    made = [sign(item, text, signature.expiry) for item in keys for text in texts]
    return any(hmac.compare_digest(item, signature.signature) for item in made)


def sign(key: bytes, resource: str, expiry: str) -> bytes:
    """Return the signature over an address and an expiry."""
    return hmac.new(key, f"{resource}\n{expiry}".encode(errors="replace"), hashlib.sha256).digest()


def lies_under(uri: str, prefix: str) -> bool:
    """Whether an address is a prefix, or lies under it, in any casing and whatever their schemes."""
    host, path = _located(uri)
    prefix_host, prefix_path = _located(prefix)
    return host == prefix_host and (path == prefix_path or path.startswith(prefix_path + "/"))


def _located(uri: str) -> tuple[str, str]:
    try:
        parts = urlsplit(uri if "//" in uri else f"//{uri}")
        return (parts.netloc.lower(), unquote(parts.path).lower().rstrip("/"))
    except ValueError:
        return ("", "\n")  # what is no address has nothing under it


def check_right(actor: Actor, permissions: frozenset[str] | None, needed: Right, *, manages: bool = False) -> None:
    """Raise ``Forbidden`` unless a token, or the permissions of a policy whose key it was, allow what is asked for.

    Permissions do not include each other, but for ``Manage``, which is all of them. ``manages``: the request is one of
    the management plane, where whatever changes something needs it.
    """
    if permissions is None:
        actor.require(needed)
        return
    reads = needed is Right.READ
    wanted = READ if reads else MANAGE if manages or needed is Right.ADMIN else WRITE
    if permissions.isdisjoint((wanted, MANAGE)):
        raise Forbidden(f"this policy lacks the permission {wanted}")


def right_of(permissions: Iterable[str]) -> Right:
    """Return the right that a policy's permissions amount to in the ledger, where to write includes to read."""
    granted = set(permissions)
    if MANAGE in granted:
        return Right.ADMIN
    return Right.WRITE if WRITE in granted else Right.READ
