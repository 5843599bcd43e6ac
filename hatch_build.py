"""Runs ``browser/build.py`` whenever the package is built or installed."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserFiles(BuildHookInterface):  # type: ignore[type-arg]  # its configuration has no type of ours
    """Makes the files that pages take from other people's work."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make them before anything is packed."""
        runpy.run_path(str(Path(self.root) / "browser/build.py"))["build"]()
