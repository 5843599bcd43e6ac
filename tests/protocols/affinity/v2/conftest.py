"""Clients of version 2."""

import pytest

from tests.serving import Caller, Firm

PREFIX = "/affinity/v2"


@pytest.fixture
def v2(firm: Firm) -> Caller:
    """A client with the token of the firm's owner, Mia."""
    return firm.caller(PREFIX)


@pytest.fixture
def any_v2(any_firm: Firm) -> Caller:
    """The same, for what has nothing to do with the store."""
    return any_firm.caller(PREFIX)
