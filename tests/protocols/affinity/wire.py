"""What the wire must look like: exact keys, errors, times."""

import re
from datetime import datetime
from typing import Any

import httpx2

from interlog.model.instants import from_datetime, parse_moment
from interlog.model.parties import Person

PERSON = {"id", "type", "first_name", "last_name", "primary_email", "emails"}
FULL_PERSON = PERSON | {"organization_ids"}
EVENT = {"date", "id", "attendees", "start_time", "end_time", "updated_at", "manual_creator_id", "title", "type",
         "notes", "persons"}  # fmt: skip
CHAT_MESSAGE = {"id", "date", "direction", "manual_creator_id", "persons", "type", "notes"}
EMAIL = {"date", "id", "subject", "type", "from", "to", "cc", "direction"}
NOTE = {"id", "creator_id", "person_ids", "associated_person_ids", "interaction_person_ids", "interaction_id",
        "interaction_type", "is_meeting", "mentioned_person_ids", "organization_ids", "opportunity_ids", "parent_id",
        "content", "type", "created_at", "updated_at"}  # fmt: skip
ORGANIZATION = {"id", "name", "domain", "domains", "crunchbase_uuid", "global"}
OPPORTUNITY = {"id", "name", "person_ids", "organization_ids", "list_entries"}
LIST_ENTRY = {"id", "creator_id", "list_id", "entity_id", "entity_type", "created_at"}
LIST = {"id", "type", "name", "public", "owner_id", "list_size"}
DATES = {"first_email", "last_email", "first_event", "last_event", "next_event", "last_chat_message",
         "last_interaction"}  # fmt: skip
RATE_HEADERS = {
    f"X-Ratelimit-Limit-{scope}{what}" for scope in ("User", "Org") for what in ("", "-Remaining", "-Reset")
}

DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")

MEETING, CALL, CHAT, MAIL = 0, 1, 2, 3

UNKNOWN = 2**52 + 77
"""An id that nothing ever gets."""


def answered(response: httpx2.Response) -> Any:
    """Return the body of an answer with the one status of success in version 1."""
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/json"
    return response.json()


def refused(response: httpx2.Response, *expected: str, status: int = 422) -> list[str]:
    """Return the problems of a refusal, which is a list of sentences; each expected text is part of one of them."""
    assert status == response.status_code, response.text
    problems = response.json()
    assert isinstance(problems, list) and problems
    assert all(isinstance(problem, str) and problem for problem in problems)
    for text in expected:
        assert any(text in problem for problem in problems), problems
    return problems


def unknown(name: str, id_: int, model: str) -> str:
    """Return the sentence about an id that belongs to nothing: clients match on it."""
    return f"Field {name}: expected {id_} to be a valid id for model {model}"


def short(person: Person) -> dict[str, Any]:
    """Return a person as it stands in other objects."""
    return {
        "id": person.id,
        "type": int(person.kind),
        "first_name": person.first_name,
        "last_name": person.last_name,
        "primary_email": person.primary_email,
        "emails": list(person.emails),
    }


def instant(text: str) -> int:
    """Return the instant of a time on the wire."""
    assert DATETIME.fullmatch(text), text
    return from_datetime(datetime.fromisoformat(text)).instant


def at(text: str) -> int:
    """Return the instant of a time that a test writes down."""
    moment = parse_moment(text)
    assert moment is not None
    return moment.instant
