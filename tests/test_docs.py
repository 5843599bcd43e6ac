"""The reference pages: nothing undocumented, nothing out of date."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from interlog.cli import app
from interlog.docs import FOLDER, PAGES, main
from interlog.settings import SETTINGS


def test_the_pages_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    """The pages in the repository are those that the code makes; python -m interlog.docs writes them."""
    assert main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_is_documented(setting: object) -> None:
    """The page of the settings names each one's option, variable and key."""
    page = (FOLDER / "reference" / "settings.md").read_text()

    for name in ("option", "variable", "key"):
        assert f"`{getattr(setting, name)}`" in page


def _commands(group: App, path: tuple[str, ...] = ("interlog",)) -> Iterator[tuple[str, ...]]:
    for name in group:
        if not name.startswith("-"):
            yield (*path, name)
            yield from _commands(group[name], (*path, name))


def test_every_command_is_documented_with_an_example() -> None:
    """The page of the commands has a section for each, and each command shows how it is used."""
    sections = (FOLDER / "reference" / "cli.md").read_text().split("\n#")
    commands = list(_commands(app))
    groups = {command[:-1] for command in commands}

    assert len(commands) > 10
    for command in commands:
        (section,) = [found for found in sections if found.lstrip("#").startswith(f" {' '.join(command)}\n")]
        assert command in groups or f"$ {' '.join(command)} " in section or f"$ {' '.join(command)}\n" in section


def test_a_page_out_of_date_is_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--check writes nothing and fails; without it the pages are written, and then all is well."""
    folder = ["--folder", str(tmp_path)]

    assert main([*folder, "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert "reference/cli.md is out of date: run python -m interlog.docs" in capsys.readouterr().err

    assert main(folder) == 0
    assert main([*folder, "--check"]) == 0
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.md")} == set(PAGES)
