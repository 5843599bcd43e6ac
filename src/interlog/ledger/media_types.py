"""What a file is: told by its content, whatever its name or whoever sent it says."""

import mimetypes

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"

_TEXTS = frozenset({"text/csv", "text/markdown", "text/calendar", "text/vcard", "application/json", TEXT})
"""Kinds of texts that only a name tells apart. What browsers would run is not among them."""

_BY_CONTENT_ALONE = 3
"""Bytes that must agree with those that files of a kind begin with: two agree by chance too often."""


def media_type_of(name: str, head: bytes) -> str:
    """Return the media type of a content by its beginning; of a plain text, and where several fit, also by its name."""
    from puremagic import PureError, magic_string  # reads its table of beginnings, which few requests need

    if _is_text(head):
        text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        for start, found in _MARKED:
            if text.startswith(start):
                return found
        named = mimetypes.guess_type(name, strict=False)[0]
        return named if named in _TEXTS else TEXT
    try:
        matches = magic_string(head, name)
    except (PureError, ValueError):
        return UNKNOWN
    for match in matches:
        if match.mime_type and len(match.byte_match) >= _BY_CONTENT_ALONE:
            return str(match.mime_type)
    return UNKNOWN


_MARKED = (
    (b"%pdf-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "application/xml"),
    (b"<", "text/html"),
)
"""How texts begin that are more than that. Whatever else begins like a tag is taken for a page."""


def _is_text(head: bytes) -> bool:
    """Whether bytes are the beginning of a text in UTF-8, without control characters."""
    if not head or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start >= len(head) - 4
    return True
