"""What the specification wants shown, item by item, and which tests show it: a part of the page of coverage.

A test shows an item when its docstring, or that of its class, says so in parentheses: ``(spec 20, items 10 and 12;
spec 18, D14)``.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from interlog.marks import rows

ITEMS = {
    "1": "whoever signs in by Basic, with whatever user, or by Bearer is the same user; a wrong key is 401",
    "2": "six integers about rates on every answer, and the version on every one of version 2",
    "3": "a call that is logged has exactly its keys, and one note, which knows of the call",
    "4": "a chat message has no keys of events, and is no meeting",
    "5": "no e-mails, no interaction without one of us, no unknown person",
    "6": "interactions of exactly one person, organization or opportunity, narrowed by one of us",
    "7": "the start counts, the end does not, and between them are at most 365 days",
    "8": "one key for each type, a token on every page, which goes with its parameters",
    "9": "by whom it was logged, and in which direction messages went",
    "10": "both spellings of the path; the right id with another type is not found",
    "11": "what is not sent stays; a date moves the start, persons replace the participants",
    "12": "what is deleted is gone with its note, and not found a second time",
    "13": "type and id together are the key",
    "14": "what came through another protocol is listed by both versions",
    "15": "parameters by query, form and JSON",
    "16": "dates of the first, last and next contact",
    "17": "pages of version 2 follow each other on the authority that the client used",
    "18": "filters of version 2",
    "19": "one root note on an interaction; a second one is told of the first",
    "20": "the community's live suite",
    "D1": "an unknown id in a path is 404, or 422 by a setting",
    "D2": "pages of 500 interactions, or what a setting says",
    "D3": "a year at most, or what a setting says",
    "D4": "`logging_type` only where it is asked for",
    "D5": "`person_ids` need not be sent with a change",
    "D6": "nobody from outside need take part",
    "D7": "`/interaction` and `/interactions`",
    "D8": "notes are listed in an object",
    "D9": "`updated_at` is when it was changed",
    "D10": "each success of version 1 is 200",
    "D11": "`events`, `events`, `chat_messages`, `emails`",
    "D12": "messages of webhooks have `type`, `body` and `sent_at`",
    "D13": "an unknown path answers a bare text",
    "D14": "a deleted interaction takes its note and replies along",
    "D15": "rates are integers, always",
    "D16": "a note is on somebody or something, or a reply",
}
"""The items of the checklist, and the decisions where sources contradict each other."""

_ASIDE = re.compile(r"\(([^()]*)\)")
_RUN = re.compile(r"\bitems? ((?:\d+(?:, | and )?)+)")
_DECISION = re.compile(r"\bD\d+\b")


def shown_by(tests: Path) -> dict[str, list[str]]:
    """Return the tests that show each item, as ``module::Class::test``. ``tests``: the folder of this protocol's."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for name, text in _documented(ast.parse(path.read_text()), path.relative_to(tests).with_suffix("").as_posix()):
            for item in _items(text):
                found.setdefault(item, []).append(name)
    return found


def table(tests: Path) -> str:
    """Return the table of items, as Markdown."""
    shown = shown_by(tests)
    head = "| item | what | shown by |\n| --- | --- | --- |\n"
    return head + rows((item, what, "<br>".join(f"`{name}`" for name in shown[item])) for item, what in ITEMS.items())


def _documented(node: ast.AST, path: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef) or (isinstance(child, ast.FunctionDef) and child.name.startswith("test_")):
            name = f"{path}::{child.name}"
            yield name, ast.get_docstring(child) or ""
            yield from _documented(child, name)


def _items(text: str) -> Iterator[str]:
    for aside in _ASIDE.findall(text):
        for run in _RUN.findall(aside):
            yield from re.findall(r"\d+", run)
        yield from _DECISION.findall(aside)
