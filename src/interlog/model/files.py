"""Files: what somebody has put beside a person, an organization, an opportunity or an interaction."""

import re
import unicodedata
from enum import IntEnum

from msgspec import Struct

from .parties import Party

MAX_NAME = 255
"""Characters that the name of a file has at most."""


class Holder(IntEnum):
    """What a file lies beside. Parties have the codes that they have everywhere."""

    PERSON = Party.PERSON.value
    ORGANIZATION = Party.ORGANIZATION.value
    OPPORTUNITY = Party.OPPORTUNITY.value
    INTERACTION = 50


class File(Struct, frozen=True, kw_only=True):
    """A file. ``key``: under which its content is kept; ``size`` in bytes; ``digest``: SHA-256 of it, in hexadecimal.

    ``media_type`` is what the content is, whatever was said of it; ``holder`` is the id of what it lies beside.
    """

    id: int
    key: str
    holder_kind: Holder
    holder: int
    name: str
    media_type: str
    size: int
    digest: str
    uploader: int
    created_at: int
    version: int = 1


def clean_name(name: str) -> str:
    """Return a file's name as it can be shown: without folders, control characters and turns of direction.

    Too long a one is cut before its ending. Empty where nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    text = "".join(char for char in last if unicodedata.category(char) not in _UNSHOWN and char not in _TURNS).strip()
    if not text.strip("."):
        return ""
    if len(text) > MAX_NAME:
        stem, dot, ending = text.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) < _ENDING else ""
        text = text[: MAX_NAME - len(kept)].rstrip() + kept
    return text


_ENDING = 20
_UNSHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes the text after it run the other way: a name that ends in ``exe`` could seem to end in ``txt``."""
