"""Visits as objects of the wire, and what their operations have in common (spec 2.1, 2.2, 3.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Raw
from msgspec.json import Encoder

from interlog.model.canvassing.resources import customer_id, security_group_id
from interlog.model.canvassing.visits import Visit, visit_of
from interlog.model.interactions import Interaction

from .etags import etag_of_text
from .operations import Operation, Viewer
from .resources import moment_text
from .visits import data_of
from .wire import item

_encode = Encoder().encode


async def present(call: Viewer, items: Sequence[Interaction]) -> list[dict[str, Any]]:
    """Return visits as objects of the wire, and what was recorded elsewhere as visits."""
    elsewhere = await call.ledger.elsewhere.visits(call.actor, items)
    persons = {person for found in items for person in (found.creator, found.modifier) if person is not None}
    uuids = await call.ledger.people.uuids(call.actor, persons)
    visits = [(found, elsewhere.get(found.number) or visit_of(found.content)) for found in items]
    return [item_of(call, found, visit, uuids) for found, visit in visits if visit is not None]


def item_of(call: Viewer, found: Interaction, visit: Visit, uuids: Mapping[int, str]) -> dict[str, Any]:
    """Return a visit as an object of the wire. ``uuids``: those of who recorded and changed it, as far as the visit
    does not say."""
    meta, customer, group = _beside(call, found, visit, uuids)
    return item(
        id_=found.uuid,
        data=Raw(_encode(data_of(visit, call.actor.tenant, call.version))),  # once, for the ETag and the answer
        meta=meta,
        customer=customer,
        group=group,
        is_changed=found.version > 1,
        is_ordered=True,
    )


def text_of_new(call: Viewer, found: Interaction, visit: Visit) -> tuple[bytes, str]:
    """Return a visit that has just been recorded as text of the wire, and its ETag: what ``item_of`` makes of it.

    The text that a new object's ETag is made of is the object with an empty one: so it is written only once.
    """
    meta, customer, group = _beside(call, found, visit, {})
    data = _encode(data_of(visit, call.actor.tenant, call.version))
    head = b'{"id":%b,"data":%b,"meta":{"etag":"' % (_encode(found.uuid), data)
    tail = b'",%b,"customerId":%b,"securityGroupId":%b}' % (_encode(meta)[1:], _encode(customer), _encode(group))
    etag = etag_of_text(head + tail)
    return b"%b%b%b" % (head, etag.encode(), tail), etag


def _beside(
    call: Viewer, found: Interaction, visit: Visit, uuids: Mapping[int, str]
) -> tuple[dict[str, Any], str, str]:
    """Return what stands beside a visit's data: ``meta``, the customer and the security group."""
    tenant, beside = call.actor.tenant, visit.beside
    created = beside.creator or uuids.get(found.creator or 0)
    modified_at, modifier = found.created_at, created
    if found.modified_at is not None:
        modified_at, modifier = found.modified_at, uuids.get(found.modifier or 0, created)
    elif beside.modified_at is not None or beside.modifier is not None:
        modified_at, modifier = beside.modified_at or modified_at, beside.modifier or modifier
    created_text = moment_text(found.created_at)
    meta = {
        "created": created_text,
        "modified": created_text if modified_at == found.created_at else moment_text(modified_at),
        "resource": "interactions",
        "createdBy": created,
        "isDeleted": found.deleted_at is not None,
        "modifiedBy": modifier,
    }
    return (
        {name: value for name, value in meta.items() if value is not None},
        beside.customer or customer_id(tenant),
        beside.group or security_group_id(tenant, found.group),
    )


def operation_on_visits(
    name: str, method: str, path: str, handler: Any, verb: str, spec: str, **more: Any
) -> Operation:
    """Return an operation on visits: of both versions, with a verb's permission."""
    return Operation(
        name=f"interactions.{name}",
        method=method,
        paths=(f"/interactions{path}",),
        handler=handler,
        permission=f"{verb}@interactions",
        versions=(1, 2),
        spec=spec,
        **more,
    )
