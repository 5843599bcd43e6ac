"""The generic sub-resources of a hub: list, get, put and delete of every kind in ``kinds.py`` (spec 3.5-3.7)."""

from collections.abc import Mapping
from typing import Any

from interlog.model.definitions import Document as Stored
from interlog.model.errors import Conflict, NotFound

from . import live_links, long_running
from .answers import (
    created_status,
    etag,
    headers_of,
    list_body,
    next_link,
    page_size,
    place_of,
    resource,
)
from .errors import ApiError, invalid, not_found
from .fields import Document
from .hubs import catalog_of
from .kinds import CONNECTORS, KPIS, LINKS, MAPPINGS, PREDICTIONS, RELATIONSHIPS, VIEWS, Kind
from .links import suggestions
from .operations import Call, Plane, Reply
from .requests import is_dry_run, precondition_failed, precondition_of, read_object, unwrapped
from .source import Notes, Source
from .translate import document_of

_LIST = 1_000


def name_in(call: Call, kind: Kind) -> str:
    """Return what the path names, without what it stands below."""
    return call.path["child"] if kind is MAPPINGS else call.path["name"]


def key_of(call: Call, kind: Kind, body: Mapping[str, Any] | None = None) -> str:
    """Return the name under which the ledger keeps what the path names. ``body``: the view that is being put."""
    return prefix_of(call, kind, body) + name_in(call, kind)


def prefix_of(call: Call, kind: Kind, body: Mapping[str, Any] | None = None) -> str:
    """Return what the name begins with in the ledger: a mapping's connector, a view's user."""
    if kind is MAPPINGS:
        return f"{call.path['name']}/"
    if kind is not VIEWS:
        return ""
    user = call.param("userId") or (str(body["userId"]) if body is not None else None)
    if not user:
        message = "The parameter userId is required; * stands for everybody."
        raise ApiError(400, "InvalidQueryOption", message, target="userId")
    if len(user) > 200 or "/" in user or "\x00" in user:
        raise ApiError(400, "InvalidQueryOption", "The parameter userId is no id of a user.", target="userId")
    return f"{user}/"


async def put(kind: Kind, call: Call) -> Reply:
    """Create one of these, or replace it; the same again changes nothing."""
    name = name_in(call, kind)
    if not kind.is_name(name):
        message = f"The name '{name[:200]}' is none that a {kind.noun} may have."
        raise ApiError(400, "InvalidResourceName", message, target="name")
    if kind is MAPPINGS:
        await _stored(call, CONNECTORS, call.path["name"])
    notes = Notes()
    body = unwrapped(await read_object(call))
    document = kind.read(Source(body, "", notes), name, await catalog_of(call))
    if notes.problems:
        subject = f"The definition of {kind.noun} '{name}'"
        raise invalid("InvalidTypeDefinition", subject, notes.problems, target="properties")
    if kind is VIEWS:  # whose it is, is said by the query first
        document["userId"] = prefix_of(call, kind, document).removesuffix("/")
    return await store(call, kind, key_of(call, kind, document), document, notes)


async def store(call: Call, kind: Kind, key: str, document: Document, notes: Notes) -> Reply:
    """Store a document that was read, and answer with it."""
    condition = precondition_of(call)
    expected = None
    if condition.is_given or is_dry_run(call):
        stored = await find(call, kind, key)
        condition.check(stored.version if stored is not None else None)
        if is_dry_run(call):
            preview = Stored(kind=kind.kept_as, name=stored.name if stored is not None else key, value=document)
            return Reply(shown(call, kind, preview), headers=headers_of(notes))
        expected = stored.version if stored is not None else 0
    try:
        kept = await call.ledger.definitions.put(call.actor, kind.kept_as, key, document, expected_version=expected)
    except Conflict:
        if expected is not None:
            raise precondition_failed() from None
        raise
    live_links.forget(call.ledger, call.actor.tenant.id)
    status = created_status(call, kept.created)
    reply = Reply(shown(call, kind, kept.document), status, headers_of(notes, kept.document.version))
    return await long_running.finished(call, reply)


async def get(kind: Kind, call: Call) -> Reply:
    """Return one of these."""
    stored = await _stored(call, kind, key_of(call, kind))
    return Reply(shown(call, kind, stored), headers={"ETag": etag(stored.version)})


async def list_(kind: Kind, call: Call) -> Reply:
    """List all of a kind."""
    if kind is MAPPINGS:
        await _stored(call, CONNECTORS, call.path["name"])
    prefix = prefix_of(call, kind).lower()
    size = page_size(call)
    after = max(place_of(call), prefix)
    documents = await call.ledger.definitions.page(call.actor, kind.kept_as, after=after, limit=size + 1)
    documents = [document for document in documents if document.name.lower().startswith(prefix)]
    page = documents[:size]
    link = next_link(call, page[-1].name) if page and len(documents) > size else None
    return Reply(list_body([shown(call, kind, document) for document in page], link))


async def delete(kind: Kind, call: Call) -> Reply:
    """Delete one of these; it is no error when there is none."""
    key = key_of(call, kind)
    condition = precondition_of(call)
    if condition.is_given:
        stored = await find(call, kind, key)
        condition.check(stored.version if stored is not None else None)
    if kind is CONNECTORS:
        await _delete_mappings(call, key)
    deleted = await call.ledger.definitions.delete(call.actor, kind.kept_as, key)
    live_links.forget(call.ledger, call.actor.tenant.id)
    if deleted is None:
        return Reply(status=kind.gone)
    return await long_running.finished(call, Reply(status=200))


async def _delete_mappings(call: Call, connector: str) -> None:
    for mapping in await every(call, MAPPINGS):
        if mapping.name.lower().startswith(f"{connector}/".lower()):
            await call.ledger.definitions.delete(call.actor, MAPPINGS.kept_as, mapping.name)


async def find(call: Call, kind: Kind, key: str) -> Stored | None:
    """Return one of these as it is stored."""
    try:
        return await call.ledger.definitions.get(call.actor, kind.kept_as, key)
    except NotFound:
        return None


async def _stored(call: Call, kind: Kind, key: str) -> Stored:
    found = await find(call, kind, key)
    if found is None:
        raise not_found(f"{kind.noun} '{key.rpartition('/')[2]}'")
    return found


async def every(call: Call, kind: Kind) -> list[Stored]:
    """Return all documents of a kind."""
    found: list[Stored] = []
    while True:
        after = found[-1].name.lower() if found else ""
        page = await call.ledger.definitions.page(call.actor, kind.kept_as, after=after, limit=_LIST)
        found += page
        if len(page) < _LIST:
            return found


def shown(call: Call, kind: Kind, stored: Stored) -> Mapping[str, Any]:
    """Return one of these as it is answered."""
    properties = stored.value | kind.show(stored, call.hub)
    path, name = kind.segment, stored.name
    if kind is MAPPINGS:
        connector, _, name = stored.name.partition("/")
        path = f"connectors/{connector}/mappings"
    elif kind is VIEWS:
        name = stored.name.partition("/")[2]
    answer = resource(call, path, name, properties, kind.arm_type)
    if kind is MAPPINGS and call.plane is Plane.ARM:
        return {**answer, "name": f"{call.hub}/{stored.name}"}
    return answer


# What some kinds can do besides


async def suggest_relationship_links(call: Call) -> Reply:
    """Return the relationships that interactions of a type could make."""
    try:
        type_ = await call.ledger.types.get(call.actor, call.path["name"])
    except NotFound:
        raise not_found(f"interaction type '{call.path['name']}'") from None
    links = [stored.value for stored in await every(call, LINKS)]
    relationships = {stored.name: stored.value for stored in await every(call, RELATIONSHIPS)}
    found = suggestions(document_of(type_), links, relationships)
    return Reply({"interactionName": type_.name, "suggestedRelationships": found})


async def reprocess_kpi(call: Call) -> Reply:
    """Compute a KPI anew: since its values are computed when they are asked for, there is nothing to wait for."""
    await _stored(call, KPIS, call.path["name"])
    return Reply(status=202)


async def set_model_status(call: Call) -> Reply:
    """Note the state of a prediction's model."""
    stored = await _stored(call, PREDICTIONS, call.path["name"])
    notes = Notes()
    source = Source(unwrapped(await read_object(call, may_be_empty=True)), "", notes)
    status = source.text("status", longest=128)
    if not status:
        source.problem("MissingRequiredProperty", "status", "'status' is required.")
    if notes.problems:
        raise invalid("InvalidRequestContent", "The status", notes.problems)
    await call.ledger.definitions.put(call.actor, PREDICTIONS.kept_as, stored.name, stored.value | {_STATUS: status})
    return Reply(_model_status(stored, status))


async def model_status(call: Call) -> Reply:
    """Return the state of a prediction's model."""
    stored = await _stored(call, PREDICTIONS, call.path["name"])
    return Reply(_model_status(stored, stored.value.get(_STATUS)))


async def training_results(call: Call) -> Reply:
    """Return what training a prediction's model gave: nothing, since no model is trained here."""
    stored = await _stored(call, PREDICTIONS, call.path["name"])
    return Reply({"tenantId": call.hub, "scoreName": stored.value.get("scoreLabel"), "canonicalProfiles": []})


_STATUS = "modelStatus"


def _model_status(stored: Stored, status: str | None) -> Document:
    return {"predictionName": stored.name, "status": status or "New"}


_ROLES = {
    "Admin": "May do everything in the hub.",
    "Reader": "May read everything in the hub.",
    "ManageAdmin": "May define types and other parts of the hub.",
    "ManageReader": "May read definitions.",
    "DataAdmin": "May read and write instances.",
    "DataReader": "May read instances.",
}


async def roles(call: Call) -> Reply:
    """List the roles that an assignment may name."""
    values = [
        resource(call, "roles", name, {"roleName": name, "description": text}) for name, text in _ROLES.items()
    ]  # fmt: skip
    return Reply(list_body(values, None))


async def widget_types(call: Call) -> Reply:
    """List the types of widgets: there are none, since pages are made from definitions."""
    return Reply(list_body([], None))


async def widget_type(call: Call) -> Reply:
    """Return a type of widgets, of which there are none."""
    raise not_found(f"widget type '{call.path['name']}'")
