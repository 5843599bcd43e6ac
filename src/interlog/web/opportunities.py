"""Opportunities: the list, and everything about one."""

from collections.abc import Sequence

from ..ledger.relationships import outermost
from ..model.files import Holder
from ..model.parties import Party, PartyList
from . import files, notes, relationships, timeline
from .persons import LIMIT
from .view import Page, Redirect, View

_NAMED = 3
"""Organizations that a row of the list names."""


async def show_all(view: View) -> Page:
    """``GET /opportunities``: all of them, or those whose name has a text."""
    term = view.query.get("q", "").strip()
    after = view.query.get("after", "")
    found, following = await view.ledger.opportunities.page(
        view.actor, term=term or None, after=view.number(after) if after else 0, limit=LIMIT
    )
    more = view.url("/opportunities", q=term, after=following) if following is not None else None
    wanted = {id_ for item in found for id_ in item.organization_ids[:_NAMED]}
    values = {
        "opportunities": found,
        "organizations": await view.ledger.organizations.get_many(view.actor, wanted) if wanted else {},
        "lists": await _lists(view),
        "q": term,
        "more": more,
        "may_write": notes.may_write(view),
    }
    return Page("opportunities.html", values)


async def show(view: View, number: str, said: notes.Said = notes.NOTHING, wrong: Sequence[str] = ()) -> Page:
    """``GET /opportunities/{number}``: who is part of it, and the timeline."""
    opportunity = await view.ledger.opportunities.get(view.actor, view.number(number))
    party, path = (Party.OPPORTUNITY, opportunity.id), f"/opportunities/{opportunity.id}"
    values = await timeline.of_party(view, party, path)
    if view.is_part:
        return Page("timeline_part.html", values)
    values |= await notes.of_party(view, party, path, said)
    values["files"] = await files.beside(view, Holder.OPPORTUNITY, opportunity.id, wrong)
    ledger, actor = view.ledger, view.actor
    persons = await ledger.persons.get_many(actor, (*opportunity.person_ids, opportunity.creator))
    organizations = await ledger.organizations.get_many(actor, opportunity.organization_ids)
    there = [id_ for id_ in opportunity.person_ids if id_ in persons][: relationships.MOST_PERSONS]
    members = await ledger.organizations.members(actor, list(organizations)) if organizations else {}
    involved = {*there, *(id_ for some in members.values() for id_ in some)}
    found = await ledger.relationships.moments(actor, sorted(involved), internal=True) if involved else {}
    shown = {
        "opportunity": opportunity,
        "list": (await _lists(view)).get(opportunity.list_id),
        "creator": persons.get(opportunity.creator),
        "persons": [persons[id_] for id_ in there],
        "others": len(opportunity.person_ids) - len(there),
        "organizations": list(organizations.values()),
        "formula": relationships.formula(view),
        "dates": await relationships.dates(view, outermost(list(found.values())) if found else None),
        "knows": await relationships.who_knows(view, there),
    }
    return Page("opportunity.html", values | shown, max(notes.status_of(said), files.status_of(wrong)))


async def _lists(view: View) -> dict[int, PartyList]:
    """Return the lists by their ids."""
    return {item.id: item for item in await view.ledger.opportunities.lists(view.actor)}


add_files = files.adding(Holder.OPPORTUNITY, show)
"""``POST /opportunities/{number}/files``."""


async def write_note(view: View, number: str) -> Page | Redirect:
    """``POST /opportunities/{number}/notes``."""
    opportunity = await view.ledger.opportunities.get(view.actor, view.number(number))
    said = await notes.write(view, (Party.OPPORTUNITY, opportunity.id))
    if said is not None:
        return await show(view, number, said)
    return Redirect(f"/opportunities/{opportunity.id}", view.texts.gettext("The note is saved."))
