"""How much is asked of tenants' data: calls by protocol and calendar month."""

from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from .database import Database
from .schema import usage
from .statements import Query, Unit, parameter


class Used(NamedTuple):
    """Whose calls are counted, through which protocol, and in which month since the year 0."""

    tenant: int
    protocol: str
    month: int


OF_MONTH = Query(select(*usage.c).where(usage.c.month == parameter("month")))
ADD = Query(
    update(usage)
    .where(
        usage.c.tenant_id == parameter("tenant"),
        usage.c.protocol == bindparam("of_protocol"),
        usage.c.month == parameter("of_month"),
    )
    .values(calls=usage.c.calls + parameter("many"))
)


async def of_month(database: Database, month: int) -> dict[Used, int]:
    """Return the calls of a month, of every tenant."""
    rows = await database.fetch_long(OF_MONTH, month=month)
    return {Used(tenant, protocol, at): calls for tenant, protocol, at, calls in rows}


def add(unit: Unit, used: Used, many: int) -> None:
    """Add to a unit that there were so many calls more; ``Stale`` where there were none before."""
    unit.change(ADD, {"tenant": used.tenant, "of_protocol": used.protocol, "of_month": used.month, "many": many})


def begin(unit: Unit, used: Used, many: int) -> None:
    """Add to a unit the first calls of a month; ``Duplicate`` where there were some before."""
    unit.insert(usage, [(*used, many)])
