"""What filters and sorts of resources and visits can be about, as SQL.

A visit's fields are read from its interaction by a subselect where a condition is about them: most are about columns of
``visit`` alone.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Text, and_, bindparam

from ..model.expressions import Kind
from ..model.parties import Party
from ..model.types import CANVASS_VISIT
from .engines import per_engine
from .expressions import Record
from .schema import interaction, participant, resource, visit
from .statements import member_of, parameter

PLAIN = {
    "id": Kind.TEXT,
    "occurred_at": Kind.INTEGER,
    "created_at": Kind.INTEGER,
    "modified_at": Kind.INTEGER,
}
"""Columns that never lack a value: they are sorted by as they are."""

_NO_PARTICIPANTS = per_engine("(SELECT NULL)", None)


class Source(NamedTuple):
    """From where a list is read. ``id``: by it records are told apart and listed when no order is asked for."""

    table: FromClause
    where: tuple[ColumnElement[bool], ...]
    id: ColumnElement[str]
    group: ColumnElement[int]
    record: Record


def _text_at(json: ColumnElement[Any], *path: str) -> ColumnElement[Any]:
    """Return a text in a JSON object; null where there is no object."""
    names = ", ".join(f"'{name}'" for name in path)
    return per_engine(
        f"json_extract({{0}}, '$.{'.'.join(path)}')", f"jsonb_extract_path_text({{0}}::jsonb, {names})", json
    )


def _whether(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a column of 0 and 1 as a boolean."""
    return per_engine("{0}", "({0} <> 0)", column)


def _as_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return per_engine("CAST({0} AS TEXT)", None, column)


def resources(*, deleted: bool) -> Source:
    """Return the source of resources of a kind."""
    row = resource.c
    count = (
        "(SELECT count(*) FROM resource AS members WHERE members.tenant_id = {0} "
        "AND members.kind = 'contact-household-lists' AND members.owner = {1} AND members.deleted_at IS NULL)"
    )
    columns: dict[str, ColumnElement[Any]] = {
        "id": row.id,
        "number": row.number,
        "owner": row.owner,
        "natural_key": row.natural_key,
        "person": row.person,
        "creator": row.creator,
        "modifier": row.modifier,
        "created_at": row.created_at,
        "modified_at": row.modified_at,
        "deleted": per_engine("({0} IS NOT NULL)", None, row.deleted_at),
        "group": _as_text(row.group_id),
        "customer_given": _text_at(row.aside, "customerId"),
        "group_given": _text_at(row.aside, "securityGroupId"),
        "contacts_count": per_engine(count, None, row.tenant_id, row.id),
        "ended": per_engine(
            "CASE WHEN json_extract({0}, '$.ended') IS NOT NULL THEN 1 END",
            "CASE WHEN ({0}::jsonb ->> 'ended') IS NOT NULL THEN TRUE END",
            row.value,
        ),
    }
    where = [row.tenant_id == parameter("tenant"), row.kind == bindparam("kind")]
    return Source(
        table=resource,
        where=(*where, *(() if deleted else (row.deleted_at.is_(None),))),
        id=row.id,
        group=row.group_id,
        record=Record(columns, row.value, _NO_PARTICIPANTS),
    )


def visits(*, deleted: bool) -> Source:
    """Return the source of visits: the table that lists them, or all interactions of their type, deleted ones too."""
    return _all_visits() if deleted else _visits()


def _of_interaction(name: str) -> ColumnElement[Any]:
    return per_engine(
        f"(SELECT i.{name} FROM interaction AS i WHERE i.tenant_id = {{0}} AND i.number = {{1}})",
        None,
        visit.c.tenant_id,
        visit.c.number,
    )


_MODIFIER = "coalesce((SELECT p.uuid FROM person AS p WHERE p.tenant_id = {{1}} AND p.id = {changed}), {sent}, {{2}})"
_MODIFIER_TEXTS = (
    _MODIFIER.format(
        sent="json_extract({0}, '$.extras.polis.modifier')",
        changed="CAST(json_extract({0}, '$.modifier') AS INTEGER)",
    ),
    _MODIFIER.format(
        sent="jsonb_extract_path_text({0}::jsonb, 'extras', 'polis', 'modifier')",
        changed="({0}::jsonb ->> 'modifier')::bigint",
    ),
)


def _visits() -> Source:
    row = visit.c
    detail = _of_interaction("detail")
    texts = ("id", "campaign", "contact", "canvasser", "survey", "list", "household", "walklist", "turf", "status")
    columns: dict[str, ColumnElement[Any]] = {name: row[name] for name in texts} | {
        "number": row.number,
        "occurred_at": row.occurred_at,
        "created_at": row.created_at,
        "modified_at": row.modified_at,
        "successful": _whether(row.successful),
        "unavailable": _whether(row.unavailable),
        "deleted": per_engine("0", "FALSE"),
        "group": _as_text(row.group_id),
        "customer_given": _text_at(detail, "extras", "polis", "customer"),
        "group_given": _text_at(detail, "extras", "polis", "group"),
        "modifier": per_engine(*_MODIFIER_TEXTS, detail, row.tenant_id, row.canvasser),
    }
    return Source(
        table=visit,
        where=(row.tenant_id == parameter("tenant"),),
        id=row.id,
        group=row.group_id,
        record=Record(columns, _of_interaction("fields"), _NO_PARTICIPANTS),
    )


def elsewhere() -> Source:
    """Return the source of what was recorded otherwise with contacts, as visits of the first contact of each."""
    row, part, contact = interaction.c, participant.c, resource.c
    nothing: ColumnElement[Any] = per_engine("NULL", "NULL::text")
    columns: dict[str, ColumnElement[Any]] = dict.fromkeys(_FIELDS, nothing) | _of_all(row)
    columns |= {
        "campaign": bindparam("catch_all", type_=Text()),
        "contact": contact.id,
        "survey": bindparam("nil_survey", type_=Text()),
        "successful": per_engine("NULL", "NULL::boolean"),
        "unavailable": per_engine("0", "FALSE"),
    }
    # The plus sign keeps SQLite from looking through all contacts with lesser ids.
    first = (
        "NOT EXISTS (SELECT 1 FROM {rows} AS e CROSS JOIN resource AS other WHERE other.tenant_id = {{1}} AND "
        "other.kind = 'contacts' AND other.person IS NOT NULL AND other.person = {person} AND other.deleted_at IS NULL "
        "AND {plus}other.id < {{2}})"
    )
    is_first = per_engine(
        first.format(rows="json_each({0}, '$[6]')", person="json_extract(e.value, '$[0]')", plus="+"),
        first.format(rows="jsonb_array_elements({0}::jsonb -> 6)", person="(e.value ->> 0)::bigint", plus=""),
        row.brief,
        row.tenant_id,
        contact.id,
    )
    takes_part = and_(
        part.tenant_id == contact.tenant_id,
        part.party_kind == Party.PERSON.value,
        part.party_id == contact.person,
        part.type_id != CANVASS_VISIT.id,
    )
    what = and_(row.tenant_id == part.tenant_id, row.number == part.number)
    return Source(
        table=resource.join(participant, takes_part).join(interaction, what),
        where=(
            contact.tenant_id == parameter("tenant"),
            contact.kind == "contacts",
            contact.person.is_not(None),
            contact.deleted_at.is_(None),
            member_of(contact.group_id, "groups"),
            row.voided_by.is_(None),
            is_first,
        ),
        id=columns["id"],
        group=row.group_id,
        record=Record(columns, per_engine("NULL", "NULL::text"), _NO_PARTICIPANTS),
    )


def _of_all(row: Any) -> dict[str, ColumnElement[Any]]:
    """Return what is to be known of an interaction of any type."""
    person = "(SELECT p.uuid FROM person AS p WHERE p.tenant_id = {1} AND p.id = "
    creator = per_engine(
        f"coalesce(json_extract({{0}}, '$.extras.polis.creator'), {person}json_extract({{2}}, '$[8]')))",
        f"coalesce({{0}}::jsonb #>> '{{{{extras,polis,creator}}}}', {person}({{2}}::jsonb ->> 8)::bigint))",
        row.detail,
        row.tenant_id,
        row.brief,
    )
    return {
        "id": per_engine("{0}", '({0} COLLATE "C")', row.uuid),
        "number": row.number,
        "occurred_at": row.occurred_at,
        "created_at": row.created_at,
        "modified_at": per_engine("coalesce({0}, {1})", None, row.modified_at, row.created_at),
        "canvasser": creator,
        "deleted": per_engine("({0} IS NOT NULL)", None, row.deleted_at),
        "group": _as_text(row.group_id),
        "customer_given": _text_at(row.detail, "extras", "polis", "customer"),
        "group_given": _text_at(row.detail, "extras", "polis", "group"),
        "modifier": per_engine(*_MODIFIER_TEXTS, row.detail, row.tenant_id, creator),
    }


_FIELDS = {
    "campaign": "campaignId",
    "contact": "contactId",
    "survey": "surveyId",
    "list": "listId",
    "household": "householdId",
    "walklist": "walklistId",
    "turf": "turfId",
    "status": "statusId",
}


def _all_visits() -> Source:
    row = interaction.c
    columns = {name: _text_at(row.fields, field) for name, field in _FIELDS.items()} | _of_all(row)
    columns |= {
        "id": row.uuid,
        "successful": _boolean_at(row.fields, "successful"),
        "unavailable": _boolean_at(row.fields, "unavailable"),
    }
    return Source(
        table=interaction,
        where=(
            row.tenant_id == parameter("tenant"),
            row.type_id == CANVASS_VISIT.id,
            columns["campaign"].is_not(None),
            columns["contact"].is_not(None),
        ),
        id=row.uuid,
        group=row.group_id,
        record=Record(columns, row.fields, _NO_PARTICIPANTS),
    )


def _boolean_at(json: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return per_engine(f"json_extract({{0}}, '$.{name}')", f"({{0}}::jsonb ->> '{name}')::boolean", json)
