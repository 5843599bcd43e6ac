"""From a user's consent to an application's tokens: sign-ins, authorization codes, refresh tokens (RFC 6749, 7636)."""

from typing import NamedTuple

from ..model.applications import Consent, Grant, GrantKind
from ..model.errors import Refused, Unauthenticated
from ..model.instants import MINUTE, SECOND, now
from ..model.journal import Action, Entity
from ..model.tenancy import Actor, Token
from ..store import access as rows
from ..store import tenants as tenant_rows
from ..store.database import Stale
from ..store.journal import add_entry
from ..store.statements import Unit
from ..store.store import Store
from . import keys
from .access import Access
from .applications import Client
from .passwords import Passwords
from .tenants import system_actor

LIFETIME = 10 * MINUTE
"""How long a sign-in waits for a consent, and an authorization code for its being redeemed."""

_BEGINNINGS = {GrantKind.SIGN_IN: "ilogsign", GrantKind.CODE: "ilogcode", GrantKind.REFRESH: "ilogrefresh"}


class BadGrant(Refused):
    """The key that a token was asked for with is none, was used, is over, or is somebody else's."""


class Issued(NamedTuple):
    """What an application is given. ``seconds``: how long the token is good for, None for ever."""

    token: str
    seconds: int | None
    refresh: str | None
    organization: str | None


class Grants:
    """Use cases around consents. A key works once; whoever uses one again ends the whole consent."""

    def __init__(self, store: Store, access: Access, passwords: Passwords) -> None:
        self._store = store
        self._access = access
        self._passwords = passwords

    async def sign_in(self, client: Client, email: str, password: str) -> str:
        """Return a key that shows for ten minutes who signed in by password; ``Unauthenticated`` or ``Limited``."""
        user = await self._passwords.check(client.tenant, email, password)
        return await self._signed(client, user.person_id)

    async def sign_in_by_token(self, client: Client, text: str, protocol: str) -> str:
        """Return the same for a user's token. One that may not do all that its user may lets nobody else in."""
        actor = await self._access.authenticate(text, protocol)
        token = await self._access.token(actor)
        if actor.tenant.id != client.tenant.id:
            raise Unauthenticated("this is a token of another tenant")
        if token is None or token.scopes or token.organization or token.application is not None:
            raise Unauthenticated("this token is limited: sign in with one that may do all that you may")
        return await self._signed(client, actor.person_id)

    async def signed_in(self, client: Client, key: str, protocol: str) -> Actor:
        """Return who signed in; raises ``Unauthenticated``."""
        grant = await self._find(client, GrantKind.SIGN_IN, key)
        actor = None
        if grant is not None and grant.used_at is None and not _is_over(grant):
            actor = await self._actor(client, grant.person_id, protocol)
        if actor is None:
            raise Unauthenticated("the sign-in is over; sign in again")
        return actor

    async def allow(
        self,
        client: Client,
        key: str,
        *,
        protocol: str,
        organization: str | None,
        scopes: tuple[str, ...],
        redirect_uri: str | None = None,
        challenge: str | None = None,
    ) -> str:
        """Store the consent of whoever signed in, and return the authorization code; uses up the sign-in.

        ``redirect_uri`` and ``challenge``: what whoever redeems the code must repeat and meet.
        """
        actor = await self.signed_in(client, key, protocol)
        tenant, at = client.tenant.id, now()
        consent = Consent(
            id=await self._store.numbers.one(tenant, "consent"),
            application=client.application.id,
            person_id=actor.person_id,
            organization=organization,
            scopes=scopes,
            created_at=at,
        )
        unit = Unit()
        rows.use_grant(unit, tenant, keys.digest(key), at)
        rows.insert_consent(unit, tenant, consent)
        code = self._add_key(
            unit, client, GrantKind.CODE, actor.person_id, consent=consent.id, redirect_uri=redirect_uri,
            challenge=challenge, expires_at=at + LIFETIME,
        )  # fmt: skip
        add_entry(unit, actor, Action.CREATE, Entity.CONSENT, consent.id, 1, at)
        try:
            await self._store.database.write(unit)
        except Stale:
            raise Unauthenticated("the sign-in is over; sign in again") from None
        return code

    async def redeem(
        self, client: Client, code: str, *, protocol: str, redirect_uri: str | None = None, verifier: str | None = None
    ) -> Issued:
        """Return the token for an authorization code; raises ``BadGrant``. A second use ends what the first gave."""
        grant = await self._take(client, GrantKind.CODE, code)
        if redirect_uri is not None and grant.redirect_uri is not None and redirect_uri != grant.redirect_uri:
            raise BadGrant("the code was asked for with another redirect_uri")
        if not grant.is_met(verifier):
            raise BadGrant("the code_verifier does not meet the challenge")
        return await self._give(client, grant, code, protocol)

    async def refresh(self, client: Client, key: str, *, protocol: str) -> Issued:
        """Return a new token, and a new key to refresh that one, for a refresh token; raises ``BadGrant``."""
        return await self._give(client, await self._take(client, GrantKind.REFRESH, key), key, protocol)

    async def own(self, client: Client, *, protocol: str, scopes: tuple[str, ...]) -> Issued:
        """Return a token on the application's own account; raises ``BadGrant``."""
        application = client.application
        actor = await self._actor(client, application.person_id, protocol)
        if application.is_public or actor is None:
            raise BadGrant("the application may not act on its own account")
        unit = Unit()
        text = await self._add_token(unit, client, actor, scopes, application.organization, None)
        await self._store.database.write(unit)
        return Issued(text, application.token_seconds, None, application.organization)

    async def revoke(self, client: Client, text: str, *, protocol: str) -> None:
        """End a token or refresh token of the application, and the consent by which it came; others' are ignored."""
        tenant = client.tenant.id
        token = await tenant_rows.token_by_digest(self._store.database, tenant, keys.digest(text))
        if token is not None and token.application == client.application.id:
            if token.consent is not None:
                await self._end(client, token.consent, protocol)
            else:
                await self._access.revoke_token(_acting(client, token.person_id, protocol), token.id)
            return
        grant = await self._find(client, GrantKind.REFRESH, text)
        if grant is not None and grant.consent is not None:
            await self._end(client, grant.consent, protocol)

    async def _signed(self, client: Client, person_id: int) -> str:
        unit = Unit()
        key = self._add_key(unit, client, GrantKind.SIGN_IN, person_id, expires_at=now() + LIFETIME)
        await self._store.database.write(unit)
        return key

    async def _find(self, client: Client, kind: GrantKind, key: str) -> Grant | None:
        if keys.tenant_of(_BEGINNINGS[kind], key) != client.tenant.id:
            return None
        grant = await rows.grant_of(self._store.database, client.tenant.id, keys.digest(key))
        if grant is None or grant.kind is not kind or grant.application != client.application.id:
            return None
        return grant

    async def _take(self, client: Client, kind: GrantKind, key: str) -> Grant:
        """Return a key that is good for a token; raises ``BadGrant``."""
        grant = await self._find(client, kind, key)
        if grant is None:
            raise BadGrant(f"this is no {_NAMES[kind]} of this application")
        if grant.used_at is not None:
            raise await self._misused(client, grant)
        if _is_over(grant):
            raise BadGrant(f"the {_NAMES[kind]} is over")
        return grant

    async def _give(self, client: Client, grant: Grant, key: str, protocol: str) -> Issued:
        """Use up a key and return a token by its consent."""
        tenant, application = client.tenant.id, client.application
        assert grant.consent is not None, "a key for tokens comes with a consent"
        consent = await rows.consent_of(self._store.database, tenant, grant.consent)
        actor = await self._actor(client, grant.person_id, protocol)
        if consent is None or consent.revoked_at is not None or actor is None:
            raise BadGrant("the consent is over")
        unit = Unit()
        rows.use_grant(unit, tenant, keys.digest(key), now())
        rows.require_consent(unit, tenant, consent)
        text = await self._add_token(unit, client, actor, consent.scopes, consent.organization, consent.id)
        refresh = None
        if application.token_seconds is not None:
            refresh = self._add_key(unit, client, GrantKind.REFRESH, grant.person_id, consent=consent.id)
        try:
            await self._store.database.write(unit)
        except Stale:
            raise await self._misused(client, grant) from None
        return Issued(text, application.token_seconds, refresh, consent.organization)

    async def _misused(self, client: Client, grant: Grant) -> BadGrant:
        """End the consent of a key that is used for the second time: one of both users stole it."""
        if grant.consent is not None:
            await self._end(client, grant.consent, "system")
        return BadGrant(f"the {_NAMES[grant.kind]} was used before; what it gave is revoked")

    async def _end(self, client: Client, consent_id: int, protocol: str) -> None:
        tenant, at = client.tenant.id, now()
        consent = await rows.consent_of(self._store.database, tenant, consent_id)
        if consent is not None and consent.revoked_at is None:
            unit = Unit()
            rows.revoke_consent(unit, tenant, consent, at)
            actor = _acting(client, consent.person_id, protocol)
            add_entry(unit, actor, Action.DELETE, Entity.CONSENT, consent_id, 2, at)
            try:
                await self._store.database.write(unit)
            except Stale:
                pass  # somebody else ended it at the same moment
        self._access.forget(tenant)

    async def _actor(self, client: Client, person_id: int, protocol: str) -> Actor | None:
        """Return a user of the application's tenant as an actor; None where he may not sign in."""
        user = await tenant_rows.user_of(self._store.database, client.tenant.id, person_id)
        if user is None or not user.active:
            return None
        return Actor(
            tenant=client.tenant, person_id=person_id, right=user.role.right, groups=(0, *user.groups),
            protocol=protocol,
        )  # fmt: skip

    async def _add_token(
        self,
        unit: Unit,
        client: Client,
        actor: Actor,
        scopes: tuple[str, ...],
        organization: str | None,
        consent: int | None,
    ) -> str:
        application, at = client.application, now()
        text = keys.new_key(keys.TOKEN, client.tenant)
        seconds = application.token_seconds
        token = Token(
            id=await self._store.numbers.one(client.tenant.id, "token"),
            person_id=actor.person_id,
            prefix=keys.shown(text),
            label=application.name,
            scopes=scopes,
            created_at=at,
            expires_at=None if seconds is None else at + seconds * SECOND,
            organization=organization,
            application=application.id,
            consent=consent,
        )
        tenant_rows.insert_token(unit, client.tenant.id, token, keys.digest(text))
        add_entry(unit, actor, Action.CREATE, Entity.TOKEN, token.id, 1, at)
        return text

    def _add_key(
        self,
        unit: Unit,
        client: Client,
        kind: GrantKind,
        person_id: int,
        *,
        consent: int | None = None,
        redirect_uri: str | None = None,
        challenge: str | None = None,
        expires_at: int | None = None,
    ) -> str:
        text = keys.new_key(_BEGINNINGS[kind], client.tenant)
        grant = Grant(
            kind=kind, application=client.application.id, person_id=person_id, consent=consent,
            redirect_uri=redirect_uri, challenge=challenge, expires_at=expires_at,
        )  # fmt: skip
        rows.insert_grants(unit, client.tenant.id, [(keys.digest(text), grant)])
        return text


_NAMES = {GrantKind.SIGN_IN: "sign-in", GrantKind.CODE: "authorization code", GrantKind.REFRESH: "refresh token"}


def _is_over(grant: Grant) -> bool:
    return grant.expires_at is not None and grant.expires_at <= now()


def _acting(client: Client, person_id: int, protocol: str) -> Actor:
    """Return who is noted as having ended a token, with the right to."""
    return system_actor(client.tenant, person_id, protocol=protocol)
