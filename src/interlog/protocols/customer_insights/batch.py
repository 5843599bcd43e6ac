"""Several requests in one, as ``multipart/mixed`` or JSON (OData 4.01, part 1, 11.7): taking them apart and answering.

A *change set* (an atomicity group in JSON) is stored as a whole or not at all.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from .bodies import content_error, decode, encode, too_large
from .errors import ApiError
from .ids import key_text, named_key_text
from .operations import JSON, Reply

MAX_REQUESTS = 1_000
MAX_DEPTH = 2


class Part(Struct):
    """One request of a batch. ``id`` is what its answer carries; ``group`` names its change set, if it is in one."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str | None = None
    group: str | None = None
    depends_on: tuple[str, ...] = ()


class Answer(NamedTuple):
    """The answer to one part."""

    part: Part
    reply: Reply


Run = Callable[[Part], Awaitable[Reply]]
RunAll = Callable[[Sequence[Part]], Awaitable[list[Reply]]]


async def perform(parts: Sequence[Part], run: Run, run_all: RunAll, *, go_on: bool) -> list[Answer]:
    """Answer the parts in order; after the first that fails only where the client wants to ``go_on``.

    What an earlier part has created goes by ``$`` and its id in addresses; in a change set that is for ``run_all`` to
    see, where it is one of the same.
    """
    answers: list[Answer] = []
    failed: set[str] = set()
    created: dict[str, str] = {}
    index = 0
    while index < len(parts):
        end = index + 1
        if parts[index].group is not None:
            while end < len(parts) and parts[end].group == parts[index].group:
                end += 1
        group = [_referred(part, created) for part in parts[index:end]]
        index = end
        if any(failed.intersection(part.depends_on) for part in group):
            message = "A request that this one depends on has failed."
            replies = [failure(ApiError(424, "FailedDependency", message)) for _ in group]
        elif group[0].group is None:
            replies = [await run(group[0])]
        else:
            replies = await run_all(group)
        answers += map(Answer, group, replies)
        for part, reply in zip(group, replies, strict=True):
            if part.id is not None and (address := _address(part, reply)) is not None:
                created[part.id] = address
        if any(reply.status >= 400 for reply in replies):
            failed |= {name for part in group for name in (part.id, part.group) if name is not None}
            if not go_on:
                break
    return answers


def _referred(part: Part, created: Mapping[str, str]) -> Part:
    """Return a request with the address of what it refers to: ``$1`` or ``$1/Interactions``."""
    match = _REFERENCE.match(part.url)
    address = created.get(match[1]) if match is not None else None
    return part if match is None or address is None else replace(part, url=address + part.url[match.end() :])


_REFERENCE = re.compile(r"\$([^/?]+)")


def reference_of(part: Part) -> str | None:
    """Return the id of the request to whose outcome the address of another one leads: of ``$1`` alone, not beyond."""
    match = _REFERENCE.fullmatch(part.url)
    return match[1] if match is not None else None


def _address(part: Part, reply: Reply) -> str | None:
    """Return the address of what a request has created: of its entity set, and its key."""
    body = reply.body
    if part.method != "POST" or reply.status != 202 or not isinstance(body, dict):
        return None
    entity_set = part.url.partition("?")[0].rstrip("/").rpartition("/")[2]
    if isinstance(key := body.get("ProfileId") or body.get("InteractionId"), str):
        names = ("InteractionType", "InteractionId")
        if entity_set.lower() == "interactions":  # where others may have the same id
            return entity_set + named_key_text({name: str(body.get(name, "")) for name in names})
        return entity_set + key_text(key)
    return None


def failure(error: ApiError) -> Reply:
    """Return the answer of a part that was refused."""
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.details:
        body["details"] = error.details
    return Reply({"error": body}, error.status)


# multipart/mixed

_BOUNDARY = re.compile(r'boundary=(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)
_REQUEST_LINE = re.compile(r"([A-Za-z]{3,10}) (\S+)(?: HTTP/\d(?:\.\d)?)?")


def read_multipart(data: bytes, content_type: str) -> list[Part]:
    """Take a batch in ``multipart/mixed`` apart; raises ``ApiError``."""
    return _bounded(list(_parts(data, content_type, None, 0)))


def _bounded(parts: list[Part]) -> list[Part]:
    if len(parts) > MAX_REQUESTS:
        raise too_large(f"A batch has at most {MAX_REQUESTS} requests.")
    return parts


def _parts(data: bytes, content_type: str, group: str | None, depth: int) -> Sequence[Part]:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise content_error("The Content-Type of a batch must name its boundary.")
    delimiter = b"--" + (match[1] or match[2]).encode()
    chunks = re.split(rb"(?:^|\r?\n)" + re.escape(delimiter) + rb"(?=\r?\n|--|[ \t])", data)
    if len(chunks) < 2:
        raise content_error("The batch holds no part with its boundary.")
    found: list[Part] = []
    for number, chunk in enumerate(chunks[1:]):
        if chunk.startswith(b"--"):
            break
        headers, body = _headed(chunk.lstrip(b" \t").removeprefix(b"\r").removeprefix(b"\n"))
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/mixed"):
            if depth + 1 >= MAX_DEPTH:
                raise content_error("A change set must not hold another one.")
            found += _parts(body, kind, f"changeset-{number}", depth + 1)
        elif kind.lower().startswith("application/http"):
            found.append(_request(body, headers.get("content-id"), group))
        else:
            raise content_error("A part of a batch must be application/http or multipart/mixed.")
        if len(found) > MAX_REQUESTS:
            break
    return found


def _headed(chunk: bytes) -> tuple[dict[str, str], bytes]:
    """Split headers from the body at the first empty line."""
    match = re.search(rb"(?:^|\r?\n)\r?\n", chunk)
    head, body = (chunk[: match.start()], chunk[match.end() :]) if match is not None else (chunk, b"")
    headers = {}
    for line in head.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return headers, body


def _request(data: bytes, id_: str | None, group: str | None) -> Part:
    line, _, rest = data.lstrip(b"\r\n").partition(b"\n")
    match = _REQUEST_LINE.fullmatch(line.decode("latin-1").strip())
    if match is None:
        raise content_error("A part of a batch does not begin with a request line, such as GET Contacts HTTP/1.1.")
    headers, body = _headed(rest)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and len(length) < 10:
        body = body[: int(length)]
    return Part(match[1].upper(), match[2], headers, body, id_ or headers.get("content-id"), group)


def write_multipart(answers: Sequence[Answer]) -> Reply:
    """Return the answer to a batch in ``multipart/mixed``."""
    boundary = f"batchresponse_{uuid.uuid4()}"
    lines: list[bytes] = []
    index = 0
    while index < len(answers):
        group = answers[index].part.group
        end = index + 1
        while group is not None and end < len(answers) and answers[end].part.group == group:
            end += 1
        lines.append(f"--{boundary}\r\n".encode())
        if group is None:
            lines.append(_http(answers[index]))
        else:
            inner = f"changesetresponse_{uuid.uuid4()}"
            lines.append(f"Content-Type: multipart/mixed; boundary={inner}\r\n\r\n".encode())
            for answer in _of_change_set(answers[index:end]):
                lines += [f"--{inner}\r\n".encode(), _http(answer)]
            lines.append(f"--{inner}--\r\n".encode())
        index = end
    lines.append(f"--{boundary}--\r\n".encode())
    return Reply(b"".join(lines), 200, content_type=f"multipart/mixed; boundary={boundary}")


def _of_change_set(answers: Sequence[Answer]) -> Sequence[Answer]:
    """A change set that failed has one answer: that of what made it fail."""
    failed = [answer for answer in answers if answer.reply.status >= 400 and answer.reply.status != 424]
    return failed[:1] or answers


def _http(answer: Answer) -> bytes:
    reply = answer.reply
    body = b"" if reply.body is None else reply.body if isinstance(reply.body, bytes) else encode(reply.body)
    head = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if answer.part.id is not None:
        head.append(f"Content-ID: {_one_line(answer.part.id)}")
    head += ["", f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Answer')}"]
    if body:
        head += [f"Content-Type: {reply.content_type}", f"Content-Length: {len(body)}"]
    head += [f"{name}: {_one_line(value)}" for name, value in reply.headers.items()]
    return "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body + b"\r\n"


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)


_REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized",
            403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
            412: "Precondition Failed", 413: "Content Too Large", 424: "Failed Dependency",
            501: "Not Implemented", 503: "Service Unavailable"}  # fmt: skip


# JSON


def read_json(data: bytes) -> list[Part]:
    """Take a batch in JSON apart; raises ``ApiError``."""
    value = decode(data)
    requests = value.get("requests") if isinstance(value, dict) else None
    if not isinstance(requests, list) or not all(isinstance(item, dict) for item in requests):
        raise content_error("A batch must be an object with a list of requests.")
    if len(requests) > MAX_REQUESTS:
        raise too_large(f"A batch has at most {MAX_REQUESTS} requests.")
    parts = [_json_request(item) for item in requests]
    ids = [part.id for part in parts]
    if len(set(ids)) < len(ids):
        raise content_error("Two requests of the batch have the same id.")
    return parts


def _json_request(item: Mapping[str, Any]) -> Part:
    id_, method, url, group = item.get("id"), item.get("method"), item.get("url"), item.get("atomicityGroup")
    headers = item.get("headers") or {}
    depends_on = item.get("dependsOn") or []
    if not (
        isinstance(id_, (str, int))
        and isinstance(method, str)
        and isinstance(url, str)
        and isinstance(group, (str, type(None)))
        and isinstance(headers, dict)
        and isinstance(depends_on, list)
        and all(isinstance(text, str) for text in (*headers.values(), *depends_on))
    ):
        raise content_error("A request of a batch must have the texts id, method and url.")
    lower = {name.lower(): text for name, text in headers.items()}
    return Part(method.upper(), url, lower, _json_body(item.get("body"), lower), str(id_), group, tuple(depends_on))


def _json_body(body: Any, headers: Mapping[str, str]) -> bytes:
    if body is None:
        return b""
    kind = headers.get("content-type", "application/json").lower()
    if isinstance(body, str) and "json" not in kind.partition(";")[0]:
        return body.encode()
    if isinstance(body, str) and "ndjson" in kind:
        return body.encode()
    if isinstance(body, str) and kind.startswith("application/octet-stream"):
        try:
            return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        except (binascii.Error, ValueError):
            raise content_error("The body of a request of the batch is not Base64.") from None
    return encode(body)


def write_json(answers: Sequence[Answer]) -> Reply:
    """Return the answer to a batch in JSON."""
    responses = []
    for part, reply in answers:
        response: dict[str, Any] = {"id": part.id, "status": reply.status}
        if part.group is not None:
            response["atomicityGroup"] = part.group
        headers = {name.lower(): value for name, value in reply.headers.items()}
        if reply.body is not None:
            headers["content-type"] = reply.content_type
            response["body"] = _inlined(reply)
        if headers:
            response["headers"] = headers
        responses.append(response)
    return Reply({"responses": responses}, 200, content_type=JSON)


def _inlined(reply: Reply) -> Any:
    if not isinstance(reply.body, bytes):
        return reply.body
    if "json" in reply.content_type:
        return msgspec.Raw(reply.body)
    return reply.body.decode(errors="replace")
