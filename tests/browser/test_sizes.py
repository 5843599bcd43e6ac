"""What a page costs to load: its HTML, and its scripts as they are compressed on their way."""

import gzip
import re
from collections.abc import Mapping

import pytest

from tests.serving import Firm
from tests.web.crawling import crawl
from tests.web.visiting import Visitor, visitor

MOST_HTML = 100_000
MOST_SCRIPTS = 60_000
OF_MAPS_AND_CHARTS = {"leaflet.js", "markercluster.js", "topojson.min.js", "uplot.min.js", "canvass.js"}
WITH_MAPS_AND_CHARTS = ("/campaigns/{id_}", "/campaigns/{id_}/results", "/campaigns/{id_}/quality")
"""The pages that load what draws maps and charts."""

_SCRIPT = re.compile(r'<script\s[^>]*src="([^"]+)"')


@pytest.fixture(scope="module")
def reader(demo: Firm) -> Visitor:
    """The owner of the demo's tenant."""
    return visitor(demo)


@pytest.fixture(scope="module")
def pages(reader: Visitor) -> Mapping[str, dict[str, str]]:
    """Pages of each route in the demo store, by their addresses."""
    found: dict[str, dict[str, str]] = {}
    for route, addresses in crawl(reader).items():
        for address in addresses:
            if "text/html" in reader.http.head(address).headers.get("content-type", ""):
                found.setdefault(route, {})[address] = reader.get(address).text
    return found


def test_pages_are_small(pages: Mapping[str, dict[str, str]]) -> None:
    """No page has more than 100 KB of HTML; those of a timeline have fifty entries."""
    assert len(pages) > 20
    sizes = {address: len(text.encode()) for found in pages.values() for address, text in found.items()}
    assert {address: size for address, size in sizes.items() if size >= MOST_HTML} == {}
    (timeline,) = [text for address, text in pages["/timeline"].items() if address == "/timeline"]
    assert timeline.count("data-entry=") == 50


def test_scripts_are_small(reader: Visitor, pages: Mapping[str, dict[str, str]]) -> None:
    """All scripts of a page together have less than 60 KB; what draws maps and charts is loaded where it is used."""
    compressed: dict[str, int] = {}
    for route, found in pages.items():
        for address, text in found.items():
            scripts = set(_SCRIPT.findall(text))
            for script in scripts - compressed.keys():
                compressed[script] = len(gzip.compress(reader.get(script).content))
            names = {script: script.partition("?")[0].rpartition("/")[2] for script in scripts}
            drawing = {names[script] for script in scripts} & OF_MAPS_AND_CHARTS
            assert not drawing or route in WITH_MAPS_AND_CHARTS, address
            assert sum(compressed[one] for one in scripts if names[one] not in OF_MAPS_AND_CHARTS) < MOST_SCRIPTS
    assert compressed
