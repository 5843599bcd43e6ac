"""Rate limits: always told, enforced only where the operator says so (spec 1.7)."""

import time
from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct

from interlog.ledger.usage import Usage as MonthlyUsage
from interlog.ledger.usage import month_of
from interlog.model.tenancy import Actor

Header = tuple[bytes, bytes]


class Usage(Struct, frozen=True, gc=False):
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

    def headers(self) -> tuple[Header, ...]:
        """Return the six headers; clients fail when one is missing or not an integer."""
        user_left, org_left = self.user_limit - self.user_used, self.org_limit - self.org_used
        return (
            (b"x-ratelimit-limit-user-remaining", b"%d" % (user_left if user_left > 0 else 0)),
            (b"x-ratelimit-limit-org-remaining", b"%d" % (org_left if org_left > 0 else 0)),
            *_steady(self.user_limit, self.user_reset, self.org_limit, self.org_reset),
        )


@lru_cache(maxsize=16)
def _steady(user_limit: int, user_reset: int, org_limit: int, org_reset: int) -> tuple[Header, ...]:
    """Return the headers that stay the same for a second: they are in every answer."""
    return (
        (b"x-ratelimit-limit-user", b"%d" % user_limit),
        (b"x-ratelimit-limit-user-reset", b"%d" % user_reset),
        (b"x-ratelimit-limit-org", b"%d" % org_limit),
        (b"x-ratelimit-limit-org-reset", b"%d" % org_reset),
    )


class Limits:
    """Counts calls: per user and minute those of this process, per tenant and calendar month those of all."""

    def __init__(self, user_limit: int, org_limit: int, usage: MonthlyUsage) -> None:
        self._user_limit, self._org_limit = user_limit, org_limit
        self._usage = usage
        self._minute_ends = self._month_ends = 0.0
        self._month = 0
        self._users: dict[tuple[int, int], int] = {}

    def count(self, actor: Actor | None, *, counts: bool = True) -> Usage:
        """Note a call, unless it does not count, and return what the caller has used with it."""
        at = time.time()
        if at >= self._minute_ends:
            self._users.clear()
            self._minute_ends = at - at % 60 + 60
        if at >= self._month_ends:
            self._month = month_of(datetime.fromtimestamp(at, UTC))
            self._month_ends = datetime((self._month + 1) // 12, (self._month + 1) % 12 + 1, 1, tzinfo=UTC).timestamp()
        user_used = org_used = 0
        if actor is not None:
            tenant = actor.tenant.id
            user = tenant, actor.person_id
            user_used = self._users[user] = self._users.get(user, 0) + 1
            org_used = self._usage.count(tenant, actor.protocol, self._month, int(counts))
        return Usage(
            self._user_limit,
            user_used,
            int(self._minute_ends - at),
            self._org_limit,
            org_used,
            int(self._month_ends - at),
        )
