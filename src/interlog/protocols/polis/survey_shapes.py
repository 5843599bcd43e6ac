"""What a survey must look like (spec 4.5): questions by type, options and choices, and where they lead."""

from collections.abc import Mapping, Sequence
from typing import Any

from .shapes import MISSING, Anything, Flag, Many, Number, Reading, Shape, Text, Thing, Uuid, pointer

ICONS = ("face-neutral", "face-happy", "face-sad", "face-happiest", "face-saddest", "yes", "no", "questionmark")
TYPES = ("availability", "multi-choice", "multi-select", "payment", "pdf", "scale", "text", "verification", "youtube")
ACTIONS = ("question", "end", "pdf", "edit")

_OPTIONS: Mapping[str, tuple[int, int | None]] = {
    "availability": (2, None),
    "multi-choice": (2, None),
    "multi-select": (1, None),
    "payment": (2, None),
    "pdf": (2, 2),
    "scale": (5, 5),
    "text": (2, 2),
    "verification": (1, 2),
    "youtube": (1, 2),
}
"""How many options a question of a type has, at least and at most."""

_URLS = frozenset({"pdf", "youtube"})
_TEXT_DEFAULTS = {"multiline": False, "max": 256, "placeholder": ""}

_CHOICE_MEMBERS: dict[str, Shape] = {
    "text": Text(longest=128),
    "icon": Text(choices=ICONS),
    "tag": Text(longest=128),
    "value": Anything(
        lambda value: isinstance(value, str | int | float) and not isinstance(value, bool), "a string or a number"
    ),
    "success": Flag(),
}
_ACTION = Thing({"type": Text(choices=ACTIONS), "questionId": Uuid()}, required=("type",))


class _Choice(Shape):
    """An option, or a choice of a multi-select: it shows a text or an icon."""

    def __init__(self, *, has_action: bool) -> None:
        members = _CHOICE_MEMBERS | ({"action": _ACTION} if has_action else {})
        self._thing = Thing(members, defaults={"success": False})

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = self._thing.read(value, path, reading)
        if found is MISSING:
            return found
        if value.get("text") is None and value.get("icon") is None:
            reading.wrong(pointer(path, "text"), "is required where there is no icon", "any.required")
        action = found.get("action")
        if action is not None and action.get("type") == "question" and value["action"].get("questionId") is None:
            reading.wrong(f"{path}/action/questionId", "is required to go on to a question", "any.required")
        return found


class _Question(Shape):
    """A question: what it must have depends on its type."""

    _thing = Thing(
        {
            "questionId": Uuid(),
            "text": Text(longest=512),
            "tag": Text(longest=128, empty=False),
            "type": Text(choices=TYPES),
            "options": Many(_Choice(has_action=True), most=100),
            "required": Flag(),
            "choices": Many(_Choice(has_action=False), most=200),
            "url": Text(longest=2048, empty=False),
            "multiline": Flag(),
            "max": Number(least=1, most=10_000, whole=True),
            "keyboard": Text(choices=("text", "email", "number")),
            "placeholder": Text(longest=256),
        },
        required=("text", "tag", "type", "options"),
        defaults={"required": False},
    )
    _only: Mapping[str, frozenset[str]] = {
        "choices": frozenset({"multi-select"}),
        "url": _URLS,
        **dict.fromkeys(("multiline", "max", "keyboard", "placeholder"), frozenset({"text"})),
    }

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = self._thing.read(value, path, reading)
        type_ = found.get("type") if found is not MISSING else None
        if type_ is None:
            return found
        for name, types in self._only.items():
            if name in found and type_ not in types:
                reading.wrong(pointer(path, name), f"is not for questions of type {type_}", "object.allowUnknown")
        if type_ in _URLS and value.get("url") is None:
            reading.wrong(pointer(path, "url"), f"is required for questions of type {type_}", "any.required")
        if type_ == "multi-select" and not value.get("choices"):
            reading.wrong(pointer(path, "choices"), "must have at least 1 element", "array.min")
        if isinstance(value.get("options"), list):
            self._check_options(type_, value["options"], pointer(path, "options"), reading)
        return (_TEXT_DEFAULTS | found) if type_ == "text" else found

    def _check_options(self, type_: str, options: Sequence[Any], path: str, reading: Reading) -> None:
        least, most = _OPTIONS[type_]
        if len(options) < least:
            reading.wrong(path, f"must have at least {least} element(s) for the type {type_}", "array.min")
        if most is not None and len(options) > most:
            reading.wrong(path, f"must have at most {most} element(s) for the type {type_}", "array.max")
        if type_ == "availability":
            for place, option in enumerate(options):
                if isinstance(option, dict) and option.get("value") not in ("true", "false"):
                    reading.wrong(f"{path}/{place}/value", 'must be "true" or "false"', "any.allowOnly")


_SURVEY = Thing(
    {
        "name": Text(longest=256, empty=False),
        "campaignId": Uuid(),
        "discoverable": Flag(),
        "questions": Many(_Question(), most=500),
    },
    required=("name", "campaignId", "questions"),
    defaults={"discoverable": False},
)


class SurveyShape(Shape):
    """A survey of version 1: an ordered array of questions, each of which knows where its options lead."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = _SURVEY.read(value, path, reading)
        questions = value.get("questions") if isinstance(value, dict) else None
        if found is not MISSING and isinstance(questions, list):
            check_flow(questions, pointer(path, "questions"), reading)
        return found


def check_flow(questions: Sequence[Any], path: str, reading: Reading) -> None:
    """Note questions that cannot be told apart, and actions that lead to no question of the survey."""
    known: dict[str, set[str]] = {"tag": set(), "questionId": set()}
    for place, question in enumerate(questions):
        for name, seen in known.items():
            value = question.get(name) if isinstance(question, dict) else None
            if isinstance(value, str):
                key = value.lower() if name == "questionId" else value
                if key in seen:
                    reading.wrong(f"{path}/{place}/{name}", "is another question's already", "array.unique")
                seen.add(key)
    for place, number, action in actions_in(questions):
        target = action.get("questionId")
        if isinstance(target, str) and target.lower() not in known["questionId"] and action.get("type") == "question":
            place_ = f"{path}/{place}/options/{number}/action/questionId"
            reading.wrong(place_, "leads to no question of this survey", "any.ref")


def actions_in(questions: Sequence[Any]) -> list[tuple[int, int, Mapping[str, Any]]]:
    """Return the actions of options: the place of the question, that of the option, and the action."""
    found: list[tuple[int, int, Mapping[str, Any]]] = []
    for place, question in enumerate(questions):
        options = question.get("options") if isinstance(question, dict) else None
        for number, option in enumerate(options if isinstance(options, list) else ()):
            action = option.get("action") if isinstance(option, dict) else None
            if isinstance(action, dict):
                found.append((place, number, action))
    return found
