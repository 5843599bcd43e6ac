"""What people install is whole: all that the program reads is in the wheel, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"


def _shipped(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def test_the_wheel_holds_all_that_is_read(tmp_path: Path) -> None:
    """Pages, translations, schemas, migrations, and what the pages take from others; no tests and no docs."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=150)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert names == {str(path.relative_to(SOURCE)) for path in (SOURCE / "interlog").rglob("*") if _shipped(path)}
    vendor = "interlog/web/static/vendor"
    assert {f"{vendor}/htmx.min.js", f"{vendor}/LICENCES.txt", "interlog/web/translations/de.po"} <= names
