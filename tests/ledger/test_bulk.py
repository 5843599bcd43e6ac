"""Bulk creation: the same records as one by one, in one transaction, or none."""

import asyncio

import pytest
from msgspec.structs import replace

from interlog.ledger.bulk import Bulk
from interlog.model.errors import Forbidden, Invalid
from interlog.model.interactions import Links, Participant
from interlog.model.journal import Action, Entity, Position
from interlog.model.notes import NoteDraft
from interlog.model.parties import OpportunityDraft, OrganizationDraft, PersonDraft
from interlog.model.tenancy import Right
from interlog.store.journal import entries_since
from tests.ledger.conftest import YESTERDAY, Firm, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _person(name: str, *emails: str, **more: object) -> PersonDraft:
    return PersonDraft(first_name=name, emails=emails, **more)  # type: ignore[arg-type]


async def _journal_tells(firm: Firm, entity: Entity, *ids: int) -> bool:
    """Whether the creation of each record stands in the journal, where it shows once no older write is under way."""
    for _ in range(200):
        entries = await entries_since(firm.ledger.store.database, firm.tenant.id, Position(), 1_000)
        created = {entry.entity_id for entry in entries if (entry.action, entry.entity) == (Action.CREATE, entity)}
        if created.issuperset(ids):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_persons_join_the_organizations_that_own_their_domains(acme: Firm) -> None:
    """He belongs to the organizations given and to those of his addresses; each creation is in the journal."""
    ledger, actor = acme.ledger, acme.actor
    given, owner = await ledger.bulk.create_organizations(
        actor, [OrganizationDraft(name="Given"), OrganizationDraft(name="Owner", domains=("Owner.example",))]
    )

    uma, vic = await ledger.bulk.create_persons(
        actor,
        [
            _person("Uma", "uma@owner.example", "UMA@owner.example", organization_ids=(given.id,)),
            _person("Vic", "vic@nobody.example"),
        ],
    )

    assert await ledger.persons.get(actor, uma.id) == uma
    assert (uma.organization_ids, uma.emails) == ((given.id, owner.id), ("uma@owner.example",))
    assert vic.organization_ids == ()
    assert await ledger.organizations.members(actor, [given.id, owner.id]) == {given.id: [uma.id], owner.id: [uma.id]}
    assert await _journal_tells(acme, Entity.PERSON, uma.id, vic.id)
    assert await _journal_tells(acme, Entity.ORGANIZATION, given.id, owner.id)
    assert await ledger.check.problems() == []


async def test_organizations_take_in_persons_given_and_those_of_their_domains(acme: Firm) -> None:
    """A person who joins several of them is changed once, and is then a member of each."""
    ledger, actor = acme.ledger, acme.actor

    one, two = await ledger.bulk.create_organizations(
        actor,
        [
            OrganizationDraft(name="One", domains=("client.example",)),
            OrganizationDraft(name="Two", person_ids=(acme.eve.id, acme.ola.id)),
        ],
    )

    eve, ola = await ledger.persons.get(actor, acme.eve.id), await ledger.persons.get(actor, acme.ola.id)
    assert (set(eve.organization_ids), ola.organization_ids) == ({one.id, two.id}, (two.id,))
    assert eve.version == acme.eve.version + 1
    assert await ledger.check.problems() == []


async def test_interactions_that_waited_are_bound_to_all_of_their_persons(acme: Firm) -> None:
    """An interaction known by two addresses is bound to both persons, though they come in one call."""
    ledger = acme.with_settings(create_unknown_persons=False).ledger
    actor = acme.with_settings(create_unknown_persons=False).actor
    waiting = [Participant(None, address=f"{name}@late.example") for name in ("uma", "vic")]
    logged = await ledger.interactions.log(actor, meeting(acme.mia, *waiting))

    uma, vic = await ledger.bulk.create_persons(
        actor, [_person("Uma", "uma@late.example"), _person("Vic", "Vic@late.example")]
    )

    bound = await ledger.interactions.get(actor, logged.interaction.number)
    assert [part.person for part in bound.content.participants] == [acme.mia.id, uma.id, vic.id]
    assert await ledger.check.problems() == []


async def test_every_problem_is_told_by_its_draft_and_nothing_is_stored(acme: Firm) -> None:
    """One wrong draft keeps the others out, and each problem names the draft and the place in it."""
    ledger, actor = acme.ledger, acme.actor
    before = await ledger.persons.page(actor, limit=100)

    with pytest.raises(Invalid) as caught:
        await ledger.bulk.create_persons(
            actor,
            [
                _person("Good", "good@new.example"),
                _person("", "nowhere"),
                _person("Taken", acme.eve.emails[0], "good@new.example", organization_ids=(99,)),
            ],
        )

    assert [(problem.path, problem.code) for problem in caught.value.problems] == [
        ("[1].first_name", "missing"),
        ("[1].emails[0]", "invalid"),
        ("[2].organization_ids[0]", "unknown_id"),
        ("[2].emails[0]", "taken"),
        ("[2].emails[1]", "taken"),
    ]
    assert await ledger.persons.page(actor, limit=100) == before


async def test_opportunities_stand_on_their_list_since_they_came_up(acme: Firm) -> None:
    """They keep the time that was given, alone as in bulk; a list or party that is not there is refused."""
    ledger, actor = acme.ledger, acme.actor
    (deals,) = await ledger.opportunities.lists(actor)
    draft = OpportunityDraft(name="Seed", list_id=deals.id, person_ids=(acme.eve.id,), created_at=YESTERDAY)

    (created,) = await ledger.bulk.create_opportunities(actor, [draft])
    alone = await ledger.opportunities.create(actor, draft)

    assert await ledger.opportunities.get(actor, created.id) == created
    assert (created.created_at, alone.created_at) == (YESTERDAY, YESTERDAY)
    assert created.entry_id != alone.entry_id
    with pytest.raises(Invalid) as caught:
        await ledger.bulk.create_opportunities(actor, [draft, OpportunityDraft(name=" ", list_id=99, person_ids=(98,))])
    assert [problem.path for problem in caught.value.problems] == ["[1].person_ids[0]", "[1].name", "[1].list_id"]


async def test_notes_and_their_replies(acme: Firm) -> None:
    """Notes keep author and time; replies go to notes that are there and are not replies themselves."""
    ledger, actor = acme.ledger, acme.actor
    draft = NoteDraft(content="Hello", links=Links((acme.eve.id,)), creator=acme.ben.id, created_at=YESTERDAY)
    (note,) = await ledger.bulk.create_notes(actor, [draft])

    (reply,) = await ledger.bulk.create_notes(actor, [NoteDraft(content="Yes", parent=note.id)])

    assert await ledger.notes.get(actor, note.id) == replace(note, version=2)  # a reply is a new version of its note
    assert (note.creator, note.created_at, reply.creator, reply.parent) == (
        acme.ben.id,
        YESTERDAY,
        acme.mia.id,
        note.id,
    )
    with pytest.raises(Invalid) as caught:
        await ledger.bulk.create_notes(
            actor,
            [
                NoteDraft(content="to a reply", parent=reply.id),
                NoteDraft(content="to nothing", parent=99),
                NoteDraft(content=" "),
                NoteDraft(content="by somebody from outside", links=Links((acme.eve.id,)), creator=acme.eve.id),
            ],
        )
    assert [problem.path for problem in caught.value.problems] == [
        "[0].parent_id",
        "[1].parent_id",
        "[2].content",
        "[2].person_ids",
        "[3].creator_id",
    ]


async def test_nothing_to_do_is_no_problem(acme: Firm) -> None:
    """Empty batches are fine."""
    bulk, actor = acme.ledger.bulk, acme.actor

    assert await bulk.create_persons(actor, []) == []
    assert await bulk.create_organizations(actor, []) == []
    assert await bulk.create_opportunities(actor, []) == []
    assert await bulk.create_notes(actor, []) == []


@pytest.mark.parametrize(
    "create", [Bulk.create_persons, Bulk.create_organizations, Bulk.create_opportunities, Bulk.create_notes]
)
async def test_it_needs_the_right_to_write(create: object, acme: Firm) -> None:
    """Who may only read creates nothing."""
    with pytest.raises(Forbidden):
        await create(acme.ledger.bulk, acme.acting(acme.mia, Right.READ), [])  # type: ignore[operator]
