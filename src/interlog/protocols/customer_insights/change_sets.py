"""Change sets of batches: interactions and profiles that are created and changed together, all or none (spec 6.1)."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from interlog.ledger.change_sets import Change, ChangeResult, InstanceChange, ProfileChange
from interlog.ledger.profile_putting import PlacedProfile
from interlog.model.errors import InterlogError, Withheld
from interlog.model.instances import Placed

from . import creating, instances, linking, profiles
from .asks import Ask
from .bodies import read_one
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError, not_found
from .ids import Key
from .operations import Reply


class Planned(NamedTuple):
    """One request of a change set: what it changes, its answer, and its refusal in this protocol's words."""

    change: Change
    reply: Callable[[Any], Reply]
    refusal: Callable[[InterlogError], InterlogError]
    entity: InteractionEntity | None = None


async def planned(ask: Ask) -> Planned:
    """Return what a request of a change set means; raises what is wrong with it."""
    if len(ask.segments) == 1:
        name, key = ask.segments[0]
        entity = ask.hub.of_set(name)
        if name.lower() == instances.ALL_SET.lower() or isinstance(entity, InteractionEntity):
            own = entity if isinstance(entity, InteractionEntity) else None
            if key is None and ask.method == "POST":
                return _created_interaction(ask, own)
            if key is not None and ask.method in ("PATCH", "PUT"):
                return await _changed_interaction(ask, key, own)
        elif isinstance(entity, ProfileEntity):
            if key is None and ask.method == "POST":
                return _created_profile(ask, entity)
            if key is not None and ask.method == "PATCH":
                return await _changed_profile(ask, key, entity)
        elif entity is None and name.lower() not in ("relationships", "relationship"):
            raise not_found(f"entity set '{name[:128]}'")
    message = "A change set creates and changes interactions and profiles; send other requests outside."
    raise ApiError(501, "NotImplemented", message)


def _created_interaction(ask: Ask, implied: InteractionEntity | None) -> Planned:
    entity, instance, how = creating.prepared(ask, read_one(ask.data), implied)

    def reply(placed: Placed) -> Reply:
        return creating.reply(ask, placed, entity, typed=implied is not None)

    return Planned(InstanceChange(instance, how), reply, lambda error: instances.refusal(error, entity), entity)


async def _changed_interaction(ask: Ask, key: Key, implied: InteractionEntity | None) -> Planned:
    entity, instance, how = await instances.prepared(ask, key, implied)

    def reply(placed: Placed) -> Reply:
        return instances.changed_reply(ask, placed, entity, typed=implied is not None)

    return Planned(InstanceChange(instance, how), reply, lambda error: instances.refusal(error, entity), entity)


def _created_profile(ask: Ask, entity: ProfileEntity) -> Planned:
    draft, how = profiles.prepared(ask, read_one(ask.data), entity)

    def reply(placed: PlacedProfile) -> Reply:
        return profiles.created_reply(ask, placed.profile, entity)

    return Planned(ProfileChange(entity.type, draft, how), reply, lambda error: profiles.refusal(error, entity))


async def _changed_profile(ask: Ask, key: Key, entity: ProfileEntity) -> Planned:
    draft, how = await profiles.prepared_change(ask, key, entity)

    def reply(placed: PlacedProfile) -> Reply:
        return profiles.changed_reply(ask, placed.profile, entity)

    return Planned(ProfileChange(entity.type, draft, how), reply, lambda error: profiles.refusal(error, entity))


async def perform(ask: Ask, plans: Sequence[Planned]) -> list[Reply | InterlogError]:
    """Make all changes or none, and return the answer to each request."""
    results = await ask.ledger.change_sets.put(ask.actor, [plan.change for plan in plans])
    stored = [
        (plan.entity, result.interaction)
        for plan, result in zip(plans, results, strict=True)
        if plan.entity is not None and isinstance(result, Placed)
    ]
    if stored:
        await linking.apply(ask, stored)
    return [_answer(plan, result) for plan, result in zip(plans, results, strict=True)]


def withheld() -> ApiError:
    """Return the refusal of a request with which nothing is wrong but others of its change set."""
    return ApiError(424, "FailedDependency", "Another request of the change set was refused.")


def _answer(plan: Planned, result: ChangeResult) -> Reply | InterlogError:
    if isinstance(result, Withheld):
        return withheld()
    return plan.refusal(result) if isinstance(result, InterlogError) else plan.reply(result)
