"""Whether profiles are found by exactly the values that they have."""

from collections.abc import AsyncIterator

from sqlalchemy import bindparam, select, tuple_

from ..model.as_profiles import contact_of, organization_of
from ..model.profiles import CONTACT, ORGANIZATION, Names, Profile, ProfileType
from . import organizations, persons, profiles
from .database import Database
from .profile_values import Row, ready, rows_of
from .schema import profile_value
from .statements import Query, parameter
from .types import newest_of_profiles

_BATCH = 2_000
_VALUES = Query(
    select(*profile_value.c)
    .where(
        profile_value.c.tenant_id == parameter("tenant"),
        profile_value.c.type_id == parameter("type_id"),
        tuple_(profile_value.c.name, profile_value.c.key, profile_value.c.number)
        > tuple_(
            bindparam("name", type_=profile_value.c.name.type),
            bindparam("key", type_=profile_value.c.key.type),
            parameter("number"),
        ),
    )
    .order_by(*profile_value.primary_key.columns)
    .limit(parameter("limit"))
)


async def value_problems(database: Database, tenant: int) -> list[str]:
    """Compare the profiles with the rows by which they are found: sums of hashes, in little memory."""
    types = {type_.id: type_ for type_ in await newest_of_profiles(database, tenant)}
    problems = []
    for type_id, names in (await ready(database, tenant)).items():
        type_ = types.get(type_id)
        wanted: list[Names] = [tuple(name.split(",")) for name in sorted(names)]
        expected = found = 0
        if type_ is not None:
            async for item in _profiles(database, tenant, type_):
                expected += sum(hash(row) for row in rows_of(tenant, type_, item, wanted))
        async for row in _values(database, tenant, type_id):
            found += hash(row) if row[2] in names else 0
        if expected != found:
            problems.append(f"profiles of the type {type_.name if type_ else type_id} are found by other values")
    return problems


async def _profiles(database: Database, tenant: int, type_: ProfileType) -> AsyncIterator[Profile]:
    after, found = 0, list[Profile]()
    while found or after == 0:
        if type_.id == CONTACT.id:
            people = await persons.page(database, tenant, after=after, limit=_BATCH)
            beside = await profiles.by_numbers(database, tenant, type_.id, [item.id for item in people])
            found = [contact_of(item, beside.get(item.id)) for item in people]
        elif type_.id == ORGANIZATION.id:
            firms = await organizations.page(database, tenant, after=after, limit=_BATCH)
            beside = await profiles.by_numbers(database, tenant, type_.id, [item.id for item in firms])
            found = [organization_of(item, beside.get(item.id)) for item in firms]
        else:
            found = await profiles.page(database, tenant, type_.id, after, _BATCH)
        for item in found:
            yield item
        after = found[-1].number if found else -1


async def _values(database: Database, tenant: int, type_id: int) -> AsyncIterator[Row]:
    name, key, number = "", "", 0
    while rows := await database.fetch_long(
        _VALUES, tenant=tenant, type_id=type_id, name=name, key=key, number=number, limit=_BATCH
    ):
        for row in rows:
            yield tuple(row)
        _, _, name, key, number = rows[-1]
