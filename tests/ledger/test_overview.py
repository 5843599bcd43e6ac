"""What the first page tells: how much happened each week, and who has gone quiet."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from interlog.ledger import overview as rules
from interlog.ledger.overview import WEEK, WEEKS, Week
from interlog.model.errors import Forbidden
from interlog.model.instants import DAY, EPOCH, now
from interlog.model.parties import PersonDraft
from interlog.model.tenancy import Actor, Right
from interlog.model.types import Category

from .conftest import Firm, found_firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")

BERLIN = "Europe/Berlin"


def _monday(zone: str) -> int:
    today = datetime.now(ZoneInfo(zone))
    monday = (today - timedelta(days=today.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return (monday.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


async def _log(firm: Firm, *at: int, actor: Actor | None = None, type_: str = "Meeting", group: int = 0) -> list[int]:
    draft = {"type": type_, "group": group}
    log = firm.ledger.interactions.log
    logged = [await log(actor or firm.actor, meeting(firm.mia, firm.eve, at=one, draft=draft)) for one in at]
    return [one.interaction.number for one in logged]


async def _counts(firm: Firm, actor: Actor | None = None, zone: str = BERLIN) -> dict[int, dict[Category, int]]:
    """Return the weeks in which there is anything: 0 is this one, 1 the one before."""
    firm.ledger.overview._known.clear()
    weeks = await firm.ledger.overview.weeks(actor or firm.actor, zone)
    return {WEEKS - 1 - index: dict(week.counts) for index, week in enumerate(weeks) if week.counts}


class TestWeeks:
    async def test_count_by_category(self, acme: Firm) -> None:
        """Fifty-three weeks, this one last; what is older or still to come is in none of them."""
        monday = _monday(BERLIN)
        await _log(acme, monday, monday + 7 * DAY - 1, monday - WEEK, monday - (WEEKS - 1) * WEEK)
        await _log(acme, monday - 1, type_="Call")
        await _log(acme, monday + WEEK, monday - (WEEKS - 1) * WEEK - 1)

        assert await _counts(acme) == {
            0: {Category.MEETING: 2},
            1: {Category.MEETING: 1, Category.CALL: 1},
            WEEKS - 1: {Category.MEETING: 1},
        }
        weeks = await acme.ledger.overview.weeks(acme.actor, BERLIN)
        assert [week.start for week in weeks] == [monday - (WEEKS - 1 - index) * WEEK for index in range(WEEKS)]

    async def test_begin_where_the_reader_is(self, acme: Firm) -> None:
        """An hour on Monday in Auckland is still last week's in Honolulu."""
        await _log(acme, _monday("Pacific/Auckland") - WEEK + DAY // 24)

        auckland, honolulu = [await _counts(acme, zone=zone) for zone in ("Pacific/Auckland", "Pacific/Honolulu")]
        ahead = (_monday("Pacific/Honolulu") - _monday("Pacific/Auckland")) // WEEK  # while only Auckland has Monday
        assert auckland == {1: {Category.MEETING: 1}}
        assert honolulu == {2 + ahead: {Category.MEETING: 1}}

    async def test_count_what_one_sees(self, acme: Firm) -> None:
        """Neither what was deleted, nor other groups', nor other tenants', not even from memory."""
        monday = _monday(BERLIN)
        insider = acme.acting(acme.mia, Right.WRITE, 9)
        [gone, _] = await _log(acme, monday, monday)
        await acme.ledger.interactions.delete(acme.actor, gone)
        await _log(acme, monday, actor=insider, group=9)
        other = await found_firm(acme.ledger)

        assert await _counts(acme) == {0: {Category.MEETING: 1}}
        assert (await acme.ledger.overview.weeks(insider, BERLIN))[-1].counts == {Category.MEETING: 2}
        assert (await acme.ledger.overview.weeks(acme.actor, BERLIN))[-1].counts == {Category.MEETING: 1}
        assert not any(week.counts for week in await acme.ledger.overview.weeks(other.actor, BERLIN))

    async def test_are_kept_for_a_while(self, acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
        """A year is counted again only when what was counted is too old."""
        overview = acme.ledger.overview

        async def this_week() -> Week:
            return (await overview.weeks(acme.actor, BERLIN))[-1]

        assert (await this_week()).counts == {}
        await _log(acme, _monday(BERLIN))
        assert (await this_week()).counts == {}
        monkeypatch.setattr(rules, "_KEPT", -1)
        overview._known.clear()
        assert (await this_week()).counts == {Category.MEETING: 1}
        await _log(acme, _monday(BERLIN))
        assert (await this_week()).counts == {Category.MEETING: 2}


class TestQuiet:
    async def test_whoever_was_often_in_touch(self, acme: Firm) -> None:
        """Thrice within a year and not for weeks, whoever most often first; with whom we are in touch is not quiet."""
        at = now()
        ida = await acme.ledger.persons.create(acme.actor, PersonDraft(first_name="Ida", emails=("ida@far.example",)))
        log = acme.ledger.interactions.log
        for days, people in ((60, (acme.eve, acme.ola, ida)), (70, (acme.eve, acme.ola, ida)),
                             (80, (acme.eve, acme.ola)), (90, (acme.ola, acme.ben)), (91, (acme.ben,)),
                             (92, (acme.ben,)), (400, (ida,))):  # fmt: skip
            await log(acme.actor, meeting(acme.mia, *people, at=at - days * DAY))

        quiet = await acme.ledger.overview.quiet(acme.actor, limit=5)
        assert [(one.person.id, one.often, one.last) for one in quiet] == [
            (acme.ola.id, 4, at - 60 * DAY),
            (acme.eve.id, 3, at - 60 * DAY),
        ]
        assert len(await acme.ledger.overview.quiet(acme.actor, limit=1)) == 1
        # Ben's call with Ola is as good as Mia's own, and so is one that is planned with Eve.
        await log(acme.acting(acme.ben), meeting(acme.ben, acme.ola, at=at - DAY, draft={"type": "Call"}))
        await log(acme.actor, meeting(acme.mia, acme.eve, at=at + DAY))
        assert await acme.ledger.overview.quiet(acme.actor, limit=5) == []

    async def test_as_far_as_one_sees(self, acme: Firm) -> None:
        """Each user's own acquaintances, from what groups and tenant let him see."""
        at = now()
        insider = acme.acting(acme.mia, Right.WRITE, 9)
        for days in (60, 61, 62):
            await _log(acme, at - days * DAY, actor=insider, group=9)
        other = await found_firm(acme.ledger)

        assert [one.person.id for one in await acme.ledger.overview.quiet(insider, limit=5)] == [acme.eve.id]
        assert await acme.ledger.overview.quiet(acme.actor, limit=5) == []
        assert await acme.ledger.overview.quiet(acme.acting(acme.ben), limit=5) == []
        assert await acme.ledger.overview.quiet(other.actor, limit=5) == []


async def test_needs_the_right_to_read(acme: Firm) -> None:
    nobody = acme.acting(acme.ben, None)
    for asked in (acme.ledger.overview.weeks(nobody, BERLIN), acme.ledger.overview.quiet(nobody, limit=5)):
        with pytest.raises(Forbidden):
            await asked
