"""What whoever runs a server sees of it: request ids, logs, metrics."""

import itertools
import os
import re
import time
from typing import Any

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from .settings import Settings

Scope = dict[str, Any]

_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_log = structlog.get_logger("interlog.request")


def configure_logging(settings: Settings) -> None:
    """Let every message go to standard error, as text for people or as one JSON object a line."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    factory: Any
    if settings.log_format == "json":
        import sys

        shared += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_serialize),
        ]
        factory = structlog.BytesLoggerFactory(file=sys.stderr.buffer)
    else:
        import sys

        shared.append(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))
        factory = structlog.PrintLoggerFactory(file=sys.stderr)
    structlog.configure(
        processors=shared,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )


def _serialize(event: Any, default: Any = None, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=default or str)


class Observer:
    """Gives each request an id, and notes how it ended."""

    def __init__(self, settings: Settings) -> None:
        self._logged = settings.log_requests
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "interlog_requests", "Requests answered.", ["protocol", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "interlog_request_seconds",
            "Time from a request's arrival to the end of its answer.",
            ["protocol"],
            registry=self.registry,
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )
        self._counters: dict[tuple[str, str, int], Any] = {}
        self._timers: dict[str, Any] = {}

    def exposition(self) -> tuple[bytes, str]:
        """Return the metrics as Prometheus reads them, and their content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    async def observe(self, protocol: str, app: Any, scope: Scope, receive: Any, send: Any) -> None:
        """Pass a request on to an application of a protocol, and note what came of it."""
        request_id = request_id_of(scope)
        scope["interlog.request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_noted(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        path = scope["path"]
        try:
            await app(scope, receive, send_noted)
        finally:
            seconds = time.perf_counter() - started
            self._count(protocol, scope["method"], status, seconds)
            if self._logged == "all" or (self._logged == "errors" and status >= 400):
                self._write(protocol, scope, path, status, seconds)

    def _count(self, protocol: str, method: str, status: int, seconds: float) -> None:
        key = (protocol, method if method in _METHODS else "OTHER", status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(*map(str, key))
        counter.inc()
        timer = self._timers.get(protocol)
        if timer is None:
            timer = self._timers[protocol] = self._seconds.labels(protocol)
        timer.observe(seconds)

    def _write(self, protocol: str, scope: Scope, path: str, status: int, seconds: float) -> None:
        actor = scope.get("interlog.actor")
        write = _log.warning if status >= 500 else _log.info
        write(
            "request",
            request_id=scope["interlog.request_id"],
            protocol=protocol,
            method=scope["method"],
            path=path,
            status=status,
            milliseconds=round(seconds * 1000, 3),
            tenant=actor.tenant.name if actor is not None else None,
            user=actor.person_id if actor is not None else None,
            token=actor.token_id if actor is not None else None,
        )


_PROCESS = os.urandom(6).hex()
_numbers = itertools.count(1)

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


def request_id_of(scope: Scope) -> str:
    """Return the id that the client or a proxy gave the request, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return str(value.decode())
    return f"{_PROCESS}-{next(_numbers):x}"
