"""Identifiers: time-ordered UUIDs and the bound of integer ids."""

import hashlib
import os
import re
import threading
import time
from uuid import UUID

from .instants import now

MAX_ID = 2**53 - 1
"""The largest integer id: what a JavaScript client can still hold exactly."""


class _Random(threading.local):
    """Random bytes, fetched from the system a page at a time: each call gives the interpreter's lock away."""

    def __init__(self) -> None:
        self._bytes, self._used = b"", 0
        os.register_at_fork(after_in_child=self.forget)

    def take(self, count: int) -> bytes:
        if self._used + count > len(self._bytes):
            self._bytes, self._used = os.urandom(max(4096, count)), 0
        start = self._used
        self._used = start + count
        return self._bytes[start : self._used]

    def forget(self) -> None:
        """Two processes must not give out the same bytes, nor two threads: each has its own."""
        self._bytes, self._used = b"", 0


_random = _Random()


def uuid7() -> str:
    """Return a new UUID version 7 (RFC 9562) as text: it sorts by its time of creation."""
    return uuids7(1)[0]


def uuids7(count: int) -> list[str]:
    """Return new UUIDs version 7 as texts: many at once cost a third of one by one."""
    time_ = f"{time.time_ns() // 1_000_000:012x}"
    head = f"{time_[:8]}-{time_[8:]}-7"
    random = _random.take(10 * count).hex()
    return [
        f"{head}{random[i : i + 3]}-{_VARIANTS[random[i + 3]]}{random[i + 4 : i + 7]}-{random[i + 7 : i + 19]}"
        for i in range(0, 20 * count, 20)
    ]


_VARIANTS = {digit: "89ab"[int(digit, 16) & 0b11] for digit in "0123456789abcdef"}


def stamp() -> int:
    """Return the present instant, but never one that was returned before: each is later than all earlier ones."""
    return stamps(1)[0]


def stamps(count: int) -> range:
    """Return as many instants as ``stamp`` would in that many calls."""
    global _last_stamp
    first = max(now(), _last_stamp + 1)
    _last_stamp = first + count - 1
    return range(first, first + count)


_last_stamp = 0


def parse_uuid(text: str) -> str | None:
    """Return the canonical spelling of a UUID, or None where the text is none."""
    if not _DIGITS.fullmatch(text):  # the library also takes what int() takes: underscores, spaces, a sign
        return None
    try:
        return str(UUID(text))
    except ValueError:
        return None


def index_text(text: str) -> str:
    """Return what stands for a text in an index: the text, or its hash where it is too long for one."""
    if len(text) <= _INDEXED and text[:1] != _HASHED:
        return text
    return _HASHED + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


_INDEXED = 400
_HASHED = "\x1f"
_DIGITS = re.compile(r"(?:urn:uuid:)?[{]?[0-9A-Fa-f-]+[}]?")
