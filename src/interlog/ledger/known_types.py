"""Types that the actor's tenant does not know yet, because another process has defined them since it was read."""

from collections.abc import Iterable

from ..model.tenancy import Actor
from ..store import types as type_rows
from ..store.database import Database


async def know(database: Database, actor: Actor, types: Iterable[int | None]) -> None:
    """Let the actor's tenant know these types, which records were stored with."""
    known = actor.tenant.types_by_id
    for id_ in types:
        if id_ is not None and id_ not in known:
            actor.tenant.learn(await type_rows.newest(database, actor.tenant.id))
            return


async def know_name(database: Database, actor: Actor, name: str) -> None:
    """Let the actor's tenant know a type by its name, if there is one."""
    if name not in actor.tenant.types_by_name:
        actor.tenant.learn(await type_rows.newest(database, actor.tenant.id))
