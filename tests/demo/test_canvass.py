"""The invented canvass: the same for everybody, of the promised size, and as it goes in a town."""

import math
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sized
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from interlog.demo.canvass import Canvass, Knock
from interlog.demo.canvass.city import CENTRE, kilometres

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
MADE = Canvass(now=NOW)
KNOCKS = list(MADE.knocks())
TOWN = ZoneInfo("America/Chicago")

DIGEST = """
import hashlib, msgspec
from datetime import UTC, datetime
from interlog.demo.canvass import Canvass
made = Canvass(seed=4, scale=0.1, now=datetime(2026, 3, 5, 14, 30, tzinfo=UTC))
parts = [made.homes, made.people, made.crew, made.walklists, list(made.knocks()), list(made.notes())]
print(hashlib.sha256(msgspec.json.encode(parts)).hexdigest())
"""


def share(some: Sized, of: Sized) -> float:
    return len(some) / len(of)


def test_two_processes_make_the_same() -> None:
    """Neither the hash seed nor the zone of the machine matters."""
    runs = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed, zone in (("1", "UTC"), ("77", "Asia/Tokyo"))
    }

    assert len(runs) == 1


def test_another_seed_is_another_canvass() -> None:
    other = Canvass(seed=2, now=NOW)

    assert other.homes != MADE.homes
    assert other.people != MADE.people


@pytest.mark.parametrize("scale", [0, -1])
def test_a_canvass_has_a_size(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        Canvass(scale=scale, now=NOW)


def test_the_numbers() -> None:
    """Spec 10: so many of each at scale 1, and in proportion at others."""
    assert (len(MADE.homes), len(MADE.people), len(MADE.crew)) == (1_100, 2_000, 15)
    assert Counter(item.role for item in MADE.crew) == {"Administrator": 1, "Manager": 2, "Canvasser": 12}
    assert 1_450 < len(KNOCKS) < 1_800
    assert len(list(MADE.notes())) == 150
    tiny = Canvass(scale=0.02, now=NOW)
    assert (len(tiny.homes), len(tiny.people)) == (22, 40)


def test_the_town() -> None:
    """Within six kilometres of the centre, denser there; no address and unit twice."""
    placed = [item for item in MADE.homes if item.lat is not None and item.lng is not None]
    far = [math.hypot(*kilometres(CENTRE, (item.lat, item.lng))) for item in placed if item.lat and item.lng]
    inner = sum(1 for distance in far if distance < 3)

    assert max(far) < 8.5
    assert inner / 9 > (len(far) - inner) / 27
    assert len({(item.line, item.unit) for item in MADE.homes}) == 1_100
    assert 0.15 < share([item for item in MADE.homes if item.unit], MADE.homes) < 0.35
    assert 0 < len(MADE.homes) - len(placed) < 60


def test_the_people() -> None:
    """Everybody lives somewhere; ages and birth dates agree; numbers are of the range kept for fiction."""
    assert {item.household for item in MADE.people} == {item.key for item in MADE.homes}
    for item in MADE.people:
        born, today = item.birthdate, NOW.date()
        assert item.age - 1 <= today.year - born.year - ((today.month, today.day) < (born.month, born.day)) <= item.age
        assert all(phone.startswith("+1 608 555 01") for phone in item.phones)
        assert item.email is None or item.email.endswith(".example")
    assert 0.5 < share([item for item in MADE.people if item.email], MADE.people) < 0.6
    assert 0.07 < share([item for item in MADE.people if item.priority == "high-priority"], MADE.people) < 0.13


def test_the_answers() -> None:
    """The shares of spec 10, and the way through the questions."""
    available = [item for item in KNOCKS if item.answers["available"] == "true"]
    gone = [item.answers["unavailable_reason"] for item in KNOCKS if item.answers["available"] == "false"]

    assert 0.24 < share(available, KNOCKS) < 0.33
    assert 0.65 < gone.count("Not Home") / len(gone) < 0.77
    assert 0.25 < share([item for item in available if item.answers["will_sign"] == "Yes"], available) < 0.37
    for item in available:
        assert ("lines_used" in item.answers) == (item.answers["rides_bus"] == "true")
        assert ("main_mode" in item.answers) == (item.answers["rides_bus"] == "false")
        assert len(item.answers["wish"]) <= 256
    assert any(not item.answers["wish"].isascii() for item in available)


def test_the_shifts() -> None:
    """On the days and in the hours of spec 10, in the town's own time; nothing is yet to come."""
    hours = {1: (16, 20), 2: (16, 20), 3: (16, 20), 5: (10, 18), 6: (12, 17)}
    told = [item for item in KNOCKS if not skewed(item)]
    for item in told:
        local = item.at.astimezone(TOWN)
        first, last = hours[local.weekday()]
        assert first <= local.hour < last
    assert max(item.sent_at for item in KNOCKS) <= NOW
    late = [item for item in KNOCKS if item.sent_at - item.at > timedelta(hours=2)]
    assert 0.005 < share(late, KNOCKS) < 0.1
    assert 0 < len(KNOCKS) - len(told) < 25


def skewed(item: Knock) -> bool:
    """Whether the clock of the one who knocked was ahead."""
    return item.at > item.sent_at


def test_the_ways() -> None:
    """A walk list has all who live at up to thirty doors, one household after the other."""
    home_of = {item.key: item.household for item in MADE.people}
    for item in MADE.walklists:
        doors = [home_of[key] for key in item.residents]
        changes = sum(1 for one, other in pairwise(doors) if one != other)
        assert len(set(doors)) == changes + 1 <= 30
    assert sorted(key for item in MADE.walklists for key in item.residents) == [item.key for item in MADE.people]


def test_nobody_walks_two_lists_at_once() -> None:
    """A canvasser ends one walk of a day before the next begins."""
    days: dict[tuple[int, object], list[Knock]] = {}
    for item in KNOCKS:
        if not skewed(item):
            days.setdefault((item.canvasser, item.at.astimezone(TOWN).date()), []).append(item)
    several = 0
    for items in days.values():
        lists = [item.walklist for item in sorted(items, key=lambda item: item.at)]
        changes = sum(1 for one, other in pairwise(lists) if one != other)
        assert changes == len(set(lists)) - 1
        several += changes > 0
    assert several


def test_who_is_not_there_is_visited_again() -> None:
    """Second visits are mostly made where nobody was at home."""
    first: dict[int, str | None] = {}
    again: list[str | None] = []
    for item in KNOCKS:
        if item.resident in first:
            again.append(first[item.resident])
        first[item.resident] = item.answers.get("unavailable_reason")

    assert sum(1 for reason in again if reason in ("Not Home", "Come Back")) / len(again) > 0.7


def test_everything_is_plain_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(KNOCKS[0]))[0] == 1
