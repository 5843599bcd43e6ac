"""What is left of the hourly budget of a subscription, as the headers of the ARM plane tell it (spec 1.4).

Nobody is held up: the figures are for clients that pace themselves by them.
"""

import time

WRITES, READS = 1_200, 15_000
_HOUR = 3_600
_MOST = 10_000


class Limits:
    """Counts requests by tenant and subscription, in this process, for the present hour."""

    def __init__(self) -> None:
        self._hour = 0
        self._counts: dict[tuple[int, str, bool], int] = {}

    def count(self, tenant: int, subscription: str, *, writes: bool) -> tuple[str, str]:
        """Count a request; return the name and value of the header that tells what is left."""
        hour = int(time.time()) // _HOUR
        if hour != self._hour or len(self._counts) >= _MOST:
            self._hour, self._counts = hour, {}
        key = (tenant, subscription.lower()[:64], writes)
        self._counts[key] = self._counts.get(key, 0) + 1
        budget, word = (WRITES, "writes") if writes else (READS, "reads")
        return f"x-ms-ratelimit-remaining-subscription-{word}", str(max(budget - self._counts[key], 0))
