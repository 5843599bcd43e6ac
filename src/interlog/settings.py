"""The settings: one typed record, filled from the command line, the environment and a TOML file, in this order.

Each setting is declared once, in ``Settings``: the command line's options and the table in the docs are made from it.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct
from platformdirs import user_config_path, user_data_path

from .model.errors import Invalid, Problem

Text = Annotated[str, Meta(min_length=1)]


class Settings(Struct, frozen=True, kw_only=True):
    """What whoever runs a server decides."""

    host: Annotated[Text, Meta(description="The address to listen on; 0.0.0.0 for every network of this machine.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(description="The port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8080
    db: Annotated[
        Text | None,
        Meta(
            description="The store: sqlite:///path/to/file.db or postgresql://user@host/database. "
            "By default a SQLite file in the user's data folder."
        ),
    ] = None
    root: Annotated[
        Literal["affinity", "customer-insights", "polis", "fdc3"] | None,
        Meta(description="A protocol that is served at / too, for clients that cannot carry a prefix."),
    ] = None
    public_url: Annotated[
        Text | None,
        Meta(
            description="The address under which others reach this server, such as https://interlog.own.example, "
            "where it differs from what requests say."
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least important messages to be logged.")
    ] = "info"
    log_format: Annotated[
        Literal["console", "json"], Meta(description="How messages are logged: for people, or one JSON object a line.")
    ] = "console"
    log_requests: Annotated[
        Literal["all", "errors", "off"], Meta(description="Which requests are logged: all, or those that failed.")
    ] = "errors"
    metrics: Annotated[bool, Meta(description="Whether /metrics is served, for Prometheus.")] = True
    shutdown_grace: Annotated[
        int, Meta(description="How many seconds open requests get to finish when the server is told to stop.", ge=0)
    ] = 10
    max_body: Annotated[int, Meta(description="The largest request body that is read, in bytes.", ge=1)] = (
        10 * 1024 * 1024
    )
    files: Annotated[
        Text | None,
        Meta(
            description="The folder where the contents of files are kept. By default it is beside the SQLite file, "
            "named like it with .files behind; with PostgreSQL it is in the user's data folder. Servers of the same "
            "store need the same one."
        ),
    ] = None
    max_upload: Annotated[
        int, Meta(description="The largest file that is taken, in bytes; several in one request count together.", ge=1)
    ] = 256 * 1024 * 1024
    webhook_private: Annotated[
        bool, Meta(description="Whether webhooks are sent to this machine and to private networks, too.")
    ] = False
    map_tiles: Annotated[
        Text | None,
        Meta(
            description="Where browsers get the squares of maps from, such as "
            "https://tiles.own.example/{z}/{x}/{y}.png. By default maps have outlines alone, and nothing is loaded."
        ),
    ] = None
    map_credit: Annotated[
        Text | None, Meta(description="Whose work the squares of maps are, as it must stand on the map.")
    ] = None
    keep_deliveries_days: Annotated[
        int,
        Meta(
            description="How many days the log of webhooks holds those that have arrived or were given up; 0 for ever.",
            ge=0,
            le=36500,
        ),
    ] = 90
    keep_request_keys_days: Annotated[
        int,
        Meta(
            description="How many days a request is known by its Idempotency-Key, so that the same one again stores "
            "nothing; 0 for ever.",
            ge=0,
            le=36500,
        ),
    ] = 90
    affinity_interactions_page_size: Annotated[
        int, Meta(description="How many interactions a page of Affinity v1 holds at most.", ge=1, le=500)
    ] = 500
    affinity_max_range_days: Annotated[
        int,
        Meta(description="The longest range of days that a list of interactions may ask for; 0 for any.", ge=0),
    ] = 365
    affinity_missing_status: Annotated[
        Literal[404, 422], Meta(description="The status of Affinity v1 for an id that does not exist.")
    ] = 404
    affinity_time_zone: Annotated[
        Text, Meta(description="The time zone that datetimes of Affinity v1 are written in, such as Europe/Berlin.")
    ] = "UTC"
    affinity_rate_limit_user: Annotated[
        int, Meta(description="How many requests a minute the rate limit headers grant a user.", ge=1)
    ] = 900
    affinity_rate_limit_org: Annotated[
        int, Meta(description="How many requests a month the rate limit headers grant the tenant.", ge=1)
    ] = 100_000
    affinity_rate_limit_enforced: Annotated[
        bool, Meta(description="Whether requests over a rate limit are refused, as the vendor does.")
    ] = False
    affinity_webhooks: Annotated[
        int, Meta(description="How many webhook subscriptions of Affinity a tenant may have; 0 for any number.", ge=0)
    ] = 0
    customer_insights_domain: Annotated[
        Text | None,
        Meta(
            description="The domain below which hubs of Customer Insights have addresses of their own: "
            "with own.example, https://acme.api.own.example is the hub acme. Requests for them must arrive here."
        ),
    ] = None
    customer_insights_sources: Annotated[
        Text | None,
        Meta(
            description="Where ingestion jobs of Customer Insights may read files from, with commas between them: "
            "addresses such as https://files.own.example/exports, and folders such as file:///srv/exports, each with "
            "all below it. By default nowhere."
        ),
    ] = None
    customer_insights_private_sources: Annotated[
        bool,
        Meta(
            description="Whether names of hosts among these may lead to addresses that are not public: of this "
            "machine, or of a private network. An address that is itself named there may be any."
        ),
    ] = False
    customer_insights_keep_uploads_hours: Annotated[
        int,
        Meta(description="How many hours files are kept that were uploaded for ingestion jobs.", ge=1, le=8784),
    ] = 24
    customer_insights_keep_jobs_days: Annotated[
        int, Meta(description="How many days it is kept how ingestion jobs went; 0 for ever.", ge=0, le=36500)
    ] = 90
    customer_insights_keep_rejects_days: Annotated[
        int,
        Meta(description="How many days items are kept that could not be stored; 0 for ever.", ge=0, le=36500),
    ] = 90
    customer_insights_keep_operations_hours: Annotated[
        int,
        Meta(description="How many hours long-running operations can be asked about.", ge=24, le=8784),
    ] = 48
    fdc3_publisher: Annotated[
        Text | None, Meta(description="Who publishes the record of the App Directory, as desktops show it.")
    ] = None
    fdc3_appd_auth: Annotated[
        Literal["none", "bearer"],
        Meta(description="Whether the App Directory is open, as most desktop agents need it, or wants a token."),
    ] = "none"
    fdc3_agent: Annotated[
        bool,
        Meta(
            description="Whether the server joins the bridge between desktop agents on this machine, and offers them "
            "its intents."
        ),
    ] = False
    fdc3_agent_name: Annotated[Text, Meta(description="As which agent the server joins the bridge.")] = "interlog"
    fdc3_agent_tenant: Annotated[
        Text | None, Meta(description="For which tenant it handles intents; not needed where there is only one.")
    ] = None
    fdc3_agent_user: Annotated[
        Text | None, Meta(description="The e-mail address of the user as whom it does; by default the tenant's owner.")
    ] = None
    fdc3_bridge_url: Annotated[
        Text | None,
        Meta(description="Where the bridge is, such as ws://127.0.0.1:4475. By default it is looked for."),
    ] = None
    fdc3_open_browser: Annotated[
        bool,
        Meta(description="Whether that agent shows persons and timelines in a browser, where intents ask for it."),
    ] = False
    fdc3_frames: Annotated[
        Text,
        Meta(
            description="Which sites may show the page for financial desktops in a frame, with spaces between them, "
            "such as https://desk.own.example; by default all."
        ),
    ] = "*"
    fdc3_foreign_id_conflict: Annotated[
        Literal["fail", "create"],
        Meta(
            description="What CreateInteraction does with an id of another system that an interaction has already: it "
            "fails and shows that one, or creates one more."
        ),
    ] = "fail"
    fdc3_contact_list_without_ui: Annotated[
        Literal["draft", "reject"],
        Meta(
            description="What CreateInteraction does with a list of contacts where nobody can be asked for the rest: "
            "it stores a draft, or fails."
        ),
    ] = "draft"
    polis_placeholder_refs: Annotated[
        bool,
        Meta(
            description="Whether Polis makes placeholders for campaigns, contacts and surveys that a visit names and "
            "nobody has created yet, as long as the store holds one tenant."
        ),
    ] = True
    polis_free_customer: Annotated[
        bool,
        Meta(
            description="Whether Polis takes any customerId and securityGroupId in a body and gives them back, as long "
            "as the store holds one tenant; otherwise others than the token's own are refused."
        ),
    ] = True
    polis_require_etag: Annotated[
        bool, Meta(description="Whether Polis refuses to change or delete without the etag of what is changed.")
    ] = False
    polis_strict_filters: Annotated[
        bool, Meta(description="Whether Polis filters by the attributes only that the vendor documents for a resource.")
    ] = False
    polis_unknown_members: Annotated[
        Literal["refuse", "keep"],
        Meta(description="What Polis does with members of a body that it does not know: it refuses or keeps them."),
    ] = "refuse"
    polis_max_rows: Annotated[
        int, Meta(description="How many rows a list of Polis has at most; 0 for as many as are asked for.", ge=0)
    ] = 0
    polis_natural_key_dedupe: Annotated[
        bool,
        Meta(
            description="Whether a visit of the same contact by the same canvasser at the same moment with the same "
            "survey is a repetition, whatever its id, instead of a possible duplicate."
        ),
    ] = False


class Setting(NamedTuple):
    """One setting: its name, its Python type, its default and what it is about."""

    name: str
    type: Any
    default: Any
    description: str

    @property
    def option(self) -> str:
        """The option of the command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return "INTERLOG_" + self.name.upper()

    @property
    def key(self) -> str:
        """The key in the TOML file: a protocol's settings stand in a table of their own."""
        for protocol in ("affinity", "customer_insights", "fdc3", "polis"):
            if self.name.startswith(f"{protocol}_"):
                return f"{protocol}.{self.name.removeprefix(f'{protocol}_')}"
        return self.name

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it takes, if they are few."""
        return tuple(_written(choice) for choice in _choices(self.type))

    @property
    def expected(self) -> str:
        """What values it takes, in plain English."""
        if self.name in _CHECKS:
            return _CHECKS[self.name][0]
        return " or ".join(self.choices) or _expected(self.type)

    @property
    def default_text(self) -> str:
        """The default as one would write it; empty where there is none."""
        return _written(self.default) if self.default is not None else ""


def _described() -> tuple[Setting, ...]:
    hints = get_type_hints(Settings, include_extras=True)
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    found = []
    for name, hint in hints.items():
        descriptions = [meta.description for meta in hint.__metadata__ if meta.description]
        found.append(Setting(name, hint, defaults[name], descriptions[0]))
    return tuple(found)


def load(
    options: Mapping[str, Any] | None = None,
    *,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings: ``options`` of the command line, then the environment, then the TOML file, then defaults.

    ``options`` maps names of settings to values; None counts as not given. The file is ``config``, else the one that
    INTERLOG_CONFIG names, else ``default_config()`` if it exists. Raises ``Invalid`` with every problem and its source.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    stated = config or (Path(environ["INTERLOG_CONFIG"]) if environ.get("INTERLOG_CONFIG") else None)
    path = stated or default_config()
    from_file = _read(path, problems) if stated is not None or path.exists() else {}
    for setting in SETTINGS:
        if options is not None and options.get(setting.name) is not None:
            source, value, strict = setting.option, options[setting.name], False
        elif environ.get(setting.variable):
            source, value, strict = setting.variable, environ[setting.variable], False
        elif setting.key in from_file:
            source, value, strict = f"{path}: {setting.key}", from_file[setting.key], True
        else:
            continue
        try:
            values[setting.name] = _converted(setting, value, strict)
        except ValueError:
            problems.append(Problem(source, f"must be {setting.expected}, not {value}"))
    if problems:
        raise Invalid(*problems)
    return Settings(**values)


def default_config() -> Path:
    """Return where the TOML file is looked for when none is named."""
    return user_config_path("interlog") / "interlog.toml"


def default_database() -> Path:
    """Return the SQLite file that is used when no database is named."""
    return user_data_path("interlog") / "interlog.db"


def files_folder(settings: Settings) -> Path | None:
    """Return the folder of files that the settings name; None for that which goes with the store."""
    return Path(settings.files) if settings.files is not None else None


def _read(path: Path, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML file's values by their dotted keys; adds what is wrong with it to the problems."""
    try:
        document = tomllib.loads(path.read_text())
    except OSError as error:
        problems.append(Problem(str(path), f"cannot be read: {error.strerror}"))
        return {}
    except ValueError as error:  # no TOML, or no UTF-8
        problems.append(Problem(str(path), f"is not a TOML file: {error}"))
        return {}
    found = _flat(document)
    known = [setting.key for setting in SETTINGS]
    for key in found:
        if key not in known:
            similar = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {similar[0]}?" if similar else ""
            problems.append(Problem(f"{path}: {key}", f"there is no such setting{hint}", "unknown"))
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        values |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return values


_WORDS = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}


def _converted(setting: Setting, value: Any, strict: bool) -> Any:
    """Return the value in the setting's type. Raises ``ValueError``; ``strict`` takes no text for a number."""
    if isinstance(value, str) and not strict and setting.choices == ("on", "off"):
        return msgspec.convert(_WORDS.get(value.lower(), value), bool)
    converted = msgspec.convert(value, setting.type, strict=strict)
    if converted is not None and setting.name in _CHECKS:
        _CHECKS[setting.name][1](converted)
    return converted


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # unknown, a folder's name, no file's name
        raise ValueError(name) from error


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(url)


def _check_sources(text: str) -> None:
    from .ledger.outside import places_of

    if not places_of(text):
        raise ValueError(text)


def _check_domain(name: str) -> None:
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?", name):
        raise ValueError(name)


def _check_tiles(url: str) -> None:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/[A-Za-z0-9._~/{}@-]*(\?[A-Za-z0-9._~&={}-]*)?", url):
        raise ValueError(url)
    if any(part not in url for part in ("{z}", "{x}", "{y}")):
        raise ValueError(url)


_CHECKS: Mapping[str, tuple[str, Callable[[str], None]]] = {
    "affinity_time_zone": ("the name of a time zone", _check_time_zone),
    "customer_insights_domain": ("a domain in lower case, with its port if it has one", _check_domain),
    "customer_insights_sources": ("addresses with https, http or file, with commas between them", _check_sources),
    "map_tiles": ("a URL with http or https, and {z}, {x} and {y} in its path", _check_tiles),
    "public_url": ("a URL with http or https", _check_url),
}
"""What a type cannot say: the expectation in plain English, and what raises ``ValueError`` where it is not met."""


def _choices(type_: Any) -> tuple[Any, ...]:
    """Return the values that a type lists, of which a value must be one; empty where it lists none."""
    if get_origin(type_) is Annotated:
        return _choices(get_args(type_)[0])
    if get_origin(type_) is Literal:
        return get_args(type_)
    if type_ is bool:
        return (True, False)
    inner = [part for part in get_args(type_) if part is not type(None)]
    return _choices(inner[0]) if inner and len(inner) < len(get_args(type_)) else ()


def _expected(type_: Any) -> str:
    metas = [meta for meta in getattr(type_, "__metadata__", ()) if isinstance(meta, Meta)]
    low = next((meta.ge for meta in metas if meta.ge is not None), None)
    high = next((meta.le for meta in metas if meta.le is not None), None)
    if low is None:
        return "text"
    return f"a whole number from {low} to {high}" if high is not None else f"a whole number, at least {low}"


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


SETTINGS = _described()
"""Every setting, in the order of the docs."""
