"""What a handler answers with: the results of transactions, and why one failed."""

from collections.abc import Sequence
from typing import Any

from interlog.model.errors import (
    Conflict,
    Forbidden,
    InterlogError,
    Invalid,
    MergedAway,
    NotFound,
    Problem,
    Unavailable,
)

from .contexts import TRANSACTION_RESULT

NAMESPACE = "interlog"
"""What begins the names of our own intents, contexts and members."""

ID_KEY = "INTERLOG"
"""The key under which ids of ours stand in the ``id`` of a context."""

Context = dict[str, Any]


class MalformedContext(Exception):
    """What was raised is no context at all; an error of the transport, not a result (spec 1.2, step 1)."""


class Failure(Exception):
    """A transaction fails: with what code, because of what, and what the result shows as the context."""

    def __init__(self, code: str, message: str, *problems: Problem, context: Context | None = None) -> None:
        super().__init__(message)
        self.code, self.problems, self.context = code, problems, context


def succeeded(status: str, context: Context, id_: str) -> Context:
    """Return the result of a transaction: ``Created``, ``Updated`` or ``Deleted``, with the record as it is now."""
    message = f'record with id "{id_}" was {status.lower()}'
    return {"type": TRANSACTION_RESULT, "status": status, "context": context, "message": message}


def failed(failure: Failure, context: Any) -> Context:
    """Return the result of a transaction that failed: the code and the problems are for machines (spec 1.2)."""
    result: Context = {"type": TRANSACTION_RESULT, "status": "Failed", "message": str(failure)}
    shown = failure.context if failure.context is not None else context
    if isinstance(shown, dict):
        result["context"] = shown
    errors = [{"path": problem.path, "message": problem.message} for problem in failure.problems]
    result[NAMESPACE] = {"code": failure.code, "errors": errors}
    return result


def invalid(problems: Sequence[Problem]) -> Failure:
    """Return the failure that names every problem."""
    message = "; ".join(f"{problem.path or 'context'} {problem.message}" for problem in problems)
    return Failure("Invalid", message, *problems)


def failure_of(error: InterlogError) -> Failure:
    """Return the failure that an error of the ledger is."""
    match error:
        case Invalid():
            return invalid(error.problems)
        case NotFound() | MergedAway():
            return Failure("NotFound", str(error))
        case Conflict():
            return Failure("Conflict", str(error))
        case Forbidden():
            return Failure("Forbidden", str(error))
        case Unavailable():
            return Failure("Unavailable", "the store does not answer; try again")
    return Failure("Refused", str(error))


UNEXPECTED = Failure("Unexpected", "something went wrong on the server; nothing is known to be stored")
"""Whatever no handler foresaw: the raiser must be told all the same (spec 5.6)."""
