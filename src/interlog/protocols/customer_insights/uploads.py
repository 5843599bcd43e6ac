"""Files that are uploaded for ingestion jobs: ``$uploads`` (spec 6.8).

POST the CSV, get an address for the ``Uri`` of jobs; GET it, DELETE it, or leave it to be removed after some hours.
"""

import base64
import re
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import falcon

from interlog.model.errors import NotFound
from interlog.model.instants import HOUR, now
from interlog.model.tenancy import Right

from .asks import Ask
from .bodies import MAX_BYTES, content_error, too_large
from .errors import ApiError, not_found
from .forms import form_parts
from .operations import Reply
from .times import moment_text

KIND = "upload"
CONTENT = "uploadContent"
"""The kinds of documents that say what was uploaded, and that hold it: lists read only the former."""

MOST = 100
"""Files that a hub keeps at a time."""

_TYPES = frozenset({"", "text/csv", "text/plain", "application/csv", "application/vnd.ms-excel",
                    "application/octet-stream", "multipart/form-data"})  # fmt: skip
_PLACE = re.compile(r"\$uploads\('([0-9a-f]{32})'\)", re.IGNORECASE)


async def create(ask: Ask) -> Reply:
    """Store a file, as the body or as the part ``file`` of a form, and answer its address."""
    data = _file(ask)
    if len(data) > MAX_BYTES:
        raise too_large(f"A file has at most {MAX_BYTES} bytes.")
    if not data.strip():
        raise content_error("The file is empty.")
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise content_error(f"The file is not UTF-8: byte {error.start}.") from None
    definitions = ask.ledger.definitions
    if len(await definitions.page(ask.actor, KIND, limit=MOST)) >= MOST:
        raise ApiError(409, "TooManyUploads", f"A hub keeps at most {MOST} files; delete some of them.")
    id_, at = uuid4().hex, now()
    expiry = at + ask.settings.customer_insights_keep_uploads_hours * HOUR
    value = {
        "UploadId": id_,
        "TotalBytes": len(data),
        "UploadTime": moment_text(at),
        "ExpiryTimeUtc": moment_text(expiry),
    }
    content = {"base64": base64.b64encode(data).decode()}
    await definitions.put(ask.actor, CONTENT, id_, content, right=Right.WRITE)
    await definitions.put(ask.actor, KIND, id_, value, right=Right.WRITE)
    uri = _uri(ask, id_)
    return ask.reply(ask.context("$uploads/$entity", ask.form) | value | {"Uri": uri}, 201, {"Location": uri})


def _file(ask: Ask) -> bytes:
    content_type = ask.headers.get("content-type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _TYPES:
        raise falcon.HTTPUnsupportedMediaType(description=f"A file must be text/csv, not {media_type}")
    if media_type != "multipart/form-data":
        return ask.data
    parts = form_parts(ask.data, content_type)
    if "file" not in parts:
        raise content_error("The form must have the part file.")
    return parts["file"]


def _uri(ask: Ask, id_: str) -> str:
    return f"{ask.root}/$uploads('{id_}')"


async def listed(ask: Ask) -> Reply:
    """Answer what was uploaded."""
    found = await ask.ledger.definitions.page(ask.actor, KIND, limit=MOST)
    value = [item.value | {"Uri": _uri(ask, item.name)} for item in found]
    return ask.reply(ask.context("$uploads", ask.form) | {"value": value})


async def get(ask: Ask, id_: str) -> Reply:
    """Answer a file as it was uploaded."""
    data = await content_of(ask, id_)
    if data is None:
        raise not_found(f"upload '{id_[:100]}'")
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": f'attachment; filename="{id_.lower()}.csv"'}
    return Reply(data, headers=headers, content_type="text/csv; charset=utf-8")


async def delete(ask: Ask, id_: str) -> Reply:
    """Remove a file: 204, also where there is none."""
    for kind in (KIND, CONTENT):
        await ask.ledger.definitions.delete(ask.actor, kind, id_, right=Right.WRITE, copy=False)
    return Reply(status=204)


async def content_of(ask: Ask, id_: str) -> bytes | None:
    """Return what was uploaded under an id; None where nothing is."""
    try:
        document = await ask.ledger.definitions.get(ask.actor, CONTENT, id_)
    except NotFound:
        return None
    value: dict[str, Any] = document.value
    return base64.b64decode(value["base64"])


def id_in(ask: Ask, uri: str) -> str | None:
    """Return the id of the upload of this hub that an address means, by whichever name the server was called then."""
    before, found, place = unquote(urlsplit(uri).path).rpartition("/data/")
    match = _PLACE.fullmatch(place)
    is_own = not found or before.lower().endswith(f"/hubs/{ask.actor.tenant.name}".lower())
    return match[1].lower() if match is not None and is_own else None
