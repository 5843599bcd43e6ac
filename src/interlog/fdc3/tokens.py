"""Tokens by which agents and bridges know each other (spec 6.3): JWTs whose ``iat`` is an ISO 8601 text."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

TOLERANCE = 60
"""Seconds by which a token may be old, or the clocks may differ."""

_ALGORITHMS = ("RS256", "ES256", "EdDSA")


class Keys:
    """The keys of whoever may connect: public keys in PEM by their names (``sub``), and one's own private key."""

    def __init__(
        self, known: Mapping[str, str], *, own: str | None = None, own_name: str = "", algorithm: str = "EdDSA"
    ) -> None:
        self._known = dict(known)
        self._own = own
        self._own_name = own_name
        self._algorithm = algorithm

    @property
    def knows(self) -> bool:
        """Whether it knows anybody."""
        return bool(self._known)

    def token(self) -> str | None:
        """Return a new token of one's own; None without a private key."""
        if self._own is None:
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
        if abs(datetime.now(UTC).timestamp() - issued) > TOLERANCE:
            return "the token is too old, or from the future"
        return None


def _instant(value: Any) -> float | None:
    """Return seconds since 1970: of a number, as RFC 7519 has it, or of ISO 8601, as bridging has it."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
