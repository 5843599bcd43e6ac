"""The docs say what is so: every command in them runs, and prints what they show."""

import os
import random
import re
import socket
import sys
import sysconfig
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.conftest import FreshDatabase
from tests.node import packages
from tests.postgres import PROGRAMS

from .pages import Reader, blocks_of

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
POSTGRESQL_BIN = Path(sysconfig.get_path("purelib")) / PROGRAMS

README = "README.md"
TUTORIALS = sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs/tutorial").glob("*.md"))
HOW_TO = sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs/how-to").glob("*.md"))
PAGES = [README, "CONTRIBUTING.md", *sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md"))]

POSTGRESQL = "postgresql://interlog@db.own.example/interlog"

NPM = "npm install --silent @morgan-stanley/fdc3-web@0.17.0 @finos/fdc3@2.2.0 esbuild@0.28.2"
"""Tests have the packages already, at the same versions."""

NOTHING = f"make -C {ROOT} --no-print-directory help > /dev/null"


def _free_port() -> int:
    """Return a port that nobody listens at, below those that the system gives to others until the page comes to it."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(README, marks=pytest.mark.client),
        *(pytest.param(page, marks=pytest.mark.client) for page in TUTORIALS),
        *HOW_TO,
    ],
)
def test_a_page_does_what_it_says(page: str, fresh_database: FreshDatabase, tmp_path: Path) -> None:
    """Everything on the page runs and prints what the page shows, on PostgreSQL too where the page goes there."""
    text = (ROOT / page).read_text()
    port, desktop, bridge, receiver = (_free_port() for _ in range(4))
    folder, home = tmp_path / "reader", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    environment = {
        "PATH": f"{BIN}:{POSTGRESQL_BIN}:{os.environ['PATH']}",  # pg_dump of the tests' own server
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "COLUMNS": "120",
        "INTERLOG_PORT": str(port),
    }
    instead = {
        "127.0.0.1:8080": f"127.0.0.1:{port}",
        "make run": "interlog serve --demo",
        "make setup": NOTHING,
        "make test": NOTHING,
        ". .venv/bin/activate": f". {BIN}/activate",
        "127.0.0.1:9501": f"127.0.0.1:{desktop}",  # the desktop's pages, of tutorial/fdc3.md
        "http.server 9501": f"http.server {desktop}",
        "port 9501": f"port {desktop}",
        "127.0.0.1:4499": f"127.0.0.1:{bridge}",  # a bridge between desktop agents
        "--port 4499": f"--port {bridge}",
        "127.0.0.1:9502": f"127.0.0.1:{receiver}",  # of how-to/receive-webhooks.md
        '"127.0.0.1", 9502': f'"127.0.0.1", {receiver}',
    }
    with ExitStack() as stack:
        if NPM in text:
            instead[NPM] = f"ln -s {packages() / 'node_modules'} node_modules"
        if POSTGRESQL in text:
            instead[POSTGRESQL] = stack.enter_context(fresh_database("postgresql", tmp_path))
        reader = Reader(folder, environment, instead)
        stack.callback(reader.close)
        reader.read(text)


@pytest.mark.parametrize("page", [README, *TUTORIALS, *HOW_TO])
def test_a_page_has_no_command_that_is_not_run(page: str) -> None:
    """Commands stand in blocks that the test above runs."""
    for block in blocks_of((ROOT / page).read_text()):
        assert block.info.split(" ")[0] not in ("", "sh", "bash", "shell"), f"line {block.line}: use console"
        assert "\n$ " not in f"\n{block.text}" or block.info.startswith("console"), f"line {block.line}: use console"


def test_the_readme_names_the_two_commands() -> None:
    """Whoever is new runs make run and make test, and both are targets."""
    commands = [block.text for block in blocks_of((ROOT / README).read_text()) if "$ make" in block.text]
    assert [text.splitlines()[0] for text in commands] == ["$ make run", "$ make test"]
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in ("run", "test"))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Each link within the repository leads to a file, and to a heading where it names one."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", (ROOT / page).read_text(), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file.read_text()), target


def _anchors(page: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_architecture_names_every_folder() -> None:
    """Each folder of the package has its line."""
    page = (ROOT / "docs/architecture.md").read_text()
    source = ROOT / "src/interlog"
    folders = [source, *(path for path in source.rglob("*") if path.is_dir() and any(path.glob("*.py")))]
    missing = [str(path.relative_to(ROOT)) for path in folders if f"| `{path.relative_to(ROOT)}/` |" not in page]
    assert [path for path in missing if not path.endswith("/versions")] == []
