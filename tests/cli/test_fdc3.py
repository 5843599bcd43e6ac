"""``interlog fdc3``: the bridge, the agent on it, and intents from the command line, as people start them."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.protocols.fdc3.conftest import SEED

from .conftest import COMMAND as PROGRAM

COMMAND = [str(PROGRAM)]


@contextmanager
def started(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run a command that goes on until it is told to stop, and give what it says first."""
    with subprocess.Popen([*COMMAND, "fdc3", *arguments, "--json"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def done(*arguments: str, code: int = 0) -> dict[str, Any]:
    """Run a command to its end, and return what it says."""
    ended = subprocess.run([*COMMAND, "fdc3", *arguments, "--json"], capture_output=True, text=True, timeout=150)
    assert ended.returncode == code, ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout or ended.stderr)
    return answer


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of a store with one tenant."""
    url = f"sqlite:///{tmp_path / 'interlog.db'}"
    init = ["init", "--db", url, "--tenant", "acme", "--domain", "own.example", "--owner", "Mia <mia@own.example>"]
    subprocess.run([*COMMAND, *init], check=True, capture_output=True, timeout=150)
    return url


def test_a_bridge_an_agent_and_an_intent(database: str, tmp_path: Path) -> None:
    """Three terminals: a bridge, our agent, and somebody who raises the seed's example."""
    context = tmp_path / "seed.json"
    context.write_text(json.dumps(SEED))
    with (
        started("bridge", "--port", "0") as bridge,
        started("agent", "--url", bridge["url"], "--db", database) as agent,
    ):
        assert agent == {"agent": "interlog"}
        found = done("find", "CreateInteraction", "--url", bridge["url"])
        assert [app["appId"] for app in found["apps"]] == ["interlog", "interlog"]
        result = done("raise", "CreateInteraction", str(context), "--url", bridge["url"])
        assert result["status"] == "Created"
        context.write_text('{"type": "fdc3.interaction"}')
        assert done("raise", "CreateInteraction", str(context), "--url", bridge["url"], code=1)["status"] == "Failed"


def test_in_this_process(database: str, tmp_path: Path) -> None:
    """Without a bridge or a server, the store of this machine is enough."""
    context = tmp_path / "seed.json"
    context.write_text(json.dumps(SEED))
    options = ["--transport", "local", "--db", database]
    assert done("raise", "CreateInteraction", str(context), *options)["status"] == "Created"
    assert done("find", "CreateInteraction", *options)["intent"]["displayName"] == "Create Interaction"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["find", "CreateInteraction", "--url", "ws://127.0.0.1:9"], 1, "there is no bridge"),
        (["raise", "X", "nowhere.json", "--transport", "local"], 2, "cannot be read"),
        (["bridge", "--key", "x"], 2, "a name and a file"),
        (["bridge", "--key", f"x={__file__}"], 2, "the key x is no public key"),
        (["bridge", "--own-key", __file__], 2, "no private key"),
    ],
)
def test_what_is_wrong_is_said(database: str, arguments: list[str], code: int, message: str) -> None:
    """Errors say what to do, with the exit codes of every command."""
    options = ["--db", database] if "local" in arguments else []
    answer = done(*arguments, *options, code=code)
    assert message in json.dumps(answer)
