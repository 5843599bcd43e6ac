"""Texts in small and in capital letters, of every alphabet, by Unicode's full rules: on both engines alike.

PostgreSQL has the functions ``fold_lower`` and ``fold_upper`` since the first migration, by the fullest collation of
its server (``pg_unicode_fast`` from version 18 on, else that of ICU). SQLite only knows A to Z: it calls Python, but
only for texts that have other characters, since every call waits for the interpreter's lock.
"""

import sqlite3
from typing import Any

_OTHERS = "length(CAST(a AS BLOB)) > length(a)"
"""Whether a text has other characters than those of ASCII."""

LOWER = (f"CASE WHEN {_OTHERS} THEN fold_lower(a) ELSE lower(a) END", '(fold_lower({0}) COLLATE "C")')
UPPER = (f"CASE WHEN {_OTHERS} THEN fold_upper(a) ELSE upper(a) END", '(fold_upper({0}) COLLATE "C")')
"""The texts for SQLite, of an argument that is called ``a``, and for PostgreSQL."""


def register(connection: sqlite3.Connection) -> None:
    """Let a connection know the functions."""
    connection.create_function("fold_lower", 1, _lower, deterministic=True)
    connection.create_function("fold_upper", 1, _upper, deterministic=True)


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _upper(text: Any) -> Any:
    return text.upper() if isinstance(text, str) else text
