"""Change sets of batches: interactions and profiles that are created and changed together, all or none (spec 6.1).

So are relationships created. What one request creates another one may change, by ``$`` and the first one's id.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from interlog.ledger.change_sets import Change, ChangeResult, InstanceChange, ProfileChange
from interlog.ledger.profile_putting import PlacedProfile
from interlog.model.errors import InterlogError, Withheld
from interlog.model.instances import Placed

from . import creating, instances, linking, profiles, relationships
from .asks import Ask
from .bodies import read_one
from .entities import InteractionEntity, ProfileEntity
from .errors import ApiError, not_found
from .ids import Key
from .operations import Reply


class Planned(NamedTuple):
    """One request of a change set: what it changes, its answer, and its refusal in this protocol's words.

    ``entity``: the type of an interaction. ``after``: what a request means that changes what this one creates.
    """

    change: Change
    reply: Callable[[Any], Reply]
    refusal: Callable[[InterlogError], InterlogError]
    entity: InteractionEntity | None = None
    after: "Callable[[Ask], Planned] | None" = None


async def planned(ask: Ask) -> Planned:
    """Return what a request of a change set means; raises what is wrong with it."""
    if len(ask.segments) == 1:
        name, key = ask.segments[0]
        if name.lower() in relationships.SET_NAMES and key is None and ask.method == "POST":
            return await _created_relationship(ask)
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
        elif entity is None and name.lower() not in relationships.SET_NAMES:
            raise not_found(f"entity set '{name[:128]}'")
    raise _not_here()


def planned_change(ask: Ask, before: Planned) -> Planned:
    """Return what a request means that is about what an earlier one of the same change set creates."""
    if before.after is None or ask.method not in ("PATCH", "PUT"):
        raise _not_here()
    return before.after(ask)


def _not_here() -> ApiError:
    message = (
        "A change set creates and changes interactions and profiles, and creates relationships; send others outside."
    )
    return ApiError(501, "NotImplemented", message)


async def _created_relationship(ask: Ask) -> Planned:
    change, reply = await relationships.planned(ask, read_one(ask.data))
    return Planned(change, reply, lambda error: error)


def _created_interaction(ask: Ask, implied: InteractionEntity | None) -> Planned:
    entity, instance, how = creating.prepared(ask, read_one(ask.data), implied)

    def reply(placed: Placed) -> Reply:
        return creating.reply(ask, placed, entity, typed=implied is not None)

    def after(other: Ask) -> Planned:
        changed, mode = instances.prepared_after(other, entity, instance)
        return _change_of_interaction(other, entity, InstanceChange(changed, mode), typed=implied is not None)

    refusal = partial(instances.refusal, entity=entity)
    return Planned(InstanceChange(instance, how), reply, refusal, entity, after)


async def _changed_interaction(ask: Ask, key: Key, implied: InteractionEntity | None) -> Planned:
    entity, instance, how = await instances.prepared(ask, key, implied)
    return _change_of_interaction(ask, entity, InstanceChange(instance, how), typed=implied is not None)


def _change_of_interaction(ask: Ask, entity: InteractionEntity, change: InstanceChange, *, typed: bool) -> Planned:
    def reply(placed: Placed) -> Reply:
        return instances.changed_reply(ask, placed, entity, typed=typed)

    return Planned(change, reply, partial(instances.refusal, entity=entity), entity)


def _created_profile(ask: Ask, entity: ProfileEntity) -> Planned:
    draft, how = profiles.prepared(ask, read_one(ask.data), entity)

    def reply(placed: PlacedProfile) -> Reply:
        return profiles.created_reply(ask, placed.profile, entity)

    def after(other: Ask) -> Planned:
        changed, mode = profiles.prepared_after(other, entity, draft)
        return _change_of_profile(other, entity, ProfileChange(entity.type, changed, mode))

    refusal = partial(profiles.refusal, entity=entity)
    return Planned(ProfileChange(entity.type, draft, how), reply, refusal, after=after)


async def _changed_profile(ask: Ask, key: Key, entity: ProfileEntity) -> Planned:
    draft, how = await profiles.prepared_change(ask, key, entity)
    return _change_of_profile(ask, entity, ProfileChange(entity.type, draft, how))


def _change_of_profile(ask: Ask, entity: ProfileEntity, change: ProfileChange) -> Planned:
    def reply(placed: PlacedProfile) -> Reply:
        return profiles.changed_reply(ask, placed.profile, entity)

    return Planned(change, reply, partial(profiles.refusal, entity=entity))


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
