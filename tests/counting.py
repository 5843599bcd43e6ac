"""How many statements something costs."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from interlog.ledger import Ledger


@contextmanager
def counted(ledger: Ledger) -> Iterator[Counter[str]]:
    """Count what is asked of the store meanwhile: statements that read, and units that are written."""
    database, found = ledger.store.database, Counter[str]()

    def counting(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        async def counting_work(*arguments: Any, **named: Any) -> Any:
            found[name] += 1
            return await work(*arguments, **named)

        return counting_work

    names = ("fetch", "fetch_long", "_fetch_asked", "take", "write")
    for name in names:
        setattr(database, name, counting(name, getattr(database, name)))
    try:
        yield found
    finally:
        for name in names:
            delattr(database, name)
