"""Interactions over HTTP: whatever is logged, in whatever encoding, comes back as it was sent."""

from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlog.model.instants import to_datetime
from interlog.model.parties import Person
from tests.serving import Firm, RunningServer

from .conftest import PREFIX
from .logged import EDITABLE, KEYS
from .wire import CHAT, answered, at, instant

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=300)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A valid ``POST /interactions``; persons are given by their places in a list of them."""
    moment = draw(st.integers(at("0001-01-02"), at("9999-12-30"))) // 1000 * 1000
    date = to_datetime(moment, draw(st.integers(-14 * 60, 14 * 60))).isoformat()
    return {
        "type": draw(st.sampled_from(EDITABLE)),
        "person_ids": draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)),
        "content": draw(TEXT),
        "date": date,
        "direction": draw(st.sampled_from([None, 0, 1])),
    }


@cache
def _people(server: RunningServer) -> tuple[Firm, list[Person]]:
    """Return a firm for all examples, and its people."""
    firm = server.found()
    return firm, [firm.mia, *(firm.person(f"P{number}", "", f"p{number}@client.example") for number in range(4))]


def _text(moment: int) -> str:
    return to_datetime(moment).isoformat()


class TestRoundTrip:
    """Whatever was accepted comes back."""

    @settings(max_examples=60)
    @given(body=requests(), encoding=st.sampled_from(["json", "form", "query"]))
    def test_comes_back_from_get_and_list(self, server: RunningServer, body: dict[str, Any], encoding: str) -> None:
        """A random interaction, sent in any encoding, comes back from GET, from the list and in its note."""
        firm, people = _people(server)
        api = firm.caller(PREFIX)
        ids = [people[place].id for place in [0, *body["person_ids"]]]
        given_body = {name: value for name, value in (body | {"person_ids": ids}).items() if value is not None}
        if encoding == "json":
            response = api.post("/interactions", **given_body)
        else:
            pairs = {("person_ids[]" if name == "person_ids" else name): value for name, value in given_body.items()}
            options = {"data": pairs} if encoding == "form" else {"params": pairs}
            response = api.request("POST", "/interactions", **options)
        created = answered(response)
        assert [person["id"] for person in created["persons"]] == list(dict.fromkeys(ids))
        assert instant(created["date"]) == at(body["date"])
        if body["type"] == CHAT:
            assert created["direction"] == (body["direction"] or 0)
        assert answered(api.get(f"/interactions/{created['id']}", type=body["type"])) == created
        note = answered(api.get(f"/notes/{created['notes'][0]}"))
        assert note["content"] == body["content"]
        start = at(body["date"])
        params = {"start_time": _text(start), "end_time": _text(start + 1), "person_id": people[1].id}
        found = answered(api.get("/interactions", type=body["type"], **params))[KEYS[body["type"]]]
        assert (created in found) == (people[1].id in ids)
