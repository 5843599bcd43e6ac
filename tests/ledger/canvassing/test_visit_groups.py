"""Who sees the visits of a campaign that goes to another organization (spec 5.3)."""

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.model.canvassing.resources import ResourceDraft
from interlog.model.canvassing.visits import Visit
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


async def test_a_visit_goes_along_to_another_campaign(acme: Firm, ledger: Ledger) -> None:
    """A visit that is corrected to be of another campaign is seen by those who see that one, wherever it is found;
    one with a group of its own keeps it."""
    campaigns = []
    for name in ("East", "West"):
        organization = (
            await ledger.resources.create(acme.actor, ResourceDraft(kind="organizations", data={"name": name}))
        ).resource
        campaigns.append(await made(acme, "campaigns", name=f"Zither {name}", organizationId=organization.id))
    east, west = (campaign.group for campaign in campaigns)
    both = acme.acting(acme.mia, Right.ADMIN, east, west, 4711)
    permit = await ledger.permits.of(acme.actor)
    visit = (await a_visit(acme))().visit
    items = []
    for place, group in enumerate((None, 4711)):
        there = replace(visit, campaign=campaigns[0].id, at=visit.at + 20 + place)
        draft = VisitDraft(visit=there, id=uuid7(), group=group)
        items.append((await ledger.recording.create(both, permit, draft, Rules())).interaction)
    moving = items[0]
    assert moving.note_id is not None and moving.group == east
    reply = await ledger.notes.create(both, NoteDraft(content="zither replied", parent=moving.note_id))
    await ledger.finding.round()

    def other(old: Visit) -> Visit:
        return replace(old, campaign=campaigns[1].id)

    moved = [await ledger.visits.amend(both, permit, item.uuid, other) for item in items]
    assert [item.group for item in moved] == [west, 4711]
    await ledger.finding.round()
    for group, expected in ((east, set()), (west, {moving.number})):
        actor = acme.acting(acme.ben, Right.READ, group)
        found = await ledger.finding.search(actor, "zither")
        assert {item.id for item in found.items[Kind.INTERACTION]} == expected
        assert {item.id for item in found.items[Kind.NOTE]} == ({reply.id} if expected else set())
        newest = await ledger.visits.newest(actor, permit, campaigns[1].id, limit=9)
        assert {brief.number for brief, _ in newest} == expected
        linked = {note.id for note in await ledger.notes.page(actor, limit=99, party=(Party.PERSON, acme.eve.id))}
        assert (moving.note_id in linked) is bool(expected)
    seeing = acme.acting(acme.ben, Right.READ, west)
    assert (await ledger.visits.get(seeing, permit, moving.uuid)).group == west
    assert (await ledger.notes.get(seeing, moving.note_id)).group == west
    assert (await ledger.notes.get(seeing, reply.id)).group == west
    assert await ledger.check.problems() == []
