"""The second form of a survey (spec 4.5): questions are objects of their own, and the survey says where answers lead.

What is stored is the first form; a survey is shown in the form that it was written in.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .shapes import MISSING, Anything, Flag, Many, Reading, Shape, Text, Thing, Uuid
from .survey_shapes import ACTIONS, ICONS, TYPES


def _camel(name: str) -> str:
    head, *rest = name.split("-")
    return head + "".join(word.capitalize() for word in rest)


def _kebab(name: str) -> str:
    return re.sub(r"[A-Z]", lambda match: "-" + match[0].lower(), name)


_ICONS = tuple(_camel(icon) for icon in ICONS)
_TYPES = tuple(_camel(type_) for type_ in TYPES)
_OWN_TYPES = frozenset(_TYPES) - frozenset(TYPES)

_OPTION = Thing(
    {
        "questionOptionId": Uuid(),
        "text": Text(longest=128),
        "icon": Text(choices=_ICONS),
        "tag": Text(longest=128),
        "value": Anything(
            lambda value: isinstance(value, str | int | float) and not isinstance(value, bool), "a string or a number"
        ),
        "success": Flag(),
    }
)
_ACTION = Thing(
    {
        "type": Text(choices=ACTIONS),
        "questionId": Uuid(),
        "questionOptionId": Uuid(),
        "optionText": Text(longest=128),
        "icon": Text(choices=_ICONS),
    },
    required=("type",),
)
_SURVEY = Thing(
    {
        "name": Text(longest=256, empty=False),
        "campaignId": Uuid(),
        "discoverable": Flag(),
        "questions": Many(
            Thing(
                {
                    "questionId": Uuid(),
                    "actions": Many(_ACTION, most=100),
                    "text": Text(longest=512),
                    "tag": Text(longest=128, empty=False),
                    "type": Text(choices=tuple(dict.fromkeys((*_TYPES, *TYPES)))),
                    "options": Many(_OPTION, most=100),
                },
                required=("questionId", "actions"),
            ),
            most=500,
        ),
    },
    required=("name", "questions"),
    defaults={"discoverable": False},
)


def is_second_form(value: Any) -> bool:
    """Whether a survey is written in the second form: its questions have actions, not options with actions."""
    questions = value.get("questions") if isinstance(value, dict) else None
    if not isinstance(questions, list):
        return False
    items = [item for item in questions if isinstance(item, dict)]
    if any("actions" in item or str(item.get("type")) in _OWN_TYPES for item in items):
        return True
    return "campaignId" not in value and not any("options" in item for item in items)


class SecondForm(Shape):
    """A survey of the second form."""

    def read(self, value: Any, path: str, reading: Reading) -> Any:
        found = _SURVEY.read(value, path, reading)
        if found is MISSING:
            return found
        questions = [item if isinstance(item, dict) else {} for item in _items(value.get("questions"))]
        ids = {_id(question) for question in questions}
        seen: set[str] = set()
        for place, question in enumerate(questions):
            where = f"{path}/questions/{place}"
            if _id(question) in seen:
                reading.wrong(f"{where}/questionId", "is another question's already", "array.unique")
            seen |= {_id(question)} - {""}
            for number, action in enumerate(_items(question.get("actions"))):
                if not isinstance(action, dict) or action.get("type") != "question":
                    continue
                target = f"{where}/actions/{number}/questionId"
                if action.get("questionId") is None:
                    reading.wrong(target, "is required to go on to a question", "any.required")
                elif _id(action) and _id(action) not in ids:
                    reading.wrong(target, "leads to no question of this survey", "any.ref")
        return found


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _id(item: Mapping[str, Any]) -> str:
    """Return the question's id that something names, as it is told apart; empty where it is none."""
    value = item.get("questionId")
    return value.lower() if isinstance(value, str) else ""


def first_form(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a survey of the second form in the first: a question's options are those that its actions name.

    A question whose own text and tag are not written here has its id for a tag.
    """
    members = {name: data[name] for name in ("name", "campaignId", "discoverable") if name in data}
    return members | {"questions": [_question(question) for question in data["questions"]]}


def _question(question: Mapping[str, Any]) -> dict[str, Any]:
    id_ = question["questionId"]
    return {
        "questionId": id_,
        "text": question.get("text", ""),
        "tag": question.get("tag", id_),
        "type": _kebab(question.get("type", "multi-choice")),
        "required": False,
        "options": _options(question.get("options", ()), question["actions"]),
    }


def _options(options: Sequence[Mapping[str, Any]], actions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    found = [dict(option) for option in options]
    for action in actions:
        option = next((option for option in found if _is_about(action, option)), None)
        if option is None:
            option = {name: action[name] for name in ("questionOptionId", "icon") if name in action}
            text = action.get("optionText") or (None if "icon" in action else action.get("questionOptionId"))
            option |= {"text": text} if text is not None else {}
            found.append(option)
        option["action"] = {name: action[name] for name in ("type", "questionId") if name in action}
    for option in found:
        option.setdefault("success", False)
        if "icon" in option:
            option["icon"] = _kebab(option["icon"])
    return found


def _is_about(action: Mapping[str, Any], option: Mapping[str, Any]) -> bool:
    """Whether an action is that of an option."""
    return any(
        mine in action and action[mine] == option.get(theirs)
        for mine, theirs in (("questionOptionId", "questionOptionId"), ("optionText", "text"), ("icon", "icon"))
    )
