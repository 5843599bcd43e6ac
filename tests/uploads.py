"""Uploading through the ledger, for tests."""

from collections.abc import AsyncIterator

from interlog.ledger import Ledger
from interlog.model.files import File, Holder
from interlog.model.tenancy import Actor

LIMIT = 10_000_000


async def parts_of(data: bytes, size: int = 60_000) -> AsyncIterator[bytes]:
    """Give bytes as they would arrive."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def put_file(
    ledger: Ledger, actor: Actor, kind: Holder, holder: int, data: bytes = b"some text", name: str = "a.txt"
) -> File:
    """Store a file; what is refused leaves nothing behind."""
    upload = await ledger.files.take(actor, name, parts_of(data), limit=LIMIT)
    try:
        (item,) = await ledger.files.create(actor, kind, holder, [upload])
    finally:
        await upload.discard()
    return item


async def content_of(ledger: Ledger, actor: Actor, id_: int) -> bytes:
    """Return the content of a file."""
    _, parts = await ledger.files.open(actor, id_)
    return b"".join([part async for part in parts])
