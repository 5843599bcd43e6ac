"""What is wrong with what was filled in, in the reader's language.

The rules of the model and the ledger speak English; here are those of their sentences that forms show.
"""

import re
from collections.abc import Iterable

from ..model.errors import Problem
from .texts import Texts

SENTENCES = (
    "must not be empty",
    "must not be longer than %(count)s characters",
    "must not contain the character U+0000",
    "must be an e-mail address",
    "must be a domain such as client.example",
    "%(address)s belongs to somebody else already",
    "is gone by now",
)
"""Sentences as translators see them. Numbers stand in them as ``%(count)s``."""

_COUNT = re.compile(r"\b[0-9]+\b")


def told(texts: Texts, problem: Problem) -> str:
    """Return what is wrong."""
    if problem.code == "taken":
        return texts.gettext("%(address)s belongs to somebody else already", address=problem.message.partition(" ")[0])
    if problem.code == "unknown_id":
        return texts.gettext("is gone by now")
    if problem.code == "too_long" and (count := _COUNT.search(problem.message)) is not None:
        return texts.gettext("must not be longer than %(count)s characters", count=texts.number(int(count[0])))
    return texts.gettext(problem.message)


def told_of(texts: Texts, problems: Iterable[Problem], path: str) -> tuple[str, ...]:
    """Return what is wrong with one part, or with what stands in it, each thing once."""
    found = (
        problem for problem in problems if problem.path == path or problem.path.startswith((f"{path}[", f"{path}."))
    )
    return tuple(dict.fromkeys(told(texts, problem) for problem in found))
