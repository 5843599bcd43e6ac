"""Removing rows that have become too old, a part at a time: of whatever table is to be kept for a while only."""

from sqlalchemy import Column, ColumnElement, TextClause, bindparam, delete, select, text

from .database import Database
from .schema import definition, delivery, grant, request
from .schema.interactions import NAMED
from .statements import Query, Unit, parameter

PART = 500
"""Rows that one statement removes, unless more are of the same moment."""


class Ageing:
    """Rows of a table that meet some conditions, and the column that says when each was made.

    There must be an index that begins with the tenant and what the conditions compare, followed by that column. Other
    parameters of the conditions are given by name.
    """

    def __init__(self, at: Column[int], *conditions: ColumnElement[bool] | TextClause) -> None:
        table = at.table
        own = (table.c.tenant_id == parameter("tenant"), *conditions)
        self.oldest = Query(select(at).where(*own, at < parameter("before")).order_by(at).limit(parameter("limit")))
        self.drop = Query(delete(table).where(*own, at <= parameter("upto")))


async def remove(database: Database, ageing: Ageing, tenant: int, before: int, **more: object) -> bool:
    """Remove the oldest rows made before an instant; returns whether there may be more of them."""
    rows = await database.fetch(ageing.oldest, tenant=tenant, before=before, limit=PART, **more)
    if not rows:  # as nearly always: nothing is written then
        return False
    unit = Unit()
    unit.change(ageing.drop, {"tenant": tenant, "upto": rows[-1][0], **more}, expect=None)
    await database.write(unit)
    return len(rows) == PART


DOCUMENTS = Ageing(definition.c.created_at, definition.c.kind == bindparam("kind"))
"""The documents of a ``kind``."""

EXPIRED_KEYS = Ageing(grant.c.expires_at, grant.c.expires_at.is_not(None))
"""Sign-ins and authorization codes, from when they are over."""

ENDED_DELIVERIES = Ageing(delivery.c.ended_at, delivery.c.ended_at.is_not(None))
"""Deliveries that have arrived or were given up."""

REQUEST_KEYS = Ageing(request.c.at, text(f"({NAMED})"))
"""What is known of requests that named themselves, such as by ``Idempotency-Key``."""
