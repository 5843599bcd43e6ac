"""Every operation of the route table against everything a client can get wrong.

The tests walk the table: an operation that is added is covered without a word here. All of them look, after the
requests, whether anything was stored.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.instants import now
from interlog.protocols.affinity.app import OPERATIONS
from interlog.protocols.affinity.operations import Kind, Operation, Param
from tests.serving import Caller, RunningServer

from .conftest import PREFIX
from .routes import (
    OTHERS,
    OWN,
    PATHS,
    RESOURCES,
    Sent,
    World,
    assert_headers,
    invalid_status,
    model_of,
    name_of,
    path_names,
    problems_of,
    text_of,
    valid,
    with_ids,
    world,
    wrong_texts,
    wrong_values,
)
from .wire import UNKNOWN, unknown

every_path = pytest.mark.parametrize(("operation", "path"), PATHS, ids=name_of)
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
every_writing_operation = pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.writes], ids=name_of)


@pytest.fixture(scope="module")
def own(server: RunningServer) -> World:
    """The tenant that asks. Nothing is ever stored in it."""
    return world(server, OWN)


@pytest.fixture(scope="module")
def others(server: RunningServer, own: World) -> World:
    """The tenant whose data nobody else sees; none of its ids is one of the first tenant's."""
    made = world(server, OTHERS, shift=40)
    for model, id_ in made.ids.items():
        assert model == "Internal" or id_ > max(own.ids.values())
    return made


@pytest.fixture(scope="module")
def api(own: World) -> Caller:
    """A client that may do everything."""
    return own.caller()


@pytest.fixture(autouse=True)
def nothing_is_stored(request: pytest.FixtureRequest) -> Iterator[None]:
    """See that the tests of this module leave both tenants as they were, unless they are about success."""
    if "own" not in request.fixturenames:
        yield
        return
    worlds: list[World] = [request.getfixturevalue("own"), request.getfixturevalue("others")]
    before = [known.firm.rows() for known in worlds]
    yield
    assert [known.firm.rows() for known in worlds] == before


class TestSuccess:
    """What the walk takes for a valid request is one."""

    @every_path
    def test_answers(self, server: RunningServer, operation: Operation, path: str) -> None:
        """A valid request answers the documented status, 200 in version 1 (D10), and only writing operations store."""
        known = world(server, "Numbat")
        before = known.firm.rows()
        response = valid(operation, path, known).send(known.caller())
        assert response.status_code == operation.status, response.text
        assert_headers(operation.version, response)
        if operation.status == 204:
            assert response.content == b""
        elif operation.downloads:
            assert response.content == b"Numbat"
        else:
            assert response.headers["Content-Type"] == "application/json"
            response.json()
        assert (known.firm.rows() != before) == operation.writes


class TestSignIn:
    """Who is let in."""

    @every_path
    def test_nobody_without_a_token(self, own: World, others: World, operation: Operation, path: str) -> None:
        """Without a good token there is no answer, whatever else is sent: 401."""
        request = valid(operation, path, own)
        token = own.firm.token
        for header in (
            None,
            "",
            "Bearer",
            f"Bearer {token}x",
            f"Bearer {token[:-1]}",
            f"Bearer {token.replace('ilog', 'ilog9', 1)}",
            f"Token {token}",
            token,
            "Basic !",
            "Basic Og==",
        ):
            caller = Caller(own.firm.server.http, own.firm.server.base + PREFIX, None)
            headers = {} if header is None else {"Authorization": header}
            response = caller.request(operation.method, _filled(request), headers=headers, json={})
            problems_of(operation, response, 401)
            assert OWN not in response.text

    @every_operation
    def test_nobody_with_an_old_token(self, server: RunningServer, operation: Operation) -> None:
        """An expired token and a revoked one are none: 401."""
        known = _signed_in(server)
        for token in (known["expired"], known["revoked"]):
            request = valid(operation, operation.paths[0], known["world"])
            problems_of(operation, request.send(known["world"].caller(token)), 401)

    @every_operation
    def test_nobody_with_a_token_of_another_protocol(self, server: RunningServer, operation: Operation) -> None:
        """A token that is good elsewhere has no right here: 403."""
        known = _signed_in(server)
        request = valid(operation, operation.paths[0], known["world"])
        problems_of(operation, request.send(known["world"].caller(known["elsewhere"])), 403)

    @every_writing_operation
    def test_nobody_writes_with_a_token_to_read(self, server: RunningServer, operation: Operation) -> None:
        """A token to read changes nothing: 403."""
        known = _signed_in(server)
        before = known["world"].firm.rows()
        for path in operation.paths:
            request = valid(operation, path, known["world"])
            problems_of(operation, request.send(known["world"].caller(known["reading"])), 403)
        assert known["world"].firm.rows() == before


_known: dict[int, dict[str, Any]] = {}


def _signed_in(server: RunningServer) -> dict[str, Any]:
    """Return a world of the server with tokens of every kind."""
    if id(server) not in _known:
        made = world(server, "Bilby")
        firm = made.firm
        tokens = {
            "expired": firm.token_of(firm.mia, expires_at=now() - 1),
            "revoked": firm.token_of(firm.mia),
            "elsewhere": firm.token_of(firm.mia, "polis:admin", "rest:admin"),
            "reading": firm.token_of(firm.mia, "affinity:read"),
        }
        firm.revoke(tokens["revoked"])
        _known[id(server)] = {"world": made} | tokens
    return _known[id(server)]


def _filled(request: Sent) -> str:
    path = request.path
    for name, value in request.in_path.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


class TestParameters:
    """What is wrong with a request is told by the names of its parameters."""

    @every_path
    def test_missing(self, api: Caller, own: World, operation: Operation, path: str) -> None:
        """A required parameter that is missing or null is named."""
        request = valid(operation, path, own)
        for param in operation.params:
            if param.required and param.name not in request.in_path:
                for incomplete in (request.without(param.name), request.but(param.name, None)):
                    _assert_names(operation, param, incomplete.send(api))

    @every_path
    def test_wrong(self, api: Caller, own: World, operation: Operation, path: str) -> None:
        """A value of the wrong kind, out of range, too long or unreadable is refused by its name."""
        request = valid(operation, path, own)
        has_body = operation.method in ("POST", "PUT", "PATCH")
        for param in operation.params:
            in_path = param.name in request.in_path
            as_text = in_path or not has_body or operation.uploads
            for value in wrong_texts(param) if as_text else wrong_values(param):
                if in_path and (value == "" or not isinstance(value, str)):
                    continue  # that is another path
                if operation.uploads and value == "":
                    continue  # that is how a form leaves something out
                _assert_names(operation, param, request.but(param.name, value).send(api))

    @every_operation
    def test_all_at_once(self, api: Caller, own: World, operation: Operation) -> None:
        """Everything wrong with a request is told in one answer."""
        wrong = {param.name: _plainly_wrong(param) for param in operation.params if param.kind is not Kind.VALUE}
        if len(wrong) < 2:
            return
        request = valid(operation, operation.paths[0], own)
        for name, value in wrong.items():
            request = request.but(name, value)
        problems = problems_of(operation, request.send(api), invalid_status(operation))
        for name in wrong:
            assert any(name in problem for problem in problems), (name, problems)

    @every_path
    def test_nulls_are_nothing(self, api: Caller, own: World, operation: Operation, path: str) -> None:
        """Parameters that need not be given may be null: the answer is never a fault."""
        if operation.writes:
            return  # these are valid requests, see TestSuccess
        request = valid(operation, path, own)
        for param in operation.params:
            if param.name not in request.in_path | request.values:
                request = request.but(param.name, None)
        assert request.send(api, "json").status_code == operation.status


def _plainly_wrong(param: Param) -> Any:
    match param.kind:
        case Kind.TEXT:
            return "x" * (param.max_length + 1)
        case Kind.OBJECT:
            return "x"
        case _:
            return "wrong"


def _assert_names(operation: Operation, param: Param, response: Any) -> None:
    problems = problems_of(operation, response, invalid_status(operation))
    assert any(param.name in problem or "The body must be JSON" in problem for problem in problems) or (
        operation.version == 2 and "JSON" in problems[0]
    ), (param.name, problems)


class TestIds:
    """Ids that belong to nothing, or to another tenant, which is the same."""

    @every_path
    def test_in_the_path(self, api: Caller, own: World, others: World, operation: Operation, path: str) -> None:
        """An unknown id in the path and another tenant's are answered alike: 404."""
        request = valid(operation, path, own)
        for name in path_names(path):
            theirs = others.ids[model_of(path, name)]
            answers = []
            for id_ in (UNKNOWN, theirs):
                problems = problems_of(operation, request.but(name, id_).send(api), 404)
                answers.append([problem.replace(str(id_), "#") for problem in problems])
                if operation.version == 1:
                    assert "to be a valid id for model" in problems[0]
            assert answers[0] == answers[1]

    @every_path
    def test_as_a_parameter(self, api: Caller, own: World, others: World, operation: Operation, path: str) -> None:
        """An unknown id as a parameter and another tenant's are answered alike; version 1 says so in fixed words."""
        request = valid(operation, path, own)
        for param in operation.params:
            if param.kind is not Kind.ID or param.name in request.in_path:
                continue
            model = param.model or RESOURCES[path.rpartition("/")[2]]
            answers = []
            for id_ in (UNKNOWN, others.ids[model]):
                response = request.but(param.name, [id_] if param.many else id_).send(api)
                if operation.version == 1:
                    problems = problems_of(operation, response, 422)
                    assert unknown(param.name, id_, model) in problems
                else:
                    assert response.status_code in (operation.status, 400, 404), response.text
                assert OTHERS not in response.text
                answers.append((response.status_code, response.text.replace(str(id_), "#")))
            assert answers[0] == answers[1]

    @every_path
    def test_inside_objects(self, api: Caller, own: World, others: World, operation: Operation, path: str) -> None:
        """An unknown id within an object, and another tenant's, is refused."""
        request = valid(operation, path, own)
        for name, value in request.values.items():
            if with_ids(value, 0) != value:
                for id_ in (UNKNOWN, others.ids["Person"]):
                    problems_of(operation, request.but(name, with_ids(value, id_)).send(api), 400, 404, 422)


def cursor(*value: Any) -> str:
    """Return a cursor made by somebody who knows what ours look like."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


class TestCursors:
    """Cursors of version 2 that are none of ours."""

    @pytest.mark.parametrize(
        "text",
        [
            "x",
            "%00",
            "ünï",
            "=",
            "A" * 5_000,
            cursor([], {}),
            cursor([0], {}),
            cursor([0, 0], {}),
            cursor([2**70, 2**70], {}),
            cursor([-1, -1, -1], {}),
            cursor(["x"], {}),
            cursor([0, 0], {"limit": 10**9}),
            cursor([0, 0], {"limit": "x"}),
            cursor([0, 0], {"filter": 5}),
            cursor([0, 0], {"ids": [{}]}),
            cursor([0, 0], {"includes": 5}),
            cursor(None, None),
            cursor([0], {}, ""),
        ],
    )
    def test_are_refused(self, api: Caller, own: World, others: World, text: str) -> None:
        """A cursor that was not given out is refused by its name."""
        for operation, path in PATHS:
            param = next((param for param in operation.params if param.name == "cursor"), None)
            if param is not None:
                _assert_names(operation, param, valid(operation, path, own).but("cursor", text).send(api))

    def test_belong_to_a_tenant_and_a_collection(self, api: Caller, own: World, others: World) -> None:
        """A cursor given out to one tenant for one collection is nobody else's, and no other collection's."""
        following = api.get("/v2/persons", limit=1).json()["pagination"]["nextUrl"]
        given_out = following.partition("cursor=")[2]
        assert api.get("/v2/persons", cursor=given_out).status_code == 200
        for caller, path in ((api, "/v2/companies"), (api, "/v2/notes"), (others.caller(), "/v2/persons")):
            assert caller.get(path, cursor=given_out).status_code == 400


class TestIsolation:
    """No answer to a tenant holds anything of another one."""

    @every_path
    def test_no_word_of_the_other(
        self, api: Caller, own: World, others: World, operation: Operation, path: str
    ) -> None:
        """Neither the other's ids nor a search for its words brings one of its rows."""
        for sent in (valid(operation, path, own), valid(operation, path, others)):
            if operation.writes and sent.in_path == valid(operation, path, own).in_path:
                continue  # that would change one's own
            texts = {p.name: OTHERS for p in operation.params if p.kind is Kind.TEXT and not p.many}
            for values in (sent.values, *(sent.values | {name: text} for name, text in texts.items())):
                response = sent._replace(values=values).send(api)
                assert response.status_code < 500
                assert OTHERS not in response.text.replace(f'"{OTHERS}', '"')
                if operation.method == "GET" and response.status_code == 200 and values.get("term") == OTHERS:
                    assert OTHERS not in json.dumps(response.json())

    @every_path
    def test_the_others_token_sees_nothing(self, own: World, others: World, operation: Operation, path: str) -> None:
        """With the other's token one's own ids bring nothing of one's own."""
        response = valid(operation, path, own).send(others.caller()) if path_names(path) else None
        if response is not None and not operation.writes:
            assert OWN not in response.text


class TestMethods:
    """Methods that a path does not have."""

    @pytest.mark.parametrize("path", sorted({path for _, path in PATHS}))
    def test_others_are_refused(self, api: Caller, own: World, others: World, path: str) -> None:
        """Every other method answers 405, with what is allowed."""
        operations = [operation for operation in OPERATIONS if path in operation.paths]
        allowed = {operation.method for operation in operations}
        filled = _filled(valid(operations[0], path, own))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
            response = api.request(method, filled, json={})
            problems_of(operations[0], response, 405)
            assert allowed <= {name.strip() for name in response.headers["Allow"].split(",")}
        for method in ("HEAD", "TRACE", "PROPFIND", "FOO"):
            assert api.request(method, filled).status_code in (400, 405)


MALFORMED = [
    b"{",
    b"\xff\xfe",
    b"[]",
    b"1",
    b'"x"',
    b"null",
    b"[" * 50_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b'{"content": "\xff"}',
    b'{"a": 1e999999}',
    b'{"a": ' + b"9" * 10_000 + b"}",
    b'{"id": 1, "id": {}}',
]

FORM = "application/x-www-form-urlencoded"
CONTENT_TYPES = (
    "application/json",
    "text/plain",
    FORM,
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "x/y",
)


class TestBodies:
    """Bodies that cannot be read."""

    @every_writing_operation
    def test_are_refused(self, api: Caller, own: World, others: World, operation: Operation) -> None:
        """A body that is no JSON object is refused and stores nothing, whatever the content type says."""
        request = valid(operation, operation.paths[0], own)
        needs_nothing = not any(param.required and param.name not in request.in_path for param in operation.params)
        for content in MALFORMED:
            for content_type in CONTENT_TYPES:
                if needs_nothing and (content_type == FORM or _is_object(content)):
                    continue  # that is a valid request with something more in it
                response = api.request(
                    operation.method, _filled(request), content=content, headers={"Content-Type": content_type}
                )
                problems_of(operation, response, 400, 404, 422)

    @every_writing_operation
    def test_too_large(self, server: RunningServer, operation: Operation) -> None:
        """A body above the largest size is refused with 413."""
        known = _signed_in(server)["world"]
        before = known.firm.rows()
        with server.with_settings(max_body=2_000) as base:
            caller = known.firm.caller(PREFIX, base=base)
            content = b'{"x": "' + b"x" * 2_000 + b'"}'
            request = valid(operation, operation.paths[0], known)
            problems_of(operation, caller.request(operation.method, _filled(request), content=content), 413)
        assert known.firm.rows() == before


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([0, -1, 2**31, 2**53, 2**63, 2**64, 10**30, 1e300])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "\x00", "\ud800", "2026-01-01", "9999-12-31T23:59:59Z", "0001-01-01", "[1]", "[", "{}", "%"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


class TestFuzz:
    """Random requests."""

    @every_path
    @settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_never_a_fault(self, server: RunningServer, operation: Operation, path: str, data: st.DataObject) -> None:
        """Whatever is sent, in whatever encoding, the server is not at fault, and answers in its own words."""
        known = _fuzzed(server)
        request = valid(operation, path, known)
        ids = st.sampled_from([*known.ids.values(), UNKNOWN])
        for param in operation.params:
            choice = data.draw(st.integers(0, 3))
            if choice == 0:
                request = request.without(param.name)
            elif choice == 1:
                request = request.but(param.name, data.draw(JUNK))
            elif choice == 2 and param.kind is Kind.ID:
                request = request.but(param.name, [data.draw(ids)] if param.many else data.draw(ids))
        extra = data.draw(st.dictionaries(st.text(max_size=6), JUNK, max_size=2))
        request = request._replace(values=request.values | extra)
        response = request.send(known.caller(), data.draw(st.sampled_from(["json", "query", "form"])))
        assert response.status_code < 500, response.text
        if response.status_code >= 400 and not _is_other_path(request):
            problems_of(operation, response, response.status_code)


def _fuzzed(server: RunningServer) -> World:
    """Return a world of the server in which anything may be stored."""
    key = -id(server)
    if key not in _known:
        _known[key] = {"world": world(server, "Dingo")}
    made: World = _known[key]["world"]
    return made


def _is_other_path(request: Sent) -> bool:
    """Whether a junk id makes the path another one."""
    texts = [text_of(value) for value in request.in_path.values()]
    return any(text in ("", ".", "..", "fields") or "/" in text for text in texts)
