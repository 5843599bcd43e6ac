"""What answers have in common: the envelope of a resource, lists with links, warnings (spec 1.3, 4.1, 4.4)."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from .errors import ApiError
from .operations import Call, Plane
from .source import Notes

PROVIDER = "Microsoft.CustomerInsights"
PAGE = 30
"""How many entries a list has at most (spec 4.4)."""

_MAX_HEADER = 2_000

Item = TypeVar("Item")


def hub_path(call: Call) -> str:
    """Return the id of the hub that the call is in, with what the client calls subscription and group."""
    subscription, group = call.path.get("subscription", ""), call.path.get("group", "")
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{PROVIDER}/hubs/{call.hub}"


def resource(call: Call, kind: str, name: str, properties: Mapping[str, Any], type_: str = "") -> Mapping[str, Any]:
    """Return a part of a hub as it is answered: in an envelope on the ARM plane, bare on the others.

    ``kind`` is the segment of its path, such as ``interactions``; ``type_`` is what its type is called, if different.
    """
    if call.plane is not Plane.ARM:
        return properties
    return {
        "id": f"{hub_path(call)}/{kind}/{name}",
        "name": f"{call.hub}/{name}",
        "type": f"{PROVIDER}/hubs/{type_ or kind}",
        "properties": properties,
    }


def headers_of(notes: Notes, version: int | None = None) -> dict[str, str]:
    """Return the headers that tell what a body brought up, and the version that is stored now."""
    headers = {}
    if notes.ignored:
        headers["x-ignored-properties"] = header_text(notes.ignored)
    if notes.warnings:
        headers["x-warnings"] = header_text(notes.warnings)
    if version is not None:
        headers["ETag"] = etag(version)
    return headers


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def header_text(parts: Iterable[str]) -> str:
    """Return texts of any script as the value of a header."""
    text = ", ".join(parts)
    safe = "".join(c if " " <= c <= "~" else quote(c, errors="replace") for c in text)
    return safe if len(safe) <= _MAX_HEADER else safe[: _MAX_HEADER - 3] + "..."


def page_size(call: Call) -> int:
    """Return how many entries a page has: ``$top`` lowers it."""
    text = call.param("$top")
    if text is None:
        return PAGE
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ApiError(400, "InvalidQueryOption", "$top must be a whole number, at least 0.", target="$top")
    return min(int(text), PAGE)


def place_of(call: Call) -> str:
    """Return the name behind which a list goes on, in lower case; empty where it begins."""
    token = call.param("$skiptoken")
    if token is None:
        return ""
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        place = msgspec.json.decode(text, type=tuple[str, str])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        place = ("", "")
    if place[0] != call.operation.name:
        raise ApiError(400, "InvalidSkipToken", "$skiptoken is none that this list has given.", target="$skiptoken")
    return place[1]


def listed(call: Call, items: Sequence[Item], name_of: Callable[[Item], str]) -> tuple[Sequence[Item], str | None]:
    """Return the page of a list that is in order of its lower-case names, and the address of the next one."""
    after, size = place_of(call), page_size(call)
    rest = [item for item in items if name_of(item).lower() > after]
    page = rest[:size]
    return page, next_link(call, name_of(page[-1])) if page and len(rest) > size else None


def list_body(values: Sequence[Any], link: str | None) -> dict[str, Any]:
    """Return the body of a list."""
    body: dict[str, Any] = {"value": values}
    if link is not None:
        body["nextLink"] = link
    return body


def next_link(call: Call, last: str) -> str:
    """Return the address at which a list goes on behind a name."""
    token = base64.urlsafe_b64encode(msgspec.json.encode((call.operation.name, last.lower()))).decode().rstrip("=")
    query = {"api-version": call.api_version}
    query |= {name: value for name, value in call.query.items() if name not in ("api-version", "$skiptoken")}
    return f"{address(call)}?{urlencode(query | {'$skiptoken': token}, safe='$')}"


def address(call: Call) -> str:
    """Return the absolute address of the request, without its query."""
    return call.base + quote(call.request.path, safe="/:@!$&'()*+,;=~")


def created_status(call: Call, created: bool) -> int:
    """Return the status of a PUT: 201 for something new only where the operation has it (spec 4.2, 5)."""
    return 201 if created and 201 in call.operation.success(call.plane) else 200
