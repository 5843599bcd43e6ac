"""Identifiers: time-ordered UUIDs and the bound of integer ids."""

import os
import re
import time
from uuid import UUID

MAX_ID = 2**53 - 1
"""The largest integer id: what a JavaScript client can still hold exactly."""


def uuid7() -> str:
    """Return a new UUID version 7 (RFC 9562) as text: it sorts by its time of creation."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 68) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=value))


def parse_uuid(text: str) -> str | None:
    """Return the canonical spelling of a UUID, or None where the text is none."""
    if not _DIGITS.fullmatch(text):  # the library also takes what int() takes: underscores, spaces, a sign
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


_DIGITS = re.compile(r"(?:urn:uuid:)?[{]?[0-9A-Fa-f-]+[}]?")
