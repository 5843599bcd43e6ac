"""Profiles: rows, reads by a key, pages. Of persons and organizations, only what their own rows have no place for."""

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, func, select

from ..model.ids import index_text
from ..model.profiles import PROFILE_ID, Names, Profile, ProfileType, key_of
from .database import Database, Row
from .rows import encode, json_value, update_of
from .schema import organization, person, profile, profile_key
from .statements import Query, Unit, member_of, parameter

Columns = profile.c
_FEW = 200
"""Look-ups that are made on the event loop at most."""

BY_NUMBERS = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.type_id == parameter("type_id"),
        member_of(Columns.number, "numbers"),
    )
)
BY_KEYS = Query(
    select(profile_key.c.key, profile_key.c.number).where(
        profile_key.c.tenant_id == parameter("tenant"),
        profile_key.c.type_id == parameter("type_id"),
        profile_key.c.name == bindparam("name"),
        member_of(profile_key.c.key, "keys", text=True),
    )
)
PAGE = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.type_id == parameter("type_id"),
        Columns.number > parameter("after"),
    )
    .order_by(Columns.number)
    .limit(parameter("limit"))
)
COUNTS = Query(
    select(Columns.type_id, func.count())
    .where(Columns.tenant_id == parameter("tenant"), member_of(Columns.type_id, "types"))
    .group_by(Columns.type_id)
)
PERSONS = Query(
    select(func.count())
    .select_from(person)
    .where(person.c.tenant_id == parameter("tenant"), person.c.deleted_at.is_(None))
)
ORGANIZATIONS = Query(
    select(func.count())
    .select_from(organization)
    .where(organization.c.tenant_id == parameter("tenant"), organization.c.deleted_at.is_(None))
)
UPDATE = update_of(profile, ("tenant_id", "type_id", "number"), "key", "fields", "version", "modified_at", "changed_at")
REMOVE_KEY = Query(
    delete(profile_key).where(
        profile_key.c.tenant_id == parameter("tenant"),
        profile_key.c.type_id == parameter("type_id"),
        profile_key.c.name == bindparam("name"),
        profile_key.c.key == bindparam("key"),
        profile_key.c.number == parameter("number"),
    )
)
DROP_KEYS = Query(
    delete(profile_key).where(
        profile_key.c.tenant_id == parameter("tenant"),
        profile_key.c.type_id == parameter("type_id"),
        profile_key.c.name == bindparam("name"),
    )
)


def key_name(names: Sequence[str]) -> str:
    """Return what a strong id's keys are kept under."""
    return ",".join(names)


def keys_of(type_: ProfileType, item: Profile, wanted: Iterable[Names]) -> list[tuple[str, str]]:
    """Return the (name, key) of some fields of a profile, of those that all have values."""
    fields = {**item.fields, PROFILE_ID: item.key}
    found = ((names, key_of(type_, names, fields)) for names in wanted)
    return [(key_name(names), key) for names, key in found if key is not None]


async def by_numbers(database: Database, tenant: int, type_id: int, numbers: Iterable[int]) -> dict[int, Profile]:
    """Return profiles of a type by their numbers."""
    wanted = list(numbers)
    if not wanted:
        return {}
    fetch = database.fetch if len(wanted) <= _FEW else database.fetch_long
    rows = await fetch(BY_NUMBERS, tenant=tenant, type_id=type_id, numbers=database.array(wanted))
    return {item.number: item for item in map(profile_of, rows)}


async def by_keys(
    database: Database, tenant: int, type_id: int, names: Sequence[str], keys: Iterable[str]
) -> dict[str, int]:
    """Return the numbers of profiles of a type by their keys of a strong id."""
    wanted = list(keys)
    if not wanted:
        return {}
    fetch = database.fetch if len(wanted) <= _FEW else database.fetch_long
    rows = await fetch(BY_KEYS, tenant=tenant, type_id=type_id, name=key_name(names), keys=database.array(wanted))
    return {row[0]: row[1] for row in rows}


async def page(database: Database, tenant: int, type_id: int, after: int, limit: int) -> list[Profile]:
    """Return profiles of a type in order of their numbers, those behind one."""
    rows = await database.fetch(PAGE, tenant=tenant, type_id=type_id, after=after, limit=limit)
    return [profile_of(row) for row in rows]


async def is_used(database: Database, tenant: int, type_id: int) -> bool:
    """Whether there is a profile of the type."""
    return bool(await page(database, tenant, type_id, -1, 1))


async def counts(database: Database, tenant: int, types: Iterable[int]) -> dict[int, int]:
    """Return how many profiles there are of each type. It counts them: a long read."""
    rows = await database.fetch_long(COUNTS, tenant=tenant, types=database.array(types))
    return {row[0]: row[1] for row in rows}


async def count(database: Database, tenant: int, query: Query) -> int:
    """Return how many persons or organizations there are. It counts them: a long read."""
    return int((await database.fetch_long(query, tenant=tenant))[0][0])


def insert(unit: Unit, tenant: int, items: Iterable[Profile], changed_at: int) -> None:
    """Add new profiles to a unit."""
    rows = []
    for at, item in enumerate(items, changed_at):
        fields = encode(item.fields).decode()
        rows.append(
            (tenant, item.type_id, item.number, item.key, fields, item.version, item.created_at, item.modified_at, at)
        )
    unit.insert(profile, rows)


def insert_keys(unit: Unit, tenant: int, type_id: int, keys: Iterable[tuple[str, str, int]]) -> None:
    """Add keys (name, key, number of the profile) to a unit."""
    unit.insert(profile_key, [(tenant, type_id, *key) for key in keys])


def change(unit: Unit, tenant: int, read: Profile, new: Profile, changed_at: int) -> None:
    """Add the update of a profile to a unit, guarded by the version that was read."""
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_type_id": read.type_id,
            "key_number": read.number,
            "read_version": read.version,
            "key": new.key,
            "fields": encode(new.fields).decode(),
            "version": new.version,
            "modified_at": new.modified_at,
            "changed_at": changed_at,
        },
    )


def remove_key(unit: Unit, tenant: int, type_id: int, name: str, key: str, number: int) -> None:
    """Add to a unit that a profile has a key no longer."""
    unit.change(REMOVE_KEY, {"tenant": tenant, "type_id": type_id, "name": name, "key": key, "number": number})


async def release_key(database: Database, unit: Unit, tenant: int, type_id: int, number: int) -> None:
    """Add to a unit that the id which was chosen for a person or an organization is free again."""
    kept = (await by_numbers(database, tenant, type_id, [number])).get(number)
    if kept is not None and kept.key:
        key = {"type_id": type_id, "name": PROFILE_ID, "key": index_text(kept.key), "number": number}
        unit.change(REMOVE_KEY, {"tenant": tenant} | key, expect=None)


async def claim_key(database: Database, unit: Unit, tenant: int, type_id: int, number: int) -> None:
    """Add to a unit that the id which was chosen for a person or an organization is its own again, if it is free."""
    kept = (await by_numbers(database, tenant, type_id, [number])).get(number)
    if (
        kept is not None
        and kept.key
        and not await by_keys(database, tenant, type_id, (PROFILE_ID,), [index_text(kept.key)])
    ):
        insert_keys(unit, tenant, type_id, [(PROFILE_ID, index_text(kept.key), number)])


def drop_keys(unit: Unit, tenant: int, type_id: int, names: Sequence[str]) -> None:
    """Add to a unit that no profile of a type has keys of a strong id any longer."""
    unit.change(DROP_KEYS, {"tenant": tenant, "type_id": type_id, "name": key_name(names)}, expect=None)


def profile_of(row: Row) -> Profile:
    """Return the profile of a row."""
    _, type_id, number, key, fields, version, created_at, modified_at, _ = row
    return Profile(
        type_id=type_id,
        number=number,
        key=key,
        fields=json_value(fields),
        version=version,
        created_at=created_at,
        modified_at=modified_at,
    )
