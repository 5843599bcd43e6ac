"""The intents that show something: which page of ours does (spec 1.3)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from interlog.model.instants import parse_moment
from interlog.model.types import Category

from . import translate
from .contexts import CONTACT, INSTRUMENT, ORGANIZATION, TIME_RANGE, problems_of
from .raised import Outcome, Raised
from .results import Context, invalid


async def interactions(raised: Raised) -> Outcome:
    """``ViewInteractions``: the timeline of a person or an organization, or what speaks of an instrument."""
    context = _valid(raised)
    query = _days(context.get("timeRange"))
    if context["type"] == INSTRUMENT:
        return Outcome(page=_page("/timeline", {"q": _instrument(context), **query}))
    found = await _found(raised, context)
    if found is None:
        return Outcome(page=_page("/timeline", {"q": _called(context), **query}))
    return Outcome(page=_page(found, query))


async def profile(raised: Raised) -> Outcome:
    """``ViewProfile`` and ``ViewContact``: the page of whoever is meant, or the form for somebody new."""
    context = _valid(raised)
    found = await _found(raised, context)
    if found is not None:
        return Outcome(page=found)
    card = translate.card_of(context)
    if context["type"] == ORGANIZATION:
        return Outcome(page=_page("/organizations/new", {"name": card.name}))
    first, _, last = (card.name or "").strip().partition(" ")
    return Outcome(page=_page("/persons/new", {"first_name": first, "last_name": last, "emails": card.email}))


async def messages(raised: Raised) -> Outcome:
    """``ViewMessages``: messages that have to do with all kinds of criteria, and any of those of a kind.

    The one person or organization that is named is whose timeline it is; all else is looked for as text.
    """
    context = _valid(raised)
    criteria = context["criteria"]
    words = [item if isinstance(item, str) else _instrument(item) for item in criteria if not _is_party(item)]
    parties = [item for item in criteria if _is_party(item)]
    found = await _found(raised, parties[0]) if len(parties) == 1 else None
    words += [_called(item) for item in parties] if found is None else []
    query = {"category": Category.MESSAGE.value, "q": " ".join(word for word in words if word)}
    return Outcome(page=_page(found or "/timeline", query))


def _valid(raised: Raised) -> Context:
    problems = problems_of(raised.context)
    if problems:
        raise invalid(problems)
    return raised.context


async def _found(raised: Raised, context: Context) -> str | None:
    """Return the page of the person or organization that a context means, if there is one."""
    card = translate.card_of(context)
    if context["type"] == CONTACT:
        (person,) = await raised.ledger.cards.persons(raised.actor, [card])
        return f"/persons/{person.id}" if person is not None else None
    organization = await raised.ledger.cards.organization(raised.actor, card)
    return f"/organizations/{organization.id}" if organization is not None else None


def _is_party(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") in (CONTACT, ORGANIZATION)


def _called(context: Context) -> str:
    card = translate.card_of(context)
    return card.name or card.email or next((id_ for _, id_ in card.ids), "")


def _instrument(context: Context) -> str:
    ids = context.get("id")
    known = ids if isinstance(ids, dict) else {}
    names = [known.get("ticker"), context.get("ticker"), known.get("ISIN"), context.get("name"), *known.values()]
    return next((name for name in names if isinstance(name, str) and name), "")


def _days(range_: Any) -> dict[str, str]:
    """Return a range of times as the days by which a timeline is filtered."""
    if not isinstance(range_, dict) or range_.get("type", TIME_RANGE) != TIME_RANGE:
        return {}
    found = {}
    for name, parameter in (("startTime", "since"), ("endTime", "until")):
        value = range_.get(name)
        if isinstance(value, str) and parse_moment(value) is not None:
            found[parameter] = value[:10]
    return found


def _page(path: str, query: Mapping[str, str | None]) -> str:
    given = {name: value for name, value in query.items() if value}
    return path + (f"?{urlencode(given)}" if given else "")
