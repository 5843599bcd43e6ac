"""Passwords: with them people sign in where an application asks for their consent."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError, VerifyMismatchError

from ..model.errors import Conflict, Invalid, NotFound, Problem, Unauthenticated
from ..model.instants import now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Right, Tenant, User
from ..store import access as rows
from ..store import tenants as tenant_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from .attempts import Attempts
from .tenants import Tenants

SHORTEST, LONGEST = 8, 1_024

_TRIES = 4


class Passwords:
    """Use cases around passwords. Only their hashes are stored, by Argon2id, which costs memory and time on purpose."""

    def __init__(self, store: Store, tenants: Tenants) -> None:
        self._store = store
        self._tenants = tenants
        self._hasher = PasswordHasher()
        self._attempts = Attempts()
        # Each hash takes a core and 64 MiB: two at a time leave the rest to requests.
        self._turn = asyncio.Semaphore(2)
        self._of_nobody: str | None = None

    async def set(self, actor: Actor, person_id: int, password: str, *, right: Right = Right.ADMIN) -> None:
        """Set a user's password: one's own, or another's with ``right``."""
        actor.require(right if person_id != actor.person_id else Right.READ)
        for _ in range(_TRIES):
            unit = Unit()
            await self.add(unit, actor, person_id, password)
            if await tenant_rows.user_of(self._store.database, actor.tenant.id, person_id) is None:
                raise NotFound("user", person_id)
            try:
                await self._store.database.write(unit)
            except (Duplicate, Stale):
                continue
            return
        raise Conflict("the password was being changed at the same time; try again")

    async def add(self, unit: Unit, actor: Actor, person_id: int, password: str) -> None:
        """Add a password to a unit, such as the one that makes its user."""
        if not SHORTEST <= len(password) <= LONGEST:
            message = f"must have {SHORTEST} to {LONGEST} characters"
            raise Invalid(Problem("password", message, "too_short" if len(password) < SHORTEST else "too_long"))
        read = await rows.password_of(self._store.database, actor.tenant.id, person_id)
        at = now()
        rows.set_password(unit, actor.tenant.id, person_id, read, await self._hash(password), at)
        action = Action.CREATE if read is None else Action.AMEND
        add_entry(unit, actor, action, Entity.PASSWORD, person_id, 1, at)

    async def has(self, actor: Actor) -> bool:
        """Whether the actor has a password."""
        return await rows.password_of(self._store.database, actor.tenant.id, actor.person_id) is not None

    async def confirm(self, actor: Actor, password: str) -> None:
        """Let only who knows the actor's password go on, where there is one; raises ``Invalid`` or ``Limited``."""
        stored = await rows.password_of(self._store.database, actor.tenant.id, actor.person_id)
        if stored is None:
            return
        key = (actor.tenant.id, actor.person_id)
        self._attempts.begin(key)
        if not await self._matches(stored, password[: LONGEST + 1]):
            raise Invalid(Problem("current", "is not your password", "wrong"))
        self._attempts.succeeded(key)

    async def check(self, tenant: Tenant, email: str, password: str) -> User:
        """Return the user of an e-mail address and a password; raises ``Unauthenticated``, or ``Limited``.

        Nothing tells a wrong password from a user who is not there, not even the time that it takes.
        """
        key = (tenant.id, email.strip().casefold())
        self._attempts.begin(key)
        try:
            user: User | None = await self._tenants.user(tenant, email)
        except (NotFound, Invalid):  # nobody has it, or nobody can have it
            user = None
        stored = None if user is None else await rows.password_of(self._store.database, tenant.id, user.person_id)
        matches = await self._matches(stored or await self._hash_of_nobody(), password[: LONGEST + 1])
        if user is None or stored is None or not matches or not user.active:
            raise Unauthenticated("the e-mail address or the password is wrong")
        self._attempts.succeeded(key)
        return user

    async def _hash_of_nobody(self) -> str:
        if self._of_nobody is None:
            self._of_nobody = await self._hash(secrets.token_urlsafe(16))
        return self._of_nobody

    async def _hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def _matches(self, stored: str, password: str) -> bool:
        async with self._turn:
            try:
                return await asyncio.to_thread(self._hasher.verify, stored, _bytes(password))
            except VerifyMismatchError:
                return False
            except VerificationError as error:  # memory ran out, or the hash is damaged
                raise Unauthenticated("the password cannot be checked now") from error


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")
