"""The command as people and scripts run it, in an environment without anybody's settings.

``command`` runs the installed program, which costs most of a second; ``interlog`` does the same inside this process.
"""

import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest

from interlog.cli import main

COMMAND = Path(sys.executable).parent / "interlog"
SECONDS = 150


class Done:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on standard output; nothing else may stand there."""
        assert self.code == 0, self.err
        data: dict[str, Any] = json.loads(self.out)
        return data

    @property
    def error(self) -> dict[str, Any]:
        """The one JSON object on standard error, where standard output is empty."""
        assert self.out == ""
        error: dict[str, Any] = json.loads(self.err)
        return error


Run = Callable[..., Done]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has never used the program."""
    # Without its bytecode cache Python would compile every library anew for each process.
    dropped = ("INTERLOG_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    homes = {f"XDG_{kind}_HOME": str(tmp_path / "home" / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")}
    return kept | homes | {"COLUMNS": "200"}


@pytest.fixture
def command(environment: dict[str, str]) -> Run:
    """``command("db", "check", db=url)`` runs the program; further keywords are environment variables."""

    def run(*arguments: str, db: str | None = None, **variables: str) -> Done:
        line = [str(COMMAND), *arguments, *(["--db", db] if db is not None else [])]
        done = subprocess.run(
            line, env=environment | variables, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def interlog(environment: dict[str, str]) -> Run:
    """The same as ``command``, but within this process: for all that does not serve."""

    def run(*arguments: str, db: str | None = None, **variables: str) -> Done:
        codes: list[Any] = []

        def work() -> None:
            try:
                main([*arguments, *(["--db", db] if db is not None else [])])
            except SystemExit as end:
                codes.append(end.code)

        # In a thread of its own, since a test may run in an event loop, and the command wants one for itself.
        thread = Thread(target=work)
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, environment | variables, clear=True), redirect_stdout(out), redirect_stderr(err):
            thread.start()
            thread.join(SECONDS)
        return Done(codes[0], out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def init(interlog: Run) -> Callable[[str], dict[str, Any]]:
    """``init(url)`` makes the tenant acme and returns what the command answered."""

    def run(url: str) -> dict[str, Any]:
        owner = ("--tenant", "acme", "--domain", "own.example", "--owner", "Mia Kern <mia@own.example>")
        return interlog("init", *owner, "--json", db=url).data

    return run


class Server:
    """A running ``interlog serve --json``."""

    def __init__(self, process: subprocess.Popen[str], announced: dict[str, Any]) -> None:
        self.process = process
        self.announced = announced
        self.url: str = announced["url"]
        self.port = int(self.url.rpartition(":")[2])

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell the server to stop, and return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


Serve = Callable[..., AbstractContextManager[Server]]


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Serve:
    """``with serve("--db", url) as server:`` runs a server on a free port until the end of the block."""

    @contextmanager
    def running(*arguments: str) -> Iterator[Server]:
        line = [str(COMMAND), "serve", "--port", "0", "--json", *arguments]
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], SECONDS)
            announced = process.stdout.readline() if ready else ""
            assert announced, (tmp_path / "log").read_text()
            yield Server(process, json.loads(announced))
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(SECONDS)
            if process.stdout is not None:
                process.stdout.close()

    return running
