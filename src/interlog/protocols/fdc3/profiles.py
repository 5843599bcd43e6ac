"""The intent that creates or changes a person or an organization (spec 1.3)."""

from interlog.model.errors import Problem

from . import translate
from .contexts import CONTACT, NOTHING, problems_of
from .raised import Outcome, Raised
from .results import ID_KEY, Failure, failed, invalid, succeeded


async def create_or_update(raised: Raised) -> Outcome:
    """``CreateOrUpdateProfile``: what a contact or an organization says is stored, with the ids that others gave it."""
    context = raised.context
    if context["type"] == NOTHING:
        missing = Problem("id", "is required")
        failure = Failure("Invalid", "somebody must fill the profile in, and nobody can be asked here", missing)
        return Outcome(failed(failure, context), "/persons/new")
    problems = problems_of(context)
    card = translate.card_of(context)
    if not problems and not (card.uuid or card.email or card.ids) and not (card.name or "").strip():
        problems.append(Problem("id", "must say who it is, or name must", "missing"))
    if problems:
        raise invalid(problems)
    cards = raised.ledger.cards
    if context["type"] == CONTACT:
        person, is_new = await cards.put_person(raised.actor, card)
        page, uuid = f"/persons/{person.id}", person.uuid
    else:
        organization, is_new = await cards.put_organization(raised.actor, card)
        page, uuid = f"/organizations/{organization.id}", organization.uuid
    shown = context | {"id": context["id"] | {ID_KEY: uuid, "URI": raised.base + page}}
    return Outcome(succeeded("Created" if is_new else "Updated", shown, uuid), page)
