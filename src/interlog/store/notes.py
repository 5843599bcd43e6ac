"""Notes: rows and reads. The text of an interaction's root note is read from the interaction."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, delete, func, select, tuple_, union_all, update

from ..model.conditions import Condition
from ..model.interactions import Interaction, Links
from ..model.notes import Note, NoteKind
from .conditions import SHAPES, Shape, arguments_of, matching, shape_of
from .database import Database, Row
from .interactions import by_numbers, linked_parties, parties_of
from .rows import array_text, json_text
from .schema import note, note_link
from .statements import Query, Unit, member_of, parameter

Columns = note.c

_links = msgspec.json.Decoder(Links)
_ids = msgspec.json.Decoder(tuple[int, ...])

BY_IDS = Query(
    select(*Columns).where(
        Columns.tenant_id == parameter("tenant"), member_of(Columns.id, "ids"), Columns.deleted_at.is_(None)
    )
)
CHANGE = Query(
    update(note)
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.id == parameter("id"),
        Columns.version == parameter("read_version"),
    )
    .values(
        kind=parameter("new_kind"),
        content=bindparam("new_content", type_=Columns.content.type),
        links=bindparam("new_links", type_=Columns.links.type),
        version=parameter("new_version"),
        updated_at=parameter("new_updated_at"),
        deleted_at=parameter("new_deleted_at"),
    )
)
ANSWERED = Query(
    update(note)
    .where(Columns.tenant_id == parameter("tenant"), Columns.id == parameter("id"), Columns.deleted_at.is_(None))
    .values(version=Columns.version + 1)
)
"""A reply is a new version of its note, so that neither can be deleted without the other."""
UNLINK = Query(
    delete(note_link).where(
        note_link.c.tenant_id == parameter("tenant"),
        note_link.c.party_kind == parameter("party_kind"),
        note_link.c.party_id == parameter("party_id"),
        note_link.c.created_at == parameter("created_at"),
        note_link.c.id == parameter("id"),
    )
)


REPLY_COUNTS = Query(
    select(Columns.parent, func.count())
    .where(
        Columns.tenant_id == parameter("tenant"),
        Columns.parent.is_not(None),
        member_of(Columns.parent, "parents"),
        Columns.deleted_at.is_(None),
    )
    .group_by(Columns.parent)
)


_FIELDS = {
    "id": Columns.id,
    "creator": Columns.creator,
    "created_at": Columns.created_at,
    "updated_at": Columns.updated_at,
}
"""What conditions can be about."""


def _selected(by: str | None, roots: bool, shape: Shape | None, *columns: Any) -> tuple[Select[Any], Any, Any]:
    """Return the statement that selects columns of notes, and the two columns that order them."""
    if by == "party":
        link = note_link.c
        of_party = (
            select(*columns)
            .select_from(note_link.join(note, and_(Columns.tenant_id == link.tenant_id, Columns.id == link.id)))
            .where(
                link.tenant_id == parameter("tenant"),
                link.party_kind == parameter("party_kind"),
                link.party_id == parameter("party_id"),
                member_of(link.group_id, "groups"),
            )
        )
        if shape is not None:
            of_party = of_party.where(matching(shape, _FIELDS | {"created_at": link.created_at, "id": link.id}))
        return of_party, link.created_at, link.id
    statement: Select[Any] = (
        select(*columns)
        .select_from(note)
        .where(
            Columns.tenant_id == parameter("tenant"),
            member_of(Columns.group_id, "groups"),
            Columns.deleted_at.is_(None),
        )
    )
    if by is not None:
        statement = statement.where(Columns[by] == parameter(by))
    if roots:
        statement = statement.where(Columns.parent.is_(None))
    if shape is not None:
        statement = statement.where(matching(shape, _FIELDS))
    return statement, Columns.created_at, Columns.id


@lru_cache(maxsize=SHAPES)
def page_query(by: str | None, *, roots: bool = False, shape: Shape | None = None) -> Query:
    """Return the statement of a page, newest first: all notes, or those by a "creator", a "party" or a "parent".

    ``shape``: that of a condition which they meet.
    """
    statement, created_at, id_ = _selected(by, roots, shape, *Columns)
    before = tuple_(created_at, id_) < tuple_(parameter("before_at"), parameter("before_id"))
    return Query(statement.where(before).order_by(created_at.desc(), id_.desc()).limit(parameter("limit")))


@lru_cache(maxsize=SHAPES)
def count_query(by: str | None = None, shape: Shape | None = None) -> Query:
    """Return the statement that counts the notes of a "party", of a "parent", or those that are no replies."""
    return Query(_selected(by, by is None, shape, func.count())[0])


async def page(
    database: Database,
    tenant: int,
    groups: Sequence[int],
    *,
    limit: int,
    before: tuple[int, int] | None = None,
    party: tuple[int, int] | None = None,
    creator: int | None = None,
    parent: int | None = None,
    roots: bool = False,
    condition: Condition | None = None,
) -> list[Note]:
    """Return notes, newest first, behind the (created_at, id) ``before``: of a party, a creator, a parent, or all.

    Two statements: the notes, and the interactions that some of them are the text of.
    """
    before_at, before_id = before or (2**62, 0)
    arguments: dict[str, Any] = {
        "tenant": tenant, "groups": database.array(groups), "limit": limit, "before_at": before_at,
        "before_id": before_id,
    }  # fmt: skip
    by = None
    if party is not None:
        by, roots = "party", False
        arguments |= {"party_kind": int(party[0]), "party_id": party[1]}
    elif creator is not None:
        by = "creator"
        arguments["creator"] = creator
    elif parent is not None:
        by, roots = "parent", False
        arguments["parent"] = parent
    if condition is None:
        rows = await database.fetch(page_query(by, roots=roots), **arguments)
    else:
        query = page_query(by, roots=roots, shape=shape_of(condition))
        rows = await database.fetch_long(query, **arguments, **arguments_of(condition))
    return await _notes_of(database, tenant, rows)


@lru_cache(maxsize=8)
def replies_query(arms: int) -> Query:
    """Return the statement of the first replies to this many notes: one index range for each, oldest first."""
    found: list[Select[Any]] = []
    for index in range(arms):
        arm = (
            select(*Columns)
            .where(
                Columns.tenant_id == parameter("tenant"),
                Columns.parent == parameter(f"parent_{index}"),
                member_of(Columns.group_id, "groups"),
                Columns.deleted_at.is_(None),
            )
            .order_by(Columns.created_at, Columns.id)
            .limit(parameter("limit"))
            .subquery(f"arm_{index}")
        )
        found.append(select(*arm.c))
    return Query(union_all(*found) if arms > 1 else found[0])


async def replies(
    database: Database, tenant: int, groups: Sequence[int], parents: Sequence[int], limit: int
) -> dict[int, list[Note]]:
    """Return the first replies to each of up to 64 notes, oldest first, by one statement."""
    arms = 1 << (len(parents) - 1).bit_length()
    asked = {f"parent_{index}": parents[index] if index < len(parents) else 0 for index in range(arms)}
    rows = await database.fetch(replies_query(arms), tenant=tenant, groups=database.array(groups), limit=limit, **asked)
    found: dict[int, list[Note]] = {}
    for row in rows:
        found.setdefault(row[3], []).append(note_of(row, None))
    return found


async def by_ids(database: Database, tenant: int, ids: Iterable[int]) -> dict[int, Note]:
    """Return notes by their ids, without deleted ones."""
    rows = await database.fetch(BY_IDS, tenant=tenant, ids=database.array(ids))
    return {item.id: item for item in await _notes_of(database, tenant, rows)}


async def _notes_of(database: Database, tenant: int, rows: Sequence[Row]) -> list[Note]:
    numbers = {row[2] for row in rows if row[2] is not None}
    interactions = await by_numbers(database, tenant, numbers) if numbers else {}
    return [note_of(row, interactions.get(row[2])) for row in rows]


async def count(
    database: Database,
    tenant: int,
    groups: Sequence[int],
    *,
    party: tuple[int, int] | None = None,
    parent: int | None = None,
    condition: Condition | None = None,
) -> int:
    """Return how many notes meet a condition: of a party, the replies to a parent, or all that are no replies."""
    arguments: dict[str, Any] = {} if condition is None else arguments_of(condition)
    by = None
    if party is not None:
        by = "party"
        arguments |= {"party_kind": int(party[0]), "party_id": party[1]}
    elif parent is not None:
        by = "parent"
        arguments["parent"] = parent
    query = count_query(by, None if condition is None else shape_of(condition))
    rows = await database.fetch_long(query, tenant=tenant, groups=database.array(groups), **arguments)
    return int(rows[0][0])


async def reply_counts(database: Database, tenant: int, parents: Sequence[int]) -> dict[int, int]:
    """Return how many replies each of some notes has."""
    rows = await database.fetch(REPLY_COUNTS, tenant=tenant, parents=database.array(parents))
    return {row[0]: row[1] for row in rows}


def row_of(tenant: int, item: Note) -> tuple[Any, ...]:
    """Return the note's row, in the table's order of columns."""
    return (
        tenant,
        item.id,
        item.interaction,
        item.parent,
        item.group,
        int(item.kind),
        None if item.interaction is not None else item.content,
        json_text(item.links),
        array_text(item.mentions) if item.mentions else None,
        item.creator,
        item.version,
        item.created_at,
        item.updated_at,
        None,
    )


def link_rows(tenant: int, item: Note, interaction: Interaction | None) -> list[tuple[Any, ...]]:
    """Return a row for each party that the note concerns: what it is attached to, and who took part."""
    parties = linked_parties(item.links) if item.links else []
    if interaction is not None:
        parties += parties_of(interaction.content)
    return rows_of_parties(tenant, item, dict.fromkeys(parties))


def rows_of_parties(tenant: int, item: Note, parties: Iterable[tuple[int, int]]) -> list[tuple[Any, ...]]:
    """Return a row for each of the parties that the note concerns."""
    at, id_, group = item.created_at, item.id, item.group
    return [(tenant, kind, party, at, id_, group) for kind, party in parties]


def insert(unit: Unit, tenant: int, item: Note, interaction: Interaction | None = None) -> None:
    """Add the rows of a new note to a unit."""
    unit.insert(note, [row_of(tenant, item)])
    if item.parent is not None:
        unit.change(ANSWERED, {"tenant": tenant, "id": item.parent})
    else:
        unit.insert(note_link, link_rows(tenant, item, interaction))


def change(
    unit: Unit,
    tenant: int,
    read: Note,
    new: Note,
    *,
    links_before: Iterable[tuple[Any, ...]] = (),
    links_after: Iterable[tuple[Any, ...]] = (),
    deleted_at: int | None = None,
) -> None:
    """Add the update of a note to a unit, guarded by the version that was read, and move its links."""
    _, _, _, _, _, kind, content, links, _, _, version, _, updated_at, _ = row_of(tenant, new)
    unit.change(
        CHANGE,
        {
            "tenant": tenant,
            "id": new.id,
            "read_version": read.version,
            "new_kind": kind,
            "new_content": content,
            "new_links": links,
            "new_version": version,
            "new_updated_at": updated_at,
            "new_deleted_at": deleted_at,
        },
    )
    before, after = set(links_before), set(links_after)
    for row in sorted(before - after):
        unit.change(UNLINK, dict(zip(("tenant", "party_kind", "party_id", "created_at", "id"), row, strict=False)))
    unit.insert(note_link, sorted(after - before))


def note_of(row: Row, interaction: Interaction | None) -> Note:
    """Return the note of a row, and of the interaction whose root note it is."""
    (
        _, id_, number, parent, group, kind, content, links, mentions, creator, version, created_at, updated_at, _,
    ) = row  # fmt: skip
    attendees: tuple[int, ...] = ()
    if interaction is not None:
        content = interaction.content.body
        attendees = tuple(dict.fromkeys(p.person for p in interaction.content.participants if p.person is not None))
    return Note(
        id=id_,
        content=content or "",
        kind=NoteKind(kind),
        links=_links.decode(links) if links is not None else Links(),
        mentions=_ids.decode(mentions) if mentions is not None else (),
        interaction=number,
        interaction_type_id=interaction.type_id if interaction is not None else None,
        attendees=attendees,
        parent=parent,
        creator=creator,
        created_at=created_at,
        updated_at=updated_at,
        group=group,
        version=version,
    )
