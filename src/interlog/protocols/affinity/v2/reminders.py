"""Reminders: ``/v2/reminders`` (spec 14.6); the same as those of version 1."""

from collections.abc import Mapping
from typing import Any

from interlog.ledger.reminders import ReminderDraft
from interlog.model.errors import Invalid, Problem
from interlog.model.instants import now
from interlog.model.parties import Party
from interlog.model.reminders import MAX_DAYS, Reminder, ReminderKind
from interlog.model.validation import MAX_BODY

from ..operations import PATH_ID, Call, Kind, Param
from . import filters, properties
from .bodies import id_in, id_of, word_in
from .paging import MAX_LIMIT, PAGING, first_args, page
from .translate import LIST_TYPES, optional_time, time
from .words import REMINDER_TYPES, RESET_TRIGGERS, STATUSES, words_of

_OWNER = Param(name="owner", kind=Kind.OBJECT)
_CONTENT = Param(name="content", max_length=MAX_BODY, nullable=True)
_DUE_DATE = Param(name="dueDate", kind=Kind.MOMENT)
_RECURRENCE = Param(name="recurrence", kind=Kind.OBJECT)

LIST = (filters.FILTER, Param(name="totalCount", kind=Kind.FLAG), *PAGING)
GET = (PATH_ID,)
CREATE = (
    Param(name="type", required=True, empty=False, max_length=50),
    Param(name="owner", kind=Kind.OBJECT, required=True),
    Param(name="entity", kind=Kind.OBJECT, required=True),
    _CONTENT,
    _DUE_DATE,
    _RECURRENCE,
)
UPDATE = (
    PATH_ID,
    _OWNER,
    _CONTENT,
    _DUE_DATE,
    _RECURRENCE,
    Param(name="completedAt", kind=Kind.MOMENT, nullable=True),
)
DELETE = (PATH_ID,)

_KINDS = {word: kind for kind, word in LIST_TYPES.items()}
_TYPES, _TRIGGERS, _STATUSES = words_of(REMINDER_TYPES), words_of(RESET_TRIGGERS), words_of(STATUSES)


async def list_(call: Call) -> dict[str, Any]:
    """``GET /v2/reminders``: soonest due first."""
    args, place = first_args(call)
    condition = filters.filter_of(args.get("filter", ""), properties.REMINDERS)
    items, following = await call.ledger.reminders.matching(
        call.actor,
        condition,
        after=(place[0], place[1]) if place is not None else None,
        limit=args.get("limit", MAX_LIMIT),
    )
    more = {}
    if args.get("totalCount"):
        more["totalCount"] = await call.ledger.reminders.count(call.actor, condition)
    return page(call, args, [_shown(item) for item in items], following, **more)


async def get(call: Call) -> dict[str, Any]:
    """``GET /v2/reminders/{id}``."""
    return _shown(await call.ledger.reminders.get(call.actor, call.args["id"]))


async def create(call: Call) -> dict[str, Any]:
    """``POST /v2/reminders``: about one person, company or opportunity."""
    args = call.args
    problems: list[Problem] = []
    kind = word_in(args["type"], "type", REMINDER_TYPES, problems)
    owner = id_of(args["owner"], "owner", problems)
    entity = args["entity"]
    about = word_in(entity.get("type") if isinstance(entity, dict) else None, "entity.type", _KINDS, problems)
    party = id_of(entity, "entity", problems)
    due = args.get("dueDate")
    recurrence = _recurrence(args, kind, problems, whole=True)
    if kind is ReminderKind.ONCE and due is None:
        problems.append(Problem("dueDate", "is required", "missing"))
    if problems or owner is None or party is None:
        raise Invalid(*problems)
    draft = ReminderDraft(
        kind=kind,
        owner=owner,
        party_kind=about,
        party=party,
        content=args.get("content"),
        due_at=due.instant if due is not None else None,
        **recurrence,
    )
    return _shown(await call.ledger.reminders.create(call.actor, draft))


async def update(call: Call) -> None:
    """``POST /v2/reminders/{id}``: by its owner or creator. To complete a recurring one counts as a contact."""
    args = call.args
    read = await call.ledger.reminders.get(call.actor, args["id"])
    problems: list[Problem] = []
    changes: dict[str, Any] = {}
    if "content" in args:
        changes["content"] = args["content"]
    if (owner := id_in(args, "owner", problems)) is not None:
        changes["owner"] = owner
    if "dueDate" in args:
        changes["due_at"] = args["dueDate"].instant
        if read.kind is ReminderKind.RECURRING:
            problems.append(Problem("dueDate", "cannot be set on a recurring reminder: contacts move it"))
    changes |= _recurrence(args, read.kind, problems, whole=False)
    if problems:
        raise Invalid(*problems)
    completed = args.get("completedAt")
    await call.ledger.reminders.update(
        call.actor,
        args["id"],
        changes,
        is_completed=completed is not None if "completedAt" in args else None,
        completed_at=completed.instant if completed is not None else None,
        is_contact=True,
    )


async def delete(call: Call) -> None:
    """``DELETE /v2/reminders/{id}``: by its owner or creator."""
    await call.ledger.reminders.delete(call.actor, call.args["id"])


def _recurrence(
    args: Mapping[str, Any], kind: ReminderKind | None, problems: list[Problem], *, whole: bool
) -> dict[str, Any]:
    """Return what is said of how a reminder recurs, by the model's names. ``whole``: all of it must be said."""
    if "recurrence" not in args:
        if whole and kind is ReminderKind.RECURRING:
            problems.append(Problem("recurrence", "is required", "missing"))
        return {}
    value, found = args["recurrence"], {}
    if kind is ReminderKind.ONCE:
        problems.append(Problem("recurrence", "cannot be set on a reminder of type one-time"))
    if not isinstance(value, dict):
        problems.append(Problem("recurrence", "must be an object", "type"))
        return {}
    if whole or "resetTrigger" in value:
        found["reset"] = word_in(value.get("resetTrigger"), "recurrence.resetTrigger", RESET_TRIGGERS, problems)
    if whole or "periodDays" in value:
        days = found["days"] = value.get("periodDays")
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= MAX_DAYS:
            problems.append(Problem("recurrence.periodDays", f"must be an integer from 1 to {MAX_DAYS}", "range"))
    return found


def _shown(item: Reminder) -> dict[str, Any]:
    def about(kind: Party) -> dict[str, int] | None:
        return {"id": item.party} if item.party_kind is kind else None

    recurrence = None
    if item.reset is not None:
        recurrence = {"periodDays": item.days, "resetTrigger": _TRIGGERS[item.reset]}
    return {
        "id": item.id,
        "type": _TYPES[item.kind],
        "status": _STATUSES[item.status(now())],
        "content": item.content,
        "dueDate": time(item.due_at),
        "recurrence": recurrence,
        "creator": {"id": item.creator},
        "owner": {"id": item.owner},
        "completer": None if item.completer is None else {"id": item.completer},
        "person": about(Party.PERSON),
        "company": about(Party.ORGANIZATION),
        "opportunity": about(Party.OPPORTUNITY),
        "createdAt": time(item.created_at),
        "updatedAt": optional_time(item.updated_at),
        "completedAt": optional_time(item.completed_at),
    }
