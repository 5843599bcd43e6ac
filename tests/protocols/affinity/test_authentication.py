"""Who is let in: tokens as Bearer or Basic, and what a token may do."""

import base64

import pytest

from interlog.model.instants import SECOND, now
from interlog.model.parties import Person
from interlog.model.tenancy import UserRole
from tests.serving import Caller, Firm

from .conftest import PREFIX
from .wire import RATE_HEADERS, answered, refused

PATHS = ("/auth/whoami", "/v2/auth/whoami")


def basic(text: str) -> dict[str, str]:
    """Return the header of Basic credentials."""
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def anonymous(firm: Firm) -> Caller:
    """Return a client without a token."""
    caller = firm.caller(PREFIX)
    caller.token = None
    return caller


class TestAccepted:
    """What is let in (spec 1.2; spec 20, item 1)."""

    @pytest.mark.parametrize("path", PATHS)
    def test_every_form_is_the_same_user(self, firm: Firm, path: str) -> None:
        """Basic with an empty user, Basic with any user, and Bearer in any case."""
        api = anonymous(firm)
        token = firm.token
        forms = [
            {"Authorization": f"Bearer {token}"},
            {"Authorization": f"bearer {token}"},
            {"Authorization": f"BEARER   {token}"},
            basic(f":{token}"),
            basic(f"username:{token}"),
            basic(f"mia@own.example:{token}"),
            {"Authorization": basic(f":{token}")["Authorization"].replace("Basic", "basic")},
        ]
        for headers in forms:
            assert answered(api.request("GET", path, headers=headers))["user"]["id"] == firm.mia.id

    def test_works_without_a_scheme_header_challenge(self, firm: Firm) -> None:
        """``curl -u :TOKEN`` is let in at once."""
        assert answered(anonymous(firm).request("GET", "/auth/whoami", auth=("", firm.token)))

    def test_an_unexpired_token_is_let_in(self, firm: Firm) -> None:
        """A token is good until it expires."""
        token = firm.token_of(firm.mia, expires_at=now() + 3600 * SECOND)
        answered(firm.caller(PREFIX, token).get("/auth/whoami"))


class TestRefused:
    """What is not let in: 401 with an array of sentences in version 1, coded errors in version 2 (spec 20, item 1)."""

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer x",
            "Bearer ilog1_",
            "Bearer ilog999999_abc",
            "Bearer ilog99999999999999999999_abc",
            "Bearer ilog-1_abc",
            "Bearer ilog1_abc def",
            "Bearer ilog1_" + "x" * 5_000,
            "Bearer \xff\xfe",
            "Basic",
            "Basic !!!",
            "Basic OngK",
            "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
            "Basic " + base64.b64encode(b"no colon").decode(),
            "Digest username=x",
            "Negotiate abc",
            "x",
            "{token}",
            "Token {token}",
            "Bearer {token}x",
            "Bearer {token} {token}",
            "Basic {token}",
        ],
    )
    @pytest.mark.parametrize("path", PATHS)
    def test_without_a_good_token(self, any_firm: Firm, header: str | None, path: str) -> None:
        """Whatever is no token of ours is refused alike, with all headers of every answer."""
        headers = {}
        if header is not None:
            headers = {"Authorization": header.replace("{token}", any_firm.token).encode("latin-1")}
        response = any_firm.server.http.get(any_firm.server.base + PREFIX + path, headers=headers)
        assert response.status_code == 401
        if path.startswith("/v2"):
            (error,) = response.json()["errors"]
            assert set(error) == {"code", "message"}
            assert error["code"] == "authentication"
        else:
            refused(response, "Authentication failed", status=401)
        assert {name.lower() for name in RATE_HEADERS} <= set(response.headers)
        assert response.headers["X-Request-Id"]
        assert "Bearer" in response.headers["WWW-Authenticate"]

    def test_a_revoked_token(self, firm: Firm, ben: Person) -> None:
        """A token is refused as soon as it is revoked, even just after it was used."""
        token = firm.token_of(ben)
        api = firm.caller(PREFIX, token)
        answered(api.get("/auth/whoami"))
        firm.revoke(token)
        refused(api.get("/auth/whoami"), status=401)

    def test_an_expired_token(self, firm: Firm) -> None:
        """A token is refused once it has expired."""
        refused(firm.caller(PREFIX, firm.token_of(firm.mia, expires_at=now() - 1)).get("/persons"), status=401)

    def test_a_token_in_the_query(self, any_firm: Firm) -> None:
        """Tokens belong into the header, not into addresses that get logged."""
        api = anonymous(any_firm)
        for name in ("api_key", "access_token", "token", "key"):
            refused(api.get("/auth/whoami", **{name: any_firm.token}), status=401)

    def test_says_nothing_about_the_token(self, firm: Firm) -> None:
        """A refusal repeats no part of what was sent."""
        response = firm.caller(PREFIX, firm.token + "x").get("/auth/whoami")
        assert firm.token[:12] not in response.text


class TestRights:
    """What a token may do."""

    @pytest.mark.parametrize("scope", ["read", "affinity:read"])
    def test_a_token_to_read_does_not_write(self, firm: Firm, ola: Person, scope: str) -> None:
        """With the scope ``read`` everything can be read and nothing changed: 403."""
        api = firm.caller(PREFIX, firm.token_of(firm.mia, scope))
        assert answered(api.get(f"/persons/{ola.id}"))["id"] == ola.id
        before = firm.rows()
        refused(api.post("/persons", first_name="X", emails=[]), "Not allowed", status=403)
        refused(api.delete(f"/persons/{ola.id}"), status=403)
        assert firm.rows() == before

    def test_a_token_of_another_protocol_does_nothing_here(self, firm: Firm) -> None:
        """A token for another protocol is known, but has no right: 403."""
        api = firm.caller(PREFIX, firm.token_of(firm.mia, "polis:write"))
        refused(api.get("/persons"), status=403)
        refused(api.get("/auth/whoami"), status=403)

    def test_a_viewer_does_not_write(self, firm: Firm) -> None:
        """What a user may not do, his tokens may not either."""
        viewer = firm.colleague("Vera", role=UserRole.VIEWER)
        api = firm.caller(PREFIX, firm.token_of(viewer))
        answered(api.get("/persons"))
        refused(api.post("/persons", first_name="X", emails=[]), status=403)

    def test_a_right_is_missing_before_a_parameter(self, firm: Firm) -> None:
        """Whoever may not write learns nothing from what is wrong with his request."""
        api = firm.caller(PREFIX, firm.token_of(firm.mia, "read"))
        refused(api.post("/persons"), status=403)
