"""Values of fields of parties: rows and reads."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, and_, case, delete, exists, literal_column, or_, select, tuple_, update
from sqlalchemy.sql.expression import bindparam

from ..model.fields import (
    REFERENCES,
    Cell,
    Field,
    FieldValue,
    NamedOrganization,
    NamedPerson,
)
from ..model.parties import Party
from .database import Database, Row
from .engines import per_engine
from .rows import decode, encode
from .schema import list_entry, organization, party_value, person
from .statements import Query, Unit, member_of, parameter

Columns = party_value.c
_SHOWN = (
    Columns.id, Columns.field_id, Columns.party_kind, Columns.party_id, Columns.entry_id, Columns.value,
    Columns.created_at, Columns.updated_at, Columns.version,
)  # fmt: skip


def _there(table: Any, kind: Party) -> ColumnElement[bool]:
    gone_at = (
        select(table.c.deleted_at)
        .where(table.c.tenant_id == Columns.tenant_id, table.c.id == Columns.ref_id)
        .scalar_subquery()
    )
    return and_(Columns.ref_kind == literal_column(str(int(kind))), gone_at.is_(None))


_NAMES_NOBODY_GONE = or_(
    Columns.ref_id.is_(None), _there(person, Party.PERSON), _there(organization, Party.ORGANIZATION)
)
"""A value that names who is deleted is not seen until he comes back. Looked up row by row: PostgreSQL would read all
persons for a condition of existence."""

_OF_TENANT = and_(Columns.tenant_id == parameter("tenant"), _NAMES_NOBODY_GONE)
_OPEN_ENTRY = or_(
    Columns.entry_id == literal_column("0"),
    select(list_entry.c.deleted_at)
    .where(list_entry.c.tenant_id == Columns.tenant_id, list_entry.c.id == Columns.entry_id)
    .scalar_subquery()
    .is_(None),
)
"""An opportunity's only entry is none of these rows, and open as long as the opportunity is there."""


WITH_VALUE = Query(
    select(*_SHOWN)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.field_id == parameter("field"),
        Columns.value == bindparam("value", type_=Columns.value.type),
    )
    .limit(parameter("limit"))
)
"""Values in a field that are this one: all of the field's are looked at."""
BY_ID = Query(select(*_SHOWN).where(_OF_TENANT, Columns.id == parameter("value_id"), _OPEN_ENTRY))
OF_PARTIES = Query(
    select(*_SHOWN).where(
        _OF_TENANT,
        Columns.party_kind == parameter("party_kind"),
        member_of(Columns.party_id, "parties"),
        _OPEN_ENTRY,
    )
)


def _called(table: Any, *shown: str) -> Any:
    """What whoever a value names is called, as a JSON array; null where he is gone."""
    places = ", ".join(f"{{{place}}}" for place in range(len(shown)))
    nested = places.replace("{2}", "json({2})" if "domains" in shown else "{2}")
    array = per_engine(
        f"json_array({nested})",
        f"json_build_array({nested.replace('json({2})', '{2}::json')})::text",
        *(table.c[name] for name in shown),
    )
    return (
        select(array)
        .where(table.c.tenant_id == Columns.tenant_id, table.c.id == Columns.ref_id, table.c.deleted_at.is_(None))
        .scalar_subquery()
    )


_NAMED = case(
    (
        Columns.ref_kind == literal_column(str(int(Party.PERSON))),
        _called(person, "id", "kind", "first_name", "last_name", "primary_email"),
    ),
    (Columns.ref_kind == literal_column(str(int(Party.ORGANIZATION))), _called(organization, "id", "name", "domains")),
)
CELLS = Query(
    select(*_SHOWN, Columns.ref_kind, _NAMED).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.party_kind == parameter("party_kind"),
        member_of(Columns.party_id, "parties"),
        _OPEN_ENTRY,
    )
)
"""Values of parties with whom they name: an index look-up for each of these."""
_persons = msgspec.json.Decoder(NamedPerson)
_organizations = msgspec.json.Decoder(NamedOrganization)
_ROW = (Columns.tenant_id == parameter("tenant"), Columns.id == parameter("value_id"))
_AS_READ = (*_ROW, Columns.version == parameter("read_version"))
CHANGE = Query(
    update(party_value)
    .where(*_AS_READ)
    .values(
        value=bindparam("new_value", type_=Columns.value.type),
        ref_id=parameter("new_ref"),
        updated_at=parameter("new_updated_at"),
        version=Columns.version + 1,
    )
)
REMOVE = Query(delete(party_value).where(*_AS_READ))
MOVE_ENTRY = Query(
    update(party_value)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.party_kind == parameter("party_kind"),
        Columns.party_id == parameter("party"),
        Columns.entry_id == parameter("entry"),
    )
    .values(party_id=parameter("new_party"))
)
"""The values of an entry go with it to another party."""


_OTHER = party_value.alias()
MOVING = Query(
    select(Columns.id)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.party_kind == parameter("party_kind"),
        Columns.party_id == parameter("party"),
        Columns.entry_id == literal_column("0"),
        ~exists(
            select(literal_column("1"))
            .select_from(_OTHER)
            .where(
                _OTHER.c.tenant_id == Columns.tenant_id,
                _OTHER.c.field_id == Columns.field_id,
                _OTHER.c.party_kind == Columns.party_kind,
                _OTHER.c.party_id == parameter("new_party"),
                _OTHER.c.entry_id == literal_column("0"),
                _OTHER.c.slot == Columns.slot,
            )
        ),
    )
    .limit(parameter("limit"))
)
"""A party's own values, less those in fields of one value in which another party has its own."""
NAMING = Query(
    select(Columns.id)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.ref_kind == parameter("party_kind"),
        Columns.ref_id == parameter("party"),
    )
    .limit(parameter("limit"))
)
KNOWN_IDS = Query(select(Columns.id).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.id, "ids")))
RAW = Query(select(*_SHOWN, Columns.ref_kind).where(*_ROW))
MOVE = Query(
    update(party_value)
    .where(*_AS_READ)
    .values(
        party_id=parameter("new_party"),
        value=bindparam("new_value", type_=Columns.value.type),
        ref_id=parameter("new_ref"),
        version=Columns.version + 1,
    )
)


Place: TypeAlias = tuple[int, int]
"""Behind which a page begins: the entry (0: none) and id of a value, or the instant and id of a change."""
Named: TypeAlias = tuple[FieldValue, Party | None]
"""A value, whoever is gone that it names or belongs to, and the kind of party that it names."""


async def to_move(
    database: Database, tenant: int, kind: Party, party: int, new_party: int, limit: int
) -> dict[int, bool]:
    """Return the ids of some values that are another party's after a merge (true), or only name it (false)."""
    own = await database.fetch(
        MOVING, tenant=tenant, party_kind=int(kind), party=party, new_party=new_party, limit=limit
    )
    naming = await database.fetch(NAMING, tenant=tenant, party_kind=int(kind), party=party, limit=limit)
    found = dict.fromkeys((row[0] for row in naming), False) | dict.fromkeys((row[0] for row in own), True)
    return dict(list(found.items())[:limit])


async def with_reference(database: Database, tenant: int, id_: int) -> Named | None:
    """Return a value; None where there is none."""
    rows = await database.fetch(RAW, tenant=tenant, value_id=id_)
    return _named_of(rows[0]) if rows else None


def _named_of(row: Row) -> Named:
    return value_of(row[:-1]), Party(row[-1]) if row[-1] is not None else None


def move(unit: Unit, tenant: int, read: FieldValue, new: FieldValue, *, is_reference: bool) -> None:
    """Add to a unit that a value is another party's, or names another one, guarded by the version that was read."""
    unit.change(
        MOVE,
        {
            "tenant": tenant,
            "value_id": read.id,
            "read_version": read.version,
            "new_party": new.party,
            "new_value": encode(new.value).decode(),
            "new_ref": new.value if is_reference else None,
        },
    )


async def known_ids(database: Database, tenant: int, ids: Iterable[int]) -> set[int]:
    """Return which of some ids are those of values, seen or not."""
    return {row[0] for row in await database.fetch(KNOWN_IDS, tenant=tenant, ids=database.array(ids))}


async def by_id(database: Database, tenant: int, id_: int) -> FieldValue | None:
    """Return a value; None where there is none."""
    rows = await database.fetch(BY_ID, tenant=tenant, value_id=id_)
    return value_of(rows[0]) if rows else None


async def with_value(database: Database, tenant: int, field: int, value: Any, limit: int) -> list[FieldValue]:
    """Return some of the values in a field that are this one, also those of entries that were removed."""
    text = encode(value).decode()
    rows = await database.fetch_long(WITH_VALUE, tenant=tenant, field=field, value=text, limit=limit)
    return [value_of(row) for row in rows]


async def of_parties(database: Database, tenant: int, kind: Party, ids: Iterable[int]) -> list[FieldValue]:
    """Return the values of parties and of their entries, in order of ids."""
    rows = await database.fetch(OF_PARTIES, tenant=tenant, party_kind=int(kind), parties=database.array(ids))
    return sorted(map(value_of, rows), key=lambda value: value.id)


@lru_cache(maxsize=2)
def page_query(*, of_entry: bool) -> Query:
    """Return the statement of a party's values behind a place, in the order in which they lie."""
    statement = select(*_SHOWN).where(
        _OF_TENANT,
        Columns.party_kind == parameter("party_kind"),
        Columns.party_id == parameter("party"),
        _OPEN_ENTRY,
    )
    if of_entry:
        statement = statement.where(Columns.entry_id == parameter("entry"), Columns.id > parameter("after_id"))
    else:
        place = tuple_(parameter("after_entry"), parameter("after_id"))
        statement = statement.where(tuple_(Columns.entry_id, Columns.id) > place)
    return Query(statement.order_by(Columns.entry_id, Columns.id).limit(parameter("limit")))


async def page(
    database: Database, tenant: int, kind: Party, party: int, *, entry: int | None, after: Place, limit: int
) -> list[FieldValue]:
    """Return values of a party behind a place, in order of entries and ids; ``entry``: only what it has there."""
    rows = await database.fetch(
        page_query(of_entry=entry is not None), tenant=tenant, party_kind=int(kind), party=party,
        entry=entry or 0, after_entry=after[0], after_id=after[1], limit=limit,
    )  # fmt: skip
    return [value_of(row) for row in rows]


async def cells(database: Database, tenant: int, kind: Party, ids: Iterable[int]) -> list[Cell]:
    """Return the values of parties and of their entries with whom they name, in order of ids."""
    rows = await database.fetch(CELLS, tenant=tenant, party_kind=int(kind), parties=database.array(ids))
    found = (_cell_of(row) for row in rows)
    return sorted((cell for cell in found if cell is not None), key=lambda cell: cell.value.id)


async def kept(database: Database, tenant: int, kind: Party, id_: int) -> list[FieldValue]:
    """Return all values of a party, in order of ids, also those that are not seen because whom they name is gone."""
    rows = await database.fetch(CELLS, tenant=tenant, party_kind=int(kind), parties=database.array([id_]))
    return sorted((value_of(row[:-2]) for row in rows), key=lambda value: value.id)


def _cell_of(row: Row) -> Cell | None:
    """Return a value; None where whom it names is gone."""
    *shown, kind, named = row
    if kind is None:
        return Cell(value_of(shown))
    if named is None:
        return None
    decoder = _persons if kind == Party.PERSON else _organizations
    return Cell(value_of(shown), decoder.decode(named))


def insert(unit: Unit, tenant: int, field: Field, item: FieldValue) -> None:
    """Add the row of a new value to a unit, which fails where a field that takes one value has one."""
    kind = REFERENCES.get(field.value_type)
    unit.insert(
        party_value,
        [
            (
                tenant, int(item.kind), item.party, item.entry or 0, item.id, item.field_id,
                item.id if field.allows_multiple else 0, encode(item.value).decode(),
                int(kind) if kind is not None else None, item.value if kind is not None else None,
                item.version, item.created_at, item.updated_at,
            )
        ],
    )  # fmt: skip


def change(unit: Unit, tenant: int, field: Field, read: FieldValue, new: FieldValue) -> None:
    """Add the update of a value to a unit, guarded by the version that was read."""
    unit.change(
        CHANGE,
        {
            "tenant": tenant,
            "value_id": read.id,
            "read_version": read.version,
            "new_value": encode(new.value).decode(),
            "new_ref": new.value if field.value_type in REFERENCES else None,
            "new_updated_at": new.updated_at,
        },
    )


def remove(unit: Unit, tenant: int, read: FieldValue) -> None:
    """Add to a unit that a value is deleted, guarded by the version that was read."""
    unit.change(REMOVE, {"tenant": tenant, "value_id": read.id, "read_version": read.version})


def move_entry(unit: Unit, tenant: int, kind: Party, entry: int, party: int, new_party: int) -> None:
    """Add to a unit that the values of an entry are another party's, as the entry is."""
    given = {"tenant": tenant, "party_kind": int(kind), "entry": entry, "party": party, "new_party": new_party}
    unit.change(MOVE_ENTRY, given, expect=None)


def value_of(row: Row) -> FieldValue:
    """Return the value of a row of ``_SHOWN``."""
    id_, field_id, kind, party, entry, value, created_at, updated_at, version = row
    return FieldValue(
        id=id_,
        field_id=field_id,
        kind=Party(kind),
        party=party,
        entry=entry or None,
        value=decode(value),
        created_at=created_at,
        updated_at=updated_at,
        version=version,
    )
