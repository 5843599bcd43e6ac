"""Collections: pages, options, expansions, counts (spec 6.5)."""

from typing import Any

import httpx2
import pytest

from tests.serving import Caller, Firm

from .data import REPAIR, VISIT, Data, error_of


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit (facts) and Repair (activities) are defined."""
    client = Data(firm)
    client.define()
    client.define("Repair", REPAIR)
    return client


def fill(data: Data, count: int, first: int = 0) -> None:
    items = [
        VISIT | {"VisitKey": f"V-{n:03}", "Minutes": n, "ArrivedAt": f"2026-03-04T{n // 60:02}:{n % 60:02}:00Z"}
        for n in range(first, first + count)
    ]
    assert data.send_lines("/BranchVisits", items).json()["accepted"] == count


def listed(data: Data, path: str, headers: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    """Return a page; options are those of OData without their sign."""
    params = {"$" + name: value for name, value in options.items()}
    answer = data.request("GET", path, params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def follow(data: Data, body: dict[str, Any]) -> dict[str, Any]:
    answer = data.http.get(body["@odata.nextLink"], headers={"Authorization": f"Bearer {data.token}"})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def keys(body: dict[str, Any]) -> list[int]:
    return [item["Minutes"] for item in body["value"]]


def refused(data: Data, path: str, **options: Any) -> tuple[int, str]:
    answer: httpx2.Response = data.request("GET", path, params={"$" + k: v for k, v in options.items()})
    return error_of(answer)


@pytest.mark.covers("instances.list")
def test_a_list_begins_with_what_changed_last(data: Data) -> None:
    """The typed set has only its own, without their type; Interactions has all, with it."""
    fill(data, 3)
    data.stored("/Repairs", {"Shop": "s", "Ticket": "1"})
    body = listed(data, "/BranchVisits")
    assert body["@odata.context"] == f"{data.base}/$metadata#BranchVisits"
    assert keys(body) == [2, 1, 0]
    assert "@odata.type" not in body["value"][0]
    assert "@odata.nextLink" not in body
    everything = listed(data, "/Interactions")
    assert [item["@odata.type"] for item in everything["value"]] == ["#CustomerInsights.Repair"] + [
        "#CustomerInsights.BranchVisit"
    ] * 3
    assert data.send("/Repairs('s_1')", {"Note": "x"}, "PATCH").status_code == 204
    data.send("/BranchVisits", VISIT | {"VisitKey": "V-009", "Minutes": 9})
    assert data.send("/Repairs('s_1')", {"Note": "y"}, "PATCH").status_code == 204
    assert [item["InteractionId"] for item in listed(data, "/Interactions")["value"]][:2] == ["s_1", "V-009"]


def test_paging_meets_every_item_once_while_others_are_inserted(data: Data) -> None:
    """95 rows in pages of 30, rows being inserted meanwhile: 95 distinct ones; both links are written."""
    fill(data, 95)
    body = listed(data, "/BranchVisits", orderby="Minutes")
    seen = keys(body)
    assert len(seen) == 30
    assert body["nextLink"] == body["@odata.nextLink"]
    extra = 500
    while "@odata.nextLink" in body:
        data.send("/BranchVisits", VISIT | {"VisitKey": f"N-{extra}", "Minutes": extra})
        extra += 1
        body = follow(data, body)
        seen += [minutes for minutes in keys(body) if minutes < 500]
    assert seen == list(range(95))
    body = listed(data, "/BranchVisits", filter="Minutes lt 500")
    found = keys(body)
    while "@odata.nextLink" in body:
        data.send("/BranchVisits", VISIT | {"VisitKey": f"M-{extra}", "Minutes": extra})
        extra += 1
        body = follow(data, body)
        found += keys(body)
    assert sorted(found) == list(range(95))


def test_top_is_all_that_is_wanted(data: Data) -> None:
    """6 are 6 without a link; 40 come in one page; with a smaller page, links lead to all of them and no more."""
    fill(data, 50)
    body = listed(data, "/BranchVisits", top=6)
    assert (len(body["value"]), "nextLink" in body) == (6, False)
    body = listed(data, "/BranchVisits", top=40)
    assert (len(body["value"]), "nextLink" in body) == (40, False)
    assert listed(data, "/BranchVisits", top=0)["value"] == []
    body = listed(data, "/BranchVisits", {"Prefer": "odata.maxpagesize=20"}, top=45)
    sizes = [len(body["value"])]
    while "@odata.nextLink" in body:
        body = follow(data, body)
        sizes.append(len(body["value"]))
    assert sizes == [20, 20, 5]


def test_the_page_size_is_the_client_s_choice(data: Data) -> None:
    """30 by default; up to 1000 where the client prefers it, which is confirmed and kept on the next page."""
    fill(data, 45)
    assert len(listed(data, "/BranchVisits")["value"]) == 30
    answer = data.request("GET", "/BranchVisits", headers={"Prefer": "maxpagesize=10"})
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=10"
    assert len(answer.json()["value"]) == 10
    assert len(follow(data, answer.json())["value"]) == 10
    assert len(listed(data, "/BranchVisits", {"Prefer": "odata.maxpagesize=100"})["value"]) == 45


def test_skip_passes_by_some(data: Data) -> None:
    """An offset from the beginning, also before pages that links lead to."""
    fill(data, 50)
    body = listed(data, "/BranchVisits", skip=15, orderby="Minutes")
    assert keys(body) == list(range(15, 45))
    assert keys(follow(data, body)) == list(range(45, 50))
    assert listed(data, "/BranchVisits", skip=100)["value"] == []


def test_counts_are_of_what_meets_the_filter(data: Data) -> None:
    """``$count=true`` whatever the page, and ``/$count`` as plain text."""
    fill(data, 40)
    body = listed(data, "/BranchVisits", count="true", filter="Minutes ge 30", top=3)
    assert (body["@odata.count"], len(body["value"])) == (10, 3)
    assert "@odata.count" not in listed(data, "/BranchVisits", count="false")
    answer = data.get("/BranchVisits/$count")
    assert (answer.text, answer.headers["Content-Type"]) == ("40", "text/plain; charset=utf-8")
    assert data.get("/BranchVisits/$count", **{"$filter": "Minutes lt 5"}).text == "5"
    assert data.get("/Interactions/$count").text == "40"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Minutes eq 3", [3]),
        ("Minutes lt 2 or Minutes eq 5", [0, 1, 5]),
        ("not (Minutes gt 1)", [0, 1]),
        ("startswith(VisitKey,'V-00') and endswith(VisitKey, '4')", [4]),
        ("contains(VisitKey,'05')", [5]),
        ("Timestamp ge cast('2026-03-04T00:05:00.000Z', Edm.DateTimeOffset)", [5, 6]),
        ("Timestamp lt 2026-03-04T00:02:00Z", [0, 1]),
        ("ArrivedAt lt '2026-03-04T00:01:00Z'", [0]),
        ("InteractionType eq 'BranchVisit' and Minutes in (1,2)", [1, 2]),
        ("Mood eq 1 and Minutes eq 1", [1]),
        ("Lane eq 'B' and Minutes eq 2", [2]),
        ("Nowhere eq null and Minutes eq 2", [2]),
        ("Nowhere eq 'x'", []),
        ("DataSource eq 'SystemDefault' and Minutes eq 4", [4]),
        ("LastModifiedTimestamp gt 2020-01-01T00:00:00Z and Minutes eq 4", [4]),
        ("type=conflation", []),
    ],
)
def test_filters_narrow_a_list(data: Data, text: str, expected: list[int]) -> None:
    """Declared, dynamic and system properties, as documented in 6.5."""
    fill(data, 7)
    assert sorted(keys(listed(data, "/BranchVisits", filter=text))) == expected
    assert sorted(keys(listed(data, "/Interactions", filter=text))) == expected


def test_lists_are_sorted_by_properties(data: Data) -> None:
    """Ascending or descending, by several."""
    fill(data, 5)
    assert keys(listed(data, "/BranchVisits", orderby="Minutes desc")) == [4, 3, 2, 1, 0]
    assert keys(listed(data, "/BranchVisits", orderby="Lane,Minutes asc")) == [0, 1, 2, 3, 4]
    assert keys(listed(data, "/BranchVisits", orderby="Timestamp desc", top=2)) == [4, 3]


def test_select_leaves_out_what_is_not_wanted(data: Data) -> None:
    """The key stays."""
    fill(data, 1)
    (item,) = listed(data, "/BranchVisits", select="Minutes,lane")["value"]
    assert item == {"InteractionId": "V-000", "Minutes": 0, "Lane": "B"}
    (item,) = listed(data, "/BranchVisits", select="*")["value"]
    assert "Timestamp" in item
    assert refused(data, "/BranchVisits", select="a b") == (400, "InvalidQueryOption")


def test_search_finds_texts(data: Data) -> None:
    """Full text over the texts of an interaction."""
    data.stored("/Meetings", {"Subject": "Kick-off in Oslo", "Timestamp": "2026-01-01"})
    data.stored("/Meetings", {"Subject": "Lunch", "Timestamp": "2026-01-02"})
    assert [item["Subject"] for item in listed(data, "/Meetings", search="oslo")["value"]] == ["Kick-off in Oslo"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"filter": "Minutes eq"}, (400, "InvalidFilter")),
        ({"filter": "(((("}, (400, "InvalidFilter")),
        ({"filter": "(" * 5_000}, (400, "InvalidFilter")),
        ({"filter": " or ".join(["Minutes eq 1"] * 2_000)}, (400, "InvalidFilter")),
        ({"filter": "Minutes eq 1; drop table interaction"}, (400, "InvalidFilter")),
        ({"orderby": "Minutes sideways"}, (400, "InvalidOrderBy")),
        ({"orderby": ",".join(["Minutes"] * 9)}, (400, "InvalidOrderBy")),
        ({"top": "-1"}, (400, "InvalidQueryOption")),
        ({"top": "many"}, (400, "InvalidQueryOption")),
        ({"skip": "-1"}, (400, "InvalidQueryOption")),
        ({"count": "perhaps"}, (400, "InvalidQueryOption")),
        ({"skiptoken": "nonsense"}, (400, "InvalidSkipToken")),
        ({"skiptoken": "WzFd"}, (400, "InvalidSkipToken")),
        ({"apply": "aggregate(Minutes with sum as Total)"}, (501, "NotImplemented")),
        ({"expand": "Participants($levels=3)"}, (501, "NotImplemented")),
        ({"expand": "Participants("}, (400, "InvalidQueryOption")),
        ({"format": "atom"}, (406, "NotAcceptable")),
    ],
)
def test_options_that_make_no_sense_are_refused(data: Data, options: dict[str, str], expected: tuple[int, str]) -> None:
    """With the option as the target; never with a fault of ours."""
    assert refused(data, "/BranchVisits", **options) == expected


def test_a_token_is_good_for_its_own_list_only(data: Data) -> None:
    """Another filter, another order, another set: refused."""
    fill(data, 40)
    link = listed(data, "/BranchVisits")["nextLink"]
    token = httpx2.URL(link).params["$skiptoken"]
    assert refused(data, "/BranchVisits", skiptoken=token, filter="Minutes gt 1") == (400, "InvalidSkipToken")
    assert refused(data, "/BranchVisits", skiptoken=token, orderby="Minutes") == (400, "InvalidSkipToken")
    assert refused(data, "/Interactions", skiptoken=token) == (400, "InvalidSkipToken")


def test_the_form_of_answers_is_the_client_s_choice(data: Data) -> None:
    """Without control information, or with all of it; unknown parameters that are no options are passed over."""
    fill(data, 1)
    body = listed(data, "/Interactions", {"Accept": "application/json;odata.metadata=none"})
    assert "@odata.context" not in body
    assert "@odata.type" not in body["value"][0]
    body = listed(data, "/BranchVisits", {"Accept": "application/json;odata.metadata=full"})
    assert body["value"][0]["@odata.id"] == f"{data.base}/BranchVisits('V-000')"
    assert body["value"][0]["@odata.type"] == "#CustomerInsights.BranchVisit"
    assert data.get("/BranchVisits", includePredictiveMatchResults="true", other="1").status_code == 200
    assert error_of(data.request("GET", "/BranchVisits", headers={"Accept": "text/csv"})) == (406, "NotAcceptable")


def test_what_others_logged_is_read_in_the_built_in_sets(data: Data, firm: Firm) -> None:
    """A meeting logged through Affinity is listed by Meetings, with filters, in the words of this protocol."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    affinity = firm.caller("/affinity")
    logged = affinity.post("/interactions", type=0, person_ids=[firm.mia.id, ola.id], content="They want a pilot",
                           date="2026-03-05T09:15:00-08:00")  # fmt: skip
    assert logged.status_code in (200, 201), logged.text
    (item,) = listed(data, "/Meetings", filter="Timestamp gt 2026-03-01T00:00:00Z")["value"]
    assert item["Description"] == "They want a pilot"
    assert item["Timestamp"] == "2026-03-05T17:15:00Z"
    assert set(item["AttendeeIds"]) == {str(firm.mia.id), str(ola.id)}
    assert data.get(f"/Meetings('{item['InteractionId']}')").json()["InteractionId"] == item["InteractionId"]


def test_one_interaction_is_selected_from_and_expanded_too(data: Data, firm: Firm) -> None:
    """The options of one entity; others are refused."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    data.stored("/BranchVisits", VISIT | {"VisitorRef": str(ola.id), "ClerkRef": None})
    item = data.get("/BranchVisits('V-7')", **{"$select": "Minutes", "$expand": "Participants"}).json()
    assert (item["Minutes"], "Lane" in item) == (12, False)
    assert [part["ProfileId"] for part in item["Participants"]] == [str(ola.id)]
    assert refused(data, "/BranchVisits('V-7')", filter="Minutes eq 1") == (501, "NotImplemented")
    assert refused(data, "/BranchVisits('V-7')", expand="Nothing") == (400, "InvalidQueryOption")
    found = data.get(f"/Contacts('{ola.id}')", **{"$select": "Email"}).json()
    assert (found["Email"], "FirstName" in found) == ("ola@client.example", False)


def test_one_property_is_read_by_itself(data: Data, firm: Firm) -> None:
    """As JSON or as its bare text; 204 without a value; 404 where there is none of the name."""
    data.stored("/BranchVisits", VISIT | {"Minutes": None, "ClerkRef": None})
    found = data.get("/BranchVisits('V-7')/lane")
    assert found.json() == {"@odata.context": f"{data.base}/$metadata#BranchVisits('V-7')/lane", "value": "B"}
    assert data.get("/Interactions('V-7')/ArrivedAt/$value").text == "2026-03-04T09:15:00Z"
    plain = data.request("GET", "/BranchVisits('V-7')/Lane/$value", headers={"Accept": "text/plain"})
    assert (plain.text, plain.headers["Content-Type"]) == ("B", "text/plain; charset=utf-8")
    assert data.get("/BranchVisits('V-7')/Minutes").status_code == 204
    assert error_of(data.get("/BranchVisits('V-7')/Nowhere")) == (404, "ResourceNotFound")
    assert error_of(data.get("/BranchVisits('V-7')/Lane/Deeper")) == (404, "ResourceNotFound")
    assert error_of(data.request("PUT", "/BranchVisits('V-7')/Lane", json={})) == (405, "MethodNotAllowed")
    assert data.get(f"/Contacts('{firm.mia.id}')/Email/$value").text == "mia@own.example"


def test_addresses_in_answers_are_those_of_the_server_s_public_face(data: Data, firm: Firm) -> None:
    """Behind a proxy, links and contexts carry its address and its prefix."""
    fill(data, 3)
    with firm.server.with_settings(public_url="https://crm.example/sales") as base:
        inner = Caller(data.http, data.base.replace(firm.server.base, base), firm.token)
        body = inner.request("GET", "/BranchVisits", headers={"Prefer": "maxpagesize=2"}).json()
    public = f"https://crm.example/sales/customer-insights/hubs/{firm.tenant.name}/data"
    assert body["@odata.context"] == f"{public}/$metadata#BranchVisits"
    assert body["nextLink"].startswith(f"{public}/BranchVisits?$skiptoken=")
