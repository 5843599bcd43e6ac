"""Fields that users add to parties: rows and reads."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import and_, literal_column, or_, select

from ..model.fields import Field, Option, ValueType
from ..model.parties import Party, PartyList
from .database import Database, Row
from .opportunities import list_of
from .rows import array_text, update_of
from .schema import party_field, party_list
from .statements import Query, Unit, member_of, parameter

Columns = party_field.c
_LIVE = select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.deleted_at.is_(None))
_options = msgspec.json.Decoder(tuple[Option, ...])

ALL = Query(_LIVE.order_by(Columns.id))
BY_IDS = Query(_LIVE.where(member_of(Columns.id, "ids")))
_LISTS = party_list.c
OF_LIST = Query(
    select(*_LISTS, *Columns)
    .select_from(
        party_list.outerjoin(
            party_field,
            and_(
                Columns.tenant_id == _LISTS.tenant_id,
                Columns.deleted_at.is_(None),
                or_(
                    Columns.list_id == _LISTS.id,
                    and_(Columns.list_id == literal_column("0"), Columns.party_kind == _LISTS.kind),
                ),
            ),
        )
    )
    .where(_LISTS.tenant_id == parameter("tenant"), _LISTS.id == parameter("list"), _LISTS.deleted_at.is_(None))
)
"""A list with its own fields and those of all that can stand on it."""
OF_KIND = Query(
    _LIVE.where(Columns.list_id == literal_column("0"), Columns.party_kind == parameter("party_kind")).order_by(
        Columns.id
    )
)
UPDATE = update_of(party_field, ("tenant_id", "id"), "name", "is_required", "options", "version", "deleted_at")


async def all_(database: Database, tenant: int) -> list[Field]:
    """Return the tenant's fields: few enough to need no pages."""
    return [field_of(row) for row in await database.fetch(ALL, tenant=tenant)]


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Field]:
    """Return fields by their ids, without deleted ones."""
    rows = await database.fetch(BY_IDS, tenant=tenant, ids=database.array(ids))
    return {field.id: field for field in map(field_of, rows)}


async def of_kind(database: Database, tenant: int, kind: Party) -> list[Field]:
    """Return the fields of all parties of a kind, whatever lists they are on, in order of ids."""
    return [field_of(row) for row in await database.fetch(OF_KIND, tenant=tenant, party_kind=int(kind))]


async def of_list(database: Database, tenant: int, list_id: int) -> tuple[PartyList, list[Field]] | None:
    """Return a list, with its own fields and those of all that can stand on it; None where there is none."""
    rows = await database.fetch(OF_LIST, tenant=tenant, list=list_id)
    if not rows:
        return None
    many = len(_LISTS)
    fields = [field_of(row[many:]) for row in rows if row[many] is not None]
    return list_of(rows[0][:many]), sorted(fields, key=lambda field: field.id)


def insert(unit: Unit, tenant: int, item: Field) -> None:
    """Add the row of a new field to a unit."""
    unit.insert(
        party_field,
        [
            (
                tenant, item.id, item.list_id or 0, int(item.kind), item.name, int(item.value_type),
                int(item.allows_multiple), int(item.is_required), array_text(item.options), item.creator,
                item.version, item.created_at, None,
            )
        ],
    )  # fmt: skip


def change(unit: Unit, tenant: int, read: Field, new: Field, *, deleted_at: int | None = None) -> None:
    """Add the update of what may change of a field, or its deletion, to a unit, guarded by the version read."""
    unit.change(
        UPDATE,
        {
            "key_tenant_id": tenant,
            "key_id": read.id,
            "read_version": read.version,
            "name": new.name,
            "is_required": int(new.is_required),
            "options": array_text(new.options),
            "version": new.version,
            "deleted_at": deleted_at,
        },
    )


def field_of(row: Row) -> Field:
    """Return the field of a row."""
    _, id_, list_id, kind, name, value_type, multiple, required, options, creator, version, created_at, _ = row
    return Field(
        id=id_,
        name=name,
        kind=Party(kind),
        value_type=ValueType(value_type),
        list_id=list_id or None,
        allows_multiple=bool(multiple),
        is_required=bool(required),
        options=_options.decode(options),
        creator=creator,
        created_at=created_at,
        version=version,
    )
