"""Relationship strength: how close one of us and an outside person are, from what they did together.

``1 - exp(-sum(weight * 0.5 ** (age / 90 days)))`` over all past interactions of both: recent contact counts, and
meeting counts more than writing. It is computed when asked for, so that it is never out of date.
"""

from math import exp

from .instants import DAY
from .types import Category

HALF_LIFE = 90 * DAY

WEIGHTS = {
    Category.EMAIL: 0.1,
    Category.MESSAGE: 0.1,
    Category.CALL: 0.3,
    Category.MEETING: 0.4,
    Category.VISIT: 0.4,
}


def points_of(category: Category, occurred_at: int, now: int) -> float:
    """Return what one shared interaction counts: its weight, halved with every 90 days since; nothing if planned."""
    return WEIGHTS.get(category, 0.0) * 0.5 ** ((now - occurred_at) / HALF_LIFE) if occurred_at <= now else 0.0


def strength_of(points: float) -> float:
    """Return the strength (0 to 1) that points add up to."""
    return 1 - exp(-points)
