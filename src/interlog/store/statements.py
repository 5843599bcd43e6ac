"""Statements: written once in SQLAlchemy Core, compiled once per engine to text, run by the raw driver."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ARRAY, BigInteger, BindParameter, ClauseElement, ColumnElement, Table, bindparam, column
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from .schema import ASSIGNED_BY_WRITER


class Guarded(NamedTuple):
    """What the update of one row is made of that is guarded by the version it was read at: its parameters are the
    ``key`` columns as ``key_…``, ``read_version``, and the ``columns`` that it sets."""

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return (*(f"key_{name}" for name in self.key), "read_version", *self.columns)


class Query:
    """A statement with named parameters. Make it once, at import time or behind a cache: it is compiled only once.

    Its texts are its own, so that they go when a cache drops the query. ``guarded``: it is the update of one row, and
    an engine may make many of them at once.
    """

    __slots__ = ("_compiled", "guarded", "statement")

    def __init__(self, statement: ClauseElement, guarded: Guarded | None = None) -> None:
        self.statement = statement
        self.guarded = guarded
        self._compiled: dict[Dialect, Compiled] = {}

    def compiled(self, dialect: Dialect) -> "Compiled":
        """Return the query in an engine's text."""
        try:
            return self._compiled[dialect]
        except KeyError:
            compiled = self._compiled[dialect] = Compiled(self, dialect)
            return compiled


class Compiled:
    """A query as one engine's text, and the order in which its driver takes the arguments."""

    __slots__ = ("_in_order", "defaults", "names", "text")

    def __init__(self, query: Query, dialect: Dialect) -> None:
        compiled = query.statement.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        self.text = str(compiled)
        self.names = tuple(compiled.positiontup or ())
        self.defaults = {name: value for name, value in compiled.params.items() if value is not None}
        self._in_order = itemgetter(*self.names) if len(self.names) > 1 else None

    def bind(self, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the arguments in the driver's order."""
        if self.defaults:
            arguments = {**self.defaults, **arguments}
        if self._in_order is not None:
            in_order: tuple[Any, ...] = self._in_order(arguments)
            return in_order
        return tuple([arguments[name] for name in self.names])


class Unit:
    """One request's writes: applied whole, or not at all.

    ``rows`` are inserted after ``changes`` were made; a change that does not touch the expected number of rows
    (None: any number) makes the unit fail with ``Stale``. ``afterwards`` is done, in order, once all is durable and
    before ``Database.write`` returns.
    """

    __slots__ = ("afterwards", "changes", "rows")

    def __init__(self) -> None:
        self.afterwards: list[Callable[[], Awaitable[None]]] = []
        self.rows: dict[Table, list[tuple[Any, ...]]] = {}
        self.changes: list[tuple[Query, dict[str, Any], int | None]] = []

    def insert(self, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows, each with the table's columns in their order (less those that the writer assigns)."""
        if rows := list(rows):
            self.rows.setdefault(table, []).extend(rows)

    def change(self, query: Query, arguments: dict[str, Any], *, expect: int | None = 1) -> None:
        """Add an UPDATE or DELETE."""
        self.changes.append((query, arguments, expect))


Batch: TypeAlias = tuple[Query, list[dict[str, Any]], int | None]
"""A statement, the arguments with which it is made, each time touching so many rows (None: any number)."""


def batches(units: Sequence[Unit]) -> list[Batch]:
    """Return the changes of units that are written together: those that guard their rows at the end, by statement.

    What one unit changes alone is in its own order where it changes a row twice.
    """
    if len(units) == 1 and not _is_any_order_good(units[0]):
        return [(query, [arguments], expected) for query, arguments, expected in units[0].changes]
    alone: list[Batch] = []
    together: dict[Query, list[dict[str, Any]]] = {}
    for unit in units:
        for query, arguments, expected in unit.changes:
            if query.guarded is not None and expected == 1:
                together.setdefault(query, []).append(arguments)
            else:
                alone.append((query, [arguments], expected))
    return alone + [(query, arguments, 1) for query, arguments in together.items()]


def _is_any_order_good(unit: Unit) -> bool:
    """Whether a unit changes several rows that are guarded, each once."""
    keys = [
        (query.guarded.table, *[arguments[f"key_{name}"] for name in query.guarded.key])
        for query, arguments, expected in unit.changes
        if query.guarded is not None and expected == 1
    ]
    return 1 < len(keys) == len(set(keys))


def inserted_columns(table: Table) -> list[Any]:
    """Return the columns that a unit's rows of this table have."""
    return [c for c in table.columns if c not in ASSIGNED_BY_WRITER]


class member_of(ColumnElement[bool]):
    """``column IN (array parameter)``, the text of which does not depend on the number of members."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str, *, text: bool = False) -> None:
        from sqlalchemy import Text

        self.column = column
        self.parameter: BindParameter[Any] = bindparam(name, type_=ARRAY(Text() if text else BigInteger()))


@compiles(member_of, "postgresql")
def _member_of_postgresql(element: member_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"{compiler.process(element.column, **options)} = ANY({compiler.process(element.parameter, **options)})"


@compiles(member_of, "sqlite")
def _member_of_sqlite(element: member_of, compiler: SQLCompiler, **options: Any) -> str:
    left, right = compiler.process(element.column, **options), compiler.process(element.parameter, **options)
    return f"{left} IN (SELECT value FROM json_each({right}))"


def parameter(name: str) -> BindParameter[Any]:
    """Return an integer parameter."""
    return bindparam(name, type_=BigInteger())


__all__ = [
    "Batch",
    "Compiled",
    "Guarded",
    "Query",
    "Unit",
    "batches",
    "column",
    "inserted_columns",
    "member_of",
    "parameter",
]
