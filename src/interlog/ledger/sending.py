"""Sending a signed message to somebody else's address.

A host's name is resolved once, and the address that was looked at is the one that is called, so that a name cannot mean
this machine or its neighbours by then. Messages are signed as Standard Webhooks says, so that receivers have libraries
that verify them.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .outside import resolved

if TYPE_CHECKING:
    import httpx2

_SECONDS = 15.0
"""How long a receiver may take altogether."""


class Outcome(NamedTuple):
    """How an attempt ended: the status of the answer, or why there was none."""

    status: int | None
    problem: str | None = None

    @property
    def is_success(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300


class Sender:
    """Posts messages. ``private``: whether to addresses, too, that are not of the public internet."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> "Sender":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def post(self, url: str, body: bytes, *, key: str, signing_key: str, bearer: str | None) -> Outcome:
        """Send a message once, without following redirections; never raises."""
        import httpx2  # loaded only where somebody is told of something

        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=_SECONDS)
        parts = urlsplit(url)
        headers = signature(key, body, signing_key, int(time.time())) | {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Interlog",
            "Idempotency-Key": key,
            "Host": parts.netloc.rpartition("@")[2],
        }
        if bearer is not None:
            headers["Authorization"] = f"Bearer {bearer}"
        try:
            async with asyncio.timeout(_SECONDS):
                address = await self._address(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
                if address is None:
                    return Outcome(None, "the address leads to this machine or to a private network")
                target = parts._replace(netloc=address if parts.port is None else f"{address}:{parts.port}").geturl()
                extensions = {"sni_hostname": parts.hostname}
                async with self._client.stream(
                    "POST", target, content=body, headers=headers, extensions=extensions
                ) as answer:
                    return Outcome(answer.status_code)
        except TimeoutError:
            return Outcome(None, f"there was no answer within {_SECONDS:g} seconds")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            return Outcome(None, str(error)[:500] or type(error).__name__)

    async def _address(self, host: str, port: int) -> str | None:
        """Return the address of a host as a URL has it; None where one of those that it has is not public."""
        address = await resolved(host, port, private=self._private)
        return f"[{address}]" if address is not None and ":" in address else address


def url_problem(url: str) -> str | None:
    """Return why nothing can be posted to an address; None where nothing speaks against it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no URL"
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        return "it must be a URL with http or https"
    if parts.username is not None or parts.password is not None:
        return "it must not hold a password"
    return None if url.isascii() and url.isprintable() and " " not in url else "it must be visible ASCII characters"


def signature(key: str, body: bytes, signing_key: str, at: int) -> dict[str, str]:
    """Return the headers that sign a message, by Standard Webhooks: HMAC-SHA-256 over id, time and body.

    ``X-Signature`` is one over the body alone, for receivers that were written for others' webhooks.
    """
    try:
        secret = base64.b64decode(signing_key.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        secret = signing_key.encode()
    digest = hmac.digest(secret, f"{key}.{at}.".encode() + body, hashlib.sha256)
    return {
        "Webhook-Id": key,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
        "X-Delivery-Id": key,
        "X-Signature": f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}",
    }


_PORTS = {"http": 80, "https": 443}
