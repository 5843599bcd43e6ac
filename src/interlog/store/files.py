"""Files: rows and reads. Their contents are elsewhere, see ``contents``."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, select, text

from ..model.conditions import Condition
from ..model.files import File, Holder
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .parties import is_seen
from .rows import update_of
from .schema import file
from .schema.files import LISTED
from .statements import Query, Unit, member_of, parameter

Columns = file.c
_OF_TENANT = Columns.tenant_id == parameter("tenant")
_SHOWN = tuple(column for column in Columns if column.name not in ("tenant_id", "deleted_at"))
_LIVE = select(*_SHOWN).where(_OF_TENANT, Columns.deleted_at.is_(None))
_OF_HOLDER = (Columns.holder_kind == parameter("holder_kind"), Columns.holder_id == parameter("holder"))
_BEHIND = Columns.id > parameter("after")
_LIMIT = parameter("limit")

BY_IDS = Query(_LIVE.where(member_of(Columns.id, "ids")))
DELETED = Query(select(*_SHOWN).where(_OF_TENANT, Columns.id == parameter("id"), Columns.deleted_at.is_not(None)))
PAGE = Query(_LIVE.where(_BEHIND).order_by(Columns.id).limit(_LIMIT))
PAGE_OF_PARTIES = Query(select(*_SHOWN).where(_OF_TENANT, text(LISTED), _BEHIND).order_by(Columns.id).limit(_LIMIT))
PAGE_OF = Query(_LIVE.where(*_OF_HOLDER, _BEHIND).order_by(Columns.id).limit(_LIMIT))
LATEST_OF = Query(_LIVE.where(*_OF_HOLDER, Columns.id < parameter("before")).order_by(Columns.id.desc()).limit(_LIMIT))
_FIELDS: dict[str, ColumnElement[Any]] = {"creator": Columns.uploader, "created_at": Columns.created_at}
"""What conditions can be about."""

EVERY = Query(select(*_SHOWN).where(_OF_TENANT, _BEHIND).order_by(Columns.id).limit(_LIMIT))
KEYS = Query(select(Columns.key).where(_OF_TENANT, member_of(Columns.key, "keys", text=True)))
CHANGE = update_of(file, ("tenant_id", "id"), "holder_id", "version", "deleted_at")


@lru_cache(maxsize=SHAPES)
def feed_query(shape: Shape | None = None) -> Query:
    """Return the statement of files of parties, newest first, narrowed by a condition."""
    statement = select(*_SHOWN).where(_OF_TENANT, text(LISTED), Columns.id < parameter("before"))
    statement = statement if shape is None else statement.where(matching(shape, _FIELDS))
    return Query(statement.order_by(Columns.id.desc()).limit(_LIMIT))


@lru_cache(maxsize=SHAPES)
def count_query(shape: Shape | None = None) -> Query:
    """Return the statement that counts the files that meet a condition, and whose party is there and seen."""
    seen = is_seen(Columns.tenant_id, Columns.holder_kind, Columns.holder_id)
    statement = select(func.count()).select_from(file).where(_OF_TENANT, text(LISTED), seen)
    return Query(statement if shape is None else statement.where(matching(shape, _FIELDS)))


async def feed(database: Database, tenant: int, condition: Condition | None, *, before: int, limit: int) -> list[File]:
    """Return files of parties that meet a condition, those with lower ids than ``before``, newest first."""
    if condition is None:
        rows = await database.fetch(feed_query(), tenant=tenant, before=before, limit=limit)
    else:
        query = feed_query(shape_of(condition))
        rows = await database.fetch_long(query, tenant=tenant, before=before, limit=limit, **arguments_of(condition))
    return [_file_of(row) for row in rows]


async def count(database: Database, tenant: int, lists: Iterable[int], condition: Condition | None) -> int:
    """Return how many files meet a condition whose party is there; of opportunities those on some lists."""
    query = count_query(None if condition is None else shape_of(condition))
    values = {} if condition is None else arguments_of(condition)
    rows = await database.fetch_long(query, tenant=tenant, lists=database.array(lists), **values)
    return int(rows[0][0])


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, File]:
    """Return files by their ids, without deleted ones."""
    rows = await database.fetch(BY_IDS, tenant=tenant, ids=database.array(ids))
    return {row[0]: _file_of(row) for row in rows}


async def deleted(database: Database, tenant: int, id_: int) -> File | None:
    """Return a deleted file."""
    rows = await database.fetch(DELETED, tenant=tenant, id=id_)
    return _file_of(rows[0]) if rows else None


async def page(database: Database, tenant: int, *, after: int, limit: int, of_interactions: bool) -> list[File]:
    """Return files behind an id, in order of ids; those of interactions, too, or of parties alone."""
    query = PAGE if of_interactions else PAGE_OF_PARTIES
    return [_file_of(row) for row in await database.fetch(query, tenant=tenant, after=after, limit=limit)]


async def page_of(database: Database, tenant: int, kind: Holder, holder: int, *, after: int, limit: int) -> list[File]:
    """Return the files beside something, behind an id, in order of ids."""
    rows = await database.fetch(PAGE_OF, tenant=tenant, holder_kind=int(kind), holder=holder, after=after, limit=limit)
    return [_file_of(row) for row in rows]


async def latest_of(
    database: Database, tenant: int, kind: Holder, holder: int, *, before: int, limit: int
) -> list[File]:
    """Return the files beside something, those with lower ids than ``before``, newest first."""
    rows = await database.fetch(
        LATEST_OF, tenant=tenant, holder_kind=int(kind), holder=holder, before=before, limit=limit
    )
    return [_file_of(row) for row in rows]


async def every(database: Database, tenant: int, *, after: int, limit: int) -> list[File]:
    """Return files behind an id in order of ids, deleted ones, too."""
    rows = await database.fetch_long(EVERY, tenant=tenant, after=after, limit=limit)
    return [_file_of(row) for row in rows]


async def known_keys(database: Database, tenant: int, keys: Iterable[str]) -> set[str]:
    """Return those of some keys of contents that belong to a file, deleted or not."""
    rows = await database.fetch(KEYS, tenant=tenant, keys=database.array(keys))
    return {row[0] for row in rows}


def insert(unit: Unit, tenant: int, items: Iterable[File]) -> None:
    """Add new files to a unit."""
    unit.insert(file, [_row_of(tenant, item) for item in items])


def change(unit: Unit, tenant: int, read: File, new: File, *, deleted_at: int | None = None) -> None:
    """Add to a unit beside what a file lies and whether it is deleted; ``Stale`` where it was changed meanwhile."""
    unit.change(
        CHANGE,
        {
            "key_tenant_id": tenant,
            "key_id": read.id,
            "read_version": read.version,
            "holder_id": new.holder,
            "version": new.version,
            "deleted_at": deleted_at,
        },
    )


def _row_of(tenant: int, item: File) -> tuple[Any, ...]:
    return (
        tenant, item.id, item.key, int(item.holder_kind), item.holder, item.name, item.media_type, item.size,
        item.digest, item.uploader, item.created_at, item.version, None,
    )  # fmt: skip


def _file_of(row: Row) -> File:
    id_, key, kind, holder, name, media_type, size, digest, uploader, created_at, version = row
    return File(
        id=id_,
        key=key,
        holder_kind=Holder(kind),
        holder=holder,
        name=name,
        media_type=media_type,
        size=size,
        digest=digest,
        uploader=uploader,
        created_at=created_at,
        version=version,
    )
