"""Interactions over HTTP: one of them is read, changed and deleted."""

from typing import Any

import pytest
from msgspec.structs import replace

from interlog.model.instants import HOUR, now
from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .logged import DATE, DATE_IN_UTC, EDITABLE, email, listed, logged
from .wire import CALL, CHAT, EMAIL, EVENT, MAIL, MEETING, UNKNOWN, answered, at, instant, refused, short, unknown


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
