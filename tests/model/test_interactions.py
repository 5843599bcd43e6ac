"""The JSON form in which interactions are kept."""

import msgspec

from interlog.model.interactions import Content, Links, Participant


class TestParticipant:
    def test_json_form(self) -> None:
        """A participant is a list of person, role, address and name: short, and never changing."""
        assert msgspec.json.encode(Participant(7, "to", "a@b.example", "A")) == b'[7,"to","a@b.example","A"]'
        assert msgspec.json.encode(Participant(None)) == b'[null,"attendee",null,null]'

    def test_is_read_from_shorter_lists(self) -> None:
        """What later versions may append or leave out is no obstacle."""
        decode = msgspec.json.Decoder(tuple[Participant, ...]).decode

        assert (Participant(7), Participant(8, "cc")) == decode('[[7], [8, "cc", null, null, "later"]]')


class TestLinks:
    def test_are_empty_unless_given(self) -> None:
        """No links are false and take no room."""
        assert not Links()
        assert msgspec.json.encode(Links()) == b"{}"
        assert Links(opportunities=(1,))


def test_contents_share_no_defaults() -> None:
    """The dicts of two contents are two dicts."""
    first, second = Content(occurred_at=0), Content(occurred_at=0)

    assert first.fields is not second.fields
    assert first.extras is not second.extras
