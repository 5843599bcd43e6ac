"""What visits say together: how each question was answered, over all versions of its survey (§3.6)."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import median
from typing import Any

from msgspec import Struct

from .surveys import Option, Question, Survey

_SCALE = "scale"
_TEXT = "text"


class OptionCount(Struct, frozen=True):
    """How often an option was chosen."""

    value: str | int | float
    count: int


class QuestionReport(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """How a question was answered: ``asked`` counts the visits in which it was shown.

    An empty text and an empty choice are no answers. ``options`` are those of the question, in their order, then what
    else was answered; a question that is answered by writing has none. ``mean`` and ``median`` are those of a scale.
    """

    question_id: str
    tag: str | None
    type: str | None
    asked: int
    answered: int
    options: list[OptionCount] | None = None
    mean: float | None = None
    median: float | None = None


class Tally(Struct):
    """What was answered to a question: how often it was shown, and the answers by their JSON text."""

    asked: int = 0
    answered: int = 0
    tag: str | None = None
    counts: Counter[str] = Counter()


def questions_of(surveys: Iterable[Survey]) -> dict[str, Question]:
    """Return the questions of versions of surveys by id: of each the first that is met, in their order."""
    found: dict[str, Question] = {}
    for survey in surveys:
        for id_, question in survey.questions.items():
            found.setdefault(id_, question)
    return found


def is_written(question: Question) -> bool:
    """Whether a question is answered by writing, so that answers are not counted one by one."""
    return question.type == _TEXT


def tallied(responses: Iterable[tuple[str, str, int]]) -> dict[str, Tally]:
    """Return what was answered by question, from (question, fields as JSON, how often)."""
    found: dict[str, Tally] = {}
    for question, text, count in responses:
        tally = found.setdefault(question, Tally(counts=Counter()))
        tally.asked += count
        for tag, value in (json.loads(text) or {}).items():
            tally.tag = tag or tally.tag
            values = value if isinstance(value, list) else [value]
            values = [item for item in values if item not in ("", None)]
            if values:
                tally.answered += count
            for item in values:
                tally.counts[json.dumps(item)] += count
    return found


def reported(questions: Mapping[str, Question], tallies: Mapping[str, Tally]) -> list[QuestionReport]:
    """Return the report of each question: those of the surveys in their order, then those that nobody knows."""
    ids = (*questions, *sorted(tallies.keys() - questions.keys()))
    return [_report(id_, questions.get(id_), tallies.get(id_, Tally())) for id_ in ids]


def _report(id_: str, question: Question | None, tally: Tally) -> QuestionReport:
    counts = Counter({json.loads(text): count for text, count in tally.counts.items()})
    mean = middle = None
    if question is not None and question.type == _SCALE:
        numbers = [value for value in counts.elements() if isinstance(value, int | float)]
        if numbers:
            mean, middle = round(sum(numbers) / len(numbers), 4), median(numbers)
    return QuestionReport(
        question_id=id_,
        tag=question.tag if question is not None else tally.tag,
        type=question.type if question is not None else None,
        asked=tally.asked,
        answered=tally.answered,
        options=None if question is not None and is_written(question) else list(_options(question, counts)),
        mean=mean,
        median=middle,
    )


def _options(question: Question | None, counts: Counter[Any]) -> Iterator[OptionCount]:
    left = Counter(counts)
    chosen: Mapping[str, Option] = question.chosen_by if question is not None else {}
    for text, option in chosen.items():
        value = option.answer
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        same = [answer for answer in left if answer in (value, text)]
        yield OptionCount(value, sum(left.pop(answer) for answer in same))
    for answer, count in sorted(left.items(), key=lambda item: (-item[1], str(item[0]))):
        yield OptionCount(answer, count)
