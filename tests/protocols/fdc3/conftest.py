"""Clients of this protocol, over HTTP."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.serving import Firm

SEED: dict[str, Any] = {
    "type": "fdc3.interaction",
    "participants": {
        "type": "fdc3.contactList",
        "contacts": [
            {"type": "fdc3.contact", "name": "Jane Doe", "id": {"email": "jane.doe@mail.com"}},
            {"type": "fdc3.contact", "name": "John Doe", "id": {"email": "john.doe@mail.com"}},
        ],
    },
    "interactionType": "Instant Message",
    "timeRange": {"type": "fdc3.timeRange", "startTime": "2022-02-10T15:12:00Z"},
    "description": "Laboris libero dapibus fames elit adipisicing eu, fermentum, dignissimos laboriosam, erat, risus "
    "qui deserunt. Praesentium! Reiciendis. Hic harum nostrud, harum potenti amet? Mauris. Pretium aliquid animi, eget "
    "eiusmod integer proident. Architecto ipsum blandit ducimus, possimus illum sunt illum necessitatibus ab litora "
    "sed, nonummy integer minus corrupti ducimus iste senectus accumsan, fugiat nostrud? Pede vero dictumst excepturi, "
    "iure earum consequuntur voluptatum",
    "initiator": {"type": "fdc3.contact", "name": "Jane Doe", "id": {"email": "jane.doe@mail.com"}},
    "origin": "Outlook",
}
"""The seed's example."""


class Desk:
    """Somebody who raises intents over HTTP, at whatever server."""

    def __init__(self, firm: Firm, base: str | None = None) -> None:
        self.firm = firm
        self.base = base or firm.server.base

    def post(self, intent: str, body: Any, **headers: str) -> httpx2.Response:
        """Send a body to an intent's address."""
        given = {"Authorization": f"Bearer {self.firm.token}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        return self.firm.server.http.post(f"{self.base}/fdc3/v1/intents/{intent}", json=body, headers=given)

    def raise_(self, intent: str, context: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """Raise an intent, and return what came of it; empty where nothing did."""
        headers = {"Idempotency_Key": key} if key is not None else {}
        response = self.post(intent, {"context": context}, **headers)
        assert response.status_code == 200, response.text
        result: dict[str, Any] = response.json()["intentResult"].get("context", {})
        return result

    def create(self, key: str | None = None, **members: Any) -> dict[str, Any]:
        """Raise CreateInteraction with the seed's example, but for some members; None leaves one out."""
        context = {name: value for name, value in (SEED | members).items() if value is not None}
        return self.raise_("CreateInteraction", context, key)

    def created(self, key: str | None = None, **members: Any) -> dict[str, Any]:
        """Do so, and return the interaction that was created."""
        result = self.create(key, **members)
        assert result["status"] == "Created", result
        context: dict[str, Any] = result["context"]
        return context

    def failed(self, intent: str, context: Mapping[str, Any]) -> tuple[str, str]:
        """Raise an intent that fails, and return the code and the message."""
        result = self.raise_(intent, context)
        assert (result["type"], result["status"]) == ("fdc3.transactionResult", "Failed"), result
        return result["interlog"]["code"], result["message"]

    def count(self) -> int:
        """Return how many interactions are stored."""
        always = {"type": "fdc3.timeRange", "startTime": "0001-01-01T00:00:00Z"}
        return len(self.raise_("interlog.GetInteractions", always)["interactions"])


@pytest.fixture
def desk(firm: Firm) -> Desk:
    """Mia's desk."""
    return Desk(firm)


@pytest.fixture
def any_desk(any_firm: Firm) -> Desk:
    """The same, for what has nothing to do with the store."""
    return Desk(any_firm)
