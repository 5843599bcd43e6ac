"""The intents that create, read, change and delete interactions (spec 1.2)."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from interlog.model.errors import Conflict, InterlogError, Invalid, NotFound, Problem
from interlog.model.ids import parse_uuid
from interlog.model.instants import now, parse_moment
from interlog.model.interactions import Content, Draft, Interaction
from interlog.model.parties import Party

from . import translate
from .contexts import CONTACT, CONTACT_LIST, INTERACTION, INTERACTION_LIST, RESULT_LIST, TIME_RANGE, problems_of
from .raised import Outcome, Raised
from .results import ID_KEY, NAMESPACE, Context, Failure, failed, failure_of, invalid, succeeded

PAGE = 50
"""Interactions that are given at once."""

MOST = 1_000
"""Interactions that are created at once."""

_FOREVER = 2**62


async def create(raised: Raised) -> Outcome:
    """``CreateInteraction``: store an interaction, unless the request has done so before."""
    context = raised.context
    if context["type"] == CONTACT_LIST:
        if raised.has_user:
            return Outcome(page=_form_with(raised))
        context = _draft_with(raised)
    return Outcome(await _created(raised, context))


async def create_many(raised: Raised) -> Outcome:
    """``interlog.CreateInteractions``: a result for each interaction of a list, in order; each stands for itself."""
    found = raised.context.get("interactions")
    problems = problems_of(raised.context)
    if isinstance(found, list) and len(found) > MOST:
        problems.append(Problem("interactions", f"must not be more than {MOST}", "too_long"))
    if problems or not isinstance(found, list):
        raise invalid(problems)
    results = []
    for index, context in enumerate(found):
        key = f"{raised.request_key} {index}" if raised.request_key is not None else None
        try:
            if context.get("type") != INTERACTION:
                raise Failure("UnsupportedContext", f"interactions[{index}] is no {INTERACTION}")
            results.append(await _created(raised.with_context(context, key), context))
        except Failure as failure:
            results.append(failed(failure, context))
        except InterlogError as error:
            results.append(failed(failure_of(error), context))
    return Outcome({"type": RESULT_LIST, "results": results})


async def get(raised: Raised) -> Outcome:
    """``interlog.GetInteraction``: the interaction with an id of ours."""
    item = await _known(raised)
    return Outcome(await _shown(raised, item))


async def get_many(raised: Raised) -> Outcome:
    """``interlog.GetInteractions``: those of persons, of an organization, or of a time, newest first, page by page.

    The context may have a ``timeRange``, and the ``nextPageToken`` of the page before.
    """
    context, actor, ledger = raised.context, raised.actor, raised.ledger
    problems = problems_of(context)
    range_ = context if context["type"] == TIME_RANGE else context.get("timeRange")
    if isinstance(range_, dict) and range_ is not context:
        problems += problems_of({**range_, "type": range_.get("type", TIME_RANGE)}, "timeRange")
    place = _place_in(context.get("nextPageToken"), problems)
    if problems:
        raise invalid(problems)
    start, end = _bounds(range_)
    types = [type_.id for type_ in actor.tenant.types]
    asked: dict[str, Any] = {"types": types, "start": start, "end": end, "limit": PAGE + 1, "before": place}
    if context["type"] in (CONTACT, CONTACT_LIST):
        contacts = context["contacts"] if context["type"] == CONTACT_LIST else [context]
        persons = await ledger.cards.persons(actor, [translate.card_of(contact) for contact in contacts])
        ids = list(dict.fromkeys(person.id for person in persons if person is not None))
        briefs = await ledger.timeline.of_parties(actor, [(Party.PERSON, id_) for id_ in ids], **asked) if ids else []
    elif context["type"] == TIME_RANGE:
        briefs = await ledger.timeline.newest(actor, **asked)
    else:
        organization = await ledger.cards.organization(actor, translate.card_of(context))
        briefs = []
        if organization is not None:
            briefs = await ledger.timeline.page(actor, (Party.ORGANIZATION, organization.id), **asked)
    items = await ledger.known_as.numbers(actor, [brief.number for brief in briefs[:PAGE]])
    found = [items[brief.number] for brief in briefs[:PAGE] if brief.number in items]
    result: Context = {"type": INTERACTION_LIST, "interactions": await _all_shown(raised, found)}
    if len(briefs) > PAGE:
        result["nextPageToken"] = _token(briefs[PAGE - 1].occurred_at, briefs[PAGE - 1].number)
    return Outcome(result)


async def update(raised: Raised) -> Outcome:
    """``interlog.UpdateInteraction``: the members that are given replace the stored ones."""
    item = await _known(raised)
    stored = await _shown(raised, item)
    wanted = stored | {name: value for name, value in raised.context.items() if name != "id"}
    problems = problems_of(wanted)
    if problems:
        raise invalid(problems)
    draft = translate.draft_of(raised.actor.tenant, wanted)
    type_ = raised.actor.tenant.types_by_id[item.type_id]
    if draft.type != type_.name and wanted["interactionType"] != stored["interactionType"]:
        raise invalid([Problem("interactionType", "of a stored interaction cannot become another one")])
    contacts_change = any(wanted.get(name) != stored.get(name) for name in ("participants", "initiator"))

    def change(read: Interaction) -> Content:
        content = read.content
        kept = {name: value for name, value in wanted.items() if name != "id"}
        return msgspec.structs.replace(
            content,
            occurred_at=draft.content.occurred_at,
            occurred_offset=draft.content.occurred_offset,
            ended_at=draft.content.ended_at,
            title=draft.content.title,
            body=draft.content.body,
            participants=draft.content.participants if contacts_change else content.participants,
            extras=content.extras | {translate.PROTOCOL: _with_ids(kept, read)},
        )

    logged = await raised.ledger.interactions.amend(raised.actor, item.number, change)
    return Outcome(succeeded("Updated", await _shown(raised, logged.interaction), item.uuid))


async def delete(raised: Raised) -> Outcome:
    """``interlog.DeleteInteraction``: delete the interaction with an id of ours."""
    item = await _known(raised)
    shown = await _shown(raised, item)
    await raised.ledger.interactions.delete(raised.actor, item.number)
    return Outcome(succeeded("Deleted", shown, item.uuid))


async def _created(raised: Raised, context: Context) -> Context:
    actor, ledger, key = raised.actor, raised.ledger, _request_key(raised)
    if key is not None and (before := await ledger.known_as.request(actor, key)) is not None:
        return await _result(raised, before)
    problems = problems_of(context)
    if problems:
        raise invalid(problems)
    draft = await _free_of_known_ids(
        raised, translate.draft_of(actor.tenant, context, source=raised.source, request_key=key)
    )
    try:
        logged = await ledger.interactions.log(actor, draft)
    except Invalid as error:
        raise invalid([_in_context(problem, draft, context) for problem in error.problems]) from error
    except Conflict as error:  # the same request, or the same id, at the same moment
        if key is not None and (before := await ledger.known_as.request(actor, key)) is not None:
            return await _result(raised, before)
        if error.existing is not None:
            raise await _exists(raised, error.existing) from error
        raise
    if logged.repeated:
        before = await ledger.known_as.request(actor, key) if key is not None else None
        if before is None or before.number != logged.interaction.number:
            raise await _exists(raised, logged.interaction.number)
    return await _result(raised, logged.interaction)


async def _free_of_known_ids(raised: Raised, draft: Draft) -> Draft:
    """Refuse an interaction that is there already, by an id of ours or of another system (spec 1.2, step 5)."""
    ids = raised.context.get("id")
    ours = await _by_own_id(raised, ids if isinstance(ids, dict) else {})
    if ours is not None:
        raise await _exists(raised, ours.number)
    pairs = list(draft.external_ids.items())
    known = await raised.ledger.known_as.external_ids(raised.actor, pairs)
    if not known:
        return draft
    if raised.settings.fdc3_foreign_id_conflict == "fail":
        there = await raised.ledger.known_as.numbers(raised.actor, known.values())
        if there:
            raise await _exists(raised, min(there))
    free = {system: id_ for system, id_ in pairs if (system, id_) not in known}
    return msgspec.structs.replace(draft, external_ids=free)


async def _exists(raised: Raised, number: int) -> Failure:
    found = await raised.ledger.known_as.numbers(raised.actor, [number])
    if number not in found:
        return Failure("Exists", "a record with one of these ids already exists")
    item = found[number]
    context = await _shown(raised, item)
    return Failure("Exists", f'record with id "{item.uuid}" already exists', context=context)


async def _result(raised: Raised, item: Interaction) -> Context:
    return succeeded("Created", await _shown(raised, item), item.uuid)


async def _known(raised: Raised) -> Interaction:
    """Return the interaction whose id a context has."""
    ids = raised.context.get("id")
    item = await _by_own_id(raised, ids) if isinstance(ids, dict) else None
    if item is None and isinstance(ids, dict):
        known = await raised.ledger.known_as.external_ids(raised.actor, translate.pairs_of(ids))
        there = await raised.ledger.known_as.numbers(raised.actor, known.values())
        item = there[min(there)] if there else None
    if item is None:
        raise Failure("NotFound", "no record has the id", Problem("id", f"has no {ID_KEY} of a record"))
    return item


async def _by_own_id(raised: Raised, ids: Context) -> Interaction | None:
    for name, value in ids.items():
        if not isinstance(value, str):
            continue
        if name.casefold() == ID_KEY.casefold() and (uuid := parse_uuid(value)) is not None:
            try:
                return await raised.ledger.known_as.uuid(raised.actor, uuid)
            except NotFound:
                continue
        prefix = f"{raised.base}/interactions/"
        number = value.removeprefix(prefix)
        if name.casefold() == "uri" and number != value and number.isascii() and number.isdecimal():
            found = await raised.ledger.known_as.numbers(raised.actor, [int(number[:15])])
            if found:
                return found[int(number[:15])]
    return None


async def _shown(raised: Raised, item: Interaction) -> Context:
    (context,) = await _all_shown(raised, [item])
    return context


async def _all_shown(raised: Raised, items: Sequence[Interaction]) -> list[Context]:
    people = await raised.ledger.persons.of_interactions(raised.actor, items)
    ids = await raised.ledger.cards.external_ids(
        raised.actor, Party.PERSON, {p.person for item in items for p in item.participants if p.person is not None}
    )
    tenant = raised.actor.tenant
    return [translate.context_of(tenant, item, people, ids, raised.base) for item in items]


def _with_ids(context: Context, item: Interaction) -> Context:
    """Return a context with the ids that others gave the interaction."""
    given = item.content.extras.get(translate.PROTOCOL)
    ids = given.get("id") if isinstance(given, dict) else None
    return context | ({"id": ids} if ids else {})


def _draft_with(raised: Raised) -> Context:
    """Return the interaction to be filled in that a list of contacts becomes where nobody can be asked (rule C)."""
    problems = problems_of(raised.context)
    if problems:
        raise invalid(problems)
    if raised.settings.fdc3_contact_list_without_ui == "reject":
        missing = [Problem(name, "is required") for name in ("timeRange", "interactionType", "description")]
        raise invalid(missing)
    time = translate.instant_text(now() // 1_000_000 * 1_000_000)
    return {
        "type": INTERACTION,
        "interactionType": "Meeting",
        "description": "",
        "timeRange": {"type": TIME_RANGE, "startTime": time},
        "participants": raised.context,
        NAMESPACE: {translate.DRAFT: True},
    }


def _form_with(raised: Raised) -> str:
    """Return the page on which somebody fills in the rest of what a list of contacts begins (rule C)."""
    problems = problems_of(raised.context)
    if problems:
        raise invalid(problems)
    cards = [translate.card_of(contact) for contact in raised.context["contacts"]]
    said = [f"{card.name or ''} <{card.email}>".strip() if card.email else card.name or "" for card in cards]
    return f"/log/Meeting?{urlencode({'who': ', '.join(text.replace(',', ' ') for text in said if text)})}"


def _request_key(raised: Raised) -> str | None:
    return f"fdc3 {raised.request_key}" if raised.request_key else None


_PATHS = {
    "title": "name",
    "body": "description",
    "occurred_at": "timeRange.startTime",
    "ended_at": "timeRange.endTime",
    "participants": "participants.contacts",
}


def _in_context(problem: Problem, draft: Draft, context: Context) -> Problem:
    """Return a problem of the content with its path in the context."""
    path = problem.path
    if path.startswith("participants["):
        index = int(path.removeprefix("participants[").partition("]")[0])
        last = len(draft.content.participants) - 1
        is_initiator = "initiator" in context and index == last
        path = "initiator" if is_initiator else f"participants.contacts[{index}]"
    elif path.startswith("external_ids."):
        path = f"id.{path.removeprefix('external_ids.')}"
    return Problem(_PATHS.get(path, path), problem.message, problem.code)


def _bounds(range_: Any) -> tuple[int, int]:
    if not isinstance(range_, dict):
        return -_FOREVER, _FOREVER
    start, end = (parse_moment(range_[name]) if name in range_ else None for name in ("startTime", "endTime"))
    return start.instant if start is not None else -_FOREVER, end.instant + 1 if end is not None else _FOREVER


def _token(at: int, number: int) -> str:
    return base64.urlsafe_b64encode(f"{at},{number}".encode()).decode().rstrip("=")


def _place_in(token: Any, problems: list[Problem]) -> tuple[int, int] | None:
    if token is None:
        return None
    try:
        at, _, number = base64.urlsafe_b64decode(str(token)[:100] + "==").decode().partition(",")
        return int(at), int(number)
    except (ValueError, binascii.Error):
        problems.append(Problem("nextPageToken", "is none of ours"))
        return None
