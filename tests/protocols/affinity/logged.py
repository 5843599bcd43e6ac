"""Interactions as tests of the Affinity API log, receive and list them."""

from typing import Any

from interlog.model.interactions import Interaction, Participant
from interlog.model.parties import Person
from interlog.model.types import Direction, Logging, Role
from tests.serving import Caller, Firm

from .wire import CALL, CHAT, MAIL, MEETING, answered, at

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
