"""Bodies in ``multipart/form-data``: their parts by name."""

import re

from .bodies import content_error

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)
_NAME = re.compile(rb'content-disposition:[^\r\n]*\bname="?([^";\r\n]{1,100})"?', re.IGNORECASE)
_MAX_PARTS = 20


def form_parts(data: bytes, content_type: str) -> dict[str, bytes]:
    """Return the content of each part of a form by its name; raises ``ApiError``."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise content_error("The Content-Type of a form must name its boundary.")
    delimiter = b"--" + (match[1] or match[2]).encode()
    chunks = re.split(rb"(?:^|\r?\n)" + re.escape(delimiter) + rb"(?=\r?\n|--)", data, maxsplit=_MAX_PARTS)
    found: dict[str, bytes] = {}
    for chunk in chunks[1:]:
        if chunk.startswith(b"--"):
            break
        head, separator, content = chunk.partition(b"\r\n\r\n")
        if not separator:
            head, separator, content = chunk.partition(b"\n\n")
        name = _NAME.search(head)
        if name is None or not separator:
            raise content_error("A part of the form has no name.")
        found[name[1].decode("latin-1").lower()] = content
    return found
