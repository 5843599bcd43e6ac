"""Signing in to the pages: links that work once, passwords, and the sessions that both begin."""

import hashlib
import hmac
import time
from contextlib import suppress

from ..model.errors import Conflict, NotFound, Unauthenticated, Unavailable
from ..model.instants import HOUR, MINUTE, now
from ..model.journal import Action, Entity
from ..model.sessions import Session, SessionKind, SignedIn
from ..model.tenancy import Actor, Tenant, User
from ..store import sessions as rows
from ..store import tenants as tenant_rows
from ..store.database import Duplicate, Stale
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from .fresh import FRESH
from .keys import digest, new_key, tenant_of
from .passwords import Passwords
from .tenants import Tenants

LINK_LASTS = 24 * HOUR
SESSION_LASTS = 30 * 24 * HOUR
PANEL_LASTS = 12 * HOUR
_LINK, _SESSION = "ilin", "ises"
_SEEN_EVERY = 10 * MINUTE
_MOST_KNOWN = 10_000
_LONGEST_AGENT = 300


class Sessions:
    """Use cases around signing in. Of each key only its digest is stored."""

    def __init__(self, store: Store, tenants: Tenants, passwords: Passwords) -> None:
        self._store = store
        self._database = store.database
        self._tenants = tenants
        self._passwords = passwords
        self._known: dict[str, tuple[SignedIn, float]] = {}

    # Beginning

    async def link(self, actor: Actor, user: User) -> str:
        """Return the key of a link that signs a user in, once, within a day."""
        key = new_key(_LINK, actor.tenant)
        unit = Unit()
        await self._add(unit, actor, user.person_id, SessionKind.LINK, key, LINK_LASTS)
        await self._database.write(unit)
        return key

    async def enter(self, key: str, agent: str | None = None) -> str:
        """Return the key of the session that a link's key begins; raises ``Unauthenticated`` the second time."""
        tenant, link = await self._find(_LINK, SessionKind.LINK, key)
        actor = await self._actor(tenant, link.person_id)
        session = new_key(_SESSION, tenant)
        unit = Unit()
        unit.change(rows.USE, {"tenant": tenant.id, "id": link.id, "at": now()})
        await self._add(unit, actor, link.person_id, SessionKind.SESSION, session, SESSION_LASTS, agent)
        try:
            await self._database.write(unit)
        except Stale:
            raise Unauthenticated("the link has been used already") from None
        return session

    async def sign_in(self, tenant: Tenant, email: str, password: str, agent: str | None = None) -> str:
        """Return the key of the session of a user who gave the right password; raises ``Unauthenticated``."""
        user = await self._passwords.check(tenant, email, password)
        tenant = await self._tenants.get(tenant.id)
        actor = await self._actor(tenant, user.person_id)
        session = new_key(_SESSION, tenant)
        unit = Unit()
        await self._add(unit, actor, user.person_id, SessionKind.SESSION, session, SESSION_LASTS, agent)
        await self._database.write(unit)
        return session

    @staticmethod
    def is_key(text: str) -> bool:
        """Whether a text looks like a session's key, and not like a token's."""
        return text.startswith(_SESSION)

    async def again(self, signed_in: SignedIn, agent: str) -> str:
        """Return the key of one more session of somebody who is signed in: for another place of the same browser."""
        session = new_key(_SESSION, signed_in.actor.tenant)
        unit = Unit()
        person_id = signed_in.session.person_id
        await self._add(unit, signed_in.actor, person_id, SessionKind.SESSION, session, PANEL_LASTS, agent)
        await self._database.write(unit)
        return session

    # Being signed in

    async def authenticate(self, key: str) -> SignedIn:
        """Return who a session's key stands for; raises ``Unauthenticated``.

        Read again every second, and when the tenant has changed: what somebody has just set is there on the next page.
        """
        known = self._known.pop(key, None)
        if known is not None and known[1] > time.monotonic() and await self._is_current(known[0].actor.tenant):
            self._known[key] = known
            return known[0]
        tenant, session = await self._find(_SESSION, SessionKind.SESSION, key)
        signed_in = SignedIn(await self._actor(tenant, session.person_id), session, _form_key(key))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = signed_in, time.monotonic() + FRESH
        await self._note_use(tenant.id, session)
        return signed_in

    def forget(self, tenant_id: int) -> None:
        """Read who is signed in to a tenant anew, since what its users may do has changed."""
        self._known = {key: known for key, known in self._known.items() if known[0].actor.tenant.id != tenant_id}

    async def active(self, actor: Actor) -> list[Session]:
        """Return the actor's own sessions, the newest first."""
        return await rows.of_person(self._database, actor.tenant.id, actor.person_id, SessionKind.SESSION, now())

    # Ending

    async def end(self, signed_in: SignedIn) -> None:
        """Sign out."""
        with suppress(NotFound):  # it is over already
            await self.end_one(signed_in.actor, signed_in.session.id)

    async def end_one(self, actor: Actor, id_: int) -> None:
        """End one of the actor's own sessions, wherever it is; raises ``NotFound`` where it is over, or not his."""
        unit = Unit()
        unit.change(rows.END, {"tenant": actor.tenant.id, "id": id_, "person": actor.person_id, "at": now()})
        add_entry(unit, actor, Action.DELETE, Entity.SESSION, id_, 2, now())
        try:
            await self._database.write(unit)
        except Stale:
            raise NotFound("session", id_) from None
        self._known.clear()

    async def end_all(self, actor: Actor) -> None:
        """Sign out everywhere: all of the actor's sessions are over, and links that were not used."""
        unit = Unit()
        self._end_all(unit, actor)
        await self._database.write(unit)
        self._known.clear()

    async def set_password(self, signed_in: SignedIn, password: str, current: str) -> None:
        """Set one's own password, and end all other sessions: who had the old one is out.

        ``current`` is the password that is to be replaced, where there is one: a browser that somebody has left open
        is not enough. Raises ``Invalid`` and ``Limited``.
        """
        actor = signed_in.actor
        unit = Unit()
        await self._passwords.confirm(actor, current)
        await self._passwords.add(unit, actor, actor.person_id, password)
        self._end_all(unit, actor, but=signed_in.session.id)
        try:
            await self._database.write(unit)
        except (Duplicate, Stale):
            raise Conflict("the password was being changed at the same time; try again") from None
        self._known.clear()

    # Parts

    @staticmethod
    def _end_all(unit: Unit, actor: Actor, but: int = 0) -> None:
        ended = {"tenant": actor.tenant.id, "person": actor.person_id, "but": but, "at": now()}
        unit.change(rows.END_ALL, ended, expect=None)
        add_entry(unit, actor, Action.DELETE, Entity.SESSION, actor.person_id, 2, now())

    async def _add(
        self,
        unit: Unit,
        actor: Actor,
        person_id: int,
        kind: SessionKind,
        key: str,
        lasts: int,
        agent: str | None = None,
    ) -> None:
        at = now()
        item = Session(
            id=await self._store.numbers.one(actor.tenant.id, "session"),
            kind=kind,
            person_id=person_id,
            digest=digest(key),
            created_at=at,
            expires_at=at + lasts,
            agent=agent[:_LONGEST_AGENT] if agent else None,
        )
        rows.insert(unit, actor.tenant.id, item)
        add_entry(unit, actor, Action.CREATE, Entity.SESSION, item.id, 1, at)

    async def _find(self, beginning: str, kind: SessionKind, key: str) -> tuple[Tenant, Session]:
        """Return what a key belongs to; raises ``Unauthenticated``."""
        tenant_id = tenant_of(beginning, key)
        item = await rows.by_digest(self._database, tenant_id, digest(key)) if tenant_id is not None else None
        if item is None or tenant_id is None or item.kind is not kind or item.ended_at is not None:
            raise Unauthenticated("nobody is signed in by this key")
        if item.expires_at <= now():
            raise Unauthenticated("the link has expired" if kind is SessionKind.LINK else "the session is over")
        if kind is SessionKind.LINK and item.used_at is not None:
            raise Unauthenticated("the link has been used already")
        try:
            return await self._tenants.get(tenant_id), item
        except NotFound:
            raise Unauthenticated("the tenant was deleted") from None

    async def _is_current(self, tenant: Tenant) -> bool:
        try:
            return await self._tenants.get(tenant.id) is tenant
        except NotFound:
            return False

    async def _actor(self, tenant: Tenant, person_id: int) -> Actor:
        user = await tenant_rows.user_of(self._database, tenant.id, person_id)
        if user is None or not user.active:
            raise Unauthenticated("the user may not sign in")
        return Actor(
            tenant=tenant, person_id=person_id, right=user.role.right, groups=(0, *user.groups), protocol="web"
        )

    async def _note_use(self, tenant: int, session: Session) -> None:
        at = now()
        if session.used_at is not None and at - session.used_at < _SEEN_EVERY:
            return
        unit = Unit()
        unit.change(rows.SEEN, {"tenant": tenant, "id": session.id, "at": at}, expect=None)
        try:
            await self._database.write(unit)
        except Unavailable:
            pass  # it is noted with the next use


def _form_key(key: str) -> str:
    """Return the word that forms carry: it follows from the session's key, which no other site can read."""
    return hmac.new(key.encode(), b"form", hashlib.sha256).hexdigest()
