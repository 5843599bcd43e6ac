"""Clients of this protocol."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import ENGINES, FreshDatabase
from tests.serving import Caller, Firm, running_server

from .setting_up import World

PREFIX = "/polis"


def refused(response: httpx2.Response, status: int, name: str) -> Any:
    """See that a request was refused in the form of this protocol (spec 6), and return the error's data."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) - {"data"} == {"statusCode", "error", "name", "message"}, body
    assert (body["statusCode"], body["name"]) == (status, name), body
    assert body["message"].endswith((".", "!", "?"))
    assert response.headers["X-Request-Id"]
    for problem in body["data"] if name == "ValidationError" else []:
        assert set(problem) - {"index"} == {"path", "type", "message"}, problem
        assert "." in problem["type"]
    return body.get("data")


def types(problems: list[dict[str, str]]) -> set[tuple[str, str]]:
    """Return the path and the type of each problem."""
    return {(problem["path"], problem["type"]) for problem in problems}


@pytest.fixture
def api(firm: Firm) -> Caller:
    """A client with the token of the firm's owner, Mia: an administrator."""
    return firm.caller(PREFIX)


@pytest.fixture
def any_api(any_firm: Firm) -> Caller:
    """The same, for what has nothing to do with the store."""
    return any_firm.caller(PREFIX)


@pytest.fixture
def world(firm: Firm, api: Caller) -> World:
    """What Mia sets up."""
    return World(firm, api)


@pytest.fixture(params=ENGINES)
def single_firm(request: pytest.FixtureRequest, fresh_database: FreshDatabase, tmp_path: Path) -> Iterator[Firm]:
    """The only tenant of a store of its own, once over each engine: there, references may be to what comes later."""
    with running_server(request.param, fresh_database, tmp_path) as server:
        yield server.found()


@pytest.fixture
def single_api(single_firm: Firm) -> Caller:
    """A client of that tenant's owner."""
    return single_firm.caller(PREFIX)
