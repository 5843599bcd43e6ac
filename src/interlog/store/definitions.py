"""Documents by kind and name, and the names of collections."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select

from ..model.definitions import Document
from .database import Database, Row
from .rows import encode, json_value, update_of
from .schema import collection, definition
from .statements import Query, Unit, member_of, parameter

Columns = definition.c

BY_NAME = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.name_key == bindparam("name_key"),
    )
)
BY_NAMES = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        member_of(Columns.name_key, "names", text=True),
    )
)
PAGE = Query(
    select(*Columns)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.name_key > bindparam("after"),
    )
    .order_by(Columns.name_key)
    .limit(parameter("limit"))
)
UPDATE = update_of(definition, ("tenant_id", "number"), "name", "value", "version", "modified_at")
DELETE = Query(
    delete(definition).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.kind == bindparam("kind"),
        Columns.name_key == bindparam("name_key"),
        Columns.version == parameter("read_version"),
    )
)
COLLECTIONS = Query(
    select(collection.c.name, collection.c.of_profiles, collection.c.type_id).where(
        collection.c.tenant_id == parameter("tenant"), member_of(collection.c.name, "names", text=True)
    )
)


def name_key(name: str) -> str:
    """Return what a name is looked up by: names differ in more than their case."""
    return name.casefold()


async def by_name(database: Database, tenant: int, kind: str, name: str) -> tuple[Document, int] | None:
    """Return a document and its number in the journal; None where there is none."""
    rows = await database.fetch(BY_NAME, tenant=tenant, kind=kind, name_key=name_key(name))
    return (_document_of(rows[0]), rows[0][3]) if rows else None


async def by_names(database: Database, tenant: int, kind: str, names: Iterable[str]) -> dict[str, tuple[Document, int]]:
    """Return documents of a kind and their numbers in the journal, by their ``name_key``."""
    wanted = database.array({name_key(name) for name in names})
    rows = await database.fetch_long(BY_NAMES, tenant=tenant, kind=kind, names=wanted)
    return {name_key(row[4]): (_document_of(row), row[3]) for row in rows}


async def page(database: Database, tenant: int, kind: str, after: str, limit: int) -> list[Document]:
    """Return the documents of a kind in order of names, those behind a name."""
    rows = await database.fetch(PAGE, tenant=tenant, kind=kind, after=name_key(after), limit=limit)
    return [_document_of(row) for row in rows]


def insert(unit: Unit, tenant: int, number: int, item: Document) -> None:
    """Add a new document to a unit."""
    value = encode(item.value).decode()
    row = (tenant, item.kind, name_key(item.name), number, item.name, value, item.version, item.created_at, None)
    unit.insert(definition, [row])


def change(unit: Unit, tenant: int, number: int, read: Document, new: Document) -> None:
    """Add the update of a document to a unit, guarded by the version that was read."""
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_number": number,
            "read_version": read.version,
            "name": new.name,
            "value": encode(new.value).decode(),
            "version": new.version,
            "modified_at": new.modified_at,
        },
    )


def remove(unit: Unit, tenant: int, read: Document) -> None:
    """Add the removal of a document to a unit, guarded by the version that was read."""
    unit.change(
        DELETE,
        {"tenant": tenant, "kind": read.kind, "name_key": name_key(read.name), "read_version": read.version},
    )


async def collections(database: Database, tenant: int, names: Iterable[str]) -> dict[str, tuple[bool, int]]:
    """Return whose the names of collections are: by name in lower case, (whether of profiles, id of the type)."""
    wanted = database.array([name.casefold() for name in names])
    rows = await database.fetch(COLLECTIONS, tenant=tenant, names=wanted)
    return {row[0]: (bool(row[1]), row[2]) for row in rows}


def _document_of(row: Row) -> Document:
    _, kind, _, _, name, value, version, created_at, modified_at = row
    return Document(
        kind=kind, name=name, value=json_value(value), version=version, created_at=created_at, modified_at=modified_at
    )
