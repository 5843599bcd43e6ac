"""Readers of the pages."""

import pytest

from tests.serving import Firm, any_firm, any_server, firm, server, server_of

from .visiting import Visitor, visitor

__all__ = ["any_firm", "any_server", "firm", "server", "server_of"]


@pytest.fixture
def mia(firm: Firm) -> Visitor:
    """The firm's owner, signed in, on each engine."""
    return visitor(firm)


@pytest.fixture
def any_mia(any_firm: Firm) -> Visitor:
    """The same on SQLite, for what has nothing to do with the store."""
    return visitor(any_firm)
