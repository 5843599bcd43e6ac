"""Filter expressions as tokens, each with its place (spec 2.5).

One pass over one pattern without alternatives that overlap: the time grows with the length and nothing else.
"""

import re
from enum import StrEnum
from typing import Any, NamedTuple

MAX_LENGTH = 64_000
"""Characters that an expression may have."""

MAX_TOKENS = 4_000
"""Tokens that an expression may have."""

MAX_NAMES = 32
"""Names that a pointer may have."""

_LONGEST_NAME = 60
"""Characters of a token that an error shows."""


class Sort(StrEnum):
    """What a token is."""

    LITERAL = "a value"
    POINTER = "a pointer"
    WORD = "a word"
    SIGN = "a sign"
    END = "the end"


Path = tuple[str | int, ...]
"""Where a pointer leads: names, and integers for what is an element of an array or a member of that name."""


class Token(NamedTuple):
    """A piece of an expression. ``value``: what a literal says, where a pointer leads; else the text itself."""

    sort: Sort
    value: Any
    at: int
    text: str

    def says(self, *words: str) -> bool:
        """Whether it is one of some words or signs."""
        return self.sort in (Sort.WORD, Sort.SIGN) and self.text in words


class FilterError(Exception):
    """A filter that cannot be read: the place from 0, and what stands there."""

    def __init__(self, message: str, at: int, token: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.token = message, at, token[:_LONGEST_NAME]


_SPACE = r"\s\u0085\u00a0\u1680\u180e\u2000-\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_PLAIN = rf'[^{_SPACE}"()\[\],=\\]'
_TOKEN = re.compile(
    rf"""
      (?P<space>[{_SPACE}]+)
    | "(?P<string>(?:[^"\\]|\\.)*+)(?P<closed>"?)
    | (?P<pointer>/(?:{_PLAIN}|\\.)*+)
    | (?P<word>{_PLAIN}++)
    | (?P<sign>[()\[\],=])
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_TILDE = re.compile(r"~(?![01])")
_CONTROL = re.compile(r'[\x00-\x1f"]')
_VALUES = {"true": True, "false": False, "nil": None}


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of an expression, the last being its end. Raises ``FilterError``."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter has at most {MAX_LENGTH} characters", MAX_LENGTH)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FilterError("a backslash stands in strings and pointers only", at, text[at:])
        if match["space"] is None:
            if len(found) >= MAX_TOKENS:
                raise FilterError(f"a filter has at most {MAX_TOKENS} words and signs", at, match[0])
            found.append(_token(match, at))
        at = match.end()
    found.append(Token(Sort.END, None, len(text), ""))
    return found


def _token(match: re.Match[str], at: int) -> Token:
    text = match[0]
    if (string := match["string"]) is not None:
        if not match["closed"]:
            raise FilterError('a string is not closed by "', at, text)
        return Token(Sort.LITERAL, _ESCAPED.sub(r"\1", string), at, text)
    if match["pointer"] is not None:
        return Token(Sort.POINTER, path_in(text, at), at, text)
    if match["sign"] is not None:
        return Token(Sort.SIGN, text, at, text)
    if text in _VALUES:
        return Token(Sort.LITERAL, _VALUES[text], at, text)
    if _NUMBER.fullmatch(text):
        return Token(Sort.LITERAL, number_of(text, at), at, text)
    return Token(Sort.WORD, text, at, text)


def number_of(text: str, at: int = 0) -> int | float:
    """Return a number as clients of JSON know it. Raises ``FilterError`` for one that is too large."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise FilterError("the number is too large", at, text)
    # Beyond 2^53 not every integer is a number of JSON's clients: they are the nearest one that is.
    return int(number) if number.is_integer() and abs(number) < 2**63 else number


def path_in(pointer: str, at: int = 0) -> Path:
    """Return where a pointer leads; its slash in front may be missing. Raises ``FilterError``."""
    names: list[str] = [""]
    escaped = False
    for character in pointer.removeprefix("/"):
        if escaped or character not in "\\/":
            names[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            names.append("")
    if len(names) > MAX_NAMES:
        raise FilterError(f"a pointer has at most {MAX_NAMES} names", at, pointer)
    return tuple(_segment(name, at, pointer) for name in names)


def _segment(name: str, at: int, pointer: str) -> str | int:
    if _TILDE.search(name):
        raise FilterError("in a pointer, ~ stands before 0 or 1 only", at, pointer)
    if _CONTROL.search(name):
        raise FilterError("a name in a pointer must not contain quotes or control characters", at, pointer)
    return step(name.replace("~1", "/").replace("~0", "~"))


def step(name: str) -> str | int:
    """Return a name of a path as what it leads to: one that reads as a number may be the place in an array."""
    return int(name) if _INDEX.fullmatch(name) else name
