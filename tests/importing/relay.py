"""A small proxy before a server, at which a test can count, hold up and refuse what is asked."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2

Fault = Callable[[str, int], tuple[int, dict[str, str], bytes] | None]
"""Given a path and which request this is (from 1 on): the answer in place of the server's, if there is to be one."""


class Relay:
    """``base`` is its address. Requests from ``hold_at`` on wait until ``go_on``; ``holding`` is set when one does."""

    def __init__(self, base: str) -> None:
        self._server_base = base
        self.asked: Counter[str] = Counter()
        self.count = 0
        self.fault: Fault = lambda path, number: None
        self.hold_at = 0
        self.holding = threading.Event()
        self.go_on = threading.Event()
        self._lock = threading.Lock()
        self.http = httpx2.Client(timeout=30, trust_env=False)
        self.base = ""

    def answer(self, path: str, asked_with: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Return what is answered to a GET."""
        with self._lock:
            self.count += 1
            number = self.count
            self.asked[path] += 1
        if self.hold_at and number >= self.hold_at:
            self.holding.set()
            self.go_on.wait(60)
        found = self.fault(path, number)
        if found is not None:
            return found
        answer = self.http.get(self._server_base + path, headers=asked_with)
        return answer.status_code, {}, answer.content


@contextmanager
def relay(base: str) -> Iterator[Relay]:
    """Run a relay to the server at an address."""
    one = Relay(base)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, headers, body = one.answer(
                self.path, {name: self.headers.get(name, "") for name in ("Authorization", "X-Extensions")}
            )
            with suppress(ConnectionError):  # who asked was killed
                self._send(status, headers, body)

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    one.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield one
    finally:
        one.go_on.set()
        server.shutdown()
        server.server_close()
        one.http.close()
