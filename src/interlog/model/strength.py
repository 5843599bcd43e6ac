"""Relationship strength: how close one of us and an outside person are, from what they did together.

``1 - exp(-sum(weight * 0.5 ** (age / 90 days)))`` over all past interactions of both: recent contact counts, and
meeting counts more than writing. It is computed when asked for, so that it is never out of date.
"""

from collections.abc import Iterable
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


def relationship_strength(shared: Iterable[tuple[Category, int]], now: int) -> float:
    """Return the strength (0 to 1) from each shared interaction's category and instant; planned ones do not count."""
    total = sum(
        WEIGHTS.get(category, 0.0) * 0.5 ** ((now - occurred_at) / HALF_LIFE)
        for category, occurred_at in shared
        if occurred_at <= now
    )
    return 1 - exp(-total)
