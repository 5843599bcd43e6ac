"""The persons and organizations on lists: rows and reads."""

from collections.abc import Iterable

from sqlalchemy import func, null, select, update

from ..model.parties import ListEntry, Party
from .database import Database, Row
from .schema import list_entry, organization, person
from .statements import Query, Unit, member_of, parameter

Columns = list_entry.c
_SHOWN = (
    Columns.id, Columns.list_id, Columns.party_kind, Columns.party_id, Columns.creator, Columns.created_at,
    Columns.version,
)  # fmt: skip
_LIVE = select(*_SHOWN).where(Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
_OF_PARTY = (
    Columns.tenant_id == parameter("tenant"),
    Columns.party_kind == parameter("party_kind"),
    Columns.party_id == parameter("party"),
)

BY_IDS = Query(_LIVE.where(member_of(Columns.id, "ids")))
PAGE = Query(
    _LIVE.where(Columns.list_id == parameter("list"), Columns.id > parameter("after"))
    .order_by(Columns.id)
    .limit(parameter("limit"))
)
OF_PARTIES = Query(_LIVE.where(Columns.party_kind == parameter("party_kind"), member_of(Columns.party_id, "parties")))
LEFT = Query(select(*_SHOWN).where(*_OF_PARTY, Columns.deleted_at == parameter("left_at")).order_by(Columns.id))
SIZES = Query(
    select(Columns.list_id, func.count())
    .where(Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
    .group_by(Columns.list_id)
)
REMOVE = Query(
    update(list_entry)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.id == parameter("entry"),
        Columns.version == parameter("read_version"),
        Columns.deleted_at.is_(None),
    )
    .values(deleted_at=parameter("at"), version=Columns.version + 1)
)
LEAVE = Query(
    update(list_entry)
    .where(*_OF_PARTY, Columns.deleted_at.is_(None))
    .values(deleted_at=parameter("at"), version=Columns.version + 1)
)
COME_BACK = Query(
    update(list_entry)
    .where(*_OF_PARTY, Columns.deleted_at == parameter("left_at"))
    .values(deleted_at=null(), version=Columns.version + 1)
)
MOVE = Query(
    update(list_entry)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.id == parameter("entry"),
        Columns.version == parameter("read_version"),
    )
    .values(party_id=parameter("new_party"), version=Columns.version + 1)
)
PERSON_STAYS = Query(
    update(person)
    .where(person.c.tenant_id == parameter("tenant"), person.c.id == parameter("party"), person.c.deleted_at.is_(None))
    .values(version=person.c.version)
)
ORGANIZATION_STAYS = Query(
    update(organization)
    .where(
        organization.c.tenant_id == parameter("tenant"),
        organization.c.id == parameter("party"),
        organization.c.deleted_at.is_(None),
    )
    .values(version=organization.c.version)
)
"""What is put on a list must be there when it is: whoever deletes it at the same time comes before, or after."""

_STAYS = {Party.PERSON: PERSON_STAYS, Party.ORGANIZATION: ORGANIZATION_STAYS}


async def page(database: Database, tenant: int, list_id: int, *, after: int, limit: int) -> list[ListEntry]:
    """Return entries of a list in order of ids, those behind ``after``."""
    rows = await database.fetch(PAGE, tenant=tenant, list=list_id, after=after, limit=limit)
    return [entry_of(row) for row in rows]


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, ListEntry]:
    """Return entries by their ids, without those that were removed."""
    rows = await database.fetch(BY_IDS, tenant=tenant, ids=database.array(ids))
    return {row[0]: entry_of(row) for row in rows}


async def of_parties(database: Database, tenant: int, kind: Party, ids: Iterable[int]) -> list[ListEntry]:
    """Return the entries of some persons or organizations, in order of ids."""
    rows = await database.fetch(OF_PARTIES, tenant=tenant, party_kind=int(kind), parties=database.array(ids))
    return sorted(map(entry_of, rows), key=lambda entry: entry.id)


async def left(database: Database, tenant: int, kind: Party, id_: int, at: int) -> list[ListEntry]:
    """Return the entries that a party lost when it was deleted."""
    rows = await database.fetch(LEFT, tenant=tenant, party_kind=int(kind), party=id_, left_at=at)
    return [entry_of(row) for row in rows]


async def sizes(database: Database, tenant: int) -> dict[int, int]:
    """Return how many persons or organizations stand on each list."""
    return {row[0]: row[1] for row in await database.fetch_long(SIZES, tenant=tenant)}


def insert(unit: Unit, tenant: int, entries: Iterable[ListEntry]) -> None:
    """Add the rows of new entries to a unit, which fails where a party is not there any more."""
    rows = []
    for item in entries:
        unit.change(_STAYS[item.kind], {"tenant": tenant, "party": item.party})
        rows.append(
            (
                tenant, item.id, item.list_id, int(item.kind), item.party, item.creator, item.version,
                item.created_at, None,
            )
        )  # fmt: skip
    unit.insert(list_entry, rows)


def remove(unit: Unit, tenant: int, item: ListEntry, at: int) -> None:
    """Add to a unit that an entry is removed, guarded by the version that was read."""
    unit.change(REMOVE, {"tenant": tenant, "entry": item.id, "read_version": item.version, "at": at})


def move(unit: Unit, tenant: int, item: ListEntry, party: int) -> None:
    """Add to a unit that an entry is another party's, guarded by the version that was read."""
    unit.change(MOVE, {"tenant": tenant, "entry": item.id, "read_version": item.version, "new_party": party})


def leave(unit: Unit, tenant: int, kind: Party, id_: int, at: int) -> None:
    """Add to a unit that a party stands on no list."""
    unit.change(LEAVE, {"tenant": tenant, "party_kind": int(kind), "party": id_, "at": at}, expect=None)


def come_back(unit: Unit, tenant: int, kind: Party, id_: int, left_at: int) -> None:
    """Add to a unit that a party stands where it did until it was deleted."""
    unit.change(COME_BACK, {"tenant": tenant, "party_kind": int(kind), "party": id_, "left_at": left_at}, expect=None)


def entry_of(row: Row) -> ListEntry:
    """Return the entry of a row of ``_SHOWN``."""
    id_, list_id, kind, party, creator, created_at, version = row
    return ListEntry(
        id=id_,
        list_id=list_id,
        kind=Party(kind),
        party=party,
        creator=creator,
        created_at=created_at,
        version=version,
    )
