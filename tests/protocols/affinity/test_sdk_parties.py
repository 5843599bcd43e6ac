"""Persons, companies and opportunities through affinity-sdk."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from affinity import Affinity, DuplicateEntityError, NotFoundError, ValidationError
from affinity.models import (
    CompanyCreate,
    CompanyUpdate,
    NoteCreate,
    OpportunityCreate,
    OpportunityUpdate,
    PersonCreate,
    PersonUpdate,
)
from affinity.types import CompanyId, FieldType, ListId, OpportunityId, PersonId, PersonType

from interlog.model.instants import DAY, now
from tests.serving import Firm

from .sdk import BY, client
from .wire import UNKNOWN, at

__all__ = ["client"]

pytestmark = pytest.mark.client


class TestPersons:
    @pytest.mark.covers("persons.create", "persons.list", "v2.persons.get", by=BY)
    def test_create_then_get(self, client: Affinity) -> None:
        """A person is read at once with the names and addresses it was created with."""
        created = client.persons.create(
            PersonCreate(first_name="Ola", last_name="Berg", emails=["ola@client.example", "ola@home.example"])
        )
        assert (created.first_name, created.last_name, created.type) == ("Ola", "Berg", PersonType.EXTERNAL)
        read = client.persons.get(created.id)
        assert ["ola@client.example", "ola@home.example"] == created.emails == read.emails
        assert read.primary_email == "ola@client.example"
        assert not read.fields.requested
        assert client.persons.get(created.id, field_types=[FieldType.GLOBAL]).fields.requested

    @pytest.mark.covers("persons.create", "persons.list", by=BY)
    def test_create_finds_the_one_that_is_there(self, client: Affinity, firm: Firm) -> None:
        """The client looks before it creates: by address, or by name where there is none. The server refuses, too."""
        ola = firm.person("Ola", "Berg", "ola@client.example")
        again = PersonCreate(first_name="O.", last_name="B.", emails=["OLA@client.example"])
        with pytest.raises(DuplicateEntityError) as found:
            client.persons.create(again)
        assert ola.id == found.value.existing_id
        with pytest.raises(DuplicateEntityError):
            client.persons.create(PersonCreate(first_name="ola", last_name="berg"))
        with pytest.raises(ValidationError, match="emails"):
            client.persons.create(again, if_not_exists=False)

    @pytest.mark.covers("v2.persons.list", by=BY)
    def test_list_all_and_iterate(self, client: Affinity, firm: Firm) -> None:
        """All persons in order of their ids, over pages; or those of some ids."""
        ids = [firm.mia.id, *(firm.person(f"Person {n}").id for n in range(5))]
        page = client.persons.list(limit=2)
        assert ids[:2] == [person.id for person in page.data]
        assert ids[2:4] == [person.id for person in client.persons.list(cursor=page.next_cursor).data]
        assert ids == [person.id for person in client.persons.iter()]
        assert ids == [person.id for page in client.persons.pages(limit=4) for person in page.data]
        assert ids[3:5] == [person.id for person in client.persons.list(ids=[PersonId(ids[4]), PersonId(ids[3])]).data]

    @pytest.mark.covers("persons.list", by=BY)
    def test_search_and_resolve(self, client: Affinity, firm: Firm) -> None:
        """A search finds parts of names and addresses; resolving finds exactly one, even behind a full page."""
        olas = [firm.person("Ola", f"Berg {n}", f"ola{n}@client.example") for n in range(12)]
        wanted = firm.person("Ola", "Berg", "a@client.example")
        assert len(list(client.persons.search_all("ola", page_size=5))) == 13
        assert [olas[7].id] == [person.id for person in client.persons.search("OLA7@client.example").data]
        found = client.persons.resolve(email="a@client.example")
        assert found is not None and wanted.id == found.id
        found = client.persons.resolve(name="Ola Berg")
        assert found is not None and wanted.id == found.id
        assert client.persons.resolve(email="b@client.example") is None
        assert [wanted.id] == [person.id for person in client.persons.resolve_all(name="Ola Berg")]

    @pytest.mark.covers("persons.update", by=BY)
    def test_update(self, client: Affinity, firm: Firm) -> None:
        """What is given changes, lists as a whole; the rest stays."""
        ola, client_firm = firm.person("Ola", "Berg", "ola@client.example"), firm.organization("Client")
        id_ = PersonId(ola.id)
        changed = client.persons.update(id_, PersonUpdate(last_name="Dahl"))
        assert (changed.first_name, changed.last_name, changed.emails) == ("Ola", "Dahl", ["ola@client.example"])
        change = PersonUpdate(emails=["new@client.example"], company_ids=[CompanyId(client_firm.id)])
        changed = client.persons.update(id_, change)
        assert (["new@client.example"], [client_firm.id]) == (changed.emails, changed.company_ids)
        assert changed.emails == client.persons.get(id_).emails

    @pytest.mark.covers("persons.delete", "persons.get", "v2.persons.get", by=BY)
    def test_delete(self, client: Affinity, firm: Firm) -> None:
        """A deleted person is found in neither version; one of us cannot be deleted."""
        id_ = PersonId(firm.person("Ola", "Berg").id)
        assert client.persons.delete(id_)
        with pytest.raises(NotFoundError):
            client.persons.get(id_)
        with pytest.raises(NotFoundError):
            client.persons.get(id_, with_interaction_dates=True)
        with pytest.raises(NotFoundError):
            client.persons.delete(id_)
        with pytest.raises(ValidationError, match="Deleting internal or inferred_internal person is not allowed"):
            client.persons.delete(PersonId(firm.mia.id))

    @pytest.mark.covers("persons.get", "persons.list", by=BY)
    def test_interaction_dates(self, client: Affinity, firm: Firm) -> None:
        """First, last and next interactions of each kind, with who of us took part."""
        ola = firm.person("Ola", "Berg", "ola@client.example")
        firm.person("Ola", "Never Met")
        last, coming = at("2026-03-05T09:15:30Z"), now() + 30 * DAY
        firm.log("Call", last, firm.mia, ola)
        firm.log("Meeting", coming, firm.mia, ola)
        firm.log("ChatMessage", at("2026-01-10T08:00:00Z"), firm.mia, ola)
        read = client.persons.get(PersonId(ola.id), with_interaction_dates=True, with_interaction_persons=True)
        (listed,) = client.persons.search("ola", with_interaction_dates=True, with_interaction_persons=True).data
        for person in (read, listed):
            dates, interactions = person.interaction_dates, person.interactions
            assert dates is not None and interactions is not None
            assert datetime(2026, 3, 5, 9, 15, 30, tzinfo=UTC) == dates.last_event_date == dates.last_interaction_date
            assert datetime(2026, 1, 10, 8, tzinfo=UTC) == dates.last_chat_message_date
            assert dates.next_event_date is not None and dates.first_email_date is None
            assert interactions.last_event is not None
            assert [firm.mia.id] == interactions.last_event.person_ids

    @pytest.mark.covers("persons.get", "v2.persons.notes", "v2.notes.create", by=BY)
    def test_associations_and_notes(self, client: Affinity, firm: Firm) -> None:
        """A person's companies, and the notes on that person."""
        ola = firm.person("Ola", "Berg", "ola@client.example")
        company = firm.organization("Client", persons=[ola])
        id_ = PersonId(ola.id)
        assert [company.id] == client.persons.get_associated_company_ids(id_)
        assert {id_: [company.id]} == client.persons.get_associated_company_ids_batch([id_])
        notes = [client.notes.create(NoteCreate(content=str(n), person_ids=[id_])).id for n in range(3)]
        page = client.persons.list_notes(id_, limit=2, total_count=False)
        assert notes[:0:-1] == [note.id for note in page.data]
        assert notes[::-1] == [note.id for note in client.persons.iter_notes(id_, limit=2)]


class TestCompanies:
    @pytest.mark.covers("organizations.create", "organizations.list", "v2.companies.get", by=BY)
    def test_create_then_get(self, client: Affinity, firm: Firm) -> None:
        """A company is read at once with name and domain, and nobody's twice."""
        ola = firm.person("Ola", "Berg")
        created = client.companies.create(
            CompanyCreate(name="Client", domain="client.example", person_ids=[PersonId(ola.id)])
        )
        assert ("Client", "client.example", [ola.id]) == (created.name, created.domain, created.person_ids)
        read = client.companies.get(created.id)
        assert (read.name, read.domains, read.is_global) == ("Client", ["client.example"], False)
        for again in (CompanyCreate(name="client"), CompanyCreate(name="Other", domain="Client.example")):
            with pytest.raises(DuplicateEntityError) as found:
                client.companies.create(again)
            assert created.id == found.value.existing_id

    @pytest.mark.covers("v2.companies.list", by=BY)
    def test_list_all_and_iterate(self, client: Affinity, firm: Firm) -> None:
        """All companies in order of their ids, over pages; or those of some ids."""
        ids = [firm.organization(f"Company {n}").id for n in range(5)]
        page = client.companies.list(limit=2)
        assert ids[:2] == [company.id for company in page.data]
        assert ids[2:4] == [company.id for company in client.companies.list(cursor=page.next_cursor).data]
        assert ids == [company.id for company in client.companies.iter()]
        assert [ids[4]] == [company.id for company in client.companies.list(ids=[CompanyId(ids[4])]).data]
        first = client.companies.get_first()
        assert first is not None and ids[0] == first.id

    @pytest.mark.covers("organizations.list", by=BY)
    def test_search_and_resolve(self, client: Affinity, firm: Firm) -> None:
        """A search finds parts of names and domains; resolving finds exactly one."""
        found = [firm.organization(f"Client {n}", f"client{n}.example") for n in range(4)]
        assert len(list(client.companies.search_all("client", page_size=3))) == 4
        assert [found[2].id] == [company.id for company in client.companies.search("client2.example").data]
        resolved = client.companies.resolve(domain="client1.example")
        assert resolved is not None and found[1].id == resolved.id
        resolved = client.companies.resolve(name="client 3")
        assert resolved is not None and found[3].id == resolved.id

    @pytest.mark.covers("organizations.update", "organizations.get", by=BY)
    def test_update(self, client: Affinity, firm: Firm) -> None:
        """What is given changes, lists as a whole; the rest stays."""
        ola = firm.person("Ola", "Berg")
        id_ = CompanyId(firm.organization("Client", "client.example").id)
        changed = client.companies.update(id_, CompanyUpdate(name="Client Ltd"))
        assert (changed.name, changed.domain) == ("Client Ltd", "client.example")
        client.companies.update(id_, CompanyUpdate(person_ids=[PersonId(ola.id)]))
        assert [ola.id] == client.companies.get_associated_person_ids(id_)
        assert [person.first_name for person in client.companies.get_associated_people(id_)] == ["Ola"]
        client.companies.update(id_, CompanyUpdate(person_ids=[]))
        assert client.companies.get_associated_person_ids(id_) == []

    @pytest.mark.covers("organizations.delete", "organizations.get", "v2.companies.get", by=BY)
    def test_delete(self, client: Affinity, firm: Firm) -> None:
        """A deleted company is found in neither version."""
        id_ = CompanyId(firm.organization("Client").id)
        assert client.companies.delete(id_)
        with pytest.raises(NotFoundError):
            client.companies.get(id_)
        with pytest.raises(NotFoundError):
            client.companies.get_associated_person_ids(id_)

    @pytest.mark.covers("organizations.get", "v2.companies.notes", by=BY)
    def test_interaction_dates_and_notes(self, client: Affinity, firm: Firm) -> None:
        """A company's dates are those of its people; its notes are those on it."""
        ola = firm.person("Ola", "Berg")
        id_ = CompanyId(firm.organization("Client", persons=[ola]).id)
        firm.log("Call", at("2026-03-05T09:15:30Z"), firm.mia, ola)
        read = client.companies.get(id_, with_interaction_dates=True, with_interaction_persons=True)
        assert read.interaction_dates is not None and read.interactions is not None
        assert datetime(2026, 3, 5, 9, 15, 30, tzinfo=UTC) == read.interaction_dates.last_event_date
        assert read.interactions.last_event is not None
        assert [firm.mia.id] == read.interactions.last_event.person_ids
        note = client.notes.create(NoteCreate(content="On the company", company_ids=[id_]))
        assert [note.id] == [item.id for item in client.companies.list_notes(id_).data]
        assert [note.id] == [item.id for item in client.companies.iter_notes(id_)]


class TestOpportunities:
    @pytest.mark.covers("opportunities.create", "opportunities.get", "v2.opportunities.get", by=BY)
    def test_create_then_get(self, client: Affinity, firm: Firm) -> None:
        """An opportunity stands on its list, with its people and companies."""
        ola, company = firm.person("Ola", "Berg"), firm.organization("Client")
        created = client.opportunities.create(
            OpportunityCreate(
                name="Pilot",
                list_id=ListId(firm.deals()),
                person_ids=[PersonId(ola.id)],
                company_ids=[CompanyId(company.id)],
            )
        )
        details = client.opportunities.get_details(created.id)
        for item in (created, details):
            assert ("Pilot", [ola.id], [company.id]) == (item.name, item.person_ids, item.company_ids)
            assert item.list_entries is not None
            assert [firm.deals()] == [entry.list_id for entry in item.list_entries]
        read = client.opportunities.get(created.id)
        assert ("Pilot", firm.deals(), "Deals") == (read.name, read.list_id, read.list_name)

    @pytest.mark.covers("v2.opportunities.list", "opportunities.list", by=BY)
    def test_list_and_search(self, client: Affinity, firm: Firm) -> None:
        """All opportunities in order of their ids, those of some ids, and those that a part of the name finds."""
        ids = [firm.opportunity(f"Pilot {n}").id for n in range(5)]
        page = client.opportunities.list(limit=2)
        assert ids[:2] == [item.id for item in page.data]
        assert ids[2:4] == [item.id for item in client.opportunities.list(cursor=page.next_cursor).data]
        assert ids == [item.id for item in client.opportunities.iter()]
        assert [ids[1]] == [item.id for item in client.opportunities.list(ids=[OpportunityId(ids[1])]).data]
        assert [ids[3]] == [item.id for item in client.opportunities.search("pilot 3").data]
        assert ids == [item.id for item in client.opportunities.search_all("pilot", page_size=2)]

    @pytest.mark.covers("opportunities.update", "opportunities.delete", by=BY)
    def test_update_and_delete(self, client: Affinity, firm: Firm) -> None:
        """What is given changes; a deleted one is found in neither version."""
        ola, jon = firm.person("Ola"), firm.person("Jon")
        id_ = OpportunityId(firm.opportunity("Pilot", persons=[ola]).id)
        renamed = client.opportunities.update(id_, OpportunityUpdate(name="Roll-out"))
        assert ("Roll-out", [ola.id]) == (renamed.name, renamed.person_ids)
        changed = client.opportunities.update(id_, OpportunityUpdate(person_ids=[PersonId(jon.id)]))
        assert [jon.id] == changed.person_ids
        assert client.opportunities.delete(id_)
        for get in (client.opportunities.get, client.opportunities.get_details):
            with pytest.raises(NotFoundError):
                get(id_)

    @pytest.mark.covers("opportunities.get", "v2.persons.list", "v2.companies.list", "v2.opportunities.notes", by=BY)
    def test_associations_and_notes(self, client: Affinity, firm: Firm) -> None:
        """Its people and companies, by id and whole, and the notes on it."""
        ola, company = firm.person("Ola"), firm.organization("Client")
        id_ = OpportunityId(firm.opportunity("Pilot", persons=[ola], organizations=[company]).id)
        assert ([ola.id], [company.id]) == client.opportunities.get_associations(id_)
        assert [person.first_name for person in client.opportunities.get_associated_people(id_)] == ["Ola"]
        assert [item.name for item in client.opportunities.get_associated_companies(id_)] == ["Client"]
        note = client.notes.create(NoteCreate(content="On the deal", opportunity_ids=[id_]))
        assert [note.id] == [item.id for item in client.opportunities.list_notes(id_).data]
        assert [note.id] == [item.id for item in client.opportunities.iter_notes(id_)]

    @pytest.mark.covers("opportunities.create", by=BY)
    def test_a_wrong_list_is_refused(self, client: Affinity, firm: Firm) -> None:
        """A list that is not there raises ValidationError with the id, and nothing is stored."""
        before = firm.rows()
        with pytest.raises(ValidationError, match=str(UNKNOWN)):
            client.opportunities.create(OpportunityCreate(name="Pilot", list_id=ListId(UNKNOWN)))
        assert before == firm.rows()


def _reads(client: Affinity) -> list[Callable[[], Any]]:
    return [
        lambda: client.persons.get(PersonId(UNKNOWN)),
        lambda: client.companies.get(CompanyId(UNKNOWN)),
        lambda: client.opportunities.get(OpportunityId(UNKNOWN)),
        lambda: client.opportunities.get_details(OpportunityId(UNKNOWN)),
    ]


@pytest.mark.covers("persons.get", "organizations.get", "opportunities.get", by=BY)
@pytest.mark.covers("v2.persons.get", "v2.companies.get", "v2.opportunities.get", by=BY)
def test_an_unknown_id_is_not_found(client: Affinity) -> None:
    """An id that is nobody's raises the client's NotFoundError, whatever it should have been the id of."""
    for read in _reads(client):
        with pytest.raises(NotFoundError, match=str(UNKNOWN)):
            read()
