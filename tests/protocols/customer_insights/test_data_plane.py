"""Every operation of the data plane: who is let in, and what is refused whatever else the request says."""

import pytest

from interlog.protocols.customer_insights.data_plane import OPERATIONS
from tests.serving import RunningServer

from .data import ROOT, VISIT, Data, error_of

REQUESTS = [
    ("GET", ""),
    ("GET", "/$metadata"),
    ("POST", "/$batch"),
    ("GET", "/Interactions"),
    ("POST", "/Interactions"),
    ("GET", "/BranchVisits"),
    ("POST", "/BranchVisits"),
    ("GET", "/BranchVisits/$count"),
    ("GET", "/BranchVisits('V-7')"),
    ("PATCH", "/BranchVisits('V-7')"),
    ("PUT", "/BranchVisits('V-7')"),
    ("DELETE", "/BranchVisits('V-7')"),
    ("GET", "/BranchVisits('V-7')/Participants"),
    ("GET", "/Interactions('V-7')"),
    ("PATCH", "/Interactions('V-7')"),
    ("GET", "/Contacts"),
    ("POST", "/Contacts"),
    ("GET", "/Contacts('1')"),
    ("PATCH", "/Contacts('1')"),
    ("GET", "/Contacts('1')/Interactions"),
    ("GET", "/Contacts('1')/Relationships"),
    ("GET", "/Relationships"),
    ("POST", "/Relationships"),
    ("GET", "/BlobIngestionJobs"),
    ("POST", "/BlobIngestionJobs"),
    ("GET", "/BlobIngestionJobs('x')"),
    ("GET", "/$uploads"),
    ("POST", "/$uploads"),
    ("GET", "/$uploads('x')"),
    ("DELETE", "/$uploads('x')"),
    ("GET", "/$rejects"),
    ("GET", "/$rejects('x')"),
    ("POST", "/$rejects('x')/replay"),
]
WRITES = [(method, path) for method, path in REQUESTS if method != "GET" and path != "/$batch"]

every_request = pytest.mark.parametrize(("method", "path"), REQUESTS)


@pytest.fixture(scope="module")
def world(any_server: RunningServer) -> Data:
    """A hub with one interaction, which nobody changes."""
    client = Data(any_server.found())
    client.define()
    client.stored("/BranchVisits", VISIT)
    return client


def test_the_requests_are_of_every_operation() -> None:
    """None of the route table's is left out here."""
    fixed = {(op.method, path[1:]) for op in OPERATIONS for path in op.paths if "{" not in path}
    assert fixed - set(REQUESTS) <= {("GET", "/Relationship"), ("POST", "/Relationship")}
    assert {op.method for op in OPERATIONS} == {method for method, _ in REQUESTS}


@every_request
def test_nobody_is_let_in_without_a_token(world: Data, method: str, path: str) -> None:
    """Without one, with a wrong one, and with one of another protocol."""
    answer = world.http.request(method, world.base + path)
    assert error_of(answer) == (401, "AuthenticationFailed")
    wrong = Data(world.firm, "ilog1_wrong").request(method, path)
    assert error_of(wrong) == (401, "InvalidAuthenticationToken")
    other = Data(world.firm, world.firm.token_of(world.firm.mia, "affinity:write")).request(method, path)
    assert error_of(other) == (403, "AuthorizationFailed")


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_token_to_read_writes_nothing(world: Data, method: str, path: str) -> None:
    """403, and nothing is stored."""
    reader = Data(world.firm, world.firm.token_of(world.firm.mia, "customer-insights:read"))
    rows = world.firm.rows()
    assert error_of(reader.send(path, VISIT, method)) == (403, "AuthorizationFailed")
    assert world.firm.rows() == rows


@every_request
def test_another_tenant_s_hub_is_not_there(world: Data, any_server: RunningServer, method: str, path: str) -> None:
    """As if there were no such hub."""
    other = Data(any_server.found())
    rows = world.firm.rows()
    answer = other.http.request(method, world.base + path, headers={"Authorization": f"Bearer {other.token}"}, json={})
    assert error_of(answer) == (404, "ParentResourceNotFound")
    assert world.firm.rows() == rows


@pytest.mark.parametrize(
    ("method", "path"), [item for item in WRITES if item[0] != "DELETE" and item[1] != "/$uploads"]
)
@pytest.mark.parametrize("body", [b"{", b"[1", b"\xff\xfe", b'{"a":' * 20_000, b'"text"', b'{"VisitKey": "\\ud800"}'])
def test_a_body_that_cannot_be_read_stores_nothing(world: Data, method: str, path: str, body: bytes) -> None:
    """400, or that there is nothing to change: never a fault of ours."""
    rows = world.firm.rows()
    answer = world.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["error"]["code"]
    assert world.firm.rows() == rows


@every_request
def test_every_answer_has_the_headers_of_all(world: Data, method: str, path: str) -> None:
    """The version of OData, and an id."""
    answer = world.request(method, path)
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.headers["x-ms-request-id"]
    assert answer.status_code < 500


def test_paths_are_found_in_any_casing_and_versions_are_checked(world: Data) -> None:
    """Sets, navigations and what is in front of them; an unknown version is refused, none is not."""
    upper = world.http.get(
        world.base.replace(ROOT + "/hubs", ROOT + "/HUBS").replace("/data", "/DATA") + "/BRANCHVISITS('V-7')",
        headers={"Authorization": f"Bearer {world.token}"},
    )
    assert upper.json()["InteractionId"] == "V-7"
    assert world.get("/branchvisits/$COUNT").text == "1"
    assert world.get("/BranchVisits", **{"api-version": "2017-04-26"}).status_code == 200
    assert error_of(world.get("/BranchVisits", **{"api-version": "1999"})) == (400, "InvalidApiVersionParameter")
