"""Page tokens of version 1 (spec 1.5): where the next page goes on, bound to the parameters of the first one."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import msgspec

from interlog.model.tenancy import Tenant

from .errors import INVALID_PAGE_TOKEN, verbatim
from .operations import Kind, Param

MAX_PAGE = 500

PAGE_SIZE = Param(name="page_size", kind=Kind.INTEGER, minimum=1)
PAGE_TOKEN = Param(name="page_token", max_length=2_000, empty=True)
PAGING = (PAGE_SIZE, PAGE_TOKEN)

_UNBOUND = ("page_size", "page_token")

_encode = msgspec.json.Encoder(order="sorted").encode


def page_size(args: Mapping[str, Any], largest: int = MAX_PAGE) -> int:
    """Return how many items the page shall have."""
    return min(int(args.get("page_size", largest)), largest)


def page_token(tenant: Tenant, operation: str, args: Mapping[str, Any], place: tuple[int, ...] | None) -> str | None:
    """Return the token of the page that goes on at a place; None where there is no next page."""
    if place is None:
        return None
    text = ",".join(map(str, place))
    signed = f"{text},{_signature(tenant, operation, args, text)}"
    return base64.urlsafe_b64encode(signed.encode()).decode().rstrip("=")


def place_of(tenant: Tenant, operation: str, args: Mapping[str, Any], parts: int) -> tuple[int, ...] | None:
    """Return the place where the requested page begins; None for the first page. Raises on a token not of ours."""
    token = args.get("page_token")
    if not token:
        return None
    try:
        text, _, signature = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().rpartition(",")
        place = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise verbatim(INVALID_PAGE_TOKEN) from None
    expected = _signature(tenant, operation, args, text)
    if len(place) != parts or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise verbatim(INVALID_PAGE_TOKEN)
    return place


def _signature(tenant: Tenant, operation: str, args: Mapping[str, Any], text: str) -> str:
    """Tie a token to tenant, operation and parameters. It keeps mistakes out, not secrets in."""
    bound = {name: value for name, value in args.items() if name not in _UNBOUND}
    message = _encode([tenant.id, tenant.created_at, operation, bound, text])
    return hashlib.blake2s(message, digest_size=12).hexdigest()
