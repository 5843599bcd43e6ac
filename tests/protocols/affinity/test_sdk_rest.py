"""Webhooks, users and relationships through affinity-sdk."""

import pytest
from affinity import Affinity, NotFoundError, ValidationError
from affinity.models import NoteCreate, WebhookCreate, WebhookUpdate
from affinity.types import CompanyId, PersonId, UserId, WebhookEvent, WebhookStatus

from interlog.model.instants import DAY, now
from tests.receiving import receiving
from tests.serving import Firm

from .sdk import BY, client

__all__ = ["client"]

pytestmark = pytest.mark.client


@pytest.mark.covers(
    "v2.webhooks.create", "v2.webhooks.get", "v2.webhooks.update", "v2.webhooks.delete", "v2.webhooks.list", by=BY
)
def test_webhooks(client: Affinity, firm: Firm) -> None:
    """Made, listed, disabled, moved to fewer events, refused a second time, deleted."""
    with receiving() as receiver:
        made = client.webhooks.create(WebhookCreate(url=receiver.url, subscriptions=[WebhookEvent.PERSON_CREATED]))
        assert (made.status, made.subscriptions) == (WebhookStatus.ACTIVE, [WebhookEvent.PERSON_CREATED])
        assert client.webhooks.get(made.id) == made
        with pytest.raises(ValidationError, match="told already"):
            client.webhooks.create(WebhookCreate(url=receiver.url, subscriptions=[]))
        changed = client.webhooks.update(made.id, WebhookUpdate(status=WebhookStatus.DISABLED, subscriptions=[]))
        assert (changed.status, changed.subscriptions) == (WebhookStatus.DISABLED, [])
    page = client.webhooks.list(ids=[made.id], total_count=True)
    assert ([item.id for item in page.data], page.total_count) == ([made.id], 1)
    assert [item.id for item in client.webhooks.iter()] == [made.id]
    client.webhooks.delete(made.id)
    with pytest.raises(NotFoundError):
        client.webhooks.get(made.id)


@pytest.mark.covers("v2.users.list", "v2.users.get", by=BY)
def test_users(client: Affinity, firm: Firm) -> None:
    """Found by a term, by ids and by status."""
    ben = firm.colleague("Ben")
    assert [user.id for user in client.users.list(term="ben").data] == [ben.id]
    assert [user.id for user in client.users.list(ids=[UserId(ben.id), UserId(firm.mia.id)], status="active").data] == [
        firm.mia.id, ben.id
    ]  # fmt: skip
    mia = client.users.get(UserId(firm.mia.id))
    assert (mia.first_name, mia.role, mia.status) == ("Mia", "owner", "active")
    assert len(list(client.users.iter())) == 2


@pytest.mark.covers("v2.persons.relationships", "v2.companies.relationships", by=BY)
def test_relationships(client: Affinity, firm: Firm) -> None:
    """Who of us knows somebody, and somebody of a company."""
    ola = firm.person("Ola")
    company = firm.organization("Client", persons=[ola])
    firm.log("Meeting", now() - DAY, firm.mia, ola)
    (known,) = client.persons.list_relationships(PersonId(ola.id), min_score=0.2, total_count=True).data
    assert (known.person1.id, known.person2.id, known.linkedin_connected_on) == (firm.mia.id, ola.id, None)
    assert 0.2 < known.interaction_score < 0.5
    assert [item.person2.id for item in client.companies.list_relationships(CompanyId(company.id)).data] == [ola.id]


@pytest.mark.covers("v2.notes.search", "v2.transcripts.list", by=BY)
def test_notes_by_words_and_transcripts(client: Affinity, firm: Firm) -> None:
    """A note is found by a word, of a company and among some; there are no transcripts."""
    company = firm.organization("Client")
    note = client.notes.create(NoteCreate(content="Likes green tea", company_ids=[CompanyId(company.id)]))
    (hit,) = client.notes.search("tea", company_id=CompanyId(company.id))
    assert (hit.note.id, hit.note.kind, hit.preview.strip()) == (note.id, "note", "Likes green tea")
    assert [item.note.id for item in client.notes.search("tea", note_ids=[note.id], limit=5)] == [note.id]
    page = client.transcripts.list(total_count=True)
    assert (page.data, page.total_count) == ([], 0)
