"""Keys in the path of an address (spec 6.2): ``Contacts('42')``, ``Households(Street='Elm St',Number=9)``."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

Key = str | dict[str, Any]
"""A key in a path: one unnamed value, or named ones. Values are texts, integers, decimals, booleans or None."""


class Segment(NamedTuple):
    """A segment of a path: an entity set, a navigation or an action, and the key that follows it."""

    name: str
    key: Key | None = None


class BadKey(ValueError):
    """A key in a path that is none; the text says why."""


_NAME = re.compile(r"\$?[^\W\d]\w*")
_LITERAL = re.compile(
    r"""\s*(?:
        '(?P<text>(?:[^']|'')*)'
      | (?:guid|datetimeoffset|datetime|duration|binary)'(?P<typed>[^']*)'
      | (?P<bare>[^\s,()'=]+)
    )\s*""",
    re.VERBOSE,
)
_KEY_NAME = re.compile(r"\s*([^\W\d]\w*)\s*=")
_INTEGER = re.compile(r"-?\d{1,30}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,40}\.\d{1,40}", re.ASCII)


def split_path(path: str) -> list[Segment]:
    """Take a decoded path apart: ``/Contacts('42')/Interactions``; a ``/`` within quotes is a part of the key.

    Raises ``BadKey``.
    """
    segments: list[Segment] = []
    position = 0
    while position < len(path):
        if path[position] == "/":
            position += 1
            continue
        match = _NAME.match(path, position)
        if match is None:
            raise BadKey(f"position {position}: expected a name")
        name, position = match[0], match.end()
        key: Key | None = None
        if position < len(path) and path[position] == "(":
            key, position = _read_key(path, position + 1)
        if position < len(path) and path[position] != "/":
            raise BadKey(f"position {position}: expected '/' or the end")
        segments.append(Segment(name, key))
    return segments


def _read_key(path: str, position: int) -> tuple[Key | None, int]:
    """Read what stands between parentheses, from behind the first on; return it and where it goes on behind."""
    if path.startswith(")", position):
        return None, position + 1
    named: dict[str, Any] = {}
    while True:
        name = None
        match = _KEY_NAME.match(path, position)
        if match is not None:
            name, position = match[1], match.end()
        match = _LITERAL.match(path, position)
        if match is None:
            raise BadKey(f"position {position}: expected a value")
        value, position = _value_of(match), match.end()
        if name is None:
            if named or not path.startswith(")", position):
                raise BadKey(f"position {position}: a key of several values needs a name for each")
            return key_value_text(value), position + 1
        if name in named:
            raise BadKey(f"position {position}: {name} is named twice")
        named[name] = value
        if path.startswith(")", position):
            return named, position + 1
        if not path.startswith(",", position):
            raise BadKey(f"position {position}: expected ',' or ')'")
        position += 1


def key_value_text(value: Any) -> str:
    """Return a value of a key as the text that ids are made of."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _value_of(match: "re.Match[str]") -> Any:
    if match["text"] is not None:
        return match["text"].replace("''", "'")
    if match["typed"] is not None:
        return match["typed"]
    bare = match["bare"]
    if bare in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[bare]
    if _INTEGER.fullmatch(bare):
        return int(bare)
    return Decimal(bare) if _DECIMAL.fullmatch(bare) else bare


def key_text(key: str) -> str:
    """Return a key as it stands in a path: quoted, with quotes doubled, and percent-encoded where needed."""
    return "('" + quote(key.replace("'", "''"), safe="'!$&()*+,;=:@-._~") + "')"


def named_key_text(values: Mapping[str, str]) -> str:
    """Return a key of named texts as it stands in a path."""
    return "(" + ",".join(f"{name}={key_text(value)[1:-1]}" for name, value in values.items()) + ")"
