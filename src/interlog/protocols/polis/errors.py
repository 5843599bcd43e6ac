"""From what can go wrong to statuses and bodies of this protocol (spec 6): the only place that does."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import falcon
from msgspec.structs import replace

from interlog.model.canvassing.errors import Lacking
from interlog.model.errors import (
    Conflict,
    Exists,
    Forbidden,
    InterlogError,
    Invalid,
    Limited,
    MergedAway,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
)


class PolisError(InterlogError):
    """A refusal in this protocol's own words: ``name`` is the error's class as clients know it."""

    def __init__(
        self, status: int, name: str, message: str, *, data: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.name, self.data, self.headers = status, name, data, dict(headers or {})


def invalid(problems: Iterable[Problem]) -> PolisError:
    """Return the refusal of a body or a parameter: paths are pointers, codes Joi's or those of our model."""
    found = list({tuple(told.values()): told for told in map(_problem, problems)}.values())
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    return PolisError(400, "ValidationError", f"The request has {count}.", data=found)


def problem(path: str, type_: str, message: str) -> PolisError:
    """Return the refusal of one thing: ``path`` is a pointer into the body, or a parameter's name."""
    return invalid([Problem(path, message, type_)])


def unreadable(message: str, **data: Any) -> PolisError:
    """Return the refusal of something that cannot be read: JSON, a filter, a sort, a patch."""
    return PolisError(400, "FormatError", message, data=data or None)


def not_found(what: str) -> PolisError:
    """Return the refusal of something that is not there; ``what`` is a kind, such as ``lists``, or one of it."""
    return PolisError(404, "NotFoundError", f"There is no such {_singular(what)}.")


def unauthorized(message: str, **data: Any) -> PolisError:
    """Return the refusal of something that the actor may not do; ``data`` holds the permission that is missing."""
    return PolisError(403, "UnauthorizedError", message, data=data or None)


def outdated(current: str, *, is_if_match: bool = False) -> PolisError:
    """Return the refusal of a change to an object that is not as the client knew it (spec 2.4)."""
    message = "The object has changed since it was read; read it again."
    return PolisError(412 if is_if_match else 409, "ConcurrencyError", message, data={"etag": current})


def exists(message: str, **data: Any) -> PolisError:
    """Return the refusal of something whose place is taken; ``data`` says by what."""
    return PolisError(409, "ExistsError", message, data=data or None)


def answer(error: Exception, request_id: str | None = None) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """Return status, body and headers of an error."""
    refusal = refusal_of(error)
    if refusal is None:
        data = {"requestId": request_id} if request_id else None
        message = "Something went wrong on the server; nothing was stored."
        return 500, _body(500, "InternalError", message, data), {}
    return refusal.status, _body(refusal.status, refusal.name, str(refusal), refusal.data), refusal.headers


def item_error(error: InterlogError, position: int) -> dict[str, Any]:
    """Return what the answer to many says of the one that was refused (spec 2.8)."""
    refusal = refusal_of(error)
    assert refusal is not None, "every error of ours has a refusal"
    data: dict[str, Any] = {"position": position}
    if isinstance(refusal.data, dict):
        data = refusal.data | data
    elif refusal.data is not None:
        data["problems"] = refusal.data
    return {"name": refusal.name, "message": str(refusal), "data": data}


def refusal_of(error: Exception) -> PolisError | None:
    """Return an expected error in this protocol's words; None for a fault of ours."""
    match error:
        case PolisError():
            return error
        case Invalid():
            return invalid(replace(problem, path=pointer(problem.path)) for problem in error.problems)
        case NotFound():
            return not_found(error.model)
        case MergedAway():
            return PolisError(404, "NotFoundError", _sentence(str(error)))
        case Unauthenticated():
            headers = {"WWW-Authenticate": 'Bearer realm="interlog"'}
            return PolisError(401, "CredentialsError", _sentence(str(error)), headers=headers)
        case Lacking():
            return unauthorized(_sentence(str(error)), permission=error.permission)
        case Limited():
            headers = {"Retry-After": str(error.seconds)}
            return PolisError(429, "TooManyRequestsError", _sentence(str(error)), headers=headers)
        case Forbidden():
            return PolisError(403, "UnauthorizedError", _sentence(str(error)))
        case Exists():
            return PolisError(409, "ExistsError", _sentence(str(error)))
        case Conflict():
            return PolisError(409, "ConcurrencyError", _sentence(str(error)))
        case Unavailable():
            message = "The server cannot reach its database; try again in a moment."
            return PolisError(503, "TempUnavailableError", message, headers={"Retry-After": "1"})
        case falcon.HTTPError():
            name = _HTTP_NAMES.get(error.status_code, "RequestError")
            message = error.description or error.title or "The request cannot be answered."
            return PolisError(error.status_code, name, _sentence(message), headers=dict(error.headers or {}))
        case InterlogError():
            return PolisError(409, "ConcurrencyError", _sentence(str(error)))
    return None


def pointer(path: str) -> str:
    """Return a path of the model (``participants[0].person``) as a pointer; pointers stay as they are."""
    if path.startswith("/") or not path:
        return path
    return "/" + re.sub(r"\[(\d+)\]", r"/\1", path).replace(".", "/")


def _problem(found: Problem) -> dict[str, Any]:
    type_ = found.code if "." in found.code else _TYPES.get(found.code, "any.invalid")
    return {"path": found.path, "type": type_, "message": _sentence(found.message)}


def _body(status: int, name: str, message: str, data: Any) -> dict[str, Any]:
    body = {"statusCode": status, "error": _phrase(status), "name": name, "message": message}
    return body if data is None else body | {"data": data}


def _singular(kind: str) -> str:
    return re.sub(r"(?<=s)es$|(?<=[a-z]{3})s$(?<!us)(?<!ss)", "", kind)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


_TYPES = {
    "missing": "any.required",
    "unknown_id": "any.ref",
    "choice": "any.allowOnly",
    "read_only": "any.readOnly",
    "taken": "any.unique",
    "uuid": "string.guid",
    "text": "string.base",
    "too_long": "string.max",
    "number": "number.base",
    "too_small": "number.min",
    "too_large": "number.max",
    "date": "date.isoDate",
    "kind": "object.base",
    "type": "any.base",
    "unknown": "object.allowUnknown",
    "unknown_field": "object.allowUnknown",
}
"""From the codes of our model's problems to those of Joi, which the vendor's team validated with."""

_HTTP_NAMES = {
    400: "FormatError",
    401: "CredentialsError",
    403: "UnauthorizedError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    409: "ConcurrencyError",
    412: "ConcurrencyError",
    413: "TooLargeError",
    415: "MediaTypeError",
    429: "TooManyRequestsError",
    503: "TempUnavailableError",
}

EXPECTED = (InterlogError, falcon.HTTPError)
"""What a handler may raise; anything else is a fault of ours and is logged with its traceback."""
