"""Opportunities and the lists they are on."""

from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec
from sqlalchemy import delete, func, select

from ..model.parties import Opportunity, Party, PartyList, Permission
from .database import Database, Row
from .parties import by_ids_query, containing, deleted_query, in_order, live, page_rows
from .rows import array_text, update_of
from .schema import opportunity, opportunity_party, party_list
from .statements import Query, Unit, member_of, parameter

Columns = opportunity.c
_SHOWN = (
    Columns.id, Columns.name, Columns.list_id, Columns.entry_id, Columns.person_ids, Columns.organization_ids,
    Columns.creator, Columns.uuid, Columns.version, Columns.created_at, Columns.modified_at,
)  # fmt: skip

_ids = msgspec.json.Decoder(tuple[int, ...])
_permissions = msgspec.json.Decoder(tuple[Permission, ...])

LIVE_BY_IDS = by_ids_query(opportunity, _SHOWN)
DELETED = deleted_query(opportunity, _SHOWN)
PAGE = in_order(live(opportunity, _SHOWN), opportunity)
SEARCH = in_order(containing(live(opportunity, _SHOWN), opportunity), opportunity)
ON_LIST = in_order(live(opportunity, _SHOWN).where(Columns.list_id == parameter("list")), opportunity)
BY_ENTRY = Query(live(opportunity, _SHOWN).where(Columns.entry_id == parameter("entry")))
OF_PARTIES = Query(
    select(opportunity_party.c.party_id, opportunity_party.c.opportunity_id)
    .where(
        opportunity_party.c.tenant_id == parameter("tenant"),
        opportunity_party.c.party_kind == parameter("party_kind"),
        member_of(opportunity_party.c.party_id, "parties"),
    )
    .order_by(opportunity_party.c.party_id, opportunity_party.c.opportunity_id)
)
UPDATE = update_of(
    opportunity,
    ("tenant_id", "id"),
    "name", "search", "person_ids", "organization_ids", "version", "modified_at", "deleted_at",
)  # fmt: skip
UNLINK = Query(
    delete(opportunity_party).where(
        opportunity_party.c.tenant_id == parameter("tenant"),
        opportunity_party.c.party_kind == parameter("party_kind"),
        opportunity_party.c.party_id == parameter("party_id"),
        opportunity_party.c.opportunity_id == parameter("opportunity"),
    )
)
LISTS = Query(
    select(*party_list.c)
    .where(party_list.c.tenant_id == parameter("tenant"), party_list.c.deleted_at.is_(None))
    .order_by(party_list.c.id)
)
LIST_SIZES = Query(
    select(Columns.list_id, func.count())
    .where(Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
    .group_by(Columns.list_id)
)


async def page(
    database: Database, tenant: int, *, after: int, limit: int, term: str | None = None
) -> list[Opportunity]:
    """Return opportunities in order of ids, those behind ``after``."""
    rows = await page_rows(database, PAGE, SEARCH, tenant, after=after, limit=limit, term=term)
    return [opportunity_of(row) for row in rows]


async def on_list(database: Database, tenant: int, list_id: int, *, after: int, limit: int) -> list[Opportunity]:
    """Return the opportunities of a list in order of ids."""
    rows = await database.fetch(ON_LIST, tenant=tenant, list=list_id, after=after, limit=limit)
    return [opportunity_of(row) for row in rows]


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Opportunity]:
    """Return opportunities by their ids, without deleted ones."""
    rows = await database.fetch(LIVE_BY_IDS, tenant=tenant, ids=database.array(ids))
    return {row[0]: opportunity_of(row) for row in rows}


async def of_parties(database: Database, tenant: int, kind: Party, ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the ids of the opportunities of each of some persons, or of some organizations."""
    rows = await database.fetch(OF_PARTIES, tenant=tenant, party_kind=int(kind), parties=database.array(ids))
    found: dict[int, list[int]] = {}
    for party, opportunity_id in rows:
        found.setdefault(party, []).append(opportunity_id)
    return found


async def lists(database: Database, tenant: int) -> list[PartyList]:
    """Return the tenant's lists: few enough to need no pages."""
    return [list_of(row) for row in await database.fetch(LISTS, tenant=tenant)]


async def list_sizes(database: Database, tenant: int) -> dict[int, int]:
    """Return how many opportunities each list holds."""
    return {row[0]: row[1] for row in await database.fetch_long(LIST_SIZES, tenant=tenant)}


async def deleted(database: Database, tenant: int, id_: int) -> Opportunity | None:
    """Return an opportunity that is deleted; None where there is none."""
    rows = await database.fetch(DELETED, tenant=tenant, id=id_)
    return opportunity_of(rows[0]) if rows else None


async def by_entry(database: Database, tenant: int, entry_id: int) -> Opportunity | None:
    """Return the opportunity that an entry stands for; None where there is none."""
    rows = await database.fetch(BY_ENTRY, tenant=tenant, entry=entry_id)
    return opportunity_of(rows[0]) if rows else None


def insert(unit: Unit, tenant: int, item: Opportunity) -> None:
    """Add the rows of a new opportunity to a unit."""
    unit.insert(
        opportunity,
        [
            (
                tenant, item.id, item.uuid, item.name, item.name.casefold(), item.list_id, item.entry_id,
                array_text(item.person_ids), array_text(item.organization_ids), item.creator, item.version,
                item.created_at, item.modified_at, None,
            )
        ],
    )  # fmt: skip
    unit.insert(opportunity_party, [(tenant, *party, item.id) for party in sorted(_parties(item))])


def insert_list(unit: Unit, tenant: int, item: PartyList) -> None:
    """Add the row of a new list to a unit."""
    unit.insert(
        party_list,
        [
            (
                tenant, item.id, item.name, int(item.kind), int(item.is_public), item.owner, item.creator,
                array_text(item.permissions), item.created_at, None,
            )
        ],
    )  # fmt: skip


def change(unit: Unit, tenant: int, read: Opportunity, new: Opportunity, *, deleted_at: int | None = None) -> None:
    """Add the update of an opportunity to a unit, guarded by the version that was read."""
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_id": read.id,
            "read_version": read.version,
            "name": new.name,
            "search": new.name.casefold(),
            "person_ids": array_text(new.person_ids),
            "organization_ids": array_text(new.organization_ids),
            "version": new.version,
            "modified_at": new.modified_at,
            "deleted_at": deleted_at,
        },
    )
    old_parties, parties = _parties(read), set() if deleted_at is not None else _parties(new)
    for kind, id_ in sorted(old_parties - parties):
        unit.change(UNLINK, {"tenant": tenant, "party_kind": kind, "party_id": id_, "opportunity": new.id})
    unit.insert(opportunity_party, [(tenant, *party, new.id) for party in sorted(parties - old_parties)])


def opportunity_of(row: Row) -> Opportunity:
    """Return the opportunity of a row of ``_SHOWN``."""
    id_, name, list_id, entry_id, persons, organizations, creator, uuid, version, created_at, modified_at = row
    return Opportunity(
        id=id_,
        name=name,
        list_id=list_id,
        entry_id=entry_id,
        creator=creator,
        person_ids=_ids.decode(persons),
        organization_ids=_ids.decode(organizations),
        uuid=uuid,
        version=version,
        created_at=created_at,
        modified_at=modified_at,
    )


def list_of(row: Row) -> PartyList:
    """Return the list of a row."""
    _, id_, name, kind, is_public, owner, creator, permissions, created_at, _ = row
    return PartyList(
        id=id_,
        name=name,
        kind=Party(kind),
        is_public=bool(is_public),
        owner=owner,
        creator=creator,
        created_at=created_at,
        permissions=_permissions.decode(permissions),
    )


def _parties(item: Opportunity) -> set[tuple[int, int]]:
    return set(
        chain(
            ((int(Party.PERSON), id_) for id_ in item.person_ids),
            ((int(Party.ORGANIZATION), id_) for id_ in item.organization_ids),
        )
    )
