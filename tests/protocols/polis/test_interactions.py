"""Interactions over HTTP: what the seed sends, replays, corrections, and what comes of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Caller

from .conftest import refused
from .setting_up import patch, replace

SEED: dict[str, Any] = json.loads((Path(__file__).parent / "seed.json").read_text())
"""The request of the vendor's own page."""

ID = "7a2d5c18-3e9b-4f60-8d1a-b4c7e0f29a98"
EXAMPLE: dict[str, Any] = {
    "id": ID,
    "data": {
        "listId": "94b8e2d7-6c31-4f0a-9e7d-2b5c8a1f0d65",
        "survey": {
            "surveyId": "b73e0d19-4f8a-4c65-92d1-8e6b3f5a0c87",
            "responses": {
                "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02": {
                    "fields": {"rating": 4},
                    "questionId": "58c0e9a3-7d6b-4f12-9a4e-3b8d5c7f1e02",
                },
                "d41f7b62-0a3c-4e95-b8d7-6f2c1e5a9b01": {
                    "fields": {"available": "true"},
                    "questionId": "d41f7b62-0a3c-4e95-b8d7-6f2c1e5a9b01",
                },
            },
        },
        "distance": 0.0123,
        "location": {"lat": 43.07412, "lng": -89.38911, "confidence": 8},
        "contactId": "0c5a9f3e-8d47-4b21-a3e6-5f1d7c9b2e76",
        "timestamp": "2026-03-14T17:05:30.000Z",
        "campaignId": "e61d4c08-0b9f-47a3-8c25-7d1f3a5b9e54",
        "successful": True,
        "unavailable": False,
    },
    "meta": {
        "etag": "",
        "created": "2026-03-14T17:05:41.207Z",
        "modified": "2026-03-14T17:05:41.207Z",
        "resource": "interactions",
        "createdBy": "3f7e1b90-5a2c-4d86-b1f4-0a9c8e6d5b43",
        "isDeleted": False,
        "modifiedBy": "3f7e1b90-5a2c-4d86-b1f4-0a9c8e6d5b43",
    },
    "customerId": "5d0f6a52-9c1e-4b7a-8a36-1f0e8b6c2d10",
    "securityGroupId": "8b1c7e44-2f6d-4a0b-9b57-6c3d1e9f7a21",
}


@pytest.mark.covers("interactions.create", "interactions.get", "interactions.delete", "interactions.restore")
def test_the_seed(single_api: Caller) -> None:
    """The vendor's request as it stands on an empty server: created, replayed, refused when changed, read, deleted."""
    path = f"/v1/interactions/{SEED['id']}"
    response = single_api.post("/v1/interactions", **SEED)
    assert response.status_code == 201, response.text
    made = response.json()
    assert made["data"] == SEED["data"]
    assert (made["id"], made["meta"]["resource"]) == (SEED["id"], "interactions")
    assert (made["customerId"], made["securityGroupId"]) == (SEED["customerId"], SEED["securityGroupId"])
    assert response.headers["ETag"] == f'"{made["meta"]["etag"]}"'
    assert response.headers["Location"].endswith(path)

    again = single_api.post("/v1/interactions", **SEED)
    assert (again.status_code, again.headers["Idempotent-Replayed"], again.json()) == (200, "true", made)
    changed = json.loads(json.dumps(SEED))
    changed["data"]["survey"]["responses"]["6209002e-5921-4b62-83bb-35b4dbe62580"]["fields"]["available"] = "false"
    data = refused(single_api.post("/v1/interactions", **changed), 409, "ExistsError")
    assert data == {"id": SEED["id"], "etag": made["meta"]["etag"], "isDeleted": False}
    assert single_api.get(path).content == response.content

    refused(patch(single_api, path, replace("/unavailable", True), ETag="3e8-none"), 409, "ConcurrencyError")
    refused(patch(single_api, path, replace("/unavailable", True), **{"If-Match": '"x"'}), 412, "ConcurrencyError")
    response = patch(single_api, path, replace("/unavailable", True), ETag=made["meta"]["etag"])
    assert (response.status_code, response.json()["data"]["unavailable"]) == (200, True)
    gone = single_api.delete(path)
    assert (gone.status_code, gone.json()["meta"]["isDeleted"]) == (200, True)
    refused(single_api.get(path), 404, "NotFoundError")
    refused(single_api.delete(path), 404, "NotFoundError")
    refused(patch(single_api, path, replace("/unavailable", True)), 404, "NotFoundError")
    data = refused(single_api.post("/v1/interactions", **SEED), 409, "ExistsError")
    assert data["isDeleted"] is True
    back = single_api.post(f"{path}/restore")
    assert (back.status_code, back.json()["data"]) == (200, response.json()["data"])


@pytest.mark.covers("interactions.create")
@pytest.mark.parametrize("sent", [SEED, EXAMPLE], ids=["seed", "example"])
def test_an_imported_history_gives_the_etag_of_the_source(single_api: Caller, sent: dict[str, Any]) -> None:
    """With preserved meta the object is the one that was sent, and so is its ETag."""
    expected = {SEED["id"]: SEED["meta"]["etag"], ID: "3fe-4Qr8qeyL+0LAVzk9Shynkj045qU"}[sent["id"]]
    made = single_api.post("/v1/interactions?preserveMeta=true", **sent).json()
    assert made == sent | {"meta": sent["meta"] | {"etag": expected}}
    assert single_api.get(f"/v1/interactions/{sent['id']}").json() == made
