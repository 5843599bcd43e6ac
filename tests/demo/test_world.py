"""The demo world: the same for everybody, of the promised size, and consistent."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from interlog.demo import DemoPerson, World

from .conftest import NOW, Made

# Prints one digest over everything in a world.
DIGEST = """
import hashlib, msgspec
from datetime import UTC, datetime
from interlog.demo import World
world = World(seed={seed}, scale=0.05, now=datetime(2026, 3, 5, 14, 30, tzinfo=UTC))
digest = hashlib.sha256()
for part in (world.people, world.organizations, world.opportunities, world.notes, world.interactions):
    for item in part():
        digest.update(msgspec.json.encode(item))
print(digest.hexdigest())
"""


def digest(world: World) -> str:
    result = hashlib.sha256()
    for part in (world.people, world.organizations, world.opportunities, world.notes, world.interactions):
        for item in part():
            result.update(msgspec.json.encode(item))
    return result.hexdigest()


class TestDeterminism:
    def test_hash_seed(self) -> None:
        """Two processes with different hash seeds make the same bytes."""
        runs = [
            subprocess.run(
                [sys.executable, "-c", DIGEST.format(seed=3)],
                env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            for hash_seed, zone in (("1", "UTC"), ("4242", "Asia/Tokyo"))
        ]

        assert runs[0] == runs[1]
        assert runs[0].strip() == digest(World(seed=3, scale=0.05, now=NOW))

    def test_again(self) -> None:
        """A world can be read twice, in any order of its parts, and is the same both times."""
        world = World(scale=0.02, now=NOW)
        notes = list(world.notes())
        first = list(world.interactions())

        assert first == list(world.interactions())
        assert notes == list(world.notes())

    def test_seeds(self) -> None:
        """Another seed makes another world."""
        assert digest(World(seed=1, scale=0.01, now=NOW)) != digest(World(seed=2, scale=0.01, now=NOW))

    def test_zone_of_now(self) -> None:
        """The same moment in another zone makes the same world."""
        there = NOW.astimezone(ZoneInfo("America/New_York"))

        assert digest(World(scale=0.01, now=NOW)) == digest(World(scale=0.01, now=there))

    def test_naive_now(self) -> None:
        """A moment without a zone is refused."""
        with pytest.raises(ValueError, match="aware"):
            World(now=datetime(2026, 3, 5))

    def test_no_scale(self) -> None:
        """A scale of zero is refused."""
        with pytest.raises(ValueError, match="above zero"):
            World(scale=0, now=NOW)


class TestCounts:
    def test_scale_one(self, made: Made) -> None:
        """Scale 1 has the promised numbers of everything, and counts() tells them beforehand."""
        assert made.world.counts() == {
            "people": 2012,
            "organizations": 300,
            "opportunities": 120,
            "notes": 800,
            "interactions": 20_080,
        }
        assert made.world.counts() == {
            "people": len(made.people),
            "organizations": len(made.organizations),
            "opportunities": len(made.opportunities),
            "notes": len(made.notes),
            "interactions": len(made.interactions),
        }
        assert len(made.past) == 20_000
        assert len(made.planned) == 80

    def test_small(self) -> None:
        """A hundredth has 200 interactions of 20 people outside."""
        world = World(scale=0.01, now=NOW)
        interactions = list(world.interactions())

        assert sum(item.occurred_at < NOW for item in interactions) == 200
        assert len(interactions) == world.counts()["interactions"]
        assert sum(not person.internal for person in world.people()) == 20
        assert len(list(world.notes())) == world.counts()["notes"]
        assert len(list(world.opportunities())) == world.counts()["opportunities"] >= 1

    def test_large(self) -> None:
        """A world grows without growing its firm as fast, and its names stay unique where they must."""
        world = World(scale=5, now=NOW)
        people = list(world.people())
        addresses = [address for person in people for address in person.emails]
        domains = [domain for organization in world.organizations() for domain in organization.domains]

        assert 15 < sum(person.internal for person in people) < 30
        assert len(addresses) == len(set(addresses))
        assert len(domains) == len(set(domains))
        assert len({organization.name for organization in world.organizations()}) == 1500

    @pytest.mark.parametrize(
        "now",
        [
            datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
            datetime(2025, 1, 1, 0, 0, tzinfo=UTC),
            datetime(2025, 10, 26, 1, 30, tzinfo=UTC),
            datetime(2026, 3, 9, 5, 20, tzinfo=UTC),
            datetime(2026, 12, 27, 12, 0, tzinfo=UTC),
        ],
    )
    @pytest.mark.parametrize("scale", [0.0005, 0.02])
    def test_any_moment(self, now: datetime, scale: float) -> None:
        """Whatever the moment and the size, the numbers are exact, in order, and nothing has happened in the future."""
        world = World(scale=scale, now=now)
        interactions = list(world.interactions())
        times = [item.occurred_at for item in interactions]

        assert len(interactions) == world.counts()["interactions"]
        assert times == sorted(times)
        assert sum(time < now for time in times) == round(20_000 * scale)
        assert all(note.created_at <= now for note in world.notes())


class TestPeople:
    def test_keys(self, made: Made) -> None:
        """Keys count from 1, the firm's own people first and the owner at the very top."""
        people = list(made.world.people())

        assert [person.key for person in people] == list(range(1, 2013))
        assert [person.internal for person in people] == [True] * 12 + [False] * 2000
        assert people[0].emails == (f"mia@{made.world.firm.domain}",)
        assert [organization.key for organization in made.organizations.values()] == list(range(1, 301))

    def test_domains(self, made: Made) -> None:
        """Every address and every domain ends in .example."""
        addresses = [address for person in made.people.values() for address in person.emails]
        domains = [domain for organization in made.organizations.values() for domain in organization.domains]

        assert all(re.fullmatch(r"[a-z0-9.-]+@[a-z0-9-]+\.example", address) for address in addresses)
        assert all(re.fullmatch(r"[a-z0-9-]+\.example", domain) for domain in domains)
        assert made.world.firm.domain.endswith(".example")

    def test_texts_name_nothing_outside(self, made: Made) -> None:
        """No text holds an address of the web or of a mailbox, or a slot that was not filled."""
        assert not [
            text for text in made.texts() if re.search(r"https?:|www\.|@|\{|\}|\.(com|org|net|io|ch|de)\b", text)
        ]

    def test_organizations(self, made: Made) -> None:
        """Most people outside have one organization, some two, a few none; every organization has somebody."""
        outside = [person for person in made.people.values() if not person.internal]
        sizes = Counter(len(person.organizations) for person in outside)

        assert set(sizes) == {0, 1, 2}
        assert 20 < sizes[0] < 150
        assert 40 < sizes[2] < 250
        assert {key for person in outside for key in person.organizations} == set(made.organizations)

    def test_addresses(self, made: Made) -> None:
        """People have up to three addresses: at their organizations or private ones; a few have none."""
        outside = [person for person in made.people.values() if not person.internal]

        assert {len(person.emails) for person in outside} <= {0, 1, 2, 3}
        assert 0 < sum(not person.emails for person in outside) < 100
        assert all(self._own_domains(made, person) for person in outside)

    @staticmethod
    def _own_domains(made: Made, person: DemoPerson) -> bool:
        private = {"mailnest.example", "postbox.example", "homepost.example", "quietmail.example"}
        own = {domain for key in person.organizations for domain in made.organizations[key].domains}
        return {address.split("@")[1] for address in person.emails} <= own | private

    def test_known_by_few(self, made: Made) -> None:
        """Each person outside is known by one to three of the firm."""
        known: dict[int, set[int]] = defaultdict(set)
        for item in made.interactions:
            ours = {key for key, _ in item.participants if made.is_internal(key)}
            for key, _ in item.participants:
                if not made.is_internal(key):
                    known[key] |= ours

        assert {len(keys) for keys in known.values()} <= {1, 2, 3}
        assert len(known) > 1200

    def test_few_do_most_of_the_talking(self, made: Made) -> None:
        """A tenth of the people outside take part in most of what happens."""
        parts = Counter(key for item in made.past for key, _ in item.participants if not made.is_internal(key))
        ranked = [count for _, count in parts.most_common()]

        assert sum(ranked[:200]) > 0.5 * sum(ranked)
        assert ranked[0] < 0.05 * len(made.past)
