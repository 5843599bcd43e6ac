"""The timeline of a campaign: its visits, newest first."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, select, tuple_

from ..model.interactions import Brief
from .database import Database
from .interactions import brief_of
from .schema import interaction, visit
from .statements import Query, member_of, parameter

Columns = visit.c


class Wanted(NamedTuple):
    """Which visits of a campaign are listed, newest first: ``states`` are places in ``STATES``.

    ``before``: the (occurred_at, id) of the last one seen. ``canvasser``: only theirs.
    """

    tenant: int
    groups: Sequence[int]
    campaign: str
    limit: int
    before: tuple[int, str] | None = None
    canvasser: str | None = None
    states: Sequence[int] = (0, 1, 2)


STATES = ("unavailable", "contacted", "successful")
"""How a visit may go."""

_STATE = case((Columns.unavailable == 1, 0), (Columns.successful == 1, 2), else_=1)
_END = (2**62, "~")  # behind all ids


@lru_cache(maxsize=2)
def newest_query(mine: bool) -> Query:
    """Return the statement of ``newest``: an index range of the campaign, no longer than the page."""
    statement = (
        select(interaction.c.brief, Columns.occurred_at, Columns.id)
        .select_from(visit)
        .join(interaction, (interaction.c.tenant_id == Columns.tenant_id) & (interaction.c.number == Columns.number))
        .where(
            Columns.tenant_id == parameter("tenant"),
            Columns.campaign == bindparam("campaign"),
            tuple_(Columns.occurred_at, Columns.id) < tuple_(parameter("before_at"), bindparam("before_id")),
            member_of(Columns.group_id, "groups"),
            member_of(_STATE, "states"),
        )
    )
    if mine:
        statement = statement.where(Columns.canvasser == bindparam("canvasser"))
    order = (Columns.occurred_at.desc(), Columns.id.desc())
    return Query(statement.order_by(*order).limit(parameter("limit")))


async def newest(database: Database, wanted: Wanted) -> list[tuple[Brief, tuple[int, str]]]:
    """Return visits of a campaign, newest first, each with its place."""
    at, id_ = wanted.before or _END
    arguments: dict[str, Any] = {} if wanted.canvasser is None else {"canvasser": wanted.canvasser}
    rows = await database.fetch_long(
        newest_query(wanted.canvasser is not None),
        tenant=wanted.tenant,
        campaign=wanted.campaign,
        groups=database.array(wanted.groups),
        states=database.array(wanted.states),
        before_at=at,
        before_id=id_,
        limit=wanted.limit,
        **arguments,
    )
    return [(brief_of(row[0]), (row[1], row[2])) for row in rows]
