"""Texts and notes of the demo world: natural, varied, about somebody."""

import ast
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from string import Formatter

import msgspec
import pytest

from interlog.demo import DemoNote, World, facts, phrases

from .conftest import NOW, Made


class TestWords:
    def test_content(self, made: Made) -> None:
        """Calls, messages and most meetings logged by hand say what they were about; every mail has a subject."""
        logged = [item for item in made.of("meeting") if item.manual]

        assert all(item.body for item in made.of("call") + made.of("message"))
        assert sum(bool(item.body) for item in logged) > 0.85 * len(logged)
        assert all(item.title for item in made.of("email") + made.of("meeting"))

    @pytest.mark.parametrize(
        ("category", "least"), [("call", 0.98), ("meeting", 0.98), ("email", 0.95), ("message", 0.65)]
    )
    def test_variety(self, made: Made, category: str, least: float) -> None:
        """Hardly any text comes twice."""
        bodies = [item.body for item in made.of(category) if item.body]

        assert len(set(bodies)) > least * len(bodies)

    def test_length(self, made: Made) -> None:
        """Logs have one to five sentences and say who or what it was about."""
        for item in made.of("call"):
            assert item.body is not None
            assert 1 <= len(re.findall(r"[.!?](?= [A-ZÀ-Ž]|$)", item.body)) <= 6
            assert item.body[0].isupper() or not item.body[0].isalpha()
            assert "  " not in item.body

    def test_no_empty_names(self, made: Made) -> None:
        """No text has a gap where a name should be."""
        assert not [text for text in made.texts() if re.search(r"  | [,.;:!?](?!\.)|\( | \)", text)]

    def test_names(self, made: Made) -> None:
        """Most logs of a deal name the company or somebody there."""
        named = total = 0
        for item in made.of("call"):
            if item.opportunities and item.body:
                total += 1
                outside = [made.people[key].first_name for key, _ in item.participants if not made.is_internal(key)]
                company = made.organizations[made.opportunities[item.opportunities[0]].organizations[0]].name
                named += any(name in item.body for name in [*outside, company])

        assert named > 0.9 * total


class TestNotes:
    def test_subjects(self, made: Made) -> None:
        """Each note is about a person, an organization or an opportunity that exists, by somebody of the firm."""
        for note in made.notes:
            assert note.persons or note.organizations or note.opportunities
            assert set(note.persons) <= set(made.people)
            assert set(note.organizations) <= set(made.organizations)
            assert set(note.opportunities) <= set(made.opportunities)
            assert made.is_internal(note.author)
            assert note.content

    def test_order(self, made: Made) -> None:
        """Notes come oldest first and none is from the future."""
        assert all(a.created_at <= b.created_at for a, b in pairwise(made.notes))
        assert made.notes[-1].created_at <= NOW

    def test_replies(self, made: Made) -> None:
        """Some notes have replies of the firm's people, each later than what it answers."""
        answered = [note for note in made.notes if note.replies]

        assert 0.1 < len(answered) / len(made.notes) < 0.35
        for note in answered:
            times = [note.created_at, *(at for _, _, at in note.replies)]
            assert times == sorted(set(times))
            assert times[-1] <= NOW
            assert all(made.is_internal(author) for author, _, _ in note.replies)
            assert note.replies[0][0] != note.author

    def test_variety(self, made: Made) -> None:
        """Notes do not repeat each other much."""
        contents = Counter(note.content for note in made.notes)

        assert len(contents) > 0.6 * len(made.notes)
        assert max(contents.values()) < 20


def test_note_is_plain() -> None:
    """Records can be encoded as they are."""
    note = next(World(scale=0.01, now=NOW).notes())

    assert msgspec.json.decode(msgspec.json.encode(note), type=DemoNote) == note


def test_slots() -> None:
    """Every slot in every phrase, however rarely it is used, is one that gets filled."""
    documented = re.findall(r"``{(\w+)}``", facts.__doc__ or "")
    known = {*documented, "to", "about"}  # of e-mails and titles
    texts = [
        text
        for file in Path(phrases.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str)
    ]

    assert len(texts) > 1500
    assert {slot for text in texts for _, slot, _, _ in Formatter().parse(text) if slot is not None} <= known
