"""Relationships: what a person's interactions tell of when, how often and with whom of us they are in touch."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from ..model.errors import Invalid, Problem, unknown_id
from ..model.instants import now
from ..model.interactions import Brief
from ..model.parties import Person, PersonKind
from ..model.strength import HALF_LIFE, points_of, strength_of
from ..model.tenancy import Actor, Right
from ..store import interactions as interaction_rows
from ..store import moments as moment_rows
from ..store.store import Store
from .known_types import know
from .persons import Persons, kinds_of


class Moment(NamedTuple):
    """When something happened, which of our own people took part, and what it was."""

    at: int
    internal: tuple[int, ...]
    item: Brief


class Share(NamedTuple):
    """An interaction that one of us shared with an outside person, and the points that it counts."""

    item: Brief
    points: float


class Bond(NamedTuple):
    """A relationship of somebody outside with one of us: its strength (0 to 1), all points, and what they come from,
    what counts most first."""

    outside: Person
    internal: Person
    strength: float
    points: float
    shares: Sequence[Share]


Moments = Mapping[str, Moment | None]
"""By the names of ``store.moments.Moments``: first_email, last_email, … last_interaction."""


MOMENT_NAMES = moment_rows.Moments._fields


def outermost(found: Sequence[Moments]) -> Moments:
    """Return the moments of several as those of one: the latest of each, or of first and next ones the earliest."""
    return {
        name: (max if name.startswith("last") else min)(
            (moment for moments in found if (moment := moments[name]) is not None),
            key=lambda moment: moment.at,
            default=None,
        )
        for name in MOMENT_NAMES
    }


class Relationships:
    """Use cases around what interactions tell of persons."""

    def __init__(self, store: Store, persons: Persons) -> None:
        self._database = store.database
        self._persons = persons

    async def moments(self, actor: Actor, persons: Sequence[int], *, internal: bool = False) -> dict[int, Moments]:
        """Return when each person's first and last interactions were; with ``internal`` also with whom of us."""
        actor.require(Right.READ)
        tenant = actor.tenant
        numbers = await moment_rows.moments(self._database, tenant.id, persons, kinds_of(tenant), actor.groups, now())
        wanted = {number for found in numbers.values() for number in found if number is not None}
        items = await interaction_rows.by_numbers(self._database, tenant.id, wanted) if wanted else {}
        ours: set[int] = set()
        if internal:
            present = {p.person for item in items.values() for p in item.participants if p.person is not None}
            known = await self._persons.get_many(actor, present)
            ours = {person.id for person in known.values() if person.kind is PersonKind.INTERNAL}

        def moment(number: int | None) -> Moment | None:
            if number is None:
                return None
            item = items[number].brief
            present = (p.person for p in item.participants if p.person in ours)
            return Moment(item.occurred_at, tuple(dict.fromkeys(id_ for id_ in present if id_ is not None)), item)

        return {
            person: {name: moment(number) for name, number in found._asdict().items()}
            for person, found in numbers.items()
        }

    async def strengths(self, actor: Actor, external_id: int, internal_id: int | None = None) -> dict[int, float]:
        """Return the strength of an outside person's relationship with each of us (or one), where there is any."""
        actor.require(Right.READ)
        problems = []
        found = await self._persons.get_many(actor, [external_id] + ([internal_id] if internal_id is not None else []))
        if external_id not in found:
            problems.append(unknown_id("external_id", external_id, "Person"))
        elif found[external_id].kind is PersonKind.INTERNAL:
            problems.append(Problem("external_id", "must be an external person"))
        if internal_id is not None and internal_id not in found:
            problems.append(unknown_id("internal_id", internal_id, "Person"))
        elif internal_id is not None and found[internal_id].kind is not PersonKind.INTERNAL:
            problems.append(Problem("internal_id", "must be an internal person"))
        if problems:
            raise Invalid(*problems)
        bonds = (await self.bonds(actor, [external_id])).get(external_id, {})
        return {id_: bond.strength for id_, bond in bonds.items() if internal_id in (None, id_)}

    async def bonds(self, actor: Actor, externals: Sequence[int]) -> dict[int, dict[int, Bond]]:
        """Return what some outside persons' relationships with each of us are made of, where there are any.

        By the id of the outside person and that of the internal one; those who are internal themselves are left out.
        """
        actor.require(Right.READ)
        at = now()
        start = at - 60 * HALF_LIFE  # what is older weighs less than a float can tell
        shared = await moment_rows.shared_with(self._database, actor.tenant.id, externals, actor.groups, start, at)
        await know(self._database, actor, {item.type_id for item in shared})
        present = {part.person for item in shared for part in item.participants if part.person is not None}
        known = await self._persons.get_many(actor, present | set(externals))
        ours = {id_ for id_, person in known.items() if person.kind is PersonKind.INTERNAL}
        outside = {id_ for id_ in externals if id_ in known} - ours
        found: dict[int, dict[int, list[Share]]] = {}
        for item in shared:
            points = points_of(actor.tenant.types_by_id[item.type_id].category, item.occurred_at, at)
            if points > 0:
                persons = {part.person for part in item.participants if part.person is not None}
                for external, internal in product(persons & outside, persons & ours):
                    found.setdefault(external, {}).setdefault(internal, []).append(Share(item, points))
        return {
            external: {internal: _bond(known[external], known[internal], shares) for internal, shares in some.items()}
            for external, some in found.items()
        }


def _bond(outside: Person, internal: Person, shares: list[Share]) -> Bond:
    points = sum(share.points for share in shares)
    return Bond(outside, internal, strength_of(points), points, sorted(shares, key=lambda share: -share.points))
