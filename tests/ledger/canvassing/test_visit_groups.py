"""Who sees the visits of a campaign that goes to another organization (spec 5.3)."""

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.errors import NotFound
from interlog.model.ids import uuid7
from interlog.model.notes import NoteDraft
from interlog.model.parties import Party
from interlog.model.searching import Kind
from interlog.model.tenancy import Actor, Right
from tests.ledger.conftest import Firm

from .test_statements import a_visit, made

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_visits_go_where_their_campaign_goes(acme: Firm, ledger: Ledger) -> None:
    """With a campaign go its visits, what is found of them anywhere, and those that were deleted; others stay."""
    organizations = [
        (await ledger.resources.create(acme.actor, ResourceDraft(kind="organizations", data={"name": name}))).resource
        for name in ("North", "South")
    ]
    north, south = (item.group for item in organizations)
    assert 0 < north != south > 0
    both = acme.acting(acme.mia, Right.ADMIN, north, south, 4711)
    permit = await ledger.permits.of(acme.actor)
    visit = (await a_visit(acme))().visit
    campaign = await made(acme, "campaigns", name="Zebra crossings", organizationId=organizations[0].id)
    assert campaign.group == north
    drafts = [
        VisitDraft(visit=replace(visit, campaign=campaign.id, at=visit.at + place), id=uuid7(), group=group)
        for place, group in enumerate((None, None, 4711))
    ]
    drafts.append(VisitDraft(visit=replace(visit, at=visit.at + 5), id=uuid7(), group=north))  # of another campaign
    moving, deleted, own, elsewhere = [
        (await ledger.recording.create(both, permit, draft, Rules())).interaction for draft in drafts
    ]
    assert (moving.group, own.group, elsewhere.group) == (north, 4711, north)
    assert moving.note_id is not None
    reply = await ledger.notes.create(both, NoteDraft(content="zebra replied", parent=moving.note_id))
    await ledger.visits.delete(both, permit, deleted.uuid)
    await ledger.finding.round()

    def move(read: object) -> object:
        return replace(read, data=read.data | {"organizationId": organizations[1].id})  # type: ignore[attr-defined,type-var]

    moved = await ledger.resources.amend(both, "campaigns", campaign.id, move)  # type: ignore[arg-type]
    assert moved.group == south
    await ledger.visits.restore(both, permit, deleted.uuid)
    await ledger.finding.round()

    async def seen(actor: Actor) -> set[int]:
        found = set()
        for item in (moving, deleted, own, elsewhere):
            try:
                found.add((await ledger.visits.get(actor, permit, item.uuid)).number)
            except NotFound:
                continue
        return found

    here, there = [acme.acting(acme.ben, Right.READ, group) for group in (north, south)]
    gone = {moving.number, deleted.number}
    assert (await seen(here), await seen(there)) == ({elsewhere.number}, gone)
    assert await seen(both) == gone | {own.number, elsewhere.number}
    for actor, expected in ((here, set()), (there, gone)):
        assert {
            brief.number for brief, _ in await ledger.visits.newest(actor, permit, campaign.id, limit=9)
        } == expected
        found = await ledger.finding.search(actor, "zebra")
        assert {item.id for item in found.items[Kind.INTERACTION]} == expected
        notes = {item.id for item in found.items[Kind.NOTE]}
        assert notes == ({reply.id} if expected else set())
        party = (Party.PERSON, acme.eve.id)
        linked = {note.id for note in await ledger.notes.page(actor, limit=99, party=party)}
        assert (moving.note_id in linked) is bool(expected)
        if expected:
            assert (await ledger.notes.get(actor, moving.note_id)).group == south
    again = await ledger.visits.get(there, permit, moving.uuid)
    assert (again.version, again.group) == (moving.version, south)
    assert await ledger.check.problems() == []
