"""Tokens: who acts, and what he may do."""

import asyncio
from pathlib import Path

import pytest

from interlog.ledger import Ledger
from interlog.model.errors import Forbidden, Invalid, NotFound, Unauthenticated
from interlog.model.instants import HOUR, SECOND, now
from interlog.model.tenancy import Right, User, UserRole
from interlog.store import tenants as tenant_rows
from tests.ledger.conftest import Firm, found_firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _user(firm: Firm, email: str) -> User:
    return await firm.ledger.tenants.user(firm.tenant, email)


async def _token(firm: Firm, *scopes: str, email: str = "ben@own.example", expires_at: int | None = None) -> str:
    text, _ = await firm.ledger.access.create_token(
        firm.actor, await _user(firm, email), scopes=scopes, expires_at=expires_at
    )
    return text


async def _refused(ledger: Ledger, text: str) -> bool:
    try:
        await ledger.access.authenticate(text, "rest")
    except Unauthenticated:
        return True
    return False


class TestAuthenticate:
    async def test_stands_for_its_user(self, acme: Firm) -> None:
        """A token's bearer acts as its user, in its tenant, through the protocol it came by."""
        token = await _token(acme)

        actor = await acme.ledger.access.authenticate(token, "affinity")

        assert (actor.person_id, actor.right, actor.groups, actor.protocol) == (
            acme.ben.id, Right.WRITE, (0,), "affinity",
        )  # fmt: skip
        assert actor.tenant == acme.tenant
        assert (await acme.ledger.interactions.log(actor, meeting(acme.eve))).interaction.creator == acme.ben.id

    async def test_anything_else_is_refused(self, acme: Firm) -> None:
        """Whatever is no token is nobody, and is no error."""
        token = await _token(acme)
        head, _, secret = token.partition("_")
        texts = [
            "", " ", "x", "ilog", "ilog_", f"{head}_", secret, token[:-1], token + "x", token.upper(), f" {token}",
            f"ilog0_{secret}", f"ilog999999_{secret}", f"ilog{'9' * 15}_{secret}", f"ilog{'9' * 400}_{secret}",
            f"ilog-1_{secret}", f"ilog१_{secret}", f"ilog1e3_{secret}", f"{head}_\x00", f"{head}_\ud800",
            "ilog1_" + "é" * 99, f"{head}_' OR 1=1 --",
        ]  # fmt: skip

        assert [text for text in texts if not await _refused(acme.ledger, text)] == []

    async def test_another_tenants_number_does_not_help(self, acme: Firm) -> None:
        """A token with the number of another tenant in front is nobody there."""
        other = await found_firm(acme.ledger)
        _, _, secret = (await _token(acme)).partition("_")

        assert await _refused(acme.ledger, f"ilog{other.tenant.id}_{secret}")

    async def test_expires(self, acme: Firm) -> None:
        """An expired token is refused, also one that expires while it is known."""
        expired = await _token(acme, expires_at=now() - SECOND)
        soon = await _token(acme, expires_at=now() + 2 * SECOND)
        later = await _token(acme, expires_at=now() + HOUR)

        assert [await _refused(acme.ledger, token) for token in (expired, soon, later)] == [True, False, False]
        await asyncio.sleep(2.05)
        assert [await _refused(acme.ledger, token) for token in (expired, soon, later)] == [True, True, False]

    async def test_is_revoked_at_once(self, acme: Firm) -> None:
        """A revoked token is refused from the next request on; others go on."""
        token, other = await _token(acme), await _token(acme)
        actor = await acme.ledger.access.authenticate(token, "rest")
        await acme.ledger.access.authenticate(token, "polis")

        await acme.ledger.access.revoke_token(acme.actor, actor.token_id or 0)

        assert await _refused(acme.ledger, token) and not await _refused(acme.ledger, other)
        with pytest.raises(Unauthenticated):
            await acme.ledger.access.authenticate(token, "polis")

    async def test_is_revoked_by_another_process(self, acme: Firm) -> None:
        """What another process revoked is refused after a second."""
        token = await _token(acme)
        actor = await acme.ledger.access.authenticate(token, "rest")
        second = await Ledger.open(acme.ledger.store.url)
        await second.access.revoke_token(acme.actor, actor.token_id or 0)
        await second.close()

        await asyncio.sleep(1.05)
        assert await _refused(acme.ledger, token)

    async def test_notes_its_last_use(self, acme: Firm) -> None:
        """When a token was used is noted, roughly, without holding up the request."""
        token = await _token(acme)
        before = now()
        actor = await acme.ledger.access.authenticate(token, "rest")
        await acme.ledger.access.close()

        (used,) = [item for item in await acme.ledger.access.tokens(acme.actor) if item.id == actor.token_id]
        assert used.last_used_at is not None and before <= used.last_used_at <= now()

    @pytest.mark.parametrize(
        ("role", "scopes", "rights"),
        [
            (UserRole.OWNER, (), {"affinity": "admin", "rest": "admin"}),
            (UserRole.VIEWER, (), {"affinity": "read", "rest": "read"}),
            (UserRole.MEMBER, ("read",), {"affinity": "read", "rest": "read"}),
            (UserRole.MEMBER, ("affinity:write",), {"affinity": "write", "rest": None}),
            (UserRole.MEMBER, ("affinity:write", "read"), {"affinity": "write", "rest": "read"}),
            (UserRole.MEMBER, ("affinity:read", "write"), {"affinity": "write", "rest": "write"}),
            (UserRole.VIEWER, ("admin",), {"affinity": "read", "rest": "read"}),
            (UserRole.ADMIN, ("customer-insights:admin",), {"affinity": None, "customer-insights": "admin"}),
        ],
    )
    async def test_may_do_the_least_of_role_and_scopes(
        self, acme: Firm, role: UserRole, scopes: tuple[str, ...], rights: dict[str, str | None]
    ) -> None:
        """What a token allows is bounded by its scopes for the protocol, and by its user's role."""
        user = await acme.ledger.tenants.add_user(acme.actor, acme.eve.id, role)
        token, _ = await acme.ledger.access.create_token(acme.actor, user, scopes=scopes)

        for protocol, right in rights.items():
            actor = await acme.ledger.access.authenticate(token, protocol)
            assert (actor.right.value if actor.right else None) == right

    async def test_sees_its_users_groups(self, acme: Firm) -> None:
        """The bearer sees the groups of the user."""
        user = await acme.ledger.tenants.add_user(acme.actor, acme.eve.id, UserRole.MEMBER, (7, 9))
        token, _ = await acme.ledger.access.create_token(acme.actor, user)

        assert (await acme.ledger.access.authenticate(token, "rest")).groups == (0, 7, 9)

    async def test_a_token_of_nobody(self, acme: Firm) -> None:
        """Nobody but a user has tokens."""
        with pytest.raises(NotFound):
            await acme.ledger.access.create_token(acme.actor, User(person_id=acme.ola.id, role=UserRole.OWNER))


class TestCreate:
    async def test_the_text_is_stored_nowhere(self, tmp_path: Path) -> None:
        """Of a token only the beginning and a digest are kept: its text is in none of the database's files."""
        ledger = await Ledger.open(f"sqlite:///{tmp_path / 'interlog.db'}")
        firm = await found_firm(ledger)
        text, token = await ledger.access.create_token(firm.actor, await _user(firm, "ben@own.example"))
        await ledger.access.authenticate(text, "rest")
        secret = text.partition("_")[2].encode()

        def everything() -> bytes:
            return b"".join(path.read_bytes() for path in tmp_path.iterdir())

        assert secret not in everything() and token.prefix.encode() in everything()
        await ledger.close()
        assert secret not in everything() and secret[8:] not in everything()
        assert len(secret) - len(token.prefix.partition("_")[2]) >= 32

    async def test_wants_scopes_that_exist(self, acme: Firm) -> None:
        """Each scope that is none is a problem."""
        with pytest.raises(Invalid) as caught:
            await _token(acme, "read", "delete", "gopher:read", "affinity:", ":read", "affinity:read:x")

        assert len(caught.value.problems) == 4

    async def test_for_others_needs_an_admin(self, acme: Firm) -> None:
        """One's own tokens need the right to write, another's the right to administer."""
        ben, mia = await _user(acme, "ben@own.example"), await _user(acme, "mia@own.example")
        create = acme.ledger.access.create_token

        await create(acme.acting(acme.ben), ben)
        with pytest.raises(Forbidden):
            await create(acme.acting(acme.ben), mia)
        with pytest.raises(Forbidden):
            await create(acme.acting(acme.ben, Right.READ), ben)

    async def test_gives_no_more_than_one_has(self, acme: Firm) -> None:
        """With a token of some scopes one creates tokens of these or less, and none without scopes."""
        mia = await _user(acme, "mia@own.example")
        text, _ = await acme.ledger.access.create_token(acme.actor, mia, scopes=("affinity:write", "read"))
        actor = await acme.ledger.access.authenticate(text, "affinity")
        create = acme.ledger.access.create_token

        for scopes in ((), ("write",), ("admin",), ("affinity:admin",), ("rest:write",), ("read", "write")):
            with pytest.raises(Forbidden):
                await create(actor, mia, scopes=scopes)
        for scopes in (("read",), ("affinity:write",), ("affinity:read", "polis:read")):
            await create(actor, mia, scopes=scopes)


class TestTokens:
    async def test_everybody_sees_his_own(self, acme: Firm) -> None:
        """An admin sees all tokens of the tenant, others only theirs, and nobody another tenant's."""
        other = await found_firm(acme.ledger)
        await _token(other)
        await _token(acme)
        await _token(acme, email="mia@own.example")

        assert {t.person_id for t in await acme.ledger.access.tokens(acme.actor)} == {acme.ben.id, acme.mia.id}
        assert {t.person_id for t in await acme.ledger.access.tokens(acme.acting(acme.ben))} == {acme.ben.id}

    async def test_only_ones_own_are_revoked(self, acme: Firm) -> None:
        """Another's token is not there for whoever is no admin; to revoke twice changes nothing."""
        token = await _token(acme, email="mia@own.example")
        id_ = (await acme.ledger.access.authenticate(token, "rest")).token_id or 0
        with pytest.raises(NotFound):
            await acme.ledger.access.revoke_token(acme.acting(acme.ben), id_)
        assert not await _refused(acme.ledger, token)

        for _ in range(2):
            await acme.ledger.access.revoke_token(acme.actor, id_)
        stored = await tenant_rows.tokens(acme.ledger.store.database, acme.tenant.id)
        assert [item.revoked_at is not None for item in stored if item.id == id_] == [True]

    async def test_the_one_that_is_used(self, acme: Firm) -> None:
        """An actor can look at the token he came with."""
        actor = await acme.ledger.access.authenticate(await _token(acme), "rest")
        found = await acme.ledger.access.token(actor)

        assert found is not None and found.id == actor.token_id
        assert await acme.ledger.access.token(acme.actor) is None
