"""Many instances at once, the reject store, batches and ingestion jobs (spec 6.4, 6.8, 9.2)."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from sqlalchemy import select

from interlog.store.schema import journal
from interlog.store.statements import Query, parameter
from tests.serving import Firm

from .data import REPAIR, VISIT, Data, details_of, error_of


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub in which BranchVisit (facts) and Repair (activities) are defined."""
    client = Data(firm)
    client.define()
    client.define("Repair", REPAIR)
    return client


def visit(key: str, **more: Any) -> dict[str, Any]:
    return VISIT | {"VisitKey": key} | more


@pytest.mark.parametrize("form", ["array", "lines"])
def test_each_item_stands_alone(data: Data, form: str) -> None:
    """One bad item of three: 202 with an outcome for each, and the others are stored."""
    items = [visit("V-7"), {"InteractionType": "BranchVisit", "VisitKey": "V-8"}, visit("V-9")]
    answer = data.send("/Interactions", items) if form == "array" else data.send_lines("/Interactions", items)
    assert answer.status_code == 202
    body = answer.json()
    assert (body["accepted"], body["rejected"]) == (2, 1)
    assert [item["status"] for item in body["value"]] == [202, 400, 202]
    assert [item.get("InteractionId") for item in body["value"]] == ["V-7", None, "V-9"]
    error = body["value"][1]["error"]
    assert error["code"] == "InvalidInstance"
    assert [(item["code"], item["target"]) for item in error["details"]] == [("MissingRequiredField", "ArrivedAt")]
    assert data.get("/BranchVisits('V-7')").status_code == 200
    assert data.get("/BranchVisits('V-8')").status_code == 404


def test_items_may_be_of_several_types_and_repeat_each_other(data: Data) -> None:
    """Equal ones are the same interaction, differing facts are refused, activities are merged in order."""
    repair = {"InteractionType": "Repair", "Shop": "s", "Ticket": "1"}
    items = [
        visit("V-1"),
        repair | {"Price": 1},
        visit("V-1"),
        visit("V-1", Minutes=99),
        repair | {"Note": "x"},
        {"InteractionType": "Nope"},
        {"VisitKey": "V-2"},
    ]
    body = data.send("/Interactions", items).json()
    assert [item["status"] for item in body["value"]] == [202, 202, 202, 409, 202, 404, 400]
    found = data.get("/Repairs('s_1')").json()
    assert (found["Price"], found["Note"]) == (1, "x")
    assert data.get("/BranchVisits('V-1')").json()["Minutes"] == 12


def test_a_malformed_line_is_refused_alone(data: Data) -> None:
    """Its text is kept."""
    body = data.send_lines("/BranchVisits", [visit("V-1"), '{"VisitKey": ', "[1]", visit("V-2")]).json()
    assert [item["status"] for item in body["value"]] == [202, 400, 400, 202]
    assert {item["error"]["code"] for item in body["value"][1:3]} == {"InvalidRequestContent"}
    kept = data.get(f"/$rejects('{body['value'][1]['rejectId']}')").json()
    assert kept["payload"] == '{"VisitKey": '


def test_nothing_accepted_is_still_an_answer(data: Data, firm: Firm) -> None:
    """All refused: 202 with accepted 0. An empty array: nothing at all."""
    body = data.send("/BranchVisits", [{}, {}]).json()
    assert (body["accepted"], body["rejected"]) == (0, 2)
    rows = firm.rows()
    assert data.send("/BranchVisits", []).json() == {"accepted": 0, "rejected": 0, "value": []}
    assert firm.rows() == rows


def test_a_transaction_stores_all_or_none(data: Data) -> None:
    """``Prefer: transaction=all``: what is in order itself fails with the rest."""
    answer = data.send("/BranchVisits", [visit("V-1"), {}], Prefer="transaction=all")
    assert answer.status_code == 202
    assert [item["status"] for item in answer.json()["value"]] == [424, 400]
    assert data.get("/BranchVisits('V-1')").status_code == 404
    data.stored("/BranchVisits", visit("V-2"))
    answer = data.send("/BranchVisits", [visit("V-1"), visit("V-2", Minutes=99)], Prefer="transaction=all")
    assert [item["status"] for item in answer.json()["value"]] == [424, 409]
    assert data.get("/BranchVisits('V-1')").status_code == 404
    answer = data.send("/BranchVisits", [visit("V-1"), visit("V-2")], Prefer="transaction=all")
    assert [item["status"] for item in answer.json()["value"]] == [202, 202]


def test_thousands_of_lines_are_stored_at_once_and_the_same_again_changes_nothing(data: Data, firm: Firm) -> None:
    """2,000 lines in one request, twice."""
    items = [visit(f"V-{number}", Minutes=number % 60) for number in range(2_000)]
    assert data.send_lines("/BranchVisits", items).json()["accepted"] == 2_000
    rows = firm.rows()
    assert data.send_lines("/BranchVisits", items).json()["accepted"] == 2_000
    assert firm.rows() == rows
    assert data.get("/BranchVisits('V-1999')").json()["Minutes"] == 1999 % 60


def test_others_are_answered_while_thousands_are_stored(data: Data) -> None:
    """A request of 10,000 does not keep the server to itself: it is taken in parts."""
    data.stored("/BranchVisits", visit("V-0"))
    items = [visit(f"W-{number}") for number in range(10_000)]
    answered = 0
    with ThreadPoolExecutor(1) as pool, httpx2.Client(timeout=30, trust_env=False) as other:
        bulk = pool.submit(data.send_lines, "/BranchVisits", items)
        while not bulk.done():
            address = data.base + "/BranchVisits('V-0')"
            answered += other.get(address, headers={"Authorization": f"Bearer {data.token}"}).status_code == 200
        assert bulk.result().json()["accepted"] == 10_000
    assert answered >= 3
    assert data.get("/BranchVisits/$count").text == "10001"


def test_a_request_that_names_itself_is_stored_once(data: Data) -> None:
    """``Idempotency-Key``: the same lines again give the same ids, where nothing else would tell them."""
    data.define("Ping", {"apiEntitySetName": "Pings", "fields": []})
    items = [{"A": 1}, {"A": 1}, {"A": 2}]
    first = data.send_lines("/Pings", items, Idempotency_Key="night-1").json()
    again = data.send_lines("/Pings", items, Idempotency_Key="night-1").json()
    assert first == again
    assert len({item["InteractionId"] for item in first["value"]}) == 3
    assert data.get("/Pings/$count").text == "3"
    other = data.send_lines("/Pings", [{"A": 9}], Idempotency_Key="night-1").json()
    assert other["value"][0]["status"] == 409
    assert data.send_lines("/Pings", items, Idempotency_Key="night-2").json()["accepted"] == 3
    long = data.send("/Pings", {"A": 1}, Idempotency_Key="x" * 300)
    assert error_of(long) == (400, "InvalidRequestContent")


def test_too_many_items_are_refused_whole(data: Data, firm: Firm) -> None:
    """More than 10,000 are 413, and nothing is stored."""
    rows = firm.rows()
    answer = data.request("POST", "/BranchVisits", content=b"[" + b",".join([b"{}"] * 10_001) + b"]")
    assert error_of(answer) == (413, "RequestEntityTooLarge")
    assert firm.rows() == rows


def test_of_very_many_problems_the_first_are_told(data: Data) -> None:
    """20 of each item of many, and how many more there are; alone, an instance has up to 600."""
    bad = {f"bad name {number}": 1 for number in range(1_000)}
    alone = data.send("/BranchVisits", bad)
    assert (error_of(alone), len(details_of(alone))) == ((400, "InvalidInstance"), 602)
    details = data.send("/BranchVisits", [bad]).json()["value"][0]["error"]["details"]
    assert len(details) == 21
    assert details[-1]["code"] == "MoreProblems"


# Rejects


def test_a_rejected_item_is_kept_and_can_be_replayed(data: Data) -> None:
    """As it came, in vain; mended, it is stored; a second time it is not."""
    bad = {"VisitKey": "V-1", "Price": 1.5, "Minutes": "many"}
    body = data.send("/BranchVisits", [bad]).json()
    id_ = body["value"][0]["rejectId"]
    kept = data.get(f"/$rejects('{id_}')").json()
    assert (kept["payload"], kept["entitySet"], kept["state"]) == (bad, "BranchVisits", "Rejected")
    assert kept["error"]["code"] == "InvalidInstance"
    assert [item["RejectId"] for item in data.get("/$rejects").json()["value"]] == [id_]
    replay = f"/$rejects('{id_}')/replay"
    assert error_of(data.request("POST", replay)) == (400, "InvalidInstance")
    answer = data.send(replay, visit("V-1"))
    assert (answer.status_code, answer.json()["InteractionId"]) == (202, "V-1")
    kept = data.get(f"/$rejects('{id_}')").json()
    assert (kept["state"], kept["InteractionId"]) == ("Replayed", "V-1")
    assert error_of(data.send(replay, visit("V-1"))) == (409, "AlreadyReplayed")
    assert error_of(data.get("/$rejects('r-none')")) == (404, "ResourceNotFound")
    assert error_of(data.send("/$rejects('r-none')/replay", {})) == (404, "ResourceNotFound")


def test_an_item_can_be_replayed_as_it_came_once_the_type_takes_it(data: Data) -> None:
    """A field that was required no longer is."""
    id_ = data.send("/Repairs", [{"Shop": "s", "Ticket": "1", "Price": "x"}]).json()["value"][0]["rejectId"]
    fields = [field | {"fieldType": "Edm.String"} if field["fieldName"] == "Price" else field
              for field in REPAIR["fields"]]  # fmt: skip
    data.define("Repair", REPAIR | {"fields": fields})
    assert data.request("POST", f"/$rejects('{id_}')/replay").status_code == 202
    assert data.get("/Repairs('s_1')").json()["Price"] == "x"


@pytest.mark.covers("rejects.list")
def test_rejects_are_listed_in_pages(data: Data) -> None:
    """The oldest first, with both links."""
    data.send("/BranchVisits", [{"VisitKey": str(number)} for number in range(35)])
    first = data.get("/$rejects").json()
    assert len(first["value"]) == 30
    assert first["nextLink"] == first["@odata.nextLink"]
    second = data.http.get(first["nextLink"], headers={"Authorization": f"Bearer {data.token}"}).json()
    keys = [item["payload"]["VisitKey"] for item in first["value"] + second["value"]]
    assert keys == [str(number) for number in range(35)]
    assert "nextLink" not in second


# Batches


def batch(data: Data, requests: list[dict[str, Any]], **headers: str) -> list[dict[str, Any]]:
    answer = data.send("/$batch", {"requests": requests}, **headers)
    assert answer.status_code == 200, answer.text
    responses: list[dict[str, Any]] = answer.json()["responses"]
    return responses


@pytest.mark.covers("data.batch")
def test_a_json_batch_runs_its_requests_in_order(data: Data) -> None:
    """Relative and absolute addresses; the answers carry the ids."""
    found = batch(
        data,
        [
            {"id": "1", "method": "POST", "url": "BranchVisits", "body": visit("V-1")},
            {"id": "2", "method": "GET", "url": "BranchVisits('V-1')"},
            {"id": "3", "method": "GET", "url": f"{data.base}/Interactions('V-1')"},
            {"id": "4", "method": "GET", "url": "/customer-insights" + data.base.partition("/customer-insights")[2]
             + "/BranchVisits('V-1')"},
        ],
    )  # fmt: skip
    assert [(item["id"], item["status"]) for item in found] == [("1", 202), ("2", 200), ("3", 200), ("4", 200)]
    assert {item["body"]["InteractionId"] for item in found} == {"V-1"}


def test_a_batch_ends_with_the_first_failure_unless_it_is_to_go_on(data: Data) -> None:
    """``Prefer: continue-on-error``; the failure has the error body."""
    requests = [
        {"id": "1", "method": "GET", "url": "BranchVisits('none')"},
        {"id": "2", "method": "POST", "url": "BranchVisits", "body": visit("V-1")},
        {"id": "3", "method": "POST", "url": "$batch", "body": {"requests": []}},
        {"id": "4", "method": "DELETE", "url": "BranchVisits('V-1')"},
    ]
    assert [item["status"] for item in batch(data, requests)] == [404]
    found = batch(data, requests, Prefer="odata.continue-on-error")
    assert [item["status"] for item in found] == [404, 202, 400, 405]
    assert found[0]["body"]["error"]["code"] == "ResourceNotFound"


def test_a_change_set_is_stored_whole_or_not_at_all(data: Data) -> None:
    """One refused: nothing is stored, the others are told so."""
    requests = [
        {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "BranchVisits", "body": visit("V-1")},
        {"id": "2", "atomicityGroup": "g", "method": "POST", "url": "Interactions", "body": {"VisitKey": "V-2"}},
    ]
    assert [item["status"] for item in batch(data, requests)] == [424, 400]
    assert data.get("/BranchVisits('V-1')").status_code == 404
    requests[1]["body"] = visit("V-2")
    assert [item["status"] for item in batch(data, requests)] == [202, 202]
    assert data.get("/BranchVisits('V-2')").status_code == 200
    requests[1] |= {"method": "GET", "url": "BranchVisits('V-1')"}
    assert [item["status"] for item in batch(data, requests)] == [424, 501]


def test_a_multipart_batch_is_answered_in_kind(data: Data) -> None:
    """A create in a change set, a read, and a failure."""
    body = f"""--b
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: application/http
Content-ID: 7

POST BranchVisits HTTP/1.1
Content-Type: application/json

{json.dumps(visit("V-1"))}
--c--
--b
Content-Type: application/http

GET BranchVisits('V-1') HTTP/1.1


--b
Content-Type: application/http

GET Nothing HTTP/1.1


--b--
""".replace("\n", "\r\n")
    answer = data.request(
        "POST", "/$batch", content=body.encode(), headers={"Content-Type": "multipart/mixed; boundary=b"}
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    for text in ("HTTP/1.1 202 Accepted", "HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found", "Content-ID: 7"):
        assert answer.text.count(text) == 1, text


def test_a_batch_must_be_one(data: Data) -> None:
    """Another media type is 415, another shape 400, another method 405."""
    answer = data.request("POST", "/$batch", content=b"x", headers={"Content-Type": "text/plain"})
    assert error_of(answer) == (415, "UnsupportedMediaType")
    assert error_of(data.send("/$batch", {"requests": 1})) == (400, "InvalidRequestContent")
    assert error_of(data.get("/$batch")) == (405, "MethodNotAllowed")


def test_a_reader_s_batch_only_reads(data: Data, firm: Firm) -> None:
    """The right is that of each request."""
    reader = Data(firm, firm.token_of(firm.mia, "customer-insights:read"))
    data.stored("/BranchVisits", visit("V-1"))
    requests = [
        {"id": "1", "method": "GET", "url": "BranchVisits('V-1')"},
        {"id": "2", "method": "POST", "url": "BranchVisits", "body": visit("V-2")},
        {"id": "3", "method": "POST", "atomicityGroup": "g", "url": "BranchVisits", "body": visit("V-2")},
    ]
    found = batch(reader, requests, Prefer="continue-on-error")
    assert [item["status"] for item in found] == [200, 403, 403]
    assert data.get("/BranchVisits('V-2')").status_code == 404


def test_what_a_batch_writes_is_in_the_journal_with_its_request(data: Data, firm: Firm) -> None:
    """As what is written alone: by whom, through which protocol, in which request."""
    batch(data, [{"id": "1", "method": "POST", "url": "BranchVisits", "body": visit("V-1")}])

    async def last() -> Any:
        query = Query(
            select(journal).where(journal.c.tenant_id == parameter("tenant"), journal.c.entity == "interaction")
        )
        return (await firm.ledger.store.database.fetch_long(query, tenant=firm.tenant.id))[-1]

    row = dict(zip([column.name for column in journal.columns], firm.server.run(last()), strict=True))
    assert (row["actor"], row["protocol"], row["action"]) == (firm.mia.id, "customer-insights", "create")
    assert row["request_id"]


# Ingestion jobs

CSV = 'visit,at,min,mood\nV-1,2026-03-04T09:00:00Z,5,Happy\n"V-2",2026-03-05,,froh\nV-3,soon,5,\n'
MAPPINGS = [
    {"ColumnName": "visit", "PropertyName": "VisitKey"},
    {"ColumnName": "at", "PropertyName": "ArrivedAt"},
    {"columnname": "min", "propertyname": "Minutes", "MappingPropertyKind": "Property"},
    {"ColumnName": "mood", "PropertyName": "Mood", "IsEncrypted": False},
]


def job(content: str, **more: Any) -> dict[str, Any]:
    uri = "data:text/csv;base64," + base64.b64encode(content.encode()).decode()
    return {"Uri": uri, "Type": "Interaction.BranchVisit"} | more


@pytest.mark.covers("ingestionJobs.create")
def test_a_job_stores_the_lines_of_a_file(data: Data) -> None:
    """201, then how it went; lines that are refused are in the reject store."""
    answer = data.send("/BlobIngestionJobs", job(CSV, DataFormat={"HasHeader": True, "PropertyMappings": MAPPINGS}))
    assert answer.status_code == 201, answer.text
    created = answer.json()
    assert created["Type"] == "Interaction.BranchVisit"
    assert len(created["JobId"]) == 32
    found = data.get(f"/BlobIngestionJobs('{created['JobId']}')").json()
    assert (found["State"], found["TotalLinesProcessed"], found["TotalLinesFailedProcessing"]) == ("Finished", 3, 1)
    assert found["TotalBytes"] == found["TotalBytesProcessed"] == len(CSV)
    first, second = (data.get(f"/BranchVisits('V-{number}')").json() for number in (1, 2))
    assert (first["Minutes"], first["Mood"], second["Mood"], "Minutes" in second) == (5, 1, 1, False)
    (kept,) = data.get("/$rejects").json()["value"]
    assert (kept["line"], kept["jobId"], kept["payload"]["VisitKey"]) == (4, created["JobId"], "V-3")


def test_columns_map_themselves_and_lists_are_split(data: Data) -> None:
    """Without mappings, by their names; what is no field is a dynamic property."""
    text = "Shop;ticket;Parts;Lane\ns;1;a|b;north\n"
    body = {"Uri": "data:text/csv," + quote(text), "Type": "interaction:repair", "DataFormat": {"ColumnSeparator": ";"}}
    assert data.send("/BlobIngestionJobs", body).status_code == 201
    found = data.get("/Repairs('s_1')").json()
    assert (found["Parts"], found["Lane"]) == (["a", "b"], "north")


def test_a_file_can_come_with_its_job(data: Data) -> None:
    """``multipart/form-data`` with the parts job and file."""
    body = {"Type": "Interaction.BranchVisit", "DataFormat": {"PropertyMappings": MAPPINGS}}
    files = {"job": (None, json.dumps(body), "application/json"), "file": ("visits.csv", CSV, "text/csv")}
    answer = data.request("POST", "/BlobIngestionJobs", files=files)
    assert answer.status_code == 201, answer.text
    assert data.get("/BranchVisits('V-1')").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("Type", "InvalidValue"), ("Uri", "MissingUri")]),
        ({"Uri": "http://127.0.0.1/x.csv", "Type": "Interaction.BranchVisit"}, [("Uri", "NotSupported")]),
        ({"Uri": "file:///etc/passwd", "Type": "Interaction.BranchVisit"}, [("Uri", "NotSupported")]),
        ({"Uri": "data:nothing", "Type": "Interaction.BranchVisit"}, [("Uri", "InvalidValue")]),
        ({"Uri": "data:,%FF", "Type": "Interaction.BranchVisit"}, [("Uri", "InvalidValue")]),
        ({"Uri": "data:,A", "Type": "Interaction.Nope"}, [("Type", "UnknownType")]),
        ({"Uri": "data:,A", "Type": "Relationship.Knows"}, [("Type", "UnknownType")]),
        (
            {"Uri": "data:,A", "Type": "Interaction.BranchVisit",
             "DataFormat": {"PropertyMappings": [{"ColumnName": "B", "PropertyName": "B", "IsEncrypted": True}]}},
            [("DataFormat.PropertyMappings[0].IsEncrypted", "NotSupported"),
             ("DataFormat.PropertyMappings[0].ColumnName", "UnknownColumn")],
        ),
    ],
)  # fmt: skip
def test_a_job_that_cannot_run_is_refused(
    data: Data, firm: Firm, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """400 with every problem; nothing is fetched from anywhere, nothing stored."""
    rows = firm.rows()
    answer = data.send("/BlobIngestionJobs", body)
    only = {code for _, code in expected} == {"NotSupported"}
    assert error_of(answer) == (400, "NotSupported" if only else "InvalidIngestionJob")
    assert details_of(answer) == expected
    assert firm.rows() == rows


@pytest.mark.covers("ingestionJobs.list")
def test_jobs_are_listed_by_state_and_type(data: Data) -> None:
    """``$filter`` on State and Type, with a point or a colon."""
    for type_ in ("BranchVisit", "Repair", "Repair"):
        assert data.send("/BlobIngestionJobs", {"Uri": "data:,A", "Type": f"Interaction.{type_}"}).status_code == 201
    assert len(data.get("/BlobIngestionJobs").json()["value"]) == 3
    wanted = "State eq 'Finished' and Type eq 'Interaction:Repair'"
    found = data.get("/BlobIngestionJobs", **{"$filter": wanted}).json()["value"]
    assert [item["Type"] for item in found] == ["Interaction.Repair"] * 2
    assert data.get("/BlobIngestionJobs", **{"$filter": "State eq 'Queued'"}).json()["value"] == []
    assert error_of(data.get("/BlobIngestionJobs", **{"$filter": "nonsense"})) == (400, "InvalidFilter")
    assert error_of(data.get("/BlobIngestionJobs('none')")) == (404, "ResourceNotFound")


# Descriptions


@pytest.mark.covers("data.service", "data.metadata")
def test_the_service_document_and_the_metadata_are_served(data: Data) -> None:
    """JSON and XML, by what the client takes."""
    names = {item["name"] for item in data.get("/").json()["value"]}
    assert {"Interactions", "BranchVisits", "Repairs", "Contacts", "Meetings"} <= names
    assert data.get("").json() == data.get("/").json()
    answer = data.get("/$metadata")
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert answer.headers["OData-Version"] == "4.0"
    assert '<EntityType Name="BranchVisit" BaseType="CustomerInsights.Interaction" OpenType="true">' in answer.text
    answer = data.request("GET", "/$metadata", headers={"Accept": "application/json"})
    assert answer.json()["CustomerInsights"]["Repair"]["Price"]["$Type"] == "Edm.Decimal"
    assert data.get("/$metadata", **{"$format": "json"}).json()["$Version"] == "4.0"
    answer = data.request("GET", "/$metadata", headers={"Accept": "text/csv"})
    assert error_of(answer) == (406, "NotAcceptable")
    assert error_of(data.send("/$metadata", {})) == (405, "MethodNotAllowed")


def test_what_is_not_computed_is_said_so(data: Data) -> None:
    """KPI values and segments are 501."""
    assert error_of(data.get("/KPIs(KpiName='k',WindowType='Day')/Values")) == (501, "NotImplemented")
    assert error_of(data.get("/segments/x/members")) == (501, "NotImplemented")
