"""Campaigns of canvassers: the list, and of each its figures, its map, and what was answered at the doors."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

import falcon.asgi
import msgspec

from ..ledger.canvassing.reports import Figures, Knocked, Scope
from ..model.canvassing.permissions import Permit
from ..model.canvassing.reports import QuestionReport
from ..model.canvassing.resources import Resource, catch_all_campaign
from ..model.canvassing.surveys import Question
from ..model.parties import Person
from .texts import Texts
from .view import Page, View
from .visit_facts import STATES

LIMIT = 50
_MOST_PLACES = 10_000
_MOST_DAYS = 120
_SHOWN_PLACES = 50
_MINUTE = timedelta(minutes=1)

STATUSES = {"pending": "Pending", "started": "Under way", "complete": "Complete"}
"""The names of what a campaign may be."""

TABS = (
    ("", "Overview", "read@campaigns"),
    ("/results", "Results", "read@analytics::responses"),
    ("/visits", "Visits", "read@interactions"),
    ("/quality", "Quality", "read@analytics::responses"),
)


class Listed(NamedTuple):
    """A campaign as the list shows it."""

    campaign: Resource
    figures: Figures | None


class Row(NamedTuple):
    """The visits of a day or a canvasser."""

    name: str
    day: date | None
    knocked: int
    contacted: int
    successful: int


class Choice(NamedTuple):
    """An answer to a question, and how many gave it."""

    text: str
    times: int


class Result(NamedTuple):
    """How a question was answered. ``most`` is how often the most frequent answer was given."""

    text: str
    report: QuestionReport
    choices: list[Choice]
    most: int


async def show_all(view: View) -> Page:
    """``GET /campaigns``: those that the reader may see, by their ids."""
    permit = await _permit(view, "read@campaigns")
    after = view.query.get("after")
    chunks = view.ledger.canvassing_lists.resources(
        view.actor, "campaigns", limit=LIMIT, after=(after,) if after else None
    )
    chunk = await anext(chunks)
    figures = (await view.ledger.standing.figures(view.actor, permit, [item.id for item in chunk.items])).value
    elsewhere = catch_all_campaign(view.actor.tenant)
    listed = [Listed(item, figures.get(item.id)) for item in chunk.items if item.id != elsewhere or item.id in figures]
    listed.sort(key=lambda one: (one.figures is None, -(one.figures.last if one.figures else 0)))
    more = view.url("/campaigns", after=chunk.next[0]) if chunk.next is not None else None
    return Page("campaigns.html", {"campaigns": listed, "statuses": STATUSES, "more": more})


async def show(view: View, id_: str) -> Page:
    """``GET /campaigns/{id}``: the figures, the map, and the doors by day and by canvasser."""
    permit, campaign, values = await frame(view, id_, "read@campaigns")
    actor, figures, counted_at = view.actor, *await figures_of(view, permit, campaign)
    days: list[Row] = []
    crew: list[Row] = []
    if figures is not None and permit.allows("read@analytics::doors-knocked"):
        offset = view.texts.moment(figures.last).utcoffset() or timedelta()
        scope = Scope(campaign=campaign.id, shift=offset // timedelta(microseconds=1))
        doors, counted_at = await view.ledger.standing.doors(actor, permit, scope, figures)
        days = _days(view.texts, doors.days)
        names = await view.ledger.people.named(actor, [row.key for row in doors.crew if isinstance(row.key, str)])
        crew = _crew(view.texts, doors.crew, names)
    spots = []
    if permit.allows("read@interactions"):
        spots = list(await view.ledger.quality.places(actor, permit, campaign.id, limit=_SHOWN_PLACES))
    return Page(
        "campaign.html",
        values
        | {
            "figures": figures,
            "counted_at": counted_at,
            "days": days[-_MOST_DAYS:],
            "is_cut": len(days) > _MOST_DAYS,
            "crew": crew,
            "most": max((row.knocked for row in crew), default=1),
            "spots": spots,
            "state_of": state_of,
            "states": STATES,
            "tiles": view.settings.map_tiles or "",
            "credit": view.settings.map_credit or "",
        },
    )


async def places(view: View, id_: str) -> Any:
    """``GET /campaigns/{id}/places``: where the newest visits were, for the map, as JSON.

    ``points`` are ``[latitude, longitude, state, number, milliseconds since 1970]``; ``is_cut``: there are more than
    are shown.
    """
    permit, campaign, _ = await frame(view, id_, "read@interactions")
    found = await view.ledger.quality.places(view.actor, permit, campaign.id, limit=_MOST_PLACES + 1)
    points = [
        (place.lat, place.lng, state_of(place), place.number, place.at // 1_000) for place in found[:_MOST_PLACES]
    ]
    data = msgspec.json.encode({"points": points, "is_cut": len(found) > _MOST_PLACES})

    async def write(response: falcon.asgi.Response) -> None:
        response.content_type = falcon.MEDIA_JSON
        response.data = data

    return write


async def results(view: View, id_: str) -> Page:
    """``GET /campaigns/{id}/results``: how each question was answered, over all versions of its survey."""
    permit, campaign, values = await frame(view, id_, "read@analytics::responses")
    chosen = view.query.get("survey") or None
    surveys = await view.ledger.resources.owned(view.actor, "surveys", campaign.id)
    if chosen not in {survey.id for survey in surveys}:
        chosen = None
    figures, _ = await figures_of(view, permit, campaign)
    found, counted_at = [], None
    if figures is not None:
        scope = Scope(campaign=campaign.id, survey=chosen)
        answers, counted_at = await view.ledger.standing.answers(view.actor, permit, scope, figures)
        asked = answers.reports if any(report.asked for report in answers.reports) else ()
        found = [_result(view.texts, answers.questions.get(report.question_id), report) for report in asked]
    values |= {"results": found, "surveys": surveys, "chosen": chosen or "", "counted_at": counted_at}
    return Page("campaign_results.html", values)


async def frame(view: View, id_: str, permission: str) -> tuple[Permit, Resource, dict[str, Any]]:
    """Return what all pages of a campaign begin with; raises ``Lacking`` without the permission."""
    permit = await _permit(view, permission)
    campaign = await view.ledger.resources.get(view.actor, "campaigns", id_)
    tabs = [(path, name) for path, name, needed in TABS if permit.allows(needed)]
    path = f"/campaigns/{campaign.id}"
    values = {"campaign": campaign, "campaign_path": path, "tabs": tabs, "statuses": STATUSES, "counted_at": None}
    return permit, campaign, values


async def figures_of(view: View, permit: Permit, campaign: Resource) -> tuple[Figures | None, int | None]:
    """Return the figures of a campaign, None without visits, and when they were counted if that was before."""
    found, at = await view.ledger.standing.figures(view.actor, permit, [campaign.id])
    return found.get(campaign.id), at


def state_of(visit: Any) -> str:
    """Return how a visit went: one of ``STATES``."""
    return "unavailable" if visit.unavailable else "successful" if visit.successful else "contacted"


async def _permit(view: View, permission: str) -> Permit:
    permit = await view.ledger.permits.of(view.actor)
    permit.require(permission)
    return permit


def _days(texts: Texts, found: Iterable[Knocked]) -> list[Row]:
    first = date(1970, 1, 1)
    rows = []
    for row in found:
        try:
            day = first + timedelta(days=int(row.key or 0))
        except OverflowError:  # no calendar has that day
            continue
        rows.append(_row(texts.date(day), day, row))
    return rows


def _crew(texts: Texts, found: Iterable[Knocked], names: dict[str, Person]) -> list[Row]:
    rows = []
    for row in found:
        person = names.get(str(row.key))
        rows.append(_row(person.name if person is not None else texts.gettext("Somebody"), None, row))
    return sorted(rows, key=lambda row: (-row.knocked, row.name))


def _row(name: str, day: date | None, row: Knocked) -> Row:
    return Row(name, day, row.knocked, row.knocked - row.unavailable, row.successful)


def _result(texts: Texts, question: Question | None, report: QuestionReport) -> Result:
    name = (question.text if question is not None else None) or report.tag or texts.gettext("A question without a text")
    choices = []
    for option in report.options or ():
        chosen = question.shown(option.value) if question is not None else str(option.value)
        choices.append(Choice(chosen, option.count))
    return Result(name, report, choices, max((choice.times for choice in choices), default=0))
