"""Interaction dates of persons and organizations, and the filters on them (spec 3, 4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlog.ledger.relationships import Moments

from .operations import Call, Kind, Param
from .translate import clock, interaction_dates

WITH_DATES = (
    Param(name="with_interaction_dates", kind=Kind.FLAG),
    Param(name="with_interaction_persons", kind=Kind.FLAG),
)

FILTERED = ("first_email", "last_email", "last_interaction", "last_event", "first_event", "next_event",
            "last_chat_message")  # fmt: skip

BOUNDS = tuple(Param(name=f"{edge}_{name}_date", kind=Kind.MOMENT) for name in FILTERED for edge in ("min", "max"))


def bounds_of(args: Mapping[str, Any]) -> dict[tuple[str, str], int]:
    """Return the bounds that the filters set: ("min" or "max", name of the moment) -> instant."""
    return {
        (edge, name): args[key].instant
        for name in FILTERED
        for edge in ("min", "max")
        if (key := f"{edge}_{name}_date") in args
    }


async def dates_of_persons(call: Call, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the two keys of interaction dates for each person."""
    with_persons = bool(call.get("with_interaction_persons"))
    found = await call.ledger.relationships.moments(call.actor, ids, internal=with_persons)
    return _on_the_wire(call, found)


async def dates_of_organizations(call: Call, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return the two keys of interaction dates for each organization."""
    with_persons = bool(call.get("with_interaction_persons"))
    return _on_the_wire(call, await call.ledger.organizations.moments(call.actor, ids, internal=with_persons))


def _on_the_wire(call: Call, found: Mapping[int, Moments]) -> dict[int, dict[str, Any]]:
    times = clock(call.settings.affinity_time_zone)
    with_persons = bool(call.get("with_interaction_persons"))
    return {id_: interaction_dates(moments, times, with_persons=with_persons) for id_, moments in found.items()}
