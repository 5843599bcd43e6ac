"""How much is asked of the store for what is done most often: recording a visit."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.ledger.fresh import FRESH
from interlog.model.canvassing.resources import Resource, ResourceDraft, root_organization
from interlog.model.canvassing.visits import NOT_UNDER_WAY, Visit
from interlog.model.errors import Invalid
from interlog.model.ids import uuid7
from interlog.model.journal import Entity, JournalEntry, Position
from interlog.model.parties import Person
from interlog.store.journal import entries_since
from tests.counting import counted
from tests.ledger.conftest import YESTERDAY, Firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02"


async def made(firm: Firm, kind: str, **data: Any) -> Resource:
    """Create a resource."""
    return (await firm.ledger.resources.create(firm.actor, ResourceDraft(kind=kind, data=data))).resource


async def a_visit(firm: Firm, person: Person | None = None) -> Callable[[], VisitDraft]:
    """Return what makes visits of a contact in a campaign, with a survey and a walk list."""
    campaign = await made(firm, "campaigns", name="Bus", organizationId=root_organization(firm.tenant))
    option = {"text": "Yes", "value": "true", "success": True}
    question = {"questionId": QUESTION, "text": "Bus?", "tag": "bus", "type": "multi-choice", "options": [option] * 2}
    survey = await made(firm, "surveys", name="S", campaignId=campaign.id, questions=[question])
    list_ = await made(firm, "lists", name="L", organizationId=root_organization(firm.tenant))
    draft = ResourceDraft(
        kind="contacts",
        data={"listId": list_.id, "profile": {"name": {"first": "", "last": ""}}, "fields": {}, "answers": {}},
        person=(person or firm.eve).id,
    )
    contact = (await firm.ledger.resources.create(firm.actor, draft)).resource
    walklist = await made(firm, "walklists", campaignId=campaign.id, contactIds=[contact.id])
    visit = Visit(
        campaign=campaign.id,
        contact=contact.id,
        survey=survey.id,
        walklist=walklist.id,
        at=YESTERDAY,
        responses={QUESTION: {"questionId": QUESTION, "fields": {"bus": "true"}}},
    )
    return lambda: VisitDraft(visit=visit, id=uuid7())


@pytest.mark.usefixtures("unhurried")
async def test_a_visit_takes_one_read_and_one_unit(acme: Firm, ledger: Ledger) -> None:
    """Whether its id is in use, and what it refers to, at once; then the visit and its contact are written together."""
    permit = await ledger.permits.of(acme.actor)
    draft = await a_visit(acme)
    await ledger.recording.create(acme.actor, permit, draft(), Rules())
    with counted(ledger) as found:
        recorded = await ledger.recording.create(acme.actor, permit, draft(), Rules())
    assert found == {"fetch": 1, "write": 1}
    assert recorded.interaction.content.fields["successful"] is True

    again = VisitDraft(visit=draft().visit, id=recorded.interaction.uuid)
    with counted(ledger) as found:
        assert (await ledger.recording.create(acme.actor, permit, again, Rules())).repeated
    assert found == {"fetch": 2}


async def test_the_journal_keeps_a_contact_without_what_its_visits_tell(acme: Firm, ledger: Ledger) -> None:
    """What a contact was before a visit is kept with its records, but not which visit had decided what of it; where a
    visit changes nothing that one can see, there is nothing to be kept."""
    permit, draft = await ledger.permits.of(acme.actor), await a_visit(acme)
    recorded, versions = ledger.recording.create, ledger.resources.versions
    await recorded(acme.actor, permit, draft(), Rules())
    first = await ledger.resources.get(acme.actor, "contacts", draft().visit.contact)
    told = len(await versions(acme.actor, "contacts", first.id))
    await recorded(acme.actor, permit, draft(), Rules())
    second = await ledger.resources.get(acme.actor, "contacts", first.id)
    assert (second.version, second.data, second.modified_at) == (first.version + 1, first.data, first.modified_at)
    assert "provenance" in second.aside and second.aside != first.aside
    assert len(await versions(acme.actor, "contacts", first.id)) == told
    away = draft().visit
    away = replace(away, unavailable=True, responses={})
    await recorded(acme.actor, permit, VisitDraft(visit=away), Rules())
    before = (await versions(acme.actor, "contacts", first.id))[0]
    assert (before.data, [*before.aside], before.version) == (second.data, ["records"], second.version)


@pytest.mark.usefixtures("unhurried")
async def test_many_visits_take_no_more(acme: Firm, ledger: Ledger) -> None:
    """An outbox of visits is one read and one unit too."""
    permit = await ledger.permits.of(acme.actor)
    drafts = [await a_visit(acme, person) for person in (acme.eve, acme.ola)]
    await ledger.recording.create_many(acme.actor, permit, [draft() for draft in drafts], Rules())
    with counted(ledger) as found:
        outcomes = await ledger.recording.create_many(acme.actor, permit, [draft() for draft in drafts * 2], Rules())
    assert len(outcomes) == 4 and found == {"fetch": 1, "write": 1}


async def test_visits_that_come_at_the_same_moment_are_recorded_as_one(acme: Firm, ledger: Ledger) -> None:
    """One read and one unit for all; each entry of the journal names its own request, and what is refused is alone."""
    permit = await ledger.permits.of(acme.actor)
    drafts = [(await a_visit(acme, person))() for person in (acme.eve, acme.ola)]
    for _ in range(2):
        drafts = [replace(draft, id=uuid7(), visit=replace(draft.visit, at=draft.visit.at + 1)) for draft in drafts]
        away = {QUESTION: {"questionId": QUESTION, "fields": {"bus": "elsewhere"}}}
        bad = replace(drafts[1], id=uuid7(), visit=replace(drafts[1].visit, contact=uuid7(), responses=away))
        asked = [*drafts, bad]
        actors = [replace(acme.actor, request_id=f"request {draft.id}") for draft in asked]
        with counted(ledger) as found:
            outcomes = await asyncio.gather(
                *(
                    ledger.recording.create(actor, permit, draft, Rules())
                    for actor, draft in zip(actors, asked, strict=True)
                ),
                return_exceptions=True,
            )
    assert found == {"fetch": 1, "write": 1}
    assert isinstance(outcomes[2], Invalid)
    made = {outcome.interaction.number: outcome for outcome in outcomes if not isinstance(outcome, BaseException)}
    assert len(made) == 2
    place = Position()
    entries: list[JournalEntry] = []
    while page := await entries_since(ledger.store.database, acme.tenant.id, place, 500):
        entries, place = entries + page, page[-1].position
    told = {entry.entity_id: entry.request_id for entry in entries if entry.entity is Entity.INTERACTION}
    assert {number: told[number] for number in made} == {
        number: f"request {outcome.interaction.uuid}" for number, outcome in made.items()
    }
    contacts = [await ledger.resources.get(acme.actor, "contacts", draft.visit.contact) for draft in drafts]
    assert all(contact.data["contacted"] for contact in contacts)


async def test_what_visits_refer_to_is_read_anew_when_it_changes(acme: Firm, ledger: Ledger) -> None:
    """What this process changes counts at once, what another one changes within a second. A campaign counts as it is
    wherever several processes serve a store."""
    permit, draft = await ledger.permits.of(acme.actor), await a_visit(acme)
    campaign, survey = draft().visit.campaign, draft().visit.survey
    other = await Ledger.open(ledger.store.url)

    async def recorded() -> Visit:
        made = await ledger.recording.create(acme.actor, permit, draft(), Rules())
        return made.visit

    assert (await recorded()).beside.flags == ()
    writer = other if ledger.store.database.shared else ledger
    await writer.resources.amend(acme.actor, "campaigns", campaign, _with(status="complete"))
    assert (await recorded()).beside.flags == (NOT_UNDER_WAY,)

    await ledger.resources.delete(acme.actor, "surveys", survey)
    with pytest.raises(Invalid, match="there is no survey"):
        await recorded()
    await other.resources.restore(acme.actor, "surveys", survey)
    await asyncio.sleep(FRESH)
    await recorded()
    await other.close()


def _with(**data: Any) -> Callable[[Resource], Resource]:
    return lambda read: replace(read, data=read.data | data)


@pytest.mark.usefixtures("unhurried")
async def test_a_permit_costs_nothing_for_a_second(acme: Firm, ledger: Ledger) -> None:
    """Who may do what is read once a second; so is whether a tenant was founded, once for all."""
    await ledger.permits.of(acme.actor)
    with counted(ledger) as found:
        await ledger.permits.of(acme.actor)
    assert not found
