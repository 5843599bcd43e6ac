"""What others try: texts that are scripts, forms of other sites, and ids of another tenant, on every page there is."""

import re
from collections.abc import Iterator, Mapping

import pytest

from interlog.web.cookies import SESSION
from interlog.web.routes import ROUTES, Route
from tests.serving import Firm

from .crawling import GETS, crawl
from .hostile import SHOWN, Filled, Harm, fill
from .visiting import Visitor, visitor

POSTS = tuple(route for route in ROUTES if route.method == "POST")
FOREIGN: tuple[Mapping[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
)
HERE = ("/options/", "/search", "/timeline", "/persons", "/organizations")
"""Pages that find what is typed."""


@pytest.fixture
def filled(firm: Firm) -> Filled:
    return fill(firm)


def address(path: str, ids: Mapping[str, str]) -> str:
    """Return a page's address with the ids of a tenant's records in it."""
    start = path.partition("{")[0]
    return re.sub(r"\{\w+\}", ids[start], path) if "{" in path else path


def _in_turn(routes: tuple[Route, ...], ids: Mapping[str, str]) -> Iterator[tuple[Route, str]]:
    for route in routes:
        yield route, address(route.path, ids)


class TestScripts:
    """A text is shown as a text, whoever wrote it and wherever it stands."""

    def test_no_text_becomes_markup(self, filled: Filled) -> None:
        """On every page of the route table, and in its parts; all of the texts have been on one of them."""
        mia, seen = filled.mia, ""
        pages = crawl(mia, *filled.starts, most=6)
        assert [path for path, found in pages.items() if not found] == []
        extra = [f"{path}?q=hurt" for path in HERE] + ["/options/persons?q=hurt", "/options/organizations?q=hurt"]
        for where in [one for found in pages.values() for one in found] + extra:
            for headers in ({}, {"HX-Request": "true"}):
                if where == "/events":
                    continue
                answer = mia.http.get(where, headers=headers)
                assert answer.status_code < 500, where
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                kind = answer.headers.get("content-type", "")
                if "text/html" in kind:
                    assert Harm(answer.text).found == [], where
                    seen += answer.text
                else:
                    assert kind.startswith(("application/json", "text/csv", "text/plain")) or not kind, where
        assert [word for word in SHOWN if f"hurt-{word}" not in seen] == []

    def test_nor_what_was_typed(self, filled: Filled) -> None:
        """In whatever a form or an address says, also where it is refused and shown again."""
        bad = "hurt-typed'\"></title></textarea></script><script>hurt()</script><img src=/hurt onerror=hurt()>"
        names = {name for path in GETS for name in re.findall(r'name="([^"]+)"', _text_of(filled.mia, path))}
        assert len(names) > 40
        fields = dict.fromkeys(names - {"form_key"}, bad)
        for path in GETS:
            if "{" not in path and path != "/events":
                answer = filled.mia.http.get(path, params=fields)
                assert (answer.status_code < 500, Harm(answer.text).found) == (True, []), path
        for route, where in _in_turn(POSTS, filled.ids):
            if not route.path.startswith(("/sign-out", "/account/sessions")):
                answer = filled.mia.post(where, **fields)
                assert (answer.status_code < 500, Harm(answer.text).found) == (True, []), where


def _text_of(mia: Visitor, path: str) -> str:
    if "{" in path or path == "/events":
        return ""
    answer = mia.get(path)
    return answer.text if "text/html" in answer.headers.get("content-type", "") else ""


class TestForgery:
    """Forms of other sites change nothing: each way of changing something is tried."""

    def test_without_the_word_of_our_pages(self, firm: Firm, filled: Filled) -> None:
        other = visitor(firm, firm.mia)
        before = firm.rows()
        for route, where in _in_turn(POSTS, filled.ids):
            if not route.is_open:
                for word in ("", "x", other.form_key):
                    answer = filled.mia.http.post(where, data={"form_key": word})
                    assert answer.status_code == 403, where
        assert firm.rows() == before

    def test_from_another_site(self, firm: Firm, filled: Filled) -> None:
        """Even with the right word, and also where nobody needs to be signed in."""
        filled.mia.get("/")  # says what was done last, and forgets it
        before = firm.rows()
        for _, where in _in_turn(POSTS, filled.ids):
            for headers in FOREIGN:
                answer = filled.mia.http.post(where, data={"form_key": filled.mia.form_key}, headers=headers)
                assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), where
        assert firm.rows() == before

    def test_by_a_link(self, firm: Firm, filled: Filled) -> None:
        """An image or a link in somebody's page asks by GET, which changes nothing."""
        before = firm.rows()
        for route, where in _in_turn(POSTS, filled.ids):
            if route.path not in GETS:
                assert filled.mia.get(where).status_code in (404, 405), where
            elif route.path not in ("/sign-in/{key}",):
                assert filled.mia.http.get(where, params={"form_key": filled.mia.form_key}).status_code < 500
        assert firm.rows() == before


class TestAnotherTenant:
    """Nobody reads or changes what is another tenant's, on any page and by any id."""

    def test_reads_nothing(self, firm: Firm, filled: Filled) -> None:
        """Ids of another tenant's records lead to nothing; lists, searches and the journal hold none of them."""
        spy = visitor(firm.server.found(owner=("Zoe", "Spy", "zoe@spy.example")))
        for path in GETS:
            where = address(path, filled.ids)
            if where == "/events" or path == "/sign-in/{key}":
                continue
            answer = spy.get(where)
            assert ("{" not in path or answer.status_code == 404) and "hurt-" not in answer.text, where
        for path in HERE:
            assert "hurt-" not in spy.get(path, q="hurt").text.replace('value="hurt', "")

    def test_changes_nothing(self, firm: Firm, filled: Filled) -> None:
        """By forms of their own, with their own word and another's ids; nor with another's word."""
        own = firm.server.found(owner=("Zoe", "Spy", "zoe@spy.example"))
        spy = visitor(own)
        before = firm.rows()
        for route, where in _in_turn(POSTS, filled.ids):
            if route.is_open or "{" not in route.path:
                continue
            fields = {"title": "x", "name": "x", "first_name": "x", "content": "x", "do": "save"}
            assert spy.post(where, **fields).status_code == 404, where
            assert spy.http.post(where, data=fields | {"form_key": filled.mia.form_key}).status_code == 403, where
        assert firm.rows() == before

    def test_has_sessions_of_its_own(self, firm: Firm, filled: Filled) -> None:
        """A session's key is worth nothing but in its own tenant, and shows which that is wherever it is sent."""
        thief = Visitor(firm)
        key = filled.mia.http.cookies[SESSION]
        for forged in (
            key[:-1],
            key + "x",
            key.replace("_", "", 1),
            re.sub(r"\d+", "999999", key, count=1),
            key.upper(),
        ):
            thief.http.cookies.set(SESSION, forged)
            assert thief.get("/account").status_code == 303
