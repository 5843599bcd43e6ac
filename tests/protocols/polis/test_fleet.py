"""Fifty canvassers drain their outboxes over bad connections: nothing is lost, doubled, or out of date afterwards."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import httpx2
import pytest

from interlog.protocols.polis.etags import etag_of
from tests.serving import Firm

CLIENTS, DOORS = 50, 12
QUESTIONS = {tag: str(UUID(int=number, version=4)) for number, tag in enumerate(("available", "rating", "wish"), 1)}
START = datetime(2026, 3, 14, 16, tzinfo=UTC)
EVERYTHING = 2**53 - 1


class Fleet:
    """What the canvassers do, drawn from a seed, and what of it was acknowledged."""

    def __init__(self, base: str, token: str, seed: int) -> None:
        self.random = Random(seed)
        self.http = httpx2.AsyncClient(base_url=base, headers={"Authorization": f"Bearer {token}"}, trust_env=False,
                                       timeout=150)  # fmt: skip
        self.contacts = [self.uuid() for _ in range(80)]
        self.campaigns = [self.uuid() for _ in range(3)]
        self.survey = self.uuid()
        self.acknowledged: dict[str, dict[str, Any]] = {}
        self.deleted: set[str] = set()
        self.statuses: Counter[int] = Counter()

    def uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def visit(self, minute: float) -> dict[str, Any]:
        """Return a visit that happened so long after the start: mostly by a clock that is right."""
        draw = self.random
        skew = timedelta(hours=draw.uniform(1, 12)) if draw.random() < 0.02 else timedelta()
        at = START + timedelta(minutes=minute) + skew
        answers: dict[str, Any] = {"available": draw.choice(["true", "false"])}
        if answers["available"] == "true":
            answers |= {"rating": draw.randint(1, 5)} | ({"wish": "more büses"} if draw.random() < 0.5 else {})
        responses = {
            QUESTIONS[tag]: {"questionId": QUESTIONS[tag], "fields": {tag: value}} for tag, value in answers.items()
        }
        data: dict[str, Any] = {
            "campaignId": draw.choice(self.campaigns),
            "contactId": draw.choice(self.contacts),
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "survey": {"surveyId": self.survey, "responses": responses},
            "unavailable": answers["available"] == "false",
        }
        if draw.random() < 0.4:
            data["successful"] = draw.random() < 0.3
        return {"id": self.uuid(), "data": data}

    async def drain(self) -> None:
        """Send everything: the outboxes of all canvassers at the same time."""
        boxes = [[self.visit(5 * door + self.random.random()) for door in range(DOORS)] for _ in range(CLIENTS)]
        for box in boxes:
            self.random.shuffle(box)
        await asyncio.gather(*(self.canvasser(box, Random(number)) for number, box in enumerate(boxes)))

    async def canvasser(self, box: list[dict[str, Any]], draw: Random) -> None:
        """Send an outbox one by one or in bulk, twice where the answer was lost; correct and delete a few."""
        while box:
            some = [box.pop() for _ in range(min(len(box), draw.choice([1, 1, 1, 6])))]
            if draw.random() < 0.2:  # the app is restarted, and sends what it has sent already
                await asyncio.gather(self.send(some, draw), self.send(some, draw))
            await self.send(some, draw)
            if draw.random() < 0.1:
                await self.refused_as_another(some[0])
            if draw.random() < 0.15:
                await self.correct(some[0]["id"], draw)

    async def send(self, some: list[dict[str, Any]], draw: Random) -> None:
        if len(some) > 1:
            answer = await self.http.post("/v1/interactions/bulk", json={"data": some})
            assert answer.status_code in (200, 201), answer.text
            body = answer.json()
            assert "errors" not in body, body
            items = body["data"]
        else:
            flat = draw.random() < 0.3
            answer = await self.http.post(
                "/v1/interactions", json={**some[0]["data"], "id": some[0]["id"]} if flat else some[0]
            )
            assert answer.status_code in (200, 201), answer.text
            items = [answer.json()]
        self.statuses[answer.status_code] += 1
        assert [item["id"] for item in items] == [sent["id"] for sent in some]
        self.acknowledged |= {item["id"]: item for item in items}

    async def refused_as_another(self, sent: dict[str, Any]) -> None:
        other = {**sent, "data": {**sent["data"], "unavailableReason": "Moved"}}
        answer = await self.http.post("/v1/interactions", json=other)
        assert (answer.status_code, answer.json()["name"]) == (409, "ExistsError")

    async def correct(self, id_: str, draw: Random) -> None:
        """Correct a visit that nobody else corrects, with its ETag; or delete it."""
        etag = self.acknowledged[id_]["meta"]["etag"]
        path, headers = f"/v1/interactions/{id_}", {"ETag": etag}
        if draw.random() < 0.3:
            answer = await self.http.request("DELETE", path, headers=headers)
            self.deleted.add(id_)
        else:
            step = {"op": "replace", "path": "/unavailable", "value": draw.random() < 0.5}
            answer = await self.http.request("PATCH", path, headers=headers, json={"data": [step]})
        assert answer.status_code == 200, answer.text


@pytest.mark.covers("interactions.create", "interactions.create_many", "interactions.list")
def test_a_fleet_drains_its_outboxes(single_firm: Firm) -> None:
    """Retries, duplicates, any order, wrong clocks, late arrival, corrections: what is stored is what was accepted."""
    server = single_firm.server
    token = single_firm.token

    async def run() -> tuple[Fleet, list[dict[str, Any]]]:
        fleet = Fleet(f"{server.base}/polis", token, 1)
        async with fleet.http:
            await fleet.drain()
            answer = await fleet.http.get("/v1/interactions", params={"limit": EVERYTHING})
        assert answer.status_code == 200, answer.text
        return fleet, answer.json()["data"]

    fleet, stored = asyncio.run(run())
    ids = [item["id"] for item in stored]
    assert len(ids) == len(set(ids)) == CLIENTS * DOORS - len(fleet.deleted)
    assert set(ids) == fleet.acknowledged.keys() - fleet.deleted
    assert len(fleet.deleted) > 3
    assert fleet.statuses[200] > 20
    for item in stored:
        assert item["meta"]["etag"] in {etag_of(item, is_changed=False), etag_of(item, is_changed=True)}
    for contact in fleet.contacts:
        own = [item for item in stored if item["data"]["contactId"] == contact]
        known = server.run(
            server.ledger.resources.get_many(single_firm.actor, [("contacts", contact)])
        ).get(("contacts", contact))  # fmt: skip
        expected = expected_of(own)
        assert known is None or {name: known.data.get(name) for name in expected} == expected
        assert known is not None or not own
    assert server.run(server.ledger.check.problems()) == []


def expected_of(visits: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what is left of a contact's visits, by their own words: the last one says the state, and each answer."""
    ordered = sorted(visits, key=lambda item: (item["data"]["timestamp"], item["meta"]["created"], item["id"]))
    fields: dict[str, Any] = {}
    state = None
    for item in ordered:
        data = item["data"]
        for response in data["survey"]["responses"].values():
            fields |= response["fields"]
        available, successful = not data["unavailable"], data.get("successful", False)
        state = "contacted-unavailable-other"
        if available:
            state = "contacted-available-successful" if successful else "contacted-available-not-successful"
    return {"contacted": bool(visits), "fields": fields, "state": state}
