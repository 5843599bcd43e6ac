"""What has changed since: every change once, in order, and never missed."""

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.visits import TYPE_ID
from interlog.model.errors import Forbidden
from interlog.model.ids import uuid7
from interlog.model.interactions import Interaction, Participant
from interlog.model.journal import Position
from interlog.model.tenancy import Right
from tests.ledger.conftest import Firm, journal_of, meeting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def a_list(firm: Firm, name: str) -> Resource:
    """Create a list."""
    return (await firm.ledger.resources.create(firm.actor, ResourceDraft(kind="lists", data={"name": name}))).resource


async def a_visit(firm: Firm) -> Interaction:
    """Log a visit."""
    fields = {"campaignId": uuid7(), "contactId": uuid7(), "surveyId": uuid7(), "unavailable": False, "responses": {}}
    draft = meeting(Participant(firm.eve.id, "contact"), fields=fields, draft={"type": "CanvassVisit"})
    return (await firm.ledger.interactions.log(firm.actor, draft)).interaction


async def test_changes_are_read_in_order(acme: Firm, ledger: Ledger) -> None:
    """Who reads from a position on finds each resource of the kind that changed once, as it is now, also deleted."""
    one, two = await a_list(acme, "one"), await a_list(acme, "two")
    await ledger.resources.create(acme.actor, ResourceDraft(kind="campaigns", data={}))
    one = await ledger.resources.amend(acme.actor, "lists", one.id, lambda read: replace(read, data={"name": "1"}))
    await journal_of(acme)

    first = await ledger.changes.resources(acme.actor, "lists", Position())
    assert first.items == [two, one] and not first.is_more
    assert first.next == await ledger.changes.now(acme.actor)
    gone = await ledger.resources.delete(acme.actor, "lists", two.id)
    await journal_of(acme)
    second = await ledger.changes.resources(acme.actor, "lists", first.next)
    assert second.items == [gone]
    last = await ledger.changes.resources(acme.actor, "lists", second.next)
    assert last.items == [] and last.next == second.next and not last.is_more


async def test_pages_of_any_size_lead_through_all(acme: Firm, ledger: Ledger) -> None:
    """A page that holds nothing of the kind goes on by itself; each change is on one page."""
    made = []
    for number in range(4):
        made.append(await a_list(acme, str(number)))
        for _ in range(number):
            await ledger.resources.create(acme.actor, ResourceDraft(kind="campaigns", data={}))
    await journal_of(acme)
    found: list[Resource] = []
    place, is_more, pages = Position(), True, 0
    while is_more:
        page = await ledger.changes.resources(acme.actor, "lists", place, limit=2)
        found += page.items
        place, is_more, pages = page.next, page.is_more, pages + 1
    assert found == made
    assert pages < 8


async def test_visits_change_too(acme: Firm, ledger: Ledger) -> None:
    """Visits come like resources, deleted ones too; other interactions do not."""
    one, two = await a_visit(acme), await a_visit(acme)
    await ledger.interactions.log(acme.actor, meeting(acme.eve))
    gone = await ledger.interactions.delete(acme.actor, one.number)
    await journal_of(acme)

    found = (await ledger.changes.interactions(acme.actor, [TYPE_ID], Position())).items
    assert found == [two, gone]


async def test_what_is_hidden_does_not_come(acme: Firm, ledger: Ledger) -> None:
    """A resource of another security group is not told of; without the right to read, nothing is."""
    insider = acme.acting(acme.mia, Right.ADMIN, 7)
    draft = ResourceDraft(kind="lists", data={}, group=7)
    hidden = (await ledger.resources.create(insider, draft)).resource
    await journal_of(acme)

    assert (await ledger.changes.resources(insider, "lists", Position())).items == [hidden]
    assert (await ledger.changes.resources(acme.actor, "lists", Position())).items == []
    for attempt in (
        ledger.changes.resources(acme.acting(acme.ben, None), "lists", Position()),
        ledger.changes.interactions(acme.acting(acme.ben, None), [TYPE_ID], Position()),
        ledger.changes.now(acme.acting(acme.ben, None)),
    ):
        with pytest.raises(Forbidden):
            await attempt
