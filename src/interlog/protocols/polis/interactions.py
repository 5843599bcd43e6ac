"""Interactions: what happened at a door (spec 3)."""

from functools import partial
from typing import Any

import msgspec
from msgspec.structs import replace

from interlog.ledger.canvassing.recording import Recorded
from interlog.ledger.canvassing.visit_drafts import Rules, VisitDraft
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.permissions import IMPORT
from interlog.model.canvassing.resources import NOTHING
from interlog.model.canvassing.visits import TYPE_ID, Visit, visit_of
from interlog.model.errors import Conflict, InterlogError, Invalid, NotFound, Problem
from interlog.model.instants import parse_moment
from interlog.model.interactions import Interaction

from .bodies import Sent, sent_by, sent_in, with_key
from .errors import PolisError, exists, item_error, problem
from .interaction_items import operation_on_visits, present, text_of_new
from .operations import MAX_MANY, Body, Call, Reply
from .patching import patch_of, patched
from .requests import Precondition, precondition_of
from .resources import admitted, reading_of
from .shapes import MISSING, Reading, Thing, Uuid, When
from .visit_reading import Quick, quick_body
from .visits import SHAPE, Given, data_of, patched_visit, visit_in
from .wire import many, one

_TRIES = 4
_MOST = 1_000
_HISTORY = Thing(
    {"created": When(), "createdBy": Uuid(), "modified": When(), "modifiedBy": Uuid()},
)
_READ_ONLY = ("listId",)
_NOT_OURS = SHAPE.members.keys() - {"timestamp", "contactId"}


async def _shown(call: Call, found: Interaction, status: int = 200, **headers: str) -> Reply:
    (made,) = await present(call, [found])
    return one(made, status, **headers)


# Recording


async def create(call: Call) -> Reply:
    """``POST /v1/interactions``: in any of three forms; the same once more is answered with what is stored."""
    reading = reading_of(call)
    if isinstance(call.body, Quick):
        visit, id_, customer, group = call.body
        sent = with_key(call, "interactions", Sent(NOTHING, "/data", id_, customer, group))
        draft = await _draft(call, sent, reading, Given(visit, undecided=False))
    else:
        sent = sent_by(call, "interactions", reading)
        draft = await _draft(call, sent, reading)
    try:
        made = await call.ledger.recording.create(call.actor, call.permit, draft, await _rules(call))
    except Taken as error:
        raise await _taken(call, error) from None
    except Invalid as error:
        raise _placed(error, sent.prefix) from None
    return await _created(call, made)


async def _created(call: Call, made: Recorded) -> Reply:
    found = made.interaction
    if made.repeated:
        return await _shown(call, found, 200, **{"Idempotent-Replayed": "true"})
    text, etag = text_of_new(call, found, made.visit)  # a new visit says who recorded it
    location = f"{call.base}/v{call.version}/interactions/{found.uuid}"
    return Reply(text, 201, {"Location": location}, etag=etag)


async def create_many(call: Call) -> Reply:
    """``POST /v1/interactions/bulk``: what an outbox holds; each is stored or refused alone."""
    sent = call.body.get("data")
    if not isinstance(sent, list):
        raise problem("/data", "array.base", "must be an array of interactions")
    if not 1 <= len(sent) <= _MOST:
        raise problem("/data", "array.max" if sent else "array.min", f"must have 1 to {_MOST} elements")
    drafts: dict[int, VisitDraft] = {}
    prefixes: dict[int, str] = {}
    refused: dict[int, InterlogError] = {}
    for position, body in enumerate(sent):
        reading = reading_of(call)
        try:
            if not isinstance(body, dict):
                raise problem("", "object.base", "must be an object")
            found = sent_in(body, reading)
            prefixes[position] = found.prefix
            drafts[position] = await _draft(call, found, reading)
        except InterlogError as error:
            refused[position] = error
    made = await call.ledger.recording.create_many(call.actor, call.permit, list(drafts.values()), await _rules(call))
    stored = []
    for position, outcome in zip(drafts, made, strict=True):
        if isinstance(outcome, Recorded):
            stored.append(outcome)
        else:
            refused[position] = await _refusal(call, outcome, prefixes[position])
    errors = [item_error(error, position) for position, error in sorted(refused.items())]
    is_new = any(not outcome.repeated for outcome in stored)
    items = await present(call, [outcome.interaction for outcome in stored])
    return Reply(many(items, errors), 201 if is_new else 200)


async def _rules(call: Call) -> Rules:
    settings = call.settings
    placeholders = settings.polis_placeholder_refs and await call.ledger.tenants.is_single()
    return Rules(placeholders=placeholders, same_moment_is_same=settings.polis_natural_key_dedupe)


async def _draft(call: Call, sent: Sent, reading: Reading, given: Given | None = None) -> VisitDraft:
    """Return the draft of what was sent, if it was not read yet; raises with everything that is wrong with it."""
    given = given or visit_in(sent.data, reading, sent.prefix)
    history = _history(call, sent, reading)
    reading.check()
    assert given is not None, "what could not be read has problems"
    aside, group = await admitted(call, sent)
    visit = given.visit
    if aside or history:
        beside = replace(
            visit.beside,
            customer=aside.get("customerId"),
            group=aside.get("securityGroupId"),
            creator=history.get("createdBy"),
            modifier=history.get("modifiedBy"),
            modified_at=_instant(history.get("modified")),
        )
        visit = replace(visit, beside=beside)
    return VisitDraft(
        visit=visit,
        id=sent.id,
        undecided=given.undecided,
        group=group,
        created_at=_instant(history.get("created")),
    )


def _history(call: Call, sent: Sent, reading: Reading) -> dict[str, Any]:
    """Return what is kept of the given ``meta``: nothing, unless a history is imported."""
    if not call.flag("preserveMeta"):
        return {}
    call.permit.require(IMPORT)
    known = {name: value for name, value in sent.meta.items() if name in _HISTORY.members}
    found = _HISTORY.read(known, "/meta", reading)
    return {} if found is MISSING else found


def _instant(text: str | None) -> int | None:
    moment = parse_moment(text) if text is not None else None
    return moment.instant if moment is not None else None


async def _refusal(call: Call, error: InterlogError, prefix: str) -> InterlogError:
    if isinstance(error, Taken):
        return await _taken(call, error)
    return _placed(error, prefix) if isinstance(error, Invalid) else error


async def _taken(call: Call, error: Taken) -> PolisError:
    if not isinstance(error.stored, Interaction):
        return exists("The id belongs to something else.")
    stored = error.stored
    (made,) = await present(call, [stored])
    is_deleted = stored.deleted_at is not None
    message = "The interaction has been deleted." if is_deleted else "An interaction with other content has this id."
    return exists(message, id=stored.uuid, etag=made["meta"]["etag"], isDeleted=is_deleted)


def _placed(error: Invalid, prefix: str) -> Invalid:
    """Return an error whose pointers lead into the body as it came: flat, or wrapped in ``data``."""
    problems = (Problem(prefix + p.path.removeprefix("/data"), p.message, p.code) for p in error.problems)
    return Invalid(*problems)


# One


async def get(call: Call) -> Reply:
    """``GET /v1/interactions/{id}``: a visit, or what was recorded elsewhere and is seen as one (spec 11)."""
    return await _shown(call, await _got(call))


async def _got(call: Call) -> Interaction:
    try:
        return await call.ledger.visits.get(call.actor, call.permit, call.id())
    except NotFound:
        return await call.ledger.elsewhere.get(call.actor, call.permit, call.id())


async def patch(call: Call) -> Reply:
    """``PATCH /v1/interactions/{id}``: all operations or none; contacts follow.

    Of what was recorded elsewhere the time and the contact can be changed: all else is not this protocol's.
    """
    wanted = patch_of(call.body)
    condition = precondition_of(call)
    visits = call.ledger.visits
    for _ in range(_TRIES):
        read = await _got(call)
        await _check(call, read, condition)
        if wanted.is_empty:
            return await _shown(call, read)
        elsewhere = (await call.ledger.elsewhere.visits(call.actor, [read])).get(read.number)
        old = elsewhere or visit_of(read.content)
        assert old is not None, "what is got is a visit"
        reading = reading_of(call)
        shown = msgspec.json.decode(msgspec.json.encode(data_of(old, call.actor.tenant, call.version)))
        data = patched(shown, wanted, read_only=_READ_ONLY if elsewhere is None else _NOT_OURS)
        given = visit_in(data, reading, "/data")
        if given is not None and given.undecided:
            reading.wrong("/data/unavailable", "is required", "any.required")
        reading.check()
        assert given is not None, "what could not be read has problems"
        new = patched_visit(old, given, call.version)
        if elsewhere is not None:
            move = call.ledger.elsewhere.move
            return await _shown(call, await move(call.actor, call.permit, read, new, expected_version=read.version))
        try:
            found = await visits.amend(
                call.actor, call.permit, read.uuid, partial(_to, new), expected_version=read.version
            )
        except Changed:
            continue  # what somebody else made of it meanwhile is read, and held against the condition
        return await _shown(call, found)
    raise _overrun()


def _to(new: Visit, _: Visit) -> Visit:
    return new


async def delete(call: Call) -> Reply:
    """``DELETE /v1/interactions/{id}``: answers with the object as it then is."""
    condition = precondition_of(call)
    for _ in range(_TRIES):
        read = await _got(call)
        await _check(call, read, condition)
        here = call.ledger.visits if read.type_id == TYPE_ID else call.ledger.elsewhere
        try:
            found = await here.delete(call.actor, call.permit, read.uuid, expected_version=read.version)
            return await _shown(call, found)
        except Changed:
            continue
    raise _overrun()


async def restore(call: Call) -> Reply:
    """``POST /v1/interactions/{id}/restore``: undoes a deletion."""
    return await _shown(call, await call.ledger.visits.restore(call.actor, call.permit, call.id()))


async def _check(call: Call, read: Interaction, condition: Precondition) -> None:
    (made,) = await present(call, [read])
    condition.check(made["meta"]["etag"])


def _overrun() -> Conflict:
    return Conflict("it was being changed by others at the same time; try again")


OPERATIONS = (
    operation_on_visits("create", "POST", "", create, "insert", "3.3", body=Body.OBJECT, status=201,
               quick=quick_body),
    operation_on_visits("create_many", "POST", "/bulk", create_many, "insert", "3.3", body=Body.OBJECT, status=201,
               max_body=MAX_MANY),
    operation_on_visits("get", "GET", "/{id}", get, "read", "3.5"),
    operation_on_visits("patch", "PATCH", "/{id}", patch, "modify", "3.5", body=Body.PATCH),
    operation_on_visits("delete", "DELETE", "/{id}", delete, "destroy", "3.5", body=Body.OPTIONAL),
    operation_on_visits("restore", "POST", "/{id}/restore", restore, "insert", "2.8", body=Body.OPTIONAL),
)  # fmt: skip
