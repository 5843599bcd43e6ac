"""Visits: interactions of the built-in type for them, with canvassing's own data in typed form (§3.1)."""

from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from ..interactions import Content, Participant
from ..types import CANVASS_VISIT, Role
from .resources import NOTHING
from .said import Said

TYPE = CANVASS_VISIT.name
TYPE_ID = CANVASS_VISIT.id
_TITLE = "Canvass visit"
_LONGEST_NAME = 900
_LONGEST_TEXT = 100_000
PROTOCOL = "polis"
"""The name under which what has no field is kept in ``Content.extras``."""

OFF_FLOW, NOT_UNDER_WAY = "flow", "campaign"
_ODD = {
    OFF_FLOW: "(The answers do not follow the way through the survey.)",
    NOT_UNDER_WAY: "(The campaign was not under way when this was sent.)",
}
"""What is said of a visit that was accepted, and yet is odd."""


class Beside(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is kept of a visit that is no fact about it, and comes back as it came.

    ``customer`` and ``group``: ids sent by a client where any are taken. ``creator``, ``modifier``, ``modified_at``:
    who recorded and last changed it, uuids of persons, the latter and the time only of what was imported. ``filled``:
    names of members that the server worked out. ``members``: unknown ones. ``chosen``: the status that was chosen, and
    the state that it stood for then. ``flags``: what is odd about it, though it was accepted.
    """

    customer: str | None = None
    group: str | None = None
    creator: str | None = None
    modifier: str | None = None
    modified_at: int | None = None
    filled: tuple[str, ...] = ()
    members: dict[str, Any] = NOTHING
    chosen: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


class Visit(Struct, frozen=True, kw_only=True, gc=False):
    """What happened at a door. Ids are uuids; ``at`` is an instant, ``distance`` counts miles.

    ``responses``: by question, ``{"questionId", "fields": {tag: answer}}``; without an answer ``fields`` is empty.
    """

    campaign: str
    contact: str
    survey: str
    at: int
    responses: dict[str, dict[str, Any]] = NOTHING
    unavailable: bool = False
    reason: str | None = None
    successful: bool | None = None
    distance: float | None = None
    lat: float | None = None
    lng: float | None = None
    confidence: float | None = None
    list_id: str | None = None
    walklist: str | None = None
    turf: str | None = None
    household: str | None = None
    contact_household: str | None = None
    status: str | None = None
    beside: Beside = Beside()


FIELDS = {
    "campaignId": "campaign",
    "contactId": "contact",
    "surveyId": "survey",
    "listId": "list_id",
    "walklistId": "walklist",
    "turfId": "turf",
    "householdId": "household",
    "contactHouseholdId": "contact_household",
    "statusId": "status",
    "distance": "distance",
    "lat": "lat",
    "lng": "lng",
    "confidence": "confidence",
    "successful": "successful",
    "unavailable": "unavailable",
    "unavailableReason": "reason",
    "responses": "responses",
}
"""Fields of the built-in type, and the members of ``Visit`` that they hold."""

MEMBERS = {attribute: field for field, attribute in FIELDS.items()}
"""From the members of ``Visit`` to the names that clients know."""

_WRITABLE = tuple(name for name in Visit.__struct_fields__ if name not in ("beside", "list_id"))


def written(visit: Visit) -> dict[str, Any]:
    """Return what a client said of a visit, without what the server worked out: two that are equal ask for the same."""
    filled = visit.beside.filled
    said = {name: getattr(visit, name) for name in _WRITABLE if MEMBERS.get(name) not in filled}
    said["at"] = visit.at // 1000  # clients see milliseconds
    return {name: value for name, value in said.items() if value is not None} | {"members": visit.beside.members}


def visit_of(content: Content) -> Visit | None:
    """Return the visit of an interaction's content; None where it lacks what a visit must have."""
    fields = content.fields
    campaign, contact, survey = fields.get("campaignId"), fields.get("contactId"), fields.get("surveyId")
    if campaign is None or contact is None:
        return None
    kept = content.extras.get(PROTOCOL)
    return Visit(
        campaign=campaign,
        contact=contact,
        survey=survey or "",
        at=content.occurred_at,
        responses=_responses(fields.get("responses")),
        unavailable=fields.get("unavailable", False),
        reason=fields.get("unavailableReason"),
        successful=fields.get("successful"),
        distance=fields.get("distance"),
        lat=fields.get("lat"),
        lng=fields.get("lng"),
        confidence=fields.get("confidence"),
        list_id=fields.get("listId"),
        walklist=fields.get("walklistId"),
        turf=fields.get("turfId"),
        household=fields.get("householdId"),
        contact_household=fields.get("contactHouseholdId"),
        status=fields.get("statusId"),
        beside=_beside(kept) if kept else Beside(),
    )


def _responses(value: Any) -> dict[str, dict[str, Any]]:
    """Return responses in their form; what another protocol wrote that is none of them is left out."""
    if not isinstance(value, dict):
        return NOTHING
    return {
        id_: response
        for id_, response in value.items()
        if isinstance(response, dict) and isinstance(response.get("fields"), dict)
    }


def _beside(kept: dict[str, Any]) -> Beside:
    lists = {name: tuple(kept.get(name, ())) for name in ("filled", "chosen", "flags")}
    return Beside(**(kept | lists))


def fields_of(visit: Visit) -> dict[str, Any]:
    """Return the fields of a visit's interaction."""
    values = _values_of(visit)
    return {field: value for field, value in zip(FIELDS, values, strict=True) if value is not None and value != NOTHING}


_values_of = attrgetter(*FIELDS.values())


def extras_of(visit: Visit) -> dict[str, Any]:
    """Return what a visit's interaction keeps for this protocol alone."""
    kept = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(visit.beside).items()
        if value
    }
    return {PROTOCOL: kept} if kept else {}


def content_of(visit: Visit, title: str, body: str, contact: int | None, canvasser: int) -> Content:
    """Return the content of a visit's interaction. ``contact`` and ``canvasser`` are persons."""
    visited = (Participant(contact, Role.CONTACT),) if contact is not None else ()
    return Content(
        occurred_at=visit.at,
        occurred_offset=0,
        title=title,
        body=body,
        participants=(*visited, Participant(canvasser, Role.CANVASSER)),
        fields=fields_of(visit),
        extras=extras_of(visit),
    )


def title_of(campaign: str | None) -> str:
    """Return the title of a visit in the campaign of that name."""
    return f"{_TITLE} – {campaign[:_LONGEST_NAME]}" if campaign else _TITLE


def summary_of(visit: Visit, said: Said) -> str:
    """Return what was found out at the door, as one reads it: a line for each answer."""
    if visit.unavailable:
        head = f"Unavailable: {visit.reason}" if visit.reason else "Unavailable"
    else:
        head = "Available" if visit.successful is None else "Successful" if visit.successful else "Not successful"
    return "\n".join([head, *said.lines, *[_ODD[flag] for flag in visit.beside.flags]])[:_LONGEST_TEXT]
