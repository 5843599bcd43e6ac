"""affinity-crm, a client of version 1 as it was: its round over our server, in an environment of its own (spec 16)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from interlog.model.instants import now
from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Role
from tests.receiving import receiving
from tests.serving import Firm

from .clients import Client
from .conftest import PREFIX
from .wire import short


@pytest.fixture
def crm(firm: Firm) -> Iterator[Client]:
    """The client, with the token of the firm's owner."""
    with Client("affinity-crm", firm.server.base + PREFIX, firm.token) as client:
        yield client


@pytest.mark.covers("whoami", "relationship_strengths.list", by="affinity-crm")
def test_account_and_strengths(crm: Client, firm: Firm, mia: Person, ola: Person) -> None:
    """Who is calling, and how well who knows whom."""
    assert crm.ask("whoami", "get")["user"]["id"] == mia.id
    firm.log("Call", now(), mia, ola, body="Talked")
    (found,) = crm.ask("relationships_strengths", "list", external_id=ola.id)
    assert (found["internal_id"], found["external_id"]) == (mia.id, ola.id) and 0 < found["strength"] < 1


@pytest.mark.covers(
    "persons.list", "persons.get", "persons.create", "persons.update", "persons.delete", by="affinity-crm"
)
def test_persons(crm: Client, firm: Firm) -> None:
    """Create, find, read, change by query parameters, delete."""
    client = firm.organization("Client", "client.example")
    made = crm.ask(
        "persons", "create", first_name="Zoe", last_name="Abt", emails=["zoe@x.example"], organization_ids=[client.id]
    )
    assert (made["first_name"], made["emails"], made["organization_ids"]) == ("Zoe", ["zoe@x.example"], [client.id])
    found = crm.ask("persons", "list", term="zoe@x.example", with_interaction_dates=False, page_size=5)
    assert [item["id"] for item in found["persons"]] == [made["id"]] and found["next_page_token"] is None
    changed = crm.ask("persons", "update", person_id=made["id"], first_name="Zed")
    assert (changed["first_name"], changed["last_name"]) == ("Zed", "Abt")
    assert crm.ask("persons", "get", person_id=made["id"])["first_name"] == "Zed"
    assert crm.ask("persons", "delete", person_id=made["id"]) == {"success": True}
    assert "RequestFailed" in crm.tried("persons", "get", person_id=made["id"])["error"]


@pytest.mark.covers(
    "organizations.list", "organizations.get", "organizations.create", "organizations.update", "organizations.delete",
    by="affinity-crm",
)  # fmt: skip
def test_organizations(crm: Client, ola: Person) -> None:
    """The same of organizations."""
    made = crm.ask("organizations", "create", name="Acme", domain="acme.example", person_ids=[ola.id])
    assert (made["name"], made["domains"], made["person_ids"]) == ("Acme", ["acme.example"], [ola.id])
    found = crm.ask("organizations", "list", term="acme")
    assert [item["id"] for item in found["organizations"]] == [made["id"]]
    crm.ask("organizations", "update", organization_id=made["id"], name="Acme Ltd")
    assert crm.ask("organizations", "get", organization_id=made["id"])["name"] == "Acme Ltd"
    assert crm.ask("organizations", "delete", organization_id=made["id"]) == {"success": True}


@pytest.mark.covers(
    "opportunities.list", "opportunities.get", "opportunities.create", "opportunities.update", "opportunities.delete",
    "lists.list", "lists.get", "lists.entries", "lists.entry", by="affinity-crm",
)  # fmt: skip
def test_opportunities_and_lists(crm: Client, firm: Firm, ola: Person) -> None:
    """Opportunities stand on a list, whose entries can be read and deleted."""
    deals = firm.deals()
    assert deals in [item["id"] for item in crm.ask("lists", "list")]
    assert crm.ask("lists", "get", list_id=deals)["type"] == 8
    made = crm.ask("opportunities", "create", name="Deal", list_id=deals, person_ids=[ola.id])
    (entry,) = made["list_entries"]
    assert crm.ask("opportunities", "get", opportunity_id=made["id"])["person_ids"] == [ola.id]
    crm.ask("opportunities", "update", opportunity_id=made["id"], name="Bigger")
    found = crm.ask("opportunities", "list", term="big")
    assert [item["name"] for item in found["opportunities"]] == ["Bigger"]
    of = {"list_id": deals}
    assert [item["entity_id"] for item in crm.ask("list_entries", "list", of=of)] == [made["id"]]
    assert crm.ask("list_entries", "get", of=of, list_entry_id=entry["id"])["entity"]["name"] == "Bigger"
    assert crm.ask("opportunities", "delete", opportunity_id=made["id"]) == {"success": True}


@pytest.mark.covers("notes.delete", by="affinity-crm")
def test_notes(crm: Client, firm: Firm, ola: Person) -> None:
    """Its model of notes lacks today's keys, as on the vendor's service: what it sends works all the same."""
    refused = crm.tried("notes", "create", person_ids=[ola.id], content="Remember")["error"]
    assert refused.startswith("TypeError: Note.__init__() got an unexpected keyword argument")
    (note,) = firm.server.run(firm.ledger.notes.page(firm.actor, limit=5))
    assert (note.content, note.links.persons) == ("Remember", (ola.id,))
    assert crm.ask("notes", "delete", note_id=note.id) == {"success": True}


@pytest.mark.covers("interactions.list", by="affinity-crm")
def test_interactions(crm: Client, firm: Firm, mia: Person, ola: Person) -> None:
    """It lists e-mails by the key ``emails``; its model of them is none of its own library's, as it asks for it."""
    parts = Participant(mia.id, Role.FROM), Participant(ola.id, Role.TO)
    asked = {"type": 3, "person_id": ola.id, "start_time": "2026-01-01", "end_time": "2026-12-31"}
    found = crm.ask("interactions", "list", of={"type": 3}, query_params=asked)
    assert found == {"emails": [], "next_page_token": None}
    firm.log("Email", now(), *parts, title="Terms", direction=Direction.SENT)
    refused = crm.tried("interactions", "list", of={"type": 3}, query_params=asked)["error"]
    assert refused == "AttributeError: type object 'EmailInteraction' has no attribute 'from_dict'"
    assert short(ola)["id"] == ola.id


@pytest.mark.covers(
    "fields.list", "fields.create", "fields.delete",
    "field_values.list", "field_values.create", "field_values.update", "field_values.delete",
    by="affinity-crm",
)  # fmt: skip
def test_fields(crm: Client, ola: Person) -> None:
    """A field, and a value of it: set, changed, listed, deleted."""
    field = crm.ask("fields", "create", name="Budget", entity_type=0, value_type=3)
    assert field["name"] == "Budget"
    made = crm.ask("field_values", "create", field_id=field["id"], entity_id=ola.id, value={"number": 5})
    assert (made["entity_id"], made["value"]["number"]) == (ola.id, 5)
    crm.ask("field_values", "update", field_value_id=made["id"], value={"number": 7})
    (found,) = crm.ask("field_values", "list", person_id=ola.id)
    assert (found["id"], found["value"]["number"]) == (made["id"], 7)
    assert crm.ask("field_values", "delete", field_value_id=made["id"]) == {"success": True}
    assert crm.ask("field_values", "list", person_id=ola.id) == []
    assert crm.ask("fields", "delete", field_id=field["id"]) == {"success": True}


@pytest.mark.covers("lists.add", "lists.remove", by="affinity-crm")
def test_entries_of_lists(crm: Client, firm: Firm, ola: Person) -> None:
    """Somebody is put on a list, and taken off again."""
    people = firm.caller(PREFIX).post("/lists", name="People", type=0, is_public=True).json()["id"]
    entry = crm.ask("list_entries", "create", of={"list_id": people}, entity_id=ola.id)
    assert (entry["entity_id"], entry["list_id"]) == (ola.id, people)
    assert crm.ask("list_entries", "delete", of={"list_id": people}, list_entry_id=entry["id"]) == {"success": True}
    assert crm.ask("list_entries", "list", of={"list_id": people}) == []


@pytest.mark.covers(
    "reminders.list", "reminders.get", "reminders.create", "reminders.update", "reminders.delete", by="affinity-crm"
)
def test_reminders(crm: Client, mia: Person, ola: Person) -> None:
    """One that is due once and one that recurs: made, read, changed by query parameters, listed, deleted."""
    once = crm.ask(
        "reminders", "create", owner_id=mia.id, type=0, due_date="2030-01-01", content="Ring", person_id=ola.id
    )
    assert (once["content"], once["status"], once["person"]["id"]) == ("Ring", 1, ola.id)
    again = crm.ask("reminders", "create", owner_id=mia.id, type=1, reset_type=0, reminder_days=7, person_id=ola.id)
    assert (again["reset_type"], again["reminder_days"]) == (0, 7)
    crm.ask("reminders", "update", reminder_id=once["id"], content="Write")
    assert crm.ask("reminders", "get", reminder_id=once["id"])["content"] == "Write"
    found = crm.ask("reminders", "list", person_id=ola.id, type=0)
    assert [item["id"] for item in found["reminders"]] == [once["id"]]
    assert crm.ask("reminders", "delete", reminder_id=once["id"]) == {"success": True}


@pytest.mark.covers("webhooks.create", "webhooks.delete", by="affinity-crm")
def test_webhooks(crm: Client) -> None:
    """One is made and deleted; its model of them lacks today's keys, as on the vendor's service."""
    with receiving() as receiver:
        made = crm.ask("webhooks", "create", webhook_url=receiver.url, subscriptions=["person.created"])
    assert (made["webhook_url"], made["disabled"]) == (receiver.url, False)
    refused = crm.tried("webhooks", "list")["error"]
    assert refused.startswith("TypeError: Webhook.__init__() got an unexpected keyword argument")
    assert crm.ask("webhooks", "delete", webhook_subscription_id=made["id"]) == {"success": True}
    assert crm.ask("webhooks", "list") == []


@pytest.mark.covers("files.list", "files.create", "files.download", by="affinity-crm")
def test_files(crm: Client, ola: Person, tmp_path: Path) -> None:
    """Uploaded with the id in the query, listed, and saved; to read one alone it expects a list."""
    assert crm.ask("entity_files", "upload", files={"a.txt": "Text"}, person_id=ola.id) == [{"success": True}]
    (item,) = crm.ask("entity_files", "list", person_id=ola.id)["entity_files"]
    assert (item["name"], item["size"], item["person_id"]) == ("a.txt", 4, ola.id)
    assert crm.ask("entity_files", "download", entity_file_id=item["id"], save_path=str(tmp_path / "a.txt")) is None
    assert (tmp_path / "a.txt").read_text() == "Text"
