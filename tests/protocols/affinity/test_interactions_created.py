"""Interactions over HTTP: meetings, calls and chat messages are logged, and no request is stored twice."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .logged import DATE, DATE_IN_UTC, listed, logged
from .wire import (
    CALL,
    CHAT,
    CHAT_MESSAGE,
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
