"""Reference pages made from the code.

``python -m interlog.docs`` writes them, ``--check`` tells which are out of date.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .settings import SETTINGS, Setting

FOLDER = Path(__file__).parents[2] / "docs"
TESTS = FOLDER.with_name("tests")

_NOTICE = "<!-- Made by `python -m interlog.docs`: change the code, not this page. -->\n"


def settings_page() -> str:
    """Return the page of all settings."""
    table = ["| setting | values | default | what it is |", "| --- | --- | --- | --- |"]
    table += [_row(setting) for setting in SETTINGS]
    return f"""# Settings

A setting is taken from the first of these that gives it:

1. the option of `interlog serve`: `--log-format json`
2. the environment variable: `INTERLOG_LOG_FORMAT=json`
3. the TOML file: `log_format = "json"`
4. the default

The TOML file is the one that `--config` or `INTERLOG_CONFIG` names, else `interlog.toml` in the user's config folder
(on Linux `~/.config/interlog/interlog.toml`) if it is there. The settings of a protocol stand in a table of their own:

```toml
db = "postgresql://interlog@db.own.example/interlog"
log_format = "json"

[affinity]
time_zone = "Europe/Berlin"
```

An empty variable counts as not given. A wrong value, or a key in the file that is no setting, is an error; all errors
are reported together, each with its source, and the exit code is 2. The commands other than `serve` read `db` in the
same way, with the option `--db`.

In Kubernetes a service that is named `interlog` sets `INTERLOG_PORT` in every pod of its namespace, to something that
is no port: give the service another name, or set `enableServiceLinks: false`.

{chr(10).join(table)}
"""


def _row(setting: Setting) -> str:
    names = f"`{setting.option}`<br>`{setting.variable}`<br>`{setting.key}`"
    default = f"`{setting.default_text}`" if setting.default_text else "–"
    return f"| {names} | {setting.expected} | {default} | {setting.description} |"


def cli_page() -> str:
    """Return the page of all commands."""
    from cyclopts.docs import generate_markdown_docs

    from .cli import app

    # cyclopts takes the program's name in the usage lines from here, and ``python -m …`` would get into them.
    arguments, sys.argv = sys.argv, ["interlog"]
    try:
        body = generate_markdown_docs(app, heading_level=2, no_root_title=True, skip_preamble=True)
    finally:
        sys.argv = arguments
    return f"""# The command line

With `--json` a command prints one JSON object on standard output and nothing else there. An error is then one JSON
object on standard error, `{{"error": "…", "problems": [{{"path": "…", "message": "…", "code": "…"}}]}}`. Hints,
progress and the server's log always go to standard error.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | failed, or `db check` found problems |
| 2 | the command line or the settings are wrong; nothing was done |

{body.strip()}
"""


def affinity_coverage_page() -> str:
    """Return the page that says which operations of the Affinity API are served and tested."""
    from .protocols.affinity import coverage

    return coverage.page(TESTS / "protocols" / "affinity")


def customer_insights_coverage_page() -> str:
    """Return the page that says which operations of Customer Insights are served and tested."""
    from .protocols.customer_insights import coverage

    return coverage.page(TESTS / "protocols" / "customer_insights")


def polis_coverage_page() -> str:
    """Return the page that says which operations of Polis are served and tested."""
    from .protocols.polis import coverage

    return coverage.page(TESTS / "protocols" / "polis")


def fdc3_coverage_page() -> str:
    """Return the page that says which intents of FDC3 are handled and tested."""
    from .protocols.fdc3 import coverage

    return coverage.page(TESTS)


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/settings.md": settings_page,
    "reference/cli.md": cli_page,
    "reference/coverage-affinity.md": affinity_coverage_page,
    "reference/coverage-customer-insights.md": customer_insights_coverage_page,
    "reference/coverage-polis.md": polis_coverage_page,
    "reference/coverage-fdc3.md": fdc3_coverage_page,
}
"""Each page's path below ``docs`` and what makes it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with ``--check`` only tell which are out of date; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m interlog.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is out of date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="the folder of the docs")
    options = parser.parse_args(arguments)
    outdated = []
    for name, make in PAGES.items():
        path: Path = options.folder / name
        page = _NOTICE + make()
        if path.exists() and path.read_text() == page:
            continue
        outdated.append(name)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page)
    for name in outdated:
        sys.stderr.write(f"{name} {'is out of date: run python -m interlog.docs' if options.check else 'written'}\n")
    return 1 if options.check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
