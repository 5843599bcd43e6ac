"""Errors on the wire: an array of strings in version 1 (spec 1.6), an object of coded errors in version 2 (13.5)."""

import re
from typing import Any

import falcon

from interlog.model.errors import (
    Conflict,
    Forbidden,
    InterlogError,
    Invalid,
    MergedAway,
    NoRoom,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
)

UNKNOWN_ROUTE = "Unknown API endpoint"
INVALID_PAGE_TOKEN = "Invalid page_token variable"
_NO_ROOM = "There is no room for the file, or the disk does not answer; nothing was stored"

_MODELS = {"interaction": "Interaction", "person": "Person", "organization": "Organization",
           "opportunity": "Opportunity", "note": "Note",
           "webhook": "Webhook", "delivery": "Delivery", "list": "List", "entry": "ListEntry",
           "reminder": "Reminder", "file": "EntityFile", "merge": "Merge",
           "field": "Field", "value": "FieldValue"}  # fmt: skip

_NAMES = (
    (re.compile(r"^participants(\[\d+\]\.person)?$"), "person_ids"),
    (re.compile(r"\[\d+\]$"), ""),
    (re.compile(r"^body$"), "content"),
    (re.compile(r"^domains$"), "domain"),
    (re.compile(r"^ended_at$"), "end_time"),
    (re.compile(r"^links\.organizations$"), "organization_ids"),
    (re.compile(r"^links\.opportunities$"), "opportunity_ids"),
    (re.compile(r"^external_ids\..*"), "external_id"),
    (re.compile(r"^url$"), "webhook_url"),
)
"""From paths in our model to the names of version 1, which knows no places within a list."""

_NAMES_V2 = {
    "content": "content",
    "person_ids": "persons",
    "organization_ids": "companies",
    "opportunity_ids": "opportunities",
    "parent_id": "parent",
    "creator_id": "creator",
    "created_at": "createdAt",
    "first_name": "firstName",
    "last_name": "lastName",
    "owner_id": "owner",
    "person_id": "entity",
    "organization_id": "entity",
    "opportunity_id": "entity",
}
"""From the names of the model to those of version 2; an entity is named by kind and id."""


def name_v1(path: str) -> str:
    """Return the name under which version 1 knows a part of the model."""
    for pattern, replacement in _NAMES:
        path = pattern.sub(replacement, path)
    return path


def message_v1(problem: Problem) -> str:
    """Return a problem as a sentence of version 1. Clients match on the one about ids."""
    if problem.code == "verbatim":
        return problem.message
    name = name_v1(problem.path)
    if problem.code == "unknown_id":
        return f"Field {name}: expected {problem.value} to be a valid id for model {problem.model}"
    if problem.path == "body":
        return f"The body {problem.message}"
    return f"Field {name}: {problem.message}"


def answer_v1(error: Exception, missing_status: int = 404) -> tuple[int, list[str]]:
    """Return status and body of an error in version 1. ``missing_status``: that of an unknown id in a path (D1)."""
    match error:
        case Invalid():
            return 422, list(dict.fromkeys(message_v1(problem) for problem in error.problems))
        case NotFound():
            model = _MODELS.get(error.model, error.model)
            return missing_status, [f"Field id: expected {error.value} to be a valid id for model {model}"]
        case MergedAway():
            return 422, [f"{error.value} no longer exists as it has been merged into {error.into}"]
        case Unauthenticated():
            return 401, [f"Authentication failed: {error}"]
        case Forbidden():
            return 403, [f"Not allowed: {error}"]
        case Conflict():
            return 422, [_sentence(str(error))]
        case NoRoom():
            return 503, [_NO_ROOM]
        case Unavailable():
            return 503, ["The server cannot reach its database; try again in a moment"]
        case falcon.HTTPError():
            return error.status_code, [error.description or error.title or "The request cannot be answered"]
        case _:
            return 500, ["Something went wrong on the server; nothing was stored"]


_CODES_V2 = {400: "bad-request", 401: "authentication", 403: "authorization", 404: "not-found",
             405: "method-not-allowed", 406: "not-acceptable", 409: "conflict", 413: "bad-request",
             415: "unsupported-media-type", 422: "unprocessable-entity", 429: "rate-limit", 500: "server",
             503: "server"}  # fmt: skip


def answer_v2(error: Exception) -> tuple[int, dict[str, Any]]:
    """Return status and body of an error in version 2."""
    match error:
        case Invalid():
            return 400, {"errors": [_error_v2(problem) for problem in error.problems]}
        case NotFound():
            return 404, _coded(404, f"Resource not found: no {error.model} has the id {error.value}")
        case MergedAway():
            return 422, _coded(422, f"{error.value} no longer exists as it has been merged into {error.into}")
        case Unauthenticated():
            return 401, _coded(401, f"Authentication failed: {error}")
        case Forbidden():
            return 403, _coded(403, f"Not allowed: {error}")
        case Conflict():
            return 409, _coded(409, _sentence(str(error)))
        case NoRoom():
            return 503, _coded(503, _NO_ROOM)
        case Unavailable():
            return 503, _coded(503, "The server cannot reach its database; try again in a moment")
        case falcon.HTTPError():
            message = error.description or error.title or "The request cannot be answered"
            return error.status_code, _coded(error.status_code, message)
        case _:
            return 500, _coded(500, "Something went wrong on the server; nothing was stored")


def _error_v2(problem: Problem) -> dict[str, Any]:
    if problem.path in ("", "request"):
        return {"code": "bad-request", "message": _sentence(problem.message)}
    name, bracket, rest = problem.path.partition("[")
    param = _NAMES_V2.get(name, name) + bracket + rest
    message = problem.message if problem.code == "verbatim" else f"{param} {problem.message}"
    return {"code": "validation", "message": message, "param": param}


def _coded(status: int, message: str) -> dict[str, Any]:
    return {"errors": [{"code": _CODES_V2.get(status, "bad-request"), "message": message}]}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def verbatim(message: str) -> Invalid:
    """Return a refusal in exactly these words: some that clients match on."""
    return Invalid(Problem("", message, "verbatim"))


EXPECTED = (InterlogError, falcon.HTTPError)
"""What a handler may raise; anything else is a fault of ours and is logged with its traceback."""
