"""Reading a request that records a visit in one step, as most of them come: right.

What does not pass here is read by its shape (``visits.py``), which tells everything that is wrong with it.
"""

import re
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct

from interlog.model.canvassing.resources import NOTHING
from interlog.model.canvassing.visits import Visit
from interlog.model.instants import parse_moment

_Uuid = Annotated[str, Meta(min_length=36, max_length=36)]
_UUIDS = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})*")
"""All ids of a visit in a row: to look at each by itself takes several times as long."""

_Moment = Annotated[str, Meta(min_length=len("2026-01-01T"))]
_Positive = Annotated[float, Meta(ge=0, le=2.0**53)]
_MAX_TEXT = 256
_MOST = 2**53


_Text = Annotated[str, Meta(max_length=_MAX_TEXT)]
_Answer = (
    _Text
    | bool
    | Annotated[int, Meta(ge=-_MOST, le=_MOST)]
    | Annotated[float, Meta(ge=-float(_MOST), le=float(_MOST))]
    | Annotated[list[_Text], Meta(max_length=_MAX_TEXT)]
)


class _Response(Struct, forbid_unknown_fields=True, gc=False):
    questionId: str
    fields: Annotated[dict[str, _Answer], Meta(max_length=1)] = {}


class _Survey(Struct, forbid_unknown_fields=True, gc=False):
    surveyId: _Uuid
    responses: dict[_Uuid, _Response] = {}


class _Location(Struct, forbid_unknown_fields=True, gc=False):
    lat: Annotated[float, Meta(ge=-90, le=90)]
    lng: Annotated[float, Meta(ge=-180, le=180)]
    confidence: _Positive | None = None


class _Data(Struct, forbid_unknown_fields=True, gc=False):
    campaignId: _Uuid
    contactId: _Uuid
    timestamp: _Moment
    survey: _Survey
    unavailable: bool
    listId: _Uuid | None = None
    successful: bool | None = None
    unavailableReason: Annotated[str, Meta(max_length=256)] | None = None
    distance: _Positive | None = None
    location: _Location | None = None
    walklistId: _Uuid | None = None


class _Body(Struct, forbid_unknown_fields=True, gc=False):
    data: _Data
    id: _Uuid | None = None
    customerId: _Uuid | None = None
    securityGroupId: _Uuid | None = None


_decode = msgspec.json.Decoder(_Body).decode


class Quick(NamedTuple):
    """A request's visit, and what stood beside it."""

    visit: Visit
    id: str | None
    customer: str | None
    group: str | None


def quick_body(content: bytes) -> Quick | None:
    """Return what a body says in which nothing can be wrong but what it refers to; None where that is not certain."""
    if b"\\u0000" in content:  # no database takes it
        return None
    try:
        body = _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    visit = _visit_of(body.data, body.id, body.customerId, body.securityGroupId)
    return None if visit is None else Quick(visit, body.id, body.customerId, body.securityGroupId)


def quick_visit(data: dict[str, Any]) -> Visit | None:
    """Return the visit of data in which nothing can be wrong but what it refers to; None where that is not certain."""
    try:
        found = msgspec.convert(data, _Data)
    except msgspec.ValidationError:
        return None
    return _visit_of(found)


def _visit_of(found: _Data, *beside: str | None) -> Visit | None:
    given = found.survey.responses
    if [response.questionId for response in given.values()] != [*given]:
        return None
    responses = {id_: {"fields": response.fields, "questionId": id_} for id_, response in given.items()}
    ids = (found.campaignId, found.contactId, found.survey.surveyId, found.listId, found.walklistId, *beside)
    if not _UUIDS.fullmatch("".join([*responses, *[id_ for id_ in ids if id_ is not None]])):
        return None
    moment = parse_moment(found.timestamp)
    if moment is None or moment.instant % 1_000:
        return None
    location = found.location
    return Visit(
        campaign=found.campaignId,
        contact=found.contactId,
        survey=found.survey.surveyId,
        at=moment.instant,
        responses=responses or NOTHING,
        unavailable=found.unavailable,
        reason=found.unavailableReason,
        successful=found.successful,
        distance=found.distance,
        lat=location.lat if location is not None else None,
        lng=location.lng if location is not None else None,
        confidence=location.confidence if location is not None else None,
        list_id=found.listId,
        walklist=found.walklistId,
    )
