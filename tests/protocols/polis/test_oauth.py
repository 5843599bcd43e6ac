"""OAuth 2.0 (spec 5.1): the page for people, and tokens for applications, through other people's clients."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from requests_oauthlib import OAuth2Session

from interlog.model.canvassing.resources import ResourceDraft, catch_all_campaign, role_id, root_organization
from tests.serving import Firm

BACK = "https://app.example/back"
PASSWORD = "correct horse battery"

pytestmark = pytest.mark.usefixtures("_insecure_transport")


@pytest.fixture
def _insecure_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clients speak HTTP, which they do not by themselves."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


class App(NamedTuple):
    """A registered application."""

    client_id: str
    secret: str | None
    base: str
    firm: Firm

    @property
    def authorize(self) -> str:
        """The address of the page."""
        return f"{self.base}/oauth/authorize"

    @property
    def token(self) -> str:
        """The address for tokens."""
        return f"{self.base}/auth/oauth2/token"

    @property
    def something(self) -> str:
        """The address of something that a token lets one read."""
        return f"{self.base}/v1/campaigns/{catch_all_campaign(self.firm.tenant)}"


def register(firm: Firm, *uris: str, **more: Any) -> App:
    """Register an application."""
    made, secret = firm.server.run(firm.ledger.applications.create(firm.actor, "Door app", uris or (BACK,), **more))
    return App(made.client_id, secret, f"{firm.server.base}/polis", firm)


@pytest.fixture
def app(firm: Firm) -> App:
    """An application with a secret."""
    return register(firm)


@pytest.fixture
def browser() -> Iterator[httpx2.Client]:
    """A browser without JavaScript: it keeps cookies and sends forms."""
    with httpx2.Client(trust_env=False, timeout=30) as client:
        yield client


def hidden(page: httpx2.Response) -> dict[str, str]:
    """Return what stands hidden in the first form of a page."""
    form = page.text.partition("<form")[2].partition("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


def choices(page: httpx2.Response) -> list[str]:
    """Return the ids of the organizations to choose from."""
    return re.findall(r'name="organization" value="([^"]*)"', page.text)


def allow(browser: httpx2.Client, address: str, *, token: str | None = None, email: str | None = None) -> str:
    """Sign in on the page, allow what is asked for, and return the address that the user is sent back to."""
    page = browser.get(address)
    assert page.status_code == 200, page.text
    who = {"token": token} if token else {"email": email, "password": PASSWORD}
    page = browser.post(address, data=hidden(page) | who | {"answer": "sign-in"})
    assert page.status_code == 200, page.text
    back = browser.post(address, data=hidden(page) | {"organization": choices(page)[0], "answer": "allow"})
    assert back.status_code == 303, back.text
    return str(back.headers["location"])


def members(location: str) -> dict[str, str]:
    """Return the parameters that an address carries."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def error(response: httpx2.Response) -> tuple[int, str]:
    """Return the status and the code of a refusal in the form of RFC 6749 §5.2."""
    assert set(response.json()) == {"error", "error_description"}
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()["error"]


@pytest.mark.client
@pytest.mark.covers("oauth.authorize", "oauth.consent", "oauth.token")
@pytest.mark.parametrize("pkce", [None, "S256"])
def test_requests_oauthlib_gets_a_token(firm: Firm, app: App, browser: httpx2.Client, pkce: str | None) -> None:
    """Its code flow ends with a token that works, with and without PKCE."""
    firm.server.run(firm.ledger.passwords.set(firm.actor, firm.mia.id, PASSWORD))
    session = OAuth2Session(app.client_id, redirect_uri=BACK, pkce=pkce)
    address, state = session.authorization_url(app.authorize)

    location = allow(browser, address, email=firm.mia.emails[0])

    assert members(location)["state"] == state
    assert members(location)["organizationId"] == root_organization(firm.tenant)
    got = session.fetch_token(app.token, authorization_response=location, client_secret=app.secret)
    assert set(got) == {"token_type", "access_token"} and got["token_type"] == "bearer"
    assert session.get(app.something).status_code == 200


@pytest.mark.client
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
@pytest.mark.parametrize("pkce", [False, True])
def test_authlib_gets_a_token_and_refreshes_it(firm: Firm, browser: httpx2.Client, method: str, pkce: bool) -> None:
    """Its code flow ends with a token that works, and that it can refresh and revoke."""
    app = register(firm, token_seconds=3_600)
    session: Any = AuthlibSession(
        app.client_id, app.secret, redirect_uri=BACK, token_endpoint_auth_method=method,
        code_challenge_method="S256" if pkce else None, revocation_endpoint_auth_method=method,
    )  # fmt: skip
    verifier = {"code_verifier": generate_token(48)} if pkce else {}
    address, state = session.create_authorization_url(app.authorize, **verifier)

    location = allow(browser, address, token=firm.token)

    first = dict(session.fetch_token(app.token, authorization_response=location, state=state, **verifier))
    assert (first["expires_in"], first["token_type"]) == (3_600, "bearer")
    assert session.get(app.something).status_code == 200
    second = session.refresh_token(app.token, refresh_token=first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    assert session.get(app.something).status_code == 200
    revoked = session.revoke_token(f"{app.base}/auth/oauth2/revoke", token=second["access_token"])
    assert revoked.status_code == 200
    assert session.get(app.something).status_code == 401


@pytest.mark.client
@pytest.mark.covers("oauth.token")
def test_authlib_gets_a_token_on_the_applications_own_account(firm: Firm) -> None:
    """It acts as whoever registered it."""
    app = register(firm)
    session: Any = AuthlibSession(app.client_id, app.secret)
    session.fetch_token(app.token, grant_type="client_credentials")
    assert session.get(app.something).status_code == 200


@pytest.mark.covers("oauth.token")
def test_the_vendors_own_form_is_json(app: App, browser: httpx2.Client) -> None:
    """The body of the vendor's documentation, and exactly the two members of its answer; the old clientId works too."""
    location = allow(browser, f"{app.authorize}?clientId={app.client_id}", token=app.firm.token)
    assert set(members(location)) == {"code", "organizationId"} and location.startswith(BACK)
    body = {
        "client_id": app.client_id, "client_secret": app.secret, "code": members(location)["code"],
        "grant_type": "authorization_code",
    }  # fmt: skip

    got = browser.post(app.token, json=body)
    assert got.status_code == 200 and set(got.json()) == {"token_type", "access_token"}
    bearer = {"Authorization": f"Bearer {got.json()['access_token']}"}
    assert browser.get(app.something, headers=bearer).status_code == 200

    assert error(browser.post(app.token, json=body)) == (400, "invalid_grant")
    assert browser.get(app.something, headers=bearer).status_code == 401


def test_a_public_application_must_use_pkce(firm: Firm, browser: httpx2.Client) -> None:
    """It has no secret, so the verifier is all that protects its code."""
    app = register(firm, "http://127.0.0.1/back", is_public=True)
    address = f"{app.authorize}?response_type=code&client_id={app.client_id}&redirect_uri=http://127.0.0.1:4711/back"

    refused = browser.get(f"{address}&state=s")
    assert refused.status_code == 303 and members(refused.headers["location"])["error"] == "invalid_request"
    assert members(refused.headers["location"])["state"] == "s"

    verifier = "v" * 43
    location = allow(browser, f"{address}&code_challenge={verifier}&code_challenge_method=plain", token=firm.token)
    assert location.startswith("http://127.0.0.1:4711/back?code=")
    body = {"grant_type": "authorization_code", "code": members(location)["code"], "client_id": app.client_id}
    assert error(browser.post(app.token, data=body)) == (400, "invalid_grant")
    assert browser.post(app.token, data=body | {"code_verifier": verifier}).status_code == 200


class TestTokenErrors:
    """What the token endpoint refuses."""

    def test_are_those_of_rfc_6749(self, app: App, browser: httpx2.Client) -> None:
        """Each with its code, and with 401 where it is about who asks."""
        own = {"client_id": app.client_id, "client_secret": app.secret}
        basic = (app.client_id, app.secret or "")
        cases: list[tuple[dict[str, Any], int, str]] = [
            ({"data": own | {"grant_type": "authorization_code", "code": "x"}}, 400, "invalid_grant"),
            ({"data": own | {"grant_type": "authorization_code"}}, 400, "invalid_request"),
            ({"data": own | {"grant_type": "refresh_token", "refresh_token": "\x00"}}, 400, "invalid_grant"),
            ({"data": own | {"grant_type": "password"}}, 400, "unsupported_grant_type"),
            ({"data": own}, 400, "invalid_request"),
            ({"data": own | {"client_secret": "x"}}, 401, "invalid_client"),
            ({"data": {"client_id": "app1_\ud800".encode("utf-8", "replace")}}, 401, "invalid_client"),
            ({"data": {"client_id": app.client_id}}, 401, "invalid_client"),
            ({"data": {}}, 401, "invalid_client"),
            ({"auth": basic, "data": {"grant_type": "x"}}, 400, "unsupported_grant_type"),
            ({"auth": basic, "data": own | {"grant_type": "x"}}, 400, "invalid_request"),
            ({"auth": (app.client_id, "x"), "data": {}}, 401, "invalid_client"),
            ({"headers": {"Authorization": "Basic !"}, "data": {}}, 401, "invalid_client"),
            ({"json": [1]}, 400, "invalid_request"),
            ({"json": own | {"code": 5}}, 400, "invalid_request"),
            ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "invalid_request"),
            ({"content": b"<a/>", "headers": {"Content-Type": "text/xml"}}, 400, "invalid_request"),
            ({"content": b"a=1&a=2", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400,
             "invalid_request"),
            ({"content": b"&a=1" * 99, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400,
             "invalid_request"),
        ]  # fmt: skip
        before = app.firm.rows()
        for options, status, code in cases:
            response = browser.post(app.token, **options)
            assert error(response) == (status, code), (options, response.text)
            assert ("WWW-Authenticate" in response.headers) is (status == 401)
        assert app.firm.rows() == before

    @pytest.mark.covers("oauth.revoke")
    def test_revocation_asks_who_it_is(self, app: App, browser: httpx2.Client) -> None:
        """Only the application itself ends its tokens; an unknown token is as good as ended."""
        address = f"{app.base}/auth/oauth2/revoke"
        own = {"client_id": app.client_id, "client_secret": app.secret}
        assert error(browser.post(address, data={"token": "x"})) == (401, "invalid_client")
        assert error(browser.post(address, data=own)) == (400, "invalid_request")
        assert browser.post(address, data=own | {"token": "x"}).status_code == 200

    def test_client_credentials_need_a_secret(self, firm: Firm, browser: httpx2.Client) -> None:
        """A public application has no account of its own."""
        app = register(firm, is_public=True)
        asked = {"client_id": app.client_id, "grant_type": "client_credentials"}
        assert error(browser.post(app.token, data=asked)) == (400, "unauthorized_client")


class TestPage:
    """The page for people."""

    @pytest.mark.parametrize(
        "query", ["", "client_id=app1_nobody", "client_id=%00", "client_id={id}&redirect_uri=https://evil.example/",
                  "client_id={id}&client_id={id}", "client_id={id}&state=a&state=b"],
    )  # fmt: skip
    def test_sends_nobody_to_where_no_application_lives(self, app: App, browser: httpx2.Client, query: str) -> None:
        """What cannot be trusted is told to the user, on a page."""
        response = browser.get(f"{app.authorize}?{query.format(id=app.client_id)}")
        assert response.status_code == 400 and "location" not in response.headers
        assert "This cannot go on" in response.text

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("response_type=token", "unsupported_response_type"),
            ("code_challenge=short", "invalid_request"),
            ("code_challenge_method=S256", "invalid_request"),
            ("code_challenge=" + "v" * 43 + "&code_challenge_method=md5", "invalid_request"),
        ],
    )
    def test_tells_the_application_what_is_wrong(self, app: App, browser: httpx2.Client, query: str, code: str) -> None:
        """By sending the user back, with the state (RFC 6749 §4.1.2.1)."""
        response = browser.get(f"{app.authorize}?client_id={app.client_id}&state=a%20b&{query}")
        assert response.status_code == 303
        assert (members(response.headers["location"])["error"], members(response.headers["location"])["state"]) == (
            code, "a b",
        )  # fmt: skip

    def test_lets_the_user_say_no(self, app: App, browser: httpx2.Client) -> None:
        """Before and after signing in; nothing is given."""
        address = f"{app.authorize}?client_id={app.client_id}&state=s"
        page = browser.get(address)
        signed = browser.post(address, data=hidden(page) | {"token": app.firm.token})
        for form in (page, signed):
            response = browser.post(address, data=hidden(form) | {"answer": "cancel"})
            assert members(response.headers["location"])["error"] == "access_denied"

    def test_cannot_be_framed_or_made_to_run_anything(self, app: App, browser: httpx2.Client) -> None:
        """Its policy allows its own style, and its form to go on to the application alone."""
        page = browser.get(f"{app.authorize}?client_id={app.client_id}&state=<script>")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "form-action 'self' https://app.example" in policy
        assert page.headers["x-frame-options"] == "DENY" and page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in page.headers["set-cookie"].split(";")}

    def test_lets_its_cookie_go_by_https_only_where_that_is_how_it_came(self, app: App, browser: httpx2.Client) -> None:
        """Whichever way a proxy says so."""
        address = f"{app.authorize}?client_id={app.client_id}"
        for headers in ({"X-Forwarded-Proto": "https"}, {"Forwarded": "proto=https"}):
            assert "; Secure" in browser.get(address, headers=headers).headers["set-cookie"]
        assert "; Secure" not in browser.get(address).headers["set-cookie"]

    def test_takes_no_form_that_it_did_not_show_in_this_browser(self, app: App, browser: httpx2.Client) -> None:
        """Neither another site's form nor one from another browser signs anybody in, or allows anything."""
        address = f"{app.authorize}?client_id={app.client_id}"
        own = hidden(browser.get(address))
        signed = browser.post(address, data=own | {"token": app.firm.token})
        consent = hidden(signed) | {"organization": choices(signed)[0], "answer": "allow"}
        with httpx2.Client(trust_env=False, timeout=30) as other:
            other.get(address)
            for form in ({"token": app.firm.token}, own | {"token": app.firm.token}, consent):
                assert other.post(address, data=form).status_code == 400
        assert browser.post(address, data=consent | {"form": "x"}).status_code == 400
        assert browser.post(address, data=consent).status_code == 303

    def test_tells_what_is_wrong_with_a_sign_in(self, app: App, browser: httpx2.Client) -> None:
        """A wrong password or token is refused, in the same words whoever it is; after a few tries it takes longer."""
        address = f"{app.authorize}?client_id={app.client_id}"
        form = hidden(browser.get(address))
        limited = app.firm.token_of(app.firm.mia, "polis:read")
        for token in ("nonsense", limited, "\x00"):
            assert browser.post(address, data=form | {"token": token}).status_code == 403
        tries = [browser.post(address, data=form | {"email": "<b>@x.example", "password": "x"}) for _ in range(6)]
        assert [response.status_code for response in tries] == [403] * 5 + [429]
        assert tries[-1].headers["retry-after"] and "&lt;b&gt;@x.example" in tries[0].text

    def test_gives_no_organization_that_is_not_the_users(self, app: App, browser: httpx2.Client) -> None:
        """Another choice is asked for again, and the sign-in still stands."""
        address = f"{app.authorize}?client_id={app.client_id}"
        page = browser.post(address, data=hidden(browser.get(address)) | {"token": app.firm.token})
        wrong = {"organization": "5d0f6a52-9c1e-4b7a-8a36-1f0e8b6c2d10", "answer": "allow"}
        again = browser.post(address, data=hidden(page) | wrong)
        assert again.status_code == 400 and "Choose one of your organizations" in again.text
        right = {"organization": choices(again)[0], "answer": "allow"}
        assert browser.post(address, data=hidden(again) | right).status_code == 303
        assert browser.post(address, data=hidden(again) | right).status_code == 403

    @pytest.mark.parametrize(("status", "offered"), [("active", ["ward"]), ("disabled", None)])
    def test_offers_the_organizations_that_one_is_a_member_of(
        self, app: App, browser: httpx2.Client, status: str, offered: list[str] | None
    ) -> None:
        """Who may not act any more is offered none, and told so."""
        firm = app.firm
        firm.server.run(firm.ledger.permits.choices(firm.actor))  # the tenant is founded
        ids = {}
        for name in ("ward", "other"):
            draft = ResourceDraft(kind="organizations", data={"name": name})
            ids[name] = firm.server.run(firm.ledger.resources.create(firm.actor, draft)).resource.id
        ben = firm.colleague("Ben")
        data = {
            "organizationId": ids["ward"], "userId": ben.uuid, "roleId": role_id(firm.tenant, "Canvasser"),
            "status": status,
        }  # fmt: skip
        firm.server.run(firm.ledger.resources.create(firm.actor, ResourceDraft(kind="memberships", data=data)))
        address = f"{app.authorize}?client_id={app.client_id}"

        page = browser.post(address, data=hidden(browser.get(address)) | {"token": firm.token_of(ben)})

        assert choices(page) == [ids[name] for name in offered or ()]
        assert page.status_code == (200 if offered else 403)
        assert ("not an active member" in page.text) is (offered is None)

    def test_of_a_revoked_application_is_gone(self, app: App, browser: httpx2.Client) -> None:
        """Nobody can allow it anything any more."""
        assert browser.get(f"{app.authorize}?client_id={app.client_id}").status_code == 200
        app.firm.server.run(app.firm.ledger.applications.revoke(app.firm.actor, app.client_id))
        assert browser.get(f"{app.authorize}?client_id={app.client_id}").status_code == 400
