"""AsyncAffinity, the client for asynchronous programs: its requests are the same, so one pass through each noun."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from affinity import AsyncAffinity, AuthenticationError, NotFoundError, ValidationError
from affinity.models import (
    CompanyCreate,
    CompanyUpdate,
    InteractionCreate,
    InteractionUpdate,
    NoteCreate,
    NoteUpdate,
    OpportunityCreate,
    OpportunityUpdate,
    PersonCreate,
    PersonUpdate,
)
from affinity.types import InteractionId, InteractionType, ListId, PersonId

from tests.serving import Firm

from .sdk import BY, END, START, async_client_of
from .wire import UNKNOWN

pytestmark = pytest.mark.client


@pytest_asyncio.fixture
async def client(firm: Firm) -> AsyncIterator[AsyncAffinity]:
    async with async_client_of(firm) as client:
        yield client


@pytest.mark.covers("interactions.create", "interactions.get", "interactions.list", by=BY)
@pytest.mark.covers("interactions.update", "interactions.delete", "v2.meetings.list", "v2.meetings.get", by=BY)
async def test_interactions(client: AsyncAffinity, firm: Firm) -> None:
    """Fifty meetings logged at once, listed page by page, one changed, one deleted."""
    ola = firm.person("Ola", "Berg")
    people = [PersonId(firm.mia.id), PersonId(ola.id)]
    drafts = [
        InteractionCreate(type=InteractionType.MEETING, person_ids=people, content=str(n), date=START + n * _HOUR)
        for n in range(50)
    ]
    created = await asyncio.gather(*map(client.interactions.create, drafts))
    assert len({item.id for item in created}) == 50
    window = {"type": InteractionType.MEETING, "person_id": people[1], "start_time": START, "end_time": END}
    page = await client.interactions.list(**window, page_size=20)
    assert [item.id for item in created[:29:-1]] == [item.id for item in page.data]
    listed = [item.id async for item in client.interactions.iter(**window, page_size=20)]
    assert [item.id for item in created[::-1]] == listed
    assert {item.id for item in created} == {item.id async for item in client.interactions.iter_meetings(limit=20)}
    first = created[0]
    change = InteractionUpdate(date=END)
    changed = await client.interactions.update(first.id, first.type, change)
    assert END == changed.date == (await client.interactions.get(first.id, first.type)).date
    assert (await client.interactions.get_meeting(first.id)).start_time == END
    assert await client.interactions.delete(first.id, first.type)
    with pytest.raises(NotFoundError):
        await client.interactions.get(first.id, first.type)


@pytest.mark.covers("v2.calls.list", "v2.chat-messages.list", "v2.emails.list", by=BY)
async def test_collections(client: AsyncAffinity, firm: Firm) -> None:
    """The other collections list what is of their kind."""
    draft = InteractionCreate(
        type=InteractionType.CALL, person_ids=[PersonId(firm.mia.id)], content="Pilot", date=START
    )
    call = await client.interactions.create(draft)
    chat = await client.interactions.create(draft.model_copy(update={"type": InteractionType.CHAT_MESSAGE}))
    assert [call.id] == [item.id async for item in client.interactions.iter_calls()]
    assert [chat.id] == [item.id async for item in client.interactions.iter_chat_messages()]
    assert (await client.interactions.list_emails()).data == []


@pytest.mark.covers("persons.create", "persons.list", "persons.update", "persons.delete", by=BY)
@pytest.mark.covers("v2.persons.get", "v2.persons.list", by=BY)
async def test_persons(client: AsyncAffinity, firm: Firm) -> None:
    """A person created, found, changed and deleted."""
    draft = PersonCreate(first_name="Ola", last_name="Berg", emails=["ola@client.example"])
    ola = await client.persons.create(draft)
    found = await client.persons.resolve(email="ola@client.example")
    assert found is not None and ola.id == found.id
    await client.persons.update(ola.id, PersonUpdate(last_name="Dahl"))
    assert (await client.persons.get(ola.id)).last_name == "Dahl"
    assert [firm.mia.id, ola.id] == [person.id async for person in client.persons.iter()]
    assert await client.persons.delete(ola.id)
    with pytest.raises(NotFoundError):
        await client.persons.get(ola.id)


@pytest.mark.covers("organizations.create", "organizations.list", "organizations.update", by=BY)
@pytest.mark.covers("organizations.delete", "v2.companies.get", by=BY)
async def test_companies(client: AsyncAffinity, firm: Firm) -> None:
    """A company created, found, changed and deleted."""
    company = await client.companies.create(CompanyCreate(name="Client", domain="client.example"))
    found = await client.companies.resolve(domain="client.example")
    assert found is not None and company.id == found.id
    await client.companies.update(company.id, CompanyUpdate(person_ids=[PersonId(firm.mia.id)]))
    assert [firm.mia.id] == await client.companies.get_associated_person_ids(company.id)
    assert (await client.companies.get(company.id)).name == "Client"
    assert await client.companies.delete(company.id)


@pytest.mark.covers("opportunities.create", "opportunities.get", "opportunities.list", by=BY)
@pytest.mark.covers("opportunities.update", "opportunities.delete", "v2.opportunities.get", by=BY)
async def test_opportunities(client: AsyncAffinity, firm: Firm) -> None:
    """An opportunity created, found, changed and deleted."""
    draft = OpportunityCreate(name="Pilot", list_id=ListId(firm.deals()), person_ids=[PersonId(firm.mia.id)])
    deal = await client.opportunities.create(draft)
    await client.opportunities.update(deal.id, OpportunityUpdate(name="Roll-out"))
    assert (await client.opportunities.get(deal.id)).name == "Roll-out"
    assert [firm.mia.id] == (await client.opportunities.get_details(deal.id)).person_ids
    assert [deal.id] == [item.id for item in (await client.opportunities.search("roll")).data]
    assert await client.opportunities.delete(deal.id)


@pytest.mark.covers("v2.notes.create", "v2.notes.get", "v2.notes.update", "v2.notes.delete", by=BY)
@pytest.mark.covers("v2.notes.list", "v2.notes.replies", "v2.persons.notes", "notes.list", by=BY)
async def test_notes(client: AsyncAffinity, firm: Firm) -> None:
    """A note created, replied to, listed, changed and deleted."""
    on = [PersonId(firm.mia.id)]
    note = await client.notes.create(NoteCreate(content="First", person_ids=on))
    reply = await client.notes.create(NoteCreate(content="Reply", parent_id=note.id))
    assert [reply.id] == [item.id async for item in client.notes.iter_replies(note.id)]
    assert [note.id] == [item.id async for item in client.notes.iter_feed()]
    assert [note.id] == [item.id async for item in client.persons.iter_notes(on[0])]
    assert note.id in [item.id async for item in client.notes.iter(person_id=on[0])]
    changed = await client.notes.update(note.id, NoteUpdate(content="Second"))
    assert changed.content.html == "<p>Second</p>"
    assert await client.notes.delete(note.id)


@pytest.mark.covers("v2.whoami", "v2.rate_limit", "relationship_strengths.list", by=BY)
async def test_account(client: AsyncAffinity, firm: Firm) -> None:
    """The account, its limits, and the strength of ties."""
    ola = firm.person("Ola", "Berg")
    assert firm.mia.id == (await client.whoami()).user.id
    assert (await client.rate_limits.refresh()).api_key_per_minute.limit == 900
    assert await client.relationships.get(PersonId(ola.id)) == []


@pytest.mark.covers("interactions.get", "interactions.create", "v2.whoami", by=BY)
async def test_errors(client: AsyncAffinity, firm: Firm) -> None:
    """Unknown ids, bad input and wrong keys raise the client's own exceptions."""
    with pytest.raises(NotFoundError):
        await client.interactions.get(InteractionId(UNKNOWN), InteractionType.CALL)
    with pytest.raises(ValidationError, match=f"expected {UNKNOWN} to be a valid id for model Person"):
        await client.interactions.create(
            InteractionCreate(type=InteractionType.CALL, person_ids=[PersonId(UNKNOWN)], content="x", date=START)
        )
    async with async_client_of(firm, f"ilog{firm.tenant.id}_nobody-has-this-key") as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.whoami()


_HOUR = timedelta(hours=1)
