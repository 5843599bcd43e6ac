"""Processes of our own: where they run, what they say, and what they cost."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import psutil  # type: ignore[import-untyped]

SERVER_CORE, LOAD_CORE = 0, 1


def pin(core: int) -> None:
    """Keep this process on one core, where there are cores to choose from."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {core})


class Child:
    """A module of this package run as a process; it reads JSON lines and answers with JSON lines."""

    def __init__(self, module: str, *, environment: Mapping[str, str] | None = None, **arguments: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self._name = module

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def read(self) -> Any:
        """Return the next thing it says."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the {self._name} process ended with status {self._process.wait()}")
        return json.loads(line)

    def ask(self, **question: Any) -> Any:
        """Say something and return the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        return self.read()

    def stop(self) -> None:
        """Ask the process to end, and wait until it has."""
        self._process.terminate()
        self._process.wait()


def say(**answer: Any) -> None:
    """Say something to the parent."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time, user and system, that a process and all below it have used so far."""
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process in MB (10**6 bytes)."""
    return float(psutil.Process(pid).memory_info().rss) / 1e6
