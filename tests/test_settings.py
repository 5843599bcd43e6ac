"""Settings: where each value comes from, and what is said about wrong ones."""

from pathlib import Path

import pytest

from interlog.model.errors import Invalid
from interlog.settings import SETTINGS, Settings, load


def _file(folder: Path, text: str) -> Path:
    path = folder / "interlog.toml"
    path.write_text(text)
    return path


def test_defaults_need_nothing(tmp_path: Path) -> None:
    """Without options, variables and a file, every setting has its default."""
    assert Settings() == load(config=_file(tmp_path, ""), environ={})


def test_an_option_wins_over_a_variable_and_a_variable_over_the_file(tmp_path: Path) -> None:
    """The command line comes first, then the environment, then the file."""
    path = _file(tmp_path, 'port = 1\nhost = "file.example"\nlog_level = "error"\n')
    environ = {"INTERLOG_PORT": "2", "INTERLOG_HOST": "variable.example"}

    settings = load({"port": "3", "host": None}, config=path, environ=environ)

    assert (settings.port, settings.host, settings.log_level) == (3, "variable.example", "error")


def test_the_file_is_named_by_a_variable(tmp_path: Path) -> None:
    """INTERLOG_CONFIG names the file."""
    path = _file(tmp_path, "[affinity]\nmissing_status = 422\n")

    assert load(environ={"INTERLOG_CONFIG": str(path)}).affinity_missing_status == 422


def test_the_file_in_the_users_config_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a named file, interlog.toml in the user's config folder counts if it is there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load(environ={}).port == 8080
    (tmp_path / "interlog").mkdir()
    _file(tmp_path / "interlog", "port = 9\n")

    assert load(environ={}).port == 9


@pytest.mark.parametrize("word", ["on", "yes", "TRUE", "1"])
def test_words_for_on(word: str, tmp_path: Path) -> None:
    """A switch is turned on by any of the usual words."""
    environ = {"INTERLOG_AFFINITY_RATE_LIMIT_ENFORCED": word}

    assert load(config=_file(tmp_path, ""), environ=environ).affinity_rate_limit_enforced


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    """Compose files and unit files often pass empty variables on."""
    assert load(config=_file(tmp_path, ""), environ={"INTERLOG_PORT": ""}).port == 8080


def test_every_problem_is_reported_with_its_source(tmp_path: Path) -> None:
    """All wrong values of all sources are named at once, each by where it stands."""
    path = _file(tmp_path, 'prot = 1\nport = "80"\n[affinity]\ntime_zone = "Mars/Olympus"\nmax_range_days = -1\n')
    environ = {"INTERLOG_METRICS": "maybe", "INTERLOG_PUBLIC_URL": "interlog.example"}

    with pytest.raises(Invalid) as caught:
        load({"log_format": "xml"}, config=path, environ=environ)

    assert {
        f"{path}: prot": "there is no such setting; did you mean root?",
        f"{path}: port": "must be a whole number from 0 to 65535, not 80",
        f"{path}: affinity.time_zone": "must be the name of a time zone, not Mars/Olympus",
        f"{path}: affinity.max_range_days": "must be a whole number, at least 0, not -1",
        "INTERLOG_METRICS": "must be on or off, not maybe",
        "INTERLOG_PUBLIC_URL": "must be a URL with http or https, not interlog.example",
        "--log-format": "must be console or json, not xml",
    } == {problem.path: problem.message for problem in caught.value.problems}


@pytest.mark.parametrize("content", [b"port = ", b"\xff"])
def test_a_file_that_is_no_toml_is_a_problem(content: bytes, tmp_path: Path) -> None:
    """A broken file is named, with what is wrong with it."""
    path = tmp_path / "interlog.toml"
    path.write_bytes(content)

    with pytest.raises(Invalid, match="is not a TOML file"):
        load(config=path, environ={})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A file that was named and is missing is a problem, not the default."""
    with pytest.raises(Invalid, match="cannot be read"):
        load(config=tmp_path / "missing.toml", environ={})


def test_every_default_is_a_valid_value(tmp_path: Path) -> None:
    """What the docs call the default could also be written down."""
    given = {setting.name: setting.default for setting in SETTINGS if setting.default is not None}

    assert Settings() == load(given, config=_file(tmp_path, ""), environ={})


def test_every_setting_says_what_it_is() -> None:
    """Each setting has a description that is a sentence."""
    for setting in SETTINGS:
        assert setting.description[0].isupper(), setting.name
        assert setting.description.endswith("."), setting.name
