"""Tenants, their types and users, and the tokens."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import bindparam, func, select, update

from ..model.profiles import ProfileType
from ..model.tenancy import Tenant, TenantSettings, Token, User, UserRole
from ..model.types import InteractionType
from . import types as type_rows
from .database import Database, Row
from .numbers import KINDS
from .rows import array_text, encode
from .schema import counter, tenant, token, user
from .statements import Query, Unit, parameter

_settings = msgspec.json.Decoder(TenantSettings)
_ids = msgspec.json.Decoder(tuple[int, ...])
_texts = msgspec.json.Decoder(tuple[str, ...])

ALL = Query(select(*tenant.c).where(tenant.c.deleted_at.is_(None)).order_by(tenant.c.id))
LAST_ID = Query(select(func.max(tenant.c.id)))
BY_ID = Query(select(*tenant.c).where(tenant.c.id == parameter("id"), tenant.c.deleted_at.is_(None)))
BY_NAME = Query(select(*tenant.c).where(tenant.c.name == bindparam("name"), tenant.c.deleted_at.is_(None)))
OF_HOME = Query(select(*tenant.c).where(tenant.c.home == parameter("home"), tenant.c.deleted_at.is_(None)))
CONFIGURE = Query(
    update(tenant)
    .where(tenant.c.id == parameter("key_id"), tenant.c.version == parameter("read_version"))
    .values(settings=bindparam("new_settings"), version=tenant.c.version + 1)
)
VERSION = Query(select(tenant.c.settings, tenant.c.version).where(tenant.c.id == parameter("id")))
DELETE = Query(
    update(tenant)
    .where(tenant.c.id == parameter("key_id"), tenant.c.deleted_at.is_(None))
    .values(name=bindparam("new_name"), deleted_at=parameter("at"))
)
USERS = Query(select(*user.c).where(user.c.tenant_id == parameter("tenant")).order_by(user.c.person_id))
USER = Query(select(*user.c).where(user.c.tenant_id == parameter("tenant"), user.c.person_id == parameter("person")))
SET_GROUPS = Query(
    update(user)
    .where(
        user.c.tenant_id == parameter("tenant"),
        user.c.person_id == parameter("person"),
        user.c.groups == bindparam("read_groups"),
    )
    .values(groups=bindparam("new_groups"))
)
CHANGE_USER = Query(
    update(user)
    .where(
        user.c.tenant_id == parameter("tenant"),
        user.c.person_id == parameter("person"),
        user.c.role == bindparam("read_role"),
        user.c.active == parameter("read_active"),
    )
    .values(role=bindparam("new_role"), active=parameter("new_active"))
)
TOKENS = Query(select(*token.c).where(token.c.tenant_id == parameter("tenant")).order_by(token.c.id))
TOKEN = Query(select(*token.c).where(token.c.tenant_id == parameter("tenant"), token.c.id == parameter("token")))
TOKEN_BY_DIGEST = Query(
    select(*token.c).where(token.c.tenant_id == parameter("tenant"), token.c.digest == bindparam("digest"))
)
REVOKE = Query(
    update(token)
    .where(token.c.tenant_id == parameter("tenant"), token.c.id == parameter("token"), token.c.revoked_at.is_(None))
    .values(revoked_at=parameter("at"))
)
USED = Query(
    update(token)
    .where(token.c.tenant_id == parameter("tenant"), token.c.id == parameter("token"))
    .values(last_used_at=parameter("at"))
)


async def all_tenants(database: Database) -> list[Tenant]:
    """Return every tenant, without its types."""
    return [_tenant_of(row) for row in await database.fetch(ALL)]


async def of_home(database: Database, home: int) -> list[Tenant]:
    """Return the tenants that users of a tenant created, without their types."""
    return [_tenant_of(row) for row in await database.fetch(OF_HOME, home=home)]


async def last_id(database: Database) -> int:
    """Return the largest id that any tenant has had, 0 where there was none."""
    return (await database.fetch(LAST_ID))[0][0] or 0


async def by_id(database: Database, tenant_id: int) -> Tenant | None:
    """Return a tenant with the newest version of each of its types."""
    rows = await database.fetch(BY_ID, id=tenant_id)
    return await _with_types(database, rows[0]) if rows else None


async def by_name(database: Database, name: str) -> Tenant | None:
    """Return a tenant with the newest version of each of its types."""
    rows = await database.fetch(BY_NAME, name=name)
    return await _with_types(database, rows[0]) if rows else None


async def _with_types(database: Database, row: Row) -> Tenant:
    return _tenant_of(
        row, await type_rows.newest(database, row[0]), await type_rows.newest_of_profiles(database, row[0])
    )


async def users(database: Database, tenant_id: int) -> list[User]:
    """Return the tenant's users."""
    return [user_of_row(row) for row in await database.fetch(USERS, tenant=tenant_id)]


async def user_of(database: Database, tenant_id: int, person_id: int) -> User | None:
    """Return the user that a person is, if he is one."""
    rows = await database.fetch(USER, tenant=tenant_id, person=person_id)
    return user_of_row(rows[0]) if rows else None


async def tokens(database: Database, tenant_id: int) -> list[Token]:
    """Return the tenant's tokens, also expired and revoked ones."""
    return [token_of_row(row) for row in await database.fetch(TOKENS, tenant=tenant_id)]


async def token_of(database: Database, tenant_id: int, token_id: int) -> Token | None:
    """Return one token."""
    rows = await database.fetch(TOKEN, tenant=tenant_id, token=token_id)
    return token_of_row(rows[0]) if rows else None


async def token_by_digest(database: Database, tenant_id: int, digest: str) -> Token | None:
    """Return the token whose text has this digest."""
    rows = await database.fetch(TOKEN_BY_DIGEST, tenant=tenant_id, digest=digest)
    return token_of_row(rows[0]) if rows else None


def insert(unit: Unit, item: Tenant, taken: Mapping[str, int]) -> None:
    """Add the rows of a new tenant, its types and its counters to a unit.

    ``taken``: how many numbers of a kind the unit itself gives out, from 1 on.
    """
    unit.insert(tenant, [(item.id, item.name, encode(item.settings).decode(), item.created_at, 1, item.home, None)])
    unit.insert(counter, [(item.id, kind, 1 + taken.get(kind, 0)) for kind in KINDS])
    type_rows.insert(unit, item.id, item.types, item.created_at)
    type_rows.insert_of_profiles(unit, item.id, item.profile_types, item.created_at)
    type_rows.reserve(unit, item.id, item.types)
    type_rows.reserve(unit, item.id, item.profile_types)


async def settings_of(database: Database, tenant_id: int) -> tuple[TenantSettings, int]:
    """Return a tenant's settings and their version."""
    ((text, version),) = await database.fetch(VERSION, id=tenant_id)
    return _settings.decode(text), version


def configure(unit: Unit, tenant_id: int, settings: TenantSettings, read_version: int) -> None:
    """Add new settings of a tenant to a unit, guarded by the version that was read."""
    text = encode(settings).decode()
    unit.change(CONFIGURE, {"key_id": tenant_id, "new_settings": text, "read_version": read_version})


def delete(unit: Unit, item: Tenant, at: int) -> None:
    """Add the deletion of a tenant to a unit: it is as if it were not there, and its name is free."""
    unit.change(DELETE, {"key_id": item.id, "new_name": f"{item.name}~{item.id}", "at": at})


def insert_user(unit: Unit, tenant_id: int, item: User) -> None:
    """Add a user to a unit; the person must be there."""
    row = (tenant_id, item.person_id, item.role.value, array_text(item.groups), int(item.active), item.created_at)
    unit.insert(user, [row])


def set_groups(unit: Unit, tenant_id: int, read: User, groups: tuple[int, ...]) -> None:
    """Add a user's new security groups to a unit, guarded by those that were read."""
    arguments = {"tenant": tenant_id, "person": read.person_id, "read_groups": array_text(read.groups)}
    unit.change(SET_GROUPS, arguments | {"new_groups": array_text(groups)})


def change_user(unit: Unit, tenant_id: int, read: User, new: User) -> None:
    """Add a user's role, and whether he may sign in, to a unit, guarded by what was read."""
    arguments = {"read_role": read.role.value, "read_active": int(read.active)}
    arguments |= {"new_role": new.role.value, "new_active": int(new.active)}
    unit.change(CHANGE_USER, {"tenant": tenant_id, "person": read.person_id} | arguments)


def insert_token(unit: Unit, tenant_id: int, item: Token, digest: str) -> None:
    """Add a token to a unit, by the digest of its text."""
    unit.insert(
        token,
        [
            (
                tenant_id, item.id, item.person_id, digest, item.prefix, item.label, array_text(item.scopes),
                item.created_at, item.expires_at, item.last_used_at, item.revoked_at, item.organization,
                item.application, item.consent,
            )
        ],
    )  # fmt: skip


def _tenant_of(
    row: Row, types: tuple[InteractionType, ...] = (), profile_types: tuple[ProfileType, ...] = ()
) -> Tenant:
    id_, name, settings, created_at, _, home, _ = row
    return Tenant(
        id=id_,
        name=name,
        settings=_settings.decode(settings),
        created_at=created_at,
        home=home,
        types=types,
        profile_types=profile_types,
    )


def user_of_row(row: Row) -> User:
    """Return the user of a row of the table."""
    _, person_id, role, groups, active, created_at = row
    return User(
        person_id=person_id,
        role=UserRole(role),
        groups=_ids.decode(groups),
        active=bool(active),
        created_at=created_at,
    )


def token_of_row(row: Row) -> Token:
    """Return the token of a row of the table."""
    _, id_, person_id, _, prefix, label, scopes, created_at, expires_at, last_used_at, revoked_at, *bound = row
    organization, application, consent = bound
    return Token(
        id=id_,
        person_id=person_id,
        prefix=prefix,
        label=label,
        scopes=_texts.decode(scopes),
        created_at=created_at,
        expires_at=expires_at,
        last_used_at=last_used_at,
        revoked_at=revoked_at,
        organization=organization,
        application=application,
        consent=consent,
    )
