"""What resources have in common: one description per kind, and the handlers that every kind shares (spec 2.8).

What a kind has of its own stands in its module, as a ``Kind``. A request's way through here: the body is read by the
kind's shape, what it refers to is looked up in one statement, the kind completes and checks it, then everything that
is wrong is told at once, or the ledger stores it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.resources import (
    NOTHING,
    Ref,
    Resource,
    ResourceDraft,
    customer_id,
    security_group_id,
)
from interlog.model.errors import Conflict
from interlog.model.instants import SECOND, to_datetime
from interlog.model.tenancy import Actor

from .bodies import Sent, sent_by
from .errors import PolisError, exists, outdated, unauthorized
from .operations import Body, Call, Handler, Operation, Reply
from .paging import list_resources
from .patching import Patch, patch_of, patched
from .requests import precondition_of
from .shapes import MISSING, Reading, Shape
from .wire import GLOBAL, item, one

_TRIES = 4


class Reference(NamedTuple):
    """What a member of the data names: the pointer to it below the data, and whose id it is."""

    pointer: str
    kind: str
    id: str


@dataclass
class Draft:
    """A resource that is about to be stored. ``read`` is what is stored under its id so far, if anything.

    ``shown`` is the data as the client wrote it, in canonical form; ``data`` is what is stored of it, mostly the same.
    ``found`` holds what it refers to, ``customer`` the one that the client named.
    """

    shown: dict[str, Any]
    data: dict[str, Any]
    aside: dict[str, Any]
    prefix: str
    reading: Reading
    id: str | None
    read: Resource | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    customer: str | None = None
    found: Mapping[Ref, Resource] = field(default_factory=dict)

    def wrong(self, pointer: str, message: str, type_: str) -> None:
        """Note a problem at a pointer below the data."""
        self.reading.wrong(self.prefix + pointer, message, type_)


Complete = Callable[[Call, Draft], Awaitable[None]]
Own = Callable[[Call, Sequence[Resource]], Awaitable[Mapping[str, Mapping[str, Any]]]]
Create = Callable[[Call, ResourceDraft], Awaitable[Made]]
Amend = Callable[[Call, Resource, Callable[[Resource], Resource]], Awaitable[Resource]]
Remove = Callable[[Call, Resource], Awaitable[Resource]]
Restore = Callable[[Call, str], Awaitable[Resource]]


@dataclass(frozen=True)
class Kind:
    """A kind of resources. ``name`` is the vendor's plural, ``shape`` that of the data as it is created.

    ``refers`` names what the data refer to, all of which must be there. ``complete`` fills in what the server sets and
    notes what the shape cannot say. ``own`` gives what is shown beside the data, by id. ``shown`` gives the data as
    clients see them. ``create``, ``amend``, ``remove`` and ``restore`` stand for kinds with which other things are
    stored too. ``read_only``: members of the data that only the server sets. ``respelled`` gives a patch in the words
    of what is shown. ``versions``: those of the protocol in which it is served.
    """

    name: str
    shape: Shape
    spec: str
    refers: Callable[[Mapping[str, Any]], Iterable[Reference]] = lambda data: ()
    complete: Complete | None = None
    own: Own | None = None
    shown: Callable[[Resource], dict[str, Any]] = lambda resource: resource.data
    create: Create = lambda call, draft: call.ledger.resources.create(call.actor, draft)
    amend: Amend = lambda call, read, change: call.ledger.resources.amend(
        call.actor, read.kind, read.id, change, expected_version=read.version
    )
    remove: Remove = lambda call, read: call.ledger.resources.delete(
        call.actor, read.kind, read.id, expected_version=read.version
    )
    restore: Restore = lambda call, id_: call.ledger.resources.restore(call.actor, call.operation.resource, id_)
    read_only: tuple[str, ...] = ()
    respelled: Callable[[Patch], Patch] = lambda patch: patch
    versions: tuple[int, ...] = (1,)


# Objects of the wire


def item_of(actor: Actor, resource: Resource, data: dict[str, Any] | None = None, **own: Any) -> dict[str, Any]:
    """Return a resource as an object of the wire. ``data``: as it is shown, where that differs from what is stored."""
    tenant, aside = actor.tenant, resource.aside
    meta = {
        "created": moment_text(resource.created_at),
        "modified": moment_text(resource.modified_at),
        "resource": resource.kind,
        "createdBy": resource.creator,
        "isDeleted": resource.deleted_at is not None,
        "modifiedBy": resource.modifier,
    }
    is_global = resource.kind in GLOBAL
    return item(
        id_=resource.id,
        data=resource.data if data is None else data,
        meta={name: value for name, value in meta.items() if value is not None},
        customer=None if is_global else aside.get("customerId") or customer_id(tenant),
        group=None if is_global else aside.get("securityGroupId") or security_group_id(tenant, resource.group),
        is_changed=resource.version > 1,
        **own,
    )


def moment_text(instant: int) -> str:
    """Return an instant as ``meta`` has it: UTC with milliseconds."""
    second, rest = divmod(instant, SECOND)
    return f"{_second_text(second)}.{rest // 1_000:03}Z"


@lru_cache(maxsize=10_000)
def _second_text(second: int) -> str:
    return to_datetime(second * SECOND).replace(tzinfo=None).isoformat()


async def present(kind: Kind, call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return resources as objects of the wire, with what their kind shows beside the data."""
    own = await kind.own(call, items) if kind.own is not None and items else {}
    return [item_of(call.actor, found, kind.shown(found), **own.get(found.id, NOTHING)) for found in items]


async def shown_one(kind: Kind, call: Call, resource: Resource, status: int = 200, **headers: str) -> Reply:
    """Return the answer of a single resource."""
    (made,) = await present(kind, call, [resource])
    return one(made, status, **headers)


# Handlers


async def list_(kind: Kind, call: Call) -> Reply:
    """``GET /v1/{kind}``."""
    return await list_resources(call, kind.name, partial(present, kind))


async def get(kind: Kind, call: Call) -> Reply:
    """``GET /v1/{kind}/{id}``."""
    return await shown_one(kind, call, await call.ledger.resources.get(call.actor, kind.name, call.id()))


async def create(kind: Kind, call: Call) -> Reply:
    """``POST /v1/{kind}``: the same once more, by id or ``Idempotency-Key``, is answered with what is stored."""
    reading = reading_of(call)
    sent = sent_by(call, kind.name, reading)
    aside, group = await admitted(call, sent)
    draft = draft_of(sent, aside, reading)
    if sent.id is not None:
        known = await call.ledger.resources.get_many(call.actor, [(kind.name, sent.id)])
        draft.read = known.get((kind.name, sent.id))
    await prepare(kind, call, draft)
    wanted = ResourceDraft(kind=kind.name, data=draft.data, id=sent.id, aside=draft.aside, group=group)
    return await created(kind, call, await told(kind, call, kind.create(call, wanted)))


async def created(kind: Kind, call: Call, made: Made) -> Reply:
    """Return the answer to a creation."""
    if made.repeated:
        return await shown_one(kind, call, made.resource, 200, **{"Idempotent-Replayed": "true"})
    location = f"{call.base}/v{call.version}/{kind.name}/{made.resource.id}"
    return await shown_one(kind, call, made.resource, 201, Location=location)


async def patch(kind: Kind, call: Call) -> Reply:
    """``PATCH /v1/{kind}/{id}``: all operations or none; what they make must be valid like what is created."""
    wanted = kind.respelled(patch_of(call.body))
    condition = precondition_of(call)
    for _ in range(_TRIES):
        read = await call.ledger.resources.get(call.actor, kind.name, call.id())
        condition.check(etag_of(kind, call, read))
        if wanted.is_empty:
            return await shown_one(kind, call, read)
        data = patched(kind.shown(read), wanted, read_only=kind.read_only)
        draft = Draft(data, data, dict(read.aside), "/data", reading_of(call), read.id, read)
        await prepare(kind, call, draft)
        try:
            new = await kind.amend(call, read, partial(_changed, draft))
        except Changed:
            continue  # what somebody else made of it meanwhile is read, and held against the condition
        except Taken as error:
            raise taken(kind, call, error) from None
        return await shown_one(kind, call, new)
    raise Conflict("it was being changed by others at the same time; try again")


def _changed(draft: Draft, read: Resource) -> Resource:
    return replace(read, data=draft.data, aside=draft.aside)


async def delete(kind: Kind, call: Call) -> Reply:
    """``DELETE /v1/{kind}/{id}``: answers with the object as it then is."""
    condition = precondition_of(call)
    for _ in range(_TRIES):
        read = await call.ledger.resources.get(call.actor, kind.name, call.id())
        condition.check(etag_of(kind, call, read))
        try:
            return await shown_one(kind, call, await kind.remove(call, read))
        except Changed:
            continue
    raise Conflict("it was being changed by others at the same time; try again")


async def restore(kind: Kind, call: Call) -> Reply:
    """``POST /v1/{kind}/{id}/restore``: undoes a deletion; what is not deleted is answered as it is."""
    return await shown_one(kind, call, await told(kind, call, kind.restore(call, call.id())))


# Their parts


def reading_of(call: Call) -> Reading:
    """Return what problems of the request are noted in."""
    return Reading(keep_unknown=call.settings.polis_unknown_members == "keep")


def draft_of(sent: Sent, aside: dict[str, Any], reading: Reading) -> Draft:
    """Return what is to be made of what was sent."""
    return Draft(sent.data, sent.data, aside, sent.prefix, reading, sent.id, params=sent.params, customer=sent.customer)


async def prepare(kind: Kind, call: Call, draft: Draft) -> None:
    """Read the data, look up what they refer to, complete and check them; raises with every problem at once."""
    data = kind.shape.read(draft.shown, draft.prefix, draft.reading)
    if data is not MISSING:
        draft.shown = draft.data = data
        await look_up(kind, call, draft)
        if kind.complete is not None:
            await kind.complete(call, draft)
    draft.reading.check()


async def look_up(kind: Kind, call: Call, draft: Draft) -> None:
    """Note what the data refer to that is not there, or is not to be seen: one statement."""
    named = list(kind.refers(draft.data))
    if not named:
        return
    draft.found = await call.ledger.resources.get_many(call.actor, {(ref.kind, ref.id) for ref in named})
    for ref in named:
        if (ref.kind, ref.id) not in draft.found:
            draft.wrong(ref.pointer, f"names nothing that is there in {ref.kind}", "any.ref")


async def check_user(call: Call, draft: Draft, member: str) -> None:
    """Note that a member of the data names nobody who can sign in."""
    uuid = draft.data.get(member)
    if uuid is not None and not await call.ledger.people.is_user(call.actor, uuid):
        draft.wrong(f"/{member}", "names no user that is there", "any.ref")


async def admitted(call: Call, sent: Sent) -> tuple[dict[str, Any], int | None]:
    """Return what is kept beside the data of what was sent, and the security group that it asks for, if any.

    Another customer than the token's, or a group in which the actor is not, is refused (spec 3.3), but in a store that
    is one tenant's alone: there any id is good, and comes back.
    """
    if sent.customer is None and sent.group is None:
        return {}, None
    tenant, aside = call.actor.tenant, {}
    is_free = call.settings.polis_free_customer and await call.ledger.tenants.is_single()
    if sent.customer is not None and sent.customer != customer_id(tenant):
        if not is_free:
            raise unauthorized("The token is another customer's.")
        aside["customerId"] = sent.customer
    group = None
    if sent.group is not None:
        group = next((group for group in call.actor.groups if security_group_id(tenant, group) == sent.group), None)
        if group is None:
            if not is_free:
                raise unauthorized("You may not write in this security group.")
            aside["securityGroupId"] = sent.group
    return aside, group


def etag_of(kind: Kind, call: Call, resource: Resource) -> str:
    """Return the ETag of a resource: what it shows beside the data is no part of it."""
    etag: str = item_of(call.actor, resource, kind.shown(resource))["meta"]["etag"]
    return etag


async def told(kind: Kind, call: Call, work: Awaitable[Any]) -> Any:
    """Await a change; where an id is taken or a version outdated, say by what (spec 2.4, 3.3)."""
    try:
        return await work
    except Taken as error:
        raise taken(kind, call, error) from None
    except Changed as error:
        raise outdated(etag_of(kind, call, error.stored)) from None


def taken(kind: Kind, call: Call, error: Taken) -> PolisError:
    """Return the refusal of something whose place is taken."""
    stored = error.stored
    if not isinstance(stored, Resource):
        return exists("There already is one like this.")
    etag = etag_of(kind, call, stored) if stored.kind == kind.name else item_of(call.actor, stored)["meta"]["etag"]
    is_deleted = stored.deleted_at is not None
    return exists("There already is one like this.", id=stored.id, etag=etag, isDeleted=is_deleted)


# The route table of a kind

VERBS = ("list", "get", "create", "patch", "delete", "restore")

_ROUTES: Mapping[str, tuple[str, str, str, Body, int]] = {
    "list": ("GET", "", "read", Body.NONE, 200),
    "get": ("GET", "/{id}", "read", Body.NONE, 200),
    "create": ("POST", "", "insert", Body.OBJECT, 201),
    "patch": ("PATCH", "/{id}", "modify", Body.PATCH, 200),
    "delete": ("DELETE", "/{id}", "destroy", Body.OPTIONAL, 200),
    "restore": ("POST", "/{id}/restore", "insert", Body.OPTIONAL, 200),
}
_HANDLERS: Mapping[str, Callable[[Kind, Call], Awaitable[Reply]]] = {
    "list": list_,
    "get": get,
    "create": create,
    "patch": patch,
    "delete": delete,
    "restore": restore,
}


def operations_of(kind: Kind, verbs: Sequence[str] = VERBS, **handlers: Handler) -> tuple[Operation, ...]:
    """Return the operations of a kind; ``handlers`` take the place of the common ones."""
    found = []
    for verb in verbs:
        method, path, permission, body, status = _ROUTES[verb]
        found.append(
            Operation(
                name=f"{kind.name}.{verb}",
                method=method,
                paths=(f"/{kind.name}{path}",),
                handler=handlers.get(verb, partial(_HANDLERS[verb], kind)),
                spec=kind.spec,
                permission=f"{permission}@{kind.name}",
                versions=kind.versions,
                body=body,
                status=status,
            )
        )
    return tuple(found)
