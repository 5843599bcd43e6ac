"""Applications, passwords, and what users allow: from a sign-in to tokens and back."""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy import update

from interlog.ledger.applications import Client
from interlog.ledger.grants import BadGrant, Issued
from interlog.model.applications import Application, challenge_of, redirect_problems
from interlog.model.errors import Forbidden, Invalid, Limited, NotFound, Unauthenticated
from interlog.model.instants import HOUR, now
from interlog.model.tenancy import Actor, Right, UserRole
from interlog.store.schema import user
from interlog.store.statements import Query, Unit, parameter
from tests.ledger.conftest import Firm, found_firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "correct horse battery"
BACK = "https://app.example/back"
VERIFIER = "v" * 43


async def _client(firm: Firm, **more: object) -> tuple[Client, str | None]:
    application, secret = await firm.ledger.applications.create(firm.actor, "Door app", (BACK,), **more)  # type: ignore[arg-type]
    return await firm.ledger.applications.authenticated(application.client_id, secret), secret


async def _code(firm: Firm, client: Client, **more: object) -> str:
    grants = firm.ledger.grants
    key = await grants.sign_in_by_token(client, await _token(firm), "polis")
    return await grants.allow(
        client, key, protocol="polis", organization="o", scopes=("polis:admin",), **more  # type: ignore[arg-type]
    )  # fmt: skip


async def _token(firm: Firm, *scopes: str) -> str:
    mia = next(one for one in await firm.ledger.tenants.users(firm.tenant) if one.person_id == firm.mia.id)
    text, _ = await firm.ledger.access.create_token(firm.actor, mia, scopes=scopes)
    return text


async def _actor(firm: Firm, issued: Issued) -> Actor:
    return await firm.ledger.access.authenticate(issued.token, "polis")


async def _is_refused(firm: Firm, issued: Issued) -> bool:
    try:
        await _actor(firm, issued)
    except Unauthenticated:
        return True
    return False


class TestCode:
    """An authorization code."""

    async def test_gives_a_token_that_acts_for_its_user_in_the_organization(self, acme: Firm) -> None:
        """The token is the user's, through the protocol that it was made for and no other."""
        client, _ = await _client(acme)

        issued = await acme.ledger.grants.redeem(client, await _code(acme, client), protocol="polis")

        actor = await _actor(acme, issued)
        assert (actor.person_id, actor.organization, actor.right) == (acme.mia.id, "o", Right.ADMIN)
        assert (issued.seconds, issued.refresh, issued.organization) == (None, None, "o")
        assert (await acme.ledger.access.authenticate(issued.token, "affinity")).right is None

    async def test_works_once_and_its_second_use_revokes_what_the_first_gave(self, acme: Firm) -> None:
        """Two parties with one code cannot both be right, so neither keeps a token; others keep theirs."""
        client, _ = await _client(acme, token_seconds=3_600)
        grants = acme.ledger.grants
        other = await grants.redeem(client, await _code(acme, client), protocol="polis")
        code = await _code(acme, client)
        issued = await grants.redeem(client, code, protocol="polis")
        assert issued.refresh is not None
        fresh = await grants.refresh(client, issued.refresh, protocol="polis")

        with pytest.raises(BadGrant, match="used before"):
            await grants.redeem(client, code, protocol="polis")

        assert [await _is_refused(acme, each) for each in (issued, fresh, other)] == [True, True, False]
        assert fresh.refresh is not None
        with pytest.raises(BadGrant):
            await grants.refresh(client, fresh.refresh, protocol="polis")

    async def test_gives_one_token_when_it_is_used_twice_at_the_same_moment(self, acme: Firm) -> None:
        """One of both gets a token, and it is revoked right away."""
        client, _ = await _client(acme)
        code = await _code(acme, client)

        results = await asyncio.gather(
            *(acme.ledger.grants.redeem(client, code, protocol="polis") for _ in range(2)), return_exceptions=True
        )

        issued = [result for result in results if isinstance(result, tuple)]
        assert len(issued) == 1 and sum(isinstance(result, BadGrant) for result in results) == 1
        assert await _is_refused(acme, Issued(*issued[0]))

    async def test_is_good_for_ten_minutes(self, acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        """After that it gives nothing."""
        client, _ = await _client(acme)
        code = await _code(acme, client)
        later = now() + HOUR // 6 + 1
        monkeypatch.setattr("interlog.ledger.grants.now", lambda: later)

        with pytest.raises(BadGrant, match="is over"):
            await acme.ledger.grants.redeem(client, code, protocol="polis")

    @pytest.mark.parametrize(
        ("stored", "sent"),
        [
            ({"redirect_uri": BACK}, {"redirect_uri": "https://evil.example/back"}),
            ({"challenge": challenge_of(VERIFIER)}, {}),
            ({"challenge": challenge_of(VERIFIER)}, {"verifier": "w" * 43}),
            ({}, {"verifier": VERIFIER}),
        ],
    )
    async def test_is_refused_unless_all_agrees(
        self, acme: Firm, stored: dict[str, object], sent: dict[str, str]
    ) -> None:
        """Another address or another verifier, or one too many, gives nothing; the code stays good for its owner."""
        client, _ = await _client(acme)
        code = await _code(acme, client, **stored)

        with pytest.raises(BadGrant):
            await acme.ledger.grants.redeem(client, code, protocol="polis", **sent)  # type: ignore[arg-type]

        right = {"verifier": VERIFIER} if "challenge" in stored else {}
        await acme.ledger.grants.redeem(client, code, protocol="polis", **right)  # type: ignore[arg-type]

    async def test_is_worth_nothing_to_another_application_or_tenant(self, acme: Firm) -> None:
        """A code belongs to the application that it was made for."""
        client, _ = await _client(acme)
        other, _ = await _client(acme)
        foreign, _ = await _client(await found_firm(acme.ledger))
        code = await _code(acme, client)

        for thief in (other, foreign):
            with pytest.raises(BadGrant, match="no authorization code"):
                await acme.ledger.grants.redeem(thief, code, protocol="polis")

    async def test_of_a_user_who_may_no_longer_sign_in_gives_nothing(self, acme: Firm) -> None:
        """What counts is who the user is when the code is redeemed."""
        client, _ = await _client(acme)
        code = await _code(acme, client)
        database = acme.ledger.store.database
        unit = Unit()
        unit.change(
            Query(update(user).where(user.c.tenant_id == parameter("tenant")).values(active=0)),
            {"tenant": acme.tenant.id}, expect=None,
        )  # fmt: skip
        await database.write(unit)

        with pytest.raises(BadGrant, match="consent is over"):
            await acme.ledger.grants.redeem(client, code, protocol="polis")


class TestRefreshToken:
    """A refresh token."""

    async def test_gives_new_ones_and_its_second_use_ends_them_all(self, acme: Firm) -> None:
        """It is changed with every use, so that a stolen one is noticed."""
        client, _ = await _client(acme, token_seconds=3_600)
        grants = acme.ledger.grants
        first = await grants.redeem(client, await _code(acme, client), protocol="polis")
        assert first.refresh is not None and first.seconds == 3_600

        second = await grants.refresh(client, first.refresh, protocol="polis")
        assert not await _is_refused(acme, second)
        with pytest.raises(BadGrant, match="used before"):
            await grants.refresh(client, first.refresh, protocol="polis")

        assert await _is_refused(acme, first) and await _is_refused(acme, second)


class TestRevocation:
    """Ending what was given."""

    async def test_of_a_token_ends_its_consent(self, acme: Firm) -> None:
        """The refresh token goes with it."""
        client, _ = await _client(acme, token_seconds=3_600)
        issued = await acme.ledger.grants.redeem(client, await _code(acme, client), protocol="polis")

        await acme.ledger.grants.revoke(client, issued.token, protocol="polis")

        assert await _is_refused(acme, issued) and issued.refresh is not None
        with pytest.raises(BadGrant):
            await acme.ledger.grants.refresh(client, issued.refresh, protocol="polis")

    async def test_of_others_tokens_is_ignored(self, acme: Firm) -> None:
        """An application ends nothing but what it was given."""
        client, _ = await _client(acme)
        other, _ = await _client(acme)
        issued = await acme.ledger.grants.redeem(client, await _code(acme, client), protocol="polis")
        personal = await _token(acme)

        for text in (issued.token, personal, "nonsense"):
            await acme.ledger.grants.revoke(other, text, protocol="polis")

        assert not await _is_refused(acme, issued)
        await acme.ledger.access.authenticate(personal, "polis")

    async def test_of_the_application_ends_all(self, acme: Firm) -> None:
        """From then on its tokens are refused, and it gets no more."""
        client, secret = await _client(acme)
        issued = await acme.ledger.grants.redeem(client, await _code(acme, client), protocol="polis")
        own = await acme.ledger.grants.own(client, protocol="polis", scopes=("polis:admin",))

        for _ in range(2):
            await acme.ledger.applications.revoke(acme.actor, client.application.client_id)

        assert await _is_refused(acme, issued) and await _is_refused(acme, own)
        with pytest.raises(Unauthenticated):
            await acme.ledger.applications.authenticated(client.application.client_id, secret)
        with pytest.raises(NotFound):
            await acme.ledger.applications.known(client.application.client_id)


class TestApplication:
    """An application."""

    async def test_acts_on_its_own_account_as_whoever_registered_it(self, acme: Firm) -> None:
        """Its token is of the organization that it was registered for; a public one gets none."""
        client, _ = await _client(acme, organization="o", token_seconds=60)
        issued = await acme.ledger.grants.own(client, protocol="polis", scopes=("polis:admin",))
        assert (await _actor(acme, issued)).person_id == acme.mia.id
        assert (issued.organization, issued.seconds, issued.refresh) == ("o", 60, None)

        public, secret = await _client(acme, is_public=True)
        assert secret is None
        with pytest.raises(BadGrant):
            await acme.ledger.grants.own(public, protocol="polis", scopes=())

    async def test_is_known_by_its_secret(self, acme: Firm) -> None:
        """No secret, a wrong one, or one too many is refused."""
        client, _ = await _client(acme)
        public, _ = await _client(acme, is_public=True)
        wrong = [
            (client, None), (client, "x"), (public, "x"), (None, "x"),
        ]  # fmt: skip
        for who, secret in wrong:
            client_id = who.application.client_id if who else "app1_nobody"
            with pytest.raises(Unauthenticated):
                await acme.ledger.applications.authenticated(client_id, secret)

    async def test_is_registered_by_admins_only_and_checked(self, acme: Firm) -> None:
        """All that is wrong is told at once."""
        with pytest.raises(Forbidden):
            await acme.ledger.applications.create(acme.acting(acme.mia, Right.WRITE), "x")
        with pytest.raises(Invalid) as error:
            await acme.ledger.applications.create(
                acme.actor, " ", ("/back", BACK), callback="ftp://x.example", token_seconds=1
            )
        paths = [problem.path for problem in error.value.problems]
        assert paths == ["redirect_uris[0]", "name", "callback", "token_seconds"]


@pytest.mark.parametrize(
    ("uri", "is_good"),
    [
        ("https://app.example/back?x=1", True),
        ("http://127.0.0.1/back", True),
        ("http://localhost:3000/back", True),
        ("http://[::1]/back", True),
        ("com.example.app:/back", True),
        ("http://app.example/back", False),
        ("https://app.example/back#part", False),
        ("https:///back", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("myapp://back", False),
        ("https://app.example:x/", False),
        ("https://app.example/a b", False),
    ],
)
async def test_a_redirect_uri_is_safe(uri: str, is_good: bool) -> None:
    """Codes go nowhere but to https, to this machine, or to an application's own scheme."""
    assert (redirect_problems((uri,)) == []) is is_good


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, None),
        ("https://app.example/back", "https://app.example/back"),
        ("https://app.example/back/", None),
        ("https://app.example/back?x=1", None),
        ("https://app.example:444/back", None),
        ("http://127.0.0.1:5123/back", "http://127.0.0.1:5123/back"),
        ("http://127.0.0.1:5123/other", None),
        ("http://user@127.0.0.1:5123/back", None),
        ("http://127.0.0.2:5123/back", None),
        ("http://localhost:5123/back", None),
    ],
)
async def test_a_redirect_uri_must_be_registered(asked: str | None, given: str | None) -> None:
    """It is compared as it stands; only on this machine the port is free (RFC 8252 §7.3)."""
    uris = ("https://app.example/back", "http://127.0.0.1/back", "http://localhost/back")
    application = Application(id=1, client_id="a", name="x", redirect_uris=uris, person_id=1, created_at=0)

    assert application.redirect_uri(asked) == given


class TestPassword:
    """A password."""

    async def test_signs_its_user_in_until_it_is_changed(self, acme: Firm) -> None:
        """Only the newest one counts, and the address may be written in any case."""
        client, _ = await _client(acme)
        grants, passwords = acme.ledger.grants, acme.ledger.passwords
        await passwords.set(acme.actor, acme.mia.id, "the first one")
        await passwords.set(acme.actor, acme.mia.id, PASSWORD)

        key = await grants.sign_in(client, acme.mia.emails[0].upper(), PASSWORD)
        assert (await grants.signed_in(client, key, "polis")).person_id == acme.mia.id
        for email, password in (
            (acme.mia.emails[0], "the first one"),
            ("nobody@own.example", PASSWORD),
            ("\x00", PASSWORD),
            ("", ""),
        ):
            with pytest.raises(Unauthenticated):
                await grants.sign_in(client, email, password)

    async def test_cannot_be_tried_without_end(self, acme: Firm) -> None:
        """After five tries each further one takes longer, also the right one, also where nobody has the address."""
        await acme.ledger.passwords.set(acme.actor, acme.mia.id, PASSWORD)
        for email in (acme.mia.emails[0], "nobody@own.example"):
            tries: list[Awaitable[object]] = [
                acme.ledger.passwords.check(acme.tenant, email, f"guess {n}") for n in range(8)
            ]
            results = await asyncio.gather(*tries, return_exceptions=True)
            assert [type(result) for result in results] == [Unauthenticated] * 5 + [Limited] * 3
            with pytest.raises(Limited):
                await acme.ledger.passwords.check(acme.tenant, email, PASSWORD)

    async def test_is_set_by_its_user_or_an_admin(self, acme: Firm) -> None:
        """Others may not, a stranger has none, and a short one is refused; its text is nowhere in the store."""
        eve = await acme.ledger.tenants.add_user(acme.actor, acme.eve.id, UserRole.VIEWER)
        actor = acme.acting(acme.eve, Right.READ)
        await acme.ledger.passwords.set(actor, eve.person_id, PASSWORD)
        with pytest.raises(Forbidden):
            await acme.ledger.passwords.set(actor, acme.mia.id, PASSWORD)
        with pytest.raises(NotFound):
            await acme.ledger.passwords.set(acme.actor, 999, PASSWORD)
        for wrong in ("short", "x" * 1_025):
            with pytest.raises(Invalid):
                await acme.ledger.passwords.set(acme.actor, acme.mia.id, wrong)

    async def test_of_a_limited_token_signs_nobody_in(self, acme: Firm) -> None:
        """A token with scopes, or an application's, cannot make one that may do more, or that outlives it."""
        client, _ = await _client(acme)
        issued = await acme.ledger.grants.redeem(client, await _code(acme, client), protocol="polis")
        other = await found_firm(acme.ledger)

        for text in (await _token(acme, "read"), issued.token, await _token(other), "nonsense"):
            with pytest.raises(Unauthenticated):
                await acme.ledger.grants.sign_in_by_token(client, text, "polis")

    async def test_sign_in_gives_one_code(self, acme: Firm) -> None:
        """A sign-in is used up by the consent."""
        client, _ = await _client(acme)
        key = await acme.ledger.grants.sign_in_by_token(client, await _token(acme), "polis")
        await acme.ledger.grants.allow(client, key, protocol="polis", organization=None, scopes=())

        with pytest.raises(Unauthenticated):
            await acme.ledger.grants.allow(client, key, protocol="polis", organization=None, scopes=())
