"""Who may do what: tokens, and the actor that a request's token stands for."""

import asyncio
import time

from msgspec import Struct

from ..model.errors import Forbidden, Invalid, NotFound, Problem, Unauthenticated, Unavailable
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right, Token, User
from ..store import tenants as tenant_rows
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from . import keys
from .fresh import FRESH
from .tenants import Tenants

_USED_EVERY = 60  # seconds: how exact a token's last use is known
_MOST_KNOWN = 10_000

PROTOCOLS = ("affinity", "customer-insights", "polis", "fdc3", "rest")


class _Known(Struct):
    """A token that was looked up, and until when the answer holds (monotonic seconds)."""

    actor: Actor
    expires_at: int | None
    until: float


class Access:
    """Use cases around tokens."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store = store
        self._tenants = tenants
        self._known: dict[tuple[str, str], _Known] = {}
        self._used: dict[tuple[int, int], float] = {}
        self._notes: set[asyncio.Task[None]] = set()

    async def authenticate(self, text: str, protocol: str) -> Actor:
        """Return the actor of a token through a protocol; raises ``Unauthenticated``.

        A token is read again every second, so a token revoked by another process is refused after at most that long,
        one revoked by this process at once.
        """
        return self.known(text, protocol) or await self._look_up(text, protocol)

    def known(self, text: str, protocol: str) -> Actor | None:
        """Return the actor of a token that was looked up just before; else ``authenticate`` has to."""
        known = self._known.get((protocol, text))
        if known is None or known.until <= time.monotonic():
            return None
        if known.expires_at is not None and known.expires_at <= now():
            raise Unauthenticated("the token has expired")
        return known.actor

    async def _look_up(self, text: str, protocol: str) -> Actor:
        tenant_id = keys.tenant_of(keys.TOKEN, text)
        if tenant_id is None:
            raise Unauthenticated("this is no token")
        token = await tenant_rows.token_by_digest(self._store.database, tenant_id, keys.digest(text))
        if token is None or token.revoked_at is not None:
            self._known.pop((protocol, text), None)
            raise Unauthenticated("the token is unknown or was revoked")
        if token.expires_at is not None and token.expires_at <= now():
            raise Unauthenticated("the token has expired")
        user = await tenant_rows.user_of(self._store.database, tenant_id, token.person_id)
        if user is None or not user.active:
            raise Unauthenticated("the token's user may not sign in")
        try:
            tenant = await self._tenants.get(tenant_id)
        except NotFound:
            raise Unauthenticated("the token's tenant was deleted") from None
        actor = Actor(
            tenant=tenant,
            person_id=token.person_id,
            right=_right_of(token, user, protocol),
            groups=(0, *user.groups),
            token_id=token.id,
            protocol=protocol,
            organization=token.organization,
        )
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[protocol, text] = _Known(actor, token.expires_at, time.monotonic() + FRESH)
        self._note_use(tenant_id, token.id)
        return actor

    async def create_token(
        self,
        actor: Actor,
        user: User,
        *,
        label: str = "",
        scopes: tuple[str, ...] = (),
        expires_at: int | None = None,
        organization: str | None = None,
    ) -> tuple[str, Token]:
        """Create a token for a user (oneself, or as an admin any) and return its text, which is never shown again."""
        actor.require(Right.ADMIN if user.person_id != actor.person_id else Right.WRITE)
        own = await self.token(actor)
        if own is not None and own.scopes and not _within(scopes, own.scopes):
            raise Forbidden("a token with scopes creates only tokens of the same scopes or less")
        problems = [
            Problem("scope", f"{scope} is no scope: use read, write or admin, or e.g. affinity:read", "choice")
            for scope in scopes
            if not _is_scope(scope)
        ]
        if problems:
            raise Invalid(*problems)
        if await tenant_rows.user_of(self._store.database, actor.tenant.id, user.person_id) is None:
            raise NotFound("user", user.person_id)
        text = keys.new_key(keys.TOKEN, actor.tenant)
        token = Token(
            id=await self._store.numbers.one(actor.tenant.id, "token"),
            person_id=user.person_id,
            prefix=keys.shown(text),
            label=label,
            scopes=scopes,
            created_at=now(),
            expires_at=expires_at,
            organization=organization,
        )
        unit = Unit()
        tenant_rows.insert_token(unit, actor.tenant.id, token, keys.digest(text))
        add_entry(unit, actor, Action.CREATE, Entity.TOKEN, token.id, 1, token.created_at)
        await self._store.database.write(unit)
        return text, token

    async def tokens(self, actor: Actor) -> list[Token]:
        """Return the tokens that the actor may see: an admin all, others their own."""
        tokens = await tenant_rows.tokens(self._store.database, actor.tenant.id)
        if actor.right is Right.ADMIN:
            return tokens
        return [token for token in tokens if token.person_id == actor.person_id]

    async def token(self, actor: Actor) -> Token | None:
        """Return the token that the actor came with."""
        if actor.token_id is None:
            return None
        return await tenant_rows.token_of(self._store.database, actor.tenant.id, actor.token_id)

    async def revoke_token(self, actor: Actor, token_id: int) -> Token:
        """Revoke a token; to revoke it again changes nothing."""
        token = await tenant_rows.token_of(self._store.database, actor.tenant.id, token_id)
        if token is None or (actor.right is not Right.ADMIN and token.person_id != actor.person_id):
            raise NotFound("token", token_id)
        actor.require(Right.ADMIN if token.person_id != actor.person_id else Right.WRITE)
        at = now()
        if token.revoked_at is None:
            unit = Unit()
            unit.change(tenant_rows.REVOKE, {"tenant": actor.tenant.id, "token": token_id, "at": at}, expect=None)
            add_entry(unit, actor, Action.DELETE, Entity.TOKEN, token_id, 2, at)
            await self._store.database.write(unit)
        self._known = {key: known for key, known in self._known.items() if known.actor.token_id != token_id}
        return token

    def forget(self, tenant_id: int) -> None:
        """Read a tenant anew with its next request, since something about it has changed."""
        self._tenants.forget(tenant_id)
        self._known = {key: known for key, known in self._known.items() if known.actor.tenant.id != tenant_id}

    async def close(self) -> None:
        """Finish noting which tokens were used."""
        if self._notes:
            await asyncio.wait(self._notes, timeout=5)

    def _note_use(self, tenant_id: int, token_id: int) -> None:
        used_at = time.monotonic()
        if used_at - self._used.get((tenant_id, token_id), -_USED_EVERY) < _USED_EVERY:
            return
        self._used[tenant_id, token_id] = used_at
        task = asyncio.create_task(self._write_use(tenant_id, token_id))
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)

    async def _write_use(self, tenant_id: int, token_id: int) -> None:
        unit = Unit()
        unit.change(tenant_rows.USED, {"tenant": tenant_id, "token": token_id, "at": now()}, expect=None)
        try:
            await self._store.database.write(unit)
        except Unavailable:
            pass  # it is noted with the next use


def _is_scope(scope: str) -> bool:
    protocol, _, right = scope.rpartition(":")
    return right in list(Right) and (not protocol or protocol in PROTOCOLS)


def _within(scopes: tuple[str, ...], wider: tuple[str, ...]) -> bool:
    """Whether the scopes, of which there are some, allow nothing that the wider ones do not."""

    def covered(scope: str) -> bool:
        where, _, right = scope.rpartition(":")
        return any(
            allowed in ("", where) and right in list(Right) and Right(most).includes(Right(right))
            for allowed, _, most in (item.rpartition(":") for item in wider)
        )

    return bool(scopes) and all(covered(scope) for scope in scopes)


def _right_of(token: Token, user: User, protocol: str) -> Right | None:
    """Return the least of what the user's role and the token's scopes allow through this protocol."""
    if not token.scopes:
        return user.role.right
    granted: Right | None = None
    for scope in token.scopes:
        where, _, right = scope.rpartition(":")
        if where in ("", protocol) and (granted is None or Right(right).includes(granted)):
            granted = Right(right)
    if granted is None or user.role.right.includes(granted):
        return granted
    return user.role.right
