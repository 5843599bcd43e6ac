"""What whoever runs a server sees of it: request ids, logs, metrics."""

import itertools
import logging
import os
import re
import sys
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, TextIO, cast

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from .settings import Settings

Scope = dict[str, Any]

_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}

_log = structlog.get_logger("interlog.request")


class _Log:
    """Where messages go. That they cannot be written (a full disk, a closed pipe) is no reason to fail a request."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, message: Any) -> None:
        """Write a message, if that is possible."""
        with suppress(OSError):
            self._stream.write(message)

    def flush(self) -> None:
        """Hand on what was written, if that is possible."""
        with suppress(OSError):
            self._stream.flush()


def configure_logging(settings: Settings) -> None:
    """Let every message, also those of libraries, go to standard error: text for people, or one JSON object a line."""
    level = _LEVELS[settings.log_level]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendering: list[Any]
    foreign: list[Any]
    factory: Any
    if settings.log_format == "json":
        shared.append(structlog.processors.format_exc_info)
        rendering = [structlog.processors.JSONRenderer(serializer=_serialize)]
        factory = structlog.BytesLoggerFactory(file=cast("BinaryIO", _Log(sys.stderr.buffer)))
        foreign = [structlog.processors.JSONRenderer(serializer=lambda event, **_: _serialize(event).decode())]
    else:
        # Tracebacks without the values of variables: these may be tokens, or what people wrote.
        plain = structlog.dev.plain_traceback
        rendering = foreign = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
        factory = structlog.PrintLoggerFactory(file=cast("TextIO", _Log(sys.stderr)))
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_Log(sys.stderr))
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *foreign],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)


def _serialize(event: Any, default: Any = None, **_: Any) -> bytes:
    return msgspec.json.encode(event, enc_hook=default or str)


NOTED = "interlog.noted"
"""Where in the scope a protocol leaves what the log is to say of a request besides."""

HEADERS = "interlog.headers"
"""The key in a request's scope under which an application leaves headers for its answer, ready for the wire."""

_LOGGED_FROM = {"all": 0, "errors": 400, "off": 1000}
"""From which status on requests are logged, by the setting."""

_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Times:
    """How long a protocol's requests took: how many in each bucket, and all together."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(_BUCKETS) + 1)
        self.seconds = 0.0


class Observer:
    """Gives each request an id, and notes how it ended."""

    def __init__(self, settings: Settings) -> None:
        self._logged_from = _LOGGED_FROM[settings.log_requests]
        self._ended: Counter[tuple[str, str, int]] = Counter()
        self._took: dict[str, _Times] = {}
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def exposition(self) -> tuple[bytes, str]:
        """Return the metrics as Prometheus reads them, and their content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST

    def collect(self) -> Iterator[Metric]:
        """Give the numbers to Prometheus' library, which asks for them only when they are read."""
        ended = CounterMetricFamily("interlog_requests", "Requests answered.", labels=["protocol", "method", "status"])
        for (protocol, method, status), count in self._ended.items():
            ended.add_metric([protocol, method, str(status)], count)
        yield ended
        took = HistogramMetricFamily(
            "interlog_request_seconds", "Time from a request's arrival to the end of its answer.", labels=["protocol"]
        )
        for protocol, times in self._took.items():
            so_far = list(itertools.accumulate(times.counts))
            buckets = [(str(bound), float(n)) for bound, n in zip((*_BUCKETS, "+Inf"), so_far, strict=True)]
            took.add_metric([protocol], buckets, times.seconds)
        yield took

    async def observe(self, protocol: str, app: Any, scope: Scope, receive: Any, send: Any) -> None:
        """Pass a request on to an application of a protocol, and note what came of it."""
        request_id = scope["interlog.request_id"] = request_id_of(scope)
        path = scope["path"]
        started = time.perf_counter()
        status = 500

        def send_noted(message: dict[str, Any]) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                if HEADERS in scope:
                    headers += scope[HEADERS]
            sent: Awaitable[None] = send(message)  # passed on, not awaited: a coroutine less for each message
            return sent

        try:
            await app(scope, receive, send_noted)
        finally:
            seconds = time.perf_counter() - started
            self._count(protocol, scope["method"], status, seconds)
            if status >= self._logged_from:
                self._write(protocol, scope, path, status, seconds)

    def _count(self, protocol: str, method: str, status: int, seconds: float) -> None:
        self._ended[protocol, method if method in _METHODS else "OTHER", status] += 1
        times = self._took.get(protocol)
        if times is None:
            times = self._took[protocol] = _Times()
        times.counts[bisect_left(_BUCKETS, seconds)] += 1
        times.seconds += seconds

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
            **scope.get(NOTED, {}),
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
