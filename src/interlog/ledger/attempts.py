"""How often something may be tried that can be guessed."""

from time import monotonic

from ..model.errors import Limited

_FREE = 5
_FIRST, _LONGEST = 30.0, 900.0
_FORGOTTEN = 3_600.0
_MOST_KNOWN = 10_000


class Attempts:
    """Counts failures by key: after five one waits half a minute, then twice as long each time, up to 15 minutes.

    Kept in memory, per process; an hour without a try forgets a key.
    """

    def __init__(self) -> None:
        self._tried: dict[object, tuple[int, float]] = {}

    def begin(self, key: object) -> None:
        """Count a try before it is made, so that many at once do not pass; raises ``Limited``."""
        at = monotonic()
        times, last = self._tried.pop(key, (0, at))
        if at - last > _FORGOTTEN:
            times = 0
        wait = last + _pause(times) - at
        if wait > 0:
            self._tried[key] = (times, last)
            raise Limited("there were too many failed tries", seconds=max(1, round(wait)))
        self._tried[key] = (times + 1, at)
        while len(self._tried) > _MOST_KNOWN:
            del self._tried[next(iter(self._tried))]

    def succeeded(self, key: object) -> None:
        """Forget the failures of a key."""
        self._tried.pop(key, None)


def _pause(times: int) -> float:
    """Return how many seconds pass after so many tries before the next may be made."""
    return 0.0 if times < _FREE else min(_LONGEST, _FIRST * 2.0 ** (times - _FREE))
