"""Options of a query: how much, which, in which form; and where a list goes on (spec 6.5)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from .asks import Ask
from .errors import ApiError

PAGE = 30
MOST = 1_000

KNOWN = frozenset({"$filter", "$orderby", "$select", "$top", "$skip", "$skiptoken", "$count", "$expand", "$search",
                   "$format"})  # fmt: skip
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_NAME = re.compile(r"[^\W\d]\w*")


class Window(Struct, frozen=True):
    """Which part of a list is wanted: at most ``size``, behind ``after`` or but for the first ``skip``.

    ``left``: how many are wanted in all from here on, None for all there are. ``preferred``: the client chose the size.
    """

    size: int
    skip: int = 0
    after: tuple[Any, ...] | None = None
    left: int | None = None
    preferred: bool = False


class Expand(Struct, frozen=True):
    """A navigation that is wanted with each item, with options of its own by lower-case name."""

    name: str
    options: Mapping[str, str]


def require_known(params: Mapping[str, str], known: Collection[str] = KNOWN) -> None:
    """Refuse options of OData that are not supported; what does not begin with ``$`` is passed over."""
    for name in params:
        if name.startswith("$") and name not in known:
            raise ApiError(501, "NotImplemented", f"The option {name[:100]} is not supported.", target=name[:100])


def bad_option(name: str, message: str, code: str = "InvalidQueryOption") -> ApiError:
    """Return the refusal of an option's value."""
    return ApiError(400, code, f"{name} {message}.", target=name)


def number_of(params: Mapping[str, str], name: str) -> int | None:
    """Return a whole number, at least 0."""
    text = params.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text.strip()):
        raise bad_option(name, "must be a whole number, at least 0")
    return int(text)


def flag_of(params: Mapping[str, str], name: str) -> bool:
    """Return whether an option is ``true``."""
    text = params.get(name, "false").strip().lower()
    if text not in ("true", "false"):
        raise bad_option(name, "must be true or false")
    return text == "true"


def window_of(ask: Ask) -> Window:
    """Return which part of a list is asked for."""
    top, skip = number_of(ask.params, "$top"), number_of(ask.params, "$skip")
    preferred = ask.preferences.get("maxpagesize", "")
    size = PAGE
    chosen = bool(_NUMBER.fullmatch(preferred)) and int(preferred) > 0
    if chosen:
        size = min(int(preferred), MOST)
    elif top is not None:
        size = MOST
    token = ask.params.get("$skiptoken")
    if token is None:
        return Window(min(size, top) if top is not None else size, skip or 0, None, top, chosen)
    kept, after, left = _place(ask, token)
    if top is not None and left is None:
        left = top
    size = size if chosen else kept
    return Window(min(size, left) if left is not None else size, 0, after, left, chosen)


def _place(ask: Ask, token: str) -> tuple[int, tuple[Any, ...], int | None]:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        known, size, after, left = msgspec.json.decode(text, type=tuple[str, int, list[Any], int | None])
        place = tuple(Decimal(item["d"]) if isinstance(item, dict) else item for item in after)
    except (binascii.Error, ValueError, ArithmeticError, KeyError, TypeError, msgspec.DecodeError):
        raise bad_skip_token() from None
    if known != _list_of(ask) or not 0 < size <= MOST:
        raise bad_skip_token()
    return size, place, left


def bad_skip_token() -> ApiError:
    """Return the refusal of a token that this list has not given."""
    return bad_option("$skiptoken", "is none that this list has given", "InvalidSkipToken")


def _list_of(ask: Ask) -> str:
    """Return a text that is another one for each list: a place in one is none in another."""
    parts = (
        ask.actor.tenant.id,
        ask.path.lower(),
        *(ask.params.get(n, "") for n in ("$filter", "$orderby", "$search")),
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def next_links(ask: Ask, window: Window, place: tuple[Any, ...] | None, shown: int) -> dict[str, str]:
    """Return the links to the next page, under both of their names; nothing on the last page (spec 6.5)."""
    left = window.left - shown if window.left is not None else None
    if place is None or left == 0:
        return {}
    items = [{"d": str(item)} if isinstance(item, Decimal) else item for item in place]
    token = (
        base64.urlsafe_b64encode(msgspec.json.encode((_list_of(ask), window.size, items, left))).decode().rstrip("=")
    )
    params = {name: value for name, value in ask.params.items() if name not in ("$skip", "$skiptoken", "$top")}
    params["$skiptoken"] = token
    path = quote(ask.path.strip("/"), safe="/$'(),=:@!*;~")
    link = f"{ask.root}/{path}?{urlencode(params, safe='$', quote_via=quote)}"
    return {"@odata.nextLink": link, "nextLink": link}


def select_of(text: str | None, always: Collection[str]) -> frozenset[str] | None:
    """Return the lower-case names of the properties that are wanted; None for all. Keys are always wanted."""
    if text is None:
        return None
    names = [part.strip() for part in text.split(",")]
    if "*" in names:
        return None
    for name in names:
        if not _NAME.fullmatch(name.rpartition(".")[2]):
            raise bad_option("$select", f"must be a list of properties, and '{name[:100]}' is none")
    return frozenset(name.lower() for name in (*names, *always))


def expand_of(text: str | None, known: Collection[str]) -> list[Expand]:
    """Return what is to be expanded: ``Interactions($top=5;$filter=Minutes gt 3)``, one level deep."""
    found: list[Expand] = []
    names = {name.lower(): name for name in known}
    for part in _split(text or "", ",") if text else []:
        head, bracket, rest = part.strip().partition("(")
        name = names.get(head.strip().lower())
        if name is None:
            raise bad_option("$expand", f"cannot be '{head.strip()[:100]}': there is {', '.join(known) or 'nothing'}")
        if bracket and not rest.endswith(")"):
            raise bad_option("$expand", "has parentheses that do not match")
        options: dict[str, str] = {}
        for option in _split(rest[:-1], ";") if bracket else []:
            key, _, value = option.partition("=")
            options[key.strip().lower()] = value.strip()
        require_known(options, {"$filter", "$orderby", "$select", "$top", "$skip", "$count"})
        found.append(Expand(name, options))
    return found


def _split(text: str, separator: str) -> list[str]:
    """Split at separators that stand outside of quotes and parentheses."""
    parts, depth, start, quoted = [], 0, 0, False
    for place, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
            if depth < 0:
                raise bad_option("$expand", "has parentheses that do not match")
            if sign == separator and not depth:
                parts.append(text[start:place])
                start = place + 1
    if depth or quoted:
        raise bad_option("$expand", "has parentheses or quotes that do not match")
    return [*parts, text[start:]]
