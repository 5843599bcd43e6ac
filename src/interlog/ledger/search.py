"""Pages of a search: first what the term names exactly, then whatever contains it, each in order of ids."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


Found = TypeVar("Found", bound=_HasId)

Place = tuple[int, int]
"""Where a page ends: (0, id) within the exact matches, (1, id) within the others."""

START: Place = (0, 0)


async def search_page(
    exact: Sequence[Found], others: Callable[[int, int], Awaitable[Sequence[Found]]], limit: int, place: Place
) -> tuple[list[Found], Place | None]:
    """Return a page of a search from a place on, and the next place.

    ``exact`` holds all exact matches; ``others(after, limit)`` fetches whatever contains the term, exact ones included.
    """
    stage, after = place
    known = {item.id for item in exact}
    items = [item for item in sorted(exact, key=lambda item: item.id) if stage == 0 and item.id > after]
    if len(items) > limit:
        return items[:limit], (0, items[limit - 1].id)
    missing = limit - len(items)
    after = after if stage == 1 else 0
    found = [item for item in await others(after, missing + len(known) + 1) if item.id not in known]
    if len(found) > missing:
        last = found[missing - 1].id if missing else 0
        return [*items, *found[:missing]], (1, last)
    return [*items, *found], None
