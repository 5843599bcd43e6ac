"""A definition proposed from sample rows: ``POST …/interactions/{name}/infer`` with CSV, JSON or NDJSON (spec 9.9).

What is proposed is a body for the PUT of the type. Nothing is stored.
"""

from interlog.model.samples import MAX_ROWS, Column, Row, csv_rows, proposal

from . import bodies
from .defining import check_name
from .errors import ApiError
from .fields import STRING_LENGTH, Document
from .operations import Call, Reply
from .requests import read_bytes
from .translate import edm_type

_CSV = frozenset({"text/csv", "application/csv", "text/plain"})


async def propose(call: Call) -> Reply:
    """Return a definition of the type that the rows of the body would be instances of."""
    name = call.path["name"]
    check_name(name)
    data = await read_bytes(call)
    rows = _rows(data, (call.request.content_type or "").partition(";")[0].strip().lower())
    if not rows:
        raise ApiError(400, "InvalidRequestContent", "The body must hold at least one row.")
    proposed = proposal(rows)
    document: Document = {
        "typeName": name,
        "fields": [_field(column) for column in proposed.columns],
        "idPropertyNames": list(proposed.identity),
    }
    if proposed.timestamp_field is not None:
        document["timestampFieldName"] = proposed.timestamp_field
    return Reply(document)


def _rows(data: bytes, media_type: str) -> list[Row]:
    """Return the first rows of a body, whose first character tells JSON from CSV where its type does not."""
    if media_type in _CSV and data.lstrip()[:1] not in (b"{", b"["):
        try:
            return csv_rows(data.decode("utf-8-sig"))
        except ValueError as error:
            raise ApiError(400, "InvalidRequestContent", f"The body is no CSV: {error}.") from None
    sent = bodies.read(data, media_type)
    for item in sent.items:
        if isinstance(item, bodies.Malformed):
            raise item.error
    given: list[Row] = [item for item in sent.items if not isinstance(item, bodies.Malformed)]
    return given[:MAX_ROWS]


def _field(column: Column) -> Document:
    field = column.field
    type_ = "Edm.Int32" if column.bits == 32 else edm_type(field.kind)
    document: Document = {"fieldName": field.name, "fieldType": type_, "isRequired": field.required}
    if field.many:
        document["isArray"] = True
    if type_ == "Edm.String" and column.longest > STRING_LENGTH:
        document["maxLength"] = 1024 * 1024
    return document
