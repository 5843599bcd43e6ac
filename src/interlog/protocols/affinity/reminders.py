"""Reminders: ``/reminders`` (spec 10)."""

from collections.abc import Sequence
from typing import Any

from interlog.ledger import Ledger
from interlog.ledger.reminders import ReminderDraft
from interlog.model.errors import Invalid, Problem, unknown_id
from interlog.model.instants import now
from interlog.model.parties import Party
from interlog.model.reminders import MAX_DAYS, Reminder, ReminderKind, Reset, Status
from interlog.model.tenancy import Actor
from interlog.model.validation import MAX_BODY

from . import translate, wire
from .operations import PATH_ID, Call, Kind, Param, id_param
from .paging import PAGING, page_size, page_token, place_of

_PARTIES = {
    "person_id": (Party.PERSON, "Person"),
    "organization_id": (Party.ORGANIZATION, "Organization"),
    "opportunity_id": (Party.OPPORTUNITY, "Opportunity"),
}
_PERSONS = ("creator_id", "owner_id", "completer_id")

_TYPE = Param(name="type", kind=Kind.INTEGER, choices=(0, 1))
_RESET_TYPE = Param(name="reset_type", kind=Kind.INTEGER, choices=(0, 1, 2))
_CHANGING = (
    Param(name="content", max_length=MAX_BODY),
    Param(name="due_date", kind=Kind.MOMENT),
    _RESET_TYPE,
    Param(name="reminder_days", kind=Kind.INTEGER, minimum=1, maximum=MAX_DAYS),
    Param(name="is_completed", kind=Kind.FLAG),
)

LIST = (
    *(id_param(name, model=model) for name, (_, model) in _PARTIES.items()),
    *(id_param(name, model="Person") for name in _PERSONS),
    _TYPE,
    _RESET_TYPE,
    Param(name="status", kind=Kind.INTEGER, choices=(0, 1, 2)),
    Param(name="due_before", kind=Kind.MOMENT),
    Param(name="due_after", kind=Kind.MOMENT),
    *PAGING,
)
GET = (PATH_ID,)
CREATE = (
    id_param("owner_id", model="Person", required=True),
    Param(name="type", kind=Kind.INTEGER, choices=(0, 1), required=True),
    *(Param(name=name, kind=Kind.ID, model=model, false_is_none=True) for name, (_, model) in _PARTIES.items()),
    *_CHANGING,
)
UPDATE = (PATH_ID, id_param("owner_id", model="Person"), *_CHANGING)
DELETE = (PATH_ID,)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /reminders``: soonest due first."""
    args = call.args
    given = [name for name in _PARTIES if name in args]
    problems = await _unknown(call)
    if len(given) > 1:
        problems.append(Problem("", f"At most one of {', '.join(_PARTIES)} may be given", "verbatim"))
    if problems:
        raise Invalid(*problems)
    by = {name.removesuffix("_id"): args[name] for name in _PERSONS if name in args}
    if given:
        by["party"] = args[given[0]]
    by |= {ours: args[name] for name, ours in (("type", "kind"), ("reset_type", "reset")) if name in args}
    size = page_size(args)
    place = place_of(call.actor.tenant, "reminders", args, 2)
    before, after = call.get("due_before"), call.get("due_after")
    found, following = await call.ledger.reminders.page(
        call.actor,
        by,
        party_kind=_PARTIES[given[0]][0] if given else Party.PERSON,
        status=Status(args["status"]) if "status" in args else None,
        due_before=before.instant if before is not None else None,
        due_after=after.instant if after is not None else None,
        after=(place[0], place[1]) if place is not None else None,
        limit=size,
    )
    return {
        "reminders": await shown(call.ledger, call.actor, found, _times(call)),
        "next_page_token": page_token(call.actor.tenant, "reminders", args, following),
    }


async def get(call: Call) -> dict[str, Any]:
    """``GET /reminders/{id}``."""
    return await _shown(call, await call.ledger.reminders.get(call.actor, call.args["id"]))


async def create(call: Call) -> dict[str, Any]:
    """``POST /reminders``: about exactly one person, organization or opportunity."""
    args = call.args
    given = [name for name in _PARTIES if name in args]
    if len(given) != 1:
        wrong = Problem("", f"Exactly one of {', '.join(_PARTIES)} must be given, not {len(given)}", "verbatim")
        raise Invalid(wrong, *await _unknown(call))
    due = call.get("due_date") if args["type"] == ReminderKind.ONCE else None
    draft = ReminderDraft(
        kind=ReminderKind(args["type"]),
        owner=args["owner_id"],
        party_kind=_PARTIES[given[0]][0],
        party=args[given[0]],
        content=call.get("content"),
        due_at=due.instant if due is not None else None,
        reset=Reset(args["reset_type"]) if "reset_type" in args else None,
        days=call.get("reminder_days"),
        is_completed=call.get("is_completed", False),
    )
    return await _shown(call, await call.ledger.reminders.create(call.actor, draft))


async def update(call: Call) -> dict[str, Any]:
    """``PUT /reminders/{id}``: by its owner or creator."""
    args = call.args
    changes: dict[str, Any] = {}
    for name, ours in (("content", "content"), ("owner_id", "owner"), ("reminder_days", "days")):
        if name in args:
            changes[ours] = args[name]
    if "due_date" in args:
        changes["due_at"] = args["due_date"].instant
    if "reset_type" in args:
        changes["reset"] = Reset(args["reset_type"])
    new = await call.ledger.reminders.update(call.actor, args["id"], changes, is_completed=call.get("is_completed"))
    return await _shown(call, new)


async def delete(call: Call) -> wire.Success:
    """``DELETE /reminders/{id}``: by its owner or creator."""
    await call.ledger.reminders.delete(call.actor, call.args["id"])
    return wire.Success()


async def _unknown(call: Call) -> list[Problem]:
    """Return the problems with ids that select reminders but belong to nothing."""
    ledger, actor, args = call.ledger, call.actor, call.args
    persons = {args[name] for name in ("person_id", *_PERSONS) if name in args}
    known: dict[Party, Any] = {
        Party.PERSON: await ledger.persons.get_many(actor, persons) if persons else {},
        Party.ORGANIZATION: {},
        Party.OPPORTUNITY: {},
    }
    if (id_ := args.get("organization_id")) is not None:
        known[Party.ORGANIZATION] = await ledger.organizations.get_many(actor, [id_])
    if (id_ := args.get("opportunity_id")) is not None:
        known[Party.OPPORTUNITY] = await ledger.opportunities.get_many(actor, [id_])
    names = _PARTIES | dict.fromkeys(_PERSONS, (Party.PERSON, "Person"))
    return [
        unknown_id(name, args[name], model)
        for name, (party, model) in names.items()
        if name in args and args[name] not in known[party]
    ]


def _times(call: Call) -> translate.Clock:
    return translate.clock(call.settings.affinity_time_zone)


async def _shown(call: Call, item: Reminder) -> dict[str, Any]:
    found: dict[str, Any] = (await shown(call.ledger, call.actor, [item], _times(call)))[0]
    return found


async def shown(ledger: Ledger, actor: Actor, items: Sequence[Reminder], times: translate.Clock) -> list[Any]:
    """Return reminders on the wire, with who and what they name."""
    ids = {id_ for item in items for id_ in (item.creator, item.owner, item.completer) if id_ is not None}
    persons = await ledger.persons.get_many(actor, ids) if ids else {}
    parties = await ledger.reminders.parties(actor, items)
    at, found = now(), []

    def person(id_: int | None) -> wire.Person | None:
        return translate.person(persons[id_]) if id_ is not None and id_ in persons else None

    for item in items:
        party = parties[item.party_kind].get(item.party)
        about: dict[str, Any] = {"person": None, "organization": None, "opportunity": None}
        if party is not None and item.party_kind is Party.PERSON:
            about["person"] = translate.person(party)
        elif party is not None and item.party_kind is Party.ORGANIZATION:
            about["organization"] = translate.organization(party)
        elif party is not None:
            about["opportunity"] = {"id": party.id, "name": party.name}
        found.append(
            {
                "id": item.id,
                "type": int(item.kind),
                "created_at": times.text(item.created_at),
                "completed_at": times.optional(item.completed_at),
                "content": item.content,
                "due_date": times.text(item.due_at),
                "reset_type": None if item.reset is None else int(item.reset),
                "reminder_days": item.days,
                "status": int(item.status(at)),
                "creator": person(item.creator),
                "owner": person(item.owner),
                "completer": person(item.completer),
                **about,
            }
        )
    return found
