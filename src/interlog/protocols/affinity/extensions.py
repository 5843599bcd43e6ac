"""What the vendor lacks (spec 19), behind the opt-in of spec 1.8: its parameters, its keys, and versions.

A request opts in by the header ``X-Extensions: 1`` or the parameter ``with_extensions=true``. Then some operations take
more parameters, every interaction has the keys of ``Extras``, and what is answered carries its version as ``ETag``.
The operations that only we have are always answered so.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any

import falcon
from msgspec import Raw, Struct
from msgspec.json import encode

from interlog.model.errors import Conflict, Invalid, Problem
from interlog.model.interactions import Content, Interaction, Links
from interlog.model.types import Direction
from interlog.model.validation import MAX_TITLE

from . import own_fields, translate, wire
from .operations import Call, Kind, Param, id_param
from .requests import Request

HEADER = b"x-extensions"
PARAMETER = "with_extensions"

_PARAMETER = PARAMETER.encode()
_YES = ("1", "true")

EXTERNAL = "external"
"""The system of an external id where the request names none."""

MORE_CONTENT = (
    Param(name="end_time", kind=Kind.MOMENT),
    Param(name="title", max_length=MAX_TITLE),
    Param(name="location", kind=Kind.OBJECT),
    id_param("organization_ids", model="Organization", many=True),
    id_param("opportunity_ids", model="Opportunity", many=True),
    Param(name="fields", kind=Kind.OBJECT),
)
"""What an interaction can be created and changed with, besides what the vendor's can."""

IDENTITY = (
    Param(name="external_id", max_length=400, empty=False),
    Param(name="external_system", max_length=100, empty=False),
)
"""By which id another system knows the interaction: what is stored under it already is changed."""


class Extras(Struct, gc=False):
    """The keys that an interaction has besides the vendor's; all of them, whatever its type.

    ``x_unreplied``: whether a message or e-mail that was received waits for a reply; null for everything else.
    """

    x_content: str | None
    x_title: str | None
    x_end_time: str | None
    x_location: dict[str, Any] | None
    x_organization_ids: list[int]
    x_opportunity_ids: list[int]
    x_external_ids: dict[str, str]
    x_fields: dict[str, Any]
    x_logging_type: int
    x_unreplied: bool | None
    x_version: int
    x_created_at: str


def asked_for(request: Request) -> bool:
    """Whether a request opts in."""
    if (value := request.header(HEADER)) and value.strip().lower() in _YES:
        return True
    return _PARAMETER in request.query_string and str(request.query.get(PARAMETER, "")).lower() in _YES


# What requests say


def changes_of(args: Mapping[str, Any], content: Content) -> dict[str, Any]:
    """Return the parts of a content that the parameters of ``MORE_CONTENT`` change."""
    changes: dict[str, Any] = {}
    links = content.links
    if "fields" in args:
        changes["fields"] = own_fields.merged(content.fields, args["fields"])
    if "end_time" in args:
        changes["ended_at"] = args["end_time"].instant
    if "title" in args:
        changes["title"] = args["title"] or None
    if "location" in args:
        changes["place"] = location_of(args["location"])
    if "organization_ids" in args or "opportunity_ids" in args:
        changes["links"] = Links(
            persons=links.persons,
            organizations=tuple(dict.fromkeys(args.get("organization_ids", links.organizations))),
            opportunities=tuple(dict.fromkeys(args.get("opportunity_ids", links.opportunities))),
        )
    return changes


_TEXTS = ("name", "street_address", "city", "state", "country")
_DEGREES = {"lat": 90.0, "lng": 180.0}


def location_of(value: Any) -> dict[str, Any] | None:
    """Return a place as it is stored; None for an object that says nothing. Raises ``Invalid``."""
    if not isinstance(value, dict):
        raise Invalid(Problem("location", "must be an object", "type"))
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name in _TEXTS:
        text = value.get(name)
        if text is None or text == "":
            continue
        if not isinstance(text, str) or len(text) > MAX_TITLE or not _is_storable(text):
            problems.append(Problem(f"location.{name}", f"must be a text of at most {MAX_TITLE} characters", "type"))
        else:
            found[name] = text
    for name, most in _DEGREES.items():
        number = value.get(name)
        if number is None:
            continue
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not abs(number) <= most:
            problems.append(Problem(f"location.{name}", f"must be a number from -{most:g} to {most:g}", "range"))
        elif isfinite(number):
            found[name] = number
    if problems:
        raise Invalid(*problems)
    return found or None


def _is_storable(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def external_id_of(args: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the system and the id by which it knows the interaction, if the request says so."""
    if "external_id" not in args:
        return None
    return args.get("external_system", EXTERNAL).strip().lower() or EXTERNAL, args["external_id"]


# Versions


@contextmanager
def only_if_unchanged(call: Call) -> Iterator[int | None]:
    """Give the version that ``If-Match`` demands, None for any; a conflict with it is answered with 412."""
    match = call.request.header(b"if-match").strip()
    version = None
    if match and match != "*":
        text = match.removeprefix("W/").strip('"')
        version = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
    try:
        yield version
    except Conflict as error:
        if version is None:
            raise
        raise falcon.HTTPPreconditionFailed(
            description=f"If-Match: {match} is not the version stored; read it again"
        ) from error


# What is answered


async def shown(call: Call, items: Sequence[Interaction]) -> list[Raw]:
    """Return interactions as the objects of their kinds, each with the keys of ``Extras``."""
    briefs = [item.brief for item in items]
    people = translate.people(await call.ledger.persons.of_interactions(call.actor, briefs))
    unreplied = await call.ledger.timeline.unreplied(call.actor, briefs)
    times = translate.clock(call.settings.affinity_time_zone)
    types = call.actor.tenant.types_by_id
    found = []
    for item, brief in zip(items, briefs, strict=True):
        code = translate.code_of(types[item.type_id])
        assert code is not None, "only what has a kind is read"
        is_unreplied = brief.number in unreplied if brief.direction is Direction.RECEIVED else None
        shown = translate.interaction(brief, code, people, times)
        found.append(_joined(shown, extras_of(item, times, unreplied=is_unreplied)))
    return found


def extras_of(item: Interaction, times: translate.Clock, *, unreplied: bool | None) -> Extras:
    """Return what an interaction has besides the vendor's keys."""
    content = item.content
    return Extras(
        x_content=content.body,
        x_title=content.title,
        x_end_time=times.optional(content.ended_at),
        x_location=content.place,
        x_organization_ids=list(content.links.organizations),
        x_opportunity_ids=list(content.links.opportunities),
        x_external_ids=dict(item.external_ids),
        x_fields=content.fields,
        x_logging_type=int(item.logging),
        x_unreplied=unreplied,
        x_version=item.version,
        x_created_at=times.text(item.created_at),
    )


def _joined(shown: wire.Event | wire.ChatMessage | wire.Email, extras: Extras) -> Raw:
    """Return one object with the keys of both."""
    return Raw(encode(shown)[:-1] + b"," + encode(extras)[1:])
