"""Regular expressions that users write: matched in a time that grows with the text alone, whatever the expression.

Python's own ``re`` goes back and tries again, so that ``(a+)+$`` takes years for thirty letters; and it runs on the
event loop. RE2 never goes back. It has no look-around and no back-references.
"""

from functools import lru_cache
from typing import Protocol

MAX_PATTERN = 1_000
"""Characters of an expression."""


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, text: str) -> object | None:
        """Return whatever is not None where the expression matches somewhere in a text."""


@lru_cache(maxsize=4096)
def compiled(expression: str) -> Pattern | None:
    """Return an expression compiled, None where it is none."""
    if len(expression) > MAX_PATTERN:
        return None
    import re2  # type: ignore[import-untyped]  # it brings no types; two megabytes that only tenants with patterns need

    options = re2.Options()
    options.log_errors = False
    try:
        found: Pattern = re2.compile(expression, options)
    except (re2.error, UnicodeEncodeError):
        return None
    return found


def matches(pattern: Pattern, text: str) -> bool:
    """Whether an expression matches somewhere in a text."""
    try:
        return pattern.search(text) is not None
    except UnicodeEncodeError:  # half a character, which no store takes either
        return False
