"""The coverage page: every intent is tested in every way in which it comes, and the page says only what is so."""

from pathlib import Path

import pytest
from falcon.inspect import inspect_routes

from interlog.marks import PLAIN
from interlog.protocols.fdc3 import coverage
from interlog.protocols.fdc3.app import create
from interlog.protocols.fdc3.intents import INTENTS, Intent
from interlog.settings import Settings

TESTS = Path(__file__).parents[2]
MARKS = coverage.marks_of(TESTS)


@pytest.mark.parametrize("intent", INTENTS.values(), ids=lambda intent: intent.name)
def test_every_intent_has_tests(intent: Intent) -> None:
    """Each intent is raised over HTTP and in a browser, and over a bridge where it is offered there by default."""
    wanted = {PLAIN, coverage.BROWSER} | ({coverage.BRIDGE} if not intent.shows else set())
    assert wanted <= MARKS[intent.name]


def test_every_endpoint_has_a_test() -> None:
    """What is served beside the intents is tested, and is what the application has routes for."""
    assert {endpoint.name for endpoint in coverage.ENDPOINTS} <= MARKS.keys()
    said = {path for endpoint in coverage.ENDPOINTS for path in endpoint.paths}
    assert said == {route.path for route in inspect_routes(create(Settings(), None))}  # type: ignore[arg-type]


def test_every_mark_names_a_way() -> None:
    """A mark cannot name a way that has no column."""
    assert {way for ways in MARKS.values() for way in ways} <= set(coverage.WAYS)


def test_the_page_names_everything() -> None:
    """Each intent with its contexts, and each path, stands on the page."""
    page = coverage.page(TESTS)
    for intent in INTENTS.values():
        assert f"| `{intent.name}` |" in page
        assert all(f"`{context}`" in page for context in intent.contexts)
    for endpoint in coverage.ENDPOINTS:
        assert all(f"`{endpoint.method} {path}`" in page for path in endpoint.paths)
