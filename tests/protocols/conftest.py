"""The running server, for the tests of every protocol."""

import pytest

from tests.serving import any_firm, any_server, firm, server, server_of

__all__ = ["any_firm", "any_server", "firm", "server", "server_of"]


def pytest_configure(config: pytest.Config) -> None:
    """Explain the mark from which the coverage pages in the docs are made."""
    config.addinivalue_line(
        "markers", "covers(operation, ..., by='plain HTTP'): tests these operations of a protocol through this client"
    )
