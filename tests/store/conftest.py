"""An open store on each engine, without the ledger above it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from interlog.store.store import Store


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store of this test alone."""
    opened = await Store.open(database_url)
    yield opened
    await opened.close()
