"""``$search``: words and "phrases", joined by AND, OR and NOT (spec 6.5).

    search := together ("OR" together)*
    together := ["AND"] unary (["AND"] unary)*
    unary := "NOT" unary | "(" search ")" | word | "phrase"

Words beside each other must all be found.
"""

import re
from typing import NoReturn

from interlog.model.conditions import And, Condition, Not, Or, Search

from .odata_lexer import ODataError

MAX_LENGTH = 2_000
MAX_TERMS = 32
MAX_DEPTH = 16

_PIECE = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)("?)|([()])|([^\s()"]+))')


def search_of(text: str) -> Condition:
    """Return the condition that a search stands for. Raises ``ODataError``."""
    if len(text) > MAX_LENGTH:
        raise ODataError(f"it is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    if "\x00" in text:
        raise ODataError("it must not contain the character U+0000", text.index("\x00"))
    return _Reader(text).all()


class _Reader:
    def __init__(self, text: str) -> None:
        self._pieces: list[tuple[str, str, int]] = []
        end = len(text.rstrip())
        at = terms = 0
        while at < end:
            match = _PIECE.match(text, at)
            assert match is not None, "whatever is no space begins a piece"
            phrase, closed, sign, word = match.groups()
            start = match.start(1) - 1 if phrase is not None else match.start(3) if sign else match.start(4)
            if phrase is not None and not closed:
                raise ODataError('a " is not closed', start)
            kind = "sign" if sign else "word" if word in ("AND", "OR", "NOT") else "term"
            terms += kind == "term"
            if terms > MAX_TERMS:
                raise ODataError(f"it has more than {MAX_TERMS} words", start)
            said = re.sub(r"\\(.)", r"\1", phrase) if phrase is not None else sign or word
            self._pieces.append((kind, said, start))
            at = match.end()
        self._pieces.append(("end", "the end", end))
        self._next = self._depth = 0

    def all(self) -> Condition:
        found = self._search()
        if self._pieces[self._next][0] != "end":
            self._fail("expected a word")
        return found

    def _search(self) -> Condition:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"it is nested more than {MAX_DEPTH} levels deep, before")
        found = [self._together()]
        while self._take("word", "OR"):
            found.append(self._together())
        self._depth -= 1
        return Or(tuple(found)) if len(found) > 1 else found[0]

    def _together(self) -> Condition:
        found = [self._unary()]
        while self._take("word", "AND") or self._begins():
            found.append(self._unary())
        return And(tuple(found)) if len(found) > 1 else found[0]

    def _begins(self) -> bool:
        kind, said, _ = self._pieces[self._next]
        return kind == "term" or (kind, said) in (("sign", "("), ("word", "NOT"))

    def _unary(self) -> Condition:
        negated = False
        while self._take("word", "NOT"):
            negated = not negated
        kind, said, _ = self._pieces[self._next]
        if self._take("sign", "("):
            found = self._search()
            if not self._take("sign", ")"):
                self._fail("expected )")
        elif kind == "term" and said:
            self._next += 1
            found = Search(said)
        else:
            self._fail("expected a word")
        return Not(found) if negated else found

    def _take(self, kind: str, said: str) -> bool:
        found = self._pieces[self._next][:2] == (kind, said)
        self._next += found
        return found

    def _fail(self, message: str) -> NoReturn:
        _, said, at = self._pieces[self._next]
        raise ODataError(f"{message}, and found {said[:40]}", at)
