"""What the answers of a visit say, read in one go: whether they fit, what they mean, and how one reads them (§3.7)."""

from typing import Any

from msgspec import Struct

from .surveys import AVAILABILITY, REASON_TAG, Answer, Responses, Survey, availability_in, reason_in


class Said(Struct, frozen=True, gc=False):
    """What responses say. ``answers``: the questions that were answered; ``lines``: the same as one reads it.

    ``successful``: whether what means success was chosen, None without a survey. ``available``: whether somebody was,
    as the question about it was answered; ``reason``: why nobody was; None where it was not asked. ``fits``: the
    answers are none but those that the survey asks for. ``follows``: they are on the way through it.
    """

    answers: tuple[Answer, ...]
    lines: list[str]
    successful: bool | None
    available: bool | None
    reason: str | None
    fits: bool
    follows: bool


def said_in(responses: Responses, survey: Survey | None) -> Said:
    """Return what responses say; without the survey, what the vendor's own tags tell."""
    questions = survey.questions if survey is not None else {}
    answers: list[Answer] = []
    lines: list[str] = []
    successful, fits = False, True
    available = reason = None
    for id_, response in responses.items():
        question = questions.get(id_)
        if question is None:
            fits = False
        for tag, value in response["fields"].items():
            answers.append(Answer(id_, tag, value))
            if question is None:
                lines.append(_plain(tag, value))
                continue
            known = question.taken.get(value) if type(value) in _PLAIN else None
            if known is None:
                fits = fits and question.fits(value)
                known = question.taking(value)
            lines.append(known.line)
            successful = successful or known.success
            if tag != question.tag:
                fits = False
            if question.type == AVAILABILITY and available is None:
                available = value == "true"
            elif tag == REASON_TAG and reason is None:
                reason = question.shown(value)
    if survey is None:
        available, reason = availability_in(answers), reason_in(answers)
        return Said(tuple(answers), lines, None, available, reason, fits=True, follows=True)
    return Said(tuple(answers), lines, successful, available, reason, fits, survey.follows_flow(responses))


_PLAIN = frozenset({str, int, float})
"""Types of answers that are chosen as they are; of those that are truth values, none is."""


def _plain(tag: str, value: Any) -> str:
    return f"{tag}: {', '.join(map(str, value if isinstance(value, list) else [value]))}"
