"""Users and tokens as whoever looks after the tenant lists them, a page at a time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, literal_column, select

from ..model.sessions import SessionKind
from ..model.tenancy import Token, User
from .database import Database
from .schema import session, token, user
from .statements import Query, parameter
from .tenants import token_of_row, user_of_row


def _last_session() -> Any:
    """When somebody was last seen in the newest session of theirs, as a scalar subquery: a look-up by the index."""
    return (
        select(func.coalesce(session.c.used_at, session.c.created_at))
        .where(
            session.c.tenant_id == user.c.tenant_id,
            session.c.person_id == user.c.person_id,
            session.c.kind == literal_column(f"'{SessionKind.SESSION.value}'"),
        )
        .order_by(session.c.id.desc())
        .limit(literal_column("1"))
        .correlate(user)
        .scalar_subquery()
    )


USERS = Query(
    select(*user.c, _last_session())
    .where(user.c.tenant_id == parameter("tenant"), user.c.person_id > parameter("after"))
    .order_by(user.c.person_id)
    .limit(parameter("limit"))
)
TOKENS = Query(
    select(*token.c)
    .where(token.c.tenant_id == parameter("tenant"), token.c.id < parameter("before"))
    .order_by(token.c.id.desc())
    .limit(parameter("limit"))
)


class Seen(NamedTuple):
    """A user, and when he was last seen on the pages; None where he never signed in."""

    user: User
    last_seen: int | None


async def users(database: Database, tenant: int, *, after: int, limit: int) -> list[Seen]:
    """Return users in the order of their persons' ids."""
    rows: Sequence[Any] = await database.fetch(USERS, tenant=tenant, after=after, limit=limit)
    return [Seen(user_of_row(row[:-1]), row[-1]) for row in rows]


async def tokens(database: Database, tenant: int, *, before: int, limit: int) -> list[Token]:
    """Return tokens, the newest first, also those that are over."""
    rows = await database.fetch(TOKENS, tenant=tenant, before=before, limit=limit)
    return [token_of_row(row) for row in rows]
