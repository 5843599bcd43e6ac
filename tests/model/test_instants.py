"""Instants: reading ISO 8601, and back."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.instants import (
    DAY,
    EPOCH,
    HOUR,
    MINUTE,
    SECOND,
    Moment,
    from_datetime,
    now,
    parse_moment,
    to_datetime,
)

offsets = st.integers(-(23 * 60 + 59), 23 * 60 + 59)
inner = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))
"""Times that every offset leaves within the calendar."""


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


class TestRoundTrip:
    @given(naive=inner, offset=offsets)
    def test_every_time_and_offset(self, naive: datetime, offset: int) -> None:
        """What is written in ISO 8601 is read as the same instant and offset, and shown as the same local time."""
        moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))

        read = parse_moment(moment.isoformat())

        assert Moment(_microseconds(moment), offset) == read
        assert naive == to_datetime(read.instant, read.offset).replace(tzinfo=None)
        assert read == from_datetime(moment)

    @given(naive=st.datetimes())
    def test_without_an_offset_it_is_utc(self, naive: datetime) -> None:
        """A time without an offset is UTC, and it is known that none was given."""
        assert Moment(_microseconds(naive.replace(tzinfo=UTC)), None) == parse_moment(naive.isoformat())

    @given(text=st.text(alphabet="0123456789-:.,TZ+tz ", max_size=32))
    def test_anything_is_read_or_refused(self, text: str) -> None:
        """No text raises; whatever is read can be shown."""
        read = parse_moment(text)
        if read is not None:
            assert _microseconds(to_datetime(*read)) == read.instant

    @given(text=st.text(max_size=12))
    def test_any_text_behind_a_date_is_read_or_refused(self, text: str) -> None:
        """Whatever follows a date raises nothing."""
        parse_moment("2024-02-29" + text)


class TestForms:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("1970-01-01T00:00:00Z", Moment(0, 0)),
            ("1970-01-01T00:00:00z", Moment(0, 0)),
            ("1970-01-01t00:00:01Z", Moment(SECOND, 0)),
            ("1970-01-01 00:01:00", Moment(MINUTE, None)),
            ("1970-01-01T00:01", Moment(MINUTE, None)),
            ("1970-01-02", Moment(DAY, None)),
            ("1970-01-01T02:00:00+02", Moment(0, 120)),
            ("1970-01-01T02:00:00+0200", Moment(0, 120)),
            ("1970-01-01T02:00:00 +02:00", Moment(0, 120)),
            ("1969-12-31T20:30:00-03:30", Moment(0, -210)),
            ("1970-01-01T00:00:00-00:00", Moment(0, 0)),
            ("1970-01-01T00:00:00.5Z", Moment(500_000, 0)),
            ("1970-01-01T00:00:00,25Z", Moment(250_000, 0)),
            ("1970-01-01T00:00:00.123456789Z", Moment(123_456, 0)),
            ("1969-12-31T23:59:59.999999Z", Moment(-1, 0)),
            ("  1970-01-01T00:00:00Z\n", Moment(0, 0)),
            ("2024-02-29T00:00:00Z", Moment(1_709_164_800 * SECOND, 0)),
        ],
    )
    def test_is_read(self, text: str, expected: Moment) -> None:
        """Each of the forms that clients send is read."""
        assert expected == parse_moment(text)

    @pytest.mark.parametrize(
        "text",
        [
            "", "Z", "now", "2024", "2024-01", "20240101", "2024-13-01", "2024-00-10", "2023-02-29", "2024-04-31",
            "2024-01-01T", "2024-01-01T24:00:00Z", "2024-01-01T10:60:00Z", "2024-01-01T10:00:60Z",
            "2024-01-01T10:00:00.Z", "2024-01-01T10:00:00+24:00", "2024-01-01T10:00:00+10:60",
            "2024-01-01T10:00:00+1", "2024-01-01T10Z", "2024-01-01Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
            "-2024-01-01T00:00:00Z", "٢٠٢٤-٠١-٠١", "2024-01-01T10:00:00Z\x00", "2024-W01-1", "2024-001",
        ],
    )  # fmt: skip
    def test_is_refused(self, text: str) -> None:
        """What is no time in the calendar is told apart from one that is."""
        assert parse_moment(text) is None


class TestEdges:
    def test_an_instant_before_the_first_year_is_refused(self) -> None:
        """A local time in year 1 that lies in year 0 in UTC has no instant."""
        assert parse_moment("0001-01-01T00:30:00+01:00") is None
        assert parse_moment("0001-01-01T00:30:00Z") is not None

    def test_an_instant_behind_the_last_year_is_refused(self) -> None:
        """A local time in year 9999 that lies in year 10000 in UTC has no instant."""
        assert parse_moment("9999-12-31T23:30:00-01:00") is None
        assert parse_moment("9999-12-31T23:59:59.999999Z") is not None

    @pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
    @pytest.mark.parametrize("offset", [-1439, -60, 0, 60, 1439])
    def test_the_ends_of_the_calendar_are_shown_in_any_offset(self, text: str, offset: int) -> None:
        """Where the local time would leave the calendar, the instant is shown in UTC."""
        read = parse_moment(text)
        assert read is not None

        assert read.instant == _microseconds(to_datetime(read.instant, offset))

    def test_midnight_belongs_to_the_day_that_was_written(self) -> None:
        """Midnight in an offset is another day in UTC, and comes back as the day that was written."""
        read = parse_moment("2024-03-01T00:00:00+05:30")
        assert read is not None

        assert to_datetime(read.instant).isoformat() == "2024-02-29T18:30:00+00:00"
        assert to_datetime(*read).isoformat() == "2024-03-01T00:00:00+05:30"

    def test_the_hour_that_comes_twice_is_told_apart(self) -> None:
        """Half past two before and after the clock goes back are an hour apart."""
        berlin = ZoneInfo("Europe/Berlin")
        first = from_datetime(datetime(2024, 10, 27, 2, 30, tzinfo=berlin))
        second = from_datetime(datetime(2024, 10, 27, 2, 30, tzinfo=berlin, fold=1))

        assert (second.instant - first.instant, first.offset, second.offset) == (HOUR, 120, 60)
        assert to_datetime(*first).hour == to_datetime(*second).hour == 2

    def test_a_day_in_which_the_clock_changes_is_not_24_hours(self) -> None:
        """From midnight to midnight over the change to summer time are 23 hours."""
        berlin = ZoneInfo("Europe/Berlin")
        first, last = (from_datetime(datetime(2024, 3, day, tzinfo=berlin)) for day in (31, 32 - 31 + 30))
        following = from_datetime(datetime(2024, 4, 1, tzinfo=berlin))

        assert first == last
        assert following.instant - first.instant == 23 * HOUR

    def test_now_is_now(self) -> None:
        """The present instant is what the system's clock says."""
        assert abs(_microseconds(datetime.now(UTC)) - now()) < 10 * SECOND
