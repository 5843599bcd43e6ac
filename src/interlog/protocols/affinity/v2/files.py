"""Files: ``/v2/files`` (spec 14.6); the same as those of version 1."""

from typing import Any

import falcon.asgi

from interlog.ledger import Ledger
from interlog.model.errors import InterlogError
from interlog.model.files import File
from interlog.transfer import fill

from ..operations import PATH_ID, Call, Kind, Param
from . import filters, properties
from .paging import MAX_LIMIT, PAGING, address, first_args, page
from .translate import time

LIST = (filters.FILTER, Param(name="totalCount", kind=Kind.FLAG), *PAGING)
GET = (PATH_ID,)

SIGNED_PREFIX = "/signed-files/"
SIGNED = SIGNED_PREFIX + "{address}"
"""Where a file is to be had for a minute, without a token."""


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/files``: those beside persons, companies and opportunities, newest first."""
    args, place = first_args(call)
    condition = filters.filter_of(args.get("filter", ""), properties.FILES)
    items, following = await call.ledger.files.feed(
        call.actor, condition, before=place[0] if place is not None else 2**62, limit=args.get("limit", MAX_LIMIT)
    )
    more = {}
    if args.get("totalCount"):
        more["totalCount"] = await call.ledger.files.count(call.actor, condition)
    shown = [_shown(item) for item in items]
    return page(call, args, shown, (following,) if following is not None else None, **more)


async def get(call: Call) -> dict[str, Any]:
    """``GET /v2/files/{id}``: with an address from which it can be downloaded for a minute."""
    item = await call.ledger.files.get(call.actor, call.args["id"])
    url = address(call, SIGNED.format(address=call.ledger.signed_files.address(call.actor, item)))
    return _shown(item) | {"downloadUrl": url}


def _shown(item: File) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "size": item.size,
        "type": item.media_type,
        "creator": {"id": item.uploader},
        "createdAt": time(item.created_at),
        "updatedAt": None,
    }


class Signed:
    """Sends files to whoever has their addresses."""

    def __init__(self, ledger: Ledger) -> None:
        self._files = ledger.signed_files

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, address: str) -> None:
        """Send the file of an address; 404 where there is none, or no more."""
        try:
            fill(response, *await self._files.open(address))
        except InterlogError:
            raise falcon.HTTPNotFound(description="There is no file at this address, or no more") from None
