"""Integrations (spec 4.11): credentials, and visits that are pushed to a server that receives them."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from interlog.model.applications import Application
from interlog.model.canvassing.resources import ResourceDraft, customer_id
from interlog.model.instants import HOUR
from tests.receiving import Received, Receiver, receiving
from tests.serving import Caller, Firm, wait_until

from .conftest import refused, types
from .setting_up import World, patch, replace

CREDENTIALS = "/v1/integrations/credentials"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A partner's server."""
    with receiving() as running:
        yield running


@pytest.fixture
def application(firm: Firm, receiver: Receiver) -> Application:
    """The partner's application."""
    return _registered(firm, callback=receiver.url)


@pytest.fixture
def _delivering(firm: Firm) -> Iterator[None]:
    """Deliver while the test runs."""
    ended = asyncio.Event()

    async def deliver() -> None:
        async with firm.ledger.deliveries.running(private=True, every=0.02):
            await ended.wait()

    async def begin() -> "asyncio.Task[None]":
        return asyncio.create_task(deliver())

    async def end(task: "asyncio.Task[None]") -> None:
        ended.set()
        await task

    task = firm.server.run(begin())
    yield
    firm.server.run(end(task))


def _registered(firm: Firm, **more: Any) -> Application:
    made, _ = firm.server.run(firm.ledger.applications.create(firm.actor, "Partner", **more))
    return made


def _connect(api: Caller, application: Application, **data: Any) -> dict[str, Any]:
    response = api.post(CREDENTIALS, data={"clientId": application.client_id, "accessToken": "theirs"} | data)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made


def _visit(world: World, campaign: str, contact: str) -> dict[str, Any]:
    survey = {"surveyId": world.survey(campaign)["id"]}
    return world.create(
        "/v1/interactions", campaignId=campaign, contactId=contact, timestamp="2026-03-14T17:05:30Z", survey=survey,
        unavailable=False,
    )  # fmt: skip


def _told(receiver: Receiver, many: int) -> list[Received]:
    wait_until(lambda: len(receiver.received) >= many)
    assert len(receiver.received) == many
    return receiver.received


@pytest.mark.usefixtures("_delivering")
@pytest.mark.covers("integrations.connect", "integrations.disconnect", "integrations.deliveries")
def test_visits_are_pushed_from_the_credentials_to_their_removal(
    world: World, api: Caller, application: Application, receiver: Receiver
) -> None:
    """Created, updated and deleted, each with its contact, with the partner's token, signed for others' libraries."""
    campaign, contact = world.campaign()["id"], world.contact(world.list()["id"])
    _visit(world, campaign, contact["id"])
    made = _connect(api, application, organizationId=world.root)
    assert made["meta"]["resource"] == "integrations" and "theirs" not in str(made)
    assert (made["data"]["clientId"], made["data"]["status"]) == (application.client_id, "active")

    visit = _visit(world, campaign, contact["id"])
    path = f"/v1/interactions/{visit['id']}"
    (created,) = _told(receiver, 1)
    changed = patch(api, path, replace("/timestamp", "2026-03-14T18:00:00Z")).json()
    _told(receiver, 2)
    deleted = api.delete(path).json()
    _, updated, ended = _told(receiver, 3)

    events = ["interactions.created", "interactions.updated", "interactions.deleted"]
    for message, event, shown in zip((created, updated, ended), events, (visit, changed, deleted), strict=True):
        assert (message.json["event"], message.json["data"]) == (event, shown)
        assert message.json["contact"]["id"] == contact["id"]
        assert message.json["contact"]["data"]["profile"] == contact["data"]["profile"]
        assert message.headers["authorization"] == "Bearer theirs"
        Webhook(application.signing_key or "").verify(message.body, message.headers)
    log = api.get(f"/v1/integrations/{made['id']}/deliveries").json()["data"]
    assert [item["event"] for item in log] == events[::-1]
    assert {item["state"] for item in log} == {"delivered"}
    assert [item["idempotencyKey"] for item in reversed(log)] == [
        message.headers["idempotency-key"] for message in receiver.received
    ]

    body = {"data": {"clientId": application.client_id, "organizationId": world.root}}
    assert api.request("DELETE", CREDENTIALS, json=body).status_code == 200
    assert api.request("DELETE", CREDENTIALS, json=body).status_code == 404
    _visit(world, campaign, contact["id"])
    time.sleep(0.2)
    assert len(receiver.received) == 3


@pytest.mark.usefixtures("_delivering")
@pytest.mark.covers("integrations.patch", "integrations.list", "integrations.get", "integrations.delete")
def test_an_integration_can_be_paused_and_renewed(
    world: World, api: Caller, application: Application, receiver: Receiver
) -> None:
    """What happens during a pause is told afterwards; new credentials are in the next message."""
    campaign, contact = world.campaign()["id"], world.contact(world.list()["id"])
    made = _connect(api, application, customerId=customer_id(world.firm.tenant))
    path = f"/v1/integrations/{made['id']}"
    assert patch(api, path, replace("/status", "paused")).json()["data"]["status"] == "paused"
    _visit(world, campaign, contact["id"])
    time.sleep(0.2)
    assert receiver.received == []

    again = _connect(api, application, accessToken="newer", organizationId=world.root)
    assert (again["id"], again["data"]["status"]) == (made["id"], "active")
    (message,) = _told(receiver, 1)
    assert message.headers["authorization"] == "Bearer newer"
    assert [item["id"] for item in api.get("/v1/integrations").json()["data"]] == [made["id"]]
    refused(patch(api, path, replace("/clientId", "x")), 400, "ValidationError")

    assert api.delete(path).status_code == 200
    assert api.get(path).status_code == 404


@pytest.mark.usefixtures("_delivering")
@pytest.mark.covers("integrations.retry")
def test_what_was_given_up_can_be_pushed_again(
    world: World, api: Caller, application: Application, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the list of the dead until then."""
    monkeypatch.setattr("interlog.ledger.deliveries.GIVEN_UP", 0)
    receiver.answers = [500]
    campaign, contact = world.campaign()["id"], world.contact(world.list()["id"])
    path = f"/v1/integrations/{_connect(api, application)['id']}/deliveries"
    _visit(world, campaign, contact["id"])
    wait_until(lambda: bool(api.get(path, state="dead").json()["data"]))
    (dead,) = api.get(path, state="dead").json()["data"]
    assert (dead["state"], dead["status"], dead["attempts"]) == ("dead", 500, 1)

    assert api.post(f"{path}/{dead['id']}/retry").status_code == 200
    _told(receiver, 2)
    wait_until(lambda: api.get(path).json()["data"][0]["state"] == "delivered")
    assert api.get(path, state="dead").json()["data"] == []
    for number in (dead["id"], 999, "x", "9" * 30):
        refused(api.post(f"{path}/{number}/retry"), 404, "NotFoundError")
    refused(api.get(path, state="lost"), 400, "ValidationError")


@pytest.mark.usefixtures("_delivering")
def test_an_application_that_is_revoked_is_told_nothing_more(
    world: World, api: Caller, application: Application, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither of what happens, nor of what waits to be sent again."""
    monkeypatch.setattr("interlog.ledger.deliveries.pause_after", lambda attempts: HOUR)
    firm, campaign, contact = world.firm, world.campaign()["id"], world.contact(world.list()["id"])
    path = f"/v1/integrations/{_connect(api, application)['id']}/deliveries"
    receiver.answers = [500]
    _visit(world, campaign, contact["id"])
    wait_until(lambda: api.get(path).json()["data"][:1] != [] and api.get(path).json()["data"][0].get("status") == 500)

    firm.server.run(firm.ledger.applications.revoke(firm.actor, application.client_id))
    _visit(world, campaign, contact["id"])

    time.sleep(0.3)
    assert len(receiver.received) == 1
    assert [item["state"] for item in api.get(path).json()["data"]] == ["dead"]


@pytest.mark.usefixtures("_delivering")
def test_a_partner_is_told_of_its_organization_only(
    world: World, api: Caller, application: Application, receiver: Receiver
) -> None:
    """Visits of the organization and those below it, of no other."""
    firm, ids = world.firm, dict[str, str]()
    world.campaign()  # the tenant is founded
    for name, parent in (("ward", None), ("block", "ward"), ("other", None)):
        data = {"name": name} | ({"parentId": ids[parent]} if parent is not None else {})
        draft = ResourceDraft(kind="organizations", data=data)
        ids[name] = firm.server.run(firm.ledger.resources.create(firm.actor, draft)).resource.id
    _connect(api, application, organizationId=ids["ward"])
    visits = {}
    for name, organization in (*ids.items(), ("root", world.root)):
        campaign = world.campaign(organizationId=organization)["id"]
        contact = world.contact(world.list(organizationId=organization)["id"])
        visits[name] = _visit(world, campaign, contact["id"])["id"]

    told = _told(receiver, 2)
    time.sleep(0.2)
    assert [message.json["data"]["id"] for message in told] == [visits["ward"], visits["block"]]
    assert len(receiver.received) == 2


@pytest.mark.covers("integrations.connect")
def test_credentials_are_checked_with_every_problem(firm: Firm, world: World, api: Caller, receiver: Receiver) -> None:
    """Nothing is stored of those that cannot be used."""
    mute = _registered(firm)
    foreign = _registered(firm.server.found(), callback=receiver.url)
    good = _registered(firm, callback=receiver.url)
    world.campaign()  # the tenant is founded
    before = firm.rows()
    cases: list[tuple[Any, set[tuple[str, str]]]] = [
        ({}, {("/data", "any.required")}),
        ({"data": {"accessToken": 5, "organizationId": "x", "more": 1}}, {
            ("/data/clientId", "any.required"), ("/data/accessToken", "string.base"),
            ("/data/organizationId", "string.guid"), ("/data/more", "object.allowUnknown"),
        }),
        ({"data": {"clientId": good.client_id}}, {("/data/accessToken", "any.required")}),
        ({"data": {"clientId": good.client_id, "accessToken": "a b"}}, {("/data/accessToken", "string.base")}),
        *(
            ({"data": {"clientId": client_id, "accessToken": "x"}}, {("/data/clientId", "any.ref")})
            for client_id in ("app1_nobody", mute.client_id, foreign.client_id)
        ),
        (
            {"data": {"clientId": good.client_id, "accessToken": "x", "organizationId": firm.mia.uuid}},
            {("/data/organizationId", "any.ref")},
        ),
    ]  # fmt: skip
    for body, problems in cases:
        assert types(refused(api.request("POST", CREDENTIALS, json=body), 400, "ValidationError")) == problems
    other = {"clientId": good.client_id, "accessToken": "x", "customerId": firm.mia.uuid}
    refused(api.post(CREDENTIALS, data=other), 403, "UnauthorizedError")
    assert firm.rows() == before
