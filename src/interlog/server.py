"""Composition: settings and ledger -> the protocols and the pages, one ASGI application."""

import gc
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from .ledger import Ledger
from .ledger.upkeep import Kept, Upkeep, deliveries, expired_keys, request_keys
from .model.errors import InterlogError
from .model.instants import DAY
from .observe import Observer, Scope
from .protocols.affinity import app as affinity
from .protocols.customer_insights import app as customer_insights
from .protocols.customer_insights import retention
from .protocols.fdc3 import app as fdc3
from .protocols.polis import app as polis
from .settings import Settings
from .web import app as web

PROTOCOLS = {
    "affinity": ("/affinity", affinity.create),
    "customer-insights": ("/customer-insights", customer_insights.create),
    "polis": ("/polis", polis.create),
    "fdc3": ("/fdc3", fdc3.create),
}
"""The protocols served: name -> prefix and the maker of the application."""

AT_ROOT = {"/v1": "polis", "/v2": "polis", "/appd": "fdc3", "/api/appd": "fdc3"}
"""What paths begin with that belong to a protocol at the root too, unless another one is served there.

A desktop agent that knows no more of an app than ``interlog@host`` asks that host for ``/api/appd``.
"""


def create_app(settings: Settings, ledger: Ledger) -> Any:
    """Return the ASGI application of a server over an open ledger."""
    return _Server(settings, ledger)


def kept(settings: Settings) -> tuple[Kept, ...]:
    """Return what is removed in the background once it is too old: of every protocol, and of each."""
    return (
        request_keys(settings.keep_request_keys_days * DAY),
        deliveries(settings.keep_deliveries_days * DAY),
        expired_keys(),
        *retention.kept(settings),
    )


def serving(app: Any, **options: Any) -> uvicorn.Config:
    """Return how uvicorn is to serve the application: what a request does not need is left out.

    Who a request came from, and by which address, is read where it matters, from the headers themselves.
    """
    return uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **options,
    )


def settle() -> None:
    """Take what was loaded at the start out of the garbage collector's rounds; call it when the server is ready."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


class _Server:
    """Routes by prefix. What lies behind a prefix knows nothing of it, but finds it in ``root_path``."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._observer = Observer(settings)
        self._mounts = {prefix: (name, make(settings, ledger)) for name, (prefix, make) in PROTOCOLS.items()}
        self._upkeep = Upkeep(ledger, kept(settings))
        self._web = web.create(settings, ledger)
        self._root = None
        if settings.root is not None:
            self._root = self._mounts[PROTOCOLS[settings.root][0]]
        self._at_root = {
            tuple(start[1:].split("/")): self._mounts[PROTOCOLS[name][0]]
            for start, name in AT_ROOT.items()
            if settings.root in (None, name)
        }
        domain = settings.customer_insights_domain
        self._hub_host = f".api.{domain}".encode() if domain is not None else None
        public = urlsplit(settings.public_url) if settings.public_url else None
        self._public = (public.scheme, public.netloc, public.path.rstrip("/")) if public else None

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        path: str = scope["path"]
        if self._public is not None:
            scope["scheme"] = self._public[0]
            scope["headers"] = [(n, v) for n, v in scope["headers"] if n not in _ADDRESS]
            scope["headers"].append((b"host", self._public[1].encode()))
            scope["root_path"] = self._public[2]
        if self._hub_host is not None:
            path = _path_of_hub(scope, path, self._hub_host)
        app: Any
        prefix = "/" + path[1:].partition("/")[0]
        if path in _PAGES:
            name, app = "web", self._web
        elif prefix in self._mounts:
            name, app = self._mounts[prefix]
            scope["root_path"] = scope.get("root_path", "") + prefix
            scope["path"] = path[len(prefix) :] or "/"
        elif (found := self._mount_at_root(path)) is not None:
            name, app = found
        elif path in _PROBES:
            name, app = "probe", self._probe
        elif self._root is not None and not _is_page(path):
            name, app = self._root
        else:
            name, app = "web", self._web
        await self._observer.observe(name, app, scope, receive, send)

    def _mount_at_root(self, path: str) -> tuple[str, Any] | None:
        segments = tuple(path[1:].split("/", 2)[:2])
        return self._at_root.get(segments[:1]) or self._at_root.get(segments)

    async def _live(self, receive: Any, send: Any) -> None:
        """Live as long as the server does. The ledger is closed by whoever opened it."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._upkeep.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._upkeep.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _probe(self, scope: Scope, receive: Any, send: Any) -> None:
        path = scope["path"]
        content_type, status, body = "text/plain; charset=utf-8", 200, b"ok\n"
        if path == "/healthz/ready":
            try:
                await self._ledger.tenants.all()
            except InterlogError:
                status, body = 503, b"the database does not answer\n"
        elif path == "/metrics":
            if self._settings.metrics:
                body, content_type = self._observer.exposition()
            else:
                status, body = 404, b"metrics are switched off\n"
        headers = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _path_of_hub(scope: Scope, path: str, ending: bytes) -> str:
    """Return the path below our root of a request to a hub's own address, such as ``acme.api.own.example``.

    What the client's own path was stays in the scope, since signatures are made over it.
    """
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").lower()
    hub = host.removesuffix(ending)
    if hub == host or not hub.replace(b"-", b"").isalnum() or not path.lower().startswith(("/manage/", "/data")):
        return path
    scope["interlog.host_path"] = path
    scope["path"] = f"/customer-insights/hubs/{hub.decode()}{path}"
    return str(scope["path"])


def _is_page(path: str) -> bool:
    """Whether a path stays with the pages for people where a protocol is served at the root too."""
    return path == "/" or path.startswith("/static/")


_PAGES = frozenset({"/fdc3/app", "/fdc3/sign-in", "/fdc3/session"})
"""Pages for people below a protocol's prefix, where desktop agents look for them."""

_ADDRESS = frozenset({b"host", b"forwarded", b"x-forwarded-host", b"x-forwarded-proto"})
"""Where a request says by which address it came; the public address, where it is set, overrules them."""

_PROBES = frozenset({"/healthz/live", "/healthz/ready", "/metrics"})
