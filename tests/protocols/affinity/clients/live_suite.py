"""affinity-sdk's own live suite, written for a sandbox of the vendor, over our server (spec 17).

It is taken from the published source distribution, by its hash, when a test first asks for it, into ``.tools``; nothing
of it is kept here. Each failure is told with the requests that were refused.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from . import HERE, environment

_PINNED = "affinity-sdk==2.0.6"
_HASH = "sha256:11c735c273e1121aee15f20f3d674cd197507c69a8cd8109b29394a3bd0bf40f"
_REFUSED = re.compile(r"\((GET|POST|PUT|PATCH|DELETE) https?://[^/]+(/[^\s)?]*)")
_REFUSED_JSON = re.compile(r'"method": "(\w+)", "url": "https?://[^/]+(/[^"?]*)"')


class Ran(NamedTuple):
    """One test of the suite: what became of it, and which (method, path) were refused if it failed."""

    name: str
    outcome: str
    refused: tuple[tuple[str, str], ...] = ()
    message: str = ""


def source() -> Path:
    """Return the folder of the unpacked source distribution."""
    python = environment("affinity-sdk")
    folder = python.parents[1] / "source"
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        wanted = folder / "wanted.txt"
        wanted.write_text(f"{_PINNED} --hash={_HASH}\n")
        options = ["--no-deps", "--no-build-isolation", "--no-binary", "affinity-sdk", "--require-hashes", "-q"]
        done = subprocess.run(
            [str(python), "-m", "pip", "download", *options, "-r", str(wanted), "-d", str(folder)],
            capture_output=True, text=True, timeout=350, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        (folder / ".ready").touch()
    return next(path for path in folder.iterdir() if path.is_dir())


def digest(version: str) -> dict[str, Any]:
    """Return the operations and schemas of a version of the vendor's version 2, as the library has taken them down."""
    found: dict[str, Any] = json.loads((source() / "tools" / "openapi_snapshots" / f"{version}.json").read_text())[
        "digest"
    ]
    return found


def vendor_operations() -> set[str]:
    """Return the operations of all versions of the vendor's version 2, such as ``GET /v2/persons/{}``."""
    versions = (path.stem for path in (source() / "tools" / "openapi_snapshots").glob("*.json"))
    return {re.sub(r"{\w+}", "{}", line) for version in versions for line in digest(version)["operations"]}


class Suite:
    """A copy of the suite, pointed at a tenant of a server here, whose name must end with ``sandbox``."""

    def __init__(self, base: str, token: str, folder: Path) -> None:
        self._folder, self._copy = folder, folder / "suite"
        shutil.copytree(source(), self._copy, ignore=shutil.ignore_patterns("docs", "mcp", "plugins"))
        (self._copy / ".sandbox.env").write_text(f"AFFINITY_API_KEY={token}\n")
        self._environ = os.environ | {
            "PYTHONPATH": f"{HERE}{os.pathsep}{self._copy}", "AFF_BASE": base, "HOME": str(folder),
            "AFFINITY_V1_BASE_URL": base, "AFFINITY_V2_BASE_URL": f"{base}/v2", "AFFINITY_API_KEY": token,
            "XAFFINITY_NO_UPDATE_CHECK": "1",
        }  # fmt: skip

    def run(self, module: str) -> list[Ran]:
        """Run a module, by its path below ``tests``, and return what became of each of its tests."""
        report = self._folder / f"{Path(module).name}.xml"
        printed = self._python("-m", "pytest", "-p", "point_at_us", "-o", "addopts=", "-m", "integration", "-q",
                               f"--junitxml={report}", f"tests/{module}.py")  # fmt: skip
        assert report.exists(), printed
        return [_ran(case) for case in ET.parse(report).iter("testcase")]

    def prepare(self, script: str) -> None:
        """Run one of the suite's scripts that make what its tests want to find."""
        done = self._python("-c", f"import point_at_us, runpy; runpy.run_path({script!r}, run_name='__main__')")
        assert "Setup Complete!" in done, done

    def writes(self, webhook_url: str) -> list[Ran]:
        """Run its script of writes, merges and webhooks among them, and return what became of each of its parts."""
        report = self._folder / "writes.json"
        printed = self._python(
            str(HERE / "writes_program.py"), str(report), input="y\n", AFFINITY_TEST_WEBHOOK_URL=webhook_url
        )
        assert report.exists(), printed
        return [
            Ran(name, "failed", refused(text), text[-2_000:]) if text else Ran(name, "passed")
            for name, text in json.loads(report.read_text()).items()
        ]

    def _python(self, *arguments: str, input: str = "", **variables: str) -> str:
        done = subprocess.run(
            [str(environment("affinity-sdk")), *arguments], cwd=self._copy, env=self._environ | variables,
            input=input, capture_output=True, text=True, timeout=350, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr


def refused(text: str) -> tuple[tuple[str, str], ...]:
    """Return the method and path of each request that a printed error of the library tells of."""
    return tuple(_REFUSED.findall(text) + _REFUSED_JSON.findall(text))


def _ran(case: ET.Element) -> Ran:
    name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
    for child in case:
        if child.tag == "skipped":
            return Ran(name, "skipped", message=child.get("message", ""))
        if child.tag in ("failure", "error"):
            text = child.get("message", "") + (child.text or "")
            return Ran(name, "failed", refused(text), text[:2_000])
    return Ran(name, "passed")
