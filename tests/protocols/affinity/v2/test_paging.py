"""Cursors and pages (spec 13.3; 20, item 17)."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from interlog.model.instants import DAY, HOUR, now
from interlog.model.interactions import Participant
from interlog.model.types import Role
from tests.serving import Caller, Firm

from ..wire import answered
from .conftest import PREFIX
from .wire import PAGE, followed, ids, invalid, rest

MANY = 7


@pytest.fixture
def full(firm: Firm) -> list[str]:
    """The paths of all collections of a firm that has seven of everything."""
    return paths_of(firm)


@pytest.fixture
def any_full(any_firm: Firm) -> list[str]:
    """The same, for what has nothing to do with the store."""
    return paths_of(any_firm)


def paths_of(firm: Firm) -> list[str]:
    """Fill a firm, and return the paths of all its collections."""
    v2, start = firm.caller(PREFIX), now() - DAY
    ola = firm.person("Ola")
    persons = [ola] + [firm.person(f"Person {number}") for number in range(MANY - 1)]
    companies = [firm.organization(f"Company {number}") for number in range(MANY)]
    deals = [firm.opportunity(f"Deal {number}") for number in range(MANY)]
    for number in range(MANY):
        for type_ in ("Meeting", "Call", "ChatMessage"):
            firm.log(type_, start - number // 2 * HOUR, firm.mia, ola)
        parts = [Participant(firm.mia.id, Role.FROM), Participant(ola.id, Role.TO)]
        firm.log("Email", start, *parts)
    every = {
        name: [{"id": party.id} for party in parties]
        for name, parties in {"persons": persons, "companies": companies, "opportunities": deals}.items()
    }
    for _ in range(MANY):
        note = v2.post("/notes", type="entities", content={"html": "<p>x</p>"}, **every).json()["id"]
    for _ in range(MANY):
        v2.post("/notes", type="user-reply", content={"html": "<p>x</p>"}, parent={"id": note})
    return [
        *("/meetings", "/calls", "/chat-messages", "/emails", "/persons", "/companies", "/opportunities", "/notes"),
        f"/lists/{firm.deals()}/list-entries",
        f"/notes/{note}/replies",
        f"/persons/{ola.id}/notes",
        f"/companies/{companies[0].id}/notes",
        f"/opportunities/{deals[0].id}/notes",
        *(f"/notes/{note}/attached-{name}" for name in every),
    ]


def cursor_of(page: dict[str, Any]) -> str:
    """Return the cursor in the address of the next page."""
    (cursor,) = parse_qs(urlsplit(page["pagination"]["nextUrl"]).query)["cursor"]
    return cursor


COVERED = pytest.mark.covers(
    "v2.meetings.list", "v2.calls.list", "v2.chat-messages.list", "v2.emails.list", "v2.persons.list",
    "v2.companies.list", "v2.opportunities.list", "v2.lists.entries", "v2.notes.list", "v2.notes.replies",
    "v2.persons.notes", "v2.companies.notes", "v2.opportunities.notes", "v2.notes.attached_persons",
    "v2.notes.attached_companies", "v2.notes.attached_opportunities",
)  # fmt: skip


@COVERED
class TestPages:
    """Every collection of version 2 (spec 20, item 17)."""

    def test_follow_each_other(self, v2: Caller, full: list[str]) -> None:
        """Pages of any size hold together what one page does: nothing is lost, nothing comes twice."""
        for path in full:
            everything = answered(v2.get(path, limit=100))["data"]
            assert len({item["id"] for item in everything}) == len(everything) >= MANY, path
            for limit in (1, 2, MANY - 1, MANY, MANY + 1):
                assert followed(v2, path, limit=limit) == everything, (path, limit)

    def test_have_a_usual_size(self, any_v2: Caller, any_firm: Firm) -> None:
        """A hundred items, and twenty notes, where no limit is given."""
        for _ in range(101):
            any_firm.log("Call", now() - HOUR, any_firm.mia, body="x")
        for path, size in {"/calls": 100, "/notes": 20, f"/persons/{any_firm.mia.id}/notes": 20}.items():
            assert len(answered(any_v2.get(path))["data"]) == size

    def test_have_exactly_their_keys(self, any_v2: Caller, any_full: list[str]) -> None:
        """``prevUrl`` and ``nextUrl`` are always there; at the end there is no next page."""
        for path in any_full:
            first = answered(any_v2.get(path, limit=2))
            assert set(first) == PAGE
            assert set(first["pagination"]) == {"prevUrl", "nextUrl"}
            assert first["pagination"]["prevUrl"] is None
            whole = answered(any_v2.get(path, limit=100))
            assert whole["pagination"] == {"prevUrl": None, "nextUrl": None}

    @pytest.mark.parametrize("limit", [0, 101, -1, "x", "1.5", 10**30])
    def test_refuse_a_limit_out_of_range(self, any_v2: Caller, any_full: list[str], limit: Any) -> None:
        """A limit is at least 1 and at most 100."""
        for path in any_full:
            invalid(any_v2.get(path, limit=limit), "limit")

    def test_what_is_added_meanwhile_repeats_nothing(self, v2: Caller, firm: Firm) -> None:
        """Items that arrive or go between two pages neither repeat nor hide others."""
        numbers = [firm.log("Call", now() - HOUR, firm.mia).number for _ in range(4)]
        page = answered(v2.get("/calls", limit=2))
        firm.server.run(firm.ledger.interactions.delete(firm.actor, numbers[0]))
        added = firm.log("Call", now() - DAY, firm.mia).number
        assert [item["id"] for item in rest(v2, page)] == [*numbers[2:], added]


class TestCursor:
    """``cursor``, alone and beside other parameters (spec 20, item 17)."""

    def test_alone(self, any_v2: Caller, any_full: list[str]) -> None:
        """The cursor alone carries the limit and the selection of fields."""
        page = answered(any_v2.get("/persons", limit=2, fieldTypes="global"))
        following = answered(any_v2.get("/persons", cursor=cursor_of(page)))
        assert len(following["data"]) == 2
        assert all(item["fields"] == [] for item in following["data"])

    def test_with_the_same_parameters(self, any_v2: Caller, any_full: list[str]) -> None:
        """The vendor's client sends the first parameters again: that is the same page."""
        params = {"limit": 2, "fieldTypes": ["global", "list"]}
        cursor = cursor_of(answered(any_v2.get("/persons", **params)))
        alone = answered(any_v2.get("/persons", cursor=cursor))
        assert answered(any_v2.get("/persons", cursor=cursor, **params)) == alone
        assert answered(any_v2.get("/persons", cursor=cursor, limit=2)) == alone

    def test_with_a_new_limit(self, any_v2: Caller, any_firm: Firm) -> None:
        """Where the first page had no limit, a later one may have one."""
        numbers = [any_firm.log("Call", now() - HOUR, any_firm.mia).number for _ in range(104)]
        cursor = cursor_of(answered(any_v2.get("/calls")))
        page = answered(any_v2.get("/calls", cursor=cursor, limit=3))
        assert [item["id"] for item in page["data"]] == numbers[100:103]
        assert ids(any_v2.get("/calls", cursor=cursor_of(page))) == numbers[103:]

    @pytest.mark.parametrize(
        ("first", "later"),
        [
            ({"limit": 2}, {"limit": 3}),
            ({"limit": 2}, {"ids": 1}),
            ({"limit": 2, "ids": [1, 2, 3, 4]}, {"ids": [1, 2, 3]}),
            ({"limit": 2}, {"fieldTypes": "global"}),
            ({"limit": 2, "fieldIds": "a"}, {"fieldIds": "b"}),
        ],
    )
    def test_with_parameters_that_contradict(
        self, any_v2: Caller, any_full: list[str], first: dict[str, Any], later: dict[str, Any]
    ) -> None:
        """Other parameters than those of the first page are refused, each by its name."""
        cursor = cursor_of(answered(any_v2.get("/persons", **first)))
        (name,) = later
        invalid(any_v2.get("/persons", cursor=cursor, **later), name, "contradicts the cursor")

    def test_with_a_new_filter(self, any_v2: Caller, any_full: list[str]) -> None:
        """A filter that the first page did not have is refused; a blank one is none."""
        cursor = cursor_of(answered(any_v2.get("/notes", limit=2)))
        invalid(any_v2.get("/notes", cursor=cursor, filter="id=1"), "filter", "contradicts the cursor")
        assert answered(any_v2.get("/notes", cursor=cursor, filter=""))["data"]
        assert answered(any_v2.get("/notes", cursor=cursor, totalCount="false"))["data"]

    def test_of_another_collection(self, any_v2: Caller, any_full: list[str]) -> None:
        """A cursor belongs to the collection that gave it, and to its tenant."""
        cursors = {path: cursor_of(answered(any_v2.get(path, limit=1))) for path in any_full}
        for path, cursor in cursors.items():
            for other in any_full:
                if other != path:
                    invalid(any_v2.get(other, cursor=cursor), "cursor")

    def test_of_another_tenant(self, any_v2: Caller, any_full: list[str], any_firm: Firm) -> None:
        """Another tenant's cursor is none."""
        others = any_firm.server.found().caller(PREFIX)
        invalid(others.get("/calls", cursor=cursor_of(answered(any_v2.get("/calls", limit=1)))), "cursor")

    @pytest.mark.parametrize(
        "change",
        [
            lambda cursor: "x",
            lambda cursor: "ä",
            lambda cursor: "=",
            lambda cursor: cursor[:-3],
            lambda cursor: cursor[3:],
            lambda cursor: cursor.swapcase(),
            lambda cursor: base64.b64encode(b"      after:::4").decode(),
            lambda cursor: base64.urlsafe_b64encode(b'[[4],{"limit":1000000}]').decode(),
            lambda cursor: "A" * 30_001,
        ],
    )
    def test_of_nobody(self, any_v2: Caller, any_full: list[str], change: Callable[[str], str]) -> None:
        """What was never given out is no cursor."""
        cursor = change(cursor_of(answered(any_v2.get("/calls", limit=2))))
        invalid(any_v2.get("/calls", cursor=cursor), "cursor")


class TestAddress:
    """``nextUrl``: absolute, on the authority by which the client came; clients refuse any other (spec 20, item 17)."""

    def following(self, api: Caller, **headers: str) -> str:
        """Return the address of a next page."""
        page = answered(api.request("GET", "/calls", params={"limit": 1}, headers=headers))
        address: str = page["pagination"]["nextUrl"]
        return address

    def begins(self, address: str, expected: str) -> None:
        """See that an address is the expected one, with nothing but a cursor behind it."""
        beginning, _, query = address.partition("?")
        assert beginning == expected
        assert list(parse_qs(query)) == ["cursor"]

    @pytest.fixture
    def calls(self, any_firm: Firm) -> Caller:
        """A client of a firm with two calls."""
        for _ in range(2):
            any_firm.log("Call", now() - HOUR, any_firm.mia)
        return any_firm.caller(PREFIX)

    def test_is_the_requests(self, calls: Caller, any_firm: Firm) -> None:
        """Scheme, host and port of the request, whatever its name for this machine is."""
        self.begins(self.following(calls), f"{any_firm.server.base}/affinity/v2/calls")
        port = urlsplit(any_firm.server.base).port
        named = any_firm.caller(PREFIX, base=f"http://localhost:{port}")
        self.begins(self.following(named), f"http://localhost:{port}/affinity/v2/calls")
        self.begins(self.following(calls, Host="crm.own.example:8443"), "http://crm.own.example:8443/affinity/v2/calls")

    @pytest.mark.parametrize(
        ("headers", "origin"),
        [
            ({"X-Forwarded-Proto": "https"}, "https://crm.own.example"),
            ({"X-Forwarded-Host": "api.own.example"}, "http://api.own.example"),
            ({"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.own.example:8443"}, "https://api.own.example:8443"),
            ({"X-Forwarded-Proto": "HTTPS, http", "X-Forwarded-Host": "api.own.example, inner"}, "https://api.own.example"),
            ({"Forwarded": 'for=1.2.3.4;proto=https;host="api.own.example:8443", for=5.6.7.8;host=inner'},
             "https://api.own.example:8443"),
            ({"Forwarded": "for=1.2.3.4"}, "http://crm.own.example"),
        ],
    )  # fmt: skip
    def test_is_the_proxys(self, calls: Caller, headers: dict[str, str], origin: str) -> None:
        """Behind a proxy, what it says about how it was asked; of several, the first one."""
        address = self.following(calls, **{"Host": "crm.own.example"} | headers)
        self.begins(address, f"{origin}/affinity/v2/calls")

    def test_is_the_public_one(self, calls: Caller, any_firm: Firm) -> None:
        """Where the public address is set, that one, with its prefix, whatever the request says."""
        with any_firm.server.with_settings(public_url="https://own.example:444/crm/") as base:
            api = any_firm.caller(PREFIX, base=base)
            for headers in ({}, {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}):
                self.begins(self.following(api, **headers), "https://own.example:444/crm/affinity/v2/calls")

    def test_at_the_root(self, calls: Caller, any_firm: Firm) -> None:
        """Where the protocol is served at the root too, the address has no prefix, and can be followed."""
        with any_firm.server.with_settings(root="affinity") as base:
            api = any_firm.caller("/v2", base=base)
            self.begins(self.following(api), f"{base}/v2/calls")
            assert len(followed(api, "/calls", limit=1)) == 2
            assert len(followed(any_firm.caller(PREFIX, base=base), "/calls", limit=1)) == 2

    def test_every_answer_names_its_version(self, calls: Caller) -> None:
        """The version asked for, or the default, is echoed, also by refusals; an unknown one is refused (item 2)."""
        header = "X-Affinity-Api-Version"
        for asked, expected in {None: "2024-01-01", "2026-07-15": "2026-07-15", "current": "current"}.items():
            headers = {header: asked} if asked else {}
            responses: list[httpx2.Response] = [
                calls.request("GET", "/calls", headers=headers),
                calls.request("GET", "/calls", params={"limit": 0}, headers=headers),
                calls.request("GET", "/nothing", headers=headers),
            ]
            assert [response.headers[header] for response in responses] == [expected] * 3
        invalid(calls.request("GET", "/calls", headers={header: "2020-01-01"}), header)
