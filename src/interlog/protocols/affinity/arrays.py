"""Bare arrays of any length: what is long is sent piece by piece while it is read, and nothing of it is kept."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode

AT_ONCE = 500
"""How many items are read by one statement."""


async def array(pages: AsyncIterator[Sequence[Any]]) -> Sequence[Any] | AsyncIterator[bytes]:
    """Return the items of some pages: themselves where they are one page, else the text of their array in pieces.

    What refuses the first two pages is raised here, before anything is answered.
    """
    first, second = await anext(pages, ()), await anext(pages, None)
    return first if second is None else _pieces(first, second, pages)


async def _pieces(
    page: Sequence[Any], following: Sequence[Any] | None, pages: AsyncIterator[Sequence[Any]]
) -> AsyncIterator[bytes]:
    yield b"["
    separator = b""
    while True:
        if page:
            yield separator + _encode(page)[1:-1]
            separator = b","
        if following is None:
            break
        page, following = following, await anext(pages, None)
    yield b"]"
