"""How often something may be tried that can be guessed."""

import pytest

from interlog.ledger.attempts import Attempts
from interlog.model.errors import Limited


class Clock:
    """A clock that goes when the test says so."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which tries are counted."""
    made = Clock()
    monkeypatch.setattr("interlog.ledger.attempts.monotonic", made)
    return made


def _waits(attempts: Attempts, key: str = "mia") -> int:
    """Try until it is refused, and return how long is to be waited."""
    for _ in range(20):
        try:
            attempts.begin(key)
        except Limited as error:
            return error.seconds
    return 0


def test_each_pause_is_twice_the_one_before(clock: Clock) -> None:
    """From half a minute on, up to a quarter of an hour; a try that is refused does not count."""
    attempts, pauses = Attempts(), []
    for _ in range(8):
        pauses.append(_waits(attempts))
        assert _waits(attempts) == pauses[-1]
        clock.at += pauses[-1]
    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_success_and_time_forget_failures(clock: Clock) -> None:
    """After a success, or an hour without a try, one begins anew; others are not concerned."""
    attempts = Attempts()
    for _ in range(5):
        attempts.begin("mia")
        attempts.begin("ben")
    attempts.succeeded("mia")
    for _ in range(5):
        attempts.begin("mia")
    assert _waits(attempts, "ben") == 30
    clock.at += 3_601
    for _ in range(5):
        attempts.begin("ben")
    assert _waits(attempts, "ben") == 30


def test_only_so_many_keys_are_kept(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries with ever new names fills no memory."""
    monkeypatch.setattr("interlog.ledger.attempts._MOST_KNOWN", 10)
    attempts = Attempts()
    for number in range(50):
        attempts.begin(number)
    assert len(attempts._tried) == 10
