"""What meets a question: the best of each kind, and interactions in order of time.

SQLite reads ``search_index``, PostgreSQL the column ``words``; nothing else differs. What was changed and is not
indexed yet is left out of what the index says, and comes as the ids of what meets the question (``fresh``).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
    union_all,
)  # fmt: skip

from ..model.parties import Party
from ..model.searching import CANDIDATES, Kind, Terms
from .database import Database
from .schema import interaction, participant, search_entry
from .search import scope_of
from .statements import Query, member_of, parameter

Entry = search_entry.c
_INDEX = table("search_index")
_ROWID: ColumnElement[int] = literal_column("search_index.rowid")
_SCORE: ColumnElement[float] = literal_column("bm25(search_index, 0.0, 4.0, 1.0)")


class InTime(NamedTuple):
    """Interactions that are asked for: of some types, from ``start`` until before ``end``, behind ``before``.

    ``parties``: who must have taken part, any of them; None for whoever it was. ``also_person``: who must have as well.
    """

    types: Sequence[int]
    start: int
    end: int
    limit: int
    before: tuple[int, int] | None = None
    parties: Sequence[tuple[int, int]] | None = None
    also_person: int | None = None


async def ranked(
    database: Database, tenant: int, groups: Sequence[int], terms: Terms, kinds: Sequence[Kind], limit: int
) -> dict[Kind, list[int]]:
    """Return the ids of what meets the terms, the best of each kind first."""
    arguments: dict[str, Any] = {"tenant": tenant, "limit": limit}
    is_postgresql = database.is_postgresql
    for index, kind in enumerate(kinds):
        arguments[f"match_{index}"] = _match(tenant, kind, groups, terms, postgresql=is_postgresql)
    if is_postgresql:
        arguments["words"] = _tsquery(terms)
    found: dict[Kind, list[int]] = {kind: [] for kind in kinds}
    for kind, id_ in await database.fetch_asked(ranked_query(len(kinds), is_postgresql), **arguments):
        found[Kind(kind)].append(id_)
    return found


async def in_time(
    database: Database, tenant: int, groups: Sequence[int], terms: Terms, asked: InTime, *,
    changed: Iterable[int], fresh: Iterable[int],
) -> list[int]:  # fmt: skip
    """Return the numbers of interactions that meet the terms, newest first.

    ``changed``: those of which the index is out of date, ``fresh``: those of them that meet the terms.
    """
    before_at, before_number = min(asked.before or (asked.end, 0), (asked.end, 0))
    is_postgresql = database.is_postgresql
    arguments: dict[str, Any] = {
        "tenant": tenant,
        "match_0": _match(tenant, Kind.INTERACTION, groups, terms, postgresql=is_postgresql),
        "types": database.array(asked.types),
        "start": asked.start,
        "before_at": before_at,
        "before_number": before_number,
        "limit": asked.limit,
        "changed": database.array(changed),
        "fresh": database.array(fresh),
    }
    kinds = sorted({kind for kind, _ in asked.parties or ()})
    for kind in kinds:
        arguments[f"parties_{kind}"] = database.array(id_ for other, id_ in asked.parties or () if other == kind)
    if asked.also_person is not None:
        arguments["also_person"] = asked.also_person
    shape = None if asked.parties is None else tuple(kinds)
    query = in_time_query(shape, is_postgresql, asked.also_person is not None)
    return [row[0] for row in await database.fetch_asked(query, **arguments)]


@lru_cache(maxsize=16)
def ranked_query(arms: int, postgresql: bool) -> Query:
    """Return the statement of the best of this many kinds."""
    best = [_best(index, postgresql).subquery(f"best_{index}") for index in range(arms)]
    return Query(union_all(*(select(arm.c.kind, arm.c.id) for arm in best)))


def _best(index: int, postgresql: bool) -> Select[Any]:
    """The newest of what meets the words of a kind, in order of how well it does."""
    if postgresql:
        # The sum keeps the engine from reading all entries backwards, in the hope that most of them meet the words.
        newest = (
            select(Entry.kind, Entry.id, Entry.entry, Entry.words)
            .where(Entry.tenant_id == parameter("tenant"), _meets(index))
            .order_by((Entry.entry + literal_column("0")).desc())
            .limit(CANDIDATES)
            .subquery(f"newest_{index}")
        )
        score = func.ts_rank(newest.c.words, text("CAST(:words AS tsquery)")).desc()
        return select(newest.c.kind, newest.c.id).order_by(score, newest.c.entry.desc()).limit(parameter("limit"))
    newest = (
        select(_ROWID.label("entry"), _SCORE.label("score"))
        .select_from(_INDEX)
        .where(_matches(index))
        .order_by(_ROWID.desc())
        .limit(CANDIDATES)
        .subquery(f"newest_{index}")
    )
    own = and_(Entry.tenant_id == parameter("tenant"), Entry.entry == newest.c.entry)
    return (
        select(Entry.kind, Entry.id)
        .select_from(newest.join(search_entry, own))
        .order_by(newest.c.score, newest.c.entry.desc())
        .limit(parameter("limit"))
    )


@lru_cache(maxsize=32)
def in_time_query(kinds: tuple[int, ...] | None, postgresql: bool, also_person: bool = False) -> Query:
    """Return the statement of a page in order of time, of any of these kinds of parties that must have taken part."""
    columns = interaction.c
    indexed = select(Entry.at.label("at"), Entry.id.label("number")).where(
        Entry.tenant_id == parameter("tenant"),
        ~member_of(Entry.id, "changed"),
        *_narrowed(Entry.at, Entry.id, Entry.type_id, kinds, also_person),
    )
    if postgresql:
        indexed = indexed.where(_meets(0))
    else:
        indexed = indexed.where(Entry.entry.in_(select(_ROWID).select_from(_INDEX).where(_matches(0))))
    fresh = select(columns.occurred_at, columns.number).where(
        columns.tenant_id == parameter("tenant"),
        member_of(columns.number, "fresh"),
        columns.deleted_at.is_(None),
        # by the key
        *_narrowed(columns.occurred_at, columns.number, columns.type_id + literal_column("0"), kinds, also_person),
    )
    both = union_all(indexed, fresh).subquery("found")
    newest = select(both.c.number).order_by(both.c.at.desc(), both.c.number.desc())
    return Query(newest.limit(parameter("limit")))


def _narrowed(
    at: Column[int],
    number: Column[int],
    type_id: ColumnElement[int],
    kinds: tuple[int, ...] | None,
    also_person: bool,
) -> list[ColumnElement[bool]]:
    """What must hold of an interaction besides its words."""
    place = tuple_(parameter("before_at"), parameter("before_number"))
    conditions: list[ColumnElement[bool]] = [
        at >= parameter("start"),
        tuple_(at, number) < place,
        member_of(type_id, "types"),
    ]
    part = participant.c

    def took_part(kind: int, who: ColumnElement[bool]) -> ColumnElement[bool]:
        own_kind = part.party_kind == literal_column(str(int(Party(kind))))
        is_same = and_(part.occurred_at == at, part.number == number)
        return exists().where(part.tenant_id == parameter("tenant"), own_kind, who, is_same)

    if kinds is not None:
        any_ = (took_part(kind, member_of(part.party_id, f"parties_{kind}")) for kind in kinds)
        conditions.append(or_(*any_, literal_column("1 = 0")))
    if also_person:
        conditions.append(took_part(Party.PERSON, part.party_id == parameter("also_person")))
    return conditions


def _meets(index: int) -> ColumnElement[bool]:
    return Entry.words.op("@@", is_comparison=True)(text(f"CAST(:match_{index} AS tsquery)"))


def _matches(index: int) -> ColumnElement[bool]:
    found: ColumnElement[bool] = literal_column("search_index", String).op("MATCH", is_comparison=True)(
        bindparam(f"match_{index}", type_=String())
    )
    return found


def _match(tenant: int, kind: Kind, groups: Sequence[int], terms: Terms, *, postgresql: bool) -> str:
    """Return the question in the engine's language; of what was typed it has nothing but letters and digits."""
    scopes = [scope_of(tenant, kind, group) for group in (groups if kind in _IN_GROUPS else (0,))]
    if postgresql:
        return "(" + " | ".join(f"'{scope}'" for scope in scopes) + ") & " + _tsquery(terms)
    words = [f'"{word}"' for word in terms.words] + [f'"{terms.beginning}" *']
    return (
        "scope : ("
        + " OR ".join(f'"{scope}"' for scope in scopes)
        + ") AND {title text} : ("
        + " AND ".join(words)
        + ")"
    )


_IN_GROUPS = (Kind.INTERACTION, Kind.NOTE)


def _tsquery(terms: Terms) -> str:
    return " & ".join([f"'{word}'" for word in terms.words] + [f"'{terms.beginning}':*"])
