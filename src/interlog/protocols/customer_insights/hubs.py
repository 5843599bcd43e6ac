"""Hubs: a hub is a tenant, and is there from its birth (spec 1.1, 4.2).

What a hub says about itself (location, tags, who claimed it) is a document that it keeps; a hub without one is as it
was born, and answers under any subscription and resource group.
"""

import re
from typing import Any

from interlog.ledger import Ledger
from interlog.model.errors import Conflict, NotFound
from interlog.model.tenancy import Actor

from .answers import PROVIDER, etag, headers_of, list_body, listed
from .catalog import Catalog
from .errors import ApiError, invalid, missing_hub, not_found
from .operations import Call, Plane, Reply
from .requests import is_dry_run, precondition_of, read_object
from .source import Notes, Source

KIND = "hub"
"""The kind of the document in which a hub keeps what it says about itself; its name is always the same."""

HUB_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9]+")
MAX_HUB_NAME = 64
MAX_UNITS = 10
MAX_TAGS = 50

ANY_GROUP = "default"
"""The resource group in the id of a hub that nobody has claimed."""

Document = dict[str, Any]


async def enter(call: Call) -> Actor:
    """Return the actor in the hub that the path names; raises where there is no such hub for whoever asks."""
    name = call.path["hub"]
    actor = await hub_actor(call.ledger, call.actor, name)
    if actor is None:
        raise missing_hub(name)
    if call.plane is Plane.ARM:
        about, _ = await about_hub(call.ledger, actor)
        if not is_within(about, call):
            raise missing_hub(name)
    return actor


async def hub_actor(ledger: Ledger, actor: Actor, name: str) -> Actor | None:
    """Return who acts, in a hub of this name; None where there is none that he may enter."""
    try:
        return await ledger.hubs.enter(actor, name)
    except NotFound:
        return None


async def about_hub(ledger: Ledger, actor: Actor) -> tuple[Document, int]:
    """Return what the hub says about itself, and the version of that; empty and 0 for one as it was born.

    Answers count one more, so that they have a version for a hub as it was born, too.
    """
    try:
        document = await ledger.definitions.get(actor, KIND, KIND)
    except NotFound:
        return {}, 0
    return document.value, document.version


def is_within(about: Document, call: Call) -> bool:
    """Whether a hub answers below the subscription and resource group of the path."""
    for part in ("subscription", "group"):
        claimed = about.get(part)
        if claimed is not None and part in call.path and claimed.lower() != call.path[part].lower():
            return False
    return True


async def catalog_of(call: Call) -> Catalog:
    """Return what the hub of a call knows by name."""
    about, _ = await about_hub(call.ledger, call.actor)
    tags = {name.lower(): text for name, text in about.get("tags", {}).items()}
    return Catalog(
        await call.ledger.types.list(call.actor),
        await call.ledger.profile_types.list(call.actor),
        is_strict=tags.get("typevalidation", "").lower() == "strict",
    )


# Handlers


async def put(call: Call) -> Reply:
    """Create a hub, or replace what it says about itself; claims it for the subscription and group of the path."""
    name = call.path["hub"]
    notes = Notes()
    body = await read_object(call, may_be_empty=True)
    about = _read(Source(body, "", notes), notes)
    _refuse(name, notes)
    about |= {part: call.path[part] for part in ("subscription", "group")}
    condition = precondition_of(call)
    actor = await hub_actor(call.ledger, call.actor, name)
    if actor is None:
        return await _create(call, name, about, notes)
    stored, version = await about_hub(call.ledger, actor)
    if not is_within(stored, call):
        raise ApiError(409, "HubNameInUse", f"The hub '{name}' belongs to another resource group.", target="hub")
    condition.check(version + 1)
    if not is_dry_run(call):
        kept = await call.ledger.definitions.put(actor, KIND, KIND, about)
        version = kept.document.version
        await _configure(call, actor, about, stored)
    return Reply(shown(call, about, actor), headers=headers_of(notes, version + 1))


async def _create(call: Call, name: str, about: Document, notes: Notes) -> Reply:
    """Create a hub that belongs to whoever asks."""
    in_use = ApiError(409, "HubNameInUse", f"The name '{name}' is not available.", target="hub")
    if await call.ledger.hubs.exists(name):
        raise in_use
    if not HUB_NAME.fullmatch(name) or len(name) > MAX_HUB_NAME:
        message = f"The name '{name[:200]}' must be a letter, then letters and digits, 2 to {MAX_HUB_NAME} characters."
        raise ApiError(400, "InvalidResourceName", message, target="hub")
    precondition_of(call).check(None)
    if is_dry_run(call):
        return Reply(status=200, headers=headers_of(notes))
    try:
        _, created = await call.ledger.hubs.create(call.actor, name)
    except Conflict:
        if await call.ledger.hubs.exists(name):
            raise in_use from None
        raise
    actor = await call.ledger.hubs.enter(call.actor, name)
    kept = await call.ledger.definitions.put(actor, KIND, KIND, about)
    await _configure(call, actor, about, {})
    return Reply(shown(call, about, actor), 201 if created else 200, headers_of(notes, kept.document.version + 1))


async def _configure(call: Call, actor: Actor, about: Document, before: Document) -> None:
    """Let the tag ``createContacts`` count: unless it is "false", contacts nobody knows are made (spec 6.6)."""
    wanted, was = (_creates_contacts(document) for document in (about, before))
    if wanted != was:
        await call.ledger.tenants.configure(actor, create_unknown_persons=wanted)
        call.ledger.access.forget(actor.tenant.id)


def _creates_contacts(about: Document) -> bool:
    tags = {name.lower(): text for name, text in about.get("tags", {}).items()}
    return str(tags.get("createcontacts", "true")).strip().lower() != "false"


async def delete(call: Call) -> Reply:
    """Delete a hub with everything in it; it is no error when there is none."""
    try:
        await _found(call)
    except ApiError:
        return Reply(status=204)
    try:
        await call.ledger.hubs.delete(call.actor, call.path["hub"])
    except NotFound:
        return Reply(status=204)
    return Reply(status=200)


async def patch(call: Call) -> Reply:
    """Change parts of what a hub says about itself: tags as a whole, properties one by one."""
    actor, stored, version = await _found(call)
    notes = Notes()
    body = await read_object(call, may_be_empty=True)
    source = Source(body, "", notes)
    about = _read(source, notes)
    _refuse(call.path["hub"], notes)
    precondition_of(call).check(version + 1)
    changed = stored | {key: about[key] for key in ("tags", "location") if source.has(key) and key in about}
    changed["properties"] = stored.get("properties", {}) | about["properties"]
    kept = await call.ledger.definitions.put(actor, KIND, KIND, changed)
    await _configure(call, actor, changed, stored)
    return Reply(shown(call, changed, actor), headers=headers_of(notes, kept.document.version + 1))


async def get(call: Call) -> Reply:
    """Return a hub."""
    actor, about, version = await _found(call)
    return Reply(shown(call, about, actor), headers={"ETag": etag(version + 1)})


async def list_(call: Call) -> Reply:
    """List the hubs of a resource group, or of a subscription."""
    hubs = [(actor, about) for actor, about in await _entered(call) if is_within(about, call)]
    page, link = listed(call, hubs, lambda hub: hub[0].tenant.name)
    return Reply(list_body([shown(call, about, actor) for actor, about in page], link))


async def resources(call: Call) -> Reply:
    """List hubs as a generic client of resource groups does; of filters only that on the type counts."""
    text = call.param("$filter") or ""
    wanted = re.search(r"resourceType\s+eq\s+'((?:[^']|'')*)'", text, re.IGNORECASE)
    hubs = [(actor, about) for actor, about in await _entered(call) if is_within(about, call)]
    if wanted is not None and wanted[1].lower() != f"{PROVIDER}/hubs".lower():
        hubs = []
    page, link = listed(call, hubs, lambda hub: hub[0].tenant.name)
    values = []
    for actor, about in page:
        whole = shown(call, about, actor)
        values.append({key: whole[key] for key in ("id", "name", "type", "location")})
    return Reply(list_body(values, link))


async def _entered(call: Call) -> list[tuple[Actor, Document]]:
    """Return the hubs that whoever asks may enter, in order of their names."""
    actors = []
    for tenant in await call.ledger.hubs.list(call.actor):
        actor = await hub_actor(call.ledger, call.actor, tenant.name)
        actors += [actor] if actor is not None else []
    found = [(actor, (await about_hub(call.ledger, actor))[0]) for actor in actors]
    return sorted(found, key=lambda hub: hub[0].tenant.name.lower())


async def _found(call: Call) -> tuple[Actor, Document, int]:
    name = call.path["hub"]
    actor = await hub_actor(call.ledger, call.actor, name)
    about, version = await about_hub(call.ledger, actor) if actor is not None else ({}, 0)
    if actor is None or not is_within(about, call):
        raise not_found(f"hub '{name}'")
    return actor, about, version


def shown(call: Call, about: Document, actor: Actor) -> dict[str, Any]:
    """Return a hub as it is answered."""
    name = actor.tenant.name
    subscription = call.path.get("subscription") or about.get("subscription", "")
    group = call.path.get("group") or about.get("group", ANY_GROUP)
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{PROVIDER}/hubs/{name}",
        "name": name,
        "type": f"{PROVIDER}/hubs",
        "location": about.get("location", "local"),
        "tags": about.get("tags", {}),
        "properties": {
            "apiEndpoint": _endpoint(call, name),
            "webEndpoint": _endpoint(call, name),
            "provisioningState": "Succeeded",
            "tenantFeatures": about.get("properties", {}).get("tenantFeatures", 0),
        }
        | {key: value for key, value in about.get("properties", {}).items() if key == "hubBillingInfo"},
    }


def _endpoint(call: Call, name: str) -> str:
    """Return the address of a hub's own planes: below ours, or one of its own where there is a domain for them."""
    domain = call.settings.customer_insights_domain
    return f"{call.base}/hubs/{name}" if domain is None else f"{call.request.scheme}://{name}.api.{domain}"


def _read(source: Source, notes: Notes) -> Document:
    """Read what a hub says about itself."""
    about: Document = {"tags": _tags(source)}
    location = source.text("location", longest=128)
    if location is not None:
        about["location"] = location
    properties: Document = {}
    inner = source.one("properties")
    if inner is not None:
        features = inner.integer("tenantFeatures", 0, 2**31 - 1)
        if features is not None:
            properties["tenantFeatures"] = features
        billing = inner.one("hubBillingInfo")
        if billing is not None:
            properties["hubBillingInfo"] = _billing(billing)
        inner.finish("apiEndpoint", "webEndpoint", "provisioningState", "maxCapacity")
    source.finish("id", "name", "type", "etag", "systemData")
    return about | {"properties": properties}


def _tags(source: Source) -> dict[str, str]:
    tags = source.get("tags")
    if tags is None:
        return {}
    fits = isinstance(tags, dict) and len(tags) <= MAX_TAGS
    if not fits or not all(isinstance(text, str) and len(text) <= 256 and "\x00" not in text for text in tags.values()):
        source.problem("InvalidDictionary", "tags", f"'tags' must be at most {MAX_TAGS} texts by name.")
        return {}
    return dict(tags)


def _billing(source: Source) -> Document:
    found: Document = {}
    name = source.text("skuName", longest=128)
    if name is not None:
        found["skuName"] = name
    for key in ("minUnits", "maxUnits"):
        units = source.integer(key, 1, MAX_UNITS)
        if units is not None:
            found[key] = units
    if found.get("minUnits", 1) > found.get("maxUnits", MAX_UNITS):
        source.problem("InvalidValue", "minUnits", "'minUnits' must not be more than 'maxUnits'.")
    source.finish()
    return found


def _refuse(name: str, notes: Notes) -> None:
    if notes.problems:
        raise invalid("InvalidRequestContent", f"The definition of hub '{name}'", notes.problems)
