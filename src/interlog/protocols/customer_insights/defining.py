"""Defining types: what interaction types and profile types have in common (spec 2.5, 7.1)."""

from collections.abc import Awaitable, Callable
from typing import Any

from interlog.model.errors import Conflict, Invalid, Refused

from .catalog import Catalog
from .definitions import is_type_name
from .errors import ApiError, Detail, invalid
from .hubs import catalog_of
from .operations import Call, Reply
from .requests import Precondition, precondition_failed, precondition_of, read_object, unwrapped
from .source import Notes

_TRIES = 5

_REFUSALS = {
    "is_activity": "IsActivityImmutable",
    "type_change": "TypeChangeNotAllowed",
    "built_in": "BuiltInType",
    "collection": "ApiEntitySetNameInUse",
}
"""From what the ledger refuses to the codes of this protocol."""

_PATHS = {
    "is_activity": "isActivity",
    "identity": "idPropertyNames",
    "slots": "participantProfiles",
    "category": "attributes",
    "collections[0]": "apiEntitySetName",
    "strong_ids": "strongIds",
}

Attempt = Callable[[str, dict[str, Any], Catalog, Precondition], Awaitable[Reply]]
"""Defines the type of a name as a body says, over what is known of the hub's types now, and answers."""


async def put(call: Call, noun: str, attempt: Attempt) -> Reply:
    """Define a type; again where somebody else defined it since it was read, unless the request rules that out."""
    name = call.path["name"]
    check_name(name)
    body = unwrapped(await read_object(call))
    condition = precondition_of(call)
    for _ in range(_TRIES):
        try:
            return await attempt(name, body, await catalog_of(call), condition)
        except Invalid as error:
            raise _invalid_in_model(error, _subject(noun, name)) from None
        except Refused as error:
            raise _refusal(error) from None
        except Conflict:  # what is said of it may be wrong by now
            if condition.is_given:
                raise precondition_failed() from None
    raise ApiError(409, "Conflict", "Types of this hub were being defined at the same time; try again.")


def refuse(notes: Notes, noun: str, name: str) -> None:
    """Raise where anything is wrong with a definition."""
    if notes.problems:
        raise invalid("InvalidTypeDefinition", _subject(noun, name), notes.problems, target="properties")


def check_name(name: str, longest: int = 128) -> None:
    """Refuse a name that a type cannot have (V1)."""
    if not is_type_name(name, longest):
        message = f"The name '{name[:200]}' must be a letter, then letters, digits and _, 2 to {longest} characters."
        raise ApiError(400, "InvalidResourceName", message, target="name")


def _subject(noun: str, name: str) -> str:
    return f"The definition of {noun} '{name}'"


def _refusal(error: Refused) -> ApiError:
    """Return the conflict of a definition with what is stored."""
    details = [
        Detail(_REFUSALS.get(problem.code, "Conflict"), f"'{path}' {problem.message}.", path)
        for problem in error.problems
        for path in [_PATHS.get(problem.path, problem.path)]
    ]
    first = details[0] if details else Detail("Conflict", f"{error}.")
    return ApiError(409, first.code, first.message, target=first.target, details=details)


def _invalid_in_model(error: Invalid, subject: str) -> ApiError:
    """Return the refusal of a definition that only the ledger finds something wrong with."""
    details = [
        Detail("InvalidValue", f"'{path}' {problem.message}.", path)
        for problem in error.problems
        for path in [_PATHS.get(problem.path, problem.path)]
    ]
    return invalid("InvalidTypeDefinition", subject, details, target="properties")
