"""Clients of this protocol, on each of its planes."""

from typing import Any

import httpx2
import pytest

from tests.serving import Caller, Firm, RunningServer

PREFIX = "/customer-insights"
VERSION = "2017-04-26"
GROUP = "/subscriptions/s-01/resourceGroups/field/providers/Microsoft.CustomerInsights"


class Hub:
    """A hub and its planes: ``arm`` and ``manage`` send a path below the hub's, with the version where it is needed."""

    def __init__(self, firm: Firm, token: str | None = None) -> None:
        self.firm = firm
        self.name = firm.tenant.name
        self.caller = firm.caller(PREFIX, token)
        self.root = f"{GROUP}/hubs/{self.name}"

    def arm(self, method: str, path: str = "", **options: Any) -> httpx2.Response:
        """Send a request on the ARM plane."""
        params = {"api-version": VERSION} | options.pop("params", {})
        return self.caller.request(method, self.root + path, params=params, **options)

    def manage(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Send a request on the hub's management plane."""
        return self.caller.request(method, f"/hubs/{self.name}/manage{path}", **options)

    def define(self, name: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Define an interaction type that is valid, and return its properties."""
        response = self.arm("PUT", f"/interactions/{name}", json={"properties": body}, **options)
        assert response.status_code == 200, response.text
        properties: dict[str, Any] = response.json()["properties"]
        return properties


def refused(response: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """See that a request was refused in the form of this protocol, and return the error."""
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code, error
    assert error["message"].endswith(".")
    assert set(error) <= {"code", "message", "target", "details"}
    for detail in error.get("details", []):
        assert {"code", "message"} <= set(detail) <= {"code", "message", "target"}
    return error


def codes(error: dict[str, Any]) -> list[str]:
    """Return the codes of everything that was wrong."""
    return [detail["code"] for detail in error["details"]]


@pytest.fixture
def hub(firm: Firm) -> Hub:
    """The hub of a new tenant, with its owner's token, on each engine."""
    return Hub(firm)


@pytest.fixture
def any_hub(any_firm: Firm) -> Hub:
    """The same, for what has nothing to do with the store."""
    return Hub(any_firm)


@pytest.fixture
def anonymous(any_server: RunningServer) -> Caller:
    """A client without a token."""
    return Caller(any_server.http, any_server.base + PREFIX, None)
