"""What the bodies of version 2 are made of: objects that stand for others by their ids."""

from collections.abc import Mapping
from typing import Any

from interlog.model.errors import Problem
from interlog.model.ids import MAX_ID


def id_in(args: Mapping[str, Any], name: str, problems: list[Problem], *, required: bool = False) -> int | None:
    """Return the id of the object that a parameter holds; None, with what is wrong noted, where there is none."""
    if name in args:
        return id_of(args[name], name, problems)
    if required:
        problems.append(Problem(name, "is required", "missing"))
    return None


def id_of(value: Any, path: str, problems: list[Problem]) -> int | None:
    """Return the id of an object; None, with what is wrong noted, where it has none."""
    id_ = value.get("id") if isinstance(value, dict) else None
    if not isinstance(id_, int) or isinstance(id_, bool) or not 1 <= id_ <= MAX_ID:
        problems.append(Problem(f"{path}.id", "must be an id", "type"))
        return None
    return id_


def word_in(value: Any, path: str, words: Mapping[str, Any], problems: list[Problem]) -> Any:
    """Return what a word stands for; None, with what is wrong noted, where it is none of these."""
    if not isinstance(value, str) or value not in words:
        problems.append(Problem(path, f"must be one of {', '.join(words)}", "choice"))
        return None
    return words[value]
