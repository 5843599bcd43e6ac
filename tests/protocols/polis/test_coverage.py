"""The coverage page: every operation is tested, and the page says only what is so."""

from pathlib import Path

import pytest

from interlog.marks import marks_in
from interlog.model.canvassing.permissions import ADMINISTRATOR
from interlog.protocols.polis import coverage
from interlog.protocols.polis.operations import Operation
from interlog.protocols.polis.table import OPERATIONS
from tests.serving import Caller

from .conftest import refused

HERE = Path(__file__).parent
MARKS = marks_in(HERE)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_a_test_of_its_own(operation: Operation) -> None:
    """Each operation of the route table is named by the mark of at least one test."""
    assert operation.name in MARKS


def test_every_mark_names_an_operation_and_a_client() -> None:
    """A mark cannot name what is not there."""
    assert set(MARKS) - {operation.name for operation in OPERATIONS} == set()
    assert {client for clients in MARKS.values() for client in clients} <= set(coverage.CLIENTS)


def test_names_and_routes_are_unique() -> None:
    """No two operations share a name, nor a method and path."""
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    pairs = [(operation.method, path) for operation in OPERATIONS for _, path in operation.routes]
    assert len(set(pairs)) == len(pairs)


def test_permissions_are_those_of_roles() -> None:
    """What an operation asks for, an administrator has; what it changes is asked for, too."""
    for operation in OPERATIONS:
        if operation.permission is not None:
            assert operation.permission in ADMINISTRATOR.permissions, operation.name
            assert operation.permission.startswith("read@") is not operation.writes, operation.name


@pytest.mark.parametrize("row", coverage.NOT_YET, ids=lambda row: row.resources)
def test_what_is_not_served_is_refused(any_api: Caller, row: coverage.Missing) -> None:
    """There is nothing at the paths of what is said not to be served."""
    for name in row.resources.split(", "):
        for version in ("/v1", "/v2", ""):
            refused(any_api.get(f"{version}/{name}"), 404, "NotFoundError")
            refused(any_api.post(f"{version}/{name}", data={}), 404, "NotFoundError")


def test_the_page_names_every_operation() -> None:
    """Each operation and each of its paths stands on the page, and so does what is missing."""
    page = coverage.page(HERE)
    for operation in OPERATIONS:
        assert f"| {operation.name} |" in page
        for path in operation.paths:
            assert f"`{operation.method} {path}`" in page
    for row in coverage.NOT_YET:
        assert f"| {row.resources} |" in page
