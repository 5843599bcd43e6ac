"""How campaigns stand: always counted while visits are few, kept for a while when they are many."""

import asyncio

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing import standing
from interlog.ledger.canvassing.reports import Scope
from interlog.ledger.canvassing.visit_drafts import Rules
from interlog.model.errors import Forbidden
from tests.counting import counted
from tests.ledger.conftest import Firm

from .test_statements import a_visit

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_of_few_visits_everything_is_counted_at_once(acme: Firm, ledger: Ledger) -> None:
    """A visit counts from when it is recorded."""
    permit = await ledger.permits.of(acme.actor)
    draft = await a_visit(acme)
    campaign = draft().visit.campaign
    assert (await ledger.standing.figures(acme.actor, permit, [campaign])).value == {}
    for many in (1, 2):
        await ledger.recording.create(acme.actor, permit, draft(), Rules())
        found, at = await ledger.standing.figures(acme.actor, permit, [campaign])
        assert (found[campaign].knocked, at) == (many, None)
        answers, at = await ledger.standing.answers(acme.actor, permit, Scope(campaign=campaign), found[campaign])
        assert ([report.asked for report in answers.reports], at) == ([many], None)
        doors, at = await ledger.standing.doors(acme.actor, permit, Scope(campaign=campaign), found[campaign])
        assert ([row.knocked for row in doors.days], [row.knocked for row in doors.crew], at) == ([many], [many], None)


async def test_what_is_counted_of_many_is_kept(acme: Firm, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told when it was counted; reports of a protocol are counted all the same; then it is counted anew."""
    monkeypatch.setattr(standing, "MANY", 1)
    permit = await ledger.permits.of(acme.actor)
    draft = await a_visit(acme)
    campaign, scope = draft().visit.campaign, Scope(campaign=draft().visit.campaign)
    await ledger.recording.create(acme.actor, permit, draft(), Rules())
    figures = (await ledger.standing.figures(acme.actor, permit, [campaign])).value[campaign]
    await ledger.standing.answers(acme.actor, permit, scope, figures)
    await ledger.recording.create(acme.actor, permit, draft(), Rules())

    with counted(ledger) as statements:
        found, at = await ledger.standing.figures(acme.actor, permit, [campaign])
        answers, _ = await ledger.standing.answers(acme.actor, permit, scope, figures)
    assert not statements
    assert (found[campaign].knocked, answers.reports[0].asked) == (1, 1)
    assert at is not None
    assert (await ledger.reports.responses(acme.actor, permit, scope))[0].asked == 2

    others = replace(acme.actor, groups=(*acme.actor.groups, 4711))
    assert (await ledger.standing.figures(others, permit, [campaign])).value[campaign].knocked == 2
    with pytest.raises(Forbidden):
        await ledger.standing.figures(replace(acme.actor, right=None), permit, [campaign])
    for entry in ledger.standing._known.values():
        entry.until = 0
    assert (await ledger.standing.figures(acme.actor, permit, [campaign])).value[campaign].knocked == 2


@pytest.mark.usefixtures("unhurried")
async def test_who_looks_at_once_waits_for_the_same_count(acme: Firm, ledger: Ledger) -> None:
    """Ten readers cost one count, also where nothing is kept; who goes away takes nobody's count along."""
    permit = await ledger.permits.of(acme.actor)
    draft = await a_visit(acme)
    campaign = draft().visit.campaign
    await ledger.recording.create(acme.actor, permit, draft(), Rules())
    with counted(ledger) as statements:
        readers = [asyncio.ensure_future(ledger.standing.figures(acme.actor, permit, [campaign])) for _ in range(10)]
        await asyncio.sleep(0)
        readers[0].cancel()
        found = await asyncio.gather(*readers[1:])
    assert {one.value[campaign].knocked for one in found} == {1}
    assert statements == {"fetch_long": 1}
