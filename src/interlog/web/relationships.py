"""Relationships: who of us knows somebody, how well, and what that comes from."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..ledger.relationships import Bond, Moments, Share
from ..model.errors import NotFound
from ..model.instants import DAY
from ..model.parties import Person, PersonKind
from ..model.strength import HALF_LIFE, WEIGHTS
from ..model.types import Category, InteractionType
from .timeline import icon_of
from .view import Page, View

MOST_PERSONS = 50
"""Persons of an organization or an opportunity whose relationships are looked at."""

_SHOWN = 8
_SHOWN_SHARES = 100

DATES = (
    ("last_interaction", "Last contact"),
    ("next_event", "Next meeting"),
    ("last_event", "Last meeting or call"),
    ("last_email", "Last e-mail"),
    ("last_chat_message", "Last chat message"),
    ("first_event", "First meeting or call"),
    ("first_email", "First e-mail"),
)
"""The dates that a page tells, and their names."""

_WITH_WHOM = ("last_interaction", "next_event")


class Reason(NamedTuple):
    """An interaction that counts: its type and icon, what its category counts when it is new, and what it counts."""

    share: Share
    type: InteractionType
    icon: str
    title: str
    weight: float


class Known(NamedTuple):
    """How well one of us knows somebody, and what counts most."""

    bond: Bond
    first: Reason


class Date(NamedTuple):
    """A date of interactions, and who of us was there."""

    label: str
    at: int
    persons: Sequence[Person]


async def who_knows(view: View, persons: Sequence[int]) -> list[Known]:
    """Return who of us knows some outside persons best, each once: with the one that he knows best."""
    bonds = await view.ledger.relationships.bonds(view.actor, persons[:MOST_PERSONS]) if persons else {}
    best: dict[int, Bond] = {}
    for some in bonds.values():
        for internal, bond in some.items():
            if internal not in best or bond.strength > best[internal].strength:
                best[internal] = bond
    ranked = sorted(best.items(), key=lambda item: (-item[1].strength, item[0]))[:_SHOWN]
    return [Known(bond, _reason(view, bond.shares[0])) for _, bond in ranked]


def formula(view: View) -> dict[str, str]:
    """Return the numbers of the formula, for a template that tells it in words."""
    number, days = view.texts.number, HALF_LIFE // DAY
    return {
        "most": number(WEIGHTS[Category.MEETING]),
        "call": number(WEIGHTS[Category.CALL]),
        "least": number(WEIGHTS[Category.EMAIL]),
        "days": number(days),
        "twice": number(2 * days),
    }


async def dates(view: View, moments: Moments | None) -> list[Date]:
    """Return the dates of somebody's interactions that there are, in the order of the page."""
    if moments is None:
        return []
    there = [(name, label, moment) for name, label in DATES if (moment := moments[name]) is not None]
    ids = {id_ for name, _, moment in there if name in _WITH_WHOM for id_ in moment.internal}
    known = await view.ledger.persons.get_many(view.actor, ids) if ids else {}
    return [
        Date(label, moment.at, [known[id_] for id_ in moment.internal if id_ in known and name in _WITH_WHOM])
        for name, label, moment in there
    ]


async def show(view: View, number: str, other: str) -> Page:
    """``GET /persons/{number}/relationships/{other}``: how well one of us knows a person, and what that comes from."""
    outside, inside = view.number(number), view.number(other)
    persons = await view.ledger.persons.get_many(view.actor, [outside, inside])
    if {outside, inside} - persons.keys() or persons[inside].kind is not PersonKind.INTERNAL:
        raise NotFound("page", number)
    bonds: Mapping[int, Bond] = (await view.ledger.relationships.bonds(view.actor, [outside])).get(outside, {})
    bond = bonds.get(inside) or Bond(persons[outside], persons[inside], 0.0, 0.0, ())
    rest = bond.shares[_SHOWN_SHARES:]
    values = {
        "person": bond.outside,
        "internal": bond.internal,
        "bond": bond,
        "reasons": [_reason(view, share) for share in bond.shares[:_SHOWN_SHARES]],
        "rest": len(rest),
        "rest_points": sum(share.points for share in rest),
        "formula": formula(view),
    }
    return Page("relationship.html", values)


def _reason(view: View, share: Share) -> Reason:
    type_ = view.actor.tenant.types_by_id[share.item.type_id]
    title = share.item.title or view.texts.type_name(type_)
    return Reason(share, type_, icon_of(type_), title, WEIGHTS.get(Category(type_.category), 0.0))
