"""Answers of version 2 hold against the vendor's own schemas of all its versions, which affinity-sdk brings along."""

import json
import re
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from interlog.protocols.affinity.operations import Operation
from interlog.protocols.affinity.v2.table import OPERATIONS_V2
from tests.serving import Caller, RunningServer

from ..clients.live_suite import digest
from ..routes import OWN, World, valid, world

VERSIONS = ("2024-01-01", "2026-07-15", "2026-09-17")

LEFT_OUT = ("'createdAt' is a required property",)
"""What lists and fields lack in the first version, whose client affinity-sync refuses keys that came later."""

pytestmark = pytest.mark.client


@pytest.fixture(scope="module")
def own(server: RunningServer) -> World:
    """A tenant with one of everything."""
    return world(server, OWN)


def strict(schema: Any) -> Any:
    """Return a schema by which an object has no keys but those that are named."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"unevaluatedProperties": False} if "properties" in schema else {}
    return {key: strict(value) for key, value in schema.items()} | closed


@cache
def documented(version: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a version's operations, by method and path, and its schemas."""
    found = digest(version)
    operations = {re.sub(r"{\w+}", "{}", line): item for line, item in found["operations"].items()}
    return operations, found["schemas"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS_V2, ids=lambda operation: operation.name)
def test_answers_hold_against_the_schema(server: RunningServer, own: World, operation: Operation, version: str) -> None:
    """The status is the documented one, and the body has the documented keys, no others, and values of their types."""
    operations, schemas = documented(version)
    found = operations.get(f"{operation.method} {re.sub(r'{[^}]+}', '{}', operation.paths[0])}")
    if found is None:
        pytest.skip("not an operation of this version of the vendor's")
    known = world(server, OWN) if operation.writes else own
    response = valid(operation, operation.paths[0], known).send(Versioned(known.caller(), version))
    assert str(response.status_code) in found["responses"], response.text
    body = found["responses"][str(response.status_code)].get("application/json")
    assert (body is None) == (response.content == b"")
    if body is not None:
        schema = strict(body) | {"components": {"schemas": schemas}}
        problems = [
            f"{e.json_path}: {e.message[:300]}" for e in Draft202012Validator(schema).iter_errors(response.json())
        ]
        left_out = LEFT_OUT if version == VERSIONS[0] else ()
        assert [problem for problem in problems if not problem.endswith(left_out)] == [], json.dumps(response.json())[
            :2_000
        ]


class Versioned(Caller):
    """A client that asks for a version."""

    def __init__(self, caller: Caller, version: str) -> None:
        super().__init__(caller.http, caller.base, caller.token)
        self.version = version

    def request(self, method: str, path: str, *, headers: Any = None, **options: Any) -> Any:
        """Send a request in the version."""
        named = {"X-Affinity-Api-Version": self.version}
        return super().request(method, path, headers=named | dict(headers or {}), **options)
