"""Names of files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.files import MAX_NAME, clean_name


@given(st.text(max_size=600))
def test_any_name_becomes_harmless(name: str) -> None:
    """No folders, no control characters, no turns of direction, not too long; and cleaning it again changes nothing."""
    clean = clean_name(name)
    assert not set(clean) & set("/\\\0\n\r\x7f\u202e")
    assert clean not in (".", "..")
    assert len(clean) <= MAX_NAME
    assert clean_name(clean) == clean
    clean.encode()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Mia\\Plan.docx", "Plan.docx"),
        ("..", ""),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        (" Grüße aus Köln.pdf ", "Grüße aus Köln.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_names(name: str, clean: str) -> None:
    """What becomes of hostile names, and of good ones."""
    assert clean_name(name) == clean
