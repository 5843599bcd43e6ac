"""One request of the data plane, whether it came by itself or in a batch."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.ledger.listing import Listing
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from .entities import Hub, hub_of
from .errors import ApiError
from .ids import BadKey, Segment, split_path
from .operations import JSON, Reply
from .present import Form

ODATA_METADATA = ("none", "minimal", "full")
_ACCEPTED = re.compile(r"\s*([\w*.+-]+/[\w*.+-]+)\s*((?:;[^,]*)?)")


class Ask(Struct, dict=True):
    """What is asked for. ``path`` is decoded and relative to the data plane, ``root`` the plane's absolute address.

    ``params`` are those of the query by lower-case name; ``headers`` have lower-case names. ``permissions``
    are those of the policy whose key signed the request, None where a token came with it.
    """

    actor: Actor
    ledger: Ledger
    settings: Settings
    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    data: bytes
    root: str
    permissions: frozenset[str] | None = None

    @cached_property
    def hub(self) -> Hub:
        """The hub's types and entity sets."""
        return hub_of(self.ledger, self.actor)

    @property
    def listing(self) -> Listing:
        """The lists of the hub's interactions."""
        return self.ledger.listing

    @cached_property
    def segments(self) -> list[Segment]:
        """The path taken apart."""
        try:
            return split_path(self.path)
        except BadKey as error:
            raise ApiError(400, "InvalidRequestContent", f"The address cannot be read: {error}.") from None

    @cached_property
    def preferences(self) -> Mapping[str, str]:
        """The preferences of the header ``Prefer`` by lower-case name, without the prefix ``odata.``."""
        found: dict[str, str] = {}
        for part in self.headers.get("prefer", "").replace(";", ",").split(","):
            name, _, value = part.partition("=")
            if name.strip():
                found[name.strip().lower().removeprefix("odata.")] = value.strip().strip('"')
        return found

    def flag(self, name: str) -> bool:
        """Whether a parameter of the query is ``true``."""
        return self.params.get(name.lower(), "").strip().lower() in ("true", "1")

    @cached_property
    def form(self) -> Form:
        """How the answer is to be written, by ``$format`` or the header ``Accept``; raises where it cannot be."""
        metadata, exact = "minimal", False
        for media_type, parameters in self._accepted:
            if media_type in ("application/json", "application/*", "*/*"):
                for text in parameters.lower().split(";"):
                    name, _, value = text.strip().partition("=")
                    if name in ("odata.metadata", "metadata") and value in ODATA_METADATA:
                        metadata = value
                    exact = exact or (name == "ieee754compatible" and value == "true")
                return Form(self.root, metadata, exact)
        raise ApiError(406, "NotAcceptable", "Answers are application/json.")

    @property
    def wants_json_metadata(self) -> bool:
        """Whether the metadata is wanted in JSON: it comes in XML where either would do."""
        for media_type, _ in self._accepted:
            if media_type in ("application/xml", "application/*", "*/*", "text/xml"):
                return False
            if media_type == "application/json":
                return True
        raise ApiError(406, "NotAcceptable", "The metadata is application/xml or application/json.")

    @property
    def _accepted(self) -> list[tuple[str, str]]:
        """The media types that the client takes, with their parameters."""
        given = self.params.get("$format")
        if given is not None:
            short = {"json": "application/json", "xml": "application/xml"}
            name, _, rest = given.partition(";")
            return [(short.get(name.strip().lower(), name.strip().lower()), rest)]
        header = self.headers.get("accept", "").strip() or "*/*"
        return [(match[1].lower(), match[2]) for match in _ACCEPTED.finditer(header)] or [("*/*", "")]

    def context(self, fragment: str, form: Form) -> dict[str, Any]:
        """Return the member that says what an answer is, where the client wants it said."""
        return {"@odata.context": f"{self.root}/$metadata#{fragment}"} if form.metadata != "none" else {}

    def reply(self, body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """Return an answer in JSON, in the form that the client wants."""
        form = self.form
        content_type = JSON
        if form.metadata != "minimal" or form.exact:
            content_type = f"application/json;odata.metadata={form.metadata}"
            content_type += ";IEEE754Compatible=true" if form.exact else ""
            content_type += "; charset=utf-8"
        return Reply(body, status, dict(headers or {}), content_type)

    def inner(self, method: str, url: str, headers: Mapping[str, str], data: bytes) -> "Ask":
        """Return a request within this one: its address is relative to the data plane, or absolute and within it."""
        parts = urlsplit(url)
        own = urlsplit(self.root).path + "/"
        path = unquote(parts.path)
        if parts.path.lower().startswith(own.lower()):
            path = unquote(parts.path[len(own) :])
        elif parts.netloc or parts.path.startswith("/"):
            at = re.search(r"/hubs/[^/]+/data/", parts.path, re.IGNORECASE)
            path = unquote(parts.path[at.end() :]) if at is not None else path
        params: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            params[name.lower()] = value
        kept = {name: text for name, text in self.headers.items() if name in ("accept-language",)}
        return replace(self, method=method, path=path, params=params, headers=kept | dict(headers), data=data)
