"""Every operation of the route table against everything a client can get wrong.

The tests walk the table: an operation that is added is covered without a word here. But for the random requests, all of
them look whether anything was stored.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.instants import now
from interlog.protocols.polis.operations import MAX_MANY, Body, Operation
from interlog.protocols.polis.table import OPERATIONS
from tests.serving import Caller, RunningServer

from .conftest import PREFIX
from .routes import OTHERS, OWN, ROUTES, TENANTS, UNKNOWN, Known, Sent, asked, known_world, name_of, path_names

every_route = pytest.mark.parametrize(("operation", "path"), ROUTES, ids=name_of)
every_operation = pytest.mark.parametrize("operation", TENANTS, ids=name_of)
with_a_body = pytest.mark.parametrize(
    "operation", [o for o in TENANTS if o.body in (Body.OBJECT, Body.PATCH)], ids=name_of
)
with_an_id = pytest.mark.parametrize("operation", [o for o in TENANTS if path_names(o.paths[0])], ids=name_of)

NAMES = {
    400: ("FormatError", "ValidationError"),
    401: ("CredentialsError",),
    403: ("UnauthorizedError",),
    404: ("NotFoundError",),
    405: ("MethodNotAllowedError",),
    409: ("ConcurrencyError", "ExistsError"),
    412: ("ConcurrencyError",),
    413: ("TooLargeError",),
    415: ("MediaTypeError",),
}


UNFULFILLED = {
    "integrations": "need an application that is registered",
    "memberships.resetPassword": "needs the password of whoever asks",
    "segments.swap_precedences": "needs the ETags of two segments",
    "interactions.restore": "restores only what is deleted",
    "notes.restore": "restores only what is deleted",
}
"""Operations that the walk has no request for that could be fulfilled, and why."""


def refusal(response: httpx2.Response, *statuses: int) -> Any:
    """See that an answer is a refusal of one of these statuses in the form of this protocol, and return its body."""
    assert response.status_code in statuses, (response.request.method, response.request.url, response.text[:500])
    body = response.json()
    assert set(body) - {"data"} == {"statusCode", "error", "name", "message"}, body
    assert body["statusCode"] == response.status_code
    assert body["name"] in NAMES[response.status_code], body
    assert body["message"].endswith((".", "!", "?"))
    assert response.headers["X-Request-Id"]
    if body["name"] == "ValidationError":
        assert body["data"]
        for problem in body["data"]:
            assert set(problem) - {"index"} == {"path", "type", "message"}, problem
    return body


@pytest.fixture(scope="module")
def own(server: RunningServer) -> Known:
    """The tenant that asks. Nothing is ever stored in it."""
    return known_world(server, OWN)


@pytest.fixture(scope="module")
def others(server: RunningServer, own: Known) -> Known:
    """The tenant whose data nobody else sees."""
    return known_world(server, OTHERS)


@pytest.fixture(scope="module")
def old(server: RunningServer, own: Known, others: Known) -> list[str]:
    """Tokens that were good once."""
    firm = own.firm
    revoked = firm.token_of(firm.mia)
    firm.revoke(revoked)
    return [firm.token_of(firm.mia, expires_at=now() - 1), revoked]


@pytest.fixture(scope="module")
def elsewhere(own: Known, others: Known) -> str:
    """A token of another protocol."""
    return own.firm.token_of(own.firm.mia, "affinity:admin")


@pytest.fixture(scope="module")
def reading(own: Known, others: Known) -> str:
    """A token that reads."""
    return own.firm.token_of(own.firm.mia, "polis:read")


@pytest.fixture(autouse=True)
def nothing_is_stored(request: pytest.FixtureRequest) -> Iterator[None]:
    """See that the tests of this module leave both tenants as they were."""
    if "own" not in request.fixturenames:
        yield
        return
    worlds: list[Known] = [request.getfixturevalue("own"), request.getfixturevalue("others")]
    before = [known.firm.rows() for known in worlds]
    yield
    assert [known.firm.rows() for known in worlds] == before


class TestSuccess:
    """What the walk takes for a request that could be fulfilled is one."""

    @every_operation
    def test_answers(self, server: RunningServer, operation: Operation) -> None:
        """What an operation asks for, it answers as JSON, and only one that writes stores anything."""
        if {operation.name, operation.resource} & UNFULFILLED.keys():
            return
        known = _fuzzed(server) if operation.method == "GET" else known_world(server, "Numbat")
        before = known.firm.rows()
        response = asked(operation, operation.routes[0][1], known).send(known.caller())
        assert response.status_code < 300, response.text
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.json() is not None
        assert operation.writes or known.firm.rows() == before


class TestSignIn:
    """Who is let in."""

    @every_route
    def test_nobody_without_a_token(self, own: Known, others: Known, operation: Operation, path: str) -> None:
        """Without a good token there is no answer, whatever else is sent: 401."""
        token = own.firm.token
        for header in (None, "", "Bearer", f"Bearer {token}x", f"Token {token}", "Basic Og==", "Bearer ilog_x"):
            caller = Caller(own.firm.server.http, own.firm.server.base + PREFIX, None)
            headers = {} if header is None else {"Authorization": header}
            response = asked(operation, path, own).send(caller, **headers)
            refusal(response, 401)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            assert OWN not in response.text

    @every_operation
    def test_nobody_with_an_old_token(self, own: Known, others: Known, operation: Operation, old: list[str]) -> None:
        """An expired token and a revoked one are none: 401."""
        for token in old:
            refusal(asked(operation, operation.routes[0][1], own).send(own.caller(token)), 401)

    @every_operation
    def test_nobody_with_a_token_of_another_protocol(
        self, own: Known, others: Known, operation: Operation, elsewhere: str
    ) -> None:
        """A token that is good elsewhere has no right here: 403."""
        refusal(asked(operation, operation.routes[0][1], own).send(own.caller(elsewhere)), 403)

    @every_operation
    def test_who_reads_does_not_write(self, own: Known, others: Known, operation: Operation, reading: str) -> None:
        """With a token that reads, what writes is refused: 403."""
        if operation.writes:
            refusal(asked(operation, operation.routes[0][1], own).send(own.caller(reading)), 403)


class TestIds:
    """Ids that belong to nothing, or to another tenant, which is the same."""

    @with_an_id
    def test_unknown_and_others(self, own: Known, others: Known, operation: Operation) -> None:
        """An unknown id in the path and another tenant's are answered alike: 404, without a word of the other's."""
        path = operation.routes[0][1]
        request = asked(operation, path, own)
        if operation.body is Body.OBJECT:
            return  # what is wrong with the body comes first: see TestIsolation
        for name in path_names(path):
            theirs = asked(operation, path, others).in_path[name]
            answers = []
            for id_ in (UNKNOWN, theirs) if theirs != request.in_path[name] else (UNKNOWN,):
                body = refusal(request.but(name, id_).send(own.caller()), 404, 400)
                answers.append(json.dumps(body).replace(id_, "#"))
            assert len(set(answers)) == 1
            assert OTHERS not in answers[0]

    @with_an_id
    def test_what_is_no_id(self, own: Known, others: Known, operation: Operation) -> None:
        """What cannot be an id is not found either, whatever it is."""
        path = operation.routes[0][1]
        for name in path_names(path):
            for text in ("x", "1", "%00", "%F0%9F%98%80", "null", "0" * 5_000, UNKNOWN[:-1], f"{UNKNOWN}0", "%2E%2E"):
                refusal(asked(operation, path, own).but(name, text).send(own.caller()), 404, 405, 400)


class TestIsolation:
    """No answer to a tenant holds anything of another one."""

    @every_route
    def test_no_word_of_the_other(self, own: Known, others: Known, operation: Operation, path: str) -> None:
        """With the other's ids in the path and in the body, one gets and changes nothing of the other's."""
        theirs = asked(operation, path, others)
        foreign = set(others.ids.values()) - set(own.ids.values())
        if operation.writes and not any(id_ in theirs.filled + json.dumps(theirs.body) for id_ in foreign):
            return  # it names nothing of the other's
        response = theirs.send(own.caller())
        assert response.status_code < 500, response.text
        assert OTHERS not in response.text

    @every_operation
    def test_lists_hold_only_ones_own(self, own: Known, others: Known, operation: Operation) -> None:
        """No filter brings up anything of the other's."""
        if operation.method != "GET" or path_names(operation.paths[0]):
            return
        for query in ("", "limit=9007199254740991", "filter=/id%20neq%20%22x%22", "filter=/meta/isDeleted%20neq%20nil"):
            response = asked(operation, operation.routes[0][1], own).send(own.caller(), query)
            assert response.status_code in (200, 400), response.text
            assert OTHERS not in response.text


class TestMethods:
    """Methods that a path does not have."""

    @pytest.mark.parametrize("path", sorted({path for _, path in ROUTES}))
    def test_others_are_refused(self, own: Known, others: Known, path: str) -> None:
        """Every other method answers 405, with what is allowed."""
        operations = [operation for operation in OPERATIONS if path in [route for _, route in operation.routes]]
        allowed = {operation.method for operation in operations}
        filled = asked(operations[0], path, own).filled
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
            response = own.caller().request(method, filled, json={})
            refusal(response, 405)
            assert allowed <= {name.strip() for name in response.headers["Allow"].split(",")}
        for method in ("HEAD", "TRACE", "PROPFIND", "FOO"):
            assert own.caller().request(method, filled).status_code in (400, 405)


MALFORMED = [
    b"",
    b"{",
    b"\xff\xfe",
    b"1",
    b'"x"',
    b"null",
    b"[" * 50_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b'{"data": "\xff"}',
    b'{"data": 1e999999}',
    b'{"data": {"name": "\\u0000"}}',
    b'{"data": {"name": "\\ud800"}}',
    b'{"data": {"\\u0000": 1}}',
]


class TestBodies:
    """Bodies that cannot be read."""

    @with_a_body
    def test_are_refused(self, own: Known, others: Known, operation: Operation) -> None:
        """A body that is no JSON object is refused and stores nothing, whatever the content type says."""
        filled = asked(operation, operation.routes[0][1], own).filled
        for content in MALFORMED:
            for content_type in ("application/json", "application/json-patch+json", "text/plain", "x/y"):
                headers = {"Content-Type": content_type}
                response = own.caller().request(operation.method, filled, content=content, headers=headers)
                refusal(response, 400, 415)

    @with_a_body
    def test_are_read_by_their_kind(self, own: Known, others: Known, operation: Operation) -> None:
        """JSON of another shape than is asked for is refused."""
        request = asked(operation, operation.routes[0][1], own)
        wrong: list[Any] = [
            [],
            {"data": 1},
            {"data": "x"},
            {"data": None},
            {"data": [1]},
            {"data": [[]]},
            {"data": [{}]},
        ]
        for body in wrong:
            if operation.body is Body.PATCH and body == []:
                continue  # a patch without operations
            response = request._replace(body=body).send(own.caller())
            if response.status_code == 200 and operation.name.endswith("_many"):
                assert response.json()["errors"], response.text
                continue
            refusal(response, 400)

    @with_a_body
    def test_too_large(self, own: Known, others: Known, operation: Operation) -> None:
        """A body above the largest size is refused with 413."""
        if operation.max_body == MAX_MANY:
            return  # that many bytes for each operation would be too many for a test
        content = b'{"data": "' + b"x" * operation.max_body + b'"}'
        filled = asked(operation, operation.routes[0][1], own).filled
        refusal(own.caller().request(operation.method, filled, content=content), 413)


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["", "\x00", "2026-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "[1]", "{}", "%", UNKNOWN, "/", "~"]
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**31, 2**53, 2**63, 2**64, 10**30, 1e300, -1e-300])
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)
POINTERS = st.sampled_from(["", "/", "/name", "/data/name", "/-", "/questions/0", "/profile", "/a~2b", "/lists/-"])
QUERIES = (
    "filter",
    "filter[/data/name]",
    "fiter",
    "sort",
    "limit",
    "skip",
    "count",
    "organizationId",
    "campaignId",
    "surveyId",
    "startDate",
    "endDate",
    "groupBy",
    "since",
    "withDefaults",
)


class TestFuzz:
    """Random requests."""

    @every_operation
    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_never_a_fault(self, server: RunningServer, operation: Operation, data: st.DataObject) -> None:
        """Whatever is sent, the server is not at fault, and answers in its own words."""
        known = _fuzzed(server)
        request = asked(operation, data.draw(st.sampled_from([path for _, path in operation.routes])), known)
        query = ""
        if operation.body in (Body.OBJECT, Body.PATCH):
            request = request._replace(body=_altered(request, data))
        else:
            pairs = data.draw(st.lists(st.tuples(st.sampled_from(QUERIES), JUNK), max_size=3))
            query = "&".join(f"{quote(name)}={quote(_written(value))}" for name, value in pairs)
        response = request.send(known.caller(), query)
        assert response.status_code < 500, (query, request.body, response.text)
        if response.status_code >= 400:
            refusal(response, response.status_code)


def _altered(request: Sent, data: st.DataObject) -> Any:
    """Return a body with something in it replaced, left out or added."""
    body = json.loads(json.dumps(request.body))
    if data.draw(st.integers(0, 5)) == 0:
        return data.draw(JUNK)
    if request.operation.body is Body.PATCH:
        operations = st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "twist"])},
            optional={
                "path": st.sampled_from(["", "/", "/name", "/data/name", "/-", "/questions/0", "/a~2b", "/lists/-"])
                | JUNK,
                "from": st.sampled_from(["", "/name", "/questions"]) | JUNK,
                "value": JUNK,
            },
        )
        return {"data": data.draw(st.lists(operations, max_size=3))}
    place = body
    while isinstance(place, dict) and place and data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(place)))
        if not isinstance(place[name], (dict, list)) or not place[name]:
            break
        place = place[name][0] if isinstance(place[name], list) else place[name]
    if isinstance(place, dict):
        for name in data.draw(st.lists(st.sampled_from([*sorted(place), "id", "more"]), max_size=2)):
            place[name] = data.draw(JUNK)
    return body


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text.encode("utf-8", "replace").decode()


_known: dict[int, Known] = {}


def _fuzzed(server: RunningServer) -> Known:
    """Return a world of the server in which anything may be stored."""
    if id(server) not in _known:
        _known[id(server)] = known_world(server, "Dingo")
    return _known[id(server)]
