"""What a full-text search compares: words without case, accents and punctuation, of every alphabet.

Texts and questions are folded here, for both engines and for what they have not indexed yet, so that all of them find
the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

MOST_WORDS = 12
"""Words of a question that count."""

CANDIDATES = 1_000
"""So many of what meets a question are ranked: those that were indexed last."""

MOST_ASKED = 400
"""Characters of a question that are looked at."""

_LONGEST_WORD = 64
_MOST_TEXT = 60_000  # characters of a text that are searched
_MOST_SHOWN = 20_000  # characters in which a passage is looked for
_BEFORE_FIRST = 60  # characters that a passage shows before its first match
_OTHERS_FROM = 0x3000  # characters from here on are too many to be kept


class Kind(IntEnum):
    """What can be found."""

    PERSON = 0
    ORGANIZATION = 1
    INTERACTION = 2
    NOTE = 3


class Terms(NamedTuple):
    """What is asked for: all of these words, and one that begins like this."""

    words: tuple[str, ...]
    beginning: str

    def are_in(self, folded: str) -> bool:
        """Whether a folded text has all of them."""
        there = set(folded.split())
        return there.issuperset(self.words) and any(word.startswith(self.beginning) for word in there)

    def meet(self, folded_word: str) -> bool:
        """Whether a word is one of them."""
        return folded_word in self.words or folded_word.startswith(self.beginning)


class Piece(NamedTuple):
    """A part of a text that is shown. ``is_match``: it is what was asked for."""

    text: str
    is_match: bool = False


class _Folding(dict[int, str | None]):
    """What becomes of each character; None drops it."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if unicodedata.combining(character):
            folded: str | None = None
        elif _stands_alone(code):
            folded = f" {character} "
        elif character.isalnum() or unicodedata.category(character)[0] == "M":
            folded = character
        else:
            folded = " "
        if code < _OTHERS_FROM:
            self[code] = folded
        return folded


def _stands_alone(code: int) -> bool:
    """Whether a character is of a script that does not write spaces between words: each is a word then."""
    return (
        0x3040 <= code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF
    )


_FOLDING = _Folding()
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_LONG = re.compile(rf"(\S{{{_LONGEST_WORD}}})\S+")
_WORD = re.compile("(?:[^\\W_][\u0300-\u036f]*)+")
_TAG = re.compile(r"<[^<>]*>")


def fold(text: str) -> str:
    """Return a text's words, with spaces between them: what of it is compared."""
    text = text[:_MOST_TEXT]
    if text.isascii():
        folded = text.translate(_PLAIN)
    else:
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_FOLDING)
    return _LONG.sub(r"\1", folded)


def terms_of(question: str) -> Terms | None:
    """Return what somebody who types this looks for; None where it has no word. The last word may be unfinished."""
    words = list(dict.fromkeys(fold(question[:MOST_ASKED]).split()))[:MOST_WORDS]
    return Terms(tuple(words[:-1]), words[-1]) if words else None


def without_tags(html: str) -> str:
    """Return the text of a piece of HTML, for searching only."""
    return _TAG.sub(" ", html)


def marked(text: str, terms: Terms) -> list[Piece]:
    """Return a text in pieces, what was asked for marked."""
    pieces, end = [], 0
    for start, stop in _matches(text, terms):
        if start > end:
            pieces.append(Piece(text[end:start]))
        pieces.append(Piece(text[start:stop], is_match=True))
        end = stop
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return pieces


def passage(text: str, terms: Terms, length: int = 220) -> list[Piece]:
    """Return the part of a text around the first word that was asked for, marked; its beginning where there is none."""
    text = " ".join(text[:_MOST_SHOWN].split())
    first = next(_matches(text, terms), None)
    start = 0
    if first is not None and first[0] > _BEFORE_FIRST:
        start = text.rfind(" ", 0, first[0] - _BEFORE_FIRST + 1) + 1
        start = max(start, first[0] - 2 * _BEFORE_FIRST)
    stop = len(text)
    if stop > start + length:
        stop = text.rfind(" ", start + length // 2, start + length)
        stop = stop if stop > 0 else start + length
    pieces = marked(text[start:stop], terms)
    if start:
        pieces.insert(0, Piece("… "))
    if stop < len(text):
        pieces.append(Piece(" …"))
    return pieces


def _matches(text: str, terms: Terms) -> Iterator[tuple[int, int]]:
    """Yield where the words stand that were asked for."""
    for found in _WORD.finditer(text):
        if any(terms.meet(word) for word in fold(found.group()).split()):
            yield found.span()
