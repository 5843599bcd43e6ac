"""A client of the data plane of a firm's hub, and the types that its tests define."""

import json
from typing import Any

import httpx2

from tests.serving import Caller, Firm

from .bodies import BRANCH_VISIT

ROOT = "/customer-insights"

REPAIR: dict[str, Any] = {
    "apiEntitySetName": "Repairs",
    "idPropertyNames": ["Shop", "Ticket"],
    "timestampFieldName": "OpenedAt",
    "isActivity": True,
    "displayName": {"en-us": "Repair"},
    "fields": [
        {"fieldName": "Shop", "fieldType": "Edm.String"},
        {"fieldName": "Ticket", "fieldType": "Edm.String"},
        {"fieldName": "OpenedAt", "fieldType": "Edm.DateTimeOffset"},
        {"fieldName": "Price", "fieldType": "Edm.Decimal"},
        {"fieldName": "Parts", "fieldType": "Edm.String", "isArray": True, "arrayValueSeparator": "|"},
        {"fieldName": "Note", "fieldType": "Edm.String"},
    ],
}
"""An activity with a key of two properties."""

VISIT = {
    "InteractionType": "BranchVisit",
    "VisitKey": "V-7",
    "ArrivedAt": "2026-03-04T10:15:00+01:00",
    "VisitorRef": "42",
    "ClerkRef": "7",
    "Minutes": 12,
    "Mood": "Happy",
    "Lane": "B",
}
"""The instance of the specification, 6.3."""


class Data(Caller):
    """A client below a hub's data plane. ``manage`` is one below its management plane."""

    def __init__(self, firm: Firm, token: str | None = None) -> None:
        self.firm = firm
        hub = f"{firm.server.base}{ROOT}/hubs/{firm.tenant.name}"
        super().__init__(firm.server.http, f"{hub}/data", token or firm.token)
        self.manage = Caller(firm.server.http, f"{hub}/manage", token or firm.token)

    def define(self, name: str = "BranchVisit", body: dict[str, Any] | None = None) -> None:
        """Define an interaction type, by default the one of the specification."""
        answer = self.manage.request("PUT", f"/model/interactions/{name}", json=body or BRANCH_VISIT)
        assert answer.status_code in (200, 201), answer.text

    def define_profile(self, name: str, body: dict[str, Any]) -> None:
        """Define a profile type."""
        answer = self.manage.request("PUT", f"/model/profiles/{name}", json=body)
        assert answer.status_code in (200, 201), answer.text

    def send(self, path: str, body: Any, method: str = "POST", **headers: str) -> httpx2.Response:
        """Send JSON; underscores in the names of headers stand for hyphens."""
        lines = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.request(method, path, json=body, headers=lines)

    def send_lines(self, path: str, items: list[Any], **headers: str) -> httpx2.Response:
        """Send items as NDJSON; a text is a line as it stands."""
        lines = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in items)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = {"Content-Type": "application/x-ndjson"}
        return self.request("POST", path, content=lines.encode(), headers=kind | named)

    def stored(self, path: str, body: Any) -> dict[str, Any]:
        """Store something and return the answer."""
        answer = self.send(path, body)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal."""
    return answer.status_code, answer.json()["error"]["code"]


def details_of(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Return the target and the code of every problem of a refusal."""
    return [(item.get("target", ""), item["code"]) for item in answer.json()["error"]["details"]]
