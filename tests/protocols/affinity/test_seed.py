"""The examples with which the vendor documents interactions, request by request: the same shapes, keys and codes."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging, Role
from tests.serving import Firm, RunningServer

from .conftest import PREFIX
from .wire import answered, at, short

ZONE = "America/Los_Angeles"


class Example:
    """John's account as the examples show it; ``curl`` sends what ``curl -u :$APIKEY`` would."""

    def __init__(self, firm: Firm, base: str) -> None:
        self.firm, self.base = firm, base
        self.john = firm.mia
        self.alfred = firm.colleague("Alfred", "Hickey")
        self.alice = firm.person("Alice", "Yen", "yen@alice.com")
        self.alices = firm.organization("Alice's", "alice.com")

    def curl(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx2.Response:
        return self.firm.server.http.request(method, self.base + path, json=body, auth=("", self.firm.token))

    def email(self, sender: Person, date: str) -> int:
        """Store an e-mail to Alice, as a sync that captures mailboxes does."""
        item = self.firm.log(
            "Email",
            at(date),
            Participant(sender.id, Role.FROM),
            Participant(self.alice.id, Role.TO),
            title=f"{sender.first_name} <-> Alice",
            direction=Direction.SENT,
            logging=Logging.AUTOMATIC,
        )
        return item.number


@pytest.fixture
def example(server: RunningServer) -> Iterator[Example]:
    """The account, on a server that writes times as the examples do."""
    firm = server.found(owner=("John", "Doe", "john@affinity.co"))
    with server.with_settings(affinity_time_zone=ZONE) as base:
        yield Example(firm, base + PREFIX)


@pytest.mark.covers("interactions.list")
class TestGetAllInteractions:
    def test_lists_the_emails_of_an_organization(self, example: Example) -> None:
        """The example's request, with its trailing ampersand, lists both e-mails, the newest first."""
        second = example.email(example.alfred, "2021-02-02T12:55:19.801-08:00")
        first = example.email(example.john, "2021-02-04T09:43:39.717-08:00")
        query = "type=3&start_time=2021-01-01T07:00:00Z&end_time=2021-02-25T21:00:00Z&"
        answer = answered(example.curl("GET", f"/interactions?organization_id={example.alices.id}&{query}"))

        def email(id_: int, sender: Person, date: str) -> dict[str, Any]:
            return {
                "date": date,
                "id": id_,
                "subject": f"{sender.first_name} <-> Alice",
                "type": 3,
                "from": short(sender),
                "to": [short(example.alice)],
                "cc": [],
                "direction": 0,
            }

        assert {
            "emails": [
                email(first, example.john, "2021-02-04T09:43:39.717-08:00"),
                email(second, example.alfred, "2021-02-02T12:55:19.801-08:00"),
            ],
            "next_page_token": None,
        } == answer

    def test_goes_on_with_the_token(self, example: Example) -> None:
        """Where there are more, the token is a text, and brings the next ones as page_token."""
        second = example.email(example.alfred, "2021-02-02T12:55:19.801-08:00")
        first = example.email(example.john, "2021-02-04T09:43:39.717-08:00")
        query = f"organization_id={example.alices.id}&type=3&start_time=2021-01-01T07:00:00Z"
        query += "&end_time=2021-02-25T21:00:00Z&page_size=1"
        answer = answered(example.curl("GET", f"/interactions?{query}"))
        assert [first] == [item["id"] for item in answer["emails"]]
        following = answered(example.curl("GET", f"/interactions?{query}&page_token={answer['next_page_token']}"))
        assert [second] == [item["id"] for item in following["emails"]]


@pytest.mark.covers("interactions.get")
class TestGetASpecificInteraction:
    def test_answers_the_chat_message(self, example: Example) -> None:
        """The example's chat message has its eight keys and the values it was logged with."""
        body = {
            "person_ids": [example.john.id, example.alice.id],
            "type": 2,
            "date": "2022-02-22T11:50:20.126-08:00",
            "content": "Hello",
            "direction": 0,
        }
        logged = answered(example.curl("POST", "/interactions", body))
        assert {
            "id": logged["id"],
            "date": "2022-02-22T11:50:20.126-08:00",
            "direction": 0,
            "manual_creator_id": example.john.id,
            "persons": [short(example.john), short(example.alice)],
            "type": 2,
            "notes": logged["notes"],
        } == answered(example.curl("GET", f"/interactions/{logged['id']}?type=2"))


def create(example: Example) -> dict[str, Any]:
    """Send the example's POST."""
    body = {
        "person_ids": [example.john.id, example.alice.id],
        "type": 0,
        "date": "2021-02-07T10:56:29.546-08:00",
        "content": "Create interaction from external API.",
    }
    answer: dict[str, Any] = answered(example.curl("POST", "/interactions", body))
    return answer


def event(example: Example, date: str, like: dict[str, Any], updated_at: str | None) -> dict[str, Any]:
    """Return the answer of the examples of POST and PUT."""
    return {
        "date": date,
        "id": like["id"],
        "attendees": ["john@affinity.co", "yen@alice.com"],
        "start_time": date,
        "end_time": None,
        "updated_at": updated_at,
        "manual_creator_id": example.john.id,
        "title": "Manually logged event",
        "type": 0,
        "notes": like["notes"],
        "persons": [short(example.john), short(example.alice)],
    }


@pytest.mark.covers("interactions.create")
class TestCreateANewInteraction:
    def test_answers_the_meeting(self, example: Example) -> None:
        """The example's meeting is answered in the example's shape, with one note."""
        answer = create(example)
        assert event(example, "2021-02-07T10:56:29.546-08:00", answer, None) == answer
        assert len(answer["notes"]) == 1
        assert answer == answered(example.curl("GET", f"/interactions/{answer['id']}?type=0"))


@pytest.mark.covers("interactions.update", "notes.get")
class TestUpdateAnInteraction:
    def test_answers_the_changed_meeting(self, example: Example) -> None:
        """The example's PUT, at the path's other spelling, moves the meeting and rewords its note."""
        created = create(example)
        body = {
            "type": 0,
            "date": "2022-02-07T10:56:29.546-08:00",
            "content": "Update interaction from external API.",
        }
        answer = answered(example.curl("PUT", f"/interaction/{created['id']}", body))
        assert event(example, "2022-02-07T10:56:29.546-08:00", created, answer["updated_at"]) == answer
        note = answered(example.curl("GET", f"/notes/{created['notes'][0]}"))
        assert note["content"] == "Update interaction from external API."


@pytest.mark.covers("interactions.delete")
class TestDeleteAnInteraction:
    def test_answers_success(self, example: Example) -> None:
        """The example's DELETE, at the path's other spelling, answers success, and the meeting is gone."""
        created = create(example)
        assert answered(example.curl("DELETE", f"/interaction/{created['id']}?type=0")) == {"success": True}
        assert example.curl("GET", f"/interactions/{created['id']}?type=0").status_code == 404
