"""Security groups, as whoever looks after the tenant does it."""

import pytest

from interlog.ledger import Ledger
from interlog.model.canvassing.permissions import ADMINISTRATOR
from interlog.model.canvassing.resources import role_id
from interlog.model.errors import Forbidden, Invalid, NotFound
from interlog.model.tenancy import Right, UserRole

from .conftest import Firm, found_firm, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _seen_by(acme: Firm, person_id: int) -> tuple[int, ...]:
    return tuple((await acme.ledger.staff.get(acme.actor, person_id)).user.groups)


async def test_members_see_the_records(acme: Firm) -> None:
    """Who is a member of none sees those of all; who is of one sees that one's, whichever protocol asks."""
    groups, persons = acme.ledger.security_groups, (acme.mia.id, acme.ben.id)
    east, west = [await groups.create(acme.actor, name) for name in ("West wing", " East wing ")][::-1]
    assert [group.name for group in (await groups.all(acme.actor)).values()] == ["East wing", "West wing"]
    for id_ in persons:
        assert await _seen_by(acme, id_) == (west.number, east.number)
        assert await groups.of_user(acme.actor, id_) == set()

    await groups.set_of_user(acme.actor, acme.ben.id, [west.number])

    assert await groups.of_user(acme.actor, acme.ben.id) == {west.number}
    assert await _seen_by(acme, acme.ben.id) == (west.number,)
    ben = acme.acting(acme.ben, Right.WRITE, *(await _seen_by(acme, acme.ben.id)))
    mia = acme.acting(acme.mia, Right.WRITE, *(await _seen_by(acme, acme.mia.id)))
    item = (await acme.ledger.interactions.log(mia, meeting(acme.mia, draft={"group": east.number}))).interaction
    with pytest.raises(NotFound):
        await acme.ledger.interactions.get(ben, item.number)
    permit = await acme.ledger.permits.of(acme.acting(acme.ben, protocol="polis"))
    assert permit.group == west.number

    await groups.set_of_user(acme.actor, acme.ben.id, [east.number])
    assert await _seen_by(acme, acme.ben.id) == (east.number,)
    await groups.set_of_user(acme.actor, acme.ben.id, [])
    assert await _seen_by(acme, acme.ben.id) == (west.number, east.number)
    await groups.set_of_user(acme.actor, acme.ben.id, [east.number])
    assert await groups.of_user(acme.actor, acme.ben.id) == {east.number}
    assert await acme.ledger.check.problems() == []


async def test_the_same_again_changes_nothing(acme: Firm) -> None:
    groups = acme.ledger.security_groups
    group = await groups.create(acme.actor, "West wing")
    await groups.set_of_user(acme.actor, acme.ben.id, [group.number])
    before = await journal_of(acme)
    await groups.set_of_user(acme.actor, acme.ben.id, [group.number])
    assert await journal_of(acme) == before


@pytest.mark.parametrize("name", ["", "  ", "WEST wing", "x" * 257])
async def test_names_tell_them_apart(acme: Firm, name: str) -> None:
    """Nothing is made of a name that is none, or that another group has."""
    await acme.ledger.security_groups.create(acme.actor, "West wing")
    before = await journal_of(acme)
    with pytest.raises(Invalid) as refused:
        await acme.ledger.security_groups.create(acme.actor, name)
    assert [problem.path for problem in refused.value.problems] == ["name"]
    assert await journal_of(acme) == before


async def test_what_is_not_there(acme: Firm) -> None:
    """Neither groups nor users that are none, nor those of another tenant."""
    groups, other = acme.ledger.security_groups, await found_firm(acme.ledger)
    mine, theirs = await groups.create(acme.actor, "West wing"), await groups.create(other.actor, "North wing")
    other_one = await groups.create(other.actor, "South wing")
    before = await journal_of(acme)
    for number in {theirs.number, other_one.number, 0} - {mine.number}:
        with pytest.raises(Invalid):
            await groups.set_of_user(acme.actor, acme.ben.id, [mine.number, number])
    for use in (groups.of_user(acme.actor, acme.eve.id), groups.set_of_user(acme.actor, acme.eve.id, [mine.number])):
        with pytest.raises(NotFound):
            await use
    assert await journal_of(acme) == before
    assert [group.name for group in (await groups.all(acme.actor)).values()] == ["West wing"]


async def test_only_whoever_looks_after_the_tenant(ledger: Ledger) -> None:
    firm = await found_firm(ledger)
    ben, groups = firm.acting(firm.ben), ledger.security_groups
    for attempt in (groups.all(ben), groups.create(ben, "Mine"), groups.of_user(ben, firm.ben.id),
                    groups.set_of_user(ben, firm.ben.id, [])):  # fmt: skip
        with pytest.raises(Forbidden):
            await attempt


async def test_administrators_stay_what_they_are(acme: Firm) -> None:
    """A group narrows what they see, not what they may do."""
    groups = acme.ledger.security_groups
    group = await groups.create(acme.actor, "West wing")
    await acme.ledger.staff.change(acme.actor, acme.ben.id, role=UserRole.ADMIN)
    await groups.set_of_user(acme.actor, acme.ben.id, [group.number])
    permit = await acme.ledger.permits.of(acme.acting(acme.ben, Right.ADMIN, protocol="polis"))
    assert permit.role == role_id(acme.tenant, ADMINISTRATOR.name)
