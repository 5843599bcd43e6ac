"""Applications that act for users, and what users allowed them."""

import base64
import hashlib
import hmac
import ipaddress
import re
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from .errors import Problem


class Application(Struct, frozen=True, kw_only=True):
    """A program of somebody else's that users let act for them.

    ``person_id`` registered it; on its own account it acts as him, in ``organization`` where one is named.
    ``is_public``: it runs where it can keep no secret. ``token_seconds``: how long its tokens are good for, None for
    ever; only those that end can be refreshed. ``callback``: where it is told of changes, signed by ``signing_key``.
    """

    id: int
    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    person_id: int
    is_public: bool = False
    callback: str | None = None
    signing_key: str | None = None
    organization: str | None = None
    token_seconds: int | None = None
    created_at: int
    revoked_at: int | None = None

    def redirect_uri(self, asked: str | None) -> str | None:
        """Return where an answer may be sent: what was asked for if it is registered, else the only one there is."""
        if asked is None:
            return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None
        return asked if any(_agree(asked, registered) for registered in self.redirect_uris) else None


class Consent(Struct, frozen=True, kw_only=True):
    """That a user let an application act for him, in one organization, as far as the scopes go."""

    id: int
    application: int
    person_id: int
    organization: str | None
    scopes: tuple[str, ...]
    created_at: int
    revoked_at: int | None = None


class GrantKind(StrEnum):
    """What a key that gives tokens is."""

    SIGN_IN = "sign_in"
    CODE = "code"
    REFRESH = "refresh"


class Grant(Struct, frozen=True, kw_only=True):
    """A key that works once. ``challenge``: the digest (RFC 7636, S256) of what whoever redeems it must know."""

    kind: GrantKind
    application: int
    person_id: int
    consent: int | None = None
    redirect_uri: str | None = None
    challenge: str | None = None
    expires_at: int | None = None
    used_at: int | None = None

    def is_met(self, verifier: str | None) -> bool:
        """Whether this is the verifier of the challenge; none may be sent where there is no challenge."""
        if self.challenge is None or verifier is None:
            return self.challenge is verifier
        return hmac.compare_digest(self.challenge, challenge_of(verifier))


def challenge_of(verifier: str) -> str:
    """Return the challenge of a verifier by the method S256 (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode(errors="replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def redirect_problems(uris: tuple[str, ...]) -> list[Problem]:
    """Return what is wrong with redirection addresses: https, http to this machine, or the application's scheme."""
    problems = []
    for index, uri in enumerate(uris):
        parts = _parts(uri)
        if parts is None or parts.fragment or not uri.isascii() or not uri.isprintable() or " " in uri:
            problems.append(Problem(f"redirect_uris[{index}]", "must be an absolute address without a fragment", "uri"))
        elif parts.scheme in ("http", "https"):
            host = parts.hostname or ""
            if not _NETLOC.fullmatch(parts.netloc) or (parts.scheme == "http" and not _is_loopback(host)):
                problems.append(Problem(f"redirect_uris[{index}]", "must be https, or http to this machine", "uri"))
        elif "." not in parts.scheme:
            message = "a scheme of its own must look like a domain backwards, such as com.example.app"
            problems.append(Problem(f"redirect_uris[{index}]", message, "uri"))
    return problems


_NETLOC = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]+)?")


def _agree(asked: str, registered: str) -> bool:
    """Whether addresses are the same; on this machine a program takes whatever port is free (RFC 8252 §7.3)."""
    if asked == registered:
        return True
    ours, theirs = _parts(registered), _parts(asked)
    if ours is None or theirs is None or ours.scheme != "http" or not _is_address(ours.hostname):
        return False
    return theirs._replace(netloc=ours.netloc) == ours and (
        theirs.hostname == ours.hostname and "@" not in theirs.netloc
    )


def _parts(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme else None


def _is_loopback(host: str) -> bool:
    return host == "localhost" or _is_address(host)


def _is_address(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
