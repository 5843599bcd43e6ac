"""Rate limits: always told, enforced only where the operator says so (spec 1.7)."""

import time
from calendar import monthrange
from datetime import UTC, datetime
from typing import NamedTuple

from interlog.model.tenancy import Actor


class Usage(NamedTuple):
    """What a caller has used; limits are calls, resets are seconds."""

    user_limit: int
    user_used: int
    user_reset: int
    org_limit: int
    org_used: int
    org_reset: int

    def retry_after(self, *, counts: bool) -> int | None:
        """Return the seconds to wait where this is one call too many; what does not count is within the month."""
        if self.user_used > self.user_limit:
            return max(self.user_reset, 1)
        return max(self.org_reset, 1) if counts and self.org_used > self.org_limit else None

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the six headers; clients fail when one is missing or not an integer."""
        return [
            (b"x-ratelimit-limit-user", b"%d" % self.user_limit),
            (b"x-ratelimit-limit-user-remaining", b"%d" % max(self.user_limit - self.user_used, 0)),
            (b"x-ratelimit-limit-user-reset", b"%d" % self.user_reset),
            (b"x-ratelimit-limit-org", b"%d" % self.org_limit),
            (b"x-ratelimit-limit-org-remaining", b"%d" % max(self.org_limit - self.org_used, 0)),
            (b"x-ratelimit-limit-org-reset", b"%d" % self.org_reset),
        ]


class Limits:
    """Counts calls of this process: per user and minute, per tenant and calendar month."""

    def __init__(self, user_limit: int, org_limit: int) -> None:
        self._user_limit, self._org_limit = user_limit, org_limit
        self._minute_ends = self._month_ends = 0.0
        self._users: dict[tuple[int, int], int] = {}
        self._tenants: dict[int, int] = {}

    def count(self, actor: Actor | None, *, counts: bool = True) -> Usage:
        """Note a call, unless it does not count, and return what the caller has used with it."""
        at = time.time()
        if at >= self._minute_ends:
            self._users.clear()
            self._minute_ends = at - at % 60 + 60
        if at >= self._month_ends:
            self._tenants.clear()
            self._month_ends = _end_of_month(at)
        user_used = org_used = 0
        if actor is not None:
            tenant, user = actor.tenant.id, (actor.tenant.id, actor.person_id)
            user_used = self._users[user] = self._users.get(user, 0) + 1
            org_used = self._tenants[tenant] = self._tenants.get(tenant, 0) + (1 if counts else 0)
        return Usage(
            self._user_limit,
            user_used,
            int(self._minute_ends - at),
            self._org_limit,
            org_used,
            int(self._month_ends - at),
        )


def _end_of_month(at: float) -> float:
    moment = datetime.fromtimestamp(at, UTC)
    days = monthrange(moment.year, moment.month)[1]
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp() + (days - moment.day + 1) * 86_400
