"""Between rows and the model: JSON columns, and what reads and writes them."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Table, update
from sqlalchemy.sql.expression import bindparam

from .statements import Guarded, Query, parameter

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

NOTHING: dict[str, Any] = {}
"""The one empty dict of all records: records are never changed in place."""


def json_text(value: Any) -> str | None:
    """Return JSON text; None for what is empty, so that most rows carry none of it."""
    return encode(value).decode() if value else None


def array_text(values: Iterable[Any]) -> str:
    """Return a JSON list as text, also for no values."""
    return encode(list(values)).decode()


def json_value(text: str | None) -> Any:
    """Return what ``json_text`` encoded; an empty dict, which nobody may change, for None."""
    return decode(text) if text is not None else NOTHING


def update_of(table: Table, key: tuple[str, ...], *columns: str) -> Query:
    """Return the UPDATE of one row's columns, guarded by the version it was read at (parameter ``read_version``).

    The key's parameters are named ``key_…``, the columns' as the columns.
    """
    statement = update(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    for name in key:
        statement = statement.where(table.c[name] == parameter(f"key_{name}"))
    return Query(statement.where(table.c.version == parameter("read_version")), Guarded(table, key, columns))
