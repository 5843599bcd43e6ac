"""Activities that several data sources write: whose values stay (spec 7.4)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.serving import Firm

from .bodies import BRANCH_VISIT
from .conftest import Hub
from .data import REPAIR, Data
from .test_many import batch

TICKET = {"Shop": "s", "Ticket": "1", "OpenedAt": "2026-03-04T09:00:00Z"}
BODY = REPAIR | {
    "attributes": {"interlog.precedence": ["CRM", "SystemDefault", "Web"]},
    "fields": [
        field | ({"attributes": {"interlog.precedence": ["Web", "CRM"]}} if field["fieldName"] == "Note" else {})
        for field in REPAIR["fields"]
    ],
}


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with activities that three sources write."""
    client = Data(firm)
    client.define("Repair", BODY)
    return client


def sent(data: Data, source: str | None, **fields: Any) -> tuple[list[str], dict[str, Any]]:
    """Send a repair from a source; return what was skipped, and what is stored."""
    body = TICKET | fields | ({"DataSource": source} if source else {})
    answer = data.send("/Repairs", body)
    assert answer.status_code == 202, answer.text
    return sorted(filter(None, answer.headers.get("x-skipped-properties", "").split(", "))), answer.json()


def test_rules_are_made_from_an_attribute(hub: Hub) -> None:
    """Answers hold them with the sources' numbers; what a request says of them is ignored."""
    first = hub.define("Repair", BODY | {"dataSourcePrecedenceRules": [{"precedence": 9}]})
    sources = [(rule["precedence"], rule["dataSource"]["name"]) for rule in first["dataSourcePrecedenceRules"]]
    assert sources == [(1, "CRM"), (2, "SystemDefault"), (3, "Web")]
    (note,) = [field for field in first["fields"] if field["fieldName"] == "Note"]
    numbers = {rule["dataSource"]["name"]: rule["dataSource"]["id"] for rule in first["dataSourcePrecedenceRules"]}
    assert numbers["SystemDefault"] == 0
    assert [rule["dataSource"]["id"] for rule in note["dataSourcePrecedenceRules"]] == [numbers["Web"], numbers["CRM"]]
    second = hub.define("Repair", first)
    assert (second["lastChangedUtc"], second["attributes"]) == (first["lastChangedUtc"], first["attributes"])
    assert "dataSourcePrecedenceRules" not in hub.define("Other", REPAIR | {"apiEntitySetName": "Others"})


def test_facts_have_no_precedence(hub: Hub) -> None:
    """They are written once; a definition that asks for it is told so."""
    body = BRANCH_VISIT | {"attributes": {"interlog.precedence": ["CRM"]}}
    answer = hub.arm("PUT", "/interactions/BranchVisit", json={"properties": body})
    assert answer.status_code == 200
    assert "interlog.precedence" in answer.headers["x-warnings"]
    assert "dataSourcePrecedenceRules" not in answer.json()["properties"]


def test_a_source_of_lower_precedence_overwrites_nothing(data: Data) -> None:
    """What it may not write is named in a header, with POST, PATCH and PUT; the time of the activity is a value like
    any other."""
    sent(data, "CRM", Price=1, Note="crm")

    skipped, stored = sent(data, "Web", Price=2, Note="web", OpenedAt="2026-03-05T09:00:00Z", Lane="B")
    assert skipped == ["OpenedAt", "Price"]
    assert (stored["Price"], stored["Note"], stored["Lane"]) == (1, "web", "B")
    assert stored["Timestamp"] == stored["OpenedAt"] == "2026-03-04T09:00:00Z"
    answer = data.send("/Repairs('s_1')", {"Price": 3, "DataSource": "Web"}, "PATCH", Prefer="return=representation")
    assert (answer.headers["x-skipped-properties"], answer.json()["Price"]) == ("Price", 1)
    answer = data.send("/Repairs('s_1')", {"Price": 4, "Lane": "C"}, "PATCH")
    assert (answer.status_code, answer.headers["x-skipped-properties"]) == (204, "Price")
    assert data.get("/Repairs('s_1')").json()["Lane"] == "C"
    answer = data.send("/Repairs('s_1')", {"DataSource": "Web", "Note": "w"}, "PUT")
    assert sorted(answer.headers["x-skipped-properties"].split(", ")) == ["Lane", "OpenedAt", "Price"]
    skipped, stored = sent(data, "CRM", Price=5, OpenedAt="2026-03-06T09:00:00Z", Note="z")
    assert (skipped, stored["Price"], stored["Timestamp"]) == (["Note"], 5, "2026-03-06T09:00:00Z")


def test_each_of_many_tells_what_was_skipped(data: Data) -> None:
    """In arrays, lines and batches; who asks for nothing out of order is told nothing."""
    sent(data, "CRM", Price=1)
    items = [TICKET | {"Price": 2, "DataSource": "Web"}, TICKET | {"Ticket": "2", "Price": 2, "DataSource": "Web"}]
    first, second = data.send("/Repairs", items).json()["value"]
    assert (first["skippedProperties"], "skippedProperties" in second) == (["Price"], False)
    change = {"id": "1", "method": "PATCH", "url": "Repairs('s_1')", "body": {"Price": 7, "DataSource": "Web"}}
    for request in (change, change | {"atomicityGroup": "g"}):
        (answer,) = batch(data, [request])
        assert (answer["status"], answer["headers"]["x-skipped-properties"]) == (204, "Price")
    assert data.get("/Repairs('s_1')").json()["Price"] == 1


def test_a_job_tells_what_was_skipped_in_any_of_its_lines(data: Data) -> None:
    """In the header of its answer and in its record; a job that skips nothing says so."""
    sent(data, "CRM", Price=1)
    head, late = "Shop,Ticket,OpenedAt,Price,DataSource", "2026-03-05T09:00:00Z,2,Web"
    for lines, skipped in ((f"{head}\ns,2,{late}\ns,1,{late}\ns,1,{late}\n", "OpenedAt, Price"), (head + "\n", "")):
        answer = data.send("/BlobIngestionJobs", {"Uri": f"data:text/csv,{quote(lines)}", "Type": "Interaction.Repair"})
        assert (answer.status_code, answer.headers.get("x-skipped-properties", "")) == (201, skipped), answer.text
        found = data.get(f"/BlobIngestionJobs('{answer.json()['JobId']}')").json()
        assert ", ".join(found["SkippedProperties"]) == skipped
        assert found["TotalLinesFailedProcessing"] == 0
    assert [data.get(f"/Repairs('s_{ticket}')").json()["Price"] for ticket in (1, 2)] == [1, 2]


def test_the_source_of_a_change_that_names_none_is_that_of_its_type(data: Data) -> None:
    """``defaultDataSource`` of the type, as with a creation."""
    data.define("Repair", BODY | {"defaultDataSource": {"name": "Web"}})
    sent(data, "CRM", Price=1)
    answer = data.send("/Repairs('s_1')", {"Price": 3, "Note": "n"}, "PATCH")
    assert answer.headers["x-skipped-properties"] == "Price"
    assert data.get("/Repairs('s_1')").json()["Note"] == "n"


def test_without_rules_the_last_writer_wins(data: Data) -> None:
    """No header, and everything is written."""
    data.define("Repair", REPAIR)
    sent(data, "CRM", Price=1)
    skipped, stored = sent(data, "Web", Price=2)
    assert (skipped, stored["Price"]) == ([], 2)


def test_a_built_in_activity_has_rules_of_its_own(data: Data, firm: Firm) -> None:
    """Its parts are values like fields; who edits it through another protocol is a source named after that."""
    meeting = data.manage.get("/model/interactions/Meeting").json()
    meeting["attributes"]["interlog.precedence"] = ["CRM", "affinity"]
    assert data.manage.request("PUT", "/model/interactions/Meeting", json=meeting).status_code == 200
    ola = firm.person("Ola", "Berg", "ola@client.example")
    body = {"InteractionId": "m", "Timestamp": "2026-03-04T09:00:00Z", "Subject": "Plan", "InitiatorId": str(ola.id)}
    data.stored("/Meetings", body | {"DataSource": "CRM"})
    answer = data.send("/Meetings", body | {"DataSource": "Web", "Subject": "Other", "Place": "x"})
    assert (answer.headers["x-skipped-properties"], answer.json()["Subject"]) == ("Subject", "Plan")
    assert answer.json()["Place"] == "x"
