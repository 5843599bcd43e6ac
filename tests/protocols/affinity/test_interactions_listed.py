"""Interactions over HTTP: the lists of a person, an organization or an opportunity, by type and time."""

from typing import Any

import pytest

from interlog.model.instants import DAY
from interlog.model.interactions import Links
from interlog.model.parties import Person, PersonKind
from interlog.model.types import Direction, Logging
from tests.serving import Caller, Firm, RunningServer

from .conftest import PREFIX
from .logged import DATE, EDITABLE, KEYS, YEAR, email, listed, logged
from .wire import CALL, CHAT, MAIL, MEETING, UNKNOWN, answered, at, refused, short, unknown


@pytest.mark.covers("interactions.list")
class TestList:
    """``GET /interactions``"""

    @pytest.mark.parametrize("type_", EDITABLE)
    def test_has_the_key_of_the_type(self, api: Caller, mia: Person, ola: Person, type_: int) -> None:
        """Events, events, chat messages and e-mails, and a token that is null at the end (spec 20, item 8; D11)."""
        created = logged(api, mia, ola, type=type_)
        answer = answered(api.get("/interactions", **YEAR, type=type_, person_id=ola.id))
        assert answer == {KEYS[type_]: [created], "next_page_token": None}

    @pytest.mark.parametrize("type_", range(4))
    def test_may_be_empty(self, api: Caller, ola: Person, type_: int) -> None:
        """Where there is nothing, the list is empty and the token is there, null (spec 20, item 8)."""
        answer = answered(api.get("/interactions", **YEAR, type=type_, person_id=ola.id))
        assert answer == {KEYS[type_]: [], "next_page_token": None}

    def test_is_the_same_at_the_other_spelling(self, api: Caller, mia: Person, ola: Person) -> None:
        """``GET /interaction`` is another spelling of the path (spec 18, D7)."""
        created = logged(api, mia, ola)
        answer = answered(api.get("/interaction", **YEAR, type=CALL, person_id=ola.id))
        assert answer["events"] == [created]

    def test_selects_by_person(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """A person's interactions are those they took part in, in any role (spec 20, item 6)."""
        call = logged(api, mia, ola)["id"]
        logged(api, mia, eve)
        assert listed(api, CALL, person_id=ola.id) == [call]
        mails = [
            email(firm, ola, mia).number,
            email(firm, mia, ola).number,
            email(firm, mia, eve, cc=(ola,)).number,
        ]
        assert listed(api, MAIL, person_id=ola.id) == mails[::-1]

    def test_selects_by_organization(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """An organization's interactions are those of its persons and those linked to it (spec 20, item 6)."""
        client = firm.organization("Client", "client.example")
        linked = firm.log("Call", at(DATE) - 2, mia, links=Links(organizations=(client.id,))).number
        call = logged(api, mia, ola)["id"]
        logged(api, mia, eve)
        assert listed(api, CALL, organization_id=client.id) == [call, linked]

    def test_selects_by_opportunity(self, api: Caller, firm: Firm, mia: Person, ola: Person, eve: Person) -> None:
        """An opportunity's are those of its persons, of its organizations, and those linked to it (item 6)."""
        client = firm.organization("Client", "client.example")
        deal = firm.opportunity("Pilot", persons=[eve], organizations=[client])
        linked = firm.log("Call", at(DATE) - 2, mia, links=Links(opportunities=(deal.id,))).number
        through_person, through_client = logged(api, mia, eve)["id"], logged(api, mia, ola)["id"]
        both = logged(api, mia, ola, eve)["id"]
        logged(api, mia, firm.person("Max", "Noe"))
        assert listed(api, CALL, opportunity_id=deal.id) == [both, through_client, through_person, linked]

    @pytest.mark.parametrize(
        "names", [[], ["person_id", "organization_id"], ["person_id", "opportunity_id"],
                  ["organization_id", "opportunity_id"], ["person_id", "organization_id", "opportunity_id"]],
    )  # fmt: skip
    def test_demands_exactly_one_selector(self, api: Caller, firm: Firm, ola: Person, names: list[str]) -> None:
        """None or more than one of the three selectors is refused (spec 20, item 6)."""
        selectors = {
            "person_id": ola.id,
            "organization_id": firm.organization("Client").id,
            "opportunity_id": firm.opportunity("Pilot").id,
        }
        params = {name: selectors[name] for name in names}
        (problem,) = refused(api.get("/interactions", **YEAR, type=0, **params))
        assert "Exactly one of person_id, organization_id, opportunity_id" in problem

    def test_internal_person_is_no_selector(self, api: Caller, mia: Person) -> None:
        """To narrow by an internal person needs one of the three selectors all the same."""
        refused(api.get("/interactions", **YEAR, type=0, internal_person_id=mia.id), "Exactly one of")

    def test_refuses_an_internal_person(self, api: Caller, mia: Person) -> None:
        """The sentence about an internal person is one that clients match on (spec 20, item 6)."""
        assert refused(api.get("/interactions", **YEAR, type=0, person_id=mia.id)) == [
            "Person is not an external or collaborator"
        ]

    def test_takes_a_collaborator(self, api: Caller, firm: Firm, mia: Person) -> None:
        """A collaborator can be selected like an external person."""
        partner = firm.person("Pat", "Ner", "pat@partner.example", kind=PersonKind.COLLABORATOR)
        call = logged(api, mia, partner)
        assert call["persons"][1]["type"] == 2
        assert listed(api, CALL, person_id=partner.id) == [call["id"]]

    @pytest.mark.parametrize(
        ("name", "model"),
        [("person_id", "Person"), ("organization_id", "Organization"), ("opportunity_id", "Opportunity")],
    )
    def test_refuses_an_unknown_selector(self, api: Caller, name: str, model: str) -> None:
        """An unknown id as a parameter is refused in the words that clients match on."""
        params: dict[str, Any] = YEAR | {"type": 0, name: UNKNOWN}
        assert refused(api.get("/interactions", **params)) == [unknown(name, UNKNOWN, model)]

    def test_narrows_by_an_internal_person(self, api: Caller, mia: Person, ben: Person, ola: Person) -> None:
        """With ``internal_person_id`` only those are listed that this colleague took part in (spec 20, item 6)."""
        logged(api, mia, ola)
        bens = logged(api, ben, ola)["id"]
        both = logged(api, ben, mia, ola)["id"]
        assert listed(api, CALL, person_id=ola.id, internal_person_id=ben.id) == [both, bens]

    def test_refuses_to_narrow_by_somebody_else(self, api: Caller, ola: Person, eve: Person) -> None:
        """``internal_person_id`` must be one of us, and exist."""
        params = YEAR | {"type": 0, "person_id": ola.id}
        refused(api.get("/interactions", **params, internal_person_id=eve.id), "Field internal_person_id: ")
        response = api.get("/interactions", **params, internal_person_id=UNKNOWN)
        assert refused(response) == [unknown("internal_person_id", UNKNOWN, "Person")]

    def test_start_is_inclusive_and_end_exclusive(self, api: Caller, mia: Person, ola: Person) -> None:
        """What happens exactly at the start is listed, exactly at the end is not (spec 20, item 7)."""
        first = logged(api, mia, ola, date="2026-03-05T10:00:00Z")["id"]
        second = logged(api, mia, ola, date="2026-03-05T11:00:00Z")["id"]

        def between(start: str, end: str) -> list[int]:
            return listed(api, CALL, person_id=ola.id, start_time=f"2026-03-05T{start}Z", end_time=f"2026-03-05T{end}Z")

        assert between("10:00:00", "11:00:00") == [first]
        assert between("10:00:00", "11:00:00.001") == [second, first]
        assert between("10:00:00.000001", "11:00:00") == []

    @pytest.mark.parametrize(
        ("start", "end", "is_allowed"),
        [
            ("2024-01-01", "2024-12-31", True),
            ("2024-01-01T00:00:00Z", "2024-12-31T00:00:00.000001Z", False),
            ("2024-01-01", "2025-01-01", False),
            ("2023-01-01", "2024-01-01", True),
            ("2024-01-01T12:00:00Z", "2024-01-01T12:00:00Z", False),
            ("2024-01-02", "2024-01-01", False),
            ("2024-01-01T12:00:00+02:00", "2024-01-01T11:00:00Z", True),
            ("2024-01-01T12:00:00Z", "2024-01-01T13:00:00+02:00", False),
        ],
    )
    def test_a_range_goes_forward_at_most_365_days(
        self, api: Caller, ola: Person, start: str, end: str, is_allowed: bool
    ) -> None:
        """The end lies after the start, by at most 365 days (spec 20, item 7; spec 18, D3)."""
        response = api.get("/interactions", type=0, person_id=ola.id, start_time=start, end_time=end)
        if is_allowed:
            answered(response)
        else:
            refused(response, "Field end_time: ")

    @pytest.mark.parametrize("name", ["type", "start_time", "end_time"])
    def test_demands_type_and_range(self, api: Caller, ola: Person, name: str) -> None:
        """The type and both ends of the range must be given."""
        params: dict[str, Any] = YEAR | {"type": 0, "person_id": ola.id}
        del params[name]
        assert refused(api.get("/interactions", **params)) == [f"Field {name}: is required"]

    def test_lists_only_the_type(self, api: Caller, mia: Person, ola: Person) -> None:
        """Meetings and calls share a key, not a list."""
        meeting, call = logged(api, mia, ola, type=MEETING)["id"], logged(api, mia, ola, type=CALL)["id"]
        assert listed(api, MEETING, person_id=ola.id) == [meeting]
        assert listed(api, CALL, person_id=ola.id) == [call]

    @pytest.mark.parametrize("value", [4, -1, "0,1", "meeting"])
    def test_takes_only_one_type(self, api: Caller, ola: Person, value: Any) -> None:
        """A list is of exactly one of the four types."""
        refused(api.get("/interactions", **YEAR, type=value, person_id=ola.id), "Field type: ")

    def test_newest_comes_first(self, api: Caller, mia: Person, ola: Person) -> None:
        """The order is by date, and among those at the same time by id, both descending."""
        dates = ["2026-03-05T10:00:00Z", "2026-03-07T10:00:00Z", "2026-03-06T10:00:00Z", "2026-03-05T10:00:00Z"]
        ids = [logged(api, mia, ola, date=date)["id"] for date in dates]
        assert listed(api, CALL, person_id=ola.id) == [ids[1], ids[2], ids[3], ids[0]]

    def test_logging_type_manual_hides_captured_ones(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """``logging_type=1`` lists what was logged by hand, 0 and none list all (spec 20, item 9)."""
        captured = firm.log("Call", at(DATE) - DAY, mia, ola, logging=Logging.AUTOMATIC).number
        manual = logged(api, mia, ola)["id"]
        assert listed(api, CALL, person_id=ola.id) == [manual, captured]
        assert listed(api, CALL, person_id=ola.id, logging_type=0) == [manual, captured]
        assert listed(api, CALL, person_id=ola.id, logging_type=1) == [manual]

    def test_direction_filters_messages(self, api: Caller, firm: Firm, mia: Person, ola: Person) -> None:
        """``direction`` tells sent from received e-mails and chat messages (spec 20, item 9)."""
        sent, received = (logged(api, mia, ola, type=CHAT, direction=d)["id"] for d in (0, 1))
        assert listed(api, CHAT, person_id=ola.id, direction=0) == [sent]
        assert listed(api, CHAT, person_id=ola.id, direction=1) == [received]
        sent, received = email(firm, mia, ola).number, email(firm, ola, mia, direction=Direction.RECEIVED).number
        assert listed(api, MAIL, person_id=ola.id, direction=0) == [sent]
        assert listed(api, MAIL, person_id=ola.id, direction=1) == [received]

    def test_direction_means_nothing_for_events(self, api: Caller, mia: Person, ola: Person) -> None:
        """Meetings and calls have no direction: the filter is ignored."""
        meeting = logged(api, mia, ola, type=MEETING)["id"]
        assert listed(api, MEETING, person_id=ola.id, direction=1) == [meeting]

    @pytest.mark.parametrize(("name", "value"), [("direction", 2), ("logging_type", 2), ("logging_type", "all")])
    def test_refuses_filters_that_mean_nothing(self, api: Caller, ola: Person, name: str, value: Any) -> None:
        """A filter out of range is refused."""
        params: dict[str, Any] = YEAR | {"type": 3, "person_id": ola.id, name: value}
        refused(api.get("/interactions", **params), f"Field {name}: ")

    def test_talks_among_colleagues_are_nobodys(self, api: Caller, firm: Firm, mia: Person, ben: Person) -> None:
        """What only internal persons took part in appears in no list: no selector matches it."""
        own = firm.organization("Own", "own.example")
        logged(api, mia, ben)
        assert listed(api, CALL, organization_id=own.id) != []
        refused(api.get("/interactions", **YEAR, type=CALL, person_id=ben.id))

    def test_shows_deleted_persons_no_more(self, api: Caller, mia: Person, ola: Person, eve: Person) -> None:
        """An interaction stays when a person goes, and loses the link."""
        event = logged(api, mia, ola, eve)
        answered(api.delete(f"/persons/{eve.id}"))
        found = answered(api.get(f"/interactions/{event['id']}", type=CALL))
        assert found["persons"] == [short(mia), short(ola)]
        assert found["attendees"] == ["mia@own.example", "ola.berg@client.example"]
        note = answered(api.get(f"/notes/{event['notes'][0]}"))
        assert note["interaction_person_ids"] == [mia.id, ola.id]

    def test_the_longest_range_is_a_setting(self, any_server: RunningServer) -> None:
        """``affinity_max_range_days`` sets another longest range, and 0 allows any."""
        firm = any_server.found()
        ola = firm.person("Ola")
        params: dict[str, Any] = {"type": 0, "person_id": ola.id, "start_time": "0001-01-01", "end_time": "9999-12-31"}
        with any_server.with_settings(affinity_max_range_days=0) as base:
            assert answered(firm.caller(PREFIX, base=base).get("/interactions", **params))["events"] == []
        with any_server.with_settings(affinity_max_range_days=31) as base:
            api = firm.caller(PREFIX, base=base)
            params |= {"start_time": "2026-01-01", "end_time": "2026-02-01"}
            answered(api.get("/interactions", **params))
            refused(api.get("/interactions", **params | {"end_time": "2026-02-02"}), "at most 31 days")
