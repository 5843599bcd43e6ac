"""Applications that users let act for them: registering, finding and ending them."""

import base64
import hmac
import secrets
from typing import NamedTuple
from urllib.parse import urlsplit

from ..model.applications import Application, redirect_problems
from ..model.errors import Invalid, NotFound, Problem, Unauthenticated
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right, Tenant
from ..store import access as rows
from ..store import deliveries as delivery_rows
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from . import keys
from .access import Access
from .tenants import Tenants

_CLIENT = "app"
_SECRET = "ilogsecret"


class Client(NamedTuple):
    """An application, and the tenant that it is registered with."""

    tenant: Tenant
    application: Application


class Applications:
    """Use cases around applications."""

    def __init__(self, store: Store, tenants: Tenants, access: Access) -> None:
        self._store = store
        self._tenants = tenants
        self._access = access

    async def create(
        self,
        actor: Actor,
        name: str,
        redirect_uris: tuple[str, ...] = (),
        *,
        is_public: bool = False,
        callback: str | None = None,
        organization: str | None = None,
        token_seconds: int | None = None,
    ) -> tuple[Application, str | None]:
        """Register an application that acts on its own account as the actor; returns it, and its secret if it has one.

        The secret is never shown again. Raises ``Invalid`` with every problem.
        """
        actor.require(Right.ADMIN)
        problems = redirect_problems(redirect_uris)
        if not name.strip() or len(name) > 200:
            problems.append(Problem("name", "must be a name of up to 200 characters", "text"))
        if callback is not None and not _is_web_address(callback):
            problems.append(Problem("callback", "must be an address with http or https", "uri"))
        if token_seconds is not None and not 60 <= token_seconds <= 100 * 366 * 86_400:
            problems.append(Problem("token_seconds", "must be from a minute to a hundred years", "range"))
        if problems:
            raise Invalid(*problems)
        application = Application(
            id=await self._store.numbers.one(actor.tenant.id, "application"),
            client_id=f"{_CLIENT}{actor.tenant.id}_{secrets.token_hex(12)}",
            name=name.strip(),
            redirect_uris=redirect_uris,
            person_id=actor.person_id,
            is_public=is_public,
            callback=callback,
            signing_key=None if callback is None else _signing_key(),
            organization=organization,
            token_seconds=token_seconds,
            created_at=now(),
        )
        secret = None if is_public else keys.new_key(_SECRET, actor.tenant)
        unit = Unit()
        rows.insert_application(unit, actor.tenant.id, application, keys.digest(secret) if secret else None)
        add_entry(unit, actor, Action.CREATE, Entity.APPLICATION, application.id, 1, application.created_at)
        await self._store.database.write(unit)
        return application, secret

    async def all(self, actor: Actor) -> list[Application]:
        """Return the tenant's applications, also revoked ones."""
        actor.require(Right.ADMIN)
        return await rows.applications(self._store.database, actor.tenant.id)

    async def revoke(self, actor: Actor, client_id: str) -> Application:
        """End an application, its subscriptions and all tokens that it was given; to end it again changes nothing."""
        actor.require(Right.ADMIN)
        found = await rows.application_of(self._store.database, actor.tenant.id, client_id)
        if found is None:
            raise NotFound("application", client_id, "client id")
        application, at = found[0], now()
        if application.revoked_at is None:
            unit = Unit()
            rows.revoke_application(unit, actor.tenant.id, application, at)
            delivery_rows.end_of_application(unit, actor.tenant.id, application.id, at)
            add_entry(unit, actor, Action.DELETE, Entity.APPLICATION, application.id, 2, at)
            await self._store.database.write(unit)
        self._access.forget(actor.tenant.id)
        return application

    async def known(self, client_id: str) -> Client:
        """Return the application of a client id, in whatever tenant; raises ``NotFound``, also where it has ended."""
        return (await self._look_up(client_id))[0]

    async def authenticated(self, client_id: str, secret: str | None) -> Client:
        """Return the application that knows the secret of a client id, or is public; raises ``Unauthenticated``."""
        try:
            client, digest = await self._look_up(client_id)
        except NotFound:
            raise Unauthenticated("no application has this client id and secret") from None
        if not hmac.compare_digest(digest or "", keys.digest(secret) if secret else ""):
            raise Unauthenticated("no application has this client id and secret")
        return client

    async def _look_up(self, client_id: str) -> tuple[Client, str | None]:
        tenant_id = keys.tenant_of(_CLIENT, client_id)
        found = None
        if tenant_id is not None:
            found = await rows.application_of(self._store.database, tenant_id, client_id)
        if tenant_id is None or found is None or found[0].revoked_at is not None:
            raise NotFound("application", client_id, "client id")
        return Client(await self._tenants.get(tenant_id), found[0]), found[1]


def _signing_key() -> str:
    """Return a key as Standard Webhooks writes it, which is what libraries that verify signatures take."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _is_web_address(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment and uri.isascii()
