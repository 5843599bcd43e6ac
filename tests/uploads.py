"""Uploading through the ledger, for tests."""

import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

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


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes: the system refuses to write them, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
