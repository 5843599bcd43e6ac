"""The tour: its script takes every picture, and the docs name those that are there and no others."""

import re
from pathlib import Path

from playwright.sync_api import Browser

from tests.serving import Firm
from tests.web.visiting import link_of

from . import tour

ROOT = tour.FOLDER.parents[1]


def _named(page: str) -> set[str]:
    """Return the pictures of the tour that a page shows, each with a text for who cannot see it."""
    return set(re.findall(r"!\[[^\]]{20,}\]\((?:docs/)?tour/([\w-]+\.webp)\)", (ROOT / page).read_text()))


def test_the_script_takes_every_picture(demo: Firm, chromium: Browser, tmp_path: Path) -> None:
    """From a store with demo data, as it does for the docs."""
    tour.take(chromium, demo.server.base, f"{demo.server.base}/sign-in/{link_of(demo, demo.mia)}", tmp_path)
    taken = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(taken) == {path.name for path in tour.FOLDER.iterdir()}
    assert all(data[:4] == b"RIFF" and data[8:12] == b"WEBP" for data in taken.values())


def test_the_docs_show_them() -> None:
    """The tour shows each of them, the first page some; all of them together are soon loaded."""
    pictures = {path.name: path.stat().st_size for path in tour.FOLDER.iterdir()}
    assert _named("docs/tour.md") == set(pictures)
    assert 2 <= len(_named("README.md")) <= 4
    assert _named("README.md") <= set(pictures)
    assert sum(pictures.values()) < 600_000
