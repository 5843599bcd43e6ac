"""Users: who can sign in (spec 4.9). Others see of a user what that one lets them; passwords are never shown."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.canvassing.users import PUBLIC, STATUSES, shown_to_others
from interlog.model.person_rules import email_problems

from . import resources
from .bodies import sent_by
from .memberships import check_outranks, check_reaches
from .operations import Body, Call, Operation, Reply
from .paging import list_resources
from .resources import Kind, created, draft_of, item_of, prepare, reading_of, told
from .shapes import MISSING, Anything, Day, Many, Text, Thing
from .wire import one

_NAME = Thing(
    {name: Text(longest=200) for name in ("title", "given", "middlename", "surname", "suffix")},
)
_EMAIL = Anything(
    lambda value: isinstance(value, str) and not email_problems((value,)), "an e-mail address", "string.email"
)
_PARAMS = Thing({"password": Text()})

SHAPE = Thing(
    {
        "email": _EMAIL,
        "status": Text(choices=STATUSES),
        "privacy": Thing({"publicInfo": Many(Text(choices=PUBLIC))}),
        "profile": Thing(
            {
                "name": Thing({"anglican": _NAME}, required=("anglican",)),
                "phone": Many(Text(longest=50)),
                "gender": Text(choices=("d", "f", "m", "n", "o")),
                "languages": Many(Text(longest=10)),
                "birthdate": Day(american=True),
            },
            required=("name",),
        ),
    },
    required=("email", "profile"),
    defaults={"status": "pending", "privacy": {"publicInfo": ["email"]}},
)


async def _amend(call: Call, read: Resource, change: Callable[[Resource], Resource]) -> Resource:
    return await call.ledger.users.amend(call.actor, read.id, change, expected_version=read.version)


KIND = Kind("users", SHAPE, "4.9", amend=_amend)


async def present(call: Call, items: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return users as the actor may see them: whole, if they may change them or it is their own."""
    sees_all = call.permit.allows("modify@users")
    return [
        item_of(call.actor, item, item.data if sees_all or item.id == call.permit.user else shown_to_others(item.data))
        for item in items
    ]


async def list_(call: Call) -> Reply:
    """``GET /v1/users``."""
    await call.ledger.users.complete(call.actor)
    return await list_resources(call, KIND.name, present)


async def get(call: Call) -> Reply:
    """``GET /v1/users/{id}``."""
    return await _shown(call, call.id())


async def get_me(call: Call) -> Reply:
    """``GET /v1/users/me``: whose the token is."""
    return await _shown(call, call.permit.user)


async def _shown(call: Call, id_: str) -> Reply:
    await call.ledger.users.complete(call.actor)
    (made,) = await present(call, [await call.ledger.resources.get(call.actor, KIND.name, id_)])
    return one(made)


async def create(call: Call) -> Reply:
    """``POST /v1/users``: ``params.password`` is what the user signs in with."""
    reading = reading_of(call)
    sent = sent_by(call, KIND.name, reading)
    params = _PARAMS.read(sent.params, "/params", reading)
    draft = draft_of(sent, {}, reading)
    await prepare(KIND, call, draft)
    password = params.get("password") if params is not MISSING else None
    wanted = ResourceDraft(kind=KIND.name, id=sent.id, data=draft.data)
    made: Made = await told(KIND, call, call.ledger.users.create(call.actor, wanted, password))
    return await created(KIND, call, made)


async def patch(call: Call) -> Reply:
    """``PATCH /v1/users/{id}``: one's own, or with the permission another's whom one's role reaches."""
    await call.ledger.users.complete(call.actor)
    if call.id() != call.permit.user:
        call.permit.require("modify@users")
        await check_outranks(call, call.id())
        await check_reaches(call, call.id())
    return await resources.patch(KIND, call)


_operation = partial(Operation, spec="4.9")

OPERATIONS = (
    _operation(name="users.list", method="GET", paths=("/users",), handler=list_, permission="read@users"),
    _operation(name="users.me", method="GET", paths=("/users/me",), handler=get_me),
    _operation(name="users.get", method="GET", paths=("/users/{id}",), handler=get, permission="read@users"),
    _operation(
        name="users.create",
        method="POST",
        paths=("/users",),
        handler=create,
        permission="insert@users",
        body=Body.OBJECT,
        status=201,
    ),
    _operation(name="users.patch", method="PATCH", paths=("/users/{id}",), handler=patch, body=Body.PATCH),
)
