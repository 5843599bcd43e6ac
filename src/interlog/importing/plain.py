"""Times and texts as the Affinity API gives them."""

from ..model.errors import Unavailable
from ..model.instants import parse_moment


def instant(given: str) -> int:
    """Return an instant; ``Unavailable`` where it is none."""
    moment = parse_moment(given)
    if moment is None:
        raise Unavailable(f"the source gives {given!r} as a date and time")
    return moment.instant


def optional(given: str | None) -> int | None:
    """Return an instant, or None."""
    return None if given is None else instant(given)


def text(given: str | None) -> str:
    """Return text without the one character that no database holds."""
    return (given or "").replace("\x00", "")
