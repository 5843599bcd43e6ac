"""Webhooks by version 2: the same as those of version 1."""

from typing import Any

import pytest

from tests.receiving import Receiver, receiving
from tests.serving import Caller, Firm, wait_until

from ..test_webhooks import telling, types
from ..wire import UNKNOWN, answered
from .conftest import PREFIX
from .wire import coded, created, data, followed, ids, invalid, time

KEYS = {"id", "url", "subscriptions", "status", "creator", "createdAt", "updatedAt"}


def made(v2: Caller, url: str, *events: str) -> dict[str, Any]:
    """Subscribe an address."""
    answer: dict[str, Any] = created(v2.post("/webhooks", url=url, subscriptions=list(events)))
    assert set(answer) == KEYS
    return answer


@pytest.mark.covers("v2.webhooks.create", "v2.webhooks.get", "v2.webhooks.update", "v2.webhooks.delete")
class TestOne:
    def test_life(self, v2: Caller, firm: Firm) -> None:
        """It is made once it has taken a test, told, narrowed, disabled, enabled and deleted; version 1 shows it."""
        v1 = firm.caller("/affinity")
        with receiving() as receiver:
            item = made(v2, receiver.url)
            assert types(receiver) == ["sample.webhook"]
            assert (item["url"], item["status"], item["subscriptions"]) == (receiver.url, "active", [])
            assert (item["creator"], item["updatedAt"]) == ({"id": firm.mia.id}, None)
            path = f"/webhooks/{item['id']}"
            assert answered(v2.get(path)) == item
            assert answered(v1.get(f"/webhook/{item['id']}"))["webhook_url"] == receiver.url
            assert v2.post(path, subscriptions=["person.created"]).status_code == 204
            receiver.received.clear()
            answered(v1.post("/organizations", name="Client"))
            answered(v1.post("/persons", first_name="Ola", last_name="Berg", emails=[]))
            with telling(firm):
                wait_until(lambda: bool(receiver.received))
            assert types(receiver) == ["person.created"]
            assert v2.post(path, status="disabled").content == b""
            disabled = answered(v2.get(path))
            assert (disabled["status"], disabled["subscriptions"]) == ("disabled", ["person.created"])
            assert disabled["updatedAt"] is not None
            receiver.received.clear()
            assert v2.post(path, status="active").status_code == 204
            assert types(receiver) == ["sample.webhook"]
            assert v2.delete(path).status_code == 204
        for answer in (v2.get(path), v2.delete(path), v2.post(path, status="active")):
            coded(answer, 404, "not-found")

    def test_refusals(self, v2: Caller, firm: Firm) -> None:
        """An address that is told already, or takes no test, and unknown words; nothing is stored."""
        with receiving() as receiver, receiving() as second:
            item = made(v2, receiver.url)
            other = made(v2, second.url)
            before = firm.rows()
            invalid(v2.post("/webhooks", url=receiver.url), "url", "told already")
            invalid(v2.post(f"/webhooks/{other['id']}", url=receiver.url), "url", "told already")
            assert v2.post(f"/webhooks/{item['id']}", url=receiver.url).status_code == 204
            invalid(v2.post("/webhooks", url=f"{receiver.url}2", subscriptions=["x.y"]), "subscriptions", "x.y")
            invalid(v2.post(f"/webhooks/{item['id']}", status="gone"), "status", "active, disabled")
            receiver.answers.append(500)
            invalid(v2.post("/webhooks", url=f"{receiver.url}2"), "url", "500")
            invalid(v2.post("/webhooks", url="https://mia:secret@client.example/"), "url", "password")
            assert {name: count - before[name] for name, count in firm.rows().items() if count != before[name]} == {
                "journal": 1
            }

    def test_is_its_creators(self, v2: Caller, firm: Firm) -> None:
        """Others see it, and change nothing."""
        with receiving() as receiver:
            path = f"/webhooks/{made(v2, receiver.url)['id']}"
        bens = firm.caller(PREFIX, firm.token_of(firm.colleague("Ben")))
        assert answered(bens.get(path)) == answered(v2.get(path))
        coded(bens.post(path, status="disabled"), 403, "authorization")
        coded(bens.delete(path), 403, "authorization")
        shown = answered(v2.request("GET", path, headers={"X-Extensions": "1"}))
        assert shown["x_signing_key"].startswith("whsec_")
        assert "x_signing_key" not in answered(bens.request("GET", path, headers={"X-Extensions": "1"}))


@pytest.mark.covers("v2.webhooks.list")
def test_list(v2: Caller, firm: Firm) -> None:
    """The oldest first, in pages, by id and times."""

    def many(receiver: Receiver) -> list[dict[str, Any]]:
        return [made(v2, f"{receiver.url}&n={number}") for number in range(5)]

    with receiving() as receiver:
        items = many(receiver)
    assert followed(v2, "/webhooks", limit=2) == items
    assert ids(v2.get("/webhooks", filter=f"id={items[1]['id']} | id={items[3]['id']} | id={UNKNOWN}")) == [
        items[1]["id"], items[3]["id"]
    ]  # fmt: skip
    assert v2.post(f"/webhooks/{items[2]['id']}", status="disabled").status_code == 204
    assert ids(v2.get("/webhooks", filter="updatedAt>2020-01-01")) == [items[2]["id"]]
    assert data(v2.get("/webhooks", filter="createdAt<2020-01-01T00:00:00Z")) == []
    page = answered(v2.get("/webhooks", limit=1, totalCount=True, filter=f"createdAt >= {time(1)}"))
    assert page["pagination"]["totalCount"] == 5
