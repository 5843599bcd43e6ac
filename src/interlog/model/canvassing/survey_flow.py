"""The way through a survey's questions: where it can come back to a question that was asked already (§4.5)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def loops(data: Mapping[str, Any]) -> list[int]:
    """Return the places of the questions to which answers can lead back, in order. Loops are allowed, but odd."""
    questions = data.get("questions", ())
    places = {question["questionId"]: place for place, question in enumerate(questions)}
    ahead = [_following(place, question, places, len(questions)) for place, question in enumerate(questions)]
    return sorted(place for knot in _knots(ahead) for place in knot if len(knot) > 1 or place in ahead[place])


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


def _knots(ahead: Sequence[set[int]]) -> Iterator[list[int]]:
    """Yield the strongly connected components of a graph by Tarjan's algorithm, which looks at each edge once."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    path: list[int] = []
    on_path: set[int] = set()
    for start in range(len(ahead)):
        waiting = [(start, iter(ahead[start]))] if start not in order else []
        while waiting:
            node, following = waiting[-1]
            if node not in order:
                order[node] = lowest[node] = len(order)
                path.append(node)
                on_path.add(node)
            target = next(following, None)
            if target is None:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == order[node]:
                    knot = path[path.index(node) :]
                    del path[-len(knot) :]
                    on_path.difference_update(knot)
                    yield knot
            elif target not in order:
                waiting.append((target, iter(ahead[target])))
            elif target in on_path:
                lowest[node] = min(lowest[node], order[target])
