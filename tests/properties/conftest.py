"""What properties are tried on: an open ledger, or an open store, and what runs their use cases."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, NamedTuple

import pytest

from interlog.ledger import Ledger
from interlog.store.store import Store


class Working(NamedTuple):
    """An open ledger, and what runs its use cases."""

    ledger: Ledger
    run: Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def working(module_database_url: str) -> Iterator[Working]:
    """A ledger on each engine."""
    with asyncio.Runner() as runner:
        ledger = runner.run(Ledger.open(module_database_url))
        yield Working(ledger, runner.run)
        runner.run(ledger.close())


class OpenStore:
    """A store, and a loop to run it in."""

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self.store = self.run(Store.open(url))

    def run(self, work: Any) -> Any:
        """Run something to its end."""
        return self._runner.run(work)

    def close(self) -> None:
        """Close the store and the loop."""
        self.run(self.store.close())
        self._runner.close()
