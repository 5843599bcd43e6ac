"""A server process: Interlog exactly as ``interlog serve`` runs it, or a bare application under the same server."""

import cProfile
import json
import pstats
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
import uvloop

from interlog.cli.serve import serve
from interlog.server import serving, settle

from . import bare
from .children import SERVER_CORE, pin, say
from .ready import Ready


def main(kind: str, db: str | None = None, ready: str | None = None, body: str | None = None,
         headers: Iterable[tuple[str, str]] = (), profile: str | None = None) -> None:  # fmt: skip
    """Serve until told to stop."""
    pin(SERVER_CORE)
    profiler = _Profiler()
    if profile is not None:
        profiler.start()
    if kind == "interlog":
        options: Any = SimpleNamespace(db=db, port="0")
        serve(options=options, json=True)
    else:
        uvloop.run(_serve(_bare(kind, ready, body, [(name.encode(), value.encode()) for name, value in headers])))
    if profile is not None:
        profiler.write(Path(profile))


def _bare(kind: str, ready: str | None, body: str | None, headers: bare.Headers) -> Any:
    if kind == "accepting":
        return bare.accepting((body or "").encode(), headers)
    assert ready is not None
    make: Callable[[Ready, bare.Headers], Any] = bare.looked_up if kind == "looked up" else bare.remembered
    return make(Ready(Path(ready)), headers)


async def _serve(app: Any) -> None:
    """Serve with the settings of ``interlog serve``."""
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        server = uvicorn.Server(serving(app, lifespan="off"))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the server handles it while it runs, and raises it again then
        settle()
        say(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        await server.serve(sockets=[listener])


class _Profiler:
    """Profiles the main thread and every thread that is started, each for itself, and adds them up."""

    def __init__(self) -> None:
        self._profiles: list[cProfile.Profile] = []

    def start(self) -> None:
        """Begin with the thread that calls this."""
        threading.setprofile(lambda *_: self._enable())
        self._enable()

    def _enable(self) -> None:
        profile = cProfile.Profile()
        self._profiles.append(profile)
        profile.enable()

    def write(self, path: Path) -> None:
        """Write what was seen, as ``pstats`` reads it."""
        stats = pstats.Stats(self._profiles[0])
        for profile in self._profiles[1:]:
            stats.add(profile)
        stats.dump_stats(path)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
