"""Sessions: links that work once, passwords, being signed in, and signing out everywhere."""

import pytest

from interlog.ledger import sessions as rules
from interlog.model.errors import Unauthenticated
from interlog.model.journal import Entity

from .conftest import Firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "correct horse battery"


async def _link(acme: Firm, email: str = "mia@own.example") -> str:
    return await acme.ledger.sessions.link(acme.actor, await acme.ledger.tenants.user(acme.tenant, email))


async def _key(acme: Firm, email: str = "mia@own.example") -> str:
    return await acme.ledger.sessions.enter(await _link(acme, email), "Mozilla/5.0")


async def test_a_link_signs_in_once(acme: Firm) -> None:
    """The session has the rights of the user, and the link is used up."""
    link = await _link(acme)

    found = await acme.ledger.sessions.authenticate(await acme.ledger.sessions.enter(link, "Mozilla/5.0"))

    assert (found.actor.person_id, found.actor.right, found.actor.protocol) == (acme.mia.id, acme.actor.right, "web")
    assert found.session.agent == "Mozilla/5.0"
    with pytest.raises(Unauthenticated, match="used already"):
        await acme.ledger.sessions.enter(link)


@pytest.mark.parametrize("key", ["", "ises1_", "ilin1_unknown", "ises1_unknown", "ises999_x", "ilog1_x", "ises1_\x00x"])
async def test_other_keys_sign_nobody_in(acme: Firm, key: str) -> None:
    for use in (acme.ledger.sessions.enter, acme.ledger.sessions.authenticate):
        with pytest.raises(Unauthenticated):
            await use(key)


async def test_a_link_is_no_session_and_a_session_no_link(acme: Firm) -> None:
    link = await _link(acme)
    with pytest.raises(Unauthenticated):
        await acme.ledger.sessions.authenticate(link)
    session = await acme.ledger.sessions.enter(link)
    with pytest.raises(Unauthenticated):
        await acme.ledger.sessions.enter(session)


@pytest.mark.parametrize("lasts", ["LINK_LASTS", "SESSION_LASTS"])
async def test_keys_expire(acme: Firm, monkeypatch: pytest.MonkeyPatch, lasts: str) -> None:
    monkeypatch.setattr(rules, lasts, -1)

    with pytest.raises(Unauthenticated, match=r"expired|over"):
        await acme.ledger.sessions.authenticate(await _key(acme))


async def test_by_password(acme: Firm) -> None:
    """Only by the right one, and not by one of somebody who may not sign in."""
    await acme.ledger.passwords.set(acme.actor, acme.mia.id, PASSWORD)

    key = await acme.ledger.sessions.sign_in(acme.tenant, "Mia@own.example", PASSWORD)

    assert (await acme.ledger.sessions.authenticate(key)).actor.person_id == acme.mia.id
    with pytest.raises(Unauthenticated, match="wrong"):
        await acme.ledger.sessions.sign_in(acme.tenant, "mia@own.example", PASSWORD + "r")


async def test_sign_out(acme: Firm) -> None:
    """One session ends, others stay; signing out everywhere ends all, and links too."""
    one, other = await _key(acme), await _key(acme)
    await acme.ledger.sessions.end(await acme.ledger.sessions.authenticate(one))
    with pytest.raises(Unauthenticated):
        await acme.ledger.sessions.authenticate(one)
    assert (await acme.ledger.sessions.authenticate(other)).actor.person_id == acme.mia.id
    assert len(await acme.ledger.sessions.active(acme.actor)) == 1

    link = await _link(acme)
    await acme.ledger.sessions.end_all(acme.actor)

    with pytest.raises(Unauthenticated):
        await acme.ledger.sessions.authenticate(other)
    with pytest.raises(Unauthenticated):
        await acme.ledger.sessions.enter(link)
    assert await acme.ledger.sessions.active(acme.actor) == []


async def test_everybody_has_sessions_of_his_own(acme: Firm) -> None:
    """Signing out everywhere leaves other users signed in, and forms of one session are not those of another."""
    his = await _key(acme, "ben@own.example")
    mine = await _key(acme)

    found = await acme.ledger.sessions.authenticate(his)
    assert found.form_key != (await acme.ledger.sessions.authenticate(mine)).form_key
    await acme.ledger.sessions.end_all(acme.actor)

    assert (await acme.ledger.sessions.authenticate(his)).actor.person_id == acme.ben.id


async def test_the_journal_tells(acme: Firm) -> None:
    await _key(acme)
    entries = await journal_of(acme)
    assert [entry.entity for entry in entries].count(Entity.SESSION) == 2
