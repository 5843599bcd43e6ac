"""What a content is, told by its beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.ledger.media_types import media_type_of


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        ("a.png", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        ("a.jpg", b" <html><script>alert(1)</script>", "text/html"),
        ("a.txt", b"<svg xmlns='http://www.w3.org/2000/svg'>", "image/svg+xml"),
        ("a.txt", b"<?xml version='1.0'?>", "application/xml"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
        ("a.csv", b"a;b\r\n1;2\r\n", "text/csv"),
        ("a.html", b"just words", "text/plain"),
        ("a.js", b"alert(1)", "text/plain"),
        ("a.txt", "Grüße".encode()[:-1] + "ß".encode()[:1], "text/plain"),
        ("a.txt", b"MZ\x90\0\3", "application/vnd.microsoft.portable-executable"),
        ("a.txt", b"\1\2\3\4", "application/octet-stream"),
        ("a.txt", b"", "application/octet-stream"),
    ],
)
def test_media_types(name: str, head: bytes, expected: str) -> None:
    """The content says what a file is; a name only which kind of text."""
    assert media_type_of(name, head) == expected


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_content_has_a_media_type(head: bytes, name: str) -> None:
    """Whatever the bytes are."""
    assert "/" in media_type_of(name, head)
