"""Answers of version 2 hold against the vendor's own schemas of all its versions, which affinity-sdk brings along."""

import re
from functools import cache
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator

from interlog.model.instants import DAY, now
from interlog.protocols.affinity.operations import Operation
from interlog.protocols.affinity.v2.table import OPERATIONS_V2
from tests.serving import Caller, RunningServer

from ..clients.live_suite import digest
from ..routes import OWN, World, valid, world

VERSIONS = ("2024-01-01", "2026-07-15", "2026-09-17")

LEFT_OUT = ("'createdAt' is a required property",)
"""What lists and fields lack in the first version, whose client affinity-sync refuses keys that came later."""

RANKED = [{"text": "High", "rank": 1, "color": 1}]

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
    """Return a version's operations, by method and path, and its schemas: strict, but for those that others add to."""
    found = digest(version)
    operations = {re.sub(r"{\w+}", "{}", line): item for line, item in found["operations"].items()}
    schemas = found["schemas"]
    added_to = {part["$ref"].rpartition("/")[2] for item in schemas.values() for part in item.get("allOf", ())}
    return operations, {name: item if name in added_to else strict(item) for name, item in schemas.items()}


def hold(documented_as: dict[str, Any], response: httpx2.Response, version: str) -> None:
    """See that an answer has the documented status, and the documented keys, no others, with values of their types."""
    assert str(response.status_code) in documented_as["responses"], response.text
    body = documented_as["responses"][str(response.status_code)].get("application/json")
    assert (body is None) == (response.content == b"")
    if body is not None:
        schema = strict(body) | {"components": {"schemas": documented(version)[1]}}
        errors = Draft202012Validator(schema).iter_errors(response.json())
        problems = [f"{error.json_path}: {error.message[:300]}" for error in errors]
        left_out = LEFT_OUT if version == VERSIONS[0] else ()
        assert [problem for problem in problems if not problem.endswith(left_out)] == [], response.text[:2_000]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("operation", OPERATIONS_V2, ids=lambda operation: operation.name)
def test_answers_hold_against_the_schema(server: RunningServer, own: World, operation: Operation, version: str) -> None:
    """Whatever is asked for, the answer to a valid request is one of those that the vendor documents."""
    found = documented(version)[0].get(f"{operation.method} {re.sub(r'{[^}]+}', '{}', operation.paths[0])}")
    if found is None:
        pytest.skip("not an operation of this version of the vendor's")
    known = world(server, OWN) if operation.writes else own
    hold(found, valid(operation, operation.paths[0], known).send(Versioned(known.caller(), version)), version)


@pytest.mark.parametrize("version", VERSIONS)
def test_values_of_every_type_hold_against_the_schema(server: RunningServer, version: str) -> None:
    """So do values of every type, one or many, or none, wherever fields are shown, and notes with their previews."""
    firm = server.found()
    api = firm.caller("/affinity")
    ola = firm.person("Ola", "Berg", "ola@client.example")
    firm.log("Meeting", now() - DAY, firm.mia, ola, body="Talked")
    client = firm.organization("Client", "client.example")
    firm.person("Kim")
    people = api.post("/lists", name="People", type=0, is_public=True).json()["id"]
    entry = api.post(f"/lists/{people}/list-entries", entity_id=ola.id).json()["id"]
    place = {"street_address": None, "city": "Oslo", "state": None, "country": "Norway", "continent": None}
    values: dict[int, Any] = {
        0: firm.mia.id,
        1: client.id,
        2: "A",
        3: 1.5,
        4: "2026-01-01",
        5: place,
        6: "Text",
        10: "F",
    }
    for type_ in (*values, 7):
        for list_id in (None, people):
            for many in (False, True)[: 1 if type_ in (4, 6, 7) else 2]:
                made = api.post(
                    "/fields", name=f"{type_} {list_id} {many}", entity_type=0, value_type=type_, list_id=list_id,
                    allows_multiple=many, dropdown_options=RANKED if type_ == 7 else None,
                )  # fmt: skip
                assert made.status_code == 200, made.text
                value = made.json()["dropdown_options"][0]["id"] if type_ == 7 else values[type_]
                of = {"field_id": made.json()["id"], "entity_id": ola.id, "value": value}
                set_ = api.post("/field-values", **of, **({"list_entry_id": entry} if list_id else {}))
                assert set_.status_code == 200, set_.text
    kinds = "fieldTypes=global&fieldTypes=relationship-intelligence&fieldTypes=enriched"
    caller = Versioned(firm.caller("/affinity"), version)
    for path, query in (
        ("/v2/persons", kinds), (f"/v2/persons/{ola.id}", kinds), (f"/v2/persons/{ola.id}/fields", ""),
        ("/v2/persons/fields", ""), (f"/v2/lists/{people}/fields", ""),
        (f"/v2/lists/{people}/list-entries", f"{kinds}&fieldTypes=list"),
        (f"/v2/lists/{people}/list-entries/{entry}", f"{kinds}&fieldTypes=list"),
        (f"/v2/lists/{people}/list-entries/{entry}/fields", "limit=100"),
        (f"/v2/persons/{ola.id}/list-entries", ""),
        ("/v2/notes", "totalCount=true&includes=personsPreview&includes=companiesPreview&includes=repliesCount"),
    ):  # fmt: skip
        template = re.sub(r"/\d+(?=/|$)", "/{}", path)
        hold(documented(version)[0][f"GET {template}"], caller.request("GET", f"{path}?{query}"), version)


class Versioned(Caller):
    """A client that asks for a version."""

    def __init__(self, caller: Caller, version: str) -> None:
        super().__init__(caller.http, caller.base, caller.token)
        self.version = version

    def request(self, method: str, path: str, *, headers: Any = None, **options: Any) -> Any:
        """Send a request in the version."""
        named = {"X-Affinity-Api-Version": self.version}
        return super().request(method, path, headers=named | dict(headers or {}), **options)
