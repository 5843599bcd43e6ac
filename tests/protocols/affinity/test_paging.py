"""Page sizes and page tokens, over every list that has them."""

from collections.abc import Callable
from typing import Any

import pytest

from interlog.model.interactions import Content, Draft, Participant
from interlog.model.parties import Person
from interlog.model.types import Direction
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .wire import answered, at, refused

MANY = 7
INVALID = ["Invalid page_token variable"]


class Listed:
    """One list with a known number of items: path, parameters, the key of its array."""

    def __init__(self, path: str, key: str, **params: Any) -> None:
        self.path, self.key, self.params = path, key, params

    def get(self, api: Caller, **more: Any) -> dict[str, Any]:
        """Return a page."""
        answer: dict[str, Any] = answered(api.get(self.path, **self.params | more))
        assert set(answer) == {self.key, "next_page_token"}
        return answer


def interactions(type_: int, key: str, name: str) -> Callable[[Firm], Listed]:
    """Return what fills and describes a list of interactions, some of which happened at the same time."""

    def fill(firm: Firm) -> Listed:
        ola = firm.person("Ola")
        for number in range(MANY):
            firm.log(name, at("2026-03-05") + number // 3, Participant(ola.id, "to" if type_ == 3 else "attendee"))
        params = {"type": type_, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        return Listed("/interactions", key, **params)

    return fill


def persons(firm: Firm) -> Listed:
    for number in range(MANY - 1):  # and Mia
        firm.person(f"P{number}")
    return Listed("/persons", "persons")


def found_persons(firm: Firm) -> Listed:
    for number in range(MANY):
        firm.person("Ann", "" if number % 3 == 1 else "Berg")
    return Listed("/persons", "persons", term="ann")


def dated_persons(firm: Firm) -> Listed:
    for number in range(MANY):
        firm.log("Call", at("2026-03-05"), firm.person(f"P{number}"))
    return Listed("/persons", "persons", with_interaction_dates="true", min_last_event_date="2026-01-01")


def organizations(firm: Firm) -> Listed:
    for number in range(MANY):
        firm.organization(f"O{number}")
    return Listed("/organizations", "organizations")


def found_organizations(firm: Firm) -> Listed:
    for number in range(MANY):
        firm.organization("Client" if number % 3 == 1 else f"Client {number}")
    return Listed("/organizations", "organizations", term="client")


def opportunities(firm: Firm) -> Listed:
    for number in range(MANY):
        firm.opportunity(f"D{number}")
    return Listed("/opportunities", "opportunities")


def entries(firm: Firm) -> Listed:
    opportunities(firm)
    return Listed(f"/lists/{firm.deals()}/list-entries", "list_entries", page_size=500)


def notes(firm: Firm) -> Listed:
    ola = firm.person("Ola")
    for number in range(MANY):
        firm.log("Call", at("2026-03-05"), ola, body=f"Note {number}")
    return Listed("/notes", "notes")


def notes_of_a_person(firm: Firm) -> Listed:
    listed = notes(firm)
    (person,) = [p for p in answered(firm.caller(PREFIX).get("/persons"))["persons"] if p["first_name"] == "Ola"]
    return Listed("/notes", "notes", **listed.params, person_id=person["id"], creator_id=firm.mia.id)


LISTS = {
    "meetings": interactions(0, "events", "Meeting"),
    "calls": interactions(1, "events", "Call"),
    "chat messages": interactions(2, "chat_messages", "ChatMessage"),
    "emails": interactions(3, "emails", "Email"),
    "persons": persons,
    "persons found": found_persons,
    "persons with dates": dated_persons,
    "organizations": organizations,
    "organizations found": found_organizations,
    "opportunities": opportunities,
    "list entries": entries,
    "notes": notes,
    "notes of a person": notes_of_a_person,
}


@pytest.fixture(params=LISTS)
def listed(request: pytest.FixtureRequest, firm: Firm) -> Listed:
    """Each of the lists, with its items."""
    return LISTS[request.param](firm)


class TestPages:
    """``page_size`` and ``page_token`` (spec 1.5)."""

    def test_hold_everything_once_in_order(self, api: Caller, listed: Listed) -> None:
        """Whatever the size, the pages together are the list; the token is null on the last one."""
        whole = listed.get(api)
        assert whole["next_page_token"] is None
        assert len(whole[listed.key]) == MANY
        for size in (1, 2, 3, MANY - 1, MANY):
            together: list[Any] = []
            page = listed.get(api, page_size=size)
            while True:
                assert len(page[listed.key]) <= size
                together += page[listed.key]
                if page["next_page_token"] is None:
                    break
                page = listed.get(api, page_size=size, page_token=page["next_page_token"])
            assert together == whole[listed.key]

    def test_the_size_may_change_or_be_left_out(self, api: Caller, listed: Listed) -> None:
        """A later page need not repeat the size of the first one."""
        whole = listed.get(api)[listed.key]
        first = listed.get(api, page_size=2)
        rest = listed.get(api, page_token=first["next_page_token"])
        assert first[listed.key] + rest[listed.key] == whole
        second = listed.get(api, page_token=first["next_page_token"], page_size=3)
        assert second[listed.key] == whole[2:5]

    def test_a_token_can_be_used_again(self, api: Caller, listed: Listed) -> None:
        """The same token brings the same page: a client may repeat a request that failed."""
        token = listed.get(api, page_size=3)["next_page_token"]
        assert listed.get(api, page_token=token) == listed.get(api, page_token=token)

    def test_a_size_above_the_maximum_is_the_maximum(self, api: Caller, listed: Listed) -> None:
        """Clients may ask for more than a page holds."""
        assert len(listed.get(api, page_size=100_000)[listed.key]) == MANY

    def test_a_size_below_one_is_refused(self, api: Caller, listed: Listed) -> None:
        """Nothing but a positive number is a size."""
        for size in (0, -1, "ten", "1.5", ""):
            refused(api.get(listed.path, **listed.params | {"page_size": size}), "Field page_size: ")

    def test_a_token_of_somebody_else_is_refused(self, api: Caller, listed: Listed) -> None:
        """The sentence about an invalid token is one that clients match on."""
        for token in ("x", "AAAA", "eyJwYXJhbXMiOnt9fQ", "MSwyLDM", "ünï", "%", "a" * 1999, "=", "....", " ", "null"):
            assert refused(api.get(listed.path, **listed.params | {"page_token": token})) == INVALID

    def test_a_token_that_was_changed_is_refused(self, api: Caller, listed: Listed) -> None:
        """Whoever changes any character of a token gets no page by it."""
        token = listed.get(api, page_size=2)["next_page_token"]
        for place in range(0, len(token) - 1, 7):
            other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
            assert refused(api.get(listed.path, **listed.params | {"page_token": other})) == INVALID

    @pytest.mark.parametrize("fill", [persons, found_persons, organizations, opportunities, notes])
    def test_a_token_belongs_to_the_tenant(
        self, server: RunningServer, firm: Firm, api: Caller, fill: Callable[[Firm], Listed]
    ) -> None:
        """Another tenant's token is refused."""
        listed = fill(firm)
        token = listed.get(api, page_size=2)["next_page_token"]
        theirs = server.found().caller(PREFIX)
        assert refused(theirs.get(listed.path, **listed.params | {"page_token": token})) == INVALID

    def test_an_empty_token_is_none(self, api: Caller, listed: Listed) -> None:
        """The first page may be asked for with an empty token."""
        assert listed.get(api, page_token="") == listed.get(api)


class TestTokensAreBound:
    """A token goes with the parameters of the page that it came with (spec 20, item 8)."""

    @pytest.mark.parametrize(
        "change",
        [{"type": 1}, {"direction": 0}, {"logging_type": 1}, {"end_time": "2026-12-30"}, {"start_time": "2026-01-02"},
         {"internal_person_id": "mia"}, {"person_id": "eve"}],
    )  # fmt: skip
    def test_to_those_of_interactions(self, api: Caller, firm: Firm, eve: Person, change: dict[str, Any]) -> None:
        """A token with another type, range or filter is refused."""
        listed = interactions(2, "chat_messages", "ChatMessage")(firm)
        token = listed.get(api, page_size=2)["next_page_token"]
        ids = {"mia": firm.mia.id, "eve": eve.id}
        change = {name: ids.get(value, value) for name, value in change.items()}
        assert refused(api.get("/interactions", **listed.params | change | {"page_token": token})) == INVALID

    @pytest.mark.parametrize("path", ["/persons", "/organizations", "/opportunities"])
    def test_to_the_term(self, api: Caller, firm: Firm, path: str) -> None:
        """A token of a search goes with its term."""
        listed = {"/persons": persons, "/organizations": organizations, "/opportunities": opportunities}[path](firm)
        token = listed.get(api, page_size=2)["next_page_token"]
        assert refused(api.get(path, term="x", page_token=token)) == INVALID

    def test_to_the_list(self, api: Caller, firm: Firm) -> None:
        """A token of one list says nothing about another."""
        organizations(firm)
        token = persons(firm).get(api, page_size=2)["next_page_token"]
        assert refused(api.get("/organizations", page_token=token)) == INVALID

    def test_not_to_how_they_are_written(self, api: Caller, firm: Firm) -> None:
        """The same parameters in another spelling are the same."""
        listed = interactions(0, "events", "Meeting")(firm)
        token = listed.get(api, page_size=2)["next_page_token"]
        spelled = listed.params | {"start_time": "2026-01-01T00:00:00.000", "type": "00", "unknown": "x"}
        answered(api.get("/interactions", **spelled, page_token=token))


class TestWhileThingsChange:
    """What happens between two pages."""

    def test_nothing_is_shown_twice_or_left_out(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """Newer and deleted interactions neither shift nor hide the pages that follow."""
        ids = [firm.log("Call", at("2026-03-05") + number, mia, ola).number for number in range(6)]
        params = {"type": 1, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        first = answered(api.get("/interactions", **params, page_size=2))
        assert [item["id"] for item in first["events"]] == [ids[5], ids[4]]
        firm.log("Call", at("2026-03-05") + 10, mia, ola)
        answered(api.delete(f"/interactions/{ids[4]}", type=1))
        answered(api.delete(f"/interactions/{ids[2]}", type=1))
        rest = answered(api.get("/interactions", **params, page_token=first["next_page_token"]))
        assert [item["id"] for item in rest["events"]] == [ids[3], ids[1], ids[0]]
        assert rest["next_page_token"] is None

    def test_a_page_may_be_empty(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """A token does not promise more: what it pointed to may be gone."""
        ids = [firm.log("Call", at("2026-03-05") + number, mia, ola).number for number in range(3)]
        params = {"type": 1, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        token = answered(api.get("/interactions", **params, page_size=2))["next_page_token"]
        answered(api.delete(f"/interactions/{ids[0]}", type=1))
        answer = answered(api.get("/interactions", **params, page_token=token))
        assert answer == {"events": [], "next_page_token": None}


class TestSizeOfInteractions:
    """The largest page of interactions (spec 18, D2)."""

    def test_is_500(self, any_server: RunningServer) -> None:
        """Without a size, or with a larger one, a page holds 500."""
        firm = any_server.found()
        ola = firm.person("Ola")
        log_many(firm, ola, 501)
        params = {"type": 2, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        api = firm.caller(PREFIX)
        for more in ({}, {"page_size": 500}, {"page_size": 600}):
            answer = answered(api.get("/interactions", **params | more))
            assert len(answer["chat_messages"]) == 500
            assert answer["next_page_token"] is not None

    def test_is_a_setting(self, any_server: RunningServer) -> None:
        """``affinity_interactions_page_size`` makes it 100, as newer versions of the service have it."""
        firm = any_server.found()
        ola = firm.person("Ola")
        log_many(firm, ola, 101)
        params = {"type": 2, "start_time": "2026-01-01", "end_time": "2026-12-31", "person_id": ola.id}
        with any_server.with_settings(affinity_interactions_page_size=100) as base:
            api = firm.caller(PREFIX, base=base)
            for more in ({}, {"page_size": 500}):
                assert len(answered(api.get("/interactions", **params | more))["chat_messages"]) == 100


def log_many(firm: Firm, person: Person, many: int) -> None:
    """Log that many chat messages of a person in one transaction."""
    drafts = [
        Draft(
            type="ChatMessage",
            content=Content(
                occurred_at=at("2026-03-05") + number, participants=(Participant(person.id),), direction=Direction.SENT
            ),
        )
        for number in range(many)
    ]
    firm.server.run(firm.ledger.interactions.log_many(firm.actor, drafts))
