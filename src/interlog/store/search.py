"""The index of words: filling it from the journal. It is asked in ``search_pages.py``.

Nothing is taken out of the index of words itself: each version of a record has a number in it of its own, and counts
while the record's row of ``search_entry`` has that number. The words of a record come with its *scope*, a word that no
text has: tenant, kind and security group, so that a question reads the words of what may be seen alone.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, exists, func, select, text, tuple_, update

from ..model.journal import Entity, Position
from ..model.searching import Kind, fold
from .database import Database
from .journal import settled
from .rows import encode
from .schema import journal, search_entry, search_position, tenant
from .search_texts import Document
from .statements import Query, Unit, member_of, parameter

KINDS = {
    Entity.PERSON: Kind.PERSON,
    Entity.ORGANIZATION: Kind.ORGANIZATION,
    Entity.INTERACTION: Kind.INTERACTION,
    Entity.NOTE: Kind.NOTE,
}
"""What can be found, by how the journal calls it."""

START = Position()
"""The place of a tenant of which nothing is indexed."""

Changed = Mapping[Kind, set[int]]
"""Records that were changed, or are gone: the ids of each kind."""

_PLACE = tuple_(journal.c.epoch, journal.c.sequence)
_BEHIND = tuple_(parameter("epoch"), parameter("sequence")) < _PLACE

POSITION = Query(
    select(search_position.c.epoch, search_position.c.sequence).where(
        search_position.c.tenant_id == parameter("tenant")
    )
)
MOVE = Query(
    update(search_position)
    .where(
        search_position.c.tenant_id == parameter("tenant"),
        search_position.c.epoch == parameter("read_epoch"),
        search_position.c.sequence == parameter("read_sequence"),
    )
    .values(epoch=parameter("new_epoch"), sequence=parameter("new_sequence"))
)
TAIL = Query(
    select(journal.c.entity, journal.c.entity_id)
    .where(journal.c.tenant_id == parameter("tenant"), _BEHIND)
    .order_by(journal.c.epoch.desc(), journal.c.sequence.desc())
    .limit(parameter("limit"))
)
FORGET = Query(
    delete(search_entry).where(
        search_entry.c.tenant_id == parameter("tenant"),
        search_entry.c.kind == parameter("kind"),
        member_of(search_entry.c.id, "ids"),
    )
)


def _next(*, postgresql: bool) -> Query:
    return Query(
        select(journal.c.epoch, journal.c.sequence, journal.c.entity, journal.c.entity_id)
        .where(journal.c.tenant_id == parameter("tenant"), _BEHIND, settled(postgresql=postgresql))
        .order_by(journal.c.epoch, journal.c.sequence)
        .limit(parameter("limit"))
    )


def _waiting(*, postgresql: bool) -> Query:
    """Return the statement of the tenants whose journal has something that is not indexed."""
    place = search_position.c
    behind = tuple_(func.coalesce(place.epoch, 0), func.coalesce(place.sequence, 0)) < _PLACE
    there = exists().where(journal.c.tenant_id == tenant.c.id, behind, settled(postgresql=postgresql))
    return Query(
        select(tenant.c.id)
        .select_from(tenant.outerjoin(search_position, place.tenant_id == tenant.c.id))
        .where(tenant.c.deleted_at.is_(None), there)
        .order_by(tenant.c.id)
    )


NEXT_SQLITE, NEXT_POSTGRESQL = _next(postgresql=False), _next(postgresql=True)
WAITING_SQLITE, WAITING_POSTGRESQL = _waiting(postgresql=False), _waiting(postgresql=True)

_COLUMNS = ("kind", "id", "entry", "type_id", "at", "scope", "title", "text")
_NUMBERS = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(5))
_TEXTS = ", ".join(f"json_extract(value, '$[{place}]')" for place in (2, 5, 6, 7))
ADD_SQLITE = Query(
    text(
        "INSERT INTO search_entry (tenant_id, kind, id, entry, type_id, at) "
        f"SELECT :tenant, {_NUMBERS} FROM json_each(:rows)"
    )
)
ADD_WORDS_SQLITE = Query(
    text(f"INSERT INTO search_index (rowid, scope, title, text) SELECT {_TEXTS} FROM json_each(:rows)")
)
ADD_POSTGRESQL = Query(
    text(
        "INSERT INTO search_entry (tenant_id, kind, id, entry, type_id, at, words) "
        "SELECT CAST(:tenant AS bigint), "
        + ", ".join(f"CAST(item ->> {place} AS bigint)" for place in range(5))
        + ", CAST(quote_literal(item ->> 5) || coalesce((SELECT string_agg("
        "' ' || quote_literal(word) || '\\:' || least(place, 16383) || weight, '') FROM ("
        "SELECT word, place, 'A' AS weight FROM string_to_table(item ->> 6, ' ') WITH ORDINALITY AS a(word, place) "
        "UNION ALL "
        "SELECT word, place, 'D' FROM string_to_table(item ->> 7, ' ') WITH ORDINALITY AS b(word, place)"
        ") AS words WHERE word <> ''), '') AS tsvector) "
        "FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS rows(item)"
    )
)
CLEAR_SQLITE = Query(text("INSERT INTO search_index (search_index) VALUES ('delete-all')"))
CLEAR = Query(delete(search_entry))
RESTART = Query(delete(search_position))


async def position(database: Database, tenant_id: int) -> Position:
    """Return the place in the journal up to which a tenant's records are indexed."""
    rows = await database.fetch(POSITION, tenant=tenant_id)
    return Position(*rows[0]) if rows else Position()


async def waiting(database: Database) -> list[int]:
    """Return the tenants with something to index."""
    query = WAITING_POSTGRESQL if database.is_postgresql else WAITING_SQLITE
    return [row[0] for row in await database.fetch(query)]


async def next_changes(database: Database, tenant_id: int, read: Position, limit: int) -> tuple[Changed, Position]:
    """Return what the next entries of the journal are about, and the place behind them."""
    query = NEXT_POSTGRESQL if database.is_postgresql else NEXT_SQLITE
    rows = await database.fetch(query, tenant=tenant_id, epoch=read.epoch, sequence=read.sequence, limit=limit)
    if not rows:
        return {}, read
    return _changed((row[2], row[3]) for row in rows), Position(rows[-1][0], rows[-1][1])


async def tail(database: Database, tenant_id: int, read: Position, limit: int) -> tuple[Changed, bool]:
    """Return what changed lately and is not indexed, and whether that is all of it."""
    rows = await database.fetch(TAIL, tenant=tenant_id, epoch=read.epoch, sequence=read.sequence, limit=limit + 1)
    return _changed((row[0], row[1]) for row in rows[:limit]), len(rows) <= limit


def _changed(entries: Iterable[tuple[str, int]]) -> Changed:
    found: dict[Kind, set[int]] = {}
    for entity, id_ in entries:
        kind = _KIND_OF.get(entity)
        if kind is not None:
            found.setdefault(kind, set()).add(id_)
    return found


_KIND_OF = {entity.value: kind for entity, kind in KINDS.items()}


def begin(unit: Unit, tenant_id: int, place: Position) -> None:
    """Add a tenant's first place to a unit; ``Duplicate`` where there is one."""
    unit.insert(search_position, [(tenant_id, place.epoch, place.sequence)])


def move(unit: Unit, tenant_id: int, read: Position, place: Position) -> None:
    """Add to a unit that the journal is indexed up to a place; ``Stale`` where somebody else went on."""
    unit.change(
        MOVE,
        {
            "tenant": tenant_id,
            "read_epoch": read.epoch,
            "read_sequence": read.sequence,
            "new_epoch": place.epoch,
            "new_sequence": place.sequence,
        },
    )


def replace(
    unit: Unit, database: Database, tenant_id: int, changed: Changed, items: Iterable[tuple[int, Document]]
) -> None:
    """Add to a unit that these documents, each with a new number, are what is left of what was changed."""
    for kind, ids in changed.items():
        unit.change(FORGET, {"tenant": tenant_id, "kind": int(kind), "ids": database.array(sorted(ids))}, expect=None)
    rows = [
        (int(item.kind), item.id, entry, item.type_id, item.at, scope_of(tenant_id, item.kind, item.group),
         fold(item.title), fold(item.text))
        for entry, item in items
    ]  # fmt: skip
    if not rows:
        return
    given = {"tenant": tenant_id, "rows": encode(rows).decode()}
    if database.is_postgresql:
        unit.change(ADD_POSTGRESQL, given, expect=None)
    else:
        unit.change(ADD_SQLITE, given, expect=None)
        unit.change(ADD_WORDS_SQLITE, given, expect=None)


def clear(unit: Unit, database: Database) -> None:
    """Add to a unit that nothing of any tenant is indexed."""
    unit.change(CLEAR, {}, expect=None)
    unit.change(RESTART, {}, expect=None)
    if not database.is_postgresql:
        unit.change(CLEAR_SQLITE, {}, expect=None)


def scope_of(tenant_id: int, kind: Kind, group: int) -> str:
    """Return the word that all records of a kind and a security group have, and no text."""
    return f"!{tenant_id}.{int(kind)}.{group}"


def folded(item: Document) -> str:
    """Return the words of a document, as they are compared."""
    return f"{fold(item.title)} {fold(item.text)}"
