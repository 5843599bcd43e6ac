"""Profiles by the values of fields that are no key: rows, look-ups, and the filling for fields not looked up before."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, and_, bindparam, delete, exists, func, insert, literal_column, select

from ..model.profiles import CONTACT, ORGANIZATION, Names, Profile, ProfileType
from .database import Database
from .profiles import key_name, keys_of
from .schema import organization, person, profile, profile_value, value_index
from .statements import Query, Unit, member_of, parameter

Row = tuple[int, int, str, str, int]
_COLUMNS = ("tenant_id", "type_id", "name", "key", "number")


class Tally(NamedTuple):
    """How many profiles there are with some values, and the number of the first."""

    many: int
    number: int


BY_VALUES = Query(
    select(profile_value.c.key, func.count(), func.min(profile_value.c.number))
    .where(
        profile_value.c.tenant_id == parameter("tenant"),
        profile_value.c.type_id == parameter("type_id"),
        profile_value.c.name == bindparam("name"),
        member_of(profile_value.c.key, "keys", text=True),
    )
    .group_by(profile_value.c.key)
)
_SAME_ROW = and_(
    profile_value.c.tenant_id == parameter("tenant_id"),
    profile_value.c.type_id == parameter("type_id"),
    profile_value.c.name == bindparam("name"),
    profile_value.c.key == bindparam("key"),
    profile_value.c.number == parameter("number"),
)
REMOVE = Query(delete(profile_value).where(_SAME_ROW))


def _add(owner: Table, number: ColumnElement[int], here: ColumnElement[bool]) -> Query:
    """Return what adds a row if its owner still is as it was read: whoever changes it meanwhile waits, or was first."""
    row = select(
        parameter("tenant_id"),
        parameter("type_id"),
        bindparam("name", type_=profile_value.c.name.type),
        bindparam("key", type_=profile_value.c.key.type),
        number,
    ).where(
        owner.c.tenant_id == parameter("tenant_id"),
        number == parameter("number"),
        owner.c.version == parameter("version"),
        here,
        ~exists(select(literal_column("1")).select_from(profile_value).where(_SAME_ROW)),
    )
    return Query(insert(profile_value).from_select(list(_COLUMNS), row.with_for_update(read=True, of=owner)))


ADD_PERSON = _add(person, person.c.id, person.c.deleted_at.is_(None))
ADD_ORGANIZATION = _add(organization, organization.c.id, organization.c.deleted_at.is_(None))
ADD = _add(profile, profile.c.number, profile.c.type_id == parameter("type_id"))
_ADD = {CONTACT.id: ADD_PERSON, ORGANIZATION.id: ADD_ORGANIZATION}

READY = Query(select(value_index.c.type_id, value_index.c.name).where(value_index.c.tenant_id == parameter("tenant")))
FORGET = Query(
    delete(value_index).where(
        value_index.c.tenant_id == parameter("tenant"),
        value_index.c.type_id == parameter("type_id"),
        value_index.c.name == bindparam("name"),
    )
)
FORGET_VALUES = Query(
    delete(profile_value).where(
        profile_value.c.tenant_id == parameter("tenant"),
        profile_value.c.type_id == parameter("type_id"),
        profile_value.c.name == bindparam("name"),
    )
)


async def by_values(
    database: Database, tenant: int, type_id: int, names: Names, keys: Iterable[str]
) -> dict[str, Tally]:
    """Return how many profiles of a type have values, by their text. It counts them: a long read."""
    rows = await database.fetch_long(
        BY_VALUES, tenant=tenant, type_id=type_id, name=key_name(names), keys=database.array(keys)
    )
    return {key: Tally(many, number) for key, many, number in rows}


def rows_of(tenant: int, type_: ProfileType, item: Profile | None, wanted: Iterable[Names]) -> set[Row]:
    """Return the rows that a profile has; none, where it is not there."""
    if item is None:
        return set()
    keys = keys_of(type_, item, wanted)
    return {(tenant, type_.id, name, key, item.number) for name, key in keys if "\x00" not in key}


def change(unit: Unit, before: set[Row], after: set[Row]) -> None:
    """Add to a unit that a profile has other rows than before, which may be in the same unit."""
    pending = unit.rows.get(profile_value, [])
    for row in sorted(before - after):
        if row in pending:
            pending.remove(row)
        else:
            unit.change(REMOVE, dict(zip(_COLUMNS, row, strict=True)), expect=None)
    unit.insert(profile_value, sorted(after - before))


def complete(unit: Unit, rows: Iterable[Row], version: int) -> None:
    """Add to a unit the rows of a profile that is stored already, unless it has changed since it was read.

    ``version``: of the row that every change of it counts in, its own or that of the person or the organization.
    """
    for row in rows:
        query = _ADD.get(row[1], ADD)
        unit.change(query, dict(zip(_COLUMNS, row, strict=True)) | {"version": version}, expect=None)


async def ready(database: Database, tenant: int) -> dict[int, set[str]]:
    """Return the names of the fields by whose values every profile can be found, by the id of the type."""
    found: dict[int, set[str]] = {}
    for type_id, name in await database.fetch(READY, tenant=tenant):
        found.setdefault(type_id, set()).add(name)
    return found


def declare_ready(unit: Unit, tenant: int, wanted: Mapping[int, Iterable[str]]) -> None:
    """Add to a unit that every profile can be found by the values of these fields."""
    for type_id, names in wanted.items():
        for name in names:
            unit.change(FORGET, {"tenant": tenant, "type_id": type_id, "name": name}, expect=None)
        unit.insert(value_index, [(tenant, type_id, name) for name in names])


def forget(unit: Unit, tenant: int, unwanted: Mapping[int, Iterable[str]]) -> None:
    """Add to a unit that profiles are not found by the values of these fields any more."""
    for type_id, names in unwanted.items():
        for name in names:
            arguments = {"tenant": tenant, "type_id": type_id, "name": name}
            unit.change(FORGET, arguments, expect=None)
            unit.change(FORGET_VALUES, arguments, expect=None)
