"""The start page: public, complete, and sufficient to itself."""

import re
from html.parser import HTMLParser
from typing import cast

import falcon
import pytest
from falcon.testing import Result, TestClient

from interlog import server
from interlog.ledger import Ledger
from interlog.settings import Settings
from interlog.web import app as web
from interlog.web.start import SERVED


def _client(settings: Settings | None = None) -> TestClient:
    no_store = cast("Ledger", None)  # whoever is not signed in is shown nothing out of it
    return TestClient(web.create(settings or Settings(), no_store))


def _start(settings: Settings | None = None, **options: object) -> Result:
    result: Result = _client(settings).simulate_get("/", **options)
    assert result.status == falcon.HTTP_200
    return result


class _Links(HTMLParser):
    """Collects what a page refers to, its elements, and its ids."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.elements: set[str] = set()
        self.labels: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attributes:
            if name in ("href", "src") and value is not None:
                self.addresses.append(value)
            if name in ("id", "aria-labelledby", "alt", "lang"):
                self.labels.append((name, value))


def test_each_protocol_is_shown_with_its_base_urls() -> None:
    """The page names every protocol that the server serves, by the address that the request came to."""
    page = _start(host="interlog.own.example", protocol="https").text

    for protocol in SERVED:
        for _, path in protocol.bases:
            assert f"<code>https://interlog.own.example{path}</code>" in page
    # What one copies into a program is not always the prefix: directories of apps are asked for by a whole path.
    assert {protocol.id: {_first(path) for _, path in protocol.bases} for protocol in SERVED} == {
        name: {prefix} for name, (prefix, _) in server.PROTOCOLS.items()
    }


def _first(path: str) -> str:
    return "/" + path.split("/")[1]


def test_the_page_works_behind_a_prefix() -> None:
    """Behind a proxy's prefix the page's own files and the base URLs carry it."""
    page = _start(host="own.example", root_path="/interlog").text

    assert "<code>http://own.example/interlog/affinity</code>" in page
    own = [address for address in _Links(page).addresses if not address.startswith("#")]
    assert own
    assert all(address.startswith("/interlog/") for address in own)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    """No script, no frame, no request to another server, and a policy that forbids them."""
    answer = _start()
    links = _Links(answer.text)

    assert links.elements.isdisjoint({"script", "iframe", "form", "object", "style"})
    assert all(address.startswith("/") and not address.startswith("//") for address in links.addresses)
    start = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
    assert answer.headers["content-security-policy"].startswith(start)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_file_of_the_page_is_served() -> None:
    """The style sheet and the icon are there, with their types, and may be kept for a while."""
    client = _client()
    files = [address for address in _Links(_start().text).addresses if address.startswith("/static/")]

    assert len(set(files)) == 2
    for address in set(files):
        answer = client.simulate_get(address)
        assert answer.status == falcon.HTTP_200
        assert answer.headers["content-type"].split(";")[0] in ("text/css", "image/svg+xml")
        assert "max-age" in answer.headers["cache-control"]


def test_the_page_can_be_read_by_everybody() -> None:
    """It names its language, its headings label its sections, and its picture is known as decoration."""
    links = _Links(_start().text)
    ids = {value for name, value in links.labels if name == "id"}

    assert ("lang", "en") in links.labels
    assert ("alt", "") in links.labels
    assert {value for name, value in links.labels if name == "aria-labelledby"} <= ids
    assert {"main", "header", "footer", "h1", "h2"} <= links.elements


def test_metrics_are_shown_only_when_served() -> None:
    """A server without metrics does not name them."""
    assert "/metrics" in _start().text
    assert "/metrics" not in _start(Settings(metrics=False)).text


def test_a_protocol_at_the_root_is_shown_there_too() -> None:
    """With --root the page says that the protocol is served without its prefix as well."""
    page = _start(Settings(root="affinity"), host="own.example").text

    assert re.search(r"Also at</dt>\s*<dd><code>http://own.example</code>", page)


def test_the_hosts_name_cannot_bring_markup_in() -> None:
    """Whatever a request calls the host, it is text."""
    assert "<b>" not in _start(headers={"Host": "<b>own</b>.example"}).text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/static/", "/static/nothing.css", "/static/../app.py", "/static/..%2fapp.py"]
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    """Unknown pages and files are 404, and no other file comes out."""
    answer = _client().simulate_get(path)

    assert answer.status == falcon.HTTP_404
    assert answer.text == "404 Not Found\n" or "There is nothing here." in answer.text
    assert "import" not in answer.text


def test_the_page_answers_head_and_refuses_to_be_written() -> None:
    """HEAD is GET without a body; other methods are refused."""
    client = _client()

    assert client.simulate_head("/").status == falcon.HTTP_200
    assert client.simulate_post("/").status == falcon.HTTP_405
