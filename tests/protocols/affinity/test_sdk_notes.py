"""Notes through affinity-sdk: on parties, on interactions, and replies."""

from datetime import UTC, datetime, timedelta

import pytest
from affinity import Affinity, AuthorizationError, NotFoundError, ValidationError
from affinity.models import NoteCreate, NoteUpdate
from affinity.types import CompanyId, NoteId, NoteType, OpportunityId, PersonId, UserId

from tests.serving import Firm

from .sdk import BY, client, client_of
from .wire import UNKNOWN, at

__all__ = ["client"]

pytestmark = pytest.mark.client


class TestCreate:
    @pytest.mark.covers("v2.notes.create", "v2.notes.get", by=BY)
    def test_on_parties(self, client: Affinity, firm: Firm) -> None:
        """A note on a person, a company and an opportunity is read with all three where they are asked for."""
        ola, company = firm.person("Ola", "Berg"), firm.organization("Client")
        deal = firm.opportunity("Pilot")
        note = client.notes.create(
            NoteCreate(
                content="Plain & <simple>",
                person_ids=[PersonId(ola.id)],
                company_ids=[CompanyId(company.id)],
                opportunity_ids=[OpportunityId(deal.id)],
            )
        )
        assert (note.type, note.content.html) == ("entities", "<p>Plain &amp; &lt;simple&gt;</p>")
        assert note.creator is not None and firm.mia.id == note.creator.id
        read = client.notes.get(note.id, includes=True)
        assert read.persons is not None and read.companies is not None and read.opportunities is not None
        assert [[ola.id], [company.id], [deal.id]] == [
            [item.id for item in items] for items in (read.persons, read.companies, read.opportunities)
        ]
        assert (
            read.persons_total, read.companies_total, read.opportunities_total, read.replies_count
        ) == (1, 1, 1, 0)  # fmt: skip
        assert client.notes.get(note.id).persons is None

    @pytest.mark.covers("v2.notes.create", by=BY)
    def test_html(self, client: Affinity, firm: Firm) -> None:
        """HTML of the allowed kind is kept."""
        on = [PersonId(firm.mia.id)]
        content = '<p>See <strong>the</strong> <a href="https://client.example/">offer</a></p>'
        note = client.notes.create(NoteCreate(content=content, type=NoteType.HTML, person_ids=on))
        assert note.content.html is not None and "<strong>the</strong>" in note.content.html

    @pytest.mark.covers("v2.notes.create", by=BY)
    def test_in_the_past_and_for_a_colleague(self, client: Affinity, firm: Firm) -> None:
        """A note may be older than its storing, and a colleague's."""
        jo = firm.colleague("Jo", "Ek")
        written = datetime(2025, 5, 1, 12, tzinfo=UTC)
        note = client.notes.create(
            NoteCreate(
                content="From the old system",
                person_ids=[PersonId(firm.mia.id)],
                creator_id=UserId(jo.id),
                created_at=written,
            )
        )
        assert note.creator is not None
        assert (jo.id, written) == (note.creator.id, note.created_at)

    @pytest.mark.covers("v2.notes.create", by=BY)
    def test_an_unknown_party_is_refused(self, client: Affinity, firm: Firm) -> None:
        """A person that is not there raises ValidationError, and nothing is stored."""
        before = firm.rows()
        with pytest.raises(ValidationError, match=str(UNKNOWN)):
            client.notes.create(NoteCreate(content="x", person_ids=[PersonId(UNKNOWN)]))
        assert before == firm.rows()


class TestReplies:
    @pytest.mark.covers("v2.notes.create", "v2.notes.replies", "v2.notes.get", by=BY)
    def test_reply_and_list(self, client: Affinity, firm: Firm) -> None:
        """Replies belong to their note, are counted there, and come over pages."""
        note = client.notes.create(NoteCreate(content="Root", person_ids=[PersonId(firm.mia.id)]))
        replies = [client.notes.create(NoteCreate(content=str(n), parent_id=note.id)) for n in range(3)]
        assert ("user-reply", {"id": note.id}) == (replies[0].type, replies[0].parent)
        page = client.notes.list_replies(note.id, limit=2)
        assert len(page.data) == 2 and page.has_next
        found = {item.id for item in client.notes.iter_replies(note.id, limit=2)}
        assert {item.id for item in replies} == found
        assert client.notes.get(note.id, includes=["repliesCount"]).replies_count == 3
        with pytest.raises(ValidationError):
            client.notes.create(NoteCreate(content="Reply of a reply", parent_id=replies[0].id))


class TestUpdateAndDelete:
    @pytest.mark.covers("v2.notes.update", "v2.notes.get", by=BY)
    def test_update(self, client: Affinity, firm: Firm) -> None:
        """Text and attachments change apart from each other; the last attachment cannot be taken away."""
        ola, jon = firm.person("Ola"), firm.person("Jon")
        note = client.notes.create(NoteCreate(content="First", person_ids=[PersonId(ola.id)]))
        changed = client.notes.update(note.id, NoteUpdate(content="Second"))
        assert changed.persons is not None
        assert ("<p>Second</p>", [ola.id]) == (changed.content.html, [person.id for person in changed.persons])
        assert changed.updated_at is not None
        changed = client.notes.update(note.id, NoteUpdate(person_ids=[PersonId(jon.id)]))
        assert changed.persons is not None
        assert ("<p>Second</p>", [jon.id]) == (changed.content.html, [person.id for person in changed.persons])
        with pytest.raises(ValidationError):
            client.notes.update(note.id, NoteUpdate(person_ids=[]))

    @pytest.mark.covers("v2.notes.delete", "v2.notes.get", by=BY)
    def test_delete(self, client: Affinity, firm: Firm) -> None:
        """A deleted note is gone with its replies."""
        note = client.notes.create(NoteCreate(content="Root", person_ids=[PersonId(firm.mia.id)]))
        reply = client.notes.create(NoteCreate(content="Reply", parent_id=note.id))
        assert client.notes.delete(note.id)
        for id_ in (note.id, reply.id, NoteId(UNKNOWN)):
            with pytest.raises(NotFoundError):
                client.notes.get(id_)

    @pytest.mark.covers("v2.notes.update", "v2.notes.delete", by=BY)
    def test_only_by_the_author(self, client: Affinity, firm: Firm) -> None:
        """Somebody else's note can be neither changed nor deleted."""
        note = client.notes.create(NoteCreate(content="Mine", person_ids=[PersonId(firm.mia.id)]))
        with client_of(firm, firm.token_of(firm.colleague("Jo"))) as colleague:
            with pytest.raises(AuthorizationError):
                colleague.notes.update(note.id, NoteUpdate(content="Yours"))
            with pytest.raises(AuthorizationError):
                colleague.notes.delete(note.id)
        assert client.notes.get(note.id).content.html == "<p>Mine</p>"


class TestLists:
    @pytest.mark.covers("notes.list", by=BY)
    def test_list_by_party_and_creator(self, client: Affinity, firm: Firm) -> None:
        """Version 1 lists the notes of a person (also those on meetings), a company, an opportunity, an author."""
        ola, company, deal = firm.person("Ola"), firm.organization("Client"), firm.opportunity("Pilot")
        call = firm.log("Call", at("2026-03-05T09:15:30Z"), firm.mia, ola, body="On the call")
        on_all = client.notes.create(
            NoteCreate(content="On all", person_ids=[PersonId(ola.id)], company_ids=[CompanyId(company.id)],
                       opportunity_ids=[OpportunityId(deal.id)])
        )  # fmt: skip
        found = client.notes.list(person_id=PersonId(ola.id)).data
        assert {call.note_id, on_all.id} == {note.id for note in found}
        assert [on_all.id] == [note.id for note in client.notes.list(company_id=CompanyId(company.id)).data]
        assert [on_all.id] == [note.id for note in client.notes.list(opportunity_id=OpportunityId(deal.id)).data]
        mine = list(client.notes.iter(creator_id=UserId(firm.mia.id), page_size=1))
        assert [on_all.id, call.note_id] == [note.id for note in mine]
        assert [call.number] == [note.interaction_id for note in mine if note.interaction_id]

    @pytest.mark.covers("v2.notes.list", by=BY)
    def test_feed(self, client: Affinity, firm: Firm) -> None:
        """Version 2 lists all notes but replies, newest first, with attachments and a count where asked for."""
        on = [PersonId(firm.mia.id)]
        notes = [client.notes.create(NoteCreate(content=str(n), person_ids=on)) for n in range(5)]
        client.notes.create(NoteCreate(content="Reply", parent_id=notes[0].id))
        page = client.notes.feed(limit=2, includes=True, total_count=True)
        assert page.total_count == 5
        assert [note.persons_total for note in page.data] == [1, 1]
        assert [note.id for note in notes[::-1]] == [note.id for note in client.notes.iter_feed(limit=2)]

    @pytest.mark.covers("v2.notes.list", by=BY)
    def test_feed_is_filtered(self, client: Affinity, firm: Firm) -> None:
        """The feed takes the client's filters: author, and bounds of creation and change."""
        on = [PersonId(firm.mia.id)]
        notes = [client.notes.create(NoteCreate(content=str(n), person_ids=on)) for n in range(2)]
        client.notes.update(notes[0].id, NoteUpdate(content="Changed"))
        hour = timedelta(hours=1)
        assert len(client.notes.feed(creator_id=firm.mia.id, created_after=datetime.now(UTC) - hour).data) == 2
        assert len(client.notes.feed(created_before=datetime.now(UTC) - hour).data) == 0
        assert [notes[0].id] == [n.id for n in client.notes.feed(updated_after=datetime.now(UTC) - hour).data]

    @pytest.mark.covers(
        "v2.notes.attached_persons", "v2.notes.attached_companies", "v2.notes.attached_opportunities", by=BY
    )
    def test_attached(self, client: Affinity, firm: Firm) -> None:
        """Everything a note is attached to, whole, over pages."""
        persons = [firm.person(f"Person {n}") for n in range(3)]
        companies = [firm.organization(f"Company {n}") for n in range(2)]
        deal = firm.opportunity("Pilot")
        note = client.notes.create(
            NoteCreate(
                content="On many",
                person_ids=[PersonId(person.id) for person in persons],
                company_ids=[CompanyId(company.id) for company in companies],
                opportunity_ids=[OpportunityId(deal.id)],
            )
        )
        page = client.notes.list_attached_persons(note.id, limit=2)
        following = client.notes.list_attached_persons(note.id, cursor=page.next_cursor)
        assert [person.id for person in persons] == [item.id for item in [*page.data, *following.data]]
        assert [person.first_name for person in persons] == [
            item.first_name for item in client.notes.iter_attached_persons(note.id)
        ]
        assert [item.name for item in client.notes.iter_attached_companies(note.id)] == ["Company 0", "Company 1"]
        assert [item.name for item in client.notes.list_attached_companies(note.id, limit=1).data] == ["Company 0"]
        assert [item.name for item in client.notes.list_attached_opportunities(note.id).data] == ["Pilot"]
        assert [deal.id] == [item.id for item in client.notes.iter_attached_opportunities(note.id)]
