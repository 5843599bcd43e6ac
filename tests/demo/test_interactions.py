"""Interactions of the demo world: in order, complete, and with the rhythm of a working life."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from interlog.demo import DemoInteraction, World

from .conftest import NOW, Made


class TestInteractions:
    def test_order(self, made: Made) -> None:
        """Interactions come oldest first, within three years before now and four weeks after."""
        assert all(a.occurred_at <= b.occurred_at for a, b in pairwise(made.interactions))
        assert made.interactions[0].occurred_at > NOW - timedelta(days=3 * 366)
        assert made.interactions[-1].occurred_at < NOW + timedelta(days=29)

    def test_lazy(self) -> None:
        """The first interactions of a large world come before the others are made."""
        interactions = World(scale=2, now=NOW).interactions()

        assert next(interactions).occurred_at < NOW - timedelta(days=1000)

    def test_offset(self, made: Made) -> None:
        """Times carry the offset that the firm's zone has at that moment."""
        zone = ZoneInfo(made.world.firm.time_zone)

        for item in made.interactions:
            assert item.occurred_at.utcoffset() == item.occurred_at.astimezone(zone).utcoffset()

    def test_ends(self, made: Made) -> None:
        """What has an end ends after it began; meetings last 30, 45 or 60 minutes."""
        lasted = {
            (item.category, item.ended_at - item.occurred_at) for item in made.interactions if item.ended_at is not None
        }

        assert {category for category, _ in lasted} == {"meeting", "call"}
        assert {span for category, span in lasted if category == "meeting"} == {
            timedelta(minutes=minutes) for minutes in (30, 45, 60)
        }
        assert all(timedelta(0) < span < timedelta(hours=1) for category, span in lasted if category == "call")

    def test_categories(self, made: Made) -> None:
        """Half is mail, then meetings, messages and calls."""
        shares = {category: len(made.of(category)) / 20_000 for category in ("email", "meeting", "message", "call")}

        assert shares == pytest.approx({"email": 0.50, "meeting": 0.22, "message": 0.15, "call": 0.13}, abs=0.03)

    def test_participants(self, made: Made) -> None:
        """Everything has somebody of the firm and somebody outside, but for few meetings; nobody takes part twice."""
        alone = 0
        for item in made.interactions:
            keys = [key for key, _ in item.participants]
            assert len(keys) == len(set(keys))
            assert any(made.is_internal(key) for key in keys)
            if all(made.is_internal(key) for key in keys):
                assert item.category == "meeting"
                alone += 1

        assert 0.02 < alone / len(made.of("meeting")) < 0.06

    def test_roles(self, made: Made) -> None:
        """Each category has its own roles, and mail only goes between people who have an address."""
        for item in made.interactions:
            roles = Counter(role for _, role in item.participants)
            match item.category:
                case "meeting":
                    assert set(roles) == {"attendee"}
                    assert 2 <= len(item.participants) <= 6
                case "call" | "message":
                    assert set(roles) == {"initiator", "attendee"}
                    assert roles["initiator"] == 1
                case "email":
                    assert roles["from"] == 1
                    assert roles["to"] >= 1
                    assert set(roles) <= {"from", "to", "cc"}
                    assert all(made.people[key].emails for key, _ in item.participants)

    def test_direction(self, made: Made) -> None:
        """Mail and messages are sent if one of the firm wrote them, else received; the others have no direction."""
        for item in made.interactions:
            if item.category in ("meeting", "call"):
                assert item.direction is None
            else:
                writer = next(key for key, role in item.participants if role in ("from", "initiator"))
                assert item.direction == ("sent" if made.is_internal(writer) else "received")

    def test_creator(self, made: Made) -> None:
        """What was logged by hand has a creator of the firm who took part; what was captured has none."""
        for item in made.interactions:
            assert item.manual == (item.creator is not None)
            if item.creator is not None:
                assert made.is_internal(item.creator)
                assert item.creator in [key for key, _ in item.participants]
        meetings = made.of("meeting")
        assert 0.2 < sum(item.manual for item in meetings) / len(meetings) < 0.6

    def test_planned(self, made: Made) -> None:
        """What is planned are meetings on working days that nobody has written about yet."""
        assert {item.category for item in made.planned} == {"meeting"}
        assert all(item.occurred_at.weekday() < 5 and item.ended_at for item in made.planned)
        assert all(item.body is None or item.body.startswith("To prepare: ") for item in made.planned)


class TestRhythm:
    def test_week(self, made: Made) -> None:
        """Nearly everything happens on working days, yet not all of it."""
        share = sum(item.occurred_at.weekday() < 5 for item in made.past) / len(made.past)

        assert 0.96 < share < 0.995

    def test_day(self, made: Made) -> None:
        """Nearly everything happens in working hours, with a dip at noon."""
        hours = Counter(item.occurred_at.hour for item in made.past)

        assert sum(hours[hour] for hour in range(8, 18)) > 0.85 * len(made.past)
        assert hours[12] < 0.65 * min(hours[10], hours[14])
        assert not any(hours[hour] for hour in range(6))

    def test_quiet_weeks(self, made: Made) -> None:
        """The end of December and the middle of August are quiet."""
        weeks = Counter(item.occurred_at.isocalendar()[:2] for item in made.past)
        usual = sorted(weeks.values())[len(weeks) // 2]

        for year in (2023, 2024, 2025):
            assert weeks[year, 52] < 0.5 * usual
            assert weeks[year, 33] < 0.7 * usual

    def test_growth(self, made: Made) -> None:
        """The third year is busier than the first."""
        years = Counter((NOW - item.occurred_at).days // 365 for item in made.past)

        assert years[0] > 1.2 * years[2]

    def test_deals_burst(self, made: Made) -> None:
        """Deals take a good part of the time, and each of them a few months of it."""
        times: dict[int, list[datetime]] = defaultdict(list)
        for item in made.past:
            for key in item.opportunities:
                times[key].append(item.occurred_at)
        spans = [max(each) - min(each) for each in times.values()]

        assert 0.25 < sum(map(len, times.values())) / len(made.past) < 0.5
        assert max(spans) < timedelta(days=300)
        for key, each in times.items():
            assert min(each).date() >= made.opportunities[key].created_at.date()

    def test_threads(self, made: Made) -> None:
        """Answers share the subject, follow what they answer, and go back and forth."""
        threads: dict[tuple[str, frozenset[int]], list[DemoInteraction]] = defaultdict(list)
        for item in made.of("email"):
            subject = (item.title or "").removeprefix("Re: ")
            threads[subject, frozenset(key for key, _ in item.participants)].append(item)
        replies = sum((item.title or "").startswith("Re: ") for item in made.of("email"))
        turns = [
            later.direction != earlier.direction
            for thread in threads.values()
            for earlier, later in pairwise(thread)
            if (later.title or "").startswith("Re: ")
        ]

        assert 0.3 < replies / len(made.of("email")) < 0.7
        # A second thread of the same people under the same subject may come in between.
        assert sum(turns) > 0.95 * len(turns)
        for thread in threads.values():
            assert not (thread[0].title or "").startswith("Re: ")
