"""The quality of a campaign's visits: what looks odd among them, to be looked at."""

from typing import NamedTuple

from ..ledger.canvassing.quality import Odd, Oddity, Suspect
from ..model.instants import DAY, HOUR, MINUTE, SECOND
from .canvass import figures_of, frame
from .texts import Texts
from .timeline import Entry, days_of
from .view import Page, View

_SHOWN = 50
_METRES, _SPEED = 150, 50
_MOST = 1_000_000

CHECKS = {
    Oddity.FAR: (
        "Far from the door",
        "The canvasser's device was farther from the address than the limit.",
        "Was it entered elsewhere, or is the address wrong? Look where the visit was.",
    ),
    Oddity.FAST: (
        "Too fast between doors",
        "From the door before to this one, nobody gets in this time.",
        "Compare both visits: one may have been entered for somebody else, or later.",
    ),
    Oddity.AT_ONCE: (
        "At the same moment",
        "The same canvasser was at several persons' doors in the same moment.",
        "Compare the answers: such visits are often filled in together, afterwards.",
    ),
    Oddity.TWICE: (
        "Recorded twice",
        "Same person, same canvasser, same moment, same survey.",
        "Compare them, and delete what is too many.",
    ),
    Oddity.EARLY: (
        "Ahead of the clock",
        "They arrived here before they happened: the device's clock is wrong.",
        "Have the clock set: what else came from the device has wrong times, too.",
    ),
}
"""What is looked for: its name, what it means, and what to look at."""


class Row(NamedTuple):
    """A visit that looks odd, how odd it is, and the number of the one to compare it with."""

    entry: Entry
    amount: str
    other: int | None


class Check(NamedTuple):
    """One kind of what looks odd: how many there are, and the oddest of them, each with what is odd about it."""

    oddity: Oddity
    name: str
    about: str
    look: str
    total: int
    rows: list[Row]


async def quality(view: View, id_: str) -> Page:
    """``GET /campaigns/{id}/quality``: what looks odd, by its kind; ``metres`` and ``speed`` are the limits."""
    permit, campaign, values = await frame(view, id_, "read@analytics::responses")
    metres, speed = _limit(view, "metres", _METRES), _limit(view, "speed", _SPEED)
    figures, _ = await figures_of(view, permit, campaign)
    found: dict[Oddity, list[Suspect]] = {oddity: [] for oddity in Oddity}
    counted_at = None
    if figures is not None:
        found, counted_at = await view.ledger.standing.suspects(
            view.actor, permit, campaign.id, figures, metres=metres, speed=speed, limit=_SHOWN
        )
    visits = {suspect.visit.number: suspect.visit.brief for suspects in found.values() for suspect in suspects}
    entries = {entry.number: entry for day in await days_of(view, list(visits.values())) for entry in day.entries}
    checks = [_check(view.texts, oddity, suspects, entries) for oddity, suspects in found.items()]
    values |= {"checks": checks, "metres": metres, "speed": speed, "most": _MOST, "counted_at": counted_at}
    return Page("campaign_quality.html", values)


def _check(texts: Texts, oddity: Oddity, suspects: list[Suspect], entries: dict[int, Entry]) -> Check:
    name, about, look = CHECKS[oddity]
    rows = [
        Row(entries[suspect.visit.number], _amount(texts, oddity, suspect.odd), suspect.odd.other)
        for suspect in suspects
    ]
    return Check(oddity, name, about, look, suspects[0].odd.total if suspects else 0, rows)


def _amount(texts: Texts, oddity: Oddity, odd: Odd) -> str:
    amount = odd.amount
    if amount is None:
        return texts.gettext("in no time")
    match oddity:
        case Oddity.FAR:
            return _metres(texts, amount)
        case Oddity.FAST:
            return texts.gettext("%(count)s km/h", count=texts.number(round(amount)))
        case Oddity.EARLY:
            return _time(texts, round(amount))
    return texts.ngettext("one visit", "%(count)s visits", round(amount))


def _metres(texts: Texts, metres: float) -> str:
    if metres >= 1_000:
        return texts.gettext("%(count)s km", count=texts.number(round(metres / 1_000, 1)))
    return texts.gettext("%(count)s m", count=texts.number(round(metres)))


def _time(texts: Texts, taken: int) -> str:
    for unit, one, many in (
        (DAY, "one day", "%(count)s days"),
        (HOUR, "one hour", "%(count)s hours"),
        (MINUTE, "one minute", "%(count)s minutes"),
    ):
        if taken >= unit:
            return texts.ngettext(one, many, round(taken / unit))
    return texts.ngettext("one second", "%(count)s seconds", round(taken / SECOND))


def _limit(view: View, name: str, usual: int) -> int:
    text = view.query.get(name, "").strip()
    return min(int(text), _MOST) if text.isascii() and text.isdecimal() and len(text) < 9 else usual
