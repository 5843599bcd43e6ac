"""What goes wrong is told in a line that helps, never as a traceback."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

Init = Callable[[str], dict[str, Any]]


def test_a_database_that_does_not_answer(command: Run) -> None:
    """The URL is named without its password, with the reason."""
    done = command("db", "migrate", db="postgresql://mia:secret@127.0.0.1:1/interlog")

    assert done.code == 1
    assert done.err.startswith("error: postgresql://mia@127.0.0.1:1/interlog cannot be reached: ")
    assert "secret" not in done.err
    assert "Traceback" not in done.err


def test_a_postgresql_database_that_is_not_there(interlog: Run, postgres_url: str) -> None:
    """The server's own words are passed on."""
    done = interlog("db", "migrate", db=postgres_url.rpartition("/")[0] + "/nowhere")

    assert done.code == 1
    assert 'database "nowhere" does not exist' in done.err
    assert "Traceback" not in done.err


def test_a_file_that_is_no_database(interlog: Run, tmp_path: Path) -> None:
    """Another file is told apart from a database, and stays as it is."""
    file = tmp_path / "letter.txt"
    file.write_text("Dear Eve, this is not a database, and it never was one.")

    done = interlog("db", "check", db=f"sqlite:///{file}")

    assert (done.code, done.err) == (1, f"error: sqlite:///{file} cannot be used: file is not a database\n")


def test_a_schema_of_a_newer_version(command: Run, interlog: Run, init: Init, tmp_path: Path) -> None:
    """A store that a newer version has migrated is left alone."""
    url = f"sqlite:///{tmp_path}/interlog.db"
    init(url)
    with sqlite3.connect(tmp_path / "interlog.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()

    for run, arguments in ((command, ("serve", "--port", "0")), (interlog, ("db", "check"))):
        done = run(*arguments, db=url)
        assert done.code == 1
        assert "the schema is at revision 9999, which this version does not know" in done.err


def test_a_store_that_is_not_there_is_not_made(interlog: Run, tmp_path: Path) -> None:
    """A mistyped path is an error, not a new and empty store."""
    url = f"sqlite:///{tmp_path}/mistyped.db"

    done = interlog("token", "list", "--tenant", "acme", db=url)

    assert (done.code, done.err) == (1, f"error: there is no store at {url}: make one with interlog init\n")
    assert not (tmp_path / "mistyped.db").exists()


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "postgresql://host:port/db", "interlog.db"])
def test_a_url_of_no_store(url: str, interlog: Run) -> None:
    """What is no URL of ours is a wrong command line."""
    done = interlog("db", "migrate", "--json", db=url)

    assert done.code == 2
    assert done.error["problems"][0]["path"] == "db"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tokne",), 'Unknown command "tokne". Did you mean "token"?'),
        (("db", "check", "--dp", "x"), "Unknown option: --dp. Did you mean --db?"),
        (("token", "list"), "parameter --tenant requires an argument"),
        (("token", "revoke", "x", "--tenant", "acme"), 'unable to convert "x" into int'),
        (("demo", "--scale", "0"), "Must be > 0"),
        (("serve", "--demo", "--db", "sqlite:///x.db"), "--demo: uses a store of its own"),
    ],
)
def test_a_wrong_command_line(arguments: tuple[str, ...], message: str, interlog: Run) -> None:
    """What is wrong is told, also as JSON, and the exit code is 2."""
    done = interlog(*arguments)
    assert done.code == 2
    assert message in done.err

    done = interlog(*arguments, "--json")
    assert done.code == 2
    assert message in done.error["error"]


def test_a_wrong_command_line_ends_the_program_with_2(command: Run) -> None:
    """The program's own exit code is that of a wrong command line."""
    assert command("db", "check", "--dp", "x").code == 2


def test_wrong_settings_are_reported_together(command: Run, tmp_path: Path) -> None:
    """All sources are looked through before anything is done."""
    (tmp_path / "settings.toml").write_text("shutdown_grace = -1\n")
    options = ("--port", "99999", "--config", str(tmp_path / "settings.toml"))

    done = command("serve", *options, "--json", INTERLOG_LOG_LEVEL="loud")

    assert done.code == 2
    assert {problem["path"] for problem in done.error["problems"]} == {
        "--port",
        "INTERLOG_LOG_LEVEL",
        f"{tmp_path}/settings.toml: shutdown_grace",
    }
