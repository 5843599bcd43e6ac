"""OData expressions as tokens, each with its place (spec 6.5).

One pass over one pattern without alternatives that overlap: the time grows with the length and nothing else.
"""

import re
from enum import StrEnum
from typing import NamedTuple

MAX_LENGTH = 16_000
"""Characters that an expression may have."""

MAX_TOKENS = 4_000
"""Tokens that an expression may have."""


class Sort(StrEnum):
    """What a token is."""

    TEXT = "a text"
    INTEGER = "an integer"
    NUMBER = "a number"
    INSTANT = "a date and time"
    DATE = "a date"
    TIME = "a time of day"
    GUID = "a GUID"
    DURATION = "a duration"
    NAME = "a name"
    SIGN = "a sign"
    END = "the end"


class Token(NamedTuple):
    """A piece of an expression. ``text`` is what it says: of a text what stands between the quotes."""

    sort: Sort
    text: str
    at: int


class ODataError(Exception):
    """An expression that cannot be read; ``at`` is the place, from 0. Its text names the place, from 1."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"{message} (at position {at + 1})")
        self.message, self.at = message, at


_DATE = r"\d{4}-\d\d-\d\d"
_TIME = r"\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?"
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?:(?P<prefix>[^\W\d][\w.]{{0,256}})(?='))?'(?P<text>(?:[^']|'')*)(?P<closed>'?)
    | (?P<guid>[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}(?!\w))
    | (?P<instant>{_DATE}T{_TIME}(?:Z|[+-]\d\d:\d\d)?(?!\w))
    | (?P<date>{_DATE}(?!\w))
    | (?P<time>{_TIME}(?!\w))
    | (?P<number>\d{{1,400}}(?P<decimal>\.\d{{1,400}})?(?P<exponent>e[+-]?\d{{1,3}})?)(?P<suffix>[mdfl]?)(?!\w)
    | (?P<name>[^\W\d]\w{{0,256}}(?:\.[^\W\d]\w{{0,256}}){{0,8}})
    | (?P<sign>[()/,:=*;-]|\$count|\$it)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TYPED = {
    "datetimeoffset": Sort.INSTANT,
    "datetime": Sort.INSTANT,
    "guid": Sort.GUID,
    "time": Sort.TIME,
    "duration": Sort.DURATION,
    "date": Sort.DATE,
    "timeofday": Sort.TIME,
}
"""The sorts of literals that are written with a word before their quotes, as version 3 had them."""


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of an expression, the last being its end. Raises ``ODataError``."""
    if len(text) > MAX_LENGTH:
        raise ODataError(f"it is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ODataError(f"cannot read {text[at : at + 20]!r}", at)
        if match["space"] is None:
            if len(found) >= MAX_TOKENS:
                raise ODataError(f"it has more than {MAX_TOKENS} words and signs", at)
            found.append(_token(match, at))
        at = match.end()
    found.append(Token(Sort.END, "", len(text)))
    return found


def _token(match: re.Match[str], at: int) -> Token:
    if (text := match["text"]) is not None:
        if not match["closed"]:
            raise ODataError("a ' is not closed", match.start("text") - 1)
        text = text.replace("''", "'")
        if "\x00" in text:
            raise ODataError("a text must not contain the character U+0000", at)
        prefix = (match["prefix"] or "").lower()
        # Any other word is the name of an enum type, and the text is the name of a value.
        return Token(_TYPED.get(prefix, Sort.TEXT), text, at)
    if (number := match["number"]) is not None:
        whole = match["decimal"] is None and match["exponent"] is None and match["suffix"].lower() in ("", "l")
        return Token(Sort.INTEGER if whole else Sort.NUMBER, number, at)
    for sort in (Sort.GUID, Sort.INSTANT, Sort.DATE, Sort.TIME, Sort.NAME, Sort.SIGN):
        if (found := match[sort.name.lower()]) is not None:
            return Token(sort, found, at)
    raise AssertionError("every alternative of the pattern is a token")
