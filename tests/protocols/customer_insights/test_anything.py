"""Whatever is sent to the data plane is answered, and never with a fault of ours."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import RunningServer

from .bodies import HOUSEHOLD
from .data import REPAIR, VISIT, Data

names = st.sampled_from(
    ["Interactions", "BranchVisits", "Repairs", "Contacts", "Organizations", "Households", "Meetings", "Emails",
     "Relationships", "BlobIngestionJobs", "$rejects", "$uploads", "$metadata", "$batch", "KPIs", "segments", "$count",
     "replay", "Participants", "Nothing", "", " ", "Contact s"]
)  # fmt: skip
values = st.one_of(
    st.text(max_size=20).map(lambda text: "'" + text.replace("'", "''") + "'"),
    st.sampled_from(
        ["'V-7'", "1", "-1", "1.5", "true", "null", "''", "'", "guid'x'", "9" * 40, "2026-03-04T09:15:00Z"]
    ),
)
keys = st.one_of(
    st.just(""),
    st.just("()"),
    values.map(lambda value: f"({value})"),
    st.lists(
        st.tuples(
            st.sampled_from(["InteractionId", "InteractionType", "ProfileId", "Street", "Number", "Shop", "Ticket"]),
            values,
        ),
        max_size=3,
    ).map(lambda pairs: "(" + ",".join(f"{name}={value}" for name, value in pairs) + ")"),
)
paths = st.lists(st.tuples(names, keys).map("".join), max_size=3).map(lambda parts: "/" + "/".join(parts))
options = st.dictionaries(
    st.sampled_from(
        [
            "$filter",
            "$orderby",
            "$select",
            "$top",
            "$skip",
            "$skiptoken",
            "$count",
            "$expand",
            "$search",
            "$format",
            "includeVoided",
            "dryRun",
            "api-version",
            "$apply",
        ]
    ),
    st.one_of(
        st.text(max_size=20),
        st.sampled_from(
            [
                "Minutes eq 1",
                "Minutes desc",
                "Minutes",
                "*",
                "5",
                "true",
                "Participants",
                "Interactions($top=1)",
                "json",
                "WzFd",
                "type=conflation",
                "Email eq 'x'",
                "ProfileId desc",
                "oslo",
            ]
        ),
    ),
    max_size=3,
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=10)
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
members = st.sampled_from(
    [
        "InteractionType",
        "InteractionId",
        "VisitKey",
        "ArrivedAt",
        "Minutes",
        "Mood",
        "Shop",
        "Ticket",
        "Price",
        "Parts",
        "ProfileId",
        "ContactId",
        "Email",
        "FirstName",
        "Timestamp",
        "DataSource",
        "CorrectionOf",
        "AttendeeIds",
        "EndedAt",
        "Direction",
        "Subject",
        "FromId",
        "ToIds",
        "Uri",
        "Type",
        "DataFormat",
        "RelationshipType",
        "requests",
        "@odata.type",
        "Version",
        "OrganizationId",
        "Domain",
        "Participants",
    ]
)
objects = st.dictionaries(members, json_values, max_size=5).map(
    lambda body: VISIT | body if "VisitKey" in body else body
)
bodies = st.one_of(objects, st.lists(objects, max_size=3), json_values)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Prefer": st.sampled_from(["transaction=all", "return=representation", "odata.maxpagesize=2", "maxpagesize=x"]),
        "Accept": st.sampled_from(
            ["application/json;odata.metadata=full", "*/*", "application/json;IEEE754Compatible=true"]
        ),
        "If-Match": st.sampled_from(["*", 'W/"1"', "x"]),
        "If-None-Match": st.just("*"),
        "Idempotency-Key": st.sampled_from(["a", "b" * 300]),
        "X-HTTP-Method": st.sampled_from(["DELETE", "PATCH", "MERGE", "TRACE"]),
    },
)


@pytest.fixture(scope="module")
def data(server: RunningServer) -> Data:
    """A hub with types of every kind, on each engine."""
    client = Data(server.found())
    client.define()
    client.define("Repair", REPAIR)
    client.define_profile("Household", HOUSEHOLD)
    client.stored("/BranchVisits", VISIT)
    return client


@settings(max_examples=150)
@given(st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE"]), paths, options, bodies, headers)
def test_any_request_is_answered(
    data: Data, method: str, path: str, params: dict[str, str], body: Any, lines: dict[str, str]
) -> None:
    """With a success, or a refusal that has a code and says why; 501 only for what is known and not served."""
    content = {"json": body} if method in ("POST", "PATCH", "PUT") else {}
    answer = data.request(method, quote(path, safe="/$'(),="), params=params, headers=lines, **content)
    assert answer.status_code < 500 or answer.status_code == 501, answer.text
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["code"]
        assert error["message"]
