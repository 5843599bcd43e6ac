"""The collections of interactions: metadata only, of the whole firm (spec 14.2)."""

import pytest

from interlog.model.instants import HOUR
from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging, Role
from tests.serving import Caller, Firm

from ..wire import UNKNOWN, answered, at
from .wire import (
    CALL,
    CHAT_MESSAGE,
    EMAIL,
    MEETING,
    attendee,
    coded,
    data,
    ids,
    preview,
    short,
    time,
)

WHEN = at("2026-03-05T10:00:00.987Z")
COLLECTIONS = ["meetings", "calls", "chat-messages", "emails"]


@pytest.mark.covers("v2.meetings.list")
class TestMeetings:
    """``GET /v2/meetings``"""

    def test_answers_exactly_its_keys(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A logged meeting: times are to the second, its creator an attendee, everybody in the preview once."""
        item = firm.log("Meeting", WHEN, mia, ola, title="Board", ended_at=WHEN + HOUR, body="secret")
        (meeting,) = data(v2.get("/meetings"))
        assert set(meeting) == MEETING
        assert meeting == {
            "id": item.number,
            "loggingType": "manual",
            "title": "Board",
            "startTime": "2026-03-05T10:00:00Z",
            "endTime": "2026-03-05T11:00:00Z",
            "allDay": False,
            "creator": attendee(mia),
            "organizer": None,
            "createdAt": time(item.created_at),
            "updatedAt": None,
            "attendeesPreview": preview(mia, ola, of=attendee),
        }

    def test_captured_ones_are_automated(self, any_v2: Caller, any_firm: Firm) -> None:
        """What a calendar brought has no creator, and attendees of whom nothing but the address is known."""
        any_firm.log("Meeting", WHEN, any_firm.mia, Participant(None, address="new@client.example"),
                     logging=Logging.AUTOMATIC)  # fmt: skip
        (meeting,) = data(any_v2.get("/meetings"))
        assert (meeting["loggingType"], meeting["creator"], meeting["title"]) == ("automated", None, None)
        assert meeting["attendeesPreview"]["totalCount"] == 2
        emails = [item["emailAddress"] for item in meeting["attendeesPreview"]["data"]]
        assert emails == ["mia@own.example", "new@client.example"]

    def test_the_preview_ends_at_a_hundred(self, any_v2: Caller, any_firm: Firm) -> None:
        """Of more than a hundred attendees the first hundred are shown, and all are counted."""
        guests = [Participant(None, address=f"guest{number}@client.example") for number in range(104)]
        any_firm.log("Meeting", WHEN, any_firm.mia, *guests)
        shown = data(any_v2.get("/meetings"))[0]["attendeesPreview"]
        assert (len(shown["data"]), shown["totalCount"]) == (100, 105)

    def test_a_visit_is_a_meeting(self, any_v2: Caller, any_firm: Firm) -> None:
        """A visit at the door stands among the meetings, as in version 1 (spec 20, item 14)."""
        parts = [Participant(any_firm.mia.id, Role.CANVASSER), Participant(any_firm.person("Eve").id, Role.CONTACT)]
        number = any_firm.log("CanvassVisit", WHEN, *parts).number
        assert ids(any_v2.get("/meetings")) == [number]


@pytest.mark.covers("v2.calls.list")
class TestCalls:
    """``GET /v2/calls``"""

    def test_answers_exactly_its_keys(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A call is as a meeting without organizer, and always logged by hand."""
        item = firm.log("Call", WHEN, mia, ola)
        (call,) = data(v2.get("/calls"))
        assert set(call) == CALL
        assert call == {
            "id": item.number,
            "loggingType": "manual",
            "title": "Manually logged event",
            "startTime": "2026-03-05T10:00:00Z",
            "endTime": None,
            "allDay": False,
            "creator": attendee(mia),
            "createdAt": time(item.created_at),
            "updatedAt": None,
            "attendeesPreview": preview(mia, ola, of=attendee),
        }


@pytest.mark.covers("v2.chat-messages.list")
class TestChatMessages:
    """``GET /v2/chat-messages``"""

    @pytest.mark.parametrize(("direction", "word"), [(Direction.SENT, "sent"), (Direction.RECEIVED, "received")])
    def test_answers_exactly_its_keys(
        self, v2: Caller, firm: Firm, mia: Person, ola: Person, direction: Direction, word: str
    ) -> None:
        """A chat message: its creator and its participants are persons, not attendees."""
        item = firm.log("ChatMessage", WHEN, mia, ola, direction=direction, body="hi")
        (message,) = data(v2.get("/chat-messages"))
        assert set(message) == CHAT_MESSAGE
        assert message == {
            "id": item.number,
            "sentAt": "2026-03-05T10:00:00Z",
            "loggingType": "manual",
            "direction": word,
            "creator": short(mia),
            "createdAt": time(item.created_at),
            "updatedAt": None,
            "participantsPreview": preview(mia, ola, of=short),
        }


@pytest.mark.covers("v2.emails.list")
class TestEmails:
    """``GET /v2/emails``"""

    def test_answers_exactly_its_keys(self, v2: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """An e-mail: who sent it, and to whom, each by his role; an unknown address stands alone."""
        parts = [
            Participant(ola.id, Role.FROM),
            Participant(mia.id, Role.TO),
            Participant(None, Role.CC, "someone@client.example"),
        ]
        item = firm.log("Email", WHEN, *parts, title="Offer", direction=Direction.RECEIVED)
        (email,) = data(v2.get("/emails"))
        assert set(email) == EMAIL
        known = email["ccParticipantsPreview"]["data"][0]["person"]
        assert email == {
            "id": item.number,
            "sentAt": "2026-03-05T10:00:00Z",
            "loggingType": "automated",
            "direction": "received",
            "subject": "Offer",
            "createdAt": time(item.created_at),
            "updatedAt": None,
            "from": attendee(ola),
            "toParticipantsPreview": preview(attendee(mia)),
            "ccParticipantsPreview": preview({"emailAddress": "someone@client.example", "person": known}),
        }


@pytest.mark.covers("v2.meetings.list", "v2.calls.list", "v2.chat-messages.list", "v2.emails.list")
class TestAll:
    """What the four collections have in common."""

    def test_oldest_id_first(self, any_v2: Caller, any_firm: Firm) -> None:
        """Items stand in the order in which they were stored, whenever they happened."""
        numbers = [any_firm.log("Call", WHEN - n * HOUR, any_firm.mia).number for n in range(3)]
        any_firm.log("Meeting", WHEN, any_firm.mia)
        assert ids(any_v2.get("/calls")) == numbers

    def test_deleted_ones_are_gone(self, any_v2: Caller, any_firm: Firm) -> None:
        """What was deleted is in no collection any more, and not found by its id."""
        number = any_firm.log("Call", WHEN, any_firm.mia).number
        any_firm.server.run(any_firm.ledger.interactions.delete(any_firm.actor, number))
        assert ids(any_v2.get("/calls")) == []
        coded(any_v2.get(f"/calls/{number}"), 404, "not-found")

    def test_the_id_is_that_of_version_1(self, any_v2: Caller, any_firm: Firm) -> None:
        """What version 1 logs and changes is read here under the same id, with the moment of the change."""
        api = any_firm.caller("/affinity")
        body = {"type": 1, "person_ids": [any_firm.mia.id, any_firm.person("Eve").id], "content": "Talked"}
        number = answered(api.post("/interactions", **body, date="2026-03-05T10:00:00Z"))["id"]
        assert answered(any_v2.get(f"/calls/{number}"))["updatedAt"] is None
        answered(api.put(f"/interactions/{number}", type=1, date="2026-03-06T10:00:00Z"))
        call = answered(any_v2.get(f"/calls/{number}"))
        assert call["startTime"] == "2026-03-06T10:00:00Z"
        assert call["updatedAt"] >= call["createdAt"]

    def test_there_is_nothing_to_write(self, any_v2: Caller) -> None:
        """Interactions are written through version 1."""
        for collection in COLLECTIONS:
            coded(any_v2.post(f"/{collection}"), 405, "method-not-allowed")
            coded(any_v2.request("DELETE", f"/{collection}/1"), 405, "method-not-allowed")


@pytest.fixture
def numbers(firm: Firm, mia: Person, ola: Person) -> dict[str, int]:
    """The ids of one interaction of each kind, by its collection."""
    parts = [Participant(mia.id, Role.FROM), Participant(ola.id, Role.TO)]
    return {
        "meetings": firm.log("Meeting", WHEN, mia, ola, title="Board").number,
        "calls": firm.log("Call", WHEN, mia, ola).number,
        "chat-messages": firm.log("ChatMessage", WHEN, mia, ola, direction=Direction.SENT).number,
        "emails": firm.log("Email", WHEN, *parts, title="Term sheet", direction=Direction.SENT).number,
    }


@pytest.mark.covers("v2.meetings.get", "v2.calls.get", "v2.chat-messages.get", "v2.emails.get")
class TestGet:
    """``GET /v2/meetings/{id}``, and the same of calls, chat messages and e-mails, which the vendor does not have."""

    def test_answers_the_collections_item(self, v2: Caller, numbers: dict[str, int]) -> None:
        """One by its id is the same object as in its collection."""
        for collection, number in numbers.items():
            (item,) = data(v2.get(f"/{collection}"))
            assert item["id"] == number
            assert answered(v2.get(f"/{collection}/{number}")) == item

    def test_does_not_find_another_kind(self, v2: Caller, numbers: dict[str, int]) -> None:
        """The id of another kind is as unknown as one that nothing has."""
        for collection in numbers:
            for other in {*numbers.values(), UNKNOWN} - {numbers[collection]}:
                message = coded(v2.get(f"/{collection}/{other}"), 404, "not-found")
                assert message.startswith("Resource not found")
