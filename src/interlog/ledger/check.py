"""Checking a store: everything that one record says about another must be true."""

from ..store.check import content_problems
from ..store.file_check import file_problems
from ..store.store import Store
from .files import folder_of
from .tenants import Tenants


class Check:
    """Use cases of whoever runs the server."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store, self._tenants = store, tenants

    async def problems(self) -> list[str]:
        """Return what is wrong with the store, in plain English; empty when all is well."""
        from ..store.migrate import schema_problems  # costly to load, and seldom needed

        damages = await self._store.database.integrity_problems()
        if damages:  # what a damaged file says of its content is worth nothing
            return damages
        problems = await schema_problems(self._store.url) + await content_problems(self._store.database)
        for tenant in await self._tenants.all():
            found = await file_problems(self._store, tenant.id, folder_of(tenant))
            problems += [f"tenant {tenant.name}: {problem}" for problem in found]
        return problems
