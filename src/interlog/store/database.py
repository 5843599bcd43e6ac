"""The interface of an engine: short reads, long reads, and one write path that commits groups."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy.engine import Dialect

from ..model.errors import InterlogError, Invalid, Problem, Unavailable
from .recent import Recent
from .statements import Compiled, Query, Unit

Row = Sequence[Any]

MAX_GROUP = 1_000
"""How many units are handed to the writer together at most."""

GATHERING = 0.002
"""Seconds that a unit waits at most for others to be committed with; alone it waits for one turn of the loop."""


MOST_SECONDS = 20.0
"""How long a read by a condition from outside may take."""


class Duplicate(InterlogError):
    """A unit would store a second row under a unique key. ``index`` is the name of the key's index or table."""

    def __init__(self, index: str) -> None:
        super().__init__(f"there already is a row with this key in {index}")
        self.index = index


class Stale(InterlogError):
    """A unit's change did not find the row as it was read: somebody else changed it in between."""


class Database(ABC):
    """One engine's connection to one database."""

    dialect: ClassVar[Dialect]

    is_postgresql: ClassVar[bool] = False
    """Whether it is the engine whose texts some statements have of their own; the other one is SQLite."""

    shared: ClassVar[bool]
    """Whether several processes may serve the store at the same time."""

    def compiled(self, query: Query) -> Compiled:
        """Return the query in this engine's text."""
        return query.compiled(self.dialect)

    @abstractmethod
    async def open(self) -> None:
        """Connect. The schema must be there, see ``migrate``."""

    @abstractmethod
    async def close(self) -> None:
        """Finish the writes that were handed in, then disconnect."""

    recent_persons: Recent | None = None
    """Persons read lately, on engines that can tell cheaply whether anything was committed since."""

    @abstractmethod
    async def fetch(self, query: Query, **arguments: Any) -> Sequence[Row]:
        """Return the rows of a short read: one whose work is bounded by the page size."""

    @abstractmethod
    async def fetch_long(self, query: Query, **arguments: Any) -> Sequence[Row]:
        """Return the rows of a read whose work grows with the tenant's data, without holding up other requests."""

    async def fetch_asked(self, query: Query, **arguments: Any) -> Sequence[Row]:
        """Return the rows of a long read by a condition that came from outside; ``Invalid`` where it takes too long.

        What such a condition costs has no other bound: it may ask each element of a list about all others.
        """
        return await self._fetch_asked(query, arguments, MOST_SECONDS)

    @abstractmethod
    async def _fetch_asked(self, query: Query, arguments: dict[str, Any], seconds: float) -> Sequence[Row]:
        """Return the rows of a long read that is broken off after so many seconds."""

    async def write(self, unit: Unit) -> None:
        """Apply a unit, together with whatever else is waiting; return when it is durable.

        Raises ``Duplicate``, ``Stale``, ``Invalid`` (a value that no database holds) or ``Unavailable``; then nothing
        of the unit was stored, unless the connection broke during the commit itself.
        """
        await self._commit(unit)
        for follow in unit.afterwards:
            await follow()

    @abstractmethod
    async def _commit(self, unit: Unit) -> None:
        """Apply a unit as ``write`` does, without what comes afterwards."""

    @abstractmethod
    async def take(self, query: Query, **arguments: Any) -> Row:
        """Run an UPDATE … RETURNING in a transaction of its own and return its first row."""

    @abstractmethod
    def array(self, values: Iterable[Any]) -> Any:
        """Return an argument for ``member_of``."""

    @abstractmethod
    async def explain(self, query: Query, **arguments: Any) -> list[str]:
        """Return the lines of the query's plan."""

    @abstractmethod
    async def integrity_problems(self) -> list[str]:
        """Return what the engine itself finds wrong with its files."""


def unfit(error: Exception) -> Invalid:
    """Return the error of a value that the engine cannot hold: a number beyond 64 bits, half a character, U+0000."""
    return Invalid(Problem("", f"a value cannot be stored or looked for: {error}", "value"))


def too_long(seconds: float) -> Invalid:
    """Return the error of a read that was broken off."""
    return Invalid(Problem("", f"it takes longer than {seconds:g} seconds", "too_long"))


def lost(error: Exception) -> Unavailable:
    """Return the error of a store that cannot answer now."""
    return Unavailable(f"the database does not answer: {error}")
