"""Surveys: what an answer must be, which answers mean success, and the way through the questions (§4.5).

A survey is compiled once per version, and asked for each visit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any

from msgspec import Struct

from ..errors import Problem
from .pointers import pointer

Responses = Mapping[str, Mapping[str, Any]]
"""By the question's id: an object with ``fields``, which holds the answer under the question's tag, or nothing."""

AVAILABILITY = "availability"
REASON_TAG = "unavailable_reason"
_SCALE = "scale"
_TEXT = "text"
_MULTI_SELECT = "multi-select"
_NO_BUTTONS = frozenset({_SCALE, _TEXT, _MULTI_SELECT})
_LONGEST_TEXT = 256
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)\s*", re.ASCII)


class Answer(Struct, frozen=True, gc=False):
    """One answered question."""

    question: str
    tag: str
    value: Any


class Option(Struct, frozen=True):
    """A button below a question, or a choice: ``answer`` is what choosing it says. ``leads_to``: the next question's
    id, None for the end; ``leads_on``: simply to the next in order."""

    answer: str | int | float
    text: str
    success: bool = False
    leads_to: str | None = None
    leads_on: bool = True


class Taking(Struct, frozen=True, gc=False):
    """What an answer comes to: the question with it as one reads them, and whether it means success."""

    line: str
    success: bool


class Question(Struct, frozen=True):
    """A question as it is asked. ``chosen_by``: what may be chosen (options or choices), by the text of the answer.

    ``taken``: of questions to which one text or number is the answer, what each that may be chosen comes to.
    """

    id: str
    tag: str
    type: str
    text: str
    options: tuple[Option, ...]
    chosen_by: Mapping[str, Option]
    taken: Mapping[str | int | float, Taking]
    longest: int = _LONGEST_TEXT
    keyboard: str | None = None

    def fits(self, value: Any) -> bool:
        """Whether nothing is wrong with an answer, as mostly nothing is: where it does not fit, ``problems`` tells."""
        if isinstance(value, str):
            if self.type not in _NO_BUTTONS:
                return value in self.chosen_by
            return self.type == _TEXT and self.keyboard is None and len(value) <= self.longest
        if isinstance(value, list):
            chosen_by = self.chosen_by
            return self.type == _MULTI_SELECT and all(isinstance(item, str) and item in chosen_by for item in value)
        return False if self.type != _SCALE else not any(self.problems(value, ""))

    def problems(self, value: Any, path: str) -> Iterator[Problem]:
        """Say what is wrong with an answer."""
        if self.type == _MULTI_SELECT:
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                yield Problem(path, "must be an array of strings", "array.base")
                return
            for index, item in enumerate(value):
                if item not in self.chosen_by:
                    yield Problem(pointer(path, index), f"must be one of {self._allowed}", "choice")
        elif self.type == _SCALE:
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield Problem(path, "must be a number", "number")
            elif _text_of(value) not in self.chosen_by:
                yield Problem(path, f"must be one of {self._allowed}", "choice")
        elif not isinstance(value, str):
            yield Problem(path, "must be a string", "text")
        elif self.type == _TEXT:
            yield from self._text_problems(value, path)
        elif value not in self.chosen_by:
            yield Problem(path, f"must be one of {self._allowed}", "choice")

    def _text_problems(self, value: str, path: str) -> Iterator[Problem]:
        if len(value) > self.longest:
            yield Problem(path, f"must not be longer than {self.longest} characters", "too_long")
        if value and self.keyboard == "email" and not _EMAIL.fullmatch(value):
            yield Problem(path, "must be an e-mail address", "string.email")
        if value and self.keyboard == "number" and not _NUMBER.fullmatch(value):
            yield Problem(path, "must be the text of a number", "string.regex.base")

    @property
    def _allowed(self) -> str:
        return ", ".join(self.chosen_by)

    def chosen(self, value: Any) -> list[Option]:
        """Return the options and choices that an answer stands for."""
        if self.type == _TEXT:
            return list(self.options[-1:])  # the last button is the one that submits
        if isinstance(value, str):
            option = self.chosen_by.get(value)
            return [option] if option is not None else []
        values = value if isinstance(value, list) else [value]
        found = [option for item in values if (option := self.chosen_by.get(_text_of(item))) is not None]
        return found + list(self.options[-1:]) if self.type == _MULTI_SELECT else found

    def taking(self, value: Any) -> Taking:
        """Return what any answer comes to."""
        line = f"{self.text or self.tag}: {self.shown(value)}"
        return Taking(line, any(option.success for option in self.chosen(value)))

    def shown(self, value: Any) -> str:
        """Return an answer as one reads it: the texts of what was chosen."""
        return ", ".join(map(self._shown, value)) if isinstance(value, list) else self._shown(value)

    def _shown(self, item: Any) -> str:
        text = item if isinstance(item, str) else _text_of(item)
        option = self.chosen_by.get(text)
        return text if option is None else option.text


class Survey(Struct, frozen=True, dict=True):
    """A version of a survey: its questions by id, in their order."""

    questions: Mapping[str, Question]

    def problems(self, responses: Responses, path: str) -> list[Problem]:
        """Return everything wrong with responses; ``path`` points to them."""
        found: list[Problem] = []
        for id_, response in responses.items():
            question = self.questions.get(id_)
            if question is None:
                found.append(Problem(pointer(path, id_), "is no question of this survey", "unknown_id"))
                continue
            for tag, value in response["fields"].items():
                if tag == question.tag and question.fits(value):
                    continue
                place = pointer(pointer(pointer(path, id_), "fields"), tag)
                if tag == question.tag:
                    found += question.problems(value, place)
                else:
                    found.append(Problem(place, f"must be named {question.tag}, as the question's tag", "choice"))
        return found

    def follows_flow(self, responses: Responses) -> bool:
        """Whether the responses are what one gets who begins at the first question and follows the answers' actions."""
        if self._is_straight:
            return all(id_ in responses for id_ in self._order[: len(responses)])
        reached: set[str] = set()
        ahead = [next(iter(self.questions), None)]
        while ahead:
            id_ = ahead.pop()
            if id_ is not None and id_ in responses and id_ not in reached:
                reached.add(id_)
                ahead += self._following(self.questions[id_], responses[id_]["fields"])
        return len(reached) == len(responses)

    def _following(self, question: Question, fields: Mapping[str, Any]) -> list[str | None]:
        taken = [option for value in fields.values() for option in question.chosen(value)]
        # of a question that was shown and not answered, nobody knows which way was taken
        found = [option.leads_to for option in taken or question.options]
        return found if any(not option.leads_on for option in taken) else [*found, self._next.get(question.id)]

    @cached_property
    def _next(self) -> dict[str, str]:
        """By each question, the one that comes after it in order."""
        return dict(pairwise(self._order))

    @cached_property
    def _order(self) -> list[str]:
        return list(self.questions)

    @cached_property
    def _is_straight(self) -> bool:
        """Whether each question simply leads to the next one."""
        offered = (
            option
            for question in self.questions.values()
            for option in (*question.options, *question.chosen_by.values())
        )
        return all(option.leads_on and option.leads_to is None for option in offered)


def answers_in(responses: Responses) -> list[Answer]:
    """Return the questions that were answered: those that were only shown are left out."""
    return [Answer(id_, tag, value) for id_, response in responses.items() for tag, value in response["fields"].items()]


def availability_in(answers: Iterable[Answer]) -> bool | None:
    """Return whether somebody was available, as it is told without the survey: by the vendor's own tag."""
    for answer in answers:
        if answer.tag == "available" and answer.value in ("true", "false"):
            return bool(answer.value == "true")
    return None


def reason_in(answers: Iterable[Answer]) -> str | None:
    """Return why nobody could be talked to, as it is told without the survey: by the vendor's own tag."""
    for answer in answers:
        if answer.tag == REASON_TAG and isinstance(answer.value, str):
            return answer.value
    return None


def compiled(data: Mapping[str, Any]) -> Survey:
    """Return a survey ready to be asked. ``data`` is a valid definition, with the id of every question."""
    return Survey({item["questionId"]: _question(item) for item in data.get("questions", ())})


def _question(item: Mapping[str, Any]) -> Question:
    options = tuple(_option(option, place) for place, option in enumerate(item.get("options", ()), 1))
    answered = options
    if item["type"] == _MULTI_SELECT:
        answered = tuple(_option(choice, place) for place, choice in enumerate(item.get("choices", ()), 1))
    elif item["type"] == _SCALE:
        answered = tuple(_on_scale(option, place) for place, option in enumerate(options, 1))
    by_text = {_text_of(option.answer): option for option in reversed(answered)}
    text = item.get("text", "")
    chosen_by = dict(reversed(by_text.items()))
    head = text or item["tag"]
    taken: dict[str | int | float, Taking] = {}
    if item["type"] not in (_TEXT, _MULTI_SELECT):
        taken = {
            option.answer if item["type"] == _SCALE else answer: Taking(f"{head}: {option.text}", option.success)
            for answer, option in chosen_by.items()
        }
    return Question(
        id=item["questionId"],
        tag=item["tag"],
        type=item["type"],
        text=text,
        options=answered if item["type"] == _SCALE else options,
        chosen_by=chosen_by,
        taken=taken,
        longest=item.get("max", _LONGEST_TEXT),
        keyboard=item.get("keyboard"),
    )


def _option(item: Mapping[str, Any], place: int) -> Option:
    text = item.get("text") or item.get("icon") or str(place)
    action = item.get("action") or {}
    return Option(
        answer=item["value"] if item.get("value") is not None else text,
        text=text,
        success=bool(item.get("success", False)),
        leads_to=action.get("questionId") if action.get("type") == "question" else None,
        leads_on=not action,
    )


def _on_scale(option: Option, place: int) -> Option:
    """Return an option of a scale: its answer is a number, by its place where its value is none."""
    try:
        number = float(option.answer)
    except ValueError:
        number = place
    return Option(number, option.text, option.success, option.leads_to, option.leads_on)


def _text_of(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
