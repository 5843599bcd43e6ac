"""A request for a page, and what a handler answers with."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import falcon
import falcon.asgi
from markupsafe import Markup
from msgspec import Struct

from ..ledger import Ledger
from ..ledger.files import Upload
from ..model.errors import NotFound, Problem, Unauthenticated
from ..model.sessions import SignedIn
from ..model.tenancy import Actor, Right
from ..settings import Settings
from .texts import Texts

Form = Mapping[str, list[str]]
"""What was filled in: each field with all of its values."""


class Page(NamedTuple):
    """A page to be rendered. ``status`` is that of the answer."""

    template: str
    values: Mapping[str, Any] = {}
    status: int = 200


class Redirect(NamedTuple):
    """The browser is to go somewhere else on this server (a path of ours, such as ``/persons/7``)."""

    path: str
    notice: str | None = None


class Download(NamedTuple):
    """A file. ``name`` is what it is to be called."""

    data: bytes
    media_type: str
    name: str


Answer = Page | Redirect | Download


class View(Struct):
    """A request: who asks, for what, and in which language.

    ``query`` has the first value of each parameter of the address, ``form`` what was sent. ``is_part``: htmx asks for
    a part of the page that it has. ``uploads``: the files that came with the form; ``problems``: what was wrong with
    them.
    """

    request: falcon.asgi.Request
    settings: Settings
    ledger: Ledger
    texts: Texts
    query: Mapping[str, str]
    form: Form
    signed_in: SignedIn | None = None
    uploads: list[Upload] = []
    problems: list[Problem] = []

    @property
    def actor(self) -> Actor:
        """Who is signed in; raises ``Unauthenticated`` where nobody is."""
        if self.signed_in is None:
            raise Unauthenticated("nobody is signed in")
        return self.signed_in.actor

    @property
    def is_admin(self) -> bool:
        """Whether whoever is signed in looks after the tenant."""
        return self.signed_in is not None and self.signed_in.actor.right is Right.ADMIN

    def is_at(self, place: str) -> bool:
        """Whether the page is one of those below a path."""
        path = self.request.path
        return path == place or (place != "/" and path.startswith(f"{place}/"))

    def own_form(self) -> Markup:
        """Return the field by which a form shows that it is ours; each form that changes something has one."""
        key = self.signed_in.form_key if self.signed_in is not None else ""
        return Markup('<input type="hidden" name="form_key" value="{}">').format(key)

    @property
    def is_part(self) -> bool:
        """Whether only a part of the page is asked for."""
        return self.request.get_header("HX-Request") == "true"

    def number(self, text: str) -> int:
        """Return the id in an address; raises ``NotFound`` where the text is none."""
        if not (text.isascii() and text.isdecimal()) or len(text) > 15:
            raise NotFound("page", text[:40])
        return int(text)

    def field(self, name: str, default: str = "") -> str:
        """Return the value of a field of the form, without white space around it."""
        values = self.form.get(name)
        return values[0].strip() if values else default

    def fields(self, name: str) -> list[str]:
        """Return all values of a field that stands in the form several times."""
        return [value.strip() for value in self.form.get(name, [])]

    def url(self, path: str, **query: Any) -> str:
        """Return the address of a page of ours, below whatever prefix we are served at."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return quote(self.request.root_path, safe="/") + path + (f"?{urlencode(given, doseq=True)}" if given else "")
