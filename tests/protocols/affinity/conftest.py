"""Clients of this protocol, and the people its tests are about."""

import pytest

from interlog.model.parties import Person
from tests.serving import Caller, Firm

PREFIX = "/affinity"


@pytest.fixture
def api(firm: Firm) -> Caller:
    """A client with the token of the firm's owner, Mia."""
    return firm.caller(PREFIX)


@pytest.fixture
def any_api(any_firm: Firm) -> Caller:
    """The same, for what has nothing to do with the store."""
    return any_firm.caller(PREFIX)


@pytest.fixture
def mia(firm: Firm) -> Person:
    """The firm's owner."""
    return firm.mia


@pytest.fixture
def ben(firm: Firm) -> Person:
    """Another user of the firm."""
    return firm.colleague("Ben", "Abt")


@pytest.fixture
def ola(firm: Firm) -> Person:
    """Somebody from outside."""
    return firm.person("Ola", "Berg", "ola.berg@client.example")


@pytest.fixture
def eve(firm: Firm) -> Person:
    """Somebody else from outside."""
    return firm.person("Eve", "Moll", "eve@other.example")
