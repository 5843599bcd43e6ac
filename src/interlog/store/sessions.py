"""Sessions of people at the pages, and the links that begin them."""

from msgspec.structs import astuple
from sqlalchemy import bindparam, select, update

from ..model.sessions import Session, SessionKind
from .database import Database, Row
from .schema import session
from .statements import Query, Unit, parameter

Columns = session.c

BY_DIGEST = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.digest == bindparam("digest"))
)
OF_PERSON = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.person_id == parameter("person"),
        Columns.kind == bindparam("kind"),
        Columns.ended_at.is_(None),
        Columns.expires_at > parameter("at"),
    )
)
USE = Query(
    update(session)
    .where(Columns.tenant_id == parameter("tenant"), Columns.id == parameter("id"), Columns.used_at.is_(None))
    .values(used_at=parameter("at"))
)
SEEN = Query(
    update(session)
    .where(Columns.tenant_id == parameter("tenant"), Columns.id == parameter("id"))
    .values(used_at=parameter("at"))
)
END = Query(
    update(session)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.id == parameter("id"),
        Columns.person_id == parameter("person"),
        Columns.ended_at.is_(None),
    )
    .values(ended_at=parameter("at"))
)
END_ALL = Query(
    update(session)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.person_id == parameter("person"),
        Columns.id != parameter("but"),
        Columns.ended_at.is_(None),
    )
    .values(ended_at=parameter("at"))
)
"""All of a person's but one, or but none: ids begin at 1."""


async def by_digest(database: Database, tenant: int, digest: str) -> Session | None:
    """Return the session, or link, of a key's digest, also one that is over."""
    rows = await database.fetch(BY_DIGEST, tenant=tenant, digest=digest)
    return _session_of(rows[0]) if rows else None


async def of_person(database: Database, tenant: int, person: int, kind: str, at: int) -> list[Session]:
    """Return a person's sessions that are not over at an instant, the newest first."""
    rows = await database.fetch(OF_PERSON, tenant=tenant, person=person, kind=kind, at=at)
    return sorted(map(_session_of, rows), key=lambda item: item.id, reverse=True)


def insert(unit: Unit, tenant: int, item: Session) -> None:
    """Add a new session to a unit."""
    unit.insert(session, [(tenant, item.id, item.kind.value, *astuple(item)[2:])])


def _session_of(row: Row) -> Session:
    _, id_, kind, person_id, digest, created_at, expires_at, agent, used_at, ended_at = row
    return Session(
        id=id_,
        kind=SessionKind(kind),
        person_id=person_id,
        digest=digest,
        created_at=created_at,
        expires_at=expires_at,
        agent=agent,
        used_at=used_at,
        ended_at=ended_at,
    )
