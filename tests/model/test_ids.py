"""Identifiers."""

import time
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.ids import MAX_ID, parse_uuid, uuid7


class TestUuid7:
    def test_is_a_version_7(self) -> None:
        """The text is the canonical spelling of a UUID with the version and variant of RFC 9562."""
        text = uuid7()

        assert (UUID(text).version, UUID(text).variant) == (7, RFC_4122)
        assert text == str(UUID(text))

    def test_holds_its_time(self) -> None:
        """The first 48 bits are the milliseconds since 1970."""
        before = time.time_ns() // 1_000_000
        made = UUID(uuid7()).int >> 80

        assert before <= made <= time.time_ns() // 1_000_000

    def test_sorts_by_time(self) -> None:
        """One made in a later millisecond sorts behind."""
        first = uuid7()
        time.sleep(0.002)

        assert first < uuid7()

    def test_is_made_once(self) -> None:
        """Ten thousand in a row differ."""
        assert len({uuid7() for _ in range(10_000)}) == 10_000


class TestParseUuid:
    @given(value=st.uuids())
    def test_every_spelling_becomes_the_canonical_one(self, value: UUID) -> None:
        """Upper case, braces, no hyphens or a URN are spellings of the same id."""
        for text in (str(value), str(value).upper(), value.hex, f"{{{value}}}", value.urn):
            assert str(value) == parse_uuid(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1",
            "x" * 32,
            "0x" + "1" * 30,
            "1_" * 15 + "11",
            " " + "1" * 30 + " ",
            "+" + "1" * 31,
            "٣" * 32,
            "1" * 33,
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        """What Python would read as a number of the right length is no UUID yet."""
        assert parse_uuid(text) is None

    @given(text=st.text())
    def test_never_raises(self, text: str) -> None:
        """Any text is a UUID or none."""
        parsed = parse_uuid(text)
        assert parsed is None or parsed == str(UUID(parsed))


def test_the_largest_id_is_exact_in_javascript() -> None:
    """Every id up to the largest is a whole number for a client that has only floats."""
    assert int(float(MAX_ID)) == MAX_ID and float(MAX_ID + 1) == float(MAX_ID + 2)
