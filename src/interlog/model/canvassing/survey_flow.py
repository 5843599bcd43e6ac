"""The way through a survey's questions: where it can come back to a question that was asked already (§4.5)."""

from collections.abc import Mapping, Sequence
from typing import Any


def loops(data: Mapping[str, Any]) -> list[int]:
    """Return the places of the questions to which answers can lead back, in order. Loops are allowed, but odd."""
    questions = data.get("questions", ())
    places = {question["questionId"]: place for place, question in enumerate(questions)}
    ahead = [_following(place, question, places, len(questions)) for place, question in enumerate(questions)]
    return [place for place in range(len(questions)) if place in _reached(ahead, place)]


def _following(place: int, question: Mapping[str, Any], places: Mapping[str, int], count: int) -> set[int]:
    """Return the questions that an answer can lead to at once: without an action, the next in order."""
    found: set[int] = set()
    options: Sequence[Mapping[str, Any]] = question["options"] or ({},)
    for option in options:
        action = option.get("action")
        target = place + 1 if action is None else places.get(action.get("questionId", ""), count)
        if target < count:
            found.add(target)
    return found


def _reached(ahead: list[set[int]], start: int) -> set[int]:
    found: set[int] = set()
    waiting = list(ahead[start])
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting += ahead[place]
    return found
