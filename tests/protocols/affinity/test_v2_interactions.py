"""Single interactions of version 2, which its vendor has for meetings only (spec 14.2)."""

from typing import Any

import pytest

from interlog.model.interactions import Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Role
from tests.serving import Caller, Firm

from .wire import UNKNOWN, answered, at

WHEN = at("2026-03-05T10:00:00Z")


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
    """``GET /v2/meetings/{id}`` and the same of calls, chat messages and e-mails."""

    def test_answers_the_collections_item(self, api: Caller, numbers: dict[str, int]) -> None:
        """One by its id is the same object as in its collection."""
        for collection, number in numbers.items():
            (item,) = answered(api.get(f"/v2/{collection}"))["data"]
            assert item["id"] == number
            assert answered(api.get(f"/v2/{collection}/{number}")) == item

    def test_does_not_find_another_kind(self, api: Caller, numbers: dict[str, int]) -> None:
        """The id of another kind is as unknown as one that nothing has."""
        for collection in numbers:
            for other in {*numbers.values(), UNKNOWN} - {numbers[collection]}:
                response = api.get(f"/v2/{collection}/{other}")
                error: dict[str, Any] = response.json()["errors"][0]
                assert (response.status_code, error["code"]) == (404, "not-found")
                assert error["message"].startswith("Resource not found")
