"""Readers of the pages."""

import pytest

from tests.serving import Firm

from .visiting import Visitor, visitor


@pytest.fixture
def mia(firm: Firm) -> Visitor:
    """The firm's owner, signed in, on each engine."""
    return visitor(firm)


@pytest.fixture
def any_mia(any_firm: Firm) -> Visitor:
    """The same on SQLite, for what has nothing to do with the store."""
    return visitor(any_firm)
