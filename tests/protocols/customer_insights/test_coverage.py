"""The coverage page: every operation is tested, and the page says only what is so."""

from pathlib import Path

import pytest

from interlog.marks import Missing, marks_in
from interlog.protocols.customer_insights import coverage
from interlog.protocols.customer_insights.operations import PREFIXES, Operation
from interlog.protocols.customer_insights.table import OPERATIONS, OPERATIONS_MANAGEMENT

from .conftest import VERSION, Hub

HERE = Path(__file__).parent
MARKS = marks_in(HERE)

OF_THE_LIFE = "operation"
"""The last word of operations that only tell how another one is getting on; one test of each plane covers them all."""


@pytest.mark.parametrize("operation", OPERATIONS_MANAGEMENT, ids=lambda operation: operation.name)
def test_every_operation_has_a_test_of_its_own(operation: Operation) -> None:
    """Each operation of the route table is named by the mark of at least one test."""
    assert operation.name in MARKS or operation.name.endswith(f".{OF_THE_LIFE}")


def test_every_mark_names_an_operation_and_a_client() -> None:
    """A mark cannot name what is not there."""
    assert set(MARKS) - {operation.name for operation in OPERATIONS} == set()
    assert {client for clients in MARKS.values() for client in clients} <= set(coverage.CLIENTS)


def test_names_and_routes_are_unique() -> None:
    """No two operations share a name, nor a method and path."""
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    pairs = [(operation.method, path.lower()) for operation in OPERATIONS for _, path in operation.routes]
    assert len(set(pairs)) == len(pairs)


@pytest.mark.parametrize("row", coverage.NOT_YET, ids=lambda row: row.path)
def test_what_is_not_served_is_refused(any_hub: Hub, row: Missing) -> None:
    """A request for what is said not to be served is answered in the way that the page says."""
    path = (PREFIXES[row.path[0]] + row.path[1:]).replace("{hub}", any_hub.name).replace("{name}", "Meeting")
    for method in row.methods.split():
        answer = any_hub.caller.request(method, path, params={"api-version": VERSION}, json={})
        assert answer.status_code in (404, 405, 501), answer.text


def test_the_page_names_every_operation() -> None:
    """Each operation and each of its paths stands on the page, and so does what is missing."""
    page = coverage.page(HERE)
    for operation in OPERATIONS:
        assert f"| {operation.name} |" in page
        for path in operation.paths:
            assert f"`{operation.method} {path}`" in page
    for row in coverage.NOT_YET:
        assert f"| `{row.path}` |" in page
