"""Pages of interactions: of a party, and the newest of everybody."""

from typing import Any

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Links, Participant
from interlog.model.parties import OpportunityDraft, OrganizationDraft, Party, PersonDraft
from interlog.model.tenancy import Right
from interlog.model.types import CALL, Direction, Logging
from tests.ledger.conftest import ALL_TIMES, YESTERDAY, Firm, meeting, numbers_of

from .readings import firm, number_of

__all__ = ["firm"]

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestPage:
    async def test_newest_first(self, acme: Firm) -> None:
        """By time, and of the same time by number; page by page, none twice and none missing."""
        times = [YESTERDAY + step for step in (0, 5, 5, 5, 2, 7, 7, 0)]
        numbers = [await number_of(acme, meeting(acme.eve, at=at)) for at in times]
        expected = [number for _, number in sorted(zip(times, numbers, strict=True), reverse=True)]

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == expected
        for size in (1, 2, 3):
            assert await _all_pages(acme, (Party.PERSON, acme.eve.id), size) == expected

    async def test_a_range_of_time(self, acme: Firm) -> None:
        """From ``start`` until before ``end``, also when a page goes on."""
        numbers = [await number_of(acme, meeting(acme.eve, at=YESTERDAY + index)) for index in range(5)]
        party = (Party.PERSON, acme.eve.id)

        found = await numbers_of(acme, party, start=YESTERDAY + 1, end=YESTERDAY + 3)
        assert found == [numbers[2], numbers[1]]
        found = await numbers_of(
            acme, party, start=YESTERDAY + 1, end=YESTERDAY + 3, before=(YESTERDAY + 4, numbers[4])
        )
        assert found == [numbers[2], numbers[1]]
        assert await numbers_of(acme, party, start=YESTERDAY + 3, end=YESTERDAY + 1) == []

    async def test_conditions(self, acme: Firm) -> None:
        """Type, direction, logging and another person narrow a page, alone and together, page by page."""
        kept = {}
        for index in range(16):
            direction, logging = Direction(index & 1), Logging(index >> 1 & 1)
            others = [acme.ola] if index & 4 else []
            type_ = "Call" if index & 8 else "Meeting"
            kept[index] = await number_of(
                acme,
                meeting(acme.eve, *others, at=YESTERDAY + index, direction=direction,
                        draft={"type": type_, "logging": logging}),
            )  # fmt: skip
        types = {name: type_.id for name, type_ in acme.tenant.types_by_name.items()}
        options: list[tuple[dict[str, Any], Any]] = [
            ({"direction": 1}, lambda i: i & 1), ({"logging": 0}, lambda i: not i >> 1 & 1),
            ({"also_person": acme.ola.id}, lambda i: i & 4), ({"types": [types["Call"]]}, lambda i: i & 8),
            ({"types": [types["Email"]]}, lambda i: False), ({"types": []}, lambda i: False),
            ({"direction": 0, "logging": 1, "also_person": acme.ola.id, "types": [types["Meeting"]]},
             lambda i: i & 15 == 6),
            ({"direction": 0, "also_person": acme.ola.id}, lambda i: not i & 1 and i & 4),
        ]  # fmt: skip
        organization = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id, acme.ola.id))
        )
        for option, keeps in options:
            expected = [kept[index] for index in range(15, -1, -1) if keeps(index)]
            for party in ((Party.PERSON, acme.eve.id), (Party.ORGANIZATION, organization.id)):
                assert await numbers_of(acme, party, **option) == expected, option
                assert await _all_pages(acme, party, 1, **option) == expected, option

    async def test_behind_organizations_and_opportunities(self, acme: Firm) -> None:
        """An organization's are its persons' and its own; an opportunity's those of all its parties."""
        ledger = acme.ledger
        organization = await ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=(acme.eve.id, acme.ola.id))
        )
        (deals,) = await ledger.opportunities.lists(acme.actor)
        opportunity = await ledger.opportunities.create(
            acme.actor,
            OpportunityDraft(
                name="D", list_id=deals.id, person_ids=(acme.ben.id,), organization_ids=(organization.id,)
            ),
        )
        both = await number_of(acme, meeting(acme.eve, acme.ola, acme.ben, at=YESTERDAY))
        eve = await number_of(acme, meeting(acme.eve, at=YESTERDAY + 1))
        linked = await number_of(acme, meeting(at=YESTERDAY + 2, links=Links(organizations=(organization.id,))))
        ben = await number_of(acme, meeting(acme.ben, at=YESTERDAY + 3))
        direct = await number_of(acme, meeting(at=YESTERDAY + 4, links=Links(opportunities=(opportunity.id,))))
        await number_of(acme, meeting(acme.mia, at=YESTERDAY + 5))

        for size in (1, 2, 9):
            assert await _all_pages(acme, (Party.ORGANIZATION, organization.id), size) == [linked, eve, both]
            assert await _all_pages(acme, (Party.OPPORTUNITY, opportunity.id), size) == [direct, ben, linked, eve, both]

    async def test_more_parties_than_one_statement_takes(self, acme: Firm) -> None:
        """An organization with more people than one statement has arms: none missing, none twice."""
        persons = [
            await acme.ledger.persons.create(acme.actor, PersonDraft(first_name=f"No {index}")) for index in range(70)
        ]
        organization = await acme.ledger.organizations.create(
            acme.actor, OrganizationDraft(name="A", person_ids=tuple(person.id for person in persons))
        )
        outcomes = await acme.ledger.interactions.log_many(
            acme.actor,
            [
                meeting(person, persons[index * 7 % 70], at=YESTERDAY + index // 3)
                for index, person in enumerate(persons)
            ],
        )
        expected = [outcome.interaction.number for outcome in outcomes][::-1]  # type: ignore[union-attr]

        assert await numbers_of(acme, (Party.ORGANIZATION, organization.id)) == expected
        assert await _all_pages(acme, (Party.ORGANIZATION, organization.id), 8) == expected

    async def test_planned_ones_are_listed(self, acme: Firm) -> None:
        """What lies in the future is in the list as well."""
        number = await number_of(acme, meeting(acme.eve, at=now() + 30 * DAY))

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [number]

    async def test_somebody_twice_in_one_is_listed_once(self, acme: Firm) -> None:
        """A person in several roles, or linked as well, makes one entry."""
        number = await number_of(
            acme,
            meeting(acme.eve, Participant(acme.eve.id, "initiator"), links=Links(persons=(acme.eve.id,))),
        )

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [number]
        assert await acme.ledger.check.problems() == []

    async def test_of_nobody(self, acme: Firm) -> None:
        """A party that does not exist has no interactions."""
        for kind in Party:
            assert await numbers_of(acme, (kind, 10_000)) == []

    async def test_before_1970(self, acme: Firm) -> None:
        """Times before the epoch are times like any other."""
        numbers = [await number_of(acme, meeting(acme.eve, at=at)) for at in (-1, -(10**15), 0)]

        assert await numbers_of(acme, (Party.PERSON, acme.eve.id)) == [numbers[2], numbers[0], numbers[1]]

    async def test_in_order_of_number(self, acme: Firm) -> None:
        """A copy is kept up to date by number: oldest first, of some types, behind the last one seen."""
        numbers = [
            await number_of(acme, meeting(at=YESTERDAY - index, draft={"type": type_}))
            for index, type_ in enumerate(["Meeting", "Call", "Meeting", "Email"])
        ]
        found = acme.ledger.timeline.in_order_of_number

        assert [i.number for i in await found(acme.actor, acme.types, after=0, limit=9)] == numbers
        assert [i.number for i in await found(acme.actor, [1], after=numbers[0], limit=9)] == [numbers[2]]
        assert [i.number for i in await found(acme.actor, acme.types, after=numbers[0], limit=2)] == numbers[1:3]


async def _all_pages(firm: Firm, party: tuple[Party, int], size: int, **options: Any) -> list[int]:
    """Return the numbers of a party's interactions, page by page."""
    found: list[int] = []
    before = None
    while True:
        page = await numbers_of(firm, party, limit=size, before=before, **options)
        assert len(page) <= size
        found += page
        if len(page) < size:
            return found
        last = await firm.ledger.interactions.get(firm.actor, page[-1])
        before = (last.content.occurred_at, last.number)


async def test_the_newest_of_everybody(acme: Firm) -> None:
    """Of all types or some, a page at a time, without what was deleted or others' groups hide."""
    drafts = [meeting(acme.eve, at=YESTERDAY + index % 3, draft={"type": kind}) for index in range(8)
              for kind in ("Meeting", "Call")]  # fmt: skip
    logged = [await acme.ledger.interactions.log(acme.actor, draft) for draft in drafts]
    hidden = await acme.ledger.interactions.log(
        acme.acting(acme.mia, Right.WRITE, 7), meeting(acme.eve, draft={"group": 7})
    )
    gone = logged.pop().interaction
    await acme.ledger.interactions.delete(acme.actor, gone.number)

    found: list[int] = []
    before = None
    while page := await acme.ledger.timeline.newest(acme.actor, acme.types, **ALL_TIMES, limit=4, before=before):
        found += [item.number for item in page]
        before = (page[-1].occurred_at, page[-1].number)

    items = sorted(
        (one.interaction for one in logged), key=lambda item: (item.content.occurred_at, item.number), reverse=True
    )
    assert found == [item.number for item in items]
    assert hidden.interaction.number not in found
    calls = await acme.ledger.timeline.newest(acme.actor, [CALL.id], **ALL_TIMES, limit=100)
    assert [item.number for item in calls] == [item.number for item in items if item.type_id == CALL.id]
    soonest = await acme.ledger.timeline.newest(acme.actor, acme.types, **ALL_TIMES, limit=5, soonest=True)
    assert [item.number for item in soonest] == [item.number for item in items[:-6:-1]]
