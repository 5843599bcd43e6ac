"""What was stored through another protocol, over HTTP, as this one shows it in both versions."""

from typing import Any

import pytest

from interlog.model.parties import Person
from tests.protocols.fdc3.conftest import Desk
from tests.protocols.polis.people import contact
from tests.protocols.polis.setting_up import World
from tests.serving import Caller, Firm

from .wire import answered, instant
from .wire import at as instant_of

YEAR = {"start_time": "2026-01-01", "end_time": "2026-12-31"}


def shown(api: Caller, person: int, type_: int, key: str, collection: str) -> tuple[Any, Any]:
    """Return the one interaction that a person has, from the list of version 1 and the collection of version 2."""
    (first,) = answered(api.get("/interactions", type=type_, person_id=person, **YEAR))[key]
    (second,) = answered(api.get(f"/v2/{collection}"))["data"]
    return first, second


@pytest.mark.parametrize(
    ("called", "type_", "key", "collection"),
    [("Meeting", 0, "events", "meetings"), ("Call", 1, "events", "calls"),
     ("Instant Message", 2, "chat_messages", "chat-messages")],
)  # fmt: skip
def test_from_the_desktop(firm: Firm, api: Caller, called: str, type_: int, key: str, collection: str) -> None:
    """An intent of FDC3 becomes an interaction of its type, with its time and its persons (spec 20, item 14)."""
    desk, time = Desk(firm), "2026-02-10T15:12:00Z"
    desk.created(interactionType=called, timeRange={"type": "fdc3.timeRange", "startTime": time})
    persons = {item["primary_email"]: item["id"] for item in answered(api.get("/persons"))["persons"]}
    jane, john = persons["jane.doe@mail.com"], persons["john.doe@mail.com"]
    first, second = shown(api, jane, type_, key, collection)
    assert first["id"] == second["id"]
    assert instant(first["date"]) == instant_of(time)
    assert second.get("startTime", second.get("sentAt")) == time
    assert {item["id"] for item in first["persons"]} == {jane, john}
    preview = second.get("attendeesPreview") or second["participantsPreview"]
    assert {item.get("person", item)["id"] for item in preview["data"]} == {jane, john}


def test_from_the_door(firm: Firm, api: Caller, mia: Person) -> None:
    """A visit that a canvasser recorded through Polis is a meeting with the contact (spec 20, item 14)."""
    polis = firm.caller("/polis")
    world = World(firm, polis)
    campaign = world.campaign()["id"]
    voter = world.create("/v1/contacts", **contact(world.list()["id"]))
    data = {"campaignId": campaign, "contactId": voter["id"], "timestamp": "2026-03-14T17:05:30.000Z",
            "survey": {"surveyId": world.survey(campaign)["id"], "responses": {}}, "unavailable": False}  # fmt: skip
    assert polis.post("/v1/interactions", data=data).is_success
    (person,) = (item for item in answered(api.get("/persons"))["persons"] if item["id"] != mia.id)
    first, second = shown(api, person["id"], 0, "events", "meetings")
    assert first["id"] == second["id"]
    assert instant(first["start_time"]) == instant_of("2026-03-14T17:05:30Z")
    assert second["startTime"] == "2026-03-14T17:05:30Z"
    assert {item["id"] for item in first["persons"]} == {mia.id, person["id"]}
