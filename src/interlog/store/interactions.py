"""Interactions: rows, reads by a key, changes. Pages of them are read in ``timeline.py``."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, delete, select

from ..model.ids import index_text
from ..model.interactions import Brief, Content, Interaction, Links, ProfilePart
from ..model.parties import Party
from ..model.profiles import party_of
from . import visits
from .database import Database, Row
from .rows import NOTHING, encode, json_text, json_value, update_of
from .schema import interaction, participant, request, unbound
from .statements import Query, Unit, member_of, parameter

Columns = interaction.c


class _Detail(Struct, frozen=True, omit_defaults=True, gc=False):
    """What only the record itself shows: the column ``detail``."""

    type_version: int
    protocol: str
    origin: str | None = None
    occurred_offset: int | None = None
    place: dict[str, Any] | None = None
    links: Links = Links()
    extras: dict[str, Any] = NOTHING
    external_ids: dict[str, str] = {}
    modifier: int | None = None
    profiles: tuple[ProfilePart, ...] = ()
    identity: str | None = None  # where it is too long for its column
    watched: tuple[str, ...] = ()
    sources: dict[str, str] = NOTHING


class _Source(Struct, frozen=True, gc=False):
    """The part of a detail that says where it came from: reading no more is several times as fast."""

    protocol: str


_detail_of = msgspec.json.Decoder(_Detail).decode
_source_of = msgspec.json.Decoder(_Source).decode
brief_of = msgspec.json.Decoder(Brief).decode
"""Return the interaction of a row's column ``brief``."""

BY_NUMBER = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.number == parameter("number"))
)
BRIEF_BY_NUMBER = Query(
    select(Columns.brief, Columns.group_id).where(
        Columns.tenant_id == parameter("tenant"), Columns.number == parameter("number"), Columns.deleted_at.is_(None)
    )
)
BY_NUMBERS = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.number, "numbers"))
)
BY_UUID = Query(select(*Columns).where(Columns.tenant_id == parameter("tenant"), Columns.uuid == bindparam("uuid")))
BY_UUIDS = Query(
    select(*Columns).where(Columns.tenant_id == parameter("tenant"), member_of(Columns.uuid, "uuids", text=True))
)
BY_IDENTITY = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"),
        Columns.type_id == parameter("type_id"),
        Columns.identity == bindparam("identity"),
    )
)
BY_REQUEST = Query(
    select(request.c.fingerprint, request.c.number).where(
        request.c.tenant_id == parameter("tenant"), request.c.key == bindparam("key")
    )
)
BRIEFS_BY_NUMBERS = Query(
    select(Columns.brief, Columns.group_id).where(
        Columns.tenant_id == parameter("tenant"),
        member_of(Columns.number, "numbers"),
        Columns.deleted_at.is_(None),
    )
)
DETAILS = Query(
    select(Columns.number, Columns.detail).where(
        Columns.tenant_id == parameter("tenant"), member_of(Columns.number, "numbers")
    )
)
WAITING_FOR_ADDRESSES = Query(
    select(unbound.c.address, unbound.c.number).where(
        unbound.c.tenant_id == parameter("tenant"), member_of(unbound.c.address, "addresses", text=True)
    )
)
FORGET_ADDRESS = Query(
    delete(unbound).where(
        unbound.c.tenant_id == parameter("tenant"),
        unbound.c.address == bindparam("address"),
        unbound.c.number == parameter("number"),
    )
)
REMOVE_PARTICIPANT = Query(
    delete(participant).where(
        participant.c.tenant_id == parameter("tenant"),
        participant.c.party_kind == parameter("party_kind"),
        participant.c.party_id == parameter("party_id"),
        participant.c.occurred_at == parameter("occurred_at"),
        participant.c.number == parameter("number"),
    )
)
_CHANGING = (
    "occurred_at", "direction", "note_id", "modified_at", "deleted_at", "version", "identity", "brief", "detail",
    "body", "fields", "changed_at", "voided_by",
)  # fmt: skip
UPDATE = update_of(interaction, ("tenant_id", "number"), *_CHANGING)
_PLACES = {column.name: index for index, column in enumerate(interaction.columns)}


async def by_number(database: Database, tenant: int, number: int) -> Interaction | None:
    """Return an interaction, also a deleted one; None where there is none."""
    rows = await database.fetch(BY_NUMBER, tenant=tenant, number=number)
    return interaction_of(rows[0]) if rows else None


async def brief_by_number(database: Database, tenant: int, number: int) -> tuple[Brief, int] | None:
    """Return an interaction as a list shows it, and its security group; None where there is none, or it is deleted."""
    rows = await database.fetch(BRIEF_BY_NUMBER, tenant=tenant, number=number)
    return (brief_of(rows[0][0]), rows[0][1]) if rows else None


async def by_numbers(database: Database, tenant: int, numbers: Iterable[int]) -> dict[int, Interaction]:
    """Return interactions by their numbers, also deleted ones."""
    rows = await database.fetch(BY_NUMBERS, tenant=tenant, numbers=database.array(numbers))
    return {row[1]: interaction_of(row) for row in rows}


async def briefs(database: Database, tenant: int, numbers: Iterable[int]) -> dict[int, tuple[Brief, int]]:
    """Return interactions as lists show them, each with its security group, by their numbers; no deleted ones."""
    rows = await database.fetch(BRIEFS_BY_NUMBERS, tenant=tenant, numbers=database.array(numbers))
    return {brief.number: (brief, group) for brief, group in ((brief_of(text), group) for text, group in rows)}


async def protocols(database: Database, tenant: int, numbers: Iterable[int]) -> dict[int, str]:
    """Return the protocol that each interaction came through, by their numbers."""
    rows = await database.fetch(DETAILS, tenant=tenant, numbers=database.array(numbers))
    return {number: _source_of(detail).protocol for number, detail in rows}


async def by_uuid(database: Database, tenant: int, uuid: str) -> Interaction | None:
    """Return the interaction with this uuid, also a deleted one; None where there is none."""
    rows = await database.fetch(BY_UUID, tenant=tenant, uuid=uuid)
    return interaction_of(rows[0]) if rows else None


async def by_uuids(database: Database, tenant: int, uuids: Iterable[str]) -> dict[str, Interaction]:
    """Return interactions by their uuids, also deleted ones."""
    rows = await database.fetch(BY_UUIDS, tenant=tenant, uuids=database.array(uuids))
    return {row[2]: interaction_of(row) for row in rows}


async def by_identity(database: Database, tenant: int, type_id: int, identity: str) -> Interaction | None:
    """Return the interaction of a type with this identity, also a deleted one; None where there is none."""
    rows = await database.fetch(BY_IDENTITY, tenant=tenant, type_id=type_id, identity=index_text(identity))
    return interaction_of(rows[0]) if rows else None


def row_of(tenant: int, item: Interaction) -> tuple[Any, ...]:
    """Return the interaction's row, in the table's order of columns."""
    content, identity = item.content, item.identity
    direction = content.direction
    indexed = index_text(identity) if identity is not None else None
    return (
        tenant,
        item.number,
        item.uuid,
        item.type_id,
        item.group,
        content.occurred_at,
        None if direction is None else int(direction),
        int(item.logging),
        item.note_id,
        item.created_at,
        item.modified_at,
        item.deleted_at,
        item.version,
        indexed,
        encode(item.brief).decode(),
        _detail_text(item, identity if identity != indexed else None),
        content.body,
        json_text(content.fields),
        item.changed_at,
        item.voided_by,
    )


def _detail_text(item: Interaction, identity: str | None) -> str:
    """Return the column ``detail``: of most, as of thousands that come at once, there is little to say."""
    content = item.content
    if not (
        content.place or content.links or content.extras or item.external_ids or item.modifier is not None
        or content.profiles or content.watched or content.sources or identity is not None
    ):  # fmt: skip
        return _short_detail(item.type_version, item.protocol, item.origin, content.occurred_offset)
    detail = _Detail(
        item.type_version,
        item.protocol,
        item.origin,
        content.occurred_offset,
        content.place,
        content.links,
        content.extras,
        item.external_ids,
        item.modifier,
        content.profiles,
        identity,
        content.watched,
        content.sources,
    )
    return encode(detail).decode()


@lru_cache(maxsize=1024)
def _short_detail(type_version: int, protocol: str, origin: str | None, offset: int | None) -> str:
    return encode(_Detail(type_version, protocol, origin, offset)).decode()


def participant_rows(
    tenant: int, item: Interaction, parties: Sequence[tuple[int, int]] | None = None
) -> list[tuple[Any, ...]]:
    """Return a row for each party of an interaction: known persons, and what it is linked to directly.

    ``parties``: these, where they were looked for before.
    """
    at, number, type_id, group = item.content.occurred_at, item.number, item.type_id, item.group
    found = parties_of(item.content) if parties is None else parties
    return [(tenant, kind, id_, at, number, type_id, group) for kind, id_ in found]


def parties_of(content: Content) -> list[tuple[int, int]]:
    """Return the (kind, id) of each known party of an interaction, once each."""
    found = [(0, part.person) for part in content.participants if part.person is not None]
    if content.links:
        found += linked_parties(content.links)
    if content.profiles:
        found += [(int(party_of(p.type_id)), p.number) for p in content.profiles if p.number is not None]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def linked_parties(links: Links) -> list[tuple[int, int]]:
    """Return the (kind, id) of each party that something is linked to."""
    return [
        *((int(Party.PERSON), id_) for id_ in links.persons),
        *((int(Party.ORGANIZATION), id_) for id_ in links.organizations),
        *((int(Party.OPPORTUNITY), id_) for id_ in links.opportunities),
    ]


def change(unit: Unit, tenant: int, read: Interaction, new: Interaction) -> None:
    """Add the update of a row to a unit, guarded by the version that was read, and move the rows it is found by."""
    row = row_of(tenant, new)
    key = {"key_tenant_id": tenant, "key_number": new.number, "read_version": read.version}
    unit.change(UPDATE, key | {name: row[_PLACES[name]] for name in _CHANGING})
    old_rows = set() if read.deleted_at is not None else set(participant_rows(tenant, read))
    new_rows = set() if new.deleted_at is not None else set(participant_rows(tenant, new))
    for row in sorted(old_rows - new_rows):
        names = ("tenant", "party_kind", "party_id", "occurred_at", "number")
        unit.change(REMOVE_PARTICIPANT, dict(zip(names, row, strict=False)))
    unit.insert(participant, sorted(new_rows - old_rows))
    visits.change(unit, tenant, read, new)


def interaction_of(row: Row) -> Interaction:
    """Return the interaction of a row."""
    _, number, uuid, type_id, group, *_, deleted_at, version, identity = row[:14]
    brief_text, detail_text, body, fields, changed_at, voided_by = row[14:]
    brief, detail = brief_of(brief_text), _detail_of(detail_text)
    return Interaction(
        uuid=uuid,
        number=number,
        type_id=type_id,
        type_version=detail.type_version,
        content=Content(
            occurred_at=brief.occurred_at,
            occurred_offset=detail.occurred_offset,
            ended_at=brief.ended_at,
            title=brief.title,
            body=body,
            direction=brief.direction,
            place=detail.place,
            participants=brief.participants,
            links=detail.links,
            fields=json_value(fields),
            extras=detail.extras,
            profiles=detail.profiles,
            watched=detail.watched,
            sources=detail.sources,
        ),
        logging=brief.logging,
        protocol=detail.protocol,
        origin=detail.origin,
        creator=brief.creator,
        group=group,
        note_id=brief.note_id,
        external_ids=detail.external_ids,
        version=version,
        created_at=brief.created_at,
        modified_at=brief.modified_at,
        modifier=detail.modifier,
        deleted_at=deleted_at,
        identity=detail.identity if detail.identity is not None else identity,
        changed_at=changed_at,
        voided_by=voided_by,
    )
