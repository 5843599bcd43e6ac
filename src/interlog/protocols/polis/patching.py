"""The change of an object by JSON Patch (spec 2.8): paths are relative to the object's ``data``.

What is no patch is a ``FormatError``; what the object does not allow is a ``ValidationError`` with the path and the
operation's index; a ``test`` that finds something else is a ``ConcurrencyError``.
"""

from collections.abc import Collection
from typing import Any

from msgspec import Struct

from . import json_patch
from .errors import PolisError, unreadable
from .json_patch import Failed, Malformed, Path, Step, pointer_of, steps_of


class Patch(Struct, frozen=True):
    """The operations of a change, on an object's ``data``."""

    steps: tuple[Step, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has no operation at all."""
        return not self.steps

    @property
    def touches(self) -> frozenset[str]:
        """The members of ``data`` that it writes to, or below."""
        return frozenset(path[0] for step in self.steps for path in step.written if path)


def patch_of(body: Any) -> Patch:
    """Return the patch of a request's body: an array in the member ``data``, or the array alone.

    A path may begin with ``/data/``, as one revision of the vendor's pages had it. Raises ``FormatError``.
    """
    if isinstance(body, dict):
        if "data" not in body:
            raise unreadable("The body must have a member data with an array of JSON Patch operations.")
        body = body["data"]
    try:
        steps = steps_of(body)
    except Malformed as error:
        place = {} if error.index is None else {"index": error.index}
        raise unreadable(f"This is no JSON Patch: {error}.", **place) from None
    return Patch(tuple(step._replace(path=_below_data(step.path), source=_below_data(step.source)) for step in steps))


def _below_data(path: Path) -> Path:
    return path[1:] if path[:1] == ("data",) else path


def patched(data: dict[str, Any], patch: Patch, *, read_only: Collection[str] = ()) -> dict[str, Any]:
    """Return what a patch makes of an object's ``data``, which stays as it is.

    ``read_only``: members that only the server sets. The result is yet to be validated like that of a create.
    """
    refused = [
        _problem(index, path, "any.readOnly", "is set by the server" if path else "cannot be replaced as a whole")
        for index, step in enumerate(patch.steps)
        for path in step.written
        if not path or path[0] in read_only
    ]
    if refused:
        raise PolisError(400, "ValidationError", "The patch touches what only the server sets.", data=refused)
    try:
        result: dict[str, Any] = json_patch.applied(data, patch.steps)
    except Failed as failure:
        raise _refusal(failure) from None
    return result


def _refusal(failure: Failed) -> PolisError:
    path = pointer_of(("data", *failure.path))
    message = f"Operation {failure.index} cannot be carried out: {path} {failure.message}."
    if failure.is_test:
        return PolisError(409, "ConcurrencyError", message, data={"path": path, "index": failure.index})
    problem = _problem(failure.index, failure.path, "any.ref", failure.message)
    return PolisError(400, "ValidationError", message, data=[problem])


def _problem(index: int, path: Path, type_: str, message: str) -> dict[str, Any]:
    return {"path": pointer_of(("data", *path)), "type": type_, "message": f"{message.capitalize()}.", "index": index}
