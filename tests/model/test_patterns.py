"""Expressions that users write."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.model.interactions import Content
from interlog.model.patterns import MAX_PATTERN, compiled, matches
from interlog.model.types import FieldDefinition, InteractionType
from interlog.model.validation import problems_of


@pytest.mark.parametrize("expression", ["^a+$", r"\d{4}-\d{2}", "[ä-ü]", "(?i)abc", "a|b", ""])
def test_is_an_expression(expression: str) -> None:
    """What RE2 knows is compiled."""
    assert compiled(expression) is not None


@pytest.mark.parametrize(
    "expression", ["(", "[", r"(a)\1", "(?=a)", "(?<!a)b", "a{9999}", "\ud800", "a" * (MAX_PATTERN + 1)]
)
def test_is_none(expression: str) -> None:
    """What cannot be matched without going back, or is too long, is refused."""
    assert compiled(expression) is None


@given(expression=st.text(max_size=30), text=st.text())
def test_any_text_is_judged(expression: str, text: str) -> None:
    """Whatever is compiled matches or does not, and never raises."""
    pattern = compiled(expression)

    assert pattern is None or matches(pattern, text) in (True, False)


@pytest.mark.parametrize("expression", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "a*a*a*a*a*a*b", "^(.*)(.*)(.*)(.*)[^a!]"])
def test_takes_time_by_the_length_of_the_text(expression: str) -> None:
    """For expressions that take Python's own engine for ever, a hundred times the text takes not much more time."""
    type_ = InteractionType(id=1, name="T", fields=(FieldDefinition("f", pattern=expression),))

    def seconds(letters: int) -> float:
        content = Content(occurred_at=0, fields={"f": "a" * letters + "!"})
        found = []
        for _ in range(3):
            started = perf_counter()
            assert [problem.code for problem in problems_of(content, type_)] == ["pattern"]
            found.append(perf_counter() - started)
        return min(found)

    assert seconds(50_000) < 1_000 * max(seconds(500), 10e-6)
