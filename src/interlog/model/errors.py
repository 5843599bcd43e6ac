"""What can go wrong, in our own words. Each protocol turns these into its own statuses and bodies."""

from typing import Any

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One thing wrong with a request.

    ``path`` names the offending part (``person_ids[2]``), ``message`` says what is wrong in plain English,
    ``code`` is for machines; an unknown id also carries the ``value`` and the ``model`` that it should belong to.
    """

    path: str
    message: str
    code: str = "invalid"
    value: Any = None
    model: str | None = None


def unknown_id(path: str, value: int, model: str) -> Problem:
    """Return the problem of a reference to something that does not exist (or is not to be seen)."""
    return Problem(path, f"no {model} has the id {value}", "unknown_id", value, model)


class InterlogError(Exception):
    """The base of every error that a use case can raise."""


class Unauthenticated(InterlogError):
    """No token, or one that is wrong, expired or revoked."""


class Limited(InterlogError):
    """It was tried too often; ``seconds`` from now it may be tried again."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(f"{message}; try again in {seconds} seconds")
        self.seconds = seconds


class Forbidden(InterlogError):
    """The actor is known but lacks the right."""


class NotFound(InterlogError):
    """Nothing visible to the actor has this id."""

    def __init__(self, model: str, value: int | str, path: str = "id") -> None:
        super().__init__(f"no {model} has the {path} {value}")
        self.model, self.value, self.path = model, value, path


class MergedAway(InterlogError):
    """The person or organization was merged into another one."""

    def __init__(self, model: str, value: int | str, into: int | str) -> None:
        super().__init__(f"{model} {value} has been merged into {into}")
        self.model, self.value, self.into = model, value, into


class Invalid(InterlogError):
    """The request cannot be fulfilled as it stands: every problem with it, at once."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
        self.problems = problems


class Conflict(InterlogError):
    """The request contradicts what is stored: another content under the same key, or an outdated version."""

    def __init__(self, message: str, *, existing: int | None = None) -> None:
        super().__init__(message)
        self.existing = existing


class Refused(Conflict):
    """The request contradicts what is stored in particular parts: what a fact says, or what a type allows."""

    def __init__(self, message: str, *problems: Problem, existing: int | None = None) -> None:
        super().__init__(message, existing=existing)
        self.problems = problems


class Exists(Conflict):
    """What was to be created only if it is not there, is there."""


class Expired(Conflict):
    """The type's time is over: its interactions can only be read."""


class Withheld(InterlogError):
    """This one was in order, but nothing of the request was stored, because another one was not."""

    def __init__(self) -> None:
        super().__init__("was not stored, because something else in the same request was refused")


class Unavailable(InterlogError):
    """The store cannot answer now (disk full, connection lost).

    What was to be stored was not, unless the connection broke while it was being committed: then nobody here knows.
    A request that is repeat-safe can be sent again in any case.
    """


class NoRoom(Unavailable):
    """The content of a file cannot be written: the disk is full, or does not answer."""
