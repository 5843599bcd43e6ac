"""``interlog serve``: the server, from its settings to its orderly end."""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import make_dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from cyclopts import Parameter

from .. import settings as settings_
from ..model.errors import Conflict, Invalid, Problem, Unavailable
from ..settings import SETTINGS, Setting, Settings
from . import connect, output
from .common import Config, Json

if TYPE_CHECKING:
    import uvicorn

    from ..ledger import Ledger

    class Options:
        """One attribute for each setting."""

else:

    def _option(setting: Setting) -> tuple[str, Any, None]:
        """Return an option that, not being given, leaves the setting to the environment, the file or the default."""
        is_switch = setting.choices == ("on", "off")
        parameter = Parameter(
            help=f"{setting.description} ({setting.variable})",
            metavar="|".join(setting.choices) or ("INT" if setting.expected.startswith("a whole number") else "STR"),
            show_default=setting.default_text or False,
        )
        # Text even where a number is expected: the settings check all sources by the same rules.
        return setting.name, Annotated[(bool if is_switch else str) | None, parameter], None

    # Without a module of ours its class would pass for one of Python's own, which is no set of options.
    ours = {"__module__": __name__}
    Options = make_dataclass("Options", [_option(setting) for setting in SETTINGS], kw_only=True, namespace=ours)


NO_OPTIONS = Options()


class Store(NamedTuple):
    """An open store to be served. ``tenant``: the only one; ``makes_token``: whether its token is to be printed."""

    ledger: "Ledger"
    url: str
    tenant: str | None
    makes_token: bool
    temporary: bool


def serve(
    *,
    demo: Annotated[bool, Parameter(negative=())] = False,
    print_token: Annotated[bool, Parameter(negative=())] = False,
    options: Annotated[Options, Parameter(name="*")] = NO_OPTIONS,
    config: Config = None,
    json: Json = False,
) -> None:
    """Serve a store until told to stop (Ctrl+C or SIGTERM): then open requests are finished first.

    Prints where, how clients connect, and, where the store has exactly one tenant, a link that signs its owner in to
    the pages: once, within a day. With --json, one object is printed once the server accepts connections: url, pid,
    sign_in (that link, or null), and for each protocol its base URLs and a token, or null.

    ```console
    $ interlog serve --demo
    $ interlog serve --db postgresql://interlog@db.own.example/interlog --host 0.0.0.0 --log-format json
    $ interlog serve --demo --port 0 --json
    ```

    Args:
        demo: Serve a temporary store with lively, invented data; all of it is gone when the server stops.
        print_token: Make a token for the owner of the only tenant, valid for a day, and print it. With --demo
            there always is one.
    """
    import uvloop

    given = vars(options)
    if demo and given.get("db"):
        raise Invalid(Problem("--demo", "uses a store of its own; to fill the one of --db use interlog demo"))
    settings = settings_.load(given, config=config)
    uvloop.run(_serve(settings, demo=demo, print_token=print_token, json=json))


async def _serve(settings: Settings, *, demo: bool, print_token: bool, json: bool) -> None:
    from ..observe import configure_logging
    from ..server import create_app, serving, settle

    configure_logging(settings)
    with _bound(settings.host, settings.port) as listener, _stopping() as stopping:
        async with _demo_store() if demo else _store(settings, print_token) as store:

            async def announce() -> None:
                settle()
                await _announce(settings, listener, store, json=json)

            config = serving(create_app(settings, store.ledger), timeout_graceful_shutdown=settings.shutdown_grace)
            server = _server(config, announce, store.ledger.news.end)
            stopping(server)
            telling = store.ledger.deliveries.running(private=settings.webhook_private)
            counting, finding = store.ledger.usage.running(), store.ledger.finding.running()
            async with telling, counting, finding, _on_bridge(settings, listener, store):
                await server.serve(sockets=[listener])


@asynccontextmanager
async def _on_bridge(settings: Settings, listener: socket.socket, store: "Store") -> AsyncIterator[None]:
    """Offer our intents to the desktop agents of this machine, where the settings say so."""
    if not settings.fdc3_agent:
        yield
        return
    from ..fdc3.acting import acting
    from ..fdc3.headless import headless_agent, in_background

    actor = await acting(store.ledger, settings.fdc3_agent_tenant, settings.fdc3_agent_user)
    urls = [settings.fdc3_bridge_url] if settings.fdc3_bridge_url is not None else None
    base, name = _address(settings, listener), settings.fdc3_agent_name
    async with in_background(headless_agent(settings, store.ledger, actor, base=base, name=name, urls=urls)):
        yield


@contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    """Give a socket that is bound but does not listen yet: a port in use is told before anything else is done."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = min(found, key=lambda candidate: candidate[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        raise Unavailable(f"cannot listen on {host}, port {port}: {error.strerror}; see --host and --port") from error
    with listener:
        yield listener


@contextmanager
def _stopping() -> Iterator[Callable[["uvicorn.Server"], None]]:
    """Let SIGTERM and SIGINT end the server in an orderly way, or whatever is done before there is one.

    Gives a function that takes the server. A second signal does not wait for open requests.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    servers: list[uvicorn.Server] = []
    assert task is not None

    def stop() -> None:
        if not servers:
            task.cancel()
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield servers.append
    except asyncio.CancelledError:
        if servers:
            raise


def _server(
    config: "uvicorn.Config", started: Callable[[], Awaitable[None]], stopping: Callable[[], None]
) -> "uvicorn.Server":
    """Return a server that says when it accepts connections and when it stops, so that answers without an end have one.

    It leaves signals to us: uvicorn dies by them.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            await started()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            stopping()
            await super().shutdown(sockets)

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    return Server(config)


@asynccontextmanager
async def _store(settings: Settings, print_token: bool) -> AsyncIterator[Store]:
    from ..ledger import Ledger

    url = settings.db or f"sqlite:///{settings_.default_database()}"
    ledger = await Ledger.open(url, files=settings_.files_folder(settings))
    try:
        tenants = await ledger.tenants.all()
        if print_token and len(tenants) != 1:
            raise Conflict(
                f"--print-token is for a store with one tenant, not {len(tenants)}; see interlog token create"
            )
        if not tenants:
            output.hint("The store holds no tenant yet. Make one, in another terminal:")
            given = f"--db {output.escaped(settings.db)} " if settings.db else ""
            output.hint(f"  interlog init {given}--tenant acme --domain own.example "
                        '--owner "Mia Kern <mia@own.example>"')  # fmt: skip
        only = tenants[0].name if len(tenants) == 1 else None
        yield Store(ledger, url, only, makes_token=print_token, temporary=False)
    finally:
        await ledger.close()


@asynccontextmanager
async def _demo_store() -> AsyncIterator[Store]:
    from ..ledger import Ledger
    from .demo import TENANT, fill

    with tempfile.TemporaryDirectory(prefix="interlog-demo-") as folder:
        url = f"sqlite:///{Path(folder) / 'demo.db'}"
        ledger = await Ledger.open(url)
        try:
            await fill(ledger)
            yield Store(ledger, url, TENANT, makes_token=True, temporary=True)
        finally:
            await ledger.close()


async def _announce(settings: Settings, listener: socket.socket, store: Store, *, json: bool) -> None:
    """Print where the server is, and how clients connect."""
    url = _address(settings, listener)
    link = token = None
    if store.tenant is not None:
        link = await connect.new_link(store.ledger, store.tenant, url)
        if store.makes_token:
            token = await connect.new_token(store.ledger, store.tenant, expires=not store.temporary)
    connections = connect.connections(url, token)
    if json:
        protocols = {connection.protocol: connection.data for connection in connections}
        output.show({"url": url, "sign_in": link, "protocols": protocols, "pid": os.getpid()}, "", json=True)
        return
    where = "a temporary store of invented data" if store.temporary else _shown_store(store.url)
    lines = [f"[bold]Interlog {version('interlog')}[/] serves {output.escaped(where)}", "", f"Start page  {url}/"]
    if link is not None:
        lines.append(f"Sign in     {link}")
    for connection in connections:
        lines += ["", f"[bold]{connection.title}[/]", *connection.lines]
        if settings.root == connection.protocol:
            lines.append(f"Also at     {url}")
    if token is None:
        lines += ["", "Tokens are made by interlog token create, or for a day by serve --print-token."]
    output.show({}, "\n".join([*lines, "", "Ctrl+C stops the server."]), json=False)


def _address(settings: Settings, listener: socket.socket) -> str:
    url = settings.public_url or f"http://{_shown_host(listener)}:{listener.getsockname()[1]}"
    return url.rstrip("/")


def _shown_host(listener: socket.socket) -> str:
    host = listener.getsockname()[0]
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else str(host)


def _shown_store(url: str) -> str:
    from ..ledger import maintenance

    return maintenance.shown(url)
