"""Clients of other people that cannot share our environment: each has one of its own, made from hashes.

``affinity-crm.lock`` and ``affinity-sync.lock`` name the packages; uv installs them once per lock file into ``.tools``,
or pip, where only pip's settings know the way to a package index. ``Client`` runs a program beside this file in such an
environment: it answers each line of JSON, which names a method and its arguments, with one.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
_TOOLS = HERE.parents[3] / ".tools" / "clients"
_SECONDS = 350
_PYTHONS = {"affinity-mcp": "3.13", "dlt-source-affinity": "3.12"}
"""Which Python a client needs that does not run on ours."""


@cache
def interpreter(name: str) -> str | None:
    """Return a Python that a client runs on: ours, one of this machine, or one that uv brings; None: there is none."""
    version = _PYTHONS.get(name)
    if version is None:
        return sys.executable
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *map(str, kept.glob(f"{version}.*/bin/python"))]
    for python in found:
        if python and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return python
    uv, own = Path(sys.executable).with_name("uv"), os.environ | {"UV_PYTHON_INSTALL_DIR": str(_TOOLS / "python")}
    for command in (["install", version], ["find", "--managed-python", version]):
        done = subprocess.run([uv, "python", *command], env=own, capture_output=True, text=True, check=False)
        if done.returncode:
            return None
    return done.stdout.strip()


def environment(name: str) -> Path:
    """Return the Python of an environment with the packages of a lock file; makes it when that was not done yet."""
    lock = HERE / f"{name}.lock"
    folder = _TOOLS / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}"
    python = folder / "bin" / "python"
    _TOOLS.mkdir(parents=True, exist_ok=True)
    with (_TOOLS / "lock").open("w") as waiting:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            base = interpreter(name)
            assert base is not None
            wanted = ["--require-hashes", "--no-deps", "-r", str(lock)]
            uv = str(Path(sys.executable).with_name("uv"))
            _run(uv, "venv", "--quiet", "--seed", "--python", base, str(folder), uv=uv)
            done = _run(uv, "pip", "install", "--quiet", "--python", str(python), *wanted, check=False)
            if done.returncode:
                _run(str(python), "-m", "pip", "install", "--quiet", *wanted)
            (folder / ".ready").touch()
    return python


def _run(*command: str, check: bool = True, uv: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command; where uv cannot make an environment, because pip is not to be had, the standard library does."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode and uv is not None:
        return _run(command[-2], "-m", "venv", command[-1])
    assert not check or done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done


class Client:
    """A client library in an environment of its own, as a program."""

    def __init__(self, name: str, base: str, token: str) -> None:
        program = HERE / f"{name.replace('-', '_')}_program.py"
        self._process = subprocess.Popen(
            [environment(name), "-I", str(program), base, token],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, *path: str, **args: Any) -> Any:
        """Call a method and return its result; an exception there is one here."""
        found = self.tried(*path, **args)
        assert "error" not in found, found["error"]
        return found["result"]

    def tried(self, *path: str, **args: Any) -> dict[str, Any]:
        """Call a method and return ``{"result": …}``, or ``{"error": …}``."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"path": path, "args": args}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
