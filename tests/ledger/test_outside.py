"""Files from outside: only from the places that are named, bounded in size and time, never by way of another place."""

import asyncio
import os
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from interlog.ledger import outside
from interlog.ledger.outside import Refused, is_public, places_of, read
from interlog.model.errors import Invalid
from interlog.settings import load

LIMIT = 1_000


class _Files(BaseHTTPRequestHandler):
    """Serves a few answers, each at its path."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.server.hosts.append(self.headers["Host"])  # type: ignore[attr-defined]
        if self.path == "/exports/elsewhere":
            self.send_response(302)
            self.send_header("Location", "/exports/a.csv")
            self.end_headers()
            return
        body = {"/exports/a.csv": b"a,b\n1,2\n", "/exports/large.csv": b"x" * (LIMIT + 1)}.get(
            self.path.partition("?")[0]
        )
        self.send_response(404 if body is None else 200)
        if self.path.endswith("?packed"):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.path.endswith("?slow"):
            threading.Event().wait(2)
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def host() -> Iterator[ThreadingHTTPServer]:
    """A host of files on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Files) as server:
        server.asked, server.hosts = [], []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


async def code_of(uri: str, places: str, *, private: bool = False) -> str:
    """Return why a file is not read."""
    with pytest.raises(Refused) as refusal:
        await read(uri, places_of(places), LIMIT, private=private)
    return refusal.value.code


async def test_a_file_of_a_named_address_is_read(host: ThreadingHTTPServer) -> None:
    """An address that is named itself may be of this machine; the query is part of what is asked for."""
    base = f"http://127.0.0.1:{host.server_port}"
    assert await read(f"{base}/exports/a.csv", places_of(f"{base}/exports/"), LIMIT) == b"a,b\n1,2\n"
    assert await read(f"{base}/exports/a.csv?k=1", places_of(base), LIMIT) == b"a,b\n1,2\n"
    assert host.asked == ["/exports/a.csv", "/exports/a.csv?k=1"]  # type: ignore[attr-defined]


async def test_a_name_leads_to_public_addresses_only_unless_others_are_allowed(host: ThreadingHTTPServer) -> None:
    """Before anything is sent: a name of this machine is refused, or called by its own name."""
    base = f"http://localhost:{host.server_port}"
    assert await code_of(f"{base}/exports/a.csv", base) == "not_allowed"
    assert host.asked == []  # type: ignore[attr-defined]
    assert await read(f"{base}/exports/a.csv", places_of(base), LIMIT, private=True) == b"a,b\n1,2\n"
    assert host.hosts == [f"localhost:{host.server_port}"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:{port}/other/a.csv",
        "http://127.0.0.1:{port}/exportsmore/a.csv",
        "http://127.0.0.1:{port}/exports/../other/a.csv",
        "http://127.0.0.1:{port}/exports/%2e%2e/other/a.csv",
        "http://127.0.0.1:{port}/exports/%252e%252e/a.csv",
        "http://127.0.0.1:{port}/exports\\..\\a.csv",
        "http://user@127.0.0.1:{port}/exports/a.csv",
        "http://127.0.0.1:1/exports/a.csv",
        "https://127.0.0.1:{port}/exports/a.csv",
        "http://127.0.0.1.example:{port}/exports/a.csv",
        "http://[::1]:{port}/exports/a.csv",
        "http://127.0.0.1:999999/exports/a.csv",
        "http:///exports/a.csv",
        "file:///etc/passwd",
        "ftp://127.0.0.1/exports/a.csv",
        "http://[/exports",
        "",
    ],
)
async def test_nothing_else_is_called(host: ThreadingHTTPServer, uri: str) -> None:
    """Another folder, host, port or scheme, a way out of the folder, a name to sign in with, or no address at all."""
    places = f"http://127.0.0.1:{host.server_port}/exports"
    assert await code_of(uri.format(port=host.server_port), places) == "not_allowed"
    assert host.asked == []  # type: ignore[attr-defined]


async def test_answers_that_are_no_files_are_refused(host: ThreadingHTTPServer) -> None:
    """Redirects are not followed, what is too long or packed is not taken, and errors are told."""
    base = f"http://127.0.0.1:{host.server_port}/exports"
    assert await code_of(f"{base}/elsewhere", base) == "unavailable"
    assert host.asked == ["/exports/elsewhere"]  # type: ignore[attr-defined]
    assert await code_of(f"{base}/nothing", base) == "unavailable"
    assert await code_of(f"{base}/a.csv?packed", base) == "unavailable"
    assert await code_of(f"{base}/large.csv", base) == "too_large"
    assert await code_of("http://127.0.0.1:1/a", "http://127.0.0.1:1") == "unavailable"
    assert await code_of("http://nowhere.invalid/a", "http://nowhere.invalid") == "unavailable"


async def test_certificates_are_checked_by_the_name_that_was_asked_for(
    host: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the address is called: one for that name passes where this machine trusts its authority, no other does."""
    authority = trustme.CA()
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    host.socket = context.wrap_socket(host.socket, server_side=True)
    base = f"https://localhost:{host.server_port}"
    assert await code_of(f"{base}/exports/a.csv", base, private=True) == "unavailable"
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert await read(f"{base}/exports/a.csv", places_of(base), LIMIT, private=True) == b"a,b\n1,2\n"
    by_number = f"https://127.0.0.1:{host.server_port}"
    assert await code_of(f"{by_number}/exports/a.csv", by_number) == "unavailable"


async def test_a_host_that_says_nothing_is_left(host: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading takes no longer than it may."""
    monkeypatch.setattr(outside, "_SECONDS", 0.2)
    base = f"http://127.0.0.1:{host.server_port}/exports"
    assert await code_of(f"{base}/a.csv?slow", base) == "unavailable"


async def test_files_of_a_named_folder_are_read(tmp_path: Path) -> None:
    """Plain files below the folder; not by links that lead out of it, no pipes, no folders, none that are too long."""
    folder = tmp_path / "exports"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a b.csv").write_bytes(b"a\n1\n")
    (folder / "large").write_bytes(b"x" * (LIMIT + 1))
    (tmp_path / "secret").write_bytes(b"s")
    (folder / "inside").symlink_to(folder / "deep" / "a b.csv")
    (folder / "outside").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "pipe")
    places = f"https://files.own.example, file://{folder}/"
    for uri in (f"file://{folder}/deep/a%20b.csv", f"file://localhost{folder}/inside"):
        assert await asyncio.wait_for(read(uri, places_of(places), LIMIT), 5) == b"a\n1\n"
    for name, code in (("outside", "not_allowed"), ("pipe", "not_allowed"), ("deep", "unavailable"),
                       ("nothing", "unavailable"), ("large", "too_large"), ("../secret", "not_allowed"),
                       ("%2e%2e/secret", "not_allowed"), ("a%00b", "not_allowed")):  # fmt: skip
        assert await code_of(f"file://{folder}/{name}", places) == code, name
    assert await code_of(f"file://elsewhere{folder}/inside", places) == "not_allowed"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::10.0.0.1", False),
        ("2002:7f00:1::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    """None of this machine, of private networks or of groups, in whatever clothes they come."""
    assert is_public(address) is public


@pytest.mark.parametrize("text", ["nonsense", "ftp://a.example", "https://", "file://", "https://a.example/../b",
                                  "https://me@a.example", "https://a.example?x=1", "file://host/a"])  # fmt: skip
def test_places_that_are_none(text: str) -> None:
    """What cannot be a place is told when the settings are read."""
    with pytest.raises(ValueError):
        places_of(text)
    with pytest.raises(Invalid, match="addresses with https, http or file"):
        load({"customer_insights_sources": text}, environ={})
