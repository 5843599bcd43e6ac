"""Transcripts: ``/v2/transcripts`` (spec 14.6). None are taken here, so that the collection is an empty page."""

from typing import Any

from ..operations import Call, Kind, Param
from . import filters, properties
from .paging import PAGING, first_args, page

LIST = (filters.FILTER, Param(name="totalCount", kind=Kind.FLAG), *PAGING)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/transcripts``."""
    args, _ = first_args(call)
    filters.filter_of(args.get("filter", ""), properties.TRANSCRIPTS)
    return page(call, args, [], None, **({"totalCount": 0} if args.get("totalCount") else {}))
