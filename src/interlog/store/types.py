"""Types of interactions and of profiles: their versions, and the names under which their records are listed."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Table, bindparam, delete, func, select

from ..model.profiles import ProfileType
from ..model.types import InteractionType
from .database import Database
from .rows import encode
from .schema import collection, interaction, interaction_type, profile_type
from .statements import Query, Unit, member_of, parameter

_KEPT = 512
"""Definitions that are kept decoded: a tenant's are read every second, and hardly ever are they new."""

_type_of: Callable[[str], InteractionType] = lru_cache(maxsize=_KEPT)(msgspec.json.Decoder(InteractionType).decode)
_profile_type_of: Callable[[str], ProfileType] = lru_cache(maxsize=_KEPT)(msgspec.json.Decoder(ProfileType).decode)


def _newest(table: Table) -> Query:
    columns = table.c
    other = table.alias("newest")
    version = (
        select(func.max(other.c.version))
        .where(other.c.tenant_id == columns.tenant_id, other.c.id == columns.id)
        .scalar_subquery()
    )
    return Query(
        select(columns.definition)
        .where(columns.tenant_id == parameter("tenant"), columns.version == version)
        .order_by(columns.id)
    )


def _versions(table: Table) -> Query:
    return Query(
        select(table.c.definition)
        .where(table.c.tenant_id == parameter("tenant"), table.c.id == parameter("id"))
        .order_by(table.c.version)
    )


NEWEST = _newest(interaction_type)
NEWEST_OF_PROFILES = _newest(profile_type)
VERSIONS = _versions(interaction_type)
VERSIONS_OF_PROFILES = _versions(profile_type)
COUNTS = Query(
    select(interaction.c.type_id, func.count())
    .where(
        interaction.c.tenant_id == parameter("tenant"),
        member_of(interaction.c.type_id, "types"),
        interaction.c.deleted_at.is_(None),
    )
    .group_by(interaction.c.type_id)
)
LAST_PROFILE_TYPE = Query(select(func.max(profile_type.c.id)).where(profile_type.c.tenant_id == parameter("tenant")))
RELEASE = Query(
    delete(collection).where(
        collection.c.tenant_id == parameter("tenant"),
        collection.c.name == bindparam("name"),
        collection.c.of_profiles == 1,
        collection.c.type_id == parameter("type_id"),
    )
)
ANY = Query(
    select(interaction.c.number)
    .where(interaction.c.tenant_id == parameter("tenant"), interaction.c.type_id == parameter("type_id"))
    .order_by(interaction.c.occurred_at, interaction.c.number)
    .limit(parameter("limit"))
)


async def newest(database: Database, tenant: int) -> tuple[InteractionType, ...]:
    """Return the newest version of each type of interactions."""
    return tuple(_type_of(row[0]) for row in await database.fetch(NEWEST, tenant=tenant))


async def newest_of_profiles(database: Database, tenant: int) -> tuple[ProfileType, ...]:
    """Return the newest version of each type of profiles, but of deleted ones."""
    found = (_profile_type_of(row[0]) for row in await database.fetch(NEWEST_OF_PROFILES, tenant=tenant))
    return tuple(type_ for type_ in found if not type_.deleted)


async def versions(database: Database, tenant: int, type_id: int) -> list[InteractionType]:
    """Return all versions of a type of interactions, the first one first."""
    return [_type_of(row[0]) for row in await database.fetch(VERSIONS, tenant=tenant, id=type_id)]


async def versions_of_profiles(database: Database, tenant: int, type_id: int) -> list[ProfileType]:
    """Return all versions of a type of profiles, the first one first."""
    return [_profile_type_of(row[0]) for row in await database.fetch(VERSIONS_OF_PROFILES, tenant=tenant, id=type_id)]


async def last_profile_type(database: Database, tenant: int) -> int:
    """Return the largest id that any type of profiles has had."""
    return (await database.fetch(LAST_PROFILE_TYPE, tenant=tenant))[0][0] or 0


async def counts(database: Database, tenant: int, types: Iterable[int]) -> dict[int, int]:
    """Return how many interactions there are of each type. It counts them: a long read."""
    rows = await database.fetch_long(COUNTS, tenant=tenant, types=database.array(types))
    return {row[0]: row[1] for row in rows}


async def is_used(database: Database, tenant: int, type_id: int) -> bool:
    """Whether there ever was an interaction of the type."""
    return bool(await database.fetch(ANY, tenant=tenant, type_id=type_id, limit=1))


def insert(unit: Unit, tenant: int, types: Iterable[InteractionType], at: int) -> None:
    """Add types of interactions, or new versions of them, to a unit."""
    unit.insert(interaction_type, [(tenant, item.id, item.version, encode(item).decode(), at) for item in types])


def insert_of_profiles(unit: Unit, tenant: int, types: Iterable[ProfileType], at: int) -> None:
    """Add types of profiles, or new versions of them, to a unit."""
    unit.insert(profile_type, [(tenant, item.id, item.version, encode(item).decode(), at) for item in types])


def reserve(unit: Unit, tenant: int, types: Iterable[InteractionType | ProfileType], known: Sequence[str] = ()) -> None:
    """Add the names of types' collections to a unit, but those known: each belongs to its type for good."""
    there = {name.casefold() for name in known}
    for type_ in types:
        names = [name.casefold() for name in type_.collections]
        of_profiles = int(isinstance(type_, ProfileType))
        unit.insert(collection, [(tenant, name, of_profiles, type_.id) for name in names if name not in there])


def release(unit: Unit, tenant: int, type_: ProfileType) -> None:
    """Add to a unit that the names of a deleted type's collections are free."""
    for name in type_.collections:
        unit.change(RELEASE, {"tenant": tenant, "name": name.casefold(), "type_id": type_.id}, expect=None)
