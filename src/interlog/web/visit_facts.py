"""What is shown of a visit where its entry in a timeline opens: answers by the questions, and the facts around them."""

from typing import NamedTuple

from ..ledger.canvassing.visits import Told
from ..model.interactions import Interaction
from .view import View

STATES = {"successful": "Successful", "contacted": "Talked to", "unavailable": "Nobody there"}
"""The names of how a visit may go."""

_METRES_A_MILE = 1_609.344


class VisitFacts(NamedTuple):
    """A visit as a template shows it: how it went, the answers by their questions, and further facts by their names."""

    state: str
    state_name: str
    campaign: str
    campaign_name: str
    answers: list[tuple[str, str]]
    facts: list[tuple[str, str]]


async def visit_facts(view: View, item: Interaction) -> VisitFacts | None:
    """Return what is shown of a visit; None for an interaction that is none."""
    told = await view.ledger.visits.told(view.actor, item)
    if told is None:
        return None
    visit, words = told.visit, view.texts.gettext
    state = "unavailable" if visit.unavailable else "successful" if visit.successful else "contacted"
    name = told.names.get("campaigns") or words("A campaign without a name")
    return VisitFacts(state, words(STATES[state]), visit.campaign, name, told.answers, _facts(view, told))


def _facts(view: View, told: Told) -> list[tuple[str, str]]:
    visit, texts = told.visit, view.texts
    found = [
        (texts.gettext("Survey"), told.names.get("surveys", "")),
        (texts.gettext("Status"), told.names.get("statuses", "")),
        (texts.gettext("Reason"), visit.reason or ""),
    ]
    if visit.distance is not None:
        metres = texts.number(round(visit.distance * _METRES_A_MILE))
        found.append((texts.gettext("Distance from the door"), texts.gettext("%(count)s m", count=metres)))
    if visit.lat is not None and visit.lng is not None:
        found.append((texts.gettext("Place"), f"{visit.lat:.5f}, {visit.lng:.5f}"))
    return [(name, value) for name, value in found if value]
