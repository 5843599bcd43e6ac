"""Reading the settings: the command line, the environment and a TOML file, in this order."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from platformdirs import user_config_path, user_data_path

from ..model.errors import Invalid, Problem
from .checks import CHECKS
from .declared import Settings
from .described import SETTINGS, Setting


def load(
    options: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings: ``options`` of the command line, then the environment, then the TOML file, then defaults.

    ``options`` maps names of settings to values; None counts as not given. The file is ``config``, else the one that
    INTERLOG_CONFIG names, else ``default_config()`` if it exists. Raises ``Invalid`` with every problem and its source.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    stated = config or (Path(environ["INTERLOG_CONFIG"]) if environ.get("INTERLOG_CONFIG") else None)
    path = stated or default_config()
    from_file = _read(path, problems) if stated is not None or path.exists() else {}
    for setting in SETTINGS:
        if options is not None and options.get(setting.name) is not None:
            source, value, strict = setting.option, options[setting.name], False
        elif environ.get(setting.variable):
            source, value, strict = setting.variable, environ[setting.variable], False
        elif setting.key in from_file:
            source, value, strict = f"{path}: {setting.key}", from_file[setting.key], True
        else:
            continue
        try:
            values[setting.name] = _converted(setting, value, strict)
        except ValueError:
            problems.append(Problem(source, f"must be {setting.expected}, not {value}"))
    if problems:
        raise Invalid(*problems)
    return Settings(**values)


def default_config() -> Path:
    """Return where the TOML file is looked for when none is named."""
    return user_config_path("interlog") / "interlog.toml"


def default_database() -> Path:
    """Return the SQLite file that is used when no database is named."""
    return user_data_path("interlog") / "interlog.db"


def files_folder(settings: Settings) -> Path | None:
    """Return the folder of files that the settings name; None for that which goes with the store."""
    return Path(settings.files) if settings.files is not None else None


def _read(path: Path, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML file's values by their dotted keys; adds what is wrong with it to the problems."""
    try:
        document = tomllib.loads(path.read_text())
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}"))
        return {}
    except ValueError as error:  # no TOML, or no UTF-8
        problems.append(Problem(str(path), f"is not a TOML file: {error}"))
        return {}
    found = _flat(document)
    known = [setting.key for setting in SETTINGS]
    for key in found:
        if key not in known:
            similar = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {similar[0]}?" if similar else ""
            problems.append(Problem(f"{path}: {key}", f"there is no such setting{hint}", "unknown"))
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        values |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return values


_WORDS = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}


def _converted(setting: Setting, value: Any, strict: bool) -> Any:
    """Return the value in the setting's type. Raises ``ValueError``; ``strict`` takes no text for a number."""
    if isinstance(value, str) and not strict and setting.choices == ("on", "off"):
        return msgspec.convert(_WORDS.get(value.lower(), value), bool)
    converted = msgspec.convert(value, setting.type, strict=strict)
    if converted is not None and setting.name in CHECKS:
        CHECKS[setting.name][1](converted)
    return converted
