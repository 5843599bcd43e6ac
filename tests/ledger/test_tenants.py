"""Use cases around tenants and users: setting up, and finding them."""

import asyncio

import pytest

from interlog.ledger import Ledger
from interlog.ledger.fresh import FRESH
from interlog.ledger.tenants import DEFAULT_LIST
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound
from interlog.model.journal import Entity
from interlog.model.parties import PersonKind
from interlog.model.tenancy import Right, UserRole
from interlog.model.types import BUILT_IN_TYPES
from interlog.store.journal import versions_of
from tests.ledger.conftest import Firm, found_firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWNER = ("Mia", "Kern", "mia@own.example")
DOMAINS = ("own.example",)


class TestInit:
    async def test_makes_everything_one_needs(self, ledger: Ledger) -> None:
        """The tenant has its types, its owner as an internal person and user, and a list for opportunities."""
        tenant, owner, created = await ledger.tenants.init("init-all", domains=(" Own.Example ",), owner=OWNER)

        assert created
        assert tenant.settings.domains == ("own.example",)
        assert tenant.types == BUILT_IN_TYPES
        assert await ledger.tenants.by_name("init-all") == tenant == await ledger.tenants.get(tenant.id)
        assert (owner.name, owner.kind, owner.emails) == ("Mia Kern", PersonKind.INTERNAL, ("mia@own.example",))
        user = await ledger.tenants.user(tenant, " MIA@own.example")
        assert (user.person_id, user.role, user.active) == (owner.id, UserRole.OWNER, True)
        firm = await found_firm(ledger, "init-all")
        assert [item.name for item in await ledger.opportunities.lists(firm.actor)] == [DEFAULT_LIST]
        assert await ledger.check.problems() == []

    async def test_is_repeatable(self, ledger: Ledger) -> None:
        """The same again changes nothing and returns what is there; numbers go on."""
        first = await ledger.tenants.init("init-again", domains=DOMAINS, owner=OWNER)
        firm = await found_firm(ledger, "init-again")
        entries = await journal_of(firm)
        again = await ledger.tenants.init("init-again", domains=DOMAINS, owner=("M", "K", "MIA@own.example"))

        assert first[:2] == again[:2] and again[2] is False
        assert await journal_of(firm) == entries
        assert firm.ben.id == first[1].id + 1

    async def test_by_several_at_once(self, ledger: Ledger) -> None:
        """Whoever asks at the same time gets the same tenant and owner; one of them created it."""
        outcomes = await asyncio.gather(
            *(ledger.tenants.init("init-race", domains=DOMAINS, owner=OWNER) for _ in range(6))
        )

        assert len({(tenant.id, owner.id) for tenant, owner, _ in outcomes}) == 1
        assert sorted(created for _, _, created in outcomes) == [False] * 5 + [True]
        assert len(await ledger.tenants.users(outcomes[0][0])) == 1

    async def test_by_several_processes_at_once(self, ledger: Ledger) -> None:
        """So it is when the others are other processes, also with different tenants."""
        second = await Ledger.open(ledger.store.url)
        names = ["race-a", "race-b", "race-c"]

        outcomes = await asyncio.gather(
            *(side.tenants.init(name, domains=DOMAINS, owner=OWNER) for name in names for side in (ledger, second))
        )

        assert [tenant.name for tenant, _, _ in outcomes] == [name for name in names for _ in range(2)]
        assert len({tenant.id for tenant, _, _ in outcomes}) == 3
        await second.close()

    async def test_somebody_elses_name(self, ledger: Ledger) -> None:
        """A name that is taken by others is a conflict."""
        await ledger.tenants.init("init-taken", domains=DOMAINS, owner=OWNER)

        with pytest.raises(Conflict):
            await ledger.tenants.init("init-taken", domains=DOMAINS, owner=("X", "Y", "x@y.example"))

    async def test_all_problems_at_once(self, ledger: Ledger) -> None:
        """Name, domains and address are judged together."""
        with pytest.raises(Invalid) as caught:
            await ledger.tenants.init("Acme Inc", domains=("a@b.example", "com"), owner=("", "", "mia"))

        assert [problem.path for problem in caught.value.problems] == ["tenant", "domain", "domain", "owner"]


class TestFind:
    async def test_nobody(self, acme: Firm) -> None:
        """What there is none of is not found."""
        for attempt in (
            acme.ledger.tenants.get(10**6),
            acme.ledger.tenants.by_name("nobody"),
            acme.ledger.tenants.user(acme.tenant, "nobody@own.example"),
            acme.ledger.tenants.user(acme.tenant, "eve@client.example"),
        ):
            with pytest.raises(NotFound):
                await attempt

    async def test_all(self, acme: Firm) -> None:
        """Whoever runs the server sees every tenant."""
        assert acme.tenant.name in [tenant.name for tenant in await acme.ledger.tenants.all()]


class TestAddUser:
    async def test_makes_a_user_of_a_person(self, acme: Firm) -> None:
        """The person becomes internal, as a new version."""
        user = await acme.ledger.tenants.add_user(acme.actor, acme.eve.id, UserRole.VIEWER, (7,))

        assert user in await acme.ledger.tenants.users(acme.tenant)
        assert (user.role, user.groups) == (UserRole.VIEWER, (7,))
        eve = await acme.ledger.persons.get(acme.actor, acme.eve.id)
        assert (eve.kind, eve.version) == (PersonKind.INTERNAL, 2)
        (entry,) = await versions_of(acme.ledger.store.database, acme.tenant.id, Entity.PERSON, eve.id, 9)
        assert entry.before is not None and entry.before["kind"] == PersonKind.EXTERNAL

    async def test_twice_is_a_conflict(self, acme: Firm) -> None:
        """Who is a user already stays what he is."""
        with pytest.raises(Conflict):
            await acme.ledger.tenants.add_user(acme.actor, acme.ben.id, UserRole.ADMIN)

        assert (await acme.ledger.tenants.user(acme.tenant, "ben@own.example")).role is UserRole.MEMBER

    async def test_needs_an_admin_and_a_person(self, acme: Firm) -> None:
        """Only who administers may, and only for somebody who exists."""
        with pytest.raises(Forbidden):
            await acme.ledger.tenants.add_user(acme.acting(acme.ben), acme.eve.id, UserRole.VIEWER)
        with pytest.raises(NotFound):
            await acme.ledger.tenants.add_user(acme.acting(acme.mia, Right.ADMIN), 999, UserRole.VIEWER)


class TestConfigure:
    async def test_is_kept_and_journalled(self, acme: Firm) -> None:
        """An admin decides whether unknown persons are created; to say the same again changes nothing."""
        tenants = acme.ledger.tenants
        settings = await tenants.configure(acme.actor, create_unknown_persons=False)
        before = await journal_of(acme)

        assert settings == (await tenants.get(acme.tenant.id)).settings
        assert not settings.create_unknown_persons
        assert (before[-1].entity, before[-1].version) == (Entity.TENANT, 2)
        assert await tenants.configure(acme.actor, create_unknown_persons=False) == settings
        assert await journal_of(acme) == before
        assert (await tenants.configure(acme.actor, create_unknown_persons=True)) == acme.tenant.settings
        with pytest.raises(Forbidden):
            await tenants.configure(acme.acting(acme.ben), create_unknown_persons=False)

    async def test_at_the_same_moment(self, acme: Firm) -> None:
        """Of many changes at once each is made, one after the other."""
        ways = [index % 2 == 0 for index in range(6)]
        found = await asyncio.gather(
            *(acme.ledger.tenants.configure(acme.actor, create_unknown_persons=way) for way in ways)
        )

        assert [settings.create_unknown_persons for settings in found] == ways


async def test_a_store_is_single_until_there_is_a_second_tenant(database_url: str) -> None:
    """The store belongs to one tenant until another is made; that it does not any more is known within a second."""
    fresh = await Ledger.open(database_url)
    assert await fresh.tenants.is_single()
    await fresh.tenants.init("first", domains=DOMAINS, owner=OWNER)
    await asyncio.sleep(FRESH)
    assert await fresh.tenants.is_single()
    await fresh.tenants.init("second", domains=DOMAINS, owner=OWNER)
    await asyncio.sleep(FRESH)
    assert not await fresh.tenants.is_single()
    await fresh.close()
