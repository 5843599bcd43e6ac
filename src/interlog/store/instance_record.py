"""What filters and sorts of interactions can be about, as SQL."""

from typing import Any

from sqlalchemy import ColumnElement

from .engines import per_engine
from .expressions import Record
from .schema import interaction

Columns = interaction.c

_PUBLIC_ID = per_engine(
    "CASE WHEN {0} IS NULL THEN replace({1}, '-', '') WHEN substr({0}, 1, 1) = char(31) "
    "THEN json_extract({2}, '$.identity') ELSE {0} END",
    "CASE WHEN {0} IS NULL THEN replace({1}, '-', '') WHEN substr({0}, 1, 1) = chr(31) "
    "THEN {2}::jsonb ->> 'identity' ELSE {0} END",
    Columns.identity,
    Columns.uuid,
    Columns.detail,
)
_FIELDS: dict[str, ColumnElement[Any]] = {
    "number": Columns.number,
    "type_id": Columns.type_id,
    "occurred_at": Columns.occurred_at,
    "changed_at": Columns.changed_at,
    "identity": Columns.identity,
    "uuid": Columns.uuid,
    "version": Columns.version,
    "direction": Columns.direction,
    "body": Columns.body,
    "type": per_engine("CAST({0} AS TEXT)", None, Columns.type_id),
    "public_id": _PUBLIC_ID,
    "ended_at": per_engine("json_extract({0}, '$[3]')", "({0}::jsonb ->> 3)::bigint", Columns.brief),
    "title": per_engine("json_extract({0}, '$[4]')", "({0}::jsonb ->> 4)", Columns.brief),
    "origin": per_engine("json_extract({0}, '$.origin')", "({0}::jsonb ->> 'origin')", Columns.detail),
}
_PARTICIPANTS = per_engine(
    "(SELECT value, 0 AS profile FROM json_each({0}, '$[6]') "
    "UNION ALL SELECT value, 1 FROM json_each({1}, '$.profiles'))",
    "(SELECT value, 0 AS profile FROM jsonb_array_elements({0}::jsonb -> 6) "
    "UNION ALL SELECT value, 1 FROM jsonb_array_elements({1}::jsonb -> 'profiles'))",
    Columns.brief,
    Columns.detail,
)
RECORD = Record(
    columns=_FIELDS,
    fields=Columns.fields,
    participants=_PARTICIPANTS,
    texts=(_FIELDS["title"], Columns.body),
    profile_key=lambda type_id, number: per_engine(
        "coalesce((SELECT nullif(p.key, '') FROM profile AS p WHERE p.tenant_id = {0} AND p.type_id = {1} "
        "AND p.number = {2}), CAST({2} AS TEXT))",
        None,
        Columns.tenant_id,
        type_id,
        number,
    ),
)
