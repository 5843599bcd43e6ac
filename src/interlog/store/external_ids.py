"""By which ids other systems know interactions, persons and organizations.

The name of a system counts without regard to its case; the ids count as they are.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select

from ..model.parties import Party
from .database import Database
from .schema import external_id, party_external_id
from .statements import Query, Unit, member_of, parameter

_Interactions, _Parties = external_id.c, party_external_id.c

OF_INTERACTIONS = Query(
    select(_Interactions.system, _Interactions.external_id, _Interactions.number).where(
        _Interactions.tenant_id == parameter("tenant"),
        member_of(_Interactions.system, "systems", text=True),
        member_of(_Interactions.external_id, "ids", text=True),
    )
)
OF_PARTIES = Query(
    select(_Parties.system, _Parties.external_id, _Parties.party_id).where(
        _Parties.tenant_id == parameter("tenant"),
        _Parties.party_kind == parameter("kind"),
        member_of(_Parties.system, "systems", text=True),
        member_of(_Parties.external_id, "ids", text=True),
    )
)
BY_PARTIES = Query(
    select(_Parties.party_id, _Parties.system, _Parties.external_id).where(
        _Parties.tenant_id == parameter("tenant"),
        _Parties.party_kind == parameter("kind"),
        member_of(_Parties.party_id, "parties"),
    )
)
RELEASE = Query(
    delete(party_external_id).where(
        _Parties.tenant_id == parameter("tenant"),
        _Parties.party_kind == parameter("kind"),
        _Parties.party_id == parameter("party"),
    )
)

Pair = tuple[str, str]
"""A system, in lower case, and an id in it."""


async def interactions(database: Database, tenant: int, pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Return the numbers of the interactions that have the ids, whether they are deleted or not."""
    rows = await database.fetch(OF_INTERACTIONS, tenant=tenant, **_asked(database, pairs))
    wanted = set(pairs)
    return {(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in wanted}


async def parties(database: Database, tenant: int, kind: Party, pairs: Sequence[Pair]) -> dict[Pair, int]:
    """Return the ids of the persons, or of the organizations, that have the ids."""
    if not pairs:
        return {}
    rows = await database.fetch(OF_PARTIES, tenant=tenant, kind=kind.value, **_asked(database, pairs))
    wanted = set(pairs)
    return {(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in wanted}


async def by_parties(database: Database, tenant: int, kind: Party, ids: Iterable[int]) -> dict[int, list[Pair]]:
    """Return the ids by which each of some persons or organizations is known elsewhere."""
    rows = await database.fetch(BY_PARTIES, tenant=tenant, kind=kind.value, parties=database.array(ids))
    found: dict[int, list[Pair]] = {}
    for party, system, id_ in rows:
        found.setdefault(party, []).append((system, id_))
    return {party: sorted(pairs) for party, pairs in found.items()}


def insert(unit: Unit, tenant: int, kind: Party, pairs: Mapping[Pair, int]) -> None:
    """Add to a unit that parties are known by these ids."""
    unit.insert(party_external_id, [(tenant, kind.value, *pair, party) for pair, party in pairs.items()])


def release(unit: Unit, tenant: int, kind: Party, party: int) -> None:
    """Add to a unit that a party is known elsewhere no longer."""
    unit.change(RELEASE, {"tenant": tenant, "kind": kind.value, "party": party}, expect=None)


def _asked(database: Database, pairs: Sequence[Pair]) -> dict[str, object]:
    return {
        "systems": database.array({system for system, _ in pairs}),
        "ids": database.array({id_ for _, id_ in pairs}),
    }
