"""Users and tokens as whoever looks after the tenant lists them, a page at a time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, func, literal_column, select

from ..model.conditions import Condition
from ..model.sessions import SessionKind
from ..model.tenancy import Token, User
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database
from .parties import containing, pattern_of
from .schema import person, session, token, user
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


@lru_cache(maxsize=SHAPES)
def page_query(term: bool, shape: Shape | None = None) -> Query:
    """Return the statement of a page of users in order of ids; ``term``: only those whose name or address has it."""
    statement = select(*user.c).where(user.c.tenant_id == parameter("tenant"), user.c.person_id > parameter("after"))
    if term:
        own = and_(person.c.tenant_id == user.c.tenant_id, person.c.id == user.c.person_id)
        statement = containing(statement.join_from(user, person, own), person)
    if shape is not None:
        statement = statement.where(matching(shape, {"id": user.c.person_id, "active": user.c.active}))
    return Query(statement.order_by(user.c.person_id).limit(parameter("limit")))


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


async def page(
    database: Database, tenant: int, condition: Condition | None, *, term: str = "", after: int, limit: int
) -> list[User]:
    """Return users that meet a condition, in the order of their persons' ids, behind an id."""
    query = page_query(bool(term), None if condition is None else shape_of(condition))
    values = {} if condition is None else arguments_of(condition)
    rows = await database.fetch_long(query, tenant=tenant, after=after, limit=limit, pattern=pattern_of(term), **values)
    return [user_of_row(row) for row in rows]


async def tokens(database: Database, tenant: int, *, before: int, limit: int) -> list[Token]:
    """Return tokens, the newest first, also those that are over."""
    rows = await database.fetch(TOKENS, tenant=tenant, before=before, limit=limit)
    return [token_of_row(row) for row in rows]
