"""What is kept for a while only goes in the background, and what a definition leaves to do shows in its state."""

from typing import Any

import pytest
from sqlalchemy import bindparam, update

from interlog.ledger import upkeep
from interlog.ledger.upkeep import Upkeep
from interlog.model.instants import DAY, HOUR, now
from interlog.server import kept
from interlog.settings import Settings
from interlog.store.schema import definition, request
from interlog.store.statements import Query, Unit, parameter
from tests.serving import Firm, wait_until

from .bodies import BRANCH_VISIT
from .conftest import Hub
from .data import VISIT, Data, error_of

_AGED = Query(
    update(definition)
    .values(created_at=parameter("at"))
    .where(definition.c.tenant_id == parameter("tenant"), definition.c.kind == bindparam("kind"))
)


def age(firm: Firm, kind: str, by: int) -> None:
    """Let the documents of a kind be older than they are."""
    unit = Unit()
    unit.change(_AGED, {"tenant": firm.tenant.id, "kind": kind, "at": now() - by}, expect=None)
    firm.server.run(firm.ledger.store.database.write(unit))


def go_round(firm: Firm, **settings: Any) -> None:
    """Do what a server does once a minute."""
    firm.server.run(Upkeep(firm.ledger, kept(Settings(**settings))).round())


@pytest.fixture
def data(firm: Firm) -> Data:
    """A hub with two rejected items, a job that rejected one of them, an upload and an operation."""
    client = Data(firm)
    client.define()
    client.send("/BranchVisits", [{"VisitKey": "no time"}])
    client.send("/BlobIngestionJobs", {"Uri": "data:,VisitKey%0Anone", "Type": "Interaction.BranchVisit"})
    headers = {"Content-Type": "text/csv"}
    assert client.request("POST", "/$uploads", content="a,b", headers=headers).status_code == 201
    client.stored("/BranchVisits", VISIT)
    return client


def counted(data: Data) -> tuple[int, int, int]:
    """Return how many rejected items, jobs and uploads there are."""
    sets = ("$rejects", "BlobIngestionJobs", "$uploads")
    first, second, third = (len(data.get(f"/{name}").json()["value"]) for name in sets)
    return first, second, third


def test_what_is_too_old_is_removed(data: Data, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the age that the settings give each, also where there are more than one part of them; nothing else goes."""
    monkeypatch.setattr("interlog.store.ageing.PART", 1)
    assert counted(data) == (2, 1, 1)
    for kind in ("reject", "ingestionJob"):
        age(firm, kind, 89 * DAY)
    for kind in ("upload", "uploadContent"):
        age(firm, kind, 23 * HOUR)
    go_round(firm)
    assert counted(data) == (2, 1, 1)
    go_round(firm, customer_insights_keep_rejects_days=80, customer_insights_keep_jobs_days=0)
    assert counted(data) == (0, 1, 1)
    age(firm, "ingestionJob", 91 * DAY)
    go_round(firm, customer_insights_keep_jobs_days=0)
    assert counted(data) == (0, 1, 1)
    uploads = data.get("/$uploads").json()["value"]
    for kind in ("upload", "uploadContent"):
        age(firm, kind, 25 * HOUR)
    go_round(firm)
    assert counted(data) == (0, 0, 0)
    assert error_of(data.get(f"/$uploads('{uploads[0]['UploadId']}')")) == (404, "ResourceNotFound")
    assert data.get("/BranchVisits/$count").text == "1"
    assert data.manage.get("/model/interactions/BranchVisit").status_code == 200
    assert firm.server.run(firm.ledger.check.problems()) == []


def test_operations_can_be_asked_about_for_two_days(hub: Hub) -> None:
    """Then they are gone."""
    hub.define("BranchVisit", BRANCH_VISIT)
    body = {"properties": BRANCH_VISIT}
    answer = hub.arm("PUT", "/interactions/BranchVisit", json=body, headers={"Prefer": "respond-async"})
    location = answer.headers["Location"].removeprefix(hub.caller.base)
    wait_until(lambda: hub.caller.get(location).status_code == 200)
    age(hub.firm, "operation", 47 * HOUR)
    go_round(hub.firm)
    assert hub.caller.get(location).status_code == 200
    age(hub.firm, "operation", 49 * HOUR)
    go_round(hub.firm)
    assert hub.caller.get(location).status_code == 404


def test_a_server_goes_its_rounds(data: Data, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it runs, without being asked."""
    monkeypatch.setattr(upkeep, "EVERY", 0.05)
    age(firm, "reject", 2 * DAY)
    with firm.server.with_settings(customer_insights_keep_rejects_days=1):
        wait_until(lambda: counted(data)[0] == 0)


def test_names_of_requests_are_forgotten_after_a_while(data: Data, firm: Firm) -> None:
    """Then the same request again is another one, through whichever protocol; identities are known for ever."""
    data.define("Ping", {"apiEntitySetName": "Pings", "fields": []})
    call = {"type": 1, "person_ids": [firm.mia.id], "content": "Talked", "date": "2026-03-05T09:15:00Z"}
    affinity = firm.caller("/affinity")

    def send(**more: Any) -> int:
        for name in ("a", "b" * 200):
            headers = {"Idempotency-Key": name}
            assert data.send("/Pings", {"A": 1}, Idempotency_Key=name).status_code == 202
            assert affinity.request("POST", "/interactions", headers=headers, json=call).status_code == 200
        return firm.rows()["interaction"]

    first = send()
    unit = Unit()
    at = now() - 91 * DAY
    unit.insert(request, [(firm.tenant.id, '["uuid","x"]', "f", 1, at), (firm.tenant.id, "uuid 1f", "f", 1, at)])
    firm.server.run(firm.ledger.store.database.write(unit))
    rows = firm.rows()["request"]
    assert send() == first
    go_round(firm)
    assert (send(), firm.rows()["request"]) == (first, rows)
    unit = Unit()
    unit.change(_ALL_AGED, {"tenant": firm.tenant.id, "at": at}, expect=None)
    firm.server.run(firm.ledger.store.database.write(unit))
    go_round(firm, keep_request_keys_days=0)
    assert send() == first
    go_round(firm)
    assert firm.rows()["request"] == 2
    assert send() == first + 4


_ALL_AGED = Query(update(request).values(at=parameter("at")).where(request.c.tenant_id == parameter("tenant")))


# What a definition leaves to do


def test_a_type_is_provisioning_while_its_index_is_filled(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PUT that takes longer is answered before it is done: its state says so, and the operation goes on as long."""
    monkeypatch.setattr("interlog.ledger.chores.PATIENCE", 0)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 2.0)
    hub.define("BranchVisit", BRANCH_VISIT)
    data = Data(hub.firm)
    data.stored("/BranchVisits", VISIT)
    fields = [
        field | {"attributes": {"interlog.index": ["true"]}} if field["fieldName"] == "Minutes" else field
        for field in BRANCH_VISIT["fields"]
    ]
    body = {"properties": BRANCH_VISIT | {"fields": fields}}

    def state() -> str:
        return str(hub.arm("GET", "/interactions/BranchVisit").json()["properties"]["provisioningState"])

    answer = hub.arm("PUT", "/interactions/BranchVisit", json=body)
    assert answer.status_code == 200
    assert answer.json()["properties"]["provisioningState"] == state() == "Provisioning"
    listed = {item["name"]: item for item in hub.arm("GET", "/interactions").json()["value"]}
    assert listed[answer.json()["name"]]["properties"]["provisioningState"] == "Provisioning"
    wanted = {"$filter": "Minutes eq 12"}
    assert len(data.get("/BranchVisits", **wanted).json()["value"]) == 1
    data.stored("/BranchVisits", VISIT | {"VisitKey": "V-8"})
    assert len(data.get("/BranchVisits", **wanted).json()["value"]) == 2
    wait_until(lambda: state() == "Succeeded")
    assert len(data.get("/BranchVisits", **wanted).json()["value"]) == 2

    fields[4] = fields[4] | {"attributes": {}}
    assert hub.arm("PUT", "/interactions/BranchVisit", json=body).status_code == 200
    fields[4] = fields[4] | {"attributes": {"interlog.index": ["true"]}}
    answer = hub.arm("PUT", "/interactions/BranchVisit", json=body, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert answer.json()["properties"]["provisioningState"] == "Provisioning"
    location = answer.headers["Location"].removeprefix(hub.caller.base)
    asked = []

    def is_done() -> bool:
        asked.append((hub.caller.get(location), state()))
        return asked[-1][0].status_code == 200

    wait_until(is_done)
    assert {(one.status_code, known) for one, known in asked[:-1]} <= {(202, "Provisioning"), (202, "Succeeded")}
    assert (202, "Provisioning") in {(one.status_code, known) for one, known in asked}
    assert state() == asked[-1][0].json()["properties"]["provisioningState"] == "Succeeded"
