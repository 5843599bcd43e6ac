"""The survey about bus lines, and how people answer it."""

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

NAME = "Bus lines 2026"

_UNAVAILABLE = {
    "Not Home": 71, "Refused": 9, "Come Back": 8, "Inaccessible": 6, "Moved": 4, "Other Language": 1.5, "Deceased": 0.5,
}  # fmt: skip
_MODES = {"Car": 52, "Bike": 18, "Walk": 12, "Bus": 15, "Other": 3}
_LINES = {"A": 60, "B": 40, "C": 25, "D": 20, "Night": 10}
_RATINGS = {1: 9, 2: 17, 3: 31, 4: 29, 5: 14}
_WISHES = (
    "more buses on Sunday", "a stop closer to the school", "later buses on weekdays", "a shelter at the corner",
    "cheaper tickets for students", "buses that come when the sign says so", "a direct line to the hospital",
    "lower steps at the doors", "heated stops in winter", "a café at the transfer point", "señales en español",
    "a place for bikes on board", "fewer transfers downtown", "drivers who wait a moment", "公交车多一点",
    "air conditioning in summer", "a line along the lake", "a map that one can read", "nothing, it is fine as it is",
)  # fmt: skip

TAGS = (
    "available", "unavailable_reason", "rides_bus", "lines_used", "main_mode", "service_rating", "wish", "will_sign",
)  # fmt: skip
"""The questions in their order."""


def questions(id_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return the questions of the survey; ``id_of`` gives the id of a tag's question."""

    def option(text: str, *, then: str | None = None, **more: Any) -> dict[str, Any]:
        action = {"type": "question", "questionId": id_of(then)} if then is not None else {"type": "end"}
        return {"text": text, "action": action, "success": False} | more

    def question(tag: str, kind: str, text: str, options: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        head = {"questionId": id_of(tag), "tag": tag, "type": kind, "text": text, "required": False}
        return head | {"options": options} | more

    return [
        question(
            "available", "availability", "Is the contact available?",
            [option("Unavailable", icon="no", value="false", then="unavailable_reason"),
             option("Available", icon="yes", value="true", then="rides_bus")],
        ),
        question(
            "unavailable_reason", "multi-choice", "Why is the contact unavailable?",
            [option(reason) for reason in _UNAVAILABLE],
        ),
        question(
            "rides_bus", "multi-choice", "Do you take the bus at least once a month?",
            [option("Yes", icon="yes", value="true", then="lines_used"),
             option("No", icon="no", value="false", then="main_mode")],
        ),
        question(
            "lines_used", "multi-select", "Which lines do you use?", [option("Submit", then="service_rating")],
            choices=[{"text": line, "success": False} for line in _LINES],
        ),
        question(
            "main_mode", "multi-choice", "How do you mostly get around?",
            [option(mode, then="service_rating") for mode in _MODES],
        ),
        question(
            "service_rating", "scale", "How good is the bus service in your part of town?",
            [option(str(value), value=value, then="wish") for value in _RATINGS],
        ),
        question(
            "wish", "text", "What should be better?",
            [option("Cancel", then="will_sign"), option("Submit", then="will_sign")],
            max=256, multiline=True, keyboard="text", placeholder="",
        ),
        question(
            "will_sign", "multi-choice", "Will you sign for more buses?",
            [option("Yes", icon="yes", success=True), option("No", icon="no")],
        ),
    ]  # fmt: skip


def answers(rng: Random, *, second: bool) -> dict[str, Any]:
    """Return the answers at one door, by tag; None: shown and not answered.

    ``second``: somebody has been there before.
    """
    if rng.random() >= (0.35 if second else 0.27):
        return {"available": "false", "unavailable_reason": _drawn(rng, _UNAVAILABLE)}
    found: dict[str, Any] = {"available": "true"}
    rides = rng.random() < 0.41
    found["rides_bus"] = "true" if rides else "false"
    if rides:
        many = min(len(_LINES), 1 + _poisson(rng, 0.8))
        lines: list[str] = []
        while len(lines) < many:
            line = _drawn(rng, _LINES)
            if line not in lines:
                lines.append(line)
        found["lines_used"] = sorted(lines)
    else:
        found["main_mode"] = _drawn(rng, _MODES)
    found["service_rating"] = None if rng.random() < 0.04 else _drawn(rng, _RATINGS)
    found["wish"] = "" if rng.random() < 0.45 else _wish(rng)
    found["will_sign"] = None if rng.random() < 0.09 else "Yes" if rng.random() < 0.34 else "No"
    return found


def _wish(rng: Random) -> str:
    return ", and ".join(rng.sample(_WISHES, rng.choice((1, 1, 1, 2, 3)))).capitalize()


def _drawn(rng: Random, weights: Mapping[Any, float]) -> Any:
    return rng.choices(list(weights), list(weights.values()))[0]


def _poisson(rng: Random, mean: float) -> int:
    bound, product, count = math.exp(-mean), rng.random(), 0
    while product > bound:
        product *= rng.random()
        count += 1
    return count
