"""Files on their way over HTTP, in and out, a part at a time: what protocols and pages have in common."""

from collections.abc import AsyncIterator

import falcon.asgi

from .ledger import Ledger
from .ledger.files import Upload, too_large
from .model.errors import Invalid
from .model.files import File
from .model.tenancy import Actor

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Whatever a file holds, a browser saves it, and runs nothing of it."""


class Taking:
    """Takes the files of one form to the disk as they arrive. All of them together have ``limit`` bytes at most.

    Whoever makes one calls ``discard`` in the end, which leaves what has become a file.
    """

    def __init__(self, ledger: Ledger, actor: Actor, limit: int) -> None:
        self._ledger, self._actor, self._limit = ledger, actor, limit
        self._uploads: list[Upload] = []

    def refuse_larger(self, length: int | None, besides: int) -> None:
        """Refuse a request by its length alone, of which so many bytes may be something else than files."""
        if (length or 0) > self._limit + besides:
            raise Invalid(too_large(self._limit))

    async def take(self, name: str, parts: AsyncIterator[bytes]) -> Upload:
        """Write one file; raises ``Invalid`` as soon as there are too many bytes."""
        left = self._limit - sum(upload.size for upload in self._uploads)
        upload = await self._ledger.files.take(self._actor, name, parts, limit=left)
        self._uploads.append(upload)
        return upload

    async def discard(self) -> None:
        """Remove what has become no file."""
        for upload in self._uploads:
            await upload.discard()


def fill(response: falcon.asgi.Response, item: File, parts: AsyncIterator[bytes]) -> None:
    """Make a response that of a file, to be saved under its name."""
    response.content_type = item.media_type
    response.content_length = item.size
    response.downloadable_as = item.name
    response.set_headers(_HEADERS)
    response.stream = parts
