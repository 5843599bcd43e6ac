"""A world of scale 1, made once for all tests of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from interlog.demo import DemoInteraction, World

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


class Made:
    """Everything in one world, and look-ups."""

    def __init__(self) -> None:
        self.world = World(now=NOW)
        self.people = {person.key: person for person in self.world.people()}
        self.organizations = {organization.key: organization for organization in self.world.organizations()}
        self.opportunities = {opportunity.key: opportunity for opportunity in self.world.opportunities()}
        self.notes = list(self.world.notes())
        self.interactions = list(self.world.interactions())
        self.past = [item for item in self.interactions if item.occurred_at < NOW]
        self.planned = [item for item in self.interactions if item.occurred_at >= NOW]

    def of(self, category: str) -> list[DemoInteraction]:
        """Return the interactions of one category that have happened."""
        return [item for item in self.past if item.category == category]

    def is_internal(self, key: int) -> bool:
        """Return True for the firm's own people."""
        return self.people[key].internal

    def texts(self) -> Iterator[str]:
        """Yield every text in the world."""
        for item in self.interactions:
            yield from filter(None, (item.title, item.body))
        for note in self.notes:
            yield note.content
            yield from (content for _, content, _ in note.replies)
        yield from (opportunity.name for opportunity in self.opportunities.values())


@pytest.fixture(scope="session")
def made() -> Made:
    """Return the world of seed 1 at scale 1."""
    return Made()
