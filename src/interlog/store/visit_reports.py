"""Counts over the visits of a campaign, an organization or a survey: one pass each, from what is stored now.

Nothing is kept of them: they are asked for rarely, and are right at any time.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    TableValuedAlias,
    bindparam,
    cast,
    func,
    literal_column,
    nulls_last,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ..model.instants import DAY
from .database import Database
from .engines import per_engine
from .schema import interaction, resource, visit
from .statements import Query, member_of, parameter

_BEFORE_ALL = 1_000_000
"""Days that are added before dividing, so that the days before 1970 are rounded like those after."""

EVER = (-(2**62), 2**62)
"""All times."""


class Scope(NamedTuple):
    """Which visits are counted: those that meet all that is given. ``start`` and ``end`` are both included.

    ``shift``: microseconds that a day begins before that of UTC, for counting by day.
    """

    campaign: str | None = None
    organization: str | None = None
    survey: str | None = None
    canvasser: str | None = None
    start: int = EVER[0]
    end: int = EVER[1]
    shift: int = 0

    @property
    def given(self) -> frozenset[str]:
        """The names of what is given."""
        return frozenset(name for name in _NAMES if getattr(self, name) is not None)


_NAMES = ("campaign", "organization", "survey", "canvasser")


class Knocked(NamedTuple):
    """The visits of one day, canvasser, list or walk list: ``key`` is None where there is none."""

    key: str | int | None
    knocked: int
    unavailable: int
    successful: int


class Figures(NamedTuple):
    """What there is of a campaign: its visits, the contacts that they were to, and when the first and the last was."""

    knocked: int
    unavailable: int
    successful: int
    contacts: int
    canvassers: int
    first: int
    last: int


class Answered(NamedTuple):
    """How many responses to a question say the same: ``fields`` is the answer as JSON, by the question's tag."""

    survey: str
    question: str
    fields: str
    times: int


GROUPINGS: dict[str, ColumnElement[Any]] = {
    "day": (visit.c.occurred_at + parameter("shift") + _BEFORE_ALL * DAY) // DAY - _BEFORE_ALL,
    "canvasser": visit.c.canvasser,
    "list": visit.c.list,
    "walklist": visit.c.walklist,
}
"""By what visits are counted. Days are those of UTC, unless shifted, counted since 1970."""


async def doors_knocked(database: Database, tenant: int, groups: Iterable[int], scope: Scope, by: str) -> list[Knocked]:
    """Return how many visits there were by ``by``, in order."""
    rows = await database.fetch_long(_doors_knocked(scope.given, by), **_arguments(database, tenant, groups, scope))
    return [Knocked(*row) for row in rows]


async def figures(
    database: Database, tenant: int, groups: Iterable[int], campaigns: Iterable[str], canvasser: str | None
) -> dict[str, Figures]:
    """Return the figures of campaigns, of all visits or of a canvasser's; those without visits are left out."""
    given: dict[str, Any] = {} if canvasser is None else {"canvasser": canvasser}
    rows = await database.fetch_long(
        _figures(frozenset(given)),
        tenant=tenant,
        groups=database.array(groups),
        campaigns=database.array(campaigns),
        start=EVER[0],
        end=EVER[1],
        **given,
    )
    return {row[0]: Figures(*row[1:]) for row in rows}


async def responses(
    database: Database, tenant: int, groups: Iterable[int], scope: Scope, texts: Iterable[str]
) -> list[Answered]:
    """Return how often each answer was given to each question.

    ``texts`` are questions that are answered by writing: of these it is only told whether there was an answer.
    """
    arguments = _arguments(database, tenant, groups, scope) | {"texts": database.array(texts)}
    rows = await database.fetch_long(_responses(scope.given), **arguments)
    return [Answered(*row) for row in rows]


def _arguments(database: Database, tenant: int, groups: Iterable[int], scope: Scope) -> dict[str, Any]:
    found = {name: getattr(scope, name) for name in scope.given}
    times = {"start": scope.start, "end": scope.end, "shift": scope.shift}
    return found | times | {"tenant": tenant, "groups": database.array(groups)}


@lru_cache(maxsize=64)
def _doors_knocked(given: frozenset[str], by: str) -> Query:
    sums = (cast(func.coalesce(func.sum(visit.c[name]), 0), BigInteger) for name in ("unavailable", "successful"))
    key: ColumnElement[Any] = literal_column(
        "1"
    )  # the first column, by its place: as an expression it would have parameters of its own
    return Query(_within(select(GROUPINGS[by], func.count(), *sums), given).group_by(key).order_by(nulls_last(key)))


@lru_cache(maxsize=2)
def _figures(given: frozenset[str]) -> Query:
    sums = (cast(func.coalesce(func.sum(visit.c[name]), 0), BigInteger) for name in ("unavailable", "successful"))
    statement = select(
        visit.c.campaign,
        func.count(),
        *sums,
        func.count(visit.c.contact.distinct()),
        func.count(visit.c.canvasser.distinct()),
        func.min(visit.c.occurred_at),
        func.max(visit.c.occurred_at),
    )
    named = member_of(visit.c.campaign, "campaigns", text=True)
    return Query(_within(statement, given).where(named).group_by(visit.c.campaign))


_IS_EMPTY = "({0} = '{{}}' OR {0} LIKE '%:\"\"}}' OR {0} LIKE '%: \"\"}}')"
"""Whether an answer is no text. Within a text a quotation mark is never bare, so only an empty one ends so."""


@lru_cache(maxsize=16)
def _responses(given: frozenset[str]) -> Query:
    response = _response_rows(interaction.c.fields)
    fields = per_engine(
        "coalesce(json_extract({0}, '$.fields'), '{{}}')", "coalesce(({0} -> 'fields')::text, '{{}}')", response.c.value
    )
    is_empty = per_engine(_IS_EMPTY, None, fields)
    is_text = member_of(response.c.key, "texts", text=True)
    written = per_engine("CASE WHEN {0} AND NOT {1} THEN '{{\"\":true}}' ELSE {2} END", None, is_text, is_empty, fields)
    statement = select(visit.c.survey, response.c.key, written.label("fields"), func.count()).join(
        interaction,
        (interaction.c.tenant_id == visit.c.tenant_id) & (interaction.c.number == visit.c.number),
    )
    grouped = _within(statement, given).group_by(*(literal_column(place) for place in "123"))
    return Query(grouped)


def _within(statement: Select[Any], given: frozenset[str]) -> Select[Any]:
    columns = visit.c
    found = statement.where(
        columns.tenant_id == parameter("tenant"),
        columns.occurred_at >= parameter("start"),
        columns.occurred_at <= parameter("end"),
        member_of(columns.group_id, "groups"),
    )
    for name in given & {"campaign", "survey", "canvasser"}:
        found = found.where(columns[name] == bindparam(name))
    if "organization" in given:
        campaigns = select(resource.c.id).where(
            resource.c.tenant_id == parameter("tenant"),
            resource.c.kind == "campaigns",
            resource.c.owner == bindparam("organization"),
        )
        found = found.where(columns.campaign.in_(campaigns))
    return found


class _Responses(FunctionElement[Any]):
    """The responses within the fields of an interaction, a row for each: ``key`` and ``value``."""

    name = "responses"
    inherit_cache = True


@compiles(_Responses, "sqlite")
def _sqlite(element: _Responses, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)}, '$.responses')"


@compiles(_Responses, "postgresql")
def _postgresql(element: _Responses, compiler: SQLCompiler, **options: Any) -> str:
    found = f"({compiler.process(element.clauses, **options)})::jsonb -> 'responses'"
    return f"jsonb_each(CASE jsonb_typeof({found}) WHEN 'object' THEN {found} END)"


def _response_rows(fields: ColumnElement[Any]) -> TableValuedAlias:
    return _Responses(fields).table_valued("key", "value", name="response", joins_implicitly=True)
