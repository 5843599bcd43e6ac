"""What requests of OAuth 2.0 say, and what is answered in its own form (spec 5.1, RFC 6749).

Its errors are those of RFC 6749, not those of the rest of this protocol.
"""

import base64
import binascii
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

import falcon.asgi
import msgspec

from interlog.model.applications import challenge_of
from interlog.model.errors import InterlogError

from .operations import MAX_BODY, Reply
from .requests import read_bytes

_json = msgspec.json.Decoder()
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_MOST_FIELDS = 50
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class OAuthError(InterlogError):
    """A refusal by its code in RFC 6749 §4.1.2.1 or §5.2."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code, self.description, self.status = code, description, status


class Credentials(NamedTuple):
    """How an application says which one it is."""

    client_id: str
    secret: str | None


def invalid_client() -> OAuthError:
    """Return the refusal of an application that is unknown, or does not know its secret."""
    return OAuthError("invalid_client", "No application has this client id and secret", 401)


async def fields_of(request: falcon.asgi.Request) -> dict[str, str]:
    """Return the members of a body, a form or a JSON object of texts; raises ``OAuthError``."""
    content = await read_bytes(request, MAX_BODY)
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    if media_type == "application/x-www-form-urlencoded" or not content.strip():
        return once(_pairs(content))
    if media_type and "json" not in media_type:
        raise OAuthError("invalid_request", "The body must be a form or JSON")
    try:
        value = _json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise OAuthError("invalid_request", "The body is neither a form nor JSON") from None
    if not isinstance(value, dict):
        raise OAuthError("invalid_request", "The body must be a JSON object")
    found = {name: member for name, member in value.items() if member is not None}
    if not all(isinstance(member, str) for member in found.values()):
        raise OAuthError("invalid_request", "Each member of the body must be a text")
    return found


async def form_of(request: falcon.asgi.Request) -> dict[str, str]:
    """Return the fields of a form that a browser sent; raises ``OAuthError``."""
    return once(_pairs(await read_bytes(request, MAX_BODY)))


def query_of(request: falcon.asgi.Request) -> dict[str, str]:
    """Return the parameters of an address; raises ``OAuthError`` where one stands there twice."""
    return once(_pairs(request.query_string.encode()))


def _pairs(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(content.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request", "There are too many parameters") from None


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return parameters by name, without those that are empty (RFC 6749 §3.1); raises where one is repeated."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise OAuthError("invalid_request", "A parameter is given twice")
        found[name] = value
    return {name: value for name, value in found.items() if value}


def credentials_of(request: falcon.asgi.Request, fields: dict[str, str]) -> Credentials:
    """Return which application asks: by HTTP Basic or in the body, not by both; raises ``OAuthError``."""
    header = request.get_header("Authorization")
    client_id, secret = fields.get("client_id"), fields.get("client_secret")
    if header is not None:
        name, password = _basic(header)
        if secret is not None or client_id not in (None, name):
            raise OAuthError("invalid_request", "Name the application in one way only")
        return Credentials(name, password or None)
    if client_id is None:
        raise invalid_client()
    return Credentials(client_id, secret)


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise invalid_client() from None
    name, _, password = text.partition(":")
    return unquote_plus(name), unquote_plus(password)


def challenge_in(query: dict[str, str]) -> str | None:
    """Return the digest that a verifier must have (RFC 7636); raises ``OAuthError``."""
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method", "plain")
    if challenge is None:
        if "code_challenge_method" in query:
            raise OAuthError("invalid_request", "code_challenge is missing")
        return None
    if method not in ("S256", "plain"):
        raise OAuthError("invalid_request", "code_challenge_method must be S256 or plain")
    if not 43 <= len(challenge) <= 128 or not _UNRESERVED.issuperset(challenge):
        raise OAuthError("invalid_request", "code_challenge must be 43 to 128 letters, digits or any of -._~")
    return challenge if method == "S256" else challenge_of(challenge)


def with_query(uri: str, **members: str | None) -> str:
    """Return an address with members added to its query; those that are None are left out."""
    parts = urlsplit(uri)
    added = urlencode({name: value for name, value in members.items() if value is not None})
    return parts._replace(query=f"{parts.query}&{added}" if parts.query else added).geturl()


def answer(body: dict[str, Any]) -> Reply:
    """Return the answer with a token, which nobody may keep."""
    return Reply(body=body, headers=dict(_NO_STORE))


def refusal(error: OAuthError) -> Reply:
    """Return the answer to an application that was refused (RFC 6749 §5.2)."""
    headers = dict(_NO_STORE)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="interlog"'
    return Reply(
        body={"error": error.code, "error_description": error.description}, status=error.status, headers=headers
    )
