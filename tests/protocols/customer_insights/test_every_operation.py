"""Every operation of the management planes, walked: what is let in, what is refused, and the codes of success."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from interlog.model.tenancy import Right
from interlog.protocols.customer_insights.operations import Plane
from tests.serving import RunningServer, ServerOf

from .conftest import PREFIX, Hub, refused
from .routes import ROUTES, Route, furnish

WRITES = [route for route in ROUTES if route.operation.right is not Right.READ]
BODIES = [route for route in ROUTES if route.operation.method == "PUT"]


@pytest.fixture(scope="module")
def world(any_server: RunningServer) -> Hub:
    """A hub with one of everything, which nobody changes."""
    hub = Hub(any_server.found())
    furnish(hub)
    return hub


def name_of(route: Route) -> str:
    """Return the id of a test."""
    return route.id


every_route = pytest.mark.parametrize("route", ROUTES, ids=name_of)


@every_route
def test_without_a_token(world: Hub, route: Route) -> None:
    """Nobody is let in without a token; the answer says so in the protocol's own body."""
    path = world.firm.server.base + PREFIX + route.fill(world.name)
    response = world.firm.server.http.request(route.operation.method, path, params={"api-version": "2017-04-26"})
    refused(response, 401, "AuthenticationFailed")
    assert response.headers["WWW-Authenticate"].startswith('Bearer authorization_uri="http')


@every_route
def test_a_wrong_token(world: Hub, route: Route) -> None:
    """Nor with one that is none."""
    response = route.send(world, headers={"Authorization": "Bearer ilog1_wrong"})
    refused(response, 401, "InvalidAuthenticationToken")


@pytest.mark.parametrize("route", WRITES, ids=name_of)
def test_a_token_to_read(world: Hub, route: Route) -> None:
    """Who may only read changes nothing."""
    before = world.firm.rows()
    token = world.firm.token_of(world.firm.mia, "customer-insights:read")
    expected = world.firm.rows()
    assert expected != before, "the token itself is stored"
    refused(route.send(world, headers={"Authorization": f"Bearer {token}"}), 403, "AuthorizationFailed")
    assert world.firm.rows() == expected


@every_route
def test_a_token_of_another_protocol(world: Hub, route: Route) -> None:
    """A token for another protocol is known and has no right here."""
    token = world.firm.token_of(world.firm.mia, "affinity:write")
    refused(route.send(world, headers={"Authorization": f"Bearer {token}"}), 403, "AuthorizationFailed")


@pytest.mark.parametrize("route", [route for route in ROUTES if "{hub}" in route.path], ids=name_of)
def test_another_tenants_hub(world: Hub, any_server: RunningServer, route: Route) -> None:
    """A hub of somebody else is as if it were not there, and nothing of it is told or changed."""
    other = Hub(any_server.found())
    before = world.firm.rows()
    response = route.send(other, path=route.fill(world.name))
    if route.operation.name == "hubs.put":
        refused(response, 409, "HubNameInUse")
    elif route.operation.name == "hubs.delete":
        assert response.status_code == 204
    else:
        is_hub = route.operation.name.startswith("hubs.")
        refused(response, 404, "ResourceNotFound" if is_hub else "ParentResourceNotFound")
    assert world.firm.rows() == before


@pytest.mark.parametrize("route", [r for r in ROUTES if r.plane is Plane.ARM], ids=name_of)
def test_versions_on_the_arm_plane(world: Hub, route: Route) -> None:
    """There the version is required, and must be one that there is."""
    if route.operation.any_version:
        return
    path = route.fill(world.name)
    missing = world.caller.request(route.operation.method, path, json=route.body)
    refused(missing, 400, "MissingApiVersionParameter")
    error = refused(route.send(world, params={"api-version": "2099-01-01"}), 400, "InvalidApiVersionParameter")
    assert "2016-01-01, 2017-01-01, 2017-04-26" in error["message"]


@pytest.mark.parametrize("route", BODIES, ids=name_of)
@pytest.mark.parametrize(
    "content",
    ["{", "[]", "5", '"x"', "{'a': 1}", "[" * 5_000, '{"a":' * 5_000, "\xff", '{"a": "\\ud800"}', '{"properties": 5}'],
    ids=lambda content: content[:12],
)
def test_bad_bodies(world: Hub, route: Route, content: str) -> None:
    """What is no JSON object is refused, and nothing is stored."""
    before = world.firm.rows()
    response = route.send(world, content=content.encode("latin-1"), headers={"Content-Type": "application/json"})
    if content == '{"properties": 5}':  # an object, only not of this kind
        assert response.status_code in (200, 201, 400)
        return
    refused(response, 400, "InvalidRequestContent")
    assert world.firm.rows() == before


@pytest.mark.parametrize("route", BODIES, ids=name_of)
def test_wrong_values(world: Hub, route: Route) -> None:
    """Whatever stands where something else belongs is refused in the protocol's own body, never with a fault."""
    assert route.body is not None
    for name in [*route.body, "fields", "displayName", "attributes", "tags", "properties"]:
        for value in _odd_values():
            body = {"properties": route.body | {name: value}} if name != "properties" else {"properties": value}
            response = route.send(world, json=body, params={"dryRun": "true"})
            assert response.status_code in (200, 201, 400, 409), (name, value, response.text)
            if response.status_code >= 400:
                assert response.json()["error"]["code"], response.text


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, server_of: ServerOf) -> Hub:
    """A hub in which everything is put, changed and deleted, on each engine."""
    hub = Hub(server_of(request.param).found())
    furnish(hub)
    return hub


@every_route
@pytest.mark.parametrize("prefer", ["", "respond-async"], ids=["at once", "later"])
def test_codes_of_success(lived: Hub, route: Route, prefer: str) -> None:
    """A valid request is answered with a code of the contract, the usual one first; and so is the same again (4.2)."""
    if route.operation.name.endswith("operation") or route.operation.name == "operations.get":
        return  # there is none to ask about; what asks is in test_planes
    if route.operation.name == "hubs.delete" or route.operation.name.startswith("widgetTypes.get"):
        return  # the hub that was born with a tenant stays, and there are no types of widgets
    furnish(lived)
    expected = route.operation.success(route.plane)
    headers = {"Prefer": prefer} if prefer else {}
    for _ in range(2):
        answer = route.send(lived, headers=headers)
        assert answer.status_code in expected, answer.text
        if prefer and 202 in expected and route.operation.method in ("PUT", "DELETE"):
            assert answer.status_code == 202 or not answer.content, "who deletes what is not there need not wait"
        elif not prefer and route.operation.method != "DELETE":
            assert answer.status_code in (200, expected[0])


@every_route
def test_odd_names(lived: Hub, route: Route) -> None:
    """Whatever a path names, it is found or not, or refused as a name; on both engines."""
    named = [name for name in _NAMED if f"{{{name}}}" in route.path]
    for odd in ("a\x00b", "'\"%", "é\U0001f600", "x" * 2_000, "..", "a/b", "\\"):
        asked = [route.send(lived, path=route.fill(lived.name, **{name: odd}), params=_DRY) for name in named]
        asked.append(route.send(lived, params=dict.fromkeys(_PARAMETERS, odd) | _DRY))
        for answer in asked:
            assert answer.status_code < 500, (odd, answer.url, answer.text)
            if answer.status_code >= 400:
                assert answer.json()["error"]["code"], (odd, answer.url)


_NAMED = ("subscription", "group", "hub", "name", "child", "operation")
_PARAMETERS = ("$skiptoken", "userId", "version", "se", "$filter")
_DRY = {"dryRun": "true"}


def _odd_values() -> Iterator[Any]:
    deep: Any = "x"
    for _ in range(60):
        deep = {"a": [deep]}
    yield from (
        "",
        "x" * 5_000,
        "a\x00b",
        5,
        -1,
        1.5,
        10**30,
        True,
        [],
        [5],
        [[]],
        [None],
        {},
        {"a": 5},
        {"": ""},
        deep,
    )
    yield from ([{}], [{"a": 1}], [{"fieldName": 5}], {"en-us": "x"}, {"a": {"b": 5}})


@pytest.mark.parametrize("route", BODIES, ids=name_of)
def test_large_bodies(world: Hub, route: Route) -> None:
    """A definition of more than a mebibyte is not read."""
    body = {"description": "x" * (1024 * 1024)}
    refused(route.send(world, json=body), 413, "RequestEntityTooLarge")


@every_route
def test_other_methods(world: Hub, route: Route) -> None:
    """A method that a path does not have is 405, and says which it has."""
    allowed = {r.operation.method for r in ROUTES if r.path == route.path}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
        if method not in allowed:
            response = route.send(world, method=method)
            refused(response, 405, "MethodNotAllowed")
            assert {part.strip() for part in response.headers["Allow"].split(",")} == allowed


@every_route
def test_headers_of_every_answer(world: Hub, route: Route) -> None:
    """Each answer, also a refusal, names its request and is not to be kept (spec 1.4)."""
    sent = {"x-ms-client-request-id": "mine", "x-ms-return-client-request-id": "true"}
    for headers in (sent, {"Authorization": "Bearer wrong"} | sent):
        response = route.send(world, headers=headers, params={"dryRun": "true"}, method="GET")
        assert len(response.headers["x-ms-request-id"]) == 36
        assert response.headers["x-ms-correlation-request-id"] == response.headers["x-ms-request-id"]
        assert response.headers["x-ms-routing-request-id"].startswith("LOCAL:2")
        assert response.headers["x-ms-client-request-id"] == "mine"
        assert response.headers["OData-Version"] == "4.0"
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["Expires"] == "-1"
        if response.content:
            assert response.headers["Content-Type"] == "application/json; charset=utf-8"
            json.loads(response.content)
