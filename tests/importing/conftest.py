"""A firm to be copied on a running server, and the command that copies it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from interlog.demo import World
from interlog.demo.load import load
from interlog.model.files import Holder
from interlog.model.instants import now
from interlog.model.interactions import Links, Participant
from interlog.model.notes import NoteDraft, NoteKind
from interlog.model.parties import ListRole, Party, Permission, PersonKind
from interlog.model.types import Direction, Logging
from tests.cli.conftest import command, interlog
from tests.cli.conftest import environment as environment_of_user
from tests.conftest import FreshDatabase
from tests.receiving import receiving
from tests.serving import Caller, Firm, RunningServer, running_server
from tests.uploads import put_file

__all__ = ["command", "environment_of_user", "interlog"]

HOSTILE = "<script>alert(1)</script> ' \"; DROP TABLE person; -- \u202e\u0645\u0631\u062d\u0628\u0627 🦀\n\ttab\\_"
SECOND = 1_000_000
DAY = 86_400 * SECOND


@pytest.fixture
def environment(environment_of_user: dict[str, str]) -> dict[str, str]:
    """That of a user whose data folder, where the files of stores in PostgreSQL are, is the one of these tests."""
    return environment_of_user | {"XDG_DATA_HOME": os.environ["XDG_DATA_HOME"]}


@pytest.fixture(scope="module")
def source_server(fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The server that is copied from."""
    with running_server("sqlite", fresh_database, tmp_path_factory.mktemp("source")) as server:
        yield server


@pytest.fixture(scope="module")
def source(source_server: RunningServer) -> Firm:
    """A firm with something of everything: an invented one, hostile texts, and what is unusual."""
    server = source_server
    world = World(seed=5, scale=0.02, now=datetime.now(UTC))
    loaded = server.run(load(server.ledger, world, tenant="source"))
    mia = server.run(server.ledger.persons.get(loaded.actor, loaded.actor.person_id))
    firm = Firm(server, loaded.tenant, mia)
    _add_the_unusual(firm)
    return firm


def _add_the_unusual(firm: Firm) -> None:
    # The API shows milliseconds: what happens here is as far apart.
    ledger, run, at = firm.ledger, firm.server.run, now() - 3 * DAY + 123_456
    ben = firm.colleague("Ben", "O'Hara")
    first = firm.organization(HOSTILE, "one.example", "two.example")
    second = firm.organization("Zwei & Söhne")
    eve = firm.person(HOSTILE, "", "Eve@Unusual.example", "eve@two.example", organization_ids=(second.id, first.id))
    nobody = firm.person("Without", "Address")
    partner = firm.person("Colla", "Borator", "colla@elsewhere.example", kind=PersonKind.COLLABORATOR)
    gone = firm.person("Gone", "Away", "gone@elsewhere.example")
    own = run(ledger.opportunities.create_list(firm.actor, HOSTILE, Party.OPPORTUNITY, is_public=True, owner=ben.id))
    people = run(ledger.opportunities.create_list(firm.actor, "People", Party.PERSON, is_public=True))
    opened = (Permission(ben.id, ListRole.BASIC),)
    firms = run(
        ledger.opportunities.create_list(firm.actor, "Firms", Party.ORGANIZATION, is_public=False, permissions=opened)
    )
    for person in (eve, nobody, gone, eve):
        run(ledger.list_entries.add(firm.actor, people.id, person.id, creator=ben.id))
    run(ledger.list_entries.add(firm.actor, firms.id, second.id))
    _add_fields(firm, eve.id, nobody.id, second.id, people.id, firm.caller("/affinity", firm.token_of(ben)))
    deal = firm.opportunity(HOSTILE, persons=(eve, nobody), organizations=(second,), list_id=own.id)
    over = firm.opportunity("Over")
    outsider = Participant(None, address="Outsider@nowhere.example")

    firm.log("Meeting", at, firm.mia, eve, gone, outsider, body=HOSTILE, ended_at=at + 1_800 * SECOND, title=HOSTILE)
    firm.log("Meeting", at + 1_000, firm.mia, ben, body="among ourselves")
    firm.log("Meeting", at + 400 * DAY, firm.mia, eve, title="to come", logging=Logging.AUTOMATIC)
    firm.log("Call", at + 2_000, nobody, ben, body="by phone", actor=firm.acting(ben))
    firm.log("ChatMessage", at + 3_000, eve, partner, ben, body="hello", direction=Direction.RECEIVED)
    firm.log("ChatMessage", at + 4_000, eve, ben, direction=Direction.SENT, logging=Logging.AUTOMATIC)
    parts = (Participant(eve.id, "from"), Participant(ben.id, "to"), Participant(None, "to", "list@nowhere.example"),
             Participant(firm.mia.id, "cc"))  # fmt: skip
    received = {"direction": Direction.RECEIVED, "logging": Logging.AUTOMATIC}
    firm.log("Email", at + 5_000, *parts, title=HOSTILE, body=HOSTILE, **received)
    crowd = [firm.person("Guest", str(index), f"guest{index}@crowd.example") for index in range(120)]
    firm.log("Meeting", at + 6_000, firm.mia, *crowd, body="a crowd")
    linked = Links(organizations=(second.id,), opportunities=(deal.id,))
    place = {"name": HOSTILE, "city": "Bergen", "lat": 60.39, "lng": 5.32}
    fields = {"outcome": HOSTILE, "score": 7.5, "parts": [1, {"a": None}]}
    more = {"links": linked, "place": place, "fields": fields, "external_ids": {"crm": "C-1"}}
    firm.log("Call", at + 10_000, firm.mia, eve, body="x", **more)
    silent = firm.log("Meeting", at + 7_000, firm.mia, eve)
    later = firm.log("Call", at + 8_000, firm.mia, eve, body="before")
    wrong = firm.log("Call", at + 9_000, firm.mia, eve, body="never was")

    html = "<p>Hello <strong>bold</strong> &amp; <em>more</em></p>"
    links = Links((eve.id, gone.id), (first.id, second.id), (deal.id,))
    note = run(ledger.notes.create(firm.actor, NoteDraft(content=html, kind=NoteKind.HTML, links=links)))
    run(ledger.notes.create(firm.actor, NoteDraft(content="under it", parent=note.id, creator=ben.id)))
    run(
        ledger.notes.create(firm.actor, NoteDraft(content="late", interaction=silent.number, links=Links((nobody.id,))))
    )
    plain = run(ledger.notes.create(firm.actor, NoteDraft(content=HOSTILE, links=Links(persons=(nobody.id,)))))
    run(ledger.notes.update(firm.actor, plain.id, content=f"{HOSTILE} once more"))
    taken_back = run(ledger.notes.create(firm.actor, NoteDraft(content="nothing", links=Links(persons=(eve.id,)))))
    api = firm.caller("/affinity")
    assert api.put(f"/interactions/{later.number}", type=1, content="after").status_code == 200
    run(ledger.notes.delete(firm.actor, taken_back.id))
    run(ledger.interactions.delete(firm.actor, wrong.number))
    run(ledger.opportunities.delete(firm.actor, over.id))
    run(ledger.persons.delete(firm.actor, gone.id))
    bens = firm.caller("/affinity", firm.token_of(ben))
    _add_reminders(firm, bens, {"person_id": eve.id, "organization_id": second.id, "opportunity_id": deal.id})
    _add_webhooks(firm)
    _add_files(firm, {Holder.PERSON: eve.id, Holder.ORGANIZATION: second.id, Holder.OPPORTUNITY: deal.id,
                      Holder.INTERACTION: silent.number})  # fmt: skip
    _merge(firm)


def _add_reminders(firm: Firm, ben: Caller, about: dict[str, int]) -> None:
    api = firm.caller("/affinity")
    due = {"due_date": "2031-05-01T09:00:00.250Z"}
    made = []
    for number, (name, id_) in enumerate(about.items()):
        for how in ({"type": 0, **due}, {"type": 1, "reset_type": number, "reminder_days": 30 + number}):
            given = {"owner_id": firm.mia.id, "content": HOSTILE, name: id_, **how}
            answer = (api, ben)[number % 2].post("/reminders", **given)
            assert answer.status_code == 200, answer.text
            made.append(answer.json()["id"])
    assert api.put(f"/reminders/{made[0]}", is_completed=True).status_code == 200
    assert api.delete(f"/reminders/{made[-1]}").status_code == 200


def _add_files(firm: Firm, beside: dict[Holder, int]) -> None:
    for number, (kind, id_) in enumerate(beside.items()):
        for data in (f"{HOSTILE} {number}".encode(), bytes(range(256)) * 5_000 * number):
            firm.server.run(put_file(firm.ledger, firm.actor, kind, id_, data, name=f"{HOSTILE} {number}.txt"))


def _merge(firm: Firm) -> None:
    """Merge two of each into a third one, one after the other."""
    for kind, new in ((Party.PERSON, firm.person), (Party.ORGANIZATION, firm.organization)):
        first, second, third = (new(f"Same {number}").id for number in range(3))
        for survivor, gone in ((second, first), (third, second)):
            firm.server.run(firm.ledger.merges.merge(firm.actor, kind, survivor, gone))


def _add_webhooks(firm: Firm) -> None:
    api = firm.caller("/affinity")
    with receiving() as taking:  # only while they are made
        for events in ([], ["person.created", "note.created"]):
            answer = api.post("/webhook/subscribe", webhook_url=f"{taking.url}/{len(events)}", subscriptions=events)
            assert answer.status_code == 200, answer.text
            assert api.put(f"/webhook/{answer.json()['id']}", disabled=True).status_code == 200


def _add_fields(firm: Firm, eve: int, nobody: int, organization: int, people: int, ben: Caller) -> None:
    api = firm.caller("/affinity")
    entry = next(item["id"] for item in api.get(f"/lists/{people}/list-entries").json() if item["entity_id"] == eve)
    place = {"street_address": HOSTILE, "city": "Bergen", "state": None, "country": "Norway", "continent": "Europe"}
    given: dict[int, list[Any]] = {
        0: [nobody], 1: [organization], 2: ["New", "Newer"], 3: [1.5, -7], 4: ["2026-03-05T09:15:30.120Z"], 5: [place],
        6: [HOSTILE], 10: ["a text"],
    }  # fmt: skip
    for value_type, values in given.items():
        wanted = {"name": f"{HOSTILE} {value_type}", "value_type": value_type, "allows_multiple": len(values) > 1}
        for owner, id_, more in ((0, eve, {}), (1, organization, {}), (0, eve, {"list_id": people})):
            field = api.post("/fields", entity_type=owner, **wanted, **more).json()
            beside = {"list_entry_id": entry} if more else {}
            for value in values:
                made = api.post("/field-values", field_id=field["id"], entity_id=id_, value=value, **beside)
                assert made.status_code == 200, made.text
    options = [{"text": text, "rank": rank, "color": 2} for rank, text in enumerate(("Low", HOSTILE))]
    ranked = api.post("/fields", name="Rank", entity_type=0, value_type=7, dropdown_options=options).json()
    first = ranked["dropdown_options"][0]["id"]
    value = api.post("/field-values", field_id=ranked["id"], entity_id=eve, value=first).json()
    assert ben.put(f"/field-values/{value['id']}", value=ranked["dropdown_options"][1]["id"]).status_code == 200
    wanted = api.post("/fields", name="Wanted", entity_type=0, value_type=3, is_required=True).json()
    value = ben.post("/field-values", field_id=wanted["id"], entity_id=nobody, value=2).json()
    assert api.delete(f"/field-values/{value['id']}").status_code == 200
