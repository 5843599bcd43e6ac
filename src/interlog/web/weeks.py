"""The chart of how much happened in each week: bars as an SVG picture, and the same as a table."""

from collections.abc import Sequence
from typing import NamedTuple

from ..ledger.overview import Week
from ..model.types import Category
from .timeline import NAMES
from .view import View

WIDTH, HEIGHT = 530, 90
_STEP = 10
_BAR = 8


class Piece(NamedTuple):
    """A category's part of a bar, in the units of the picture."""

    category: Category
    x: int
    y: float
    height: float


class Bar(NamedTuple):
    """A week: when it began, how much happened in words, and the pieces of its bar."""

    start: int
    total: int
    title: str
    pieces: list[Piece]


class Chart(NamedTuple):
    """The picture. ``categories``: those that there is any of, as its key names them; ``most``: the highest bar."""

    bars: list[Bar]
    categories: dict[Category, str]
    total: int
    most: int
    table: list[tuple[int, list[int], int]]


def chart(view: View, weeks: Sequence[Week]) -> Chart:
    """Return the chart of some weeks, the oldest first."""
    there = {category: name for category, name in NAMES.items() if any(week.counts.get(category) for week in weeks)}
    totals = [sum(week.counts.values()) for week in weeks]
    most = max(totals, default=0)
    texts = view.texts
    bars = []
    for index, (week, total) in enumerate(zip(weeks, totals, strict=True)):
        pieces, top = [], float(HEIGHT)
        for category in there:
            if count := week.counts.get(category, 0):
                height = round(count * HEIGHT / most, 2)
                top = round(top - height, 2)
                pieces.append(Piece(category, index * _STEP + (_STEP - _BAR) // 2, max(top, 0.0), height))
        day = texts.date(texts.day(week.start))
        title = texts.ngettext("%(day)s: one interaction", "%(day)s: %(count)s interactions", total, day=day)
        bars.append(Bar(week.start, total, title, pieces))
    table = [
        (week.start, [week.counts.get(category, 0) for category in there], total)
        for week, total in zip(weeks, totals, strict=True)
        if total
    ]
    return Chart(bars, there, sum(totals), most, table[::-1])
