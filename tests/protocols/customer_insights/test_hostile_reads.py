"""Queries that are sent to break or to hold up a server: refused with 400 and a place, soon, and nothing is kept."""

import time

import pytest

from interlog.store.database import MOST_SECONDS
from tests.serving import Firm

from .data import Data, error_of

INJECTIONS = [
    "VisitKey eq '''; DROP TABLE interaction; --'",
    "VisitKey eq '\" OR 1=1 --'",
    "contains(VisitKey,'%'' OR ''1''=''1')",
    "Unknown eq '$.\"a\"'",
    "startswith(Lane,'\\')",
    "Lane in ('a''b','c\"d','{0}','%s')",
]


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with one visit in it."""
    client = Data(firm)
    client.define()
    client.stored("/BranchVisits", {"VisitKey": "V-1", "ArrivedAt": "2026-03-04T09:15:00Z", "Minutes": 3})
    return client


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "(" * 2_000 + "Minutes eq 1" + ")" * 2_000,
        "not " * 2_000 + "Open",
        " or ".join(["Minutes eq 1"] * 1_000),
        "(" * 15 + "Minutes" + " mod 7.5)" * 15 + " eq 1",
        "tolower(" * 100 + "VisitKey" + ")" * 100 + " eq 'x'",
        "VisitKey eq " + "'" * 4_001,
        "a/" * 1_000 + "b eq 1",
        "Minutes eq 1e400",
        "VisitKey eq '\ud800'",
    ],
    ids=lambda text: text[:20],
)
def test_hostile_filters_are_refused(data: Data, text: str) -> None:
    """400 ``InvalidFilter``, long before a read would be broken off, by either engine."""
    began = time.monotonic()
    params = {"$filter": text.encode("utf-8", "surrogatepass")}
    answer = data.request("GET", "/BranchVisits", params=params)
    assert time.monotonic() - began < MOST_SECONDS / 2
    if answer.status_code != 200:  # PostgreSQL reads deeper nested functions than SQLite
        assert error_of(answer) == (400, "InvalidFilter")
    else:
        assert " mod " in text


@pytest.mark.parametrize("text", INJECTIONS)
def test_injections_are_texts_like_any_other(data: Data, text: str) -> None:
    """What looks like SQL, JSON paths or patterns finds nothing and breaks nothing."""
    answer = data.get("/BranchVisits", **{"$filter": text})
    assert answer.status_code == 200, answer.text
    assert answer.json()["value"] == []
    assert len(data.get("/BranchVisits").json()["value"]) == 1


@pytest.mark.parametrize(
    "token",
    ["x", "AAAA", "eyJ0IjoxfQ", "W10", "%00", "W1tdXQ", "bnVsbA", "A" * 5_000, "WyJhIiwxLFsib3JkZXIiLDEsMV0sbnVsbF0"],
)
def test_forged_tokens_are_refused(data: Data, token: str) -> None:
    """A token that no list has given is refused, whatever it holds."""
    assert error_of(data.get("/BranchVisits", **{"$skiptoken": token})) == (400, "InvalidSkipToken")


def test_names_that_mean_something_elsewhere_are_properties(data: Data) -> None:
    """Words of SQL, of JSON paths and of the language itself are names of properties where a name stands."""
    data.stored("/BranchVisits", {"VisitKey": "V-2", "ArrivedAt": "2026-03-04T09:15:00Z", "select": 1, "eq": "x",
                                  "anything": "y", "Nullable": True, "value_0": 5})  # fmt: skip
    for text in ("select eq 1", "eq eq 'x'", "anything eq 'y'", "Nullable", "value_0 eq 5"):
        found = data.get("/BranchVisits", **{"$filter": text}).json()["value"]
        assert [item["VisitKey"] for item in found] == ["V-2"], text
