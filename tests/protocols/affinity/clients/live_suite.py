"""affinity-sdk's own live suite, written for a sandbox of the vendor, over our server (spec 17).

It is taken from the published source distribution, by its hash, when a test first asks for it, into ``.tools``; nothing
of it is kept here. Each failure is told with the requests that were refused.
"""

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple
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
            capture_output=True, text=True, timeout=170, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            archive.extractall(folder, filter="data")
        (folder / ".ready").touch()
    return next(path for path in folder.iterdir() if path.is_dir())


def run(module: str, base: str, token: str, folder: Path) -> list[Ran]:
    """Run a module of the suite over a server, and return what became of each of its tests."""
    copy = folder / "suite"
    shutil.copytree(source(), copy, ignore=shutil.ignore_patterns("docs", "mcp", "plugins"), dirs_exist_ok=True)
    (copy / ".sandbox.env").write_text(f"AFFINITY_API_KEY={token}\n")
    report = folder / f"{module}.xml"
    done = subprocess.run(
        [str(environment("affinity-sdk")), "-m", "pytest", "-p", "point_at_us", "-o", "addopts=", "-m", "integration",
         "-q", f"--junitxml={report}", f"tests/integration/{module}.py"],
        cwd=copy, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {
            "PYTHONPATH": str(HERE), "AFF_BASE": base, "XAFFINITY_NO_UPDATE_CHECK": "1", "HOME": str(folder),
            "AFFINITY_V1_BASE_URL": base, "AFFINITY_V2_BASE_URL": f"{base}/v2",
        },
    )  # fmt: skip
    assert report.exists(), done.stdout + done.stderr
    return [_ran(case) for case in ET.parse(report).iter("testcase")]


def _ran(case: ET.Element) -> Ran:
    name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
    for child in case:
        if child.tag == "skipped":
            return Ran(name, "skipped", message=child.get("message", ""))
        if child.tag in ("failure", "error"):
            text = child.get("message", "") + (child.text or "")
            return Ran(name, "failed", tuple(_REFUSED.findall(text) + _REFUSED_JSON.findall(text)), text[:2_000])
    return Ran(name, "passed")
