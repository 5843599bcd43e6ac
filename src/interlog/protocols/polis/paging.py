"""Lists of this protocol: filter, sort, pages, and the envelope (spec 2.5 to 2.7).

A list of any length is sent as it is read, a few hundred objects at a time; clients ask for 2^53 - 1 objects and mean
all of them.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import msgspec

from interlog.ledger.canvassing.listing import Chunk
from interlog.model.canvassing.resources import Resource
from interlog.model.conditions import Condition, both
from interlog.model.errors import Problem
from interlog.model.expressions import Order
from interlog.model.interactions import Interaction

from . import pointers as meaning_of
from . import strict_filters, wire
from .errors import invalid, problem, unreadable
from .filter_conditions import condition_of
from .filter_lexer import FilterError
from .filters import filter_of, pointers_in
from .operations import Call, Reply
from .pointers import DELETED, Meanings, Spelling
from .sorting import orders_of, sortings_of

DEFAULT_LIMIT = 100
EVERYTHING = 2**53 - 1
"""The limit by which clients ask for everything."""

_HELD = 1_000
"""Up to so many objects are answered from memory, with a length and a link to the next page."""

_WHOLE = re.compile(r"[0-9]{1,30}")
_encode = msgspec.json.Encoder().encode

T = TypeVar("T")
Present = Callable[[Call, Sequence[T]], Awaitable[Sequence[dict[str, Any]]]]
"""Makes objects of the wire of what was read: a few hundred at once, in their order."""


async def list_resources(
    call: Call,
    kind: str,
    present: Present[Resource],
    *,
    condition: Condition | None = None,
    pointers: Spelling | None = None,
) -> Reply:
    """Answer a list of resources. ``condition`` narrows it; ``pointers`` says where paths below ``data`` are stored."""
    lists = call.ledger.canvassing_lists
    wanted = _wanted(call, meaning_of.resources(call.actor, kind, pointers), condition)
    read = partial(lists.resources, call.actor, kind)
    count = partial(lists.count_resources, call.actor, kind)
    return await _answer(call, wanted, read, count, partial(present, call))


async def list_visits(call: Call, present: Present[Interaction], *, condition: Condition | None = None) -> Reply:
    """Answer a list of visits. ``condition`` narrows it."""
    lists = call.ledger.canvassing_lists
    wanted = _wanted(call, meaning_of.visits(call.actor), condition)
    read = partial(lists.visits, call.actor)
    return await _answer(call, wanted, read, partial(lists.count_visits, call.actor), partial(present, call))


# What is asked for


class _Wanted(NamedTuple):
    """What a request's parameters ask for. ``after``: the place that a link to a further page holds."""

    limit: int
    skip: int
    after: tuple[Any, ...] | None
    condition: Condition | None
    orders: tuple[Order, ...]
    deleted: bool


def _wanted(call: Call, meanings: Meanings, narrowed: Condition | None) -> _Wanted:
    """Read the parameters. Raises ``FormatError`` for a filter or sort, ``ValidationError`` for all numbers at once."""
    try:
        tree = filter_of(call.query)
        if call.settings.polis_strict_filters:
            strict_filters.check(tree, call.version, meanings)
        condition = condition_of(tree, meanings.operand) if tree is not None else None
    except FilterError as error:
        message = f"The filter cannot be read: {error.message}."
        raise unreadable(message, position=error.at, token=error.token) from None
    orders = orders_of(sortings_of(call.query.get("sort", [])), meanings.operand)
    problems: list[Problem] = []
    limit = _whole(call, "limit", DEFAULT_LIMIT, 1, problems)
    skip = _whole(call, "skip", 0, 0, problems)
    if problems:
        raise invalid(problems)
    deleted = any(meanings.canonical(pointer.path) == DELETED for pointer in pointers_in(tree))
    return _Wanted(limit, skip, _place_in(call), both(narrowed, condition), orders, deleted)


def _whole(call: Call, name: str, default: int, least: int, problems: list[Problem]) -> int:
    """Return a parameter that is a whole number; one beyond all that a client can count means as many as there are."""
    text = call.param(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text.strip()):
        sign = text.strip().startswith("-") and _WHOLE.fullmatch(text.strip()[1:])
        code = "number.min" if sign else "number.integer"
        problems.append(Problem(name, f"must be a whole number of at least {least}", code))
        return default
    number = int(text)
    if number < least:
        problems.append(Problem(name, f"must be at least {least}", "number.min"))
    return min(number, EVERYTHING)


def _cursor(place: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(_encode(list(place))).decode().rstrip("=")


def _place_in(call: Call) -> tuple[Any, ...] | None:
    text = call.param("cursor")
    if not text:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError):
        raise _no_cursor() from None
    if not isinstance(place, list):
        raise _no_cursor()
    return tuple(place)


def _no_cursor() -> Exception:
    return problem("cursor", "any.invalid", "must come from a link to a further page of the same list")


# The answer

_Chunks = AsyncIterator[Chunk[T]]
_Shown = Callable[[Sequence[T]], Awaitable[Sequence[dict[str, Any]]]]


async def _answer(
    call: Call,
    wanted: _Wanted,
    read: Callable[..., _Chunks[T]],
    count: Callable[..., Awaitable[int]],
    show: _Shown[T],
) -> Reply:
    """Return the first rows in memory where they are few, else a stream of all."""
    most = call.settings.polis_max_rows or EVERYTHING
    limit = min(wanted.limit, most)
    meta: dict[str, Any] = {}
    if call.flag("count"):
        meta["total"] = await count(condition=wanted.condition, deleted=wanted.deleted)
    chunks = read(
        limit=limit,
        condition=wanted.condition,
        orders=wanted.orders,
        after=wanted.after,
        skip=wanted.skip,
        deleted=wanted.deleted,
    )
    try:
        first = await anext(chunks)
    except ValueError:
        raise _no_cursor() from None
    end = partial(_end, call, meta, wanted.limit, limit)
    if limit > _HELD and first.next is not None:
        return Reply(stream=_stream(first, chunks, show, end))
    items, last = list(await show(first.items)), first.next
    async for chunk in chunks:
        items += await show(chunk.items)
        last = chunk.next
    headers = {"Link": f'<{_next(call, last, wanted.limit)}>; rel="next"'} if last is not None else {}
    return Reply(wire.page(items, end(last)), headers=headers)


def _end(call: Call, meta: dict[str, Any], asked: int, limit: int, last: Sequence[Any] | None) -> dict[str, Any]:
    """Return the list's ``meta``: where the operator's cap cut it off, the address of the rest."""
    if last is None or limit == asked:
        return meta
    return meta | {"truncated": True, "next": _next(call, last, asked if asked == EVERYTHING else asked - limit)}


def _next(call: Call, place: Sequence[Any], limit: int) -> str:
    """Return the address of what comes behind a place."""
    query = {name: values for name, values in call.query.items() if name not in ("skip", "limit", "cursor", "count")}
    text = urlencode(query | {"limit": [str(limit)], "cursor": [_cursor(place)]}, doseq=True)
    return f"{call.base}{call.request.path}?{text}"


async def _stream(
    first: Chunk[T], chunks: _Chunks[T], show: _Shown[T], end: Callable[[Sequence[Any] | None], dict[str, Any]]
) -> AsyncIterator[bytes]:
    """Yield the envelope of a list piece by piece: nothing that was sent is kept."""
    chunk: Chunk[T] | None = first
    yield b'{"data":['
    separator = b""
    while chunk is not None:
        if chunk.items:
            yield separator + _encode(await show(chunk.items))[1:-1]
            separator = b","
        last = chunk.next
        chunk = await anext(chunks, None)
    yield b'],"meta":' + _encode(end(last)) + b"}"
