"""Names for programs, made from what people call things."""

import re
import unicodedata
from collections.abc import Collection

from .definitions import IDENTIFIER, MAX_NAME

_WORD = re.compile(r"\w+")
_NO_ASCII = re.compile(r"[^A-Za-z0-9]+")


def identifier_of(text: str, taken: Collection[str] = ()) -> str:
    """Return a name that a field may have: the words of a text; empty where there are none.

    ``taken``: names in lower case that it must not have.
    """
    name = "_".join(_WORD.findall(unicodedata.normalize("NFC", text)))[: MAX_NAME - 8].rstrip("_")
    if not IDENTIFIER.fullmatch(name):
        name = f"_{name}" if name else ""
    return _untaken(name, taken)


def type_name_of(text: str) -> str:
    """Return a name that a type may have: the words of a text, each with a capital; empty where there are none."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = [word for word in _NO_ASCII.split(plain) if word]
    return "".join(word[0].upper() + word[1:] for word in words)[: MAX_NAME - 8].lstrip("0123456789")


def _untaken(name: str, taken: Collection[str]) -> str:
    """Return a name with the first number behind it, from 2 on, with which nobody else has it."""
    found, number = name, 1
    while found and found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    return found
