"""The load generator: a process of its own that sends ready-made requests over N connections, as fast as they are
answered.

It parses no more of an answer than its status and its length, so that one core of it can drive more than one server
core. Requests come from a file, so that what it sends was made before anything is measured.
"""

import asyncio
import gc
import json
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any, cast

import msgspec
import uvloop

from .children import LOAD_CORE, pin, say


class _Run:
    """One run: the requests to send, and what came of them. ``seconds`` None: each request once, in order.

    Otherwise they are drawn at random: in a circle, each would come back just when a cache has given it up.
    """

    def __init__(self, requests: list[bytes], seconds: float | None) -> None:
        self.requests = requests
        self.next = 0
        self.sent_all = False
        self.repeat = seconds is not None
        self.draw = Random(1).random
        self.statuses: Counter[bytes] = Counter()
        self.latencies: list[float] = []
        self.received = 0

    def take(self) -> bytes | None:
        """Return the next request to send; None at the end."""
        if self.sent_all:
            return None
        if self.repeat:
            return self.requests[int(self.draw() * len(self.requests))]
        if self.next == len(self.requests):
            self.sent_all = True
            return None
        self.next += 1
        return self.requests[self.next - 1]


class _Connection(asyncio.Protocol):
    """Sends one request after another, each when the answer to the one before has come."""

    transport: asyncio.Transport

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._missing = 0
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def start(self) -> None:
        """Send the first request."""
        self._send()

    def _send(self) -> None:
        request = self._run.take()
        if request is None:
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        run = self._run
        run.received += len(data)
        if self._missing:
            self._missing -= len(data)
        else:
            if self._buffer:
                data = self._buffer + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = data
                return
            self._buffer = b""
            status = data[9:12]
            run.statuses[status] += 1
            if not status.startswith(b"2"):
                run.sent_all = True  # nothing is worth measuring then
            head = data[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            length = int(head[at + 17 :].partition(b"\r\n")[0]) if at >= 0 else 0
            self._missing = length - (len(data) - end - 4)
        if self._missing == 0:
            run.latencies.append(time.perf_counter() - self._sent_at)
            self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection"))


async def drive(port: int, requests: list[bytes], connections: int, seconds: float | None) -> dict[str, Any]:
    """Send requests and return how many were answered, how fast, and with which statuses."""
    loop = asyncio.get_running_loop()
    run = _Run(requests, seconds)
    clients = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port)
        clients.append(client)
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    for client in clients:
        client.start()
    if seconds is not None:
        loop.call_later(seconds, _stop, run)
    await asyncio.gather(*(client.done for client in clients))
    elapsed = time.perf_counter() - started
    gc.enable()
    ordered = sorted(run.latencies)
    return {
        "count": len(ordered),
        "seconds": elapsed,
        "statuses": {status.decode(): many for status, many in run.statuses.items()},
        "p50_ms": statistics.median(ordered) * 1000,
        "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        "bytes": run.received,
    }


def _stop(run: _Run) -> None:
    run.sent_all = True


def write_requests(path: Path, requests: list[bytes]) -> None:
    """Write requests where the load generator finds them."""
    path.write_bytes(msgspec.msgpack.encode(requests))


def main() -> None:
    """Answer each line that comes in with the outcome of a run."""
    pin(LOAD_CORE)
    known: dict[str, list[bytes]] = {}
    for line in sys.stdin:
        question = json.loads(line)
        path = question["requests"]
        if path not in known:
            known = {path: msgspec.msgpack.decode(Path(path).read_bytes(), type=list[bytes])}
        say(**uvloop.run(drive(question["port"], known[path], question["connections"], question["seconds"])))


if __name__ == "__main__":
    main()
