"""The requests that are sent: made beforehand, the same in each run."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from interlog.model.interactions import Content, Draft, Participant
from interlog.model.types import MEETING, Role

from . import shape
from .facts import Facts, path_of_one, path_of_page


class Request(NamedTuple):
    """A request to Interlog, and the path under which a bare application has the same answer."""

    raw: bytes
    path: str
    bare_path: str

    def bare(self, token: str) -> bytes:
        """Return the request to the bare application: as long as that to Interlog."""
        return raw_request("GET", self.bare_path, token)


def raw_request(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    """Return a request as it is sent."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def get_one(facts: Facts, many: int) -> Iterator[Request]:
    """Yield reads of interactions all over the store."""
    for draw in range(many):
        index = shape.chance(draw, 10) % facts.size
        number = facts.first_number + index
        path = f"/affinity/interactions/{number}?type={shape.code_of(index)}"
        yield Request(raw_request("GET", path, facts.token), path, path_of_one(number))


def get_page(facts: Facts, many: int, size: int) -> Iterator[Request]:
    """Yield reads of full pages of the heavy persons' meetings, each ending anywhere in a person's history."""
    meetings = facts.size // shape.CYCLE
    start = shape.START
    for draw in range(many):
        which = draw % shape.HEAVY
        last = size + shape.chance(draw, 11) % (meetings - size + 1)  # so many meetings lie before the page's end
        index = which + shape.CYCLE * last
        end = shape.moment_of(index, facts.size) if last < meetings else start + timedelta(days=shape.SPAN_DAYS)
        person = facts.person_ids[shape.heavy_place(which)]
        query = urlencode(
            {
                "person_id": person,
                "type": 0,
                "start_time": start.isoformat(),
                "end_time": end.isoformat(),
                "page_size": size,
            }
        )
        path = f"/affinity/interactions?{query}"
        first, until = (int(moment.timestamp()) * 1_000_000 for moment in (start, end))
        yield Request(raw_request("GET", path, facts.token), path, path_of_page(person, 0, first, until, size))


def create_one(facts: Facts, many: int) -> Iterator[bytes]:
    """Yield requests that log a meeting with one of our own people and two others."""
    for body in created_bodies(facts, many):
        yield raw_request("POST", "/affinity/interactions", facts.token, body)


def created_bodies(facts: Facts, many: int) -> Iterator[bytes]:
    """Yield the bodies of ``create_one``."""
    for persons, text, date in _meetings(facts, many):
        body = {"type": 0, "person_ids": persons, "content": text, "date": date.isoformat()}
        yield json.dumps(body).encode()


def created(facts: Facts, many: int) -> Iterator[Draft]:
    """Yield what ``create_one`` asks to be logged."""
    for persons, text, date in _meetings(facts, many):
        yield Draft(
            type=MEETING.name,
            content=Content(
                occurred_at=int(date.timestamp()) * 1_000_000,
                occurred_offset=0,
                body=text,
                participants=tuple(Participant(person, Role.ATTENDEE.value) for person in persons),
            ),
        )


def _meetings(facts: Facts, many: int) -> Iterator[tuple[list[int], str, datetime]]:
    after = shape.START + timedelta(days=shape.SPAN_DAYS)
    for draw in range(many):
        persons = [facts.person_ids[place] for place in shape.places_of(facts.size + draw, len(facts.person_ids))]
        yield persons, shape.body_of(draw), after + timedelta(seconds=draw)
