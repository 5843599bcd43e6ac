"""affinity-sync, which knows no keys but the documented ones, on both versions: its round, in its environment."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Participant
from interlog.model.parties import Party, Person
from interlog.model.types import Direction, Role
from tests.postgres import PostgresServer
from tests.receiving import receiving
from tests.serving import Firm

from .clients import Client
from .conftest import PREFIX
from .v2.test_fields import made_world


@pytest.fixture
def sync(firm: Firm) -> Iterator[Client]:
    """The client, with the token of the firm's owner."""
    with Client("affinity-sync", firm.server.base + PREFIX, firm.token) as client:
        yield client


@pytest.mark.covers("persons.list", "persons.get", "persons.create", "persons.update", by="affinity-sync")
def test_persons(sync: Client, firm: Firm) -> None:
    """Create one, find them by address and by name, change them; a taken address is told."""
    new = {"model": "NewPerson", "first_name": "Zoe", "last_name": "Abt", "emails": ["z@x.example"]}
    made = sync.ask("v1", "create_person", new_person=new | {"organization_ids": []})
    for method, args in (
        ("find_person_by_email", {"email": "z@x.example"}),
        ("find_person_by_emails", {"emails": ["nobody@x.example", "z@x.example"]}),
        ("find_person_by_name", {"first_name": "zoe", "last_name": "ABT"}),
        ("find_person_by_id", {"person_id": made["id"]}),
    ):
        assert sync.ask("v1", method, **args)["id"] == made["id"]
    assert sync.ask("v1", "find_person_by_email", email="nobody@x.example") is None
    changed = new | {"first_name": "Zed", "organization_ids": [firm.organization("Client").id]}
    assert sync.ask("v1", "update_person", person_id=made["id"], new_person=changed)["first_name"] == "Zed"
    taken = sync.tried("v1", "create_person", new_person=new | {"organization_ids": []})
    assert taken["error"].startswith("TryAgainError")


@pytest.mark.covers(
    "organizations.list", "organizations.get", "organizations.create", "organizations.update", by="affinity-sync"
)
def test_companies(sync: Client, ola: Person) -> None:
    """The same of companies."""
    new = {"model": "NewCompany", "name": "Acme", "domain": "acme.example", "person_ids": [ola.id]}
    made = sync.ask("v1", "create_company", new_company=new)
    for method, args in (
        ("find_company_by_id", {"company_id": made["id"]}),
        ("find_company_by_domain", {"domain": "ACME.example"}),
        ("find_company_by_domains", {"domains": ["none.example", "acme.example"]}),
        ("find_company_by_name", {"name": "acme"}),
    ):
        assert sync.ask("v1", method, **args)["name"] == "Acme"
    changed = sync.ask("v1", "update_company", company_id=made["id"], new_company=new | {"name": "Acme Ltd"})
    assert (changed["name"], changed["person_ids"]) == ("Acme Ltd", [ola.id])


@pytest.mark.covers(
    "opportunities.list", "opportunities.create", "opportunities.update", "lists.entries", by="affinity-sync"
)
def test_opportunities(sync: Client, firm: Firm, ola: Person) -> None:
    """Opportunities by name, and the entries of their list."""
    new = {"model": "NewOpportunity", "name": "Deal", "list_id": firm.deals()}
    made = sync.ask("v1", "create_opportunity", new_opportunity=new)
    changed = sync.ask("v1", "update_opportunity", opportunity_id=made["id"], person_ids=[ola.id])
    assert (changed["name"], changed["person_ids"]) == ("Deal", [ola.id])
    assert sync.ask("v1", "find_opportunity_by_name", list_id=firm.deals(), name="Deal")["id"] == made["id"]


@pytest.mark.covers("notes.list", "notes.create", by="affinity-sync")
def test_notes(sync: Client, firm: Firm, mia: Person, ola: Person) -> None:
    """Notes with nulls for what they are not about; all notes over all pages."""
    company = firm.organization("Client")
    made = [
        sync.ask("v1", "add_note_to_entity", entity_id=id_, entity_type=kind, creator_id=mia.id, note=kind)
        for id_, kind in ((ola.id, "person"), (company.id, "company"))
    ]
    assert [note["id"] for note in sync.ask("v1", "list_notes")] == [note["id"] for note in reversed(made)]


@pytest.mark.covers("interactions.list", by="affinity-sync")
def test_interactions(sync: Client, firm: Firm, mia: Person, ola: Person) -> None:
    """All of several years, in its ranges of a year; e-mails of senders whom nobody knew, too."""
    dates = [now() - days * DAY for days in (1, 400, 800)]
    calls = [firm.log("Call", at, mia, ola, body="x").number for at in dates]
    parts = Participant(None, Role.FROM, "someone@else.example"), Participant(ola.id, Role.TO)
    mail = firm.log("Email", dates[0], *parts, title="Terms", direction=Direction.RECEIVED).number
    asked = {"entity_type": "person", "entity_id": ola.id}
    found = sync.ask("v1", "fetch_all_interactions", interaction_type="call", **asked)
    assert [item["id"] for item in found] == calls[::-1]
    (found,) = sync.ask("v1", "fetch_all_interactions", interaction_type="email", **asked)
    assert (found["id"], found["from"]["emails"]) == (mail, ["someone@else.example"])
    assert sync.ask("v1", "fetch_all_interactions", interaction_type="meeting", **asked) == []


@pytest.mark.covers("v2.lists.list", "v2.persons.list", "v2.companies.list", by="affinity-sync")
def test_version_2(sync: Client, firm: Firm, mia: Person) -> None:
    """What it copies: all persons and companies over their pages, and the lists."""
    persons = [firm.person(f"P{number}", "x").id for number in range(105)]
    company = firm.organization("Client", "client.example")
    assert [item["affinity_id"] for item in sync.ask("v2", "get_people")] == [mia.id, *persons]
    assert [item["affinity_id"] for item in sync.ask("v2", "get_companies")] == [company.id]
    assert firm.deals() in [item["affinity_id"] for item in sync.ask("v2", "get_list_metadatas")]


@pytest.mark.covers(
    "v2.persons.fields", "v2.companies.fields", "v2.lists.fields", "v2.lists.entries", by="affinity-sync"
)
def test_fields_of_version_2(sync: Client, firm: Firm) -> None:
    """Fields of all types, what stands in them, and the entries of lists: the client refuses any other key."""
    world = made_world(firm)
    firm.log("Call", now() - DAY, firm.mia, world.ola, body="x")
    for kind, fields, objects in (
        (Party.PERSON, "get_people_fields", "get_people"),
        (Party.ORGANIZATION, "get_company_fields", "get_companies"),
    ):
        everywhere, there, list_id = world.everywhere[kind], world.there[kind], world.lists[kind].id
        known = [item["affinity_id"] for item in sync.ask("v2", fields)]
        assert set(known) > {column.id for column in everywhere}
        (shown,) = [item for item in sync.ask("v2", objects) if item["affinity_id"] == world.party(kind)]
        values = {field["affinity_id"]: field["value"] for field in shown["fields"]}
        assert {column.id: values[column.id] for column in everywhere} == {c.id: c.shown for c in everywhere}
        assert values["last-contact"]["data"]["type"] == "call"
        listed = [item["affinity_id"] for item in sync.ask("v2", "get_list_fields", list_id=list_id)]
        assert set(listed) == {*known, *(column.id for column in there)}
        (entry,) = sync.ask("v2", "get_list_entries", list_id=list_id)
        assert {field["id"] for field in entry["entity"]["fields"]} == set(listed)


@pytest.mark.covers(
    "fields.list", "field_values.list", "field_values.create", "field_values.delete", by="affinity-sync"
)
def test_fields(sync: Client, firm: Firm, ola: Person) -> None:
    """A field's value is set, listed and deleted; to change one it lacks an argument of its own."""
    field = firm.caller(PREFIX).post("/fields", name="Hobby", entity_type=0, value_type=6).json()["id"]
    assert field in [item["id"] for item in sync.ask("v1", "fetch_fields")]
    made = sync.ask("v1", "create_field_value", field_id=field, entity_id=ola.id, value="chess")
    found = sync.ask("v1", "fetch_field_values", entity_id=ola.id, entity_type="person")
    assert found == [made] and made["value"] == "chess"
    changed = sync.tried("v1", "update_field_value", field_value_id=made["id"], new_value="go")
    assert "missing 1 required positional argument: 'result_type'" in changed["error"]
    assert sync.ask("v1", "delete_field_value", field_value_id=made["id"]) is None


@pytest.mark.covers("lists.add", "lists.entries", by="affinity-sync")
def test_entries_of_lists(sync: Client, firm: Firm, ola: Person) -> None:
    """Somebody is put on a list, all of which is read at once."""
    people = firm.caller(PREFIX).post("/lists", name="People", type=0, is_public=True).json()["id"]
    entry = sync.ask("v1", "create_list_entry", list_id=people, entity_id=ola.id)
    assert sync.ask("v1", "fetch_all_list_entries", list_id=people) == [entry]


@pytest.mark.covers("webhooks.create", "webhooks.list", "webhooks.delete", by="affinity-sync")
def test_webhooks(sync: Client, mia: Person) -> None:
    """One is made, after a test delivery, listed and deleted."""
    with receiving() as receiver:
        made = sync.ask("v1", "create_webhook", url=receiver.url, events=["person.created"])
        assert [message.json["type"] for message in receiver.received] == ["sample.webhook"]
    assert (made["subscriptions"], made["created_by"]) == (["person.created"], mia.id)
    assert sync.ask("v1", "get_all_webhooks") == [made]
    assert sync.ask("v1", "delete_webhook", webhook_id=made["id"]) is None
    assert sync.ask("v1", "get_all_webhooks") == []


@pytest.mark.covers(
    "v2.persons.list", "v2.persons.fields", "v2.companies.list", "v2.companies.fields", "v2.lists.list",
    "v2.lists.fields", "v2.lists.entries", by="affinity-sync",
)  # fmt: skip
def test_copies_a_whole_tenant(sync: Client, firm: Firm, mia: Person, ola: Person, postgres: PostgresServer) -> None:
    """Its copy into PostgreSQL: persons, companies, lists with entries, fields with values; then what has changed.

    It reads lists only that have two fields at least, as the vendor gives them to each.
    """
    api, client = firm.caller(PREFIX), firm.organization("Client", "client.example")
    gone = firm.organization("Gone")
    call = firm.log("Call", now(), mia, ola, body="Talked").number
    hobby = api.post("/fields", name="Hobby", entity_type=0, value_type=6).json()["id"]
    assert api.post("/field-values", field_id=hobby, entity_id=ola.id, value="chess").status_code == 200
    people = api.post("/lists", name="People", type=0, is_public=True).json()["id"]
    entry = api.post(f"/lists/{people}/list-entries", entity_id=ola.id).json()["id"]
    stage = api.post("/fields", name="Stage", entity_type=0, value_type=6, list_id=people).json()["id"]
    value = {"field_id": stage, "entity_id": ola.id, "list_entry_id": entry, "value": "Won"}
    assert api.post("/field-values", **value).status_code == 200
    for name in ("Size", "Chance"):
        assert api.post("/fields", name=name, entity_type=8, value_type=3, list_id=firm.deals()).status_code == 200
    deal = firm.opportunity("Deal", persons=[ola])

    url = postgres.create_database()
    where = urlsplit(url)
    database = {"db_host": where.hostname, "db_port": where.port, "db_name": where.path[1:],
                "db_user": where.username, "db_password": where.password}  # fmt: skip

    def copied(columns: str, table: str) -> Any:
        query = f"SELECT {columns} AS x FROM affinity.{table} WHERE valid_to IS NULL ORDER BY affinity_id"
        return json.loads(postgres.execute(f"SELECT coalesce(json_agg(x), '[]') FROM ({query}) AS found", url))

    def seen(view: str, columns: str) -> Any:
        return json.loads(postgres.execute(f'SELECT json_build_array({columns}) FROM affinity."{view}"', url))

    sync.ask("copy", "run", **database)
    assert copied("json_build_array(affinity_id, first_name)", "person") == [[mia.id, "Mia"], [ola.id, "Ola"]]
    assert copied("json_build_array(affinity_id, domains)", "company") == [
        [client.id, ["client.example"]],
        [gone.id, []],
    ]
    assert copied("name", "list_metadata") == ["Deals", "People"]
    assert {"Hobby", "Last Contact"} <= set(copied("name", "person_field"))
    assert {"Size", "Chance", "Stage"} <= set(copied("name", "list_field"))
    assert copied("entity->'id'", "list_entry") == [ola.id, deal.id]
    contacts = copied("jsonb_path_query(fields, '$[*] ? (@.affinity_id == \"last-contact\").value.data')", "person")
    assert {(contact["type"], contact["id"]) for contact in contacts if contact} == {("call", call)}
    assert seen("People", '"Stage"') == ["Won"]

    firm.server.run(firm.ledger.organizations.delete(firm.actor, gone.id))
    assert api.put(f"/persons/{ola.id}", first_name="Olga").status_code == 200
    postgres.execute("UPDATE affinity.sync SET frequency_minutes = 0", url)
    sync.ask("copy", "run", **database)
    assert (copied("name", "company"), copied("first_name", "person")) == (["Client"], ["Mia", "Olga"])


@pytest.mark.covers("files.list", "files.create", by="affinity-sync")
def test_files(sync: Client, ola: Person) -> None:
    """A file is put beside somebody, and found there."""
    what = {"entity_id": ola.id, "entity_type": "person"}
    added = sync.ask("v1", "add_file_to_entity", **what, file_name="a.txt", file="Text", file_type="text/plain")
    assert added["success"] is True
    (item,) = sync.ask("v1", "fetch_all_entity_files", **what)
    assert (item["name"], item["size"], item["person_id"]) == ("a.txt", 4, ola.id)
