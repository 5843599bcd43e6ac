"""Times on the wire."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interlog.model.instants import to_datetime
from interlog.protocols.affinity.translate import Clock

from .wire import DATETIME, at, instant

FIRST, LAST = at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59.999999Z")
INSTANTS = st.integers(FIRST, LAST)


class TestClock:
    """How instants are written."""

    @given(INSTANTS)
    @example(FIRST)
    @example(LAST)
    @example(-1)
    @example(0)
    def test_writes_utc_as_datetime_does(self, moment: int) -> None:
        """In UTC an instant is written as Python writes it, cut to milliseconds."""
        assert Clock("UTC").text(moment) == to_datetime(moment).isoformat(timespec="milliseconds")

    @given(INSTANTS)
    @example(FIRST)
    @example(LAST)
    @pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Adak", "Asia/Kathmandu", "Africa/Monrovia", "utc"])
    def test_writes_the_same_instant_in_any_zone(self, zone: str, moment: int) -> None:
        """In any zone, in any year, it is the same millisecond, with an offset in hours and minutes."""
        text = Clock(zone).text(moment)
        assert DATETIME.fullmatch(text)
        assert instant(text) == moment // 1000 * 1000

    def test_nothing_is_nothing(self) -> None:
        """An optional instant may be none."""
        clock = Clock("UTC")
        assert (clock.optional(None), clock.optional(0)) == (None, "1970-01-01T00:00:00.000+00:00")
