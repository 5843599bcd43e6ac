"""Tokens by which agents and bridges know each other (spec 6.3): JWTs whose ``iat`` is an ISO 8601 text."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

TOLERANCE = 60
"""Seconds by which a token may be old, or the clocks may differ."""

_ALGORITHMS = ("RS256", "ES256", "EdDSA")


class Keys:
    """The keys of whoever may connect: public keys in PEM by their names (``sub``), and one's own private key.

    Keys are of RSA, of P-256 or of Ed25519. Raises ``ValueError`` for what is no such key.
    """

    def __init__(self, known: Mapping[str, str], *, own: str | None = None, own_name: str = "") -> None:
        for name, key in known.items():
            if not _is_public(key):
                raise ValueError(f"the key {name} is no public key in PEM")
        self._known = dict(known)
        self._own = own
        self._own_name = own_name
        self._algorithm = _algorithm_of(own) if own is not None else None

    @property
    def knows(self) -> bool:
        """Whether it knows anybody."""
        return bool(self._known)

    def token(self) -> str | None:
        """Return a new token of one's own; None without a private key."""
        if self._own is None or self._algorithm is None:
            return None
        claims = {"sub": self._own_name, "iat": datetime.now(UTC).isoformat()}
        return jwt.encode(claims, self._own, algorithm=self._algorithm)

    def problem_of(self, token: Any) -> str | None:
        """Return what is wrong with another's token; None where nothing is."""
        if not isinstance(token, str) or not token:
            return "a token is required"
        try:
            name = jwt.decode(token, options={"verify_signature": False, "verify_iat": False}).get("sub")
            key = self._known.get(name) if isinstance(name, str) else None
            if key is None:
                return "the token's key is not known"
            # The library takes a number only for ``iat``, so that it is looked at below.
            claims = jwt.decode(token, key, algorithms=_ALGORITHMS, options={"verify_iat": False})
        except (jwt.PyJWTError, ValueError, TypeError):
            return "the token is not valid"
        issued = _instant(claims.get("iat"))
        if issued is None:
            return "the token does not say when it was made"
        if not abs(datetime.now(UTC).timestamp() - issued) <= TOLERANCE:  # not even where it is no number
            return "the token is too old, or from the future"
        return None


def _is_public(pem: str) -> bool:
    try:
        load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _algorithm_of(pem: str) -> str:
    """Return by which algorithm a private key signs."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("the own key is no private key in PEM, without a password") from None
    if isinstance(key, RSAPrivateKey):
        return "RS256"
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return "ES256"
    if isinstance(key, Ed25519PrivateKey):
        return "EdDSA"
    raise ValueError("the own key is neither of RSA nor of P-256 nor of Ed25519")


_FAR = 2**60


def _instant(value: Any) -> float | None:
    """Return seconds since 1970: of a number, as RFC 7519 has it, or of ISO 8601, as bridging has it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if abs(value) < _FAR else None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
