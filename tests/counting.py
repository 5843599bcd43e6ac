"""How many statements something costs."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from interlog.ledger import Ledger

_is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)
"""Whether one way to ask uses another one, which is not counted once more."""


@contextmanager
def counted(ledger: Ledger) -> Iterator[Counter[str]]:
    """Count what is asked of the store meanwhile: statements that read, and units that are written."""
    database, found = ledger.store.database, Counter[str]()

    def counting(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        async def counting_work(*arguments: Any, **named: Any) -> Any:
            if _is_inside.get():
                return await work(*arguments, **named)
            found[name] += 1
            outside = _is_inside.set(True)
            try:
                return await work(*arguments, **named)
            finally:
                _is_inside.reset(outside)

        return counting_work

    names = ("fetch", "fetch_long", "_fetch_asked", "take", "write")
    for name in names:
        setattr(database, name, counting(name, getattr(database, name)))
    try:
        yield found
    finally:
        for name in names:
            delattr(database, name)


def least(ledger: Ledger, work: Callable[[], Any], tries: int = 3) -> int:
    """Return how many statements some work on a running server costs: what the server does beside it is not counted.

    Now and then it looks for what has aged, and fills the search after what was written: the best of some tries counts.
    """

    def cost() -> int:
        with counted(ledger) as found:
            work()
        return found.total()

    return min(cost() for _ in range(tries))
