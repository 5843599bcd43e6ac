"""The coverage page: every operation is tested, and the page says only what is so."""

import re
from pathlib import Path

import pytest

from interlog.marks import Missing, marks_in
from interlog.protocols.affinity import coverage
from interlog.protocols.affinity.app import OPERATIONS
from interlog.protocols.affinity.operations import Operation
from tests.serving import Caller

from .clients.live_suite import vendor_operations

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


def test_nothing_is_both_served_and_not() -> None:
    """What is said not to be served is not in the route table."""
    served = {(operation.method, path) for operation in OPERATIONS for path in operation.paths}
    missing = {(method, row.path) for row in coverage.NOT_YET for method in row.methods.split()}
    assert served & missing == set()


@pytest.mark.parametrize("row", coverage.NOT_YET, ids=lambda row: row.path)
def test_what_is_not_served_is_refused(any_api: Caller, row: Missing) -> None:
    """A request for what is said not to be served is answered in the way that the page says."""
    path = re.sub(r"{\w*id}", "1", row.path.replace("{field_id}", "field-1"))
    for method in row.methods.split():
        response = any_api.request(method, path)
        assert response.status_code in (404, 405, 400)
        assert response.status_code != 400 or path.endswith(("/fields", "/search"))


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in coverage.NEVER])
def test_what_is_never_served_is_not_found(any_api: Caller, method: str, path: str) -> None:
    """What is left out on purpose answers as an unknown path does."""
    assert any_api.request(method, re.sub(r"{\w+}", "1", path)).status_code in (404, 405)


@pytest.mark.client
def test_the_page_knows_every_operation_of_the_vendor() -> None:
    """Each operation of the vendor's version 2, as the community's library lists them, stands on the page."""
    known = {
        *((operation.method, path) for operation in OPERATIONS for path in operation.paths),
        *((method, row.path) for row in coverage.NOT_YET for method in row.methods.split()),
        *((method, path) for method, path, _ in coverage.NEVER),
    }
    unnamed = {(method, re.sub(r"{\w+}", "{}", path)) for method, path in known}
    assert {tuple(line.split(" ")) for line in vendor_operations()} - unnamed == set()


def test_names_are_unique() -> None:
    """No two operations share a name, nor a method and path."""
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)
    pairs = [(operation.method, path) for operation in OPERATIONS for path in operation.paths]
    assert len(set(pairs)) == len(pairs)


def test_the_page_names_every_operation() -> None:
    """Each operation and each of its paths stands on the page, and so does what is missing."""
    page = coverage.page(HERE)
    for operation in OPERATIONS:
        assert f"| {operation.name} |" in page
        for path in operation.paths:
            assert f"`{operation.method} {path}`" in page
    for row in coverage.NOT_YET:
        assert f"| `{row.path}` |" in page


def test_a_mark_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """A mark whose words are only known when the test runs would go unnoticed, and is refused."""
    (tmp_path / "test_x.py").write_text('@pytest.mark.covers(f"{x}")\ndef test_x(): ...\n')
    with pytest.raises(ValueError, match=r"test_x\.py:1: a mark must name"):
        marks_in(tmp_path)
