"""Interactions: ``/interactions`` and its other spelling ``/interaction`` (spec 2)."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Raw
from msgspec.structs import replace

from interlog.model.errors import InterlogError, Invalid, NotFound, Problem, unknown_id
from interlog.model.instants import DAY
from interlog.model.interactions import Brief, Content, Interaction
from interlog.model.parties import Directory, Party, Person, PersonKind
from interlog.model.validation import MAX_BODY

from . import histories, translate, wire
from .errors import verbatim
from .extensions import IDENTITY, MORE_CONTENT, changes_of, only_if_unchanged, shown
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of
from .storing import Wanted, one_of_us, request_key, store

_TYPE = Param(name="type", kind=Kind.INTEGER, required=True, choices=(0, 1, 2, 3))
_WRITTEN_TYPE = Param(name="type", kind=Kind.INTEGER, required=True, choices=(0, 1, 2))  # e-mails are read only
_DIRECTION = Param(name="direction", kind=Kind.INTEGER, choices=(0, 1))

LIST = (
    _TYPE,
    id_param("person_id", model="Person"),
    id_param("organization_id", model="Organization"),
    id_param("opportunity_id", model="Opportunity"),
    id_param("internal_person_id", model="Person"),
    _DIRECTION,
    Param(name="logging_type", kind=Kind.INTEGER, choices=(0, 1)),
    Param(name="start_time", kind=Kind.MOMENT, required=True),
    Param(name="end_time", kind=Kind.MOMENT, required=True),
    *PAGING,
)
GET = (PATH_ID, _TYPE)
CREATE = (
    _WRITTEN_TYPE,
    Param(name="person_ids", kind=Kind.ID, many=True, required=True, empty=False, model="Person"),
    Param(name="content", required=True, empty=False, max_length=MAX_BODY),
    Param(name="date", kind=Kind.MOMENT, required=True),
    _DIRECTION,
)
UPDATE = (
    PATH_ID,
    _WRITTEN_TYPE,
    Param(name="person_ids", kind=Kind.ID, many=True, empty=False, model="Person"),
    Param(name="content", empty=False, max_length=MAX_BODY),
    Param(name="date", kind=Kind.MOMENT),
    _DIRECTION,
)
DELETE = (PATH_ID, _WRITTEN_TYPE)
CREATE_EXTENDED = (*CREATE, *MORE_CONTENT, *IDENTITY)
UPDATE_EXTENDED = (*UPDATE, *MORE_CONTENT)

Seen = TypeVar("Seen", Brief, Interaction)
Answer = wire.Event | wire.ChatMessage | wire.Email | Raw

_SELECTORS = {
    "person_id": Party.PERSON,
    "organization_id": Party.ORGANIZATION,
    "opportunity_id": Party.OPPORTUNITY,
}


async def list_(call: Call) -> dict[str, Any]:
    """``GET /interactions``: the interactions of a person, an organization or an opportunity in a time range (2.3)."""
    if call.extended:
        return await histories.list_(call)
    code, start, end = call.args["type"], call.args["start_time"].instant, call.args["end_time"].instant
    party = await _party(call, start, end)
    size = page_size(call.args, call.settings.affinity_interactions_page_size)
    place = place_of(call.actor.tenant, "interactions", call.args, 2)
    items = await call.ledger.timeline.page(
        call.actor,
        party,
        types=translate.types_of(call.actor.tenant, code),
        start=start,
        end=end,
        limit=size + 1,
        before=(place[0], place[1]) if place is not None else None,
        direction=call.get("direction") if code in (translate.CHAT_CODE, translate.EMAIL_CODE) else None,
        logging=call.get("logging_type") or None,
        also_person=call.get("internal_person_id"),
    )
    following = None
    if len(items) > size:
        del items[size:]
        following = (items[-1].occurred_at, items[-1].number)
    people = translate.people(await call.ledger.persons.of_interactions(call.actor, items))
    times = translate.clock(call.settings.affinity_time_zone)
    return {
        translate.LIST_KEYS[code]: [translate.interaction(item, code, people, times) for item in items],
        "next_page_token": page_token(call.actor.tenant, "interactions", call.args, following),
    }


async def get(call: Call) -> Answer:
    """``GET /interactions/{id}?type=``: one interaction (2.4)."""
    if call.extended:
        return await _extended(call, _of_kind(await call.ledger.interactions.get(call.actor, call.args["id"]), call))
    item = _of_kind(await call.ledger.interactions.get_brief(call.actor, call.args["id"]), call)
    return _object(call, item, await call.ledger.persons.of_interactions(call.actor, [item]))


async def create(call: Call) -> Answer:
    """``POST /interactions``: log a meeting, a call or a chat message (2.5)."""
    if call.extended:
        (stored,) = await store(call, [Wanted(call.args, request_key(call))])
        if isinstance(stored, InterlogError):
            raise stored
        return await _extended(call, stored.interaction)
    logged = await call.ledger.interactions.log(call.actor, translate.draft(call.args, request_key(call)), one_of_us)
    return _object(call, logged.interaction.brief, logged.persons)


async def update(call: Call) -> Answer:
    """``PUT /interactions/{id}``: change what is given (2.6)."""
    code = call.args["type"]

    def change(item: Interaction) -> Content:
        content = translate.amended(_of_kind(item, call), code, call.args)
        return replace(content, **changes_of(call.args, content)) if call.extended else content

    rule = one_of_us if "person_ids" in call.args else None
    with only_if_unchanged(call) as version:
        logged = await call.ledger.interactions.amend(
            call.actor, call.args["id"], change, rule=rule, expected_version=version
        )
    if call.extended:
        return await _extended(call, logged.interaction)
    return _object(call, logged.interaction.brief, logged.persons)


async def delete(call: Call) -> wire.Success:
    """``DELETE /interactions/{id}?type=``: delete an interaction and its note (2.7)."""
    _of_kind(await call.ledger.interactions.get_brief(call.actor, call.args["id"]), call)
    with only_if_unchanged(call) as version:
        await call.ledger.interactions.delete(call.actor, call.args["id"], expected_version=version)
    return wire.Success()


def _of_kind(item: Seen, call: Call) -> Seen:
    """Refuse an interaction of another kind than the request names: type and id together are the key."""
    if translate.code_of(call.actor.tenant.types_by_id[item.type_id]) != call.args["type"]:
        raise NotFound("interaction", item.number)
    return item


async def _extended(call: Call, item: Interaction) -> Raw:
    """Return an interaction with the keys that the vendor lacks, and note its version."""
    call.version = item.version
    return (await shown(call, [item]))[0]


def _object(call: Call, item: Brief, persons: Directory) -> wire.Event | wire.ChatMessage | wire.Email:
    times = translate.clock(call.settings.affinity_time_zone)
    return translate.interaction(item, call.args["type"], translate.people(persons), times)


async def _party(call: Call, start: int, end: int) -> tuple[Party, int]:
    """Return whose interactions are asked for; refuses a wrong selection with everything wrong with it."""
    problems = list(_range_problems(start, end, call.settings.affinity_max_range_days))
    given = [name for name in _SELECTORS if name in call.args]
    if len(given) != 1:
        names = ", ".join(_SELECTORS)
        problems.append(Problem("", f"Exactly one of {names} must be given, not {len(given)}", "verbatim"))
    wanted = {call.args[name] for name in ("person_id", "internal_person_id") if name in call.args}
    persons = await call.ledger.persons.get_many(call.actor, wanted) if wanted else {}
    problems += _person_problems(call.args, persons)
    if "organization_id" in call.args:
        id_ = call.args["organization_id"]
        if id_ not in await call.ledger.organizations.get_many(call.actor, [id_]):
            problems.append(unknown_id("organization_id", id_, "Organization"))
    if "opportunity_id" in call.args:
        id_ = call.args["opportunity_id"]
        if id_ not in await call.ledger.opportunities.get_many(call.actor, [id_]):
            problems.append(unknown_id("opportunity_id", id_, "Opportunity"))
    if problems:
        raise Invalid(*problems)
    return _SELECTORS[given[0]], call.args[given[0]]


def _range_problems(start: int, end: int, most_days: int) -> Iterable[Problem]:
    if end <= start:
        yield Problem("end_time", "must be after start_time", "range")
    elif most_days and end - start > most_days * DAY:
        yield Problem("end_time", f"must be at most {most_days} days after start_time", "range")


def _person_problems(args: Mapping[str, Any], persons: Mapping[int, Person]) -> Iterable[Problem]:
    if (id_ := args.get("person_id")) is not None:
        if id_ not in persons:
            yield unknown_id("person_id", id_, "Person")
        elif persons[id_].kind is PersonKind.INTERNAL:
            yield verbatim("Person is not an external or collaborator").problems[0]
    if (id_ := args.get("internal_person_id")) is not None:
        if id_ not in persons:
            yield unknown_id("internal_person_id", id_, "Person")
        elif persons[id_].kind is not PersonKind.INTERNAL:
            yield Problem("internal_person_id", "must be an internal person")
