"""From what can go wrong to statuses and bodies of this protocol (spec 1.6): the only place that does."""

from collections.abc import Iterable, Mapping
from typing import Any

import falcon
from msgspec import Struct

from interlog.model.errors import (
    Conflict,
    Forbidden,
    InterlogError,
    Invalid,
    MergedAway,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class Detail(Struct, frozen=True, omit_defaults=True):
    """One thing wrong with a request: a code for machines, a sentence for people, the path of the offending part."""

    code: str
    message: str
    target: str | None = None


class ApiError(InterlogError):
    """A refusal in this protocol's own words."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Iterable[Detail] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.target = status, code, target
        self.details = tuple(details)
        self.headers = dict(headers or {})


def invalid(code: str, subject: str, details: Iterable[Detail], *, target: str | None = None) -> ApiError:
    """Return the refusal of something with problems: ``code`` is that of the whole, ``subject`` begins its message."""
    found = tuple(dict.fromkeys(details))
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    return ApiError(400, code, f"{subject} has {count}.", target=target, details=found)


def not_found(what: str) -> ApiError:
    """Return the refusal of something that is not there: ``what`` reads like ``interaction type 'BranchVisit'``."""
    return ApiError(404, "ResourceNotFound", f"The {what} was not found.")


def missing_hub(hub: str) -> ApiError:
    """Return the refusal of anything below a hub that is not there."""
    return ApiError(404, "ParentResourceNotFound", f"The hub '{hub}' was not found.")


def answer(error: Exception) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    """Return status, body and headers of an error."""
    match error:
        case ApiError():
            return error.status, _body(error.code, _sentence(str(error)), error.target, error.details), error.headers
        case Invalid():
            details = [Detail(_CODES.get(p.code, "InvalidValue"), _sentence(p.message), p.path) for p in error.problems]
            refusal = invalid("InvalidRequestContent", "The request", details)
            return refusal.status, _body(refusal.code, str(refusal), None, refusal.details), {}
        case NotFound():
            return 404, _body("ResourceNotFound", f"The {error.model} '{error.value}' was not found."), {}
        case MergedAway():
            return 404, _body("ResourceNotFound", _sentence(str(error))), {}
        case Unauthenticated():
            return 401, _body("InvalidAuthenticationToken", _sentence(str(error))), {}
        case Forbidden():
            return 403, _body("AuthorizationFailed", _sentence(str(error))), {}
        case Conflict():
            return 409, _body("Conflict", _sentence(str(error))), {}
        case Unavailable():
            message = "The server cannot reach its database; try again in a moment."
            return 503, _body("ServiceUnavailable", message), {"Retry-After": "1"}
        case falcon.HTTPError():
            code = _HTTP_CODES.get(error.status_code, "InvalidRequestContent")
            message = error.description or error.title or "The request cannot be answered."
            return error.status_code, _body(code, _sentence(message)), dict(error.headers or {})
        case _:
            return 500, _body("InternalServerError", "Something went wrong on the server; nothing was stored."), {}


def _body(code: str, message: str, target: str | None = None, details: Iterable[Detail] = ()) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if target is not None:
        error["target"] = target
    listed = list(details)
    if listed:
        error["details"] = listed
    return {"error": error}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


_CODES = {
    "missing": "MissingRequiredField",
    "too_long": "ValueTooLong",
    "unknown_id": "UnknownReference",
}

_HTTP_CODES = {
    401: "AuthenticationFailed",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    429: "TooManyRequests",
    501: "NotImplemented",
    503: "ServiceUnavailable",
}

EXPECTED = (InterlogError, falcon.HTTPError)
"""What a handler may raise; anything else is a fault of ours and is logged with its traceback."""
