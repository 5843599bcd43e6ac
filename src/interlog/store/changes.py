"""What has changed since a place in the journal: resources of canvassing, and interactions, each as it is now."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, select, tuple_

from ..model.canvassing.resources import Resource
from ..model.interactions import Interaction
from ..model.journal import Entity, Position
from .database import Database, Row
from .interactions import interaction_of
from .journal import settled
from .resources import resource_of
from .schema import interaction, journal, resource
from .statements import Query, member_of, parameter

T = TypeVar("T")


def _entries(*, postgresql: bool) -> Select[Any]:
    return select(journal.c.epoch, journal.c.sequence, journal.c.entity, journal.c.entity_id).where(
        journal.c.tenant_id == parameter("tenant"), settled(postgresql=postgresql)
    )


def _changes(table: Table, entity: Entity, *meant: ColumnElement[bool], postgresql: bool) -> Query:
    """Return the statement that looks through some entries: the place of each, and the row that it is about."""
    place = tuple_(journal.c.epoch, journal.c.sequence)
    entries = (
        _entries(postgresql=postgresql)
        .where(place > tuple_(parameter("epoch"), parameter("sequence")))
        .order_by(journal.c.epoch, journal.c.sequence)
        .limit(parameter("limit"))
        .subquery("entries")
    )
    about = and_(
        entries.c.entity == entity.value,
        table.c.tenant_id == parameter("tenant"),
        table.c.number == entries.c.entity_id,
        *meant,
    )
    return Query(
        select(entries.c.epoch, entries.c.sequence, *table.c)
        .select_from(entries.outerjoin(table, about))
        .order_by(entries.c.epoch, entries.c.sequence)
    )


def _last(*, postgresql: bool) -> Query:
    place = (journal.c.epoch.desc(), journal.c.sequence.desc())
    return Query(_entries(postgresql=postgresql).order_by(*place).limit(1))


_OF_KIND = resource.c.kind == bindparam("kind")
_OF_TYPES = member_of(interaction.c.type_id, "types")

RESOURCES_SQLITE = _changes(resource, Entity.RESOURCE, _OF_KIND, postgresql=False)
RESOURCES_POSTGRESQL = _changes(resource, Entity.RESOURCE, _OF_KIND, postgresql=True)
INTERACTIONS_SQLITE = _changes(interaction, Entity.INTERACTION, _OF_TYPES, postgresql=False)
INTERACTIONS_POSTGRESQL = _changes(interaction, Entity.INTERACTION, _OF_TYPES, postgresql=True)
LAST_SQLITE = _last(postgresql=False)
LAST_POSTGRESQL = _last(postgresql=True)


async def of_resources(
    database: Database, tenant: int, kind: str, since: Position, limit: int
) -> tuple[list[Resource], Position, bool]:
    """Look through so many entries of the journal behind a position for resources of a kind.

    Returns those that they are about, as they are now, each at its last entry; the position of the last entry; and
    whether there may be more behind it.
    """
    query = RESOURCES_POSTGRESQL if database.is_postgresql else RESOURCES_SQLITE
    return await _read(database, query, resource_of, tenant, since, limit, kind=kind)


async def of_interactions(
    database: Database, tenant: int, types: Sequence[int], since: Position, limit: int
) -> tuple[list[Interaction], Position, bool]:
    """Look through so many entries of the journal for interactions, as ``of_resources`` does for resources."""
    query = INTERACTIONS_POSTGRESQL if database.is_postgresql else INTERACTIONS_SQLITE
    return await _read(database, query, interaction_of, tenant, since, limit, types=database.array(types))


async def last(database: Database, tenant: int) -> Position:
    """Return the position of the last entry that there is."""
    query = LAST_POSTGRESQL if database.is_postgresql else LAST_SQLITE
    rows = await database.fetch(query, tenant=tenant)
    return Position(rows[0][0], rows[0][1]) if rows else Position()


async def _read(
    database: Database,
    query: Query,
    made_of: Callable[[Row], T],
    tenant: int,
    since: Position,
    limit: int,
    **arguments: Any,
) -> tuple[list[T], Position, bool]:
    place = {"epoch": since.epoch, "sequence": since.sequence, "limit": limit}
    rows = await database.fetch(query, tenant=tenant, **place, **arguments)
    newest = {index: row for index, row in enumerate(rows) if row[2] is not None}
    at = {(row[3], row[4]): index for index, row in newest.items()}
    items = [made_of(newest[index][2:]) for index in sorted(at.values())]
    return items, Position(rows[-1][0], rows[-1][1]) if rows else since, len(rows) == limit
