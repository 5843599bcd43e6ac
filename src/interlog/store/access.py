"""Passwords, applications, consents, and the keys that give tokens."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import bindparam, select, update

from ..model.applications import Application, Consent, Grant, GrantKind
from .database import Database, Row
from .rows import array_text
from .schema import application, consent, grant, password, token
from .statements import Query, Unit, parameter

_texts = msgspec.json.Decoder(tuple[str, ...])


def _of(table: Any, **also: Any) -> list[Any]:
    return [table.c.tenant_id == parameter("tenant"), *(table.c[name] == value for name, value in also.items())]


PASSWORD = Query(select(password.c.hash).where(*_of(password, person_id=parameter("person"))))
SET_PASSWORD = Query(
    update(password)
    .where(*_of(password, person_id=parameter("person"), hash=bindparam("read_hash")))
    .values(hash=bindparam("new_hash"), set_at=parameter("at"))
)
APPLICATIONS = Query(select(*application.c).where(*_of(application)).order_by(application.c.id))
APPLICATION = Query(select(*application.c).where(*_of(application, client_id=bindparam("client_id"))))
REVOKE_APPLICATION = Query(
    update(application)
    .where(*_of(application, id=parameter("application")), application.c.revoked_at.is_(None))
    .values(revoked_at=parameter("at"))
)
CONSENT = Query(select(*consent.c).where(*_of(consent, id=parameter("consent"))))
STANDS = Query(
    update(consent)
    .where(*_of(consent, id=parameter("consent")), consent.c.revoked_at.is_(None))
    .values(application=consent.c.application)
)
REVOKE_CONSENT = Query(
    update(consent)
    .where(*_of(consent, id=parameter("consent")), consent.c.revoked_at.is_(None))
    .values(revoked_at=parameter("at"))
)
GRANT = Query(select(*grant.c).where(*_of(grant, digest=bindparam("digest"))))
USE_GRANT = Query(
    update(grant)
    .where(*_of(grant, digest=bindparam("digest")), grant.c.used_at.is_(None))
    .values(used_at=parameter("at"))
)
REVOKE_TOKENS_OF_APPLICATION = Query(
    update(token)
    .where(*_of(token, application=parameter("application")), token.c.revoked_at.is_(None))
    .values(revoked_at=parameter("at"))
)
REVOKE_TOKENS_OF_CONSENT = Query(
    update(token)
    .where(
        *_of(token, application=parameter("application"), consent=parameter("consent")), token.c.revoked_at.is_(None)
    )
    .values(revoked_at=parameter("at"))
)


async def password_of(database: Database, tenant_id: int, person_id: int) -> str | None:
    """Return the hash of a user's password, if he has one."""
    rows = await database.fetch(PASSWORD, tenant=tenant_id, person=person_id)
    return rows[0][0] if rows else None


def set_password(unit: Unit, tenant_id: int, person_id: int, read_hash: str | None, new_hash: str, at: int) -> None:
    """Add a user's password to a unit, guarded by the hash that was read."""
    if read_hash is None:
        unit.insert(password, [(tenant_id, person_id, new_hash, at)])
        return
    unit.change(
        SET_PASSWORD,
        {"tenant": tenant_id, "person": person_id, "read_hash": read_hash, "new_hash": new_hash, "at": at},
    )


async def applications(database: Database, tenant_id: int) -> list[Application]:
    """Return the tenant's applications, also revoked ones."""
    return [_application_of(row)[0] for row in await database.fetch(APPLICATIONS, tenant=tenant_id)]


async def application_of(database: Database, tenant_id: int, client_id: str) -> tuple[Application, str | None] | None:
    """Return an application and the digest of its secret; None where there is none."""
    rows = await database.fetch(APPLICATION, tenant=tenant_id, client_id=client_id)
    return _application_of(rows[0]) if rows else None


def insert_application(unit: Unit, tenant_id: int, item: Application, digest: str | None) -> None:
    """Add an application to a unit, by the digest of its secret."""
    row = (
        tenant_id, item.id, item.client_id, digest, item.name, array_text(item.redirect_uris), item.callback,
        item.signing_key, item.person_id, item.organization, item.token_seconds, item.created_at, item.revoked_at,
    )  # fmt: skip
    unit.insert(application, [row])


def revoke_application(unit: Unit, tenant_id: int, item: Application, at: int) -> None:
    """Add the end of an application, and of all tokens that it was given, to a unit."""
    arguments = {"tenant": tenant_id, "application": item.id, "at": at}
    unit.change(REVOKE_APPLICATION, arguments)
    unit.change(REVOKE_TOKENS_OF_APPLICATION, arguments, expect=None)


async def consent_of(database: Database, tenant_id: int, consent_id: int) -> Consent | None:
    """Return a consent."""
    rows = await database.fetch(CONSENT, tenant=tenant_id, consent=consent_id)
    return _consent_of(rows[0]) if rows else None


def insert_consent(unit: Unit, tenant_id: int, item: Consent) -> None:
    """Add a consent to a unit."""
    row = (
        tenant_id, item.id, item.application, item.person_id, item.organization, array_text(item.scopes),
        item.created_at, item.revoked_at,
    )  # fmt: skip
    unit.insert(consent, [row])


def require_consent(unit: Unit, tenant_id: int, item: Consent) -> None:
    """Let a unit fail with ``Stale`` where the consent was revoked meanwhile."""
    unit.change(STANDS, {"tenant": tenant_id, "consent": item.id})


def revoke_consent(unit: Unit, tenant_id: int, item: Consent, at: int) -> None:
    """Add the end of a consent, and of all tokens that it gave, to a unit."""
    unit.change(REVOKE_CONSENT, {"tenant": tenant_id, "consent": item.id, "at": at})
    arguments = {"tenant": tenant_id, "application": item.application, "consent": item.id, "at": at}
    unit.change(REVOKE_TOKENS_OF_CONSENT, arguments, expect=None)


async def grant_of(database: Database, tenant_id: int, digest: str) -> Grant | None:
    """Return the key whose text has this digest."""
    rows = await database.fetch(GRANT, tenant=tenant_id, digest=digest)
    return _grant_of(rows[0]) if rows else None


def insert_grants(unit: Unit, tenant_id: int, items: Iterable[tuple[str, Grant]]) -> None:
    """Add keys to a unit, by the digests of their texts."""
    rows = [
        (
            tenant_id, digest, item.kind.value, item.application, item.person_id, item.consent, item.redirect_uri,
            item.challenge, item.expires_at, item.used_at,
        )
        for digest, item in items
    ]  # fmt: skip
    unit.insert(grant, rows)


def use_grant(unit: Unit, tenant_id: int, digest: str, at: int) -> None:
    """Add the use of a key to a unit, which fails with ``Stale`` where it was used before."""
    unit.change(USE_GRANT, {"tenant": tenant_id, "digest": digest, "at": at})


def _application_of(row: Row) -> tuple[Application, str | None]:
    _, id_, client_id, digest, name, uris, callback, signing_key, person_id, organization, seconds, created, revoked = (
        row
    )
    item = Application(
        id=id_,
        client_id=client_id,
        name=name,
        redirect_uris=_texts.decode(uris),
        person_id=person_id,
        is_public=digest is None,
        callback=callback,
        signing_key=signing_key,
        organization=organization,
        token_seconds=seconds,
        created_at=created,
        revoked_at=revoked,
    )
    return item, digest


def _consent_of(row: Row) -> Consent:
    _, id_, application_id, person_id, organization, scopes, created_at, revoked_at = row
    return Consent(
        id=id_,
        application=application_id,
        person_id=person_id,
        organization=organization,
        scopes=_texts.decode(scopes),
        created_at=created_at,
        revoked_at=revoked_at,
    )


def _grant_of(row: Row) -> Grant:
    _, _, kind, application_id, person_id, consent_id, redirect_uri, challenge, expires_at, used_at = row
    return Grant(
        kind=GrantKind(kind),
        application=application_id,
        person_id=person_id,
        consent=consent_id,
        redirect_uri=redirect_uri,
        challenge=challenge,
        expires_at=expires_at,
        used_at=used_at,
    )
