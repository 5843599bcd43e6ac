"""Use cases around users, as whoever looks after the tenant does it."""

import pytest

from interlog.ledger import Ledger
from interlog.ledger.canvassing.users import KIND
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from interlog.model.journal import Action, Entity
from interlog.model.parties import PersonKind
from interlog.model.tenancy import Right, UserRole
from interlog.store import resources
from tests.ledger.conftest import Firm, found_firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _invited(firm: Firm, email: str = "zoe@own.example", role: UserRole = UserRole.MEMBER) -> tuple[int, str]:
    person, key = await firm.ledger.staff.invite(firm.actor, first_name="Zoe", last_name="Lund", email=email, role=role)
    return person.id, key


class TestInvite:
    async def test_makes_a_user_who_enters_by_the_link(self, ledger: Ledger) -> None:
        """Somebody new is a person, internal, a user of the role, and signed in by the key, once."""
        firm = await found_firm(ledger)
        id_, key = await _invited(firm, role=UserRole.VIEWER)

        assert (await ledger.persons.get(firm.actor, id_)).kind is PersonKind.INTERNAL
        session = await ledger.sessions.enter(key)
        assert (await ledger.sessions.authenticate(session)).actor.right is Right.READ
        with pytest.raises(Unauthenticated):
            await ledger.sessions.enter(key)
        seen = await ledger.staff.get(firm.actor, id_)
        assert seen.user.role is UserRole.VIEWER
        assert seen.last_seen is not None
        assert (await ledger.staff.get(firm.actor, firm.ben.id)).last_seen is None

    async def test_takes_who_is_there(self, ledger: Ledger) -> None:
        """Whose address is known becomes a user himself; a user already is refused, and so is what is wrong."""
        firm = await found_firm(ledger)
        assert (await _invited(firm, "EVE@client.example"))[0] == firm.eve.id
        before = await journal_of(firm)
        for email in ("ben@own.example", "nobody", ""):
            with pytest.raises(Invalid) as refused:
                await _invited(firm, email)
            assert {problem.path for problem in refused.value.problems} == {"email"}
        with pytest.raises(Invalid) as refused:
            await _invited(firm, "x@own.example", UserRole.OWNER)
        assert refused.value.problems[0].path == "role"
        assert await journal_of(firm) == before


class TestChange:
    async def test_role_and_activity(self, ledger: Ledger) -> None:
        """Another role counts with the next request; who may not sign in is out, with session and token."""
        firm = await found_firm(ledger)
        id_, key = await _invited(firm)
        session = await ledger.sessions.enter(key)
        token, _ = await ledger.access.create_token(firm.actor, (await ledger.staff.get(firm.actor, id_)).user)
        await ledger.access.authenticate(token, "rest")

        assert (await ledger.staff.change(firm.actor, id_, role=UserRole.ADMIN)).role is UserRole.ADMIN
        assert (await ledger.access.authenticate(token, "rest")).right is Right.ADMIN
        link = await ledger.staff.link(firm.actor, id_)
        await ledger.staff.change(firm.actor, id_, active=False)
        with pytest.raises(Unauthenticated):
            await ledger.access.authenticate(token, "rest")
        with pytest.raises(Unauthenticated):
            await ledger.sessions.authenticate(session)
        with pytest.raises(Unauthenticated):
            await ledger.sessions.enter(link)
        with pytest.raises(Conflict):
            await ledger.staff.link(firm.actor, id_)
        await ledger.staff.change(firm.actor, id_, active=True)
        assert (await ledger.access.authenticate(token, "rest")).person_id == id_
        entries = [entry for entry in await journal_of(firm) if entry.entity is Entity.USER and entry.entity_id == id_]
        assert [entry.action for entry in entries] == [Action.CREATE, *[Action.AMEND] * 3]
        assert entries[1].before is not None
        assert entries[1].before["role"] == "member"

    async def test_leaves_the_owner_and_oneself(self, ledger: Ledger) -> None:
        """There is always somebody who may do everything."""
        firm = await found_firm(ledger)
        id_, _ = await _invited(firm, role=UserRole.ADMIN)
        for actor in (firm.actor, firm.acting(await ledger.persons.get(firm.actor, id_), Right.ADMIN)):
            with pytest.raises(Invalid):
                await ledger.staff.change(actor, firm.mia.id, active=False)
        with pytest.raises(Invalid):
            await ledger.staff.change(
                firm.acting(await ledger.persons.get(firm.actor, id_), Right.ADMIN), id_, role=UserRole.VIEWER
            )
        with pytest.raises(Invalid):
            await ledger.staff.change(firm.actor, id_, role=UserRole.OWNER)

    async def test_is_the_same_to_canvassing(self, ledger: Ledger) -> None:
        """What stands beside a user says as well whether he may sign in."""
        firm = await found_firm(ledger)
        await ledger.users.complete(firm.actor)
        for active, status in ((False, "inactive"), (True, "active")):
            await ledger.staff.change(firm.actor, firm.ben.id, active=active)
            found = await resources.by_person(ledger.store.database, firm.tenant.id, KIND, [firm.ben.id])
            assert found[firm.ben.id].data["status"] == status
        assert await ledger.check.problems() == []


class TestRights:
    async def test_only_whoever_looks_after_the_tenant(self, ledger: Ledger) -> None:
        """Members read and change nothing of it."""
        firm = await found_firm(ledger)
        ben = firm.acting(firm.ben)
        staff = ledger.staff
        attempts = [
            staff.page(ben, limit=5), staff.get(ben, firm.ben.id), staff.tokens(ben, limit=5),
            staff.link(ben, firm.mia.id), staff.change(ben, firm.ben.id, role=UserRole.ADMIN),
            staff.invite(ben, first_name="X", last_name="", email="x@own.example", role=UserRole.ADMIN),
        ]  # fmt: skip
        for attempt in attempts:
            with pytest.raises(Forbidden):
                await attempt

    async def test_of_one_s_own_tenant(self, ledger: Ledger) -> None:
        """Users of another tenant are not there; lists hold one's own only."""
        firm, other = await found_firm(ledger), await found_firm(ledger)
        id_ = 1
        for _ in range(3):
            id_, _ = await _invited(firm, f"zoe{id_}@own.example")
        await ledger.access.create_token(firm.actor, (await ledger.staff.get(firm.actor, id_)).user)
        for attempt in (ledger.staff.get(other.actor, id_), ledger.staff.link(other.actor, id_)):
            with pytest.raises(NotFound):
                await attempt
        with pytest.raises(NotFound):
            await ledger.staff.change(other.actor, id_, active=False)
        assert len(await ledger.staff.page(other.actor, limit=9)) == 2
        assert await ledger.staff.tokens(other.actor, limit=9) == []


async def test_pages(ledger: Ledger) -> None:
    """Users come by id, tokens the newest first, and each page goes on behind the last one."""
    firm = await found_firm(ledger)
    for index in range(3):
        await _invited(firm, f"zoe{index}@own.example")
    user = (await ledger.staff.get(firm.actor, firm.ben.id)).user
    for index in range(3):
        await ledger.access.create_token(firm.actor, user, label=str(index))

    first = await ledger.staff.page(firm.actor, limit=3)
    rest = await ledger.staff.page(firm.actor, after=first[-1].user.person_id, limit=3)
    ids = [one.user.person_id for one in first + rest]
    assert ids == sorted(ids)
    assert len(ids) == 5
    tokens = await ledger.staff.tokens(firm.actor, limit=2)
    tokens += await ledger.staff.tokens(firm.actor, before=tokens[-1].id, limit=2)
    assert [token.label for token in tokens] == ["2", "1", "0"]
