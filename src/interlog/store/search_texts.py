"""What of each record is searched: a title and a text, as they are now."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select

from ..model.interactions import Brief
from ..model.notes import NoteKind
from ..model.searching import Kind, without_tags
from .database import Database, Row
from .interactions import brief_of
from .rows import decode
from .schema import interaction, note, organization, person
from .statements import Query, member_of, parameter


class Document(Struct, frozen=True, kw_only=True, gc=False):
    """A record that can be found. ``at``: when it was, for what happened at a time.

    ``brief``: of an interaction, what a list shows of it.
    """

    kind: Kind
    id: int
    title: str
    text: str
    group: int = 0
    type_id: int = 0
    at: int = 0
    brief: Brief | None = None


_I, _N, _P, _O = interaction.c, note.c, person.c, organization.c

INTERACTIONS = Query(
    select(_I.number, _I.group_id, _I.type_id, _I.occurred_at, _I.brief, _I.body, _I.fields).where(
        _I.tenant_id == parameter("tenant"), member_of(_I.number, "ids"), _I.deleted_at.is_(None)
    )
)
NOTES = Query(
    select(_N.id, _N.group_id, _N.created_at, _N.kind, _N.content).where(
        _N.tenant_id == parameter("tenant"),
        member_of(_N.id, "ids"),
        _N.deleted_at.is_(None),
        _N.content.is_not(None),
    )
)
PERSONS = Query(
    select(_P.id, _P.first_name, _P.last_name, _P.emails).where(
        _P.tenant_id == parameter("tenant"), member_of(_P.id, "ids"), _P.deleted_at.is_(None)
    )
)
ORGANIZATIONS = Query(
    select(_O.id, _O.name, _O.domains).where(
        _O.tenant_id == parameter("tenant"), member_of(_O.id, "ids"), _O.deleted_at.is_(None)
    )
)


async def documents(database: Database, tenant: int, wanted: Mapping[Kind, Iterable[int]]) -> list[Document]:
    """Return those of the records that are there and not deleted; a statement for each kind that is asked for."""
    found: list[Document] = []
    for kind, ids in wanted.items():
        query, read = _READ[kind]
        rows = await database.fetch(query, tenant=tenant, ids=database.array(ids))
        found += [read(row) for row in rows]
    return found


def _interaction(row: Row) -> Document:
    number, group, type_id, at, brief_text, body, fields = row
    brief = brief_of(brief_text)
    texts = [body] if body else []
    if fields is not None:
        texts += _texts_in(decode(fields))
    for part in brief.participants:
        if part.person is None:
            texts += [text for text in (part.name, part.address) if text]
    return Document(
        kind=Kind.INTERACTION, id=number, group=group, type_id=type_id, at=at, brief=brief,
        title=brief.title or "", text="\n".join(texts),
    )  # fmt: skip


_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_UUID_LENGTH = 36


def _texts_in(value: Any) -> list[str]:
    """Return the texts among the values of fields, however deep; ids are no words that anybody looks for."""
    if isinstance(value, str):
        return [] if len(value) == _UUID_LENGTH and _UUID.fullmatch(value) else [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts_in(item)]
    if isinstance(value, Sequence):
        return [text for item in value for text in _texts_in(item)]
    return []


def _note(row: Row) -> Document:
    id_, group, at, kind, content = row
    text = without_tags(content) if kind == NoteKind.HTML else content
    return Document(kind=Kind.NOTE, id=id_, group=group, at=at, title="", text=text)


def _person(row: Row) -> Document:
    id_, first, last, emails = row
    return Document(kind=Kind.PERSON, id=id_, title=f"{first} {last}".strip(), text="\n".join(decode(emails)))


def _organization(row: Row) -> Document:
    id_, name, domains = row
    return Document(kind=Kind.ORGANIZATION, id=id_, title=name, text="\n".join(decode(domains)))


_READ = {
    Kind.INTERACTION: (INTERACTIONS, _interaction),
    Kind.NOTE: (NOTES, _note),
    Kind.PERSON: (PERSONS, _person),
    Kind.ORGANIZATION: (ORGANIZATIONS, _organization),
}
