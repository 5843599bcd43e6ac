"""Fields with the attribute ``interlog.index``: an index finds and sorts by them, whenever they were marked."""

import copy
from typing import Any

import pytest

from tests.serving import Firm

from .bodies import BRANCH_VISIT
from .data import Data

MARK = {"interlog.index": ["true"]}


def definition(*marked: str, **more: Any) -> dict[str, Any]:
    """Return the type of the specification with some fields marked, as an activity."""
    body = copy.deepcopy(BRANCH_VISIT) | {"isActivity": True} | more
    body["fields"].append({"fieldName": "Price", "fieldType": "Edm.Decimal"})
    for field in body["fields"]:
        if field["fieldName"] in marked:
            field["attributes"] = MARK
    return body


def visits(count: int) -> list[dict[str, Any]]:
    """Return visits with ten different durations, and a price for most."""
    return [
        {"VisitKey": f"V-{n:03}", "ArrivedAt": f"2026-03-04T09:{n % 60:02}:00Z", "Minutes": n % 10, "Mood": 1 + n % 2}
        | ({"Price": f"{n}.50"} if n % 7 else {})
        for n in range(count)
    ]


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub of a firm."""
    return Data(firm)


def found(data: Data, **options: str) -> list[str]:
    """Return the ids of all pages."""
    params = {f"${name}": value for name, value in options.items()}
    body = data.request("GET", "/BranchVisits", params=params, headers={"Prefer": "odata.maxpagesize=7"}).json()
    ids = [item["InteractionId"] for item in body["value"]]
    while "nextLink" in body:
        headers = {"Authorization": f"Bearer {data.token}", "Prefer": "odata.maxpagesize=7"}
        body = data.http.get(body["nextLink"], headers=headers).json()
        ids += [item["InteractionId"] for item in body["value"]]
    return ids


QUERIES: list[dict[str, str]] = [
    {"filter": "Minutes eq 3"},
    {"filter": "Minutes in (3,4) and Mood eq 'Happy'"},
    {"filter": "Minutes gt 7", "orderby": "Minutes desc"},
    {"filter": "Price ge 10.5 and Price lt 20", "orderby": "Price"},
    {"filter": "Price eq null"},
    {"orderby": "Price"},
    {"orderby": "Minutes desc"},
    {"filter": "Mood eq 2 and Minutes gt 2", "orderby": "Timestamp"},
]


def ranks(data: Data, options: dict[str, str]) -> list[str]:
    """Return what a query finds; where equal values may stand in any order, in order of ids."""
    ids = found(data, **options)
    assert len(ids) == len(set(ids))
    return sorted(ids)


def test_the_answers_are_the_same_with_and_without(data: Data, firm: Firm) -> None:
    """Marked before, marked after, or not at all: the same is found, and sorted as the values are."""
    data.define("BranchVisit", definition())
    assert data.send_lines("/BranchVisits", visits(60)).json()["accepted"] == 60
    assert "field_value" not in {table for table, rows in firm.rows().items() if rows}
    without = [ranks(data, query) for query in QUERIES]

    data.define("BranchVisit", definition("Minutes", "Price", "Mood"))
    assert firm.rows()["field_value"] == 3 * 60
    assert [ranks(data, query) for query in QUERIES] == without

    assert data.send_lines("/BranchVisits", visits(70)).json()["accepted"] == 70
    assert firm.rows()["field_value"] == 3 * 70
    assert found(data, filter="Minutes eq 3", orderby="Timestamp") == [f"V-{n:03}" for n in (3, 63, 13, 23, 33, 43, 53)]
    prices = found(data, filter="Price gt 60", orderby="Price desc")
    assert prices == [f"V-{n:03}" for n in (69, 68, 67, 66, 65, 64, 62, 61, 60)]

    assert data.send("/BranchVisits('V-003')", {"Minutes": 8}, "PATCH").status_code == 204
    assert "V-003" not in found(data, filter="Minutes eq 3")
    assert found(data, filter="Minutes eq 8")[0] == "V-003"
    assert firm.rows()["field_value"] == 3 * 70

    data.define("BranchVisit", definition("Price"))
    assert firm.rows()["field_value"] == 70
    assert "V-003" in found(data, filter="Minutes eq 8")
    assert data.get("/BranchVisits/$count", **{"$filter": "Minutes eq 8"}).text == "8"
