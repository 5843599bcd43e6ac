"""Interactions by what identifies them: many at once, of one type or over all types."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select, tuple_

from ..model.ids import index_text
from ..model.interactions import Interaction
from .database import Database
from .interactions import Columns, interaction_of
from .schema import request
from .statements import Query, member_of, parameter

_FEW = 200
"""Look-ups that are made on the event loop at most."""

BY_IDENTITIES = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"), member_of(Columns.identity, "identities", text=True)
    )
)
BY_UUIDS = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.uuid, "uuids", text=True))
)
BY_REQUESTS = Query(
    select(request.c.key, request.c.fingerprint, request.c.number).where(
        request.c.tenant_id == parameter("tenant"), member_of(request.c.key, "keys", text=True)
    )
)
ANY_TYPE = Query(
    select(*Columns)
    .where(Columns.tenant_id == parameter("tenant"), Columns.identity == bindparam("identity"))
    .order_by(Columns.type_id)
    .limit(parameter("limit"))
)


OF_TYPE = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.type_id == parameter("type_id"),
        tuple_(Columns.occurred_at, Columns.number) > tuple_(parameter("after_at"), parameter("after_number")),
    )
    .order_by(Columns.occurred_at, Columns.number)
    .limit(parameter("limit"))
)


async def of_type(
    database: Database, tenant: int, type_id: int, after: tuple[int, int], limit: int
) -> list[Interaction]:
    """Return the interactions of a type, also deleted ones, behind an (occurred_at, number), oldest first."""
    rows = await database.fetch_long(
        OF_TYPE, tenant=tenant, type_id=type_id, after_at=after[0], after_number=after[1], limit=limit
    )
    return [interaction_of(row) for row in rows]


async def by_identities(
    database: Database, tenant: int, identities: Iterable[str]
) -> dict[tuple[int, str], Interaction]:
    """Return interactions by type and identity, also deleted ones."""
    wanted = [index_text(identity) for identity in identities]
    if not wanted:
        return {}
    fetch = database.fetch if len(wanted) <= _FEW else database.fetch_long
    rows = await fetch(BY_IDENTITIES, tenant=tenant, identities=database.array(wanted))
    found = (interaction_of(row) for row in rows)
    return {(item.type_id, item.identity): item for item in found if item.identity is not None}


async def by_uuids(database: Database, tenant: int, uuids: Iterable[str]) -> dict[str, Interaction]:
    """Return interactions by their uuids, also deleted ones."""
    wanted = list(uuids)
    if not wanted:
        return {}
    fetch = database.fetch if len(wanted) <= _FEW else database.fetch_long
    found = (interaction_of(row) for row in await fetch(BY_UUIDS, tenant=tenant, uuids=database.array(wanted)))
    return {item.uuid: item for item in found}


async def by_requests(database: Database, tenant: int, keys: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Return what requests of these keys stored: (fingerprint, number of the interaction)."""
    wanted = list(keys)
    if not wanted:
        return {}
    fetch = database.fetch if len(wanted) <= _FEW else database.fetch_long
    rows = await fetch(BY_REQUESTS, tenant=tenant, keys=database.array(wanted))
    return {row[0]: (row[1], row[2]) for row in rows}


async def of_any_type(database: Database, tenant: int, identity: str, limit: int) -> list[Interaction]:
    """Return the interactions with an identity, whatever their type, also deleted ones."""
    rows = await database.fetch(ANY_TYPE, tenant=tenant, identity=index_text(identity), limit=limit)
    return [interaction_of(row) for row in rows]
