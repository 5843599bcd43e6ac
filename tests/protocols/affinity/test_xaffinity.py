"""xaffinity, the command line of affinity-sdk: each command that has an endpoint here, as a process of its own.

A process takes half a second to start, so what a command needs to be there is set up through the ledger.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interlog.model.instants import DAY, now
from interlog.model.interactions import Links
from interlog.model.notes import Note, NoteDraft
from interlog.model.parties import Opportunity, Organization, Person
from tests.serving import Firm

from .sdk import addresses
from .wire import UNKNOWN, at

BY = "xaffinity"

COMMAND = Path(sys.executable).with_name("xaffinity")

Run = Callable[..., Any]

pytestmark = pytest.mark.client


class Refused(Exception):
    """The command ended with an exit code other than 0; ``type`` and ``message`` are of the error it printed."""

    def __init__(self, code: int, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code, self.type = code, error["type"]


@pytest.fixture
def run(any_firm: Firm, tmp_path: Path) -> Run:
    """``run("person", "ls")`` runs the command with Mia's token and returns the data that it prints."""
    urls = addresses(any_firm)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AFFINITY_V1_BASE_URL": urls["v1_base_url"],
        "AFFINITY_V2_BASE_URL": urls["v2_base_url"],
        "AFFINITY_API_KEY": any_firm.token,
        "XAFFINITY_NO_UPDATE_CHECK": "1",
    }

    def run(*arguments: str | int, **variables: str) -> Any:
        done = subprocess.run(
            [COMMAND, "--json", *map(str, arguments)],
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
        printed = json.loads(done.stdout)
        if done.returncode:
            raise Refused(done.returncode, printed["error"])
        assert printed["ok"]
        return printed["data"]

    return run


@pytest.fixture
def ola(any_firm: Firm) -> Person:
    return any_firm.person("Ola", "Berg", "ola@client.example")


@pytest.fixture
def company(any_firm: Firm) -> Organization:
    return any_firm.organization("Client", "client.example")


@pytest.fixture
def deal(any_firm: Firm) -> Opportunity:
    return any_firm.opportunity("Pilot")


@pytest.fixture
def note(any_firm: Firm, ola: Person) -> Note:
    draft = NoteDraft(content="Likes tea", links=Links(persons=(ola.id,)))
    return any_firm.server.run(any_firm.ledger.notes.create(any_firm.actor, draft))


class TestInteraction:
    @pytest.mark.covers("interactions.create", "v2.whoami", by=BY)
    def test_create(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """A call is logged with whoever runs the command, who is found out by whoami."""
        created = run("interaction", "create", "--type", "call", "--person-id", ola.id, "--include-me",
                      "--content", "hello", "--date", "2026-06-15T14:00:00Z")["interaction"]  # fmt: skip
        assert (created["type"], created["date"]) == ("call", "2026-06-15T14:00:00Z")
        assert {any_firm.mia.id, ola.id} == set(created["personIds"])
        stored = any_firm.server.run(any_firm.ledger.interactions.get(any_firm.actor, created["id"]))
        assert stored.content.body == "hello"

    @pytest.mark.covers("interactions.list", by=BY)
    def test_ls(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """A person's interactions of all kinds over all years, asked for year by year."""
        ids = {
            any_firm.log(type_, at(date), any_firm.mia, ola).number
            for type_, date in (
                ("Meeting", "2016-03-01T12:00Z"), ("Call", "2021-03-01T12:00Z"), ("ChatMessage", "2026-03-01T12:00Z")
            )
        }  # fmt: skip
        assert ids == {item["id"] for item in run("interaction", "ls", "--type", "all", "--person-id", ola.id)}

    @pytest.mark.covers("interactions.get", by=BY)
    def test_get(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """One interaction, by id and kind."""
        item = any_firm.log("Meeting", at("2026-03-05T09:15Z"), any_firm.mia, ola, body="hello")
        shown = run("interaction", "get", item.number, "--type", "meeting")["interaction"]
        assert (shown["id"], shown["startTime"]) == (item.number, "2026-03-05T09:15:00Z")
        assert [item.note_id] == shown["notes"]

    @pytest.mark.covers("interactions.update", by=BY)
    def test_update(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """A new text and date; the people stay."""
        item = any_firm.log("Call", at("2026-03-05T09:15Z"), any_firm.mia, ola, body="hello")
        shown = run("interaction", "update", item.number, "--type", "call",
                    "--content", "hello again", "--date", "2026-03-06T09:15Z")["interaction"]  # fmt: skip
        assert (shown["date"], shown["personIds"]) == ("2026-03-06T09:15:00Z", [any_firm.mia.id, ola.id])

    @pytest.mark.covers("interactions.delete", by=BY)
    def test_delete(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """What was deleted has gone."""
        item = any_firm.log("Call", at("2026-03-05T09:15Z"), any_firm.mia, ola)
        assert run("interaction", "delete", item.number, "--type", "call", "--yes") == {"success": True}
        with pytest.raises(Refused, match=str(item.number)) as refused:
            run("interaction", "get", item.number, "--type", "call")
        assert refused.value.type == "not_found"

    @pytest.mark.covers("v2.meetings.list", by=BY)
    def test_feed(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """All meetings of the tenant."""
        item = any_firm.log("Meeting", at("2026-03-05T09:15Z"), any_firm.mia, ola)
        (shown,) = run("interaction", "feed", "--type", "meeting", "--all")["interactions"]
        assert item.number == shown["id"]

    @pytest.mark.covers("interactions.create", by=BY)
    def test_create_with_an_unknown_person(self, run: Run, any_firm: Firm) -> None:
        """The command names the parameter that was wrong, and nothing is stored."""
        before = any_firm.rows()
        with pytest.raises(Refused, match=f"person_ids: expected {UNKNOWN}") as refused:
            run("interaction", "create", "--type", "call", "--person-id", UNKNOWN, "--include-me",
                "--content", "hello", "--date", "2026-06-15")  # fmt: skip
        assert refused.value.type == "validation_error"
        assert before == any_firm.rows()


class TestPerson:
    @pytest.mark.covers("persons.create", "persons.list", by=BY)
    def test_create(self, run: Run, any_firm: Firm) -> None:
        """A person with an address; a second one of that address is refused with the first one's id."""
        arguments = ("person", "create", "--first-name", "Ola", "--last-name", "Berg", "--email", "ola@client.example")
        created = run(*arguments)["person"]
        assert (created["firstName"], created["emailAddresses"]) == ("Ola", ["ola@client.example"])
        with pytest.raises(Refused, match=str(created["id"])):
            run(*arguments)

    @pytest.mark.covers("v2.persons.get", "persons.list", by=BY)
    def test_get(self, run: Run, ola: Person) -> None:
        """A person by address: searched for first, then read by id."""
        assert run("person", "get", "email:ola@client.example")["person"]["lastName"] == "Berg"

    @pytest.mark.covers("v2.persons.list", by=BY)
    def test_ls(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """All persons."""
        assert [any_firm.mia.id, ola.id] == [item["id"] for item in run("person", "ls", "--all")["persons"]]

    @pytest.mark.covers("persons.list", by=BY)
    def test_search(self, run: Run, ola: Person) -> None:
        """The persons whose name or address contains a text."""
        assert [ola.id] == [item["id"] for item in run("person", "ls", "--query", "client.ex")["persons"]]

    @pytest.mark.covers("persons.update", by=BY)
    def test_update(self, run: Run, ola: Person) -> None:
        """A new last name."""
        assert run("person", "update", ola.id, "--last-name", "Dahl")["person"]["lastName"] == "Dahl"

    @pytest.mark.covers("persons.delete", by=BY)
    def test_delete(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """A person has gone."""
        assert run("person", "delete", ola.id, "--yes") == {"success": True}
        assert any_firm.server.run(any_firm.ledger.persons.get_many(any_firm.actor, [ola.id])) == {}


class TestCompany:
    @pytest.mark.covers("organizations.create", "organizations.list", by=BY)
    def test_create(self, run: Run, ola: Person) -> None:
        """A company, to which whoever has an address of its domain belongs."""
        created = run("company", "create", "--name", "Client", "--domain", "client.example")["company"]
        assert (created["name"], created["personIds"]) == ("Client", [ola.id])

    @pytest.mark.covers("v2.companies.get", "organizations.list", by=BY)
    def test_get(self, run: Run, company: Organization) -> None:
        """A company by domain: searched for first, then read by id."""
        assert run("company", "get", "domain:client.example")["company"]["name"] == "Client"

    @pytest.mark.covers("v2.companies.list", by=BY)
    def test_ls(self, run: Run, company: Organization) -> None:
        """All companies."""
        assert [company.id] == [item["id"] for item in run("company", "ls", "--all")["companies"]]

    @pytest.mark.covers("organizations.update", by=BY)
    def test_update(self, run: Run, company: Organization) -> None:
        """A new name."""
        assert run("company", "update", company.id, "--name", "Client Ltd")["company"]["name"] == "Client Ltd"

    @pytest.mark.covers("organizations.delete", by=BY)
    def test_delete(self, run: Run, company: Organization) -> None:
        """A company has gone."""
        assert run("company", "delete", company.id, "--yes") == {"success": True}


class TestOpportunity:
    @pytest.mark.covers("opportunities.create", "v2.lists.get", by=BY)
    def test_create(self, run: Run, any_firm: Firm) -> None:
        """An opportunity on a list."""
        created = run("opportunity", "create", "--name", "Pilot", "--list", any_firm.deals())["opportunity"]
        assert created["name"] == "Pilot"

    @pytest.mark.covers("v2.opportunities.get", by=BY)
    def test_get(self, run: Run, deal: Opportunity) -> None:
        """An opportunity by id."""
        assert run("opportunity", "get", deal.id)["opportunity"]["name"] == "Pilot"

    @pytest.mark.covers("v2.opportunities.list", by=BY)
    def test_ls(self, run: Run, deal: Opportunity) -> None:
        """All opportunities."""
        assert [deal.id] == [item["id"] for item in run("opportunity", "ls", "--all")["opportunities"]]

    @pytest.mark.covers("opportunities.update", by=BY)
    def test_update(self, run: Run, deal: Opportunity) -> None:
        """A new name."""
        assert run("opportunity", "update", deal.id, "--name", "Roll-out")["opportunity"]["name"] == "Roll-out"

    @pytest.mark.covers("opportunities.delete", by=BY)
    def test_delete(self, run: Run, deal: Opportunity) -> None:
        """An opportunity has gone."""
        assert run("opportunity", "delete", deal.id, "--yes")["success"]


class TestNote:
    @pytest.mark.covers("v2.notes.create", by=BY)
    def test_create(self, run: Run, ola: Person) -> None:
        """A note on a person."""
        created = run("note", "create", "--content", "Likes tea", "--person-id", ola.id)["note"]
        assert (created["content"], created["personIds"]) == ("<p>Likes tea</p>", [ola.id])

    @pytest.mark.covers("v2.notes.get", by=BY)
    def test_get(self, run: Run, note: Note) -> None:
        """A note by id."""
        assert run("note", "get", note.id)["note"]["content"] == "<p>Likes tea</p>"

    @pytest.mark.covers("notes.list", by=BY)
    def test_ls(self, run: Run, ola: Person, note: Note) -> None:
        """The notes on a person."""
        assert [note.id] == [item["id"] for item in run("note", "ls", "--person-id", ola.id)]

    @pytest.mark.covers("v2.notes.list", by=BY)
    def test_feed(self, run: Run, note: Note) -> None:
        """All notes."""
        assert [note.id] == [item["id"] for item in run("note", "feed", "--all")["notes"]]

    @pytest.mark.covers("v2.notes.replies", by=BY)
    def test_replies(self, run: Run, any_firm: Firm, note: Note) -> None:
        """The replies to a note."""
        draft = NoteDraft(content="With milk", parent=note.id)
        reply = any_firm.server.run(any_firm.ledger.notes.create(any_firm.actor, draft))
        assert [reply.id] == [item["id"] for item in run("note", "replies", note.id)["replies"]]

    @pytest.mark.covers(
        "v2.notes.attached_persons", "v2.notes.attached_companies", "v2.notes.attached_opportunities", by=BY
    )
    def test_attached(self, run: Run, ola: Person, note: Note) -> None:
        """Everything that a note is attached to."""
        attached = run("note", "attached", note.id)
        assert [ola.id] == [item["id"] for item in attached["persons"]]
        assert (attached["companies"], attached["opportunities"]) == ([], [])

    @pytest.mark.covers("v2.notes.update", "v2.notes.get", by=BY)
    def test_update(self, run: Run, note: Note) -> None:
        """A new text."""
        changed = run("note", "update", note.id, "--content", "Likes coffee")["note"]
        assert changed["content"] == "<p>Likes coffee</p>"

    @pytest.mark.covers("v2.notes.delete", by=BY)
    def test_delete(self, run: Run, note: Note) -> None:
        """A note has gone."""
        assert run("note", "delete", note.id, "--yes") == {"success": True}


class TestAccount:
    @pytest.mark.covers("v2.whoami", by=BY)
    def test_whoami(self, run: Run, any_firm: Firm) -> None:
        """Who the key belongs to."""
        assert run("whoami")["user"]["id"] == any_firm.mia.id

    @pytest.mark.covers("v2.whoami", by=BY)
    def test_a_wrong_key(self, run: Run, any_firm: Firm) -> None:
        """A key of nobody's is told as such."""
        with pytest.raises(Refused) as refused:
            run("whoami", AFFINITY_API_KEY=f"ilog{any_firm.tenant.id}_nobody-has-this-key")
        assert refused.value.type == "auth_error"

    @pytest.mark.covers("relationship_strengths.list", by=BY)
    def test_relationship_strength(self, run: Run, any_firm: Firm, ola: Person) -> None:
        """How close one of us and somebody else are."""
        any_firm.log("Meeting", now() - DAY, any_firm.mia, ola)
        (shown,) = run("relationship-strength", "ls", "--external-id", ola.id)["relationshipStrengths"]
        assert (any_firm.mia.id, ola.id) == (shown["internalId"], shown["externalId"])
        assert 0.3 < shown["strength"] < 0.4


class TestField:
    @pytest.mark.covers("fields.create", "fields.list", "fields.delete", "field_value_changes.list", by=BY)
    def test_fields(self, run: Run, any_firm: Firm, deal: Opportunity) -> None:
        """A field of a list: created, listed, its history of values shown, deleted."""
        made = run("field", "create", "--name", "Stage", "--entity-type", "opportunity", "--value-type", "text",
                   "--list-id", deal.list_id)  # fmt: skip
        (field,) = any_firm.server.run(any_firm.ledger.party_fields.all(any_firm.actor))
        assert str(field.id) in str(made)
        assert "Stage" in str(run("field", "ls", "--list-id", deal.list_id))
        any_firm.server.run(any_firm.ledger.party_values.create(any_firm.actor, field.id, deal.id, "Won"))
        assert "Won" in str(run("field", "history", f"field-{field.id}", "--opportunity-id", deal.id))
        run("field", "delete", f"field-{field.id}", "--yes")
        assert any_firm.server.run(any_firm.ledger.party_fields.all(any_firm.actor)) == []
