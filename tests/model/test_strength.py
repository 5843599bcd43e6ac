"""Relationship strength."""

from collections.abc import Iterable
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.instants import DAY, MINUTE
from interlog.model.strength import HALF_LIFE, WEIGHTS, points_of, strength_of
from interlog.model.types import Category

NOW = 2_000_000_000_000_000
shared = st.lists(st.tuples(st.sampled_from(Category), st.integers(NOW - 3_000 * DAY, NOW + 30 * DAY)), max_size=30)


def relationship_strength(items: Iterable[tuple[Category, int]], now: int) -> float:
    """The strength that some interactions make, each given by its category and instant."""
    return strength_of(sum(points_of(category, occurred_at, now) for category, occurred_at in items))


class TestRelationshipStrength:
    def test_is_nothing_without_interactions(self) -> None:
        """Who never met has no relationship."""
        assert relationship_strength([], NOW) == 0

    @pytest.mark.parametrize(("category", "weight"), WEIGHTS.items())
    def test_one_interaction_now(self, category: Category, weight: float) -> None:
        """One interaction right now counts with its category's weight."""
        assert relationship_strength([(category, NOW)], NOW) == pytest.approx(1 - exp(-weight))

    def test_halves(self) -> None:
        """After 90 days an interaction counts half."""
        assert relationship_strength([(Category.CALL, NOW - HALF_LIFE)], NOW) == pytest.approx(1 - exp(-0.15))

    def test_the_documented_sum(self) -> None:
        """Several interactions add up before the curve is applied."""
        items = [(Category.MEETING, NOW), (Category.EMAIL, NOW - 2 * HALF_LIFE), (Category.OTHER, NOW)]

        assert relationship_strength(items, NOW) == pytest.approx(1 - exp(-(0.4 + 0.1 / 4)))

    def test_planned_ones_do_not_count(self) -> None:
        """What has not happened yet brings nobody closer."""
        assert relationship_strength([(Category.MEETING, NOW + MINUTE)], NOW) == 0

    @given(items=shared, more=shared)
    def test_grows_with_each_interaction_and_stays_below_one(
        self, items: list[tuple[Category, int]], more: list[tuple[Category, int]]
    ) -> None:
        """More contact never makes a relationship weaker, and it is between 0 and 1."""
        fewer, all_ = relationship_strength(items, NOW), relationship_strength(items + more, NOW)

        assert 0 <= fewer <= all_ + 1e-12
        assert all_ <= 1
