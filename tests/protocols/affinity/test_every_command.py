"""xaffinity: each command of its tree, over a running server; one that a later version adds fails until it is tried."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from affinity.cli.main import cli
from click.testing import CliRunner, Result

from tests.serving import Firm

from .commands import LOCAL, REFUSED, TRIED
from .sdk import addresses
from .things import Things

pytestmark = pytest.mark.client


def commands(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield each command below one, by its words."""
    if not isinstance(command, click.Group):
        yield context.command_path.partition(" ")[2]
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from commands(below, click.Context(below, info_name=name, parent=context))


ALL = sorted(commands(cli, click.Context(cli, info_name="xaffinity")))


@pytest.fixture
def things(firm: Firm, tmp_path: Path) -> Things:
    """What commands are tried with, in a firm of the test's own."""
    return Things(firm, tmp_path)


def run(things: Things, command: str) -> Result:
    """Run a command with Mia's token,"""
    urls = addresses(things.firm)
    environment = {
        "HOME": str(things["folder"]), "XDG_CONFIG_HOME": str(things["folder"]), "XAFFINITY_NO_UPDATE_CHECK": "1",
        "AFFINITY_API_KEY": things.firm.token, "AFFINITY_V1_BASE_URL": urls["v1_base_url"],
        "AFFINITY_V2_BASE_URL": urls["v2_base_url"],
    }  # fmt: skip
    return CliRunner().invoke(cli, ["--json", *shlex.split(command)], env=environment, input=f"{things.firm.token}\n")


def test_every_command_is_tried() -> None:
    """The tables name each command of the installed version, and no other."""
    assert sorted([*TRIED, *REFUSED, *LOCAL]) == ALL


@pytest.mark.parametrize("name", TRIED)
def test_a_command_works(things: Things, name: str) -> None:
    """It ends well, and prints what was asked for."""
    arguments, expected = TRIED[name]
    wanted, words = expected.format_map(things), arguments.format_map(things)
    done = run(things, f"{name} {words}")
    assert (done.exit_code, done.exception) == (0, None), done.output
    assert wanted in json.dumps(json.loads(done.stdout.splitlines()[-1])["data"])


@pytest.mark.parametrize("name", REFUSED)
def test_a_command_without_an_endpoint_says_so(things: Things, name: str) -> None:
    """What the server does not have is told as such."""
    arguments, _ = REFUSED[name]
    done = run(things, f"{name} {arguments.format_map(things)}")
    assert done.exit_code
    assert json.loads(done.output)["error"]["type"] == "not_found", done.output


@pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")
@pytest.mark.parametrize("name", LOCAL)
def test_a_command_that_asks_no_endpoint_works(things: Things, name: str) -> None:
    """What runs by itself, or at most looks whether the key is known, does so with this server's settings, too."""
    done = run(things, f"{name} {LOCAL[name]}")
    assert (done.exit_code, done.exception) == (0, None), done.output
