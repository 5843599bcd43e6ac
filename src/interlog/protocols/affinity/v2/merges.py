"""Merges of persons and of companies, and the tasks that they are (spec 14.6).

A merge is a task of its own: both have the same id. So a task is there after a restart, as its merge is.
"""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from interlog.model.errors import Invalid, NotFound, Problem
from interlog.model.merges import Merge, MergeState
from interlog.model.parties import Party

from ..operations import PATH_ID, Call, id_param
from . import filters, properties
from .paging import PAGING, address, first_args, page
from .translate import optional_time, time
from .words import MERGE_STATUSES, words_of

_DEFAULT_LIMIT = 25

LIST = (filters.FILTER, *PAGING)
GET = (PATH_ID,)

_STATUSES = words_of(MERGE_STATUSES) | {MergeState.UNDOING: "in-progress"}
_UNDONE = "The merge was undone"


class Merging(NamedTuple):
    """How merges of a kind are spoken of."""

    kind: Party
    word: str
    primary: str
    duplicate: str

    @property
    def create(self) -> tuple[Any, ...]:
        """The parameters of a new one."""
        model = "Person" if self.kind is Party.PERSON else "Organization"
        return tuple(id_param(name, model=model, required=True) for name in (self.primary, self.duplicate))


PERSONS = Merging(Party.PERSON, "person", "primaryPersonId", "duplicatePersonId")
COMPANIES = Merging(Party.ORGANIZATION, "company", "primaryCompanyId", "duplicateCompanyId")

Handler = Callable[[Call], Awaitable[dict[str, Any]]]


def create(merging: Merging) -> Handler:
    """Return the handler that merges one of two into the other."""

    async def handler(call: Call) -> dict[str, Any]:
        survivor, gone = call.args[merging.primary], call.args[merging.duplicate]
        if survivor == gone:
            raise Invalid(Problem(merging.duplicate, f"must be another one than {merging.primary}", "same"))
        merge = await call.ledger.merges.merge(call.actor, merging.kind, survivor, gone)
        return {"taskUrl": address(call, f"/v2/tasks/{merging.word}-merges/{merge.id}")}

    return handler


def list_(merging: Merging) -> Handler:
    """Return the handler that lists merges, newest first."""
    return _listing(merging, lambda item: _merge(item, merging))


def list_tasks(merging: Merging) -> Handler:
    """Return the handler that lists the tasks of merges, newest first."""
    return _listing(merging, _task)


def get(merging: Merging) -> Handler:
    """Return the handler that reads a merge."""

    async def handler(call: Call) -> dict[str, Any]:
        return _merge(await _one(call, merging), merging)

    return handler


def get_task(merging: Merging) -> Handler:
    """Return the handler that reads the task of a merge."""

    async def handler(call: Call) -> dict[str, Any]:
        return _task(await _one(call, merging))

    return handler


def _listing(merging: Merging, shown: Callable[[Merge], dict[str, Any]]) -> Handler:
    async def handler(call: Call) -> dict[str, Any]:
        args, place = first_args(call)
        limit = args.get("limit", _DEFAULT_LIMIT)
        condition = filters.filter_of(args.get("filter", ""), properties.MERGES)
        before = place[0] if place is not None else 2**62
        found = await call.ledger.merges.page(call.actor, merging.kind, condition, before=before, limit=limit + 1)
        following = (found[limit - 1].id,) if len(found) > limit else None
        return page(call, args, [shown(item) for item in found[:limit]], following)

    return handler


async def _one(call: Call, merging: Merging) -> Merge:
    item = await call.ledger.merges.get(call.actor, call.args["id"])
    if item.kind is not merging.kind:
        raise NotFound("merge", item.id)
    return item


def _merge(item: Merge, merging: Merging) -> dict[str, Any]:
    return {
        "id": item.id,
        "status": _STATUSES[item.state],
        "taskId": str(item.id),
        "startedAt": time(item.created_at),
        "completedAt": optional_time(item.ended_at),
        merging.primary: item.survivor,
        merging.duplicate: item.gone,
        "errorMessage": _UNDONE if item.state is MergeState.UNDONE else None,
    }


_SUMMARY = {"inProgress": "in-progress", "success": "success", "failed": "failed"}


def _task(item: Merge) -> dict[str, Any]:
    status = _STATUSES[item.state]
    summary = {name: int(status == word) for name, word in _SUMMARY.items()}
    return {"id": str(item.id), "status": status, "resultsSummary": {"total": 1, **summary}}
