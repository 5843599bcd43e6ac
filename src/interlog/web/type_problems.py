"""What is wrong with a definition, said at its place in the form and in the reader's language."""

import re
from collections.abc import Sequence

from ..model.errors import Problem
from .type_form import Definition
from .view import View

MESSAGES = {
    "bounds": "It must not be less than the smallest value.",
    "built_in": "This belongs to the built-in type and has to stay as it is.",
    "character": "It must not contain the character U+0000.",
    "choice": "Choices that are flags must be positive whole numbers.",
    "collection": "Another type is called like that, or was.",
    "duplicate": "Another one is called like that already.",
    "is_activity": "This was decided when the type was created.",
    "kind": "A field of this kind cannot serve for that.",
    "missing": "There must be one at least.",
    "name": "It must be letters, digits and underscores, and begin with a letter.",
    "number": "It must be a number.",
    "pattern": "This is no regular expression that is understood here.",
    "range": "It must be from 1 to 1048576.",
    "taken": "There is a type of this name already.",
    "too_long": "It is too long.",
    "too_many": "These are too many.",
    "type_change": "This cannot change any more: interactions of this type are stored.",
    "unknown": "Choose one of the list.",
    "unknown_field": "There is no such field.",
}
"""What the problems of definitions mean to those who fill in the form, by their codes."""

_ROW = re.compile(r"(fields|slots)\[(\d+)\](?:\.(\w+))?")


def with_problems(view: View, said: Definition, problems: Sequence[Problem]) -> Definition:
    """Return a form with what is wrong, each at its place."""
    fields: dict[int, list[tuple[str, str]]] = {}
    slots: dict[int, list[tuple[str, str]]] = {}
    others: list[tuple[str, str]] = []
    for problem in problems:
        message = message_of(view, problem)
        match = _ROW.match(_path_of(said, problem.path))
        if match is not None:
            rows = fields if match[1] == "fields" else slots
            at = rows.setdefault(int(match[2]), [])
            part = match[3] or ("name" if match[1] == "fields" and problem.code != "type_change" else "label")
            if (part, message) not in at:
                at.append((part, message))
        else:
            path = problem.path.partition("[")[0]
            others.append(("name" if path == "collections" else path, message))
    return said._replace(
        fields=tuple(row._replace(problems=tuple(fields.get(row.place, ()))) for row in said.fields),
        slots=tuple(row._replace(problems=tuple(slots.get(row.place, ()))) for row in said.slots),
        problems=tuple(dict.fromkeys(others)),
    )


def message_of(view: View, problem: Problem) -> str:
    """Return what is wrong in the reader's language."""
    found = MESSAGES.get(problem.code)
    return view.texts.gettext(found) if found is not None else view.texts.said(problem.message)


def _path_of(said: Definition, path: str) -> str:
    """Return the path of the row that a problem of the identity or of the time is about."""
    if path == "timestamp_field":
        place = next((row.place for row in said.fields if row.when), None)
        return f"fields[{place}].when" if place is not None else path
    if match := re.match(r"identity\[(\d+)\]", path):
        keys = [row.place for row in said.fields if row.key]
        if int(match[1]) < len(keys):
            return f"fields[{keys[int(match[1])]}].key"
    if match := re.match(r"slots\[(\d+)\]", path):
        return f"slots[{match[1]}].role"
    return path
