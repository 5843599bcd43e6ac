"""The reject store: items that could not be stored are kept with their errors, to be mended and sent again (spec 9.2).

Addresses: ``$rejects``, ``$rejects('r-…')``, and POST ``$rejects('r-…')/replay`` with a mended instance as its body,
or none to try the item as it came.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from interlog.model.errors import InterlogError, NotFound
from interlog.model.ids import uuid7
from interlog.model.instants import now
from interlog.model.tenancy import Right

from .asks import Ask
from .bodies import decode, encode
from .errors import ApiError, Detail, answer, not_found
from .operations import Reply
from .times import moment_text

KIND = "reject"
_AT_ONCE = 500
_MOST = 1_000
_MOST_DETAILS = 20


class Rejected(Struct, frozen=True):
    """An item that was not stored: what was sent (its text, where it is no JSON object), to which set, and why not."""

    item: dict[str, Any] | str
    entity_set: str
    error: dict[str, Any]
    line: int | None = None
    job: str | None = None


def error_json(error: InterlogError) -> tuple[int, dict[str, Any]]:
    """Return the status and the object of an error, as the outcome of one item of many has it."""
    status, body, _ = answer(error)
    found: dict[str, Any] = body["error"]
    details = found.get("details", ())
    if len(details) > _MOST_DETAILS:  # ten thousand items may have a hundred problems each
        rest = Detail("MoreProblems", f"There are {len(details) - _MOST_DETAILS} more problems.")
        found["details"] = [*details[:_MOST_DETAILS], rest]
    return status, found


async def keep(ask: Ask, rejected: Sequence[Rejected]) -> list[str]:
    """Store rejected items and return their ids."""
    at = now()
    first = f"r-{uuid7().replace('-', '')}"
    ids = [f"{first}-{place:04}" for place in range(1, len(rejected) + 1)]
    for start in range(0, len(ids), _AT_ONCE):
        await asyncio.gather(
            *(
                ask.ledger.definitions.put(ask.actor, KIND, id_, _document(item, at), right=Right.WRITE)
                for id_, item in zip(ids[start : start + _AT_ONCE], rejected[start : start + _AT_ONCE], strict=True)
            )
        )
    return ids


def _document(item: Rejected, at: int) -> dict[str, Any]:
    document: dict[str, Any] = {
        # As text, so that what was sent comes back as it was, with all digits of its numbers.
        "payload": encode(item.item).decode(),
        "entitySet": item.entity_set,
        "error": msgspec.to_builtins(item.error),
        "rejectedAt": moment_text(at),
        "state": "Rejected",
    }
    if item.line is not None:
        document["line"] = item.line
    if item.job is not None:
        document["jobId"] = item.job
    return document


def _json(id_: str, document: dict[str, Any]) -> dict[str, Any]:
    return {"RejectId": id_} | document | {"payload": msgspec.Raw(document["payload"].encode())}


async def listed(ask: Ask) -> Reply:
    """Answer the rejected items, the oldest first; ``$skiptoken`` is the id of the last one seen."""
    top = ask.params.get("$top", "30")
    if not (top.isascii() and top.isdecimal() and len(top) < 6):
        raise ApiError(400, "InvalidQueryOption", "$top must be a whole number, at least 0.", target="$top")
    size = min(int(top), _MOST)
    after = ask.params.get("$skiptoken", "")
    found = await ask.ledger.definitions.page(ask.actor, KIND, after=after, limit=size + 1) if size else []
    body: dict[str, Any] = {"value": [_json(item.name, item.value) for item in found[:size]]}
    if len(found) > size:
        link = f"{ask.root}/$rejects?$skiptoken={found[size - 1].name}" + (
            f"&$top={size}" if "$top" in ask.params else ""
        )
        body |= {"@odata.nextLink": link, "nextLink": link}
    return ask.reply(body)


async def get(ask: Ask, id_: str) -> Reply:
    """Answer one rejected item."""
    return ask.reply(_json(id_, await _stored(ask, id_)))


async def _stored(ask: Ask, id_: str) -> dict[str, Any]:
    try:
        return (await ask.ledger.definitions.get(ask.actor, KIND, id_)).value
    except NotFound:
        raise not_found(f"rejected item '{id_[:100]}'") from None


async def item_of(ask: Ask, id_: str) -> tuple[dict[str, Any], str]:
    """Return the instance to be sent again, mended where the request has a body, and the entity set it goes to."""
    document = await _stored(ask, id_)
    if document["state"] == "Replayed":
        raise ApiError(409, "AlreadyReplayed", f"The rejected item '{id_}' has been stored already.")
    value = decode(ask.data if ask.data.strip() else document["payload"].encode())
    if not isinstance(value, dict):
        raise ApiError(400, "InvalidRequestContent", "The item is no JSON object; send a mended one as the body.")
    return value, document["entitySet"]


async def note_replayed(ask: Ask, id_: str, name: str, key: str) -> None:
    """Keep what a rejected item has become: ``name`` is what its id is called."""
    document = await _stored(ask, id_)
    replayed = document | {"state": "Replayed", "replayedAt": moment_text(now()), name: key}
    await ask.ledger.definitions.put(ask.actor, KIND, id_, replayed, right=Right.WRITE)
