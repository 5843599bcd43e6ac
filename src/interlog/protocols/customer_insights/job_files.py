"""The file of an ingestion job, by its ``Uri``: a ``data:`` URI, an upload, or a place that may be read (spec 6.8)."""

import base64
import binascii
from urllib.parse import unquote_to_bytes, urlsplit

from interlog.ledger import outside

from . import uploads
from .asks import Ask
from .bodies import MAX_BYTES, too_large
from .source import Notes

_CODES = {"not_allowed": "NotSupported", "unavailable": "SourceUnavailable"}


async def content_of(ask: Ask, uri: str | None, notes: Notes) -> bytes | None:
    """Return what a job's ``Uri`` leads to; None where it leads nowhere, which the notes then say.

    No request may make us call any host but those that whoever runs the server has named, and none is called for a job
    that is refused anyway.
    """
    if uri is None:
        notes.add("MissingUri", "'Uri' is required, unless the file is sent with the job.", "Uri")
        return None
    if uri[:5].lower() == "data:":
        return _of_data(uri, notes)
    try:
        id_, scheme = uploads.id_in(ask, uri), urlsplit(uri).scheme
    except ValueError:
        id_, scheme = None, ""
    if id_ is not None:
        data = await uploads.content_of(ask, id_)
        if data is None:
            notes.add("SourceUnavailable", "'Uri' leads to an upload that is not there, or is there no more.", "Uri")
        return data
    if scheme not in ("http", "https", "file"):
        message = "'Uri' must be a data: URI, an upload, or an address with https, http or file."
        notes.add("NotSupported", message, "Uri")
        return None
    return None if notes.problems else await _from_outside(ask, uri, notes)


def _of_data(uri: str, notes: Notes) -> bytes | None:
    head, comma, rest = uri[5:].partition(",")
    try:
        if not comma:
            raise ValueError
        raw = unquote_to_bytes(rest)
        return base64.b64decode(raw, validate=True) if head.lower().endswith(";base64") else raw
    except (binascii.Error, ValueError):
        notes.add("InvalidValue", "'Uri' is no well-formed data: URI.", "Uri")
        return None


async def _from_outside(ask: Ask, uri: str, notes: Notes) -> bytes | None:
    settings = ask.settings
    places = outside.places_of(settings.customer_insights_sources or "")
    try:
        return await outside.read(uri, places, MAX_BYTES, private=settings.customer_insights_private_sources)
    except outside.Refused as error:
        if error.code == "too_large":
            raise too_large(f"A file has at most {MAX_BYTES} bytes.") from None
        notes.add(_CODES[error.code], f"'Uri' {error.problems[0].message}.", "Uri")
        return None


def shown(uri: str | None) -> str:
    """Return what is told of a job's ``Uri``: not the whole of a file, nor what may be a key to it."""
    text = uri or ""
    if text[:5].lower() == "data:":
        return text[:100]
    return text.partition("#")[0].partition("?")[0]
