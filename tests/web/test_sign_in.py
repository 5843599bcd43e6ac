"""Signing in and out over HTTP, and what others try with it."""

import re

import httpx2
import pytest

from interlog.model.tenancy import UserRole
from interlog.web.cookies import SESSION
from tests.conftest import ENGINES, FreshDatabase
from tests.serving import Firm, RunningServer, running_server, wait_until

from .visiting import Visitor, link_of, visitor

PASSWORD = "correct horse battery"
WRONG = "The e-mail address or the password is wrong."


class Stranger:
    """A browser in which nobody is signed in yet, before a server."""

    def __init__(self, base: str) -> None:
        self.http = httpx2.Client(base_url=base, timeout=30, trust_env=False)

    def sign_in(self, email: str, password: str, **more: str) -> httpx2.Response:
        """Send the form; ``more`` are further fields."""
        return self.http.post("/sign-in", data={"email": email, "password": password} | more)


@pytest.fixture
def stranger(firm: Firm) -> Stranger:
    return Stranger(firm.server.base)


def _with_password(firm: Firm) -> Visitor:
    mia = visitor(firm)
    assert mia.post("/account/password", password=PASSWORD).status_code == 303
    return mia


class TestLink:
    def test_works_once(self, firm: Firm, stranger: Stranger) -> None:
        """Opening it asks first, since programs open links too; the second time it leads to nothing."""
        link = f"/sign-in/{link_of(firm, firm.mia)}"
        for _ in range(2):
            asked = stranger.http.get(link)
            assert (asked.status_code, SESSION in stranger.http.cookies) == (200, False)
        assert stranger.http.post(link).status_code == 303
        assert stranger.http.get("/account").status_code == 200
        again = Stranger(firm.server.base).http.post(link)
        assert again.status_code == 422
        assert "This link has been used" in again.text
        assert SESSION not in again.cookies

    def test_of_another_kind_is_none(self, any_firm: Firm) -> None:
        """Neither a token nor a session's key signs in by this way."""
        mia = visitor(any_firm)
        for key in (any_firm.token, mia.http.cookies[SESSION], "x", "ilin1_", "%00"):
            assert Stranger(any_firm.server.base).http.post(f"/sign-in/{key}").status_code == 422

    def test_begins_a_session_of_its_own(self, any_firm: Firm) -> None:
        """What the browser was given before counts for nothing: nobody can choose somebody else's session."""
        mia = visitor(any_firm)
        known = mia.http.cookies[SESSION]
        victim = Stranger(any_firm.server.base)
        victim.http.cookies.set(SESSION, "ises1_chosen-by-somebody-else")
        victim.http.post(f"/sign-in/{link_of(any_firm, any_firm.mia)}")
        given = [cookie.value for cookie in victim.http.cookies.jar if cookie.name == SESSION and cookie.expires]
        assert len(given) == 1
        assert given[0] not in (known, "ises1_chosen-by-somebody-else")


class TestPassword:
    def test_signs_in(self, server: RunningServer, fresh_database: FreshDatabase, firm: Firm) -> None:
        """By e-mail address, in any case, and the firm's name where there are several; then on to what was asked."""
        _with_password(firm)
        stranger = Stranger(server.base)
        asked = stranger.http.get("/persons?q=eve%20m")
        assert asked.status_code == 303
        form = stranger.http.get(asked.headers["Location"]).text
        found = re.search(r'name="next" value="([^"]*)"', form)
        assert found is not None
        assert found[1] == "/persons?q=eve%20m"
        answer = stranger.sign_in("MIA@own.example", PASSWORD, tenant=firm.tenant.name.upper(), next=found[1])
        assert (answer.status_code, answer.headers["Location"]) == (303, "/persons?q=eve%20m")
        assert stranger.http.get(answer.headers["Location"]).status_code == 200

    def test_wrong_ones_tell_nothing(self, firm: Firm, stranger: Stranger) -> None:
        """Nobody learns which of firm, address and password was wrong; the address that was typed stays."""
        _with_password(firm)
        firm.person("Eve", "Moll", "eve@client.example")
        name = firm.tenant.name
        for email, password, tenant in (
            ("mia@own.example", "wrong", name),
            ("nobody@own.example", PASSWORD, name),
            ("eve@client.example", PASSWORD, name),
            ("mia@own.example", PASSWORD, "no-such-firm"),
            ("<script>alert(1)</script>", "", ""),
            ("mia@own.example\x00", "\x00", name),
            ("x" * 5_000, "x" * 100_000, "x" * 5_000),
        ):
            answer = stranger.sign_in(email, password, tenant=tenant)
            assert (answer.status_code, SESSION in stranger.http.cookies) == (422, False)
            assert WRONG in answer.text
            assert "<script>alert" not in answer.text
            assert PASSWORD not in answer.text

    def test_is_not_guessed(self, firm: Firm, stranger: Stranger) -> None:
        """After five tries one waits, with the right one too; others of the firm do not."""
        _with_password(firm)
        name = firm.tenant.name
        for _ in range(5):
            assert stranger.sign_in("mia@own.example", "wrong", tenant=name).status_code == 422
        answer = stranger.sign_in("Mia@own.example ", PASSWORD, tenant=name)
        assert answer.status_code == 429
        assert re.search(r"Too many tries\. Wait a while\. Wait \d+ seconds", answer.text)
        assert stranger.sign_in("ben@own.example", "wrong", tenant=name).status_code == 422

    @pytest.mark.parametrize("password", ["", "short", "x" * 1_025])
    def test_has_some_length(self, any_mia: Visitor, password: str) -> None:
        """What is wrong stands at the field, in the reader's language."""
        answer = any_mia.post("/account/password", password=password)
        assert answer.status_code == 422
        assert 'aria-describedby="password-problem ' in answer.text
        assert "must have 8 to 1024 characters" in answer.text
        any_mia.http.cookies.set("interlog_language", "de")
        assert "muss 8 bis 1024 Zeichen haben" in any_mia.post("/account/password", password=password).text

    @pytest.mark.parametrize("engine", ENGINES)
    def test_needs_no_firm_where_there_is_one(
        self, engine: str, fresh_database: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        with running_server(engine, fresh_database, tmp_path_factory.mktemp("alone")) as server:
            firm = server.found()
            _with_password(firm)
            stranger = Stranger(server.base)
            assert 'name="tenant"' not in stranger.http.get("/sign-in").text
            assert stranger.sign_in("mia@own.example", PASSWORD).status_code == 303

    def test_is_for_who_may_sign_in(self, firm: Firm, stranger: Stranger) -> None:
        """Whoever was kept out stays out, whatever he knows."""
        ben = firm.colleague("Ben", role=UserRole.MEMBER)
        firm.server.run(firm.ledger.passwords.set(firm.actor, ben.id, PASSWORD))
        assert stranger.sign_in("ben@own.example", PASSWORD, tenant=firm.tenant.name).status_code == 303
        firm.server.run(firm.ledger.staff.change(firm.actor, ben.id, active=False))
        other = Stranger(firm.server.base)
        assert other.sign_in("ben@own.example", PASSWORD, tenant=firm.tenant.name).status_code == 422


class TestChangingIt:
    """A browser that somebody has left open is not enough to take an account over."""

    def test_asks_for_the_old_one(self, firm: Firm, stranger: Stranger) -> None:
        """Whoever does not know it changes nothing, and is made to wait; the first one needs none."""
        mia = _with_password(firm)
        assert 'name="current"' in mia.get("/account").text
        for _ in range(5):
            answer = mia.post("/account/password", password="another password", current="guessed")
            assert answer.status_code == 422
            assert 'aria-describedby="current-problem ' in answer.text
            assert "is not your password" in answer.text
        answer = mia.post("/account/password", password="another password", current=PASSWORD)
        assert answer.status_code == 429
        assert "Too many tries." in answer.text
        assert stranger.sign_in("mia@own.example", PASSWORD, tenant=firm.tenant.name).status_code == 303

    def test_ends_all_other_sessions(self, firm: Firm, stranger: Stranger) -> None:
        """Links that nobody used are over, too; the session that changed it, and other people's, go on."""
        mia, other, ben = _with_password(firm), visitor(firm), visitor(firm, firm.colleague("Ben"))
        link = link_of(firm, firm.mia)
        assert mia.post("/account/password", password="another password", current=PASSWORD).status_code == 303
        assert [who.get("/account").status_code for who in (mia, other, ben)] == [200, 303, 200]
        assert stranger.http.post(f"/sign-in/{link}").status_code == 422
        name = firm.tenant.name
        assert stranger.sign_in("mia@own.example", PASSWORD, tenant=name).status_code == 422
        assert stranger.sign_in("mia@own.example", "another password", tenant=name).status_code == 303


class TestNext:
    @pytest.mark.parametrize(
        "path",
        ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
         "/\t/evil.example", "/%0d%0aSet-Cookie:%20a=b\r\nX: y", "evil.example", "///evil.example", ""],
    )  # fmt: skip
    def test_leads_nowhere_else(self, any_firm: Firm, path: str) -> None:
        """Only to pages of this server: who comes by password, is signed in already, or chooses a language."""
        mia = visitor(any_firm)
        any_firm.server.run(any_firm.ledger.passwords.set(any_firm.actor, any_firm.mia.id, PASSWORD))
        stranger = Stranger(any_firm.server.base)
        name = any_firm.tenant.name
        answers = [
            mia.get("/sign-in", next=path),
            stranger.sign_in("mia@own.example", PASSWORD, tenant=name, next=path),
            mia.post("/account/reading", language="de", next=path),
        ]
        assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(303, "/")] * 3
        assert all("a" not in answer.cookies for answer in answers)


class TestSignOut:
    def test_ends_any_of_ones_own(self, firm: Firm) -> None:
        """One by one, from any other; nobody else's, and none twice."""
        mia, other = visitor(firm), visitor(firm)
        ben = visitor(firm, firm.colleague("Ben"))
        ending = r"/account/sessions/\d+/end"
        mine, his = (set(re.findall(ending, who.get("/account").text)) for who in (mia, ben))
        seen_by_other = set(re.findall(ending, other.get("/account").text))
        assert (len(mine), his) == (1, set())
        assert ben.post(mine.copy().pop()).status_code == 404
        assert other.get("/account").status_code == 200
        assert mia.post(mine.copy().pop()).status_code == 303
        assert [who.get("/account").status_code for who in (mia, other, ben)] == [200, 303, 200]
        assert mia.post(mine.pop()).status_code == 404
        assert seen_by_other.isdisjoint(mine)

    def test_ends_this_session(self, firm: Firm) -> None:
        """The key is worth nothing any more, also to who has kept it; other sessions go on."""
        one, other = visitor(firm), visitor(firm)
        key = one.http.cookies[SESSION]
        assert one.post("/sign-out").status_code == 303
        assert SESSION not in one.http.cookies
        thief = Stranger(firm.server.base)
        thief.http.cookies.set(SESSION, key)
        assert thief.http.get("/account").status_code == 303
        assert other.get("/account").status_code == 200

    def test_everywhere_ends_all(self, firm: Firm) -> None:
        """One's own, on all devices, and links that nobody has used; nobody else's."""
        one, other = visitor(firm), visitor(firm)
        ben = visitor(firm, firm.colleague("Ben"))
        link = link_of(firm, firm.mia)
        assert one.get("/account").text.count("python-httpx") >= 2
        assert one.post("/sign-out/everywhere").status_code == 303
        assert [who.get("/account").status_code for who in (one, other, ben)] == [303, 303, 200]
        assert Stranger(firm.server.base).http.post(f"/sign-in/{link}").status_code == 422


class TestForgery:
    def _forms(self, mia: Visitor) -> list[tuple[str, dict[str, str]]]:
        return [
            ("/sign-out", {}),
            ("/sign-out/everywhere", {}),
            ("/account/password", {"password": PASSWORD}),
            ("/admin/users", {"email": "zoe@own.example", "first_name": "Zoe", "role": "admin"}),
            ("/admin/tokens", {"label": "x", "user": "1"}),
            ("/admin/groups", {"name": "x"}),
            ("/admin/settings", {"domains": "evil.example", "time_zone": "UTC"}),
        ]

    @pytest.mark.parametrize("key", ["", "x", "other's"])
    def test_without_the_page_s_own_word(self, any_firm: Firm, key: str) -> None:
        """A form that our page did not make is refused, and nothing is stored."""
        mia = visitor(any_firm)
        word = visitor(any_firm, any_firm.colleague("Ben")).form_key if key == "other's" else key
        before = any_firm.rows()
        for path, fields in self._forms(mia):
            answer = mia.http.post(path, data=fields | {"form_key": word})
            assert answer.status_code == 403, path
        assert any_firm.rows() == before

    @pytest.mark.parametrize(
        "headers",
        [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
         {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site", "Origin": "null"}],
    )  # fmt: skip
    def test_from_another_site(self, any_firm: Firm, headers: dict[str, str]) -> None:
        """Even with the right word, and where nobody needs to be signed in: others cannot sign somebody in as them."""
        mia = visitor(any_firm)
        link = link_of(any_firm, any_firm.mia)
        before = any_firm.rows()
        for path, fields in self._forms(mia):
            assert mia.http.post(path, data=fields | {"form_key": mia.form_key}, headers=headers).status_code == 403
        stranger = Stranger(any_firm.server.base)
        for path in ("/sign-in", f"/sign-in/{link}"):
            assert stranger.http.post(path, data={"email": "a"}, headers=headers).status_code == 403
        assert any_firm.rows() == before

    def test_browsers_of_ours_pass(self, any_firm: Firm) -> None:
        """What the browser says of its own page is believed, also behind a proxy that changes the address."""
        mia = visitor(any_firm)
        fields = {"form_key": mia.form_key, "name": "West wing"}
        good = {"Sec-Fetch-Site": "same-origin", "Origin": "https://interlog.own.example"}
        assert mia.http.post("/admin/groups", data=fields, headers=good).status_code == 303

    def test_the_cookie_stays_in_the_browser(self, any_firm: Firm) -> None:
        """No script reads it, no other site's form carries it, and no cache keeps a page."""
        link = link_of(any_firm, any_firm.mia)
        answer = Stranger(any_firm.server.base).http.post(f"/sign-in/{link}")
        cookie = answer.headers["Set-Cookie"]
        assert all(part in cookie for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="))
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy


class TestRefusals:
    @pytest.mark.parametrize(
        ("method", "path", "status", "english", "german"),
        [
            ("GET", "/nothing", 404, "There is nothing here.", "Hier ist nichts."),
            ("GET", "/persons/999999", 404, "There is nothing here.", "Hier ist nichts."),
            ("GET", "/persons/x", 404, "There is nothing here.", "Hier ist nichts."),
            ("POST", "/sign-out", 403, "You may not do that.", "Das ist Ihnen nicht erlaubt."),
            ("POST", "/nothing", 404, "There is nothing here.", "Hier ist nichts."),
            ("POST", "/persons", 405, "That cannot be done here.", "Das geht hier nicht."),
        ],
    )
    def test_are_pages(self, any_mia: Visitor, method: str, path: str, status: int, english: str, german: str) -> None:
        """In the design, in the reader's language, with a way on."""
        for language, text in (("en", english), ("de", german)):
            any_mia.http.cookies.set("interlog_language", language)
            answer = any_mia.http.request(method, path)
            assert (answer.status_code, f"<h1>{text}</h1>" in answer.text) == (status, True), answer.text
            assert f'lang="{language}"' in answer.text
            assert '<nav class="places"' in answer.text

    def test_say_what_is_missing(self, any_firm: Firm) -> None:
        """Who only reads is told why he may not write."""
        reader = visitor(any_firm, any_firm.colleague("Ben", role=UserRole.VIEWER))
        answer = reader.get("/log")
        assert answer.status_code == 403
        assert "This needs the right to write." in answer.text
        reader.http.cookies.set("interlog_language", "de")
        assert "Dafür brauchen Sie das Recht zu schreiben." in reader.get("/log").text

    def test_too_much_at_once(self, any_mia: Visitor) -> None:
        answer = any_mia.http.post("/account/password", content=b"password=" + b"x" * (5 * 1024 * 1024))
        assert answer.status_code == 413
        assert "That is too much at once." in answer.text

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"a=b&" * 6_000, "application/x-www-form-urlencoded"),
            (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
            (b"nonsense", "multipart/form-data"),
            (b"\xff\x00%zz=%", "application/x-www-form-urlencoded"),
            (b"{}", "application/json"),
        ],
    )
    def test_what_is_no_form(self, any_mia: Visitor, content: bytes, kind: str) -> None:
        """No fault of ours, and a page."""
        answer = any_mia.http.post("/account/password", content=content, headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500
        assert "<h1>" in answer.text


def test_a_session_ends_with_its_user(firm: Firm) -> None:
    """Another role counts, and being kept out too, within a second."""
    ben = firm.colleague("Ben", role=UserRole.MEMBER)
    his = visitor(firm, ben)
    assert his.get("/log").status_code == 200
    firm.server.run(firm.ledger.staff.change(firm.actor, ben.id, role=UserRole.VIEWER))
    wait_until(lambda: his.get("/log").status_code == 403)
    firm.server.run(firm.ledger.staff.change(firm.actor, ben.id, active=False))
    wait_until(lambda: his.get("/timeline").status_code == 303)
