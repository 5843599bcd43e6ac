"""What happens while a page is open, over HTTP: server-sent events, and the entries that they are about."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import httpx2
import pytest

from interlog.ledger import news
from tests.serving import Firm

from .visiting import Visitor, visitor

AT = 1_700_000_000_000_000
SECONDS = 60


class Event(NamedTuple):
    """What a server sent: ``name`` is empty for a sign of life."""

    name: str
    id: str
    data: str

    @property
    def numbers(self) -> list[int]:
        """The interactions that it tells of."""
        found: list[int] = json.loads(self.data)
        return found


@contextmanager
def watching(reader: Visitor, *, after: str = "", last: str = "") -> Iterator[Iterator[Event]]:
    """Give the events that a page is told of, those behind a position first."""
    headers = {"Last-Event-ID": last} if last else {}
    params = {"after": after} if after else {}
    with reader.http.stream("GET", "/events", headers=headers, params=params, timeout=SECONDS) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        yield _events(answer)


def _events(answer: httpx2.Response) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(":")
        if line:
            fields[name] = value.strip()
            continue
        yield Event(fields.get("event", ""), fields.get("id", ""), fields.get("data", ""))
        fields = {}


def _next(events: Iterator[Event]) -> Event:
    return next(event for event in events if event.name == "interactions")


def test_tells_of_what_is_stored(mia: Visitor, firm: Firm) -> None:
    """Of each change of an interaction, with the position to go on from; what was there before is not told of."""
    firm.log("Call", AT, firm.mia)
    with watching(mia) as events:
        begin = next(events)
        assert (begin.name, begin.data) == ("begin", "")
        one = firm.log("Call", AT, firm.mia).number
        first = _next(events)
        assert first.numbers == [one]
        firm.server.run(firm.ledger.interactions.delete(firm.actor, one))
        assert _next(events).numbers == [one]


def test_goes_on_where_it_was_left(mia: Visitor, firm: Firm) -> None:
    """A browser that was away names what it has seen last, by header or address, and misses nothing."""
    with watching(mia) as events:
        position = next(events).id
    numbers = [firm.log("Call", AT, firm.mia).number for _ in range(3)]
    for given in ({"last": position}, {"after": position}):
        told: list[int] = []
        with watching(mia, **given) as events:
            while len(told) < 3:
                event = _next(events)
                told += event.numbers
        assert told == numbers
    with watching(mia, last=event.id, after=position) as events:
        assert next(events).id == event.id
        last = firm.log("Call", AT, firm.mia).number
        assert _next(events).numbers == [last]


@pytest.mark.parametrize("position", ["x", "1", "-", "1-", "-1", "1--2", "9" * 40 + "-1", "²-1", "1-1\x00", "1-1-1"])
def test_begins_now_where_no_position_is_named(any_mia: Visitor, any_firm: Firm, position: str) -> None:
    any_firm.log("Call", AT, any_firm.mia)
    with watching(any_mia, after=position) as events:
        assert next(events).name == "begin"
        number = any_firm.log("Call", AT, any_firm.mia).number
        assert _next(events).numbers == [number]


def test_tells_what_one_may_see(firm: Firm) -> None:
    """Neither of other groups' interactions nor of other tenants', and their entries are not there either."""
    ben = firm.colleague("Ben", groups=(9,))
    other = firm.server.found()
    with watching(visitor(firm)) as hers, watching(visitor(firm, ben)) as his, watching(visitor(other)) as theirs:
        for events in (hers, his, theirs):
            next(events)
        insider = firm.acting(firm.mia, firm.actor.right, 9)
        hidden = firm.log("Call", AT, firm.mia, group=9, actor=insider).number
        shown = firm.log("Call", AT, firm.mia).number
        own = other.log("Call", AT, other.mia).number
        assert _next(hers).numbers == [shown]
        told: list[int] = []
        while len(told) < 2:
            told += _next(his).numbers
        assert told == [hidden, shown]
        assert _next(theirs).numbers == [own]
    assert visitor(firm).get(f"/entries/{hidden}").status_code == 404
    entry = visitor(firm, ben).get(f"/entries/{hidden}")
    assert (entry.status_code, f'data-entry="{hidden}"' in entry.text) == (200, True)
    assert "<html" not in entry.text


def test_ends_with_the_session(firm: Firm) -> None:
    """Whoever signs out, or may not sign in any more, is told nothing more."""
    mia, ben = visitor(firm), firm.colleague("Ben")
    for reader, ends in (
        (visitor(firm), lambda: mia.post("/sign-out/everywhere")),
        (visitor(firm, ben), lambda: firm.server.run(firm.ledger.staff.change(firm.actor, ben.id, active=False))),
    ):
        with watching(reader) as events:
            assert next(events).name == "begin"
            ends()
            assert list(events) == []  # not even a sign of life


def test_needs_somebody_signed_in(any_firm: Firm) -> None:
    with httpx2.Client(base_url=any_firm.server.base, timeout=SECONDS, trust_env=False) as http:
        assert http.get("/events").status_code == 303
        assert http.get("/entries/1").status_code == 303


def test_gives_a_sign_of_life(any_mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that neither the browser nor a proxy takes the silence for the end."""
    monkeypatch.setattr(news, "_SILENT", 0.1)
    with watching(any_mia) as events:
        assert [next(events).name for _ in range(3)] == ["begin", "", ""]


def test_few_pages_of_one_user_hold_on(any_firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page too many ends the one that has been open longest; that comes back by itself, and misses nothing."""
    monkeypatch.setattr(news, "MOST_WATCHING", 1)
    mia = visitor(any_firm)
    with watching(mia) as first:
        position = next(first).id
        with watching(visitor(any_firm)) as second:
            next(second)
            assert list(first) == []
            number = any_firm.log("Call", AT, any_firm.mia).number
            assert _next(second).numbers == [number]
    with watching(mia, last=position) as again:
        assert _next(again).numbers == [number]


def test_many_at_once_are_told_as_many(any_mia: Visitor, any_firm: Firm) -> None:
    """A page that missed very much reads its lists anew."""
    with watching(any_mia) as events:
        position = next(events).id
    for _ in range(60):
        any_firm.log("Call", AT, any_firm.mia)
    with watching(any_mia, last=position) as events:
        event = next(event for event in events if event.name != "begin")
        assert (event.name, event.data) == ("many", "60")
