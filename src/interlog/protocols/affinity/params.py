"""Reading an operation's parameters: from path, body and query together; every problem at once (spec 1.3, 1.4)."""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

import falcon
import falcon.asgi
import msgspec

from interlog.ledger.files import Upload
from interlog.model.errors import Invalid, Problem
from interlog.model.ids import MAX_ID
from interlog.model.instants import parse_moment
from interlog.transfer import Taking

from .operations import Kind, Param
from .requests import Request

_json = msgspec.json.Decoder()

_MALFORMED = object()


def query_parameters(request: Request) -> dict[str, Any]:
    """Return what the query says, by name."""
    return _without_brackets(request.query)


async def body_parameters(request: Request, max_body: int, taking: Taking | None = None) -> dict[str, Any]:
    """Return what the body says, by name.

    ``taking``: what takes the files, which are then the parameter ``files``, whatever they are called (spec 10).
    """
    content_type = (request.header(b"content-type") or "application/json").partition(";")[0].strip().lower()
    if content_type == "multipart/form-data":
        return await _multipart(request.whole, max_body, taking)
    body = await _read_body(request, max_body)
    if not body.strip():
        return {}
    if content_type == "application/x-www-form-urlencoded":
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Invalid(Problem("body", "must be UTF-8")) from None
        return _without_brackets(falcon.uri.parse_query_string(text, keep_blank=True))
    try:
        value = _json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(Problem("body", f"must be JSON: {error}")) from None
    if not isinstance(value, dict):
        raise Invalid(Problem("body", "must be a JSON object"))
    return value


class Decoder:
    """Decodes the parameters of one operation; made once, since to look a reader up costs more than to read."""

    def __init__(self, params: tuple[Param, ...]) -> None:
        self._readers = [(param.name, param, _reader(param), param.many) for param in params]

    def decode(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the typed parameters that were given; raises ``Invalid`` with everything wrong with them."""
        args: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, param, read, many in self._readers:
            value = raw.get(name)
            if value is None or (value is False and param.false_is_none):
                if param.required:
                    problems.append(Problem(name, "is required", "missing"))
                elif param.nullable and name in raw:
                    args[name] = None
                continue
            found = _read_many(param, read, value, problems) if many else read(name, value, problems)
            if found is _MALFORMED:
                continue
            if found is None and param.required:
                problems.append(Problem(name, "is required", "missing"))
            elif not param.empty and found in ("", []):
                problems.append(Problem(name, "must not be empty", "missing"))
            elif found is not None:
                args[name] = found
        if problems:
            raise Invalid(*problems)
        return args


async def _read_body(request: Request, max_body: int) -> bytes:
    """Return a body; refuses one of more bytes than allowed before all of it is in memory."""
    length = request.header(b"content-length")
    if length.isdecimal() and int(length) > max_body:
        raise _too_large(max_body)
    message = await request.receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > max_body:
            raise _too_large(max_body)
        message = await request.receive()
        body += message.get("body", b"")
    if len(body) > max_body:
        raise _too_large(max_body)
    if message["type"] == "http.disconnect":  # what came may look whole; and nobody waits for an answer
        raise Invalid(Problem("body", "must be sent to its end"))
    return body


def _too_large(max_body: int) -> falcon.HTTPContentTooLarge:
    return falcon.HTTPContentTooLarge(description=f"The body must not be larger than {max_body} bytes")


async def _multipart(request: falcon.asgi.Request, max_body: int, taking: Taking | None) -> dict[str, Any]:
    if taking is not None:
        taking.refuse_larger(request.content_length, max_body)
    elif (request.content_length or 0) > max_body:
        raise _too_large(max_body)
    pairs: dict[str, Any] = {}
    try:
        async for part in await request.get_media():
            value: Any = part
            if part.filename is None:
                value = (await part.get_data()).decode()
            elif taking is not None:
                value = await taking.take(part.filename, aiter(part.stream))
            if part.name in pairs:
                known = pairs[part.name]
                pairs[part.name] = [*known, value] if isinstance(known, list) else [known, value]
            elif part.name:
                pairs[part.name] = value
    except (falcon.MediaMalformedError, falcon.HTTPInvalidHeader, UnicodeDecodeError, ValueError):
        raise Invalid(Problem("body", "must be well-formed multipart/form-data")) from None
    return _without_brackets(pairs)


def _without_brackets(pairs: dict[str, Any]) -> dict[str, Any]:
    """``person_ids[]=1`` is another spelling of ``person_ids=1``, and always a list."""
    for name in pairs:
        if name.endswith("[]"):
            break
    else:
        return pairs
    found: dict[str, Any] = {}
    for name, value in pairs.items():
        if name.endswith("[]"):
            found[name[:-2]] = value if isinstance(value, list) else [value]
        else:
            found[name] = value
    return found


# Each reader returns the value, None for "as if not given", or _MALFORMED after noting the problem.

Reader = Callable[[str, Any, list[Problem]], Any]


def _reader(param: Param) -> Reader:
    match param.kind:
        case Kind.ID:
            return _integer_reader(1, MAX_ID, ())
        case Kind.INTEGER:
            low = -MAX_ID if param.minimum is None else param.minimum
            high = MAX_ID if param.maximum is None else param.maximum
            return _integer_reader(low, high, param.choices)
        case Kind.NUMBER:
            return _number
        case Kind.FLAG:
            return _flag
        case Kind.MOMENT:
            return _moment
        case Kind.OBJECT:
            return _object
        case Kind.VALUE:
            return _anything
        case Kind.FILE:
            return _file
        case Kind.TEXT:
            return _text_reader(param.max_length)


def _read_many(param: Param, read: Reader, value: Any, problems: list[Problem]) -> Any:
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = _json.decode(value)
        except msgspec.DecodeError:
            problems.append(Problem(param.name, "must be a list"))
            return _MALFORMED
    items: Iterable[Any] = value if isinstance(value, list) else [value]
    if isinstance(value, dict):
        problems.append(Problem(param.name, "must be a list"))
        return _MALFORMED
    before = len(problems)
    # The empty text is how a form says "an empty list"; nulls in a list count as not given.
    found = [
        read(f"{param.name}[{i}]", item, problems) for i, item in enumerate(items) if item is not None and item != ""
    ]
    return _MALFORMED if len(problems) > before else found


def _integer_reader(low: int, high: int, choices: tuple[int, ...]) -> Reader:
    expected = f"must be one of {', '.join(map(str, choices))}" if choices else "must be an integer"

    def read(path: str, value: Any, problems: list[Problem]) -> Any:
        if isinstance(value, str):
            text = value.strip()
            if text.isascii() and text.removeprefix("-").isdecimal() and len(text) <= 20:
                value = int(text)
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is int and low <= value <= high and (not choices or value in choices):
            return value
        if not isinstance(value, int) or isinstance(value, bool):
            problems.append(Problem(path, expected, "type"))
        elif choices and value not in choices:
            problems.append(Problem(path, expected, "choice"))
        else:
            bound = f"at least {low}" if value < low else f"at most {high}"
            problems.append(Problem(path, f"must be {bound}", "range"))
        return _MALFORMED

    return read


def _number(path: str, value: Any, problems: list[Problem]) -> Any:
    try:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool) and isfinite(number := float(value)):
            return number
    except (ValueError, OverflowError):
        pass
    problems.append(Problem(path, "must be a number", "type"))
    return _MALFORMED


def _flag(path: str, value: Any, problems: list[Problem]) -> Any:
    if isinstance(value, str):
        value = {"true": True, "1": True, "false": False, "0": False, "": None}.get(value.strip().lower(), value)
    if value in (0, 1) and not isinstance(value, str):
        return bool(value)
    if value is None:
        return None
    problems.append(Problem(path, "must be true or false", "type"))
    return _MALFORMED


def _moment(path: str, value: Any, problems: list[Problem]) -> Any:
    moment = parse_moment(_spaced(value)) if isinstance(value, str) else None
    if moment is None:
        problems.append(Problem(path, "must be an ISO 8601 date and time", "type"))
        return _MALFORMED
    return moment


def _spaced(text: str) -> str:
    """Undo a ``+`` that a client forgot to escape in a query: ``2026-03-05T09:15:30 01:00``."""
    head, separator, tail = text.rpartition(" ")
    return f"{head}+{tail}" if separator and "T" in head and ":" in tail else text


def _object(path: str, value: Any, problems: list[Problem]) -> Any:
    if isinstance(value, (dict, list)):
        return value
    problems.append(Problem(path, "must be an object", "type"))
    return _MALFORMED


def _file(path: str, value: Any, problems: list[Problem]) -> Any:
    if isinstance(value, Upload):
        return value
    problems.append(Problem(path, "must be a file", "type"))
    return _MALFORMED


def _anything(path: str, value: Any, problems: list[Problem]) -> Any:
    return value


def _text_reader(max_length: int) -> Reader:
    def read(path: str, value: Any, problems: list[Problem]) -> Any:
        if not isinstance(value, str):
            problems.append(Problem(path, "must be a text", "type"))
        elif len(value) > max_length:
            problems.append(Problem(path, f"must not be longer than {max_length} characters", "too_long"))
        elif "\x00" in value or not _is_unicode(value):
            problems.append(Problem(path, "must be readable text: it holds characters that cannot be stored"))
        else:
            return value
        return _MALFORMED

    return read


def _is_unicode(text: str) -> bool:
    """Whether the text can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
