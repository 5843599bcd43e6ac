"""Every setting, declared once: its name, its type, its default and what it is about."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

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
