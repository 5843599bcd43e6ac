"""Interactions over HTTP: create, get, list, change and delete meetings, calls, chat messages and e-mails."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.model.instants import DAY, HOUR, now, to_datetime
from interlog.model.interactions import Interaction, Links, Participant
from interlog.model.parties import Person, PersonKind
from interlog.model.types import Direction, Logging, Role
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .wire import (
    CALL,
    CHAT,
    CHAT_MESSAGE,
    EMAIL,
    EVENT,
    MAIL,
    MEETING,
    NOTE,
    UNKNOWN,
    answered,
    at,
    instant,
    refused,
    short,
    unknown,
)

DATE = "2026-03-05T09:15:30.120-08:00"
DATE_IN_UTC = "2026-03-05T17:15:30.120+00:00"
YEAR = {"start_time": "2026-01-01", "end_time": "2026-12-31"}
KEYS = {MEETING: "events", CALL: "events", CHAT: "chat_messages", MAIL: "emails"}
EDITABLE = (MEETING, CALL, CHAT)


def logged(api: Caller, *persons: Person, **more: Any) -> dict[str, Any]:
    """Log an interaction, by default a call."""
    body = {"type": CALL, "person_ids": [person.id for person in persons], "content": "Talked", "date": DATE} | more
    answer: dict[str, Any] = answered(api.post("/interactions", **body))
    return answer


def email(
    firm: Firm, sender: Person | str, *receivers: Person | str, cc: tuple[Person | str, ...] = (), **more: Any
) -> Interaction:
    """Store an e-mail as a sync does, which captures mailboxes."""

    def part(party: Person | str, role: Role) -> Participant:
        return Participant(None, role, party) if isinstance(party, str) else Participant(party.id, role)

    parts = [part(sender, Role.FROM), *(part(r, Role.TO) for r in receivers), *(part(c, Role.CC) for c in cc)]
    values = {"title": "Term sheet", "direction": Direction.SENT, "logging": Logging.AUTOMATIC} | more
    return firm.log("Email", values.pop("at", at(DATE)), *parts, **values)


def listed(api: Caller, type_: int, **params: Any) -> list[int]:
    """Return the ids that a list shows, in its order."""
    answer = answered(api.get("/interactions", **YEAR | {"type": type_} | params))
    assert set(answer) == {KEYS[type_], "next_page_token"}
    return [item["id"] for item in answer[KEYS[type_]]]


@pytest.mark.covers("interactions.create", "notes.get")
class TestCreate:
    """``POST /interactions``"""

    @pytest.mark.parametrize("type_", [MEETING, CALL])
    def test_logs_an_event(self, api: Caller, mia: Person, ola: Person, type_: int) -> None:
        """A meeting or call has exactly its keys; its text stands in its one note (spec 20, item 3; spec 18, D4)."""
        event = logged(api, mia, ola, type=type_, content="Walked through the _pilot_\nand *more* <b>")
        assert set(event) == EVENT
        assert event == {
            "date": DATE_IN_UTC,
            "id": event["id"],
            "attendees": ["mia@own.example", "ola.berg@client.example"],
            "start_time": DATE_IN_UTC,
            "end_time": None,
            "updated_at": None,
            "manual_creator_id": mia.id,
            "title": "Manually logged event",
            "type": type_,
            "notes": event["notes"],
            "persons": [short(mia), short(ola)],
        }
        (note_id,) = event["notes"]
        note = answered(api.get(f"/notes/{note_id}"))
        assert set(note) == NOTE
        assert note == {
            "id": note_id,
            "creator_id": mia.id,
            "person_ids": [mia.id, ola.id],
            "associated_person_ids": [],
            "interaction_person_ids": [mia.id, ola.id],
            "interaction_id": event["id"],
            "interaction_type": type_,
            "is_meeting": True,
            "mentioned_person_ids": [],
            "organization_ids": [],
            "opportunity_ids": [],
            "parent_id": None,
            "content": "Walked through the _pilot_\nand *more* <b>",
            "type": 0,
            "created_at": note["created_at"],
            "updated_at": None,
        }

    def test_logs_a_chat_message(self, api: Caller, mia: Person, ola: Person) -> None:
        """A chat message has no keys of events, was sent unless told otherwise, and is no meeting (spec 20, item 4)."""
        message = logged(api, mia, ola, type=CHAT)
        assert set(message) == CHAT_MESSAGE
        assert message == {
            "id": message["id"],
            "date": DATE_IN_UTC,
            "direction": 0,
            "manual_creator_id": mia.id,
            "persons": [short(mia), short(ola)],
            "type": CHAT,
            "notes": message["notes"],
        }
        note = answered(api.get(f"/notes/{message['notes'][0]}"))
        assert (note["interaction_type"], note["is_meeting"]) == (CHAT, False)

    @pytest.mark.parametrize("direction", [0, 1])
    def test_keeps_the_direction_of_a_chat_message(self, api: Caller, mia: Person, ola: Person, direction: int) -> None:
        """A chat message was sent (0) or received (1)."""
        message = logged(api, mia, ola, type=CHAT, direction=direction)
        assert message["direction"] == direction
        assert answered(api.get(f"/interactions/{message['id']}", type=CHAT)) == message

    @pytest.mark.parametrize("type_", [MEETING, CALL])
    def test_ignores_the_direction_of_an_event(self, api: Caller, mia: Person, ola: Person, type_: int) -> None:
        """Some clients send a direction with meetings: it is accepted and means nothing."""
        assert set(logged(api, mia, ola, type=type_, direction=1)) == EVENT

    def test_is_the_same_at_the_other_spelling(self, api: Caller, mia: Person, ola: Person) -> None:
        """``POST /interaction`` is another spelling of the path (spec 18, D7)."""
        body = {"type": CALL, "person_ids": [mia.id, ola.id], "content": "Talked", "date": DATE}
        created = answered(api.post("/interaction", **body))
        assert answered(api.get(f"/interactions/{created['id']}", type=CALL)) == created

    def test_refuses_an_email(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """E-mails are read only (spec 20, item 5)."""
        before = firm.rows()
        body = {"type": MAIL, "person_ids": [mia.id, ola.id], "content": "Hello", "date": DATE}
        refused(api.post("/interactions", **body), "Field type: must be one of 0, 1, 2")
        assert firm.rows() == before

    def test_refuses_to_log_without_an_internal_person(self, api: Caller, firm: Firm, ola: Person) -> None:
        """At least one participant works for the firm (spec 20, item 5)."""
        before = firm.rows()
        body = {"type": CALL, "person_ids": [ola.id], "content": "Hello", "date": DATE}
        refused(api.post("/interactions", **body), "Field person_ids: must include at least one internal person")
        assert firm.rows() == before

    def test_refuses_an_unknown_person(self, api: Caller, firm: Firm, mia: Person) -> None:
        """The sentence about an unknown person is one that clients match on (spec 20, item 5)."""
        before = firm.rows()
        body = {"type": CALL, "person_ids": [mia.id, UNKNOWN], "content": "Hello", "date": DATE}
        assert refused(api.post("/interactions", **body)) == [unknown("person_ids", UNKNOWN, "Person")]
        assert firm.rows() == before

    @pytest.mark.parametrize("name", ["type", "person_ids", "content", "date"])
    @pytest.mark.parametrize("change", ["missing", "null"])
    def test_demands_every_field(self, api: Caller, mia: Person, ola: Person, name: str, change: str) -> None:
        """A required field that is missing or null is named."""
        body: dict[str, Any] = {"type": CALL, "person_ids": [mia.id, ola.id], "content": "Talked", "date": DATE}
        if change == "null":
            body[name] = None
        else:
            del body[name]
        assert refused(api.post("/interactions", **body)) == [f"Field {name}: is required"]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("type", -1), ("type", 4), ("type", 99), ("person_ids", []), ("person_ids", [None]), ("content", ""),
         ("date", "yesterday"), ("date", "2026-02-30T10:00:00Z"), ("direction", 2), ("direction", "sent")],
    )  # fmt: skip
    def test_refuses_what_is_out_of_range(self, api: Caller, mia: Person, ola: Person, name: str, value: Any) -> None:
        """A value that cannot be is refused by the name of its field."""
        body = {"type": CHAT, "person_ids": [mia.id, ola.id], "content": "Talked", "date": DATE} | {name: value}
        (problem,) = refused(api.post("/interactions", **body))
        assert problem.startswith(f"Field {name}: ")

    def test_tells_all_problems_at_once(self, api: Caller) -> None:
        """Each problem is a sentence of its own in one answer."""
        problems = refused(api.post("/interactions", type="x", content="", date="never"))
        assert {problem.partition(":")[0] for problem in problems} == {
            "Field type", "Field person_ids", "Field content", "Field date"
        }  # fmt: skip

    def test_needs_nobody_from_outside(self, api: Caller, mia: Person, ben: Person) -> None:
        """A talk among colleagues can be logged (spec 18, D6)."""
        assert [person["id"] for person in logged(api, mia, ben)["persons"]] == [mia.id, ben.id]

    def test_takes_each_person_once_in_the_order_given(
        self, api: Caller, mia: Person, ola: Person, eve: Person
    ) -> None:
        """Persons named twice take part once, where they were named first."""
        assert [person["id"] for person in logged(api, eve, mia, eve, ola, mia)["persons"]] == [eve.id, mia.id, ola.id]

    def test_leaves_out_attendees_without_an_address(self, api: Caller, firm: Firm, mia: Person) -> None:
        """Whoever has no e-mail address is among the persons but not among the attendees."""
        nobody = firm.person("Max", "Noe")
        event = logged(api, mia, nobody)
        assert event["attendees"] == ["mia@own.example"]
        assert event["persons"][1] == short(nobody) | {"primary_email": None, "emails": []}

    def test_is_created_by_whose_token_it_is(
        self, api: Caller, firm: Firm, ben: Person, mia: Person, ola: Person
    ) -> None:
        """The creator is the token's owner, who does not become a participant by that."""
        event = logged(firm.caller(PREFIX, firm.token_of(ben)), mia, ola)
        assert event["manual_creator_id"] == ben.id
        assert [person["id"] for person in event["persons"]] == [mia.id, ola.id]
        assert answered(api.get(f"/notes/{event['notes'][0]}"))["creator_id"] == ben.id

    @pytest.mark.parametrize("date", ["1999-12-31T23:59:59.999Z", "2126-03-05T09:15:30Z"])
    def test_logs_past_and_future(self, api: Caller, mia: Person, ola: Person, date: str) -> None:
        """An interaction may lie in the past or in the future."""
        assert instant(logged(api, mia, ola, date=date)["date"]) == at(date)

    def test_stores_what_is_sent_again(self, api: Caller, mia: Person, ola: Person) -> None:
        """Without a key the same request twice is two interactions, even at the same time."""
        first, second = logged(api, mia, ola), logged(api, mia, ola)
        assert first["id"] != second["id"]
        assert listed(api, CALL, person_id=ola.id) == [second["id"], first["id"]]


@pytest.mark.covers("interactions.create")
class TestIdempotencyKey:
    """``POST /interactions`` with the header ``Idempotency-Key``."""

    def body(self, *persons: Person, **more: Any) -> dict[str, Any]:
        return {"type": CALL, "person_ids": [p.id for p in persons], "content": "Talked", "date": DATE} | more

    def test_stores_once(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The same request with the same key gets the same answer, and nothing new is stored."""
        headers = {"Idempotency-Key": "6f1d"}
        first = answered(api.request("POST", "/interactions", headers=headers, json=self.body(mia, ola)))
        before = firm.rows()
        assert answered(api.request("POST", "/interactions", headers=headers, json=self.body(mia, ola))) == first
        assert firm.rows() == before

    def test_refuses_another_content(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The same key with another content is refused, and nothing is stored."""
        headers = {"Idempotency-Key": "6f1d"}
        answered(api.request("POST", "/interactions", headers=headers, json=self.body(mia, ola)))
        before = firm.rows()
        other = self.body(mia, ola, content="Something else")
        refused(api.request("POST", "/interactions", headers=headers, json=other), "same key")
        assert firm.rows() == before

    def test_stores_once_of_many_at_the_same_time(self, api: Caller, mia: Person, ola: Person) -> None:
        """Of the same requests at the same time one stores, and all get its answer."""
        headers, body = {"Idempotency-Key": "6f1d"}, self.body(mia, ola)

        def send(_: int) -> dict[str, Any]:
            answer: dict[str, Any] = answered(api.request("POST", "/interactions", headers=headers, json=body))
            return answer

        with ThreadPoolExecutor(8) as pool:
            first, *others = pool.map(send, range(16))
        assert all(other == first for other in others)
        assert listed(api, CALL, person_id=ola.id) == [first["id"]]

    def test_belongs_to_the_tenant(self, server: RunningServer, api: Caller, mia: Person, ola: Person) -> None:
        """Another tenant's key is another key."""
        headers = {"Idempotency-Key": "6f1d"}
        answered(api.request("POST", "/interactions", headers=headers, json=self.body(mia, ola)))
        other = server.found()
        theirs = other.caller(PREFIX)
        body = self.body(other.mia, content="Theirs")
        assert answered(theirs.request("POST", "/interactions", headers=headers, json=body))["manual_creator_id"]

    def test_blank_is_no_key(self, api: Caller, mia: Person, ola: Person) -> None:
        """A header without a value names no request."""
        headers = {"Idempotency-Key": ""}
        bodies = (self.body(mia, ola), self.body(mia, ola, content="Something else"))
        ids = {answered(api.request("POST", "/interactions", headers=headers, json=body))["id"] for body in bodies}
        assert len(ids) == 2

    @pytest.mark.parametrize("length", [256, 5_000])
    def test_refuses_an_endless_key(self, api: Caller, firm: Firm, mia: Person, ola: Person, length: int) -> None:
        """A key of more characters than anybody needs is refused by its name."""
        before = firm.rows()
        headers = {"Idempotency-Key": "".join(f"{n:x}" for n in range(length))[:length]}
        response = api.request("POST", "/interactions", headers=headers, json=self.body(mia, ola))
        refused(response, "Field Idempotency-Key: must not be longer than 255 characters")
        assert firm.rows() == before


@pytest.mark.covers("interactions.get")
class TestGet:
    """``GET /interactions/{id}?type=``"""

    @pytest.mark.parametrize("path", ["/interactions", "/interaction"])
    @pytest.mark.parametrize("type_", EDITABLE)
    def test_answers_what_was_logged(self, api: Caller, mia: Person, ola: Person, path: str, type_: int) -> None:
        """At both spellings of the path, what was answered on creation is answered again (spec 20, item 10; D7)."""
        created = logged(api, mia, ola, type=type_)
        assert answered(api.get(f"{path}/{created['id']}", type=type_)) == created

    def test_answers_an_email(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """An e-mail has exactly its eight keys."""
        item = email(firm, ola, mia, cc=(eve,), direction=Direction.RECEIVED)
        found = answered(api.get(f"/interactions/{item.number}", type=MAIL))
        assert set(found) == EMAIL
        assert found == {
            "date": DATE_IN_UTC,
            "id": item.number,
            "subject": "Term sheet",
            "type": MAIL,
            "from": short(ola),
            "to": [short(mia)],
            "cc": [short(eve)],
            "direction": 1,
        }

    def test_shows_an_unknown_sender_by_address(self, api: Caller, firm: Firm, mia: Person) -> None:
        """A sender nobody here knows appears as an address; unknown receivers are left out."""
        tenant = replace(firm.tenant, settings=replace(firm.tenant.settings, create_unknown_persons=False))
        actor = replace(firm.actor, tenant=tenant)
        item = email(firm, "x@y.example", mia, "z@y.example", cc=("w@y.example",), actor=actor)
        found = answered(api.get(f"/interactions/{item.number}", type=MAIL))
        assert (found["from"], found["to"], found["cc"]) == ({"email": "x@y.example"}, [short(mia)], [])

    def test_shows_a_captured_meeting(self, api: Caller, firm: Firm, mia: Person) -> None:
        """A meeting from a calendar has its own title and end, no creator, no note, and attendees nobody knows."""
        tenant = replace(firm.tenant, settings=replace(firm.tenant.settings, create_unknown_persons=False))
        item = firm.log(
            "Meeting",
            at(DATE),
            Participant(mia.id),
            Participant(None, address="x@y.example"),
            title="Board",
            ended_at=at(DATE) + HOUR,
            logging=Logging.AUTOMATIC,
            actor=replace(firm.actor, tenant=tenant),
        )
        assert answered(api.get(f"/interactions/{item.number}", type=MEETING)) == {
            "date": DATE_IN_UTC,
            "id": item.number,
            "attendees": ["mia@own.example", "x@y.example"],
            "start_time": DATE_IN_UTC,
            "end_time": "2026-03-05T18:15:30.120+00:00",
            "updated_at": None,
            "manual_creator_id": None,
            "title": "Board",
            "type": MEETING,
            "notes": [],
            "persons": [short(mia)],
        }

    def test_type_and_id_are_the_key(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The right id with another type is not found (spec 20, items 10 and 13)."""
        numbers = {type_: logged(api, mia, ola, type=type_)["id"] for type_ in EDITABLE}
        numbers[MAIL] = email(firm, mia, ola).number
        for type_, number in numbers.items():
            for other in numbers:
                response = api.get(f"/interactions/{number}", type=other)
                if other == type_:
                    assert answered(response)["type"] == type_
                else:
                    assert refused(response, status=404) == [unknown("id", number, "Interaction")]

    def test_does_not_find_an_unknown_id(self, api: Caller) -> None:
        """An unknown id in the path is not found, in the words of an unknown id (spec 18, D1)."""
        assert refused(api.get(f"/interactions/{UNKNOWN}", type=0), status=404) == [
            unknown("id", UNKNOWN, "Interaction")
        ]

    @pytest.mark.parametrize("params", [{}, {"type": 4}, {"type": -1}, {"type": "call"}, {"type": ""}])
    def test_demands_a_type(self, api: Caller, mia: Person, ola: Person, params: dict[str, Any]) -> None:
        """The type must be given, and be one of the four."""
        refused(api.get(f"/interactions/{logged(api, mia, ola)['id']}", **params), "Field type: ")

    def test_shows_another_protocols_visit_as_a_meeting(
        self, api: Caller, firm: Firm, mia: Person, ola: Person
    ) -> None:
        """A visit at the door is listed among the meetings; free interactions of other protocols nowhere (item 14)."""
        visit = firm.log("CanvassVisit", at(DATE), Participant(ola.id, "contact"), Participant(mia.id, "canvasser"))
        free = firm.log("LoggedInteraction", at(DATE), mia, ola)
        event = answered(api.get(f"/interactions/{visit.number}", type=MEETING))
        assert set(event) == EVENT
        assert (event["date"], {p["id"] for p in event["persons"]}) == (DATE_IN_UTC, {mia.id, ola.id})
        assert listed(api, MEETING, person_id=ola.id) == [visit.number]
        for type_ in range(4):
            refused(api.get(f"/interactions/{free.number}", type=type_), status=404)


@pytest.mark.covers("interactions.list")
class TestList:
    """``GET /interactions``"""

    @pytest.mark.parametrize("type_", EDITABLE)
    def test_has_the_key_of_the_type(self, api: Caller, mia: Person, ola: Person, type_: int) -> None:
        """Events, events, chat messages and e-mails, and a token that is null at the end (spec 20, item 8; D11)."""
        created = logged(api, mia, ola, type=type_)
        answer = answered(api.get("/interactions", **YEAR, type=type_, person_id=ola.id))
        assert answer == {KEYS[type_]: [created], "next_page_token": None}

    @pytest.mark.parametrize("type_", range(4))
    def test_may_be_empty(self, api: Caller, ola: Person, type_: int) -> None:
        """Where there is nothing, the list is empty and the token is there, null (spec 20, item 8)."""
        answer = answered(api.get("/interactions", **YEAR, type=type_, person_id=ola.id))
        assert answer == {KEYS[type_]: [], "next_page_token": None}

    def test_is_the_same_at_the_other_spelling(self, api: Caller, mia: Person, ola: Person) -> None:
        """``GET /interaction`` is another spelling of the path (spec 18, D7)."""
        created = logged(api, mia, ola)
        answer = answered(api.get("/interaction", **YEAR, type=CALL, person_id=ola.id))
        assert answer["events"] == [created]

    def test_selects_by_person(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """A person's interactions are those they took part in, in any role (spec 20, item 6)."""
        call = logged(api, mia, ola)["id"]
        logged(api, mia, eve)
        assert listed(api, CALL, person_id=ola.id) == [call]
        mails = [
            email(firm, ola, mia).number,
            email(firm, mia, ola).number,
            email(firm, mia, eve, cc=(ola,)).number,
        ]
        assert listed(api, MAIL, person_id=ola.id) == mails[::-1]

    def test_selects_by_organization(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """An organization's interactions are those of its persons and those linked to it (spec 20, item 6)."""
        client = firm.organization("Client", "client.example")
        linked = firm.log("Call", at(DATE) - 2, mia, links=Links(organizations=(client.id,))).number
        call = logged(api, mia, ola)["id"]
        logged(api, mia, eve)
        assert listed(api, CALL, organization_id=client.id) == [call, linked]

    def test_selects_by_opportunity(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """An opportunity's are those of its persons, of its organizations, and those linked to it (item 6)."""
        client = firm.organization("Client", "client.example")
        deal = firm.opportunity("Pilot", persons=[eve], organizations=[client])
        linked = firm.log("Call", at(DATE) - 2, mia, links=Links(opportunities=(deal.id,))).number
        through_person, through_client = logged(api, mia, eve)["id"], logged(api, mia, ola)["id"]
        both = logged(api, mia, ola, eve)["id"]
        logged(api, mia, firm.person("Max", "Noe"))
        assert listed(api, CALL, opportunity_id=deal.id) == [both, through_client, through_person, linked]

    @pytest.mark.parametrize(
        "names", [[], ["person_id", "organization_id"], ["person_id", "opportunity_id"],
                  ["organization_id", "opportunity_id"], ["person_id", "organization_id", "opportunity_id"]],
    )  # fmt: skip
    def test_demands_exactly_one_selector(self, api: Caller, firm: Firm, ola: Person, names: list[str]) -> None:
        """None or more than one of the three selectors is refused (spec 20, item 6)."""
        selectors = {
            "person_id": ola.id,
            "organization_id": firm.organization("Client").id,
            "opportunity_id": firm.opportunity("Pilot").id,
        }
        params = {name: selectors[name] for name in names}
        (problem,) = refused(api.get("/interactions", **YEAR, type=0, **params))
        assert "Exactly one of person_id, organization_id, opportunity_id" in problem

    def test_internal_person_is_no_selector(self, api: Caller, mia: Person) -> None:
        """To narrow by an internal person needs one of the three selectors all the same."""
        refused(api.get("/interactions", **YEAR, type=0, internal_person_id=mia.id), "Exactly one of")

    def test_refuses_an_internal_person(self, api: Caller, mia: Person) -> None:
        """The sentence about an internal person is one that clients match on (spec 20, item 6)."""
        assert refused(api.get("/interactions", **YEAR, type=0, person_id=mia.id)) == [
            "Person is not an external or collaborator"
        ]

    def test_takes_a_collaborator(self, api: Caller, firm: Firm, mia: Person) -> None:
        """A collaborator can be selected like an external person."""
        partner = firm.person("Pat", "Ner", "pat@partner.example", kind=PersonKind.COLLABORATOR)
        call = logged(api, mia, partner)
        assert call["persons"][1]["type"] == 2
        assert listed(api, CALL, person_id=partner.id) == [call["id"]]

    @pytest.mark.parametrize(
        ("name", "model"),
        [("person_id", "Person"), ("organization_id", "Organization"), ("opportunity_id", "Opportunity")],
    )
    def test_refuses_an_unknown_selector(self, api: Caller, name: str, model: str) -> None:
        """An unknown id as a parameter is refused in the words that clients match on."""
        params: dict[str, Any] = YEAR | {"type": 0, name: UNKNOWN}
        assert refused(api.get("/interactions", **params)) == [unknown(name, UNKNOWN, model)]

    def test_narrows_by_an_internal_person(self, api: Caller, mia: Person, ben: Person, ola: Person) -> None:
        """With ``internal_person_id`` only those are listed that this colleague took part in (spec 20, item 6)."""
        logged(api, mia, ola)
        bens = logged(api, ben, ola)["id"]
        both = logged(api, ben, mia, ola)["id"]
        assert listed(api, CALL, person_id=ola.id, internal_person_id=ben.id) == [both, bens]

    def test_refuses_to_narrow_by_somebody_else(self, api: Caller, ola: Person, eve: Person) -> None:
        """``internal_person_id`` must be one of us, and exist."""
        params = YEAR | {"type": 0, "person_id": ola.id}
        refused(api.get("/interactions", **params, internal_person_id=eve.id), "Field internal_person_id: ")
        response = api.get("/interactions", **params, internal_person_id=UNKNOWN)
        assert refused(response) == [unknown("internal_person_id", UNKNOWN, "Person")]

    def test_start_is_inclusive_and_end_exclusive(self, api: Caller, mia: Person, ola: Person) -> None:
        """What happens exactly at the start is listed, exactly at the end is not (spec 20, item 7)."""
        first = logged(api, mia, ola, date="2026-03-05T10:00:00Z")["id"]
        second = logged(api, mia, ola, date="2026-03-05T11:00:00Z")["id"]

        def between(start: str, end: str) -> list[int]:
            return listed(api, CALL, person_id=ola.id, start_time=f"2026-03-05T{start}Z", end_time=f"2026-03-05T{end}Z")

        assert between("10:00:00", "11:00:00") == [first]
        assert between("10:00:00", "11:00:00.001") == [second, first]
        assert between("10:00:00.000001", "11:00:00") == []

    @pytest.mark.parametrize(
        ("start", "end", "is_allowed"),
        [
            ("2024-01-01", "2024-12-31", True),
            ("2024-01-01T00:00:00Z", "2024-12-31T00:00:00.000001Z", False),
            ("2024-01-01", "2025-01-01", False),
            ("2023-01-01", "2024-01-01", True),
            ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z", False),
            ("2024-01-02", "2024-01-01", False),
            ("2024-01-01T12:00:00+02:00", "2024-01-01T11:00:00Z", True),
            ("2024-01-01T12:00:00Z", "2024-01-01T13:00:00+02:00", False),
        ],
    )
    def test_a_range_goes_forward_at_most_365_days(
        self, api: Caller, ola: Person, start: str, end: str, is_allowed: bool
    ) -> None:
        """The end lies after the start, by at most 365 days (spec 20, item 7; spec 18, D3)."""
        response = api.get("/interactions", type=0, person_id=ola.id, start_time=start, end_time=end)
        if is_allowed:
            answered(response)
        else:
            refused(response, "Field end_time: ")

    @pytest.mark.parametrize("name", ["type", "start_time", "end_time"])
    def test_demands_type_and_range(self, api: Caller, ola: Person, name: str) -> None:
        """The type and both ends of the range must be given."""
        params: dict[str, Any] = YEAR | {"type": 0, "person_id": ola.id}
        del params[name]
        assert refused(api.get("/interactions", **params)) == [f"Field {name}: is required"]

    def test_lists_only_the_type(self, api: Caller, mia: Person, ola: Person) -> None:
        """Meetings and calls share a key, not a list."""
        meeting, call = logged(api, mia, ola, type=MEETING)["id"], logged(api, mia, ola, type=CALL)["id"]
        assert listed(api, MEETING, person_id=ola.id) == [meeting]
        assert listed(api, CALL, person_id=ola.id) == [call]

    @pytest.mark.parametrize("value", [4, -1, "0,1", "meeting"])
    def test_takes_only_one_type(self, api: Caller, ola: Person, value: Any) -> None:
        """A list is of exactly one of the four types."""
        refused(api.get("/interactions", **YEAR, type=value, person_id=ola.id), "Field type: ")

    def test_newest_comes_first(self, api: Caller, mia: Person, ola: Person) -> None:
        """The order is by date, and among those at the same time by id, both descending."""
        dates = ["2026-03-05T10:00:00Z", "2026-03-07T10:00:00Z", "2026-03-06T10:00:00Z", "2026-03-05T10:00:00Z"]
        ids = [logged(api, mia, ola, date=date)["id"] for date in dates]
        assert listed(api, CALL, person_id=ola.id) == [ids[1], ids[2], ids[3], ids[0]]

    def test_logging_type_manual_hides_captured_ones(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """``logging_type=1`` lists what was logged by hand, 0 and none list all (spec 20, item 9)."""
        captured = firm.log("Call", at(DATE) - DAY, mia, ola, logging=Logging.AUTOMATIC).number
        manual = logged(api, mia, ola)["id"]
        assert listed(api, CALL, person_id=ola.id) == [manual, captured]
        assert listed(api, CALL, person_id=ola.id, logging_type=0) == [manual, captured]
        assert listed(api, CALL, person_id=ola.id, logging_type=1) == [manual]

    def test_direction_filters_messages(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """``direction`` tells sent from received e-mails and chat messages (spec 20, item 9)."""
        sent, received = (logged(api, mia, ola, type=CHAT, direction=d)["id"] for d in (0, 1))
        assert listed(api, CHAT, person_id=ola.id, direction=0) == [sent]
        assert listed(api, CHAT, person_id=ola.id, direction=1) == [received]
        sent, received = email(firm, mia, ola).number, email(firm, ola, mia, direction=Direction.RECEIVED).number
        assert listed(api, MAIL, person_id=ola.id, direction=0) == [sent]
        assert listed(api, MAIL, person_id=ola.id, direction=1) == [received]

    def test_direction_means_nothing_for_events(self, api: Caller, mia: Person, ola: Person) -> None:
        """Meetings and calls have no direction: the filter is ignored."""
        meeting = logged(api, mia, ola, type=MEETING)["id"]
        assert listed(api, MEETING, person_id=ola.id, direction=1) == [meeting]

    @pytest.mark.parametrize(("name", "value"), [("direction", 2), ("logging_type", 2), ("logging_type", "all")])
    def test_refuses_filters_that_mean_nothing(self, api: Caller, ola: Person, name: str, value: Any) -> None:
        """A filter out of range is refused."""
        params: dict[str, Any] = YEAR | {"type": 3, "person_id": ola.id, name: value}
        refused(api.get("/interactions", **params), f"Field {name}: ")

    def test_talks_among_colleagues_are_nobodys(self, api: Caller, firm: Firm, mia: Person, ben: Person) -> None:
        """What only internal persons took part in appears in no list: no selector matches it."""
        own = firm.organization("Own", "own.example")
        logged(api, mia, ben)
        assert listed(api, CALL, organization_id=own.id) != []
        refused(api.get("/interactions", **YEAR, type=CALL, person_id=ben.id))

    def test_shows_deleted_persons_no_more(self, api: Caller, mia: Person, ola: Person, eve: Person) -> None:
        """An interaction stays when a person goes, and loses the link."""
        event = logged(api, mia, ola, eve)
        answered(api.delete(f"/persons/{eve.id}"))
        found = answered(api.get(f"/interactions/{event['id']}", type=CALL))
        assert found["persons"] == [short(mia), short(ola)]
        assert found["attendees"] == ["mia@own.example", "ola.berg@client.example"]
        note = answered(api.get(f"/notes/{event['notes'][0]}"))
        assert note["interaction_person_ids"] == [mia.id, ola.id]

    def test_the_longest_range_is_a_setting(self, any_server: RunningServer) -> None:
        """``affinity_max_range_days`` sets another longest range, and 0 allows any."""
        firm = any_server.found()
        ola = firm.person("Ola")
        params: dict[str, Any] = {"type": 0, "person_id": ola.id, "start_time": "0001-01-01", "end_time": "9999-12-31"}
        with any_server.with_settings(affinity_max_range_days=0) as base:
            assert answered(firm.caller(PREFIX, base=base).get("/interactions", **params))["events"] == []
        with any_server.with_settings(affinity_max_range_days=31) as base:
            api = firm.caller(PREFIX, base=base)
            params |= {"start_time": "2026-01-01", "end_time": "2026-02-01"}
            answered(api.get("/interactions", **params))
            refused(api.get("/interactions", **params | {"end_time": "2026-02-02"}), "at most 31 days")


@pytest.mark.covers("interactions.update")
class TestUpdate:
    """``PUT /interactions/{id}``"""

    @pytest.mark.parametrize("path", ["/interactions", "/interaction"])
    @pytest.mark.parametrize("type_", EDITABLE)
    def test_rewords_with_only_a_content(self, api: Caller, mia: Person, ola: Person, path: str, type_: int) -> None:
        """With ``type`` and ``content`` the note's text changes and all else stays (spec 20, items 10, 11; D5, D9)."""
        created = logged(api, mia, ola, type=type_)
        start = now()
        updated = answered(api.put(f"{path}/{created['id']}", type=type_, content="Reworded"))
        if type_ != CHAT:
            assert start - 1000 <= instant(updated["updated_at"]) <= now()
        assert updated == created | ({} if type_ == CHAT else {"updated_at": updated["updated_at"]})
        assert answered(api.get(f"/interactions/{created['id']}", type=type_)) == updated
        note = answered(api.get(f"/notes/{created['notes'][0]}"))
        assert note["content"] == "Reworded"
        assert instant(note["updated_at"]) >= start - 1000

    @pytest.mark.parametrize("type_", EDITABLE)
    def test_moves_with_a_date(self, api: Caller, mia: Person, ola: Person, type_: int) -> None:
        """A new ``date`` moves ``start_time`` with it, and the place in the list (spec 20, item 11)."""
        created = logged(api, mia, ola, type=type_)
        updated = answered(api.put(f"/interactions/{created['id']}", type=type_, date="2025-06-01T08:00:00+02:00"))
        assert updated["date"] == "2025-06-01T06:00:00.000+00:00"
        if type_ != CHAT:
            assert (updated["start_time"], updated["end_time"]) == (updated["date"], None)
        assert listed(api, type_, person_id=ola.id) == []
        june = {"start_time": "2025-06-01T06:00:00Z", "end_time": "2025-07-01"}
        assert listed(api, type_, person_id=ola.id, **june) == [created["id"]]
        assert answered(api.get(f"/notes/{created['notes'][0]}"))["content"] == "Talked"

    def test_a_moved_meeting_lasts_as_long(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The end of a meeting that has one moves with its start."""
        item = firm.log("Meeting", at(DATE), mia, ola, ended_at=at(DATE) + HOUR, title="Board")
        updated = answered(api.put(f"/interactions/{item.number}", type=MEETING, date="2026-03-06T10:00:00Z"))
        assert updated["end_time"] == "2026-03-06T11:00:00.000+00:00"
        assert updated["title"] == "Board"

    def test_replaces_participants(self, api: Caller, mia: Person, ben: Person, ola: Person, eve: Person) -> None:
        """``person_ids`` replaces the participants, also those of the note (spec 20, item 11)."""
        created = logged(api, mia, ola)
        updated = answered(api.put(f"/interactions/{created['id']}", type=CALL, person_ids=[eve.id, ben.id, eve.id]))
        assert updated["persons"] == [short(eve), short(ben)]
        assert updated["attendees"] == ["eve@other.example", "ben@own.example"]
        assert listed(api, CALL, person_id=ola.id) == []
        assert listed(api, CALL, person_id=eve.id) == [created["id"]]
        note = answered(api.get(f"/notes/{created['notes'][0]}"))
        assert (note["interaction_person_ids"], note["person_ids"]) == ([eve.id, ben.id], [eve.id, ben.id])
        assert [n["id"] for n in answered(api.get("/notes", person_id=eve.id))["notes"]] == [note["id"]]
        assert answered(api.get("/notes", person_id=ola.id))["notes"] == []

    @pytest.mark.parametrize("person_ids", [[], "unknown", "outside"])
    def test_keeps_the_rules_of_participants(
        self, api: Caller, firm: Firm, mia: Person, ola: Person, person_ids: Any
    ) -> None:
        """Participants must exist, and one of them be internal, as on creation; nothing is stored otherwise."""
        created, before = logged(api, mia, ola), firm.rows()
        ids = {"unknown": [mia.id, UNKNOWN], "outside": [ola.id]}.get(person_ids, []) if person_ids else []
        refused(api.put(f"/interactions/{created['id']}", type=CALL, person_ids=ids, content="x"), "Field person_ids: ")
        assert answered(api.get(f"/interactions/{created['id']}", type=CALL)) == created
        assert firm.rows() == before

    def test_null_means_not_given(self, api: Caller, mia: Person, ola: Person) -> None:
        """A field that is null stays as it is."""
        created = logged(api, mia, ola)
        body = {"person_ids": None, "date": None, "content": "Reworded", "direction": None}
        updated = answered(api.put(f"/interactions/{created['id']}", type=CALL, **body))
        assert updated == created | {"updated_at": updated["updated_at"]}

    def test_turns_a_chat_message(self, api: Caller, mia: Person, ola: Person) -> None:
        """``direction`` changes a chat message, and nothing about an event."""
        message, call = logged(api, mia, ola, type=CHAT), logged(api, mia, ola)
        assert answered(api.put(f"/interactions/{message['id']}", type=CHAT, direction=1))["direction"] == 1
        assert set(answered(api.put(f"/interactions/{call['id']}", type=CALL, direction=1))) == EVENT

    def test_anybody_may_change(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """A colleague may change it; whoever logged it stays its creator."""
        created = logged(api, mia, ola)
        other = firm.caller(PREFIX, firm.token_of(ben))
        updated = answered(other.put(f"/interactions/{created['id']}", type=CALL, content="Mine"))
        assert updated["manual_creator_id"] == mia.id

    def test_writes_a_new_note_where_it_was_deleted(self, api: Caller, mia: Person, ola: Person) -> None:
        """When the note is gone, a new content becomes a new note."""
        created = logged(api, mia, ola)
        answered(api.delete(f"/notes/{created['notes'][0]}"))
        assert answered(api.get(f"/interactions/{created['id']}", type=CALL))["notes"] == []
        updated = answered(api.put(f"/interactions/{created['id']}", type=CALL, content="Again"))
        assert updated["notes"] != created["notes"]
        note = answered(api.get(f"/notes/{updated['notes'][0]}"))
        assert (note["content"], note["interaction_id"]) == ("Again", created["id"])

    def test_refuses_an_email(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """E-mails are read only."""
        item, before = email(firm, mia, ola), firm.rows()
        refused(api.put(f"/interactions/{item.number}", type=MAIL, content="x"), "Field type: must be one of 0, 1, 2")
        assert firm.rows() == before

    def test_type_and_id_are_the_key(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The right id with another type is not found, and stays as it is (spec 20, items 10 and 13)."""
        numbers = {type_: logged(api, mia, ola, type=type_)["id"] for type_ in EDITABLE}
        numbers[MAIL] = email(firm, mia, ola).number
        before = firm.rows()
        for type_, number in numbers.items():
            for other in set(EDITABLE) - {type_}:
                response = api.put(f"/interactions/{number}", type=other, content="x")
                assert refused(response, status=404) == [unknown("id", number, "Interaction")]
        assert firm.rows() == before

    def test_demands_a_type(self, api: Caller, mia: Person, ola: Person) -> None:
        """The type must be given."""
        refused(api.put(f"/interactions/{logged(api, mia, ola)['id']}", content="x"), "Field type: is required")

    @pytest.mark.parametrize(
        ("name", "value"), [("content", ""), ("date", "soon"), ("person_ids", "x"), ("direction", 7)]
    )
    def test_refuses_what_is_out_of_range(self, api: Caller, mia: Person, ola: Person, name: str, value: Any) -> None:
        """A value that cannot be is refused by the name of its field."""
        created = logged(api, mia, ola, type=CHAT)
        refused(api.put(f"/interactions/{created['id']}", type=CHAT, **{name: value}), f"Field {name}: ")
        assert answered(api.get(f"/interactions/{created['id']}", type=CHAT)) == created

    def test_query_parameters_will_do(self, api: Caller, mia: Person, ola: Person, eve: Person) -> None:
        """All may stand in the query, with an empty body that claims to be JSON (spec 20, item 15)."""
        created = logged(api, mia, ola)
        query = f"type=1&content=From+the+query&person_ids[]={mia.id}&person_ids[]={eve.id}&"
        response = api.request(
            "PUT", f"/interactions/{created['id']}?{query}", headers={"Content-Type": "application/json"}
        )
        assert answered(response)["persons"] == [short(mia), short(eve)]
        assert answered(api.get(f"/notes/{created['notes'][0]}"))["content"] == "From the query"


@pytest.mark.covers("interactions.delete")
class TestDelete:
    """``DELETE /interactions/{id}?type=``"""

    @pytest.mark.parametrize("path", ["/interactions", "/interaction"])
    @pytest.mark.parametrize("type_", EDITABLE)
    def test_deletes_with_its_note_and_replies(
        self, api: Caller, mia: Person, ola: Person, path: str, type_: int
    ) -> None:
        """Interaction, note and replies are gone; a second delete finds nothing (spec 20, items 10, 12; D14)."""
        created = logged(api, mia, ola, type=type_)
        reply = answered(api.post("/notes", parent_id=created["notes"][0], content="Indeed"))
        assert answered(api.delete(f"{path}/{created['id']}", type=type_)) == {"success": True}
        refused(api.delete(f"{path}/{created['id']}", type=type_), status=404)
        refused(api.get(f"/interactions/{created['id']}", type=type_), status=404)
        refused(api.put(f"/interactions/{created['id']}", type=type_, content="x"), status=404)
        for note in (created["notes"][0], reply["id"]):
            refused(api.get(f"/notes/{note}"), status=404)
        assert listed(api, type_, person_id=ola.id) == []
        assert answered(api.get("/notes"))["notes"] == []

    def test_refuses_an_email(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """E-mails are read only."""
        item = email(firm, mia, ola)
        refused(api.delete(f"/interactions/{item.number}", type=MAIL), "Field type: must be one of 0, 1, 2")
        answered(api.get(f"/interactions/{item.number}", type=MAIL))

    def test_type_and_id_are_the_key(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """The right id with another type is not found, and stays (spec 20, items 10 and 13)."""
        numbers = {type_: logged(api, mia, ola, type=type_)["id"] for type_ in EDITABLE}
        numbers[MAIL] = email(firm, mia, ola).number
        before = firm.rows()
        for type_, number in numbers.items():
            for other in set(EDITABLE) - {type_}:
                refused(api.delete(f"/interactions/{number}", type=other), status=404)
        assert firm.rows() == before

    def test_demands_a_type(self, api: Caller, mia: Person, ola: Person) -> None:
        """The type must be given."""
        refused(api.delete(f"/interactions/{logged(api, mia, ola)['id']}"), "Field type: is required")

    def test_anybody_may_delete(self, api: Caller, firm: Firm, mia: Person, ben: Person, ola: Person) -> None:
        """A colleague may delete what one logged, with the note."""
        created = logged(api, mia, ola)
        answered(firm.caller(PREFIX, firm.token_of(ben)).delete(f"/interactions/{created['id']}", type=CALL))
        refused(api.get(f"/notes/{created['notes'][0]}"), status=404)

    def test_does_not_bring_a_key_back(self, api: Caller, mia: Person, ola: Person) -> None:
        """A repeated request with the key of a deleted interaction does not store it anew."""
        body = {"type": CALL, "person_ids": [mia.id, ola.id], "content": "Talked", "date": DATE}
        headers = {"Idempotency-Key": "k"}
        created = answered(api.request("POST", "/interactions", headers=headers, json=body))
        answered(api.delete(f"/interactions/{created['id']}", type=CALL))
        api.request("POST", "/interactions", headers=headers, json=body)
        assert listed(api, CALL, person_id=ola.id) == []


@pytest.mark.covers("interactions.get", "interactions.list")
class TestMissingStatus:
    """The setting ``affinity_missing_status``."""

    def test_makes_unknown_ids_422(self, any_server: RunningServer) -> None:
        """The vendor's own client expects 422 for an unknown id in the path (spec 18, D1)."""
        firm = any_server.found()
        with any_server.with_settings(affinity_missing_status=422) as base:
            api = firm.caller(PREFIX, base=base)
            for path, model in (("interactions", "Interaction"), ("persons", "Person"), ("notes", "Note")):
                response = api.get(f"/{path}/{UNKNOWN}", type=0)
                assert refused(response) == [unknown("id", UNKNOWN, model)]


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=300)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A valid ``POST /interactions``; persons are given by their places in a list of them."""
    moment = draw(st.integers(at("0001-01-02"), at("9999-12-30"))) // 1000 * 1000
    date = to_datetime(moment, draw(st.integers(-14 * 60, 14 * 60))).isoformat()
    return {
        "type": draw(st.sampled_from(EDITABLE)),
        "person_ids": draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)),
        "content": draw(TEXT),
        "date": date,
        "direction": draw(st.sampled_from([None, 0, 1])),
    }


class TestRoundTrip:
    """Whatever was accepted comes back."""

    @settings(max_examples=60)
    @given(body=requests(), encoding=st.sampled_from(["json", "form", "query"]))
    def test_comes_back_from_get_and_list(self, server: RunningServer, body: dict[str, Any], encoding: str) -> None:
        """A random interaction, sent in any encoding, comes back from GET, from the list and in its note."""
        firm, people = _people(server)
        api = firm.caller(PREFIX)
        ids = [people[place].id for place in [0, *body["person_ids"]]]
        given_body = {name: value for name, value in (body | {"person_ids": ids}).items() if value is not None}
        if encoding == "json":
            response = api.post("/interactions", **given_body)
        else:
            pairs = {("person_ids[]" if name == "person_ids" else name): value for name, value in given_body.items()}
            options = {"data": pairs} if encoding == "form" else {"params": pairs}
            response = api.request("POST", "/interactions", **options)
        created = answered(response)
        assert [person["id"] for person in created["persons"]] == list(dict.fromkeys(ids))
        assert instant(created["date"]) == at(body["date"])
        if body["type"] == CHAT:
            assert created["direction"] == (body["direction"] or 0)
        assert answered(api.get(f"/interactions/{created['id']}", type=body["type"])) == created
        note = answered(api.get(f"/notes/{created['notes'][0]}"))
        assert note["content"] == body["content"]
        start = at(body["date"])
        params = {"start_time": _text(start), "end_time": _text(start + 1), "person_id": people[1].id}
        found = answered(api.get("/interactions", type=body["type"], **params))[KEYS[body["type"]]]
        assert (created in found) == (people[1].id in ids)


@cache
def _people(server: RunningServer) -> tuple[Firm, list[Person]]:
    """Return a firm for all examples, and its people."""
    firm = server.found()
    return firm, [firm.mia, *(firm.person(f"P{number}", "", f"p{number}@client.example") for number in range(4))]


def _text(moment: int) -> str:
    return to_datetime(moment).isoformat()
