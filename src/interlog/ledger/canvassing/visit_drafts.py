"""A visit before it is stored: whether what it refers to is there, and what the server adds to it (§3.3, §3.4)."""

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from ...model.canvassing.resources import Ref, Resource, derived_id
from ...model.canvassing.said import Said, said_in
from ...model.canvassing.visits import MEMBERS, NOT_UNDER_WAY, OFF_FLOW, Visit
from ...model.errors import Problem
from ...model.tenancy import Actor, Tenant
from .surveys import Book

_EARTH_MILES = 3958.7613
_REFERRED = (("campaigns", "campaign", "/data/campaignId"), ("contacts", "contact", "/data/contactId"),
             ("surveys", "survey", "/data/survey/surveyId"))  # fmt: skip
_MEMBERS = {field: attribute for attribute, field in MEMBERS.items()}
_OF_CONTACT = ("listId", "householdId", "contactHouseholdId")

Found = Mapping[Ref, Resource]
"""What was found of what visits refer to, also what is deleted or hidden."""


class VisitDraft(Struct, frozen=True, kw_only=True):
    """A visit to be recorded. ``undecided``: nobody said whether the contact was available, but perhaps the answers do.

    ``group``: the security group that was asked for; None is the campaign's. ``created_at``: when it was recorded, if
    that was elsewhere. ``corrects``: a stored visit of the same contact, whose list and household it keeps. ``said``:
    what its answers say, once they were read. ``request_id``: the request by which it came.
    """

    visit: Visit
    id: str | None = None
    undecided: bool = False
    group: int | None = None
    created_at: int | None = None
    corrects: bool = False
    said: Said | None = None
    request_id: str | None = None


class Rules(Struct, frozen=True):
    """What whoever runs the server decides: whether what is referred to may come later, and whether the same visit
    under another id is taken for a repetition."""

    placeholders: bool = True
    same_moment_is_same: bool = False


def refs_of(visit: Visit) -> list[Ref]:
    """Return what a visit refers to, as far as it is looked up."""
    found = [("campaigns", visit.campaign), ("contacts", visit.contact), ("surveys", visit.survey)]
    return [*found, ("statuses", visit.status)] if visit.status is not None else found


def problems_of(
    actor: Actor, visit: Visit, found: Found, *, placeholders: bool = False, before: Visit | None = None
) -> list[Problem]:
    """Return the references to what is not there; what was deleted or is hidden counts as not there.

    With ``placeholders``, what nobody knows yet is no problem. What a visit referred to ``before`` is none either.
    """
    problems = []
    for kind, member, path in _REFERRED:
        id_ = getattr(visit, member)
        item = found.get((kind, id_))
        if (item is None and placeholders) or (before is not None and getattr(before, member) == id_):
            continue
        if item is None or item.deleted_at is not None or not actor.sees(item.group):
            problems.append(Problem(path, f"there is no {kind.removesuffix('s')} with the id {id_}", "unknown_id"))
    if before is not None and before.status == visit.status:
        return problems
    if visit.status is not None and not placeholders and _status(visit, found) is None:
        problems.append(Problem("/data/statusId", f"there is no status with the id {visit.status}", "unknown_id"))
    return problems


class Completed(NamedTuple):
    """A visit with what the server adds, what its answers say, and what is wrong with them."""

    visit: Visit
    said: Said
    problems: list[Problem]


def completed(
    tenant: Tenant, draft: VisitDraft, found: Found, book: Book | None, *, by: str | None = None
) -> Completed:
    """Complete a visit. ``by``: who records it, unless it says who did."""
    visit, filled = draft.visit, draft.visit.beside.filled
    said = said_in(visit.responses, book.at(visit.at) if book is not None else None)
    problems = []
    if book is not None and not said.fits:
        problems = book.problems(visit.responses, visit.at, "/data/survey/responses")
    if draft.undecided:
        if said.available is None:
            problems.append(Problem("/data/unavailable", "is required", "missing"))
        visit, filled = replace(visit, unavailable=said.available is False), (*filled, "unavailable")
    if problems:
        return Completed(visit, said, problems)
    added: dict[str, Any] = {}
    if visit.successful is None and said.successful is not None:
        added["successful"] = said.successful
    if visit.reason is None and visit.unavailable and said.reason is not None and len(said.reason) <= MAX_REASON:
        added["unavailableReason"] = said.reason
    contact = found.get(("contacts", visit.contact))
    if contact is not None and not contact.placeholder:
        added |= _distance(visit, contact)
        if not draft.corrects:
            if visit.list_id is not None:
                visit = replace(visit, list_id=None)
            added |= _of_contact(tenant, visit, contact)
    status = _status(visit, found)
    beside = replace(
        visit.beside,
        creator=visit.beside.creator or by,
        filled=tuple(dict.fromkeys((*filled, *added))),
        flags=_odd(draft, found, said),
        chosen=visit.beside.chosen if status is None else (status.id, status.data["contactState"]),
    )
    new = {_MEMBERS[name]: value for name, value in added.items()}
    return Completed(replace(visit, beside=beside, **new), said, [])


def _odd(draft: VisitDraft, found: Found, said: Said) -> tuple[str, ...]:
    visit = draft.visit
    campaign = found.get(("campaigns", visit.campaign))
    if draft.corrects:  # what counts is how it was when the visit came
        is_under_way = NOT_UNDER_WAY not in visit.beside.flags
    else:
        is_under_way = campaign is None or campaign.data.get("status") not in ("pending", "complete")
    return (() if said.follows else (OFF_FLOW,)) + (() if is_under_way else (NOT_UNDER_WAY,))


MAX_REASON = 256
"""Characters of a reason."""


def _distance(visit: Visit, contact: Resource) -> dict[str, Any]:
    position = _position(contact)
    if visit.distance is not None or visit.lat is None or visit.lng is None or position is None:
        return {}
    return {"distance": round(miles(visit.lat, visit.lng, *position), 4)}


def _of_contact(tenant: Tenant, visit: Visit, contact: Resource) -> dict[str, Any]:
    added: dict[str, Any] = {}
    if "listId" in contact.data:
        added["listId"] = contact.data["listId"]
    household = visit.household or contact.data.get("primaryHouseholdId")
    if household is not None and visit.household is None:
        added["householdId"] = household
    if household is not None and visit.contact_household is None:
        added["contactHouseholdId"] = derived_id(tenant, "contact-household", contact.id, household)
    return added


def _position(contact: Resource) -> tuple[float, float] | None:
    position = contact.data.get("profile", {}).get("address", {}).get("position")
    if not position:
        return None
    lng, lat = position["coordinates"][:2]
    return lat, lng


def miles(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Return the great-circle distance of two places in statute miles."""
    north, south = radians(lat), radians(other_lat)
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(radians(other_lng - lng) / 2) ** 2
    return 2 * _EARTH_MILES * asin(min(1.0, sqrt(half)))


def _status(visit: Visit, found: Found) -> Resource | None:
    item = found.get(("statuses", visit.status)) if visit.status is not None else None
    return item if item is not None and item.deleted_at is None and not item.placeholder else None


def correction(old: Visit, new: Visit) -> VisitDraft:
    """Return the draft of a visit that somebody changes: what the server had added, and he left, follows anew.

    What was taken over from the contact stays as it was, unless it is about another contact now.
    """
    filled, moved = old.beside.filled, new.contact != old.contact
    again = [
        name
        for name in filled
        if (name in _OF_CONTACT and moved)
        or (
            name in ("successful", "distance", "unavailableReason")
            and getattr(new, _MEMBERS[name]) == getattr(old, _MEMBERS[name])
        )
    ]
    kept = tuple(name for name in filled if name in _OF_CONTACT and not moved)
    beside = replace(new.beside, filled=kept, chosen=())
    visit = replace(new, beside=beside, **{_MEMBERS[name]: None for name in again})
    undecided = "unavailable" in filled and new.unavailable == old.unavailable
    return VisitDraft(visit=visit, undecided=undecided, corrects=not moved)
