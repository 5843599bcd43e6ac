"""Many at once (spec 2.8): each item succeeds or fails for itself, and errors name items by their places."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from interlog.ledger.canvassing.contacts import Amendment
from interlog.ledger.canvassing.resources import Made
from interlog.model.canvassing.errors import Changed, Taken
from interlog.model.canvassing.resources import Resource, ResourceDraft
from interlog.model.errors import InterlogError

from .bodies import sent_in
from .errors import exists, invalid, item_error, not_found, outdated
from .errors import problem as refusal
from .operations import Call, Reply
from .patching import patch_of, patched
from .resources import Draft, Kind, admitted, etag_of, prepare, present, reading_of, taken
from .shapes import MISSING, Reading, Text, Uuid
from .wire import many

MOST = 1_000
"""How many items one request may have."""

Outcome = Made | InterlogError
CreateMany = Callable[[Call, Sequence[ResourceDraft]], Awaitable[Sequence[Outcome]]]
Seen = Callable[[Call, str], Awaitable[None]]
AmendMany = Callable[[Call, Sequence[Amendment]], Awaitable[Sequence[Outcome]]]


def items_in(call: Call) -> list[Any]:
    """Return the items of a body; raises for none, and for too many."""
    items = call.body.get("data")
    if not isinstance(items, list):
        raise refusal("/data", "array.base" if "data" in call.body else "any.required", "must be an array")
    if not items:
        raise refusal("/data", "array.min", "must have at least one item")
    if len(items) > MOST:
        raise refusal("/data", "array.max", f"must have at most {MOST} items")
    return items


async def create_many(kind: Kind, call: Call, store: CreateMany, *, tells_existing: bool = False) -> Reply:
    """``POST /vN/{kind}/bulk``. ``tells_existing``: of what was there already under another id, the errors say so."""
    items = items_in(call)
    outcomes: dict[int, Outcome] = {}
    drafts: dict[int, ResourceDraft] = {}
    for place, item in enumerate(items):
        try:
            drafts[place] = await _draft_of(kind, call, item)
        except InterlogError as error:
            outcomes[place] = error
    if drafts:
        outcomes |= dict(zip(drafts, await store(call, list(drafts.values())), strict=True))
    known = {}
    if tells_existing:
        for place, outcome in outcomes.items():
            if isinstance(outcome, Made) and outcome.repeated and outcome.resource.id != drafts[place].id:
                known[place] = exists("There already is one like this.", id=outcome.resource.id)
    created = any(isinstance(outcome, Made) and not outcome.repeated for outcome in outcomes.values())
    return await answer(kind, call, outcomes, known, 201 if created else 200)


async def _draft_of(kind: Kind, call: Call, item: Any) -> ResourceDraft:
    reading = reading_of(call)
    if not isinstance(item, dict):
        raise refusal("", "object.base", "must be an object")
    sent = sent_in(item, reading)
    aside, group = await admitted(call, sent)
    draft = Draft(
        sent.data, sent.data, aside, sent.prefix, reading, sent.id, params=sent.params, customer=sent.customer
    )
    await prepare(kind, call, draft)
    return ResourceDraft(kind=kind.name, data=draft.data, id=sent.id, aside=draft.aside, group=group)


async def patch_many(kind: Kind, call: Call, store: AmendMany, *, seen: Seen | None = None) -> Reply:
    """``PATCH /vN/{kind}/bulk``: items of ``id``, ``etag`` (required) and ``data``, a patch each.

    ``seen`` raises for an id of what the actor may not see.
    """
    items = items_in(call)
    outcomes: dict[int, Outcome] = {}
    wanted: dict[int, tuple[str, str, Mapping[str, Any]]] = {}
    for place, item in enumerate(items):
        reading = reading_of(call)
        found = _named(item, reading)
        if found is None:
            outcomes[place] = invalid(reading.problems)
        else:
            wanted[place] = found
    reads = await call.ledger.resources.get_many(call.actor, {(kind.name, id_) for id_, _, _ in wanted.values()})
    amendments: dict[int, Amendment] = {}
    for place, (id_, etag, item) in wanted.items():
        read = reads.get((kind.name, id_))
        if read is None:
            outcomes[place] = not_found(kind.name.removesuffix("s"))
            continue
        try:
            if seen is not None:
                await seen(call, id_)
            if (current := etag_of(kind, call, read)) != etag:
                raise outdated(current)
            amendments[place] = await _amendment(kind, call, read, item)
        except InterlogError as error:
            outcomes[place] = error
    if amendments:
        outcomes |= dict(zip(amendments, await store(call, list(amendments.values())), strict=True))
    return await answer(kind, call, outcomes, {}, 200)


def _named(item: Any, reading: Reading) -> tuple[str, str, Mapping[str, Any]] | None:
    """Return id, ETag and patch of an item; None after noting what is wrong."""
    if not isinstance(item, dict):
        reading.wrong("", "must be an object", "object.base")
        return None
    found = {}
    for name, shape in (("id", Uuid()), ("etag", Text())):
        if item.get(name) is None:
            reading.wrong(f"/{name}", "is required", "any.required")
        else:
            found[name] = shape.read(item[name], f"/{name}", reading)
    if reading.problems or MISSING in found.values():
        return None
    return found["id"], found["etag"], item


async def _amendment(kind: Kind, call: Call, read: Resource, item: Mapping[str, Any]) -> Amendment:
    data = patched(kind.shown(read), kind.respelled(patch_of(item)), read_only=kind.read_only)
    draft = Draft(data, data, dict(read.aside), "/data", reading_of(call), read.id, read)
    await prepare(kind, call, draft)
    return Amendment(read.id, lambda found: replace(found, data=draft.data, aside=draft.aside), read.version)


async def answer(
    kind: Kind, call: Call, outcomes: Mapping[int, Outcome], known: Mapping[int, InterlogError], status: int
) -> Reply:
    made = [outcome.resource for _, outcome in sorted(outcomes.items()) if isinstance(outcome, Made)]
    errors = []
    for place in sorted(outcomes):
        outcome = outcomes[place]
        error = outcome if isinstance(outcome, InterlogError) else known.get(place)
        match error:
            case None:
                continue
            case Taken():
                error = taken(kind, call, error)
            case Changed():
                error = outdated(etag_of(kind, call, error.stored))
        errors.append(item_error(error, place))
    return Reply(many(await present(kind, call, made), errors), status)
