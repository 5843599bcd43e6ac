"""affinity-sdk, the community's Python client of this protocol, pointed at our server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from affinity import Affinity, AsyncAffinity

from tests.serving import Firm

from .conftest import PREFIX

BY = "affinity-sdk"

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC)


def addresses(firm: Firm, base: str | None = None) -> dict[str, Any]:
    """Return what both of its clients are made with."""
    base = (base or firm.server.base) + PREFIX
    return {"v1_base_url": base, "v2_base_url": f"{base}/v2"}


def client_of(firm: Firm, token: str | None = None, **options: Any) -> Affinity:
    """Return a client with a token, by default Mia's."""
    return Affinity(api_key=token or firm.token, **addresses(firm), **options)


def async_client_of(firm: Firm, token: str | None = None, **options: Any) -> AsyncAffinity:
    """Return the client for asynchronous programs."""
    return AsyncAffinity(api_key=token or firm.token, **addresses(firm), **options)


@pytest.fixture
def client(firm: Firm) -> Iterator[Affinity]:
    """The client with Mia's token, on each engine."""
    with client_of(firm) as client:
        yield client
