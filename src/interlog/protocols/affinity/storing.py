"""Storing interactions that the request may have been sent for before: by its own name, or by another system's id."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec.structs import replace

from interlog.model.errors import Conflict, InterlogError, Invalid, NotFound, Problem
from interlog.model.interactions import Content, Draft, Interaction
from interlog.model.parties import Person, PersonKind

from . import translate
from .extensions import changes_of, external_id_of
from .operations import Call

MAX_REQUEST_KEY = 255


class Outcome(StrEnum):
    """What became of an interaction that was sent."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Wanted(NamedTuple):
    """An interaction to be stored: the parameters that say so, and the client's own name of the request."""

    args: Mapping[str, Any]
    key: str | None


class Stored(NamedTuple):
    """An interaction as it is stored now, and whether that is new."""

    interaction: Interaction
    outcome: Outcome


def request_key(call: Call) -> str | None:
    """Return the client's own name of the request, by which a repetition is recognised."""
    key: str = call.request.header(b"idempotency-key").strip()
    if len(key) > MAX_REQUEST_KEY:
        raise Invalid(Problem("Idempotency-Key", f"must not be longer than {MAX_REQUEST_KEY} characters", "too_long"))
    return key or None


def one_of_us(content: Content, persons: Mapping[int, Person]) -> Iterable[Problem]:
    """At least one participant works for the tenant; an external one is not demanded (spec 18, D6)."""
    known = [persons[id_] for p in content.participants if (id_ := p.person) is not None and id_ in persons]
    if not any(person.kind is PersonKind.INTERNAL for person in known):
        yield Problem("participants", "must include at least one internal person", "missing")


async def store(call: Call, wanted: Sequence[Wanted]) -> list[Stored | InterlogError]:
    """Store interactions: an outcome for each, in order. What another system's id is known for is changed.

    All that are new are stored in one transaction, and each change in one of its own; what is refused leaves the
    others as they are.
    """
    ledger, actor = call.ledger, call.actor
    outcomes: dict[int, Stored | InterlogError] = {}
    drafts: dict[int, Draft] = {}
    for index, item in enumerate(wanted):
        try:
            drafts[index] = _draft(item)
        except Invalid as error:
            outcomes[index] = error
    pairs = {index: pair for index in drafts if (pair := external_id_of(wanted[index].args)) is not None}
    known = await ledger.known_as.external_ids(actor, list(pairs.values()))
    new = []
    for index, draft in drafts.items():
        number = known.get(pairs[index]) if index in pairs else None
        if number is None or await _was_made(call, draft):
            new.append(index)
        else:
            outcomes[index] = await _changed(call, wanted[index].args, number)
    logged = await ledger.interactions.log_many(actor, [drafts[index] for index in new], one_of_us) if new else []
    for index, found in zip(new, logged, strict=True):
        if isinstance(found, InterlogError):
            outcomes[index] = found
            if isinstance(found, Conflict) and index in pairs and not await _was_made(call, drafts[index]):
                # Somebody else, or an earlier item of this request, stored it since we looked.
                number = (await ledger.known_as.external_ids(actor, [pairs[index]])).get(pairs[index])
                if number is not None:
                    outcomes[index] = await _changed(call, wanted[index].args, number)
        else:
            outcomes[index] = Stored(found.interaction, Outcome.UNCHANGED if found.repeated else Outcome.CREATED)
    return [outcomes[index] for index in range(len(wanted))]


def _draft(item: Wanted) -> Draft:
    draft = translate.draft(item.args, item.key)
    content = replace(draft.content, **changes_of(item.args, draft.content))
    pair = external_id_of(item.args)
    return replace(draft, content=content, external_ids=dict([pair]) if pair is not None else {})


async def _was_made(call: Call, draft: Draft) -> bool:
    """Whether a request of this name has stored something before."""
    key = draft.request_key
    return key is not None and await call.ledger.known_as.request(call.actor, key) is not None


async def _changed(call: Call, args: Mapping[str, Any], number: int) -> Stored | InterlogError:
    """Make what is stored what the request says; all that the request does not mention stays."""
    read: list[Interaction] = []

    def change(item: Interaction) -> Content:
        read.append(item)
        if translate.code_of(call.actor.tenant.types_by_id[item.type_id]) != args["type"]:
            raise Invalid(Problem("type", f"is not that of interaction {number}, which has this external_id"))
        content = translate.amended(item, args["type"], args)
        return replace(content, **changes_of(args, content))

    try:
        now = (await call.ledger.interactions.amend(call.actor, number, change, rule=one_of_us)).interaction
    except NotFound:
        return Invalid(Problem("external_id", "belongs to an interaction that was deleted, or that you may not see"))
    except InterlogError as error:
        return error
    return Stored(now, Outcome.UNCHANGED if now.version == read[-1].version else Outcome.UPDATED)
