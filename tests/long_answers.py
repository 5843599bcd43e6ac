"""Answers of any length, and the memory that a server takes for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.serving import InterlogProcess

MEGABYTE = 1024 * 1024


class Serving:
    """A process that serves much, and a token."""

    def __init__(self, process: InterlogProcess, token: str) -> None:
        self.pid, self.base = process.process.pid, process.base
        self._token = token

    def read(self, path: str, mark: bytes, **params: str | int) -> tuple[int, int, bytes]:
        """Read an answer and throw it away: how many bytes it had, how often about there was a mark, and its end."""
        length, marks, end = 0, 0, b""
        headers = {"Authorization": f"Bearer {self._token}"}
        with (
            httpx2.Client(trust_env=False, timeout=120) as client,
            client.stream("GET", f"{self.base}{path}", params=params, headers=headers) as answer,
        ):
            assert answer.status_code == 200
            for part in answer.iter_bytes():
                length += len(part)
                marks += part.count(mark)  # it may be cut in two, now and then
                end = (end + part)[-40:]
        return length, marks, end

    def memory(self) -> int:
        """Return the bytes that are the process' own: what it reads of the store's file does not count."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("RssAnon"))
        return int(line.split()[1]) * 1024

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Look at the memory all the time; gives what was seen."""
        seen, stop = [self.memory()], threading.Event()

        def watch() -> None:
            while not stop.wait(0.05):
                seen.append(self.memory())

        thread = threading.Thread(target=watch)
        thread.start()
        yield seen
        stop.set()
        thread.join()
