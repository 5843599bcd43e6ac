"""OAuth 2.0 (spec 5.1): what must hold for any request, and for any two addresses."""

import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.applications import Application, challenge_of, redirect_problems
from interlog.protocols.polis.oauth_wire import with_query
from tests.serving import RunningServer

JUNK = st.text(max_size=40) | st.sampled_from(["\x00", "app1_x", "ilogcode1_x", "Basic", "%", "&", "=", "S256"])
NAMES = st.sampled_from(
    ["client_id", "client_secret", "grant_type", "code", "redirect_uri", "refresh_token", "code_verifier", "token",
     "state", "response_type", "code_challenge", "code_challenge_method", "clientId", "form", "key", "answer", "email",
     "password", "organization"]
)  # fmt: skip
GRANTS = st.sampled_from(["authorization_code", "refresh_token", "client_credentials", "password"])
CODES = {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}


@pytest.fixture(scope="module")
def known(server: RunningServer) -> dict[str, str]:
    """An application, as a client names itself."""
    firm = server.found()
    made, secret = server.run(firm.ledger.applications.create(firm.actor, "App", ("https://app.example/back?a=b",)))
    assert secret is not None
    return {"client_id": made.client_id, "client_secret": secret}


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the body of a request, of whatever type."""
    fields: dict[str, Any] = draw(st.dictionaries(NAMES, JUNK, max_size=4))
    if draw(st.booleans()):
        fields["grant_type"] = draw(GRANTS)
    kind = draw(st.sampled_from(["form", "json", "wrong", "bytes"]))
    if kind == "form":
        content = urlencode({name: value.encode(errors="replace") for name, value in fields.items()}).encode()
        return {"content": content, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}
    if kind == "json":
        return {"content": json.dumps(fields).encode(), "headers": {"Content-Type": "application/json"}}
    if kind == "wrong":
        value = draw(st.recursive(st.none() | st.integers() | JUNK, st.lists, max_leaves=4))
        return {"content": json.dumps(fields | {draw(NAMES): value}).encode()}
    return {"content": draw(st.binary(max_size=60)), "headers": {"Content-Type": draw(st.sampled_from(["a/b", ""]))}}


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    body=bodies(), own=st.booleans(), basic=st.none() | st.text(alphabet="Bbasic :=QWxh", max_size=20),
    path=st.sampled_from(["token", "revoke"]),
)  # fmt: skip
def test_a_request_for_a_token_is_never_a_fault(
    server: RunningServer, known: dict[str, str], body: dict[str, Any], own: bool, basic: str | None, path: str
) -> None:
    """Whatever is sent, it is answered in the words of RFC 6749, and gives no token but to who knows the secret."""
    headers = dict(body.get("headers", {}))
    if basic is not None:
        headers["Authorization"] = basic.strip()
    options: dict[str, Any] = {"auth": tuple(known.values())} if own else {}
    response = server.http.post(
        f"{server.base}/polis/auth/oauth2/{path}", content=body["content"], headers=headers, **options
    )
    assert response.status_code in ((200, 400, 401) if own else (400, 401)), response.text
    if response.status_code != 200:
        assert response.json()["error"] in CODES
        description = response.json()["error_description"]
        assert description.isascii() and '"' not in description and "\\" not in description


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(fields=st.dictionaries(NAMES, JUNK, max_size=4), body=bodies(), is_post=st.booleans())
def test_the_page_sends_nobody_elsewhere(
    server: RunningServer, known: dict[str, str], fields: dict[str, str], body: dict[str, Any], is_post: bool
) -> None:
    """Whatever is sent, the answer is a page of ours, or leads back to the application."""
    pairs = {"client_id": known["client_id"]} | fields
    query = "&".join(f"{name}={quote(value.encode(errors='replace'))}" for name, value in pairs.items())
    address = f"{server.base}/polis/oauth/authorize?{query}"
    response: httpx2.Response = server.http.post(address, **body) if is_post else server.http.get(address)
    assert response.status_code in (200, 303, 400, 403), response.text
    if response.status_code == 303:
        assert response.headers["location"].startswith("https://app.example/back?a=b&error=")
    else:
        assert response.headers["content-type"].startswith("text/html")
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


URIS = st.builds(
    "{}://{}{}{}{}".format,
    st.sampled_from(["http", "https", "com.example.app", "javascript"]),
    st.sampled_from(["127.0.0.1", "localhost", "[::1]", "app.example", "a@127.0.0.1", "127.0.0.1.evil.example", ""]),
    st.sampled_from(["", ":80", ":5123", ":99999", ":x"]),
    st.sampled_from(["", "/", "/back", "/back/", "//evil.example"]),
    st.sampled_from(["", "?a=b", "#part", ";x", " "]),
)


@given(registered=URIS, asked=URIS)
def test_only_the_port_of_this_machine_is_free(registered: str, asked: str) -> None:
    """An address is taken if it is what was registered; on this machine with any port, and nothing else different."""
    if redirect_problems((registered,)):
        return
    application = Application(id=1, client_id="a", name="x", redirect_uris=(registered,), person_id=1, created_at=0)
    taken = application.redirect_uri(asked)
    assert taken in (None, asked)
    if taken is not None and asked != registered:
        ours, theirs = urlsplit(registered), urlsplit(asked)
        assert ours.scheme == "http" and ours.hostname in ("127.0.0.1", "::1")
        assert (theirs.scheme, theirs.hostname, theirs.path, theirs.query) == (
            ours.scheme, ours.hostname, ours.path, ours.query,
        )  # fmt: skip
        assert "@" not in theirs.netloc


@given(value=st.text(max_size=50))
def test_a_state_comes_back_as_it_was(value: str) -> None:
    """Whatever an application sends along, it gets back."""
    address = with_query("https://app.example/back?a=b", code="c", state=value.encode(errors="replace").decode())
    read = httpx2.URL(address).params
    assert (read["a"], read["code"], read["state"]) == ("b", "c", value.encode(errors="replace").decode())


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
