"""As whom intents are handled where no token says so: as a user of a store on this machine."""

from collections.abc import Awaitable, Callable

from ..ledger import Ledger, maintenance
from ..ledger.tenants import system_actor
from ..model.errors import Invalid, Problem
from ..model.tenancy import Actor, UserRole
from ..settings import Settings, default_database, files_folder
from .errors import AgentError

PROTOCOL = "fdc3"


async def opened(settings: Settings) -> Ledger:
    """Open the store that the settings name; raises ``AgentError`` where there is none."""
    url = settings.db or f"sqlite:///{default_database()}"
    if not maintenance.exists(url):
        raise AgentError("AgentNotFound")
    return await Ledger.open(url, files=files_folder(settings))


Acting = Callable[[], Awaitable[Actor]]
"""Returns who acts, with the tenant as it is now."""


async def acting(ledger: Ledger, tenant_name: str | None, email: str | None) -> Acting:
    """Return as whom intents are handled: by default the owner of the only tenant. Raises ``NotFound``."""
    if tenant_name is not None:
        tenant = await ledger.tenants.by_name(tenant_name)
    else:
        tenants = await ledger.tenants.all()
        if len(tenants) != 1:
            raise Invalid(Problem("tenant", "must be named: there is not just one"))
        (tenant,) = tenants
    if email is not None:
        person_id = (await ledger.tenants.user(tenant, email)).person_id
    else:
        users = await ledger.tenants.users(tenant)
        person_id = next(user.person_id for user in users if user.role is UserRole.OWNER)

    async def actor() -> Actor:
        return system_actor(await ledger.tenants.get(tenant.id), person_id, protocol=PROTOCOL)

    return actor
