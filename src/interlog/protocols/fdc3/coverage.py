"""The page that says which intents are handled, what is served beside them, and through which ways each is tested.

It is made from the table of intents and from the marks of the tests, so that it says nothing that is not so.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from interlog.marks import PLAIN, marks_in, rows

from .directory import RAISES
from .intents import INTENTS

PYTHON, BRIDGE, BROWSER = "Python", "bridge", "browser"

WAYS = (PLAIN, PYTHON, BRIDGE, BROWSER)
"""The ways in which an intent comes, in the order of the page's columns."""

FOLDERS = ("protocols/fdc3", "fdc3", "cli", "browser")
"""Where the tests of this protocol are, below the folder of all tests."""


class Endpoint(NamedTuple):
    """What is served beside the intents. Paths stand below ``/fdc3``."""

    name: str
    method: str
    paths: tuple[str, ...]
    spec: str


_PREFIXES = ("", "/appd", "/api/appd")
_PLACES = tuple(f"{prefix}{version}/apps" for prefix in _PREFIXES for version in ("/v2", ""))

ENDPOINTS = (
    Endpoint("intents.raise", "POST", ("/v1/intents/{intent}",), "5.1"),
    Endpoint("directory.list", "GET", _PLACES, "4.1"),
    Endpoint("directory.get", "GET", tuple(f"{place}/{{app_id}}" for place in _PLACES), "4.1"),
    Endpoint("directory.search_v1", "GET", tuple(f"{prefix}/v1/apps/search" for prefix in _PREFIXES), "4.1"),
    Endpoint("directory.get_v1", "GET", tuple(f"{prefix}/v1/apps/{{app_id}}" for prefix in _PREFIXES), "4.1"),
    Endpoint("schemas.list", "GET", ("/schemas",), "10"),
    Endpoint("schemas.get", "GET", ("/schemas/{name}",), "10"),
    Endpoint("contexts.validate", "POST", ("/validate",), "10"),
)
"""A test compares them with the routes of the application."""

NOT_YET = (
    ("7", "the WebSocket connection protocol for native applications, a draft of version 3.0"),
    ("1.1", "`ViewChat` and `SendChatMessage`: Interlog keeps messages, it sends none"),
    ("5.4", "a desktop agent for browsers: our page is an app of other firms' agents"),
    ("6.6", "private channels of our own: a bridge passes those of others on"),
)

DIFFERENCES = (
    ("`CreateInteraction`", "A request that is sent again under its name has the record as it is by then."),
    ("`CreateInteraction`", "A list of contacts becomes a draft of a meeting where there is nobody to fill it in."),
    ("`interlog.UpdateInteraction`", "`interactionType` cannot become another type; e-mails can neither be changed "
     "nor deleted."),
    ("`ViewMessages`", "One person or organization is found by its ids; of several, the names are looked for as text."),
    ("contexts", "Times without a zone are UTC, ids may be other than texts, `fdc3.timerange` is a `fdc3.timeRange`, "
     "and a description may be a `fdc3.message`."),
    ("ids", "Keys count without regard to case, and come back as they were sent."),
)  # fmt: skip
"""Where what is served is another thing than somebody may expect."""


def marks_of(tests: Path) -> dict[str, set[str]]:
    """Return in which ways each intent and endpoint is tested. ``tests``: the folder of all tests."""
    found: dict[str, set[str]] = {}
    ours = INTENTS.keys() | {endpoint.name for endpoint in ENDPOINTS}
    for folder in FOLDERS:
        for name, ways in marks_in(tests / folder).items():
            if name in ours:
                found.setdefault(name, set()).update(ways)
    return found


def page(tests: Path) -> str:
    """Return the page, as Markdown. ``tests``: the folder of all tests."""
    marks = marks_of(tests)
    return f"""# Coverage: FDC3

{len(INTENTS)} intents of FDC3 2.2 are handled, by one function each, in whichever way they come. A ✓ says that tests
raise the intent in this way:

- *{PLAIN}*: a request to a running server, on SQLite and on PostgreSQL
- *{PYTHON}*: `interlog.fdc3`, over HTTP or in one process
- *{BRIDGE}*: another desktop agent, over Desktop Agent Bridging
- *{BROWSER}*: an app with FINOS' own library `@finos/fdc3`, through the desktop agent `@morgan-stanley/fdc3-web`, in
  Chromium

*Contexts* are the types that an intent takes, *result* is what the raiser gets; intents without one show something. *§*
is the section of the specification that it follows.

{_intents(marks)}

## Beside the intents

Paths stand below `/fdc3`; those with `appd` also at the root of the server, where agents look that know no more than
its name. `/fdc3/app` is the page for browsers' agents.

{_endpoints(marks)}

## Raised by our pages

Buttons of the page for desktops raise these, where an agent is present: {", ".join(f"`{name}`" for name in RAISES)}.

## Not served

| what | § |
| --- | --- |
{rows((what, section) for section, what in NOT_YET)}

## Served, with a difference

| of | difference |
| --- | --- |
{rows(DIFFERENCES)}
"""


def _intents(marks: Mapping[str, set[str]]) -> str:
    lines: list[tuple[str, ...]] = [("intent", "contexts", "result", "§", *WAYS), ("---",) * (4 + len(WAYS))]
    for intent in INTENTS.values():
        contexts = "<br>".join(f"`{context}`" for context in intent.contexts + intent.also)
        result = f"`{intent.result}`" if intent.result is not None else ""
        lines.append((f"`{intent.name}`", contexts, result, _spec(intent.name), *_ticks(marks, intent.name)))
    return rows(lines)


def _endpoints(marks: Mapping[str, set[str]]) -> str:
    lines: list[tuple[str, ...]] = [("operation", "request", "§", *WAYS[:1]), ("---",) * 4]
    for endpoint in ENDPOINTS:
        requests = "<br>".join(f"`{endpoint.method} {path}`" for path in endpoint.paths)
        lines.append((endpoint.name, requests, endpoint.spec, *_ticks(marks, endpoint.name)[:1]))
    return rows(lines)


def _ticks(marks: Mapping[str, set[str]], name: str) -> list[str]:
    return ["✓" if way in marks.get(name, ()) else "" for way in WAYS]


def _spec(intent: str) -> str:
    return "1.2" if intent == "CreateInteraction" else "1.1" if "." in intent else "1.3"
