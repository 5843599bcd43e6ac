"""Patterns of texts, as each engine writes them: GLOB on SQLite, a regular expression on PostgreSQL.

A letter stands for its small and its capital form, whatever alphabet it is of, so that both engines agree without
asking a locale. Both engines match in time that grows with text times pattern.
"""

from functools import lru_cache

from ..model.conditions import Wildcard

Pattern = tuple[str | Wildcard, ...]


def glob_of(pattern: Pattern) -> str:
    """Return a pattern for SQLite's GLOB."""
    return "".join(_GLOBS[part] if isinstance(part, Wildcard) else "".join(map(_globbed, part)) for part in pattern)


def regex_of(pattern: Pattern) -> str:
    """Return a pattern as a regular expression of PostgreSQL."""
    parts = (_REGEXES[part] if isinstance(part, Wildcard) else "".join(map(_matched, part)) for part in pattern)
    return f"^{''.join(parts)}$"


@lru_cache(maxsize=4096)
def forms_of(character: str) -> str:
    """Return the forms of a character that differ by case alone, itself included."""
    forms = {character}
    for form in (character.lower(), character.upper(), character.upper().lower(), character.lower().upper()):
        if len(form) == 1:
            forms.add(form)
    return "".join(sorted(forms))


def _globbed(character: str) -> str:
    forms = forms_of(character)
    return f"[{forms}]" if len(forms) > 1 or character in "*?[" else character


def _matched(character: str) -> str:
    forms = forms_of(character)
    if len(forms) > 1:
        return f"[{forms}]"
    return character if character.isalnum() or ord(character) > 127 else f"\\{character}"


_GLOBS = {Wildcard.RUN: "*", Wildcard.ONE: "?"}
_REGEXES = {Wildcard.RUN: ".*", Wildcard.ONE: "."}
