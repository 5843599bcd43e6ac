"""SQL that the two engines spell differently: a text of each, with places for its parts."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class per_engine(ColumnElement[Any]):
    """An expression with a text for each engine. ``{0}``, ``{1}`` … are its parts; None: as on SQLite."""

    inherit_cache = False

    def __init__(self, sqlite: str, postgresql: str | None, *parts: ColumnElement[Any]) -> None:
        self.sqlite = sqlite
        self.postgresql = sqlite if postgresql is None else postgresql
        self.parts = parts


class _Part:
    """A part that is compiled where a text has its place: one that has none leaves no parameter behind."""

    def __init__(self, part: ColumnElement[Any], compiler: SQLCompiler, options: dict[str, Any]) -> None:
        self._part, self._compiler, self._options = part, compiler, options
        self._text: str | None = None

    def __format__(self, _: str) -> str:
        if self._text is None:
            self._text = self._compiler.process(self._part, **self._options)
        return self._text


@compiles(per_engine, "sqlite")
def _sqlite(element: per_engine, compiler: SQLCompiler, **options: Any) -> str:
    return element.sqlite.format(*(_Part(part, compiler, options) for part in element.parts))


@compiles(per_engine, "postgresql")
def _postgresql(element: per_engine, compiler: SQLCompiler, **options: Any) -> str:
    return element.postgresql.format(*(_Part(part, compiler, options) for part in element.parts))
