"""``interlog fdc3``: a bridge between desktop agents, our agent on it, and intents from the command line."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from cyclopts import App, Parameter

from .. import settings as settings_
from ..model.errors import Invalid, Problem, Unavailable
from . import output
from .common import Config, Db, Json, opened, run, url_of

if TYPE_CHECKING:
    from ..fdc3 import DesktopAgent
    from ..fdc3.tokens import Keys

app = App(name="fdc3", help="Bridge desktop agents, offer Interlog's intents to them, find and raise intents.")

Transport = Literal["bridge", "http", "local"]
Url = Annotated[str | None, Parameter(help="Where the bridge or the server is; a bridge is looked for without it.")]


@app.command
def bridge(
    *,
    port: int | None = None,
    origin: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    key: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    own_key: Path | None = None,
    json: Json = False,
) -> None:
    """Run a bridge between desktop agents on this machine, until told to stop.

    ```console
    $ interlog fdc3 bridge
    $ interlog fdc3 bridge --key 3f0c…=/etc/desk/agent.pem --own-key /etc/desk/bridge.pem
    ```

    Args:
        port: The port; without it the first free one of 4475 to 4575, where agents look.
        origin: A web page's origin that may connect besides those of this machine; repeat it for several.
        key: Agents must have a token of this key: its name and the file of the public key, with = between. Repeat it.
        own_key: The file of the private key by which the bridge shows who it is.
    """
    from ..fdc3.bridge import PORTS, Bridge
    from ..observe import configure_logging

    configure_logging(settings_.Settings())
    made = Bridge([port] if port is not None else PORTS, origins=origin, keys=_keys(key, own_key, "bridge"))

    async def work() -> None:
        try:
            await made.start()
        except OSError as error:
            raise Unavailable(f"cannot listen: {error.strerror or error}") from error
        try:
            output.show({"url": made.url}, f"The bridge is at [bold]{made.url}[/]", json=json)
            sys.stdout.flush()
            await asyncio.Event().wait()
        finally:
            await made.stop()

    _until_stopped(work())


@app.command
def agent(
    *,
    url: Url = None,
    name: str | None = None,
    tenant: str | None = None,
    user: str | None = None,
    key: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    own_key: Path | None = None,
    db: Db = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """Offer Interlog's intents to the agents on a bridge, until told to stop. Where there is none, it is waited for.

    ```console
    $ interlog fdc3 agent --tenant acme --user mia@own.example
    ```

    Args:
        name: As which agent it joins (by default the setting fdc3-agent-name).
        tenant: For which tenant intents are handled; not needed where there is only one.
        user: The e-mail address of the user as whom they are handled; by default the tenant's owner.
        key: The bridge must have a token of this key: its name and the file of the public key, with = between.
        own_key: The file of the private key for our token.
    """
    from ..fdc3.acting import acting
    from ..fdc3.headless import headless_agent
    from ..observe import configure_logging

    settings = settings_.load({"db": db, "fdc3_agent_name": name, "fdc3_bridge_url": url}, config=config)
    configure_logging(settings)
    keys = _keys(key, own_key, settings.fdc3_agent_name)

    async def work() -> None:
        async with opened(url_of(db, config)) as ledger:
            base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
            actor = await acting(ledger, tenant or settings.fdc3_agent_tenant, user or settings.fdc3_agent_user)
            urls = [settings.fdc3_bridge_url] if settings.fdc3_bridge_url is not None else None
            made = headless_agent(
                settings, ledger, actor, base=base, name=settings.fdc3_agent_name, urls=urls, keys=keys
            )
            async with made:
                output.show({"agent": made.remote.name}, f"Connected as [bold]{made.remote.name}[/]", json=json)
                sys.stdout.flush()
                await asyncio.Event().wait()

    _until_stopped(work())


@app.command(name="raise")
def raise_(
    intent: str,
    file: Path,
    *,
    transport: Transport = "bridge",
    app_id: Annotated[str | None, Parameter(name="--app")] = None,
    url: Url = None,
    token: str | None = None,
    tenant: str | None = None,
    user: str | None = None,
    timeout: float = 300.0,
    db: Db = None,
    json: Json = False,
) -> None:
    """Raise an intent with the context in a file, and print what it results in.

    ```console
    $ interlog fdc3 raise CreateInteraction meeting.json
    $ interlog fdc3 raise CreateInteraction - --transport http --url http://127.0.0.1:8080 --token $TOKEN < meeting.json
    ```

    Args:
        intent: The intent's name.
        file: A file with a context as JSON; - is standard input.
        transport: Over a bridge (the default), to a server, or to a store of this machine.
        app_id: Which app is to handle it; without it whoever does.
        token: A token of the server (INTERLOG_TOKEN).
        tenant: With the transport local, whose store it is, where it holds several.
        user: With the transport local, the e-mail address of the user who raises it.
        timeout: How many seconds the result is waited for; 300 by default.
    """

    async def work(agent: "DesktopAgent") -> Any:
        resolution = await agent.raise_intent(intent, _context(file), app_id)
        return await resolution.get_result(timeout)

    result = _with_agent(transport, url, token, db, tenant, user, work)
    found = result if isinstance(result, dict) else {}
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    output.show(found, output.escaped(text) if found else "The intent was handled, and resulted in nothing.", json=json)
    if found.get("status") == "Failed":
        sys.exit(1)


@app.command
def find(
    intent: str,
    *,
    transport: Transport = "bridge",
    url: Url = None,
    token: str | None = None,
    tenant: str | None = None,
    user: str | None = None,
    db: Db = None,
    json: Json = False,
) -> None:
    """Print who handles an intent.

    ```console
    $ interlog fdc3 find CreateInteraction
    ```

    Args:
        intent: The intent's name.
        transport: Over a bridge (the default), to a server, or to a store of this machine.
        token: A token of the server (INTERLOG_TOKEN).
        tenant: With the transport local, whose store it is, where it holds several.
        user: With the transport local, the e-mail address of the user.
    """

    async def work(agent: "DesktopAgent") -> Any:
        return msgspec.to_builtins(await agent.find_intent(intent))

    found = _with_agent(transport, url, token, db, tenant, user, work)
    if json:
        output.show(found, "", json=True)
        return
    output.table(
        ("app", "instance", "agent", "title"),
        [
            tuple(str(item.get(part) or "") for part in ("appId", "instanceId", "desktopAgent", "title"))
            for item in found["apps"]
        ],
    )


def _with_agent(
    transport: Transport,
    url: str | None,
    token: str | None,
    db: str | None,
    tenant: str | None,
    user: str | None,
    work: Any,
) -> Any:
    """Do something with an agent; an error of the standard's is told in its words."""
    from ..fdc3 import FDC3Error, connect

    async def connected() -> Any:
        agent = connect(transport, name="interlog-cli", url=url, token=token, db=db, tenant=tenant, user=user)
        try:
            async with agent:
                return await work(agent)
        except FDC3Error as error:
            raise Unavailable(_MEANINGS.get(error.code, error.code)) from error

    return run(connected())


_MEANINGS = {
    "AgentNotFound": "AgentNotFound: there is no bridge, no server or no store there",
    "AccessDenied": "AccessDenied: the token is missing, or not good enough",
    "NoAppsFound": "NoAppsFound: nobody handles that intent for such a context",
    "ResolverUnavailable": "ResolverUnavailable: several apps handle it; choose one with --app",
    "ApiTimeout": "ApiTimeout: there was no result in time",
}


def _context(file: Path) -> Any:
    text = sys.stdin.read() if str(file) == "-" else _read(file)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Invalid(Problem("file", f"is not JSON: {error}")) from None


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise Invalid(Problem("file", f"{file} cannot be read: {error.strerror}")) from None


def _keys(known: tuple[str, ...], own: Path | None, own_name: str) -> "Keys | None":
    from ..fdc3.tokens import Keys

    if not known and own is None:
        return None
    pairs = [text.partition("=") for text in known]
    wrong = [name for name, _, file in pairs if not file]
    if wrong:
        raise Invalid(Problem("--key", f"must be a name and a file with = between, not {wrong[0]}"))
    public = {name: _read(Path(file)) for name, _, file in pairs}
    private = _read(own) if own is not None else None
    try:
        return Keys(public, own=private, own_name=own_name)
    except ValueError as error:
        raise Invalid(Problem("key", str(error))) from None


def _until_stopped(work: Any) -> None:
    with suppress(KeyboardInterrupt):
        run(work)
