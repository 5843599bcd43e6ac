"""Lists over HTTP: filters, sorts, pages, the envelope, and who sees what (spec 2.5 to 2.7)."""

import base64
import json
import socket
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.canvassing.resources import Resource, customer_id, security_group_id
from interlog.model.ids import uuid7
from interlog.store import resources
from interlog.store.statements import Unit
from tests.serving import Caller, Firm

from .conftest import PREFIX, refused, types
from .setting_up import World

EVERYTHING = 9007199254740991
AT = 1_772_000_000_000_000


def names(response: Any) -> list[str]:
    """Return the names of what was listed, after seeing that the answer is the envelope of a list."""
    assert response.status_code == 200, response.text
    body = response.json()
    assert list(body) == ["data", "meta"], body
    return [item["data"]["name"] for item in body["data"]]


def put(firm: Firm, count: int, **more: Any) -> list[Resource]:
    """Store lists without going over HTTP: ``List 0``, ``List 1`` …; returns them in order of their ids."""
    numbers = firm.server.run(_numbers(firm, count))
    stored = [
        Resource(
            kind="lists", id=uuid7(), number=number, created_at=AT, modified_at=AT,
            data={"name": f"List {place}", "organizationId": "x", "description": "d" * 100}, **more,
        )
        for place, number in enumerate(numbers)
    ]  # fmt: skip

    async def store() -> None:
        for start in range(0, count, 10_000):
            unit = Unit()
            resources.insert(unit, firm.tenant.id, stored[start : start + 10_000])
            await firm.ledger.store.database.write(unit)

    firm.server.run(store())
    return sorted(stored, key=lambda item: item.id)


_taken = {"next": 50_000_000}


async def _numbers(firm: Firm, count: int) -> range:
    first = _taken["next"]
    _taken["next"] += count
    return range(first, first + count)


@pytest.fixture
def wards(world: World) -> list[dict[str, Any]]:
    """Four lists."""
    return [
        world.list(name="Ward 1", description="north"),
        world.list(name="ward 2", required=["phone", "email"]),
        world.list(name="Ward 3 (*)", description="South"),
        world.list(name="Étang 4"),
    ]


@pytest.mark.covers("lists.list")
def test_lists_are_listed_by_their_ids_in_the_envelope(api: Caller, wards: list[dict[str, Any]]) -> None:
    """Without parameters all come, in order of their ids, each as it comes alone."""
    body = api.get("/v1/lists").json()
    assert body["meta"] == {}
    assert [item["id"] for item in body["data"]] == sorted(ward["id"] for ward in wards)
    assert body["data"][0] == api.get(f"/v1/lists/{body['data'][0]['id']}").json()
    assert api.get("/lists").json() == body


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('/data/name eq "Ward 1"', ["Ward 1"]),
        ('name = "Ward 1"', ["Ward 1"]),
        ('/name like "WARD *" and /description neq "north"', ["Ward 3 (*)", "ward 2"]),
        ('/name like "*(\\\\*)"', ["Ward 3 (*)"]),
        ('/name like "éTANG _"', ["Étang 4"]),
        ("/description eq nil", ["ward 2", "Étang 4"]),
        ('"email" in /required', ["ward 2"]),
        ('/required/0 eq "phone"', ["ward 2"]),
        ('/name in ["Ward 1","Étang 4"] or /data/description lt "a"', ["Ward 1", "Ward 3 (*)", "Étang 4"]),
        ('/name between "Ward 9","Ward 2"', ["Ward 3 (*)"]),
        ('{"/data/name": "Ward 1"}', ["Ward 1"]),
        ('"/data/name": "Ward 1"', ["Ward 1"]),
        ("/contactsCount gt 0", []),
        ('/meta/resource eq "lists" and /meta/isDeleted eq false', ["Ward 1", "Ward 3 (*)", "ward 2", "Étang 4"]),
        ('/meta/created gt "2026-01-01" and /meta/modified lt "3000"', ["Ward 1", "Ward 3 (*)", "ward 2", "Étang 4"]),
    ],
)
def test_filters_narrow_a_list(api: Caller, wards: list[dict[str, Any]], filter_: str, expected: list[str]) -> None:
    """What is listed meets the filter, whichever way it is spelled, also under the misspelt name."""
    assert sorted(names(api.get("/v1/lists", filter=filter_))) == expected
    assert sorted(names(api.get("/v1/lists", fiter=filter_))) == expected


def test_what_the_server_sets_can_be_filtered_by(firm: Firm, api: Caller, wards: list[dict[str, Any]]) -> None:
    """Customer, security group, creator, times and ids are compared as they are shown."""
    ward = wards[1]
    for pointer, value in [
        ("/id", ward["id"]),
        ("/meta/created", ward["meta"]["created"]),
        ("/meta/modified", ward["meta"]["modified"]),
    ]:
        assert "ward 2" in names(api.get("/v1/lists", filter=f'{pointer} eq "{value}"'))
    for pointer, value in [
        ("/customerId", customer_id(firm.tenant)),
        ("/securityGroupId", security_group_id(firm.tenant, 0)),
        ("/meta/createdBy", firm.mia.uuid),
        ("/meta/modifiedBy", firm.mia.uuid),
        ("/data/organizationId", ward["data"]["organizationId"]),
    ]:
        assert len(names(api.get("/v1/lists", **{f"filter[{pointer}]": value}))) == 4, pointer
        assert names(api.get("/v1/lists", filter=f'{pointer} neq "{value}"')) == []


def test_all_filters_of_a_request_hold(api: Caller, wards: list[dict[str, Any]]) -> None:
    """Parameters of every spelling are joined by and; an empty one is none."""
    params = [("filter", '/name like "ward*"'), ("filter[/description]", "north"), ("filter", "")]
    assert names(api.request("GET", "/v1/lists", params=params)) == ["Ward 1"]
    assert len(names(api.get("/v1/lists", filter=""))) == 4


def _raw(api: Caller, target: str) -> dict[str, Any]:
    """Send a request whose target no client library would send unencoded, and return the answer's body."""
    host, port = urlsplit(api.base).hostname, urlsplit(api.base).port
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(
            f"GET {PREFIX}{target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), answer
    found: dict[str, Any] = json.loads(body)
    return found


def test_quotes_and_brackets_may_stand_unencoded(api: Caller, wards: list[dict[str, Any]]) -> None:
    """A target with raw quotes, brackets and slashes, and plus signs for spaces, is read as it is meant."""
    found = _raw(api, '/v1/lists?filter=/data/name+eq+"Ward+1"&sort=["id","ASC"]&limit=9007199254740991&skip=0')
    assert [item["data"]["name"] for item in found["data"]] == ["Ward 1"]
    found = _raw(api, "/v1/lists?filter[/data/name]=Ward%201")
    assert [item["data"]["name"] for item in found["data"]] == ["Ward 1"]
    found = _raw(api, f"/v1/lists?filter%5B{quote('/data/name', safe='')}%5D=Ward%201")
    assert [item["data"]["name"] for item in found["data"]] == ["Ward 1"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (['["name","DESC"]'], ["Étang 4", "ward 2", "Ward 3 (*)", "Ward 1"]),
        (["data/name", "asc"], ["Ward 1", "Ward 3 (*)", "ward 2", "Étang 4"]),
        (["['/data/description', 'ASC']"], ["Ward 3 (*)", "Ward 1", "ward 2", "Étang 4"]),
        (['[["description","DESC"],["name","DESC"]]'], ["Étang 4", "ward 2", "Ward 1", "Ward 3 (*)"]),
        (['["id","DESC"]'], ["Étang 4", "Ward 3 (*)", "ward 2", "Ward 1"]),
        (['["/meta/created"]'], ["Ward 1", "ward 2", "Ward 3 (*)", "Étang 4"]),
    ],
)
def test_sorts_order_a_list(api: Caller, wards: list[dict[str, Any]], sort: list[str], expected: list[str]) -> None:
    """Texts sort by their characters' code points; what is missing comes last, or first on the way down."""
    assert names(api.request("GET", "/v1/lists", params=[("sort", value) for value in sort])) == expected


@pytest.mark.parametrize("sort", [None, '["name","ASC"]', '["description","DESC"]', '["id","DESC"]'])
def test_pages_follow_each_other_by_their_links(api: Caller, wards: list[dict[str, Any]], sort: str | None) -> None:
    """Each page's ``Link`` leads to the next one, until everything was seen once."""
    params = {"limit": "2", "filter": '/name neq "ward 2"'} | ({"sort": sort} if sort else {})
    whole = names(api.get("/v1/lists", **params | {"limit": "50"}))
    assert len(whole) == 3
    response = api.get("/v1/lists", **params)
    assert names(response) == whole[:2]
    assert response.links["next"]["url"].startswith(api.base)
    last = api.request("GET", response.links["next"]["url"].removeprefix(api.base))
    assert names(last) == whole[2:]
    assert "next" not in last.links
    assert names(api.get("/v1/lists", **params | {"skip": "1"})) == whole[1:3]


def test_objects_can_be_counted(api: Caller, wards: list[dict[str, Any]]) -> None:
    """``count=true`` tells how many there are on all pages."""
    body = api.get("/v1/lists", count="true", limit=1, skip=1, filter='/name like "ward*"').json()
    assert body["meta"] == {"total": 3}
    assert len(body["data"]) == 1


@pytest.mark.covers("lists.list")
def test_bad_parameters_are_refused(any_api: Caller) -> None:
    """A filter or sort that cannot be read is a FormatError with its place; numbers are refused all at once."""
    data = refused(any_api.get("/v1/lists", filter='/name eq "x" and'), 400, "FormatError")
    assert data == {"position": 16, "token": ""}
    assert refused(any_api.get("/v1/lists", filter="/name EQ 1"), 400, "FormatError") == {"position": 6, "token": "EQ"}
    refused(any_api.get("/v1/lists", sort='["name","UP"]'), 400, "FormatError")
    for limit in ("0", "-1", "1.5", "x", "", "1e3"):
        problems = refused(any_api.get("/v1/lists", limit=limit, skip="-2"), 400, "ValidationError")
        assert {problem["path"] for problem in problems} == {"limit", "skip"}
    for cursor in ("x", "bnVsbA", "WzFd", "WyJ4IiwieSJd", "W10", "é"):
        refused(any_api.get("/v1/lists", cursor=cursor), 400, "ValidationError")
    problems = refused(any_api.get("/v1/lists", filter='/meta/etag eq "x"'), 400, "ValidationError")
    assert types(problems) == {("/meta/etag", "any.allowOnly")}
    refused(any_api.get("/v1/lists", filter="/a eq 1", count="perhaps"), 400, "ValidationError")


def test_hostile_filters_are_answered(api: Caller, wards: list[dict[str, Any]]) -> None:
    """The deepest and longest filters that are read can be run, and what is worse is refused."""
    deep = "(/a eq 1 or /b nin /c/0/1 and " * 10 + "((/a nin /c/0/1))" + ")" * 10
    assert len(names(api.get("/v1/lists", filter=deep))) == 4
    long = " or ".join(["/a eq 1"] * 199 + ['/name eq "Ward 1"'])
    assert names(api.get("/v1/lists", filter=long)) == ["Ward 1"]
    many = ",".join(['"x"'] * 1_900 + ['"Ward 1"'])
    assert names(api.get("/v1/lists", filter=f"/name in [{many}]")) == ["Ward 1"]
    stars = '/description like "' + "*a" * 300 + '*"'
    assert names(api.get("/v1/lists", filter=stars)) == []
    far = "/a/0" * 15 + "/x eq nil"
    assert len(names(api.get("/v1/lists", filter=far))) == 4
    keys = json.dumps([[f"/data/a{place}/0", "DESC"] for place in range(8)])
    assert len(names(api.get("/v1/lists", sort=keys, limit=1))) == 1
    refused(api.get("/v1/lists", filter="(" * 20_000), 400, "FormatError")
    refused(api.get("/v1/lists", filter="(/a eq 1 or /b eq 2 and " * 11 + "/a eq 1" + ")" * 11), 400, "FormatError")


def test_deleted_objects_are_listed_where_the_filter_names_them(api: Caller, wards: list[dict[str, Any]]) -> None:
    """A filter that mentions ``/meta/isDeleted`` sees the deleted ones too."""
    assert api.delete(f"/v1/lists/{wards[0]['id']}").status_code == 200
    assert "Ward 1" not in names(api.get("/v1/lists"))
    assert names(api.get("/v1/lists", filter="/meta/isDeleted eq true")) == ["Ward 1"]
    assert len(names(api.get("/v1/lists", filter='/meta/isDeleted eq false or /name eq "Ward 1"'))) == 4


def test_nobody_lists_what_he_may_not_see(firm: Firm, api: Caller, wards: list[dict[str, Any]]) -> None:
    """Neither lists nor counts hold what is another group's, or another tenant's."""
    put(firm, 3, group=77)
    assert api.get("/v1/lists", count="true").json()["meta"] == {"total": 4}
    other = firm.server.found().caller(PREFIX)
    assert names(other.get("/v1/lists", filter=f'/data/organizationId eq "{wards[0]["data"]["organizationId"]}"')) == []


@pytest.mark.parametrize("sort", ['["id","ASC"]', '["name","ASC"]'])
def test_everything_is_streamed(firm: Firm, api: Caller, sort: str) -> None:
    """2^53 - 1 objects are as many as there are: they come in one answer, each once, in order."""
    stored = put(firm, 5_300)
    response = api.get("/v1/lists", limit=EVERYTHING, sort=sort, count="true")
    found = names(response)
    assert "Content-Length" not in response.headers
    assert response.json()["meta"] == {"total": len(stored)}
    expected = [item.data["name"] for item in stored]
    assert found == (sorted(expected) if "name" in sort else expected)
    assert names(api.get("/v1/lists", limit=1_200, skip=5_000, sort=sort)) == found[5_000:]
    assert names(api.get("/v1/lists", limit=1_001, sort=sort)) == found[:1_001]
    assert names(api.get("/v1/lists", sort=sort)) == found[:100]


@pytest.mark.parametrize("cap", [3, 1_500])
def test_a_cap_is_announced_with_the_address_of_the_rest(firm: Firm, cap: int) -> None:
    """Where the operator sets a cap, the first rows come with the address of the others, and nothing is lost."""
    count = cap + 2 + cap // 2
    stored = put(firm, count)
    with firm.server.with_settings(polis_max_rows=cap) as base:
        api = firm.caller(PREFIX, base=base)
        body = api.get("/v1/lists", limit=EVERYTHING).json()
        assert len(body["data"]) == cap
        assert body["meta"]["truncated"] is True
        rest = api.request("GET", body["meta"]["next"].removeprefix(api.base)).json()
        assert rest["meta"] == {}
        assert [item["id"] for item in body["data"] + rest["data"]] == [item.id for item in stored]
        assert api.get("/v1/lists", limit=cap).json()["meta"] == {}
        last = api.get("/v1/lists", limit=count - 1).json()["meta"]["next"]
        assert len(api.request("GET", last.removeprefix(api.base)).json()["data"]) == count - 1 - cap


def test_strict_filters_hold_to_the_vendors_tables(any_firm: Firm) -> None:
    """Where the setting demands it, only what the vendor's pages list can be filtered by, all faults named at once."""
    with any_firm.server.with_settings(polis_strict_filters=True) as base:
        api = any_firm.caller(PREFIX, base=base)
        assert names(api.get("/v1/lists", filter='/name eq "x" or /customerId eq "y"')) == []
        problems = refused(api.get("/v1/lists", filter='/description eq "x" and /id eq "y"'), 400, "ValidationError")
        assert types(problems) == {("/data/description", "any.allowOnly"), ("/id", "any.allowOnly")}
        problems = refused(api.get("/v1/contacts", filter='/listId neq "x"'), 400, "ValidationError")
        assert types(problems) == {("filter", "any.allowOnly")}
        assert api.get("/v1/contacts", filter='/data/profile/name/first eq "x"').json()["data"] == []


_OPERANDS = ["/name", "/data/a/0", "/meta/created", "/securityGroupId", '"x"', '"*_"', "5", "1e308", "9" * 19, "nil"]
_SIGNS = ["eq", "neq", "gt", "in", "nin", "like", "nbetween", "and", "or", "(", ")", "[", "]", ",", "=", "\\", "{", ":"]
_words = st.sampled_from(_OPERANDS + _SIGNS)
_texts = st.one_of(st.lists(_words, max_size=12).map(" ".join), st.text(max_size=30))


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(filter_=_texts, sort=st.one_of(st.just(""), _texts), pointer=st.text(max_size=8))
def test_no_parameter_is_a_fault_of_ours(
    firm: Firm, api: Caller, wards: list[dict[str, Any]], filter_: str, sort: str, pointer: str
) -> None:
    """Whatever filter, sort or pointer comes, the answer is a list or the refusal of a request."""
    for params in ({"filter": filter_, "sort": sort}, {f"filter[{pointer}]": filter_}, {"cursor": filter_}):
        response = api.get("/v1/lists", **params)
        assert response.status_code in (200, 400), (params, response.text)


_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just("1e999999"), st.just([1])
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    place=st.lists(_values, max_size=4),
    sort=st.sampled_from(['["id","DESC"]', '["/meta/created"]', '["/data/name","ASC"]', '["contactsCount","DESC"]']),
)
def test_no_place_is_a_fault_of_ours(
    firm: Firm, api: Caller, wards: list[dict[str, Any]], place: list[Any], sort: str
) -> None:
    """Whatever a cursor holds, it is a place in the list, or refused."""
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    response = api.get("/v1/lists", cursor=cursor, sort=sort)
    assert response.status_code in (200, 400), (place, sort, response.text)
