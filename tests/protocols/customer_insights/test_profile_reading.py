"""Profiles by any filter and in any order (spec 6.1, 6.5), on both engines."""

from typing import Any

import pytest

from tests.serving import Firm

from .data import Data, error_of

HOUSEHOLD: dict[str, Any] = {
    "strongIds": [{"strongIdName": "Door", "keyPropertyNames": ["Street", "Number"]}],
    "apiEntitySetName": "Homes",
    "fields": [
        {"fieldName": "Street", "fieldType": "Edm.String"},
        {"fieldName": "Number", "fieldType": "Edm.String"},
        {"fieldName": "Size", "fieldType": "Edm.Int32"},
        {"fieldName": "Since", "fieldType": "Edm.Date"},
    ],
}


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with homes and contacts in it."""
    client = Data(firm)
    client.define_profile("Home", HOUSEHOLD)
    homes = [
        {"ProfileId": "a", "Street": "Elm", "Number": "1", "Size": 3, "Since": "2020-01-01", "Garden": True},
        {"ProfileId": "b", "Street": "Elm", "Number": "2", "Size": 1},
        {"ProfileId": "c", "Street": "Oak", "Number": "1", "Size": 2, "Since": "2024-06-30"},
        {"ProfileId": "d", "Street": "Oak", "Number": "2"},
    ]
    assert client.send_lines("/Homes", homes).json()["accepted"] == 4
    return client


def ids(data: Data, path: str = "/Homes", **options: str) -> list[str]:
    """Return the ids of a page."""
    answer = data.get(path, **{f"${name}": value for name, value in options.items()})
    assert answer.status_code == 200, answer.text
    return [item["ProfileId"] for item in answer.json()["value"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Size gt 1", "ac"),
        ("Size eq null", "d"),
        ("Street eq 'Oak' and not (Size gt 5)", "cd"),
        ("startswith(Street,'E') and Size mod 2 eq 1", "ab"),
        ("year(Since) lt 2021", "a"),
        ("Garden", "a"),
        ("ProfileId in ('b','d')", "bd"),
        ("Street eq 'Elm' and Number eq '2'", "b"),
        ("LastModifiedTimestamp gt 2020-01-01", "abcd"),
    ],
)
def test_filters(data: Data, text: str, expected: str) -> None:
    """Declared fields, dynamic ones and what every profile has."""
    assert ids(data, filter=text) == list(expected)
    body = data.get("/Homes", **{"$filter": text, "$count": "true", "$top": "1"}).json()
    assert body["@odata.count"] == len(expected)
    assert data.get("/Homes/$count", **{"$filter": text}).text == str(len(expected))


def test_orders_and_pages(data: Data) -> None:
    """Pages follow each other in the order that is asked for, null first on the way up."""
    assert ids(data, orderby="Size") == ["d", "b", "c", "a"]
    assert ids(data, orderby="Street desc,Size desc") == ["c", "d", "a", "b"]
    assert ids(data, search="oak") == ["c", "d"]
    seen: list[str] = []
    answer = data.request("GET", "/Homes", params={"$orderby": "Since desc"}, headers={"Prefer": "odata.maxpagesize=1"})
    while True:
        body = answer.json()
        seen += [item["ProfileId"] for item in body["value"]]
        if "nextLink" not in body:
            break
        headers = {"Authorization": f"Bearer {data.token}", "Prefer": "odata.maxpagesize=1"}
        answer = data.http.get(body["nextLink"], headers=headers)
    assert seen[:2] == ["c", "a"] and sorted(seen[2:]) == ["b", "d"]


def test_contacts_and_organizations(data: Data, firm: Firm) -> None:
    """Persons and organizations are found by their own fields, and by those that are kept beside them."""
    ola = firm.person("Ola", "Berg", "ola@client.example")
    eve = data.stored("/Contacts", {"FirstName": "Eve", "LastName": "Moll", "Email": "eve@other.example", "Age": 40})
    assert ids(data, "/Contacts", filter="LastName eq 'Berg'") == [str(ola.id)]
    assert ids(data, "/Contacts", filter="contains(DisplayName,'ve Mo')") == [eve["ProfileId"]]
    assert ids(data, "/Contacts", filter="Age gt 39 and endswith(Email,'example')") == [eve["ProfileId"]]
    assert ids(data, "/Contacts", filter="LastName ne null", orderby="LastName desc")[0] == eve["ProfileId"]
    assert ids(data, "/Contacts", filter=f"ContactId eq '{ola.id}' and LastModifiedTimestamp gt 2020-01-01") == [
        str(ola.id)
    ]
    acme = data.stored("/Organizations", {"Name": "Acme Client", "Domain": "acme-client.example", "Staff": 7})
    assert ids(data, "/Organizations", filter="Staff eq 7") == [acme["ProfileId"]]
    assert ids(data, "/Organizations", filter="startswith(Name,'Acme C')") == [acme["ProfileId"]]
    assert ids(data, "/Organizations", filter="startswith(Domain,'acme-client')") == [acme["ProfileId"]]


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"$filter": "Size gt"}, (400, "InvalidFilter")),
        ({"$filter": "Participants/any(p: p/Role eq 'x')"}, (200, "")),
        ({"$filter": "Size eq 'x'"}, (400, "InvalidFilter")),
        ({"$orderby": "Size sideways"}, (400, "InvalidOrderBy")),
        ({"$search": '"'}, (400, "InvalidQueryOption")),
    ],
)
def test_refusals(data: Data, option: dict[str, str], expected: tuple[int, str]) -> None:
    """What cannot be understood is refused; properties that nobody knows are null."""
    answer = data.get("/Homes", **option)
    assert answer.status_code == expected[0], answer.text
    if expected[0] != 200:
        assert error_of(answer) == expected
