"""Requests to an application without a server around it."""

from typing import Any


async def ask(
    app: Any, method: str, path: str, query: str, token: str, body: bytes = b"",
    content_type: str = "application/json", cookie: str = "",
) -> bytes:  # fmt: skip
    """Return the body of an application's answer; raises where it does not succeed."""
    answer = b""
    headers = [(b"host", b"127.0.0.1")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if cookie:
        headers.append((b"cookie", cookie.encode()))
    if body:
        headers += [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal answer
        if message["type"] == "http.response.start" and message["status"] not in (200, 201, 202):
            raise RuntimeError(f"{path} was answered with {message['status']}")
        answer += message.get("body", b"")

    await app(scope, receive, send)
    return answer
